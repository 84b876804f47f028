/* sim_story_daemon_masters: reloads, signals and control clients. */
#include "sim_control.h"
#include "sim_daemon.h"
#include "sim_setup.h"

#define SIM_TWO SIM_DEDICATED \
	"  - {name: host, fqdn: shared, interface: eth0}\n"
#define SIM_OTHER_TTL SIM_SERVER \
	"  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0, ttl: 300}\n"

static void
settled(struct sim_world *world, const char *config)
{
	sim_corp(world);
	world->config_text = config;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	world->updates_seen = world->counts.updates;
}

static void
ttl_changes(struct sim_world *world)
{
	settled(world, SIM_DEDICATED);
	world->config_text = SIM_OTHER_TTL;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(10));
	sim_expect_new_updates(world, 1, 1);
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 300);
	sim_expect_ttl(world, SIM_AMT, RRTYPE_AAAA, 300);
	sim_expect_held(world);
}

static void
broken_file(struct sim_world *world)
{
	settled(world, SIM_DEDICATED);
	world->config_text = "registrations: [{name: amt, tll: 5}]\n";
	sim_tell_reload(world);
	sim_ask(world, 7, "reload", NULL);
	sim_idle(world, CLOCK_S(60));
	sim_expect_reply(world, 7, 78);
	sim_expect_trace(world, "the old one stays");
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
}

/* A bad file while an UPDATE is on its way: nothing of it is lost. */
static void
broken_file_mid_flight(struct sim_world *world)
{
	settled(world, SIM_DEDICATED_A);
	world->servers[0]->delay_us = CLOCK_MS(300);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_MS(100));
	world->config_text = ":";
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(10));
	world->config_text = SIM_DEDICATED_A;
	sim_expect_new_updates(world, 1, 1);
	sim_expect_held(world);
}

static void
name_removed(struct sim_world *world)
{
	settled(world, SIM_TWO);
	sim_write(world, SIM_HOST " 900 A 192.0.2.9");
	world->config_text = SIM_DEDICATED;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(10));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9");
	sim_expect_held(world);
	world->config_text = SIM_TWO;
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(10));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9 192.0.2.10");
	sim_expect_new_updates(world, 2, 2);
	sim_expect_held(world);
}

/* It was removed from the file while the daemon was not there. */
static void
name_removed_before(struct sim_world *world)
{
	settled(world, SIM_TWO);
	sim_expect_exit(world, sim_stop(world), 0);
	world->config_text = SIM_DEDICATED;
	sim_begin(world, ENGINE_DAEMON);
	sim_idle(world, CLOCK_S(10));
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "");
	sim_expect_held(world);
}

static void
reload_storm(struct sim_world *world)
{
	settled(world, SIM_TWO);
	world->quiet = true;
	for (int i = 0; i < 1000; i++) {
		sim_tell_reload(world);
		sim_idle(world, CLOCK_MS(i % 7));
	}
	sim_idle(world, CLOCK_S(60));
	sim_expect_new_updates(world, 0, 0);
	sim_expect_held(world);
}

/* The answers of the servers before do not count for those after. */
static void
servers_change_mid_flight(struct sim_world *world)
{
	struct sim_server *ns2;

	settled(world, SIM_DEDICATED_A);
	sim_add_zone(world, "new.example", "ns2.new.example");
	sim_zone_put(world->zones[1], "new.example 300 NS ns2.new.example");
	sim_zone_put(world->zones[1], "ns2.new.example 300 A 192.0.2.54");
	ns2 = sim_add_server(world, "192.0.2.54");
	ns2->recursive = true;
	sim_serve(ns2, world->zones[1]);
	world->servers[0]->delay_us = CLOCK_MS(300);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_tell_net(world);
	sim_idle(world, CLOCK_MS(100));
	world->config_text = "dns: {servers: [192.0.2.54]}\nregistrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
	    "domain-name: new.example, interface: eth0, ipv6: none}\n";
	sim_tell_reload(world);
	sim_idle(world, CLOCK_S(60));
	sim_expect_held(world);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

static void
signalled(struct sim_world *world)
{
	settled(world, SIM_TWO);
	sim_tell_refresh(world);
	sim_idle(world, CLOCK_S(5));
	sim_expect_new_updates(world, 2, 2);
	sim_expect_held(world);
}

static void
clients(struct sim_world *world)
{
	settled(world, SIM_TWO);
	sim_ask(world, 1, "status", NULL);
	sim_expect_reply(world, 1, 0);
	sim_ask(world, 2, "refresh", "amt");
	sim_ask(world, 3, "refresh", NULL);
	sim_ask_line(world, 4, "{\"command\":\"withdraw\"}", false);
	sim_expect_reply(world, 4, 77);
	sim_ask_line(world, 5, "what", true);
	sim_expect_reply(world, 5, 64);
	sim_ask(world, 6, "refresh", "nobody");
	sim_expect_reply(world, 6, 64);
	sim_ask(world, 8, "refresh", NULL);
	sim_hang_up(world, 8);
	sim_idle(world, CLOCK_S(10));
	sim_expect_reply(world, 2, 0);
	sim_expect_reply(world, 3, 0);
	if (sim_reply(world, 8) != NULL)
		sim_fail(world, "who has gone is answered");
	sim_ask(world, 9, "metrics", NULL);
	sim_expect_reply(world, 9, 0);
	sim_expect_held(world);
}

static void
withdrawn_by_hand(struct sim_world *world)
{
	settled(world, SIM_TWO);
	sim_ask(world, 1, "withdraw", "amt");
	sim_idle(world, CLOCK_S(5));
	sim_expect_reply(world, 1, 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_idle(world, CLOCK_S(2 * 86400));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_ask(world, 2, "refresh", "amt");
	sim_idle(world, CLOCK_S(5));
	sim_expect_reply(world, 2, 0);
	sim_expect_held(world);
}

/* Nobody answers: a client is told so within the daemon's bound. */
static void
client_waits(struct sim_world *world)
{
	settled(world, SIM_DEDICATED);
	world->servers[0]->silent = true;
	world->quiet = true;
	sim_ask(world, 1, "refresh", NULL);
	sim_idle(world, CLOCK_S(31));
	sim_expect_reply(world, 1, 69);
}

const struct sim_story sim_stories_daemon_masters[] = {
	{ "daemon-ttl-changes", ttl_changes },
	{ "daemon-broken-file", broken_file },
	{ "daemon-broken-file-mid-flight", broken_file_mid_flight },
	{ "daemon-name-removed", name_removed },
	{ "daemon-name-removed-before", name_removed_before },
	{ "daemon-reload-storm", reload_storm },
	{ "daemon-servers-change-mid-flight", servers_change_mid_flight },
	{ "daemon-signalled", signalled },
	{ "daemon-clients", clients },
	{ "daemon-withdrawn-by-hand", withdrawn_by_hand },
	{ "daemon-client-waits", client_waits },
	{ NULL, NULL },
};
