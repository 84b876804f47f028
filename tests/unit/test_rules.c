/*
 * The rules: every predicate with every verdict it can give, the FQDN, the link.
 */
#include "rules_world.h"

TestSuite(rules);

Test(rules, table)
{
	struct world world;
	struct strbuf message = { 0 };
	char id[8];
	unsigned i;

	build(&world, FQDN_SHARED);
	for (i = 0; rules[i].id != NULL; i++) {
		snprintf(id, sizeof(id), "R%u", i + 1);
		cr_expect_str_eq(rules[i].id, id);
		cr_expect_gt(strlen(rules[i].title), 0);
		rules[i].judge(&world.subject, &message);
		cr_expect_gt(message.len, 0, "%s says nothing", id);
		cr_expect_neq(strbuf_text(&message)[message.len - 1], '.');
		strbuf_free(&message);
	}
	cr_expect_eq(i, 18);
	tear(&world);
}

/* Nothing is known: nothing but the missing name is broken. */
Test(rules, unknown_is_never_broken)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	facts_free(&world.facts);
	memset(&world.facts, 0, sizeof(world.facts));
	expect_broken(&world, ""); /* DHCP may bring it */
	world.config->dns_source = DNS_SOURCE_STATIC;
	expect_broken(&world, "R4");
	set(&world.reg->domain_name, "corp.example");
	expect_broken(&world, "");
	set(&world.reg->interface, "eth0");
	set(&world.reg->host_interface, "eth0");
	expect_broken(&world, "");
	tear(&world);
	build(&world, FQDN_SHARED);
	facts_free(&world.facts);
	memset(&world.facts, 0, sizeof(world.facts));
	set(&world.reg->host_name, "pc1");
	set(&world.reg->domain_name, "corp.example");
	expect_broken(&world, "");
	tear(&world);
}

Test(rules, joins_all_that_is_broken)
{
	struct world world;
	struct strbuf why = { 0 };

	build(&world, FQDN_SHARED);
	world.config->dns_source = DNS_SOURCE_STATIC; /* R3 does not count */
	world.reg->ipv6 = FAMILY_USE_AUTO;
	world.reg->ttl_s = 0;
	strbuf_add(&why, "> ");
	cr_expect_eq(rules_broken(&world.subject, &why), 2);
	cr_expect_eq(strncmp(why.s, "> R5: a shared FQDN", 19), 0, "%s", why.s);
	cr_expect_neq(strstr(why.s, "; R17: ttl is 0 s"), NULL, "%s", why.s);
	strbuf_free(&why);
	tear(&world);
}

/* --- settings and servers --------------------------------------------------------- */

Test(rules, r2_r18_need_others)
{
	struct world world;

	build(&world, FQDN_SHARED);
	expect(&world, "R2", RULE_UNKNOWN, "--check --online");
	expect(&world, "R18", RULE_UNKNOWN, "not judged", "eth0");
	world.reg->override_dhcp_server = true;
	expect(&world, "R18", RULE_HOLDS, "override-dhcp-server");
	world.reg->mode = FQDN_DEDICATED;
	expect(&world, "R18", RULE_NOT_APPLICABLE, "dedicated");
	tear(&world);
}

static struct name
name_of(const char *text)
{
	struct name name;

	cr_assert_eq(name_parse(&name, text), FAULT_NONE, "%s", text);
	return name;
}

/* What rules_stand_down() says; NULL: nothing. */
static char *
down(struct world *world)
{
	struct strbuf why = { 0 };

	if (rules_stand_down(&world->subject, &why))
		return strbuf_take(&why);
	cr_expect_eq(why.len, 0);
	return NULL;
}

