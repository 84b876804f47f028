/*
 * sim_story_daemon_crash: the power fails at every single step of a life.
 *
 * The same script is lived once undisturbed, and once for each of its steps with a power
 * failure right after it.  Whatever was on its way to the disk and to the servers then,
 * zone and state end as they do in the undisturbed life.  That is also the proof for
 * memory that runs out, since that aborts (mem.h).
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_daemon.h"
#include "sim_disk.h"
#include "sim_setup.h"

#define BEAT_US CLOCK_S(20)
#define DOWN_US CLOCK_MS(700) /* until the machine is there again */

#define AMT_REG "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0}\n"
#define AMT_TTL "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0, ttl: 300}\n"
#define HOST_REG "  - {name: host, fqdn: shared, interface: eth0}\n"

/* What happens at the beats of a life. */
static void
move(struct sim_world *world, const char *a, const char *aaaa)
{
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", a, 0);
	if (aaaa != NULL)
		sim_add_addr(world, "eth0", aaaa, 0);
	sim_tell_net(world);
}

static void
first_move(struct sim_world *world)
{
	move(world, "192.0.2.11", "2001:db8::10");
}

static void
answer_lost(struct sim_world *world)
{
	world->servers[0]->answers_to_lose = 1;
	move(world, "192.0.2.12", "2001:db8::12");
}

static void
rival(struct sim_world *world)
{
	sim_write(world, SIM_HOST " 900 A 192.0.2.9");
	move(world, "192.0.2.13", "2001:db8::12");
}

static void
renamed(struct sim_world *world)
{
	world->node_name = "pc2";
	sim_tell_host(world);
}

static void
other_ttl(struct sim_world *world)
{
	world->config_text = SIM_SERVER AMT_TTL HOST_REG;
	sim_tell_reload(world);
}

static void
removed(struct sim_world *world)
{
	world->config_text = SIM_SERVER AMT_TTL;
	sim_tell_reload(world);
}

static void
wanted_again(struct sim_world *world)
{
	world->config_text = SIM_SERVER AMT_REG HOST_REG;
	sim_tell_reload(world);
}

static void
refused(struct sim_world *world)
{
	world->servers[0]->access = SIM_CLOSED;
	move(world, "192.0.2.14", "2001:db8::14");
}

static void
allowed(struct sim_world *world)
{
	world->servers[0]->access = SIM_OPEN;
	sim_tell_refresh(world);
	move(world, "192.0.2.15", "2001:db8::14");
}

static void (*const beats[])(struct sim_world *world) = {
	first_move, answer_lost, rival, renamed, other_ttl, removed, wanted_again,
	refused, allowed, sim_tell_refresh,
};

/* Let time pass; a machine that lost its power comes back. */
static void
live_on(struct sim_world *world, int64_t us)
{
	int64_t until_us = world->clock->now_us + us;

	for (;;)
		if (world->crashed) {
			sim_idle(world, DOWN_US);
			sim_begin(world, ENGINE_DAEMON);
		} else if (!sim_clock_step(world->clock, until_us)) {
			return;
		}
}

/* The addresses at a name, in order. */
static void
print_site(const struct sim_world *world, const char *owner, struct strbuf *text)
{
	struct name name = sim_name(owner);
	char addr[ADDR_TEXT_MAX];

	for (int family = 0; family < 2; family++) {
		struct rrset set = { 0 };

		sim_zone_addrs(world->zones[0], &name,
		    family == 0 ? RRTYPE_A : RRTYPE_AAAA, &set);
		for (size_t i = 0; i < set.count; i++)
			strbuf_printf(text, "%s %s/%u; ", owner,
			    addr_format(&set.addrs[i], addr), set.ttl);
		rrset_free(&set);
	}
}

/* What is left: the zone, and the state without its times. */
static char *
picture(struct sim_world *world)
{
	struct strbuf text = { 0 };
	struct state state;
	char addr[ADDR_TEXT_MAX], name[NAME_TEXT_MAX];

	print_site(world, SIM_AMT, &text);
	print_site(world, SIM_HOST, &text);
	print_site(world, "pc2.corp.example", &text);
	sim_disk_read(world, &state);
	for (size_t i = 0; i < state.count; i++) {
		const struct state_entry *entry = state.entries[i];

		strbuf_printf(&text, "state %s:", name_format(&entry->fqdn, name));
		for (size_t k = 0; k < entry->record_count; k++)
			strbuf_printf(&text, " %s/%u %d",
			    addr_format(&entry->records[k].addr, addr),
			    entry->records[k].ttl, (int)entry->records[k].holding);
		strbuf_add(&text, "; ");
	}
	state_free(&state);
	return strbuf_take(&text);
}

/* One life; the power fails after that step, 0: never. */
static struct sim_world *
live(uint64_t seed, unsigned crash_after, bool lands, unsigned *steps)
{
	struct sim_world *world = sim_world_new(seed);

	sim_corp(world);
	world->servers[0]->delay_us = CLOCK_MS(5);
	world->save_us = CLOCK_MS(8);
	world->save_lands = lands;
	world->config_text = SIM_SERVER AMT_REG HOST_REG;
	world->crash_after = crash_after;
	sim_begin(world, ENGINE_DAEMON);
	live_on(world, BEAT_US);
	for (size_t i = 0; i < sizeof(beats) / sizeof(beats[0]); i++) {
		beats[i](world);
		live_on(world, BEAT_US);
	}
	sim_idle(world, CLOCK_S(120));
	world->crash_after = 0;
	*steps = world->counts.steps;
	sim_expect_held(world);
	sim_expect_exit(world, sim_stop(world), 0);
	return world;
}

/* Returns whether it ended like the undisturbed one. */
static bool
compare(struct sim_world *story, struct sim_world *world, const char *wanted,
    unsigned step)
{
	char *is = picture(world);
	bool same = strcmp(is, wanted) == 0 && world->failure_count == 0;

	if (!same) {
		sim_fail(story, "the power failed after step %u: %s%s", step, is,
		    strbuf_text(&world->failures));
		strbuf_add(&story->trace, strbuf_text(&world->trace));
	}
	free(is);
	return same;
}

static void
at_every_step(struct sim_world *story)
{
	unsigned steps, ignored;
	bool same = true;
	struct sim_world *world = live(story->seed, 0, false, &steps);
	char *wanted = picture(world);

	sim_trace(story, "# undisturbed: %s", wanted);
	same = compare(story, world, wanted, 0);
	sim_world_free(world);
	for (unsigned i = 2; same && i < 2 * steps; i++) {
		world = live(story->seed, i / 2, i % 2 != 0, &ignored);
		same = compare(story, world, wanted, i / 2);
		sim_world_free(world);
	}
	if (steps < 150)
		sim_fail(story, "a life of %u steps is a short one", steps);
	free(wanted);
}

const struct sim_story sim_stories_daemon_crash[] = {
	{ "daemon-crash-at-every-step", at_every_step },
	{ NULL, NULL },
};
