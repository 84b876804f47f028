/*
 * txn_verify: accepted is not applied: look again at the server that said NOERROR, and
 * when the change does not show, ask by UPDATE (protocol.md 3.4).
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/txn_parts.h"

static bool shows(const struct txn *, unsigned family);
static void stands(struct txn *, struct step *, unsigned family);
static void confirm(struct txn *, struct step *);
static void contradict(struct txn *, struct step *);
static void ask_confirmation(struct txn *, struct step *, struct update *);
static void lags(struct txn *, struct step *, unsigned family);
static void doubt_all(struct txn *, struct step *);
static const char *why_unseen(const struct sighting *);
static void unseen(struct txn *, struct step *, const char *why);
static void unverified(struct txn *, struct step *, const struct verdict *);

/* What an UPDATE that was accepted and does not show counts for. */
static const struct verdict not_applied = {
	VERDICT_NEXT, VERDICT_TEMPORARY, "the update was accepted but not applied"
};
static const struct verdict not_verified = {
	VERDICT_NEXT, VERDICT_TEMPORARY, "the update was accepted but cannot be verified"
};
static const struct verdict below_cut = {
	VERDICT_REDISCOVER, VERDICT_TEMPORARY,
	"the update was accepted, but the name is below a zone cut of this server"
};

void
txn_verify(struct txn *txn, struct step *step)
{
	txn->step = TXN_VERIFY;
	observe_start(&txn->observe, step, &txn->goal.where.owner, txn->sent,
	    txn->goal.tcp, &txn->candidates[txn->current].server, 1);
}

void
txn_verify_seen(struct txn *txn, struct step *step)
{
	unsigned family, hidden = 0;
	bool changed;

	for (family = 0; family < 2; family++) {
		if (!(txn->sent & (1U << family)))
			continue;
		if (!shows(txn, family))
			hidden |= 1U << family;
		else
			stands(txn, step, family);
	}
	if (hidden == 0) {
		txn_end_pass(txn, step);
		return;
	}
	txn->sent = hidden;
	changed = !sight_same(&txn->before, &txn->observe.sight, hidden);
	if (changed) {
		/* somebody else was there after us: the sight decides */
		if (++txn->round < TXN_ROUNDS_MAX) {
			doubt_all(txn, step);
			txn->pass = hidden;
			txn->guards[0] = txn->guards[1] = PLAN_GUARD_SEEN;
			txn_pause(txn, step, 0, CLOCK_MS(50) << txn->round);
			return;
		}
		unverified(txn, step, &not_applied);
		return;
	}
	confirm(txn, step);
}

/* Is the change of the family to be seen? */
static bool
shows(const struct txn *txn, unsigned family)
{
	const struct rrset *seen = &txn->observe.sight.sets[family];
	const struct plan *plan = &txn->plans[family];
	size_t i;

	/* with nothing left at the name, a wildcard's alias may show again */
	if ((txn->observe.sight.cname || txn->observe.sight.dname) &&
	    plan->added.count + plan->kept.count > 0)
		return false;
	if (txn->goal.mode == FQDN_DEDICATED && txn->goal.managed[family] &&
	    txn->goal.purpose == PLAN_REGISTER)
		return rrset_equal(seen, &plan->result);
	for (i = 0; i < plan->removed.count; i++)
		if (rrset_has(seen, &plan->removed.addrs[i]))
			return false;
	for (i = 0; i < plan->added.count; i++)
		if (!rrset_has(seen, &plan->added.addrs[i]))
			return false;
	for (i = 0; i < plan->kept.count; i++)
		if (!rrset_has(seen, &plan->kept.addrs[i]))
			return false;
	return true;
}

/* Verified: the family's story ends well. */
static void
stands(struct txn *txn, struct step *step, unsigned family)
{
	const struct plan *plan = &txn->plans[family];
	const struct rrset *seen = &txn->observe.sight.sets[family];
	struct txn_result *result = &txn->results[family];
	bool changed = txn_keep_rest(txn, family);

	if (seen->count > 0 && txn->step == TXN_VERIFY)
		result->ttl = seen->ttl;
	else if (plan->added.count > 0 || plan->ttl_changed || txn->goal.refresh)
		result->ttl = plan->ttl;
	else /* what was only removed or confirmed keeps its own */
		result->ttl = txn->before.sets[family].ttl;
	if (plan->ttl_changed && result->ttl != plan->ttl) {
		step_note(step, NOTE_WARNING, "the server keeps the TTL %u of %s "
		    "instead of %u", result->ttl, rrtype_name(seen->type), plan->ttl);
	} else {
		changed |= plan->ttl_changed;
	}
	txn_note_ttl(txn, step, family, result->ttl);
	txn_forget(txn, step, family);
	txn->maybe_applied &= ~(1U << family);
	txn_end_family(txn, family, changed ? txn_good_outcome(txn) : OUTCOME_UNCHANGED,
	    EXIT_CODE_OK, NULL);
}

