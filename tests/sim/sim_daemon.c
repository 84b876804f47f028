/* sim_daemon: what happens to a daemon, and what it does about it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_monitor.h"
#include "sim_socket.h"
#include "sim_world.h"

#define STOP_MOST_US (CLOCK_S(5) + CLOCK_MS(50)) /* interface.md, SIGTERM */

/* The file is to be read for a client. */
struct reading {
	struct sim_world *world;
	uint64_t epoch;
	uint64_t client;
};

static void reload(struct sim_world *world, uint64_t client);
static void read_for(void *subject, uint64_t number);
static void take_config(struct sim_world *world);
static const struct report_registration *status_of(struct sim_world *world,
    const char *registration);
static bool is_content(const struct report_registration *reg);

void
sim_tell_host(struct sim_world *world)
{
	struct event event = { .kind = EVENT_HOST, .node_name = world->node_name,
		.hosts_text = world->hosts_text, .resolv_text = world->resolv_text };

	sim_trace(world, "# the host is called %s", world->node_name);
	sim_view_take(world);
	sim_step(world, &event);
}

void
sim_tell_reload(struct sim_world *world)
{
	reload(world, 0);
}

static void
reload(struct sim_world *world, uint64_t client)
{
	struct event event = { .kind = EVENT_CONFIG, .client = client };
	char *error = NULL;

	if (world->engine == NULL || world->finished)
		return;
	event.config = sim_read_config(world, &error);
	event.error = error;
	if (event.config != NULL)
		take_config(world);
	sim_trace(world, "# the configuration is read again");
	sim_step(world, &event);
	free(error);
}

/* The monitor's own copy; what is on its way was sent under the old one. */
static void
take_config(struct sim_world *world)
{
	world->old_configs = mem_grow(world->old_configs, &world->old_config_cap,
	    world->old_config_count + 1, sizeof(*world->old_configs));
	world->old_configs[world->old_config_count++] = world->config;
	world->config = sim_read_config(world, NULL);
	sim_view_take(world);
	sim_monitor_changed(world);
}

void
sim_tell_refresh(struct sim_world *world)
{
	struct event event = { .kind = EVENT_REFRESH };

	sim_trace(world, "# SIGUSR1");
	sim_step(world, &event);
}

void
sim_tell_resume(struct sim_world *world, int64_t jump_s)
{
	struct event event = { .kind = EVENT_RESUME };

	world->wall_s += jump_s;
	event.wall_s = sim_wall_s(world);
	sim_trace(world, "# the wall clock jumps by %lld s", (long long)jump_s);
	sim_step(world, &event);
}

int
sim_stop(struct sim_world *world)
{
	int64_t until_us = world->clock->now_us + STOP_MOST_US;

	sim_trace(world, "# SIGTERM");
	sim_tell_stop(world, SIGTERM);
	while (!world->finished && !world->crashed &&
	    sim_clock_step(world->clock, until_us))
		continue;
	if (world->finished)
		return world->exit;
	if (!world->crashed)
		sim_fail(world, "it does not stop within 5 s");
	return -1;
}

/* --- looking ----------------------------------------------------------------------- */

void
sim_expect_held(struct sim_world *world)
{
	const struct report *report = sim_status(world);

	for (size_t i = 0; report != NULL && i < report->registration_count; i++) {
		const struct report_registration *reg = &report->registrations[i];

		if (!is_content(reg))
			sim_fail(world, "%s is %s, %s%s%s", reg->name, reg->state,
			    outcome_name(reg->outcome), reg->error != NULL ? ": " : "",
			    reg->error != NULL ? reg->error : "");
	}
	if (sim_socket_count_open(world) > 0)
		sim_fail(world, "%zu sockets are still open",
		    sim_socket_count_open(world));
	for (size_t i = 0; world->config != NULL &&
	    i < world->config->registration_count; i++)
		if (world->config->registrations[i].enabled && !sim_is_right(world, i))
			sim_fail(world, "the zone is not right for %s",
			    world->config->registrations[i].name);
}

static bool
is_content(const struct report_registration *reg)
{
	return reg->outcome == OUTCOME_DISABLED || (strcmp(reg->state, "held") == 0 &&
	    (reg->outcome == OUTCOME_UPDATED || reg->outcome == OUTCOME_UNCHANGED));
}

void
sim_expect_state(struct sim_world *world, const char *registration, const char *state)
{
	const struct report_registration *reg = status_of(world, registration);

	if (reg != NULL && strcmp(reg->state, state) != 0)
		sim_fail(world, "%s is %s, expected %s", registration, reg->state,
		    state);
}

void
sim_expect_next(struct sim_world *world, const char *registration, int64_t least_us,
    int64_t most_us)
{
	const struct report_registration *reg = status_of(world, registration);

	if (reg != NULL && (reg->next_us < least_us || reg->next_us > most_us))
		sim_fail(world, "%s: the next update comes in %.3f s, expected %.3f to "
		    "%.3f s", registration, (double)reg->next_us / 1e6,
		    (double)least_us / 1e6, (double)most_us / 1e6);
}

void
sim_expect_reply(struct sim_world *world, uint64_t client, int exit)
{
	const struct text_ctl_reply *reply = sim_reply(world, client);

	if (reply == NULL)
		sim_fail(world, "client %u has no reply", (unsigned)client);
	else if (reply->exit != exit)
		sim_fail(world, "client %u hears exit %d, expected %d",
		    (unsigned)client, reply->exit, exit);
}

static const struct report_registration *
status_of(struct sim_world *world, const char *registration)
{
	const struct report *report = sim_status(world);

	for (size_t i = 0; report != NULL && i < report->registration_count; i++)
		if (strcmp(report->registrations[i].name, registration) == 0)
			return &report->registrations[i];
	sim_fail(world, "status does not know %s", registration);
	return NULL;
}

/* --- effects ----------------------------------------------------------------------- */

bool
sim_daemon_effect(struct sim_world *world, const struct effect *effect)
{
	struct reading *reading;

	switch (effect->kind) {
	case EFFECT_REPLY:
	case EFFECT_STREAM:
		sim_control_said(world, effect);
		return true;
	case EFFECT_RELOAD:
		reading = mem_zero(1, sizeof(*reading));
		*reading = (struct reading){ world, world->epoch, effect->client };
		sim_clock_at_owned(world->clock, world->clock->now_us, read_for,
		    reading, 0);
		return true;
	case EFFECT_ASK: /* no DHCP server ever answers here */
		world->counts.asks++;
		return true;
	case EFFECT_STATUS:
		sim_trace(world, "status: %s", effect->text);
		return true;
	default:
		return false;
	}
}

static void
read_for(void *subject, uint64_t number)
{
	const struct reading *reading = subject;

	(void)number;
	if (reading->epoch == reading->world->epoch)
		reload(reading->world, reading->client);
}
