/*
 * hostwatch: the three texts that the host's own name is derived from (interface.md,
 * "HostOSFQDN"): read, never resolved.
 */
#ifndef DDNSUPD_SHELL_HOSTWATCH_H
#define DDNSUPD_SHELL_HOSTWATCH_H

#include "shell/uvx.h"

struct hostwatch;

/* Reads the texts. */
struct hostwatch *hostwatch_new(struct uvx *uvx);

/* Posts EVENT_HOST; its texts are the hostwatch's and hold until it is freed. */
void hostwatch_post(struct hostwatch *watch);

/* uname's node name; the texts of /etc/hosts and /etc/resolv.conf, NULL where there is
 * none or none is needed. */
const char *hostwatch_node_name(const struct hostwatch *watch);
const char *hostwatch_hosts(const struct hostwatch *watch);
const char *hostwatch_resolv(const struct hostwatch *watch);

void hostwatch_free(struct hostwatch *watch);

#endif
