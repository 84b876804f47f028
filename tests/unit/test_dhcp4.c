/*
 * DHCPv4: what the fixed part and each option say, and every way a value can be wrong.
 */
#include "ddnsupd/facts.h"
#include "dhcp4_message.h"

TestSuite(dhcp4);

Test(dhcp4, fixed_part)
{
	begin();
	bytes[12] = 198;
	put(OCTETS("\377"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.op, 2);
	cr_assert_eq(message.hwtype, 1);
	cr_assert_eq(message.hwaddr_len, 6);
	cr_assert_eq(memcmp(message.hwaddr, bytes + 28, 16), 0);
	cr_assert_eq(message.xid, 0x12345678);
	expect_addr(&message.ciaddr, "198.0.0.0");
	expect_addr(&message.yiaddr, "192.0.2.10");
	expect_addr(&message.giaddr, "192.0.2.2");
	cr_assert(message.info.has_address);
	expect_addr(&message.info.address, "192.0.2.10");
}

Test(dhcp4, everything)
{
	begin();
	option(54, OCTETS("\300\0\2\1"));
	option(6, OCTETS("\300\0\2\65\300\0\2\66"));
	option(12, OCTETS("Host"));
	option(15, OCTETS("corp.example"));
	option(50, OCTETS("\300\0\2\13"));
	option(51, OCTETS("\0\0\16\20"));
	option(58, OCTETS("\0\0\7\10"));
	option(59, OCTETS("\0\0\14\116"));
	option(61, OCTETS("\1\2\0\136\0\123\1"));
	option(81, OCTETS("\7\377\377\4host\4corp\7example\0"));
	option(119, OCTETS("\3net\7example\0"));
	option(42, OCTETS("\300\0\2\1")); /* not for us */
	put(OCTETS("\377 behind the end"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert(message.has_server_id);
	expect_addr(&message.server_id, "192.0.2.1");
	cr_assert_eq(message.info.server_count, 2);
	expect_addr(&message.info.servers[0], "192.0.2.53");
	expect_addr(&message.info.servers[1], "192.0.2.54");
	cr_assert(message.info.has_host_name);
	expect_name(&message.info.host_name, "host");
	cr_assert(message.info.has_domain);
	expect_name(&message.info.domain, "corp.example");
	cr_assert(message.has_requested);
	expect_addr(&message.requested, "192.0.2.11");
	cr_assert_eq(message.info.lease_s, 3600);
	cr_assert_eq(message.info.renew_s, 1800);
	cr_assert_eq(message.rebind_s, 3150);
	cr_assert_eq(message.client_id_len, 7);
	cr_assert_eq(memcmp(message.client_id, "\1\2\0\136\0\123\1", 7), 0);
	cr_assert(message.info.has_fqdn);
	cr_assert_eq(message.info.fqdn_flags, DHCP_FQDN_S | DHCP_FQDN_O);
	cr_assert(message.info.has_fqdn_name);
	expect_name(&message.info.fqdn_name, "host.corp.example");
}

Test(dhcp4, nothing)
{
	begin();
	len = OPTIONS;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.type, 0, "BOOTP");
	cr_assert_not(message.has_server_id || message.has_requested);
	cr_assert_eq(message.client_id_len, 0);
	cr_assert_eq(message.info.server_count, 0);
	cr_assert_not(message.info.has_domain || message.info.has_host_name ||
	    message.info.has_fqdn || message.info.has_fqdn_name);
	cr_assert_eq(message.info.lease_s | message.info.renew_s | message.rebind_s, 0);
}

Test(dhcp4, cut_short)
{
	begin();
	for (len = OPTIONS; len-- > 0;)
		cr_expect_eq(parse(), FAULT_MSG_SHORT, "%zu", len);
}

Test(dhcp4, no_dhcp)
{
	begin();
	bytes[COOKIE + 3] ^= 1;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED, "the cookie");
	begin();
	bytes[0] = 3;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED, "op");
	begin();
	bytes[0] = 0;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED, "op");
	begin();
	bytes[2] = 17;
	cr_assert_eq(parse(), FAULT_MSG_MALFORMED, "the hardware address");
}

Test(dhcp4, hardware_addresses_of_all_lengths)
{
	begin();
	memset(bytes + 28, 0xee, 16);
	bytes[2] = 16;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.hwaddr[15], 0xee);
	bytes[2] = 6;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.hwaddr[5], 0xee);
	cr_assert_eq(message.hwaddr[6], 0, "what follows is no part of it");
	bytes[2] = 0;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.hwaddr[0], 0);
}

