/*
 * txn_failure: where every failure of every step comes together (protocol.md 5).
 *
 * The verdict says what is next: another candidate, the same one in a moment, the zone
 * found anew.  When nobody is left, what they said makes the exit code and the sentence.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/rests.h"
#include "ddnsupd/txn_parts.h"

void
txn_failed(struct txn *txn, struct step *step, const struct verdict *verdict, int rcode,
    enum fault fault)
{
	struct txn_candidate *candidate = &txn->candidates[txn->current];
	char server[ENDPOINT_TEXT_MAX];

	txn_blame(candidate, verdict, rcode, fault);
	candidate->local = txn->ask.local;
	if (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP)
		rests_add(step->rests, &candidate->server, step->now_us);
	txn->rcode = rcode;
	txn->looked_again = false;
	step_note(step, NOTE_INFO, "%s: %s (%s)",
	    endpoint_format(&candidate->server, server),
	    rcode >= 0 ? rcode_name(rcode) : fault_text(fault), verdict->meaning);
	if (verdict->next == VERDICT_AGAIN && !candidate->again) {
		candidate->again = true;
		candidate->failed = false;
		txn_pause(txn, step, CLOCK_S(1), CLOCK_S(1));
		return;
	}
	/* what one server showed says nothing about the next */
	txn->guards[0] = txn->guards[1] = PLAN_GUARD_SEEN;
	if (verdict->next == VERDICT_REDISCOVER && !txn->rediscovered) {
		txn->rediscovered = true;
		txn->step = TXN_LOCATE;
		locate_start(&txn->locate, step, &txn->goal.where);
		return;
	}
	txn_look(txn, step);
}

void
txn_exhausted(struct txn *txn, struct step *step)
{
	const struct txn_candidate *speaker;
	unsigned classes = 0, family;
	enum exit_code exit;
	size_t i;

	for (i = 0; i < txn->candidate_count; i++) {
		struct txn_candidate *candidate = &txn->candidates[i];

		if (candidate->class == VERDICT_TEMPORARY && candidate->said &&
		    !candidate->again && !candidate->unverified) {
			candidate->again = true;
			candidate->failed = false;
			txn_pause(txn, step, CLOCK_S(1), CLOCK_S(1));
			return;
		}
		if (candidate->said)
			classes |= VERDICT_BIT(candidate->class);
	}
	/* the servers known from before are of no use: find the zone anew */
	if (txn->goal.place != NULL && !txn->rediscovered) {
		txn->rediscovered = true;
		txn->step = TXN_LOCATE;
		locate_start(&txn->locate, step, &txn->goal.where);
		return;
	}
	if (txn->locate.status == LOCATE_FOUND && locate_more(&txn->locate, step)) {
		txn->step = TXN_LOCATE;
		return;
	}
	if (txn->maybe_applied & txn->pass)
		classes |= VERDICT_BIT(VERDICT_TEMPORARY);
	exit = verdict_exit(classes);
	speaker = txn_spokesman(txn, exit);
	if (speaker != NULL) {
		txn->rcode = speaker->rcode;
		txn->has_server = true;
		txn->server = speaker->server;
	}
	for (family = 0; family < 2; family++)
		if ((txn->pass & (1U << family)) && !txn->results[family].done) {
			txn_end_family(txn, family, exit == EXIT_CODE_REFUSED ?
			    OUTCOME_REFUSED : OUTCOME_FAILED, exit,
			    txn_say_exhausted(txn, exit));
			txn_take_back(txn, step, family);
		}
	txn_end_pass(txn, step);
}

void
txn_abort(struct txn *txn, struct step *step, const char *why)
{
	unsigned classes = 0, family;
	enum exit_code exit;
	struct strbuf waits = {0};
	size_t i;

	if (txn->step == TXN_DONE)
		return;
	txn_waits_for(txn, &waits);
	if (txn->step == TXN_UPDATE || txn->step == TXN_VERIFY ||
	    txn->step == TXN_CONFIRM)
		txn->maybe_applied |= txn->goal.purpose != PLAN_PROBE ? txn->sent : 0;
	for (family = 0; family < 2; family++)
		if (txn->step != TXN_UPDATE && (txn->maybe_applied & (1U << family)))
			txn_doubt(txn, step, family);
	for (i = 0; i < txn->candidate_count; i++)
		if (txn->candidates[i].said)
			classes |= VERDICT_BIT(txn->candidates[i].class);
	if (txn->maybe_applied)
		classes |= VERDICT_BIT(VERDICT_TEMPORARY);
	exit = verdict_exit(classes);
	for (family = 0; family < 2; family++)
		if (!txn->results[family].done) {
			txn_end_family(txn, family, exit == EXIT_CODE_REFUSED ?
			    OUTCOME_REFUSED : OUTCOME_FAILED, exit,
			    mem_printf("%s while waiting for %s; check its "
			    "address, the route to it and that port 53 is not "
			    "filtered, or give it more time", why,
			    strbuf_text(&waits)));
			txn_take_back(txn, step, family);
		}
	strbuf_free(&waits);
	locate_cancel(&txn->locate, step);
	observe_cancel(&txn->observe, step);
	ask_cancel(&txn->ask, step);
	txn->step = TXN_DONE;
}

void
txn_blame(struct txn_candidate *candidate, const struct verdict *verdict, int rcode,
    enum fault fault)
{
	candidate->failed = true;
	candidate->said = true;
	candidate->class = verdict->class;
	candidate->rcode = rcode;
	candidate->fault = fault;
	candidate->meaning = verdict->next == VERDICT_GO_ON ?
	    "the server is not authoritative for the zone" : verdict->meaning;
}
