/*
 * txn: one conversation about one name, top-down.
 *
 * Happy path: LOCATE the zone and its primary (and look at the first DNS server beside
 * it), OBSERVE the name there, SAVE what may be added, UPDATE, VERIFY, done.
 * Failure modes: every one goes through txn_failed(): next candidate, once more in a
 * moment, find the zone again; a failed prerequisite leads back to OBSERVE
 * (txn_update.c); a change that does not show leads to CONFIRM (txn_verify.c).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/rests.h"
#include "ddnsupd/txn_parts.h"

static void start_there(struct txn *, struct step *);
static void advance(struct txn *, struct step *);
static void located(struct txn *, struct step *);
static void take_candidates(struct txn *);
static void locate_failed(struct txn *, struct step *);
static void observed(struct txn *, struct step *);
static void note_failures(struct txn *);
static size_t usable(const struct txn *, const struct step *,
    struct endpoint *servers);
static void begin_pass(struct txn *, unsigned mask);

void
txn_start(struct txn *txn, struct step *step, const struct txn_goal *goal)
{
	memset(txn, 0, sizeof(*txn));
	txn->goal = *goal;
	txn->rcode = -1;
	txn->results[0].done = !(goal->mask & FAMILY_A);
	txn->results[1].done = !(goal->mask & FAMILY_AAAA);
	txn->put[0].type = RRTYPE_A;
	txn->put[1].type = RRTYPE_AAAA;
	/* a permission is tested one family at a time (protocol.md 7) */
	begin_pass(txn, goal->purpose == PLAN_PROBE && goal->mask == FAMILY_BOTH ?
	    FAMILY_A : goal->mask);
	if (goal->place != NULL) {
		start_there(txn, step);
		return;
	}
	txn->step = TXN_LOCATE;
	locate_start(&txn->locate, step, &goal->where);
	if (goal->where.server_count > 0)
		observe_early(&txn->observe, step, &goal->where.owner, goal->mask,
		    goal->tcp, &goal->where.servers[0]);
	/* a dedicated name is ours as a whole: the disk works beside the network */
	if (goal->mode == FQDN_DEDICATED)
		txn_put(txn, step, true);
	advance(txn, step);
}

/* The place is known; what stands there perhaps, too: then nothing is asked first. */
static void
start_there(struct txn *txn, struct step *step)
{
	const struct place *place = txn->goal.place;
	size_t i;

	txn->has_zone = true;
	txn->zone = place->zone;
	for (i = 0; i < place->count; i++) {
		txn->candidates[i].server = place->servers[i];
		txn->candidates[i].origin = CANDIDATE_MNAME;
		txn->candidates[i].rcode = -1;
	}
	txn->candidate_count = place->count;
	if (txn->goal.belief == NULL) {
		txn_look(txn, step);
		return;
	}
	txn->has_server = true;
	txn->server = place->servers[0];
	sight_copy(&txn->observe.sight, txn->goal.belief);
	txn_compare(txn, step);
}

void
txn_place(const struct txn *txn, struct place *place)
{
	size_t i;

	memset(place, 0, sizeof(*place));
	if (!txn->has_zone || txn->candidate_count == 0)
		return;
	place->known = true;
	place->zone = txn->zone;
	place->servers[place->count++] = txn->candidates[txn->current].server;
	for (i = 0; i < txn->candidate_count; i++)
		if (i != txn->current)
			place->servers[place->count++] = txn->candidates[i].server;
}

void
txn_belief(const struct txn *txn, struct sight *belief)
{
	unsigned family;

	belief->cname = belief->dname = false;
	for (family = 0; family < 2; family++) {
		if (!(txn->goal.mask & (1U << family)))
			continue;
		belief->known[family] = txn->results[family].done &&
		    txn->results[family].exit == EXIT_CODE_OK;
		rrset_copy(&belief->sets[family], &txn->plans[family].result);
		belief->sets[family].ttl = txn->results[family].ttl;
	}
}

bool
txn_event(struct txn *txn, struct step *step, const struct event *event)
{
	bool mine = locate_event(&txn->locate, step, event) ||
	    observe_event(&txn->observe, step, event) ||
	    ask_event(&txn->ask, step, event);

	if (mine)
		advance(txn, step);
	return mine;
}

void
txn_wake(struct txn *txn, struct step *step)
{
	locate_wake(&txn->locate, step);
	observe_wake(&txn->observe, step);
	ask_wake(&txn->ask, step);
	advance(txn, step);
}

int64_t
txn_deadline(const struct txn *txn)
{
	int64_t at_us = txn->step == TXN_PAUSE ? txn->resume_us : CLOCK_NEVER;

	at_us = clock_min(at_us, locate_deadline(&txn->locate));
	at_us = clock_min(at_us, observe_deadline(&txn->observe));
	if (txn->ask.status == ASK_WAITING)
		at_us = clock_min(at_us, txn->ask.deadline_us);
	return at_us;
}

