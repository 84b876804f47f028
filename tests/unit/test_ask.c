/*
 * One question to one server: tries, transports, what counts as its answer
 * (protocol.md 4).
 */
#include "core_talk.h"
#include "ddnsupd/ask.h"

TestSuite(ask);

#define SERVER "@192.0.2.53"
#define QUESTION "A pc1.corp.example " SERVER
#define UPDATE "UPDATE " SERVER

static struct talk talk;
static struct ask ask;
static bool mine;

static void
on_event(struct talk *t, const struct event *event)
{
	mine = ask_event(&ask, &t->world.step, event);
}

static void
on_wake(struct talk *t)
{
	ask_wake(&ask, &t->world.step);
}

static int64_t
deadline(struct talk *t)
{
	(void)t;
	return ask.status == ASK_WAITING ? ask.deadline_us : CLOCK_NEVER;
}

static void
begin(void)
{
	talk_open(&talk, &ask);
	talk.event = on_event;
	talk.wake = on_wake;
	talk.deadline = deadline;
	memset(&ask, 0, sizeof(ask));
}

static void
end(void)
{
	ask_cancel(&ask, &talk.world.step);
	talk_absorb(&talk);
	cr_expect_eq(talk.open_count, 0, "a socket is left open");
	talk_close(&talk);
}

static void
query(bool tcp)
{
	struct endpoint server = server_of("192.0.2.53");
	struct name name = name_of("pc1.corp.example");

	ask_query(&ask, &talk.world.step, &server, tcp, &name, RRTYPE_A);
	talk_absorb(&talk);
}

/* An UPDATE with so many additions. */
static void
update(bool tcp, unsigned adds)
{
	struct endpoint server = server_of("192.0.2.53");
	struct update message = {.zone = name_of("corp.example"),
	    .owner = name_of("pc1.corp.example")};
	struct addr addr = addr_of("192.0.2.1");
	uint8_t *bytes;
	size_t len;
	unsigned i;

	for (i = 0; i < adds; i++) {
		addr.octets[2] = (uint8_t)(i >> 8);
		addr.octets[3] = (uint8_t)i;
		update_add(&message, &addr, 900);
	}
	cr_assert_eq(wire_update(&message, 0, &bytes, &len), FAULT_NONE);
	update_free(&message);
	ask_start(&ask, &talk.world.step, ASK_UPDATE, &server, tcp, bytes, len);
	talk_absorb(&talk);
}

/* A datagram with the right id that answers something else. */
static void
junk(size_t i)
{
	static struct message m;

	answer_of(&m, get_u16(talk.open[i].bytes), "other.corp.example", RRTYPE_A,
	    "aa 192.0.2.66");
	talk_bytes(&talk, i, m.bytes, m.len);
}

/* --- the happy path --------------------------------------------------------------- */

Test(ask, query, .init = begin, .fini = end)
{
	query(false);
	expect_open(&talk, QUESTION);
	reply(&talk, QUESTION, "aa 192.0.2.10");
	cr_expect(mine);
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.rcode, RCODE_NOERROR);
	cr_expect_eq(ask.answer.answer_count, 1);
	cr_expect(ask.answer.aa);
	expect_open(&talk, "");
}

Test(ask, update_knows_rcode_and_our_address, .init = begin, .fini = end)
{
	struct addr local = addr_of("198.51.100.7");

	update(false, 1);
	expect_open(&talk, "UPDATE corp.example pc1.corp.example: +192.0.0.0/900 "
	    SERVER);
	reply(&talk, UPDATE, "REFUSED");
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.rcode, RCODE_REFUSED);
	cr_expect(addr_equal(&ask.local, &local));
	cr_expect_eq(ask.attempt_count, 1);
}

Test(ask, somebody_elses_answer, .init = begin, .fini = end)
{
	struct event event = {.kind = EVENT_FAULT, .id = 4711,
	    .fault = FAULT_PORT_UNREACHABLE};

	query(false);
	talk_post(&talk, event);
	cr_expect_not(mine);
	cr_expect_eq(ask.status, ASK_WAITING);
	event.id = 0;
	talk_post(&talk, event);
	cr_expect_not(mine);
	cr_expect_eq(ask.status, ASK_WAITING);
}

/* --- tries ------------------------------------------------------------------------ */

