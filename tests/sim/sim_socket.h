/*
 * sim_socket: the engine's sockets and lookups, and which UPDATEs are settled.
 */
#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/event.h"

struct sim_socket;
struct sim_world;

/* For a SEND or LOOKUP.  Its number holds for the run, a pointer until the next one. */
size_t sim_socket_open(struct sim_world *world, const struct effect *effect);
struct sim_socket *sim_socket_at(struct sim_world *world, size_t number);

/* How many the engine has not closed. */
size_t sim_socket_count_open(const struct sim_world *world);

/* This UPDATE was applied, or answered no; the id does not count, every try has its
 * own. */
void sim_settle(struct sim_world *world, const uint8_t *update, size_t len);
bool sim_is_settled(const struct sim_world *world, const uint8_t *update, size_t len);

/* The same is sent anew: what arrives from now on is no late copy. */
void sim_unsettle(struct sim_world *world, const uint8_t *update, size_t len);

#endif