/* To an INFORM the answer has no yiaddr (RFC 2131 4.3.5). */
Test(dhcp4, address_spoken_for)
{
	begin();
	memset(bytes + 16, 0, 4);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_not(message.info.has_address);
	memcpy(bytes + 12, "\300\0\2\14", 4);
	cr_assert_eq(parse(), FAULT_NONE);
	expect_addr(&message.info.address, "192.0.2.12");
	bytes[0] = 1;
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_not(message.info.has_address, "a client leases nothing out");
	begin();
	memset(bytes + 16, 0xff, 4);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_not(message.info.has_address, "broadcast");
}

Test(dhcp4, type_is_one_octet)
{
	begin();
	len = OPTIONS;
	option(53, OCTETS("\5\5"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.type, 0);
	len = OPTIONS;
	option(53, OCTETS("\5"));
	option(53, OCTETS("\6"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.type, 0, "which of both?");
}

Test(dhcp4, server_lists_that_are_none)
{
	parse_with(6, OCTETS(""));
	cr_assert_eq(message.info.server_count, 0);
	parse_with(6, OCTETS("\300\0\2"));
	cr_assert_eq(message.info.server_count, 0);
	parse_with(6, OCTETS("\300\0\2\65\300"));
	cr_assert_eq(message.info.server_count, 0);
}

Test(dhcp4, servers_that_are_none)
{
	parse_with(6, OCTETS("\177\0\0\1\0\0\0\0\340\0\0\1\377\377\377\377\300\0\2\65"
	    "\300\0\2\65"));
	cr_assert_eq(message.info.server_count, 1);
	expect_addr(&message.info.servers[0], "192.0.2.53");
}

Test(dhcp4, more_servers_than_there_is_room_for)
{
	char list[252];

	for (size_t at = 0; at < sizeof(list); at += 4)
		memcpy(list + at, (const char[]){10, 0, 0, (char)(at / 4 + 1)}, 4);
	parse_with(6, list, sizeof(list));
	cr_assert_eq(message.info.server_count, DHCP_SERVERS_MAX);
	expect_addr(&message.info.servers[7], "10.0.0.8");
}

Test(dhcp4, server_ids_that_are_none)
{
	parse_with(54, OCTETS("\0\0\0\0"));
	cr_assert_not(message.has_server_id);
	parse_with(54, OCTETS("\377\377\377\377"));
	cr_assert_not(message.has_server_id);
	parse_with(54, OCTETS("\340\0\0\1"));
	cr_assert_not(message.has_server_id);
	parse_with(54, OCTETS("\300\0\2"));
	cr_assert_not(message.has_server_id);
	parse_with(50, OCTETS("\300\0\2\1\1"));
	cr_assert_not(message.has_requested);
}

Test(dhcp4, client_ids_of_all_lengths)
{
	char id[255];

	memset(id, 'i', sizeof(id));
	parse_with(61, id, 1);
	cr_assert_eq(message.client_id_len, 0);
	parse_with(61, id, 2);
	cr_assert_eq(message.client_id_len, 2);
	parse_with(61, id, 255);
	cr_assert_eq(message.client_id_len, 255);
	begin();
	option(61, id, 255);
	option(61, id, 5);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.client_id_len, 0, "260 of them");
}

Test(dhcp4, times)
{
	parse_with(51, OCTETS("\377\377\377\377"));
	cr_assert_eq(message.info.lease_s, FACT_FOREVER);
	parse_with(51, OCTETS("\0\16\20"));
	cr_assert_eq(message.info.lease_s, 0);
	parse_with(58, OCTETS("\0\0\0\0\1"));
	cr_assert_eq(message.info.renew_s, 0);
	parse_with(58, OCTETS("\0\0\0\1"));
	cr_assert_eq(message.info.renew_s, 1, "also without a lease time");
}

/* RFC 2131 4.4.5 */
Test(dhcp4, times_out_of_order)
{
	begin();
	option(51, OCTETS("\0\0\0\100"));
	option(58, OCTETS("\0\0\0\101"));
	option(59, OCTETS("\0\0\0\102"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.lease_s, 64);
	cr_assert_eq(message.info.renew_s, 0);
	cr_assert_eq(message.rebind_s, 0);
	begin();
	option(51, OCTETS("\0\0\0\100"));
	option(58, OCTETS("\0\0\0\60"));
	option(59, OCTETS("\0\0\0\40"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.renew_s, 0);
	cr_assert_eq(message.rebind_s, 32);
	begin();
	option(51, OCTETS("\377\377\377\377"));
	option(58, OCTETS("\377\377\377\377"));
	option(59, OCTETS("\377\377\377\377"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.info.renew_s, FACT_FOREVER);
	cr_assert_eq(message.rebind_s, FACT_FOREVER);
}

Test(dhcp4, names)
{
	parse_with(15, OCTETS("corp.example\0"));
	expect_name(&message.info.domain, "corp.example");
	parse_with(12, OCTETS("host.corp.example"));
	expect_name(&message.info.host_name, "host.corp.example");
}

/* Not by the book, and common: a search list in option 15, a blank behind the name. */
Test(dhcp4, several_domains)
{
	parse_with(15, OCTETS("corp.example lab.example"));
	expect_name(&message.info.domain, "corp.example");
	parse_with(15, OCTETS(" corp.example \0"));
	cr_expect_not(message.info.has_domain, "a NUL is a word here");
	parse_with(15, OCTETS("corp.example "));
	expect_name(&message.info.domain, "corp.example");
	parse_with(15, OCTETS("corp.example lab..example"));
	cr_expect_not(message.info.has_domain);
	parse_with(15, OCTETS("Acme Works"));
	cr_expect_not(message.info.has_domain);
	parse_with(15, OCTETS("  "));
	cr_expect_not(message.info.has_domain);
	parse_with(12, OCTETS("host.example two"));
	cr_expect_not(message.info.has_host_name);
}

/* Row by row what somebody may try; the rest of the message holds. */
Test(dhcp4, names_that_are_none)
{
	static const char *const hostile[] = {
		"corp\0.example", "corp.example\n..", "\033[31mcorp....",
		"a.example;id;", "$(reboot).....", "corp example..", "..corp.example",
	};

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		begin();
		option(15, hostile[i], 13);
		option(12, hostile[i], 13);
		option(6, OCTETS("\300\0\2\65"));
		cr_assert_eq(parse(), FAULT_NONE);
		cr_expect_not(message.info.has_domain, "%zu", i);
		cr_expect_not(message.info.has_host_name, "%zu", i);
		cr_expect_eq(message.info.server_count, 1, "%zu", i);
	}
}

Test(dhcp4, fqdn)
{
	parse_with(81, OCTETS("\10\0\0host"));
	cr_assert(message.info.has_fqdn);
	cr_assert_eq(message.info.fqdn_flags, DHCP_FQDN_N);
	expect_name(&message.info.fqdn_name, "host");
	parse_with(81, OCTETS("\1\0\0host.corp.example."));
	cr_assert_eq(message.info.fqdn_flags, DHCP_FQDN_S);
	expect_name(&message.info.fqdn_name, "host.corp.example");
	parse_with(81, OCTETS("\5\0\0\4host"));
	expect_name(&message.info.fqdn_name, "host");
	parse_with(81, OCTETS("\365\0\0\4host\0"));
	cr_assert_eq(message.info.fqdn_flags, DHCP_FQDN_S, "bits that must be zero");
}

Test(dhcp4, fqdn_without_a_name)
{
	parse_with(81, OCTETS("\3\377\377"));
	cr_assert(message.info.has_fqdn);
	cr_assert_not(message.info.has_fqdn_name);
	cr_assert_eq(message.info.fqdn_flags, DHCP_FQDN_S | DHCP_FQDN_O);
	parse_with(81, OCTETS("\5\377\377\0"));
	cr_assert(message.info.has_fqdn);
	cr_assert_not(message.info.has_fqdn_name);
}

Test(dhcp4, fqdns_that_are_none)
{
	static const struct {
		const char *value;
		size_t len;
	} wrong[] = {
		{OCTETS("\1")},
		{OCTETS("\1\0")},
		{OCTETS("\11\0\0host")},                /* S and N */
		{OCTETS("\1\0\0ho\0st")},
		{OCTETS("\1\0\0host\n")},
		{OCTETS("\1\0\0\4host\0")},             /* wire form without E */
		{OCTETS("\5\0\0host")},                 /* text with E */
		{OCTETS("\5\0\0\4host\300\0")},
		{OCTETS("\5\0\0\4ho\0t\0")},
		{OCTETS("\5\0\0\4host\0\0")},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		parse_with(81, wrong[i].value, wrong[i].len);
		cr_expect_not(message.info.has_fqdn, "%zu", i);
		cr_expect_not(message.info.has_fqdn_name, "%zu", i);
		cr_expect_eq(message.info.fqdn_flags, 0, "%zu", i);
	}
}

Test(dhcp4, search_list_where_there_is_no_domain)
{
	parse_with(119, OCTETS("\4corp\7example\0\3net\300\5"));
	expect_name(&message.info.domain, "corp.example");
	begin();
	option(119, OCTETS("\4corp\7example\0"));
	option(15, OCTETS("bad name"));
	cr_assert_eq(parse(), FAULT_NONE);
	expect_name(&message.info.domain, "corp.example");
	begin();
	option(119, OCTETS("\4corp\7example\0"));
	option(15, OCTETS("net.example"));
	cr_assert_eq(parse(), FAULT_NONE);
	expect_name(&message.info.domain, "net.example");
	parse_with(119, OCTETS("\4corp\300\0"));
	cr_assert_not(message.info.has_domain, "a loop");
}
