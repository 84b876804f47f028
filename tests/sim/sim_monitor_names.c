/* sim_monitor_names: names, their registrations and zones, and what is ours there. */
#include "ddnsupd/mem.h"
#include "ddnsupd/rules.h"
#include "ddnsupd/text.h"

#include "sim_monitor_names.h"
#include "sim_world.h"

const struct name *
sim_monitor_owner(const struct sim_msg *msg)
{
	if (msg->authority.count > 0)
		return &msg->authority.items[0].owner;
	return msg->answers.count > 0 ? &msg->answers.items[0].owner : NULL;
}

const struct config_registration *
sim_monitor_find(const struct sim_world *world, const struct name *fqdn)
{
	struct fact_host host;
	struct name name;

	text_host(world->node_name, world->hosts_text, world->resolv_text, &host);
	for (size_t i = 0; i < world->config->registration_count; i++) {
		const struct config_registration *reg =
		    &world->config->registrations[i];

		if (rules_fqdn(reg, &host, &name) == FAULT_NONE &&
		    name_equal(&name, fqdn))
			return reg;
	}
	return NULL;
}

struct sim_holding *
sim_monitor_holding(struct sim_world *world, const struct name *fqdn)
{
	for (size_t i = 0; i < world->holding_count; i++)
		if (name_equal(&world->holdings[i].fqdn, fqdn))
			return &world->holdings[i];
	world->holdings = mem_grow(world->holdings, &world->holding_cap,
	    world->holding_count + 1, sizeof(*world->holdings));
	world->holdings[world->holding_count] = (struct sim_holding){ .fqdn = *fqdn,
		.ours = { { .type = RRTYPE_A }, { .type = RRTYPE_AAAA } } };
	return &world->holdings[world->holding_count++];
}

struct sim_zone *
sim_monitor_zone(const struct sim_world *world, const struct name *fqdn)
{
	struct sim_zone *best = NULL;

	for (size_t i = 0; i < world->zone_count; i++)
		if (name_is_within(fqdn, &world->zones[i]->apex) &&
		    (best == NULL || world->zones[i]->apex.len > best->apex.len))
			best = world->zones[i];
	return best;
}
