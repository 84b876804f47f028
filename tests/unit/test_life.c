/*
 * A registration in the daemon, from start to stop, through engine_step().
 */
#include "core_life.h"
#include "ddnsupd/life.h"

TestSuite(life, .fini = end);

#define NAME "pc1-amt.corp.example"
#define LOOK "SOA? " NAME "; A " NAME "; AAAA " NAME \
    "; A? ns1.corp.example; AAAA? ns1.corp.example"
#define FIRST_UPDATE "UPDATE corp.example " NAME ": !CNAME !A !AAAA " \
    "+192.0.2.10/900 +2001:db8::10/900"

static void
begin(void)
{
	boot(basic, NULL);
	start();
	pass(SEC(3));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	forget();
}

/* --- the happy path ---------------------------------------------------------------- */

Test(life, start)
{
	boot(basic, NULL);
	start();
	expect_said(LOOK "; " FIRST_UPDATE "; A " NAME "; AAAA " NAME);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	cr_expect(noted("5 " NAME ": A 192.0.2.10 added"), "%s",
	    strbuf_text(&d.notes));
	cr_expect_str_eq(d.status, "1 held");
	cr_expect_eq(d.talk.exit, -1);
}

/* Started before the network is up it waits, and says for what. */
Test(life, starts_without_a_network)
{
	boot(basic, NULL);
	machine("down");
	start();
	pass(SEC(3600));
	expect_said("");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"waiting\"");
	expect_reply("waiting for a usable address on eth0");
	machine("192.0.2.10");
	net_event();
	expect_site(NAME, "192.0.2.10", "");
}

/* What stands there is known: one update, and the look at it. */
Test(life, an_address_changes_on_the_belief)
{
	begin();
	pass(SEC(60));
	machine("192.0.2.11 2001:db8::10");
	net_event();
	expect_said("UPDATE corp.example " NAME ": !CNAME =192.0.2.10 "
	    "-192.0.2.10 +192.0.2.11/900; A " NAME);
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
	request(1, false, "{\"command\":\"metrics\"}");
	expect_reply("ddnsupd_event_to_registered_seconds_count 2");
}

/* It ends in a second, or not within five: the rest of the family goes then. */
Test(life, duplicate_address_detection_that_never_ends)
{
	begin();
	pass(SEC(60));
	machine("192.0.2.10 2001:db8::11 ~2001:db8::12");
	net_event();
	pass(4900);
	expect_said("");
	pass(200);
	expect_site(NAME, "192.0.2.10", "2001:db8::11");
	machine("192.0.2.10 ^2001:db8::13 ~2001:db8::12");
	net_event();
	pass(SEC(6));
	expect_site(NAME, "192.0.2.10", "2001:db8::13");
	machine("192.0.2.10 ^2001:db8::13 2001:db8::12");
	net_event();
	expect_site(NAME, "192.0.2.10", "2001:db8::12");
	machine("192.0.2.10 2001:db8::14 ~2001:db8::12");
	net_event();
	pass(1000);
	expect_site(NAME, "192.0.2.10", "2001:db8::12");
	machine("192.0.2.10 2001:db8::14 2001:db8::12");
	net_event();
	expect_site(NAME, "192.0.2.10", "2001:db8::12 2001:db8::14");
}

/* Somebody else was there: the swap fails, then it looks. */
Test(life, a_belief_that_is_wrong)
{
	struct addr foreign = addr_of("192.0.2.99");

	begin();
	rrset_add(site_set(NAME, 0), &foreign);
	rrset_remove(site_set(NAME, 0), &(struct addr){0});
	pass(SEC(60));
	machine("192.0.2.11 2001:db8::10");
	apply(NAME, (char[]){"-192.0.2.10"});
	net_event();
	pass(SEC(30));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
	cr_expect_eq(d.updates, 2, "%u", d.updates);
}

Test(life, nothing_happens_without_events)
{
	begin();
	pass(SEC(PERIOD_S) * 9 / 10 - SEC(10));
	expect_said("");
	net_event();
	expect_said("");
}

/* --- time -------------------------------------------------------------------------- */

Test(life, refresh_within_the_last_tenth)
{
	int next_s;

	begin();
	next_s = seconds_to_next();
	cr_expect(next_s > PERIOD_S * 9 / 10 - 10 && next_s <= PERIOD_S, "%d", next_s);
	pass(SEC(next_s + 1));
	expect_said(LOOK "; UPDATE corp.example " NAME ": !CNAME "
	    "=192.0.2.10 =2001:db8::10 +192.0.2.10/900 +2001:db8::10/900; A " NAME
	    "; AAAA " NAME);
	next_s = seconds_to_next();
	cr_expect(next_s > PERIOD_S * 9 / 10 - 10 && next_s <= PERIOD_S, "%d", next_s);
}

