/*
 * DHCPv6 messages: the addresses that are leased, and options inside options.
 */
#include <criterion/criterion.h>

#include "ddnsupd/facts.h"
#include "dhcp6_message.h"

TestSuite(dhcp6_ia);

/* Every cut of a whole message, except between two options, is malformed. */
Test(dhcp6_ia, cut_anywhere)
{
	struct octets m = message(DHCP6_REPLY);
	size_t ends[3], end = 0, len;
	struct dhcp6 out;

	ends[0] = m.len;
	ia(&m, "2001:db8::10", 7200);
	ends[1] = m.len;
	servers(&m, "2001:db8::53", NULL);
	ends[2] = len = m.len;
	for (m.len = 4; m.len <= len; m.len++) {
		if (m.len == ends[end]) {
			cr_assert_eq(parse(&m, &out), FAULT_NONE, "%zu", m.len);
			end++;
		} else {
			expect_malformed(&m, "cut");
		}
	}
	cr_assert_eq(end, 3);
}

Test(dhcp6_ia, nested_lengths_stay_inside)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_ia(&m, 1, 2), inner;

	iaaddr(&m, "2001:db8::10", 1, 1);
	m.at[m.len - 25]++;     /* of the IAADDR: one octet into what follows */
	close_option(&m, start);
	servers(&m, "2001:db8::53", NULL);
	expect_malformed(&m, "IAADDR leaves IA_NA");

	m = message(DHCP6_REPLY);
	start = open_ia(&m, 1, 2);
	inner = open_iaaddr(&m, "2001:db8::10", 1, 1);
	option_u16(&m, 13, 0);
	m.at[m.len - 3] = 3;
	close_option(&m, inner);
	option_u16(&m, 13, 0);
	close_option(&m, start);
	expect_malformed(&m, "status leaves IAADDR");

	m = message(DHCP6_REPLY);
	start = open_ia(&m, 1, 2);
	add_u8(&m, 0);
	close_option(&m, start);
	expect_malformed(&m, "one octet left in IA_NA");
}

Test(dhcp6_ia, addresses_that_are_not_leased)
{
	static const struct {
		const char *addr;
		uint32_t preferred;
		uint32_t valid;
		bool counts;
	} rows[] = {
		{"2001:db8::1", 10, 10, true},
		{"2001:db8::1", 0, 10, true},
		{"2001:db8::1", 0, 0, false},
		{"2001:db8::1", 11, 10, false},
		{"2001:db8::1", UINT32_MAX, UINT32_MAX, true},
		{"::", 10, 10, false},
		{"::1", 10, 10, false},
		{"ff02::1", 10, 10, false},
		{"fe80::1", 10, 10, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets m = message(DHCP6_REPLY);
		size_t start = open_ia(&m, 5, 8);
		struct dhcp6 out;

		iaaddr(&m, rows[i].addr, rows[i].preferred, rows[i].valid);
		close_option(&m, start);
		out = parsed(&m);
		cr_assert_eq(out.info.has_address, rows[i].counts, "row %zu", i);
		cr_assert_eq(out.info.lease_s, rows[i].counts ? rows[i].valid : 0);
		cr_assert_eq(out.info.renew_s, rows[i].counts ? 5 : 0);
	}
	cr_assert_eq(UINT32_MAX, FACT_FOREVER);
}

Test(dhcp6_ia, statuses)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_ia(&m, 1, 2), inner;
	struct dhcp6 out;

	/* Of the IA_NA, although it stands behind the address. */
	iaaddr(&m, "2001:db8::1", 10, 10);
	option_u16(&m, 13, 2);
	close_option(&m, start);
	/* Of an address: the next one is taken. */
	start = open_ia(&m, 3, 4);
	inner = open_iaaddr(&m, "2001:db8::2", 10, 10);
	option_u16(&m, 13, 4);
	close_option(&m, inner);
	iaaddr(&m, "2001:db8::3", 20, 20);
	iaaddr(&m, "2001:db8::4", 30, 30);
	close_option(&m, start);
	ia(&m, "2001:db8::5", 40);
	option_u16(&m, 13, 5);
	option_u16(&m, 13, 0);
	out = parsed(&m);
	expect_addr(&out.info.address, "2001:db8::3");
	cr_assert_eq(out.info.lease_s, 20);
	cr_assert_eq(out.info.renew_s, 3);
	cr_assert_eq(out.status, 5);
}

Test(dhcp6_ia, t1_beyond_t2_discards_the_ia)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_ia(&m, 3, 2);
	struct dhcp6 out;

	iaaddr(&m, "2001:db8::1", 10, 10);
	close_option(&m, start);
	out = parsed(&m);
	cr_assert_not(out.info.has_address);
	m.at[4 + 4 + 8 + 3] = 0;        /* T2: left to the client */
	out = parsed(&m);
	cr_assert(out.info.has_address);
}

Test(dhcp6_ia, short_iaaddr_is_left_out)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_ia(&m, 1, 2);
	struct dhcp6 out;

	option(&m, 5, "twenty-three octets ...", 23);
	iaaddr(&m, "2001:db8::1", 10, 10);
	close_option(&m, start);
	out = parsed(&m);
	expect_addr(&out.info.address, "2001:db8::1");
}
