/*
 * life: a registration in the daemon.
 *
 * Happy path: judged, addresses there, one conversation, held; then only events and the
 * refresh.  An address that changes is replaced on the belief of what stands there, in
 * one round trip.  Failure modes: a broken rule, or a DHCP server that keeps the name
 * (R18), suspends it until facts change; a failed conversation rests by backoff; a
 * family without an address is left alone for 10 minutes; a name that the host no longer
 * has is withdrawn once the new one stands.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"
#include "ddnsupd/twin.h"

static bool is_in_doubt(const struct reg *);
static bool is_fit(struct reg *, struct step *);
static void follow_name(struct reg *, struct step *);
static void suspend(struct reg *, struct step *, enum outcome, char *why);
static void resume(struct reg *, struct step *);
static void await_facts(struct reg *, struct step *);
static void talk(struct reg *, struct step *, unsigned mask, struct desired *);
static void be_content(struct reg *, struct step *, const struct desired *);
static int64_t later(int64_t at_us, const struct step *);
static void succeed(struct reg *, struct step *, const struct txn *);
static void plan_refresh(struct reg *, struct step *, const struct txn *);
static void fail(struct reg *, struct step *, const struct txn *);

void
life_begin(struct reg *reg, struct step *step)
{
	struct life *life = mem_zero(1, sizeof(*life));

	reg->life = life;
	settle_init(&life->settle);
	life->refresh_at_us = life->look_at_us = CLOCK_NEVER;
	life->gone_since_us[0] = life->gone_since_us[1] = CLOCK_NEVER;
	life->patient_until_us[0] = life->patient_until_us[1] = CLOCK_NEVER;
	life->tried_us = life->next_us = life->again_us = CLOCK_NEVER;
	life->restart_us = step->now_us - LIFE_RESTART_US;
	life->seen[0].type = RRTYPE_A;
	life->seen[1].type = RRTYPE_AAAA;
	reg->state = REG_WAITING;
	if (is_in_doubt(reg)) /* of the life before */
		life_gave_up(reg, step);
	life_net(reg, step);
}

/* Is there anything that may stand there, or not? */
static bool
is_in_doubt(const struct reg *reg)
{
	const struct state_entry *entry = !reg->has_fqdn ? NULL :
	    state_find(&reg->engine->state, &reg->fqdn);
	size_t i;

	for (i = 0; entry != NULL && i < entry->record_count; i++)
		if (entry->records[i].holding == HOLDING_MAYBE)
			return true;
	return false;
}

void
life_consider(struct reg *reg, struct step *step)
{
	const struct fact_link *link;
	struct life *life = reg->life;
	struct desired desired;
	unsigned mask;

	if (reg->state == REG_RUNNING || reg->state == REG_DONE)
		return;
	if (!reg->withdraw && !is_fit(reg, step))
		return;
	memset(&desired, 0, sizeof(desired));
	desired.families[0].set.type = RRTYPE_A;
	desired.families[1].set.type = RRTYPE_AAAA;
	if (reg->withdraw) {
		mask = reg_owned(reg);
	} else {
		link = rules_link(reg->cfg, &reg->engine->facts.net);
		desired_make(&desired, reg->cfg, &reg->engine->facts.net, link);
		mask = life_wanted(reg, step, &desired, link);
	}
	if (mask == 0)
		be_content(reg, step, &desired);
	else if (reg_lacks(reg) != NULL)
		await_facts(reg, step);
	else if (!life->forced && life->rest_until_us > step->now_us)
		life->next_us = life->rest_until_us;
	else if (life->settle_until_us > step->now_us)
		life->next_us = life->settle_until_us;
	else
		talk(reg, step, mask, &desired);
	if (reg->state != REG_RUNNING && reg->state != REG_DONE)
		heap_set(&reg->engine->heap, &reg->timer, life->next_us);
	desired_free(&desired);
}

/* --- may it be registered at all? -------------------------------------------------- */

