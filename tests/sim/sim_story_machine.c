/* sim_story_machine: the machine itself: addresses, disk, several registrations. */
#include <signal.h>

#include "sim_setup.h"

static void
save_fails(struct sim_world *world)
{
	sim_corp(world);
	world->save_fails = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_trace(world, "warning");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

/* Who made the options has said so already; here nothing may wait for a SAVE. */
static void
state_not_writable(struct sim_world *world)
{
	sim_corp(world);
	world->state_writable = false;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_within(world, CLOCK_MS(100));
}

static void
dad_is_done(struct sim_world *world)
{
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_trace(world, "# 2001:db8::10 is past duplicate address detection");
	sim_tell_net(world);
}

/* The A goes at once, the AAAA when its detection of duplicates is over. */
static void
tentative(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", FACT_ADDR_TENTATIVE);
	sim_later(world, CLOCK_MS(1500), dad_is_done);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "2001:db8::10", "added");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
	sim_expect_updates(world, 2, 2);
	sim_expect_within(world, CLOCK_S(2));
}

static void
tentative_for_ever(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", FACT_ADDR_TENTATIVE);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "2001:db8::10", "skipped");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
	sim_expect_within(world, CLOCK_S(6));
}

static void
unfit_addresses(struct sim_world *world)
{
	sim_corp(world);
	sim_add_addr(world, "eth0", "169.254.1.1", 0);
	sim_add_addr(world, "eth0", "2001:db8::bad", FACT_ADDR_TENTATIVE |
	    FACT_ADDR_DADFAILED);
	sim_add_addr(world, "eth0", "2001:db8::1dea", FACT_ADDR_TEMPORARY);
	sim_add_addr(world, "eth0", "2001:db8::01d", FACT_ADDR_DEPRECATED);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_record(world, "amt", "2001:db8::1dea", "skipped");
	sim_expect_record(world, "amt", "2001:db8::1d", "skipped");
	sim_expect_record(world, "amt", "169.254.1.1", "skipped");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
}

static void
only_deprecated(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "2001:db8::1d", FACT_ADDR_DEPRECATED);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::1d");
}

static void
address_comes(struct sim_world *world)
{
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_trace(world, "# 192.0.2.10 stands on eth0");
	sim_tell_net(world);
}

/* Started before the lease: --once waits for an address. */
static void
no_address_yet(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	sim_later(world, CLOCK_S(4), address_comes);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_within(world, CLOCK_S(5));
}

static void
no_address_ever(struct sim_world *world)
{
	sim_corp(world);
	sim_drop_addrs(world, "eth0");
	world->timeout_us = CLOCK_S(8);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 69);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "eth0");
	sim_expect_updates(world, 0, 0);
}

static void
host_address(struct sim_world *world)
{
	sim_corp(world);
	sim_add_addr(world, "eth1", "2001:db8::10", 0);
	sim_add_addr(world, "eth1", "192.0.2.20", 0);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, interface: eth0, "
	    "host-interface: eth1}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_record(world, "amt", "2001:db8::10", "skipped");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
}

static void
several(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, "two.corp.example 300 CNAME other.corp.example");
	world->config_text = SIM_SERVER
	    "  - {name: one, fqdn: dedicated, host-name: one, "
	    "domain-name: corp.example, addresses: [192.0.2.31]}\n"
	    "  - {name: two, fqdn: dedicated, host-name: two, "
	    "domain-name: corp.example, addresses: [192.0.2.32]}\n"
	    "  - {name: three, fqdn: dedicated, host-name: three, "
	    "domain-name: corp.example, addresses: [192.0.2.33], ttl: 0}\n"
	    "  - {name: four, fqdn: dedicated, host-name: four, "
	    "domain-name: corp.example, addresses: [192.0.2.34], enabled: false}\n"
	    "  - {name: five, fqdn: dedicated, host-name: five, "
	    "domain-name: corp.example, addresses: [192.0.2.35, \"2001:db8::35\"]}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 78);
	sim_expect_outcome(world, "one", "updated");
	sim_expect_outcome(world, "two", "conflict");
	sim_expect_outcome(world, "three", "invalid");
	sim_expect_outcome(world, "four", "disabled");
	sim_expect_outcome(world, "five", "updated");
	sim_expect_addrs(world, "one.corp.example", RRTYPE_A, "192.0.2.31");
	sim_expect_addrs(world, "five.corp.example", RRTYPE_AAAA, "2001:db8::35");
	sim_expect_addrs(world, "three.corp.example", RRTYPE_A, "");
}

static void
chosen(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: one, fqdn: dedicated, host-name: one, "
	    "domain-name: corp.example, addresses: [192.0.2.31]}\n"
	    "  - {name: two, fqdn: dedicated, host-name: two, "
	    "domain-name: corp.example, addresses: [192.0.2.32]}\n";
	world->names[0] = "two.corp.example";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "two", "updated");
	sim_expect_addrs(world, "one.corp.example", RRTYPE_A, "");
	sim_expect_addrs(world, "two.corp.example", RRTYPE_A, "192.0.2.32");
}

static void
nothing_enabled(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER
	    "  - {name: one, fqdn: dedicated, host-name: one, "
	    "domain-name: corp.example, addresses: [192.0.2.31], enabled: false}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 78);
	sim_expect_updates(world, 0, 0);
}

static void
interrupt(struct sim_world *world)
{
	sim_trace(world, "# SIGTERM");
	sim_tell_stop(world, SIGTERM);
}

static void
stopped(struct sim_world *world)
{
	sim_corp(world)->silent = true;
	sim_later(world, CLOCK_S(2), interrupt);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 143);
	sim_expect_within(world, CLOCK_S(2) + CLOCK_MS(5)); /* the disk's last word */
}

const struct sim_story sim_stories_machine[] = {
	{ "machine-save-fails", save_fails },
	{ "machine-state-not-writable", state_not_writable },
	{ "machine-tentative", tentative },
	{ "machine-tentative-for-ever", tentative_for_ever },
	{ "machine-unfit-addresses", unfit_addresses },
	{ "machine-only-deprecated", only_deprecated },
	{ "machine-no-address-yet", no_address_yet },
	{ "machine-no-address-ever", no_address_ever },
	{ "machine-host-address", host_address },
	{ "machine-several", several },
	{ "machine-chosen", chosen },
	{ "machine-nothing-enabled", nothing_enabled },
	{ "machine-stopped", stopped },
	{ NULL, NULL },
};
