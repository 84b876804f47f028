/*
 * engine: one step, readable on one page.
 *
 *   absorb    the event becomes facts, or goes to the registration it is for
 *   consider  registrations look at the whole again (engine_reg.c)
 *   save      the state, once a step, when somebody changed it
 *   finish    when no registration is open and the disk has everything
 *   wake_at   the earliest deadline
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/engine_parts.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"
#include "ddnsupd/text.h"

#define LAST_SAVE_US CLOCK_S(2) /* a disk that hangs does not hold the exit */

static void absorb(struct engine *, struct step *, const struct event *);
static void start(struct engine *, struct step *, const struct event *);
static void route(struct engine *, struct step *, const struct event *);
static void saved(struct engine *, struct step *, const struct event *);
static void wake(struct engine *, struct step *);
static void stop(struct engine *, struct step *, const char *why);
static void run_queue(struct engine *, struct step *);
static void save(struct engine *, struct step *);
static void finish(struct engine *, struct step *);
static struct step step_for(struct engine *, const struct event *, struct effects *);

struct engine *
engine_new(struct config *config, struct state *state,
    const struct engine_options *options)
{
	struct engine *engine = mem_zero(1, sizeof(*engine));

	engine->config = config;
	engine->state = *state;
	memset(state, 0, sizeof(*state));
	engine->options = *options;
	engine->disk_fault = options->state_fault;
	engine->can_save = options->state_writable && !options->dry_run &&
	    options->state_fault == FAULT_NONE;
	rng_seed(&engine->rng, options->seed);
	engine->learn = learn_new(&engine->facts, options->mode != ENGINE_CHECK,
	    options->mode != ENGINE_DAEMON);
	learn_configure(engine->learn, config);
	return engine;
}

void
engine_free(struct engine *engine)
{
	size_t i;

	heap_free(&engine->heap); /* it points into the regs */
	for (i = 0; i < engine->reg_count; i++)
		reg_free(engine->regs[i]);
	free(engine->regs);
	free(engine->savers);
	free(engine->vacant);
	roster_free(&engine->by_name);
	roster_free(&engine->by_fqdn);
	roster_free(&engine->by_link);
	free(engine->touched);
	while (engine->waiter_count > 0)
		free(engine->waiters[--engine->waiter_count].list);
	free(engine->waiters);
	free(engine->tally);
	free(engine->status);
	report_free(&engine->report);
	learn_free(engine->learn);
	facts_free(&engine->facts);
	state_free(&engine->state);
	config_free(engine->config);
	free(engine);
}

void
engine_step(struct engine *engine, const struct event *event, struct effects *effects)
{
	struct step step = step_for(engine, event, effects);

	assert(!engine->finished);
	absorb(engine, &step, event);
	if (engine->options.mode != ENGINE_DAEMON)
		run_queue(engine, &step);
	if (engine->tally != NULL) {
		engine_give_room(engine, &step);
		engine->tally->ignored += step.ignored;
		engine_serve_waiters(engine, &step);
		engine_tell_status(engine, &step);
	}
	save(engine, &step);
	finish(engine, &step);
	effects->wake_at_us = engine->heap.count == 0 || engine->finished ?
	    CLOCK_NEVER : heap_first(&engine->heap)->at_us;
}

const struct report *
engine_report(struct engine *engine)
{
	return &engine->report;
}

/* --- absorb ------------------------------------------------------------------------ */

static void
absorb(struct engine *engine, struct step *step, const struct event *event)
{
	switch (event->kind) {
	case EVENT_NET:
		engine_take_net(engine, step, event->net);
		break;
	case EVENT_HOST:
		engine_take_host(engine, step, event);
		break;
	case EVENT_START:
		start(engine, step, event);
		break;
	case EVENT_ANSWER:
	case EVENT_FAULT:
		route(engine, step, event);
		break;
	case EVENT_SAVED:
	case EVENT_SAVE_FAILED:
		saved(engine, step, event);
		break;
	case EVENT_PACKET:
	case EVENT_LEASE:
	case EVENT_ND:
	case EVENT_SOURCE:
		engine_learn_event(engine, step, event);
		break;
	case EVENT_WAKE:
		break; /* deadlines are looked at in every step */
	case EVENT_RESUME:
		engine_learn_event(engine, step, event);
		engine_daemon_event(engine, step, event);
		break;
	case EVENT_REFRESH:
	case EVENT_CONFIG:
	case EVENT_REQUEST:
	case EVENT_GONE:
		engine_daemon_event(engine, step, event);
		break;
	case EVENT_STOP:
		if (engine->options.mode == ENGINE_DAEMON) {
			engine_daemon_stop(engine, step);
			break;
		}
		engine->signal = event->signal;
		stop(engine, step, event->signal == SIGINT ? "interrupted" :
		    "terminated");
		break;
	}
	wake(engine, step);
}

