/* sim_story_shared: the host's own name, which others may write too. */
#include "sim_setup.h"

static void
first(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_AAAA, "");
	sim_expect_ttl(world, SIM_HOST, RRTYPE_A, 900);
	sim_expect_updates(world, 1, 1);
}

/* The foreign A stays, and ours takes its TTL. */
static void
beside_foreign(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 300 A 192.0.2.9");
	sim_write(world, SIM_HOST " 300 AAAA 2001:db8::9");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9 192.0.2.10");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_AAAA, "2001:db8::9");
	sim_expect_ttl(world, SIM_HOST, RRTYPE_A, 300);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "unchanged");
	sim_expect_updates(world, 0, 0);
}

static void
changed(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 300 A 192.0.2.9");
	sim_run(world, ENGINE_ONCE);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_record(world, "host", "192.0.2.10", "removed");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9 192.0.2.11");
}

static void
withdraw(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 300 A 192.0.2.9");
	sim_run(world, ENGINE_ONCE);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "host", "withdrawn");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9");
}

/* Our address stood there before we came: it is the host's, and stays. */
static void
found_right(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 300 A 192.0.2.10");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "unchanged");
	sim_expect_record(world, "host", "192.0.2.10", "kept");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "unchanged");
	sim_expect_updates(world, 0, 0);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "host", "unchanged");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
}

/* An IPv6 registration of the time when the name was dedicated goes exactly. */
static void
drops_own_aaaa(struct sim_world *world)
{
	sim_corp(world);
	world->node_name = "pc2";
	world->config_text = SIM_SERVER "  - {name: host, fqdn: dedicated, "
	    "host-name: pc1, domain-name: corp.example, interface: eth0}\n";
	sim_run(world, ENGINE_ONCE);
	sim_write(world, SIM_HOST " 900 AAAA 2001:db8::9");
	world->node_name = "pc1";
	world->config_text = SIM_SHARED;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_AAAA, "2001:db8::9");
}

/* Without state the A of an earlier address cannot be told from a foreign one. */
static void
state_lost(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, SIM_HOST " 900 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_trace(world, "warning");
	sim_expect_trace(world, "192.0.2.9");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9 192.0.2.10");
}

static void
ipv6_refused(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: host, fqdn: shared, interface: eth0, ipv6: auto}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 78);
	sim_expect_outcome(world, "host", "invalid");
	sim_expect_error(world, "host", "R5");
	sim_expect_updates(world, 0, 0);
}

/* Below a wildcard A a query sees an A that no prerequisite sees. */
static void
below_wildcard(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, "*.corp.example 300 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
}

/* The wildcard even has our own address: it must not be taken for our record. */
static void
wildcard_has_ours(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SHARED;
	sim_write(world, "*.corp.example 900 A 192.0.2.10");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
}

/* There and back again behind a copy that lags: it shows what we want, and what does not
 * stand any more. */
static void
back_behind_lag(struct sim_world *world)
{
	struct sim_server *ns2 = sim_add_server(world, "192.0.2.54");

	sim_corp(world);
	sim_serve_copy(world, ns2, world->zones[0], true, CLOCK_S(5));
	world->config_text = "dns: {servers: [192.0.2.54], primary: [192.0.2.54]}\n"
	    "registrations:\n  - {name: host, fqdn: shared, interface: eth0}\n";
	sim_run(world, ENGINE_ONCE);
	sim_idle(world, CLOCK_S(60));
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_record(world, "host", "192.0.2.10", "added");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_idle(world, CLOCK_S(60));
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "");
}

const struct sim_story sim_stories_shared[] = {
	{ "shared-first", first },
	{ "shared-beside-foreign", beside_foreign },
	{ "shared-changed", changed },
	{ "shared-withdraw", withdraw },
	{ "shared-found-right", found_right },
	{ "shared-drops-own-aaaa", drops_own_aaaa },
	{ "shared-state-lost", state_lost },
	{ "shared-ipv6-refused", ipv6_refused },
	{ "shared-below-wildcard", below_wildcard },
	{ "shared-wildcard-has-ours", wildcard_has_ours },
	{ "shared-back-behind-lag", back_behind_lag },
	{ NULL, NULL },
};
