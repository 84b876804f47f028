/*
 * ask: one question to one server, until its answer or the end of our patience.
 *
 * The transport policy of protocol.md 4 lives here and nowhere else: tries of 1, 2 and
 * 4 s on a fresh socket each, TCP after them (UPDATE), after a truncated answer or after
 * 16 datagrams that match nothing.  An answer to an earlier try counts until the end.
 */
#ifndef DDNSUPD_ASK_H
#define DDNSUPD_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/step.h"
#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"

#define ASK_UDP_TRIES 3
#define ASK_ATTEMPTS_MAX (ASK_UDP_TRIES + 1)
#define ASK_MISMATCHES_MAX 16
#define ASK_TCP_US CLOCK_S(5)

enum ask_kind {
	ASK_QUERY,
	ASK_UPDATE,
};

enum ask_status {
	ASK_IDLE,      /* never started, or cancelled */
	ASK_WAITING,
	ASK_ANSWERED,  /* rcode; a query: answer too */
	ASK_FAILED,    /* fault */
};

struct ask {
	enum ask_kind kind;
	enum ask_status status;
	struct endpoint server;
	uint8_t *message;          /* as sent, but for the id */
	size_t len;
	struct {
		uint64_t id;       /* of the SEND; 0: closed */
		uint16_t message_id;
		bool tcp;
	} attempts[ASK_ATTEMPTS_MAX];
	unsigned attempt_count;    /* sends so far; > 1: retransmitted */
	unsigned udp_tries;
	bool tcp;                  /* TCP was begun */
	unsigned mismatches;
	int64_t asked_us;          /* when it was first sent */
	int64_t deadline_us;       /* of the current attempt; CLOCK_NEVER: none */
	int rcode;
	struct answer answer;
	struct addr local;         /* our source address, when known */
	enum fault fault;
};

/* Send the question.  `message` (memory of its own) becomes the ask's. */
void ask_start(struct ask *ask, struct step *step, enum ask_kind kind,
    const struct endpoint *server, bool tcp, uint8_t *message, size_t len);

/* A query of A or AAAA with RD=0, as the observing and verifying steps ask it. */
void ask_query(struct ask *ask, struct step *step, const struct endpoint *server,
    bool tcp, const struct name *name, uint16_t type);

/* Give it an ANSWER or FAULT.  Returns whether the id was one of its own. */
bool ask_event(struct ask *ask, struct step *step, const struct event *event);

/* The time has come: try again, change to TCP, or fail. */
void ask_wake(struct ask *ask, struct step *step);

/* Close what is open and forget everything. */
void ask_cancel(struct ask *ask, struct step *step);

/* Free without effects (the engine goes away). */
void ask_free(struct ask *ask);

#endif
