/*
 * settle: how long to wait for quiet after an address event.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/settle.h"

static bool count_changes(struct settle *, const struct rrset *, const struct rrset *,
    int64_t now_us);
static bool count_change(struct settle *, const struct addr *, int64_t now_us);
static void calm_down(struct settle *, int64_t now_us);

void
settle_init(struct settle *settle)
{
	memset(settle, 0, sizeof(*settle));
	settle->event_us = settle->burst_us = -SETTLE_MOST_US;
	settle->damped_us = -SETTLE_MOST_US;
}

int64_t
settle_event(struct settle *settle, const struct rrset before[2],
    const struct rrset after[2], int64_t now_us)
{
	bool quiet = now_us - settle->event_us >= SETTLE_QUIET_US;
	bool flaps = false;
	unsigned family;

	for (family = 0; family < 2; family++) {
		flaps |= count_changes(settle, &before[family], &after[family], now_us);
		flaps |= count_changes(settle, &after[family], &before[family], now_us);
	}
	calm_down(settle, now_us);
	if (flaps) {
		settle->damp_us = settle->damp_us == 0 ? CLOCK_S(1) :
		    clock_min(settle->damp_us * 2, SETTLE_MOST_US);
		settle->damped_us = now_us;
	}
	settle->event_us = now_us;
	/* a burst that goes on acts once in a while, not at each of its events */
	if (quiet || now_us - settle->burst_us >= SETTLE_BURST_US)
		settle->burst_us = now_us;
	if (settle->damp_us > 0)
		return now_us + settle->damp_us;
	if (quiet)
		return now_us;
	return clock_min(now_us + SETTLE_QUIET_US, settle->burst_us + SETTLE_BURST_US);
}

/* Those in `a` and not in `b` have come, or gone. */
static bool
count_changes(struct settle *settle, const struct rrset *a, const struct rrset *b,
    int64_t now_us)
{
	bool flaps = false;
	size_t i;

	for (i = 0; i < a->count; i++)
		if (!rrset_has(b, &a->addrs[i]))
			flaps |= count_change(settle, &a->addrs[i], now_us);
	return flaps;
}

static bool
count_change(struct settle *settle, const struct addr *addr, int64_t now_us)
{
	unsigned i;

	for (i = 0; i < SETTLE_ADDRS; i++)
		if (settle->addrs[i].count > 0 &&
		    addr_equal(&settle->addrs[i].addr, addr))
			break;
	if (i == SETTLE_ADDRS) {
		i = settle->next++ % SETTLE_ADDRS;
		settle->addrs[i].addr = *addr;
		settle->addrs[i].count = 0;
	}
	if (settle->addrs[i].count == 0 ||
	    now_us - settle->addrs[i].since_us > SETTLE_FLAP_US) {
		settle->addrs[i].since_us = now_us;
		settle->addrs[i].count = 0;
	}
	if (++settle->addrs[i].count < SETTLE_FLAPS)
		return false;
	settle->addrs[i].count = 0;
	return true;
}

static void
calm_down(struct settle *settle, int64_t now_us)
{
	while (settle->damp_us > 0 &&
	    now_us - settle->damped_us > SETTLE_FLAP_US + settle->damp_us) {
		settle->damped_us += SETTLE_FLAP_US + settle->damp_us;
		settle->damp_us = settle->damp_us <= CLOCK_S(1) ? 0 :
		    settle->damp_us / 2;
	}
}
