/* sim_world: the life of a world, and one run of the engine in it. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_disk.h"
#include "sim_monitor.h"
#include "sim_net.h"
#include "sim_result.h"
#include "sim_world.h"

#define WALL_S 1800000000 /* the wall clock when the world begins */
#define SAVE_US 2000      /* a disk's fsync */
#define GRACE_US CLOCK_MS(50)
#define STEPS_MAX 3000    /* at one instant: more is a loop */

static struct sim_world *make(struct sim_clock *clock, uint64_t seed);
static void give_host(struct sim_world *world);
static bool is_stuck(struct sim_world *world);
static void perform(struct sim_world *world, struct effects *effects);
static void note(struct sim_world *world, const struct effect *effect);
static void finish(struct sim_world *world, int exit);
static void set_wake(struct sim_world *world, int64_t at_us);
static void wake(void *subject, uint64_t order);
static void end_run(struct sim_world *world);
static void free_servers(struct sim_world *world);
static void say(struct sim_world *world, struct strbuf *out, const char *format,
    va_list ap) __attribute__((format(printf, 3, 0)));
static void change_later(void *subject, uint64_t number);

struct change {
	struct sim_world *world;
	void (*change)(struct sim_world *world);
};

struct sim_world *
sim_world_new(uint64_t seed)
{
	return make(NULL, seed);
}

struct sim_world *
sim_world_beside(struct sim_world *first, uint64_t seed)
{
	return make(first->clock, seed);
}

struct sim_world *
sim_world_join(struct sim_world *first, uint64_t seed, const char *tag)
{
	struct sim_world *world = make(first->clock, seed);

	world->first = first;
	world->next = first->next;
	first->next = world;
	world->tag = tag;
	memcpy(world->servers, first->servers, sizeof(world->servers));
	world->server_count = first->server_count;
	memcpy(world->zones, first->zones, sizeof(world->zones));
	world->zone_count = first->zone_count;
	return world;
}

static struct sim_world *
make(struct sim_clock *clock, uint64_t seed)
{
	struct sim_world *world = mem_zero(1, sizeof(*world));
	uint8_t octets[RNG_SEED_LEN] = { 0 };

	for (size_t i = 0; i < sizeof(seed); i++)
		octets[i] = (uint8_t)(seed >> 8 * i);
	rng_seed(&world->rng, octets);
	world->clock = clock != NULL ? clock : &world->own_clock;
	world->first = world;
	world->tag = "";
	world->seed = seed;
	world->node_name = "pc1";
	world->resolv_text = "search corp.example\n";
	world->wall_s = WALL_S;
	world->state_writable = true;
	world->timeout_us = CLOCK_S(30);
	world->save_us = SAVE_US;
	world->wake_at_us = CLOCK_NEVER;
	world->save_failed_us = -SIM_LATELY_US;
	return world;
}

void
sim_world_free(struct sim_world *world)
{
	end_run(world);
	sim_clock_free(&world->own_clock);
	if (world->first == world)
		free_servers(world);
	free(world->sockets);
	free(world->settled);
	sim_monitor_free(world);
	fact_net_free(&world->net);
	free(world->disk);
	free(world->disk_next);
	strbuf_free(&world->trace);
	strbuf_free(&world->failures);
	free(world);
}

static void
free_servers(struct sim_world *world)
{
	for (size_t i = 0; i < world->zone_count; i++) {
		sim_zone_free(world->zones[i]);
		free(world->zones[i]);
	}
	for (size_t i = 0; i < world->view_count; i++) {
		sim_zone_free(world->views[i]);
		free(world->views[i]);
	}
	for (size_t i = 0; i < world->server_count; i++)
		free(world->servers[i]);
}

int
sim_run(struct sim_world *world, enum engine_mode mode)
{
	int64_t limit_us;

	sim_begin(world, mode);
	limit_us = world->started_us + world->timeout_us + GRACE_US;
	while (!world->finished && !world->crashed)
		if (!sim_clock_step(world->clock, limit_us)) {
			sim_fail(world, "the run did not end by its timeout");
			break;
		}
	if (world->crashed)
		return -1;
	return world->exit;
}

