/*
 * INFORMATION-REQUEST: when, how often, which answer counts; and both protocols beside
 * each other.
 */
#include "learn_packets.h"

TestSuite(learn_ask6, .fini = end);

#define ALL "255.255.255.255%eth0#67 from 192.0.2.10"
#define ALL6 "ff02::1:2%eth0#547 from fe80::2"

Test(learn_ask6, dhcpv6)
{
	struct dhcp6 asked;

	begin_asking(FACT_SOURCE_DHCPV6);
	expect_between(next_ms(), 500, 1500);
	expect_did(ALL6);
	cr_expect_eq(dhcp6_parse(l.bytes, l.ask.len, &asked), FAULT_NONE);
	cr_expect_eq(asked.type, DHCP6_INFORMATION_REQUEST);
	cr_expect(answer6((struct v6){.dns = "2001:db8::53"}));
	expect_known("eth0 dhcpv6 2001:db8::53");
	cr_expect_eq(l.open, 0);
	cr_expect_eq(next_ms(), 86400000, "without option 32");
	expect_did(ALL6);
	answer6((struct v6){.dns = "2001:db8::53", .refresh_s = 7200});
	cr_expect_eq(next_ms(), 7200000);
	answer6((struct v6){.dns = "2001:db8::53", .refresh_s = 5});
	cr_expect_eq(next_ms(), 600000, "not every 5 s");
}

/* RFC 8415 15: 1 s doubling to 3600 s, +-10 %, for ever. */
Test(learn_ask6, dhcpv6_schedule)
{
	int64_t wait_ms, last_ms = 500;

	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	for (unsigned i = 0; i < 12; i++) {
		wait_ms = next_ms();
		expect_between(wait_ms, last_ms * 19 / 10 - 1 - (i == 0 ? 50 : 0),
		    last_ms * 21 / 10 + 1 + (i == 0 ? 50 : 0));
		last_ms = wait_ms;
	}
	for (unsigned i = 0; i < 10; i++)
		expect_between(next_ms(), 3240000, 3960000);
	cr_expect_eq(l.open, 1);
}

/* Option 83 bounds the waiting from then on (RFC 8415 21.25). */
Test(learn_ask6, dhcpv6_max_rt)
{
	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	answer6((struct v6){.dns = "2001:db8::53", .refresh_s = 86400, .max_rt_s = 60});
	next_ms();
	for (unsigned i = 0; i < 7; i++)
		next_ms();
	for (unsigned i = 0; i < 7; i++)
		expect_between(next_ms(), 54000, 66000);
}

Test(learn_ask6, dhcpv6_forged)
{
	struct dhcp6_duid us;

	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	cr_expect(!answer6((struct v6){.dns = "2001:db8::66", .client = "you"}));
	cr_expect(!answer6((struct v6){.dns = "2001:db8::66", .status = 1}));
	cr_expect(!answer6((struct v6){.dns = "2001:db8::66", .to = 4000}));
	cr_expect(!answer6((struct v6){.dns = "2001:db8::66",
	    .type = DHCP6_ADVERTISE}));
	us = dhcp6_duid_ll(1, link_of("eth1")->hwaddr, 6);
	cr_expect(!tell6(3, (struct v6){.dns = "2001:db8::66", .server = "srv1",
	    .duid = &us, .xid = get32(l.bytes) & 0xffffff}), "on another link");
	expect_known("");
	cr_expect(answer6((struct v6){.dns = "2001:db8::53"}));
}

/* Two servers that disagree: the first is kept, until it is silent. */
Test(learn_ask6, dhcpv6_two_servers)
{
	struct v6 one = {.dns = "2001:db8::53", .refresh_s = 600};
	struct v6 two = {.dns = "2001:db8::54", .refresh_s = 600, .server = "srv2"};

	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	answer6(one);
	for (unsigned i = 0; i < 3; i++) {
		cr_expect_eq(next_ms(), 600000);
		cr_expect(!answer6(two));
		answer6(one);
	}
	expect_known("eth0 dhcpv6 2001:db8::53");
	cr_expect_eq(l.settled, 1);
	next_ms();
	next_ms();
	cr_expect(!answer6(two));
	next_ms();
	cr_expect(answer6(two));
	expect_known("eth0 dhcpv6 2001:db8::54");
}

