/*
 * ndmon: the DNS servers and domains of router advertisements (protocol.md 1, `ra`), as
 * the kernel hands them on: it has checked the advertisement (RFC 4861 6.1.2).
 */
#ifndef DDNSUPD_SHELL_NDMON_H
#define DDNSUPD_SHELL_NDMON_H

#include "shell/uvx.h"

struct ndmon;

/* Options become EVENT_NDs.  NULL with errno set: the kernel does not let us. */
struct ndmon *ndmon_new(struct uvx *uvx);

/* Stop; freed by the loop. */
void ndmon_close(struct ndmon *mon);

#endif
