/*
 * What the machine's own DHCP clients say and hear: every check that an answer must
 * pass, broken once.
 */
#include "learn_packets.h"

TestSuite(learn_observe, .fini = end);

#define LEASED "eth0 observed 192.0.2.53 192.0.2.54 corp.example @192.0.2.10"

static const struct v4 request = {
	.type = DHCP4_REQUEST, .xid = 7, .server = "192.0.2.1",
};
static const struct v4 ack = {
	.xid = 7, .server = "192.0.2.1", .yiaddr = "192.0.2.10",
	.dns = "192.0.2.53 192.0.2.54", .domain = "corp.example", .lease_s = 3600,
};

static void
begin_asked(void)
{
	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "192.0.2.10");
	cr_assert(!ask4(2, request));
}

/* The ACK as it is, but for one thing. */
#define expect_ignored(change, ...) do { \
	struct v4 forged = ack; \
	forged.change; \
	cr_expect(!tell4(2, forged), "line %d", __LINE__); \
	expect_known(""); \
} while (0)

Test(learn_observe, a_lease)
{
	begin_asked();
	cr_expect(tell4(2, ack));
	expect_known(LEASED);
	expect_servers("192.0.2.53#53 eth0 observed via; "
	    "192.0.2.54#53 eth0 observed via");
	cr_expect(facts_leased(&l.facts, 2, &link_of("eth0")->addrs[0].addr));
	cr_expect_str_eq(strbuf_text(&l.notes), "5 eth0: DNS servers 192.0.2.53, "
	    "192.0.2.54, domain corp.example (observed)\n");
}

Test(learn_observe, forged)
{
	begin_asked();
	expect_ignored(xid = 8);
	expect_ignored(hw = 9);
	expect_ignored(server = "192.0.2.2");
	expect_ignored(server = NULL);
	expect_ignored(from = 68);
	expect_ignored(to = 67);
	expect_ignored(type = DHCP4_OFFER);
	expect_ignored(type = DHCP4_NAK);
	expect_ignored(yiaddr = NULL);
	/* another link, where the same was not asked */
	stand("eth1", "192.0.2.10");
	cr_expect(!tell4(3, ack));
	/* what leaves is nobody's answer */
	cr_expect(!ask4(2, ack));
	expect_known("");
	cr_expect(tell4(2, ack), "and the true one counts");
}

Test(learn_observe, never_asked)
{
	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "192.0.2.10");
	cr_expect(!tell4(2, ack));
	/* a machine behind our bridge asks: its address is not ours */
	cr_expect(!ask4(2, (struct v4){.type = DHCP4_REQUEST, .xid = 7, .hw = 9}));
	cr_expect(!tell4(2, ack));
	expect_known("");
	/* a release asks for nothing */
	cr_expect(!ask4(2, (struct v4){.type = DHCP4_RELEASE, .xid = 7}));
	cr_expect(!tell4(2, ack));
	expect_known("");
}

/* All links of a big machine come up at the same moment, for both protocols. */
Test(learn_observe, many_clients)
{
	begin_asked();
	for (uint32_t xid = 100; xid < 227; xid++)
		ask4(3, (struct v4){.type = DHCP4_REQUEST, .xid = xid});
	cr_expect(tell4(2, ack));
	expect_known(LEASED);
}

Test(learn_observe, too_late)
{
	begin_asked();
	pass(LEARN_REQUEST_US);
	cr_expect(!tell4(2, ack));
	expect_known("");
}

/* The address shows a moment later: it counts from then on. */
Test(learn_observe, waits_for_the_address)
{
	begin_asked();
	fall("eth0", "192.0.2.10");
	cr_expect(!tell4(2, ack));
	expect_known("");
	pass(SEC(9));
	cr_expect(stand("eth0", "192.0.2.10"));
	expect_known(LEASED);
	cr_expect(fall("eth0", "192.0.2.10"));
	expect_known("");
	cr_expect(!stand("eth1", "192.0.2.10"), "it is that link's");
	expect_known("");
}

Test(learn_observe, the_address_never_shows)
{
	begin_asked();
	fall("eth0", "192.0.2.10");
	tell4(2, ack);
	pass(LEARN_PENDING_US);
	stand("eth0", "192.0.2.10");
	expect_known("");
	cr_expect_eq(l.learn->entry_count, 0);
}

