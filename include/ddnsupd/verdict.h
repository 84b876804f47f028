/*
 * verdict: what an answer, or none, leads to: the table of protocol.md 5.
 */
#ifndef DDNSUPD_VERDICT_H
#define DDNSUPD_VERDICT_H

#include "ddnsupd/fault.h"
#include "ddnsupd/report.h"

enum verdict_step {
	VERDICT_OBSERVE, /* looking: before an UPDATE, or after it to verify */
	VERDICT_UPDATE,
};

enum verdict_next {
	VERDICT_GO_ON,      /* good: observe: compare; update: verify */
	VERDICT_NEXT,       /* next candidate */
	VERDICT_AGAIN,      /* once more after 1-2 s, then next candidate */
	VERDICT_REDISCOVER, /* forget the zone, rediscover once, next candidate */
	VERDICT_LOOK,       /* a prerequisite failed: observe again, let that decide */
};

/* What a candidate's last verdict counts for in the exit code. */
enum verdict_class {
	VERDICT_SILENT,     /* 69: nobody answered */
	VERDICT_REFUSED,    /* 77 */
	VERDICT_TEMPORARY,  /* 75 */
};

struct verdict {
	enum verdict_next next;
	enum verdict_class class;
	const char *meaning; /* what the code can mean at this step, one clause */
};

/* An rcode (0..15) at a step.  Never NULL: unknown ones count as SERVFAIL. */
const struct verdict *verdict_of_rcode(enum verdict_step step, int rcode);

/* A fault (no answer, unreachable, reset) at a step. */
const struct verdict *verdict_of_fault(enum verdict_step step, enum fault fault);

/* Exit code of the worst class seen, first that applies: 75, 77, 69 (protocol.md 5). */
enum exit_code verdict_exit(unsigned classes_seen);
#define VERDICT_BIT(class) (1U << (class))

#endif