/* Off for most of the day, or asleep: the wall clock says that it is time. */
Test(life, a_refresh_that_is_overdue)
{
	int64_t wall_s = 1000000;
	int next_s;

	begin();
	wall_s += PERIOD_S / 2;
	post((struct event){.kind = EVENT_RESUME, .wall_s = wall_s});
	pass(SEC(3));
	expect_said(LOOK);
	forget();
	pass(SEC(700));
	expect_said("");
	wall_s += PERIOD_S;
	post((struct event){.kind = EVENT_RESUME, .wall_s = wall_s});
	pass(SEC(3));
	expect_said(LOOK);
	next_s = seconds_to_next();
	cr_expect(next_s <= 600, "%d", next_s);
	pass(SEC(601));
	cr_expect_eq(d.updates, 1);
	next_s = seconds_to_next();
	cr_expect(next_s > PERIOD_S * 9 / 10 - 700, "%d", next_s);
}

/* The answer got lost, so the update was sent twice: a late copy may undo a later one. */
Test(life, looks_again_after_a_retransmission)
{
	begin();
	d.lose = 1;
	machine("192.0.2.11 2001:db8::10");
	pass(SEC(1));
	net_event();
	pass(SEC(20));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
	forget();
	pass(SEC(35));
	expect_said("");
	pass(SEC(10));
	expect_said("A " NAME "; AAAA " NAME);
	forget();
	pass(SEC(600));
	expect_said("");
}

/* Never empty: 10 minutes, the link being up. */
Test(life, an_address_type_is_gone)
{
	begin();
	machine("192.0.2.10");
	net_event();
	pass(SEC(599));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	pass(SEC(2));
	expect_site(NAME, "192.0.2.10", "");
	machine("192.0.2.10 2001:db8::11");
	net_event();
	expect_site(NAME, "192.0.2.10", "2001:db8::11");
}

Test(life, gone_for_a_moment)
{
	begin();
	machine("");
	net_event();
	pass(SEC(500));
	machine("192.0.2.10 2001:db8::10");
	net_event();
	pass(SEC(500));
	expect_said("");
}

/* Back for a moment is back, be it in the middle of a conversation. */
Test(life, back_for_a_moment_while_it_talks)
{
	begin();
	machine("192.0.2.10");
	net_event();
	pass(SEC(598));
	d.silent = true;
	request(1, true, "{\"command\":\"refresh\"}");
	machine("192.0.2.10 2001:db8::10");
	net_event();
	pass(SEC(1));
	machine("192.0.2.10");
	net_event();
	pass(SEC(1));
	d.silent = false;
	pass(SEC(120));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	pass(SEC(600));
	expect_site(NAME, "192.0.2.10", "");
}

Test(life, a_link_that_is_down_takes_nothing_away)
{
	begin();
	machine("down");
	net_event();
	pass(SEC(3600));
	expect_said("");
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

Test(life, resume_spreads_within_two_seconds)
{
	begin();
	pass(SEC(60));
	post((struct event){.kind = EVENT_RESUME, .wall_s = 1500000});
	expect_said("");
	pass(SEC(2));
	expect_said(LOOK);
}

/* Continuous change: the last state right, and not an update for every event. */
Test(life, a_storm_of_addresses)
{
	char list[80];
	int i;

	begin();
	pass(SEC(60));
	for (i = 0; i < 1000; i++) {
		snprintf(list, sizeof(list), "192.0.2.%d 2001:db8::10", i % 200 + 20);
		machine(list);
		net_event();
		pass(10);
	}
	pass(SEC(1));
	snprintf(list, sizeof(list), "192.0.2.%d", (i - 1) % 200 + 20);
	expect_site(NAME, list, "2001:db8::10");
	cr_expect(d.updates >= 8 && d.updates <= 13, "%u updates in 10 s", d.updates);
}

Test(life, flapping_is_damped)
{
	int i;

	begin();
	pass(SEC(60));
	for (i = 0; i < 100; i++) {
		machine(i % 2 == 0 ? "2001:db8::10" :
		    "192.0.2.10 192.0.2.11 2001:db8::10");
		net_event();
		pass(100);
	}
	pass(SEC(60));
	expect_site(NAME, "192.0.2.10 192.0.2.11", "2001:db8::10");
	cr_expect_leq(d.updates, 6, "%u", d.updates);
}

/* What came and went again is not waited for: the next refresh is no event's answer. */
Test(life, an_event_that_came_to_nothing_is_not_timed)
{
	begin();
	pass(SEC(60));
	machine("192.0.2.12 2001:db8::10");
	net_event();
	machine("192.0.2.13 2001:db8::10");
	net_event();
	machine("192.0.2.12 2001:db8::10");
	net_event();
	pass(SEC(PERIOD_S));
	request(1, false, "{\"command\":\"metrics\"}");
	expect_reply("ddnsupd_event_to_registered_seconds_count 2");
}

/* --- failures ---------------------------------------------------------------------- */

Test(life, the_same_failure_is_a_warning_once)
{
	begin();
	d.silent = true;
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(6 * 3600));
	cr_expect_gt(note_count("; next try in"), 5);
	/* the update got no answer; then nobody says where the zone is */
	cr_expect_eq(note_count("4 " NAME ": "), 2);
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"resting\"");
	forget();
	pass(SEC(6 * 3600));
	cr_expect(noted("6 " NAME ": "));
	cr_expect(!noted("5 " NAME) && !noted("4 " NAME) && !noted("3 " NAME));
	d.silent = false;
	pass(SEC(2 * 3600));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
	cr_expect(noted("5 " NAME ": A 192.0.2.11 added"));
}

