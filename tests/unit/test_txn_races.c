/*
 * A prerequisite failed: wildcards, aliases, others who write the name, lost answers
 * (protocol.md 3.5 and 7).
 */
#include "core_txn.h"

TestSuite(txn_races, .init = begin, .fini = end);

#define AT " @192.0.2.53"

/* --- what the second look decides ------------------------------------------------- */

/* As desired now: our own success, its answer lost. */
Test(txn_races, our_own_success)
{
	static const char *const rcodes[] = {"YXRRSET", "NXRRSET", "YXDOMAIN",
	    "NXDOMAIN"};
	size_t i;

	for (i = 0; i < LENGTH(rcodes); i++) {
		want("192.0.2.10", NULL);
		go_seen("aa", NULL);
		talk_until(&talk, 1000); /* retransmitted */
		reply(&talk, UPDATE53, rcodes[i]);
		await(&talk, A53);
		expect_open(&talk, A53);
		reply(&talk, A53, "aa 192.0.2.10");
		expect_a("updated 0 +192.0.2.10");
		expect_known("192.0.2.10 held");
		end();
		begin();
	}
}

/* A shared name: doubled on its way, one answer lost.  Where what was ours has gone, too,
 * nobody else has done it. */
Test(txn_races, our_own_success_under_a_shared_name)
{
	static const struct {
		const char *before, *after, *result, *known;
	} rows[] = {
		{"aa 192.0.2.10", "aa 192.0.2.11", "updated 0 +192.0.2.11 "
		    "-192.0.2.10", "192.0.2.11 held"},
		{NULL, "aa 192.0.2.11", "unchanged 0 =192.0.2.11",
		    "192.0.2.11 confirmed"},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		if (rows[i].before != NULL)
			know("192.0.2.10 held");
		goal.mode = FQDN_SHARED;
		want("192.0.2.11", NULL);
		go_seen(rows[i].before != NULL ? rows[i].before : "aa", NULL);
		play(&talk, {UPDATE53, "NXRRSET"}, {"soon " A53, rows[i].after});
		if (i == 1)
			play(&talk, {"soon " UPDATE53, "NOERROR"},
			    {A53, rows[i].after});
		expect_a(rows[i].result);
		expect_known(rows[i].known);
		end();
		begin();
	}
}

/* Somebody was faster: compare-and-swap on what stands there now. */
Test(txn_races, somebody_was_faster)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	expect_open(&talk, HEAD "=192.0.2.66 -192.0.2.66 +192.0.2.10/900" AT);
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.66 192.0.2.67"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "=192.0.2.66 =192.0.2.67 -192.0.2.66 -192.0.2.67 "
	    "+192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.66 -192.0.2.67");
}

/* Whoever else is at it does the same: not in step. */
Test(txn_races, rounds_have_jitter)
{
	int64_t at_us[2];
	int run;

	for (run = 0; run < 2; run++) {
		if (run > 0) {
			end();
			begin();
			rng_u32(&talk.world.rng);
		}
		want("192.0.2.10", NULL);
		go_seen("aa 192.0.2.66", NULL);
		play(&talk,
		    {UPDATE53, "NXRRSET"},
		    {"soon " A53, "aa 192.0.2.67"},
		    {"soon " UPDATE53, "NXRRSET"},
		    {"soon " A53, "aa 192.0.2.68"});
		await(&talk, UPDATE53);
		at_us[run] = talk.world.step.now_us;
	}
	cr_expect_neq(at_us[0], at_us[1]);
}

/* At most 5 rounds, then 75. */
Test(txn_races, five_lost_races)
{
	char seen[64];
	int round;

	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.100", NULL);
	for (round = 1; round <= 5; round++) {
		snprintf(seen, sizeof(seen), "aa 192.0.2.%d", 100 + round);
		play(&talk, {"soon " UPDATE53, "NXRRSET"}, {"soon " A53, seen});
	}
	expect_a("failed 75");
	expect_known("-");
	expect_says(0, "192.0.2.53#53");
	cr_expect(txn_done(&txn));
}

