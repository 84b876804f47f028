/*
 * sim_control: the clients of the daemon's control socket, and what they were told.
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/event.h"
#include "ddnsupd/text_ctl.h"

#define SIM_OWN_CLIENT 1000000 /* the monitor's; it leaves no trace */

struct sim_world;

struct sim_client {
	uint64_t client;
	int64_t asked_us;
	bool waits;                  /* for a reply */
	bool streams;
	bool replied;
	struct text_ctl_reply reply; /* the last one */
};

/* A client's request as ddnsctl writes it; a line of its own. */
void sim_ask(struct sim_world *world, uint64_t client, const char *command,
    const char *name);
void sim_ask_line(struct sim_world *world, uint64_t client, const char *line,
    bool may_change);

/* The client closes, with or without its reply. */
void sim_hang_up(struct sim_world *world, uint64_t client);

/* The last reply to the client; NULL: none yet. */
const struct text_ctl_reply *sim_reply(struct sim_world *world, uint64_t client);

/* The daemon's state as it tells it; NULL: it does not live. */
const struct report *sim_status(struct sim_world *world);

/* EFFECT_REPLY and EFFECT_STREAM; nobody waits for too long; a run is over. */
void sim_control_said(struct sim_world *world, const struct effect *effect);
void sim_control_check(struct sim_world *world);
void sim_control_reset(struct sim_world *world);

#endif
