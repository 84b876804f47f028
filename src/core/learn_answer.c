/*
 * learn_answer: what DHCP servers answer to our own questions.
 *
 * The first answer to a question counts.  Asked again, only the server that answered
 * before is believed for two tries, so that two servers that disagree do not take turns.
 * Who names DNS servers goes before who names none.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"

#define INFORM_AGAIN_S 1800      /* an ACK without a lease time */
#define AGAIN_LEAST_S 300
#define AGAIN_MOST_S 86400
#define IRT_DEFAULT_S 86400      /* RFC 8415 21.23 */

static struct learn_ask *ask_of(struct learn *, enum fact_source, uint32_t ifindex,
    uint32_t xid);
static bool is_welcome(const struct learn_ask *, const struct learn_entry *known,
    bool same, const struct dhcp_info *);
static struct learn_entry *take(struct learn *, enum fact_source, enum family,
    uint32_t ifindex, const struct dhcp_info *);
static void settle_for(struct learn_ask *, struct step *, struct learn_entry *,
    uint32_t again_s);
static uint32_t clamp(uint32_t seconds, uint32_t least, uint32_t most);

bool
learn_is_own(const struct learn *learn, enum family family, uint32_t xid)
{
	for (size_t i = 0; i < learn->link_count; i++) {
		const struct learn_ask *ask =
		    &learn->links[i].asks[family == FAMILY_IPV6];

		if (ask->tries > 0 && ask->xid == xid)
			return true;
	}
	return false;
}

static struct learn_ask *
ask_of(struct learn *learn, enum fact_source source, uint32_t ifindex, uint32_t xid)
{
	for (size_t i = 0; i < learn->link_count; i++) {
		struct learn_ask *ask =
		    &learn->links[i].asks[source == FACT_SOURCE_DHCPV6];

		if (learn->links[i].ifindex == ifindex && ask->tries > 0 &&
		    ask->xid == xid)
			return ask;
	}
	return NULL;
}

/* The address is the one we speak for, whatever the server calls it. */
bool
learn_answer4(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct dhcp4 *message)
{
	struct learn_ask *ask = ask_of(learn, FACT_SOURCE_INFORM, ifindex, message->xid);
	struct learn_entry *known = learn_find(learn, FACT_SOURCE_INFORM, FAMILY_IPV4,
	    ifindex, false), *entry;
	uint32_t again_s = message->info.lease_s / 2;

	if (ask == NULL || !message->has_server_id || !is_welcome(ask, known,
	    known != NULL && addr_equal(&known->server, &message->server_id),
	    &message->info))
		return false;
	entry = take(learn, FACT_SOURCE_INFORM, FAMILY_IPV4, ifindex, &message->info);
	if (entry == NULL)
		return false;
	entry->server = message->server_id;
	entry->info.has_address = entry->has_witness = true;
	entry->info.address = entry->witness = ask->local;
	if (message->info.lease_s == FACT_FOREVER || again_s == 0)
		again_s = INFORM_AGAIN_S;
	again_s = clamp(again_s, AGAIN_LEAST_S, AGAIN_MOST_S);
	settle_for(ask, step, entry, again_s);
	return true;
}

bool
learn_answer6(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct dhcp6 *message)
{
	struct learn_ask *ask = ask_of(learn, FACT_SOURCE_DHCPV6, ifindex, message->xid);
	struct learn_entry *known = learn_find(learn, FACT_SOURCE_DHCPV6, FAMILY_IPV6,
	    ifindex, false), *entry;
	const struct fact_link *link =
	    fact_net_link_by_index(&learn->facts->net, ifindex);
	struct dhcp6_duid client;
	uint32_t again_s = message->info.renew_s;

	if (ask == NULL || link == NULL || message->server.len == 0)
		return false;
	client = dhcp6_duid_ll(link->hwtype, link->hwaddr, link->hwaddr_len);
	if (!learn_is_duid(&client, &message->client) || !is_welcome(ask, known,
	    known != NULL && learn_is_duid(&known->duid, &message->server),
	    &message->info))
		return false;
	entry = take(learn, FACT_SOURCE_DHCPV6, FAMILY_IPV6, ifindex, &message->info);
	if (entry == NULL)
		return false;
	entry->duid = message->server;
	again_s = clamp(again_s != 0 ? again_s : IRT_DEFAULT_S, 1, FACT_FOREVER / 2);
	if (message->max_rt_s != 0)
		ask->max_rt_s = message->max_rt_s;
	settle_for(ask, step, entry, again_s);
	return true;
}

/* Is it to take the place of what is known, from the same server or another one? */
static bool
is_welcome(const struct learn_ask *ask, const struct learn_entry *known, bool same,
    const struct dhcp_info *info)
{
	if (known == NULL || same)
		return true;
	return info->server_count > 0 && (known->info.server_count == 0 ||
	    ask->tries > LEARN_LOYAL_TRIES);
}

static struct learn_entry *
take(struct learn *learn, enum fact_source source, enum family family, uint32_t ifindex,
    const struct dhcp_info *info)
{
	struct learn_entry *entry = learn_find(learn, source, family, ifindex, false);

	if (entry == NULL)
		entry = learn_add(learn, source, family);
	if (entry == NULL)
		return NULL;
	entry->ifindex = ifindex;
	entry->info = *info;
	entry->info.has_address = false;
	return entry;
}

/* Asked again after half of its life here, so that there is time for tries; without
 * servers it is asked on, and what is said lasts until the next round. */
static void
settle_for(struct learn_ask *ask, struct step *step, struct learn_entry *entry,
    uint32_t again_s)
{
	bool bare = entry->info.server_count == 0;
	uint32_t rest_s = ask->source == FACT_SOURCE_INFORM ? LEARN_REST_S : ask->max_rt_s;

	if (bare && again_s < rest_s)
		again_s = rest_s;
	ask->again_s = again_s;
	ask->bare = bare;
	entry->expires_us = learn_after(step, 2 * again_s);
	if (bare)
		return;
	learn_hush(ask, step);
	ask->asked = 0;
	ask->next_us = learn_after(step, again_s);
}

static uint32_t
clamp(uint32_t seconds, uint32_t least, uint32_t most)
{
	return seconds < least ? least : seconds > most ? most : seconds;
}
