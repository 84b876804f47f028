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

static void
no_refresh(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example, interface: eth0, periodic-update: 0}\n";
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, 30 * DAY_US);
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
}

/* Windows' scavenging took it; the next refresh brings it back. */
static void
scavenged(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, HOUR_US);
	sim_erase(world, SIM_AMT, RRTYPE_A);
	sim_erase(world, SIM_AMT, RRTYPE_AAAA);
	sim_idle(world, DAY_US);
	sim_expect_new_updates(world, 2, 2);
	sim_expect_held(world);
}

/* Before the network is up it waits, and says for what. */
static void
before_the_network(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_set_link(world, "eth0", false);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, HOUR_US);
	sim_expect_state(world, "amt", "waiting");
	sim_expect_new_updates(world, 0, 0);
	sim_set_link(world, "eth0", true);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(30));
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
renamed(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 300 A 192.0.2.9");
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->node_name = "pc2";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_addrs(world, "pc2.corp.example", RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9");
	sim_expect_new_updates(world, 3, 3);
	sim_expect_exit(world, sim_stop(world), 0);
}

/* There and back while nobody answers: nothing of the name between is ever there. */
static void
renamed_and_back(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->quiet = true;
	world->servers[0]->silent = true;
	world->node_name = "pc2";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(300));
	world->node_name = "pc1";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(300));
	world->servers[0]->silent = false;
	sim_idle(world, HOUR_US);
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, "pc2.corp.example", RRTYPE_A, "");
}

static void
withdraws_at_stop(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: "
	    "corp.example, interface: eth0, withdraw-on-stop: true}\n"
	    "  - {name: host, fqdn: shared, interface: eth0}\n";
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
}

/* Nobody answers at the stop: bounded, and the next start goes on with it. */
static void
stop_is_bounded(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: "
	    "corp.example, interface: eth0, withdraw-on-stop: true}\n";
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->servers[0]->silent = true;
	sim_expect_exit(world, sim_stop(world), 0);
	world->servers[0]->silent = false;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

/* The UPDATE is on its way when SIGTERM comes; the next start finds its work done. */
static void
stop_mid_flight(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->servers[0]->delay_us = CLOCK_MS(500);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_MS(200));
	sim_expect_exit(world, sim_stop(world), 0);
	sim_idle(world, CLOCK_S(10));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(10));
	sim_expect_held(world);
}

const struct sim_story sim_stories_daemon_life[] = {
	{ "daemon-quiet-life", quiet_life },
	{ "daemon-daily-refresh", daily_refresh },
	{ "daemon-no-refresh", no_refresh },
	{ "daemon-scavenged", scavenged },
	{ "daemon-before-the-network", before_the_network },
	{ "daemon-renamed", renamed },
	{ "daemon-renamed-and-back", renamed_and_back },
	{ "daemon-withdraws-at-stop", withdraws_at_stop },
	{ "daemon-stop-is-bounded", stop_is_bounded },
	{ "daemon-stop-mid-flight", stop_mid_flight },
	{ NULL, NULL },
};
