/*
 * dhcp_demand: what holds for every value that a DHCP parser lets through.
 */
#ifndef DDNSUPD_FUZZ_DHCP_DEMAND_H
#define DDNSUPD_FUZZ_DHCP_DEMAND_H

#include <stdbool.h>
#include <stdlib.h>

#include "ddnsupd/dhcp.h"

static inline void
demand(bool truth)
{
	if (!truth)
		abort();
}

/* A name is one that people could have written: its text is parsed to itself. */
static inline void
demand_name(bool present, const struct name *name)
{
	char text[NAME_TEXT_MAX];
	struct name again;

	if (!present)
		return;
	demand(name_parse(&again, name_format(name, text)) == FAULT_NONE);
	demand(name_equal(&again, name));
}

/* Each server could be added on its own, and stands there once. */
static inline void
demand_servers(const struct dhcp_info *info)
{
	struct dhcp_info again = {.server_count = 0};

	demand(info->server_count <= DHCP_SERVERS_MAX);
	for (size_t i = 0; i < info->server_count; i++)
		demand(dhcp_add_server(&again, &info->servers[i]));
}

static inline void
demand_info(const struct dhcp_info *info)
{
	demand_servers(info);
	demand_name(info->has_domain, &info->domain);
	demand_name(info->has_host_name, &info->host_name);
	demand_name(info->has_fqdn_name, &info->fqdn_name);
	demand(info->has_fqdn || (!info->has_fqdn_name && info->fqdn_flags == 0));
	demand((info->fqdn_flags & ~(DHCP_FQDN_S | DHCP_FQDN_O | DHCP_FQDN_N)) == 0);
}

#endif
