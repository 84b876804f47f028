/*
 * life_event: what happens to a registration: addresses, links, and its end.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"

static bool is_meant(const struct reg *);
static void try_at_once(struct reg *, const struct step *);

void
life_net(struct reg *reg, struct step *step)
{
	const struct facts *facts = &reg->engine->facts;
	struct life *life = reg->life;
	const struct fact_link *link = NULL;
	struct rrset now[2] = {{.type = RRTYPE_A}, {.type = RRTYPE_AAAA}};
	struct desired desired;
	unsigned family;
	bool up;

	if (reg->cfg == NULL || reg->withdraw) {
		try_at_once(reg, step);
		life_learned(reg, step);
		return;
	}
	link = rules_link(reg->cfg, &facts->net);
	desired_make(&desired, reg->cfg, &facts->net, link);
	for (family = 0; family < 2; family++)
		rrset_copy(&now[family], &desired.families[family].set);
	desired_free(&desired);
	up = link == NULL || link->up;
	if (!rrset_equal(&now[0], &life->seen[0]) ||
	    !rrset_equal(&now[1], &life->seen[1])) {
		life->settle_until_us = settle_event(&life->settle, life->seen, now,
		    step->now_us);
		if (life->event_us == 0)
			life->event_us = step->now_us;
		try_at_once(reg, step);
	} else if (up && !life->was_up) {
		try_at_once(reg, step);
	}
	life->was_up = up;
	for (family = 0; family < 2; family++) {
		if (now[family].count > 0) /* seen also while it talks */
			life->gone_since_us[family] = CLOCK_NEVER;
		rrset_free(&life->seen[family]);
		life->seen[family] = now[family];
	}
	life_learned(reg, step);
}

/* New servers may know of another zone, or of another one of the same name. */
void
life_learned(struct reg *reg, struct step *step)
{
	struct life *life = reg->life;
	enum reg_servers servers;

	life->unheard = reg->state == REG_RUNNING;
	if (reg->state == REG_RUNNING || reg->state == REG_DONE)
		return; /* the conversation goes by the servers it began with */
	servers = reg_weigh_servers(reg);
	if (servers != REG_SERVERS_SAME) {
		reg_take_servers(reg);
		life->place.known = false;
		try_at_once(reg, step);
	}
	if (servers == REG_SERVERS_NEW)
		life_doubt(reg, step, 0);
	else
		life_consider(reg, step);
}

/*
 * The host has another name.  A conversation about what is not to be registered any more
 * ends here: the name may be another registration's from now on, and one UPDATE at a time
 * is in flight for it.
 */
void
life_renamed(struct reg *reg, struct step *step)
{
	if (reg->state == REG_RUNNING && !reg->withdraw && !is_meant(reg))
		reg_cancel(reg, step);
	life_learned(reg, step);
}

static bool
is_meant(const struct reg *reg)
{
	struct rule_subject subject = {
		reg->engine->config, reg->cfg, &reg->engine->facts
	};
	struct strbuf why = {0};
	struct name fqdn;
	bool meant = rules_fqdn(reg->cfg, &reg->engine->facts, &fqdn) == FAULT_NONE &&
	    name_equal(&reg->fqdn, &fqdn) && rules_broken(&subject, &why) == 0;

	strbuf_free(&why);
	return meant;
}

void
life_gave_up(struct reg *reg, struct step *step)
{
	reg->life->late_until_us = step->now_us + LIFE_LOOK_AGAIN_US;
}

void
life_network_back(struct reg *reg, struct step *step)
{
	try_at_once(reg, step);
	life_net(reg, step);
}

/*
 * Whatever failed may work now; what goes wrong just now began before that.  What keeps
 * coming and going is no reason to ask all the time.
 */
static void
try_at_once(struct reg *reg, const struct step *step)
{
	struct life *life = reg->life;
	int64_t at_us = step->now_us;

	backoff_reset(&life->backoff);
	if (reg->state != REG_RUNNING && life->rest_until_us <= step->now_us) {
		life->rest_until_us = 0;
		return;
	}
	if (step->now_us - life->restart_us >= LIFE_RESTART_US) {
		life->restart_us = step->now_us;
		life->restarts = 0;
	}
	if (life->restarts < LIFE_RESTARTS)
		life->restarts++;
	if (life->restarts == LIFE_RESTARTS)
		at_us = life->restart_us + LIFE_RESTART_US;
	if (reg->state == REG_RUNNING)
		life->again_us = at_us;
	else
		life->rest_until_us = clock_min(life->rest_until_us, at_us);
}

void
life_doubt(struct reg *reg, struct step *step, int64_t within_us)
{
	struct life *life = reg->life;

	life->belief.known[0] = life->belief.known[1] = false;
	life->place.known = false;
	life->rest_until_us = 0;
	backoff_reset(&life->backoff);
	if (within_us > 0)
		life->settle_until_us = step->now_us +
		    (int64_t)rng_below(step->rng, (uint64_t)within_us);
	life_consider(reg, step);
}

void
life_force(struct reg *reg, struct step *step)
{
	/* wanted back before it was gone */
	if (reg->withdraw && !reg->final) {
		reg_cancel(reg, step);
		reg->withdraw = false;
		reg_clear_report(reg);
	}
	reg->life->forced = true;
	reg->life->withdrawn = false;
	reg->life->contest = (struct contest){0};
	reg->life->settle_until_us = 0;
	life_doubt(reg, step, 0);
}

void
life_withdraw(struct reg *reg, struct step *step, bool final)
{
	reg->withdraw = true;
	reg->final = reg->final || final; /* no request brings back what is to go */
	reg->life->rest_until_us = reg->life->settle_until_us = 0;
	reg->life->place.known = false;
	reg_clear_report(reg);
	if (reg->state == REG_RUNNING)
		reg_cancel(reg, step);
	if (engine_has_holder(reg))
		life_withdrawn(reg, step); /* what stands there is another's */
	if (reg->state != REG_DONE)
		life_consider(reg, step);
}

/* Nothing of ours is left under the name. */
void
life_withdrawn(struct reg *reg, struct step *step)
{
	struct report_registration *report = reg_report(reg);

	if (report->outcome == OUTCOME_PENDING)
		report->outcome = OUTCOME_UNCHANGED;
	sight_free(&reg->life->belief);
	if (reg->final) {
		life_end(reg);
		return;
	}
	reg->withdraw = false;
	reg->life->withdrawn = true;
	reg->life->refresh_at_us = reg->life->next_us = CLOCK_NEVER;
	step_note(step, NOTE_NOTICE, "withdrawn");
}

void
life_end(struct reg *reg)
{
	assert(reg->state != REG_DONE);
	heap_remove(&reg->engine->heap, &reg->timer);
	engine_unindex(reg);
	engine_touch(reg);
	engine_vacate(reg);
	reg->state = REG_DONE;
	reg_report(reg)->hidden = true;
	reg->engine->open--;
}
