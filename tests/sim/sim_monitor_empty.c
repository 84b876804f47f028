/*
 * sim_monitor_empty: a daemon's name loses its last address of a type only where that was
 * wished: withdrawn, renamed, no longer managed, or without an address for long (M17).
 */
#include "sim_desired.h"
#include "sim_monitor.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

#define FLIGHT_US CLOCK_S(30) /* an UPDATE of a moment ago may arrive only now */

static bool was_emptied(struct sim_world *world, const struct name *owner, int k,
    const struct sim_deed *deed);
static bool is_wished(const struct sim_world *world, const struct name *owner,
    enum family family);
static bool had_address(const struct sim_world *world, const struct name *owner,
    enum family family);

void
sim_monitor_empty(struct sim_world *world, const struct name *owner,
    const struct sim_deed *deed)
{
	for (int k = 0; k < 2; k++) {
		enum family family = k == 0 ? FAMILY_IPV4 : FAMILY_IPV6;

		if (was_emptied(world, owner, k, deed) &&
		    !is_wished(world, owner, family) &&
		    had_address(world, owner, family))
			sim_fail(world, "M17: the last %s was removed",
			    k == 0 ? "A" : "AAAA");
	}
}

/* It was ours before, and nothing stands there now. */
static bool
was_emptied(struct sim_world *world, const struct name *owner, int k,
    const struct sim_deed *deed)
{
	const struct rrset *ours = &sim_monitor_holding(world, owner)->ours[k];
	uint16_t type = k == 0 ? RRTYPE_A : RRTYPE_AAAA;
	bool had = false;

	if (sim_zone_has(deed->zone, owner, type))
		return false;
	for (size_t i = 0; i < deed->before.count && !had; i++) {
		const struct sim_rr *rr = &deed->before.items[i];
		struct addr addr;

		if (rr->type != type || !name_equal(&rr->owner, owner))
			continue;
		addr = sim_rr_addr(rr);
		had = rrset_has(ours, &addr);
	}
	return had;
}

static bool
is_wished(const struct sim_world *world, const struct name *owner, enum family family)
{
	const struct sim_view *view;

	if (world->stopping || world->may_empty)
		return true;
	for (size_t i = 0; (view = sim_view_at(world, i)) != NULL; i++) {
		const struct config_registration *reg = sim_monitor_in(view, owner);

		/* one that breaks R7 or R17 has no name: another's may go */
		if (reg == NULL || !reg->enabled || reg->ttl_s == 0 ||
		    !config_manages(reg, family) || (reg->mode == FQDN_DEDICATED &&
		    view->host.has_domain && name_equal(&view->host.fqdn, owner)))
			return true;
	}
	return false;
}

/* Lately, and not only since the UPDATE may have left. */
static bool
had_address(const struct sim_world *world, const struct name *owner, enum family family)
{
	const struct sim_view *view, *older;
	bool had = false;

	for (size_t i = 0; (view = sim_view_at(world, i)) != NULL; i++) {
		struct rrset set = { 0 };

		older = sim_view_at(world, i + 1);
		if (older != NULL && older->until_us > world->clock->now_us - FLIGHT_US)
			continue;
		sim_desired(sim_monitor_in(view, owner), &view->net, family, &set);
		had = had || set.count > 0;
		rrset_free(&set);
	}
	return had;
}