Test(txn_races, the_fifth_round_may_win)
{
	char seen[64];
	int round;

	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.100", NULL);
	for (round = 1; round < 5; round++) {
		snprintf(seen, sizeof(seen), "aa 192.0.2.%d", 100 + round);
		play(&talk, {"soon " UPDATE53, "NXRRSET"}, {"soon " A53, seen});
	}
	play(&talk, {"soon " UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.104");
}

/* --- the same sight: what was seen may be a wildcard's ---------------------------- */

Test(txn_races, wildcard)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "!A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* Neither by value nor absent: once with the CNAME prerequisite alone. */
Test(txn_races, blind)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"},
	    {"soon " UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "--A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.99");
}

/* Once: when that fails, too, it is over. */
Test(txn_races, blind_only_once)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	serve({A53, "aa 192.0.2.99"}, {UPDATE53, "NXRRSET"});
	expect_a("failed 75");
	expect_known("-");
}

/* Shared: ours is added blindly, others' addresses are never touched. */
Test(txn_races, blind_shared)
{
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "!A +192.0.2.10/900" AT);
	play(&talk,
	    {UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "+192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10 192.0.2.99"});
	expect_a("updated 0 +192.0.2.10");
}

/* Nothing is shown, and "does not exist" fails: a stale copy. */
Test(txn_races, stale_copy)
{
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	play(&talk, {UPDATE53, "YXRRSET"}, {"soon " A53, "aa"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "--A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* What one server showed says nothing about the next: the usual guard first. */
Test(txn_races, the_next_server_is_asked_with_the_usual_guard)
{
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1 192.0.2.2");
	play(&talk,
	    {A1, "aa 192.0.2.99"},
	    {UPDATE1, "NXRRSET"},
	    {"soon " A1, "aa 192.0.2.99"},
	    {"soon " UPDATE1, "REFUSED"},
	    {"soon " A2, "aa 192.0.2.99"});
	expect_open(&talk, HEAD "=192.0.2.99 -192.0.2.99 +192.0.2.10/900 @192.0.2.2");
}

/* --- on-conflict: keep ------------------------------------------------------------ */

/* What fails "does not exist" is really foreign, not a wildcard's. */
Test(txn_races, keep)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	expect_open(&talk, HEAD "!A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "YXRRSET"}, {"soon " A53, "aa 192.0.2.66"});
	expect_a("conflict 73");
	expect_says(0, "192.0.2.66");
	expect_says(0, "on-conflict");
	expect_known("-");
}

Test(txn_races, keep_beside_a_wildcard)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* Never blindly. */
Test(txn_races, keep_and_a_stale_copy)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	expect_open(&talk, HEAD "!A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "YXRRSET"}, {"soon " A53, "aa"});
	expect_a("conflict 73");
	cr_expect(txn_done(&txn));
}

/* One family in conflict does not hold up the other. */
Test(txn_races, keep_one_family)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa 192.0.2.66", "aa");
	play(&talk,
	    {UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.66"},
	    {AAAA53, "aa"});
	serve({A53, "aa 192.0.2.66"}, {AAAA53, "aa 2001:db8::10"},
	    {HEAD "!A +192.0.2.10/900" AT, "YXRRSET"},
	    {HEAD "!AAAA +2001:db8::10/900" AT, "NOERROR"},
	    {UPDATE53, "NOERROR"});
	expect_a("conflict 73");
	cr_expect_eq(txn.results[1].exit, EXIT_CODE_OK);
	expect_known("2001:db8::10 held");
}

/* --- aliases ---------------------------------------------------------------------- */

#define CNAME "aa; an " OWNER " 900 CNAME www.corp.example"

/* A CNAME that is seen may be a wildcard's: go on. */
Test(txn_races, wildcard_alias)
{
	want("192.0.2.10", NULL);
	go_seen(CNAME, NULL);
	expect_open(&talk, HEAD "!A +192.0.2.10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10");
}

/* CNAME seen and YXRRSET. */
Test(txn_races, alias)
{
	want("192.0.2.10", NULL);
	go_seen(CNAME, NULL);
	play(&talk, {UPDATE53, "YXRRSET"}, {"soon " A53, CNAME});
	expect_a("conflict 73");
	expect_says(0, "CNAME");
	expect_says(0, "192.0.2.53#53");
	expect_known("-");
}

/* It is gone when we look again: no conflict, another round. */
Test(txn_races, alias_that_has_gone)
{
	want("192.0.2.10", NULL);
	go_seen(CNAME, NULL);
	play(&talk,
	    {UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.66"},
	    {"soon " UPDATE53, "NOERROR"},
	    {A53, "aa 192.0.2.10"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.66");
}

Test(txn_races, alias_for_both_families)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen(CNAME, CNAME);
	serve({A53, CNAME}, {AAAA53, CNAME}, {UPDATE53, "YXRRSET"});
	expect_a("conflict 73");
	expect_aaaa("conflict 73");
}

/* --- a family each ---------------------------------------------------------------- */

/* One family's race: each goes again in a message of its own. */
Test(txn_races, families_go_alone)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa", "aa");
	play(&talk,
	    {UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.66"},
	    {AAAA53, "aa"},
	    {"soon " A53, "aa 192.0.2.66"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "=192.0.2.66 -192.0.2.66 +192.0.2.10/900" AT);
	play(&talk,
	    {UPDATE53, "NOERROR"},
	    {A53, "aa 192.0.2.10"},
	    {"soon " AAAA53, "aa"});
	expect_a("updated 0 +192.0.2.10 -192.0.2.66");
	expect_open(&talk, HEAD "!AAAA +2001:db8::10/900" AT);
	play(&talk, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::10"});
	expect_aaaa("updated 0 +2001:db8::10");
}

/* Both stand there now: both were ours. */
Test(txn_races, success_of_both)
{
	want("192.0.2.10", "2001:db8::10");
	go_seen("aa", "aa");
	play(&talk,
	    {UPDATE53, "YXRRSET"},
	    {"soon " A53, "aa 192.0.2.10"},
	    {AAAA53, "aa 2001:db8::10"});
	expect_a("updated 0 +192.0.2.10");
	expect_aaaa("updated 0 +2001:db8::10");
	cr_expect(txn_done(&txn));
}

/* --- the harmless test ------------------------------------------------------------ */

static void
probe(const char *a, const char *aaaa)
{
	goal.purpose = PLAN_PROBE;
	want(a, aaaa);
}

/* One test a family, and nothing is changed. */
Test(txn_races, probe_permitted)
{
	probe("192.0.2.10", "2001:db8::10");
	go_seen("aa", NULL);
	expect_open(&talk, HEAD "!A -192.0.2.1" AT);
	reply(&talk, UPDATE53, "NOERROR");
	expect_a("planned 0 ~192.0.2.10");
	reply(&talk, AAAA53, "aa 2001:db8::10");
	expect_open(&talk, HEAD "=2001:db8::10 -2001:db8::1" AT);
	reply(&talk, UPDATE53, "NOERROR");
	expect_aaaa("planned 0 =2001:db8::10");
	expect_known("-");
	cr_expect_not(talk.world.step.save_wanted);
}

Test(txn_races, probe_refused)
{
	probe("192.0.2.10", NULL);
	go_seen("aa", NULL);
	play(&talk, {UPDATE53, "REFUSED"}, {"NS? corp.example" AT, "aa"});
	expect_a("refused 77");
}

/* A prerequisite failed: once more with the other guard. */
Test(txn_races, probe_with_the_other_guard)
{
	probe("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	expect_open(&talk, HEAD "=192.0.2.99 -192.0.2.1" AT);
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.99"});
	await(&talk, UPDATE53);
	expect_open(&talk, HEAD "!A -192.0.2.1" AT);
	reply(&talk, UPDATE53, "NOERROR");
	expect_a("planned 0 ~192.0.2.10");
}

/* Still so: not proved. */
Test(txn_races, probe_not_proved)
{
	probe("192.0.2.10", NULL);
	go_seen("aa 192.0.2.99", NULL);
	serve({UPDATE53, "NXRRSET"}, {A53, "aa 192.0.2.99"});
	expect_a("failed 75");
	expect_says(0, "permission not proved");
}

Test(txn_races, probe_keep)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	probe("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	play(&talk, {UPDATE53, "NOERROR"});
	expect_a("conflict 73");
}
