/* sim_story_daemon_net: addresses, links and clocks that change under a daemon. */
#include "sim_daemon.h"
#include "sim_setup.h"

#define DAY_US CLOCK_S(86400)
#define GONE_US CLOCK_S(600) /* never empty (protocol.md 3) */

/* The common ground, and a daemon that has registered. */
static void
settled(struct sim_world *world)
{
	sim_corp(world);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(1));
	sim_expect_held(world);
	sim_expect_new_updates(world, 1, 1);
}

static void
gone_for_a_moment(struct sim_world *world)
{
	settled(world);
	sim_drop_addrs(world, "eth0");
	sim_tell_net(world);
	sim_idle(world, GONE_US - CLOCK_S(1));
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_tell_net(world);
	sim_idle(world, 2 * GONE_US);
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
}

static void
gone_for_good(struct sim_world *world)
{
	settled(world);
	sim_drop_addrs(world, "eth0");
	sim_tell_net(world);
	sim_idle(world, GONE_US - CLOCK_S(1));
	sim_expect_new_updates(world, 0, 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_idle(world, CLOCK_S(2));
	sim_expect_new_updates(world, 1, 2);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
	sim_idle(world, DAY_US);
	sim_expect_new_updates(world, 0, 0);
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
}

static void
one_family_gone(struct sim_world *world)
{
	settled(world);
	sim_drop_addr(world, "eth0", "2001:db8::10");
	sim_tell_net(world);
	sim_idle(world, GONE_US - CLOCK_S(1));
	sim_expect_new_updates(world, 0, 0);
	sim_idle(world, CLOCK_S(2));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
	sim_expect_held(world);
}

/* Nothing can be said of a link that is down: what stands, stays. */
static void
link_down(struct sim_world *world)
{
	settled(world);
	sim_drop_addrs(world, "eth0");
	sim_set_link(world, "eth0", false);
	sim_tell_net(world);
	sim_idle(world, DAY_US / 2);
	sim_expect_new_updates(world, 0, 0);
	sim_set_link(world, "eth0", true);
	sim_tell_net(world);
	sim_idle(world, GONE_US / 2);
	sim_expect_new_updates(world, 0, 0);
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
}

/* Gone for 10 minutes, but nobody can be told; then somebody can. */
static void
gone_while_silent(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	world->servers[0]->silent = true;
	sim_drop_addr(world, "eth0", "2001:db8::10");
	sim_tell_net(world);
	sim_idle(world, 3 * GONE_US);
	sim_expect_state(world, "amt", "resting");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
	world->servers[0]->silent = false;
	sim_idle(world, CLOCK_S(3600));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
}

static void
tentative(struct sim_world *world)
{
	settled(world);
	sim_add_addr(world, "eth0", "2001:db8::11", FACT_ADDR_TENTATIVE);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(10));
	sim_expect_new_updates(world, 0, 0);
	sim_set_flags(world, "eth0", "2001:db8::11", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10 2001:db8::11");
}

/* Never published, and what was published goes when the kernel takes it back. */
static void
dad_failed(struct sim_world *world)
{
	settled(world);
	sim_add_addr(world, "eth0", "2001:db8::11", FACT_ADDR_TENTATIVE |
	    FACT_ADDR_DADFAILED);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_new_updates(world, 0, 0);
	sim_add_addr(world, "eth0", "2001:db8::12", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10 2001:db8::12");
	sim_set_flags(world, "eth0", "2001:db8::10", FACT_ADDR_TENTATIVE |
	    FACT_ADDR_DADFAILED);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::12");
	sim_expect_held(world);
}

/* IPv6 minutes after IPv4: it is not the next day's business. */
static void
late_slaac(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(420));
	sim_expect_held(world);
	sim_add_addr(world, "eth0", "2001:db8::10", FACT_ADDR_TENTATIVE);
	sim_add_addr(world, "eth0", "2001:db8::1dea", FACT_ADDR_TENTATIVE |
	    FACT_ADDR_TEMPORARY);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(2));
	sim_set_flags(world, "eth0", "2001:db8::10", 0);
	sim_set_flags(world, "eth0", "2001:db8::1dea", FACT_ADDR_TEMPORARY);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(1));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
	sim_expect_updates(world, 2, 2);
}

/* RFC 4192: the new prefix, then the old one deprecated, then gone. */
static void
renumbered(struct sim_world *world)
{
	settled(world);
	sim_add_addr(world, "eth0", "2001:db8:1::10", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(600));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10 2001:db8:1::10");
	sim_set_flags(world, "eth0", "2001:db8::10", FACT_ADDR_DEPRECATED);
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(600));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8:1::10");
	sim_drop_addr(world, "eth0", "2001:db8::10");
	sim_tell_net(world);
	sim_idle(world, CLOCK_S(600));
	sim_expect_new_updates(world, 2, 2);
	sim_expect_held(world);
}

