/* sim_story_dedicated: one dedicated name and a healthy server. */
#include "sim_setup.h"

static void
first(struct sim_world *world)
{
	sim_corp(world);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "192.0.2.10", "added");
	sim_expect_record(world, "amt", "2001:db8::10", "added");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 900);
	sim_expect_updates(world, 1, 1);
	sim_expect_within(world, CLOCK_MS(100));
}

static void
unchanged(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	sim_idle(world, CLOCK_S(60));
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_record(world, "amt", "192.0.2.10", "kept");
	sim_expect_updates(world, 0, 0);
}

static void
found_right(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 900 A 192.0.2.10");
	sim_write(world, SIM_AMT " 900 AAAA 2001:db8::10");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_record(world, "amt", "192.0.2.10", "kept");
	sim_expect_updates(world, 1, 2);
	if (world->zones[0]->serial != 6)
		sim_fail(world, "confirming what is right moved the serial");
}

static void
changed(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_add_addr(world, "eth0", "192.0.2.12", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "192.0.2.11", "added");
	sim_expect_record(world, "amt", "192.0.2.10", "removed");
	sim_expect_record(world, "amt", "2001:db8::10", "kept");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11 192.0.2.12");
	sim_expect_updates(world, 1, 1);
}

static void
other_ttl(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, ttl: 300}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_ttl(world, SIM_AMT, RRTYPE_A, 300);
	sim_expect_ttl(world, SIM_AMT, RRTYPE_AAAA, 300);
	sim_expect_updates(world, 1, 1);
}

static void
withdraw(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 TXT kept");
	sim_run(world, ENGINE_ONCE);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "withdrawn");
	sim_expect_record(world, "amt", "192.0.2.10", "removed");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_updates(world, 0, 0);
}

static void
withdraw_nothing(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_updates(world, 0, 0);
}

/* After the registration somebody else has added an address: it stays. */
static void
withdraw_beside_foreign(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	sim_write(world, SIM_AMT " 900 A 192.0.2.9");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "withdrawn");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.9");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
}

static void
replace(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 A 192.0.2.8");
	sim_write(world, SIM_AMT " 300 A 192.0.2.9");
	sim_write(world, SIM_AMT " 300 TXT kept");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "192.0.2.9", "removed");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_trace(world, "warning");
}

static void
keep(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 A 192.0.2.9");
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, ipv6: none, "
	    "on-conflict: keep}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 73);
	sim_expect_outcome(world, "amt", "conflict");
	sim_expect_error(world, "amt", "192.0.2.9");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.9");
}

/* The foreign A is a conflict; the AAAA beside it is nobody's and goes in. */
static void
keep_one_family(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 A 192.0.2.9");
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, on-conflict: keep}\n";
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 73);
	sim_expect_outcome(world, "amt", "conflict");
	sim_expect_record(world, "amt", "2001:db8::10", "added");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.9");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
}

/* With `keep`, what this agent added itself is no conflict when it changes. */
static void
keep_own(struct sim_world *world)
{
	sim_corp(world);
	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, on-conflict: keep}\n";
	sim_run(world, ENGINE_ONCE);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_add_addr(world, "eth0", "2001:db8::11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.11");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::11");
}

/* `ipv6: none`: the AAAA is not ours, unless we added it earlier. */
static void
family_given_up(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	sim_write(world, SIM_AMT " 900 AAAA 2001:db8::99");
	world->config_text = SIM_DEDICATED_A;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_record(world, "amt", "2001:db8::10", "removed");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::99");
}

static void
family_not_ours(struct sim_world *world)
{
	sim_corp(world);
	sim_write(world, SIM_AMT " 300 AAAA 2001:db8::99");
	world->config_text = SIM_DEDICATED_A;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::99");
}

/* No IPv6 address for a moment is not a wish to delete the AAAA. */
static void
never_empty(struct sim_world *world)
{
	sim_corp(world);
	sim_run(world, ENGINE_ONCE);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "unchanged");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "2001:db8::10");
}

const struct sim_story sim_stories_dedicated[] = {
	{ "dedicated-first", first },
	{ "dedicated-unchanged", unchanged },
	{ "dedicated-found-right", found_right },
	{ "dedicated-changed", changed },
	{ "dedicated-other-ttl", other_ttl },
	{ "dedicated-withdraw", withdraw },
	{ "dedicated-withdraw-nothing", withdraw_nothing },
	{ "dedicated-withdraw-beside-foreign", withdraw_beside_foreign },
	{ "dedicated-replace", replace },
	{ "dedicated-keep", keep },
	{ "dedicated-keep-one-family", keep_one_family },
	{ "dedicated-keep-own", keep_own },
	{ "dedicated-family-given-up", family_given_up },
	{ "dedicated-family-not-ours", family_not_ours },
	{ "dedicated-never-empty", never_empty },
	{ NULL, NULL },
};