static bool
is_fit(struct reg *reg, struct step *step)
{
	struct rule_subject subject = {
		reg->engine->config, reg->cfg, &reg->engine->facts
	};
	struct strbuf why = {0};

	if (!reg->cfg->enabled) {
		suspend(reg, step, OUTCOME_DISABLED,
		    mem_text("disabled in the configuration"));
		return false;
	}
	follow_name(reg, step);
	if (reg->life->withdrawn) {
		suspend(reg, step, OUTCOME_WITHDRAWN, mem_text("withdrawn by ddnsctl; "
		    "`ddnsctl refresh` registers it again"));
		return false;
	}
	if (rules_broken(&subject, &why) > 0 || !twin_claim(reg, step, &why)) {
		suspend(reg, step, OUTCOME_INVALID, strbuf_take(&why));
		return false;
	}
	if (rules_stand_down(&subject, &why)) {
		suspend(reg, step, OUTCOME_DISABLED, strbuf_take(&why));
		return false;
	}
	strbuf_free(&why);
	resume(reg, step);
	if (!reg->has_fqdn) {
		await_facts(reg, step);
		heap_remove(&reg->engine->heap, &reg->timer);
		return false;
	}
	return true;
}

/* A registration without a name of its own has the host's, as it is now (R6). */
static void
follow_name(struct reg *reg, struct step *step)
{
	char text[NAME_TEXT_MAX];
	struct name fqdn;

	if (rules_fqdn(reg->cfg, &reg->engine->facts, &fqdn) != FAULT_NONE ||
	    (reg->has_fqdn && name_equal(&reg->fqdn, &fqdn)))
		return;
	if (reg->has_fqdn)
		step_note(step, NOTE_NOTICE, "the host's name has changed: %s is next",
		    name_format(&fqdn, text));
	reg->has_former = reg->has_former || reg->has_fqdn;
	reg_take_name(reg, step, &fqdn);
	engine_keep(reg->engine, step, reg, &fqdn);
	reg->life->place.known = false;
	reg->life->contest = (struct contest){0};
	sight_free(&reg->life->belief);
	reg->life->rest_until_us = 0;
}

/* outcome: INVALID when something is wrong with it. */
static void
suspend(struct reg *reg, struct step *step, enum outcome outcome, char *why)
{
	struct life *life = reg->life;
	struct report_registration *report = reg_report(reg);

	if (life->suspended == NULL || strcmp(life->suspended, why) != 0) {
		/* the same rules, broken by other facts */
		step->again = life->suspended != NULL &&
		    rules_same(life->suspended, why);
		step_note(step, outcome == OUTCOME_INVALID ? NOTE_WARNING : NOTE_NOTICE,
		    "suspended: %s", why);
		step->again = false;
	}
	free(life->suspended);
	life->suspended = why;
	life->forced = false;
	life->next_us = CLOCK_NEVER;
	report->outcome = outcome;
	report->exit = outcome == OUTCOME_INVALID ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
	free(report->error);
	report->error = mem_text(why);
	reg->state = REG_WAITING;
	heap_remove(&reg->engine->heap, &reg->timer);
}

static void
resume(struct reg *reg, struct step *step)
{
	if (reg->life->suspended == NULL)
		return;
	step_note(step, NOTE_NOTICE, "no longer suspended");
	free(reg->life->suspended);
	reg->life->suspended = NULL;
	reg->life->look_at_us = step->now_us; /* nobody has kept the name meanwhile */
	reg_clear_report(reg);
}

/* Without servers and a name there is nobody to talk to; DHCP may bring them. */
static void
await_facts(struct reg *reg, struct step *step)
{
	struct life *life = reg->life;
	struct report_registration *report = reg_report(reg);
	char *why = reg_explain_lack(reg, reg_lacks(reg));

	step->again = life->said != NULL && strcmp(life->said, why) == 0;
	step_note(step, NOTE_NOTICE, "%s", why);
	free(life->said);
	life->said = why;
	life->forced = false;
	life->rest_until_us = 0;
	life->next_us = CLOCK_NEVER;
	free(report->error);
	report->error = mem_text(why);
	report->exit = EXIT_CODE_UNAVAILABLE;
	report->outcome = OUTCOME_PENDING;
}

