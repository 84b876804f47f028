/*
 * What the servers show under a name: the first good one wins (protocol.md 3.1).
 */
#include "core_talk.h"
#include "ddnsupd/observe.h"

#define NAME "pc1.corp.example "
#define A1 "A " NAME "@192.0.2.1"
#define AAAA1 "AAAA " NAME "@192.0.2.1"
#define A2 "A " NAME "@192.0.2.2"
#define AAAA2 "AAAA " NAME "@192.0.2.2"
#define A3 "A " NAME "@192.0.2.3"
#define AAAA3 "AAAA " NAME "@192.0.2.3"

static struct talk talk;
static struct observe observe;
static struct endpoint servers[16];

static void
on_event(struct talk *t, const struct event *event)
{
	cr_expect(observe_event(&observe, &t->world.step, event));
}

static void
on_wake(struct talk *t)
{
	observe_wake(&observe, &t->world.step);
}

static int64_t
deadline(struct talk *t)
{
	(void)t;
	return observe_deadline(&observe);
}

static void
begin(void)
{
	talk_open(&talk, &observe);
	talk.event = on_event;
	talk.wake = on_wake;
	talk.deadline = deadline;
	memset(&observe, 0, sizeof(observe));
}

static void
end(void)
{
	observe_cancel(&observe, &talk.world.step);
	talk_absorb(&talk);
	cr_expect_eq(talk.open_count, 0, "a socket is left open");
	talk_close(&talk);
}

TestSuite(observe, .init = begin, .fini = end);

static void
start(unsigned mask, const char *list)
{
	struct name owner = name_of("pc1.corp.example");
	size_t count = servers_of(servers, LENGTH(servers), list);

	observe_start(&observe, &talk.world.step, &owner, mask, false, servers, count);
	talk_absorb(&talk);
}

static void
early(const char *server)
{
	struct name owner = name_of("pc1.corp.example");
	struct endpoint endpoint = server_of(server);

	observe_early(&observe, &talk.world.step, &owner, FAMILY_BOTH, false,
	    &endpoint);
	talk_absorb(&talk);
}

static void
settle(const char *list)
{
	size_t count = servers_of(servers, LENGTH(servers), list);

	observe_settle(&observe, &talk.world.step, servers, count);
	talk_absorb(&talk);
}

static void
expect_seen(size_t chosen, const char *a, const char *aaaa)
{
	cr_assert_eq(observe.status, OBSERVE_SEEN);
	cr_expect_eq(observe.chosen, chosen);
	expect_set(&observe.sight.sets[0], a);
	expect_set(&observe.sight.sets[1], aaaa);
	expect_open(&talk, "");
}

/* --- one server ------------------------------------------------------------------- */

Test(observe, both_families_at_once)
{
	start(FAMILY_BOTH, "192.0.2.1");
	expect_open(&talk, A1 "; " AAAA1);
	reply(&talk, AAAA1, "aa 2001:db8::10/300");
	cr_expect_eq(observe.status, OBSERVE_WAITING);
	reply(&talk, A1, "aa 192.0.2.10 192.0.2.11/600");
	expect_seen(0, "192.0.2.10 192.0.2.11", "2001:db8::10");
	cr_expect(observe.sight.known[0] && observe.sight.known[1]);
	cr_expect_eq(observe.sight.sets[1].ttl, 300);
	cr_expect_not(observe.sight.cname);
	cr_expect_not(observe.sight.dname);
}

Test(observe, one_family)
{
	start(FAMILY_AAAA, "192.0.2.1");
	expect_open(&talk, AAAA1);
	reply(&talk, AAAA1, "aa NXDOMAIN");
	cr_expect_eq(observe.status, OBSERVE_SEEN);
	cr_expect_not(observe.sight.known[0]);
	cr_expect(observe.sight.known[1]);
	cr_expect_eq(observe.sight.sets[1].count, 0);
}

/* Only what stands under the very name. */
Test(observe, alias)
{
	start(FAMILY_BOTH, "192.0.2.1");
	play(&talk,
	    {A1, "aa; an pc1.corp.example 900 CNAME www.corp.example; "
	        "an www.corp.example 900 A 192.0.2.80"},
	    {AAAA1, "aa; an pc1.corp.example 900 CNAME www.corp.example"});
	expect_seen(0, "", "");
	cr_expect(observe.sight.cname);
}

Test(observe, dname_above)
{
	start(FAMILY_A, "192.0.2.1");
	reply(&talk, A1, "aa; an corp.example 900 DNAME other.example; "
	    "an pc1.corp.example 900 CNAME pc1.other.example");
	cr_expect_eq(observe.status, OBSERVE_SEEN);
	cr_expect(observe.sight.dname);
}

/* A DNAME at the name itself redirects only what is below it. */
Test(observe, dname_at_the_name)
{
	start(FAMILY_A, "192.0.2.1");
	reply(&talk, A1, "aa 192.0.2.10; an pc1.corp.example 900 DNAME other.example");
	cr_expect_eq(observe.status, OBSERVE_SEEN);
	cr_expect_not(observe.sight.dname);
	expect_set(&observe.sight.sets[0], "192.0.2.10");
}

