/* sim_random_world: dice. */
#include "sim_random_world.h"
#include "sim_setup.h"

#define POOL_FIRST 10 /* 192.0.2.10, 2001:db8::10 and on are ours */

static void make_servers(struct sim_world *world, struct sim_case *random);
static void make_content(struct sim_world *world, struct sim_case *random);
static void write_config(struct sim_world *world, struct sim_case *random);
static void trouble(struct sim_world *world, struct sim_server *server);
static void write_foreign(struct sim_world *world);
static void put_addr(struct sim_world *world, const char *fqdn, const char *addr);
static void loading(struct sim_world *world);
static void loaded(struct sim_world *world);
static bool chance(struct sim_world *world, unsigned percent);
static int64_t some_us(struct sim_world *world, int64_t most_us);

/* The writers of a world know its name and how careful they are. */
static const char *foreign_fqdn;

void
sim_case_make(struct sim_world *world, struct sim_case *random)
{
	random->shared = chance(world, 40);
	random->fqdn = random->shared ? SIM_HOST : SIM_AMT;
	random->keep = !random->shared && chance(world, 25);
	random->manages[0] = true;
	random->manages[1] = !random->shared && chance(world, 75);
	random->pure = chance(world, 70);
	random->wants[0][0] = true;
	random->wants[1][0] = random->manages[1];
	make_servers(world, random);
	make_content(world, random);
	write_config(world, random);
}

void
sim_case_addresses(struct sim_world *world, struct sim_case *random)
{
	for (int k = 0; k < 2; k++) {
		unsigned first = sim_case_below(world, SIM_POOL);

		for (unsigned i = 0; i < SIM_POOL; i++)
			random->wants[k][i] = random->manages[k] &&
			    (i == first || chance(world, 15));
	}
	write_config(world, random);
}

void
sim_case_faults(struct sim_world *world, struct sim_case *random)
{
	foreign_fqdn = random->fqdn;
	if (chance(world, 40)) {
		/* their hand may be slower than this run */
		world->foreign_writers = true;
		for (unsigned i = sim_case_below(world, 6); i > 0; i--)
			sim_later(world, some_us(world, CLOCK_S(4)), write_foreign);
	}
	if (chance(world, 20)) {
		sim_later(world, some_us(world, CLOCK_S(1)), loading);
		sim_later(world, CLOCK_S(1) + some_us(world, CLOCK_S(5)), loaded);
	}
	for (size_t i = 0; i < world->server_count; i++) {
		trouble(world, world->servers[i]);
		if (world->servers[i]->access == SIM_CLOSED ||
		    world->servers[i]->not_imp)
			random->unwilling = true;
	}
	world->crash_after = chance(world, 30) ? 4 + sim_case_below(world, 40) : 0;
	world->save_us = some_us(world, CLOCK_MS(20));
}

void
sim_case_calm(struct sim_world *world, struct sim_case *random)
{
	(void)random;
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
}

bool
sim_case_wants(const struct sim_case *random, const struct addr *addr)
{
	unsigned octet = addr->octets[addr_len(addr) - 1];

	if (!sim_case_is_ours(addr))
		return false;
	return addr->family == FAMILY_IPV4 ? random->wants[0][octet - POOL_FIRST] :
	    random->wants[1][octet - 0x10];
}

bool
sim_case_is_ours(const struct addr *addr)
{
	unsigned octet = addr->octets[addr_len(addr) - 1];
	unsigned first = addr->family == FAMILY_IPV4 ? POOL_FIRST : 0x10;

	return octet >= first && octet < first + SIM_POOL;
}

unsigned
sim_case_below(struct sim_world *world, unsigned limit)
{
	return (unsigned)rng_below(&world->rng, limit);
}

/* The primary; perhaps a secondary that refuses or forwards; perhaps a resolver. */
static void
make_servers(struct sim_world *world, struct sim_case *random)
{
	static const enum sim_brand brands[] = { SIM_BIND, SIM_KNOT, SIM_SAMBA,
		SIM_TERSE };
	struct sim_server *ns1 = sim_corp(world), *ns2;

	ns1->brand = brands[sim_case_below(world, 4)];
	ns1->recursive = chance(world, 50);
	random->servers = "192.0.2.53";
	if (chance(world, 50)) {
		bool forwards = chance(world, 50);

		sim_zone_put(world->zones[0], "corp.example 3600 NS ns2.corp.example");
		sim_zone_put(world->zones[0], "ns2.corp.example 3600 A 192.0.2.54");
		ns2 = sim_add_server(world, "192.0.2.54");
		sim_serve_copy(world, ns2, world->zones[0], forwards,
		    some_us(world, CLOCK_S(5)));
		random->unwilling = !forwards;
		random->servers = chance(world, 50) ? "192.0.2.54, 192.0.2.53" :
		    "192.0.2.53, 192.0.2.54";
	}
	if (chance(world, 30)) {
		sim_add_server(world, "192.0.2.1")->recursive = true;
		random->servers = chance(world, 50) ? "192.0.2.1" :
		    "192.0.2.1, 192.0.2.53";
	}
	if (chance(world, 10))
		world->zones[0]->mname = sim_name("hidden.corp.example");
}

