/*
 * DHCPv6 messages: what a reply says, what is left out, what is malformed, and the
 * question we ask.
 */
#include <criterion/criterion.h>

#include "dhcp6_message.h"

TestSuite(dhcp6);

Test(dhcp6, a_whole_reply)
{
	static const uint8_t client[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
	static const uint8_t server[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 2};
	struct octets m = message(DHCP6_REPLY);
	struct dhcp6 out;

	option(&m, 1, client, sizeof(client));
	option(&m, 2, server, sizeof(server));
	ia(&m, "2001:db8::10", 7200);
	option(&m, 13, "\0\0success", 9);
	servers(&m, "2001:db8::53", "fe80::53");
	option_name(&m, 24, "Corp.example.sub.corp.example.");
	option(&m, 39, "\1\3pc1\4corp\7example\0", 19);
	out = parsed(&m);
	cr_assert_eq(out.type, DHCP6_REPLY);
	cr_assert_eq(out.xid, 0x123456);
	cr_assert_eq(out.client.len, sizeof(client));
	cr_assert_arr_eq(out.client.octets, client, sizeof(client));
	cr_assert_arr_eq(out.server.octets, server, sizeof(server));
	cr_assert_eq(out.status, 0);
	cr_assert(out.info.has_address);
	expect_addr(&out.info.address, "2001:db8::10");
	cr_assert_eq(out.info.lease_s, 7200);
	cr_assert_eq(out.info.renew_s, 1800);
	cr_assert_eq(out.info.server_count, 2);
	expect_addr(&out.info.servers[0], "2001:db8::53");
	expect_addr(&out.info.servers[1], "fe80::53");
	cr_assert(out.info.has_domain);
	expect_name(&out.info.domain, "corp.example.sub.corp.example");
	cr_assert(out.info.has_fqdn && out.info.has_fqdn_name);
	cr_assert_eq(out.info.fqdn_flags, DHCP_FQDN_S);
	expect_name(&out.info.fqdn_name, "pc1.corp.example");
}

Test(dhcp6, the_first_name_is_the_domain)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_option(&m, 24);
	struct dhcp6 out;

	add_name(&m, "corp.example.");
	add_name(&m, "sub.corp.example.");
	close_option(&m, start);
	option_name(&m, 24, "later.example.");
	out = parsed(&m);
	expect_name(&out.info.domain, "corp.example");
}

Test(dhcp6, compression_is_refused)
{
	struct octets m = message(DHCP6_REPLY);
	struct dhcp6 out;

	option(&m, 24, "\4corp\0\3sub\300\0", 12);
	option(&m, 39, "\1\3pc1\300\0", 7);
	out = parsed(&m);
	cr_assert_not(out.info.has_domain);
	cr_assert_not(out.info.has_fqdn);
}

Test(dhcp6, short_and_malformed)
{
	struct octets m = message(DHCP6_REPLY);
	struct dhcp6 out;

	m.len = 3;
	cr_assert_eq(parse(&m, &out), FAULT_MSG_SHORT);
	m.len = 0;
	cr_assert_eq(parse(&m, &out), FAULT_MSG_SHORT);
	m = message(0);
	expect_malformed(&m, "type 0");
	m = message(12);
	expect_malformed(&m, "relay-forw");
	m = message(13);
	expect_malformed(&m, "relay-repl");
	m = message(DHCP6_REPLY);
	cr_assert_eq(parse(&m, &out), FAULT_NONE);
}

Test(dhcp6, values_of_the_wrong_length_are_left_out)
{
	struct octets m = message(DHCP6_REPLY);
	uint8_t long_duid[DHCP6_DUID_MAX + 1] = {0};
	struct dhcp6 out;

	option(&m, 1, long_duid, sizeof(long_duid));
	option(&m, 2, "", 0);
	option(&m, 3, "elevenbytes", 11);
	option(&m, 13, "\1", 1);
	option(&m, 23, long_duid, 17);
	option(&m, 32, "\0\0\377\377\377", 5);
	option(&m, 83, "\0\0\377", 3);
	option(&m, 39, "", 0);
	option(&m, 24, "", 0);
	option(&m, 999, "x", 1);
	out = parsed(&m);
	cr_assert_eq(out.client.len, 0);
	cr_assert_eq(out.server.len, 0);
	cr_assert_eq(out.status, 0);
	cr_assert_eq(out.max_rt_s, 0);
	cr_assert_eq(out.info.server_count, 0);
	cr_assert_eq(out.info.renew_s, 0);
	cr_assert_not(out.info.has_address || out.info.has_fqdn || out.info.has_domain);

	m = message(DHCP6_REPLY);
	long_duid[0] = 7;
	option(&m, 1, long_duid, DHCP6_DUID_MAX);
	option(&m, 1, "second", 6);
	out = parsed(&m);
	cr_assert_eq(out.client.len, DHCP6_DUID_MAX);
	cr_assert_eq(out.client.octets[0], 7);
}

Test(dhcp6, refresh_time_is_at_least_600_and_wins_over_t1)
{
	struct octets m = message(DHCP6_REPLY);
	struct dhcp6 out;

	ia(&m, "2001:db8::1", 10);
	option_u32(&m, 32, 599);
	out = parsed(&m);
	cr_assert_eq(out.info.renew_s, 600);
	m = message(DHCP6_REPLY);
	option_u32(&m, 32, 1200);
	option_u32(&m, 32, 3600);
	out = parsed(&m);
	cr_assert_eq(out.info.renew_s, 1200);
}