/* The newest wins, and one follow-up is enough. */
static void
changes_mid_flight(struct sim_world *world)
{
	static const char *const addrs[] = { "192.0.2.11", "192.0.2.12", "192.0.2.13",
		"192.0.2.14", "192.0.2.15" };

	settled(world);
	world->servers[0]->delay_us = CLOCK_MS(400);
	for (size_t i = 0; i < 5; i++) {
		sim_drop_addrs(world, "eth0");
		sim_add_addr(world, "eth0", addrs[i], 0);
		sim_add_addr(world, "eth0", "2001:db8::10", 0);
		sim_tell_net(world);
		sim_idle(world, CLOCK_MS(100));
	}
	sim_idle(world, CLOCK_S(10));
	sim_expect_new_updates(world, 2, 2);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.15");
	sim_expect_held(world);
}

static void
address_flaps(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	for (int i = 0; i < 100; i++) {
		if (i % 2 == 0)
			sim_add_addr(world, "eth0", "192.0.2.11", 0);
		else
			sim_drop_addr(world, "eth0", "192.0.2.11");
		sim_tell_net(world);
		sim_idle(world, CLOCK_MS(100));
	}
	sim_idle(world, CLOCK_S(120));
	sim_expect_new_updates(world, 0, 6);
	sim_expect_held(world);
}

static void
link_flaps(struct sim_world *world)
{
	settled(world);
	world->quiet = true;
	for (int i = 0; i < 100; i++) {
		sim_set_link(world, "eth0", i % 2 != 0);
		if (i % 2 == 0)
			sim_drop_addr(world, "eth0", "2001:db8::10");
		else
			sim_add_addr(world, "eth0", "2001:db8::10", 0);
		sim_tell_net(world);
		sim_idle(world, CLOCK_MS(100));
	}
	sim_idle(world, CLOCK_S(120));
	sim_expect_new_updates(world, 0, 6);
	sim_expect_held(world);
}

/* Netlink overran: the next snapshot is whole, whatever was missed. */
static void
snapshots_missed(struct sim_world *world)
{
	settled(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_add_addr(world, "eth1", "192.0.2.40", 0);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.12", 0);
	sim_add_addr(world, "eth0", "2001:db8::12", 0);
	sim_tell_net(world);
	for (int i = 0; i < 10; i++)
		sim_tell_net(world); /* the same, over and over */
	sim_idle(world, CLOCK_S(5));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
}

/* Somebody wrote while the machine slept; it looks again within 2 s. */
static void
resumed(struct sim_world *world)
{
	settled(world);
	sim_erase(world, SIM_AMT, RRTYPE_A);
	sim_tell_resume(world, 8 * 3600);
	sim_idle(world, CLOCK_S(3));
	sim_expect_new_updates(world, 1, 2);
	sim_expect_held(world);
	sim_tell_resume(world, 8 * 3600);
	sim_idle(world, CLOCK_S(3));
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
}

/* Ten years ahead and twenty back: one refresh more, and the next in a day. */
static void
clock_is_set(struct sim_world *world)
{
	int64_t years_s = (int64_t)10 * 365 * 86400;

	settled(world);
	sim_tell_resume(world, years_s);
	sim_idle(world, CLOCK_S(3600));
	sim_expect_new_updates(world, 1, 1);
	sim_tell_resume(world, -2 * years_s);
	sim_idle(world, CLOCK_S(3600));
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
	sim_expect_next(world, "amt", DAY_US * 8 / 10, DAY_US);
	sim_idle(world, DAY_US);
	sim_expect_new_updates(world, 1, 1);
}

/* Booted in 1970: it registers, and goes on when the time is known. */
static void
booted_in_1970(struct sim_world *world)
{
	int64_t now_s = world->wall_s;

	world->wall_s = 0;
	settled(world);
	sim_tell_resume(world, now_s);
	sim_idle(world, CLOCK_S(3600));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_exit(world, sim_stop(world), 0);
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
	sim_idle(world, DAY_US);
	sim_expect_new_updates(world, 1, 1);
}

/* On for 9 hours, off for 15: the record is renewed once a day all the same. */
static void
office_hours(struct sim_world *world)
{
	settled(world);
	for (int day = 0; day < 5; day++) {
		sim_idle(world, CLOCK_S(9 * 3600));
		sim_expect_held(world);
		sim_expect_exit(world, sim_stop(world), 0);
		sim_expect_new_updates(world, day > 0, day > 0);
		sim_idle(world, CLOCK_S(15 * 3600));
		sim_begin(world, ENGINE_DAEMON);
		world->quiet = true;
	}
}

const struct sim_story sim_stories_daemon_net[] = {
	{ "daemon-gone-for-a-moment", gone_for_a_moment },
	{ "daemon-gone-for-good", gone_for_good },
	{ "daemon-one-family-gone", one_family_gone },
	{ "daemon-link-down", link_down },
	{ "daemon-gone-while-silent", gone_while_silent },
	{ "daemon-tentative", tentative },
	{ "daemon-dad-failed", dad_failed },
	{ "daemon-late-slaac", late_slaac },
	{ "daemon-renumbered", renumbered },
	{ "daemon-changes-mid-flight", changes_mid_flight },
	{ "daemon-address-flaps", address_flaps },
	{ "daemon-link-flaps", link_flaps },
	{ "daemon-snapshots-missed", snapshots_missed },
	{ "daemon-resumed", resumed },
	{ "daemon-clock-is-set", clock_is_set },
	{ "daemon-booted-in-1970", booted_in_1970 },
	{ "daemon-office-hours", office_hours },
	{ NULL, NULL },
};
