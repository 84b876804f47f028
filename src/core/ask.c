/*
 * ask: one question to one server (protocol.md 4).
 *
 * Happy path: start -> SEND over UDP -> ANSWER that matches -> ANSWERED.
 * Failure modes: silence (1, 2, 4 s; an UPDATE then goes once by TCP), datagrams that
 * match nothing (ignored and counted, 16 of them lead to TCP), a truncated answer (TCP),
 * ICMP or a refused connection (FAILED at once), a TCP stream that ends early.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/ask.h"
#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"

static void send_udp(struct ask *, struct step *);
static void send_tcp(struct ask *, struct step *);
static void attempt(struct ask *, struct step *, bool tcp);
static void close_all(struct ask *, struct step *);
static void fail(struct ask *, struct step *, enum fault);
static void take_answer(struct ask *, struct step *, unsigned i, const struct event *);
static void mismatched(struct ask *, struct step *, unsigned i);
static bool match(struct ask *, unsigned i, const struct event *);

void
ask_start(struct ask *ask, struct step *step, enum ask_kind kind,
    const struct endpoint *server, bool tcp, uint8_t *message, size_t len)
{
	assert(ask->status != ASK_WAITING);
	ask_free(ask);
	ask->kind = kind;
	ask->status = ASK_WAITING;
	ask->server = *server;
	ask->message = message;
	ask->len = len;
	ask->asked_us = step->now_us;
	if (tcp || len > WIRE_UDP_MAX)
		send_tcp(ask, step);
	else
		send_udp(ask, step);
}

void
ask_query(struct ask *ask, struct step *step, const struct endpoint *server, bool tcp,
    const struct name *name, uint16_t type)
{
	uint8_t buf[WIRE_HEADER_LEN + NAME_WIRE_MAX + 4];
	size_t len = wire_query(buf, sizeof(buf), 0, name, type, false);

	ask_start(ask, step, ASK_QUERY, server, tcp, mem_copy(buf, len), len);
}

bool
ask_event(struct ask *ask, struct step *step, const struct event *event)
{
	unsigned i;

	if (ask->status != ASK_WAITING)
		return false;
	for (i = 0; i < ask->attempt_count; i++)
		if (ask->attempts[i].id != 0 && ask->attempts[i].id == event->id)
			break;
	if (i == ask->attempt_count)
		return false;
	if (event->kind == EVENT_FAULT) {
		ask->attempts[i].id = 0; /* the shell has closed it */
		/* a message that our own filter dropped is lost like any other */
		if (event->fault != FAULT_SEND || ask->tcp)
			fail(ask, step, event->fault);
	} else {
		take_answer(ask, step, i, event);
	}
	return true;
}

void
ask_wake(struct ask *ask, struct step *step)
{
	char server[ENDPOINT_TEXT_MAX];

	if (ask->status != ASK_WAITING || ask->deadline_us > step->now_us)
		return;
	if (ask->tcp) {
		fail(ask, step, FAULT_TIMEOUT);
		return;
	}
	step_note(step, NOTE_NOTICE, "%s has not answered the %s yet",
	    endpoint_format(&ask->server, server),
	    ask->kind == ASK_UPDATE ? "update" : "query");
	if (ask->udp_tries < ASK_UDP_TRIES)
		send_udp(ask, step);
	else if (ask->kind == ASK_UPDATE)
		send_tcp(ask, step);
	else
		fail(ask, step, FAULT_TIMEOUT);
}

void
ask_cancel(struct ask *ask, struct step *step)
{
	close_all(ask, step);
	ask_free(ask);
}

void
ask_free(struct ask *ask)
{
	free(ask->message);
	answer_free(&ask->answer);
	memset(ask, 0, sizeof(*ask));
	ask->deadline_us = CLOCK_NEVER;
	ask->rcode = -1;
}

static void
send_udp(struct ask *ask, struct step *step)
{
	attempt(ask, step, false);
	ask->deadline_us = step->now_us + (CLOCK_S(1) << ask->udp_tries);
	ask->udp_tries++;
}

static void
send_tcp(struct ask *ask, struct step *step)
{
	attempt(ask, step, true);
	ask->tcp = true;
	ask->deadline_us = step->now_us + ASK_TCP_US;
}

static void
attempt(struct ask *ask, struct step *step, bool tcp)
{
	unsigned i = ask->attempt_count++;

	assert(i < ASK_ATTEMPTS_MAX);
	ask->attempts[i].message_id = rng_u16(step->rng);
	ask->attempts[i].tcp = tcp;
	wire_set_id(ask->message, ask->attempts[i].message_id);
	ask->attempts[i].id =
	    step_send(step, &ask->server, tcp, ask->message, ask->len);
}

static void
close_all(struct ask *ask, struct step *step)
{
	unsigned i;

	for (i = 0; i < ask->attempt_count; i++) {
		if (ask->attempts[i].id != 0)
			step_close(step, ask->attempts[i].id);
		ask->attempts[i].id = 0;
	}
	ask->deadline_us = CLOCK_NEVER;
}

static void
fail(struct ask *ask, struct step *step, enum fault fault)
{
	close_all(ask, step);
	ask->status = ASK_FAILED;
	ask->fault = fault;
}

static void
take_answer(struct ask *ask, struct step *step, unsigned i, const struct event *event)
{
	if (!match(ask, i, event)) {
		mismatched(ask, step, i);
		return;
	}
	ask->local = event->local;
	if (!ask->attempts[i].tcp && wire_truncated(event->bytes)) {
		/* a truncated answer proves nothing, not even NOERROR */
		if (!ask->tcp)
			send_tcp(ask, step);
		return;
	}
	if (ask->kind == ASK_QUERY &&
	    wire_parse(event->bytes, event->len, &ask->answer) != FAULT_NONE) {
		mismatched(ask, step, i);
		return;
	}
	if (ask->kind == ASK_QUERY)
		ask->rcode = ask->answer.rcode;
	close_all(ask, step);
	ask->status = ASK_ANSWERED;
}

/* Ignored and counted: the wait goes on to the same deadline (RFC 5452 4). */
static void
mismatched(struct ask *ask, struct step *step, unsigned i)
{
	step->ignored++;
	if (++ask->mismatches < ASK_MISMATCHES_MAX)
		return;
	if (ask->attempts[i].tcp)
		fail(ask, step, FAULT_MSG_MISMATCH);
	else if (!ask->tcp)
		send_tcp(ask, step);
}

static bool
match(struct ask *ask, unsigned i, const struct event *event)
{
	wire_set_id(ask->message, ask->attempts[i].message_id);
	if (ask->kind == ASK_QUERY)
		return wire_match_query(ask->message, ask->len, event->bytes,
		    event->len) == FAULT_NONE;
	return wire_match_update(ask->message, ask->len, event->bytes, event->len,
	    &ask->rcode) == FAULT_NONE;
}
