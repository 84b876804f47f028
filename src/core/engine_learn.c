/*
 * engine_learn: what DHCP says reaches the registrations.
 *
 * learn keeps the facts; here is who looks again when they change: those whose link it
 * is, those whose DNS servers are others now, and, when the host's own name follows,
 * everybody.
 */
#include "ddnsupd/life.h"

static void stand_aside(struct step *);
static void list_servers(struct engine *);
static void look_again(struct engine *, struct step *, bool everybody);

void
engine_learn_start(struct engine *engine, struct step *step)
{
	stand_aside(step);
	learn_start(engine->learn, step);
	engine_learn(engine, step);
}

void
engine_learn_event(struct engine *engine, struct step *step, const struct event *event)
{
	if (engine->stopping)
		return;
	stand_aside(step);
	if (learn_event(engine->learn, step, event))
		engine_learn(engine, step);
}

void
engine_learn(struct engine *engine, struct step *step)
{
	bool knew = engine->facts.server_count > 0, learned, named;

	if (engine->stopping)
		return;
	stand_aside(step);
	learned = learn_settle(engine->learn, step);
	if (engine->started)
		heap_set(&engine->heap, &engine->learning,
		    learn_deadline(engine->learn));
	named = engine_name_host(engine);
	list_servers(engine);
	if (learned || named)
		look_again(engine, step, named || !knew);
}

void
engine_learn_config(struct engine *engine, struct step *step)
{
	struct event again = {.kind = EVENT_NET, .at_us = step->now_us};

	stand_aside(step);
	learn_configure(engine->learn, engine->config);
	learn_event(engine->learn, step, &again);
	learn_settle(engine->learn, step);
	heap_set(&engine->heap, &engine->learning, learn_deadline(engine->learn));
	engine_name_host(engine);
	list_servers(engine);
}

/* What it emits is nobody's in particular. */
static void
stand_aside(struct step *step)
{
	step->owner = 0;
	step->subject = "dhcp";
	step->again = false;
}

static void
list_servers(struct engine *engine)
{
	engine->report.server_count = 0;
	for (size_t i = 0; i < engine->facts.server_count; i++)
		report_add_server(&engine->report, &engine->facts.servers[i]);
}

/* Nobody knew a server, or the name of all may be another: then everybody. */
static void
look_again(struct engine *engine, struct step *step, bool everybody)
{
	size_t i;

	if (!engine->started)
		return;
	if (engine->options.mode == ENGINE_CHECK_ONLINE)
		engine_judge_all(engine);
	if (engine->options.mode == ENGINE_DAEMON) {
		if (everybody)
			engine_for_each(engine, step, life_renamed);
		else
			engine_learned_event(engine, step);
		return;
	}
	for (i = 0; i < engine->reg_count; i++)
		if (engine->regs[i]->state == REG_WAITING) {
			engine_turn(step, engine->regs[i]);
			reg_consider(engine->regs[i], step);
		}
}