/* Neither awake all the time nor given up: it rests, and tries again. */
Test(life, a_refresh_that_fails)
{
	begin();
	d.silent = true;
	pass(SEC(PERIOD_S) + SEC(6 * 3600));
	cr_expect(noted("4 " NAME ": ") && note_count("; next try in") < 40);
	d.silent = false;
	pass(SEC(2 * 3600));
	cr_expect_eq(d.updates, 1);
}

/* The time for a refresh comes while there is no address at all. */
Test(life, a_refresh_without_an_address)
{
	begin();
	machine("");
	net_event();
	pass(SEC(2 * PERIOD_S));
	expect_site(NAME, "", "");
	forget();
	machine("192.0.2.10");
	net_event();
	pass(SEC(1));
	expect_site(NAME, "192.0.2.10", "");
}

/* An event makes a try worthwhile, whatever the backoff says. */
Test(life, an_event_ends_the_rest)
{
	boot(basic, NULL);
	d.silent = true;
	start();
	pass(SEC(4 * 3600));
	d.silent = false;
	machine("192.0.2.10");
	net_event();
	pass(SEC(1));
	expect_site(NAME, "192.0.2.10", "");
}

Test(life, the_network_is_back)
{
	begin();
	machine("down 192.0.2.11 2001:db8::10");
	d.silent = true;
	net_event();
	pass(SEC(4 * 3600));
	d.silent = false;
	forget();
	machine("192.0.2.11 2001:db8::10");
	net_event();
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

Test(life, refused)
{
	int first_s;

	boot(basic, NULL);
	d.rcode = 5;
	start();
	cr_expect_eq(note_count("4 " NAME ": "), 1, "%s", strbuf_text(&d.notes));
	cr_expect_str_eq(d.status, "0 held, 1 failed and trying again");
	first_s = seconds_to_next();
	cr_expect(first_s >= 13 * 60 && first_s <= 15 * 60, "%d", first_s);
	pass(SEC(first_s + 1));
	cr_expect(seconds_to_next() >= 26 * 60, "%d", seconds_to_next());
}

/* The disk does not answer: the update waits for it only where it has to. */
Test(life, a_slow_disk)
{
	boot(basic, NULL);
	d.slow_disk = true;
	start();
	cr_expect_eq(d.updates, 0);
	d.slow_disk = false;
	serve();
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	d.slow_disk = true;
	pass(SEC(1));
	machine("192.0.2.11 2001:db8::10");
	net_event();
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* The state knows nothing of the family: what comes first is written down first. */
Test(life, a_slow_disk_and_a_new_family)
{
	boot(basic, NULL);
	machine("192.0.2.10");
	start();
	expect_site(NAME, "192.0.2.10", "");
	d.slow_disk = true;
	pass(SEC(1));
	machine("192.0.2.10 2001:db8::10");
	net_event();
	expect_site(NAME, "192.0.2.10", "");
	d.slow_disk = false;
	serve();
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	d.slow_disk = true;
	machine("192.0.2.10");
	net_event();
	pass(SEC(601));
	expect_site(NAME, "192.0.2.10", "");
	machine("192.0.2.10 2001:db8::11");
	net_event();
	expect_site(NAME, "192.0.2.10", "");
}

/* `keep` takes for foreign what the state does not name: nothing goes before it. */
Test(life, a_slow_disk_and_keep)
{
	char *yaml = mem_printf("%.*s, on-conflict: keep}\n",
	    (int)(strrchr(basic, '}') - basic), basic);

	boot(yaml, NULL);
	free(yaml);
	start();
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	d.slow_disk = true;
	pass(SEC(1));
	machine("192.0.2.11 2001:db8::10");
	net_event();
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	d.slow_disk = false;
	serve();
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}
