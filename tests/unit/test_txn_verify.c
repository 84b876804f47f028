/*
 * Accepted is not applied: looking again, and asking by UPDATE (protocol.md 3.4).
 */
#include "core_txn.h"

TestSuite(txn_verify, .init = begin, .fini = end);

#define AT " @192.0.2.53"
#define ASK "UPDATE corp.example " OWNER ": "
#define NS "NS? corp.example @192.0.2.53"

/* Add 192.0.2.10 where nothing stands; the UPDATE is accepted. */
static void
accepted(void)
{
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	reply(&talk, UPDATE53, "NOERROR");
	expect_open(&talk, A53);
}

/* Only the server that said it is asked, and only for what was sent. */
Test(txn_verify, at_the_same_server)
{
	want("192.0.2.10", "2001:db8::10");
	know("2001:db8::10 held");
	go_seen("aa", "aa 2001:db8::10");
	reply(&talk, UPDATE53, "NOERROR");
	expect_open(&talk, A53);
	talk_until(&talk, 400);
	expect_open(&talk, A53);
	reply(&talk, A53, "aa 192.0.2.10");
	expect_a("updated 0 +192.0.2.10");
}

/* Dedicated: the whole RRset must be what was sent. */
Test(txn_verify, more_than_ours_is_not_ours)
{
	accepted();
	reply(&talk, A53, "aa 192.0.2.10 192.0.2.66");
	expect_a("...");
}

/* Shared: ours must be there, others may come and go. */
Test(txn_verify, shared)
{
	goal.mode = FQDN_SHARED;
	accepted();
	reply(&talk, A53, "aa 192.0.2.10 192.0.2.66");
	expect_a("updated 0 +192.0.2.10");
}

/* --- it does not show ------------------------------------------------------------- */

/* A secondary that passes updates on: asked by UPDATE, with the new RRset by value. */
Test(txn_verify, a_secondary_lags)
{
	accepted();
	reply(&talk, A53, "aa");
	expect_open(&talk, ASK "=192.0.2.10 -192.0.2.1" AT);
	reply(&talk, UPDATE53, "NOERROR");
	expect_open(&talk, ASK "!A -192.0.2.1" AT); /* the opposite must be denied */
	reply(&talk, UPDATE53, "YXRRSET");
	expect_a("updated 0 +192.0.2.10");
	cr_expect(has_note(&talk, "not yet visible at 192.0.2.53#53"));
	expect_known("192.0.2.10 held");
}

