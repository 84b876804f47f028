/* sim_life_world: servers, addresses, files and other writers by dice. */
#include "sim_life.h"
#include "sim_setup.h"

static int64_t some_us(struct sim_world *world, int64_t most_us);
static void trouble(struct sim_world *world, struct sim_server *server);

bool
sim_life_chance(struct sim_world *world, unsigned percent)
{
	return rng_below(&world->rng, 100) < percent;
}

unsigned
sim_life_below(struct sim_world *world, unsigned limit)
{
	return (unsigned)rng_below(&world->rng, limit);
}

/* The primary; perhaps a secondary that refuses or forwards; perhaps a resolver. */
void
sim_life_servers(struct sim_world *world, struct sim_life *life)
{
	static const enum sim_brand brands[] = { SIM_BIND, SIM_KNOT, SIM_TERSE };
	struct sim_server *ns1 = sim_corp(world), *ns2;

	ns1->brand = brands[sim_life_below(world, 3)];
	life->servers = "192.0.2.53";
	life->leased = "\"192.0.2.53\"";
	if (sim_life_chance(world, 40)) {
		bool forwards = sim_life_chance(world, 50);

		sim_zone_put(world->zones[0], "corp.example 3600 NS ns2.corp.example");
		sim_zone_put(world->zones[0], "ns2.corp.example 3600 A 192.0.2.54");
		ns2 = sim_add_server(world, "192.0.2.54");
		sim_serve_copy(world, ns2, world->zones[0], forwards,
		    some_us(world, CLOCK_S(5)));
		life->unwilling = !forwards;
		life->servers = sim_life_chance(world, 50) ? "192.0.2.54, 192.0.2.53" :
		    "192.0.2.53, 192.0.2.54";
		life->leased = "\"192.0.2.54\",\"192.0.2.53\"";
	}
	if (sim_life_chance(world, 30)) {
		sim_add_server(world, "192.0.2.1")->recursive = true;
		life->servers = "192.0.2.1, 192.0.2.53";
		life->leased = "\"192.0.2.1\",\"192.0.2.53\"";
	}
}

/* All addresses of eth0 anew, perhaps none. */
void
sim_life_addresses(struct sim_world *world)
{
	static const char *const pool[] = { "192.0.2.10", "192.0.2.11", "192.0.2.12",
		"2001:db8::10", "2001:db8::11", "2001:db8::12" };
	static const uint32_t flags[] = { 0, 0, 0, 0, 0, 0, FACT_ADDR_TENTATIVE,
		FACT_ADDR_DEPRECATED, FACT_ADDR_TEMPORARY,
		FACT_ADDR_TENTATIVE | FACT_ADDR_DADFAILED };

	sim_drop_addrs(world, "eth0");
	for (size_t i = 0; i < sizeof(pool) / sizeof(pool[0]); i++)
		if (sim_life_chance(world, 40))
			sim_add_addr(world, "eth0", pool[i],
			    i < 3 ? 0 : flags[sim_life_below(world, 10)]);
	if (sim_life_chance(world, 10))
		sim_add_addr(world, "eth0", "169.254.7.7", 0);
	sim_add_addr(world, "eth0", "fe80::10", 0);
}

void
sim_life_trouble(struct sim_world *world, struct sim_life *life)
{
	for (size_t i = 0; i < world->server_count; i++) {
		trouble(world, world->servers[i]);
		if (world->servers[i]->access == SIM_CLOSED ||
		    world->servers[i]->not_imp)
			life->unwilling = true;
	}
	world->save_us = some_us(world, CLOCK_MS(50));
	world->save_fails = sim_life_chance(world, 10);
	world->save_lands = sim_life_chance(world, 50);
	world->no_sockets = sim_life_chance(world, 4);
}

