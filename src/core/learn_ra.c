/*
 * learn_ra: RDNSS and DNSSL of router advertisements, with the lifetime of each server
 * (RFC 8106 5.3.1).
 *
 * The kernel has checked where they come from.  What a link may have is bounded: a
 * router that lists a thousand servers is heard for the first few.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/ra.h"

static struct learn_entry *entry_of(struct learn *, const struct event *);
static size_t count_servers(const struct learn *, uint32_t ifindex);
static void take_servers(struct learn *, struct step *, struct learn_entry *,
    const struct ra *);
static void remove_server(struct learn_entry *, size_t index);

bool
learn_ra(struct learn *learn, struct step *step, const struct event *event)
{
	struct learn_entry *entry;
	struct ra ra;

	if (ra_parse(event->bytes, event->len, &ra) != FAULT_NONE ||
	    (!ra.has_servers && !ra.has_domains))
		return false;
	entry = entry_of(learn, event);
	if (entry == NULL)
		return false;
	if (ra.has_servers)
		take_servers(learn, step, entry, &ra);
	if (ra.has_domains && ra.info.has_domain && (ra.domains_s != 0 ||
	    (entry->info.has_domain &&
	    name_equal(&entry->info.domain, &ra.info.domain)))) {
		entry->info.has_domain = true;
		entry->info.domain = ra.info.domain;
		entry->domain_ends_us = learn_after(step, ra.domains_s);
	}
	return true;
}

/* What the router has said before, or nothing yet; NULL: too many routers. */
static struct learn_entry *
entry_of(struct learn *learn, const struct event *event)
{
	struct learn_entry *entry;
	unsigned routers = 0;

	for (size_t i = 0; i < learn->entry_count; i++) {
		entry = &learn->entries[i];
		if (entry->source != FACT_SOURCE_RA || entry->ifindex != event->ifindex)
			continue;
		if (addr_equal(&entry->router, &event->local))
			return entry;
		routers++;
	}
	if (routers == LEARN_ROUTERS_MAX)
		return NULL;
	entry = learn_add(learn, FACT_SOURCE_RA, FAMILY_IPV6);
	if (entry == NULL)
		return NULL;
	entry->ifindex = event->ifindex;
	entry->router = event->local;
	return entry;
}

static size_t
count_servers(const struct learn *learn, uint32_t ifindex)
{
	size_t count = 0;

	for (size_t i = 0; i < learn->entry_count; i++)
		if (learn->entries[i].source == FACT_SOURCE_RA &&
		    learn->entries[i].ifindex == ifindex)
			count += learn->entries[i].info.server_count;
	return count;
}

/* A lifetime of 0 ends at once (RFC 8106 5.1); learn_age_ra() sees to it. */
static void
take_servers(struct learn *learn, struct step *step, struct learn_entry *entry,
    const struct ra *ra)
{
	int64_t ends_us = learn_after(step, ra->servers_s);

	for (size_t i = 0; i < ra->info.server_count; i++) {
		const struct addr *addr = &ra->info.servers[i];
		size_t j;

		for (j = 0; j < entry->info.server_count; j++)
			if (addr_equal(&entry->info.servers[j], addr))
				break;
		if (j == entry->info.server_count && (ra->servers_s == 0 ||
		    count_servers(learn, entry->ifindex) >= DHCP_SERVERS_MAX ||
		    !dhcp_add_server(&entry->info, addr)))
			continue;
		entry->ends_us[j] = ends_us;
	}
}

void
learn_age_ra(struct learn_entry *entry, int64_t now_us)
{
	for (size_t i = entry->info.server_count; i-- > 0;)
		if (entry->ends_us[i] <= now_us)
			remove_server(entry, i);
	if (entry->info.has_domain && entry->domain_ends_us <= now_us) {
		entry->info.has_domain = false;
		entry->domain_ends_us = CLOCK_NEVER;
	}
	if (entry->info.server_count == 0 && !entry->info.has_domain)
		entry->expires_us = now_us; /* nothing is left of it */
}

static void
remove_server(struct learn_entry *entry, size_t index)
{
	size_t count = --entry->info.server_count;

	memmove(&entry->info.servers[index], &entry->info.servers[index + 1],
	    (count - index) * sizeof(entry->info.servers[0]));
	memmove(&entry->ends_us[index], &entry->ends_us[index + 1],
	    (count - index) * sizeof(entry->ends_us[0]));
}
