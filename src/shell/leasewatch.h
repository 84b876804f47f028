/*
 * leasewatch: what the machine's own DHCP clients write down (protocol.md 1, `lease`).
 */
#ifndef DDNSUPD_SHELL_LEASEWATCH_H
#define DDNSUPD_SHELL_LEASEWATCH_H

#include <stdbool.h>

#include "shell/leasefile.h"
#include "shell/logsink.h"
#include "shell/uvx.h"

struct leasewatch;

/*
 * The first look, taken synchronously: posts what is there (leaseplaces_look()).  The log
 * (NULL: none), which must outlive it, is told when files cannot be read for the moment.
 */
struct leasewatch *leasewatch_new(struct uvx *uvx, struct logsink *log,
    const struct leasefile_users *users);

/*
 * From now on changes are posted; what changed before is looked for.  False with errno
 * set: the kernel does not tell of them; leasewatch_look() finds them.
 */
bool leasewatch_start(struct leasewatch *watch);

/* Look at all places again; posts what has changed. */
void leasewatch_look(struct leasewatch *watch);

/* Stop; freed by the loop. */
void leasewatch_close(struct leasewatch *watch);

#endif
