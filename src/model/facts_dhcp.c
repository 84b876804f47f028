/*
 * facts_dhcp: what DHCP says of the machine's links.
 */
#include "ddnsupd/facts.h"

static bool speaks_of(const struct dhcp_info *info, const struct name *fqdn);

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

const struct fact_dhcp *
facts_dhcp_updates(const struct facts *facts, uint32_t ifindex,
    const struct name *fqdn)
{
	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *fact = &facts->dhcp[i];

		if (fact->ifindex == ifindex && fact->info.has_fqdn &&
		    (fact->info.fqdn_flags & DHCP_FQDN_S) &&
		    speaks_of(&fact->info, fqdn))
			return fact;
	}
	return NULL;
}

/* A partial name is completed by the domain of the same lease (RFC 4702 2.3.1.1). */
static bool
speaks_of(const struct dhcp_info *info, const struct name *fqdn)
{
	struct name label, parent;

	if (!info->has_fqdn_name)
		return true;
	if (name_labels(&info->fqdn_name) > 1)
		return name_equal(&info->fqdn_name, fqdn);
	label = name_first(fqdn);
	parent = name_parent(fqdn);
	return name_equal(&info->fqdn_name, &label) &&
	    (!info->has_domain || name_equal(&info->domain, &parent));
}
