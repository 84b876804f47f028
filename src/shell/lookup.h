/*
 * lookup: questions to a resolving server by c-ares.
 */
#ifndef DDNSUPD_SHELL_LOOKUP_H
#define DDNSUPD_SHELL_LOOKUP_H

#include "ddnsupd/event.h"
#include "shell/uvx.h"

struct lookup;

struct lookup *lookup_new(struct uvx *uvx);

/*
 * Carry out EFFECT_LOOKUP: one question, one server, one try, RD=1.  Exactly one event
 * comes under its id unless lookup_end() was called: ANSWER with the whole message,
 * whatever its rcode, or FAULT.
 */
void lookup_ask(struct lookup *lookup, const struct effect *effect);

/* Carry out EFFECT_CLOSE; an id that is not (any more) ours is nothing to do. */
void lookup_end(struct lookup *lookup, uint64_t id);

/* Ends all; freed by the loop. */
void lookup_close(struct lookup *lookup);

#endif
