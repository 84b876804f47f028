/*
 * From a name to its zone and the servers that take its updates (protocol.md 2).
 */
#include "core_locate.h"

TestSuite(locate, .init = begin, .fini = end);

#define AT "@192.0.2.53"
#define SOA "SOA? pc1.corp.example " AT
#define ZONE "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example"
#define NODATA "NOERROR"

Test(locate, zone_and_primary)
{
	start();
	expect_open(&talk, SOA);
	reply(&talk, SOA, ZONE);
	cr_expect_eq(locate.status, LOCATE_PRIMARY);
	expect_open(&talk, "A? ns1.corp.example " AT "; AAAA? ns1.corp.example " AT);
	play(&talk,
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"},
	    {"AAAA? ns1.corp.example " AT, "aa 2001:db8::1"});
	cr_expect_eq(locate.status, LOCATE_FOUND);
	expect_zone("corp.example");
	expect_candidates("mname 2001:db8::1, mname 192.0.2.1, resolver 192.0.2.53");
	expect_open(&talk, "");
}

/* One of its addresses is enough; a silent lookup does not hold the other up. */
Test(locate, primary_with_one_address)
{
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"AAAA? ns1.corp.example " AT, "aa"},
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"});
	expect_candidates("mname 192.0.2.1, resolver 192.0.2.53");
}

/* A caching resolver follows a CNAME of the primary. */
Test(locate, primary_behind_an_alias)
{
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"AAAA? ns1.corp.example " AT, "NOERROR"},
	    {"A? ns1.corp.example " AT, "NOERROR; "
	        "an ns1.corp.example 900 CNAME dc1.corp.example; "
	        "an dc1.corp.example 900 A 192.0.2.7"});
	expect_candidates("mname 192.0.2.7, resolver 192.0.2.53");
}

/* --- the walk --------------------------------------------------------------------- */

Test(locate, strips_a_label_after_an_answer)
{
	static const char *const answers[] = {"NOERROR", "NXDOMAIN", "aa NXDOMAIN",
	    "aa; an pc1.corp.example 900 CNAME www.other.example",
	    ("aa; an pc1.corp.example 900 CNAME x.corp.example; "
		"au corp.example 900 SOA ns1.corp.example"),
	    "aa; an corp.example 900 DNAME other.example"};
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		start();
		reply(&talk, SOA, answers[i]);
		expect_open(&talk, "SOA? corp.example " AT);
		locate_cancel(&locate, &talk.world.step);
		talk_absorb(&talk);
	}
}

Test(locate, never_strips_on_an_error)
{
	static const char *const answers[] = {"SERVFAIL", "REFUSED", "FORMERR",
	    "NOTIMP"};
	size_t i;

	for (i = 0; i < LENGTH(answers); i++) {
		start();
		reply(&talk, SOA, answers[i]);
		expect_failed(LOCATE_ERROR);
		cr_expect_eq(locate.rcode, rcode_of(answers[i]));
	}
}

/* It begins at the server that has just answered. */
Test(locate, strips_at_the_same_server)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	play(&talk,
	    {SOA, "SERVFAIL"},
	    {"SOA? pc1.corp.example @192.0.2.54", NODATA},
	    {"SOA? corp.example @192.0.2.54", ZONE});
	expect_zone("corp.example");
	expect_open(&talk, "A? ns1.corp.example @192.0.2.54; "
	    "AAAA? ns1.corp.example @192.0.2.54");
}

Test(locate, never_above_the_top_level)
{
	start();
	play(&talk,
	    {SOA, "NXDOMAIN"},
	    {"SOA? corp.example " AT, "NXDOMAIN"},
	    {"SOA? example " AT, "NXDOMAIN"});
	expect_failed(LOCATE_NO_ZONE);
}

