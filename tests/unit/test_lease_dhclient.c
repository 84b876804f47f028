/*
 * dhclient's lease files.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "ddnsupd/facts.h"
#include "ddnsupd/lease.h"
#include "octets.h"

#define FILE_LEN (256 * 1024)

TestSuite(lease_dhclient);

static struct leases leases;

static enum fault
parse_len(const char *text, size_t len)
{
	uint8_t *bytes = malloc(len > 0 ? len : 1);
	enum fault fault;

	cr_assert_not_null(bytes);
	memcpy(bytes, text, len);
	fault = lease_parse(LEASE_DHCLIENT, "dhclient.leases", bytes, len, &leases);
	free(bytes);
	return fault;
}

static enum fault
parse(const char *text)
{
	return parse_len(text, strlen(text));
}

static const struct lease *
parsed(const char *text)
{
	cr_assert_eq(parse(text), FAULT_NONE, "%s", text);
	cr_assert_eq(leases.count, 1, "%s: %zu", text, leases.count);
	return &leases.items[0];
}

/* A DHCPv4 lease with more statements in it. */
static const struct lease *
parsed_with(const char *statements)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), "lease {\n  interface \"eth0\";\n"
	    "  fixed-address 192.0.2.10;\n%s\n}\n", statements);

	cr_assert_lt((size_t)len, sizeof(text));
	return parsed(text);
}

static const struct lease *
parsed6_with(const char *statements)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), "lease6 {\n  interface \"eth0\";\n%s\n}\n",
	    statements);

	cr_assert_lt((size_t)len, sizeof(text));
	return parsed(text);
}

static const char lease4[] =
    "default-duid \"\\000\\001\\000\\0012\\225~\\354\\372\\024?\\332\\365\\327\";\n"
    "lease {\n"
    "  interface \"eth0\";\n"
    "  fixed-address 192.0.2.10;\n"
    "  option subnet-mask 255.255.255.0;\n"
    "  option fqdn 7:ff:ff:3:70:63:31:4:63:6f:72:70:7:65:78:61:6d:70:6c:65:0;\n"
    "  option routers 192.0.2.1;\n"
    "  option dhcp-lease-time 3600;\n"
    "  option dhcp-message-type 5;\n"
    "  option domain-name-servers 192.0.2.53,192.0.2.54;\n"
    "  option dhcp-server-identifier 192.0.2.1;\n"
    "  option domain-search \"a.example.\", \"b.example.\";\n"
    "  option dhcp-renewal-time 1800;\n"
    "  option host-name \"pc1\";\n"
    "  option domain-name \"corp.example\";\n"
    "  option fqdn.encoded true;\n"
    "  option fqdn.hostname \"pc1\";\n"
    "  option fqdn.domainname \".corp.example\";\n"
    "  option fqdn.fqdn \"pc1.corp.example\";\n"
    "  option fqdn.no-client-update true;\n"
    "  option fqdn.server-update true;\n"
    "  renew 0 2026/11/22 10:50:02;\n"
    "  rebind 0 2026/11/22 11:15:57;\n"
    "  expire 0 2026/11/22 11:23:27;\n"
    "}\n";

static const char lease6[] =
    "lease6 {\n"
    "  interface \"eth0\";\n"
    "  ia-na 3f:da:f5:d7 {\n"
    "    starts 1795343012;\n"
    "    renew 1800;\n"
    "    rebind 3150;\n"
    "    iaaddr 2001:db8::11 {\n"
    "      starts 1795343012;\n"
    "      preferred-life 3600;\n"
    "      max-life 7200;\n"
    "    }\n"
    "  }\n"
    "  option fqdn.encoded true;\n"
    "  option fqdn.server-update true;\n"
    "  option fqdn.no-client-update false;\n"
    "  option fqdn.fqdn \"pc1.corp.example\";\n"
    "  option dhcp6.client-id 0:1:0:1:32:95:7e:ec:fa:14:3f:da:f5:d7;\n"
    "  option dhcp6.server-id 0:3:0:1:1e:99:31:fd:cc:ee;\n"
    "  option dhcp6.name-servers 2001:db8::53,fe80::53;\n"
    "  option dhcp6.domain-search \"corp.example.\", \"sub.corp.example.\";\n"
    "  option dhcp6.status-code success \"success\";\n"
    "}\n";

