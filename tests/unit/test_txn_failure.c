/*
 * What a failed UPDATE leads to, and what the candidates' last words make of the exit
 * code (protocol.md 5).
 */
#include "core_txn.h"

TestSuite(txn_failure, .init = begin, .fini = end);

#define NS "NS? corp.example @192.0.2.53"
#define TWO "192.0.2.1 192.0.2.2"

/* --- every verdict ---------------------------------------------------------------- */

/* Not this one: the next candidate at once, and it is looked at first. */
Test(txn_failure, next_candidate)
{
	static const char *const rcodes[] = {"REFUSED", "FORMERR", "NOTIMP"};
	size_t i;

	for (i = 0; i < LENGTH(rcodes); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere(TWO);
		play(&talk, {A1, "aa"}, {UPDATE1, rcodes[i]});
		cr_expect_eq(talk.world.step.now_us, 0);
		expect_open(&talk, A2);
		play(&talk, {A2, "aa"}, {UPDATE2, "NOERROR"}, {A2, "aa 192.0.2.10"});
		expect_a("updated 0 +192.0.2.10");
		end();
		begin();
	}
}

/* Once more after 1-2 s, then the next candidate. */
Test(txn_failure, servfail)
{
	want("192.0.2.10", NULL);
	go_elsewhere(TWO);
	play(&talk, {A1, "aa"}, {UPDATE1, "SERVFAIL"});
	cr_expect_geq(txn_deadline(&txn), CLOCK_S(1));
	cr_expect_lt(txn_deadline(&txn), CLOCK_S(2));
	talk_until(&talk, 999);
	expect_open(&talk, "");
	talk_until(&talk, 2000);
	cr_assert(is_open(&talk, A1));
	play(&talk, {A1, "aa"}, {UPDATE1, "SERVFAIL"});
	expect_open(&talk, A2);
	cr_expect_eq(talk.world.step.now_us, CLOCK_S(2));
}

