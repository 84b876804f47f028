/* sim_life: one thing after the other. */
#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_life.h"
#include "sim_setup.h"

static void dice_reg(struct sim_world *world, struct sim_life_reg *reg);
static void reload(struct sim_world *world, struct sim_life *life);
static void rename_host(struct sim_world *world);
static void ask_something(struct sim_world *world, struct sim_life *life);
static void jump(struct sim_world *world);
static void fail_power(struct sim_world *world);
static void restart(struct sim_world *world, struct sim_life *life);
static void begin(struct sim_world *world, struct sim_life *life);
static void flap(struct sim_world *world);
static bool clean_up(struct sim_world *world);

void
sim_life_make(struct sim_world *world, struct sim_life *life)
{
	life->pure = sim_life_chance(world, 60);
	life->dhcp = sim_life_chance(world, 35);
	world->foreign_writers = !life->pure;
	sim_life_servers(world, life);
	for (int i = 0; i < SIM_LIFE_REGS; i++) {
		dice_reg(world, &life->regs[i]);
		life->regs[i].present = i == 0 || sim_life_chance(world, 40);
	}
	if (sim_life_chance(world, 50))
		sim_life_addresses(world);
	if (sim_life_chance(world, 50))
		sim_life_trouble(world, life);
	sim_life_file(world, life);
}

static void
dice_reg(struct sim_world *world, struct sim_life_reg *reg)
{
	static const unsigned ttls[] = { 900, 900, 300, 60 };

	*reg = (struct sim_life_reg){
		.present = sim_life_chance(world, 80),
		.enabled = sim_life_chance(world, 92),
		.valid = sim_life_chance(world, 92),
		.ipv6 = sim_life_chance(world, 75),
		.keep = sim_life_chance(world, 20),
		.leaves = sim_life_chance(world, 20),
		.ttl = ttls[sim_life_below(world, 4)],
		.periodic_min = sim_life_chance(world, 80) ? 1440 : 60,
	};
}

void
sim_life_event(struct sim_world *world, struct sim_life *life)
{
	unsigned die = sim_life_below(world, 112);

	if (die >= 110) {
		sim_life_move_zone(world, life);
	} else if (die >= 108) {
		flap(world);
	} else if (die >= 100) {
		if (life->dhcp && sim_life_chance(world, 70))
			sim_life_lease(world, life);
		else if (life->dhcp)
			sim_life_lease_ends(world);
	} else if (die < 28) {
		sim_life_addresses(world);
		sim_tell_net(world);
	} else if (die < 36) {
		sim_set_link(world, "eth0", sim_life_chance(world, 50));
		sim_tell_net(world);
	} else if (die < 50) {
		sim_life_trouble(world, life);
	} else if (die < 60) {
		sim_life_heal(world);
	} else if (die < 68) {
		sim_life_foreign(world, life);
	} else if (die < 76) {
		reload(world, life);
	} else if (die < 80) {
		rename_host(world);
	} else if (die < 88) {
		ask_something(world, life);
	} else if (die < 91) {
		jump(world);
	} else if (die < 93) {
		sim_tell_refresh(world);
	} else if (die < 98) {
		fail_power(world);
	} else {
		restart(world, life);
	}
}

static void
reload(struct sim_world *world, struct sim_life *life)
{
	if (sim_life_chance(world, 15)) {
		world->config_text = "registrations: [{name: amt, tll: 5}]\n";
		sim_tell_reload(world);
		world->config_text = strbuf_text(&life->config);
		return;
	}
	if (sim_life_chance(world, 70))
		dice_reg(world, &life->regs[sim_life_below(world, SIM_LIFE_REGS)]);
	sim_life_file(world, life);
	sim_tell_reload(world);
}

/* The shared name follows; called like a dedicated one, that one breaks a rule. */
static void
rename_host(struct sim_world *world)
{
	static const char *const names[] = { "pc1", "pc2", "pc1-amt", "localhost" };

	world->node_name = names[sim_life_below(world, 4)];
	sim_tell_host(world);
}

static void
ask_something(struct sim_world *world, struct sim_life *life)
{
	static const char *const commands[] = { "status", "metrics", "refresh",
		"refresh", "reload", "withdraw" };
	static const char *const names[] = { NULL, "amt", SIM_HOST, "two", "nobody" };
	static const char *const junk[] = { "", "{", "[[[[", "{\"command\":5}",
		"{\"command\":\"\\u0000\"}", "{\"command\":\"dhcp-event\"}" };
	uint64_t client = 1 + sim_life_below(world, 4);
	unsigned command = sim_life_below(world, 7);

	if (sim_reply(world, client) == NULL)
		sim_hang_up(world, client);
	if (command == 6) {
		sim_ask_line(world, client, junk[sim_life_below(world, 6)], true);
		return;
	}
	life->withdrawn = life->withdrawn || command == 5;
	sim_ask(world, client, commands[command],
	    command == 4 ? NULL : names[sim_life_below(world, 5)]);
}