/* --- the conversation -------------------------------------------------------------- */

static void
talk(struct reg *reg, struct step *step, unsigned mask, struct desired *desired)
{
	struct life *life = reg->life;
	bool look = life->forced || life->look_at_us <= step->now_us;
	struct reg_talk how = {
		.refresh = life->refresh_at_us <= step->now_us || life->forced,
		.yields = contest_yields(&life->contest, step->now_us),
		.place = life->place.known &&
		    step->now_us - life->place.found_us < CLOCK_S(3600) ?
		    &life->place : NULL,
	};

	if (!engine_has_room(reg->engine)) {
		engine_wait_for_room(reg);
		life->next_us = CLOCK_NEVER;
		return;
	}
	if (how.place != NULL && !look && !how.refresh && !reg->withdraw &&
	    !((mask & FAMILY_A) && !life->belief.known[0]) &&
	    !((mask & FAMILY_AAAA) && !life->belief.known[1]))
		how.belief = &life->belief;
	life->forced = false;
	life->again_us = CLOCK_NEVER;
	life->look_at_us = CLOCK_NEVER;
	life->tried_us = reg->started_us = step->now_us;
	reg_take_servers(reg);
	reg_clear_report(reg);
	reg_converse(reg, step, mask, desired, &how);
}

static void
be_content(struct reg *reg, struct step *step, const struct desired *desired)
{
	struct life *life = reg->life;
	struct report_registration *report = reg_report(reg);
	unsigned family;

	life->forced = false;
	life->rest_until_us = 0;
	life->next_us = clock_min(later(life->refresh_at_us, step),
	    later(life->look_at_us, step));
	for (family = 0; family < 2; family++) {
		life->next_us = clock_min(life->next_us,
		    later(life->patient_until_us[family], step));
		if (life->gone_since_us[family] != CLOCK_NEVER)
			life->next_us = clock_min(life->next_us,
			    later(life->gone_since_us[family] + LIFE_GONE_US, step));
	}
	if (!desired->families[0].tentative && !desired->families[1].tentative)
		life->event_us = 0; /* what came has gone again */
	if (reg->withdraw) {
		life_withdrawn(reg, step);
		return;
	}
	if (desired_any(desired) || life->tried_us != CLOCK_NEVER)
		return;
	free(report->error);
	report->error = mem_printf("waiting for a usable address on %s",
	    reg->cfg->interface != NULL ? reg->cfg->interface :
	    "the interface of the default route");
	report->exit = EXIT_CODE_UNAVAILABLE;
	report->outcome = OUTCOME_PENDING;
}

/* What is due and has nothing to work on waits for an event. */
static int64_t
later(int64_t at_us, const struct step *step)
{
	return at_us > step->now_us ? at_us : CLOCK_NEVER;
}

/* --- after a conversation ---------------------------------------------------------- */

void
life_done(struct reg *reg, struct step *step, const struct txn *txn)
{
	struct life *life = reg->life;
	unsigned family;

	txn_belief(txn, &life->belief);
	for (family = 0; family < 2; family++)
		if ((txn->goal.mask & (1U << family)) && life->belief.known[family])
			life->since_us[family] = step->now_us;
	reg->state = REG_WAITING;
	reg_report(reg)->elapsed_us = step->now_us - reg->started_us;
	if (reg_report(reg)->exit == EXIT_CODE_OK)
		succeed(reg, step, txn);
	else
		fail(reg, step, txn);
	if (life->unheard)
		life_learned(reg, step);
	else
		life_consider(reg, step);
}