bool
txn_done(const struct txn *txn)
{
	return txn->step == TXN_DONE;
}

/* Where the conversation stands, and whether its question has been answered. */
static void
advance(struct txn *txn, struct step *step)
{
	switch (txn->step) {
	case TXN_LOCATE:
		if (txn->locate.status == LOCATE_FOUND)
			located(txn, step);
		else if (txn->locate.status == LOCATE_FAILED)
			locate_failed(txn, step);
		break;
	case TXN_OBSERVE:
		observed(txn, step);
		break;
	case TXN_SAVE:
		if (step->saved >= txn->wait_save)
			txn_send_update(txn, step);
		break;
	case TXN_UPDATE:
		if (txn->ask.status != ASK_WAITING)
			txn_update_answered(txn, step);
		break;
	case TXN_VERIFY:
		if (txn->observe.status == OBSERVE_SEEN)
			txn_verify_seen(txn, step);
		else if (txn->observe.status == OBSERVE_FAILED)
			txn_verify_failed(txn, step);
		break;
	case TXN_CONFIRM:
		if (txn->ask.status != ASK_WAITING)
			txn_confirm_answered(txn, step);
		break;
	case TXN_PAUSE:
		if (txn->resume_us <= step->now_us)
			txn_look(txn, step);
		break;
	case TXN_IDLE:
	case TXN_DONE:
		break;
	}
}

/* --- locate ------------------------------------------------------------------------ */

static void
located(struct txn *txn, struct step *step)
{
	if (txn->has_zone && !name_equal(&txn->zone, &txn->locate.zone)) {
		txn->candidate_count = txn->current = 0;
		txn->has_server = false;
	}
	txn->has_zone = true;
	txn->zone = txn->locate.zone;
	take_candidates(txn);
	if (txn->goal.mode == FQDN_SHARED)
		txn_put(txn, step, true);
	txn_look(txn, step);
}

/* Candidates keep what they said, unless the zone turned out to be another one. */
static void
take_candidates(struct txn *txn)
{
	size_t i, j;

	for (i = 0; i < txn->locate.candidate_count; i++) {
		const struct endpoint *server = &txn->locate.candidates[i].server;

		for (j = 0; j < txn->candidate_count; j++)
			if (endpoint_equal(&txn->candidates[j].server, server))
				break;
		if (j < txn->candidate_count || j == TXN_CANDIDATES_MAX)
			continue;
		memset(&txn->candidates[j], 0, sizeof(txn->candidates[j]));
		txn->candidates[j].server = *server;
		txn->candidates[j].origin = txn->locate.candidates[i].origin;
		txn->candidates[j].rcode = -1;
		txn->candidate_count++;
	}
}

static void
locate_failed(struct txn *txn, struct step *step)
{
	unsigned family;

	observe_cancel(&txn->observe, step);
	txn->rcode = txn->locate.rcode;
	if (txn->locate.has_zone) {
		txn->has_zone = true;
		txn->zone = txn->locate.zone;
	}
	/* the NS set brought nothing: what the candidates said stands */
	if (txn->candidate_count > 0) {
		txn_exhausted(txn, step);
		return;
	}
	for (family = 0; family < 2; family++) {
		enum exit_code exit;
		char *error;

		if (txn->results[family].done)
			continue;
		error = txn_say_locate(txn, &exit);
		txn_end_family(txn, family, exit == EXIT_CODE_CONFIG ?
		    OUTCOME_INVALID : OUTCOME_FAILED, exit, error);
		txn_take_back(txn, step, family);
	}
	txn_end_pass(txn, step);
}

/* --- observe ----------------------------------------------------------------------- */

void
txn_look(struct txn *txn, struct step *step)
{
	struct endpoint servers[TXN_CANDIDATES_MAX];
	size_t count = usable(txn, step, servers);

	if (count == 0) {
		txn_exhausted(txn, step);
		return;
	}
	txn->step = TXN_OBSERVE;
	if (txn->observe.hold && txn->pass == txn->goal.mask)
		observe_settle(&txn->observe, step, servers, count);
	else
		observe_start(&txn->observe, step, &txn->goal.where.owner, txn->pass,
		    txn->goal.tcp, servers, count);
	observed(txn, step);
}

void
txn_look_here(struct txn *txn, struct step *step)
{
	txn->step = TXN_OBSERVE;
	observe_start(&txn->observe, step, &txn->goal.where.owner, txn->pass,
	    txn->goal.tcp, &txn->candidates[txn->current].server, 1);
}

void
txn_pause(struct txn *txn, struct step *step, int64_t least_us, int64_t span_us)
{
	txn->step = TXN_PAUSE;
	txn->resume_us = step->now_us + least_us +
	    (int64_t)rng_below(step->rng, (uint64_t)span_us);
}

/* The server in use first, then the others in order, none that has failed; those that
 * rest come last. */
