/* sim_world: the life of a world, and one run of the engine in it. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "sim_monitor.h"
#include "sim_net.h"
#include "sim_result.h"
#include "sim_world.h"

#define WALL_S 1800000000 /* the wall clock when the world begins */
#define SAVE_US 2000      /* a disk's fsync */
#define GRACE_US CLOCK_MS(50)

static void start_run(struct sim_world *world, enum engine_mode mode);
static void read_disk(const struct sim_world *world, struct state *state);
static struct config *read_config(const struct sim_world *world);
static void give_host(struct sim_world *world);
static void perform(struct sim_world *world, struct effects *effects);
static void save(struct sim_world *world, const struct effect *effect);
static void saved(void *subject, uint64_t id);
static void note(struct sim_world *world, const struct effect *effect);
static void finish(struct sim_world *world, int exit);
static void set_wake(struct sim_world *world, int64_t at_us);
static void wake(void *subject, uint64_t order);
static void crash(struct sim_world *world);
static void end_run(struct sim_world *world);
static void change_later(void *subject, uint64_t number);

struct change {
	struct sim_world *world;
	void (*change)(struct sim_world *world);
};

struct sim_world *
sim_world_new(uint64_t seed)
{
	struct sim_world *world = mem_zero(1, sizeof(*world));
	uint8_t octets[RNG_SEED_LEN] = { 0 };

	for (size_t i = 0; i < sizeof(seed); i++)
		octets[i] = (uint8_t)(seed >> 8 * i);
	rng_seed(&world->rng, octets);
	world->seed = seed;
	world->node_name = "pc1";
	world->resolv_text = "search corp.example\n";
	world->state_writable = true;
	world->timeout_us = CLOCK_S(30);
	world->save_us = SAVE_US;
	return world;
}

void
sim_world_free(struct sim_world *world)
{
	end_run(world);
	sim_clock_free(&world->clock);
	for (size_t i = 0; i < world->zone_count; i++)
		sim_zone_free(world->zones[i]);
	for (size_t i = 0; i < world->zone_count; i++)
		free(world->zones[i]);
	for (size_t i = 0; i < world->view_count; i++) {
		sim_zone_free(world->views[i]);
		free(world->views[i]);
	}
	for (size_t i = 0; i < world->server_count; i++)
		free(world->servers[i]);
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

int
sim_run(struct sim_world *world, enum engine_mode mode)
{
	int64_t limit_us;

	start_run(world, mode);
	limit_us = world->started_us + world->timeout_us + GRACE_US;
	while (!world->finished && !world->crashed)
		if (!sim_clock_step(&world->clock, limit_us)) {
			sim_fail(world, "the run did not end by its timeout");
			break;
		}
	if (world->crashed)
		return -1;
	return world->exit;
}

void
sim_idle(struct sim_world *world, int64_t us)
{
	int64_t until_us = world->clock.now_us + us;

	while (sim_clock_step(&world->clock, until_us))
		continue;
}

void
sim_later(struct sim_world *world, int64_t in_us,
    void (*change)(struct sim_world *world))
{
	struct change *later = mem_zero(1, sizeof(*later));

	*later = (struct change){ world, change };
	sim_clock_at_owned(&world->clock, world->clock.now_us + in_us, change_later,
	    later, 0);
}

void
sim_tell_net(struct sim_world *world)
{
	struct event event = { .kind = EVENT_NET, .net = &world->net };

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

	if (world->engine == NULL || world->finished)
		return;
	if (world->power_fails) {
		crash(world);
		return;
	}
	event->at_us = world->clock.now_us;
	world->counts.steps++;
	engine_step(world->engine, event, &effects);
	perform(world, &effects);
	effects_free(&effects);
	if (world->crash_after > 0 && --world->crash_after == 0 && !world->finished)
		crash(world);
}

void
sim_trace(struct sim_world *world, const char *format, ...)
{
	va_list ap;

	strbuf_printf(&world->trace, "[%7.3f] ",
	    (double)(world->clock.now_us - world->started_us) / 1e6);
	va_start(ap, format);
	strbuf_vprintf(&world->trace, format, ap);
	va_end(ap);
	strbuf_add(&world->trace, "\n");
}

void
sim_fail(struct sim_world *world, const char *format, ...)
{
	va_list ap;

	world->failure_count++;
	strbuf_printf(&world->failures, "[%7.3f] ",
	    (double)(world->clock.now_us - world->started_us) / 1e6);
	va_start(ap, format);
	strbuf_vprintf(&world->failures, format, ap);
	va_end(ap);
	strbuf_add(&world->failures, "\n");
}

static void
start_run(struct sim_world *world, enum engine_mode mode)
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
	world->started_us = world->clock.now_us;
	world->config = read_config(world);
	read_disk(world, &state);
	read_disk(world, &world->old_state);
	world->engine = engine_new(read_config(world), &state, &options);
	state_free(&state);
	sim_monitor_begin(world);
	give_host(world);
	unknown = engine_unknown_name(world->engine);
	if (unknown != NULL)
		sim_fail(world, "no registration is called %s", unknown);
	sim_tell_net(world);
	start.wall_s = WALL_S + world->clock.now_us / CLOCK_S(1);
	sim_step(world, &start);
}

