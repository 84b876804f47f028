/*
 * DHCPv4 options wherever they stand: in parts, in `file` and `sname`, cut, without end.
 */
#include "dhcp4_message.h"

TestSuite(dhcp4_options);

/* Wherever it is cut, all or nothing of an option is taken. */
Test(dhcp4_options, cut_within_options)
{
	begin();
	option(6, OCTETS("\300\0\2\65\300\0\2\66"));
	for (size_t whole = len; len > OPTIONS + 3; len--) {
		enum fault fault = parse();

		cr_expect_eq(fault, len == whole ? FAULT_NONE : FAULT_MSG_MALFORMED);
		if (fault == FAULT_NONE)
			cr_expect_eq(message.info.server_count, 2);
	}
	cr_assert_eq(parse(), FAULT_NONE);
}

Test(dhcp4_options, pads_and_the_end)
{
	begin();
	put(OCTETS("\0\0\0"));
	option(6, OCTETS("\300\0\2\65"));
	put(OCTETS("\0\377\6\377"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 1);
	begin();
	option(6, OCTETS("\300\0\2\65"));
	cr_assert_eq(parse(), FAULT_NONE, "without an end");
	cr_assert_eq(message.info.server_count, 1);
	put(OCTETS("\6"));
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED, "without a length");
}

/* The example of RFC 3397 2.1: a pointer into the first of two parts. */
Test(dhcp4_options, search_list_in_parts)
{
	begin();
	option(119, OCTETS("\3eng\5apple\3c"));
	option(6, OCTETS("\300\0\2\65"));
	option(119, OCTETS("om\0\11marketing\300\4"));
	cr_assert_eq(parse(), FAULT_NONE);
	expect_name(&message.info.domain, "eng.apple.com");
	cr_assert_eq(message.info.server_count, 1);
}

Test(dhcp4_options, long_options)
{
	begin();
	option(6, OCTETS("\300\0\2\65\300\0"));
	option(15, OCTETS("corp.exa"));
	option(6, OCTETS("\2\66"));
	option(15, OCTETS("mple"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 2);
	expect_addr(&message.info.servers[1], "192.0.2.54");
	expect_name(&message.info.domain, "corp.example");
}

/* A value that no usual datagram has room for counts as not there. */
Test(dhcp4_options, an_endless_option)
{
	char servers[252];

	memset(servers, 10, sizeof(servers));
	begin();
	for (int i = 0; i < 8; i++)
		option(6, servers, sizeof(servers));
	option(6, servers, 2048 - 8 * sizeof(servers));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 1);
	option(6, servers, 4);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0);
	cr_assert_eq(message.type, DHCP4_ACK);
}

/* Options first, then `file`, then `sname` (RFC 3396 5), though `sname` lies first. */
Test(dhcp4_options, overload_of_both)
{
	begin();
	option(52, OCTETS("\3"));
	option(15, OCTETS("corp"));
	put(OCTETS("\377"));
	memcpy(bytes + FILE_FIELD, "\17\4.exa\377\6\377", 9);
	memcpy(bytes + SNAME, "\0\17\4mple\6\4\300\0\2\65", 13);
	cr_assert_eq(parse(), FAULT_NONE);
	expect_name(&message.info.domain, "corp.example");
	cr_assert_eq(message.info.server_count, 1);
}

Test(dhcp4_options, overload_of_one)
{
	begin();
	memcpy(bytes + FILE_FIELD, "\6\4\300\0\2\65\377", 7);
	memcpy(bytes + SNAME, "\6\4\300\0\2\66\377", 7);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0, "a file and a server's name");
	option(52, OCTETS("\1"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 1);
	expect_addr(&message.info.servers[0], "192.0.2.53");
	bytes[len - 1] = 2;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 1);
	expect_addr(&message.info.servers[0], "192.0.2.54");
}

Test(dhcp4_options, overloads_that_are_none)
{
	begin();
	memcpy(bytes + FILE_FIELD, "\6\4\300\0\2\65\377", 7);
	option(52, OCTETS("\0"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0);
	bytes[len - 1] = 5;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0);
	option(52, OCTETS("\1"));
	bytes[len - 4] = 1;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0, "twice");
	begin();
	option(52, OCTETS("\1"));
	memcpy(bytes + FILE_FIELD, "\64\1\2\377", 4);
	memcpy(bytes + SNAME, "\6\4\300\0\2\65\377", 7);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.server_count, 0, "from within `file`");
}

/* An option ends in the field it begins in. */
Test(dhcp4_options, overload_beyond_the_field)
{
	begin();
	option(52, OCTETS("\3"));
	bytes[FILE_FIELD + 122] = 6;
	bytes[FILE_FIELD + 123] = 4;
	cr_assert_eq(parse(), FAULT_NONE, "to the last octet");
	bytes[FILE_FIELD + 123] = 5;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED);
	memset(bytes + FILE_FIELD, 0, 128);
	bytes[SNAME] = 43;
	bytes[SNAME + 1] = 62;
	cr_assert_eq(parse(), FAULT_NONE, "to the last octet");
	bytes[SNAME + 1] = 63;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED);
}
