/*
 * sim_disk: the state file: what is on the disk, and what is being written.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "ddnsupd/event.h"
#include "ddnsupd/state.h"

struct sim_world;

/* EFFECT_SAVE: SAVED or SAVE_FAILED comes when the disk is done. */
void sim_disk_save(struct sim_world *world, const struct effect *effect);

/* What is on the disk; empty when there is none, or when it cannot be read, which the
 * shell says as a warning and goes on. */
void sim_disk_read(const struct sim_world *world, struct state *state);

/* The power fails: what is being written is lost, or has just made it. */
void sim_disk_crash(struct sim_world *world);

#endif