static void
make_content(struct sim_world *world, struct sim_case *random)
{
	foreign_fqdn = random->fqdn;
	if (chance(world, 15))
		sim_write(world, chance(world, 50) ? "*.corp.example 300 A 192.0.2.9" :
		    "*.corp.example 300 CNAME other.corp.example");
	if (chance(world, 5)) {
		sim_write(world, random->shared ?
		    SIM_HOST " 300 CNAME other.corp.example" :
		    SIM_AMT " 300 CNAME other.corp.example");
		return;
	}
	for (unsigned i = sim_case_below(world, 3); i > 0; i--)
		write_foreign(world);
	if (!random->pure && chance(world, 50))
		put_addr(world, random->fqdn, "192.0.2.10");
	if (!random->pure && chance(world, 30))
		put_addr(world, random->fqdn, "192.0.2.11");
}

static void
write_config(struct sim_world *world, struct sim_case *random)
{
	struct strbuf *text = &random->config;
	const char *comma = "";

	strbuf_free(text);
	strbuf_printf(text, "dns: {servers: [%s]}\nregistrations:\n"
	    "  - {name: it, fqdn: %s, ", random->servers,
	    random->shared ? "shared" : "dedicated");
	if (!random->shared)
		strbuf_printf(text, "host-name: pc1-amt, domain-name: corp.example, "
		    "on-conflict: %s, ", random->keep ? "keep" : "replace");
	strbuf_add(text, "addresses: [");
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < SIM_POOL; i++)
			if (random->wants[k][i]) {
				strbuf_printf(text, "%s\"%s%u\"", comma,
				    k == 0 ? "192.0.2." : "2001:db8::", 10 + i);
				comma = ", ";
			}
	strbuf_add(text, "]}\n");
	world->config_text = strbuf_text(text);
}

static void
trouble(struct sim_world *world, struct sim_server *server)
{
	static const unsigned losses[] = { 0, 0, 5, 15, 33 };

	server->delay_us = some_us(world, CLOCK_MS(200));
	server->jitter_us = chance(world, 50) ? some_us(world, CLOCK_MS(200)) : 0;
	server->loss_percent = losses[sim_case_below(world, 5)];
	server->copy_percent = chance(world, 30) ? 30 : 0;
	server->copy_late_us = some_us(world, CLOCK_S(8));
	server->silent = chance(world, 8);
	server->unreachable = chance(world, 5);
	server->tcp_refused = chance(world, 10);
	server->tcp_stalls = chance(world, 5);
	server->tcp_cuts = chance(world, 5);
	server->not_imp = chance(world, 3);
	server->access = chance(world, 7) ? SIM_CLOSED : chance(world, 4) ? SIM_LIAR :
	    SIM_OPEN;
	server->answers_to_lose = chance(world, 25) ? sim_case_below(world, 5) : 0;
}

/* Somebody else adds or removes an address, or all, under the name. */
static void
write_foreign(struct sim_world *world)
{
	static const char *const pool[] = { "192.0.2.8", "192.0.2.9", "2001:db8::8",
		"2001:db8::9" };
	struct name fqdn = sim_name(foreign_fqdn);

	if (sim_zone_has(world->zones[0], &fqdn, RRTYPE_CNAME))
		return;
	if (chance(world, 70))
		put_addr(world, foreign_fqdn, pool[sim_case_below(world, 4)]);
	else
		sim_erase(world, foreign_fqdn, chance(world, 50) ? RRTYPE_A :
		    RRTYPE_AAAA);
}

/* An RRset has one TTL (RFC 2181 5.2) and no RR twice. */
static void
put_addr(struct sim_world *world, const char *fqdn, const char *addr)
{
	struct name name = sim_name(fqdn);
	struct rrset set = { .ttl = 300 };
	struct addr parsed = { 0 };
	struct strbuf line = { 0 };

	if (addr_parse(&parsed, addr) == FAULT_NONE) {
		sim_zone_addrs(world->zones[0], &name, rrtype_of(&parsed), &set);
		strbuf_printf(&line, "%s %u %s %s", fqdn, set.ttl,
		    rrtype_name(rrtype_of(&parsed)), addr);
		if (!rrset_has(&set, &parsed))
			sim_write(world, strbuf_text(&line));
	}
	strbuf_free(&line);
	rrset_free(&set);
}

static void
loading(struct sim_world *world)
{
	world->servers[0]->servfail = true;
}

static void
loaded(struct sim_world *world)
{
	world->servers[0]->servfail = false;
}

static bool
chance(struct sim_world *world, unsigned percent)
{
	return sim_case_below(world, 100) < percent;
}

static int64_t
some_us(struct sim_world *world, int64_t most_us)
{
	return (int64_t)rng_below(&world->rng, (uint64_t)most_us + 1);
}