/* What is known stays until another address is there. */
Test(learn_observe, another_address)
{
	struct v4 other = ack;

	begin_asked();
	tell4(2, ack);
	ask4(2, (struct v4){.type = DHCP4_DISCOVER, .xid = 8});
	other.xid = 8;
	other.yiaddr = "192.0.2.11";
	other.dns = "192.0.2.55";
	cr_expect(!tell4(2, other));
	expect_known(LEASED);
	stand("eth0", "192.0.2.11");
	expect_known("eth0 observed 192.0.2.55 corp.example @192.0.2.11");
	cr_expect_eq(l.learn->entry_count, 1);
}

Test(learn_observe, ends_with_its_lease)
{
	begin_asked();
	tell4(2, ack);
	pass(SEC(3599));
	expect_known(LEASED);
	/* renewed at the server itself: unicast, no option 54 in the question */
	ask4(2, (struct v4){.type = DHCP4_REQUEST, .xid = 9, .source = "192.0.2.10",
	    .destination = "192.0.2.1"});
	struct v4 renewed = ack;
	renewed.xid = 9;
	renewed.server = "192.0.2.2";
	cr_expect(!tell4(2, renewed));
	pass(SEC(2));
	expect_known("");
	renewed.server = "192.0.2.1";
	cr_expect(tell4(2, renewed));
	renewed.lease_s = 7200;
	cr_expect(!tell4(2, renewed), "the same, for longer");
	pass(SEC(7199));
	expect_known(LEASED);
	pass(SEC(1));
	expect_known("");
	expect_servers("");
	cr_expect(strstr(l.notes.s, "5 eth0: nothing is known") != NULL);
}

/* Of two servers that answer one question the first counts; a NAK takes nothing. */
Test(learn_observe, two_servers)
{
	struct v4 other = ack;

	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "192.0.2.10");
	ask4(2, (struct v4){.type = DHCP4_REQUEST, .xid = 7}); /* to everybody */
	other.server = NULL;
	cr_expect(!tell4(2, other), "it does not say who it is");
	tell4(2, ack);
	other.server = "192.0.2.2";
	other.dns = "192.0.2.99";
	for (unsigned i = 0; i < 10; i++) {
		tell4(2, other);
		tell4(2, ack);
	}
	expect_known(LEASED);
	cr_expect_eq(l.settled, 1);
	other.type = DHCP4_NAK;
	other.server = "192.0.2.1";
	tell4(2, other);
	expect_known(LEASED);
}

/* DISCOVER and REQUEST may share their xid: the server named last is the one asked. */
Test(learn_observe, discover_then_request)
{
	struct v4 other = ack;

	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "192.0.2.10");
	ask4(2, (struct v4){.type = DHCP4_DISCOVER, .xid = 7});
	ask4(2, request);
	other.server = "192.0.2.2";
	cr_expect(!tell4(2, other));
	cr_expect(tell4(2, ack));
}

/* Who informs has no lease, but servers as long as the address is there. */
Test(learn_observe, somebody_informs)
{
	struct v4 answer = ack;

	begin_asked();
	ask4(2, (struct v4){.type = DHCP4_INFORM, .xid = 8, .ciaddr = "192.0.2.10"});
	answer.xid = 8;
	answer.yiaddr = NULL;
	answer.ciaddr = "192.0.2.10";
	answer.lease_s = 0;
	cr_expect(tell4(2, answer));
	expect_known("eth0 observed 192.0.2.53 192.0.2.54 corp.example");
	fall("eth0", "192.0.2.10");
	expect_known("");
}

/* The same again is not even looked at. */
Test(learn_observe, repeated)
{
	struct v4 shorter = ack;
	unsigned looks;

	begin_asked();
	tell4(2, ack);
	looks = l.looks;
	for (unsigned i = 0; i < 100; i++)
		tell4(2, ack);
	cr_expect_eq(l.looks, looks);
	shorter.lease_s = 60;
	tell4(2, shorter);
	cr_expect_eq(l.looks, looks + 1, "its end is sooner");
	pass(SEC(60));
	expect_known("");
}

/* A rogue sender fills no memory and makes nobody look again. */
Test(learn_observe, flood)
{
	struct v4 forged = ack;

	begin_asked();
	l.damped = true;
	tell4(2, ack);
	for (unsigned i = 0; i < 20000; i++) {
		forged.xid = i;
		forged.dns = i % 2 == 0 ? "192.0.2.66" : "192.0.2.67";
		tell4(2, forged);
		ask4(2, (struct v4){.type = DHCP4_DISCOVER, .xid = 100 + i});
	}
	cr_expect_eq(l.learn->entry_count, 1);
	cr_expect_leq(l.settled, 12, "%u times", l.settled);
	cr_expect_leq(l.learn->entry_cap, 8);
}

