/*
 * What we hold or may hold, and when it must be on the disk (protocol.md 5, "State").
 */
#include "core_txn.h"

TestSuite(txn_state, .init = begin, .fini = end);

/* A disk that takes its time: whatever is saved from now on gets generation 1. */
static void
slow_disk(void)
{
	talk.world.step.next_save = 1;
	talk.world.step.saved = 0;
}

static void
on_disk(void)
{
	talk.world.step.saved = 1;
	on_txn_wake(&talk);
	talk_absorb(&talk);
}

/* Did a step since the last call want the state saved? */
static bool
save_wanted(void)
{
	bool wanted = talk.world.step.save_wanted;

	talk.world.step.save_wanted = false;
	return wanted;
}

/* --- before the UPDATE ------------------------------------------------------------ */

Test(txn_state, the_update_waits_for_the_disk)
{
	slow_disk();
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	cr_expect(save_wanted());
	expect_known("192.0.2.10 maybe");
	expect_open(&talk, "");
	cr_expect_eq(txn.step, TXN_SAVE);
	on_txn_wake(&talk);
	talk_absorb(&talk);
	expect_open(&talk, "");
	on_disk();
	expect_open(&talk, HEAD "!A +192.0.2.10/900 @192.0.2.53");
}

/* Whatever else is known: a crash must not leave what nobody remembers. */
Test(txn_state, every_new_address_is_recorded_first)
{
	slow_disk();
	want("192.0.2.10", NULL);
	know("192.0.2.9 held");
	go_seen("aa 192.0.2.9", NULL);
	cr_expect(save_wanted());
	expect_known("192.0.2.9 held 192.0.2.10 maybe");
	expect_open(&talk, "");
	on_disk();
	expect_open(&talk, HEAD "=192.0.2.9 -192.0.2.9 +192.0.2.10/900 @192.0.2.53");
}

Test(txn_state, of_either_type)
{
	slow_disk();
	want(NULL, "2001:db8::10");
	know("192.0.2.9 held");
	go_seen(NULL, "aa");
	cr_expect(save_wanted());
	expect_open(&talk, "");
	on_disk();
	cr_expect(is_open(&talk, UPDATE53));
}

/* Shared: per address, whatever else is known. */
Test(txn_state, shared_names_need_every_address)
{
	slow_disk();
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	know("192.0.2.9 held");
	go_seen("aa 192.0.2.9", NULL);
	cr_expect(save_wanted());
	expect_open(&talk, "");
	expect_known("192.0.2.9 held 192.0.2.10 maybe");
	on_disk();
	expect_open(&talk, HEAD "=192.0.2.9 -192.0.2.9 +192.0.2.10/900 @192.0.2.53");
}

/* Shared: an A that is found there is foreign, and is not taken for ours. */
Test(txn_state, shared_and_found_there)
{
	slow_disk();
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.10", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 +192.0.2.10/900 @192.0.2.53");
	expect_known("-");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("unchanged 0 =192.0.2.10");
	expect_known("192.0.2.10 confirmed");
}

/* The A's TTL was asked for and the AAAA's was not: no server has kept that one. */
Test(txn_state, the_ttl_of_one_type)
{
	struct name owner = name_of(OWNER);

	want("192.0.2.10", "2001:db8::10");
	know("192.0.2.10 held 2001:db8::10/60 held");
	state_find(&state, &owner)->asked_ttl[0] = 900;
	go_seen("aa 192.0.2.10", "aa 2001:db8::10/60");
	expect_open(&talk, HEAD "=2001:db8::10 --AAAA +2001:db8::10/900 @192.0.2.53");
}

/* ... and --withdraw leaves it. */
Test(txn_state, shared_and_confirmed_is_not_withdrawn)
{
	goal.mode = FQDN_SHARED;
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 confirmed");
	go_seen("aa 192.0.2.10", NULL);
	expect_a("unchanged 0");
}

/* The save runs beside the network's round trips where it can. */
Test(txn_state, dedicated_is_saved_before_it_is_observed)
{
	slow_disk();
	want("192.0.2.10", NULL);
	go_elsewhere("192.0.2.1");
	cr_expect(save_wanted());
	expect_known("192.0.2.10 maybe");
	talk.world.step.saved = 1;
	reply(&talk, A1, "aa");
	cr_expect(is_open(&talk, UPDATE1));
	cr_expect_not(save_wanted());
}

Test(txn_state, unchanged_needs_no_save)
{
	slow_disk();
	want("192.0.2.10", "2001:db8::10");
	know("192.0.2.10 held 2001:db8::10 held");
	go_seen("aa 192.0.2.10", "aa 2001:db8::10");
	expect_a("unchanged 0 =192.0.2.10");
	cr_expect_not(save_wanted());
}

Test(txn_state, withdrawing_needs_no_save_before)
{
	slow_disk();
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10", NULL);
	cr_expect_not(save_wanted());
	cr_expect(is_open(&talk, UPDATE53));
}

/* --- after it --------------------------------------------------------------------- */

Test(txn_state, held_and_saved_after_verification)
{
	struct name owner = name_of(OWNER), zone = name_of("corp.example");
	struct endpoint server = server_of("192.0.2.53");
	const struct state_entry *entry;

	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	save_wanted();
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_known("192.0.2.10 held");
	cr_expect(save_wanted());
	entry = state_find(&state, &owner);
	cr_assert_not_null(entry);
	cr_expect_str_eq(entry->registration, "amt");
	cr_expect_eq(entry->mode, FQDN_DEDICATED);
	cr_expect(entry->has_zone && name_equal(&entry->zone, &zone));
	cr_expect(entry->has_server && endpoint_equal(&entry->server, &server));
	cr_expect_eq(entry->refreshed_s, 1000000);
}

