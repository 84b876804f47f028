/*
 * engine_daemon: events that concern the daemon as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"

static void doubt_soon(struct reg *, struct step *);
static void recount(struct engine *, const struct step *);

void
engine_daemon_start(struct engine *engine, struct step *step)
{
	engine->tally = mem_zero(1, sizeof(*engine->tally));
	step->tally = engine->tally;
	/* the run has no end of its own */
	heap_remove(&engine->heap, &engine->deadline);
	engine_disk_start(engine, step);
	engine_mark_former(engine);
	engine_withdraw_orphans(engine, step);
}

void
engine_daemon_event(struct engine *engine, struct step *step, const struct event *event)
{
	switch (event->kind) {
	case EVENT_RESUME:
		engine->wall_s = step->wall_s = event->wall_s;
		engine->wall_at_us = step->now_us;
		engine_for_each(engine, step, doubt_soon);
		break;
	case EVENT_REFRESH:
		engine_for_each(engine, step, life_force);
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
	case EVENT_HOST:
		engine_for_each(engine, step, life_renamed);
		break;
	default:
		break;
	}
}

void
engine_for_each(struct engine *engine, struct step *step,
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
		struct reg *reg = engine_configured(engine, entry->registration);

		if (reg != NULL || engine_is_registered(engine, &entry->fqdn))
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
	char text[NAME_TEXT_MAX];
	size_t count, i;
	const uint32_t *found = roster_find(&engine->by_fqdn,
	    name_format(fqdn, text), &count);
	uint32_t *list = mem_copy(found, count * sizeof(*found));

	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[list[i]];

		if (reg == keeper || !reg->withdraw)
			continue;
		engine_turn(step, reg);
		reg_cancel(reg, step);
		life_withdrawn(reg, step);
		if (reg->state != REG_DONE)
			life_consider(reg, step);
	}
	free(list);
	engine_turn(step, engine->regs[keeper->index]);
}

bool
engine_has_holder(const struct reg *reg)
{
	const struct engine *engine = reg->engine;
	char text[NAME_TEXT_MAX];
	const uint32_t *found;
	size_t count, i;

	if (!reg->has_fqdn)
		return false;
	found = roster_find(&engine->by_fqdn, name_format(&reg->fqdn, text), &count);
	for (i = 0; i < count; i++) {
		const struct reg *other = engine->regs[found[i]];

		if (other != reg && other->life != NULL && (other->withdraw ||
		    (other->cfg != NULL && other->life->suspended == NULL)))
			return true;
	}
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
		engine_disk_leave(engine);
	else if (engine->options.state_writable && !engine->can_save)
		engine_disk_retry(engine, step); /* the last chance */
	for (i = 0; i < engine->reg_count; i++) {
		struct reg *reg = engine->regs[i];

		if (reg->state == REG_DONE)
			continue;
		engine_turn(step, reg);
		if (!again && reg->cfg != NULL && reg->cfg->withdraw_on_stop &&
		    reg_owned(reg) != 0 && reg_lacks(reg) == NULL) {
			life_withdraw(reg, step, true);
			continue;
		}
		reg_cancel(reg, step);
		life_end(reg);
	}
	heap_set(&engine->heap, &engine->deadline, step->now_us + LIFE_STOP_US);
}

void
engine_wait_for_room(struct reg *reg)
{
	struct engine *engine = reg->engine;

	if (reg->queued)
		return;
	reg->queued = true;
	reg->next_in_queue = NULL;
	if (engine->queue_last != NULL)
		engine->queue_last->next_in_queue = reg;
	else
		engine->queue_first = reg;
	engine->queue_last = reg;
}

void
engine_give_room(struct engine *engine, struct step *step)
{
	while (engine->queue_first != NULL && engine_has_room(engine)) {
		struct reg *reg = engine->queue_first;

		engine->queue_first = reg->next_in_queue;
		if (engine->queue_first == NULL)
			engine->queue_last = NULL;
		reg->queued = false;
		if (reg->state == REG_DONE)
			continue;
		engine_turn(step, reg);
		life_consider(reg, step);
	}
}

void
engine_touch(struct reg *reg)
{
	struct engine *engine = reg->engine;

	if (reg->touched || engine->tally == NULL)
		return;
	reg->touched = true;
	engine->tally->considered++;
	engine->touched = mem_grow(engine->touched, &engine->touched_cap,
	    engine->touched_count + 1, sizeof(*engine->touched));
	engine->touched[engine->touched_count++] = reg->index;
}

void
engine_tell_status(struct engine *engine, struct step *step)
{
	const unsigned *counts = engine->counts;
	struct strbuf text = {0};
	unsigned other;

	recount(engine, step);
	if (!engine->recounted && engine->status != NULL)
		return;
	engine->recounted = false;
	other = counts[LIFE_WAITING] + counts[LIFE_LOCATING] +
	    counts[LIFE_OBSERVING] + counts[LIFE_UPDATING] + counts[LIFE_VERIFYING];
	strbuf_printf(&text, "%u held", counts[LIFE_HELD]);
	if (other > 0)
		strbuf_printf(&text, ", %u at work or waiting", other);
	if (counts[LIFE_RESTING] > 0)
		strbuf_printf(&text, ", %u failed and trying again",
		    counts[LIFE_RESTING]);
	if (counts[LIFE_SUSPENDED] > 0)
		strbuf_printf(&text, ", %u suspended", counts[LIFE_SUSPENDED]);
	if (engine->disk_fault != FAULT_NONE)
		strbuf_add(&text, "; the state cannot be written");
	if (engine->status != NULL && strcmp(engine->status, strbuf_text(&text)) == 0) {
		strbuf_free(&text);
		return;
	}
	free(engine->status);
	engine->status = strbuf_take(&text);
	effects_add(step->effects, EFFECT_STATUS)->text = mem_text(engine->status);
}

/* Only what was touched can have another state than before: what ends by time (a rest)
 * wakes its registration. */
static void
recount(struct engine *engine, const struct step *step)
{
	size_t i;

	for (i = 0; i < engine->touched_count; i++) {
		struct reg *reg = engine->regs[engine->touched[i]];
		unsigned now = reg->state == REG_DONE ? 0 :
		    life_state(reg, step->now_us) + 1U;

		reg->touched = false;
		if (now == reg->counted)
			continue;
		if (reg->counted > 0)
			engine->counts[reg->counted - 1]--;
		if (now > 0)
			engine->counts[now - 1]++;
		reg->counted = now;
		engine->recounted = true;
	}
	engine->touched_count = 0;
}