void
sim_begin(struct sim_world *world, enum engine_mode mode)
{
	struct event start = { .kind = EVENT_START };
	struct engine_options options = { .mode = mode, .dry_run = world->dry_run,
		.state_writable = world->state_writable,
		.timeout_us = world->timeout_us };
	struct state state;
	const char *unknown;

	end_run(world);
	for (size_t i = 0; i < RNG_SEED_LEN; i++)
		options.seed[i] = (uint8_t)rng_below(&world->rng, 256);
	options.names = world->names[0] != NULL ? world->names : NULL;
	world->mode = mode;
	world->started_us = world->minute_us = world->clock->now_us;
	world->config = sim_read_config(world, NULL);
	sim_disk_read(world, &state);
	sim_disk_read(world, &world->old_state);
	world->engine = engine_new(sim_read_config(world, NULL), &state, &options);
	state_free(&state);
	sim_monitor_begin(world);
	give_host(world);
	if (world->crashed)
		return;
	unknown = engine_unknown_name(world->engine);
	if (unknown != NULL)
		sim_fail(world, "no registration is called %s", unknown);
	sim_tell_net(world);
	start.wall_s = sim_wall_s(world);
	sim_step(world, &start);
}

static void
give_host(struct sim_world *world)
{
	struct event event = { .kind = EVENT_HOST, .node_name = world->node_name,
		.hosts_text = world->hosts_text, .resolv_text = world->resolv_text };

	sim_view_take(world);
	sim_step(world, &event);
}

