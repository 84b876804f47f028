/*
 * learn_ask: DHCPINFORM and INFORMATION-REQUEST, when nothing else speaks.
 *
 * On links that a registration uses, after 500 ms without any DNS server known, and
 * again before what was answered grows old.  INFORM: 4 tries (RFC 2131 4.1), then a long
 * rest.  DHCPv6: for ever, ever more rarely (RFC 8415 15, 18.2.6).  What the machine's
 * own client knows silences both.  Of two servers that disagree the first is kept: only
 * when it is silent in two tries another one may answer.  An answer without DNS servers
 * counts for the rest of what it says, and is no reason to stop asking for them.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"

#define INFORM_TRIES 4
#define INFORM_FIRST_US CLOCK_S(4)
#define INFORM_JITTER_US CLOCK_S(1)
#define ANEW_WITHIN_US CLOCK_S(2)
#define INF_MAX_DELAY_US CLOCK_S(1) /* RFC 8415 7.6, as the next two */
#define INF_TIMEOUT_US CLOCK_S(1)
#define INF_MAX_RT_S 3600

/* Who else knows servers of a link, and what we were answered there. */
struct heard {
	bool by_listening;
	bool by_asking; /* by the other protocol */
	const struct learn_entry *own;
};

static void consider(struct learn *, struct step *, struct learn_link *,
    struct learn_ask *);
static bool can_ask(const struct learn *, const struct fact_link *,
    const struct learn_ask *, struct addr *local);
static bool is_fit(const struct fact_addr *, enum family);
static struct heard hear(const struct learn *, const struct learn_link *,
    const struct learn_ask *);
static void heed(struct learn_ask *, struct step *, const struct heard *);
static void plan(struct learn *, struct step *, struct learn_ask *);
static void rest(struct learn_ask *, struct step *);
static void begin(struct learn_ask *, struct step *);
static void ask4(struct learn *, struct step *, const struct fact_link *,
    struct learn_ask *);
static void ask6(struct step *, const struct fact_link *, struct learn_ask *);
static int64_t spread(struct step *, int64_t around_us, int64_t by_us);

static enum family
family_of(const struct learn_ask *ask)
{
	return ask->source == FACT_SOURCE_INFORM ? FAMILY_IPV4 : FAMILY_IPV6;
}

/* --- what there is to ask ----------------------------------------------------------- */

void
learn_ask(struct learn *learn, struct step *step)
{
	for (size_t i = 0; i < learn->link_count && learn->started; i++)
		for (unsigned j = 0; j < 2; j++)
			consider(learn, step, &learn->links[i],
			    &learn->links[i].asks[j]);
}

static void
consider(struct learn *learn, struct step *step, struct learn_link *link,
    struct learn_ask *ask)
{
	const struct fact_link *fact =
	    fact_net_link_by_index(&learn->facts->net, link->ifindex);
	struct heard heard = hear(learn, link, ask);
	struct addr local = {0};

	if (fact == NULL || !can_ask(learn, fact, ask, &local) || heard.by_listening ||
	    (heard.by_asking && heard.own == NULL)) {
		learn_hush(ask, step);
		return;
	}
	heed(ask, step, &heard);
	if (ask->next_us != CLOCK_NEVER && !addr_equal(&local, &ask->local))
		learn_hush(ask, step); /* of an address that is gone */
	ask->local = local;
	if (ask->next_us == CLOCK_NEVER)
		plan(learn, step, ask);
	if (ask->next_us > step->now_us)
		return;
	if (ask->source == FACT_SOURCE_INFORM && ask->tries == INFORM_TRIES) {
		rest(ask, step);
		return;
	}
	begin(ask, step);
	if (ask->source == FACT_SOURCE_INFORM)
		ask4(learn, step, fact, ask);
	else
		ask6(step, fact, ask);
}

/* *local: the address to ask from. */
static bool
can_ask(const struct learn *learn, const struct fact_link *link,
    const struct learn_ask *ask, struct addr *local)
{
	enum family family = family_of(ask);

	if (!learn->asks || learn->stopped || !learn->in_use[ask->source] ||
	    learn->unavailable[ask->source] != NULL || !link->up || link->loopback)
		return false;
	for (size_t i = 0; i < link->addr_count; i++)
		if (is_fit(&link->addrs[i], family)) {
			*local = link->addrs[i].addr;
			return true;
		}
	return false;
}