static void
read_disk(const struct sim_world *world, struct state *state)
{
	enum fault fault = FAULT_NONE;

	*state = (struct state){ 0 };
	if (world->disk != NULL)
		fault = text_state(world->disk, strlen(world->disk), state);
	assert(fault == FAULT_NONE);
	(void)fault;
}

static struct config *
read_config(const struct sim_world *world)
{
	struct strbuf warnings = { 0 };
	char *error = NULL;
	struct config *config = text_config(world->config_text,
	    strlen(world->config_text), "sim", &error, &warnings);

	if (config == NULL) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
	strbuf_free(&warnings);
	return config;
}

static void
give_host(struct sim_world *world)
{
	struct event event = { .kind = EVENT_HOST, .node_name = world->node_name,
		.hosts_text = world->hosts_text, .resolv_text = world->resolv_text };

	sim_step(world, &event);
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
			save(world, effect);
			break;
		case EFFECT_NOTE:
			note(world, effect);
			break;
		case EFFECT_FINISH:
			finished = true;
			finish(world, effect->exit);
			break;
		default:
			sim_fail(world, "effect %d is not for a run like this",
			    (int)effect->kind);
		}
	}
	if (!world->finished)
		set_wake(world, effects->wake_at_us);
}

static void
save(struct sim_world *world, const struct effect *effect)
{
	world->counts.saves++;
	if (world->dry_run || world->mode == ENGINE_CHECK ||
	    world->mode == ENGINE_CHECK_ONLINE)
		sim_fail(world, "state is written where nothing may change");
	if (!world->state_writable)
		sim_fail(world, "a state that cannot be written is written");
	free(world->disk_next);
	world->disk_next = mem_text(effect->text);
	sim_clock_at(&world->clock, world->clock.now_us + world->save_us, saved, world,
	    world->epoch << 32 | effect->id);
	if (effect->id >> 32 != 0)
		sim_fail(world, "ids beyond 2^32 confuse the simulator");
}

static void
saved(void *subject, uint64_t id)
{
	struct sim_world *world = subject;
	struct event event = { .kind = EVENT_SAVED, .id = id & UINT32_MAX };

	if (id >> 32 != world->epoch)
		return;
	if (world->save_fails) {
		event.kind = EVENT_SAVE_FAILED;
		event.fault = FAULT_FILE_FULL;
		sim_trace(world, "# the state could not be written");
	} else {
		free(world->disk);
		world->disk = mem_text(world->disk_next);
		sim_trace(world, "# the state is saved");
	}
	sim_step(world, &event);
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
	sim_trace_results(world);
	sim_trace(world, "exit %d", exit);
	sim_monitor_finish(world);
}

static void
set_wake(struct sim_world *world, int64_t at_us)
{
	world->wake_order++;
	if (at_us == CLOCK_NEVER)
		return;
	if (at_us < world->clock.now_us)
		at_us = world->clock.now_us;
	sim_clock_at(&world->clock, at_us, wake, world, world->wake_order);
}

static void
wake(void *subject, uint64_t order)
{
	struct sim_world *world = subject;
	struct event event = { .kind = EVENT_WAKE };

	if (order == world->wake_order)
		sim_step(world, &event);
}

/* The power fails: what is on the disk and on the wire stays, all else is lost. */
static void
crash(struct sim_world *world)
{
	sim_trace(world, "# the power fails");
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
	config_free(world->config);
	world->config = NULL;
	state_free(&world->old_state);
	sim_net_reset(world);
	world->epoch++;
	world->wake_order++;
	world->finished = false;
	world->crashed = false;
	world->stopping = false;
	world->exit = -1;
	world->counts = (struct sim_counts){ 0 };
}

static void
change_later(void *subject, uint64_t number)
{
	const struct change *later = subject;

	(void)number;
	later->change(later->world);
}
