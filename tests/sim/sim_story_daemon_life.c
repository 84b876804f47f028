/* sim_story_daemon_life: days of a daemon at which nothing goes wrong. */
#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_setup.h"

#define DAY_US CLOCK_S(86400)
#define HOUR_US CLOCK_S(3600)

/* Registered at the start, left alone for hours, kept at the stop. */
static void
quiet_life(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(1));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
	sim_idle(world, 20 * HOUR_US);
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
}

/* Every periodic-update, less up to a tenth: adds only, no serial moves. */
static void
daily_refresh(struct sim_world *world)
{
	uint32_t serial;

	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(1));
	sim_expect_new_updates(world, 1, 1);
	serial = world->zones[0]->serial;
	sim_expect_next(world, "amt", DAY_US * 9 / 10 - CLOCK_S(1), DAY_US);
	sim_idle(world, DAY_US * 9 / 10 - CLOCK_S(2));
	sim_expect_new_updates(world, 0, 0);
	sim_idle(world, DAY_US / 10 + CLOCK_S(2));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_next(world, "amt", DAY_US * 8 / 10, DAY_US);
	sim_idle(world, DAY_US);
	sim_expect_new_updates(world, 1, 1);
	if (world->zones[0]->serial != serial)
		sim_fail(world, "a refresh changed the zone");
	sim_expect_held(world);
}

const struct sim_story sim_stories_daemon_life[] = {
	{ "daemon-quiet-life", quiet_life },
	{ "daemon-daily-refresh", daily_refresh },
	{ NULL, NULL },
};