static void
trouble(struct sim_world *world, struct sim_server *server)
{
	static const unsigned losses[] = { 0, 0, 5, 15, 33 };

	server->delay_us = some_us(world, CLOCK_MS(200));
	server->jitter_us = sim_life_chance(world, 50) ?
	    some_us(world, CLOCK_MS(200)) : 0;
	server->loss_percent = losses[sim_life_below(world, 5)];
	server->copy_percent = sim_life_chance(world, 25) ? 30 : 0;
	server->copy_late_us = some_us(world, CLOCK_S(8));
	server->silent = sim_life_chance(world, 20);
	server->unreachable = sim_life_chance(world, 8);
	server->servfail = sim_life_chance(world, 8);
	server->servfail_updates = sim_life_chance(world, 5);
	server->tcp_refused = sim_life_chance(world, 10);
	server->tcp_stalls = sim_life_chance(world, 5);
	server->tcp_cuts = sim_life_chance(world, 5);
	server->not_imp = sim_life_chance(world, 3);
	server->access = sim_life_chance(world, 8) ? SIM_CLOSED :
	    sim_life_chance(world, 4) ? SIM_LIAR : SIM_OPEN;
	server->answers_to_lose = sim_life_chance(world, 25) ?
	    sim_life_below(world, 5) : 0;
}

void
sim_life_heal(struct sim_world *world)
{
	for (size_t i = 0; i < world->server_count; i++) {
		struct sim_server *server = world->servers[i];

		server->delay_us = CLOCK_MS(2);
		server->jitter_us = 0;
		server->loss_percent = server->copy_percent = 0;
		server->silent = server->unreachable = false;
		server->tcp_refused = server->tcp_stalls = server->tcp_cuts = false;
		server->servfail = server->servfail_updates = server->not_imp = false;
		server->answers_to_lose = 0;
		server->access = SIM_OPEN;
	}
	world->save_us = CLOCK_MS(2);
	world->save_fails = world->no_sockets = false;
}

/* Somebody else writes under one of our names. */
void
sim_life_foreign(struct sim_world *world, struct sim_life *life)
{
	static const char *const names[] = { SIM_AMT, SIM_HOST, "two.corp.example" };
	const char *owner = names[sim_life_below(world, 3)];
	struct name name = sim_name(owner);
	struct rrset set = { .ttl = 300 };
	struct strbuf line = { 0 };
	struct addr addr;

	if (life->pure)
		return;
	sim_zone_addrs(world->zones[0], &name, RRTYPE_A, &set);
	addr_parse(&addr, "192.0.2.9");
	strbuf_printf(&line, "%s %u A 192.0.2.9", owner, set.ttl);
	if (sim_life_chance(world, 60) && !rrset_has(&set, &addr))
		sim_write(world, strbuf_text(&line));
	else
		sim_erase(world, owner, sim_life_chance(world, 70) ? RRTYPE_A :
		    RRTYPE_AAAA);
	strbuf_free(&line);
	rrset_free(&set);
}

void
sim_life_file(struct sim_world *world, struct sim_life *life)
{
	static const char *const heads[] = {
		"{name: amt, fqdn: dedicated, host-name: pc1-amt, ",
		"{name: host, fqdn: shared, ",
		"{name: two, fqdn: dedicated, host-name: two, " };
	struct strbuf *text = &life->config;

	if (!life->regs[1].present && !life->regs[2].present)
		life->regs[0].present = true; /* a file without any is refused */
	strbuf_free(text);
	if (life->dhcp)
		strbuf_add(text, "dns: {source: dhcp}\nregistrations:\n");
	else
		strbuf_printf(text, "dns: {servers: [%s]}\nregistrations:\n",
		    life->servers);
	for (int i = 0; i < SIM_LIFE_REGS; i++) {
		const struct sim_life_reg *reg = &life->regs[i];

		if (!reg->present)
			continue;
		strbuf_printf(text, "  - %sinterface: eth0, enabled: %s, ttl: %u, "
		    "periodic-update: %u, withdraw-on-stop: %s", heads[i],
		    reg->enabled ? "true" : "false", reg->valid ? reg->ttl : 0,
		    reg->periodic_min, reg->leaves ? "true" : "false");
		if (i != 1)
			strbuf_printf(text, ", domain-name: corp.example, ipv6: %s, "
			    "on-conflict: %s", reg->ipv6 ? "auto" : "none",
			    reg->keep ? "keep" : "replace");
		strbuf_add(text, "}\n");
	}
	world->config_text = strbuf_text(text);
}

static int64_t
some_us(struct sim_world *world, int64_t most_us)
{
	return (int64_t)rng_below(&world->rng, (uint64_t)most_us + 1);
}