/* REFUSED, SERVFAIL, no AA: not the one to ask. */
Test(observe, no_good_answers)
{
	static const struct {
		const char *answer;
		bool referral;
	} rows[] = {{"REFUSED", false}, {"SERVFAIL", false}, {"aa SERVFAIL", false},
	    {"NOTAUTH", false}, {"192.0.2.10", false}, {"NXDOMAIN", false},
	    {"NOERROR; au pc1.corp.example 900 NS ns.corp.example", true},
	    {"REFUSED; au corp.example 900 NS ns.corp.example", false},
	    {"192.0.2.10; au corp.example 900 NS ns.corp.example", false}};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		start(FAMILY_BOTH, "192.0.2.1");
		reply(&talk, A1, rows[i].answer);
		cr_expect_eq(observe.status, OBSERVE_FAILED, "%s", rows[i].answer);
		cr_expect(observe.sightings[0].failed);
		cr_expect_geq(observe.sightings[0].rcode, 0);
		cr_expect_eq(observe.sightings[0].referral, rows[i].referral, "%s",
		    rows[i].answer);
		expect_open(&talk, "");
	}
}

Test(observe, silence)
{
	start(FAMILY_BOTH, "192.0.2.1");
	talk_until(&talk, 6999);
	cr_expect_eq(observe.status, OBSERVE_WAITING);
	talk_until(&talk, 7000);
	cr_expect_eq(observe.status, OBSERVE_FAILED);
	cr_expect_eq(observe.sightings[0].rcode, -1);
	cr_expect_eq(observe.sightings[0].fault, FAULT_TIMEOUT);
	cr_expect_eq(observe_deadline(&observe), CLOCK_NEVER);
}

/* --- several servers -------------------------------------------------------------- */

/* The next one is asked 300 ms after the last without an answer. */
Test(observe, stagger)
{
	start(FAMILY_BOTH, "192.0.2.1 192.0.2.2 192.0.2.3");
	talk_until(&talk, 299);
	expect_open(&talk, A1 "; " AAAA1);
	talk_until(&talk, 300);
	expect_open(&talk, A1 "; " AAAA1 "; " A2 "; " AAAA2);
	talk_until(&talk, 599);
	expect_open(&talk, A1 "; " AAAA1 "; " A2 "; " AAAA2);
	talk_until(&talk, 600);
	expect_open(&talk, A1 "; " AAAA1 "; " A2 "; " AAAA2 "; " A3 "; " AAAA3);
}

/* The first good one wins, and nobody else is asked any more. */
Test(observe, first_good_answer_wins)
{
	start(FAMILY_BOTH, "192.0.2.1 192.0.2.2 192.0.2.3");
	play(&talk,
	    {"until 400", NULL},
	    {A1, "aa 192.0.2.10"},
	    {A2, "aa 192.0.2.20"},
	    {AAAA2, "aa"});
	expect_seen(1, "192.0.2.20", "");
	cr_expect_eq(observe_deadline(&observe), CLOCK_NEVER);
	talk_until(&talk, 10000);
	expect_open(&talk, "");
}

Test(observe, an_earlier_server_may_still_win)
{
	start(FAMILY_BOTH, "192.0.2.1 192.0.2.2");
	play(&talk,
	    {"until 400", NULL},
	    {A2, "aa 192.0.2.20"},
	    {A1, "aa 192.0.2.10"},
	    {AAAA1, "aa"});
	expect_seen(0, "192.0.2.10", "");
}

/* A failed one makes room at once, and is not asked again. */
Test(observe, failure_goes_on_at_once)
{
	start(FAMILY_BOTH, "192.0.2.1 192.0.2.2 192.0.2.3");
	reply(&talk, A1, "REFUSED");
	expect_open(&talk, A2 "; " AAAA2);
	cr_expect_eq(talk.world.step.now_us, 0);
	talk_until(&talk, 299);
	expect_open(&talk, A2 "; " AAAA2);
	talk_until(&talk, 300);
	expect_open(&talk, A2 "; " AAAA2 "; " A3 "; " AAAA3);
	reply(&talk, A2, "fault PORT_UNREACHABLE");
	expect_open(&talk, A3 "; " AAAA3);
	cr_expect_eq(observe.sightings[1].fault, FAULT_PORT_UNREACHABLE);
	play(&talk, {AAAA3, "aa 2001:db8::10"}, {A3, "aa"});
	expect_seen(2, "", "2001:db8::10");
}

Test(observe, all_fail)
{
	start(FAMILY_A, "192.0.2.1 192.0.2.2");
	play(&talk, {A1, "REFUSED"}, {A2, "192.0.2.10"});
	cr_expect_eq(observe.status, OBSERVE_FAILED);
	expect_open(&talk, "");
}