Test(locate, nobody_answers)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	talk_until(&talk, 13999);
	cr_expect_eq(locate.status, LOCATE_WALK);
	talk_until(&talk, 14000);
	expect_failed(LOCATE_SILENT);
	cr_expect_eq(locate.rcode, -1);
	cr_expect_eq(locate_deadline(&locate), CLOCK_NEVER);
}

/* Somebody was there: not the exit status of a network that is down. */
Test(locate, silence_after_a_label_was_stripped)
{
	start();
	reply(&talk, SOA, "NXDOMAIN");
	talk_until(&talk, 7000);
	expect_failed(LOCATE_ERROR);
	cr_expect(locate.fell_silent);
}

/* A silent server never hides one that answered. */
Test(locate, one_refuses_and_one_is_silent)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	reply(&talk, SOA, "REFUSED");
	talk_until(&talk, 7000);
	expect_failed(LOCATE_ERROR);
}

/* The root's SOA is no zone for it, and another server may know better. */
Test(locate, internet_servers_for_a_private_name)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	reply(&talk, SOA, "NXDOMAIN; au . 900 SOA a.root-servers.net");
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.54");
	reply(&talk, "SOA? pc1.corp.example @192.0.2.54",
	    "NXDOMAIN; au . 900 SOA a.root-servers.net");
	expect_failed(LOCATE_NO_ZONE);
}

Test(locate, lame_server)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	play(&talk,
	    {SOA, "NOERROR; au . 900 NS a.root-servers.net"},
	    {"SOA? pc1.corp.example @192.0.2.54", ZONE});
	expect_zone("corp.example");
}

/* R1 */
Test(locate, top_level_zone)
{
	start();
	reply(&talk, SOA, "aa NXDOMAIN; au example 900 SOA ns1.nic.example");
	expect_failed(LOCATE_TOP_LEVEL);
	expect_zone("example");
	input.allow_top_level_zone = true;
	start();
	reply(&talk, SOA, "aa NXDOMAIN; au example 900 SOA ns1.nic.example");
	cr_expect_eq(locate.status, LOCATE_PRIMARY);
}

/* --- referrals -------------------------------------------------------------------- */

#define CUT "au corp.example 900 NS ns1.corp.example"

Test(locate, referral_with_glue)
{
	start();
	reply(&talk, SOA, "NOERROR; " CUT "; ad ns1.corp.example 900 A 192.0.2.1; "
	    "ad ns9.corp.example 900 A 192.0.2.9; "
	    "ad ns1.corp.example 900 AAAA 2001:db8::1");
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.1");
	reply(&talk, "SOA? pc1.corp.example @192.0.2.1", "SERVFAIL");
	expect_open(&talk, "SOA? pc1.corp.example @2001:db8::1");
	reply(&talk, "SOA? pc1.corp.example @2001:db8::1", ZONE);
	/* the one that answered is asked for the primary's addresses, too */
	play(&talk,
	    {"A? ns1.corp.example @2001:db8::1", "aa 192.0.2.1"},
	    {"AAAA? ns1.corp.example @2001:db8::1", "aa 2001:db8::1"});
	expect_candidates("mname 2001:db8::1, mname 192.0.2.1");
}

Test(locate, silence_after_a_referral)
{
	start();
	reply(&talk, SOA, "NOERROR; " CUT "; ad ns1.corp.example 900 A 192.0.2.1");
	talk_until(&talk, 7000);
	expect_failed(LOCATE_ERROR);
	cr_expect(locate.fell_silent);
}

Test(locate, referral_without_glue)
{
	start();
	reply(&talk, SOA, "NOERROR; " CUT "; au corp.example 900 NS ns2.other.example");
	expect_open(&talk, "A? ns1.corp.example " AT "; AAAA? ns1.corp.example " AT "; "
	    "A? ns2.other.example " AT "; AAAA? ns2.other.example " AT);
	play(&talk,
	    {"A? ns1.corp.example " AT, "NXDOMAIN"},
	    {"AAAA? ns1.corp.example " AT, "NXDOMAIN"},
	    {"AAAA? ns2.other.example " AT, "NOERROR"},
	    {"A? ns2.other.example " AT, "192.0.2.2"},
	    {"SOA? pc1.corp.example @192.0.2.2", ZONE});
	expect_zone("corp.example");
}

