/* sim_view: a list of snapshots, oldest first. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "sim_world.h"

static void forget(struct sim_world *world);

void
sim_view_take(struct sim_world *world)
{
	struct sim_views *views = &world->views_told;
	struct sim_view *view;

	if (world->engine == NULL)
		return;
	if (views->count > 0)
		views->items[views->count - 1].until_us = world->clock->now_us;
	forget(world);
	views->items = mem_grow(views->items, &views->cap, views->count + 1,
	    sizeof(*views->items));
	view = &views->items[views->count++];
	*view = (struct sim_view){ .until_us = CLOCK_NEVER, .config = world->config };
	fact_net_copy(&view->net, &world->net);
	text_host(world->node_name, world->hosts_text, world->resolv_text, &view->host);
}

const struct sim_view *
sim_view_at(const struct sim_world *world, size_t i)
{
	const struct sim_views *views = &world->views_told;
	const struct sim_view *view;

	if (i >= views->count)
		return NULL;
	view = &views->items[views->count - 1 - i];
	if (view->until_us != CLOCK_NEVER &&
	    view->until_us < world->clock->now_us - SIM_LATELY_US)
		return NULL;
	return view;
}

void
sim_view_free(struct sim_world *world)
{
	struct sim_views *views = &world->views_told;

	for (size_t i = 0; i < views->count; i++)
		fact_net_free(&views->items[i].net);
	free(views->items);
	*views = (struct sim_views){ 0 };
}

/* Those that were so too long ago. */
static void
forget(struct sim_world *world)
{
	struct sim_views *views = &world->views_told;
	size_t gone = 0;

	while (gone < views->count &&
	    views->items[gone].until_us < world->clock->now_us - SIM_LATELY_US)
		fact_net_free(&views->items[gone++].net);
	views->count -= gone;
	if (gone > 0)
		memmove(views->items, views->items + gone,
		    views->count * sizeof(*views->items));
}