/* It ends nothing: whoever asks rules_broken() does not hear of it. */
Test(rules, r18_dhcp_server)
{
	struct world world;
	struct dhcp_info *info;
	char *why;

	build(&world, FQDN_SHARED);
	learned(&world, FACT_SOURCE_RA, 2);
	expect(&world, "R18", RULE_UNKNOWN, "nothing is known", "eth0");
	learned(&world, FACT_SOURCE_LEASE, 3);
	expect(&world, "R18", RULE_UNKNOWN, "nothing is known", "eth0");
	info = learned(&world, FACT_SOURCE_LEASE, 2);
	expect(&world, "R18", RULE_HOLDS, "no DHCP server", "pc1.corp.example");
	info->has_fqdn = true;
	info->fqdn_flags = DHCP_FQDN_N;
	expect(&world, "R18", RULE_HOLDS, "no DHCP server");
	cr_expect_null(down(&world));
	info->fqdn_flags = DHCP_FQDN_S;
	expect(&world, "R18", RULE_BROKEN, "eth0", "pc1.corp.example", "option 81",
	    "lease", "override-dhcp-server: true");
	expect_broken(&world, "");
	why = down(&world);
	cr_assert_not_null(why);
	cr_expect_not_null(strstr(why, "R18: the DHCP server on eth0"), "%s", why);
	free(why);
	info->has_fqdn_name = true;
	info->fqdn_name = name_of("pc2.corp.example");
	expect(&world, "R18", RULE_HOLDS, "no DHCP server");
	info->fqdn_name = name_of("pc1");
	expect(&world, "R18", RULE_BROKEN, "pc1.corp.example");
	world.reg->override_dhcp_server = true;
	expect(&world, "R18", RULE_HOLDS, "override-dhcp-server");
	cr_expect_null(down(&world));
	world.reg->override_dhcp_server = false;
	world.reg->mode = FQDN_DEDICATED;
	expect(&world, "R18", RULE_NOT_APPLICABLE, "dedicated");
	cr_expect_null(down(&world));
	tear(&world);
}

/* The S of DHCPv6 is of AAAA records, and a shared name has none. */
Test(rules, r18_dhcpv6)
{
	struct world world;
	struct dhcp_info *info;

	build(&world, FQDN_SHARED);
	info = learned(&world, FACT_SOURCE_HOOK, 2);
	info->has_fqdn = true;
	info->fqdn_flags = DHCP_FQDN_S;
	world.facts.dhcp[0].family = FAMILY_IPV6;
	expect(&world, "R18", RULE_UNKNOWN, "nothing is known", "eth0");
	cr_expect_null(down(&world));
	learned(&world, FACT_SOURCE_LEASE, 2);
	expect(&world, "R18", RULE_HOLDS, "no DHCP server");
	tear(&world);
}

/* Without a name it is about the host, not about whatever is shared on the link. */
Test(rules, r18_option_without_a_name)
{
	struct world world;
	struct dhcp_info *info;

	build(&world, FQDN_SHARED);
	info = learned(&world, FACT_SOURCE_HOOK, 2);
	info->has_fqdn = true;
	info->fqdn_flags = DHCP_FQDN_S;
	expect(&world, "R18", RULE_BROKEN, "pc1.corp.example");
	set(&world.reg->host_name, "pc7");
	set(&world.reg->domain_name, "corp.example");
	expect(&world, "R18", RULE_HOLDS, "pc7.corp.example");
	set_host(&world, NULL, NULL);
	expect(&world, "R18", RULE_HOLDS, "pc7.corp.example");
	tear(&world);
}

/* What one source has heard later, another may still have from before. */
Test(rules, r18_best_source)
{
	struct world world;
	struct dhcp_info *info;

	build(&world, FQDN_SHARED);
	info = learned(&world, FACT_SOURCE_LEASE, 2);
	info->has_fqdn = true;
	info = learned(&world, FACT_SOURCE_HOOK, 2);
	info->has_fqdn = true;
	info->fqdn_flags = DHCP_FQDN_S;
	expect(&world, "R18", RULE_HOLDS, "no DHCP server");
	world.facts.dhcp[0].info.has_fqdn_name = true;
	world.facts.dhcp[0].info.fqdn_name = name_of("pc2.corp.example");
	expect(&world, "R18", RULE_BROKEN, "hook");
	tear(&world);
}

