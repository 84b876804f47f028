/*
 * engine_control: control requests and the configuration read again.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/tally.h"
#include "ddnsupd/text_control.h"

#define WAIT_US CLOCK_S(30) /* a client is not kept longer */

static void reply(struct step *, uint64_t client, char *line);
static void perform(struct engine *, struct step *, uint64_t client,
    struct control_request *);
static void act_and_wait(struct engine *, struct step *, uint64_t client,
    struct control_request *);
static bool is_known(const struct engine *, const char *name);
static char *metrics(const struct engine *, int64_t now_us);
static bool is_waited_for(const struct engine *, const struct waiter *);
static void take_config(struct engine *, struct step *, struct config *);
static void rebind(struct engine *, struct step *, struct reg *, struct config *);

void
engine_request(struct engine *engine, struct step *step, const struct event *event)
{
	struct control_request request;
	bool changes;

	if (text_control_request((const char *)event->bytes, event->len, &request) !=
	    FAULT_NONE) {
		reply(step, event->client, text_control_error(EXIT_CODE_USAGE,
		    "not a request: one JSON object a line, with \"command\""));
		return;
	}
	changes = request.command == CONTROL_REFRESH ||
	    request.command == CONTROL_RELOAD ||
	    request.command == CONTROL_WITHDRAW ||
	    request.command == CONTROL_DHCP_EVENT;
	if (changes && !event->may_change)
		reply(step, event->client, text_control_error(EXIT_CODE_REFUSED,
		    "not permitted: only root and the daemon's own user may change "
		    "anything"));
	else if (request.error != NULL)
		reply(step, event->client,
		    text_control_error(EXIT_CODE_USAGE, request.error));
	else if (request.name != NULL && !is_known(engine, request.name))
		reply(step, event->client, text_control_error(EXIT_CODE_USAGE,
		    "no registration has this name or FQDN"));
	else
		perform(engine, step, event->client, &request);
	free(request.name);
	free(request.error);
}

static void
perform(struct engine *engine, struct step *step, uint64_t client,
    struct control_request *request)
{
	struct effect *effect;
	struct report report = {0};
	char *text;

	switch (request->command) {
	case CONTROL_STATUS:
		engine_live_report(engine, request->name, false, step->now_us, &report);
		report.exit = EXIT_CODE_OK;
		reply(step, client, text_control_report(&report));
		report_free(&report);
		break;
	case CONTROL_REFRESH:
	case CONTROL_WITHDRAW:
		act_and_wait(engine, step, client, request);
		break;
	case CONTROL_RELOAD:
		effects_add(step->effects, EFFECT_RELOAD)->client = client;
		break;
	case CONTROL_WATCH:
		effect = effects_add(step->effects, EFFECT_STREAM);
		effect->client = client;
		effect->json = request->json;
		break;
	case CONTROL_METRICS:
		text = metrics(engine, step->now_us);
		reply(step, client, text_control_text(text));
		free(text);
		break;
	case CONTROL_DHCP_EVENT:
	case CONTROL_UNKNOWN:
		reply(step, client, text_control_error(EXIT_CODE_USAGE, "unknown "
		    "command; known: status, refresh, reload, withdraw, watch, "
		    "metrics"));
		break;
	}
}

static void
reply(struct step *step, uint64_t client, char *line)
{
	struct effect *effect;

	if (client == 0) {
		free(line);
		return;
	}
	effect = effects_add(step->effects, EFFECT_REPLY);
	effect->client = client;
	effect->text = line;
}

static void
act_and_wait(struct engine *engine, struct step *step, uint64_t client,
    struct control_request *request)
{
	struct waiter *waiter;
	size_t i, count = engine->reg_count;

	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[i];

		if (reg->state == REG_DONE || !reg_is_called(reg, request->name))
			continue;
		engine_turn(step, reg);
		if (request->command == CONTROL_REFRESH)
			life_force(reg, step);
		else
			life_withdraw(reg, step, false);
	}
	engine->waiters = mem_grow(engine->waiters, &engine->waiter_cap,
	    engine->waiter_count + 1, sizeof(*engine->waiters));
	waiter = &engine->waiters[engine->waiter_count++];
	waiter->client = client;
	waiter->until_us = step->now_us + WAIT_US;
	waiter->name = mem_text(request->name);
}

static bool
is_known(const struct engine *engine, const char *name)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++)
		if (engine->regs[i]->state != REG_DONE &&
		    reg_is_called(engine->regs[i], name))
			return true;
	return false;
}

static char *
metrics(const struct engine *engine, int64_t now_us)
{
	static const char *const names[] = {
		"waiting", "locating", "observing", "updating", "verifying", "held",
		"resting", "suspended",
	};
	struct control_state_count states[sizeof(names) / sizeof(names[0])];
	size_t i, j;

	for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
		states[j].state = names[j];
		states[j].count = 0;
		for (i = 0; i < engine->reg_count; i++)
			states[j].count += engine->regs[i]->state != REG_DONE &&
			    strcmp(life_state(engine->regs[i], now_us), names[j]) == 0;
	}
	return text_metrics(engine->tally, states, sizeof(names) / sizeof(names[0]));
}

