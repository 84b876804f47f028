/*
 * The configuration: defaults, and what follows from what was written.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ddnsupd/config.h"
#include "ddnsupd/mem.h"

TestSuite(config);

static struct addr
parsed(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

Test(config, defaults)
{
	struct config *config = config_new();
	struct config_registration *reg = config_add(config, "amt");

	cr_assert_eq(config->amt_release, 16);
	cr_assert_null(config->state_directory);
	cr_assert_null(config->control_socket);
	cr_assert_eq(config->transport, TRANSPORT_AUTO);
	cr_assert_str_eq(reg->name, "amt");
	cr_assert(reg->enabled);
	cr_assert_eq(reg->mode, FQDN_SHARED);
	cr_assert_null(reg->host_name);
	cr_assert_eq(reg->ttl_s, 900);
	cr_assert_eq(reg->periodic_min, 1440);
	cr_assert_eq(reg->on_conflict, ON_CONFLICT_REPLACE);
	cr_assert_not(reg->temporary_addresses);
	cr_assert_not(reg->withdraw_on_stop);
	cr_assert_not(reg->override_dhcp_server);
	cr_assert_not(reg->allow_top_level_zone);
	config_free(config);
	config_free(NULL);
}

/* Sizes about the powers of two at which the lists move. */
Test(config, lists_grow_and_keep_their_order)
{
	struct config *config = config_new();
	char name[16];

	for (unsigned i = 0; i < 70; i++) {
		uint8_t octets[4] = {10, 0, 0, (uint8_t)i};
		struct endpoint server = {addr_make(FAMILY_IPV4, octets), false, 53, ""};
		struct config_primary primary = {.server = server};

		snprintf(name, sizeof(name), "r%u", i);
		config_add(config, name);
		config_add_server(config, &server);
		config_add_primary(config, &primary);
		config_add_address(&config->registrations[0], &server.addr);
	}
	cr_assert_eq(config->registration_count, 70);
	cr_assert_eq(config->registrations[0].address_count, 70);
	for (unsigned i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		cr_assert_str_eq(config->registrations[i].name, name);
		cr_assert_eq(config->servers[i].addr.octets[3], i);
		cr_assert_eq(config->primaries[i].server.addr.octets[3], i);
		cr_assert_eq(config->registrations[0].addresses[i].octets[3], i);
	}
	config_free(config);
}

Test(config, free_takes_every_text)
{
	struct config *config = config_new();
	struct config_registration *reg = config_add(config, "amt");

	config->state_directory = mem_text("/var/lib/x");
	config->control_socket = mem_text("/run/x");
	reg->host_name = mem_text("pc1");
	reg->domain_name = mem_text("corp.example");
	reg->interface = mem_text("eth0");
	reg->host_interface = mem_text("eth1");
	config_free(config);
}

Test(config, source_in_force)
{
	struct config *config = config_new();
	struct endpoint server = {parsed("192.0.2.53"), false, 53, ""};

	cr_assert_eq(config_dns_source(config), DNS_SOURCE_DHCP);
	config_add_server(config, &server);
	cr_assert_eq(config_dns_source(config), DNS_SOURCE_STATIC);
	config->dns_source = DNS_SOURCE_DHCP;
	cr_assert_eq(config_dns_source(config), DNS_SOURCE_DHCP);
	config->server_count = 0;
	config->dns_source = DNS_SOURCE_STATIC;
	cr_assert_eq(config_dns_source(config), DNS_SOURCE_STATIC);
	config_free(config);
}

enum listed {
	LISTED_NOTHING,
	LISTED_IPV4,
	LISTED_IPV6,
	LISTED_BOTH,
};

/* IPv6 is enabled (R5) by `auto` or an address; a family none or not listed is not ours */
Test(config, families)
{
	static const struct {
		enum fqdn_mode mode;
		enum family_use ipv4, ipv6;
		enum listed listed;
		bool manages_ipv4, manages_ipv6, ipv6_enabled;
	} table[] = {
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_DEFAULT, LISTED_NOTHING,
		    true, false, false},
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_AUTO, LISTED_NOTHING,
		    true, true, true},
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_NONE, LISTED_NOTHING,
		    true, false, false},
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_DEFAULT, LISTED_BOTH,
		    true, false, true},
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_NONE, LISTED_IPV6,
		    false, false, true},
		{FQDN_SHARED, FAMILY_USE_DEFAULT, FAMILY_USE_AUTO, LISTED_IPV4,
		    true, false, true},
		{FQDN_DEDICATED, FAMILY_USE_DEFAULT, FAMILY_USE_DEFAULT, LISTED_NOTHING,
		    true, true, true},
		{FQDN_DEDICATED, FAMILY_USE_NONE, FAMILY_USE_AUTO, LISTED_NOTHING,
		    false, true, true},
		{FQDN_DEDICATED, FAMILY_USE_AUTO, FAMILY_USE_NONE, LISTED_NOTHING,
		    true, false, false},
		{FQDN_DEDICATED, FAMILY_USE_DEFAULT, FAMILY_USE_DEFAULT, LISTED_IPV4,
		    true, false, true},
		{FQDN_DEDICATED, FAMILY_USE_DEFAULT, FAMILY_USE_DEFAULT, LISTED_IPV6,
		    false, true, true},
		{FQDN_DEDICATED, FAMILY_USE_NONE, FAMILY_USE_DEFAULT, LISTED_BOTH,
		    false, true, true},
		{FQDN_DEDICATED, FAMILY_USE_DEFAULT, FAMILY_USE_NONE, LISTED_IPV4,
		    true, false, false},
	};
	struct addr ipv4 = parsed("192.0.2.1"), ipv6 = parsed("2001:db8::1");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct config *config = config_new();
		struct config_registration *reg = config_add(config, "r");

		reg->mode = table[i].mode;
		reg->ipv4 = table[i].ipv4;
		reg->ipv6 = table[i].ipv6;
		if (table[i].listed & LISTED_IPV4)
			config_add_address(reg, &ipv4);
		if (table[i].listed & LISTED_IPV6)
			config_add_address(reg, &ipv6);
		cr_assert_eq(config_manages(reg, FAMILY_IPV4), table[i].manages_ipv4,
		    "row %zu", i);
		cr_assert_eq(config_manages(reg, FAMILY_IPV6), table[i].manages_ipv6,
		    "row %zu", i);
		cr_assert_eq(config_ipv6_enabled(reg), table[i].ipv6_enabled, "row %zu",
		    i);
		config_free(config);
	}
}

