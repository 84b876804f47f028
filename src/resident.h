/*
 * resident: what a daemon has and a single run has not: time that counts sleep, the
 * signals of a daemon, control clients, a service manager, and eyes on the host's name.
 */
#ifndef DDNSUPD_RESIDENT_H
#define DDNSUPD_RESIDENT_H

#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/event.h"
#include "shell/control_socket.h"
#include "shell/hostwatch.h"
#include "shell/logsink.h"
#include "shell/notify.h"
#include "shell/uvx.h"

/* What was opened while we still might; in place until the loop has run dry. */
struct resident_setup {
	struct logsink *log;
	struct notify *notify;
	struct control_socket *control;
	/* Read the configuration again: NULL with *error, one line of its own memory. */
	struct config *(*reload)(void *context, char **error);
	void *context;
};

struct resident;

/* NULL with errno set: no descriptors. */
struct resident *resident_new(struct uvx *uvx, struct hostwatch *host,
    const struct resident_setup *setup);

/* Start all watches.  SIGHUP and SIGUSR1, blocked until now, are unblocked. */
void resident_start(struct resident *resident);

/* The time of the events, and the timer for the next one. */
int64_t resident_now_us(void);
void resident_wake_at(struct resident *resident, int64_t at_us);

/* Carry out REPLY, STREAM, RELOAD or STATUS. */
void resident_perform(struct resident *resident, const struct effect *effect);

/* All events so far have been dealt with. */
void resident_idle(struct resident *resident, int64_t wake_at_us);

/* The end has begun. */
void resident_stopping(struct resident *resident);

/* Stop; freed by the loop. */
void resident_close(struct resident *resident);

#endif
