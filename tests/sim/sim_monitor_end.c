/* sim_monitor_end: what a run ends with: zone, state and results (M8, M9, M12, M13). */
#include <string.h>

#include "ddnsupd/rules.h"
#include "ddnsupd/text.h"

#include "sim_desired.h"
#include "sim_disk.h"
#include "sim_monitor.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

static void note_right(struct sim_world *world);
static void check_outcome(struct sim_world *world,
    const struct report_registration *result);
static bool exit_fits(enum outcome outcome, int exit);
static void check_right(struct sim_world *world, size_t i, const char *outcome);
static void check_state(struct sim_world *world, size_t i);
static void check_orphans(struct sim_world *world);
static void forget(struct sim_holding *holding, int k, const struct state_entry *entry);
static void check_orphan(struct sim_world *world, const struct name *fqdn,
    const struct state_entry *entry, const struct rrset *ours);
static bool fqdn_of(const struct sim_world *world, size_t i, struct name *fqdn);
static bool is_family_right(struct sim_world *world, size_t i, enum family family);
static bool leftover(struct sim_world *world, const struct config_registration *reg,
    const struct name *fqdn, enum family family, const struct rrset *wanted,
    const struct rrset *actual);

void
sim_monitor_begin(struct sim_world *world)
{
	world->right_once = 0;
	sim_monitor_changed(world);
}

void
sim_monitor_changed(struct sim_world *world)
{
	for (world = world->first; world != NULL; world = world->next)
		note_right(world);
}

static void
note_right(struct sim_world *world)
{
	if (world->config == NULL || world->mode == ENGINE_DAEMON)
		return;
	for (size_t i = 0; i < world->config->registration_count && i < 32; i++) {
		if (is_family_right(world, i, FAMILY_IPV4))
			world->right_once |= (uint64_t)1 << 2 * i;
		if (is_family_right(world, i, FAMILY_IPV6))
			world->right_once |= (uint64_t)2 << 2 * i;
	}
}

/* M8, M9, M12, M13 */
void
sim_monitor_finish(struct sim_world *world)
{
	const struct report *report = engine_report(world->engine);
	int worst = 0;

	if (world->mode == ENGINE_DAEMON) {
		sim_monitor_daemon_finish(world);
		check_orphans(world);
		return;
	}
	for (size_t i = 0; i < report->registration_count; i++) {
		const struct report_registration *result = &report->registrations[i];

		check_outcome(world, result);
		if ((int)result->exit > worst)
			worst = (int)result->exit;
	}
	check_orphans(world);
	if ((int)report->exit != world->exit)
		sim_fail(world, "M9: the report says exit %d", (int)report->exit);
	if (!world->stopping && report->error == NULL && worst != world->exit)
		sim_fail(world, "M9: exit %d, but the worst outcome is %d", world->exit,
		    worst);
}

bool
sim_is_right(struct sim_world *world, size_t i)
{
	return is_family_right(world, i, FAMILY_IPV4) &&
	    is_family_right(world, i, FAMILY_IPV6);
}

static void
check_outcome(struct sim_world *world, const struct report_registration *result)
{
	const char *outcome = outcome_name(result->outcome);

	if (!exit_fits(result->outcome, (int)result->exit))
		sim_fail(world, "M9: %s: %s with exit %d", result->name, outcome,
		    (int)result->exit);
	if (result->exit != EXIT_CODE_OK && result->error == NULL)
		sim_fail(world, "M9: %s: %s without a sentence", result->name, outcome);
	if (world->mode != ENGINE_ONCE || world->dry_run ||
	    (result->outcome != OUTCOME_UPDATED &&
	    result->outcome != OUTCOME_UNCHANGED))
		return;
	for (size_t i = 0; i < world->config->registration_count; i++)
		if (strcmp(world->config->registrations[i].name, result->name) == 0) {
			check_right(world, i, outcome);
			check_state(world, i);
		}
}

/* interface.md, the table of outcomes. */
static bool
exit_fits(enum outcome outcome, int exit)
{
	switch (outcome) {
	case OUTCOME_FAILED:
		return exit == EXIT_CODE_UNAVAILABLE || exit == EXIT_CODE_TEMPORARY;
	case OUTCOME_CONFLICT:
		return exit == EXIT_CODE_CONFLICT;
	case OUTCOME_REFUSED:
		return exit == EXIT_CODE_REFUSED;
	case OUTCOME_INVALID:
		return exit == EXIT_CODE_CONFIG;
	default:
		return exit == EXIT_CODE_OK;
	}
}

static void
check_right(struct sim_world *world, size_t i, const char *outcome)
{
	bool right = world->foreign_writers ? (world->right_once >> 2 * i & 3) == 3 :
	    sim_is_right(world, i);

	if (!right)
		sim_fail(world, "M8: %s, but the zone does not hold what is wanted",
		    outcome);
}

