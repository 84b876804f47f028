/* sim_monitor_names: names, their registrations and zones, and what is ours there. */
#include "ddnsupd/mem.h"
#include "ddnsupd/rules.h"

#include "sim_disk.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

static bool found(struct sim_world *world, const struct name *owner, const struct addr
    *addr);

const struct name *
sim_monitor_owner(const struct sim_msg *msg)
{
	if (msg->authority.count > 0)
		return &msg->authority.items[0].owner;
	return msg->answers.count > 0 ? &msg->answers.items[0].owner : NULL;
}

const struct config_registration *
sim_monitor_in(const struct sim_view *view, const struct name *fqdn)
{
	const struct config_registration *best = NULL;
	struct facts facts = { .host = view->host };
	struct name name;

	for (size_t i = 0; i < view->config->registration_count; i++) {
		const struct config_registration *reg =
		    &view->config->registrations[i];

		/* called like the host, a dedicated one is suspended (R7) and the shared
		 * one has the name */
		if (rules_fqdn(reg, &facts, &name) == FAULT_NONE &&
		    name_equal(&name, fqdn) &&
		    (best == NULL || reg->mode == FQDN_SHARED))
			best = reg;
	}
	return best;
}

const struct config_registration *
sim_monitor_find(const struct sim_world *world, const struct name *fqdn)
{
	const struct config_registration *reg;
	const struct sim_view *view;

	for (size_t i = 0; (view = sim_view_at(world, i)) != NULL; i++) {
		reg = sim_monitor_in(view, fqdn);
		if (reg != NULL)
			return reg;
	}
	return NULL;
}

bool
sim_monitor_held(struct sim_world *world, const struct name *fqdn)
{
	struct state state;
	bool held = state_find(&world->old_state, fqdn) != NULL;

	sim_disk_read(world, &state);
	held = held || state_find(&state, fqdn) != NULL;
	state_free(&state);
	for (size_t i = 0; !held && i < world->holding_count; i++)
		held = name_equal(&world->holdings[i].fqdn, fqdn);
	return held;
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
		.ours = { { .type = RRTYPE_A }, { .type = RRTYPE_AAAA } },
		.maybe = { { .type = RRTYPE_A }, { .type = RRTYPE_AAAA } } };
	return &world->holdings[world->holding_count++];
}

bool
sim_monitor_added(struct sim_world *world, const struct name *owner, const struct addr *addr)
{
	const struct state_entry *entry = state_find(&world->old_state, owner);
	const struct sim_holding *holding = sim_monitor_holding(world, owner);

	return rrset_has(&holding->ours[addr->family == FAMILY_IPV6], addr) ||
	    rrset_has(&holding->maybe[addr->family == FAMILY_IPV6], addr) ||
	    (entry != NULL && state_entry_owns(entry, addr)) ||
	    (world->mode == ENGINE_DAEMON && found(world, owner, addr));
}

/* Found right under a dedicated name it is held as ours (interface.md, "State"). */
static bool
found(struct sim_world *world, const struct name *owner, const struct addr *addr)
{
	struct state state;
	const struct state_entry *entry;
	bool found;

	sim_disk_read(world, &state);
	entry = state_find(&state, owner);
	found = entry != NULL && entry->mode == FQDN_DEDICATED &&
	    state_entry_owns(entry, addr);
	state_free(&state);
	return found;
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