Test(txn_verify, a_secondary_lags_with_an_old_address)
{
	want("192.0.2.10", NULL);
	know("192.0.2.9 held");
	go_seen("aa 192.0.2.9", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.9"});
	expect_open(&talk, ASK "=192.0.2.10 -192.0.2.1" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {UPDATE53, "YXRRSET"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.9");
}

/* ... after a withdrawal: "RRset does not exist". */
Test(txn_verify, a_secondary_lags_behind_a_withdrawal)
{
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_open(&talk, ASK "!A -192.0.2.1" AT);
	reply(&talk, UPDATE53, "NOERROR");
	expect_open(&talk, ASK "=192.0.2.10 -192.0.2.1" AT);
	reply(&talk, UPDATE53, "NXRRSET");
	expect_a("withdrawn 0 -192.0.2.10");
	expect_known("-");
}

/* Nobody knows it: the next candidate, then 75. */
Test(txn_verify, accepted_but_not_applied)
{
	static const char *const rcodes[] = {"NXRRSET", "REFUSED", "SERVFAIL"};
	size_t i;

	for (i = 0; i < LENGTH(rcodes); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere("192.0.2.1 192.0.2.2");
		play(&talk,
		    {A1, "aa"},
		    {UPDATE1, "NOERROR"},
		    {A1, "aa"},
		    {UPDATE1, rcodes[i]});
		expect_open(&talk, A2);
		serve({A2, "aa"}, {A53, "NXDOMAIN"}, {NS, "aa"}, {SOA, ZONE},
		    {"UPDATE corp.example " OWNER ": !CNAME !A +192.0.2.10/900 "
		        "@192.0.2.2", "NOERROR"},
		    {UPDATE2, rcodes[i]});
		expect_a("failed 75");
		expect_says(0, "accepted");
		expect_known("192.0.2.10 maybe");
		end();
		begin();
	}
}

/* A server that says yes to everything proves nothing. */
Test(txn_verify, a_server_that_lies)
{
	accepted();
	reply(&talk, A53, "aa");
	serve({UPDATE53, "NOERROR"}, {A53, "aa"}, {NS, "aa"}, {SOA, ZONE});
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

/* One family shows and is done, the other is asked for alone. */
Test(txn_verify, one_family_shows)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa", "aa");
	play(&talk,
	    {UPDATE53, "NOERROR"},
	    {A53, "aa 192.0.2.10"},
	    {AAAA53, "aa"});
	expect_a("updated 0 +192.0.2.10");
	expect_aaaa("...");
	expect_open(&talk, ASK "=2001:db8::10 -2001:db8::1" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {UPDATE53, "YXRRSET"});
	expect_aaaa("updated 0 +2001:db8::10");
}

/* Somebody changed it between the two: what is seen decides. */
Test(txn_verify, overwritten)
{
	accepted();
	play(&talk,
	    {A53, "aa 192.0.2.66"},
	    {"soon " A53, "aa 192.0.2.66"});
	expect_open(&talk, HEAD "=192.0.2.66 -192.0.2.66 +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(txn.results[0].exit, EXIT_CODE_OK);
	cr_expect_eq(txn.results[0].outcome, OUTCOME_UPDATED);
	expect_known("192.0.2.10 held");
}

Test(txn_verify, overwritten_again_and_again)
{
	char seen[32];
	int i;

	accepted();
	for (i = 1; i <= 50 && !txn_done(&txn); i++) {
		snprintf(seen, sizeof(seen), "aa 192.0.2.%d", 100 + i);
		if (is_open(&talk, UPDATE53))
			reply(&talk, UPDATE53, "NOERROR");
		else if (is_open(&talk, NS))
			reply(&talk, NS, "aa");
		else
			play(&talk, {"soon " A53, seen});
	}
	expect_a("failed 75");
}

/* --- it cannot be seen ------------------------------------------------------------ */

/* REFUSED, SERVFAIL or no AA to the question: the next candidate. */
Test(txn_verify, no_good_answer)
{
	static const char *const answers[] = {"REFUSED", "SERVFAIL", "192.0.2.10",
	    "fault PORT_UNREACHABLE"};
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere("192.0.2.1 192.0.2.2");
		play(&talk, {A1, "aa"}, {UPDATE1, "NOERROR"}, {A1, answers[i]});
		expect_open(&talk, A2);
		play(&talk, {A2, "aa 192.0.2.10"});
		cr_assert(is_open(&talk, UPDATE2), "confirmed by UPDATE");
		play(&talk, {UPDATE2, "NOERROR"}, {A2, "aa 192.0.2.10"});
		cr_expect_eq(txn.results[0].outcome, OUTCOME_UPDATED);
		expect_known("192.0.2.10 held");
		end();
		begin();
	}
}

/* Nobody else can be asked: what is said is that nobody has seen it. */
Test(txn_verify, nobody_can_look)
{
	static const struct {
		const char *answer, *says;
	} cases[] = {
		{"fault PORT_UNREACHABLE", "verified: the server does not answer any more"},
		{"REFUSED", "verified: the server does not answer queries now"},
		{"192.0.2.10", "verified: the server does not answer with authority"},
	};
	size_t i;

	for (i = 0; i < LENGTH(cases); i++) {
		accepted();
		serve({A53, cases[i].answer}, {NS, "aa"}, {SOA, ZONE});
		expect_a("failed 75");
		expect_says(0, cases[i].says);
		expect_known("192.0.2.10 maybe");
		end();
		begin();
	}
}

/* A referral is never proof: forget the zone, rediscover once. */
Test(txn_verify, below_a_cut)
{
	accepted();
	reply(&talk, A53, "NOERROR; au " OWNER " 900 NS ns9.corp.example");
	expect_open(&talk, SOA);
	play(&talk,
	    {SOA, "aa; an " OWNER " 900 SOA ns9.corp.example"},
	    {"A? ns9.corp.example @192.0.2.53", "192.0.2.1"},
	    {"AAAA? ns9.corp.example @192.0.2.53", "NOERROR"},
	    {A1, "aa"});
	expect_open(&talk, "UPDATE " OWNER " " OWNER ": !CNAME !A +192.0.2.10/900 "
	    "@192.0.2.1");
	play(&talk, {UPDATE1, "NOERROR"}, {A1, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

Test(txn_verify, below_a_cut_for_ever)
{
	accepted();
	serve({A53, "NOERROR; au " OWNER " 900 NS ns9.corp.example"}, {SOA, ZONE},
	    {"A? ns1.corp.example @192.0.2.53", "aa 192.0.2.53"},
	    {"AAAA? ns1.corp.example @192.0.2.53", "aa"}, {NS, "aa"});
	expect_a("failed 75");
}

/* --- the TTL ---------------------------------------------------------------------- */

/* Samba keeps an old TTL silently: reported, not tried again. */
Test(txn_verify, the_server_keeps_its_ttl)
{
	want("192.0.2.10", NULL);
	know("192.0.2.10/300 held");
	go_seen("aa 192.0.2.10/300", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10/300"});
	expect_a("unchanged 0 =192.0.2.10");
	cr_expect_eq(txn.results[0].ttl, 300);
	cr_expect(has_note(&talk, "keeps the TTL 300"));
	expect_known("192.0.2.10/300 held");
	txn_free(&txn);
	goal.mask = 0;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.10/300", NULL);
	expect_a("unchanged 0 =192.0.2.10");
}

/* Its own TTL on a new address is no failure either. */
Test(txn_verify, another_ttl_than_asked_for)
{
	accepted();
	reply(&talk, A53, "aa 192.0.2.10/60");
	expect_a("updated 0 +192.0.2.10");
	cr_expect_eq(txn.results[0].ttl, 60);
	expect_known("192.0.2.10/60 held");
}