Test(txn_failure, servfail_and_better)
{
	want("192.0.2.10", NULL);
	go_elsewhere(TWO);
	play(&talk,
	    {A1, "aa"},
	    {UPDATE1, "SERVFAIL"},
	    {"until 2000", NULL},
	    {A1, "aa"},
	    {UPDATE1, "NOERROR"},
	    {A1, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* Forget the zone and rediscover, once; then the next candidate. */
Test(txn_failure, rediscovery)
{
	static const char *const rcodes[] = {"NOTAUTH", "NOTZONE"};
	size_t i;

	for (i = 0; i < LENGTH(rcodes); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere(TWO);
		play(&talk, {A1, "aa"}, {UPDATE1, rcodes[i]});
		expect_open(&talk, SOA);
		play(&talk,
		    {SOA, ZONE},
		    {"A? ns1.corp.example @192.0.2.53", TWO},
		    {"AAAA? ns1.corp.example @192.0.2.53", "aa"});
		expect_open(&talk, A2);
		play(&talk, {A2, "aa"}, {UPDATE2, rcodes[i]});
		cr_expect_not(is_open(&talk, SOA), "once is enough");
		end();
		begin();
	}
}

/* The zone turns out to be another one: its server is asked anew. */
Test(txn_failure, rediscovery_finds_a_deeper_zone)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	play(&talk,
	    {A1, "aa"},
	    {UPDATE1, "NOTAUTH"},
	    {SOA, "aa; an " OWNER " 900 SOA ns1.corp.example"},
	    {"A? ns1.corp.example @192.0.2.53", "192.0.2.1"},
	    {"AAAA? ns1.corp.example @192.0.2.53", "NOERROR"},
	    {A1, "aa"});
	expect_open(&talk, "UPDATE " OWNER " " OWNER ": !CNAME !A +192.0.2.10/900 "
	    "@192.0.2.1");
}

/* Silence is ignorance: 3 tries, TCP, then the next candidate is looked at. */
Test(txn_failure, silent_update)
{
	want("192.0.2.10", NULL);
	go_elsewhere(TWO);
	reply(&talk, A1, "aa");
	talk_until(&talk, 11999);
	cr_expect(is_open(&talk, UPDATE1 "/tcp"));
	cr_expect_not(is_open(&talk, A2));
	talk_until(&talk, 12000);
	expect_open(&talk, A2);
	/* the first one has done it after all */
	play(&talk, {A2, "aa 192.0.2.10"}, {UPDATE2, "NOERROR"}, {A2, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

Test(txn_failure, unreachable_update_goes_on_at_once)
{
	want("192.0.2.10", NULL);
	go_elsewhere(TWO);
	play(&talk, {A1, "aa"}, {UPDATE1, "fault PORT_UNREACHABLE"});
	expect_open(&talk, A2);
	cr_expect_eq(talk.world.step.now_us, 0);
}

/* Only when all have failed the zone's NS set is asked for more. */
Test(txn_failure, name_servers_at_the_end)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	play(&talk, {A1, "aa"}, {UPDATE1, "REFUSED"}, {A53, "NXDOMAIN"});
	expect_open(&talk, NS);
	play(&talk,
	    {NS, "aa; an corp.example 900 NS ns2.corp.example"},
	    {"A? ns2.corp.example @192.0.2.53", "192.0.2.2"},
	    {"AAAA? ns2.corp.example @192.0.2.53", "NOERROR"},
	    {A2, "aa"},
	    {UPDATE2, "NOERROR"},
	    {A2, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* --- the list is exhausted -------------------------------------------------------- */

/* What two candidates say to the UPDATE, or to the question before it. */
Test(txn_failure, exit_codes)
{
	static const struct {
		const char *look1, *update1, *look2, *update2; /* NULL: silence */
		const char *wanted;
		const char *known;
	} rows[] = {
		{"aa", "REFUSED", "aa", "REFUSED", "refused 77", "-"},
		{"aa", "NOTAUTH", "aa", "NOTZONE", "refused 77", "-"},
		{"aa", "NOTIMP", "aa", "FORMERR", "refused 77", "-"},
		{"REFUSED", NULL, "REFUSED", NULL, "refused 77", "-"},
		/* silence never hides an answer */
		{NULL, NULL, "aa", "REFUSED", "refused 77", "-"},
		{"aa", "REFUSED", NULL, NULL, "refused 77", "-"},
		{"aa", "REFUSED", "fault UNREACHABLE", NULL, "refused 77", "-"},
		/* SERVFAIL comes first */
		{"aa", "SERVFAIL", "aa", "REFUSED", "failed 75", "-"},
		{"aa", "REFUSED", "aa", "SERVFAIL", "failed 75", "-"},
		{"SERVFAIL", NULL, "REFUSED", NULL, "failed 75", "-"},
		/* and so does an UPDATE that may have been applied */
		{"aa", NULL, "aa", "REFUSED", "failed 75", "192.0.2.10 maybe"},
		{"aa", "fault RESET", NULL, NULL, "failed 75", "192.0.2.10 maybe"},
		{"aa", "fault MSG_MISMATCH", NULL, NULL, "failed 75",
		    "192.0.2.10 maybe"},
		/* nobody answered */
		{NULL, NULL, NULL, NULL, "failed 69", "-"},
		{"fault PORT_UNREACHABLE", NULL, NULL, NULL, "failed 69", "-"},
		{"aa", "fault PORT_UNREACHABLE", "aa", "fault UNREACHABLE", "failed 69",
		    "-"},
		{"NOERROR", NULL, "NXDOMAIN", NULL, "failed 69", "-"},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		want("192.0.2.10", NULL);
		go_elsewhere(TWO);
#define OR_SILENCE(question, answer) {answer == NULL ? "-" : question, answer}
		serve({A53, "NXDOMAIN"}, {NS, "NOERROR"}, {SOA, ZONE},
		    {"A? ns1.corp.example @192.0.2.53", TWO},
		    {"AAAA? ns1.corp.example @192.0.2.53", "NOERROR"},
		    OR_SILENCE(A1, rows[i].look1),
		    OR_SILENCE(UPDATE1, rows[i].update1),
		    OR_SILENCE(A2, rows[i].look2),
		    OR_SILENCE(UPDATE2, rows[i].update2));
#undef OR_SILENCE
		expect_text_at((int)i, result_text(0), rows[i].wanted, "row");
		expect_text_at((int)i, known(), rows[i].known, "row");
		end();
		begin();
	}
}

/* The sentence of a 77: server, zone, our address, what it can mean, what to change. */
Test(txn_failure, refused_says_what_to_do)
{
	static const char *const words[] = {"192.0.2.1#53", "corp.example",
	    "198.51.100.7", "REFUSED", "non-secure", "allow-update"};
	size_t i;

	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	serve({A53, "NXDOMAIN"}, {NS, "NOERROR"}, {A1, "aa"}, {UPDATE1, "REFUSED"});
	expect_a("refused 77");
	for (i = 0; i < LENGTH(words); i++)
		expect_says(0, words[i]);
	cr_expect_eq(txn.rcode, RCODE_REFUSED);
}

Test(txn_failure, servfail_says_what_to_do)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	serve({A53, "NXDOMAIN"}, {NS, "NOERROR"}, {A1, "aa"}, {UPDATE1, "SERVFAIL"});
	expect_a("failed 75");
	expect_says(0, "192.0.2.1#53");
	expect_says(0, "SERVFAIL");
	expect_says(0, "reloading");
	expect_says(0, "max-records-per-type");
}

/* Everybody who was asked is named. */
Test(txn_failure, silence_names_the_servers)
{
	want("192.0.2.10", NULL);
	go_elsewhere(TWO);
	serve({A53, "NXDOMAIN"}, {NS, "NOERROR"});
	expect_a("failed 69");
	expect_says(0, "192.0.2.1#53");
	expect_says(0, "192.0.2.2#53");
}

/* --- a family each ---------------------------------------------------------------- */

/* An rcode for both: each goes again alone, and one does not block the other. */
Test(txn_failure, families_go_alone_after_an_rcode)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa", "aa");
	reply(&talk, UPDATE53, "REFUSED");
	expect_open(&talk, A53);
	reply(&talk, A53, "aa");
	expect_open(&talk, HEAD "!A +192.0.2.10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
	expect_open(&talk, AAAA53);
	reply(&talk, AAAA53, "aa");
	expect_open(&talk, HEAD "!AAAA +2001:db8::10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "REFUSED"}, {NS, "aa"});
	expect_aaaa("refused 77");
	expect_known("192.0.2.10 held");
}

/* The first one fails for good, the second is tried all the same. */
Test(txn_failure, the_second_family_is_not_blocked)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa", "aa");
	play(&talk,
	    {UPDATE53, "REFUSED"},
	    {A53, "aa"},
	    {UPDATE53, "REFUSED"},
	    {NS, "aa"});
	expect_a("refused 77");
	play(&talk,
	    {AAAA53, "aa"},
	    {UPDATE53, "NOERROR"},
	    {AAAA53, "aa 2001:db8::10"});
	expect_aaaa("updated 0 +2001:db8::10");
	expect_known("2001:db8::10 held");
}
