/*
 * One lookup at the DNS servers in order: rounds, rejections, silence (protocol.md 2).
 */
#include "core_talk.h"
#include "ddnsupd/query.h"

TestSuite(query);

#define SOA "SOA? pc1.corp.example "
#define FIRST SOA "@192.0.2.1"
#define SECOND SOA "@192.0.2.2"
#define THIRD SOA "@192.0.2.3"
#define FOUND "aa; au corp.example 900 SOA ns1.corp.example"

static struct talk talk;
static struct query query;
static struct endpoint servers[8];
static bool mine;

static void
on_event(struct talk *t, const struct event *event)
{
	mine = query_event(&query, &t->world.step, event);
}

static void
on_wake(struct talk *t)
{
	query_wake(&query, &t->world.step);
}

static int64_t
deadline(struct talk *t)
{
	(void)t;
	return query.status == QUERY_WAITING ? query.deadline_us : CLOCK_NEVER;
}

static void
begin(void)
{
	talk_open(&talk, &query);
	talk.event = on_event;
	talk.wake = on_wake;
	talk.deadline = deadline;
	memset(&query, 0, sizeof(query));
}

static void
end(void)
{
	query_cancel(&query, &talk.world.step);
	talk_absorb(&talk);
	cr_expect_eq(talk.open_count, 0, "a lookup is left open");
	talk_close(&talk);
}

static void
start(const char *list, size_t first)
{
	struct name name = name_of("pc1.corp.example");
	size_t count = servers_of(servers, LENGTH(servers), list);

	query_start(&query, &talk.world.step, &name, RRTYPE_SOA, servers, count, first);
	talk_absorb(&talk);
}

Test(query, answered, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2", 0);
	expect_open(&talk, FIRST);
	cr_expect_eq(talk.open[0].timeout_us, CLOCK_S(1));
	reply(&talk, FIRST, FOUND);
	cr_expect(mine);
	cr_expect_eq(query.status, QUERY_ANSWERED);
	cr_expect_eq(query.rcode, RCODE_NOERROR);
	cr_expect_eq(query.current, 0);
	cr_expect_eq(query.answer.authority_count, 1);
	expect_open(&talk, "");
}

Test(query, nxdomain_is_an_answer, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2", 0);
	reply(&talk, FIRST, "aa NXDOMAIN");
	cr_expect_eq(query.status, QUERY_ANSWERED);
	cr_expect_eq(query.rcode, RCODE_NXDOMAIN);
}

/* An error: the next one at once, and this one is not asked again. */
Test(query, useless_answers, .init = begin, .fini = end)
{
	static const char *const rcodes[] = {"SERVFAIL", "REFUSED", "FORMERR", "NOTIMP",
	    "NOTAUTH"};
	size_t i;

	for (i = 0; i < LENGTH(rcodes); i++) {
		start("192.0.2.1 192.0.2.2", 0);
		reply(&talk, FIRST, rcodes[i]);
		expect_open(&talk, SECOND);
		talk_answer(&talk, 0, "fault TIMEOUT");
		expect_open(&talk, SECOND);
		reply(&talk, SECOND, rcodes[i]);
		cr_expect_eq(query.status, QUERY_FAILED, "%s", rcodes[i]);
		cr_expect(query.answered);
		cr_expect_eq(query.rcode, rcode_of(rcodes[i]));
		expect_open(&talk, "");
	}
	cr_expect_eq(talk.world.step.now_us, 0);
}

/* Three rounds of 1, 2 and 4 s over the servers. */
Test(query, silence, .init = begin, .fini = end)
{
	static const struct {
		int64_t ms;
		const char *open;
		int64_t timeout_s;
	} rows[] = {{0, FIRST, 1}, {999, FIRST, 1}, {1000, SECOND, 1}, {2000, FIRST, 2},
	    {3999, FIRST, 2}, {4000, SECOND, 2}, {6000, FIRST, 4}, {10000, SECOND, 4},
	    {13999, SECOND, 4}};
	size_t i;

	start("192.0.2.1 192.0.2.2", 0);
	for (i = 0; i < LENGTH(rows); i++) {
		talk_until(&talk, rows[i].ms);
		expect_open(&talk, rows[i].open);
		cr_assert_eq(talk.open_count, 1);
		cr_expect_eq(talk.open[0].timeout_us, CLOCK_S(rows[i].timeout_s));
	}
	talk_until(&talk, 14000);
	cr_expect_eq(query.status, QUERY_FAILED);
	cr_expect_not(query.answered);
	cr_expect_eq(query.rcode, -1);
	cr_expect_eq(query.fault, FAULT_TIMEOUT);
	expect_open(&talk, "");
	cr_expect(has_note(&talk, "asking the next server"));
	cr_expect(has_note(&talk, "no server is left"));
}

/* A silent one is asked again in later rounds, one that refused is not. */
Test(query, silent_and_useless, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2 192.0.2.3", 0);
	play(&talk,
	    {"until 1000", NULL},
	    {SECOND, "REFUSED"},
	    {THIRD, "fault TIMEOUT"},
	    {FIRST, "fault TIMEOUT"},
	    {THIRD, FOUND});
	cr_expect_eq(query.status, QUERY_ANSWERED);
	cr_expect_eq(query.current, 2);
	cr_expect_eq(query.round, 1);
}