static void
start(struct engine *engine, struct step *step, const struct event *event)
{
	size_t i;

	engine->started = true;
	engine->started_us = event->at_us;
	engine->wall_s = step->wall_s = event->wall_s;
	engine->wall_at_us = event->at_us;
	engine->tentative_until_us = event->at_us + ENGINE_TENTATIVE_US;
	heap_set(&engine->heap, &engine->deadline,
	    event->at_us + engine->options.timeout_us);
	engine->report.dry_run = engine->options.dry_run;
	engine_learn_start(engine, step);
	engine_add_regs(engine);
	if (engine->options.mode == ENGINE_DAEMON)
		engine_daemon_start(engine, step);
	if (engine->options.mode == ENGINE_CHECK ||
	    engine->options.mode == ENGINE_CHECK_ONLINE)
		engine_judge_all(engine);
	for (i = 0; i < engine->reg_count; i++) {
		if (engine->regs[i]->life != NULL)
			continue; /* it began as somebody else's former name */
		engine_turn(step, engine->regs[i]);
		reg_begin(engine->regs[i], step);
	}
}

/* --- answers, the disk, time ------------------------------------------------------- */

static void
route(struct engine *engine, struct step *step, const struct event *event)
{
	uint32_t owner = step_owner(event->id);

	if (owner == 0)
		engine_learn_event(engine, step, event);
	/* a stale answer: its conversation is over */
	if (owner == 0 || owner > engine->reg_count)
		return;
	engine_turn(step, engine->regs[owner - 1]);
	reg_event(engine->regs[owner - 1], step, event);
}

static void
saved(struct engine *engine, struct step *step, const struct event *event)
{
	size_t count = engine->saver_count, i;

	if (event->id > engine->saved)
		engine->saved = event->id;
	step->saved = engine->saved;
	engine_disk_event(engine, step, event);
	engine->saver_count = 0;
	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[engine->savers[i]];

		engine_turn(step, reg);
		reg_wake(reg, step);
	}
}

static void
wake(struct engine *engine, struct step *step)
{
	struct heap_item *item;

	while (engine->started && (item = heap_first(&engine->heap)) != NULL &&
	    item->at_us <= step->now_us) {
		heap_remove(&engine->heap, item);
		if (item == &engine->disk) {
			engine_disk_retry(engine, step);
		} else if (item == &engine->learning) {
			engine_learn(engine, step);
		} else if (item != &engine->deadline) {
			engine_turn(step, (struct reg *)item);
			reg_wake((struct reg *)item, step);
		} else if (engine->options.mode == ENGINE_DAEMON) {
			if (engine->stopping)
				engine_daemon_stop(engine, step);
		} else if (engine->stopping) {
			engine_disk_leave(engine);
		} else {
			/* whole milliseconds: what the start took is not told */
			char *why = mem_printf("gave up after %.6g s (--timeout)",
			    (double)((engine->options.timeout_us + 50000) / 100000) /
			    10);

			stop(engine, step, why);
			free(why);
		}
	}
}

static void
stop(struct engine *engine, struct step *step, const char *why)
{
	size_t i;

	engine->stopping = true;
	for (i = 0; i < engine->reg_count; i++) {
		engine_turn(step, engine->regs[i]);
		reg_abort(engine->regs[i], step, why);
	}
	heap_set(&engine->heap, &engine->deadline, step->now_us + LAST_SAVE_US);
}

bool
engine_has_room(const struct engine *engine)
{
	return engine->running < ENGINE_RUNNING_MAX;
}

static void
run_queue(struct engine *engine, struct step *step)
{
	while (!engine->stopping && engine->queue_next < engine->reg_count &&
	    engine_has_room(engine)) {
		struct reg *reg = engine->regs[engine->queue_next++];

		engine_turn(step, reg);
		if (reg->state == REG_QUEUED)
			reg_consider(reg, step);
	}
}

/* --- effects of the whole ---------------------------------------------------------- */

static void
save(struct engine *engine, struct step *step)
{
	struct effect *effect;

	engine->unsaved = (engine->unsaved || step->save_wanted) && engine->can_save;
	/* one at a time: what changes meanwhile goes with the next, as a whole */
	if (!engine->unsaved || engine->saved < engine->generation)
		return;
	engine->unsaved = false;
	effect = effects_add(step->effects, EFFECT_SAVE);
	effect->id = ++engine->generation;
	effect->text = text_from_state(&engine->state);
}

static void
finish(struct engine *engine, struct step *step)
{
	if (!engine->started || engine->open > 0 || engine->saved < engine->generation ||
	    (engine->options.mode == ENGINE_DAEMON && !engine->stopping))
		return;
	learn_stop(engine->learn, step);
	if (engine->options.mode == ENGINE_DAEMON) {
		engine->finished = true;
		effects_add(step->effects, EFFECT_FINISH)->exit = EXIT_CODE_OK;
		return;
	}
	learn_report(engine->learn, &engine->report);
	engine_judge_online(engine);
	engine->report.exit = engine_exit(engine);
	engine->finished = true;
	effects_add(step->effects, EFFECT_FINISH)->exit = (int)engine->report.exit;
}

static struct step
step_for(struct engine *engine, const struct event *event, struct effects *effects)
{
	return (struct step){
		.now_us = event->at_us,
		.rng = &engine->rng,
		.effects = effects,
		.serial = &engine->serial,
		.subject = "ddnsupd",
		.rests = &engine->rests,
		.tally = engine->tally,
		.wall_s = engine->wall_s +
		    (event->at_us - engine->wall_at_us) / CLOCK_S(1),
		.next_save = engine->can_save ? engine->generation + 1 : 0,
		.saved = engine->saved,
	};
}

void
engine_turn(struct step *step, struct reg *reg)
{
	step->owner = reg->index + 1;
	step->subject = reg->subject;
	step->again = reg->life != NULL && reg->life->said != NULL;
	engine_touch(reg);
}