/* Hours of sleep, or a clock that was wrong. */
static void
jump(struct sim_world *world)
{
	int64_t jump_s = sim_life_below(world, 100000);

	if (sim_life_chance(world, 20))
		jump_s = -jump_s;
	if (sim_life_chance(world, 10))
		jump_s *= 3000;
	if (world->wall_s + jump_s < 0)
		jump_s = -world->wall_s;
	sim_tell_resume(world, jump_s);
}

/* At once, or a few steps on: in the middle of a conversation. */
static void
fail_power(struct sim_world *world)
{
	if (world->engine != NULL)
		world->crash_after = 1 + sim_life_below(world, 25);
}

static void
restart(struct sim_world *world, struct sim_life *life)
{
	if (world->engine == NULL || world->finished)
		return;
	sim_stop(world);
	sim_life_pass(world, life, (int64_t)rng_below(&world->rng, CLOCK_S(30)));
	begin(world, life);
}

/* What hooks have told an earlier life, the next one may hear late or never. */
static void
begin(struct sim_world *world, struct sim_life *life)
{
	world->crash_after = 0;
	sim_begin(world, ENGINE_DAEMON);
	if (life->dhcp && sim_life_chance(world, 60))
		sim_life_lease(world, life);
}

/* One address comes and goes, up to 40 times in a moment. */
static void
flap(struct sim_world *world)
{
	unsigned times = 2 * sim_life_below(world, 20);

	while (times-- > 0) {
		sim_drop_addrs(world, "eth0");
		sim_add_addr(world, "eth0", "192.0.2.11", 0);
		if (times % 2 != 0)
			sim_add_addr(world, "eth0", "192.0.2.12", 0);
		sim_tell_net(world);
		sim_idle(world, (int64_t)rng_below(&world->rng, CLOCK_MS(500)));
	}
}

void
sim_life_calm(struct sim_world *world, struct sim_life *life)
{
	sim_life_heal(world);
	world->crash_after = 0;
	/* a copy of what was refused may arrive late and be let in: nobody can know */
	sim_life_pass(world, life, CLOCK_S(10));
	if (!life->pure) { /* their hand is off our names */
		sim_erase(world, SIM_AMT, RRTYPE_A);
		sim_erase(world, "two.corp.example", RRTYPE_A);
	}
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_set_link(world, "eth0", true);
	sim_tell_net(world);
	world->node_name = "pc1";
	sim_tell_host(world);
	if (life->dhcp)
		sim_life_lease_well(world, life);
	for (int i = 0; i < SIM_LIFE_REGS; i++)
		if (!life->regs[i].valid) {
			life->regs[i].valid = true;
			sim_life_file(world, life);
			sim_tell_reload(world);
		}
	/* until somebody wants it back; until a person has looked after it */
	if (clean_up(world) || life->withdrawn)
		sim_tell_refresh(world);
	world->foreign_writers = false;
}

/* What was ours and was forgotten with the disk is in the way where `keep` is said. */
static bool
clean_up(struct sim_world *world)
{
	bool found = false;

	for (size_t i = 0; i < world->holding_count; i++)
		for (int k = 0; k < 2; k++) {
			struct sim_holding *holding = &world->holdings[i];
			char name[NAME_TEXT_MAX];

			if (holding->maybe[k].count == 0)
				continue;
			found = true;
			sim_erase(world, name_format(&holding->fqdn, name),
			    holding->maybe[k].type);
			rrset_clear(&holding->maybe[k]);
		}
	return found;
}

void
sim_life_pass(struct sim_world *world, struct sim_life *life, int64_t us)
{
	int64_t until_us = world->clock->now_us + us;

	for (;;)
		if (world->crashed) {
			world->crash_after = 0;
			sim_idle(world, (int64_t)rng_below(&world->rng, CLOCK_S(60)));
			begin(world, life);
		} else if (!sim_clock_step(world->clock, until_us)) {
			return;
		}
}

bool
sim_life_counts(const struct sim_life *life, int i)
{
	return life->regs[i].present && life->regs[i].enabled;
}