static void
succeed(struct reg *reg, struct step *step, const struct txn *txn)
{
	struct life *life = reg->life;

	int64_t found_us = txn->goal.place != NULL && !txn->rediscovered ?
	    life->place.found_us : step->now_us;

	txn_place(txn, &life->place);
	life->place.found_us = found_us;
	backoff_reset(&life->backoff);
	life->rest_until_us = 0;
	life->contest.lost = false;
	if (txn->contested)
		contest_found(&life->contest, step->now_us);
	free(life->said);
	life->said = NULL;
	step->again = false;
	if (txn->ambiguous || life->late_until_us > step->now_us)
		life->look_at_us = step->now_us + LIFE_LOOK_AGAIN_US;
	if (life->event_us != 0 && step->tally != NULL)
		tally_time(&step->tally->registered, step->now_us - life->event_us);
	life->event_us = 0;
	reg_note_changes(reg, step);
	if (reg->withdraw)
		return;
	plan_refresh(reg, step, txn);
	reg_withdraw_former(reg, step);
}

/*
 * Every periodic-update, less up to 10 % (protocol.md 3, "Refresh"), counted from the
 * last UPDATE by the wall clock: a machine that sleeps or is off for most of the day has
 * its refresh, too, soon after it is there again.
 */
static void
plan_refresh(struct reg *reg, struct step *step, const struct txn *txn)
{
	const struct state_entry *entry = state_find(&reg->engine->state, &reg->fqdn);
	int64_t period_us = CLOCK_S(config_periodic_s(reg->cfg)), age_us = 0, in_us;

	if (period_us == 0) {
		reg->life->refresh_at_us = CLOCK_NEVER;
		return;
	}
	if (!txn->updated && !txn->goal.refresh && entry != NULL &&
	    step->wall_s > entry->refreshed_s)
		age_us = clock_min(CLOCK_S(step->wall_s - entry->refreshed_s),
		    period_us);
	if (!txn->updated && age_us < period_us &&
	    reg->life->refresh_at_us != CLOCK_NEVER &&
	    reg->life->refresh_at_us > step->now_us)
		return;
	in_us = period_us - age_us -
	    (int64_t)rng_below(step->rng, (uint64_t)period_us / 10);
	if (in_us <= 0) /* overdue, and many may be so at the same moment */
		in_us = CLOCK_S(1) + (int64_t)rng_below(step->rng, (uint64_t)
		    clock_min(period_us / 10, LIFE_OVERDUE_US));
	reg->life->refresh_at_us = step->now_us + in_us;
}

/* The same failure is said once as a warning, then only for those who listen. */
static void
fail(struct reg *reg, struct step *step, const struct txn *txn)
{
	struct life *life = reg->life;
	struct report_registration *report = reg_report(reg);
	int64_t wait_us = life->again_us == CLOCK_NEVER ?
	    backoff_next(&life->backoff, report->exit, step->rng) :
	    later(life->again_us, step) == CLOCK_NEVER ? 0 :
	    life->again_us - step->now_us;
	const char *error = report->error != NULL ? report->error : "failed";

	step->again = life->said != NULL && strcmp(life->said, error) == 0;
	if (txn->ambiguous || txn->maybe_applied)
		life_gave_up(reg, step);
	life->contest.lost |= txn->goal.yields && report->exit == EXIT_CODE_CONFLICT;
	life->place.known = false;
	life->rest_until_us = step->now_us + wait_us;
	step_note(step, NOTE_WARNING, "%s; next try in %lld s", error,
	    (long long)(wait_us / CLOCK_S(1)));
	free(life->said);
	life->said = mem_text(error);
}

void
life_free(struct reg *reg)
{
	struct life *life = reg->life;

	if (life == NULL)
		return;
	sight_free(&life->belief);
	rrset_free(&life->seen[0]);
	rrset_free(&life->seen[1]);
	free(life->suspended);
	free(life->said);
	free(life);
	reg->life = NULL;
}
