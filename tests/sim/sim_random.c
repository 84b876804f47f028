/* sim_random: the course of a random world. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "sim_monitor_names.h"
#include "sim_random.h"
#include "sim_random_world.h"
#include "sim_setup.h"

static void disturbed_run(struct sim_world *world, struct sim_case *random);
static void calm_runs(struct sim_world *world, struct sim_case *random);
static void withdrawal(struct sim_world *world, struct sim_case *random);
static bool is_conflict(struct sim_world *world, const struct sim_case *random);
static bool has_foreign(struct sim_world *world, const struct sim_case *random,
    const struct state_entry *entry);
static void check_nothing_left(struct sim_world *world, const struct sim_case *random);

struct sim_world *
sim_random_world(uint64_t seed)
{
	struct sim_world *world = sim_world_new(seed);
	struct sim_case random = { 0 };
	unsigned runs;

	sim_case_make(world, &random);
	runs = 1 + sim_case_below(world, 4);
	for (unsigned i = 0; i < runs; i++)
		disturbed_run(world, &random);
	sim_case_calm(world, &random);
	sim_idle(world, CLOCK_S(120));
	calm_runs(world, &random);
	withdrawal(world, &random);
	world->config_text = NULL;
	strbuf_free(&random.config);
	return world;
}

static void
disturbed_run(struct sim_world *world, struct sim_case *random)
{
	int exit;

	sim_case_addresses(world, random);
	sim_case_faults(world, random);
	sim_trace(world, "# --- a disturbed run of %s", strbuf_text(&random->config));
	exit = sim_run(world, sim_case_below(world, 8) == 0 ? ENGINE_WITHDRAW :
	    ENGINE_ONCE);
	world->crash_after = 0;
	switch (exit) {
	case -1:
	case EXIT_CODE_OK:
	case EXIT_CODE_UNAVAILABLE:
	case EXIT_CODE_CONFLICT:
	case EXIT_CODE_TEMPORARY:
	case EXIT_CODE_REFUSED:
		break;
	default:
		sim_fail(world, "a disturbed run ends with exit %d", exit);
	}
	if (exit == EXIT_CODE_REFUSED && !random->unwilling)
		sim_fail(world, "nobody refuses, but exit is 77");
	sim_idle(world, (int64_t)rng_below(&world->rng, CLOCK_S(20)));
}

static void
calm_runs(struct sim_world *world, struct sim_case *random)
{
	bool conflict = is_conflict(world, random);
	int exit;

	world->foreign_writers = false;
	sim_trace(world, "# --- the faults have stopped");
	exit = sim_run(world, ENGINE_ONCE);
	sim_expect_exit(world, exit, conflict ? EXIT_CODE_CONFLICT : EXIT_CODE_OK);
	sim_idle(world, CLOCK_S(60));
	sim_trace(world, "# --- once more");
	exit = sim_run(world, ENGINE_ONCE);
	sim_expect_exit(world, exit, conflict ? EXIT_CODE_CONFLICT : EXIT_CODE_OK);
	if (!conflict) {
		sim_expect_outcome(world, "it", "unchanged");
		sim_expect_updates(world, 0, 0);
	}
	sim_idle(world, CLOCK_S(60));
}

static void
withdrawal(struct sim_world *world, struct sim_case *random)
{
	sim_trace(world, "# --- withdraw");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_idle(world, CLOCK_S(60));
	if (random->pure)
		check_nothing_left(world, random);
	sim_trace(world, "# --- withdraw again");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "it", "unchanged");
	sim_expect_updates(world, 0, 0);
}

/* The name is an alias, or `keep` and something foreign stands in a family of ours. */
static bool
is_conflict(struct sim_world *world, const struct sim_case *random)
{
	struct name fqdn = sim_name(random->fqdn);
	struct state state = { 0 };
	bool foreign;

	if (sim_zone_has(world->zones[0], &fqdn, RRTYPE_CNAME))
		return true;
	if (!random->keep)
		return false;
	if (world->disk != NULL)
		text_state(world->disk, strlen(world->disk), &state);
	foreign = has_foreign(world, random, state_find(&state, &fqdn));
	state_free(&state);
	return foreign;
}

static bool
has_foreign(struct sim_world *world, const struct sim_case *random,
    const struct state_entry *entry)
{
	struct name fqdn = sim_name(random->fqdn);
	bool foreign = false;

	for (int k = 0; k < 2; k++) {
		struct rrset set = { 0 };

		sim_zone_addrs(world->zones[0], &fqdn,
		    k == 0 ? RRTYPE_A : RRTYPE_AAAA, &set);
		for (size_t i = 0; random->manages[k] && i < set.count; i++)
			if (!sim_case_wants(random, &set.addrs[i]) && (entry == NULL ||
			    !state_entry_owns(entry, &set.addrs[i])))
				foreign = true;
		rrset_free(&set);
	}
	return foreign;
}

/* Others never write addresses of our pool in a pure world: none may be left. */
static void
check_nothing_left(struct sim_world *world, const struct sim_case *random)
{
	struct name fqdn = sim_name(random->fqdn);
	char text[ADDR_TEXT_MAX];

	for (int k = 0; k < 2; k++) {
		const struct rrset *ours =
		    &sim_monitor_holding(world, &fqdn)->ours[k];
		struct rrset set = { 0 };

		sim_zone_addrs(world->zones[0], &fqdn,
		    k == 0 ? RRTYPE_A : RRTYPE_AAAA, &set);
		for (size_t i = 0; i < set.count; i++)
			if (rrset_has(ours, &set.addrs[i]))
				sim_fail(world, "%s is left after withdrawal",
				    addr_format(&set.addrs[i], text));
		rrset_free(&set);
	}
}
