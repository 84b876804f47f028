/*
 * txn_update: compare, update, and what a failed prerequisite leads to (protocol.md 3).
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"
#include "ddnsupd/txn_parts.h"

static void plan_families(struct txn *);
static unsigned to_send(struct txn *, struct step *);
static void settle(struct txn *, struct step *, unsigned mask);
static void warn(struct txn *, struct step *);
static unsigned contested(const struct txn *);
static bool knows_own(const struct txn *);
static void build(const struct txn *, struct update *);
static void plan_only(struct txn *, struct step *);
static bool may_have_arrived(enum fault);
static void unanswered(struct txn *, struct step *);
static void not_applied(struct txn *);

/* What stands there is known: decide what goes into the message, if anything. */
void
txn_compare(struct txn *txn, struct step *step)
{
	unsigned family;

	if (txn->observe.sight.dname) {
		for (family = 0; family < 2; family++)
			if (!txn->results[family].done && (txn->pass & (1U << family)))
				txn_end_conflict(txn, step, family, txn_say_alias(txn));
		txn_end_pass(txn, step);
		return;
	}
	if (txn->looked_again && !txn_second_look(txn, step))
		return;
	if (txn->goal.mode == FQDN_SHARED)
		for (family = 0; family < 2; family++)
			if (txn->pass & (1U << family))
				txn_disown(txn, step, family);
	sight_copy(&txn->before, &txn->observe.sight);
	plan_families(txn);
	txn->sent = to_send(txn, step);
	settle(txn, step, txn->pass & ~txn->sent);
	if (txn->sent == 0) {
		txn_end_pass(txn, step);
		return;
	}
	if (txn->goal.dry_run) {
		warn(txn, step);
		plan_only(txn, step);
		return;
	}
	if (txn_put(txn, step, false)) {
		txn->step = TXN_SAVE;
		return;
	}
	txn_send_update(txn, step);
}

static void
plan_families(struct txn *txn)
{
	unsigned family;

	for (family = 0; family < 2; family++) {
		struct plan_input in;

		if (!(txn->pass & (1U << family)) || txn->results[family].done)
			continue;
		in = txn_plan_input(txn, family);
		plan_free(&txn->plans[family]);
		plan_make(&txn->plans[family], &in);
		/* foreign data that may not be replaced may still be a wildcard's */
		if (txn->plans[family].verdict == PLAN_CONFLICT &&
		    txn->guards[family] == PLAN_GUARD_SEEN) {
			txn->guards[family] = PLAN_GUARD_ABSENT;
			in = txn_plan_input(txn, family);
			plan_free(&txn->plans[family]);
			plan_make(&txn->plans[family], &in);
		}
	}
}

struct plan_input
txn_plan_input(const struct txn *txn, unsigned family)
{
	return (struct plan_input){
		.purpose = txn->goal.purpose,
		.mode = txn->goal.mode,
		.on_conflict = txn->goal.on_conflict,
		.guard = txn->guards[family],
		.refresh = txn->goal.refresh,
		.managed = txn->goal.managed[family],
		.desired = &txn->goal.desired[family],
		.observed = &txn->before.sets[family],
		.entry = txn_entry(txn),
	};
}

/* Families that need an UPDATE; conflicts that are certain end here. */
static unsigned
to_send(struct txn *txn, struct step *step)
{
	unsigned family, sent = 0;

	for (family = 0; family < 2; family++) {
		if (!(txn->pass & (1U << family)) || txn->results[family].done)
			continue;
		if (txn->plans[family].verdict == PLAN_CONFLICT)
			txn_end_conflict(txn, step, family,
			    txn_say_conflict(txn, family));
		else if (txn->plans[family].verdict != PLAN_NOTHING)
			sent |= 1U << family;
	}
	return sent;
}

/* Nothing to send for these families: they stand as they should. */
static void
settle(struct txn *txn, struct step *step, unsigned mask)
{
	unsigned family;
	bool changed;

	for (family = 0; family < 2; family++) {
		struct txn_result *result = &txn->results[family];

		if (!(mask & (1U << family)) || result->done)
			continue;
		changed = txn_keep_rest(txn, family);
		result->ttl = txn->before.sets[family].ttl;
		txn->rcode = RCODE_NOERROR;
		if (!txn->goal.dry_run) {
			txn_hold(txn, step, family);
			txn_forget(txn, step, family);
		}
		txn_end_family(txn, family, changed ? txn_good_outcome(txn) :
		    OUTCOME_UNCHANGED, EXIT_CODE_OK, NULL);
	}
}

void
txn_end_conflict(struct txn *txn, struct step *step, unsigned family, char *error)
{
	txn_end_family(txn, family, OUTCOME_CONFLICT, EXIT_CODE_CONFLICT, error);
	txn_take_back(txn, step, family);
}

