/*
 * RDNSS and DNSSL: lifetimes, lengths, withdrawal.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/facts.h"
#include "ddnsupd/ra.h"
#include "octets.h"

TestSuite(ra);

static void
rdnss(struct octets *o, uint32_t lifetime, const char *first, const char *second)
{
	add_u8(o, 25);
	add_u8(o, second != NULL ? 5 : 3);
	add_u16(o, 0);
	add_u32(o, lifetime);
	add_addr(o, first);
	if (second != NULL)
		add_addr(o, second);
}

/* Padded with zeros (RFC 8106 5.2). */
static void
dnssl(struct octets *o, uint32_t lifetime, const char *first, const char *second)
{
	size_t start = o->len;

	add_u8(o, 31);
	add_u8(o, 0);
	add_u16(o, 0);
	add_u32(o, lifetime);
	add_name(o, first);
	if (second != NULL)
		add_name(o, second);
	while ((o->len - start) % 8 != 0)
		add_u8(o, 0);
	o->at[start + 1] = (uint8_t)((o->len - start) / 8);
}

static enum fault
parse(const struct octets *o, struct ra *ra)
{
	uint8_t *bytes = exact(o);
	enum fault fault = ra_parse(bytes, o->len, ra);

	free(bytes);
	return fault;
}

static struct ra
parsed(const struct octets *o)
{
	struct ra ra;

	cr_assert_eq(parse(o, &ra), FAULT_NONE);
	return ra;
}

Test(ra, both)
{
	struct octets o = {.len = 0};
	struct ra ra;

	rdnss(&o, 1200, "2001:db8::53", "fe80::53");
	dnssl(&o, 600, "corp.example.", "sub.corp.example.");
	ra = parsed(&o);
	cr_assert(ra.has_servers && ra.has_domains);
	cr_assert_eq(ra.servers_s, 1200);
	cr_assert_eq(ra.domains_s, 600);
	cr_assert_eq(ra.info.lease_s, 1200);
	cr_assert_eq(ra.info.server_count, 2);
	expect_addr(&ra.info.servers[0], "2001:db8::53");
	expect_addr(&ra.info.servers[1], "fe80::53");
	cr_assert(ra.info.has_domain);
	expect_name(&ra.info.domain, "corp.example");
}

Test(ra, only_a_search_list)
{
	struct octets o = {.len = 0};
	struct ra ra;

	dnssl(&o, FACT_FOREVER, "corp.example.", NULL);
	ra = parsed(&o);
	cr_assert_not(ra.has_servers);
	cr_assert_eq(ra.domains_s, FACT_FOREVER);
	cr_assert_eq(ra.info.lease_s, FACT_FOREVER);
}

Test(ra, lengths)
{
	struct octets o = {.len = 0};
	struct ra ra;

	cr_assert_eq(parse(&o, &ra), FAULT_MSG_SHORT);
	rdnss(&o, 1200, "2001:db8::53", NULL);
	o.len = 7;
	cr_assert_eq(parse(&o, &ra), FAULT_MSG_SHORT);
	for (o.len = 8; o.len < 24; o.len++)
		cr_assert_eq(parse(&o, &ra), FAULT_MSG_MALFORMED, "%zu", o.len);
	cr_assert_eq(parse(&o, &ra), FAULT_NONE);
	o.at[24] = 1;
	o.len = 25;
	cr_assert_eq(parse(&o, &ra), FAULT_MSG_MALFORMED);
	cr_assert_eq(ra.info.server_count, 0);
	cr_assert_not(ra.has_servers);
}

/* RFC 4861 4.6: the whole is to be dropped. */
Test(ra, a_length_of_0_makes_it_malformed)
{
	struct octets o = {.len = 0};
	struct ra ra;

	rdnss(&o, 1200, "2001:db8::53", NULL);
	add_u32(&o, 0x01000000);
	add_u32(&o, 0);
	cr_assert_eq(parse(&o, &ra), FAULT_MSG_MALFORMED);
	cr_assert_not(ra.has_servers);
}

Test(ra, other_types_are_passed_over)
{
	struct octets o = {.len = 0};
	struct ra ra;

	add_u32(&o, 0x01010200);
	add_u32(&o, 9);
	rdnss(&o, 1200, "2001:db8::53", NULL);
	ra = parsed(&o);
	cr_assert_eq(ra.info.server_count, 1);
}

/* Of a length that no number of addresses has, or none at all: RFC 8106 5.1. */
Test(ra, rdnss_of_the_wrong_length_is_left_out)
{
	struct octets o = {.len = 0};
	struct ra ra;

	add_u32(&o, 0x19010000);
	add_u32(&o, 1200);
	add_u32(&o, 0x19020000);
	add_u32(&o, 1200);
	add_u32(&o, 0);
	add_u32(&o, 0);
	ra = parsed(&o);
	cr_assert_not(ra.has_servers);
}

Test(ra, dnssl_with_a_bad_name_is_left_out)
{
	struct octets o = {.len = 0};
	struct ra ra;

	dnssl(&o, 600, "co rp.example.", NULL);
	dnssl(&o, 600, "corp.example", NULL);
	o.at[o.len - 1] = 9;    /* a label that leads beyond the option */
	ra = parsed(&o);
	cr_assert_not(ra.has_domains || ra.info.has_domain);
}

Test(ra, the_shortest_lifetime_of_several)
{
	struct octets o = {.len = 0};
	struct ra ra;

	rdnss(&o, FACT_FOREVER, "2001:db8::1", NULL);
	rdnss(&o, 300, "2001:db8::2", NULL);
	rdnss(&o, 900, "2001:db8::3", NULL);
	ra = parsed(&o);
	cr_assert_eq(ra.servers_s, 300);
	cr_assert_eq(ra.info.server_count, 3);
}

Test(ra, withdrawn)
{
	struct octets o = {.len = 0};
	struct ra ra;

	rdnss(&o, 0, "2001:db8::1", NULL);
	dnssl(&o, 0, "old.example.", NULL);
	ra = parsed(&o);
	cr_assert(ra.has_servers && ra.has_domains);
	cr_assert_eq(ra.servers_s, 0);
	cr_assert_eq(ra.domains_s, 0);
	expect_addr(&ra.info.servers[0], "2001:db8::1");
	/* What is listed beside it stays, in whatever order. */
	rdnss(&o, 900, "2001:db8::2", NULL);
	rdnss(&o, 0, "2001:db8::3", NULL);
	dnssl(&o, 800, "new.example.", NULL);
	dnssl(&o, 0, "old.example.", NULL);
	ra = parsed(&o);
	cr_assert_eq(ra.servers_s, 900);
	cr_assert_eq(ra.info.server_count, 1);
	expect_addr(&ra.info.servers[0], "2001:db8::2");
	cr_assert_eq(ra.domains_s, 800);
	expect_name(&ra.info.domain, "new.example");
}

Test(ra, many_servers_are_capped)
{
	struct octets o = {.len = 0};
	struct ra ra;

	for (unsigned i = 0; i < 500; i++) {
		uint8_t octets[16] = {0x20, 1, 0x0d, 0xb8, [13] = (uint8_t)(i >> 8),
		    [14] = (uint8_t)i};

		add_u32(&o, 0x19050000);
		add_u32(&o, 1200);
		add(&o, octets, 16);
		octets[15] = 1;
		add(&o, octets, 16);
	}
	cr_assert_eq(o.len, 20000);
	ra = parsed(&o);
	cr_assert_eq(ra.info.server_count, DHCP_SERVERS_MAX);
}
