/*
 * ifdump: links, addresses and default routes as they are now.
 */
#ifndef DDNSUPD_SHELL_IFDUMP_H
#define DDNSUPD_SHELL_IFDUMP_H

#include "ddnsupd/facts.h"

/* 0: *net is the caller's to free.  -1 with errno; EINTR: changes never ceased. */
int ifdump(struct fact_net *net);

#endif
