/* sim_monitor_zone: what an UPDATE did to the zone, and what a run ends with. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/rules.h"
#include "ddnsupd/text.h"
#include "ddnsupd/wire.h"

#include "sim_desired.h"
#include "sim_disk.h"
#include "sim_monitor.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

static void note_right(struct sim_world *world);
static void note_added(struct sim_world *world, const struct sim_rr *rr);
static void check_removed(struct sim_world *world, const struct name *owner,
    const struct sim_rr *rr);
static bool is_shared(const struct sim_world *world, const struct sim_msg *msg);
static bool was_sent_again(const struct sim_world *world,
    const struct sim_socket *socket);
static void note_removed(struct sim_world *world, const struct sim_rr *rr);
static bool may_remove(struct sim_world *world, const struct name *owner,
    const struct addr *addr);
static bool was_added(struct sim_world *world, const struct name *owner,
    const struct addr *addr);
static bool was_found(struct sim_world *world, const struct name *owner,
    const struct addr *addr);
static void check_kept(struct sim_world *world, const struct name *owner,
    const struct sim_msg *msg, const struct sim_rr *before,
    const struct sim_rr *after);
static bool is_guarded(const struct sim_msg *msg, uint16_t type);
static const struct sim_rr *find_rr(const struct sim_rrs *list,
    const struct sim_rr *rr);
static void check_orphans(struct sim_world *world);
static void check_orphan(struct sim_world *world, const struct name *fqdn,
    const struct state_entry *entry, const struct rrset *ours);
static void check_outcome(struct sim_world *world,
    const struct report_registration *result);
static bool exit_fits(enum outcome outcome, int exit);
static void check_right(struct sim_world *world, size_t i, const char *outcome);
static void check_state(struct sim_world *world, size_t i);
static bool fqdn_of(const struct sim_world *world, size_t i, struct name *fqdn);
static bool is_family_right(struct sim_world *world, size_t i, enum family family);
static bool leftover(struct sim_world *world,
    const struct config_registration *reg, const struct name *fqdn,
    enum family family, const struct rrset *wanted, const struct rrset *actual);

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

void
sim_monitor_free(struct sim_world *world)
{
	for (size_t i = 0; i < world->holding_count; i++)
		for (int k = 0; k < 2; k++)
			rrset_free(&world->holdings[i].ours[k]);
	free(world->holdings);
}

/* M7, M11.  What comes late is not judged by the next run's configuration. */
void
sim_monitor_done(struct sim_world *world, const struct sim_msg *msg,
    const struct sim_deed *deed)
{
	const struct name *owner = sim_monitor_owner(msg);
	bool judged = world->config != NULL && !deed->late;

	if (deed->changed)
		sim_trace(world, "# the zone has changed, serial %u",
		    deed->zone->serial);
	if (owner == NULL || !deed->changed)
		return;
	for (size_t i = 0; i < deed->zone->rrs.count && !deed->again; i++)
		if (find_rr(&deed->before, &deed->zone->rrs.items[i]) == NULL)
			note_added(world, &deed->zone->rrs.items[i]);
	if (judged && world->mode == ENGINE_CHECK_ONLINE)
		sim_fail(world, "M11: the permission test changed the zone");
	for (size_t i = 0; i < deed->before.count; i++) {
		const struct sim_rr *before = &deed->before.items[i];
		const struct sim_rr *after = find_rr(&deed->zone->rrs, before);

		if (judged && after == NULL)
			check_removed(world, owner, before);
		else if (judged)
			check_kept(world, owner, msg, before, after);
		if (after == NULL)
			note_removed(world, before);
	}
}

/*
 * An UPDATE sent once, doubled on its way: one copy is applied, the answer to the other
 * is a no.  SERVFAIL says that nothing was applied (protocol.md 5 does not count it as
 * doubt); and under a shared name nobody can tell whether the address is another
 * writer's, who was there at the same moment: it is left to the other.
 */
bool
sim_monitor_denied(struct sim_world *world, const struct sim_socket *socket, int rcode)
{
	struct sim_msg msg;
	bool denied = sim_msg_read(&msg, socket->asked, socket->len) &&
	    !was_sent_again(world, socket) &&
	    (rcode == RCODE_SERVFAIL || is_shared(world, &msg));

	for (size_t i = 0; denied && i < msg.authority.count; i++)
		if (msg.authority.items[i].rrclass == SIM_CLASS_IN)
			note_removed(world, &msg.authority.items[i]);
	sim_msg_free(&msg);
	return denied;
}

static bool
is_shared(const struct sim_world *world, const struct sim_msg *msg)
{
	const struct name *owner = sim_monitor_owner(msg);
	const struct config_registration *reg = owner == NULL ||
	    world->config == NULL ? NULL : sim_monitor_find(world, owner);

	return reg != NULL && reg->mode == FQDN_SHARED;
}

static bool
was_sent_again(const struct sim_world *world, const struct sim_socket *socket)
{
	unsigned count = 0;

	for (size_t i = 0; i < world->socket_count; i++) {
		const struct sim_socket *other = &world->sockets[i];

		count += other->is_update && other->len == socket->len &&
		    memcmp(other->asked + 2, socket->asked + 2, socket->len - 2) == 0;
	}
	return count > 1;
}

