/*
 * step: what one step of the engine has at hand: the time, the dice, the list of effects.
 *
 * Every conversation of the core emits through these few functions, so that ids are
 * given out in one place.
 */
#ifndef DDNSUPD_STEP_H
#define DDNSUPD_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/event.h"
#include "ddnsupd/name.h"
#include "ddnsupd/rng.h"

struct rests;
struct tally;

struct step {
	int64_t now_us;
	struct rng *rng;
	struct effects *effects;
	uint64_t *serial;       /* the engine's counter: ids are never used again */
	uint32_t owner;         /* the registration at work: upper half of every id */
	const char *subject;    /* what its notes are about */
	struct rests *rests;    /* servers that cannot: asked last for a while */
	struct tally *tally;    /* counts; NULL: nobody wants them */
	bool again;             /* a failure was told before: what a new try has to say
	                         * is for those who listen, until it differs */
	uint64_t ignored;       /* answers that did not match, counted in this step */
	int64_t wall_s;         /* for the state file only */
	bool save_wanted;       /* out: the state has changed, write it */
	uint64_t next_save;     /* generation that a SAVE of this step gets */
	uint64_t saved;         /* newest generation that is on the disk, or given up */
};

/* The registration that an id belongs to. */
static inline uint32_t
step_owner(uint64_t id)
{
	return (uint32_t)(id >> 32);
}

/* Emit SEND: `bytes` is copied.  Returns the id. */
uint64_t step_send(struct step *step, const struct endpoint *server, bool tcp,
    const uint8_t *bytes, size_t len);

/* Emit LOOKUP.  Returns the id. */
uint64_t step_lookup(struct step *step, const struct endpoint *server,
    const struct name *qname, uint16_t qtype, int64_t timeout_us);

/* Emit ASK: `bytes` is copied.  Returns the id. */
uint64_t step_ask(struct step *step, const struct endpoint *server,
    const struct addr *local, const uint8_t *bytes, size_t len);

void step_close(struct step *step, uint64_t id);

/* Emit NOTE about the subject. */
void step_note(struct step *step, enum note_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