struct config *
sim_read_config(const struct sim_world *world, char **error)
{
	struct strbuf warnings = { 0 };
	char *why = NULL;
	struct config *config = text_config(world->config_text,
	    strlen(world->config_text), "sim", &why, &warnings);

	strbuf_free(&warnings);
	if (config == NULL && error == NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	if (error != NULL)
		*error = why;
	return config;
}

int64_t
sim_wall_s(const struct sim_world *world)
{
	return world->wall_s + world->clock->now_us / CLOCK_S(1);
}

void
sim_idle(struct sim_world *world, int64_t us)
{
	int64_t until_us = world->clock->now_us + us;

	while (sim_clock_step(world->clock, until_us))
		continue;
}

void
sim_later(struct sim_world *world, int64_t in_us,
    void (*change)(struct sim_world *world))
{
	struct change *later = mem_zero(1, sizeof(*later));

	*later = (struct change){ world, change };
	sim_clock_at_owned(world->clock, world->clock->now_us + in_us, change_later,
	    later, 0);
}

static void
change_later(void *subject, uint64_t number)
{
	const struct change *later = subject;

	(void)number;
	later->change(later->world);
}

void
sim_tell_net(struct sim_world *world)
{
	struct event event = { .kind = EVENT_NET, .net = &world->net };

	sim_view_take(world);
	sim_step(world, &event);
}

void
sim_tell_stop(struct sim_world *world, int signal_number)
{
	struct event event = { .kind = EVENT_STOP, .signal = signal_number };

	world->stopping = true;
	sim_step(world, &event);
}

void
sim_step(struct sim_world *world, struct event *event)
{
	struct effects effects = { 0 };

	if (world->engine == NULL || world->finished || is_stuck(world))
		return;
	if (world->power_fails) {
		sim_crash(world);
		return;
	}
	event->at_us = world->clock->now_us;
	world->counts.steps++;
	engine_step(world->engine, event, &effects);
	perform(world, &effects);
	effects_free(&effects);
	sim_monitor_step(world);
	if (world->crash_after > 0 && --world->crash_after == 0 && !world->finished)
		sim_crash(world);
}

static bool
is_stuck(struct sim_world *world)
{
	if (world->step_us != world->clock->now_us)
		world->steps_there = 0;
	world->step_us = world->clock->now_us;
	if (++world->steps_there < STEPS_MAX)
		return false;
	if (world->steps_there == STEPS_MAX)
		sim_fail(world, "the engine goes round in circles");
	return true;
}

static void
perform(struct sim_world *world, struct effects *effects)
{
	bool finished = false;

	for (size_t i = 0; i < effects->count; i++) {
		const struct effect *effect = &effects->items[i];

		if (finished)
			sim_fail(world, "an effect after FINISH");
		switch (effect->kind) {
		case EFFECT_SEND:
			sim_net_send(world, effect);
			break;
		case EFFECT_CLOSE:
			sim_net_close(world, effect->id);
			break;
		case EFFECT_LOOKUP:
			sim_net_lookup(world, effect);
			break;
		case EFFECT_SAVE:
			sim_disk_save(world, effect);
			break;
		case EFFECT_NOTE:
			note(world, effect);
			break;
		case EFFECT_FINISH:
			finished = true;
			finish(world, effect->exit);
			break;
		default:
			if (world->mode != ENGINE_DAEMON ||
			    !sim_daemon_effect(world, effect))
				sim_fail(world, "effect %d is not for a run like this",
				    (int)effect->kind);
		}
	}
	if (!world->finished)
		set_wake(world, effects->wake_at_us);
}

static void
note(struct sim_world *world, const struct effect *effect)
{
	static const char *const levels[] = { "", "", "", "error", "warning", "notice",
		"info", "debug" };

	sim_trace(world, "%s %s: %s", levels[effect->level & 7],
	    effect->subject != NULL ? effect->subject : "", effect->text);
	sim_monitor_note(world, effect);
}

static void
finish(struct sim_world *world, int exit)
{
	world->finished = true;
	world->exit = exit;
	sim_trace_state(world);
	if (world->mode != ENGINE_DAEMON)
		sim_trace_results(world);
	sim_trace(world, "exit %d", exit);
	sim_monitor_finish(world);
	if (world->unsaved)
		sim_monitor_forgotten(world);
}

/* An alarm that goes off at that instant anyway is not set again. */
static void
set_wake(struct sim_world *world, int64_t at_us)
{
	if (at_us < world->clock->now_us)
		at_us = world->clock->now_us;
	if (at_us == world->wake_at_us && at_us > world->clock->now_us)
		return;
	world->wake_at_us = at_us;
	world->wake_order++;
	if (at_us != CLOCK_NEVER)
		sim_clock_at(world->clock, at_us, wake, world, world->wake_order);
}

static void
wake(void *subject, uint64_t order)
{
	struct sim_world *world = subject;
	struct event event = { .kind = EVENT_WAKE };

	if (order != world->wake_order)
		return;
	world->wake_at_us = CLOCK_NEVER;
	world->counts.wakes++;
	sim_step(world, &event);
}

/* What is on the disk and on the wire stays, all else is lost. */
void
sim_crash(struct sim_world *world)
{
	sim_trace(world, "# the power fails");
	sim_disk_crash(world);
	if (world->unsaved)
		sim_monitor_forgotten(world);
	end_run(world);
	world->crashed = true;
	world->power_fails = false;
}

static void
end_run(struct sim_world *world)
{
	if (world->engine != NULL)
		engine_free(world->engine);
	world->engine = NULL;
	sim_view_free(world);
	config_free(world->config);
	world->config = NULL;
	while (world->old_config_count > 0)
		config_free(world->old_configs[--world->old_config_count]);
	free(world->old_configs);
	world->old_configs = NULL;
	world->old_config_cap = 0;
	state_free(&world->old_state);
	sim_net_reset(world);
	sim_control_reset(world);
	world->epoch++;
	world->wake_order++;
	world->wake_at_us = CLOCK_NEVER;
	world->finished = false;
	world->crashed = false;
	world->stopping = false;
	world->may_empty = false;
	world->exit = -1;
	world->counts = world->minute = (struct sim_counts){ 0 };
	world->updates_seen = 0;
}

void
sim_trace(struct sim_world *world, const char *format, ...)
{
	va_list ap;

	if (world->quiet)
		return;
	va_start(ap, format);
	say(world, &world->first->trace, format, ap);
	va_end(ap);
}

void
sim_fail(struct sim_world *world, const char *format, ...)
{
	va_list ap;

	world->first->failure_count++;
	va_start(ap, format);
	say(world, &world->first->failures, format, ap);
	va_end(ap);
}

static void
say(struct sim_world *world, struct strbuf *out, const char *format, va_list ap)
{
	strbuf_printf(out, "[%7.3f] %s", (double)(world->clock->now_us -
	    world->first->started_us) / 1e6, world->tag);
	strbuf_vprintf(out, format, ap);
	strbuf_add(out, "\n");
}
