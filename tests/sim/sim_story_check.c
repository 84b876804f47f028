/* sim_story_check: runs that change nothing. */
#include <string.h>

#include "sim_setup.h"

static void
dry_run(struct sim_world *world)
{
	const struct report_registration *result;

	sim_corp(world);
	world->dry_run = true;
	sim_write(world, SIM_AMT " 900 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "planned");
	sim_expect_updates(world, 0, 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.9");
	result = sim_result(world, "amt");
	if (result == NULL || result->nsupdate == NULL)
		return sim_fail(world, "a dry run without input for nsupdate");
	sim_trace(world, "nsupdate:\n%s", result->nsupdate);
	if (strstr(result->nsupdate, "zone corp.example") == NULL ||
	    strstr(result->nsupdate, "192.0.2.10") == NULL ||
	    strstr(result->nsupdate, "send") == NULL)
		sim_fail(world, "the input for nsupdate is not whole");
}

static void
dry_run_withdraw(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	world->dry_run = true;
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "planned");
	sim_expect_updates(world, 0, 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
plain(struct sim_world *world)
{
	sim_corp(world);
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK), 0);
	if (!engine_report(world->engine)->has_rules)
		sim_fail(world, "a check without rules");
}

static void
plain_broken(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, ttl: 0}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK), 78);
	sim_expect_outcome(world, "amt", "invalid");
}

static void
untouched(struct sim_world *world, uint32_t serial)
{
	if (world->zones[0]->serial != serial)
		sim_fail(world, "the serial has moved");
}

static void
online_open(struct sim_world *world)
{
	uint32_t serial;

	sim_corp(world);
	serial = world->zones[0]->serial;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 0);
	sim_expect_updates(world, 2, 2);
	untouched(world, serial);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

static void
online_registered(struct sim_world *world)
{
	uint32_t serial;

	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	serial = world->zones[0]->serial;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 0);
	sim_expect_updates(world, 2, 2);
	untouched(world, serial);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
online_wildcard(struct sim_world *world)
{
	uint32_t serial;

	sim_corp(world);
	sim_write(world, "*.corp.example 300 A 192.0.2.9");
	serial = world->zones[0]->serial;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 0);
	sim_expect_updates(world, 3, 3);
	untouched(world, serial);
}

static void
online_refused(struct sim_world *world)
{
	sim_corp(world)->access = SIM_CLOSED;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 77);
	sim_expect_outcome(world, "amt", "refused");
	sim_expect_error(world, "amt", "non-secure");
}

static void
online_notauth(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	ns1->access = SIM_CLOSED;
	ns1->brand = SIM_KNOT;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 77);
	sim_expect_outcome(world, "amt", "refused");
}

static unsigned turn;

static void
flicker(struct sim_world *world)
{
	if (turn++ % 2 == 0)
		sim_write(world, SIM_AMT " 900 A 192.0.2.9");
	else
		sim_erase(world, SIM_AMT, RRTYPE_A);
}

/* The name changes under our hands whenever we ask. */
static void
online_unproved(struct sim_world *world)
{
	sim_corp(world);
	turn = 0;
	world->config_text = SIM_DEDICATED_A;
	world->before_update = flicker;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 75);
	sim_expect_error(world, "amt", "permission not proved");
}

static void
online_silent(struct sim_world *world)
{
	sim_corp(world)->silent = true;
	world->timeout_us = CLOCK_S(5);
	sim_expect_exit(world, sim_run(world, ENGINE_CHECK_ONLINE), 69);
	sim_expect_outcome(world, "amt", "failed");
}

const struct sim_story sim_stories_check[] = {
	{ "check-dry-run", dry_run },
	{ "check-dry-run-withdraw", dry_run_withdraw },
	{ "check-plain", plain },
	{ "check-plain-broken", plain_broken },
	{ "check-online-open", online_open },
	{ "check-online-registered", online_registered },
	{ "check-online-wildcard", online_wildcard },
	{ "check-online-refused", online_refused },
	{ "check-online-notauth", online_notauth },
	{ "check-online-unproved", online_unproved },
	{ "check-online-silent", online_silent },
	{ NULL, NULL },
};
