/*
 * sim_monitor: what must hold after every step, whatever the world does (protocol.md;
 * the invariants are listed in sim_monitor.c).
 */
#ifndef SIM_MONITOR_H
#define SIM_MONITOR_H

#include <stdbool.h>

#include "ddnsupd/event.h"

struct name;
struct sim_deed;
struct sim_msg;
struct sim_socket;
struct sim_world;

/* Around a run. */
void sim_monitor_begin(struct sim_world *world);
void sim_monitor_finish(struct sim_world *world);

/* A life ends whose disk has failed: no later one can know what is not on it. */
void sim_monitor_forgotten(struct sim_world *world);

/* The engine sends; a server has handled an UPDATE; a zone has changed; a note. */
void sim_monitor_sent(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg);
void sim_monitor_done(struct sim_world *world, const struct sim_msg *msg,
    const struct sim_deed *deed);
void sim_monitor_changed(struct sim_world *world);
void sim_monitor_note(struct sim_world *world, const struct effect *note);

/* A no has reached the engine.  Returns whether that settles it at once. */
bool sim_monitor_denied(struct sim_world *world, const struct sim_socket *socket,
    int rcode);

/* A daemon has made a step; it has finished. */
void sim_monitor_step(struct sim_world *world);
void sim_monitor_daemon_finish(struct sim_world *world);

/* A daemon's UPDATE has changed a zone: M17. */
void sim_monitor_empty(struct sim_world *world, const struct name *owner,
    const struct sim_deed *deed);

void sim_monitor_free(struct sim_world *world);

/* Does the zone hold what the registration wants now?  i: its place in the file. */
bool sim_is_right(struct sim_world *world, size_t i);

#endif