Test(lease_dhclient, a_whole_dhcpv4_lease)
{
	const struct lease *lease = parsed(lease4);
	const struct dhcp_info *info = &lease->info;

	cr_assert_str_eq(lease->ifname, "eth0");
	cr_assert_eq(lease->ifindex, 0);
	cr_assert_eq(lease->family, FAMILY_IPV4);
	cr_assert_eq(lease->expires_s, 1795346607);
	expect_addr(&info->address, "192.0.2.10");
	cr_assert_eq(info->lease_s, 3600);
	cr_assert_eq(info->renew_s, 1800);
	cr_assert_eq(info->server_count, 2);
	expect_addr(&info->servers[0], "192.0.2.53");
	expect_addr(&info->servers[1], "192.0.2.54");
	expect_name(&info->domain, "corp.example");
	expect_name(&info->host_name, "pc1");
	cr_assert(info->has_address && info->has_domain && info->has_host_name);
	cr_assert(info->has_fqdn && info->has_fqdn_name);
	cr_assert_eq(info->fqdn_flags, DHCP_FQDN_S | DHCP_FQDN_O);
	expect_name(&info->fqdn_name, "pc1.corp.example");
}

Test(lease_dhclient, a_whole_dhcpv6_lease)
{
	const struct lease *lease = parsed(lease6);
	const struct dhcp_info *info = &lease->info;

	cr_assert_eq(lease->family, FAMILY_IPV6);
	cr_assert_eq(lease->expires_s, 1795343012 + 7200);
	expect_addr(&info->address, "2001:db8::11");
	cr_assert_eq(info->lease_s, 7200);
	cr_assert_eq(info->renew_s, 1800);
	cr_assert_eq(info->server_count, 2);
	expect_addr(&info->servers[1], "fe80::53");
	expect_name(&info->domain, "corp.example");
	cr_assert_eq(info->fqdn_flags, DHCP_FQDN_S);
	expect_name(&info->fqdn_name, "pc1.corp.example");
}

/* Every cut of a file: the blocks that are whole count, and nothing else. */
Test(lease_dhclient, cut_anywhere)
{
	char text[sizeof(lease4) + sizeof(lease6)];
	size_t first = strlen(lease4), len;

	snprintf(text, sizeof(text), "%s%s", lease4, lease6);
	len = strlen(text);
	for (size_t cut = first; cut <= len; cut++) {
		cr_assert_eq(parse_len(text, cut), FAULT_NONE);
		cr_assert_eq(leases.count, cut >= len - 1 ? 2 : 1, "%zu", cut);
	}
	for (size_t cut = 0; cut < first - 1; cut++) {
		parse_len(text, cut);
		cr_assert_eq(leases.count, 0, "%zu", cut);
	}
}

Test(lease_dhclient, empty_files)
{
	cr_assert_eq(lease_parse(LEASE_DHCLIENT, "x", NULL, 0, &leases), FAULT_NONE);
	cr_assert_eq(parse(""), FAULT_NONE);
	cr_assert_eq(parse(" \n\t# a comment"), FAULT_NONE);
	cr_assert_eq(parse("default-duid \"x\";\nlease {"), FAULT_NONE);
	cr_assert_eq(leases.count, 0);
}

Test(lease_dhclient, no_lease_file)
{
	static const char *const texts[] = {"lease", "lease {", "lease lease { }", "lease6 ;",
	    "some words", "\"a string\nover lines\";", "x { y; ", "lease { option \"x\"; }",
	    "lease { interface }", "lease { option }", "lease { x { y; }"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_assert_eq(parse(texts[i]), FAULT_TEXT_SYNTAX, "%s", texts[i]);
		cr_assert_eq(leases.count, 0);
	}
	cr_assert_eq(parse_len("lease { }\0", 10), FAULT_FILE_NUL);
}

