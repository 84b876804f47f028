/*
 * R10 to R15, and every cell of the table of allowed configurations (mission.md).
 */
#include "rules_world.h"

TestSuite(rules_ipv4);

enum column {
	SHARED_STATIC,
	SHARED_DHCP,
	OWN_STATIC,
	OWN_DHCP,       /* not Intel's: AMT has a lease of its own */
};

/* Host on eth0; AMT on eth0 too (shared) or on eth1 (own). */
static void
build_cell(struct world *world, enum fqdn_mode mode, bool ipv6, enum column column)
{
	bool dynamic = column == SHARED_DHCP || column == OWN_DHCP;
	bool own = column == OWN_STATIC || column == OWN_DHCP;

	build(world, mode);
	set(&world->reg->interface, own ? "eth1" : "eth0");
	set(&world->reg->host_interface, "eth0");
	world->reg->ipv6 = ipv6 ? FAMILY_USE_AUTO : FAMILY_USE_NONE;
	stand(world, "eth0", "192.0.2.1", dynamic);
	stand(world, "eth0", "2001:db8::1", true);
	if (own) {
		stand(world, "eth1", "192.0.2.10", dynamic);
		stand(world, "eth1", "2001:db8::10", true);
	}
}

Test(rules_ipv4, allowed_configurations)
{
	static const struct {
		enum fqdn_mode mode;
		bool ipv6;
		const char *broken[4]; /* by column */
	} rows[] = {
		{ FQDN_SHARED, true, { "R5", "R5", "R5 R12", "R5 R12" } },
		{ FQDN_SHARED, false, { "", "", "R12", "R12" } },
		{ FQDN_DEDICATED, true, { "", "", "", "" } },
		{ FQDN_DEDICATED, false, { "", "", "", "" } },
	};
	struct world world;
	unsigned row, column;

	for (row = 0; row < 4; row++) {
		for (column = SHARED_STATIC; column <= OWN_DHCP; column++) {
			char *got;

			build_cell(&world, rows[row].mode, rows[row].ipv6,
			    (enum column)column);
			got = broken(&world);
			cr_expect_str_eq(got, rows[row].broken[column],
			    "row %u column %u: broken \"%s\", not \"%s\"", row, column,
			    got, rows[row].broken[column]);
			free(got);
			tear(&world);
		}
	}
}

/* Which rule speaks for which column. */
Test(rules_ipv4, columns)
{
	struct world world;

	build_cell(&world, FQDN_SHARED, false, SHARED_STATIC);
	expect(&world, "R10", RULE_HOLDS, "192.0.2.1", "eth0", "wired");
	expect(&world, "R11", RULE_NOT_APPLICABLE, "static");
	expect(&world, "R12", RULE_NOT_APPLICABLE, "share 192.0.2.1");
	expect(&world, "R13", RULE_HOLDS, "192.0.2.1", "release 7");
	expect(&world, "R14", RULE_NOT_APPLICABLE, "share");
	expect(&world, "R15", RULE_NOT_APPLICABLE, "share");
	tear(&world);
	build_cell(&world, FQDN_SHARED, false, SHARED_DHCP);
	expect(&world, "R11", RULE_HOLDS, "192.0.2.1", "dynamic");
	expect(&world, "R13", RULE_NOT_APPLICABLE, "dynamic");
	tear(&world);
	build_cell(&world, FQDN_DEDICATED, true, OWN_STATIC);
	expect(&world, "R11", RULE_NOT_APPLICABLE, "192.0.2.10");
	expect(&world, "R12", RULE_HOLDS, "192.0.2.10", "192.0.2.1", "static");
	expect(&world, "R13", RULE_NOT_APPLICABLE, "192.0.2.10");
	expect(&world, "R14", RULE_NOT_APPLICABLE, "static");
	expect(&world, "R15", RULE_HOLDS, "both static");
	tear(&world);
	build_cell(&world, FQDN_DEDICATED, true, OWN_DHCP);
	expect(&world, "R12", RULE_HOLDS, "both dynamic");
	expect(&world, "R14", RULE_HOLDS, "both dynamic");
	expect(&world, "R15", RULE_NOT_APPLICABLE, "dynamic");
	tear(&world);
	build_cell(&world, FQDN_SHARED, false, OWN_DHCP);
	expect(&world, "R12", RULE_BROKEN, "192.0.2.1", "192.0.2.10", "fight",
	    "dedicated FQDN");
	tear(&world);
}

