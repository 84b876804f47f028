/*
 * sim_daemon: the engine as a daemon: news it gets, effects that only a daemon has, and
 * how it stands.
 */
#ifndef SIM_DAEMON_H
#define SIM_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/event.h"

struct sim_world;

/* --- news -------------------------------------------------------------------------- */

/* The host's name is as it is in the world now; SIGHUP: the file is read again. */
void sim_tell_host(struct sim_world *world);
void sim_tell_reload(struct sim_world *world);

/* SIGUSR1. */
void sim_tell_refresh(struct sim_world *world);

/* The wall clock jumps: the machine has slept (its clock stood still), or was set. */
void sim_tell_resume(struct sim_world *world, int64_t jump_s);

/* SIGTERM, and what comes of it: the exit code, -1 when it does not end in time. */
int sim_stop(struct sim_world *world);

/* --- looking ----------------------------------------------------------------------- */

/* All of its registrations are held, none of its sockets is open, and the zone holds
 * what is wanted. */
void sim_expect_held(struct sim_world *world);

/* The state of a registration, as status names it: "resting". */
void sim_expect_state(struct sim_world *world, const char *registration,
    const char *state);

/* The next update of a registration comes within that time. */
void sim_expect_next(struct sim_world *world, const char *registration, int64_t least_us,
    int64_t most_us);
void sim_expect_reply(struct sim_world *world, uint64_t client, int exit);

/* --- the inside -------------------------------------------------------------------- */

/* False: no effect of a daemon. */
bool sim_daemon_effect(struct sim_world *world, const struct effect *effect);

#endif
