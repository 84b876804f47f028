/*
 * sim_self: the simulated server itself, held against what real ones were seen to do.
 */
#ifndef SIM_SELF_H
#define SIM_SELF_H

#include <stddef.h>

struct strbuf;

size_t sim_self_count(void);

/* The name of a case; what is wrong with it is appended to why. */
const char *sim_self_check(size_t i, struct strbuf *why);

#endif