/* A silent one in front does not end it while another may answer. */
Test(observe, one_silent_one_refusing)
{
	start(FAMILY_A, "192.0.2.1 192.0.2.2");
	play(&talk, {"until 300", NULL}, {A2, "SERVFAIL"});
	cr_expect_eq(observe.status, OBSERVE_WAITING);
	reply(&talk, A1, "aa");
	cr_expect_eq(observe.status, OBSERVE_SEEN);
}

Test(observe, over_tcp)
{
	struct name owner = name_of("pc1.corp.example");

	servers[0] = server_of("192.0.2.1");
	observe_start(&observe, &talk.world.step, &owner, FAMILY_A, true, servers, 1);
	talk_absorb(&talk);
	expect_open(&talk, A1 "/tcp");
}

/* --- asked before the candidates are known ---------------------------------------- */

/* The early answer is used, and nobody is asked twice. */
Test(observe, early_answer_is_reused)
{
	const struct sight *sight;

	early("192.0.2.1");
	expect_open(&talk, A1 "; " AAAA1);
	cr_expect_not(observe_peek(&observe, &sight));
	play(&talk, {A1, "aa 192.0.2.10"}, {AAAA1, "aa"});
	cr_expect_eq(observe.status, OBSERVE_WAITING, "nothing is concluded yet");
	cr_assert(observe_peek(&observe, &sight));
	expect_set(&sight->sets[0], "192.0.2.10");
	settle("192.0.2.1 192.0.2.2");
	expect_seen(0, "192.0.2.10", "");
}

/* Asked, not answered yet: the question goes on, the others follow as always. */
Test(observe, early_question_goes_on)
{
	early("192.0.2.1");
	talk_until(&talk, 1000);
	expect_open(&talk, A1 "; " AAAA1 "; " A1 "; " AAAA1);
	settle("192.0.2.1 192.0.2.2");
	cr_expect_eq(observe.status, OBSERVE_WAITING);
	talk_until(&talk, 1299);
	cr_expect_not(is_open(&talk, A2));
	talk_until(&talk, 1300);
	cr_expect(is_open(&talk, A1));
	cr_expect(is_open(&talk, A2));
	play(&talk, {A1, "aa 192.0.2.10"}, {AAAA1, "aa"});
	expect_seen(0, "192.0.2.10", "");
}

/* Another server is the first candidate: its word counts. */
Test(observe, early_server_is_not_the_first_candidate)
{
	early("192.0.2.1");
	play(&talk, {A1, "aa 192.0.2.10"}, {AAAA1, "aa"});
	settle("192.0.2.2 192.0.2.1");
	expect_open(&talk, A2 "; " AAAA2);
	play(&talk, {A2, "aa 192.0.2.20"}, {AAAA2, "aa"});
	expect_seen(0, "192.0.2.20", "");
}

Test(observe, early_server_is_on_another_port)
{
	early("192.0.2.1");
	play(&talk, {A1, "aa 192.0.2.10"}, {AAAA1, "aa"});
	settle("192.0.2.1#5353");
	expect_open(&talk, A1 "#5353; " AAAA1 "#5353");
}

/* What a resolver without authority says is no observation. */
Test(observe, early_answer_without_authority)
{
	const struct sight *sight;

	early("192.0.2.1");
	reply(&talk, A1, "192.0.2.10");
	cr_expect_not(observe_peek(&observe, &sight));
	expect_open(&talk, "");
	cr_expect_eq(observe.status, OBSERVE_WAITING);
	settle("192.0.2.2");
	expect_open(&talk, A2 "; " AAAA2);
}

/* --- sights ----------------------------------------------------------------------- */

static struct sight
sight_of(const char *a, const char *aaaa)
{
	return (struct sight){.known = {true, true},
	    .sets = {set_of(RRTYPE_A, a), set_of(RRTYPE_AAAA, aaaa)}};
}

Test(observe, sights)
{
	struct sight one = sight_of("192.0.2.10 /900", "2001:db8::10 /900");
	struct sight two = {0};

	sight_copy(&two, &one);
	cr_expect(sight_same(&one, &two, FAMILY_BOTH));
	two.sets[0].ttl = 300;
	cr_expect_not(sight_same(&one, &two, FAMILY_BOTH));
	cr_expect_not(sight_same(&one, &two, FAMILY_A));
	cr_expect(sight_same(&one, &two, FAMILY_AAAA));
	sight_copy(&two, &one);
	rrset_add(&two.sets[1], &(struct addr){.family = FAMILY_IPV6,
	    .octets = {0x20, 1}});
	cr_expect(sight_same(&one, &two, FAMILY_A));
	cr_expect_not(sight_same(&one, &two, FAMILY_AAAA));
	sight_copy(&two, &one);
	two.cname = true;
	cr_expect_not(sight_same(&one, &two, FAMILY_A));
	two.cname = false;
	two.known[0] = false;
	cr_expect_not(sight_same(&one, &two, FAMILY_A));
	sight_free(&one);
	sight_free(&two);
}