void
engine_forget_client(struct engine *engine, uint64_t client)
{
	size_t i, kept = 0;

	for (i = 0; i < engine->waiter_count; i++) {
		struct waiter waiter = engine->waiters[i];

		if (waiter.client == client)
			free(waiter.name);
		else
			engine->waiters[kept++] = waiter;
	}
	engine->waiter_count = kept;
}

void
engine_serve_waiters(struct engine *engine, struct step *step)
{
	int64_t until_us = CLOCK_NEVER;
	size_t i, kept = 0;

	if (engine->waiter_count == 0)
		return;
	for (i = 0; i < engine->waiter_count; i++) {
		struct waiter waiter = engine->waiters[i];
		struct report report = {0};

		if (is_waited_for(engine, &waiter) && waiter.until_us > step->now_us) {
			until_us = clock_min(until_us, waiter.until_us);
			engine->waiters[kept++] = waiter;
			continue;
		}
		engine_live_report(engine, waiter.name, true, step->now_us, &report);
		reply(step, waiter.client, text_control_report(&report));
		report_free(&report);
		free(waiter.name);
	}
	engine->waiter_count = kept;
	if (!engine->stopping) /* else the deadline is the stop's */
		heap_set(&engine->heap, &engine->deadline, until_us);
}

/* Is one of them still at it? */
static bool
is_waited_for(const struct engine *engine, const struct waiter *waiter)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++) {
		const struct reg *reg = engine->regs[i];

		if (reg->state != REG_DONE && reg_is_called(reg, waiter->name) &&
		    (reg->state == REG_RUNNING || reg->life->forced ||
		    (reg->withdraw && reg_report(engine->regs[i])->error == NULL)))
			return true;
	}
	return false;
}

/* --- the configuration, read again -------------------------------------------------- */

void
engine_config_read(struct engine *engine, struct step *step, const struct event *event)
{
	step->subject = "configuration";
	if (event->config == NULL) {
		step_note(step, NOTE_ERROR, "%s; the old one stays", event->error);
		reply(step, event->client, text_control_error(EXIT_CODE_CONFIG,
		    event->error));
		return;
	}
	if (engine->stopping) {
		config_free(event->config);
		return;
	}
	step_note(step, NOTE_NOTICE, "read again");
	take_config(engine, step, event->config);
	reply(step, event->client, text_control_text("reloaded"));
}

static void
take_config(struct engine *engine, struct step *step, struct config *config)
{
	struct config *old = engine->config;
	size_t i, j, count = engine->reg_count;

	engine->config = config;
	facts_clear_servers(&engine->facts);
	for (i = 0; i < config->server_count; i++)
		facts_add_server(&engine->facts, &config->servers[i],
		    FACT_SOURCE_STATIC, 0);
	for (i = 0; i < count; i++)
		if (engine->regs[i]->state != REG_DONE)
			rebind(engine, step, engine->regs[i], config);
	for (i = 0; i < config->registration_count; i++) {
		const struct config_registration *cfg = &config->registrations[i];
		struct name fqdn;
		bool known = rules_fqdn(cfg, &engine->facts.host, &fqdn) == FAULT_NONE;
		struct reg *reg;

		for (j = 0; j < count; j++)
			if (engine->regs[j]->state != REG_DONE &&
			    engine->regs[j]->cfg == cfg)
				break;
		if (j < count)
			continue;
		reg = engine_add_reg(engine, cfg, cfg->name, cfg->mode,
		    known ? &fqdn : NULL);
		if (known)
			engine_keep(engine, step, reg, &fqdn);
		engine_turn(step, reg);
		reg_begin(reg, step);
	}
	engine_withdraw_orphans(engine, step);
	config_free(old);
}

/* A registration keeps its life under the new configuration, or ends. */
static void
rebind(struct engine *engine, struct step *step, struct reg *reg, struct config *config)
{
	size_t i;

	engine_turn(step, reg);
	reg_cancel(reg, step);
	for (i = 0; i < config->registration_count; i++)
		if (strcmp(config->registrations[i].name, reg->name) == 0)
			break;
	if (reg->cfg == NULL && reg->final) {
		life_doubt(reg, step, 0); /* it is being withdrawn, go on */
		return;
	}
	if (i == config->registration_count) {
		reg->cfg = NULL;
		life_withdraw(reg, step, true);
		return;
	}
	reg->cfg = &config->registrations[i];
	reg->mode = reg->cfg->mode;
	reg_report(reg)->mode = reg->mode;
	reg->withdraw = reg->life->withdrawn = false;
	reg_take_servers(reg);
	(void)engine;
	life_doubt(reg, step, 0);
	life_net(reg, step);
}