static size_t
usable(const struct txn *txn, const struct step *step, struct endpoint *servers)
{
	size_t count = 0, i;
	unsigned rests;

	if (txn->has_server && !txn->candidates[txn->current].failed)
		servers[count++] = txn->candidates[txn->current].server;
	for (rests = 0; rests < 2; rests++)
		for (i = 0; i < txn->candidate_count; i++) {
			const struct txn_candidate *candidate = &txn->candidates[i];

			if (!(txn->has_server && i == txn->current) &&
			    !candidate->failed &&
			    rests_has(step->rests, &candidate->server,
			    step->now_us) == (rests == 1))
				servers[count++] = candidate->server;
		}
	return count;
}

static void
observed(struct txn *txn, struct step *step)
{
	const struct endpoint *server;
	size_t i;

	if (txn->observe.status == OBSERVE_WAITING)
		return;
	note_failures(txn);
	if (txn->observe.status == OBSERVE_FAILED) {
		txn_look(txn, step);
		return;
	}
	server = &txn->observe.sightings[txn->observe.chosen].server;
	for (i = 0; i < txn->candidate_count; i++)
		if (endpoint_equal(&txn->candidates[i].server, server))
			txn->current = i;
	txn->has_server = true;
	txn->server = *server;
	txn_compare(txn, step);
}

/* What the servers said that were asked and are not the one to ask. */
static void
note_failures(struct txn *txn)
{
	size_t i, j;

	for (i = 0; i < txn->observe.count; i++) {
		const struct sighting *sighting = &txn->observe.sightings[i];
		const struct verdict *verdict = sighting->rcode >= 0 ?
		    verdict_of_rcode(VERDICT_OBSERVE, sighting->rcode) :
		    verdict_of_fault(VERDICT_OBSERVE, sighting->fault);

		if (!sighting->failed)
			continue;
		for (j = 0; j < txn->candidate_count; j++)
			if (endpoint_equal(&txn->candidates[j].server,
			    &sighting->server)) {
				txn_blame(&txn->candidates[j], verdict, sighting->rcode,
				    sighting->fault);
				txn->candidates[j].local = sighting->local;
				/* a resolver need not answer without recursion */
				if (txn->candidates[j].origin == CANDIDATE_RESOLVER &&
				    sighting->rcode != RCODE_SERVFAIL)
					txn->candidates[j].class = VERDICT_SILENT;
			}
		txn->rcode = sighting->rcode;
	}
}

/* --- passes ------------------------------------------------------------------------ */

static void
begin_pass(struct txn *txn, unsigned mask)
{
	size_t i;

	txn->pass = mask;
	txn->round = 0;
	txn->looked_again = false;
	txn->guards[0] = txn->guards[1] = PLAN_GUARD_SEEN;
	for (i = 0; i < txn->candidate_count; i++) {
		struct txn_candidate *candidate = &txn->candidates[i];

		candidate->again = false;
		candidate->unverified = false;
		/* who was silent a moment ago is not waited for again */
		if (candidate->said && candidate->rcode < 0)
			continue;
		candidate->failed = false;
		candidate->said = false;
	}
}

void
txn_end_family(struct txn *txn, unsigned family, enum outcome outcome,
    enum exit_code exit, char *error)
{
	struct txn_result *result = &txn->results[family];

	assert(!result->done);
	result->done = true;
	result->outcome = outcome;
	result->exit = exit;
	result->error = error;
}

void
txn_end_pass(struct txn *txn, struct step *step)
{
	unsigned rest = 0, family;

	for (family = 0; family < 2; family++)
		if (!txn->results[family].done)
			rest |= 1U << family;
	if (rest == 0) {
		locate_cancel(&txn->locate, step);
		observe_cancel(&txn->observe, step);
		ask_cancel(&txn->ask, step);
		txn->step = TXN_DONE;
		return;
	}
	begin_pass(txn, rest);
	txn_look(txn, step);
}

void
txn_split(struct txn *txn, struct step *step)
{
	step_note(step, NOTE_INFO, "A and AAAA go again, each in a message of its own");
	begin_pass(txn, FAMILY_A);
	txn_look(txn, step);
}

void
txn_free(struct txn *txn)
{
	unsigned family;

	locate_free(&txn->locate);
	observe_free(&txn->observe);
	ask_free(&txn->ask);
	sight_free(&txn->before);
	strbuf_free(&txn->nsupdate);
	for (family = 0; family < 2; family++) {
		struct txn_result *result = &txn->results[family];

		free(result->error);
		free(result->remark);
		rrset_free(&result->added);
		rrset_free(&result->kept);
		rrset_free(&result->removed);
		rrset_free(&result->pending);
		plan_free(&txn->plans[family]);
		rrset_free(&txn->put[family]);
		rrset_free(&txn->doubt_added[family]);
		rrset_free(&txn->doubt_removed[family]);
		rrset_free(&txn->goal.desired[family]);
	}
	memset(txn, 0, sizeof(*txn));
}
