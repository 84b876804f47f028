/* sim_random_daemon: the course of a random life. */
#include <stdlib.h>
#include <string.h>

#include "sim_daemon.h"
#include "sim_disk.h"
#include "sim_life.h"
#include "sim_monitor_names.h"
#include "sim_random_daemon.h"
#include "sim_setup.h"

#define HOUR_US CLOCK_S(3600)
#define EVENTS_MAX 60

static void live(struct sim_world *world, struct sim_life *life);
static int64_t gap_us(struct sim_world *world);
static void calm_down(struct sim_world *world, struct sim_life *life);
static void check_former(struct sim_world *world);
static bool is_disabled(struct sim_world *world, const struct name *fqdn);
static void quiet_day(struct sim_world *world, struct sim_life *life);
static void farewell(struct sim_world *world, struct sim_life *life);

struct sim_world *
sim_random_daemon(uint64_t seed)
{
	struct sim_world *world = sim_world_new(seed);
	struct sim_life life = { 0 };

	sim_life_make(world, &life);
	sim_begin(world, ENGINE_DAEMON);
	live(world, &life);
	calm_down(world, &life);
	quiet_day(world, &life);
	farewell(world, &life);
	world->config_text = NULL;
	strbuf_free(&life.config);
	return world;
}

static void
live(struct sim_world *world, struct sim_life *life)
{
	unsigned events = 5 + (unsigned)rng_below(&world->rng, EVENTS_MAX);

	for (unsigned i = 0; i < events; i++) {
		sim_life_pass(world, life, gap_us(world));
		sim_life_event(world, life);
	}
	sim_life_pass(world, life, gap_us(world));
}

/* Mostly on the heels of each other; now and then minutes, seldom hours. */
static int64_t
gap_us(struct sim_world *world)
{
	static const int64_t most_us[] = { CLOCK_MS(1), CLOCK_MS(100), CLOCK_S(2),
		CLOCK_S(2), CLOCK_S(20), CLOCK_S(20), CLOCK_S(300), CLOCK_S(1000),
		CLOCK_S(4 * 3600), CLOCK_S(30 * 3600) };

	return (int64_t)rng_below(&world->rng,
	    (uint64_t)most_us[rng_below(&world->rng, 10)] + 1);
}

/* Without an event it takes the rest it had chosen; what others wrote is only seen at a
 * refresh. */
static void
calm_down(struct sim_world *world, struct sim_life *life)
{
	sim_trace(world, "# --- the faults have stopped");
	sim_life_calm(world, life);
	sim_life_pass(world, life, HOUR_US + CLOCK_S(200));
	if (life->unwilling)
		sim_life_pass(world, life, 6 * HOUR_US);
	if (!life->pure)
		sim_life_pass(world, life, 25 * HOUR_US);
	sim_trace(world, "# --- it must be held now");
	sim_expect_held(world);
	check_former(world);
}

/* Under names that it does not have any more, nothing of ours stands. */
static void
check_former(struct sim_world *world)
{
	char text[ADDR_TEXT_MAX], name[NAME_TEXT_MAX];
	const struct sim_view *view = sim_view_at(world, 0);

	for (size_t i = 0; view != NULL && i < world->holding_count; i++) {
		struct sim_holding *holding = &world->holdings[i];

		if (sim_monitor_in(view, &holding->fqdn) != NULL ||
		    is_disabled(world, &holding->fqdn))
			continue;
		for (int k = 0; k < 2; k++) {
			struct rrset set = { 0 };

			sim_zone_addrs(world->zones[0], &holding->fqdn,
			    holding->ours[k].type, &set);
			for (size_t j = 0; j < set.count; j++)
				if (rrset_has(&holding->ours[k], &set.addrs[j]))
					sim_fail(world, "%s is left at %s",
					    addr_format(&set.addrs[j], text),
					    name_format(&holding->fqdn, name));
			rrset_free(&set);
		}
	}
}

/* Nothing is sent for a disabled registration, not even about its former name. */
static bool
is_disabled(struct sim_world *world, const struct name *fqdn)
{
	struct state state;
	const struct state_entry *entry;
	bool disabled = false;

	sim_disk_read(world, &state);
	entry = state_find(&state, fqdn);
	for (size_t i = 0; entry != NULL && i < world->config->registration_count; i++)
		disabled |= !world->config->registrations[i].enabled &&
		    strcmp(world->config->registrations[i].name,
		    entry->registration) == 0;
	state_free(&state);
	return disabled;
}

/* Refreshes, which change nothing, and nothing else. */
static void
quiet_day(struct sim_world *world, struct sim_life *life)
{
	uint32_t serial = world->zones[0]->serial;
	unsigned before = world->counts.updates, least = 0, most = 0, is;

	for (int i = 0; i < SIM_LIFE_REGS; i++)
		if (sim_life_counts(life, i)) {
			least += 26 * 60 / life->regs[i].periodic_min;
			most += 26 * 60 * 10 / 9 / life->regs[i].periodic_min + 1;
		}
	sim_life_pass(world, life, 26 * HOUR_US);
	is = world->counts.updates - before;
	if (is < least || is > most)
		sim_fail(world, "%u refreshes in 26 hours, expected %u to %u", is,
		    least, most);
	if (world->zones[0]->serial != serial)
		sim_fail(world, "the zone has changed with nothing to change");
	sim_expect_held(world);
}

static void
farewell(struct sim_world *world, struct sim_life *life)
{
	sim_expect_exit(world, sim_stop(world), 0);
	sim_idle(world, CLOCK_S(60));
	life->dhcp = false; /* nobody tells a single run of the servers */
	sim_life_file(world, life);
	sim_trace(world, "# --- withdraw");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_idle(world, CLOCK_S(60));
	if (!life->pure)
		return;
	for (size_t i = 0; i < world->holding_count; i++)
		for (int k = 0; k < 2; k++) {
			struct sim_holding *holding = &world->holdings[i];
			struct rrset set = { 0 };

			sim_zone_addrs(world->zones[0], &holding->fqdn,
			    holding->ours[k].type, &set);
			for (size_t j = 0; j < set.count; j++)
				if (rrset_has(&holding->ours[k], &set.addrs[j]))
					sim_fail(world,
					    "something is left after withdrawal");
			rrset_free(&set);
		}
}