static void
check_state(struct sim_world *world, size_t i)
{
	const struct config_registration *reg = &world->config->registrations[i];
	struct state state;
	const struct state_entry *entry;
	struct name fqdn;

	if (!world->state_writable || world->save_fails || !fqdn_of(world, i, &fqdn))
		return;
	sim_disk_read(world, &state);
	entry = state_find(&state, &fqdn);
	for (int k = 0; k < 2; k++) {
		struct rrset wanted = { 0 };

		sim_desired(reg, &world->net, k == 0 ? FAMILY_IPV4 : FAMILY_IPV6,
		    &wanted);
		for (size_t j = 0; j < wanted.count; j++)
			if ((reg->mode == FQDN_DEDICATED ||
			    rrset_has(&sim_monitor_holding(world, &fqdn)->ours[k],
			    &wanted.addrs[j])) &&
			    (entry == NULL ||
			    !state_entry_owns(entry, &wanted.addrs[j])))
				sim_fail(world, "M12: the state has lost an address");
		rrset_free(&wanted);
	}
	state_free(&state);
}

static void
check_orphans(struct sim_world *world)
{
	struct state state;

	if (!world->state_writable || world->save_fails)
		return;
	sim_disk_read(world, &state);
	for (size_t i = 0; i < world->holding_count; i++) {
		const struct sim_holding *holding = &world->holdings[i];
		const struct state_entry *entry = state_find(&state, &holding->fqdn);

		check_orphan(world, &holding->fqdn, entry, &holding->ours[0]);
		check_orphan(world, &holding->fqdn, entry, &holding->ours[1]);
	}
	state_free(&state);
}

void
sim_monitor_forgotten(struct sim_world *world)
{
	struct state state;

	sim_disk_read(world, &state);
	for (size_t i = 0; i < world->holding_count; i++) {
		struct sim_holding *holding = &world->holdings[i];

		for (int k = 0; k < 2; k++)
			forget(holding, k, state_find(&state, &holding->fqdn));
	}
	state_free(&state);
}

static void
forget(struct sim_holding *holding, int k, const struct state_entry *entry)
{
	struct rrset *ours = &holding->ours[k];

	for (size_t i = ours->count; i-- > 0;) {
		struct addr addr = ours->addrs[i];

		if (entry != NULL && state_entry_owns(entry, &addr))
			continue;
		rrset_remove(ours, &addr);
		rrset_add(&holding->maybe[k], &addr);
	}
}

static void
check_orphan(struct sim_world *world, const struct name *fqdn,
    const struct state_entry *entry, const struct rrset *ours)
{
	const struct sim_zone *zone = sim_monitor_zone(world, fqdn);
	struct rrset actual = { 0 };
	char text[ADDR_TEXT_MAX];

	if (zone != NULL)
		sim_zone_addrs(zone, fqdn, ours->type, &actual);
	for (size_t i = 0; i < actual.count; i++)
		if (rrset_has(ours, &actual.addrs[i]) && (entry == NULL ||
		    !state_entry_owns(entry, &actual.addrs[i])))
			sim_fail(world, "M13: %s is ours, stands, and is forgotten",
			    addr_format(&actual.addrs[i], text));
	rrset_free(&actual);
}

static bool
fqdn_of(const struct sim_world *world, size_t i, struct name *fqdn)
{
	struct facts facts = { 0 };

	text_host(world->node_name, world->hosts_text, world->resolv_text,
	    &facts.host);
	return rules_fqdn(&world->config->registrations[i], &facts, fqdn) ==
	    FAULT_NONE;
}

static bool
is_family_right(struct sim_world *world, size_t i, enum family family)
{
	const struct config_registration *reg = &world->config->registrations[i];
	struct rrset wanted = { 0 }, actual = { 0 };
	const struct sim_zone *zone;
	struct name fqdn;
	bool right = true;

	if (!fqdn_of(world, i, &fqdn))
		return false;
	zone = sim_monitor_zone(world, &fqdn);
	if (zone == NULL)
		return false;
	sim_desired(reg, &world->net, family, &wanted);
	sim_zone_addrs(zone, &fqdn, wanted.type, &actual);
	if (wanted.count > 0 && reg->mode == FQDN_DEDICATED)
		right = rrset_equal(&wanted, &actual);
	for (size_t k = 0; k < wanted.count; k++)
		right = right && rrset_has(&actual, &wanted.addrs[k]);
	if (wanted.count > 0 || !config_manages(reg, family))
		right = right &&
		    !leftover(world, reg, &fqdn, family, &wanted, &actual);
	rrset_free(&wanted);
	rrset_free(&actual);
	return right;
}

/* Does an address still stand that is ours, or that the state called so, and that is not
 * wanted? */
static bool
leftover(struct sim_world *world, const struct config_registration *reg,
    const struct name *fqdn, enum family family, const struct rrset *wanted,
    const struct rrset *actual)
{
	const struct state_entry *entry = state_find(&world->old_state, fqdn);
	const struct sim_holding *holding = sim_monitor_holding(world, fqdn);

	for (size_t i = 0; reg->enabled && i < actual->count; i++) {
		const struct addr *addr = &actual->addrs[i];

		if (rrset_has(wanted, addr))
			continue;
		if (entry != NULL && state_entry_owns(entry, addr))
			return true;
		if (world->mode == ENGINE_DAEMON &&
		    rrset_has(&holding->ours[family == FAMILY_IPV6], addr))
			return true;
	}
	return false;
}
