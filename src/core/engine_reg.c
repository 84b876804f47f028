/*
 * engine_reg: one registration's story in a single run.
 *
 * Happy path: judged, its addresses are ready, one conversation, done.  Detours: an
 * address under DAD is waited for while the other family goes at once; no address at all
 * is waited for until the run's end; a name held before under the same registration is
 * withdrawn afterwards (mission R6).
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/engine_parts.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/twin.h"

static void try_to_begin(struct reg *, struct step *);
static bool can_begin(struct reg *, struct step *);
static bool is_invalid(struct reg *, struct step *);
static void end_check(struct reg *, struct step *);
static bool stands_down(struct reg *, struct step *);
static void consider_withdraw(struct reg *, struct step *);
static void consider_register(struct reg *, struct step *);
static unsigned ready(struct reg *, struct step *, const struct desired *);
static void wait_or_end(struct reg *, struct step *, const struct desired *,
    const struct fact_link *);
static void note_waiting(struct reg *, struct step *, const struct desired *,
    const struct fact_link *);
static bool refresh_due(const struct reg *, const struct step *);
static struct locate_input where(const struct reg *);

void
reg_begin(struct reg *reg, struct step *step)
{
	reg->started_us = step->now_us;
	if (reg->engine->options.mode == ENGINE_DAEMON) {
		reg_take_servers(reg);
		life_begin(reg, step);
		return;
	}
	try_to_begin(reg, step);
}

static void
try_to_begin(struct reg *reg, struct step *step)
{
	if (!can_begin(reg, step))
		return;
	reg->lacks = NULL;
	reg_take_servers(reg);
	reg->state = REG_QUEUED;
	if (reg->engine->queue_next > reg->index)
		reg->engine->queue_next = reg->index;
}

/* Ends the registration and returns false when there is nothing to talk about. */
static bool
can_begin(struct reg *reg, struct step *step)
{
	const struct engine *engine = reg->engine;

	if (reg->withdraw && reg_owned(reg) != 0)
		return reg_is_informed(reg, step);
	if (reg->cfg != NULL && !reg->cfg->enabled) {
		reg_end(reg, OUTCOME_DISABLED, EXIT_CODE_OK, NULL, -1);
		return false;
	}
	if (reg->withdraw) {
		reg_end(reg, OUTCOME_UNCHANGED, EXIT_CODE_OK, NULL, -1);
		return false;
	}
	if (is_invalid(reg, step))
		return false;
	if (engine->options.mode == ENGINE_CHECK) {
		end_check(reg, step);
		return false;
	}
	return !stands_down(reg, step) && reg_is_informed(reg, step) &&
	    !twin_ends(reg, step);
}

static bool
is_invalid(struct reg *reg, struct step *step)
{
	struct rule_subject subject = {
		reg->engine->config, reg->cfg, &reg->engine->facts
	};
	struct strbuf why = {0};
	bool broken = reg->cfg != NULL && rules_broken(&subject, &why) > 0;

	if (broken)
		reg_end(reg, OUTCOME_INVALID, EXIT_CODE_CONFIG, strbuf_take(&why),
		    step->now_us);
	strbuf_free(&why);
	return broken;
}

/* The rules hold; what else would make a run invalid? */
static void
end_check(struct reg *reg, struct step *step)
{
	bool ended = twin_ends(reg, step);

	if (!ended && reg->cfg->interface != NULL)
		(void)reg_link(reg, step, &ended);
	if (!ended)
		reg_end(reg, OUTCOME_PENDING, EXIT_CODE_OK, NULL, -1);
}

/* R18: the DHCP server keeps this name, and that is as it should be. */
static bool
stands_down(struct reg *reg, struct step *step)
{
	struct rule_subject subject = {
		reg->engine->config, reg->cfg, &reg->engine->facts
	};
	struct strbuf why = {0};
	bool down = rules_stand_down(&subject, &why);

	if (down)
		reg_end(reg, OUTCOME_DISABLED, EXIT_CODE_OK, strbuf_take(&why),
		    step->now_us);
	return down;
}

void
reg_consider(struct reg *reg, struct step *step)
{
	if (reg->life != NULL) {
		life_consider(reg, step);
		return;
	}
	if (reg->state != REG_QUEUED && reg->state != REG_WAITING)
		return;
	if (reg->lacks != NULL) {
		try_to_begin(reg, step);
		return;
	}
	if (reg->state == REG_WAITING && !engine_has_room(reg->engine)) {
		reg->state = REG_QUEUED;
		if (reg->engine->queue_next > reg->index)
			reg->engine->queue_next = reg->index;
		return;
	}
	if (reg->withdraw)
		consider_withdraw(reg, step);
	else
		consider_register(reg, step);
}