void
txn_verify_failed(struct txn *txn, struct step *step)
{
	const struct sighting *sighting = &txn->observe.sightings[0];

	if (sighting->referral) {
		doubt_all(txn, step);
		txn->candidates[txn->current].unverified = true;
		txn->candidates[txn->current].unseen = why_unseen(sighting);
		txn_failed(txn, step, &below_cut, RCODE_NOERROR, FAULT_NONE);
		return;
	}
	unseen(txn, step, why_unseen(sighting));
}

static const char *
why_unseen(const struct sighting *sighting)
{
	if (sighting->referral)
		return "the name is below a zone cut of this server";
	if (sighting->rcode < 0)
		return "the server does not answer any more";
	if (sighting->rcode == RCODE_NOERROR || sighting->rcode == RCODE_NXDOMAIN)
		return "the server does not answer with authority any more";
	return "the server does not answer queries now";
}

/* --- it does not show: a forwarding secondary lags, or the server has lied --------- */

static void
confirm(struct txn *txn, struct step *step)
{
	struct update update = {.zone = txn->zone, .owner = txn->goal.where.owner};
	unsigned family;

	for (family = 0; family < 2; family++) {
		const struct rrset *result = &txn->plans[family].result;
		struct addr absent;

		if (!(txn->sent & (1U << family)))
			continue;
		if (result->count > 0)
			update_require_value(&update, result);
		else
			update_require_absent(&update, result->type);
		absent = plan_absent_addr(result);
		update_delete(&update, &absent);
	}
	txn->contrary = false;
	ask_confirmation(txn, step, &update);
}

/* The opposite must fail, or this server says yes to everything. */
static void
contradict(struct txn *txn, struct step *step)
{
	struct update update = {.zone = txn->zone, .owner = txn->goal.where.owner};
	unsigned family = txn->sent == FAMILY_AAAA;
	const struct rrset *result = &txn->plans[family].result;
	struct addr absent = plan_absent_addr(&txn->before.sets[family]);

	if (result->count > 0)
		update_require_absent(&update, result->type);
	else
		update_require_value(&update, &txn->before.sets[family]);
	update_delete(&update, &absent);
	txn->contrary = true;
	ask_confirmation(txn, step, &update);
}

static void
ask_confirmation(struct txn *txn, struct step *step, struct update *update)
{
	uint8_t *bytes;
	size_t len;

	if (wire_update(update, 0, &bytes, &len) == FAULT_NONE) {
		txn->step = TXN_CONFIRM;
		ask_start(&txn->ask, step, ASK_UPDATE,
		    &txn->candidates[txn->current].server, txn->goal.tcp, bytes, len);
	} else {
		unseen(txn, step, "the question cannot be written");
	}
	update_free(update);
}

void
txn_confirm_answered(struct txn *txn, struct step *step)
{
	bool answered = txn->ask.status == ASK_ANSWERED;
	bool yes = answered && txn->ask.rcode == RCODE_NOERROR;
	unsigned family;

	if (!txn->contrary && yes) {
		contradict(txn, step);
		return;
	}
	if (!answered) {
		unseen(txn, step, "the server does not answer any more");
		return;
	}
	if (!txn->contrary || yes ||
	    verdict_of_rcode(VERDICT_UPDATE, txn->ask.rcode)->next != VERDICT_LOOK) {
		unverified(txn, step, &not_applied);
		return;
	}
	for (family = 0; family < 2; family++)
		if (txn->sent & (1U << family)) {
			lags(txn, step, family);
			stands(txn, step, family);
		}
	txn->rcode = RCODE_NOERROR;
	txn_end_pass(txn, step);
}

/* A secondary that passes updates on shows them when its own copy is refreshed. */
static void
lags(struct txn *txn, struct step *step, unsigned family)
{
	char server[ENDPOINT_TEXT_MAX];

	txn->results[family].remark = mem_printf("not yet visible at %s",
	    endpoint_format(&txn->server, server));
	step_note(step, NOTE_NOTICE, "%s %s: it passes updates on, and its own copy "
	    "lags", rrtype_name(txn->plans[family].result.type),
	    txn->results[family].remark);
}

/* What was taken for held is a guess again. */
static void
doubt_all(struct txn *txn, struct step *step)
{
	unsigned family;

	for (family = 0; family < 2; family++)
		if (txn->sent & (1U << family))
			txn_doubt(txn, step, family);
}

static void
unseen(struct txn *txn, struct step *step, const char *why)
{
	txn->candidates[txn->current].unseen = why;
	unverified(txn, step, &not_verified);
}

static void
unverified(struct txn *txn, struct step *step, const struct verdict *verdict)
{
	struct txn_candidate *candidate = &txn->candidates[txn->current];

	candidate->unverified = true;
	if (verdict != &not_verified)
		candidate->unseen = NULL;
	doubt_all(txn, step);
	txn_failed(txn, step, verdict, RCODE_NOERROR, FAULT_NONE);
}
