/*
 * settle: how long to wait for quiet after an address event (protocol.md 3, "Address
 * events").
 *
 * The first event after 50 quiet ms acts at once; what follows on its heels is merged;
 * an address that comes and goes 5 times in 10 s makes the wait double up to 30 s, and
 * calm halves it again.
 */
#ifndef DDNSUPD_SETTLE_H
#define DDNSUPD_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/rrset.h"

#define SETTLE_QUIET_US CLOCK_MS(50)
#define SETTLE_BURST_US CLOCK_S(1)    /* a burst does not hold us longer */
#define SETTLE_FLAPS 5
#define SETTLE_FLAP_US CLOCK_S(10)
#define SETTLE_MOST_US CLOCK_S(30)
#define SETTLE_ADDRS 8                /* watched at one time */

struct settle {
	int64_t event_us;             /* the last event */
	int64_t burst_us;             /* the first one of this burst */
	int64_t damp_us;              /* 0: not flapping */
	int64_t damped_us;            /* when it was last seen to flap */
	struct {
		struct addr addr;
		int64_t since_us;
		unsigned count;
	} addrs[SETTLE_ADDRS];
	unsigned next;                /* the slot to be used again */
};

void settle_init(struct settle *settle);

/*
 * An event at now_us changed the addresses from `before` to `after` (A and AAAA each).
 * Returns the instant before which nothing should be sent.
 */
int64_t settle_event(struct settle *settle, const struct rrset before[2],
    const struct rrset after[2], int64_t now_us);

#endif