Test(locate, referral_to_nowhere)
{
	start();
	play(&talk,
	    {SOA, "NOERROR; " CUT},
	    {"A? ns1.corp.example " AT, "NXDOMAIN"},
	    {"AAAA? ns1.corp.example " AT, "NXDOMAIN"});
	expect_failed(LOCATE_ERROR);
}

/* A cut server that points back up, or at itself, is lame: the next one. */
Test(locate, lame_cut_server)
{
	start();
	play(&talk,
	    {SOA, "NOERROR; " CUT "; ad ns1.corp.example 900 A 192.0.2.1; "
	        "ad ns1.corp.example 900 A 192.0.2.2; "
	        "ad ns1.corp.example 900 A 192.0.2.3"},
	    {"SOA? pc1.corp.example @192.0.2.1",
	        "NOERROR; au example 900 NS a.nic.example"},
	    {"SOA? pc1.corp.example @192.0.2.2", "NOERROR; " CUT},
	    {"SOA? pc1.corp.example @192.0.2.3", ZONE});
	expect_zone("corp.example");
}

/* Glue is not believed when it says what no server is. */
Test(locate, glue_that_is_no_target)
{
	start();
	reply(&talk, SOA, "NOERROR; " CUT "; ad ns1.corp.example 900 A 127.0.0.1; "
	    "ad ns1.corp.example 900 A 224.0.0.1");
	expect_open(&talk, "A? ns1.corp.example " AT "; AAAA? ns1.corp.example " AT);
}

/* At most 4 steps. */
Test(locate, too_many_referrals)
{
	static const char *const cuts[] = {"f", "e.f", "d.e.f", "c.d.e.f", "b.c.d.e.f"};
	char answer[200], question[100] = "SOA? a.b.c.d.e.f " AT;
	int i;

	input.owner = name_of("a.b.c.d.e.f");
	start();
	for (i = 0; i < 4; i++) {
		snprintf(answer, sizeof(answer), "NOERROR; au %s 900 NS ns.%s; "
		    "ad ns.%s 900 A 192.0.2.%d", cuts[i], cuts[i], cuts[i], 101 + i);
		reply(&talk, question, answer);
		snprintf(question, sizeof(question), "SOA? a.b.c.d.e.f @192.0.2.%d",
		    101 + i);
		expect_open(&talk, question);
	}
	reply(&talk, question, "NOERROR; au b.c.d.e.f 900 NS ns.b.c.d.e.f; "
	    "ad ns.b.c.d.e.f 900 A 192.0.2.105");
	expect_failed(LOCATE_ERROR);
}

Test(locate, four_referrals_are_fine)
{
	static const char *const cuts[] = {"f", "e.f", "d.e.f", "c.d.e.f"};
	char answer[200], question[100] = "SOA? a.b.c.d.e.f " AT;
	int i;

	input.owner = name_of("a.b.c.d.e.f");
	start();
	for (i = 0; i < 4; i++) {
		snprintf(answer, sizeof(answer), "NOERROR; au %s 900 NS ns.%s; "
		    "ad ns.%s 900 A 192.0.2.%d", cuts[i], cuts[i], cuts[i], 101 + i);
		reply(&talk, question, answer);
		snprintf(question, sizeof(question), "SOA? a.b.c.d.e.f @192.0.2.%d",
		    101 + i);
	}
	reply(&talk, question, "aa; au c.d.e.f 900 SOA ns.c.d.e.f");
	expect_zone("c.d.e.f");
}

/* --- the NS set ------------------------------------------------------------------- */

#define NS "NS? corp.example " AT