/* What a person should know of others' addresses, once. */
static void
warn(struct txn *txn, struct step *step)
{
	const char *did = txn->goal.dry_run ? "would replace" : "replaced";
	struct strbuf list = {0};
	unsigned family;

	for (family = 0; family < 2; family++) {
		const struct plan *plan = &txn->plans[family];

		if (!(txn->sent & (1U << family)) || plan->foreign.count == 0 ||
		    !txn->goal.managed[family])
			continue;
		strbuf_add(&list, list.len > 0 ? ", " : "");
		txn_list_addrs(&list, &plan->foreign);
	}
	if (txn->warned || list.len == 0 || txn->goal.purpose != PLAN_REGISTER) {
		strbuf_free(&list);
		return;
	}
	if (txn->goal.mode == FQDN_DEDICATED)
		step_note(step, NOTE_WARNING, "%s %s, which this agent did not "
		    "register (on-conflict: keep would not)", did,
		    strbuf_text(&list));
	else if (!knows_own(txn))
		step_note(step, NOTE_WARNING, "%s stands there, too, and stays; if "
		    "it is this machine's former address, remove it by hand",
		    strbuf_text(&list));
	txn->warned = true;
	strbuf_free(&list);
}

/* Families where somebody else has changed what was held, and it is ours again. */
static unsigned
contested(const struct txn *txn)
{
	const struct state_entry *entry = txn_entry(txn);
	unsigned family, found = 0;
	size_t i;

	for (i = 0; entry != NULL && i < entry->record_count; i++)
		for (family = 0; family < 2; family++)
			if (entry->records[i].holding == HOLDING_HELD &&
			    rrtype_of(&entry->records[i].addr) ==
			    txn->goal.desired[family].type &&
			    (txn->sent & (1U << family)) &&
			    txn->goal.managed[family] &&
			    txn->goal.mode == FQDN_DEDICATED &&
			    txn->plans[family].foreign.count > 0)
				found |= 1U << family;
	return found;
}

/* Does the state hold anything under the name, but for what is about to be added? */
static bool
knows_own(const struct txn *txn)
{
	const struct state_entry *entry = txn_entry(txn);
	size_t i;

	for (i = 0; entry != NULL && i < entry->record_count; i++)
		if (entry->records[i].holding == HOLDING_HELD)
			return true;
	return false;
}

/* --- the message ------------------------------------------------------------------- */

static void
build(const struct txn *txn, struct update *update)
{
	unsigned family;

	memset(update, 0, sizeof(*update));
	update->zone = txn->zone;
	update->owner = txn->goal.where.owner;
	update_require_absent(update, RRTYPE_CNAME);
	for (family = 0; family < 2; family++)
		if (txn->sent & (1U << family)) {
			struct plan_input in = txn_plan_input(txn, family);

			plan_write(&txn->plans[family], &in, update);
		}
}

void
txn_send_update(struct txn *txn, struct step *step)
{
	const struct endpoint *server = &txn->candidates[txn->current].server;
	char text[ENDPOINT_TEXT_MAX];
	struct update update;
	uint8_t *bytes;
	size_t len;
	enum fault fault;

	build(txn, &update);
	fault = wire_update(&update, 0, &bytes, &len);
	update_free(&update);
	if (fault != FAULT_NONE) {
		txn_failed(txn, step, verdict_of_fault(VERDICT_UPDATE, fault), -1,
		    fault);
		return;
	}
	step_note(step, NOTE_INFO, "update to %s (%s)", endpoint_format(server, text),
	    txn->sent == FAMILY_BOTH ? "A and AAAA" :
	    txn->sent == FAMILY_A ? "A" : "AAAA");
	if (txn->goal.purpose != PLAN_PROBE) {
		txn->loosened = txn->sent & ~txn->loose;
		txn->loose |= txn->sent;
	}
	txn->step = TXN_UPDATE;
	ask_start(&txn->ask, step, ASK_UPDATE, server, txn->goal.tcp, bytes, len);
}

/* Dry run: the message as nsupdate would send it. */
static void
plan_only(struct txn *txn, struct step *step)
{
	struct update update;
	unsigned family;

	build(txn, &update);
	update_format(&update, &txn->candidates[txn->current].server, &txn->nsupdate);
	update_free(&update);
	for (family = 0; family < 2; family++) {
		struct txn_result *result = &txn->results[family];

		if (!(txn->sent & (1U << family)))
			continue;
		rrset_copy(&result->kept, &txn->plans[family].kept);
		rrset_copy(&result->pending, &txn->plans[family].added);
		rrset_copy(&result->removed, &txn->plans[family].removed);
		result->ttl = txn->plans[family].ttl;
		txn_end_family(txn, family, OUTCOME_PLANNED, EXIT_CODE_OK, NULL);
	}
	txn_end_pass(txn, step);
}

/* --- its answer -------------------------------------------------------------------- */