Test(rules, r18_without_link_or_name)
{
	struct world world;
	struct dhcp_info *info;

	build(&world, FQDN_SHARED);
	info = learned(&world, FACT_SOURCE_LEASE, 2);
	info->has_fqdn = true;
	info->fqdn_flags = DHCP_FQDN_S;
	set_host(&world, NULL, NULL);
	expect(&world, "R18", RULE_UNKNOWN, "FQDN");
	set_host(&world, "pc1", "corp.example");
	world.facts.net.route_count = 0;
	expect(&world, "R18", RULE_UNKNOWN, "no interface");
	set(&world.reg->interface, "eth9");
	expect(&world, "R18", RULE_UNKNOWN, "no interface");
	set(&world.reg->interface, NULL);
	give(&world, "192.0.2.10");
	expect(&world, "R18", RULE_UNKNOWN, "no interface");
	cr_expect_null(down(&world));
	tear(&world);
}

Test(rules, r3_servers)
{
	struct world world;
	struct endpoint server;

	build(&world, FQDN_SHARED);
	expect(&world, "R3", RULE_UNKNOWN, "DHCP", "dns.servers");
	world.config->dns_source = DNS_SOURCE_STATIC;
	expect(&world, "R3", RULE_BROKEN, "no DNS server", "dns.servers", "-s");
	expect_broken(&world, "");
	cr_assert_eq(endpoint_parse(&server, "192.0.2.53"), FAULT_NONE);
	config_add_server(world.config, &server);
	expect(&world, "R3", RULE_HOLDS, "192.0.2.53#53 (static)");
	cr_assert_eq(endpoint_parse(&server, "2001:db8::53"), FAULT_NONE);
	facts_add_server(&world.facts, &server, FACT_SOURCE_LEASE, 2);
	expect(&world, "R3", RULE_HOLDS, "2001:db8::53#53 (lease)");
	memcpy(server.ifname, "eth0", 5);
	server.via = true;
	facts_add_server(&world.facts, &server, FACT_SOURCE_HOOK, 2);
	cr_assert_eq(endpoint_parse(&server, "fe80::1%eth1"), FAULT_NONE);
	facts_add_server(&world.facts, &server, FACT_SOURCE_RA, 3);
	expect(&world, "R3", RULE_HOLDS, "fe80::1%eth1#53 (ra)");
	world.facts.servers[0].endpoint.via = true;
	memcpy(world.facts.servers[0].endpoint.ifname, "eth0", 5);
	expect(&world, "R3", RULE_HOLDS, "2001:db8::53#53 (lease, eth0), fe80");
	tear(&world);
}

Test(rules, r16_release)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	expect(&world, "R16", RULE_HOLDS, "16");
	world.config->amt_release = 6;
	expect(&world, "R16", RULE_HOLDS, "6");
	world.config->amt_release = 5;
	expect(&world, "R16", RULE_BROKEN, "5", "IPv6", "dedicated", "release 6");
	world.reg->ipv6 = FAMILY_USE_NONE;
	expect(&world, "R16", RULE_BROKEN, "no dedicated FQDN", "fqdn: shared");
	world.reg->mode = FQDN_SHARED;
	expect(&world, "R16", RULE_HOLDS, "5");
	world.reg->ipv6 = FAMILY_USE_AUTO;
	expect(&world, "R16", RULE_BROKEN, "no IPv6", "ipv6: none");
	tear(&world);
}

Test(rules, r17_times)
{
	struct world world;

	build(&world, FQDN_SHARED);
	expect(&world, "R17", RULE_HOLDS, "900 s", "1440 minutes");
	world.reg->ttl_s = 1;
	world.reg->periodic_min = 20;
	expect(&world, "R17", RULE_HOLDS, "1 s", "20 minutes");
	world.reg->ttl_s = 2147483647;
	world.reg->periodic_min = 0;
	expect(&world, "R17", RULE_HOLDS, "2147483647 s", "off");
	world.reg->ttl_s = 2147483648;
	expect(&world, "R17", RULE_BROKEN, "2147483648 s", "1 to 2147483647");
	world.reg->ttl_s = 0;
	expect(&world, "R17", RULE_BROKEN, "ttl is 0 s");
	world.reg->periodic_min = 19;
	expect(&world, "R17", RULE_BROKEN, "ttl is 0 s", ", and ", "19 minutes", "20");
	world.reg->ttl_s = 900;
	expect(&world, "R17", RULE_BROKEN, "19 minutes");
	world.reg->periodic_min = -1;
	expect(&world, "R17", RULE_BROKEN, "-1 minutes");
	tear(&world);
}

/* --- IPv6 ------------------------------------------------------------------------- */