Test(lease_dhclient, the_last_of_an_interface_and_family_counts)
{
	static const char text[] =
	    "lease { interface \"eth0\"; fixed-address 192.0.2.1; option host-name \"a\"; }\n"
	    "lease { interface \"eth1\"; fixed-address 192.0.2.2; }\n"
	    "lease6 { interface \"eth0\"; option dhcp6.name-servers 2001:db8::53; }\n"
	    "lease { interface \"eth0\"; fixed-address 192.0.2.3; }\n"
	    "lease { interface \"eth1\"; fixed-address 192.0.2.4; ";

	cr_assert_eq(parse(text), FAULT_NONE);
	cr_assert_eq(leases.count, 3);
	cr_assert_str_eq(leases.items[0].ifname, "eth0");
	expect_addr(&leases.items[0].info.address, "192.0.2.3");
	cr_assert_not(leases.items[0].info.has_host_name);
	cr_assert_str_eq(leases.items[1].ifname, "eth1");
	expect_addr(&leases.items[1].info.address, "192.0.2.2");
	cr_assert_eq(leases.items[2].family, FAMILY_IPV6);
}

Test(lease_dhclient, released)
{
	static const char text[] =
	    "lease6 { interface \"eth0\"; option dhcp6.name-servers 2001:db8::1; }\n"
	    "lease6 { interface \"eth1\"; option dhcp6.name-servers 2001:db8::2; }\n"
	    "lease6 { interface \"eth0\"; released; }\n"
	    "lease6 { interface \"eth2\"; released; }\n";

	cr_assert_str_eq(parsed(text)->ifname, "eth1");
}

Test(lease_dhclient, blocks_that_are_no_lease)
{
	static const char *const texts[] = {
	    "lease { fixed-address 192.0.2.1; }",
	    "lease { interface \"\"; fixed-address 192.0.2.1; }",
	    "lease { interface \"eth0\"; }",
	    "lease { interface \"eth0\"; fixed-address 0.0.0.0; }",
	    "lease { interface \"eth0\"; fixed-address 127.0.0.1; }",
	    "lease { interface \"eth0\"; fixed-address 2001:db8::1; }",
	    "lease { interface \"../etc\"; fixed-address 192.0.2.1; }",
	    "lease { interface \"e\\033[1m\"; fixed-address 192.0.2.1; }",
	    "lease { interface \"sixteen-letters!\"; fixed-address 192.0.2.1; }",
	    "lease6 { fixed-address 192.0.2.1; }",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_assert_eq(parse(texts[i]), FAULT_NONE, "%s", texts[i]);
		cr_assert_eq(leases.count, 0, "%s", texts[i]);
	}
}