void
txn_update_answered(struct txn *txn, struct step *step)
{
	const struct verdict *verdict;
	unsigned family;

	if (step->tally != NULL)
		tally_update(step->tally, txn->ask.status == ASK_FAILED ? -1 :
		    txn->ask.rcode, step->now_us - txn->ask.asked_us);
	txn->ambiguous |= txn->ask.attempt_count > 1;
	if (txn->ask.status == ASK_FAILED) {
		if (txn->ask.attempt_count > 1 || may_have_arrived(txn->ask.fault)) {
			unanswered(txn, step);
			txn->candidates[txn->current].doubt = true;
		} else {
			not_applied(txn);
		}
		txn_failed(txn, step, verdict_of_fault(VERDICT_UPDATE, txn->ask.fault),
		    -1, txn->ask.fault);
		return;
	}
	txn->rcode = txn->ask.rcode;
	txn->candidates[txn->current].local = txn->ask.local;
	verdict = verdict_of_rcode(VERDICT_UPDATE, txn->ask.rcode);
	/* an earlier copy may have been applied: its answer was lost, this is another */
	if (txn->ask.attempt_count > 1 && verdict->class == VERDICT_TEMPORARY &&
	    verdict->next != VERDICT_GO_ON)
		unanswered(txn, step);
	/* no is no (RFC 2136 3), but what a failed prerequisite means must be seen */
	if (verdict->class == VERDICT_REFUSED || (txn->ask.attempt_count == 1 &&
	    verdict->next != VERDICT_GO_ON && verdict->next != VERDICT_LOOK))
		not_applied(txn);
	if (verdict->next == VERDICT_GO_ON) {
		if (txn->goal.purpose == PLAN_PROBE) {
			txn_permitted(txn, step);
			txn_end_pass(txn, step);
			return;
		}
		warn(txn, step);
		txn->contested |= contested(txn);
		txn->updated = true;
		for (family = 0; family < 2; family++)
			if (txn->sent & (1U << family))
				txn_accepted(txn, step, family);
		txn_verify(txn, step);
	} else if (verdict->next == VERDICT_LOOK) {
		txn_prerequisite_failed(txn, step);
	} else if (txn->sent == FAMILY_BOTH) {
		txn_split(txn, step);
	} else {
		txn_failed(txn, step, verdict, txn->ask.rcode, FAULT_NONE);
	}
}

/* Of a message sent once: who answers nonsense has got it all the same. */
static bool
may_have_arrived(enum fault fault)
{
	return fault == FAULT_TIMEOUT || fault == FAULT_RESET ||
	    fault == FAULT_MSG_MISMATCH;
}

/* Ignorance: the UPDATE may have been applied. */
static void
unanswered(struct txn *txn, struct step *step)
{
	unsigned family;

	if (txn->goal.purpose == PLAN_PROBE)
		return;
	txn->maybe_applied |= txn->sent;
	step->save_wanted = true;
	for (family = 0; family < 2; family++) {
		if (!(txn->sent & (1U << family)))
			continue;
		rrset_merge(&txn->doubt_added[family], &txn->plans[family].added);
		rrset_merge(&txn->doubt_removed[family], &txn->plans[family].removed);
	}
}

/* Neither the UPDATE nor any copy of it. */
static void
not_applied(struct txn *txn)
{
	txn_not_applied(txn, 0);
	txn_not_applied(txn, 1);
}

/* Accepted: what was added and removed is remembered until it shows. */
void
txn_accepted(struct txn *txn, struct step *step, unsigned family)
{
	const struct plan *plan = &txn->plans[family];
	struct txn_result *result = &txn->results[family];

	rrset_merge(&result->added, &plan->added);
	rrset_merge(&result->removed, &plan->removed);
	txn_hold(txn, step, family);
}

bool
txn_keep_rest(struct txn *txn, unsigned family)
{
	struct txn_result *result = &txn->results[family];
	const struct plan *plan = &txn->plans[family];
	const struct rrset *doubt = &txn->doubt_added[family];
	size_t i;

	rrset_copy(&result->kept, &plan->kept);
	for (i = 0; i < plan->added.count; i++)
		rrset_add(&result->kept, &plan->added.addrs[i]);
	/* an UPDATE whose answer never came has done it after all */
	result->added.type = result->removed.type = plan->result.type;
	for (i = 0; i < doubt->count; i++)
		if (rrset_has(&plan->kept, &doubt->addrs[i]))
			rrset_add(&result->added, &doubt->addrs[i]);
	doubt = &txn->doubt_removed[family];
	for (i = 0; i < doubt->count; i++)
		if (!rrset_has(&plan->result, &doubt->addrs[i]))
			rrset_add(&result->removed, &doubt->addrs[i]);
	/* only what has come of it counts */
	for (i = result->added.count; i-- > 0;)
		if (!rrset_remove(&result->kept, &result->added.addrs[i]))
			rrset_remove(&result->added, &result->added.addrs[i]);
	for (i = result->removed.count; i-- > 0;)
		if (rrset_has(&plan->result, &result->removed.addrs[i]))
			rrset_remove(&result->removed, &result->removed.addrs[i]);
	return result->added.count + result->removed.count > 0;
}