/* DHCPv6 is asked from the link-local address (RFC 8415 13.1). */
static bool
is_fit(const struct fact_addr *fact, enum family family)
{
	if (fact->addr.family != family ||
	    (fact->flags & (FACT_ADDR_TENTATIVE | FACT_ADDR_DADFAILED)))
		return false;
	return family == FAMILY_IPV6 ? addr_is_link_local(&fact->addr) :
	    addr_unfit(&fact->addr) == NULL;
}

/* Those who hear without asking silence us, always; the other protocol, as long as
 * there is no answer of ours that has to be kept fresh. */
static struct heard
hear(const struct learn *learn, const struct learn_link *link,
    const struct learn_ask *ask)
{
	struct heard heard = {0};

	for (size_t i = 0; i < learn->entry_count; i++) {
		const struct learn_entry *entry = &learn->entries[i];
		const struct fact_link *on = learn_link_of(learn, entry);

		if (on == NULL || on->ifindex != link->ifindex ||
		    !learn_holds(learn, entry))
			continue;
		if (entry->source == ask->source)
			heard.own = entry;
		else if (entry->info.server_count == 0)
			continue;
		else if (entry->source == FACT_SOURCE_INFORM ||
		    entry->source == FACT_SOURCE_DHCPV6)
			heard.by_asking = true;
		else
			heard.by_listening = true;
	}
	return heard;
}

/* An answer without servers will do as long as the other protocol has some. */
static void
heed(struct learn_ask *ask, struct step *step, const struct heard *heard)
{
	bool bare = heard->own != NULL && heard->own->info.server_count == 0 &&
	    !heard->by_asking;

	if (bare == ask->bare)
		return;
	ask->bare = bare;
	if (heard->own == NULL || heard->own->info.server_count > 0)
		return;
	learn_hush(ask, step);
	ask->asked = 0;
	if (!bare)
		ask->next_us = learn_after(step, ask->again_s);
}

static void
plan(struct learn *learn, struct step *step, struct learn_ask *ask)
{
	ask->next_us = step->now_us + LEARN_QUIET_US;
	if (ask->source == FACT_SOURCE_DHCPV6 && !learn->hurry)
		ask->next_us += (int64_t)rng_below(step->rng, INF_MAX_DELAY_US + 1);
	ask->asked = 0;
	ask->max_rt_s = INF_MAX_RT_S;
}

/* Nobody has answered; not every host comes back at the same moment. */
static void
rest(struct learn_ask *ask, struct step *step)
{
	unsigned asked = ask->asked;

	learn_hush(ask, step);
	ask->asked = asked;
	ask->next_us = step->now_us + spread(step, CLOCK_S(LEARN_REST_S),
	    CLOCK_S(LEARN_REST_S / 10));
}

void
learn_hush(struct learn_ask *ask, struct step *step)
{
	if (ask->id != 0)
		step_close(step, ask->id);
	ask->id = 0;
	ask->tries = 0;
	ask->next_us = CLOCK_NEVER;
}

/* --- the questions ------------------------------------------------------------------ */

static void
begin(struct learn_ask *ask, struct step *step)
{
	if (ask->id != 0)
		step_close(step, ask->id);
	ask->id = 0;
	if (ask->tries++ == 0) {
		ask->xid = rng_u32(step->rng);
		if (ask->source == FACT_SOURCE_DHCPV6)
			ask->xid &= 0xffffff;
		ask->first_us = step->now_us;
		ask->wait_us = 0;
	}
	ask->asked++;
	ask->fault = FAULT_NONE;
}

/*
 * RFC 2131 4.4.3: to the server when it is known, else to everybody; after two tries to
 * everybody in any case.
 */
