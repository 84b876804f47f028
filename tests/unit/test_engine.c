/*
 * Whole runs: what goes in is HOST, NET, START and answers, what comes out are effects
 * and a report.
 */
#include <signal.h>

#include "core_engine.h"

TestSuite(engine, .init = begin, .fini = end);

/* --- one registration ------------------------------------------------------------- */

Test(engine, registers_both_families)
{
	stand("192.0.2.10", 0);
	stand("2001:db8::10", 0);
	go();
	expect_open(&talk, SOA "; " A53 "; " AAAA53);
	locate_it();
	tell({A53, "aa"}, {AAAA53, "aa"});
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME !A !AAAA "
	    "+192.0.2.10/900 +2001:db8::10/900 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"},
	    {AAAA53, "aa 2001:db8::10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 added, 2001:db8::10 added");
	expect_saved(OWNER ": 192.0.2.10 held 2001:db8::10 held");
	cr_expect(result(0)->records[0].has_ttl);
	cr_expect_eq(result(0)->records[0].ttl, 900);
	cr_expect_eq(result(0)->elapsed_us, 0);
	cr_expect_eq(result(0)->mode, FQDN_DEDICATED);
	cr_expect_str_eq(result(0)->name, "amt");
	cr_expect_str_eq(result(0)->fqdn, OWNER);
	cr_expect_str_eq(result(0)->zone, "corp.example");
	cr_expect_eq(result(0)->rcode, RCODE_NOERROR);
	cr_expect_null(result(0)->error);
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1.corp.example");
	cr_expect_eq(engine_report(engine)->server_count, 1);
	cr_expect_eq(engine_report(engine)->exit, 0);
}

/* Dedicated: what stands there and is not wanted goes, and the person is told. */
Test(engine, replaces_what_is_foreign)
{
	struct state last = {0};

	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa 192.0.2.66"});
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =192.0.2.66 "
	    "-192.0.2.66 +192.0.2.10/900 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_report(0, "updated 0: 192.0.2.10 added, 192.0.2.66 removed");
	cr_expect(has_note(&talk, OWNER ": replaced 192.0.2.66"));
	cr_assert_eq(text_state(talk.saved, strlen(talk.saved), &last), FAULT_NONE);
	cr_assert_eq(last.count, 1);
	cr_expect_eq(last.entries[0]->mode, FQDN_DEDICATED);
	cr_expect_str_eq(last.entries[0]->registration, "amt");
	cr_expect_eq(last.entries[0]->refreshed_s, 2000000);
	state_free(&last);
}

Test(engine, second_run)
{
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "unchanged 0: 192.0.2.10 kept");
	expect_saved("-");
}

/* Every periodic-update all is asserted anew. */
Test(engine, refresh_when_it_is_due)
{
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held")->refreshed_s =
	    2000000 - 1440 * 60;
	go();
	locate_it();
	reply(&talk, A53, "aa 192.0.2.10");
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =192.0.2.10 "
	    "+192.0.2.10/900 @192.0.2.53");
}

Test(engine, refresh_not_due_yet)
{
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held")->refreshed_s =
	    2000000 - 1440 * 60 + 60;
	go();
	locate_it();
	reply(&talk, A53, "aa 192.0.2.10");
	cr_expect_eq(talk.exit, 0);
}

/* A period beyond all reckoning (R17 has no upper bound) is a very long one. */
Test(engine, refresh_in_a_million_years)
{
	reg->periodic_min = INT64_MAX;
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held")->refreshed_s =
	    2000000 - 1440 * 60;
	go();
	locate_it();
	reply(&talk, A53, "aa 192.0.2.10");
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "unchanged 0: 192.0.2.10 kept");
}

Test(engine, refresh_off)
{
	reg->periodic_min = 0;
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held")->refreshed_s = 1;
	go();
	locate_it();
	reply(&talk, A53, "aa 192.0.2.10");
	cr_expect_eq(talk.exit, 0);
}

