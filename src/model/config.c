/*
 * config: what the administrator asked for, with its defaults.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/config.h"
#include "ddnsupd/mem.h"

static bool text_equal(const char *a, const char *b);
static void free_registration(struct config_registration *reg);
static bool lists_family(const struct config_registration *reg, enum family family);
static enum family_use use_of(const struct config_registration *reg,
    enum family family);

struct config *
config_new(void)
{
	struct config *config = mem_zero(1, sizeof(*config));

	config->amt_release = CONFIG_AMT_RELEASE;
	return config;
}

struct config_registration *
config_add(struct config *config, const char *name)
{
	struct config_registration *reg;

	config->registrations = mem_grow_one(config->registrations,
	    config->registration_count, sizeof(*reg));
	reg = &config->registrations[config->registration_count++];
	*reg = (struct config_registration){
		.name = mem_text(name),
		.enabled = true,
		.mode = FQDN_SHARED,
		.ttl_s = CONFIG_TTL_S,
		.periodic_min = CONFIG_PERIODIC_MIN,
		.on_conflict = ON_CONFLICT_REPLACE,
	};
	return reg;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->registration_count; i++)
		free_registration(&config->registrations[i]);
	free(config->registrations);
	free(config->primaries);
	free(config->servers);
	free(config->state_directory);
	free(config->control_socket);
	free(config);
}

void
config_add_server(struct config *config, const struct endpoint *server)
{
	config->servers = mem_grow_one(config->servers, config->server_count,
	    sizeof(*server));
	config->servers[config->server_count++] = *server;
}

void
config_add_primary(struct config *config, const struct config_primary *primary)
{
	config->primaries = mem_grow_one(config->primaries, config->primary_count,
	    sizeof(*primary));
	config->primaries[config->primary_count++] = *primary;
}

void
config_add_address(struct config_registration *reg, const struct addr *addr)
{
	reg->addresses = mem_grow_one(reg->addresses, reg->address_count,
	    sizeof(*addr));
	reg->addresses[reg->address_count++] = *addr;
}

enum dns_source
config_dns_source(const struct config *config)
{
	if (config->dns_source != DNS_SOURCE_DEFAULT)
		return config->dns_source;
	return config->server_count > 0 ? DNS_SOURCE_STATIC : DNS_SOURCE_DHCP;
}

bool
config_uses(const struct config *config, enum fact_source source)
{
	if (config_dns_source(config) == DNS_SOURCE_STATIC &&
	    source != FACT_SOURCE_LEASE && source != FACT_SOURCE_HOOK)
		return false;
	for (size_t i = 0; i < config->dhcp_source_count; i++)
		if (config->dhcp_sources[i] == source)
			return true;
	return config->dhcp_source_count == 0;
}

bool
config_manages(const struct config_registration *reg, enum family family)
{
	if (use_of(reg, family) == FAMILY_USE_NONE)
		return false;
	return reg->address_count == 0 || lists_family(reg, family);
}

/* An address listed counts even beside `ipv6: none`: R5 must see it. */
bool
config_ipv6_enabled(const struct config_registration *reg)
{
	return use_of(reg, FAMILY_IPV6) == FAMILY_USE_AUTO ||
	    lists_family(reg, FAMILY_IPV6);
}

int64_t
config_periodic_s(const struct config_registration *reg)
{
	return 60 * (reg->periodic_min > CONFIG_PERIODIC_MAX_MIN ?
	    CONFIG_PERIODIC_MAX_MIN : reg->periodic_min);
}

const char *
config_host_interface(const struct config_registration *reg)
{
	if (reg->host_interface != NULL)
		return reg->host_interface;
	return reg->mode == FQDN_SHARED ? reg->interface : NULL;
}

bool
config_registration_equal(const struct config_registration *a,
    const struct config_registration *b)
{
	if (!text_equal(a->name, b->name) || !text_equal(a->host_name, b->host_name) ||
	    !text_equal(a->domain_name, b->domain_name) ||
	    !text_equal(a->interface, b->interface) ||
	    !text_equal(a->host_interface, b->host_interface) ||
	    a->address_count != b->address_count)
		return false;
	for (size_t i = 0; i < a->address_count; i++)
		if (!addr_equal(&a->addresses[i], &b->addresses[i]))
			return false;
	return a->enabled == b->enabled && a->mode == b->mode && a->ipv4 == b->ipv4 &&
	    a->ipv6 == b->ipv6 && a->temporary_addresses == b->temporary_addresses &&
	    a->ttl_s == b->ttl_s && a->periodic_min == b->periodic_min &&
	    a->on_conflict == b->on_conflict &&
	    a->withdraw_on_stop == b->withdraw_on_stop &&
	    a->override_dhcp_server == b->override_dhcp_server &&
	    a->allow_top_level_zone == b->allow_top_level_zone;
}

static bool
text_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
free_registration(struct config_registration *reg)
{
	free(reg->name);
	free(reg->host_name);
	free(reg->domain_name);
	free(reg->interface);
	free(reg->host_interface);
	free(reg->addresses);
}

static bool
lists_family(const struct config_registration *reg, enum family family)
{
	for (size_t i = 0; i < reg->address_count; i++)
		if (reg->addresses[i].family == family)
			return true;
	return false;
}

/* The use in force: never FAMILY_USE_DEFAULT. */
static enum family_use
use_of(const struct config_registration *reg, enum family family)
{
	enum family_use use = family == FAMILY_IPV6 ? reg->ipv6 : reg->ipv4;

	if (use != FAMILY_USE_DEFAULT)
		return use;
	return family == FAMILY_IPV6 && reg->mode == FQDN_SHARED ? FAMILY_USE_NONE :
	    FAMILY_USE_AUTO;
}
