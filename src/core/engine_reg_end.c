/*
 * engine_reg_end: how a registration's conversation ends before its time, and what is
 * left of a name it does not have any more.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/engine_parts.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"

void
reg_cancel(struct reg *reg, struct step *step)
{
	if (reg->txn == NULL)
		return;
	txn_abort(reg->txn, step, "cancelled");
	if (reg->txn->ambiguous || reg->txn->maybe_applied)
		life_gave_up(reg, step);
	heap_remove(&reg->engine->heap, &reg->timer);
	reg->engine->running--;
	txn_free(reg->txn);
	free(reg->txn);
	reg->txn = NULL;
	reg->state = REG_WAITING;
	reg->life->belief.known[0] = reg->life->belief.known[1] = false;
}

void
reg_abort(struct reg *reg, struct step *step, const char *why)
{
	const struct fact_link *link;
	struct desired desired;
	bool ended = false;

	if (reg->state == REG_DONE)
		return;
	if (reg->txn != NULL) {
		txn_abort(reg->txn, step, why);
		reg_moved(reg, step);
		return;
	}
	heap_remove(&reg->engine->heap, &reg->timer);
	if (reg->state != REG_WAITING) {
		reg_end(reg, OUTCOME_FAILED, EXIT_CODE_UNAVAILABLE, mem_printf("%s "
		    "before its turn", why), step->now_us);
		return;
	}
	if (reg->lacks != NULL) {
		reg_give_up(reg, step, why);
		return;
	}
	link = reg_link(reg, step, &ended);
	if (ended)
		return;
	desired_make(&desired, reg->cfg, &reg->engine->facts.net, link);
	reg_list_skips(reg, &desired);
	if (desired_any(&desired))
		reg_end(reg, reg_report(reg)->outcome, reg_report(reg)->exit, NULL,
		    step->now_us);
	else
		reg_end(reg, OUTCOME_FAILED, EXIT_CODE_UNAVAILABLE, mem_printf("%s: no "
		    "usable address on %s; give it one, or name another interface",
		    why, link != NULL ? link->name : "the interface"), step->now_us);
	desired_free(&desired);
}

/* The names this registration held before and does not have any more (mission R6). */
void
reg_withdraw_former(struct reg *reg, struct step *step)
{
	struct engine *engine = reg->engine;
	size_t i;

	if (!reg->has_former || reg_report(reg)->exit != EXIT_CODE_OK ||
	    (engine->options.mode != ENGINE_ONCE &&
	    engine->options.mode != ENGINE_DAEMON))
		return;
	reg->has_former = false;
	for (i = 0; i < engine->state.count; i++) {
		const struct state_entry *entry = engine->state.entries[i];
		struct reg *former;

		if (strcmp(entry->registration, reg->name) != 0 ||
		    (reg->has_fqdn && name_equal(&reg->fqdn, &entry->fqdn)))
			continue;
		if (engine_is_registered(engine, &entry->fqdn)) {
			reg->has_former = true; /* it may be free later */
			continue;
		}
		step_note(step, NOTE_INFO, "the name has changed, its former records "
		    "are removed");
		former = engine_add_reg(engine, NULL, reg->name, entry->mode,
		    &entry->fqdn);
		former->withdraw = former->final = true;
		engine_turn(step, former);
		reg_begin(former, step);
		engine_turn(step, reg);
	}
}