Test(rules_ipv4, r10_wireless)
{
	struct world world;

	build(&world, FQDN_SHARED);
	set(&world.reg->interface, "wlan0");
	stand(&world, "wlan0", "192.0.2.1", true);
	expect(&world, "R10", RULE_HOLDS, "wlan0", "dynamic");
	stand(&world, "wlan0", "192.0.2.2", false);
	expect(&world, "R10", RULE_BROKEN, "192.0.2.2", "wlan0", "DHCP");
	expect(&world, "R13", RULE_NOT_APPLICABLE, "192.0.2.1");
	expect_broken(&world, "R10");
	tear(&world);
	/* a configured address that stands nowhere is static */
	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "wlan0");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", false);
	give(&world, "192.0.2.10");
	expect(&world, "R10", RULE_BROKEN, "192.0.2.10", "wlan0");
	expect(&world, "R12", RULE_NOT_APPLICABLE, "R10");
	expect_broken(&world, "R10");
	tear(&world);
}

Test(rules_ipv4, r13_release)
{
	struct world world;

	build_cell(&world, FQDN_SHARED, false, SHARED_STATIC);
	world.config->amt_release = 7;
	expect_broken(&world, "");
	world.config->amt_release = 6;
	expect(&world, "R13", RULE_BROKEN, "192.0.2.1", "release 7", "is 6");
	expect_broken(&world, "R13");
	tear(&world);
	build_cell(&world, FQDN_SHARED, false, SHARED_DHCP);
	world.config->amt_release = 6;
	expect_broken(&world, "");
	tear(&world);
}

Test(rules_ipv4, r14_r15_mixed)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", false);
	stand(&world, "eth1", "192.0.2.10", true);
	expect(&world, "R14", RULE_BROKEN, "192.0.2.10", "192.0.2.1", "eth0");
	expect(&world, "R12", RULE_NOT_APPLICABLE, "R14");
	expect_broken(&world, "R14");
	world.config->amt_release = 6;
	expect_broken(&world, "R14");
	tear(&world);
	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", true);
	stand(&world, "eth1", "192.0.2.10", false);
	expect(&world, "R15", RULE_BROKEN, "192.0.2.10", "192.0.2.1", "release 6 does");
	expect(&world, "R12", RULE_NOT_APPLICABLE, "R15");
	expect_broken(&world, "R15");
	world.config->amt_release = 7;
	expect_broken(&world, "R15");
	world.config->amt_release = 6;
	expect(&world, "R15", RULE_HOLDS, "amt-release 6");
	expect_broken(&world, "");
	world.reg->mode = FQDN_SHARED;
	world.reg->ipv6 = FAMILY_USE_NONE;
	set(&world.reg->host_name, NULL);
	expect_broken(&world, "R12");
	tear(&world);
}

/* Several addresses: the worst verdict, the first that has it. */
Test(rules_ipv4, several_addresses)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", false);
	stand(&world, "eth0", "169.254.1.1", true);
	stand(&world, "eth1", "169.254.1.2", true);
	stand(&world, "eth1", "192.0.2.10", false);
	expect(&world, "R14", RULE_NOT_APPLICABLE, "192.0.2.10");
	expect(&world, "R12", RULE_HOLDS, "192.0.2.10");
	stand(&world, "eth1", "192.0.2.11", true);
	stand(&world, "eth1", "192.0.2.12", true);
	expect(&world, "R14", RULE_BROKEN, "192.0.2.11");
	expect(&world, "R12", RULE_HOLDS, "192.0.2.10");
	tear(&world);
}

Test(rules_ipv4, ipv4_not_judged)
{
	static const char *const ids[] = { "R10", "R11", "R12", "R13", "R14", "R15" };
	struct world world;
	unsigned i;

	for (i = 0; i < 6; i++) {
		build(&world, FQDN_DEDICATED);
		expect(&world, ids[i], RULE_UNKNOWN, "no host-interface",
		    "default route");
		set(&world.reg->host_interface, "eth0");
		expect(&world, ids[i], RULE_UNKNOWN, "eth0", "no usable IPv4");
		stand(&world, "eth0", "169.254.3.4", false);
		expect(&world, ids[i], RULE_UNKNOWN, "no usable IPv4");
		world.facts.net.route_count = 0;
		expect(&world, ids[i], RULE_UNKNOWN, "no default route");
		give(&world, "192.0.2.10");
		expect(&world, ids[i], RULE_NOT_APPLICABLE, "another machine");
		world.reg->addresses[0] = addr_of("2001:db8::10");
		expect(&world, ids[i], RULE_NOT_APPLICABLE, "IPv4");
		tear(&world);
	}
}

