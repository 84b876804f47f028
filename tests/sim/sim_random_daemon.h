/*
 * sim_random_daemon: lives made from a number.
 */
#ifndef SIM_RANDOM_DAEMON_H
#define SIM_RANDOM_DAEMON_H

#include <stdint.h>

#include "sim_world.h"

/*
 * A daemon to which anything happens, in any order; then the faults stop.  Within its
 * backoff everything is as wanted, a day on nothing but refreshes is sent, it stops, and
 * a withdrawal leaves nothing of ours.  What fails is in the world returned, which the
 * caller frees.
 */
struct sim_world *sim_random_daemon(uint64_t seed);

#endif