Test(dhcp6, max_rt_within_its_bounds)
{
	static const uint32_t in[] = {59, 60, 86400, 86401};
	static const uint32_t expected[] = {0, 60, 86400, 0};

	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		struct octets m = message(DHCP6_REPLY);
		struct dhcp6 out;

		option_u32(&m, 82, 3600);
		option_u32(&m, 83, in[i]);
		out = parsed(&m);
		cr_assert_eq(out.max_rt_s, expected[i], "%u", in[i]);
	}
}

Test(dhcp6, fqdn_flags_mean_what_they_mean_in_dhcpv4)
{
	static const uint8_t expected[] = {0, DHCP_FQDN_S, DHCP_FQDN_O,
	    DHCP_FQDN_S | DHCP_FQDN_O, DHCP_FQDN_N, DHCP_FQDN_N | DHCP_FQDN_S,
	    DHCP_FQDN_N | DHCP_FQDN_O, DHCP_FQDN_N | DHCP_FQDN_O | DHCP_FQDN_S};

	for (unsigned flags = 0; flags < 8; flags++) {
		struct octets m = message(DHCP6_REPLY);
		uint8_t value = (uint8_t)(flags | 0xf8);
		struct dhcp6 out;

		option(&m, 39, &value, 1);
		option(&m, 39, "\0\1x\0", 4);
		out = parsed(&m);
		cr_assert(out.info.has_fqdn);
		cr_assert_not(out.info.has_fqdn_name);
		cr_assert_eq(out.info.fqdn_flags, expected[flags], "%u", flags);
	}
}

/* A name that is none must not pass for a missing one: that means the host's own. */
Test(dhcp6, fqdn_with_a_bad_name_is_left_out)
{
	static const char *const names[] = {"\1\4pc 1", "\1\3pc1\0x", "\1\100",
	    "\1\11localhost\0"};
	static const size_t lens[] = {6, 7, 2, 12};
	struct octets m;
	struct dhcp6 out;

	for (size_t i = 0; i < 4; i++) {
		m = message(DHCP6_REPLY);
		option(&m, 39, names[i], lens[i]);
		out = parsed(&m);
		cr_assert_not(out.info.has_fqdn, "row %zu", i);
		cr_assert_not(out.info.has_fqdn_name, "row %zu", i);
		cr_assert_eq(out.info.fqdn_flags, 0);
	}
	m = message(DHCP6_REPLY);
	option(&m, 39, "\0\3pc1", 5);   /* partial: RFC 4704 4.2 */
	out = parsed(&m);
	expect_name(&out.info.fqdn_name, "pc1");
}

Test(dhcp6, many_servers_are_capped)
{
	struct octets m = message(DHCP6_REPLY);
	size_t start = open_option(&m, 23);
	struct dhcp6 out;

	add_addr(&m, "ff02::53");
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t octets[16] = {0x20, 1, 0x0d, 0xb8, [14] = (uint8_t)(i >> 8),
		    [15] = (uint8_t)i};

		add(&m, octets, 16);
	}
	close_option(&m, start);
	out = parsed(&m);
	cr_assert_eq(out.info.server_count, DHCP_SERVERS_MAX);
	expect_addr(&out.info.servers[7], "2001:db8::7");
}

Test(dhcp6, duid_ll)
{
	static const uint8_t hwaddr[] = {2, 0, 0, 0, 0, 9};
	static const uint8_t expected[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 9};
	struct dhcp6_duid duid = dhcp6_duid_ll(1, hwaddr, sizeof(hwaddr));

	cr_assert_eq(duid.len, sizeof(expected));
	cr_assert_arr_eq(duid.octets, expected, sizeof(expected));
	duid = dhcp6_duid_ll(772, NULL, 0);
	cr_assert_eq(duid.len, 4);
}

Test(dhcp6, information_request)
{
	static const uint8_t hwaddr[] = {2, 0, 0, 0, 0, 9};
	static const uint8_t expected[] = {11, 0xab, 0xcd, 0xef, /* RFC 8415 8 */
	    0, 1, 0, 10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 9, 0, 8, 0, 2, 0x01, 0x2c, 0, 6, 0, 8,
	    0, 23, 0, 24, 0, 32, 0, 83};
	struct dhcp6_duid duid = dhcp6_duid_ll(1, hwaddr, sizeof(hwaddr));
	uint8_t out[DHCP6_MESSAGE_MAX];
	size_t len = dhcp6_information_request(0xabcdef, &duid, 300, out);
	struct dhcp6 back;

	cr_assert_eq(len, sizeof(expected));
	cr_assert_arr_eq(out, expected, len);
	cr_assert_eq(dhcp6_parse(out, len, &back), FAULT_NONE);
	cr_assert_eq(back.type, DHCP6_INFORMATION_REQUEST);
	cr_assert_eq(back.xid, 0xabcdef);
	duid.len = DHCP6_DUID_MAX;
	cr_assert_leq(dhcp6_information_request(0, &duid, 0, out), DHCP6_MESSAGE_MAX);
}
