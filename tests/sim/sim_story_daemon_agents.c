/* sim_story_daemon_agents: two machines and one name. */
#include "sim_daemon.h"
#include "sim_setup.h"

#define HOUR_US CLOCK_S(3600)
#define DAY_US CLOCK_S(86400)

/* A second machine at the same servers: its own address, the same file. */
static struct sim_world *
second(struct sim_world *world, const char *addr)
{
	struct sim_world *other = sim_world_join(world, world->seed + 1, "(b) ");

	world->foreign_writers = other->foreign_writers = true;
	other->config_text = world->config_text;
	sim_add_addr(other, "eth0", addr, 0);
	return other;
}

/* Does the name hold one of the two addresses, and nothing else? */
static void
expect_one(struct sim_world *world, const char *a, const char *b)
{
	struct name name = sim_name(SIM_AMT);
	struct addr addrs[2];
	struct rrset set = { 0 };

	addr_parse(&addrs[0], a);
	addr_parse(&addrs[1], b);
	sim_zone_addrs(world->zones[0], &name, RRTYPE_A, &set);
	if (set.count != 1 ||
	    (!rrset_has(&set, &addrs[0]) && !rrset_has(&set, &addrs[1])))
		sim_fail(world, "the name does not hold one of the two");
	rrset_free(&set);
}

/*
 * Both want the whole name.  The last one that had a reason to write has it; the other
 * does not come back for it before its refresh: a change a day each is no war.
 */
static void
same_dedicated(struct sim_world *world)
{
	struct sim_world *other;

	sim_corp(world);
	world->config_text = SIM_DEDICATED_A;
	other = second(world, "192.0.2.20");
	sim_begin(world, ENGINE_DAEMON);
	sim_begin(other, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	expect_one(world, "192.0.2.10", "192.0.2.20");
	sim_idle(world, HOUR_US);
	expect_one(world, "192.0.2.10", "192.0.2.20");
	world->quiet = other->quiet = true;
	sim_idle(world, 10 * DAY_US);
	expect_one(world, "192.0.2.10", "192.0.2.20");
	sim_expect_updates(world, 9, 40);
	sim_expect_updates(other, 9, 40);
	sim_expect_exit(world, sim_stop(other), 0);
	sim_idle(world, DAY_US);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_exit(world, sim_stop(world), 0);
	sim_world_free(other);
}

/* `keep` gives way: who comes second says so, and changes nothing. */
static void
same_dedicated_keep(struct sim_world *world)
{
	struct sim_world *other;

	sim_corp(world);
	world->config_text = SIM_DEDICATED_A;
	other = second(world, "192.0.2.20");
	other->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: "
	    "corp.example, interface: eth0, ipv6: none, on-conflict: keep}\n";
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	world->quiet = other->quiet = true;
	sim_begin(other, ENGINE_DAEMON);
	sim_idle(world, 3 * DAY_US);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_state(other, "amt", "resting");
	sim_expect_held(world);
	sim_world_free(other);
}

/* Each adds and removes exactly its own. */
static void
same_shared(struct sim_world *world)
{
	struct sim_world *other;

	sim_corp(world);
	world->config_text = SIM_SHARED;
	other = second(world, "192.0.2.20");
	sim_begin(world, ENGINE_DAEMON);
	sim_begin(other, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10 192.0.2.20");
	world->quiet = other->quiet = true;
	sim_idle(world, 3 * DAY_US);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10 192.0.2.20");
	sim_drop_addrs(other, "eth0");
	sim_add_addr(other, "eth0", "192.0.2.21", 0);
	sim_tell_net(other);
	sim_idle(world, CLOCK_S(60));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10 192.0.2.21");
	sim_expect_held(world);
	sim_expect_held(other);
	sim_expect_exit(world, sim_stop(world), 0);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.21");
	sim_idle(world, 2 * DAY_US);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.21");
	sim_world_free(other);
}

/* Both change their address at the same moments, a hundred times. */
static void
shared_rivals(struct sim_world *world)
{
	static const char *const mine[] = { "192.0.2.10", "192.0.2.11" };
	static const char *const theirs[] = { "192.0.2.20", "192.0.2.21" };
	struct sim_world *other;

	sim_corp(world);
	world->config_text = SIM_SHARED;
	world->servers[0]->delay_us = CLOCK_MS(40);
	world->servers[0]->jitter_us = CLOCK_MS(40);
	other = second(world, theirs[0]);
	world->quiet = other->quiet = true;
	sim_begin(world, ENGINE_DAEMON);
	sim_begin(other, ENGINE_DAEMON);
	for (int i = 1; i <= 100; i++) {
		sim_drop_addrs(world, "eth0");
		sim_add_addr(world, "eth0", mine[i % 2], 0);
		sim_drop_addrs(other, "eth0");
		sim_add_addr(other, "eth0", theirs[i % 2], 0);
		sim_tell_net(world);
		sim_tell_net(other);
		sim_idle(world, CLOCK_S(60));
		sim_expect_held(world);
		sim_expect_held(other);
		sim_expect_addrs(world, SIM_HOST, RRTYPE_A, i % 2 == 0 ?
		    "192.0.2.10 192.0.2.20" : "192.0.2.11 192.0.2.21");
	}
	sim_world_free(other);
}

/* The shared name of one and the dedicated one of the other: policy `replace` takes it,
 * and the shared one adds only its own again. */
static void
shared_and_dedicated(struct sim_world *world)
{
	struct sim_world *other;

	sim_corp(world);
	world->config_text = SIM_SHARED;
	other = second(world, "192.0.2.20");
	other->node_name = "pc9";
	other->config_text = SIM_SERVER
	    "  - {name: amt, fqdn: dedicated, host-name: pc1, "
	    "domain-name: corp.example, interface: eth0, ipv6: none}\n";
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_begin(other, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.20");
	sim_tell_refresh(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10 192.0.2.20");
	sim_world_free(other);
}

const struct sim_story sim_stories_daemon_agents[] = {
	{ "agents-same-dedicated", same_dedicated },
	{ "agents-same-dedicated-keep", same_dedicated_keep },
	{ "agents-same-shared", same_shared },
	{ "agents-shared-rivals", shared_rivals },
	{ "agents-shared-and-dedicated", shared_and_dedicated },
	{ NULL, NULL },
};
