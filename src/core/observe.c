/*
 * observe: what a server shows under a name.
 *
 * Happy path: A and AAAA go to the first server, both answers come with AA: SEEN.
 * Failure modes: silence for 300 ms (the next server is asked beside it), an answer
 * without authority or with an error (the next one at once), all failed.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/observe.h"
#include "ddnsupd/wire.h"

static void ask_next(struct observe *, struct step *);
static void ask_server(struct observe *, struct step *, struct sighting *);
static void evaluate(struct observe *, struct step *);
static bool is_good(const struct observe *, struct sighting *);
static bool judge(struct sighting *, const struct ask *);
static void conclude(struct observe *, struct step *, size_t chosen);
static void drop(struct sighting *, struct step *);
static void read_answer(struct sight *, unsigned family, const struct ask *,
    const struct name *owner);

void
observe_start(struct observe *observe, struct step *step, const struct name *owner,
    unsigned mask, bool tcp, const struct endpoint *servers, size_t count)
{
	struct name name = *owner; /* may be our own */
	size_t i;

	observe_cancel(observe, step);
	observe->status = OBSERVE_WAITING;
	observe->owner = name;
	observe->mask = mask;
	observe->tcp = tcp;
	for (i = 0; i < count && i < OBSERVE_SERVERS_MAX; i++)
		observe->sightings[observe->count++].server = servers[i];
	ask_next(observe, step);
	evaluate(observe, step);
}

void
observe_early(struct observe *observe, struct step *step, const struct name *owner,
    unsigned mask, bool tcp, const struct endpoint *server)
{
	observe_start(observe, step, owner, mask, tcp, server, 1);
	observe->hold = true;
}

void
observe_settle(struct observe *observe, struct step *step,
    const struct endpoint *servers, size_t count)
{
	const struct sighting *early = &observe->sightings[0];
	struct name owner = observe->owner;
	size_t i;

	assert(observe->hold);
	if (count == 0 || early->failed ||
	    !endpoint_equal(&early->server, &servers[0])) {
		observe_start(observe, step, &owner, observe->mask, observe->tcp,
		    servers, count);
		return;
	}
	observe->hold = false;
	for (i = 1; i < count && i < OBSERVE_SERVERS_MAX; i++)
		observe->sightings[observe->count++].server = servers[i];
	if (observe->count > 1)
		observe->next_us = step->now_us + OBSERVE_STAGGER_US;
	evaluate(observe, step);
}

bool
observe_peek(struct observe *observe, const struct sight **sight)
{
	unsigned family;

	if (!observe->hold || !is_good(observe, &observe->sightings[0]))
		return false;
	for (family = 0; family < 2; family++)
		if (observe->mask & (1U << family))
			read_answer(&observe->sight, family,
			    &observe->sightings[0].asks[family], &observe->owner);
	*sight = &observe->sight;
	return true;
}

bool
observe_event(struct observe *observe, struct step *step, const struct event *event)
{
	size_t i;

	if (observe->status != OBSERVE_WAITING)
		return false;
	for (i = 0; i < observe->count; i++) {
		struct sighting *sighting = &observe->sightings[i];

		if (ask_event(&sighting->asks[0], step, event) ||
		    ask_event(&sighting->asks[1], step, event)) {
			evaluate(observe, step);
			return true;
		}
	}
	return false;
}

void
observe_wake(struct observe *observe, struct step *step)
{
	size_t i;

	if (observe->status != OBSERVE_WAITING)
		return;
	for (i = 0; i < observe->count; i++) {
		ask_wake(&observe->sightings[i].asks[0], step);
		ask_wake(&observe->sightings[i].asks[1], step);
	}
	if (observe->next_us <= step->now_us && !observe->hold)
		ask_next(observe, step);
	evaluate(observe, step);
}

int64_t
observe_deadline(const struct observe *observe)
{
	int64_t at_us;
	size_t i;

	if (observe->status != OBSERVE_WAITING)
		return CLOCK_NEVER;
	at_us = observe->hold ? CLOCK_NEVER : observe->next_us;
	for (i = 0; i < observe->count; i++) {
		const struct ask *asks = observe->sightings[i].asks;

		if (asks[0].status == ASK_WAITING)
			at_us = clock_min(at_us, asks[0].deadline_us);
		if (asks[1].status == ASK_WAITING)
			at_us = clock_min(at_us, asks[1].deadline_us);
	}
	return at_us;
}

void
observe_cancel(struct observe *observe, struct step *step)
{
	size_t i;

	for (i = 0; i < observe->count; i++)
		drop(&observe->sightings[i], step);
	observe_free(observe);
}

void
observe_free(struct observe *observe)
{
	size_t i;

	for (i = 0; i < observe->count; i++) {
		ask_free(&observe->sightings[i].asks[0]);
		ask_free(&observe->sightings[i].asks[1]);
	}
	sight_free(&observe->sight);
	memset(observe, 0, sizeof(*observe));
	observe->next_us = CLOCK_NEVER;
}

static void
ask_next(struct observe *observe, struct step *step)
{
	size_t i;

	observe->next_us = CLOCK_NEVER;
	for (i = 0; i < observe->count; i++)
		if (!observe->sightings[i].started)
			break;
	if (i == observe->count)
		return;
	ask_server(observe, step, &observe->sightings[i]);
	if (i + 1 < observe->count)
		observe->next_us = step->now_us + OBSERVE_STAGGER_US;
}

