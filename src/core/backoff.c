/*
 * backoff: when to try again after a failure.
 */
#include "ddnsupd/backoff.h"
#include "ddnsupd/clock.h"

#define NETWORK_FIRST_US CLOCK_S(5)
#define NETWORK_MOST_US CLOCK_S(3600)
#define POLICY_FIRST_US CLOCK_S(15 * 60)
#define POLICY_MOST_US CLOCK_S(6 * 3600)
#define LEAST_US CLOCK_S(1)
#define DOUBLINGS_MAX 16 /* beyond it every span is at its most */

static int64_t
span(int64_t first_us, int64_t most_us, unsigned tries)
{
	int64_t us = first_us << (tries < DOUBLINGS_MAX ? tries : DOUBLINGS_MAX);

	return clock_min(us, most_us);
}

int64_t
backoff_next(struct backoff *backoff, enum exit_code exit, struct rng *rng)
{
	bool policy = exit == EXIT_CODE_REFUSED || exit == EXIT_CODE_CONFLICT ||
	    exit == EXIT_CODE_CONFIG;
	int64_t us;

	if (policy != backoff->policy)
		backoff->tries = 0;
	backoff->policy = policy;
	if (policy) {
		us = span(POLICY_FIRST_US, POLICY_MOST_US, backoff->tries++);
		return us - (int64_t)rng_below(rng, (uint64_t)us / 10);
	}
	us = span(NETWORK_FIRST_US, NETWORK_MOST_US, backoff->tries++);
	return LEAST_US + (int64_t)rng_below(rng, (uint64_t)(us - LEAST_US));
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->tries = 0;
}
