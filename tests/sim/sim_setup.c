/* sim_setup: building and changing worlds. */
#include <assert.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_monitor.h"
#include "sim_net.h"
#include "sim_setup.h"

static size_t index_of(const struct fact_link *link, const char *addr);
static void add_routes(struct sim_world *world, uint32_t ifindex);
static struct fact_link *link_named(struct sim_world *world, const char *interface);

struct sim_server *
sim_add_server(struct sim_world *world, const char *addr)
{
	struct sim_server *server = mem_zero(1, sizeof(*server));
	enum fault fault = endpoint_parse(&server->at, addr);

	assert(fault == FAULT_NONE && world->server_count < SIM_SERVERS_MAX);
	(void)fault;
	server->delay_us = CLOCK_MS(1);
	world->servers[world->server_count++] = server;
	return server;
}

struct sim_zone *
sim_add_zone(struct sim_world *world, const char *apex, const char *mname)
{
	struct sim_zone *zone = mem_zero(1, sizeof(*zone));

	assert(world->zone_count < SIM_ZONES_MAX);
	sim_zone_init(zone, apex, mname);
	world->zones[world->zone_count++] = zone;
	return zone;
}

void
sim_serve(struct sim_server *server, struct sim_zone *zone)
{
	assert(server->served_count < SIM_SERVED_MAX);
	server->served[server->served_count++] = (struct sim_served){ .zone = zone };
}

void
sim_serve_copy(struct sim_world *world, struct sim_server *server,
    struct sim_zone *primary, bool forwards, int64_t lag_us)
{
	struct sim_zone *view = mem_zero(1, sizeof(*view));

	assert(world->view_count < SIM_ZONES_MAX);
	sim_zone_copy(view, primary);
	world->views[world->view_count++] = view;
	sim_serve(server, view);
	server->served[server->served_count - 1].primary = primary;
	server->served[server->served_count - 1].forwards = forwards;
	server->served[server->served_count - 1].lag_us = lag_us;
}

void
sim_add_addr(struct sim_world *world, const char *interface, const char *addr,
    uint32_t flags)
{
	struct fact_link *link = link_named(world, interface);
	struct addr parsed;
	enum fault fault = addr_parse(&parsed, addr);
	struct fact_addr *fact;

	assert(fault == FAULT_NONE);
	(void)fault;
	fact = fact_link_add_addr(link, &parsed);
	fact->prefix_len = parsed.family == FAMILY_IPV4 ? 24 : 64;
	fact->scope = addr_is_link_local(&parsed) ? 253 : 0;
	fact->flags = flags;
	fact->valid_s = 3600;
	fact->preferred_s = (flags & FACT_ADDR_DEPRECATED) != 0 ? 0 : 1800;
	if ((flags & FACT_ADDR_PERMANENT) != 0)
		fact->valid_s = fact->preferred_s = FACT_FOREVER;
}

void
sim_drop_addrs(struct sim_world *world, const char *interface)
{
	link_named(world, interface)->addr_count = 0;
}

void
sim_drop_addr(struct sim_world *world, const char *interface, const char *addr)
{
	struct fact_link *link = link_named(world, interface);
	size_t i = index_of(link, addr);

	memmove(link->addrs + i, link->addrs + i + 1,
	    (link->addr_count - i - 1) * sizeof(*link->addrs));
	link->addr_count--;
}

void
sim_set_flags(struct sim_world *world, const char *interface, const char *addr,
    uint32_t flags)
{
	struct fact_link *link = link_named(world, interface);

	link->addrs[index_of(link, addr)].flags = flags;
}

static size_t
index_of(const struct fact_link *link, const char *addr)
{
	struct addr parsed;
	size_t i = 0;

	if (addr_parse(&parsed, addr) == FAULT_NONE)
		while (i < link->addr_count &&
		    !addr_equal(&link->addrs[i].addr, &parsed))
			i++;
	assert(i < link->addr_count);
	return i;
}

void
sim_set_link(struct sim_world *world, const char *interface, bool up)
{
	struct fact_link *link = link_named(world, interface);
	struct fact_net *net = &world->net;
	size_t kept = 0;

	if (link->up == up)
		return;
	link->up = up;
	for (size_t i = 0; i < net->route_count; i++)
		if (net->routes[i].ifindex != link->ifindex)
			net->routes[kept++] = net->routes[i];
	net->route_count = kept;
	if (up)
		add_routes(world, link->ifindex);
}

struct sim_server *
sim_corp(struct sim_world *world)
{
	struct sim_server *ns1 = sim_add_server(world, "192.0.2.53");
	struct sim_zone *corp = sim_add_zone(world, "corp.example", "ns1.corp.example");

	sim_zone_put(corp, "corp.example 3600 NS ns1.corp.example");
	sim_zone_put(corp, "ns1.corp.example 3600 A 192.0.2.53");
	sim_zone_put(corp, "other.corp.example 300 A 192.0.2.77");
	sim_serve(ns1, corp);
	ns1->recursive = true;
	sim_add_addr(world, "eth0", "192.0.2.10", 0);
	sim_add_addr(world, "eth0", "2001:db8::10", 0);
	sim_add_addr(world, "eth0", "fe80::10", FACT_ADDR_PERMANENT);
	world->config_text = SIM_DEDICATED;
	return ns1;
}

void
sim_write(struct sim_world *world, const char *line)
{
	sim_trace(world, "# another writer: %s", line);
	sim_zone_put(world->zones[0], line);
	sim_net_transfer(world, world->zones[0]);
	sim_monitor_changed(world);
}

void
sim_erase(struct sim_world *world, const char *owner, uint16_t type)
{
	sim_trace(world, "# another writer: delete %s %s", owner, rrtype_name(type));
	sim_zone_drop(world->zones[0], owner, type);
	sim_net_transfer(world, world->zones[0]);
	sim_monitor_changed(world);
}

static struct fact_link *
link_named(struct sim_world *world, const char *interface)
{
	uint32_t ifindex = (uint32_t)world->net.link_count + 2;
	struct fact_link *link;

	for (size_t i = 0; i < world->net.link_count; i++)
		if (strcmp(world->net.links[i].name, interface) == 0)
			return &world->net.links[i];
	link = fact_net_add_link(&world->net, ifindex, interface);
	link->up = true;
	add_routes(world, ifindex);
	return link;
}

static void
add_routes(struct sim_world *world, uint32_t ifindex)
{
	fact_net_add_route(&world->net, FAMILY_IPV4, ifindex, 100 * ifindex);
	fact_net_add_route(&world->net, FAMILY_IPV6, ifindex, 100 * ifindex);
}
