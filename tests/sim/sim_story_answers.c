/* sim_story_answers: servers that are dead, unwilling, broken or peculiar. */
#include <stdio.h>

#include "sim_setup.h"

#define TWO "dns: {servers: [192.0.2.53, 192.0.2.54]}\nregistrations:\n" \
	"  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0}\n"

static struct sim_server *ns1, *ns2;

/* Two servers of the same data, both in the NS set; the MNAME is the first. */
static void
two_servers(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns2 = sim_add_server(world, "192.0.2.54");
	sim_zone_put(world->zones[0], "corp.example 3600 NS ns2.corp.example");
	sim_zone_put(world->zones[0], "ns2.corp.example 3600 A 192.0.2.54");
	sim_serve(ns2, world->zones[0]);
	ns2->recursive = true;
	world->config_text = TWO;
}

static void
dead_first(struct sim_world *world)
{
	two_servers(world);
	ns1->silent = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_within(world, CLOCK_S(5));
}

static void
closed_port_first(struct sim_world *world)
{
	two_servers(world);
	ns1->unreachable = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_within(world, CLOCK_S(1));
}

static void
all_silent(struct sim_world *world)
{
	two_servers(world);
	ns1->silent = ns2->silent = true;
	world->timeout_us = CLOCK_S(10);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 69);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "192.0.2.5");
	sim_expect_updates(world, 0, 0);
}

static void
recovered(struct sim_world *world)
{
	(void)world;
	ns1->servfail = ns1->servfail_updates = false;
}

static void
servfail_then_good(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->servfail_updates = true;
	sim_later(world, CLOCK_MS(900), recovered);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_updates(world, 2, 4);
}

static void
servfail_always(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->servfail_updates = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "SERVFAIL");
}

static void
refused(struct sim_world *world)
{
	two_servers(world);
	ns1->access = ns2->access = SIM_CLOSED;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 77);
	sim_expect_outcome(world, "amt", "refused");
	sim_expect_error(world, "amt", "allow-update");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

/* The first says REFUSED because it is a secondary; the second is the primary. */
static void
refusing_secondary(struct sim_world *world)
{
	ns1 = sim_add_server(world, "192.0.2.54");
	ns2 = sim_corp(world);
	world->zones[0]->mname = sim_name("ns9.corp.example");
	sim_zone_put(world->zones[0], "ns9.corp.example 3600 A 192.0.2.54");
	sim_serve_copy(world, ns1, world->zones[0], false, CLOCK_MS(50));
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_trace(world, "UPDATE REFUSED");
}

static void
notauth(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->brand = SIM_KNOT;
	ns1->access = SIM_CLOSED;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 77);
	sim_expect_outcome(world, "amt", "refused");
	sim_expect_error(world, "amt", "NOTAUTH");
	sim_expect_updates(world, 2, 8);
}

static void
not_implemented(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->not_imp = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 77);
	sim_expect_outcome(world, "amt", "refused");
}

static void
liar(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->access = SIM_LIAR;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "accepted");
}

/* One liar, one honest server. */
static void
liar_first(struct sim_world *world)
{
	two_servers(world);
	ns1->access = SIM_LIAR;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* A change that was accepted but not done must not make us forget what stands. */
static void
liar_change(struct sim_world *world)
{
	ns1 = sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_run(world, ENGINE_ONCE);
	ns1->access = SIM_LIAR;
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "host", "failed");
	ns1->access = SIM_OPEN;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.11");
}

/* A secondary that forwards shows the change only after the transfer. */
static void
forwarding_secondary(struct sim_world *world)
{
	ns1 = sim_add_server(world, "192.0.2.54");
	ns2 = sim_corp(world);
	sim_serve_copy(world, ns1, world->zones[0], true, CLOCK_S(3));
	world->config_text = "dns: {servers: [192.0.2.54], primary: [192.0.2.54]}\n"
	    "registrations:\n  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* Same, for a change: what the secondary shows is our own old address. */
static void
forwarding_change(struct sim_world *world)
{
	forwarding_secondary(world);
	sim_idle(world, CLOCK_S(60));
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
}

/* Samba keeps the old TTL: reported as done, and not tried for ever. */
static void
samba_keeps_ttl(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->brand = SIM_SAMBA;
	sim_write(world, SIM_AMT " 1200 A 192.0.2.10");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 1200);
	sim_expect_updates(world, 1, 3);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_updates(world, 0, 0);
}

static void
bare_header(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->brand = SIM_TERSE;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_updates(world, 1, 1);
}

/* An answer about another zone is no answer (nsupdate believes it); all may be done. */
static void
wrong_zone(struct sim_world *world)
{
	ns1 = sim_corp(world);
	ns1->wrong_zone = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "may have been applied");
	sim_expect_updates(world, 4, 4);
}

/* More A records than fit into 512 octets: TC, then TCP. */
static void
truncated(struct sim_world *world)
{
	ns1 = sim_corp(world);
	for (int i = 1; i < 40; i++) {
		char line[64];

		snprintf(line, sizeof(line), SIM_AMT " 900 A 198.51.100.%d", i);
		sim_zone_put(world->zones[0], line);
	}
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_trace(world, "/tcp");
}

static void
only_tcp(struct sim_world *world)
{
	ns1 = sim_corp(world);
	world->config_text = "dns: {servers: [192.0.2.53], transport: tcp}\n"
	    "registrations:\n  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
}

static void
tcp_cut(struct sim_world *world)
{
	only_tcp(world);
	ns1->tcp_cuts = true;
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 69);
}

const struct sim_story sim_stories_answers[] = {
	{ "answers-dead-first", dead_first },
	{ "answers-closed-port-first", closed_port_first },
	{ "answers-all-silent", all_silent },
	{ "answers-servfail-then-good", servfail_then_good },
	{ "answers-servfail-always", servfail_always },
	{ "answers-refused", refused },
	{ "answers-refusing-secondary", refusing_secondary },
	{ "answers-notauth", notauth },
	{ "answers-not-implemented", not_implemented },
	{ "answers-liar", liar },
	{ "answers-liar-first", liar_first },
	{ "answers-liar-change", liar_change },
	{ "answers-forwarding-secondary", forwarding_secondary },
	{ "answers-forwarding-change", forwarding_change },
	{ "answers-samba-keeps-ttl", samba_keeps_ttl },
	{ "answers-bare-header", bare_header },
	{ "answers-wrong-zone", wrong_zone },
	{ "answers-truncated", truncated },
	{ "answers-only-tcp", only_tcp },
	{ "answers-tcp-cut", tcp_cut },
	{ NULL, NULL },
};
