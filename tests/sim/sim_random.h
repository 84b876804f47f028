/*
 * sim_random: worlds made from a number, with everything going wrong at once.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

#include "sim_world.h"

/*
 * A few disturbed runs, then the faults stop: one undisturbed run must end with the
 * zone as wanted, one more must send nothing, and a withdrawal must leave nothing of
 * ours.  What fails is in the world returned, which the caller frees.
 */
struct sim_world *sim_random_world(uint64_t seed);

#endif
