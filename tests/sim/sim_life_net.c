/* sim_life_net: what DHCP says in a random life, and where its zone moves. */
#include "sim_control.h"
#include "sim_life.h"
#include "sim_setup.h"

#define HOOK 50 /* the client that DHCP's hooks are */

static void hook(struct sim_world *world, const char *fields);

/* The servers of the file, for an hour, a moment or ever; perhaps something more. */
void
sim_life_lease(struct sim_world *world, struct sim_life *life)
{
	static const unsigned leases_s[] = { 0, 0, 3600, 30, 2 };
	unsigned lease_s = leases_s[sim_life_below(world, 5)];
	struct strbuf fields = { 0 };
	unsigned die = sim_life_below(world, 10);

	strbuf_printf(&fields, "\"event\":\"bound\",\"servers\":[%s]",
	    die == 0 ? "" : die == 1 ? "\"192.0.2.99\"" :
	    die == 2 ? "\"192.0.2.99\",\"192.0.2.53\"" : life->leased);
	if (lease_s > 0)
		strbuf_printf(&fields, ",\"lease\":%u", lease_s);
	if (sim_life_chance(world, 20))
		strbuf_add(&fields, ",\"host-name\":\"pc7\"");
	if (sim_life_chance(world, 10)) /* R18: the DHCP server keeps the host's name */
		strbuf_add(&fields, ",\"fqdn-flags\":1,\"fqdn-name\":\"" SIM_HOST "\"");
	hook(world, strbuf_text(&fields));
	strbuf_free(&fields);
}

void
sim_life_lease_well(struct sim_world *world, struct sim_life *life)
{
	struct strbuf fields = { 0 };

	strbuf_printf(&fields, "\"event\":\"bound\",\"servers\":[%s]", life->leased);
	hook(world, strbuf_text(&fields));
	strbuf_free(&fields);
}

void
sim_life_lease_ends(struct sim_world *world)
{
	hook(world, "\"event\":\"gone\"");
}

static void
hook(struct sim_world *world, const char *fields)
{
	struct strbuf line = { 0 };

	if (world->engine == NULL || world->finished)
		return;
	strbuf_printf(&line, "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",%s}",
	    fields);
	sim_ask_line(world, HOOK, strbuf_text(&line), true);
	strbuf_free(&line);
}

/* The secondary becomes the primary, and the other way round. */
void
sim_life_move_zone(struct sim_world *world, struct sim_life *life)
{
	struct sim_server *one = world->servers[0], *other = world->servers[1];
	struct sim_served served;
	struct sim_zone *zone = world->zones[0];

	if (world->server_count < 2 || other->served_count == 0)
		return;
	served = one->served[0];
	one->served[0] = other->served[0];
	other->served[0] = served;
	zone->mname = sim_name(one->served[0].primary == NULL ?
	    "ns1.corp.example" : "ns2.corp.example");
	zone->serial++;
	sim_zone_copy(one->served[0].primary == NULL ? other->served[0].zone :
	    one->served[0].zone, zone);
	life->unwilling = true; /* who was the primary may not forward */
	sim_trace(world, "# the zone has moved to another primary");
}