/* 1, 2 and 4 s over UDP, each on a socket and with an id of its own, then TCP, 5 s. */
Test(ask, update_tries, .init = begin, .fini = end)
{
	static const struct {
		int64_t before_ms;
		unsigned udp, tcp;
	} steps[] = {{999, 1, 0}, {1000, 2, 0}, {2999, 2, 0}, {3000, 3, 0},
	    {6999, 3, 0}, {7000, 3, 1}, {11999, 3, 1}};
	size_t i, j;

	update(false, 1);
	for (i = 0; i < LENGTH(steps); i++) {
		unsigned udp = 0, tcp = 0;

		talk_until(&talk, steps[i].before_ms);
		for (j = 0; j < talk.open_count; j++) {
			tcp += talk.open[j].tcp;
			udp += !talk.open[j].tcp;
		}
		cr_expect_eq(udp, steps[i].udp, "at %ld", (long)steps[i].before_ms);
		cr_expect_eq(tcp, steps[i].tcp, "at %ld", (long)steps[i].before_ms);
		cr_expect_eq(ask.status, ASK_WAITING);
	}
	for (i = 0; i < talk.open_count; i++)
		for (j = 0; j < i; j++)
			cr_expect_neq(get_u16(talk.open[i].bytes),
			    get_u16(talk.open[j].bytes), "an id was used again");
	talk_until(&talk, 12000);
	cr_expect_eq(ask.status, ASK_FAILED);
	cr_expect_eq(ask.fault, FAULT_TIMEOUT);
	cr_expect_eq(ask.attempt_count, 4);
	expect_open(&talk, "");
	cr_expect(has_note(&talk, "192.0.2.53#53 has not answered the update yet"));
}

/* A query is over after three tries: the next server is asked instead. */
Test(ask, query_tries, .init = begin, .fini = end)
{
	query(false);
	talk_until(&talk, 3000);
	cr_expect_eq(talk.open_count, 3);
	talk_until(&talk, 6999);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.open_count, 3);
	talk_until(&talk, 7000);
	cr_expect_eq(ask.status, ASK_FAILED);
	cr_expect_eq(ask.fault, FAULT_TIMEOUT);
	expect_open(&talk, "");
}

Test(ask, late_answer_to_an_earlier_try_counts, .init = begin, .fini = end)
{
	update(false, 1);
	talk_until(&talk, 3500);
	cr_assert_eq(talk.open_count, 3);
	talk_answer(&talk, 0, "NOERROR");
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.rcode, RCODE_NOERROR);
	cr_expect_eq(ask.attempt_count, 3);
	expect_open(&talk, "");
}

Test(ask, late_answer_counts_beside_tcp, .init = begin, .fini = end)
{
	update(false, 1);
	talk_until(&talk, 8000);
	cr_assert_eq(talk.open_count, 4);
	talk_answer(&talk, 1, "YXRRSET");
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.rcode, RCODE_YXRRSET);
	expect_open(&talk, "");
}

/* The id of one try does not answer on the socket of another. */
Test(ask, each_try_has_its_own_id, .init = begin, .fini = end)
{
	static struct message m;

	query(false);
	talk_until(&talk, 1000);
	cr_assert_eq(talk.open_count, 2);
	answer_of(&m, get_u16(talk.open[0].bytes), "pc1.corp.example", RRTYPE_A, "aa");
	talk_bytes(&talk, 1, m.bytes, m.len);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.world.step.ignored, 1);
	talk_bytes(&talk, 0, m.bytes, m.len);
	cr_expect_eq(ask.status, ASK_ANSWERED);
}

/* --- what is no answer ------------------------------------------------------------ */

/* Ignored and counted, and the wait goes on to the same deadline. */
Test(ask, mismatches, .init = begin, .fini = end)
{
	int64_t deadline_us;
	unsigned i;

	query(false);
	deadline_us = ask.deadline_us;
	for (i = 1; i < 16; i++)
		junk(0);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(ask.deadline_us, deadline_us);
	cr_expect_eq(talk.world.step.ignored, 15);
	expect_open(&talk, QUESTION);
	junk(0);
	expect_open(&talk, QUESTION "; " QUESTION "/tcp");
	cr_expect_eq(ask.deadline_us, CLOCK_S(5));
	junk(0);
	expect_open(&talk, QUESTION "; " QUESTION "/tcp");
	reply(&talk, QUESTION "/tcp", "aa 192.0.2.10");
	cr_expect_eq(ask.status, ASK_ANSWERED);
}

Test(ask, mismatches_of_all_tries_count, .init = begin, .fini = end)
{
	unsigned i;

	update(false, 1);
	for (i = 0; i < 8; i++)
		junk(0);
	talk_until(&talk, 1000);
	for (i = 0; i < 7; i++)
		junk(1);
	cr_expect_eq(talk.open_count, 2);
	junk(0);
	cr_expect_eq(talk.open_count, 3);
	cr_expect(talk.open[2].tcp);
}