void
sim_monitor_note(struct sim_world *world, const struct effect *note)
{
	for (const char *p = note->text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			sim_fail(world, "M10: a note has a control byte");
			return;
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

/* From now on it is ours: an address that stood there already never becomes so. */
static void
note_added(struct sim_world *world, const struct sim_rr *rr)
{
	struct sim_holding *holding = sim_monitor_holding(world, &rr->owner);
	struct addr addr;

	if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
		return;
	addr = sim_rr_addr(rr);
	rrset_add(&holding->ours[rr->type == RRTYPE_AAAA], &addr);
}

static void
check_removed(struct sim_world *world, const struct name *owner,
    const struct sim_rr *rr)
{
	struct addr addr;
	char text[ADDR_TEXT_MAX];

	if (!name_equal(&rr->owner, owner) ||
	    (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)) {
		sim_fail(world, "M7: an RR of type %u was removed", rr->type);
		return;
	}
	addr = sim_rr_addr(rr);
	if (!may_remove(world, owner, &addr))
		sim_fail(world, "M7: %s was removed", addr_format(&addr, text));
}

/* Gone by our own hand: who adds it from now on owns it. */
static void
note_removed(struct sim_world *world, const struct sim_rr *rr)
{
	struct sim_holding *holding = sim_monitor_holding(world, &rr->owner);
	struct addr addr;

	if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
		return;
	addr = sim_rr_addr(rr);
	rrset_remove(&holding->ours[rr->type == RRTYPE_AAAA], &addr);
}

static bool
may_remove(struct sim_world *world, const struct name *owner, const struct addr *addr)
{
	const struct sim_view *view;

	if (was_added(world, owner, addr))
		return true;
	if (world->mode != ENGINE_ONCE && world->mode != ENGINE_DAEMON)
		return false;
	for (size_t i = 0; (view = sim_view_at(world, i)) != NULL; i++) {
		const struct config_registration *reg = sim_monitor_in(view, owner);

		if (reg != NULL && reg->mode == FQDN_DEDICATED &&
		    reg->on_conflict == ON_CONFLICT_REPLACE &&
		    config_manages(reg, (enum family)addr->family) &&
		    !sim_may_publish(reg, &view->net, addr))
			return true;
	}
	return false;
}

static bool
was_added(struct sim_world *world, const struct name *owner, const struct addr *addr)
{
	const struct state_entry *entry = state_find(&world->old_state, owner);
	const struct sim_holding *holding = sim_monitor_holding(world, owner);

	return rrset_has(&holding->ours[addr->family == FAMILY_IPV6], addr) ||
	    (entry != NULL && state_entry_owns(entry, addr)) ||
	    (world->mode == ENGINE_DAEMON && was_found(world, owner, addr));
}

/* Found right under a dedicated name it is held as ours (interface.md, "State"). */
static bool
was_found(struct sim_world *world, const struct name *owner, const struct addr *addr)
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

/*
 * Beside foreign RRs ours takes their TTL; theirs is never changed.  But what no query
 * shows has no TTL to take: the last resort, without a prerequisite on the RRset
 * (protocol.md 3.5), may change it.
 */
static void
check_kept(struct sim_world *world, const struct name *owner,
    const struct sim_msg *msg, const struct sim_rr *before, const struct sim_rr *after)
{
	const struct config_registration *reg = sim_monitor_find(world, owner);
	struct addr addr;

	if (before->ttl == after->ttl || !is_guarded(msg, before->type))
		return;
	addr = sim_rr_addr(before);
	if (!world->foreign_writers && reg != NULL && reg->mode == FQDN_SHARED &&
	    !was_added(world, owner, &addr))
		sim_fail(world, "M7: the TTL of a foreign RR was changed");
}

static bool
is_guarded(const struct sim_msg *msg, uint16_t type)
{
	for (size_t i = 0; i < msg->answers.count; i++)
		if (msg->answers.items[i].type == type)
			return true;
	return false;
}

static const struct sim_rr *
find_rr(const struct sim_rrs *list, const struct sim_rr *rr)
{
	for (size_t i = 0; i < list->count; i++)
		if (sim_rr_equal(&list->items[i], rr))
			return &list->items[i];
	return NULL;
}

static void
check_orphans(struct sim_world *world)
{
	struct state state = { 0 };

	if (!world->state_writable || world->save_fails)
		return;
	if (world->disk != NULL)
		text_state(world->disk, strlen(world->disk), &state);
	for (size_t i = 0; i < world->holding_count; i++) {
		const struct sim_holding *holding = &world->holdings[i];
		const struct state_entry *entry = state_find(&state, &holding->fqdn);

		check_orphan(world, &holding->fqdn, entry, &holding->ours[0]);
		check_orphan(world, &holding->fqdn, entry, &holding->ours[1]);
	}
	state_free(&state);
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
	struct state state = { 0 };
	const struct state_entry *entry;
	struct name fqdn;

	if (!world->state_writable || world->save_fails || !fqdn_of(world, i, &fqdn))
		return;
	if (world->disk != NULL)
		text_state(world->disk, strlen(world->disk), &state);
	entry = state_find(&state, &fqdn);
	for (int k = 0; k < 2; k++) {
		struct rrset wanted = { 0 };

		sim_desired(reg, &world->net, k == 0 ? FAMILY_IPV4 : FAMILY_IPV6,
		    &wanted);
		for (size_t j = 0; j < wanted.count; j++)
			if ((reg->mode == FQDN_DEDICATED ||
			    was_added(world, &fqdn, &wanted.addrs[j])) &&
			    (entry == NULL ||
			    !state_entry_owns(entry, &wanted.addrs[j])))
				sim_fail(world, "M12: the state has lost an address");
		rrset_free(&wanted);
	}
	state_free(&state);
}

static bool
fqdn_of(const struct sim_world *world, size_t i, struct name *fqdn)
{
	struct fact_host host;

	text_host(world->node_name, world->hosts_text, world->resolv_text, &host);
	return rules_fqdn(&world->config->registrations[i], &host, fqdn) == FAULT_NONE;
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