/* A Reply without option 23 is no reason to stop asking, and lasts meanwhile. */
Test(learn_ask6, dhcpv6_without_servers)
{
	struct v6 bare = {.refresh_s = 600}, other = {.server = "srv2"};
	struct strbuf told = {0};

	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	expect_did(ALL6);
	cr_expect(answer6(bare));
	cr_expect_eq(l.open, 1);
	expect_between(next_ms(), 900, 1100);
	expect_did(ALL6);
	learn_tell(l.learn, &told);
	cr_expect_not_null(strstr(told.s, "dhcpv6 (eth0: no DNS server, no domain)"), "%s",
	    told.s);
	strbuf_free(&told);
	cr_expect(!answer6(other), "one is enough of that kind");
	for (unsigned i = 0; i < 16; i++) {
		answer6(bare);
		next_ms();
	}
	cr_expect_eq(l.facts.dhcp_count, 1, "it is still known");
	expect_between(next_ms(), 3240000, 3960000);
	other.dns = "2001:db8::54";
	cr_expect(answer6(other), "it has what the first has not");
	expect_known("eth0 dhcpv6 2001:db8::54");
	cr_expect_eq(l.open, 0);
	cr_expect_eq(next_ms(), 86400000);
}

/* The server that answered before has none any more. */
Test(learn_ask6, dhcpv6_servers_withdrawn)
{
	begin_asking(FACT_SOURCE_DHCPV6);
	next_ms();
	answer6((struct v6){.dns = "2001:db8::53", .refresh_s = 600});
	next_ms();
	cr_expect(!answer6((struct v6){.server = "srv2"}));
	cr_expect(answer6((struct v6){.refresh_s = 600}));
	cr_expect_eq(l.facts.server_count, 0);
	cr_expect(answer6((struct v6){.server = "srv2", .dns = "2001:db8::54"}));
	expect_known("eth0 dhcpv6 2001:db8::54");
}

Test(learn_ask6, dhcpv6_needs_a_link_local_address)
{
	struct addr addr = addr_of("fe80::2");

	begin();
	use(FACT_SOURCE_DHCPV6, FACT_SOURCE_DHCPV6);
	go(false);
	stand("eth0", "2001:db8::2");
	fact_link_add_addr(link_of("eth0"), &addr)->flags = FACT_ADDR_TENTATIVE;
	net();
	pass(SEC(60));
	expect_did("");
	link_of("eth0")->addrs[1].flags = 0;
	net();
	pass(CLOCK_MS(1500));
	expect_did(ALL6);
}

/* --- both --------------------------------------------------------------------------- */

/* A single run asks both at the same moment; the first answer silences the other. */
Test(learn_ask6, hurry)
{
	begin();
	go(true);
	stand("eth0", "192.0.2.10");
	stand("eth0", "fe80::2");
	pass(CLOCK_MS(500));
	expect_did(ALL "; " ALL6);
	cr_expect_eq(l.open, 2);
	cr_expect(answer6((struct v6){.dns = "2001:db8::53"}));
	cr_expect_eq(l.open, 0);
	pass(SEC(80000));
	expect_did("");
	next_ms();
	expect_did(ALL6);
}

/* A domain without servers is kept fresh, whoever names the servers. */
Test(learn_ask6, both_are_kept_fresh)
{
	uint32_t xid4;

	begin();
	go(true);
	stand("eth0", "192.0.2.10");
	stand("eth0", "fe80::2");
	pass(CLOCK_MS(500));
	xid4 = l.learn->links[0].asks[0].xid;
	cr_expect(tell4(2, (struct v4){.xid = xid4, .server = "192.0.2.1",
	    .domain = "corp.example"}));
	cr_expect(answer6((struct v6){.dns = "2001:db8::53"}));
	expect_known("eth0 inform corp.example @192.0.2.10; eth0 dhcpv6 2001:db8::53");
	expect_did(ALL "; " ALL6);
	cr_expect_eq(next_ms(), 1800000);
	expect_did("192.0.2.1%eth0#67 from 192.0.2.10");
	tell4(2, (struct v4){.xid = l.learn->links[0].asks[0].xid,
	    .server = "192.0.2.1", .domain = "corp.example"});
	cr_expect_eq(l.open, 0, "that will do");
	/* nobody has servers any more */
	learn_drop(l.learn, 1);
	net();
	pass(CLOCK_MS(500));
	expect_did("192.0.2.1%eth0#67 from 192.0.2.10");
}
