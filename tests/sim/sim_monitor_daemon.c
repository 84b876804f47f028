/*
 * sim_monitor_daemon: the invariants of a long life.
 *
 *  M14 messages, UPDATEs and wakes are bounded in every minute, whatever happens
 *  M15 a client that asks has its reply within the daemon's bound
 *  M16 after FINISH no socket is open
 *  M17 nothing is emptied that was not wished to be (sim_monitor_empty.c)
 */
#include "sim_control.h"
#include "sim_monitor.h"
#include "sim_socket.h"
#include "sim_world.h"

/* A minute and registration; a conversation that fails everywhere takes about 60. */
#define UPDATES_MAX 40
#define MESSAGES_MAX 160
#define WAKES_MAX 300
#define ASKS_MAX 60 /* whatever the number of registrations */

static void check_minute(struct sim_world *world);

void
sim_monitor_step(struct sim_world *world)
{
	if (world->config == NULL || world->mode != ENGINE_DAEMON)
		return;
	if (world->clock->now_us - world->minute_us >= CLOCK_S(60)) {
		world->minute = world->counts;
		world->minute_us = world->clock->now_us;
	}
	check_minute(world);
	sim_control_check(world);
}

static void
check_minute(struct sim_world *world)
{
	const struct sim_counts *now = &world->counts, *then = &world->minute;
	unsigned registrations = (unsigned)world->config->registration_count + 1;

	if (now->updates - then->updates == UPDATES_MAX * registrations)
		sim_fail(world, "M14: too many UPDATEs in a minute");
	if (now->queries + now->lookups - then->queries - then->lookups ==
	    MESSAGES_MAX * registrations)
		sim_fail(world, "M14: too many questions in a minute");
	if (now->asks - then->asks == ASKS_MAX)
		sim_fail(world, "M14: too many questions to DHCP in a minute");
	if (now->wakes - then->wakes == WAKES_MAX * registrations)
		sim_fail(world, "M14: it wakes too often");
}

void
sim_monitor_daemon_finish(struct sim_world *world)
{
	if (sim_socket_count_open(world) > 0)
		sim_fail(world, "M16: %zu sockets are open after FINISH",
		    sim_socket_count_open(world));
}
