/*
 * tally: what the daemon counts.
 */
#include "ddnsupd/tally.h"

const int64_t tally_bounds_us[TALLY_BUCKETS] = {
	1000, 5000, 20000, 100000, 500000, 2000000, 10000000, 60000000,
};

void
tally_update(struct tally *tally, int rcode, int64_t took_us)
{
	tally->updates[rcode >= 0 && rcode < TALLY_RCODES - 1 ? rcode :
	    TALLY_RCODES - 1]++;
	if (rcode >= 0)
		tally_time(&tally->update, took_us);
}

void
tally_time(struct tally_times *times, int64_t took_us)
{
	unsigned i;

	for (i = 0; i < TALLY_BUCKETS; i++)
		times->buckets[i] += took_us <= tally_bounds_us[i];
	times->count++;
	times->sum_us += took_us;
}