/* Asked only when MNAME failed. */
Test(locate, name_servers_when_the_primary_has_no_address)
{
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example " AT, "NXDOMAIN"},
	    {"AAAA? ns1.corp.example " AT, "NXDOMAIN"});
	expect_open(&talk, NS);
	reply(&talk, NS, "aa; an corp.example 900 NS ns2.corp.example; "
	    "an corp.example 900 NS ns3.corp.example; "
	    "an other.example 900 NS ns4.corp.example");
	play(&talk,
	    {"A? ns2.corp.example " AT, "aa 192.0.2.2"},
	    {"AAAA? ns2.corp.example " AT, "aa"},
	    {"A? ns3.corp.example " AT, "aa 192.0.2.3"});
	cr_expect_eq(locate.status, LOCATE_NS_HOSTS);
	reply(&talk, "AAAA? ns3.corp.example " AT, "aa");
	cr_expect_eq(locate.status, LOCATE_FOUND);
	expect_candidates("ns 192.0.2.2, ns 192.0.2.3, resolver 192.0.2.53");
}

/* MNAME "." says: no updates here. */
Test(locate, root_as_primary)
{
	start();
	reply(&talk, SOA, "aa NXDOMAIN; au corp.example 900 SOA .");
	expect_open(&talk, NS);
	reply(&talk, NS, "SERVFAIL");
	cr_expect_eq(locate.status, LOCATE_FOUND);
	expect_candidates("resolver 192.0.2.53");
}

Test(locate, primary_that_is_no_target)
{
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example " AT, "aa 127.0.0.1 192.0.2.10"},
	    {"AAAA? ns1.corp.example " AT, "aa ::1 2001:db8::10"});
	expect_open(&talk, NS);
}

Test(locate, more_servers_once)
{
	struct endpoint wanted = server_of("192.0.2.2");
	bool found = false;
	size_t i;

	start();
	cr_expect_not(is_open(&talk, NS));
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"},
	    {"AAAA? ns1.corp.example " AT, "aa"});
	cr_assert_eq(locate.status, LOCATE_FOUND);
	cr_assert(locate_more(&locate, &talk.world.step));
	talk_absorb(&talk);
	expect_open(&talk, NS);
	play(&talk,
	    {NS, "aa; an corp.example 900 NS ns2.corp.example"},
	    {"A? ns2.corp.example " AT, "aa 192.0.2.2"},
	    {"AAAA? ns2.corp.example " AT, "aa"});
	cr_expect_eq(locate.status, LOCATE_FOUND);
	for (i = 0; i < locate.candidate_count; i++)
		found |= locate.candidates[i].origin == CANDIDATE_NS &&
		    endpoint_equal(&locate.candidates[i].server, &wanted);
	cr_expect(found);
	cr_expect_not(locate_more(&locate, &talk.world.step));
}

Test(locate, nobody_may_be_sent_to)
{
	use_servers("224.0.0.1");
	start();
	play(&talk,
	    {"SOA? pc1.corp.example @224.0.0.1",
	        "aa NXDOMAIN; au corp.example 900 SOA ."},
	    {"NS? corp.example @224.0.0.1", "aa"});
	expect_failed(LOCATE_NO_TARGET);
	expect_zone("corp.example");
}

/* What is waited for, for a person. */
Test(locate, waits_for)
{
	struct strbuf out = {0};

	start();
	locate_waits_for(&locate, &out);
	cr_expect_str_eq(strbuf_text(&out),
	    "192.0.2.53#53 to answer SOA pc1.corp.example");
	strbuf_free(&out);
	reply(&talk, SOA, ZONE);
	reply(&talk, "A? ns1.corp.example " AT, "aa");
	locate_waits_for(&locate, &out);
	cr_expect_str_eq(strbuf_text(&out),
	    "192.0.2.53#53 to answer AAAA ns1.corp.example");
	strbuf_free(&out);
}