/* Dedicated: what was found right is held, too. */
Test(txn_state, found_right)
{
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.10", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_known("192.0.2.10 held");
}

/* Records that do not stand there any more are forgotten, once an UPDATE says so. */
Test(txn_state, gone_is_forgotten)
{
	want("192.0.2.10", NULL);
	know("192.0.2.8 held 192.0.2.10 held 2001:db8::10 held");
	go_seen("aa 192.0.2.10", NULL);
	expect_open(&talk, HEAD "=192.0.2.10 -192.0.2.8 +192.0.2.10/900 @192.0.2.53");
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_a("unchanged 0 =192.0.2.10");
	expect_known("192.0.2.10 held 2001:db8::10 held");
	cr_expect(save_wanted());
}

/* A failure that applied nothing takes back what was recorded in advance. */
Test(txn_state, refused_is_taken_back)
{
	want("192.0.2.10", NULL);
	know("192.0.2.9 held");
	go_seen("aa 192.0.2.9", NULL);
	save_wanted();
	play(&talk, {UPDATE53, "REFUSED"}, {"NS? corp.example @192.0.2.53", "aa"});
	expect_a("refused 77");
	expect_known("192.0.2.9 held");
	cr_expect(save_wanted());
}

/* One family may have been applied, the other was refused. */
Test(txn_state, silence_and_refusal)
{
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	talk_until(&talk, 12000);
	cr_expect(is_open(&talk, "NS? corp.example @192.0.2.53"));
	reply(&talk, "NS? corp.example @192.0.2.53", "aa");
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

/* What may be ours and does not stand there is sent anew, and then held. */
Test(txn_state, maybe_becomes_held)
{
	want("192.0.2.10", NULL);
	know("192.0.2.10 maybe");
	go_seen("aa 192.0.2.10", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_known("192.0.2.10 held");
}

/* A conflict leaves no trace. */
Test(txn_state, conflict_is_taken_back)
{
	goal.on_conflict = ON_CONFLICT_KEEP;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	expect_known("192.0.2.10 maybe");
	play(&talk, {UPDATE53, "YXRRSET"}, {"soon " A53, "aa 192.0.2.66"});
	expect_a("conflict 73");
	expect_known("-");
}

/* Refused to withdraw: still ours. */
Test(txn_state, refused_withdrawal)
{
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10", NULL);
	play(&talk, {UPDATE53, "REFUSED"}, {"NS? corp.example @192.0.2.53", "aa"});
	expect_a("refused 77");
	expect_known("192.0.2.10 held");
}

/* Another registration's name is another entry. */
Test(txn_state, other_names_are_left_alone)
{
	struct name other = name_of("pc2.corp.example");
	struct state_entry *entry = state_ensure(&state, &other, FQDN_DEDICATED, "x");

	fill_entry(entry, "192.0.2.10 held");
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	expect_known("192.0.2.10 held");
	expect_text(entry_text(state_find(&state, &other)), "192.0.2.10 held");
}

/* --- accepted, and not verified --------------------------------------------------- */

/* Withdrawn, says the server, and shows it still: it may still be ours. */
Test(txn_state, withdrawal_not_applied)
{
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	serve({UPDATE53, "YXRRSET"}, {A53, "aa 192.0.2.10"},
	    {"NS? corp.example @192.0.2.53", "aa"}, {SOA, ZONE});
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

Test(txn_state, withdrawal_not_verified_in_time)
{
	goal.purpose = PLAN_WITHDRAW;
	goal.mask = FAMILY_A;
	know("192.0.2.10 held");
	go_seen("aa 192.0.2.10", NULL);
	reply(&talk, UPDATE53, "NOERROR");
	txn_abort(&txn, &talk.world.step, "gave up");
	talk_absorb(&talk);
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

Test(txn_state, former_address_that_still_shows)
{
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	know("192.0.2.9 held");
	go_seen("aa 192.0.2.9", NULL);
	play(&talk, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.9"});
	serve({UPDATE53, "NXRRSET"}, {A53, "aa 192.0.2.9"},
	    {"NS? corp.example @192.0.2.53", "aa"}, {SOA, ZONE});
	expect_a("failed 75");
	expect_known("192.0.2.9 maybe 192.0.2.10 maybe");
}

Test(txn_state, addition_not_verified_in_time)
{
	want("192.0.2.10", NULL);
	go_seen("aa", NULL);
	reply(&talk, UPDATE53, "NOERROR");
	txn_abort(&txn, &talk.world.step, "gave up");
	talk_absorb(&talk);
	expect_a("failed 75");
	expect_known("192.0.2.10 maybe");
}

/* Shared: what appears before an UPDATE of ours can have done it is somebody else's. */
Test(txn_state, shared_and_appeared_meanwhile)
{
	goal.mode = FQDN_SHARED;
	want("192.0.2.10", NULL);
	go_seen("aa 192.0.2.66", NULL);
	expect_known("192.0.2.10 maybe");
	play(&talk,
	    {UPDATE53, "NXRRSET"},
	    {"soon " A53, "aa 192.0.2.10 192.0.2.66"},
	    {"soon " UPDATE53, "NOERROR"},
	    {A53, "aa 192.0.2.10 192.0.2.66"});
	expect_a("unchanged 0 =192.0.2.10");
	expect_known("192.0.2.10 confirmed");
}
