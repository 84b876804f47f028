/*
 * txn: one conversation about one name: locate, observe, compare, update, verify
 * (protocol.md 2, 3, 5, 7).
 *
 * Four functions outside: start, event (an answer), wake (a deadline), abort.  It never
 * learns whether UDP, TCP or a test carried it.
 */
#ifndef DDNSUPD_TXN_H
#define DDNSUPD_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/ask.h"
#include "ddnsupd/locate.h"
#include "ddnsupd/observe.h"
#include "ddnsupd/plan.h"
#include "ddnsupd/report.h"
#include "ddnsupd/state.h"
#include "ddnsupd/strbuf.h"

#define TXN_ROUNDS_MAX 5      /* protocol.md 3.5 */
#define TXN_CANDIDATES_MAX OBSERVE_SERVERS_MAX

enum txn_step {
	TXN_IDLE,
	TXN_LOCATE,    /* where? */
	TXN_OBSERVE,   /* what stands there? */
	TXN_SAVE,      /* the state must be on the disk first */
	TXN_UPDATE,    /* change it */
	TXN_VERIFY,    /* does it show? */
	TXN_CONFIRM,   /* it does not: ask by UPDATE */
	TXN_PAUSE,     /* a moment, then look again */
	TXN_DONE,
};

/* Where a name was found before: its zone and the servers, the last good one first. */
struct place {
	bool known;
	struct name zone;
	struct endpoint servers[OBSERVE_SERVERS_MAX];
	size_t count;
	int64_t found_us;
};

/* What is wanted.  Pointers are the caller's and outlive the conversation. */
struct txn_goal {
	enum plan_purpose purpose;
	enum fqdn_mode mode;
	enum on_conflict on_conflict;
	const char *registration;     /* its name, for the state */
	unsigned mask;                /* families to work on */
	bool managed[2];
	struct rrset desired[2];      /* owned; TTL as wanted */
	bool yields;                  /* to others who keep changing it: as with `keep` */
	bool refresh;
	bool dry_run;
	bool tcp;                     /* transport: tcp */
	struct locate_input where;
	struct state *state;
	const struct place *place;    /* known already; NULL: locate */
	const struct sight *belief;   /* what stands there is known; NULL: look first */
};

/* The end of one family's story. */
struct txn_result {
	bool done;
	enum outcome outcome;
	enum exit_code exit;
	char *error;                  /* one sentence; NULL: none */
	struct rrset added, kept, removed, pending;
	uint32_t ttl;
	char *remark;                 /* of what was added or kept; NULL: none */
};

struct txn_candidate {
	struct endpoint server;
	enum candidate_origin origin;
	bool failed;
	bool again;                   /* SERVFAIL: had its second chance */
	bool doubt;                   /* did not answer an UPDATE */
	bool unverified;              /* said NOERROR, but it does not show */
	const char *unseen;           /* and nobody could look, why; NULL: it was seen */
	bool said;                    /* class, rcode, fault, meaning are set */
	unsigned class;               /* enum verdict_class */
	int rcode;                    /* -1: silent */
	enum fault fault;
	const char *meaning;
	struct addr local;            /* our source address, when known */
};

struct txn {
	enum txn_step step;
	struct txn_goal goal;
	struct txn_result results[2];

	struct locate locate;
	struct observe observe;
	struct ask ask;               /* the UPDATE */
	struct txn_candidate candidates[TXN_CANDIDATES_MAX];
	size_t candidate_count;
	size_t current;

	unsigned pass;                /* families of this pass; others: done or later */
	unsigned sent;                /* families in the UPDATE under way */
	struct plan plans[2];
	enum plan_guard guards[2];
	struct sight before;          /* what the UPDATE was made from */
	unsigned round;
	int failed_rcode;
	unsigned maybe_applied;       /* families of an UPDATE that went unanswered */
	unsigned loose;               /* of any that left and was not answered no */
	unsigned loosened;            /* by the last UPDATE */
	unsigned contested;           /* families held before, where others' addresses
	                               * were replaced */
	struct rrset doubt_added[2];  /* of UPDATEs that went unanswered */
	struct rrset doubt_removed[2];
	struct rrset put[2];          /* addresses recorded in advance, as MAYBE */
	bool put_saved;
	uint64_t wait_save;           /* SAVE: the generation waited for */
	int64_t resume_us;            /* PAUSE */
	bool warned;
	bool ambiguous;               /* an UPDATE was sent more than once */
	bool rediscovered;
	bool looked_again;            /* this observation follows a failed prerequisite */
	bool updated;                 /* an UPDATE was accepted */
	bool contrary;                /* CONFIRM: the question that must be denied */

	bool has_zone;
	struct name zone;
	int rcode;                    /* of the last deciding answer; -1: none */
	bool has_server;
	struct endpoint server;       /* the last candidate in use */
	struct strbuf nsupdate;       /* dry run */
};

/* Begin.  The goal's RRsets are moved in; its pointers stay the caller's. */
void txn_start(struct txn *txn, struct step *step, const struct txn_goal *goal);

/* An ANSWER or FAULT.  Returns whether it was for this conversation. */
bool txn_event(struct txn *txn, struct step *step, const struct event *event);

/* A deadline has come, or the state is on the disk. */
void txn_wake(struct txn *txn, struct step *step);

/* The run's time is over: every family that is not done ends with what is known. */
void txn_abort(struct txn *txn, struct step *step, const char *why);

/* When to call txn_wake(); CLOCK_NEVER: not by time. */
int64_t txn_deadline(const struct txn *txn);

bool txn_done(const struct txn *txn);

/* What it waits for, for a person: "192.0.2.53#53 to answer the update". */
void txn_waits_for(const struct txn *txn, struct strbuf *out);

/* Where it got to, for the next conversation; known only after a good end. */
void txn_place(const struct txn *txn, struct place *place);

/* What stands there now, of the families that ended well; the others are unknown. */
void txn_belief(const struct txn *txn, struct sight *belief);
void txn_free(struct txn *txn);

#endif
