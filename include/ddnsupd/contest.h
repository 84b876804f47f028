/*
 * contest: does somebody else keep changing a name that this agent holds?
 *
 * Two agents with one name and `replace` would undo each other's work for ever.  Who
 * finds others' addresses under a name it held a fourth time within an hour lets it be,
 * until it finds the name free, or a person decides (protocol.md 3.5 asks for patience,
 * not for victory).
 */
#ifndef DDNSUPD_CONTEST_H
#define DDNSUPD_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#define CONTEST_MAX 3                /* times that it is taken back within ... */
#define CONTEST_SPAN_US CLOCK_S(3600)

/* Zeroed: nobody else was seen. */
struct contest {
	int64_t found_us[CONTEST_MAX]; /* the oldest first */
	unsigned count;
	bool lost;
};

/* Others' addresses were found and replaced. */
void contest_found(struct contest *contest, int64_t now_us);

/* Is the name to be left to others, should they have it? */
bool contest_yields(const struct contest *contest, int64_t now_us);

#endif
