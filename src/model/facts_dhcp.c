/*
 * facts_dhcp: what DHCP says of the machine's links.
 */
#include "ddnsupd/facts.h"

static bool speaks_of(const struct facts *, const struct dhcp_info *,
    const struct name *fqdn);

bool
facts_leased(const struct facts *facts, uint32_t ifindex, const struct addr *addr)
{
	return facts_lease(facts, ifindex, addr) != NULL;
}

const struct fact_dhcp *
facts_lease(const struct facts *facts, uint32_t ifindex, const struct addr *addr)
{
	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *fact = &facts->dhcp[i];

		/* whoever informs speaks for an address that nobody leased */
		if (fact->ifindex == ifindex && fact->source != FACT_SOURCE_INFORM &&
		    fact->info.has_address && addr_equal(&fact->info.address, addr))
			return fact;
	}
	return NULL;
}

bool
facts_has_servers(const struct facts *facts, const struct fact_link *link)
{
	for (size_t i = 0; i < facts->server_count && link != NULL; i++)
		if (facts->servers[i].source != FACT_SOURCE_STATIC &&
		    facts->servers[i].ifindex == link->ifindex)
			return true;
	return false;
}

const struct name *
facts_dhcp_domain(const struct facts *facts, uint32_t ifindex)
{
	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *fact = &facts->dhcp[i];

		if (fact->info.has_domain && (ifindex == 0 || fact->ifindex == ifindex))
			return &fact->info.domain;
	}
	return NULL;
}

void
facts_set_host(struct facts *facts, const struct fact_host *own)
{
	const struct fact_link *link = fact_net_default_link(&facts->net);
	const struct name *domain;
	struct name fqdn;

	facts->host = *own;
	if (!own->known || (own->has_domain && !own->from_search) || link == NULL)
		return;
	domain = facts_dhcp_domain(facts, link->ifindex);
	if (domain == NULL || name_join(&fqdn, &own->label, domain) != FAULT_NONE)
		return;
	facts->host.has_domain = true;
	facts->host.from_search = false;
	facts->host.domain = *domain;
	facts->host.fqdn = fqdn;
}

const struct fact_dhcp *
facts_dhcp_updates(const struct facts *facts, uint32_t ifindex,
    const struct name *fqdn)
{
	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *fact = &facts->dhcp[i];

		/* the S of a DHCPv6 server is of AAAA records (RFC 4704 4.1) */
		if (fact->ifindex == ifindex && fact->family == FAMILY_IPV4 &&
		    fact->info.has_fqdn && speaks_of(facts, &fact->info, fqdn))
			return fact->info.fqdn_flags & DHCP_FQDN_S ? fact : NULL;
	}
	return NULL;
}

/* A partial name is completed by the domain of the same lease (RFC 4702 2.3.1.1); none
 * is the host's. */
static bool
speaks_of(const struct facts *facts, const struct dhcp_info *info,
    const struct name *fqdn)
{
	const struct name *name = info->has_fqdn_name ? &info->fqdn_name :
	    facts->host.known ? &facts->host.label : NULL;
	struct name label, parent;

	if (name == NULL)
		return false;
	if (name_labels(name) > 1)
		return name_equal(name, fqdn);
	label = name_first(fqdn);
	parent = name_parent(fqdn);
	return name_equal(name, &label) &&
	    (!info->has_domain || name_equal(&info->domain, &parent));
}