Test(learn_observe, not_a_source)
{
	begin();
	use(FACT_SOURCE_LEASE, FACT_SOURCE_RA);
	go(false);
	stand("eth0", "192.0.2.10");
	ask4(2, request);
	cr_expect(!tell4(2, ack));
	expect_known("");
}

Test(learn_observe, static_servers)
{
	struct endpoint server = server_of("192.0.2.1");

	begin();
	config_add_server(l.config, &server);
	go(false);
	stand("eth0", "192.0.2.10");
	ask4(2, request);
	cr_expect(!tell4(2, ack));
	expect_known("");
	expect_servers("192.0.2.1#53  static");
}

/* --- DHCPv6 ------------------------------------------------------------------------- */

#define LEASED6 "eth0 observed 2001:db8::53 @2001:db8::10"

static const struct v6 asked6 = {
	.type = DHCP6_REQUEST, .xid = 0x70707, .client = "us", .server = "srv1",
};
static const struct v6 reply = {
	.xid = 0x70707, .client = "us", .server = "srv1", .dns = "2001:db8::53",
	.address = "2001:db8::10", .valid_s = 600,
};

static void
begin_asked6(void)
{
	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "2001:db8::10");
	cr_assert(!ask6(2, asked6));
}

#define expect_ignored6(change) do { \
	struct v6 forged = reply; \
	forged.change; \
	cr_expect(!tell6(2, forged), "line %d", __LINE__); \
	expect_known(""); \
} while (0)

Test(learn_observe, a_lease_of_dhcpv6)
{
	begin_asked6();
	cr_expect(tell6(2, reply));
	expect_known(LEASED6);
	pass(SEC(600));
	expect_known("");
}

Test(learn_observe, forged_dhcpv6)
{
	begin_asked6();
	expect_ignored6(xid = 0x70708);
	expect_ignored6(client = "you");
	expect_ignored6(client = NULL);
	expect_ignored6(server = "srv2");
	expect_ignored6(server = NULL);
	expect_ignored6(status = 2);
	expect_ignored6(type = DHCP6_ADVERTISE);
	expect_ignored6(type = DHCP6_RECONFIGURE);
	expect_ignored6(from = 5000);
	expect_ignored6(to = 5000);
	expect_ignored6(to = 547);
	cr_expect(!tell6(3, reply));
	cr_expect(tell6(2, reply));
	expect_known(LEASED6);
}

/* Renewed with everybody, the first server counts; a release teaches nothing. */
Test(learn_observe, rebind_dhcpv6)
{
	struct v6 other = reply;

	begin_asked6();
	tell6(2, reply);
	ask6(2, (struct v6){.type = DHCP6_REBIND, .xid = 9, .client = "us"});
	other.xid = 9;
	other.server = "srv2";
	other.dns = "2001:db8::54";
	cr_expect(tell6(2, other));
	expect_known("eth0 observed 2001:db8::54 @2001:db8::10");
	other.server = "srv1";
	other.dns = "2001:db8::55";
	cr_expect(!tell6(2, other));
	ask6(2, (struct v6){.type = DHCP6_RELEASE, .xid = 10, .client = "us"});
	other.xid = 10;
	cr_expect(!tell6(2, other));
	expect_known("eth0 observed 2001:db8::54 @2001:db8::10");
}

/* Stateless: no address, as long as the link stays up, twice the refresh time. */
Test(learn_observe, stateless_dhcpv6)
{
	struct v6 other = {.xid = 5, .client = "us", .server = "srv1",
		.dns = "2001:db8::53", .refresh_s = 1000};

	begin_asked6();
	ask6(2, (struct v6){.type = DHCP6_INFORMATION_REQUEST, .xid = 5,
	    .client = "us"});
	cr_expect(tell6(2, other));
	expect_known("eth0 observed 2001:db8::53");
	pass(SEC(1999));
	expect_known("eth0 observed 2001:db8::53");
	pass(SEC(1));
	expect_known("");
	ask6(2, (struct v6){.type = DHCP6_INFORMATION_REQUEST, .xid = 5,
	    .client = "us"});
	cr_expect(tell6(2, other));
	link_of("eth0")->up = false;
	cr_expect(net());
	expect_known("");
	link_of("eth0")->up = true;
	net();
	expect_known(""); /* it may be another network */
}