/* The server that worked last goes first. */
Test(engine, remembers_the_server)
{
	struct state_entry *entry = know(OWNER, "amt", FQDN_DEDICATED,
	    "192.0.2.10 held");

	entry->has_server = true;
	entry->server = server_of("192.0.2.2");
	stand("192.0.2.10", 0);
	go();
	tell({SOA, ZONE}, {A53, "NXDOMAIN"}, {NS1_A, "192.0.2.1 192.0.2.2"},
	    {NS1_AAAA, "NOERROR"});
	expect_open(&talk, "A " OWNER " @192.0.2.2");
}

/* A shared name has A records only, whatever stands on the interface. */
Test(engine, shared)
{
	reg->mode = FQDN_SHARED;
	free(reg->host_name);
	reg->host_name = NULL;
	stand("192.0.2.10", 0);
	stand("2001:db8::10", 0);
	go();
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; "
	    "A pc1.corp.example @192.0.2.53");
	tell({"SOA? pc1.corp.example @192.0.2.53", ZONE}, {NS1_A, "aa 192.0.2.53"},
	    {NS1_AAAA, "aa"}, {"A pc1.corp.example @192.0.2.53", "aa"},
	    {UPDATE53, "NOERROR"}, {"A pc1.corp.example @192.0.2.53",
	    "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 added, "
	    "2001:db8::10 skipped (shared FQDN)");
}

/* R5 */
Test(engine, shared_with_ipv6_is_refused)
{
	reg->mode = FQDN_SHARED;
	reg->ipv6 = FAMILY_USE_AUTO;
	free(reg->host_name);
	reg->host_name = NULL;
	stand("192.0.2.10", 0);
	go();
	expect_open(&talk, "");
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	expect_report(0, "invalid 78");
	cr_expect(error_says(0, "R5"));
}

/* A family that is none is not ours: what we added goes, the rest stays. */
Test(engine, a_family_given_up)
{
	reg->ipv6 = FAMILY_USE_NONE;
	stand("192.0.2.10", 0);
	stand("2001:db8::10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held 2001:db8::10 held");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10"}, {AAAA53, "aa 2001:db8::10 2001:db8::66"});
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =2001:db8::10 "
	    "=2001:db8::66 -2001:db8::10 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::66"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 kept, 2001:db8::10 removed");
	expect_saved(OWNER ": 192.0.2.10 held");
}

/* A link-local server without %IF is asked on the registration's interface. */
Test(engine, link_local_server)
{
	config->servers[0] = server_of("fe80::53");
	stand("192.0.2.10", 0);
	go();
	expect_open(&talk, "SOA? " OWNER " @fe80::53%eth0; A " OWNER " @fe80::53%eth0");
}

/* --- the disk --------------------------------------------------------------------- */

Test(engine, the_update_waits_for_the_disk)
{
	struct event event = {.kind = EVENT_SAVED};

	disk_is_fast = false;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa"});
	expect_open(&talk, "");
	expect_saved(OWNER ": 192.0.2.10 maybe");
	event.id = talk.save_id;
	talk_post(&talk, event);
	cr_expect(is_open(&talk, UPDATE53));
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_saved(OWNER ": 192.0.2.10 held");
	cr_expect_eq(talk.exit, -1, "the last SAVE is waited for");
	event.id = talk.save_id;
	talk_post(&talk, event);
	cr_expect_eq(talk.exit, 0);
}

/* A warning, and the update goes on. */
Test(engine, the_disk_is_full)
{
	struct event event = {.kind = EVENT_SAVE_FAILED, .fault = FAULT_FILE_FULL};

	disk_is_fast = false;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa"});
	event.id = talk.save_id;
	talk_post(&talk, event);
	cr_expect(has_note(&talk, "--withdraw"));
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 added");
}

Test(engine, the_state_cannot_be_written)
{
	options.state_writable = false;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa"}, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_saved("-");
}

Test(engine, dry_run)
{
	options.dry_run = true;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa 192.0.2.66"});
	cr_expect_eq(talk.exit, 0);
	expect_saved("-");
	expect_report(0, "planned 0: 192.0.2.10 pending (would be added), "
	    "192.0.2.66 pending (would be removed)");
	cr_assert_not_null(result(0)->nsupdate);
	cr_expect_not_null(strstr(result(0)->nsupdate, "192.0.2.10"));
	cr_expect(engine_report(engine)->dry_run);
}

/* --- the end of the run ----------------------------------------------------------- */