Test(ask, mismatches_over_tcp, .init = begin, .fini = end)
{
	unsigned i;

	query(true);
	for (i = 1; i < 16; i++)
		junk(0);
	cr_expect_eq(ask.status, ASK_WAITING);
	junk(0);
	cr_expect_eq(ask.status, ASK_FAILED);
	cr_expect_eq(ask.fault, FAULT_MSG_MISMATCH);
	expect_open(&talk, "");
}

/* Each of these is noise, whatever rcode it claims. */
Test(ask, update_noise, .init = begin, .fini = end)
{
	static struct message m;
	unsigned id;

	update(false, 1);
	id = get_u16(talk.open[0].bytes);
	update_answer_of(&m, talk.open[0].bytes, talk.open[0].len, RCODE_REFUSED);
	set_u16(m.bytes, id ^ 1);
	talk_bytes(&talk, 0, m.bytes, m.len);      /* another id */
	set_u16(m.bytes, id);
	set_u16(m.bytes + 2, FLAGS_UPDATE);
	talk_bytes(&talk, 0, m.bytes, m.len);      /* not an answer */
	set_u16(m.bytes + 2, FLAG_QR);
	talk_bytes(&talk, 0, m.bytes, m.len);      /* another opcode */
	set_u16(m.bytes + 2, FLAG_QR | FLAGS_UPDATE);
	m.bytes[WIRE_HEADER_LEN + 1] ^= 1;
	talk_bytes(&talk, 0, m.bytes, m.len);      /* another zone */
	talk_bytes(&talk, 0, m.bytes, 11);         /* no header */
	talk_bytes(&talk, 0, m.bytes, 0);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.world.step.ignored, 6);
	reply(&talk, UPDATE, "NOERROR");
	cr_expect_eq(ask.status, ASK_ANSWERED);
}

/* A header alone answers an UPDATE (RFC 2136 3.8). */
Test(ask, update_without_zone_section, .init = begin, .fini = end)
{
	static struct message m;

	update(false, 1);
	put_header(&m, get_u16(talk.open[0].bytes), FLAG_QR | FLAGS_UPDATE | 9, 0, 0, 0,
	    0);
	talk_bytes(&talk, 0, m.bytes, m.len);
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.rcode, RCODE_NOTAUTH);
}

/* The question fits, what follows is broken: no answer either. */
Test(ask, malformed_answer, .init = begin, .fini = end)
{
	static struct message m;

	query(false);
	answer_of(&m, get_u16(talk.open[0].bytes), "pc1.corp.example", RRTYPE_A,
	    "aa 192.0.2.10");
	talk_bytes(&talk, 0, m.bytes, m.len - 1);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.world.step.ignored, 1);
	reply(&talk, QUESTION, "aa 192.0.2.11");
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.answer.answers[0].addr.octets[3], 11);
}

/* --- TCP -------------------------------------------------------------------------- */

Test(ask, truncated_query, .init = begin, .fini = end)
{
	query(false);
	reply(&talk, QUESTION, "aa tc 192.0.2.10");
	cr_expect_eq(ask.status, ASK_WAITING);
	expect_open(&talk, QUESTION "; " QUESTION "/tcp");
	reply(&talk, QUESTION, "aa tc");           /* once is enough */
	expect_open(&talk, QUESTION "; " QUESTION "/tcp");
	reply(&talk, QUESTION "/tcp", "aa 192.0.2.10 192.0.2.11");
	cr_expect_eq(ask.status, ASK_ANSWERED);
	cr_expect_eq(ask.answer.answer_count, 2);
}

/* A truncated NOERROR is not believed. */
Test(ask, truncated_update, .init = begin, .fini = end)
{
	static struct message m;

	update(false, 1);
	update_answer_of(&m, talk.open[0].bytes, talk.open[0].len, RCODE_NOERROR);
	m.bytes[2] |= FLAG_TC >> 8;
	talk_bytes(&talk, 0, m.bytes, m.len);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.open_count, 2);
	cr_expect(talk.open[1].tcp);
	reply(&talk, UPDATE "/tcp", "REFUSED");
	cr_expect_eq(ask.rcode, RCODE_REFUSED);
	cr_expect_eq(ask.attempt_count, 2);
}

