/*
 * Router advertisements: lifetimes, withdrawals, and how much a router may say.
 */
#include "learn_packets.h"

TestSuite(learn_ra, .fini = end);

static uint8_t options[1500];
static size_t len;

/* Begin an option of the type; its length is set by end_option(). */
static void
rdnss(uint32_t lifetime_s, const char *addrs)
{
	struct endpoint list[32];
	size_t count = servers_of(list, 32, addrs);
	uint8_t *at = options + len;

	memset(at, 0, 8);
	at[0] = 25;
	at[1] = (uint8_t)(1 + 2 * count);
	put32(at + 4, lifetime_s);
	for (size_t i = 0; i < count; i++)
		memcpy(at + 8 + 16 * i, list[i].addr.octets, 16);
	len += 8 + 16 * count;
}

static void
dnssl(uint32_t lifetime_s, const char *domain)
{
	struct name name = name_of(domain);
	size_t units = (8 + name.len + 7U) / 8;
	uint8_t *at = options + len;

	memset(at, 0, 8 * units);
	at[0] = 31;
	at[1] = (uint8_t)units;
	put32(at + 4, lifetime_s);
	memcpy(at + 8, name.wire, name.len);
	len += 8 * units;
}

static bool
advertise(const char *router)
{
	bool changed = post((struct event){
	    .kind = EVENT_ND,
	    .ifindex = 2,
	    .local = addr_of(router),
	    .bytes = options,
	    .len = len,
	});

	len = 0;
	return changed;
}

static void
begin_ra(void)
{
	len = 0;
	begin();
	use(FACT_SOURCE_RA, FACT_SOURCE_RA);
	go(false);
}

Test(learn_ra, servers_and_domain)
{
	begin_ra();
	rdnss(600, "2001:db8::53 fe80::53");
	dnssl(300, "corp.example");
	cr_expect(advertise("fe80::1"));
	expect_known("eth0 ra 2001:db8::53 fe80::53 corp.example");
	expect_servers("2001:db8::53#53 eth0 ra via; fe80::53%eth0#53 eth0 ra");
	pass(SEC(299));
	expect_known("eth0 ra 2001:db8::53 fe80::53 corp.example");
	pass(SEC(1));
	expect_known("eth0 ra 2001:db8::53 fe80::53");
	pass(SEC(300));
	expect_known("");
	cr_expect_eq(l.learn->entry_count, 0);
}

/* Each server has a lifetime of its own; said again it lives on. */
Test(learn_ra, lifetimes)
{
	begin_ra();
	rdnss(600, "2001:db8::53 2001:db8::54");
	advertise("fe80::1");
	pass(SEC(500));
	rdnss(600, "2001:db8::54");
	cr_expect(!advertise("fe80::1"));
	pass(SEC(100));
	expect_known("eth0 ra 2001:db8::54");
	rdnss(FACT_FOREVER, "2001:db8::54");
	advertise("fe80::1");
	pass(SEC(100000000));
	expect_known("eth0 ra 2001:db8::54");
}

Test(learn_ra, withdrawn)
{
	begin_ra();
	rdnss(600, "2001:db8::53 2001:db8::54");
	dnssl(600, "corp.example");
	advertise("fe80::1");
	pass(SEC(60));
	rdnss(0, "2001:db8::53");
	dnssl(0, "other.example");
	cr_expect(advertise("fe80::1"));
	expect_known("eth0 ra 2001:db8::54 corp.example");
	pass(SEC(60));
	rdnss(0, "2001:db8::99");
	dnssl(0, "corp.example");
	cr_expect(advertise("fe80::1"));
	expect_known("eth0 ra 2001:db8::54");
	pass(SEC(60));
	/* of another router it takes nothing */
	rdnss(0, "2001:db8::54");
	cr_expect(!advertise("fe80::2"));
	cr_expect_eq(l.learn->entry_count, 1);
	rdnss(0, "2001:db8::54");
	advertise("fe80::1");
	expect_known("");
	cr_expect_eq(l.learn->entry_count, 0);
}

/* 8 servers a link, 8 routers, whatever is said (RFC 8106 6.1). */
Test(learn_ra, too_much)
{
	char text[ADDR_TEXT_MAX];

	begin_ra();
	l.damped = true;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "2001:db8::%x", 0x100 + i);
		rdnss(FACT_FOREVER, text);
		dnssl(FACT_FOREVER, "corp.example");
		snprintf(text, sizeof(text), "fe80::%x", 1 + i % 50);
		advertise(text);
	}
	pass(SEC(60));
	cr_expect_eq(l.facts.server_count, 8);
	cr_expect_leq(l.learn->entry_count, LEARN_ROUTERS_MAX);
	cr_expect_leq(l.settled, 12);
}

Test(learn_ra, malformed)
{
	begin_ra();
	rdnss(600, "2001:db8::53");
	options[1] = 0;
	cr_expect(!advertise("fe80::1"));
	rdnss(600, "2001:db8::53");
	len -= 3;
	cr_expect(!advertise("fe80::1"));
	expect_known("");
	cr_expect_eq(l.learn->entry_count, 0);
}

/* Behind a link that comes back may be another network. */
Test(learn_ra, the_link_goes_down)
{
	begin_ra();
	rdnss(600, "2001:db8::53");
	advertise("fe80::1");
	link_of("eth0")->up = false;
	cr_expect(net());
	expect_known("");
	link_of("eth0")->up = true;
	pass(SEC(1));
	cr_expect(!net());
	expect_known("");
}

Test(learn_ra, not_a_source)
{
	begin();
	use(FACT_SOURCE_LEASE, FACT_SOURCE_LEASE);
	go(false);
	rdnss(600, "2001:db8::53");
	cr_expect(!advertise("fe80::1"));
	expect_known("");
}
