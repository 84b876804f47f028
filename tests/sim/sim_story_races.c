/* sim_story_races: lost answers, late copies, other writers, power failures. */
#include "sim_setup.h"

static unsigned writes;

/* The UPDATE was done, its answer was lost: the next try finds its own success. */
static void
lost_answer(struct sim_world *world)
{
	sim_corp(world)->answers_to_lose = 1;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_record(world, "amt", "192.0.2.10", "added");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
all_answers_lost(struct sim_world *world)
{
	sim_corp(world)->answers_to_lose = 4;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_error(world, "amt", "may have been applied");
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "unchanged");
}

static void
fail_from_now(struct sim_world *world)
{
	world->servers[0]->servfail_updates = true;
}

/* The first try was done, its answer lost; the second says SERVFAIL: unknown. */
static void
lost_then_servfail(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	ns1->answers_to_lose = 1;
	world->config_text = SIM_SHARED;
	sim_later(world, CLOCK_MS(500), fail_from_now);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	ns1->servfail_updates = false;
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.11");
}

/* The same for a change of a dedicated name that keeps what is foreign. */
static void
lost_change_keep(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	world->config_text = SIM_SERVER "  - {name: amt, fqdn: dedicated, "
	    "host-name: pc1-amt, domain-name: corp.example, on-conflict: keep}\n";
	sim_run(world, ENGINE_ONCE);
	ns1->answers_to_lose = 4;
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.12", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.12");
}

static void
lost_answer_withdraw(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	sim_run(world, ENGINE_ONCE);
	ns1->answers_to_lose = 1;
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "withdrawn");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_updates(world, 0, 0);
}

/* Somebody writes between our look and our UPDATE, once. */
static void
write_once(struct sim_world *world)
{
	if (writes++ == 0)
		sim_write(world, SIM_AMT " 900 A 192.0.2.9");
}

static void
changed_once(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->before_update = write_once;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	sim_expect_updates(world, 2, 4);
}

/* Somebody writes before each of our UPDATEs. */
static void
write_always(struct sim_world *world)
{
	sim_erase(world, SIM_AMT, RRTYPE_A);
	sim_erase(world, SIM_AMT, RRTYPE_AAAA);
	sim_write(world, writes % 2 == 0 ? SIM_AMT " 900 A 192.0.2.8" :
	    SIM_AMT " 900 A 192.0.2.9");
	sim_write(world, writes % 2 == 0 ? SIM_AMT " 900 AAAA 2001:db8::8" :
	    SIM_AMT " 900 AAAA 2001:db8::9");
	writes++;
}

static void
changed_always(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->before_update = write_always;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 75);
	sim_expect_outcome(world, "amt", "failed");
	sim_expect_updates(world, 5, 25);
	if (world->clock->now_us < CLOCK_MS(100))
		sim_fail(world, "the rounds follow each other without a pause");
}

static void
write_host_once(struct sim_world *world)
{
	if (writes++ == 0)
		sim_write(world, SIM_HOST " 300 A 192.0.2.9");
}

/* The newcomer under the shared name stays. */
static void
changed_once_shared(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->config_text = SIM_SHARED;
	world->before_update = write_host_once;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "host", "updated");
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.9 192.0.2.10");
	sim_expect_ttl(world, SIM_HOST, RRTYPE_A, 300);
}

static void
write_our_address(struct sim_world *world)
{
	if (writes++ == 0)
		sim_write(world, SIM_HOST " 300 A 192.0.2.10");
}

/* Somebody registers our very address first: it is theirs, and stays. */
static void
same_address_shared(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->config_text = SIM_SHARED;
	world->before_update = write_our_address;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_record(world, "host", "192.0.2.10", "kept");
	sim_expect_ttl(world, SIM_HOST, RRTYPE_A, 300);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
}

/* An alias appears between look and UPDATE: the prerequisite holds us back. */
static void
write_alias(struct sim_world *world)
{
	if (writes++ == 0)
		sim_write(world, SIM_AMT " 900 CNAME other.corp.example");
}

static void
alias_appears(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->before_update = write_alias;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 73);
	sim_expect_outcome(world, "amt", "conflict");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
}

/* The foreign A disappears before our CAS: nothing is left to replace. */
static void
erase_once(struct sim_world *world)
{
	if (writes++ == 0)
		sim_erase(world, SIM_AMT, RRTYPE_A);
}

static void
foreign_disappears(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	sim_write(world, SIM_AMT " 900 A 192.0.2.9");
	world->before_update = erase_once;
	world->foreign_writers = true;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_outcome(world, "amt", "updated");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
}

static void
doubled(struct sim_world *world)
{
	struct sim_server *ns1 = sim_corp(world);

	ns1->copy_percent = 100;
	ns1->copy_late_us = CLOCK_S(3);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_idle(world, CLOCK_S(10));
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "192.0.2.10");
	if (world->zones[0]->serial != 5)
		sim_fail(world, "a late copy changed the zone");
}

static void
fail_power(struct sim_world *world)
{
	if (writes++ == 0)
		world->power_fails = true;
}

/* The power fails with the UPDATE on its way: the state knows it may be there. */
static void
power_fails(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->config_text = SIM_SHARED;
	world->before_update = fail_power;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), -1);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.10");
	sim_drop_addrs(world, "eth0");
	sim_add_addr(world, "eth0", "192.0.2.11", 0);
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), 0);
	sim_expect_addrs(world, SIM_HOST, RRTYPE_A, "192.0.2.11");
}

static void
power_fails_then_withdraw(struct sim_world *world)
{
	sim_corp(world);
	writes = 0;
	world->before_update = fail_power;
	sim_expect_exit(world, sim_run(world, ENGINE_ONCE), -1);
	sim_expect_exit(world, sim_run(world, ENGINE_WITHDRAW), 0);
	sim_expect_outcome(world, "amt", "withdrawn");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_A, "");
	sim_expect_addrs(world, SIM_AMT, RRTYPE_AAAA, "");
}

const struct sim_story sim_stories_races[] = {
	{ "races-lost-answer", lost_answer },
	{ "races-all-answers-lost", all_answers_lost },
	{ "races-lost-answer-withdraw", lost_answer_withdraw },
	{ "races-lost-then-servfail", lost_then_servfail },
	{ "races-lost-change-keep", lost_change_keep },
	{ "races-changed-once", changed_once },
	{ "races-changed-always", changed_always },
	{ "races-changed-once-shared", changed_once_shared },
	{ "races-same-address-shared", same_address_shared },
	{ "races-alias-appears", alias_appears },
	{ "races-foreign-disappears", foreign_disappears },
	{ "races-doubled", doubled },
	{ "races-power-fails", power_fails },
	{ "races-power-fails-then-withdraw", power_fails_then_withdraw },
	{ NULL, NULL },
};
