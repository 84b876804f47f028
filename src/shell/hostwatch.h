/*
 * hostwatch: the three texts that the host's own name is derived from (interface.md,
 * "HostOSFQDN"): read, never resolved.
 */
#ifndef DDNSUPD_SHELL_HOSTWATCH_H
#define DDNSUPD_SHELL_HOSTWATCH_H

#include <stdbool.h>

#include "shell/logsink.h"
#include "shell/uvx.h"

struct hostwatch;

/* Reads the texts.  The log, which must outlive it, hears what could not be read later. */
struct hostwatch *hostwatch_new(struct uvx *uvx, struct logsink *log);

/* Posts EVENT_HOST. */
void hostwatch_post(struct hostwatch *watch);

/*
 * From now on a change of the texts is posted.  False: the kernel does not let us hear
 * of all changes; hostwatch_look() finds them.
 */
bool hostwatch_start(struct hostwatch *watch);

/* Read the texts again; posts when they have changed. */
void hostwatch_look(struct hostwatch *watch);

/* uname's node name; the texts of /etc/hosts and /etc/resolv.conf, NULL where there is
 * none or none is needed. */
const char *hostwatch_node_name(const struct hostwatch *watch);
const char *hostwatch_hosts(const struct hostwatch *watch);
const char *hostwatch_resolv(const struct hostwatch *watch);

/* Stop; freed by the loop. */
void hostwatch_close(struct hostwatch *watch);

#endif