Test(lease_dhclient, dates)
{
	static const struct {
		const char *text;
		int64_t expires_s;
	} rows[] = {
		{"expire 4 1970/01/01 00:00:00;", 0},
		{"expire 4 1970/01/01 00:00:01;", 1},
		{"expire 0 2000/02/29 12:00:00;", 951825600},
		{"expire 0 2000/03/01 00:00:00;", 951868800},
		{"expire 4 2026/11/22 11:00:00;", 1795345200},
		{"expire 4 2028/12/31 23:59:59;", 1861919999},
		{"expire 4 2100/03/01 00:00:00;", 4107542400},
		{"expire 4 9999/12/31 23:59:59;", 253402300799},
		{"expire epoch 1795345200; # Sun Nov 22 11:00:00 2026", 1795345200},
		{"expire epoch x;", 0},
		{"expire never;", 0},
		{"expire 4 1969/12/31 23:59:59;", 0},
		{"expire 4 10000/01/01 00:00:00;", 0},
		{"expire 4 2026/13/01 00:00:00;", 0},
		{"expire 4 2026/00/01 00:00:00;", 0},
		{"expire 4 2026/01/32 00:00:00;", 0},
		{"expire 4 2026/01 00:00:00;", 0},
		{"expire 4 2026/01/01 24:00:00;", 0},
		{"expire 4 2026/01/01 00:60:00;", 0},
		{"expire 4 2026/01/01 00:00:61;", 0},
		{"expire 4 2026/01/01;", 0},
		{"expire;", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lease *lease = parsed_with(rows[i].text);

		cr_assert_eq(lease->expires_s, rows[i].expires_s, "%s: %lld", rows[i].text,
		    (long long)lease->expires_s);
		cr_assert_eq(lease->info.lease_s,
		    strcmp(rows[i].text, "expire never;") == 0 ? FACT_FOREVER : 0);
	}
}

Test(lease_dhclient, strings)
{
	char text[600];
	const struct dhcp_info *info;

	info = &parsed_with("option domain-name \"corp.example\\000\";")->info;
	expect_name(&info->domain, "corp.example");
	info = &parsed_with("option domain-name \"corp.example lab.example\";")->info;
	expect_name(&info->domain, "corp.example");
	info = &parsed_with("option domain-name \"c\\157rp.exam\\p\\154e\";")->info;
	expect_name(&info->domain, "corp.example");
	info = &parsed_with("option domain-name \"a\\000b\";")->info;
	cr_assert_not(info->has_domain);
	info = &parsed_with("option domain-name \"a\\\"; }\";")->info;
	cr_assert_not(info->has_domain);
	/* Braces and comment signs in a string are of the string. */
	info = &parsed_with("option merit-dump \"}{;#\"; option host-name \"pc1\";")->info;
	cr_assert(info->has_host_name);
	/* One that is too long is no value, and what follows is read. */
	snprintf(text, sizeof(text), "option domain-name \"%0300d\"; option host-name \"pc1\";",
	    0);
	info = &parsed_with(text)->info;
	cr_assert(info->has_host_name && !info->has_domain);
	cr_assert_eq(parse("lease { interface \"eth0\"; option host-name \"\\"),
	    FAULT_TEXT_SYNTAX);
	cr_assert_eq(parse("lease { interface \"eth0\"; option host-name \"\\0"),
	    FAULT_TEXT_SYNTAX);
}

Test(lease_dhclient, domains)
{
	const struct dhcp_info *info =
	    &parsed_with("option domain-search \"a.example.\", \"b.example.\";")->info;

	expect_name(&info->domain, "a.example");
	info = &parsed_with("option domain-name \"one two\";"
			    "option domain-search \"a.example.\";")->info;
	expect_name(&info->domain, "a.example");
	info = &parsed_with("option domain-search \"\", \"b.example.\";")->info;
	cr_assert_not(info->has_domain);
}

Test(lease_dhclient, fqdn)
{
	const struct dhcp_info *info = &parsed_with("option fqdn.encoded true;")->info;

	cr_assert_not(info->has_fqdn);
	info = &parsed_with("option fqdn.server-update false;"
			    "option fqdn.no-client-update true;")->info;
	cr_assert(info->has_fqdn && !info->has_fqdn_name);
	cr_assert_eq(info->fqdn_flags, DHCP_FQDN_O);
	info = &parsed_with("option fqdn.server-update true; option fqdn.fqdn \"\";")->info;
	cr_assert(info->has_fqdn && !info->has_fqdn_name);
	info = &parsed_with("option fqdn.fqdn \"pc1\";")->info;
	cr_assert_not(info->has_fqdn || info->has_fqdn_name);
	/* A name that is none must not pass for a missing one: that means the host's. */
	info = &parsed_with("option fqdn.server-update true;"
			    "option fqdn.fqdn \"pc 1\";")->info;
	cr_assert_not(info->has_fqdn || info->has_fqdn_name);
	cr_assert_eq(info->fqdn_flags, 0);
}

Test(lease_dhclient, dhcpv6_addresses)
{
	const struct lease *lease = parsed6_with(
	    "ia-pd 1 { starts 1; iaprefix 2001:db8:1::/48 { starts 1; max-life 9; } }\n"
	    "ia-na 2 { renew 10; iaaddr 2001:db8::1 { starts 5; max-life 0; } }\n"
	    "ia-na 3 { renew 20; iaaddr fe80::1 { starts 5; max-life 1; }\n"
	    " iaaddr x { max-life 1; }\n"
	    " iaaddr 2001:db8::2 { starts 100; max-life 200; option dhcp6.x { } }\n"
	    " iaaddr 2001:db8::3 { starts 100; max-life 300; } }\n"
	    "ia-na 4 { iaaddr { max-life 300; } }");

	expect_addr(&lease->info.address, "2001:db8::2");
	cr_assert_eq(lease->info.lease_s, 200);
	cr_assert_eq(lease->info.renew_s, 20);
	cr_assert_eq(lease->expires_s, 300);
	lease = parsed6_with("ia-na 1 { iaaddr 2001:db8::1 { starts 5; max-life 4294967295; } }");
	cr_assert_eq(lease->info.lease_s, FACT_FOREVER);
	cr_assert_eq(lease->expires_s, 0);
	lease = parsed6_with("ia-na 1 { iaaddr 2001:db8::1 { max-life 60; } }");
	cr_assert_eq(lease->info.lease_s, 60);
	cr_assert_eq(lease->expires_s, 0);
	/* What stands in an IPv6 lease of the other family's. */
	lease = parsed6_with("fixed-address 192.0.2.1; option dhcp-lease-time 5;"
			     "option dhcp6.name-servers 192.0.2.53;");
	cr_assert_not(lease->info.has_address);
	cr_assert_eq(lease->info.server_count, 0);
	cr_assert_eq(lease->info.lease_s, 0);
}

Test(lease_dhclient, refresh_time)
{
	const struct lease *lease = parsed6_with("option dhcp6.info-refresh-time 5;");

	cr_assert_eq(lease->info.renew_s, 600);
	lease = parsed6_with("ia-na 1 { renew 9; iaaddr 2001:db8::1 { max-life 60; } }"
			     "option dhcp6.info-refresh-time 1200;");
	cr_assert_eq(lease->info.renew_s, 1200);
}

Test(lease_dhclient, what_is_not_known_is_passed_over)
{
	const struct lease *lease = parsed(
	    "authoring-byte-order little-endian;\n"
	    "on commit { if x { y; } else { z; } }\n"
	    "} ; ,\n"
	    "lease {\n"
	    "  bootp;\n"
	    "  medium \"x\";\n"
	    "  key \"a\" { interface \"eth9\"; }\n"
	    "  interface { interface \"eth8\"; }\n"
	    "  \"a string\" ;\n"
	    "  interface \"eth0\"; # interface \"eth7\";\n"
	    "  option unknown-224 1:2:3;\n"
	    "  fixed-address 192.0.2.10;\n"
	    "}\n");

	cr_assert_str_eq(lease->ifname, "eth0");
}

Test(lease_dhclient, more_interfaces_than_there_is_room_for)
{
	char text[8192];
	size_t len = 0;

	for (unsigned i = 0; i < LEASES_MAX + 10; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "lease{interface \"e%u\";fixed-address 192.0.2.1;}\n", i);
	cr_assert_eq(parse(text), FAULT_NONE);
	cr_assert_eq(leases.count, LEASES_MAX);
}

/* The largest file there may be, of whatever takes longest: one pass each. */
Test(lease_dhclient, large_files, .timeout = 10)
{
	static const char *const pieces[] = {"lease{interface e0;fixed-address 192.0.2.1;}",
	    "lease6{interface e0;}lease6{interface e0;released;}", "{", "}", "x ", "\"\"",
	    "lease{", "lease{x{", "lease{option", "lease{option x", "#", "\\", "\"\\", ",",
	    "lease{interface e0;fixed-address 192.0.2.1;option domain-name-servers 192.0.2.1"};
	char *text = malloc(FILE_LEN + 1);

	cr_assert_not_null(text);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t len = 0, piece_len = strlen(pieces[i]);

		for (; len + piece_len <= FILE_LEN; len += piece_len)
			memcpy(text + len, pieces[i], piece_len);
		parse_len(text, len);
		cr_assert_leq(leases.count, 1);
	}
	free(text);
}