/* The host has no IPv4 of its own to compare with. */
Test(rules_ipv4, host_without_ipv4)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth1", "192.0.2.10", false);
	expect(&world, "R12", RULE_UNKNOWN, "eth0");
	expect(&world, "R15", RULE_UNKNOWN, "eth0");
	expect(&world, "R14", RULE_NOT_APPLICABLE, "static");
	stand(&world, "eth1", "192.0.2.11", true);
	expect(&world, "R14", RULE_UNKNOWN, "eth0");
	tear(&world);
}

/* Shared without any interface named: both are the default route's. */
Test(rules_ipv4, shared_default_interfaces)
{
	struct world world;

	build(&world, FQDN_SHARED);
	stand(&world, "eth0", "192.0.2.1", true);
	expect(&world, "R11", RULE_HOLDS, "192.0.2.1", "eth0");
	tear(&world);
}

/* Lease evidence goes before the kernel's word, and each says how it is known. */
Test(rules_ipv4, leased)
{
	struct world world;

	build(&world, FQDN_SHARED);
	set(&world.reg->interface, "wlan0");
	stand(&world, "wlan0", "192.0.2.1", false);
	expect(&world, "R10", RULE_BROKEN, "192.0.2.1", "no lease is known",
	    "lifetime is unlimited");
	expect(&world, "R13", RULE_NOT_APPLICABLE, "R10");
	lease(&world, FACT_SOURCE_LEASE, 4, "192.0.2.2");
	lease(&world, FACT_SOURCE_LEASE, 2, "192.0.2.1"); /* another link's */
	lease(&world, FACT_SOURCE_INFORM, 4, "192.0.2.1"); /* nobody leased it */
	expect(&world, "R10", RULE_BROKEN, "no lease is known");
	lease(&world, FACT_SOURCE_OBSERVED, 4, "192.0.2.1");
	expect(&world, "R10", RULE_HOLDS, "dynamic", "leased, by the exchange");
	expect(&world, "R11", RULE_HOLDS, "leased, by the exchange");
	expect(&world, "R13", RULE_NOT_APPLICABLE, "dynamic");
	expect_broken(&world, "");
	world.facts.dhcp_count--;
	lease(&world, FACT_SOURCE_HOOK, 4, "192.0.2.1");
	expect(&world, "R11", RULE_HOLDS, "hook");
	world.facts.dhcp_count--;
	lease(&world, FACT_SOURCE_LEASE, 4, "192.0.2.1");
	expect(&world, "R11", RULE_HOLDS, "lease file");
	world.facts.dhcp_count = 0;
	expect_broken(&world, "R10");
	tear(&world);
	build(&world, FQDN_SHARED);
	stand(&world, "eth0", "192.0.2.1", true);
	expect(&world, "R11", RULE_HOLDS, "its lifetime is limited");
	tear(&world);
}

/* The host's is judged the same way, on its own link. */
Test(rules_ipv4, leased_host)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", false);
	stand(&world, "eth1", "192.0.2.10", false);
	expect_broken(&world, "");
	lease(&world, FACT_SOURCE_LEASE, 2, "192.0.2.1");
	expect(&world, "R15", RULE_BROKEN, "192.0.2.10 is static (no lease",
	    "dynamic (leased, by the lease file)");
	lease(&world, FACT_SOURCE_LEASE, 3, "192.0.2.10");
	expect(&world, "R12", RULE_HOLDS, "both dynamic");
	expect_broken(&world, "");
	world.facts.dhcp[0].ifindex = 3;
	expect(&world, "R14", RULE_BROKEN, "192.0.2.10 is dynamic (leased",
	    "static (no lease is known");
	tear(&world);
	/* on a third interface: the lease of that one */
	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", true);
	stand(&world, "wlan0", "192.0.2.10", false);
	give(&world, "192.0.2.10");
	expect_broken(&world, "R15");
	lease(&world, FACT_SOURCE_LEASE, 4, "192.0.2.10");
	expect_broken(&world, "");
	world.reg->addresses[0] = addr_of("192.0.2.11");
	expect(&world, "R15", RULE_BROKEN, "configured and stands nowhere");
	tear(&world);
}

/* A configured address that stands on a third interface is as dynamic as there. */
Test(rules_ipv4, third_interface)
{
	struct world world;

	build(&world, FQDN_DEDICATED);
	set(&world.reg->interface, "eth1");
	set(&world.reg->host_interface, "eth0");
	stand(&world, "eth0", "192.0.2.1", true);
	stand(&world, "wlan0", "192.0.2.10", true);
	give(&world, "192.0.2.10");
	expect(&world, "R12", RULE_HOLDS, "both dynamic");
	tear(&world);
}
