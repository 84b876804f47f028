/*
 * The rules that look at the name: R1, R4, R6, R7 and R8.
 */
#include "rules_world.h"

static void
expect_fqdn(struct world *world, const char *wanted)
{
	struct name name;
	char text[NAME_TEXT_MAX];

	cr_assert_eq(rules_fqdn(world->reg, &world->facts, &name), FAULT_NONE);
	cr_expect_str_eq(name_format(&name, text), wanted);
}

Test(rules, fqdn)
{
	struct world world;
	const struct facts *facts = &world.facts;
	struct name name;
	char label[65] = { 0 };

	build(&world, FQDN_SHARED);
	expect_fqdn(&world, "pc1.corp.example");
	set(&world.reg->host_name, "PC2");
	expect_fqdn(&world, "pc2.corp.example");
	set(&world.reg->domain_name, "Lab.Example.");
	expect_fqdn(&world, "pc2.lab.example");
	set_host(&world, NULL, NULL);
	expect_fqdn(&world, "pc2.lab.example");
	set(&world.reg->host_name, NULL);
	cr_expect_eq(rules_fqdn(world.reg, facts, &name), FAULT_NAME_EMPTY);
	set_host(&world, "pc1", NULL);
	expect_fqdn(&world, "pc1.lab.example");
	set(&world.reg->domain_name, NULL);
	cr_expect_eq(rules_fqdn(world.reg, facts, &name), FAULT_NAME_EMPTY);
	set(&world.reg->domain_name, "a..b");
	cr_expect_eq(rules_fqdn(world.reg, facts, &name), FAULT_LABEL_EMPTY);
	set(&world.reg->host_name, memset(label, 'a', 64));
	cr_expect_eq(rules_fqdn(world.reg, facts, &name), FAULT_LABEL_LONG);
	tear(&world);
}

Test(rules, r1_forward_zone)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	expect(&world, "R1", RULE_HOLDS, "pc1-amt.corp.example", "forward");
	set(&world.reg->domain_name, "2.0.192.in-addr.arpa");
	expect(&world, "R1", RULE_BROKEN, "pc1-amt.2.0.192.in-addr.arpa", "reverse",
	    "domain-name");
	world.reg->allow_top_level_zone = true;
	expect(&world, "R1", RULE_BROKEN, "reverse");
	set(&world.reg->host_name, NULL);
	set_host(&world, NULL, NULL);
	expect(&world, "R1", RULE_BROKEN, "2.0.192.in-addr.arpa");
	set(&world.reg->domain_name, "8.b.d.0.1.0.0.2.IP6.ARPA");
	expect(&world, "R1", RULE_BROKEN, "ip6.arpa");
	set(&world.reg->domain_name, "xin-addr.arpa");
	expect(&world, "R1", RULE_UNKNOWN, "R4");
	tear(&world);
}

Test(rules, r1_top_level)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->domain_name, "lan");
	expect(&world, "R1", RULE_UNKNOWN, "pc1-amt.lan", "allow-top-level-zone");
	world.reg->allow_top_level_zone = true;
	expect(&world, "R1", RULE_HOLDS, "pc1-amt.lan", "allow-top-level-zone");
	tear(&world);
}

/* DHCP gives a domain on a link. */
static void
name_domain(struct world *world, uint32_t ifindex, const char *domain)
{
	struct dhcp_info *info = learned(world, FACT_SOURCE_LEASE, ifindex);

	info->has_domain = true;
	cr_assert_eq(name_parse(&info->domain, domain), FAULT_NONE);
}