static void
ask4(struct learn *learn, struct step *step, const struct fact_link *link,
    struct learn_ask *ask)
{
	static const uint8_t everybody[] = {255, 255, 255, 255};
	const struct learn_entry *known = learn_find(learn, FACT_SOURCE_INFORM,
	    FAMILY_IPV4, link->ifindex, false);
	struct dhcp4_inform inform = {
		.xid = ask->xid,
		.ciaddr = ask->local,
		.hwtype = (uint8_t)link->hwtype,
		.hwaddr_len = link->hwaddr_len,
		.secs = (uint16_t)clock_min((step->now_us - ask->first_us) / CLOCK_S(1),
		    UINT16_MAX),
	};
	struct endpoint to = {
		.addr = addr_make(FAMILY_IPV4, everybody),
		.port = DHCP4_SERVER_PORT,
	};
	uint8_t bytes[DHCP4_MESSAGE_MAX];

	memcpy(inform.hwaddr, link->hwaddr, sizeof(inform.hwaddr));
	memcpy(to.ifname, link->name, sizeof(to.ifname));
	if (known == NULL)
		known = learn_find(learn, FACT_SOURCE_OBSERVED, FAMILY_IPV4,
		    link->ifindex, false);
	if (known != NULL && ask->tries <= LEARN_LOYAL_TRIES)
		to.addr = known->server;
	ask->id = step_ask(step, &to, &ask->local, bytes, dhcp4_inform(&inform, bytes));
	ask->next_us = step->now_us + spread(step,
	    INFORM_FIRST_US << (ask->tries - 1), INFORM_JITTER_US);
}

/* RFC 8415 18.2.6: to All_DHCP_Relay_Agents_and_Servers; RT as in 15. */
static void
ask6(struct step *step, const struct fact_link *link, struct learn_ask *ask)
{
	static const uint8_t servers[16] = {0xff, 2, [13] = 1, [15] = 2};
	struct dhcp6_duid client = dhcp6_duid_ll(link->hwtype, link->hwaddr,
	    link->hwaddr_len);
	int64_t most_us = CLOCK_S(ask->max_rt_s);
	struct endpoint to = {
		.addr = addr_make(FAMILY_IPV6, servers),
		.port = DHCP6_SERVER_PORT,
	};
	uint8_t bytes[DHCP6_MESSAGE_MAX];
	int64_t elapsed_cs = (step->now_us - ask->first_us) / CLOCK_MS(10);

	memcpy(to.ifname, link->name, sizeof(to.ifname));
	ask->id = step_ask(step, &to, &ask->local, bytes,
	    dhcp6_information_request(ask->xid, &client,
	    (uint16_t)clock_min(elapsed_cs, UINT16_MAX), bytes));
	ask->wait_us = ask->wait_us == 0 ?
	    spread(step, INF_TIMEOUT_US, INF_TIMEOUT_US / 10) :
	    2 * ask->wait_us + spread(step, 0, ask->wait_us / 10);
	if (ask->wait_us > most_us)
		ask->wait_us = spread(step, most_us, most_us / 10);
	ask->next_us = step->now_us + ask->wait_us;
}

/* around_us +- by_us */
static int64_t
spread(struct step *step, int64_t around_us, int64_t by_us)
{
	return around_us - by_us + (int64_t)rng_below(step->rng,
	    2 * (uint64_t)by_us + 1);
}

/* Not every host at the same moment. */
void
learn_ask_anew(struct learn *learn, struct step *step)
{
	for (size_t i = 0; i < learn->link_count; i++)
		for (unsigned j = 0; j < 2; j++) {
			struct learn_ask *ask = &learn->links[i].asks[j];

			if (ask->next_us == CLOCK_NEVER)
				continue;
			ask->next_us = clock_min(ask->next_us, step->now_us +
			    LEARN_QUIET_US +
			    (int64_t)rng_below(step->rng, ANEW_WITHIN_US));
		}
}

/* It is asked again in its time, over a socket of its own. */
void
learn_ask_fault(struct learn *learn, const struct event *event)
{
	for (size_t i = 0; i < learn->link_count; i++)
		for (unsigned j = 0; j < 2; j++) {
			struct learn_ask *ask = &learn->links[i].asks[j];

			if (ask->id == 0 || ask->id != event->id)
				continue;
			ask->id = 0;
			ask->fault = event->fault;
		}
}

int64_t
learn_ask_deadline(const struct learn *learn)
{
	int64_t at_us = CLOCK_NEVER;

	for (size_t i = 0; i < learn->link_count; i++)
		for (unsigned j = 0; j < 2; j++)
			at_us = clock_min(at_us, learn->links[i].asks[j].next_us);
	return at_us;
}
