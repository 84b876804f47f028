/*
 * throttle: read what others send, but never more than so much of it in a while.
 *
 * Whoever floods a link must not keep us busy: beyond 64 messages in 250 ms the
 * descriptor is left alone until these are over, and the kernel drops what does not fit.
 */
#ifndef DDNSUPD_SHELL_THROTTLE_H
#define DDNSUPD_SHELL_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "shell/uvx.h"

struct throttle {
	uv_poll_t poll;        /* first: a handle leads back to its throttle */
	uv_timer_t pause;
	bool (*take)(struct uvx_owner *owner);
	int64_t until_us;      /* end of the while */
	unsigned left;
};

/* take: read one message without waiting; false: none was there.  An error counts as
 * one: it may be gone at the next.  Both handles become the owner's. */
void throttle_init(struct throttle *throttle, struct uvx *uvx, struct uvx_owner *owner,
    int fd, bool (*take)(struct uvx_owner *owner));

void throttle_start(struct throttle *throttle);
void throttle_stop(struct throttle *throttle);

/* Closes both handles. */
void throttle_close(struct throttle *throttle);

#endif