/* TCP ends the UDP tries: 5 s for the whole exchange. */
Test(ask, tcp_is_the_last_try, .init = begin, .fini = end)
{
	query(false);
	talk_until(&talk, 500);
	reply(&talk, QUESTION, "tc");
	talk_until(&talk, 5499);
	cr_expect_eq(ask.status, ASK_WAITING);
	cr_expect_eq(talk.open_count, 2);
	talk_until(&talk, 5500);
	cr_expect_eq(ask.status, ASK_FAILED);
	cr_expect_eq(ask.fault, FAULT_TIMEOUT);
}

Test(ask, transport_tcp, .init = begin, .fini = end)
{
	update(true, 1);
	cr_assert_eq(talk.open_count, 1);
	cr_expect(talk.open[0].tcp);
	talk_until(&talk, 4999);
	cr_expect_eq(talk.open_count, 1, "one connection is all");
	cr_expect_eq(ask.status, ASK_WAITING);
	talk_until(&talk, 5000);
	cr_expect_eq(ask.status, ASK_FAILED);
	cr_expect_eq(ask.attempt_count, 1);
}

/* Over 1232 octets a message goes by TCP at once; up to 1232 it does not. */
Test(ask, large_updates, .init = begin, .fini = end)
{
	unsigned adds = 1;

	do {
		ask_cancel(&ask, &talk.world.step);
		talk_absorb(&talk);
		update(false, adds++);
		cr_assert_eq(talk.open_count, 1);
		cr_expect_eq(talk.open[0].tcp, talk.open[0].len > 1232, "%zu octets",
		    talk.open[0].len);
	} while (talk.open[0].len <= 1300);
	cr_expect_gt(adds, 50);
}

/* The border itself. */
Test(ask, exactly_1232_octets, .init = begin, .fini = end)
{
	struct endpoint server = server_of("192.0.2.53");

	ask_start(&ask, &talk.world.step, ASK_UPDATE, &server, false,
	    mem_zero(1, 1232), 1232);
	cr_assert_eq(talk.world.effects.count, 1);
	cr_expect_not(talk.world.effects.items[0].tcp);
	effects_clear(&talk.world.effects);
	ask_free(&ask);
	ask_start(&ask, &talk.world.step, ASK_UPDATE, &server, false,
	    mem_zero(1, 1233), 1233);
	cr_assert_eq(talk.world.effects.count, 1);
	cr_expect(talk.world.effects.items[0].tcp);
	effects_clear(&talk.world.effects);
	ask_free(&ask);
}

/* --- faults ----------------------------------------------------------------------- */

/* ICMP or a broken connection: nothing to wait for, and nothing stays open. */
Test(ask, faults_end_it_at_once, .init = begin, .fini = end)
{
	static const struct {
		const char *fault;
		bool tcp;
	} rows[] = {{"fault PORT_UNREACHABLE", false}, {"fault UNREACHABLE", false},
	    {"fault NO_INTERFACE", false}, {"fault CONNECT", true},
	    {"fault RESET", true}, {"fault SEND", true}, {"fault TIMEOUT", true}};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		update(rows[i].tcp, 1);
		talk_answer(&talk, 0, rows[i].fault);
		cr_expect_eq(ask.status, ASK_FAILED, "%s", rows[i].fault);
		cr_expect_eq(ask.fault, fault_of(rows[i].fault + 6));
		cr_expect_eq(ask.attempt_count, 1);
		expect_open(&talk, "");
	}
}

/* A datagram that our own filter dropped is lost like any other. */
Test(ask, datagram_that_was_not_sent, .init = begin, .fini = end)
{
	query(false);
	talk_answer(&talk, 0, "fault SEND");
	cr_expect_eq(ask.status, ASK_WAITING);
	expect_open(&talk, "");
	talk_until(&talk, 1000);
	expect_open(&talk, QUESTION);
	reply(&talk, QUESTION, "aa");
	cr_expect_eq(ask.status, ASK_ANSWERED);
}

Test(ask, icmp_after_retransmission, .init = begin, .fini = end)
{
	update(false, 1);
	talk_until(&talk, 1000);
	cr_assert_eq(talk.open_count, 2);
	talk_answer(&talk, 0, "fault PORT_UNREACHABLE");
	cr_expect_eq(ask.status, ASK_FAILED);
	expect_open(&talk, "");
	cr_expect_eq(ask.attempt_count, 2);
}

Test(ask, cancel_closes_all, .init = begin, .fini = end)
{
	query(false);
	talk_until(&talk, 3000);
	cr_assert_eq(talk.open_count, 3);
	ask_cancel(&ask, &talk.world.step);
	talk_absorb(&talk);
	expect_open(&talk, "");
	cr_expect_eq(ask.status, ASK_IDLE);
	cr_expect_eq(ask.deadline_us, CLOCK_NEVER);
}
