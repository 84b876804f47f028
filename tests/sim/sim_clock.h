/*
 * sim_clock: virtual time, and what is going to happen, in order.
 *
 * Alarms of the same instant go off in the order they were set, so that a run depends
 * on nothing but its seed.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void sim_fire(void *subject, uint64_t number);

struct sim_alarm {
	int64_t at_us;
	uint64_t order;
	sim_fire *fire;
	void *subject;
	uint64_t number;
	bool owned; /* subject is freed after it went off, or with the clock */
};

struct sim_clock {
	int64_t now_us;
	uint64_t next_order;
	struct sim_alarm *heap;
	size_t count;
	size_t cap;
};

/* Call fire(subject, number) at an instant, not before now. */
void sim_clock_at(struct sim_clock *clock, int64_t at_us, sim_fire *fire, void *subject,
    uint64_t number);

/* The same for a subject from malloc() that belongs to the clock from here on. */
void sim_clock_at_owned(struct sim_clock *clock, int64_t at_us, sim_fire *fire,
    void *subject, uint64_t number);

/* Move to the next alarm and let it go off.  False: none up to until_us; the time is
 * then until_us. */
bool sim_clock_step(struct sim_clock *clock, int64_t until_us);

void sim_clock_free(struct sim_clock *clock);

#endif