Test(config, host_interface)
{
	struct config_registration reg = {.mode = FQDN_SHARED};

	cr_assert_null(config_host_interface(&reg));
	reg.interface = (char[]){"eth0"};
	cr_assert_str_eq(config_host_interface(&reg), "eth0");
	reg.mode = FQDN_DEDICATED;
	cr_assert_null(config_host_interface(&reg));
	reg.host_interface = (char[]){"eth1"};
	cr_assert_str_eq(config_host_interface(&reg), "eth1");
	reg.mode = FQDN_SHARED;
	cr_assert_str_eq(config_host_interface(&reg), "eth1");
}

/* Bits of the sources that are heard, by enum fact_source. */
static unsigned
used(const struct config *config)
{
	unsigned bits = 0;

	for (unsigned i = FACT_SOURCE_LEASE; i <= FACT_SOURCE_HOOK; i++)
		if (config_uses(config, (enum fact_source)i))
			bits |= 1U << i;
	return bits;
}

Test(config, sources_in_use)
{
	struct config *config = config_new();
	unsigned lease = 1U << FACT_SOURCE_LEASE, hook = 1U << FACT_SOURCE_HOOK;
	unsigned ra = 1U << FACT_SOURCE_RA;
	unsigned all = (2U << FACT_SOURCE_HOOK) - (1U << FACT_SOURCE_LEASE);

	cr_assert_eq(used(config), all);
	config->dns_source = DNS_SOURCE_STATIC;
	cr_assert_eq(used(config), lease | hook);
	config->dhcp_sources[0] = FACT_SOURCE_RA;
	config->dhcp_sources[1] = FACT_SOURCE_HOOK;
	config->dhcp_source_count = 2;
	cr_assert_eq(used(config), hook);
	config->dns_source = DNS_SOURCE_DHCP;
	cr_assert_eq(used(config), ra | hook);
	config_free(config);
}

/* Whatever key differs, the registration is another. */
Test(config, registration_equal)
{
	struct addr addr = parsed("192.0.2.10"), other = parsed("192.0.2.11");
	struct config_registration a = {.name = (char[]){"amt"}, .addresses = &addr,
	    .address_count = 1, .host_name = (char[]){"pc1"}};
	struct config_registration b = a;

	b.host_name = (char[]){"pc1"};
	b.addresses = (struct addr[]){addr};
	cr_expect(config_registration_equal(&a, &b));
#define EXPECT_DIFFERS(change) do { \
		struct config_registration c = b; \
		c.change; \
		cr_expect_not(config_registration_equal(&a, &c), #change); \
	} while (0)
	EXPECT_DIFFERS(name = (char[]){"host"});
	EXPECT_DIFFERS(enabled = true);
	EXPECT_DIFFERS(mode = FQDN_DEDICATED);
	EXPECT_DIFFERS(host_name = NULL);
	EXPECT_DIFFERS(host_name = (char[]){"pc2"});
	EXPECT_DIFFERS(domain_name = (char[]){"corp.example"});
	EXPECT_DIFFERS(interface = (char[]){"eth0"});
	EXPECT_DIFFERS(host_interface = (char[]){"eth0"});
	EXPECT_DIFFERS(ipv4 = FAMILY_USE_NONE);
	EXPECT_DIFFERS(ipv6 = FAMILY_USE_AUTO);
	EXPECT_DIFFERS(address_count = 0);
	EXPECT_DIFFERS(addresses = &other);
	EXPECT_DIFFERS(temporary_addresses = true);
	EXPECT_DIFFERS(ttl_s = 600);
	EXPECT_DIFFERS(periodic_min = 60);
	EXPECT_DIFFERS(on_conflict = ON_CONFLICT_KEEP);
	EXPECT_DIFFERS(withdraw_on_stop = true);
	EXPECT_DIFFERS(override_dhcp_server = true);
	EXPECT_DIFFERS(allow_top_level_zone = true);
}
