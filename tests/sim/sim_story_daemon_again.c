/* sim_story_daemon_again: events that start over at once, whatever it rests for. */
#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_setup.h"

#define SOON_US CLOCK_S(30) /* less than the rests here, but for a lucky die */

static void
settled(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
}

static void
move(struct sim_world *world, const char *addr)
{
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", addr, 0);
	sim_tell_net(world);
}

/* Refused from the old address: the new one came while the answer was on its way. */
static void
refused_meanwhile(struct sim_world *world)
{
	settled(world);
	world->servers[0]->delay_us = CLOCK_MS(400);
	world->servers[0]->access = SIM_CLOSED;
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_S(3));
	world->servers[0]->access = SIM_OPEN;
	move(world, "192.0.2.12");
	sim_idle(world, SOON_US);
	sim_expect_held(world);
}

/* For hours nobody answers; then the way out is another one. */
static void
other_way_out(struct sim_world *world)
{
	sim_corp(world);
	sim_add_addr(world, "eth1", "198.51.100.10", 0);
	world->net.routes[2].metric = world->net.routes[3].metric = 1;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->servers[0]->silent = true;
	move(world, "192.0.2.11");
	world->quiet = true;
	sim_idle(world, CLOCK_S(5 * 3600));
	world->quiet = false;
	sim_expect_state(world, "amt", "resting");
	world->servers[0]->silent = false;
	sim_set_link(world, "eth1", false);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(5));
	sim_expect_held(world);
}

/* A network without a way out: what is to be withdrawn waits for the link. */
static void
withdrawn_when_back(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_DEDICATED
	    "  - {name: host, fqdn: shared, interface: eth0}\n";
	world->net.route_count = 0;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->servers[0]->silent = true;
	sim_set_link(world, "eth0", false);
	sim_tell_net(world);
	world->config_text = SIM_SHARED;
	sim_tell_reload(world);
	world->quiet = true;
	sim_idle(world, CLOCK_S(5 * 3600));
	world->quiet = false;
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	world->servers[0]->silent = false;
	sim_set_link(world, "eth0", true);
	world->net.route_count = 0;
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(5));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_held(world);
}

/* What keeps coming and going is no reason to ask a server that refuses all the time. */
static void
refused_and_flapping(struct sim_world *world)
{
	settled(world);
	world->servers[0]->access = SIM_CLOSED;
	sim_ask(world, 1, "withdraw", "amt");
	sim_idle(world, CLOCK_S(5));
	world->updates_seen = world->counts.updates;
	for (int i = 0; i < 80; i++) {
		move(world, i % 2 == 0 ? "192.0.2.11" : "192.0.2.12");
		sim_idle(world, CLOCK_MS(250));
	}
	sim_expect_new_updates(world, 12, 30);
}

const struct sim_story sim_stories_daemon_again[] = {
	{ "daemon-again-refused-meanwhile", refused_meanwhile },
	{ "daemon-again-other-way-out", other_way_out },
	{ "daemon-again-withdrawn", withdrawn_when_back },
	{ "daemon-again-flapping", refused_and_flapping },
	{ NULL, NULL },
};
