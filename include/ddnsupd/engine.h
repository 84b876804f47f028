/*
 * engine: the reconciler as a step function on values.
 *
 * engine_step() takes one event and says what to do; it reads no clock, no file and no
 * socket.  The same engine runs under the daemon and in the simulator.
 */
#ifndef DDNSUPD_ENGINE_H
#define DDNSUPD_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/event.h"
#include "ddnsupd/report.h"
#include "ddnsupd/rng.h"
#include "ddnsupd/state.h"

enum engine_mode {
	ENGINE_ONCE,      /* register, verify, FINISH */
	ENGINE_WITHDRAW,  /* delete what state says is ours, FINISH */
	ENGINE_CHECK,     /* judge the rules, FINISH; sends nothing */
	ENGINE_CHECK_ONLINE, /* the same, then the harmless test of protocol.md 7 */
	ENGINE_DAEMON,    /* keep the names right until STOP */
};

struct engine_options {
	enum engine_mode mode;
	bool dry_run;               /* queries are sent, UPDATEs and SAVEs are not */
	bool state_writable;        /* false: a later --withdraw cannot know (warned) */
	enum fault state_fault;     /* daemon: why the state cannot be written now; NONE:
	                             * it can */
	bool quick;                 /* without a file: the state's other names are not
	                             * registrations removed from one */
	int64_t timeout_us;         /* bound on the whole run, from START */
	const char *const *names;   /* NULL-terminated: only these registrations (name or
	                             * FQDN); NULL: all.  See engine_unknown_name(). */
	uint8_t seed[RNG_SEED_LEN];
};

struct engine;

/* Takes ownership of config; state is moved out of *state, which is left empty. */
struct engine *engine_new(struct config *config, struct state *state,
    const struct engine_options *options);
void engine_free(struct engine *engine);

/*
 * One step.  *effects must be empty; it holds what to do, in order, and wake_at_us.
 * Give HOST and NET first, then START; nothing is sent before START.
 */
void engine_step(struct engine *engine, const struct event *event,
    struct effects *effects);

/* After HOST: a name of options.names that no registration has; NULL: all known. */
const char *engine_unknown_name(const struct engine *engine);

/* The results so far, valid until the next step; complete after FINISH. */
const struct report *engine_report(struct engine *engine);

#endif
