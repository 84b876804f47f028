/*
 * backoff: when to try again after a failure (protocol.md 5, "list exhausted").
 */
#ifndef DDNSUPD_BACKOFF_H
#define DDNSUPD_BACKOFF_H

#include <stdint.h>

#include "ddnsupd/report.h"
#include "ddnsupd/rng.h"

struct backoff {
	unsigned tries;      /* failures of the kind in a row */
	bool policy;         /* the kind: the server's policy, or the network */
};

/*
 * The next delay, microseconds.  Network and server faults: 5 s doubling to 1 h with full
 * jitter, so that thousands of hosts do not come back at the same moment.  Refusals,
 * conflicts and broken rules: 15 min doubling to 6 h, less up to 10 %.
 */
int64_t backoff_next(struct backoff *backoff, enum exit_code exit, struct rng *rng);

/* Something has happened that makes a try worthwhile. */
void backoff_reset(struct backoff *backoff);

#endif
