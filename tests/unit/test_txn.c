/*
 * One conversation: locate, observe, compare, update, verify, and who is asked when
 * somebody fails (protocol.md 3 and 5).
 */
#include "core_txn.h"

TestSuite(txn, .init = begin, .fini = end);

/* --- the happy path --------------------------------------------------------------- */

Test(txn, adds_both_families_in_one_message)
{
	want("192.0.2.10", "2001:db8::10");
	go();
	expect_open(&talk, SOA "; " A53 "; " AAAA53);
	locate_it();
	cr_expect_eq(txn.step, TXN_OBSERVE);
	play(&talk, {A53, "aa NXDOMAIN"}, {AAAA53, "aa NXDOMAIN"});
	expect_open(&talk, HEAD "!A !AAAA +192.0.2.10/900 +2001:db8::10/900 "
	    "@192.0.2.53");
	reply(&talk, UPDATE53, "NOERROR");
	expect_open(&talk, A53 "; " AAAA53);
	expect_a("...");
	play(&talk, {A53, "aa 192.0.2.10"}, {AAAA53, "aa 2001:db8::10"});
	expect_a("updated 0 +192.0.2.10");
	expect_aaaa("updated 0 +2001:db8::10");
	cr_expect(txn_done(&txn));
	cr_expect_eq(txn.rcode, RCODE_NOERROR);
	expect_known("192.0.2.10 held 2001:db8::10 held");
}

/* What was asked beside the SOA question is not asked again. */
Test(txn, early_observation_is_used)
{
	want("192.0.2.10", NULL);
	go();
	reply(&talk, A53, "aa");
	cr_expect_eq(txn.step, TXN_LOCATE);
	locate_it();
	expect_open(&talk, HEAD "!A +192.0.2.10/900 @192.0.2.53");
}

Test(txn, unchanged_sends_nothing)
{
	want("192.0.2.10", "2001:db8::10");
	know("192.0.2.10 held 2001:db8::10 held");
	go_seen("aa 192.0.2.10", "aa 2001:db8::10");
	expect_a("unchanged 0 =192.0.2.10");
	expect_aaaa("unchanged 0 =2001:db8::10");
	cr_expect(txn_done(&txn));
}

/* Unknown to the state: confirmed by UPDATE, never by the query alone. */
Test(txn, unknown_is_confirmed_by_update)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.10", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 +192.0.2.10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("unchanged 0 =192.0.2.10");
	expect_known("192.0.2.10 held");
}

Test(txn, only_what_differs_goes_into_the_message)
{
	want("192.0.2.10", "2001:db8::10");
	know("192.0.2.10 held 2001:db8::9 held");
	go_seen("aa 192.0.2.10", "aa 2001:db8::9");
	expect_open(&talk, HEAD "=2001:db8::9 -2001:db8::9 +2001:db8::10/900 "
	    "@192.0.2.53");
	expect_a("unchanged 0 =192.0.2.10");
	play(&talk, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::10"});
	expect_aaaa("updated 0 +2001:db8::10 -2001:db8::9");
}

Test(txn, refresh)
{
	want("192.0.2.10", NULL);
	know("192.0.2.10 held");
	goal.refresh = true;
	go_seen("aa 192.0.2.10", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 +192.0.2.10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("unchanged 0 =192.0.2.10");
}

Test(txn, another_ttl)
{
	want("192.0.2.10", NULL);
	know("192.0.2.10/300 held");
	go_seen("aa 192.0.2.10/300", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 --A +192.0.2.10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10/900"});
	expect_a("updated 0 =192.0.2.10");
	cr_expect_eq(txn.results[0].ttl, 900);
	expect_known("192.0.2.10 held");
}

Test(txn, withdraw)
{
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10 192.0.2.66", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 =192.0.2.66 -192.0.2.10 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.66"});
	expect_a("withdrawn 0 -192.0.2.10");
	expect_known("-");
}

/* Foreign addresses that go are named to the person. */
Test(txn, replacing_is_said)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.66");
	cr_expect(has_note(&talk, "192.0.2.66"));
}

/* Shared, without state: the old address cannot be told from a foreign one. */
Test(txn, shared_leaves_what_it_does_not_know)
{
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.9/300", NULL);
	expect_open(&talk, HEAD "=192.0.2.9 +192.0.2.10/300 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.9/300 192.0.2.10/300"});
	expect_a("updated 0 +192.0.2.10");
	cr_expect(has_note(&talk, "192.0.2.9"));
	expect_known("192.0.2.10/300 held");
}

/* R5: an AAAA added earlier under a shared name is removed exactly. */
Test(txn, shared_removes_its_own_aaaa)
{
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	goal.mask = FAMILY_BOTH;
	know("192.0.2.10 held 2001:db8::10 held");
	go_seen("aa 192.0.2.10", "aa 2001:db8::10 2001:db8::66");
	expect_open(&talk, HEAD "=2001:db8::10 =2001:db8::66 -2001:db8::10 "
	    "@192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::66"});
	expect_aaaa("updated 0 -2001:db8::10");
	expect_known("192.0.2.10 held");
}

