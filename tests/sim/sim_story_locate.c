/* sim_story_locate: finding the zone and the server to update. */
#include "sim_setup.h"

#define BRANCH SIM_SERVER "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: lab.corp.example, interface: eth0}\n"
#define BRANCH_AMT "pc1-amt.lab.corp.example"

static bool
holds(struct sim_world *world, size_t zone, const char *owner, uint16_t type)
{
	struct name name = sim_name(owner);

	return sim_zone_has(world->zones[zone], &name, type);
}

/* lab.corp.example lives at its own server, as the parent's referral says. */
static struct sim_server *
branch(struct sim_world *world)
{
	struct sim_server *ns2 = sim_add_server(world, "192.0.2.54");
	struct sim_zone *lab = sim_add_zone(world, "lab.corp.example",
	    "ns2.lab.corp.example");

	sim_zone_put(world->zones[0], "lab.corp.example 3600 NS ns2.lab.corp.example");
	sim_zone_put(world->zones[0], "ns2.lab.corp.example 3600 A 192.0.2.54");
	sim_zone_put(lab, "lab.corp.example 3600 NS ns2.lab.corp.example");
	sim_zone_put(lab, "ns2.lab.corp.example 3600 A 192.0.2.54");
	sim_serve(ns2, lab);
	world->config_text = BRANCH;
	return ns2;
}

static void
child_resolved(struct sim_world *world)
{
	sim_corp(world);
	branch(world);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	if (!holds(world, 1, BRANCH_AMT, RRTYPE_A))
		sim_fail(world, "the child zone does not have the name");
}

static void
child_by_referral(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	ns1->recursive = false;
	branch(world);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	if (!holds(world, 1, BRANCH_AMT, RRTYPE_A))
		sim_fail(world, "the child zone does not have the name");
}

static void
name_is_apex(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: corp, domain-name: example, interface: eth0}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, "corp.example", RRTYPE_A, "192.0.2.10");
}

/* Nothing is replaced, and nobody may be told so: the A seen is the wildcard's. */
static void
below_wildcard(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, "*.corp.example 300 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, "*.corp.example", RRTYPE_A, "192.0.2.9");
	sim_expect_no_trace(world, "replacing");
}

static void
below_wildcard_alias(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, "*.corp.example 300 CNAME other.corp.example");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* The wildcard answers with just what we want: a query alone proves nothing. */
static void
wildcard_has_ours(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_DEDICATED_A;
	sim_write(world, "*.corp.example 900 A 192.0.2.10");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
keep_below_wildcard(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, "*.corp.example 300 A 192.0.2.9");
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, on-conflict: keep}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
alias(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 CNAME other.corp.example");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 73);
	sim_expect_outcome(world, "amt", "conflict");
	sim_expect_error(world, "amt", "CNAME");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

static void
dname(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, "old.corp.example 300 DNAME new.corp.example");
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: old.corp.example}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 73);
	sim_expect_outcome(world, "amt", "conflict");
	sim_expect_error(world, "amt", "DNAME");
}

/* The resolver is no authority; the primary is found by MNAME. */
static void
primary_by_mname(struct sim_world *world)
{
	struct sim_server *resolver;

	sim_corp(world)->recursive = false;
	resolver = sim_add_server(world, "192.0.2.1");
	resolver->recursive = true;
	world->config_text = "dns: {servers: [192.0.2.1]}\nregistrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* The primary is down; that the resolver refuses to answer for itself means nothing. */
static void
primary_dead(struct sim_world *world)
{
	primary_by_mname(world);
	world->servers[0]->silent = true;
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 69);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "192.0.2.53");
}

/* A hidden primary: MNAME has no address, the NS set leads on to a secondary. */
static void
mname_unknown(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	world->zones[0]->mname = sim_name("hidden.corp.example");
	ns1->recursive = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
}

/* MNAME "." says that the zone takes no updates. */
static void
mname_is_root(struct sim_world *world)
{
	sim_corp(world);
	world->zones[0]->mname = sim_name(".");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_trace(world, "NS corp.example");
	sim_expect_outcome(world, "amt", "updated");
}

/* `dns.primary` is asked instead of the zone's own. */
static void
primary_configured(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world), *hidden;

	ns1->access = SIM_CLOSED;
	hidden = sim_add_server(world, "192.0.2.60");
	sim_serve(hidden, world->zones[0]);
	world->config_text = "dns: {servers: [192.0.2.53], primary: [192.0.2.60]}\n"
	    "registrations:\n  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: corp.example}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_trace(world, "> 192.0.2.60#53 UPDATE");
}

/* A zone cut appears between discovery and UPDATE: the old zone accepts, in vain. */
static void
cut_the_name_off(struct sim_world *world)
{
	if (!holds(world, 0, "lab.corp.example", RRTYPE_NS))
		branch(world);
}

static void
cut_appears(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = BRANCH;
	world->zones_move = true;
	world->before_update = cut_the_name_off;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	if (!holds(world, 1, BRANCH_AMT, RRTYPE_A))
		sim_fail(world, "the child zone does not have the name");
}

static void
top_level(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: nowhere.test, interface: eth0}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 69);
	sim_expect_updates(world, 0, 0);
}

const struct sim_story sim_stories_locate[] = {
	{ "locate-child-resolved", child_resolved },
	{ "locate-child-by-referral", child_by_referral },
	{ "locate-name-is-apex", name_is_apex },
	{ "locate-below-wildcard", below_wildcard },
	{ "locate-below-wildcard-alias", below_wildcard_alias },
	{ "locate-wildcard-has-ours", wildcard_has_ours },
	{ "locate-keep-below-wildcard", keep_below_wildcard },
	{ "locate-alias", alias },
	{ "locate-dname", dname },
	{ "locate-primary-by-mname", primary_by_mname },
	{ "locate-primary-dead", primary_dead },
	{ "locate-mname-unknown", mname_unknown },
	{ "locate-mname-is-root", mname_is_root },
	{ "locate-primary-configured", primary_configured },
	{ "locate-cut-appears", cut_appears },
	{ "locate-top-level", top_level },
	{ NULL, NULL },
};
