/* sim_socket: the newest ones only, since a daemon opens many in its life. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_net.h"
#include "sim_socket.h"
#include "sim_world.h"

#define FLIGHT_US CLOCK_S(600) /* nothing is on its way for longer */
#define GONE_LEAST 64          /* worth moving the others for */

static void forget_sockets(struct sim_world *world);
static struct sim_server *server_at(struct sim_world *world,
    const struct endpoint *at);
static uint64_t sum_of(const uint8_t *bytes, size_t len);

size_t
sim_socket_open(struct sim_world *world, const struct effect *effect)
{
	struct sim_socket *socket;

	for (size_t i = 0; i < world->socket_count; i++)
		if (world->sockets[i].id == effect->id)
			sim_fail(world, "the id of an effect is used twice");
	forget_sockets(world);
	world->sockets = mem_grow(world->sockets, &world->socket_cap,
	    world->socket_count + 1, sizeof(*world->sockets));
	socket = &world->sockets[world->socket_count];
	*socket = (struct sim_socket){ .id = effect->id, .to = effect->server,
		.at_us = world->clock->now_us,
		.server = server_at(world, &effect->server), .tcp = effect->tcp,
		.open = true, .asked = mem_copy(effect->bytes, effect->len),
		.len = effect->len };
	return world->sockets_gone + world->socket_count++;
}

struct sim_socket *
sim_socket_at(struct sim_world *world, size_t number)
{
	return &world->sockets[number - world->sockets_gone];
}

size_t
sim_socket_count_open(const struct sim_world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->socket_count; i++)
		count += world->sockets[i].open;
	return count;
}

void
sim_net_close(struct sim_world *world, uint64_t id)
{
	for (size_t i = 0; i < world->socket_count; i++)
		if (world->sockets[i].id == id)
			world->sockets[i].open = false;
}

void
sim_net_reset(struct sim_world *world)
{
	for (size_t i = 0; i < world->socket_count; i++)
		free(world->sockets[i].asked);
	world->socket_count = 0;
	world->sockets_gone = 0;
}

/* Those at the front to which nothing is on its way any more. */
static void
forget_sockets(struct sim_world *world)
{
	size_t gone = 0;

	while (gone < world->socket_count && !world->sockets[gone].open &&
	    world->sockets[gone].at_us < world->clock->now_us - FLIGHT_US)
		gone++;
	if (gone < GONE_LEAST)
		return;
	for (size_t i = 0; i < gone; i++)
		free(world->sockets[i].asked);
	world->socket_count -= gone;
	world->sockets_gone += gone;
	memmove(world->sockets, world->sockets + gone,
	    world->socket_count * sizeof(*world->sockets));
}

static struct sim_server *
server_at(struct sim_world *world, const struct endpoint *at)
{
	for (size_t i = 0; i < world->server_count; i++)
		if (addr_equal(&world->servers[i]->at.addr, &at->addr) &&
		    world->servers[i]->at.port == at->port)
			return world->servers[i];
	return NULL;
}

void
sim_settle(struct sim_world *world, const uint8_t *update, size_t len)
{
	int64_t old_us = world->clock->now_us - FLIGHT_US;
	size_t gone = 0;

	while (gone < world->settled_count && world->settled[gone].at_us < old_us)
		gone++;
	if (gone >= GONE_LEAST) {
		world->settled_count -= gone;
		memmove(world->settled, world->settled + gone,
		    world->settled_count * sizeof(*world->settled));
	}
	world->settled = mem_grow(world->settled, &world->settled_cap,
	    world->settled_count + 1, sizeof(*world->settled));
	world->settled[world->settled_count++] = (struct sim_settled){
		sum_of(update, len), world->clock->now_us };
}

bool
sim_is_settled(const struct sim_world *world, const uint8_t *update, size_t len)
{
	uint64_t sum = sum_of(update, len);

	for (size_t i = 0; i < world->settled_count; i++)
		if (world->settled[i].sum == sum)
			return true;
	return false;
}

void
sim_unsettle(struct sim_world *world, const uint8_t *update, size_t len)
{
	uint64_t sum = sum_of(update, len);
	size_t kept = 0;

	for (size_t i = 0; i < world->settled_count; i++)
		if (world->settled[i].sum != sum)
			world->settled[kept++] = world->settled[i];
	world->settled_count = kept;
}

/* FNV-1a, without the id. */
static uint64_t
sum_of(const uint8_t *bytes, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 2; i < len; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return sum;
}

