/*
 * learn: the book of what every source has said, and what of it holds.
 *
 * Events only write into the book; learn_settle() tidies it, publishes what holds now
 * (learn_publish.c) and asks where nothing is known (learn_ask.c).  The book is bounded:
 * whatever comes over the network takes the place of what the same link and source said
 * before.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/mem.h"

static void take_sources(struct learn *);
static bool set_available(struct learn *, const struct event *);
static bool is_of(const struct learn *, const struct learn_entry *, const char *ifname);
static void tidy(struct learn *, struct step *);
static bool is_over(struct learn *, struct step *, struct learn_entry *);
static void confirm(struct learn *, size_t index);
static bool may_outlive_link(enum fact_source);

struct learn *
learn_new(struct facts *facts, bool asks, bool hurry)
{
	struct learn *learn = mem_zero(1, sizeof(*learn));

	learn->facts = facts;
	learn->asks = asks;
	learn->hurry = hurry;
	learn->publish_at_us = learn->lost_us = CLOCK_NEVER;
	return learn;
}

void
learn_free(struct learn *learn)
{
	while (learn->entry_count > 0)
		learn_drop(learn, learn->entry_count - 1);
	while (learn->path_count > 0)
		free(learn->paths[--learn->path_count].path);
	for (size_t i = 0; i < LEARN_SOURCES; i++)
		free(learn->unavailable[i]);
	free(learn->entries);
	free(learn->names);
	free(learn->links);
	free(learn->changed);
	while (learn->said_count > 0)
		free(learn->said[--learn->said_count].text);
	free(learn->said);
	free(learn);
}

/* --- the configuration -------------------------------------------------------------- */

void
learn_configure(struct learn *learn, const struct config *config)
{
	learn->config = config;
	take_sources(learn);
	learn_take_names(learn);
	for (size_t i = learn->entry_count; i-- > 0;)
		if (!learn->in_use[learn->entries[i].source])
			learn_drop(learn, i);
	learn_list_servers(learn);
}

static void
take_sources(struct learn *learn)
{
	const struct config *config = learn->config;

	for (unsigned i = FACT_SOURCE_LEASE; i < LEARN_SOURCES; i++) {
		learn->in_use[i] = config_uses(config, (enum fact_source)i);
		learn->rank[i] = i; /* protocol.md's order is that of the enum */
	}
	for (size_t i = 0; i < config->dhcp_source_count; i++)
		learn->rank[config->dhcp_sources[i]] = (unsigned)i;
}

/* --- events ------------------------------------------------------------------------- */

void
learn_start(struct learn *learn, struct step *step)
{
	struct facts *facts = learn->facts;

	learn->started = true;
	free(facts->dhcp); /* published anew, and said */
	facts->dhcp = NULL;
	facts->dhcp_count = facts->dhcp_cap = 0;
	learn_sync_links(learn, step);
}

bool
learn_event(struct learn *learn, struct step *step, const struct event *event)
{
	switch (event->kind) {
	case EVENT_NET:
		learn_sync_links(learn, step);
		return true;
	case EVENT_PACKET:
		return learn_packet(learn, step, event);
	case EVENT_LEASE:
		return learn->in_use[FACT_SOURCE_LEASE] &&
		    learn_lease(learn, step, event);
	case EVENT_ND:
		return learn->in_use[FACT_SOURCE_RA] && learn_ra(learn, step, event);
	case EVENT_SOURCE:
		return set_available(learn, event);
	case EVENT_FAULT:
		learn_ask_fault(learn, event);
		return false;
	case EVENT_RESUME:
		learn_ask_anew(learn, step);
		return true;
	default:
		return false;
	}
}

static bool
set_available(struct learn *learn, const struct event *event)
{
	char **why = &learn->unavailable[event->source];

	free(*why);
	*why = mem_text(event->error);
	return true;
}

const char *
learn_hook(struct learn *learn, struct step *step, const char *ifname,
    enum family family, bool gone, const struct dhcp_info *info)
{
	struct learn_entry *entry;
	size_t i;

	if (!learn->in_use[FACT_SOURCE_HOOK])
		return "not used: dns.dhcp-sources does not list hook";
	for (i = 0; i < learn->entry_count; i++) {
		entry = &learn->entries[i];
		if (entry->source == FACT_SOURCE_HOOK && entry->family == family &&
		    is_of(learn, entry, ifname))
			break;
	}
	if (i < learn->entry_count)
		learn_drop(learn, i);
	if (gone)
		return NULL;
	entry = learn_add(learn, FACT_SOURCE_HOOK, family);
	if (entry == NULL)
		return "not used: facts of too many interfaces";
	memcpy(entry->ifname, ifname, strnlen(ifname, sizeof(entry->ifname) - 1));
	entry->info = *info;
	entry->has_witness = info->has_address;
	entry->witness = info->address;
	if (info->lease_s != 0)
		entry->expires_us = learn_after(step, info->lease_s);
	return NULL;
}

/* The name it was given, or the one its link has now. */
static bool
is_of(const struct learn *learn, const struct learn_entry *entry, const char *ifname)
{
	const struct fact_link *link = learn_link_of(learn, entry);

	return strcmp(entry->ifname, ifname) == 0 ||
	    (link != NULL && strcmp(link->name, ifname) == 0);
}

/* --- the book ----------------------------------------------------------------------- */

