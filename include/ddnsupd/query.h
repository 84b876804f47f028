/*
 * query: one lookup at the DNS servers in order (protocol.md 2 and 4): three rounds of
 * 1, 2 and 4 s over those that did not answer, the next one at once after an answer that
 * is of no use.
 */
#ifndef DDNSUPD_QUERY_H
#define DDNSUPD_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/ask.h"
#include "ddnsupd/step.h"
#include "ddnsupd/wire.h"

#define QUERY_ROUNDS 3

enum query_status {
	QUERY_IDLE,
	QUERY_WAITING,
	QUERY_ANSWERED, /* NOERROR or NXDOMAIN, in answer; from servers[current] */
	QUERY_FAILED,
};

struct query {
	enum query_status status;
	struct name qname;
	uint16_t qtype;
	const struct endpoint *servers; /* the caller's, for the query's life */
	size_t server_count;
	bool *useless;          /* per server: answered, but not what we need */
	size_t first;           /* where each round begins */
	size_t offset;          /* servers passed in this round */
	unsigned round;
	size_t current;
	uint64_t id;            /* of the LOOKUP under way; 0: none */
	struct ask own;         /* after a wrong answer: the same question, asked on a
	                         * socket of our own, where wrong ones are ignored */
	int64_t deadline_us;
	struct answer answer;
	bool answered;          /* some server said something */
	int rcode;              /* of the last answer; -1: none */
	enum fault fault;       /* FAILED without an answer: the last one */
};

/* Begin at servers[first].  `servers` is not copied. */
void query_start(struct query *query, struct step *step, const struct name *qname,
    uint16_t qtype, const struct endpoint *servers, size_t count, size_t first);

bool query_event(struct query *query, struct step *step, const struct event *event);
void query_wake(struct query *query, struct step *step);

/* The answer is of no use (lame, not an ancestor): ask the next server. */
void query_reject(struct query *query, struct step *step);

void query_cancel(struct query *query, struct step *step);
void query_free(struct query *query);

#endif