static void
consider_withdraw(struct reg *reg, struct step *step)
{
	struct desired none = {0};

	none.families[0].set.type = RRTYPE_A;
	none.families[1].set.type = RRTYPE_AAAA;
	reg_converse(reg, step, reg_owned(reg), &none, NULL);
}

static void
consider_register(struct reg *reg, struct step *step)
{
	bool ended = false;
	const struct fact_link *link = reg_link(reg, step, &ended);
	struct desired desired;
	unsigned mask;

	if (ended || stands_down(reg, step))
		return;
	desired_make(&desired, reg->cfg, &reg->engine->facts.net, link);
	mask = ready(reg, step, &desired);
	if (mask != 0)
		reg_converse(reg, step, mask, &desired, NULL);
	else
		wait_or_end(reg, step, &desired, link);
	desired_free(&desired);
}

/* Families to talk about now: those with addresses, none of them under DAD. */
static unsigned
ready(struct reg *reg, struct step *step, const struct desired *desired)
{
	bool patient = step->now_us < reg->engine->tentative_until_us;
	unsigned mask = 0, family, held = reg_owned(reg);

	for (family = 0; family < 2; family++) {
		const struct desired_family *want = &desired->families[family];
		unsigned bit = 1U << family;

		if (want->managed ? want->set.count > 0 &&
		    !(want->tentative && patient) : (held & bit) != 0)
			mask |= bit;
		/* what was sent is not what is wanted now: once more */
		if (want->managed && (reg->tried & mask & bit) &&
		    !rrset_equal(&want->set, &reg->sent[family]) &&
		    reg->follow_ups < ENGINE_FOLLOW_UPS_MAX) {
			reg->follow_ups++;
			reg->tried &= ~bit;
		}
	}
	return mask & ~reg->tried;
}

unsigned
reg_owned(const struct reg *reg)
{
	const struct state_entry *entry = reg->has_fqdn ?
	    state_find(&reg->engine->state, &reg->fqdn) : NULL;
	unsigned mask = 0;
	size_t i;

	for (i = 0; entry != NULL && i < entry->record_count; i++)
		if (state_entry_owns(entry, &entry->records[i].addr))
			mask |= entry->records[i].addr.family == FAMILY_IPV4 ?
			    FAMILY_A : FAMILY_AAAA;
	return mask;
}

static void
wait_or_end(struct reg *reg, struct step *step, const struct desired *desired,
    const struct fact_link *link)
{
	bool tentative = step->now_us < reg->engine->tentative_until_us &&
	    (desired->families[0].tentative || desired->families[1].tentative);

	if (tentative || !desired_any(desired)) {
		reg->state = REG_WAITING;
		note_waiting(reg, step, desired, link);
		heap_set(&reg->engine->heap, &reg->timer, tentative ?
		    reg->engine->tentative_until_us : CLOCK_NEVER);
		return;
	}
	reg_list_skips(reg, desired);
	reg_end(reg, reg_report(reg)->outcome, reg_report(reg)->exit, NULL,
	    step->now_us);
	reg_withdraw_former(reg, step);
}

static void
note_waiting(struct reg *reg, struct step *step, const struct desired *desired,
    const struct fact_link *link)
{
	char text[ADDR_TEXT_MAX];
	size_t i;

	if (reg->nothing_noted)
		return;
	reg->nothing_noted = true;
	for (i = 0; i < desired->skip_count; i++)
		if (strcmp(desired->skips[i].reason, "tentative") == 0) {
			step_note(step, NOTE_NOTICE, "waiting for duplicate address "
			    "detection of %s", addr_format(&desired->skips[i].addr,
			    text));
			return;
		}
	step_note(step, NOTE_NOTICE, "waiting for a usable address on %s",
	    link != NULL ? link->name : "the interface");
}

/* --- the conversation -------------------------------------------------------------- */