Test(rules, r5_shared_a_only)
{
	struct world world;

	build(&world, FQDN_SHARED);
	expect(&world, "R5", RULE_HOLDS, "A records only");
	world.reg->ipv6 = FAMILY_USE_AUTO;
	expect(&world, "R5", RULE_BROKEN, "ipv6: auto", "ipv6: none");
	world.reg->ipv6 = FAMILY_USE_NONE;
	expect(&world, "R5", RULE_HOLDS, "A records only");
	world.reg->ipv6 = FAMILY_USE_DEFAULT;
	give(&world, "192.0.2.10");
	expect(&world, "R5", RULE_HOLDS, "A records only");
	give(&world, "2001:db8::10");
	expect(&world, "R5", RULE_BROKEN, "2001:db8::10", "leave it out");
	expect_broken(&world, "R5");
	world.reg->mode = FQDN_DEDICATED;
	expect(&world, "R5", RULE_NOT_APPLICABLE, "dedicated");
	tear(&world);
}

Test(rules, r9_own_ipv6)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	stand(&world, "eth0", "2001:db8::1", true);
	expect(&world, "R9", RULE_UNKNOWN, "not judged: no host-interface");
	set(&world.reg->host_interface, "eth0");
	expect(&world, "R9", RULE_HOLDS, "left out", "eth0");
	give(&world, "2001:db8::10");
	expect(&world, "R9", RULE_NOT_APPLICABLE, "another machine");
	set(&world.reg->interface, "eth1");
	expect(&world, "R9", RULE_HOLDS, "eth0");
	give(&world, "2001:db8::1");
	expect(&world, "R9", RULE_BROKEN, "2001:db8::1", "eth0", "take it out");
	expect_broken(&world, "R9");
	set(&world.reg->host_interface, "eth7");
	expect(&world, "R9", RULE_UNKNOWN, "eth7", "host-interface");
	set(&world.reg->host_interface, "eth0");
	set(&world.reg->interface, "eth8");
	expect(&world, "R9", RULE_UNKNOWN, "eth8");
	world.reg->mode = FQDN_SHARED;
	expect(&world, "R9", RULE_NOT_APPLICABLE, "shared");
	tear(&world);
}

Test(rules, r9_not_managed)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->host_interface, "eth0");
	world.reg->ipv6 = FAMILY_USE_NONE;
	expect(&world, "R9", RULE_NOT_APPLICABLE, "IPv6");
	tear(&world);
}

/* --- the link --------------------------------------------------------------------- */

Test(rules, link)
{
	struct world world;
	struct fact_net *net = &world.facts.net;

	build(&world, FQDN_DEDICATED);
	cr_expect_str_eq(rules_link(world.reg, net)->name, "eth0");
	set(&world.reg->interface, "eth1");
	cr_expect_str_eq(rules_link(world.reg, net)->name, "eth1");
	set(&world.reg->interface, "eth9");
	cr_expect_null(rules_link(world.reg, net));
	set(&world.reg->interface, NULL);
	give(&world, "192.0.2.10");
	cr_expect_null(rules_link(world.reg, net));
	set(&world.reg->interface, "wlan0");
	cr_expect_str_eq(rules_link(world.reg, net)->name, "wlan0");
	tear(&world);
	build(&world, FQDN_DEDICATED);
	net->route_count = 0;
	cr_expect_null(rules_link(world.reg, net));
	tear(&world);
}

/* Which rules, not by which facts; what is no rule's sentence is like no other. */
Test(rules, same_rules)
{
	static const struct {
		const char *why, *other;
		bool same;
	} rows[] = {
		{"R14: 192.0.2.5 is static (lease)", "R14: 192.0.2.6 is static", true},
		{"R5: a; R17: b; c", "R5: d; R17: e", true},
		{"R5: a; R17: b", "R5: a", false},
		{"R5: a", "R5: a; R17: b", false},
		{"R1: a", "R18: a", false},
		{"R5: a; see R17", "R5: a", true},
		{"disabled", "withdrawn", false},
		{"disabled", "disabled", false},
		{"R5: a", "disabled", false},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(rules_same(rows[i].why, rows[i].other), rows[i].same,
		    "%s and %s", rows[i].why, rows[i].other);
}
