/*
 * sim_net: the way between the engine and the servers, with all that can happen on it.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "ddnsupd/event.h"

struct sim_world;
struct sim_zone;

/* EFFECT_SEND, EFFECT_LOOKUP and EFFECT_CLOSE. */
void sim_net_send(struct sim_world *world, const struct effect *effect);
void sim_net_lookup(struct sim_world *world, const struct effect *effect);
void sim_net_close(struct sim_world *world, uint64_t id);

/* A zone has changed: its secondaries follow. */
void sim_net_transfer(struct sim_world *world, const struct sim_zone *zone);

/* Forget the sockets of a run that is over. */
void sim_net_reset(struct sim_world *world);

#endif