void
reg_converse(struct reg *reg, struct step *step, unsigned mask, struct desired *desired,
    const struct reg_talk *how)
{
	struct engine *engine = reg->engine;
	const struct config_registration *cfg = reg->cfg;
	struct txn_goal goal = {
		.purpose = reg->withdraw ? PLAN_WITHDRAW :
		    engine->options.mode == ENGINE_CHECK_ONLINE ? PLAN_PROBE :
		    PLAN_REGISTER,
		.mode = reg->mode,
		.on_conflict = cfg != NULL ? cfg->on_conflict : ON_CONFLICT_REPLACE,
		.yields = how != NULL && how->yields,
		.registration = reg->name,
		.mask = mask,
		.dry_run = engine->options.dry_run,
		.tcp = engine->config->transport == TRANSPORT_TCP,
		.where = where(reg),
		.state = &engine->state,
		.refresh = how != NULL ? how->refresh : refresh_due(reg, step),
		.place = how != NULL ? how->place : NULL,
		.belief = how != NULL ? how->belief : NULL,
	};
	unsigned family;

	if (goal.yields)
		goal.on_conflict = ON_CONFLICT_KEEP;
	for (family = 0; family < 2; family++) {
		goal.managed[family] = !reg->withdraw &&
		    desired->families[family].managed;
		goal.desired[family].type = desired->families[family].set.type;
		rrset_copy(&goal.desired[family], &desired->families[family].set);
		if (mask & (1U << family))
			rrset_copy(&reg->sent[family], &desired->families[family].set);
	}
	reg->tried |= mask;
	reg->state = REG_RUNNING;
	engine->running++;
	reg->txn = mem_zero(1, sizeof(*reg->txn));
	txn_start(reg->txn, step, &goal);
	reg_moved(reg, step);
}

/* Every periodic-update minutes all is asserted anew (mission R17, protocol.md 3). */
static bool
refresh_due(const struct reg *reg, const struct step *step)
{
	const struct state_entry *entry = state_find(&reg->engine->state, &reg->fqdn);
	int64_t age_s;

	if (reg->withdraw || reg->cfg == NULL || entry == NULL ||
	    reg->cfg->periodic_min == 0)
		return false;
	age_s = step->wall_s - entry->refreshed_s;
	/* a clock that went back says nothing about the age: better once too often */
	return age_s >= config_periodic_s(reg->cfg) || age_s < 0;
}

static struct locate_input
where(const struct reg *reg)
{
	const struct engine *engine = reg->engine;
	const struct state_entry *entry = state_find(&engine->state, &reg->fqdn);
	struct locate_input input = {
		.owner = reg->fqdn,
		.servers = reg->servers,
		.server_count = reg->server_count,
		.primaries = engine->config->primaries,
		.primary_count = engine->config->primary_count,
		.net = &engine->facts.net,
		.allow_top_level_zone = reg->cfg == NULL ||
		    reg->cfg->allow_top_level_zone,
		.ipv4_first = !fact_net_has_ipv6(&engine->facts.net),
	};

	if (entry != NULL && entry->has_server) {
		input.has_preferred = true;
		input.preferred = entry->server;
	}
	return input;
}

void
reg_event(struct reg *reg, struct step *step, const struct event *event)
{
	if (reg->txn != NULL && txn_event(reg->txn, step, event))
		reg_moved(reg, step);
}

void
reg_wake(struct reg *reg, struct step *step)
{
	if (reg->txn != NULL) {
		txn_wake(reg->txn, step);
		reg_moved(reg, step);
	} else {
		reg_consider(reg, step);
	}
}

void
reg_moved(struct reg *reg, struct step *step)
{
	struct engine *engine = reg->engine;
	struct txn *txn;

	if (!txn_done(reg->txn)) {
		heap_set(&engine->heap, &reg->timer, txn_deadline(reg->txn));
		if (reg->txn->step == TXN_SAVE) {
			engine->savers = mem_grow(engine->savers, &engine->saver_cap,
			    engine->saver_count + 1, sizeof(*engine->savers));
			engine->savers[engine->saver_count++] = reg->index;
		}
		return;
	}
	heap_remove(&engine->heap, &reg->timer);
	engine->running--;
	reg_take_results(reg);
	txn = reg->txn;
	reg->txn = NULL;
	if (reg->life != NULL)
		life_done(reg, step, txn);
	txn_free(txn);
	free(txn);
	if (reg->life != NULL)
		return;
	reg->state = REG_QUEUED;
	if (engine->stopping || reg->withdraw)
		reg_end(reg, reg_report(reg)->outcome, reg_report(reg)->exit, NULL,
		    step->now_us);
	else
		reg_consider(reg, step);
}

void
reg_free(struct reg *reg)
{
	if (reg->txn != NULL)
		txn_free(reg->txn);
	free(reg->txn);
	free(reg->name);
	free(reg->subject);
	free(reg->servers);
	life_free(reg);
	rrset_free(&reg->sent[0]);
	rrset_free(&reg->sent[1]);
	free(reg);
}