Test(query, unreachable_goes_on_at_once, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2", 0);
	reply(&talk, FIRST, "fault PORT_UNREACHABLE");
	expect_open(&talk, SECOND);
	cr_expect_eq(talk.world.step.now_us, 0);
	reply(&talk, SECOND, "SERVFAIL");
	expect_open(&talk, FIRST);
	reply(&talk, FIRST, "fault PORT_UNREACHABLE");
	reply(&talk, FIRST, "fault UNREACHABLE");
	cr_expect_eq(query.status, QUERY_FAILED);
	cr_expect_eq(query.fault, FAULT_UNREACHABLE);
	cr_expect(query.answered, "a silent server hides the one that answered");
}

Test(query, one_server_is_asked_three_times, .init = begin, .fini = end)
{
	start("192.0.2.1", 0);
	talk_until(&talk, 6999);
	expect_open(&talk, FIRST);
	cr_expect_eq(query.status, QUERY_WAITING);
	talk_until(&talk, 7000);
	cr_expect_eq(query.status, QUERY_FAILED);
	cr_expect(has_note(&talk, "asking again"));
}

Test(query, a_late_answer_is_nobodys, .init = begin, .fini = end)
{
	struct event event = {.kind = EVENT_FAULT, .fault = FAULT_TIMEOUT};

	start("192.0.2.1 192.0.2.2", 0);
	event.id = talk.open[0].id;
	talk_until(&talk, 1000);
	talk_post(&talk, event);
	cr_expect_not(mine);
	expect_open(&talk, SECOND);
}

/* It begins where it is told, and comes round. */
Test(query, first, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2 192.0.2.3", 1);
	play(&talk,
	    {SECOND, "fault TIMEOUT"},
	    {THIRD, "fault TIMEOUT"},
	    {FIRST, "fault TIMEOUT"},
	    {SECOND, FOUND});
	cr_expect_eq(query.current, 1);
}

/* An answer that is of no use to the caller: the next server, never this one again. */
Test(query, reject, .init = begin, .fini = end)
{
	start("192.0.2.1 192.0.2.2", 0);
	reply(&talk, FIRST, "NOERROR");
	cr_assert_eq(query.status, QUERY_ANSWERED);
	query_reject(&query, &talk.world.step);
	talk_absorb(&talk);
	expect_open(&talk, SECOND);
	cr_expect_eq(query.status, QUERY_WAITING);
	reply(&talk, SECOND, "NOERROR");
	query_reject(&query, &talk.world.step);
	talk_absorb(&talk);
	cr_expect_eq(query.status, QUERY_FAILED);
	cr_expect(query.answered);
}

/*
 * Broken or forged: the resolver library has given up waiting, so the question goes out
 * on a socket of its own, where the next datagram counts.
 */
Test(query, forged_answer, .init = begin, .fini = end)
{
	static const uint8_t bytes[] = {0, 1, 2, 3};

	start("192.0.2.1 192.0.2.2", 0);
	talk_bytes(&talk, 0, bytes, sizeof(bytes));
	expect_open(&talk, "SOA! pc1.corp.example @192.0.2.1");
	cr_expect_not(query.answered);
	cr_expect_eq(talk.world.step.ignored, 1);
	reply(&talk, "SOA! pc1.corp.example @192.0.2.1", FOUND);
	cr_expect_eq(query.status, QUERY_ANSWERED);
	cr_expect_eq(query.answer.authority_count, 1);
	cr_expect_eq(query.current, 0);
}

Test(query, answer_to_another_question, .init = begin, .fini = end)
{
	static struct message m;

	start("192.0.2.1 192.0.2.2", 0);
	answer_of(&m, 1, "pc2.corp.example", RRTYPE_SOA, FOUND);
	talk_bytes(&talk, 0, m.bytes, m.len);
	expect_open(&talk, "SOA! pc1.corp.example @192.0.2.1");
	cr_expect_eq(talk.world.step.ignored, 1);
	reply(&talk, "SOA! pc1.corp.example @192.0.2.1", "fault PORT_UNREACHABLE");
	expect_open(&talk, SECOND);
	cr_expect_not(query.answered);
}

/* Its own question has no more time than the lookup had. */
Test(query, nothing_but_forged_answers, .init = begin, .fini = end)
{
	static const uint8_t bytes[] = {0, 1, 2, 3};

	start("192.0.2.1 192.0.2.2", 0);
	talk_bytes(&talk, 0, bytes, sizeof(bytes));
	talk_until(&talk, 999);
	expect_open(&talk, "SOA! pc1.corp.example @192.0.2.1");
	talk_until(&talk, 1000);
	expect_open(&talk, SECOND);
}

Test(query, nobody_to_ask, .init = begin, .fini = end)
{
	start("", 0);
	cr_expect_eq(query.status, QUERY_FAILED);
	cr_expect_not(query.answered);
	expect_open(&talk, "");
}
