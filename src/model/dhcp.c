/*
 * dhcp: what DHCP says about an interface.
 */
#include "ddnsupd/dhcp.h"

static bool is_same_name(bool has_a, const struct name *a, bool has_b,
    const struct name *b);

bool
dhcp_add_server(struct dhcp_info *info, const struct addr *addr)
{
	if (info->server_count == DHCP_SERVERS_MAX || addr_is_unspecified(addr) ||
	    addr_is_loopback(addr) || addr_is_multicast(addr) ||
	    addr_is_broadcast(addr) || addr_is_mapped(addr))
		return false;
	for (size_t i = 0; i < info->server_count; i++)
		if (addr_equal(&info->servers[i], addr))
			return false;
	info->servers[info->server_count++] = *addr;
	return true;
}

bool
dhcp_equal(const struct dhcp_info *a, const struct dhcp_info *b)
{
	if (a->server_count != b->server_count || a->has_address != b->has_address ||
	    a->has_fqdn != b->has_fqdn)
		return false;
	for (size_t i = 0; i < a->server_count; i++)
		if (!addr_equal(&a->servers[i], &b->servers[i]))
			return false;
	if (a->has_address && !addr_equal(&a->address, &b->address))
		return false;
	if (a->has_fqdn && a->fqdn_flags != b->fqdn_flags)
		return false;
	return is_same_name(a->has_domain, &a->domain, b->has_domain, &b->domain) &&
	    is_same_name(a->has_host_name, &a->host_name, b->has_host_name,
		&b->host_name) &&
	    is_same_name(a->has_fqdn_name, &a->fqdn_name, b->has_fqdn_name,
		&b->fqdn_name);
}

static bool
is_same_name(bool has_a, const struct name *a, bool has_b, const struct name *b)
{
	return has_a == has_b && (!has_a || name_equal(a, b));
}