Test(rules, r4_name)
{
	struct world world;
	char text[300] = { 0 };
	unsigned i;

	build(&world, FQDN_DEDICATED);
	expect(&world, "R4", RULE_HOLDS, "pc1-amt.corp.example", "22 octets");
	set_host(&world, "pc1", NULL);
	expect(&world, "R4", RULE_UNKNOWN, "pc1-amt", "DHCP", "domain-name");
	name_domain(&world, 3, "other.example");
	expect(&world, "R4", RULE_UNKNOWN, "pc1-amt");
	name_domain(&world, 2, "corp.example");
	expect(&world, "R4", RULE_HOLDS, "pc1-amt.corp.example");
	set(&world.reg->interface, "eth1");
	expect(&world, "R4", RULE_HOLDS, "pc1-amt.other.example");
	set(&world.reg->interface, NULL);
	world.facts.dhcp_count = 0;
	world.config->dns_source = DNS_SOURCE_STATIC;
	expect(&world, "R4", RULE_BROKEN, "pc1-amt", "domain name", "set domain-name");
	set_host(&world, NULL, NULL);
	expect(&world, "R4", RULE_BROKEN, "set domain-name");
	set(&world.reg->host_name, NULL);
	expect(&world, "R4", RULE_BROKEN, "set host-name and domain-name",
	    "hostnamectl");
	set(&world.reg->domain_name, "corp.example");
	expect(&world, "R4", RULE_BROKEN, "set host-name, ");
	set(&world.reg->host_name, memset(text, 'a', 64));
	expect(&world, "R4", RULE_BROKEN, "host-name", "63 octets");
	set(&world.reg->host_name, "pc1");
	set(&world.reg->domain_name, "-x.example");
	expect(&world, "R4", RULE_BROKEN, "domain-name", "-x.example", "hyphen");
	text[0] = '\0';
	for (i = 0; i < 50; i++)
		strcat(text, "abcd.");
	strcat(text, "a");
	set(&world.reg->domain_name, text);
	expect(&world, "R4", RULE_BROKEN, "255 octets", "shorter");
	/* the root and a bare label are no domains */
	set(&world.reg->domain_name, ".");
	expect(&world, "R4", RULE_BROKEN, "domain-name");
	tear(&world);
}

Test(rules, r6_shared_name)
{
	struct world world;

	build(&world, FQDN_SHARED);
	expect(&world, "R6", RULE_HOLDS, "pc1.corp.example");
	set(&world.reg->host_name, "PC1");
	set(&world.reg->domain_name, "CORP.example");
	expect(&world, "R6", RULE_HOLDS, "host's own");
	set(&world.reg->domain_name, "lab.example");
	expect(&world, "R6", RULE_BROKEN, "lab.example", "pc1.corp.example",
	    "dedicated");
	set(&world.reg->domain_name, NULL);
	set(&world.reg->host_name, "pc2");
	expect(&world, "R6", RULE_BROKEN, "pc2.corp.example", "pc1.corp.example");
	set_host(&world, "pc1", NULL);
	set(&world.reg->domain_name, "corp.example");
	expect(&world, "R6", RULE_BROKEN, "pc2.corp.example", "pc1");
	set(&world.reg->host_name, "pc1");
	expect(&world, "R6", RULE_UNKNOWN, "not judged", "domain not known");
	set(&world.reg->host_name, NULL);
	expect(&world, "R6", RULE_UNKNOWN, "pc1.corp.example");
	set_host(&world, NULL, NULL);
	expect(&world, "R6", RULE_UNKNOWN, "not known");
	world.reg->mode = FQDN_DEDICATED;
	expect(&world, "R6", RULE_NOT_APPLICABLE, "dedicated");
	tear(&world);
}

Test(rules, r7_dedicated_name)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	expect(&world, "R7", RULE_HOLDS, "pc1-amt.corp.example", "pc1.corp.example");
	set(&world.reg->host_name, NULL);
	expect(&world, "R7", RULE_BROKEN, "pc1.corp.example", "fqdn: shared");
	set(&world.reg->host_name, "Pc1");
	set(&world.reg->domain_name, "Corp.Example");
	expect(&world, "R7", RULE_BROKEN, "differ");
	set(&world.reg->domain_name, "lab.example");
	expect(&world, "R7", RULE_HOLDS, "pc1.lab.example");
	/* the host's domain is not known: different labels are enough */
	set_host(&world, "pc1", NULL);
	expect(&world, "R7", RULE_UNKNOWN, "not judged");
	set(&world.reg->host_name, "pc1-amt");
	expect(&world, "R7", RULE_HOLDS, "pc1-amt.lab.example", "pc1");
	set_host(&world, NULL, NULL);
	expect(&world, "R7", RULE_UNKNOWN, "not known");
	world.reg->mode = FQDN_SHARED;
	expect(&world, "R7", RULE_NOT_APPLICABLE, "shared");
	tear(&world);
}

/* The same FQDN is the same, however it is cut into two. */
Test(rules, r7_other_cut)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->host_name, "pc1.corp");
	set(&world.reg->domain_name, "example");
	expect(&world, "R7", RULE_BROKEN, "pc1.corp.example");
	tear(&world);
}

Test(rules, r8_host)
{
	struct world world;

	build(&world, FQDN_SHARED);
	expect(&world, "R8", RULE_HOLDS, "pc1.corp.example", "operating system");
	set_host(&world, "pc1", NULL);
	expect(&world, "R8", RULE_HOLDS, "pc1", "domain not known");
	set_host(&world, NULL, NULL);
	expect(&world, "R8", RULE_HOLDS, "no usable host name");
	tear(&world);
}
