/*
 * engine_daemon: events that concern the daemon as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"

static void for_each(struct engine *, struct step *,
    void (*act)(struct reg *, struct step *));
static void doubt_soon(struct reg *, struct step *);
static bool is_registered(const struct engine *, const struct name *);

void
engine_daemon_start(struct engine *engine, struct step *step)
{
	engine->tally = mem_zero(1, sizeof(*engine->tally));
	step->tally = engine->tally;
	/* the run has no end of its own */
	heap_remove(&engine->heap, &engine->deadline);
	engine_withdraw_orphans(engine, step);
}

void
engine_daemon_event(struct engine *engine, struct step *step, const struct event *event)
{
	switch (event->kind) {
	case EVENT_RESUME:
		engine->wall_s = step->wall_s = event->wall_s;
		engine->wall_at_us = step->now_us;
		for_each(engine, step, doubt_soon);
		break;
	case EVENT_REFRESH:
		for_each(engine, step, life_force);
		break;
	case EVENT_CONFIG:
		engine_config_read(engine, step, event);
		break;
	case EVENT_REQUEST:
		engine_request(engine, step, event);
		break;
	case EVENT_GONE:
		engine_forget_client(engine, event->client);
		break;
	case EVENT_NET:
		for_each(engine, step, life_net);
		break;
	case EVENT_HOST:
		for_each(engine, step, life_consider);
		break;
	default:
		break;
	}
}

static void
for_each(struct engine *engine, struct step *step,
    void (*act)(struct reg *, struct step *))
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++) {
		struct reg *reg = engine->regs[i];

		if (reg->state == REG_DONE || reg->life == NULL)
			continue;
		engine_turn(step, reg);
		act(reg, step);
	}
}

/* The machine has slept: DNS may show anything; not every host looks at once. */
static void
doubt_soon(struct reg *reg, struct step *step)
{
	life_doubt(reg, step, LIFE_RESUME_US);
}

void
engine_withdraw_orphans(struct engine *engine, struct step *step)
{
	size_t i;

	for (i = 0; i < engine->state.count; i++) {
		const struct state_entry *entry = engine->state.entries[i];
		struct reg *reg;
		size_t j;

		for (j = 0; j < engine->config->registration_count; j++)
			if (strcmp(engine->config->registrations[j].name,
			    entry->registration) == 0)
				break;
		if (j < engine->config->registration_count ||
		    is_registered(engine, &entry->fqdn))
			continue;
		reg = engine_add_reg(engine, NULL, entry->registration, entry->mode,
		    &entry->fqdn);
		reg->withdraw = reg->final = true;
		engine_turn(step, reg);
		step_note(step, NOTE_NOTICE, "no longer in the configuration, its "
		    "records are removed");
		if (engine->started)
			reg_begin(reg, step);
	}
}

void
engine_keep(struct engine *engine, struct step *step, const struct reg *keeper,
    const struct name *fqdn)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++) {
		struct reg *reg = engine->regs[i];

		if (reg == keeper || !reg->final || reg->state == REG_DONE ||
		    !name_equal(&reg->fqdn, fqdn))
			continue;
		reg_cancel(reg, step);
		life_end(reg);
	}
}

static bool
is_registered(const struct engine *engine, const struct name *fqdn)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++)
		if (engine->regs[i]->state != REG_DONE && engine->regs[i]->has_fqdn &&
		    name_equal(&engine->regs[i]->fqdn, fqdn))
			return true;
	return false;
}

/* Withdraw where it was asked for, end the rest; bounded by LIFE_STOP_US. */
void
engine_daemon_stop(struct engine *engine, struct step *step)
{
	bool again = engine->stopping;
	size_t i;

	engine->stopping = true;
	if (again)
		engine->saved = engine->generation; /* the disk hangs */
	for (i = 0; i < engine->reg_count; i++) {
		struct reg *reg = engine->regs[i];

		if (reg->state == REG_DONE)
			continue;
		engine_turn(step, reg);
		if (!again && reg->cfg != NULL && reg->cfg->withdraw_on_stop &&
		    reg_owned(reg) != 0) {
			life_withdraw(reg, step, true);
			continue;
		}
		reg_cancel(reg, step);
		life_end(reg);
	}
	heap_set(&engine->heap, &engine->deadline, step->now_us + LIFE_STOP_US);
}

void
engine_tell_status(struct engine *engine, struct step *step)
{
	unsigned held = 0, resting = 0, suspended = 0, other = 0;
	struct strbuf text = {0};
	size_t i;

	for (i = 0; i < engine->reg_count; i++) {
		const char *state = life_state(engine->regs[i], step->now_us);

		if (engine->regs[i]->state == REG_DONE)
			continue;
		held += strcmp(state, "held") == 0;
		resting += strcmp(state, "resting") == 0;
		suspended += strcmp(state, "suspended") == 0;
		other++;
	}
	other -= held + resting + suspended;
	strbuf_printf(&text, "%u held", held);
	if (other > 0)
		strbuf_printf(&text, ", %u at work or waiting", other);
	if (resting > 0)
		strbuf_printf(&text, ", %u failed and trying again", resting);
	if (suspended > 0)
		strbuf_printf(&text, ", %u suspended", suspended);
	if (engine->status != NULL && strcmp(engine->status, strbuf_text(&text)) == 0) {
		strbuf_free(&text);
		return;
	}
	free(engine->status);
	engine->status = strbuf_take(&text);
	effects_add(step->effects, EFFECT_STATUS)->text = mem_text(engine->status);
}