static void
ask_server(struct observe *observe, struct step *step, struct sighting *sighting)
{
	sighting->started = true;
	sighting->rcode = -1;
	if (observe->mask & FAMILY_A)
		ask_query(&sighting->asks[0], step, &sighting->server, observe->tcp,
		    &observe->owner, RRTYPE_A);
	if (observe->mask & FAMILY_AAAA)
		ask_query(&sighting->asks[1], step, &sighting->server, observe->tcp,
		    &observe->owner, RRTYPE_AAAA);
}

/* The first good server wins; a failed one makes room for the next at once. */
static void
evaluate(struct observe *observe, struct step *step)
{
	bool open = false;
	size_t i;

	for (i = 0; i < observe->count && observe->sightings[i].started; i++) {
		struct sighting *sighting = &observe->sightings[i];

		if (sighting->dropped)
			continue;
		if (is_good(observe, sighting)) {
			if (!observe->hold)
				conclude(observe, step, i);
			return;
		}
		if (!sighting->failed) {
			open = true;
			continue;
		}
		drop(sighting, step);
		if (!observe->hold)
			ask_next(observe, step);
	}
	if (!open && !observe->hold)
		observe->status = OBSERVE_FAILED;
}

/* Both answers there and authoritative?  Marks the sighting failed when that cannot be. */
static bool
is_good(const struct observe *observe, struct sighting *sighting)
{
	bool good = sighting->started && !sighting->failed;
	unsigned family;

	for (family = 0; family < 2; family++)
		if (observe->mask & (1U << family))
			good &= judge(sighting, &sighting->asks[family]);
	return good;
}

static bool
judge(struct sighting *sighting, const struct ask *ask)
{
	size_t i;

	if (ask->status == ASK_FAILED) {
		sighting->failed = true;
		sighting->fault = ask->fault;
		return false;
	}
	if (ask->status != ASK_ANSWERED)
		return false;
	if (ask->answer.aa &&
	    (ask->rcode == RCODE_NOERROR || ask->rcode == RCODE_NXDOMAIN))
		return true;
	sighting->failed = true;
	sighting->rcode = ask->rcode;
	sighting->local = ask->local;
	for (i = 0; i < ask->answer.authority_count; i++)
		sighting->referral |= ask->rcode == RCODE_NOERROR &&
		    ask->answer.answer_count == 0 &&
		    ask->answer.authority[i].type == RRTYPE_NS;
	return false;
}

static void
conclude(struct observe *observe, struct step *step, size_t chosen)
{
	struct sighting *sighting = &observe->sightings[chosen];
	unsigned family;
	size_t i;

	sight_free(&observe->sight);
	for (family = 0; family < 2; family++)
		if (observe->mask & (1U << family))
			read_answer(&observe->sight, family, &sighting->asks[family],
			    &observe->owner);
	observe->chosen = chosen;
	observe->status = OBSERVE_SEEN;
	for (i = 0; i < observe->count; i++)
		drop(&observe->sightings[i], step);
}

/* Stop asking; what was learned of it stays. */
static void
drop(struct sighting *sighting, struct step *step)
{
	sighting->dropped = true;
	ask_cancel(&sighting->asks[0], step);
	ask_cancel(&sighting->asks[1], step);
}

static void
read_answer(struct sight *sight, unsigned family, const struct ask *ask,
    const struct name *owner)
{
	struct rrset *set = &sight->sets[family];
	size_t i;

	rrset_clear(set);
	set->type = family == 0 ? RRTYPE_A : RRTYPE_AAAA;
	set->ttl = 0;
	sight->known[family] = true;
	for (i = 0; i < ask->answer.answer_count; i++) {
		const struct wire_rr *rr = &ask->answer.answers[i];

		if (rr->type == RRTYPE_DNAME && !name_equal(owner, &rr->owner) &&
		    name_is_within(owner, &rr->owner))
			sight->dname = true;
		if (!name_equal(&rr->owner, owner))
			continue;
		if (rr->type == RRTYPE_CNAME)
			sight->cname = true;
		if (rr->type == set->type) {
			rrset_add(set, &rr->addr);
			set->ttl = rr->ttl;
		}
	}
}

void
sight_copy(struct sight *to, const struct sight *from)
{
	if (to == from)
		return;
	rrset_copy(&to->sets[0], &from->sets[0]);
	rrset_copy(&to->sets[1], &from->sets[1]);
	memcpy(to->known, from->known, sizeof(to->known));
	to->cname = from->cname;
	to->dname = from->dname;
}

bool
sight_same(const struct sight *a, const struct sight *b, unsigned mask)
{
	unsigned family;

	if (a->cname != b->cname || a->dname != b->dname)
		return false;
	for (family = 0; family < 2; family++) {
		if (!(mask & (1U << family)))
			continue;
		if (!a->known[family] || !b->known[family] ||
		    !rrset_equal(&a->sets[family], &b->sets[family]) ||
		    a->sets[family].ttl != b->sets[family].ttl)
			return false;
	}
	return true;
}

void
sight_free(struct sight *sight)
{
	rrset_free(&sight->sets[0]);
	rrset_free(&sight->sets[1]);
	memset(sight, 0, sizeof(*sight));
}
