/* sim_story_daemon_faults: servers, disks and lines that fail a daemon for hours. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_setup.h"

#define HOUR_US CLOCK_S(3600)
#define DAY_US CLOCK_S(86400)
#define TRIES 10

static void
settled(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	world->updates_seen = world->counts.updates;
}

/* Another address, and the daemon is told. */
static void
move(struct sim_world *world, const char *addr)
{
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", addr, 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_tell_net(world);
}

/* How long it rests now, in whole seconds; it is let work until it does. */
static int64_t
rest_us(struct sim_world *world)
{
	const struct report *report;

	for (int s = 0; s < 600; s++) {
		report = sim_status(world);
		if (report == NULL)
			return 0;
		if (strcmp(report->registrations[0].state, "resting") == 0)
			return report->registrations[0].next_us;
		sim_idle(world, CLOCK_MS(500));
	}
	sim_fail(world, "it does not come to rest");
	return 0;
}

/* 5 s doubling to an hour, anywhere below it; an event begins anew. */
static void
retries(struct sim_world *world)
{
	int64_t most_us = CLOCK_S(5), sum_us = 0, rest;

	settled(world);
	world->quiet = true;
	world->servers[0]->silent = true;
	move(world, "192.0.2.11");
	for (int i = 0; i < TRIES + 4; i++) {
		rest = rest_us(world);
		if (rest > most_us)
			sim_fail(world, "rest %d is %.3f s, at most %.3f s", i,
			    (double)rest / 1e6, (double)most_us / 1e6);
		sum_us += rest * CLOCK_S(1) / most_us;
		sim_idle(world, rest + CLOCK_S(1));
		most_us = clock_min(2 * most_us, HOUR_US);
	}
	/* full jitter: on the average half of what is allowed */
	if (sum_us < CLOCK_S(TRIES + 4) / 4 || sum_us > CLOCK_S(TRIES + 4) * 3 / 4)
		sim_fail(world, "the rests are not spread");
	rest_us(world);
	move(world, "192.0.2.12");
	if (rest_us(world) > CLOCK_S(5))
		sim_fail(world, "an event does not begin anew");
	world->servers[0]->silent = false;
	sim_idle(world, CLOCK_S(30));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.12");
}

/* 15 minutes doubling to 6 hours, less up to a tenth; one warning, the next ones only
 * for those who listen. */
static void
refused(struct sim_world *world)
{
	int64_t most_us = CLOCK_S(900), rest;

	settled(world);
	world->servers[0]->access = SIM_CLOSED;
	move(world, "192.0.2.11");
	for (int i = 0; i < 8; i++) {
		rest = rest_us(world);
		if (rest > most_us || rest < most_us * 9 / 10 - CLOCK_S(1))
			sim_fail(world, "rest %d is %.3f s of %.3f s", i,
			    (double)rest / 1e6, (double)most_us / 1e6);
		sim_idle(world, rest + CLOCK_S(1));
		most_us = clock_min(2 * most_us, 6 * HOUR_US);
		world->quiet = i > 0;
	}
	world->servers[0]->access = SIM_OPEN;
	sim_idle(world, 6 * HOUR_US);
	sim_expect_held(world);
}

/* Accepted and not applied: it says so, and asks seldom. */
static void
ignored(struct sim_world *world)
{
	settled(world);
	world->servers[0]->access = SIM_LIAR;
	world->quiet = true;
	move(world, "192.0.2.11");
	sim_idle(world, DAY_US / 2);
	sim_expect_state(world, "amt", "resting");
	sim_expect_new_updates(world, 10, 120);
	world->quiet = false;
	sim_ask(world, 1, "status", NULL);
	world->quiet = true;
	if (sim_reply(world, 1)->report.registrations[0].outcome != OUTCOME_FAILED)
		sim_fail(world, "an update that is ignored is no success");
	world->servers[0]->access = SIM_OPEN;
	sim_idle(world, HOUR_US + CLOCK_S(60));
	sim_expect_held(world);
}

