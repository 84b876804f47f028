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
#include "ddnsupd/twin.h"

#define WAIT_US CLOCK_S(30) /* a client is not kept longer */

static void refuse_name(struct step *, uint64_t client, const char *name);
static void reply(struct step *, uint64_t client, char *line);
static void perform(struct engine *, struct step *, uint64_t client,
    struct control_request *);
static void hear(struct engine *, struct step *, uint64_t client,
    const struct control_request *);
static void act_and_wait(struct engine *, struct step *, uint64_t client,
    struct control_request *);
static bool is_known(struct engine *, const char *name);
static void live_report(struct engine *, const char *name, int64_t now_us,
    struct report *);
static char *metrics(const struct engine *);
static bool is_waited_for(const struct engine *, struct waiter *);
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
		refuse_name(step, event->client, request.name);
	else
		perform(engine, step, event->client, &request);
	free(request.name);
	free(request.error);
}

static void
refuse_name(struct step *step, uint64_t client, const char *name)
{
	char *why = mem_printf("\"%s\": no registration has this name or FQDN; "
	    "`ddnsctl status` lists them", name);

	reply(step, client, text_control_error(EXIT_CODE_USAGE, why));
	free(why);
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
		live_report(engine, request->name, step->now_us, &report);
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
		text = metrics(engine);
		reply(step, client, text_control_text(text));
		free(text);
		break;
	case CONTROL_DHCP_EVENT:
		hear(engine, step, client, request);
		break;
	case CONTROL_UNKNOWN:
		reply(step, client, text_control_error(EXIT_CODE_USAGE, "unknown "
		    "command; known: status, refresh, reload, withdraw, watch, "
		    "metrics, dhcp-event"));
		break;
	}
}

/* A hook of a DHCP client is told when it does not count, but not that it has failed. */
static void
hear(struct engine *engine, struct step *step, uint64_t client,
    const struct control_request *request)
{
	const char *why = learn_hook(engine->learn, step, request->interface,
	    request->family, request->gone, &request->info);

	reply(step, client, text_control_text(why != NULL ? why : ""));
	engine_learn(engine, step);
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
	uint32_t *list;
	size_t count = engine_called(engine, request->name, &list), i;

	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[list[i]];

		if (reg->state == REG_DONE)
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
	*waiter = (struct waiter){
		.client = client,
		.until_us = step->now_us + WAIT_US,
		.list = list,
		.count = count,
	};
}

static void
live_report(struct engine *engine, const char *name, int64_t now_us,
    struct report *report)
{
	uint32_t *list;
	size_t count = engine_called(engine, name, &list);

	engine_live_report(engine, list, count, false, now_us, report);
	free(list);
}

static bool
is_known(struct engine *engine, const char *name)
{
	uint32_t *list;
	size_t count = engine_called(engine, name, &list);

	free(list);
	return count > 0;
}

static char *
metrics(const struct engine *engine)
{
	struct control_state_count states[LIFE_STATES];
	unsigned i;

	for (i = 0; i < LIFE_STATES; i++) {
		states[i].state = life_state_name(i);
		states[i].count = engine->counts[i];
	}
	return text_metrics(engine->tally, states, LIFE_STATES);
}

void
engine_forget_client(struct engine *engine, uint64_t client)
{
	size_t i, kept = 0;

	for (i = 0; i < engine->waiter_count; i++) {
		struct waiter waiter = engine->waiters[i];

		if (waiter.client == client)
			free(waiter.list);
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
		engine_live_report(engine, waiter.list, waiter.count, true,
		    step->now_us, &report);
		reply(step, waiter.client, text_control_report(&report));
		report_free(&report);
		free(waiter.list);
	}
	engine->waiter_count = kept;
	if (!engine->stopping) /* else the deadline is the stop's */
		heap_set(&engine->heap, &engine->deadline, until_us);
}

/* Is one of them still at it?  Who has had its try is not asked again. */
static bool
is_waited_for(const struct engine *engine, struct waiter *waiter)
{
	for (; waiter->next < waiter->count; waiter->next++) {
		struct reg *reg = engine->regs[waiter->list[waiter->next]];

		if (reg->state != REG_DONE && (reg->state == REG_RUNNING ||
		    reg->life->forced ||
		    (reg->withdraw && reg_report(reg)->error == NULL)))
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
	size_t i, count = engine->reg_count;

	engine->config = config;
	twin_reread(engine);
	engine_learn_config(engine, step);
	for (i = 0; i < count; i++)
		if (engine->regs[i]->state != REG_DONE)
			rebind(engine, step, engine->regs[i], config);
	for (i = 0; i < config->registration_count; i++) {
		const struct config_registration *cfg = &config->registrations[i];
		struct name fqdn;
		bool known = rules_fqdn(cfg, &engine->facts, &fqdn) == FAULT_NONE;
		struct reg *reg = engine_configured(engine, cfg->name);

		if (reg != NULL)
			continue;
		reg = engine_add_reg(engine, cfg, cfg->name, cfg->mode,
		    known ? &fqdn : NULL);
		if (known)
			engine_keep(engine, step, reg, &fqdn);
		engine_turn(step, reg);
		reg_begin(reg, step);
	}
	engine_mark_former(engine);
	engine_withdraw_orphans(engine, step);
	config_free(old);
}

/* A registration keeps its life under the new configuration, or ends. */
static void
rebind(struct engine *engine, struct step *step, struct reg *reg, struct config *config)
{
	bool same;
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
		engine_unindex(reg);
		reg->cfg = NULL;
		engine_index(reg);
		life_withdraw(reg, step, true);
		twin_inherit(reg->engine, step, reg);
		return;
	}
	same = config_registration_equal(reg->cfg, &config->registrations[i]);
	engine_unindex(reg);
	reg->cfg = &config->registrations[i];
	engine_index(reg);
	reg->mode = reg->cfg->mode;
	reg_report(reg)->mode = reg->mode;
	/* what a person has withdrawn stays so, unless the file says something new of it */
	reg->withdraw = reg->withdraw && same;
	reg->life->withdrawn = reg->life->withdrawn && same;
	if (!same)
		reg->life->contest = (struct contest){0};
	reg->life->refresh_at_us = CLOCK_NEVER; /* planned anew: its period may differ */
	reg_take_servers(reg);
	(void)engine;
	life_doubt(reg, step, 0);
	life_net(reg, step);
}
