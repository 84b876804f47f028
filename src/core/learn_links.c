/*
 * learn_links: the links that registrations live on; only there is asked, not on every
 * bridge and tunnel of the machine.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/mem.h"

static size_t place_of(const struct learn *, const char *name, bool *found);
static void add_name(struct learn *, const char *name);
static bool is_wanted(const struct learn *, const struct fact_link *);
static void watch(struct learn *, const struct fact_link *);

void
learn_take_names(struct learn *learn)
{
	const struct config *config = learn->config;

	learn->name_count = 0;
	learn->wants_default = false;
	for (size_t i = 0; i < config->registration_count; i++) {
		const struct config_registration *reg = &config->registrations[i];

		if (!reg->enabled)
			continue;
		if (reg->interface != NULL)
			add_name(learn, reg->interface);
		else
			learn->wants_default = true;
		if (reg->host_interface != NULL)
			add_name(learn, reg->host_interface);
	}
}

static void
add_name(struct learn *learn, const char *name)
{
	bool found;
	size_t at = place_of(learn, name, &found);

	if (found || strlen(name) >= ADDR_IFNAME_MAX)
		return; /* or no link is called so */
	learn->names = mem_grow(learn->names, &learn->name_cap, learn->name_count + 1,
	    sizeof(*learn->names));
	memmove(&learn->names[at + 1], &learn->names[at],
	    (learn->name_count++ - at) * sizeof(*learn->names));
	memcpy(learn->names[at], name, strlen(name) + 1);
}

/* Where the name stands among the sorted, or would stand. */
static size_t
place_of(const struct learn *learn, const char *name, bool *found)
{
	size_t low = 0, high = learn->name_count;

	*found = false;
	while (low < high && !*found) {
		size_t middle = (low + high) / 2;
		int order = strcmp(learn->names[middle], name);

		*found = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return *found ? high : low;
}

void
learn_sync_links(struct learn *learn, struct step *step)
{
	const struct fact_net *net = &learn->facts->net;

	for (size_t i = learn->link_count; i-- > 0;) {
		struct learn_link *link = &learn->links[i];

		if (is_wanted(learn, fact_net_link_by_index(net, link->ifindex)))
			continue;
		learn_hush(&link->asks[0], step);
		learn_hush(&link->asks[1], step);
		*link = learn->links[--learn->link_count];
	}
	for (size_t i = 0; i < net->link_count; i++)
		if (is_wanted(learn, &net->links[i]))
			watch(learn, &net->links[i]);
}

static bool
is_wanted(const struct learn *learn, const struct fact_link *link)
{
	bool found;

	if (link == NULL)
		return false;
	place_of(learn, link->name, &found);
	return found || (learn->wants_default &&
	    link == fact_net_default_link(&learn->facts->net));
}

static void
watch(struct learn *learn, const struct fact_link *fact)
{
	struct learn_link *link;

	for (size_t i = 0; i < learn->link_count; i++)
		if (learn->links[i].ifindex == fact->ifindex)
			return;
	if (learn->link_count == LEARN_LINKS_MAX)
		return;
	learn->links = mem_grow(learn->links, &learn->link_cap, learn->link_count + 1,
	    sizeof(*link));
	link = &learn->links[learn->link_count++];
	*link = (struct learn_link){
		.ifindex = fact->ifindex,
		.asks = {
			{.source = FACT_SOURCE_INFORM, .next_us = CLOCK_NEVER},
			{.source = FACT_SOURCE_DHCPV6, .next_us = CLOCK_NEVER},
		},
	};
}
