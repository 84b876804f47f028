/*
 * clock: time as data.
 *
 * The core never reads a clock: every event brings the time, every answer names the time
 * it wants to be woken.  Instants and spans are microseconds of CLOCK_MONOTONIC (a
 * simulator's own clock in the tests); wall time is only for what people read.
 */
#ifndef DDNSUPD_CLOCK_H
#define DDNSUPD_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER INT64_MAX
#define CLOCK_MS(ms) ((int64_t)(ms) * 1000)
#define CLOCK_S(s) ((int64_t)(s) * 1000000)

/* The earlier of two instants. */
static inline int64_t
clock_min(int64_t a_us, int64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

#endif
