/*
 * tally: what the daemon counts (interface.md, "metrics").
 */
#ifndef DDNSUPD_TALLY_H
#define DDNSUPD_TALLY_H

#include <stdint.h>

#define TALLY_RCODES 17        /* 0..15, and the last for "no answer" */
#define TALLY_BUCKETS 8

/* Durations, cumulative as in OpenMetrics: bucket i counts those <= tally_bounds_us[i]. */
struct tally_times {
	uint64_t buckets[TALLY_BUCKETS];
	uint64_t count;
	int64_t sum_us;
};

struct tally {
	uint64_t updates[TALLY_RCODES];
	struct tally_times update;     /* from an UPDATE to its answer */
	struct tally_times registered; /* from an address event to its verified record */
	uint64_t ignored;
	uint64_t considered;           /* registrations that events have touched */
};

extern const int64_t tally_bounds_us[TALLY_BUCKETS];

/* rcode: -1 for no answer. */
void tally_update(struct tally *tally, int rcode, int64_t took_us);
void tally_time(struct tally_times *times, int64_t took_us);

#endif
