/*
 * rests: servers that cannot take an update and are asked last for a while.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/rests.h"

void
rests_add(struct rests *rests, const struct endpoint *server, int64_t now_us)
{
	unsigned i;

	if (rests == NULL)
		return;
	for (i = 0; i < RESTS_MAX; i++)
		if (endpoint_equal(&rests->items[i].server, server))
			break;
	if (i == RESTS_MAX)
		i = rests->next++ % RESTS_MAX;
	rests->items[i].server = *server;
	rests->items[i].until_us = now_us + RESTS_US;
}

bool
rests_has(const struct rests *rests, const struct endpoint *server, int64_t now_us)
{
	unsigned i;

	for (i = 0; rests != NULL && i < RESTS_MAX; i++)
		if (rests->items[i].until_us > now_us &&
		    endpoint_equal(&rests->items[i].server, server))
			return true;
	return false;
}
