/*
 * ifmon: links, addresses and default routes from the kernel, by rtnetlink.
 */
#ifndef DDNSUPD_SHELL_IFMON_H
#define DDNSUPD_SHELL_IFMON_H

#include "ddnsupd/facts.h"
#include "shell/logsink.h"
#include "shell/uvx.h"

struct ifmon;

/*
 * Subscribes, then takes the first snapshot, at once and synchronously: nothing that
 * changes in between is missed.  NULL with errno set when the kernel does not let us.  The
 * log, which must outlive it, is told when later snapshots cannot be taken.
 */
struct ifmon *ifmon_new(struct uvx *uvx, struct logsink *log);

/* The newest snapshot, the ifmon's own. */
const struct fact_net *ifmon_net(const struct ifmon *mon);

/* Posts EVENT_NET with the newest snapshot. */
void ifmon_post(struct ifmon *mon);

/* From now on every change posts a new snapshot. */
void ifmon_watch(struct ifmon *mon);

/* Stop; freed by the loop, until then the snapshot holds. */
void ifmon_close(struct ifmon *mon);

#endif