Test(engine, nobody_answers)
{
	stand("192.0.2.10", 0);
	options.timeout_us = CLOCK_S(5);
	go();
	talk_until(&talk, 4999);
	cr_expect_eq(talk.exit, -1);
	talk_until(&talk, 5000);
	settle_saves();
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	cr_expect(error_says(0, "192.0.2.53#53"));
	cr_expect_eq(result(0)->outcome, OUTCOME_FAILED);
}

/* An UPDATE that may have been applied. */
Test(engine, out_of_time_with_an_update_under_way)
{
	stand("192.0.2.10", 0);
	options.timeout_us = CLOCK_S(5);
	go();
	locate_it();
	tell({A53, "aa"});
	talk_until(&talk, 5000);
	settle_saves();
	cr_expect_eq(talk.exit, EXIT_CODE_TEMPORARY);
	expect_saved(OWNER ": 192.0.2.10 maybe");
}

Test(engine, signals)
{
	static const struct {
		int signal;
		int exit;
	} rows[] = {{SIGINT, 130}, {SIGTERM, 143}};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		struct event event = {.kind = EVENT_STOP, .signal = rows[i].signal};

		stand("192.0.2.10", 0);
		go();
		talk_post(&talk, event);
		settle_saves();
		cr_expect_eq(talk.exit, rows[i].exit);
		cr_expect_eq((int)engine_report(engine)->exit, rows[i].exit);
		end();
		begin();
	}
	go();
}

/* A disk that hangs does not hold up the exit. */
Test(engine, signal_and_a_disk_that_hangs)
{
	struct event event = {.kind = EVENT_STOP, .signal = SIGTERM};

	disk_is_fast = false;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa"});
	talk_post(&talk, event);
	talk_until(&talk, 3000);
	cr_expect_eq(talk.exit, 143);
}

/* What was asked for a conversation that is over. */
Test(engine, stale_answers_are_nobodys)
{
	struct event event = {.kind = EVENT_FAULT, .fault = FAULT_RESET};

	stand("192.0.2.10", 0);
	go();
	event.id = (uint64_t)77 << 32 | 5;
	talk_post(&talk, event);
	event.id = 3;
	talk_post(&talk, event);
	expect_open(&talk, SOA "; " A53);
}

/* Two of the file have one FQDN, as the host is called now: the first keeps it. */
Test(engine, an_fqdn_stands_once)
{
	struct config_registration *twin = config_add(config, "twin");

	twin->mode = FQDN_DEDICATED;
	twin->host_name = mem_text("pc1-amt");
	twin->domain_name = mem_text("corp.example");
	stand("192.0.2.10", 0);
	go();
	expect_open(&talk, SOA "; " A53);
	locate_it();
	tell({A53, "aa"}, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 78);
	expect_report(0, "updated 0: 192.0.2.10 added");
	cr_expect_eq(result(1)->outcome, OUTCOME_INVALID);
	cr_expect_str_eq(result(1)->error, OWNER " is the FQDN of \"amt\" already, and "
	    "an FQDN must stand once; give one of the two another host-name or "
	    "domain-name, or leave it out");
}

Test(engine, an_fqdn_stands_once_says_check)
{
	config_add(config, "one");
	config_add(config, "two");
	options.mode = ENGINE_CHECK;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, 78);
	cr_expect_eq(result(0)->outcome, OUTCOME_PENDING);
	cr_expect_eq(result(1)->outcome, OUTCOME_PENDING);
	cr_expect_eq(result(2)->outcome, OUTCOME_INVALID);
}

/* What makes a run invalid is not for the run alone to say. */
Test(engine, an_interface_that_is_missing_says_check)
{
	reg->interface = mem_text("eth9");
	options.mode = ENGINE_CHECK;
	go();
	cr_expect_eq(talk.exit, 78);
	cr_expect_eq(result(0)->outcome, OUTCOME_INVALID);
	cr_expect_str_eq(result(0)->error, "interface eth9 does not exist; there are: "
	    "eth0");
}

/* No default route is no matter of the file: it may come back. */
Test(engine, no_default_route_in_check)
{
	net.route_count = 0;
	options.mode = ENGINE_CHECK;
	go();
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(result(0)->outcome, OUTCOME_PENDING);
}
