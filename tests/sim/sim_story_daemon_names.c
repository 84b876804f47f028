/* sim_story_daemon_names: whose a name is, who wants it back, and what is kept of it. */
#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_setup.h"

#define SIM_BOTH SIM_DEDICATED \
	"  - {name: host, fqdn: shared, interface: eth0}\n"
#define LEAVING ", withdraw-on-stop: true}\n"

static void
settled(struct sim_world *world, const char *config)
{
	sim_corp(world);
	world->config_text = config;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	world->updates_seen = world->counts.updates;
}

static void
move(struct sim_world *world, const char *addr)
{
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", addr, 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_tell_net(world);
}

/* The host is called like the dedicated name: it is the shared registration's. */
static void
taken_over(struct sim_world *world)
{
	settled(world, SIM_BOTH);
	world->node_name = "pc1-amt";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_state(world, "amt", "suspended");
	sim_expect_state(world, "host", "held");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	world->updates_seen = world->counts.updates;
}

/* Its own registration goes from the file: it is not withdrawn under the other. */
static void
taken_over_and_removed(struct sim_world *world)
{
	taken_over(world);
	world->config_text = SIM_SHARED;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_new_updates(world, 0, 0);
}

static void
taken_over_and_withdrawn(struct sim_world *world)
{
	taken_over(world);
	sim_ask(world, 1, "withdraw", "amt");
	sim_idle(world, CLOCK_S(5));
	sim_expect_reply(world, 1, 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* The dedicated one would leave at the stop, the shared one that has the name stays. */
static void
taken_over_and_stopped(struct sim_world *world)
{
	settled(world, SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example, interface: eth0" LEAVING
	    "  - {name: host, fqdn: shared, interface: eth0}\n");
	world->node_name = "pc1-amt";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* The withdrawal is under way when the host takes the name. */
static void
taken_over_while_withdrawn(struct sim_world *world)
{
	settled(world, SIM_BOTH);
	world->servers[0]->delay_us = CLOCK_MS(200);
	sim_ask(world, 1, "withdraw", "amt");
	sim_idle(world, CLOCK_MS(300));
	world->node_name = "pc1-amt";
	sim_tell_host(world);
	sim_idle(world, CLOCK_S(120));
	sim_expect_reply(world, 1, 0);
	sim_expect_state(world, "amt", "suspended");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* Nobody answers the withdrawal, and then it is wanted back. */
static void
wanted_back(struct sim_world *world)
{
	settled(world, SIM_DEDICATED);
	world->servers[0]->silent = true;
	sim_ask(world, 1, "withdraw", "amt");
	sim_idle(world, CLOCK_S(40));
	world->servers[0]->silent = false;
	sim_ask(world, 2, "refresh", "amt");
	sim_idle(world, CLOCK_S(60));
	sim_expect_reply(world, 2, 0);
	sim_expect_held(world);
}

/* The disk works again when the daemon ends: what it holds is written after all. */
static void
last_chance_of_the_disk(struct sim_world *world)
{
	settled(world, SIM_SHARED);
	world->save_fails = true;
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_S(10));
	sim_expect_held(world);
	world->save_fails = false;
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "");
}

/* The answer to the UPDATE that sets a TTL is lost; the former one is wanted again. */
static void
ttl_there_and_back(struct sim_world *world)
{
	settled(world, SIM_DEDICATED_A);
	world->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example, interface: eth0, ipv6: none, ttl: 300}\n";
	world->servers[0]->answers_to_lose = 100;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(120));
	world->servers[0]->answers_to_lose = 0;
	sim_idle(world, CLOCK_S(3600));
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 300);
	world->config_text = SIM_DEDICATED_A;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 900);
}

/* An UPDATE is given up for a reload, its address has gone again; then it arrives. */
static void
overtaken(struct sim_world *world)
{
	settled(world, SIM_DEDICATED_A);
	world->servers[0]->delay_us = CLOCK_S(2);
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_MS(500));
	world->servers[0]->delay_us = CLOCK_MS(1);
	move(world, "192.0.2.10");
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_idle(world, CLOCK_S(3));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
}

/* The same, over a power failure. */
static void
overtaken_by_a_later_life(struct sim_world *world)
{
	settled(world, SIM_DEDICATED_A);
	world->servers[0]->delay_us = CLOCK_S(2);
	move(world, "192.0.2.11");
	sim_idle(world, CLOCK_MS(500));
	world->servers[0]->delay_us = CLOCK_MS(1);
	sim_crash(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(4));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
}

const struct sim_story sim_stories_daemon_names[] = {
	{ "daemon-name-taken-over", taken_over },
	{ "daemon-name-taken-over-removed", taken_over_and_removed },
	{ "daemon-name-taken-over-withdrawn", taken_over_and_withdrawn },
	{ "daemon-name-taken-over-stopped", taken_over_and_stopped },
	{ "daemon-name-taken-over-midway", taken_over_while_withdrawn },
	{ "daemon-name-wanted-back", wanted_back },
	{ "daemon-disk-last-chance", last_chance_of_the_disk },
	{ "daemon-ttl-there-and-back", ttl_there_and_back },
	{ "daemon-overtaken", overtaken },
	{ "daemon-overtaken-later", overtaken_by_a_later_life },
	{ NULL, NULL },
};
