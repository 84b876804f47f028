/*
 * sim_view: what the engine was told, now and lately.
 *
 * A conversation that has begun may go on with what was so when it began; the monitor
 * holds an UPDATE against what is so now and what was so a while ago.
 */
#ifndef SIM_VIEW_H
#define SIM_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"

#define SIM_LATELY_US CLOCK_S(180) /* longer than any conversation */

struct sim_world;

struct sim_view {
	int64_t until_us;            /* when something else was told */
	const struct config *config; /* lives as long as the run */
	struct fact_net net;
	struct fact_host host;
};

/* The last one is what is so now. */
struct sim_views {
	struct sim_view *items;
	size_t count;
	size_t cap;
};

/* The engine is told how world->net, the names and world->config are. */
void sim_view_take(struct sim_world *world);

/* The i-th, newest first; NULL: none that was so lately. */
const struct sim_view *sim_view_at(const struct sim_world *world, size_t i);

void sim_view_free(struct sim_world *world);

#endif