struct learn_entry *
learn_add(struct learn *learn, enum fact_source source, enum family family)
{
	struct learn_entry *entry;

	if (learn->entry_count == LEARN_ENTRIES_MAX)
		return NULL;
	learn->entries = mem_grow(learn->entries, &learn->entry_cap,
	    learn->entry_count + 1, sizeof(*entry));
	entry = &learn->entries[learn->entry_count++];
	*entry = (struct learn_entry){
		.source = source,
		.family = family,
		.expires_us = CLOCK_NEVER,
		.domain_ends_us = CLOCK_NEVER,
	};
	return entry;
}

void
learn_drop(struct learn *learn, size_t index)
{
	free(learn->entries[index].path);
	learn->entry_count--;
	memmove(&learn->entries[index], &learn->entries[index + 1],
	    (learn->entry_count - index) * sizeof(learn->entries[0]));
}

struct learn_entry *
learn_find(struct learn *learn, enum fact_source source, enum family family,
    uint32_t ifindex, bool pending)
{
	for (size_t i = 0; i < learn->entry_count; i++) {
		struct learn_entry *entry = &learn->entries[i];

		if (entry->source == source && entry->family == family &&
		    entry->ifindex == ifindex &&
		    (entry->pending_until_us != 0) == pending)
			return entry;
	}
	return NULL;
}

/* A name that was once seen on a link stands for that link, also when it is renamed. */
const struct fact_link *
learn_link_of(const struct learn *learn, const struct learn_entry *entry)
{
	const struct fact_link *link = entry->ifindex == 0 ? NULL :
	    fact_net_link_by_index(&learn->facts->net, entry->ifindex);

	if (link == NULL && entry->ifname[0] != '\0')
		link = fact_net_link(&learn->facts->net, entry->ifname);
	return link;
}

bool
learn_holds(const struct learn *learn, const struct learn_entry *entry)
{
	const struct fact_link *link = learn_link_of(learn, entry);
	const struct fact_addr *fact;

	if (link == NULL || entry->pending_until_us != 0)
		return false;
	if (!entry->has_witness)
		return link->up;
	fact = fact_link_addr(link, &entry->witness);
	return fact != NULL && !(fact->flags & FACT_ADDR_DADFAILED);
}

int64_t
learn_after(const struct step *step, uint32_t seconds)
{
	return seconds == FACT_FOREVER ? CLOCK_NEVER : step->now_us + CLOCK_S(seconds);
}

/* --- the whole ---------------------------------------------------------------------- */

bool
learn_settle(struct learn *learn, struct step *step)
{
	bool changed;

	tidy(learn, step);
	changed = learn_publish(learn, step);
	learn_ask(learn, step);
	return changed;
}

static void
tidy(struct learn *learn, struct step *step)
{
	size_t i = 0;

	while (i < learn->entry_count) {
		struct learn_entry *entry = &learn->entries[i];
		const struct fact_link *link = learn_link_of(learn, entry);

		if (is_over(learn, step, entry)) {
			learn_drop(learn, i);
			continue;
		}
		if (link != NULL)
			entry->ifindex = link->ifindex;
		if (entry->pending_until_us != 0 && link != NULL &&
		    fact_link_addr(link, &entry->witness) != NULL) {
			confirm(learn, i);
			i = 0;
			continue;
		}
		i++;
	}
}

static bool
is_over(struct learn *learn, struct step *step, struct learn_entry *entry)
{
	const struct fact_link *link;

	if (entry->source == FACT_SOURCE_RA)
		learn_age_ra(entry, step->now_us);
	if (entry->expires_us <= step->now_us || (entry->pending_until_us != 0 &&
	    entry->pending_until_us <= step->now_us))
		return true;
	if (may_outlive_link(entry->source))
		return false;
	link = learn_link_of(learn, entry);
	/* Behind a link that comes back may be another network; an address that still
	 * stands says that it is the same. */
	return link == NULL || (!link->up && (!entry->has_witness ||
	    entry->source != FACT_SOURCE_OBSERVED));
}

/* The address has come: what was known of another one is over. */
static void
confirm(struct learn *learn, size_t index)
{
	struct learn_entry entry = learn->entries[index];

	for (size_t i = learn->entry_count; i-- > 0;)
		if (i != index && learn->entries[i].source == entry.source &&
		    learn->entries[i].family == entry.family &&
		    learn->entries[i].ifindex == entry.ifindex) {
			learn_drop(learn, i);
			index -= i < index;
		}
	learn->entries[index].pending_until_us = 0;
}

/* Said of a name, by those who take it back themselves. */
static bool
may_outlive_link(enum fact_source source)
{
	return source == FACT_SOURCE_LEASE || source == FACT_SOURCE_HOOK;
}

int64_t
learn_deadline(const struct learn *learn)
{
	int64_t at_us = clock_min(learn->publish_at_us, learn_ask_deadline(learn));

	for (size_t i = 0; i < learn->entry_count; i++) {
		const struct learn_entry *entry = &learn->entries[i];

		at_us = clock_min(at_us, entry->expires_us);
		if (entry->pending_until_us != 0)
			at_us = clock_min(at_us, entry->pending_until_us);
		if (entry->source != FACT_SOURCE_RA)
			continue;
		at_us = clock_min(at_us, entry->domain_ends_us);
		for (size_t j = 0; j < entry->info.server_count; j++)
			at_us = clock_min(at_us, entry->ends_us[j]);
	}
	return at_us;
}

void
learn_stop(struct learn *learn, struct step *step)
{
	for (size_t i = 0; i < learn->link_count; i++)
		for (unsigned j = 0; j < 2; j++)
			learn_hush(&learn->links[i].asks[j], step);
	learn->stopped = true;
}