Test(txn, dry_run)
{
	want("192.0.2.10", "2001:db8::10");
	goal.dry_run = true;
	go_seen("aa 192.0.2.66", "aa");
	expect_open(&talk, "");
	expect_a("planned 0 -192.0.2.66 ~192.0.2.10");
	expect_aaaa("planned 0 ~2001:db8::10");
	cr_expect_not_null(strstr(strbuf_text(&txn.nsupdate), "server 192.0.2.53"));
	cr_expect_not_null(strstr(strbuf_text(&txn.nsupdate), "zone corp.example"));
	cr_expect_not_null(strstr(strbuf_text(&txn.nsupdate), "2001:db8::10"));
	cr_expect_not(talk.world.step.save_wanted);
	expect_known("-");
}

Test(txn, transport_tcp)
{
	want("192.0.2.10", NULL);
	goal.tcp = true;
	go();
	expect_open(&talk, SOA "; " A53 "/tcp");
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example @192.0.2.53", "aa 192.0.2.53"},
	    {"AAAA? ns1.corp.example @192.0.2.53", "aa"},
	    {A53 "/tcp", "aa"},
	    {UPDATE53 "/tcp", "NOERROR"},
	    {A53 "/tcp", "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* --- locate failed ---------------------------------------------------------------- */

Test(txn, no_dns_server_answers)
{
	want("192.0.2.10", NULL);
	go();
	talk_until(&talk, 7000);
	expect_a("failed 69");
	expect_says(0, "192.0.2.53#53");
}

Test(txn, dns_servers_refuse)
{
	want("192.0.2.10", NULL);
	go();
	reply(&talk, SOA, "REFUSED");
	expect_a("failed 75");
	expect_says(0, "REFUSED");
	expect_says(0, OWNER);
}

Test(txn, no_zone)
{
	want("192.0.2.10", NULL);
	go();
	play(&talk, {SOA, "NXDOMAIN; au . 900 SOA a.root-servers.net"});
	expect_a("failed 69");
	expect_says(0, "no zone");
}

Test(txn, top_level_zone)
{
	want("192.0.2.10", NULL);
	go();
	play(&talk, {SOA, "aa NXDOMAIN; au example 900 SOA ns.nic.example"});
	expect_a("invalid 78");
	expect_says(0, "R1");
	expect_says(0, "allow-top-level-zone");
}

/* --- observe ---------------------------------------------------------------------- */

/* Not the one to ask: the next candidate, and no state change. */
Test(txn, observe_fails_at_the_first_candidate)
{
	static const char *const answers[] = {"REFUSED", "SERVFAIL", "NXDOMAIN",
	    "192.0.2.10", "fault PORT_UNREACHABLE"};
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere("192.0.2.1 192.0.2.2");
		expect_open(&talk, A1);
		reply(&talk, A1, answers[i]);
		expect_open(&talk, A2);
		play(&talk, {A2, "aa"}, {UPDATE2, "NOERROR"}, {A2, "aa 192.0.2.10"});
		expect_a("updated 0 +192.0.2.10");
		expect_known("192.0.2.10 held");
		end();
		begin();
	}
}

Test(txn, nobody_may_be_observed)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	play(&talk,
	    {A1, "REFUSED"},
	    {A53, "NXDOMAIN"},
	    {"NS? corp.example @192.0.2.53", "aa"});
	expect_a("refused 77");
	expect_known("-");
	expect_says(0, "192.0.2.1#53");
}

Test(txn, candidates_are_asked_300_ms_apart)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1 192.0.2.2");
	talk_until(&talk, 299);
	expect_open(&talk, A1);
	talk_until(&talk, 300);
	expect_open(&talk, A1 "; " A2);
	play(&talk, {A2, "aa"});
	expect_open(&talk, HEAD "!A +192.0.2.10/900 @192.0.2.2");
}

/* A DNAME above the name: nothing can stand there. */
Test(txn, dname)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa; an corp.example 900 DNAME other.example; "
	    "an pc1.corp.example 900 CNAME pc1.other.example",
	    "aa; an corp.example 900 DNAME other.example");
	expect_a("conflict 73");
	expect_aaaa("conflict 73");
	expect_says(0, "DNAME");
	expect_known("-");
}

/* --- the end of the time ---------------------------------------------------------- */

Test(txn, out_of_time_before_anything_was_sent)
{
	want("192.0.2.10", NULL);
	go();
	locate_it();
	txn_abort(&txn, &talk.world.step, "gave up");
	talk_absorb(&talk);
	expect_a("failed 69");
	expect_says(0, "192.0.2.53#53");
	expect_known("-");
}

/* An UPDATE that may have been applied: 75, and the state says maybe. */
Test(txn, out_of_time_with_an_update_under_way)
{
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	cr_assert(is_open(&talk, UPDATE53));
	txn_abort(&txn, &talk.world.step, "gave up");
	talk_absorb(&talk);
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

Test(txn, waits_for)
{
	struct strbuf out = {0};

	want("192.0.2.10", NULL);
	go();
	txn_waits_for(&txn, &out);
	cr_expect_str_eq(strbuf_text(&out), "192.0.2.53#53 to answer SOA " OWNER);
	strbuf_free(&out);
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example @192.0.2.53", "aa 192.0.2.53"},
	    {"AAAA? ns1.corp.example @192.0.2.53", "aa"},
	    {A53, "aa"});
	txn_waits_for(&txn, &out);
	cr_expect_str_eq(strbuf_text(&out), "192.0.2.53#53 to answer the update");
	strbuf_free(&out);
}
