/*
 * boottime: the daemon's time.
 *
 * CLOCK_BOOTTIME goes on while the machine sleeps, so a deadline of yesterday is due
 * when it wakes up.  Two timerfds: one fires at the instant the core asked for, the
 * other never, but tells when the wall clock was set or the machine has slept.  Neither
 * costs anything while nothing happens.
 */
#ifndef DDNSUPD_SHELL_BOOTTIME_H
#define DDNSUPD_SHELL_BOOTTIME_H

#include <stdint.h>

#include "shell/uvx.h"

struct boottime;

/* Microseconds of CLOCK_BOOTTIME. */
int64_t boottime_now_us(void);

/* From now on EVENT_RESUME is posted.  NULL with errno set: no descriptors. */
struct boottime *boottime_new(struct uvx *uvx);

/* EVENT_WAKE at that instant, once; CLOCK_NEVER: not at all. */
void boottime_wake_at(struct boottime *boottime, int64_t at_us);

/* Stop; freed by the loop. */
void boottime_close(struct boottime *boottime);

#endif
