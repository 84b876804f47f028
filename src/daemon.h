/*
 * daemon: the loop, the event queue, and the only joint between engine and shells.
 */
#ifndef DDNSUPD_DAEMON_H
#define DDNSUPD_DAEMON_H

#include <stdbool.h>

#include "ddnsupd/engine.h"
#include "ddnsupd/facts.h"
#include "resident.h"
#include "shell/hostwatch.h"
#include "shell/logsink.h"
#include "shell/statedir.h"
#include "sources.h"

struct daemon;

/*
 * Make the loop and take the first look at the machine.  log: in place until the end.
 * NULL: the kernel gives no more descriptors.
 */
struct daemon *daemon_new(struct logsink *log);

/* Make it stay: a daemon, until it is told to stop.  Before daemon_introduce().  False
 * with errno set: no descriptors. */
bool daemon_reside(struct daemon *daemon, const struct resident_setup *setup);

/* Let it learn from DHCP as the configuration says.  Before daemon_introduce(). */
void daemon_learn(struct daemon *daemon, const struct sources_setup *setup,
    const struct config *config);

const struct hostwatch *daemon_host(const struct daemon *daemon);
const struct fact_net *daemon_net(const struct daemon *daemon);

/* Give the engine, which stays the caller's, what is known: HOST, NET and
 * the LEASEs that are there. */
void daemon_introduce(struct daemon *daemon, struct engine *engine);

/*
 * START, then events and effects until FINISH.  state: where SAVE goes, NULL: nowhere,
 * a SAVE fails.  Returns FINISH's exit code.  SIGINT and SIGTERM, blocked by the caller
 * until now, are unblocked and become STOP.
 */
int daemon_run(struct daemon *daemon, struct statedir *state);

/* Close everything and let the loop run dry; saves that were asked for are written. */
void daemon_free(struct daemon *daemon);

#endif
