/*
 * txn_prereq: what a failed prerequisite leads to (protocol.md 3.5).
 *
 * Which one failed is never said, and after a retransmission it may be our own success:
 * a second look decides.  As desired now: done.  Changed otherwise: again.  The same:
 * what was seen is a wildcard's or a stale copy, and a weaker guard is tried.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/txn_parts.h"

static void take_success(struct txn *, struct step *);
static bool can_be_ours(const struct txn *, unsigned family,
    const struct rrset *before);
static void end_alias(struct txn *, struct step *, unsigned family);
static bool escalate(struct txn *, unsigned family);
static void give_up(struct txn *, struct step *, unsigned family);

/* Which one failed is never said; after a retransmission it may be our own success. */
void
txn_prerequisite_failed(struct txn *txn, struct step *step)
{
	txn->failed_rcode = txn->ask.rcode;
	txn->looked_again = true;
	txn->round++;
	step_note(step, NOTE_INFO, "a prerequisite failed (%s), looking again",
	    rcode_name(txn->failed_rcode));
	if (txn->round == 1)
		txn_look_here(txn, step);
	else /* whoever else is at it does the same: not in step */
		txn_pause(txn, step, 0, CLOCK_MS(20) << txn->round);
}

/*
 * The second look decides (protocol.md 3.5).  Returns whether to plan and send again;
 * otherwise the conversation has been led elsewhere.
 */
bool
txn_second_look(struct txn *txn, struct step *step)
{
	bool same = sight_same(&txn->before, &txn->observe.sight, txn->sent);
	unsigned family = txn->sent == FAMILY_AAAA;

	txn->looked_again = false;
	take_success(txn, step);
	if (same) /* nor has an earlier copy been applied */
		txn->maybe_applied &= ~txn->sent;
	if (txn->sent == FAMILY_BOTH && !txn->results[0].done && !txn->results[1].done) {
		txn_split(txn, step);
		return false;
	}
	if (txn->sent == FAMILY_BOTH || txn->results[family].done) {
		txn_end_pass(txn, step);
		return false;
	}
	if (txn->failed_rcode == RCODE_YXRRSET &&
	    (txn->observe.sight.cname || txn->guards[family] == PLAN_GUARD_NONE)) {
		end_alias(txn, step, family);
		txn_end_pass(txn, step);
		return false;
	}
	if (!same)
		txn->guards[family] = PLAN_GUARD_SEEN;
	if (txn->round < TXN_ROUNDS_MAX && (!same || escalate(txn, family)))
		return true;
	give_up(txn, step, family);
	return false;
}

/* As desired now, and it was not before: our own success, its answer lost. */
static void
take_success(struct txn *txn, struct step *step)
{
	struct sight before = {0};
	unsigned family;

	sight_copy(&before, &txn->before);
	sight_copy(&txn->before, &txn->observe.sight);
	for (family = 0; family < 2; family++) {
		struct txn_result *result = &txn->results[family];
		struct plan_input in = txn_plan_input(txn, family);
		struct plan now;

		if (!(txn->sent & (1U << family)) || result->done)
			continue;
		if (!can_be_ours(txn, family, &before.sets[family])) {
			txn_not_applied(txn, family);
			continue;
		}
		if (rrset_equal(&before.sets[family], &txn->before.sets[family]))
			continue;
		in.guard = PLAN_GUARD_SEEN;
		plan_make(&now, &in);
		if (now.verdict == PLAN_CHANGE || now.verdict == PLAN_CONFLICT) {
			plan_free(&now);
			continue;
		}
		plan_free(&now);
		txn_accepted(txn, step, family);
		txn_forget(txn, step, family);
		txn_keep_rest(txn, family);
		result->ttl = txn->before.sets[family].ttl;
		txn_end_family(txn, family, txn_good_outcome(txn), EXIT_CODE_OK, NULL);
	}
	sight_copy(&txn->before, &before);
	sight_free(&before);
}

/*
 * Can our UPDATE have been applied all the same?  One that was sent once may have been
 * doubled on its way: what it adds is there now, or queries do not show what made it
 * fail.  A shared name's other writers may add the same address at the same moment: to
 * them it is left, unless what is ours has gone with it, which no other removes.
 */
static bool
can_be_ours(const struct txn *txn, unsigned family, const struct rrset *before)
{
	const struct rrset *seen = &txn->observe.sight.sets[family];
	const struct plan *plan = &txn->plans[family];
	size_t i;

	if (txn->goal.purpose == PLAN_PROBE)
		return false;
	if (txn->maybe_applied & (1U << family))
		return true;
	if (rrset_equal(seen, before))
		return seen->count == 0 && !txn->observe.sight.cname;
	for (i = 0; i < plan->added.count; i++)
		if (!rrset_has(seen, &plan->added.addrs[i]))
			return false;
	if (txn->goal.mode == FQDN_DEDICATED)
		return true;
	for (i = 0; i < plan->removed.count; i++)
		if (rrset_has(seen, &plan->removed.addrs[i]))
			return false;
	return plan->removed.count > 0;
}

/* A permission test that cannot be made, or a name that others keep changing. */
static void
give_up(struct txn *txn, struct step *step, unsigned family)
{
	bool keeps = txn->goal.managed[family] && txn->goal.mode == FQDN_DEDICATED &&
	    txn->goal.on_conflict == ON_CONFLICT_KEEP && txn->round < TXN_ROUNDS_MAX;

	if (keeps && txn->goal.purpose == PLAN_REGISTER)
		txn_end_conflict(txn, step, family, txn_say_conflict(txn, family));
	else {
		txn_end_family(txn, family, OUTCOME_FAILED, EXIT_CODE_TEMPORARY,
		    txn->goal.purpose == PLAN_PROBE ? txn_say_unproved(txn) :
		    txn_say_race(txn));
		txn_take_back(txn, step, family);
	}
	txn_end_pass(txn, step);
}

/*
 * The same sight, the same failure: a weaker guard.  Returns false when there is none:
 * what fails "RRset does not exist" is really there, and foreign.
 */
static bool
escalate(struct txn *txn, unsigned family)
{
	bool keeps = txn->goal.purpose == PLAN_PROBE ||
	    (txn->goal.purpose == PLAN_REGISTER && txn->goal.managed[family] &&
	    txn->goal.mode == FQDN_DEDICATED &&
	    txn->goal.on_conflict == ON_CONFLICT_KEEP);

	switch (txn->guards[family]) {
	case PLAN_GUARD_SEEN:
		if (txn->observe.sight.sets[family].count > 0) {
			txn->guards[family] = PLAN_GUARD_ABSENT;
			return true;
		}
		break;
	case PLAN_GUARD_ABSENT:
		break;
	case PLAN_GUARD_NONE:
		return false;
	}
	txn->guards[family] = PLAN_GUARD_NONE;
	return !keeps;
}

/* An alias holds the name; where it does, nothing of ours is left to withdraw. */
static void
end_alias(struct txn *txn, struct step *step, unsigned family)
{
	if (txn->goal.purpose != PLAN_WITHDRAW) {
		txn_end_conflict(txn, step, family, txn_say_alias(txn));
		return;
	}
	rrset_clear(&txn->plans[family].result);
	txn_forget(txn, step, family);
	txn_end_family(txn, family, OUTCOME_UNCHANGED, EXIT_CODE_OK, NULL);
}
