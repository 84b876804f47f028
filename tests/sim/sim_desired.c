/* sim_desired: the addresses that a registration publishes. */
#include <string.h>

#include "sim_desired.h"

static const struct fact_link *link_of(const struct config_registration *reg,
    const struct fact_net *net);
static void add_usable(const struct config_registration *reg,
    const struct fact_net *net, enum family family, bool deprecated,
    struct rrset *set);
static bool is_usable(const struct config_registration *reg, const struct fact_addr *a,
    bool deprecated);
static bool is_of_host(const struct config_registration *reg,
    const struct fact_net *net, const struct addr *addr);

void
sim_desired(const struct config_registration *reg, const struct fact_net *net,
    enum family family, struct rrset *set)
{
	set->type = family == FAMILY_IPV4 ? RRTYPE_A : RRTYPE_AAAA;
	set->ttl = (uint32_t)reg->ttl_s;
	rrset_clear(set);
	if (family == FAMILY_IPV6 && reg->mode == FQDN_SHARED) /* R5 */
		return;
	for (size_t i = 0; i < reg->address_count; i++)
		if (reg->addresses[i].family == family)
			rrset_add(set, &reg->addresses[i]);
	if (reg->address_count > 0 ||
	    (family == FAMILY_IPV4 ? reg->ipv4 : reg->ipv6) == FAMILY_USE_NONE)
		return;
	add_usable(reg, net, family, false, set);
	if (set->count == 0)
		add_usable(reg, net, family, true, set);
}

bool
sim_may_publish(const struct config_registration *reg, const struct fact_net *net,
    const struct addr *addr)
{
	struct rrset set = { 0 };
	bool has;

	sim_desired(reg, net, (enum family)addr->family, &set);
	has = rrset_has(&set, addr);
	rrset_free(&set);
	return has;
}

static const struct fact_link *
link_of(const struct config_registration *reg, const struct fact_net *net)
{
	const struct fact_route *best = NULL;

	if (reg->interface != NULL)
		return fact_net_link(net, reg->interface);
	for (int pass = 0; pass < 2 && best == NULL; pass++)
		for (size_t i = 0; i < net->route_count; i++) {
			const struct fact_route *route = &net->routes[i];

			if (route->family == (pass == 0 ? FAMILY_IPV4 : FAMILY_IPV6) &&
			    (best == NULL || route->metric < best->metric))
				best = route;
		}
	return best != NULL ? fact_net_link_by_index(net, best->ifindex) : NULL;
}

static void
add_usable(const struct config_registration *reg, const struct fact_net *net,
    enum family family, bool deprecated, struct rrset *set)
{
	const struct fact_link *link = link_of(reg, net);

	for (size_t i = 0; link != NULL && i < link->addr_count; i++) {
		const struct fact_addr *a = &link->addrs[i];

		if (a->addr.family == family && is_usable(reg, a, deprecated) &&
		    !is_of_host(reg, net, &a->addr))
			rrset_add(set, &a->addr);
	}
}

static bool
is_usable(const struct config_registration *reg, const struct fact_addr *a,
    bool deprecated)
{
	uint32_t bad = FACT_ADDR_TENTATIVE | FACT_ADDR_DADFAILED;

	if (!deprecated)
		bad |= FACT_ADDR_DEPRECATED;
	if (!reg->temporary_addresses)
		bad |= FACT_ADDR_TEMPORARY;
	return (a->flags & bad) == 0 && a->scope == 0 && addr_unfit(&a->addr) == NULL;
}

/* R9 */
static bool
is_of_host(const struct config_registration *reg, const struct fact_net *net,
    const struct addr *addr)
{
	const struct fact_link *link;

	if (reg->mode != FQDN_DEDICATED || addr->family != FAMILY_IPV6 ||
	    reg->host_interface == NULL)
		return false;
	link = fact_net_link(net, reg->host_interface);
	return link != NULL && fact_link_addr(link, addr) != NULL;
}
