/*
 * query: one lookup at the DNS servers in order (protocol.md 2).
 *
 * A round goes once over the servers.  Silence keeps a server for the next, longer
 * round; an answer that is of no use strikes it off.  When all are struck off or three
 * rounds are over, the lookup has failed: `answered` tells ignorance from failure.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/query.h"

static void ask_next(struct query *, struct step *);
static bool pick(struct query *);
static void ask_current(struct query *, struct step *);
static void silent(struct query *, struct step *, enum fault);
static void take_answer(struct query *, struct step *, const struct event *);
static bool is_answer(const struct query *, const struct event *);
static void ask_ourselves(struct query *, struct step *);
static void take_own(struct query *, struct step *);
static void weigh(struct query *, struct step *);

#define QUESTION_MAX (WIRE_HEADER_LEN + NAME_WIRE_MAX + 4)

void
query_start(struct query *query, struct step *step, const struct name *qname,
    uint16_t qtype, const struct endpoint *servers, size_t count, size_t first)
{
	query_free(query);
	query->status = QUERY_WAITING;
	query->qname = *qname;
	query->qtype = qtype;
	query->servers = servers;
	query->server_count = count;
	query->useless = mem_zero(count == 0 ? 1 : count, sizeof(bool));
	query->first = first;
	query->fault = FAULT_TIMEOUT;
	ask_next(query, step);
}

bool
query_event(struct query *query, struct step *step, const struct event *event)
{
	if (query->status != QUERY_WAITING)
		return false;
	if (ask_event(&query->own, step, event)) {
		take_own(query, step);
		return true;
	}
	if (query->id == 0 || query->id != event->id)
		return false;
	query->id = 0;
	if (event->kind == EVENT_FAULT)
		silent(query, step, event->fault);
	else
		take_answer(query, step, event);
	return true;
}

void
query_wake(struct query *query, struct step *step)
{
	if (query->status != QUERY_WAITING || query->deadline_us > step->now_us)
		return;
	if (query->id != 0)
		step_close(step, query->id);
	query->id = 0;
	silent(query, step, FAULT_TIMEOUT);
}

void
query_reject(struct query *query, struct step *step)
{
	query->useless[query->current] = true;
	query->status = QUERY_WAITING;
	ask_next(query, step);
}

void
query_cancel(struct query *query, struct step *step)
{
	if (query->status == QUERY_WAITING && query->id != 0)
		step_close(step, query->id);
	ask_cancel(&query->own, step);
	query_free(query);
}

void
query_free(struct query *query)
{
	free(query->useless);
	ask_free(&query->own);
	answer_free(&query->answer);
	memset(query, 0, sizeof(*query));
	query->deadline_us = CLOCK_NEVER;
	query->rcode = -1;
}

static void
ask_next(struct query *query, struct step *step)
{
	answer_free(&query->answer);
	ask_cancel(&query->own, step);
	if (pick(query)) {
		ask_current(query, step);
		return;
	}
	query->status = QUERY_FAILED;
	query->deadline_us = CLOCK_NEVER;
}

/* The next server of this round that may still help, else of the next round. */
static bool
pick(struct query *query)
{
	for (; query->round < QUERY_ROUNDS; query->round++, query->offset = 0) {
		while (query->offset < query->server_count) {
			query->current = (query->first + query->offset) %
			    query->server_count;
			query->offset++;
			if (!query->useless[query->current])
				return true;
		}
	}
	return false;
}

static void
ask_current(struct query *query, struct step *step)
{
	int64_t wait_us = CLOCK_S(1) << query->round;

	query->deadline_us = step->now_us + wait_us;
	query->id = step_lookup(step, &query->servers[query->current], &query->qname,
	    query->qtype, wait_us);
}

static void
silent(struct query *query, struct step *step, enum fault fault)
{
	char server[ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX];

	endpoint_format(&query->servers[query->current], server);
	query->fault = fault;
	ask_next(query, step);
	step_note(step, NOTE_NOTICE, "%s to %s %s from %s, %s", fault_text(fault),
	    rrtype_name(query->qtype), name_format(&query->qname, name), server,
	    query->status == QUERY_FAILED ? "no server is left" :
	    query->server_count > 1 ? "asking the next server" : "asking again");
}

static void
take_answer(struct query *query, struct step *step, const struct event *event)
{
	if (!is_answer(query, event) ||
	    wire_parse(event->bytes, event->len, &query->answer) != FAULT_NONE) {
		step->ignored++;
		ask_ourselves(query, step);
		return;
	}
	weigh(query, step);
}

/* The resolver library takes the first datagram with its id: the rest is checked here. */
static bool
is_answer(const struct query *query, const struct event *event)
{
	uint8_t asked[QUESTION_MAX];
	size_t len;

	if (event->len < WIRE_HEADER_LEN)
		return false;
	len = wire_query(asked, sizeof(asked),
	    (uint16_t)(event->bytes[0] << 8 | event->bytes[1]), &query->qname,
	    query->qtype, true);
	return wire_match_query(asked, len, event->bytes, event->len) == FAULT_NONE;
}

/* What came was forged or broken: the true answer may be right behind it. */
static void
ask_ourselves(struct query *query, struct step *step)
{
	uint8_t buf[QUESTION_MAX];
	size_t len = wire_query(buf, sizeof(buf), 0, &query->qname, query->qtype, true);

	ask_start(&query->own, step, ASK_QUERY, &query->servers[query->current], false,
	    mem_copy(buf, len), len);
}

static void
take_own(struct query *query, struct step *step)
{
	if (query->own.status == ASK_FAILED) {
		silent(query, step, query->own.fault);
	} else if (query->own.status == ASK_ANSWERED) {
		query->answer = query->own.answer;
		memset(&query->own.answer, 0, sizeof(query->own.answer));
		weigh(query, step);
	}
}

/* An answer: good, or a reason to ask the next server. */
static void
weigh(struct query *query, struct step *step)
{
	char server[ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX];

	query->answered = true;
	query->rcode = query->answer.rcode;
	query->deadline_us = CLOCK_NEVER;
	if (query->rcode == RCODE_NOERROR || query->rcode == RCODE_NXDOMAIN) {
		query->status = QUERY_ANSWERED;
		return;
	}
	step_note(step, NOTE_INFO, "%s: %s to %s %s, asking the next server",
	    endpoint_format(&query->servers[query->current], server),
	    rcode_name(query->rcode), rrtype_name(query->qtype),
	    name_format(&query->qname, name));
	query_reject(query, step);
}