/* The power fails between the UPDATE and its answer: nothing is orphaned. */
static void
fail_power(struct sim_world *world)
{
	world->power_fails = true;
	world->before_update = NULL;
}

static void
killed_mid_flight(struct sim_world *world)
{
	settled(world);
	world->before_update = fail_power;
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
	move(world, "192.0.2.12");
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.12");
}

/* What is on the disk cannot be read: it goes on, and removes nothing for it. */
static void
disk_corrupt(struct sim_world *world)
{
	settled(world);
	sim_write(world, SIM_HOST " 300 A 192.0.2.9");
	sim_expect_exit(world, sim_stop(world), 0);
	world->disk[strlen(world->disk) / 2] = '\0';
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9");
	sim_expect_exit(world, sim_stop(world), 0);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_updates(world, 0, 0);
}

/* A full disk holds nothing up, is said once, and is tried again. */
static void
disk_full(struct sim_world *world)
{
	settled(world);
	world->save_fails = true;
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_S(10));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
	world->quiet = true;
	sim_idle(world, HOUR_US);
	world->quiet = false;
	world->save_fails = false;
	sim_idle(world, CLOCK_S(60));
	sim_expect_trace(world, "written again");
	sim_crash(world);
	move(world, "192.0.2.12");
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
}

/* No descriptor is left for an hour. */
static void
no_sockets(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	world->no_sockets = true;
	move(world, "192.0.2.11");
	sim_idle(world, HOUR_US);
	sim_expect_state(world, "amt", "resting");
	world->no_sockets = false;
	sim_idle(world, HOUR_US);
	sim_expect_held(world);
}

/* A third of everything is lost, both ways, for hours. */
static void
heavy_loss(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	world->servers[0]->loss_percent = 33;
	for (int i = 0; i < 24; i++) {
		char *addr = mem_printf("192.0.2.%d", 100 + i);

		move(world, addr);
		free(addr);
		sim_idle(world, CLOCK_S(300));
		sim_expect_held(world);
	}
	if (world->counts.updates > 24 * 8)
		sim_fail(world, "%u UPDATEs for 24 changes", world->counts.updates);
}

/* Up for 12 % of the time, in windows of 72 s: it lands inside one. */
static void
seldom_up(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	move(world, "192.0.2.11");
	for (int i = 0; i < 12; i++) {
		sim_set_link(world, "eth0", false);
		world->servers[0]->silent = true;
		sim_tell_net(world);
		if (i % 3 == 1)
			move(world, i % 2 == 0 ? "192.0.2.12" : "192.0.2.13");
		sim_idle(world, CLOCK_S(528));
		world->servers[0]->silent = false;
		sim_set_link(world, "eth0", true);
		sim_tell_net(world);
		sim_idle(world, CLOCK_S(72));
		sim_expect_held(world);
	}
}

/* The same without a word from the kernel: the path breaks behind the next router. */
static void
path_seldom_up(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	world->servers[0]->silent = true;
	move(world, "192.0.2.11");
	for (int i = 0; i < 40; i++) {
		world->servers[0]->silent = true;
		sim_idle(world, CLOCK_S(528));
		world->servers[0]->silent = false;
		sim_idle(world, CLOCK_S(72));
	}
	world->servers[0]->silent = true;
	sim_expect_held(world);
}

const struct sim_story sim_stories_daemon_faults[] = {
	{ "daemon-retries", retries },
	{ "daemon-refused", refused },
	{ "daemon-ignored", ignored },
	{ "daemon-killed-mid-flight", killed_mid_flight },
	{ "daemon-disk-corrupt", disk_corrupt },
	{ "daemon-disk-full", disk_full },
	{ "daemon-no-sockets", no_sockets },
	{ "daemon-heavy-loss", heavy_loss },
	{ "daemon-seldom-up", seldom_up },
	{ "daemon-path-seldom-up", path_seldom_up },
	{ NULL, NULL },
};
