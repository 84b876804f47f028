/*
 * sim_monitor: the invariants.
 *
 *  M1  nothing but queries leaves a dry run, nothing at all a plain check
 *  M2  an UPDATE names one of the registered FQDNs, in the zone that holds it, and
 *      nothing else; type A or AAAA, never ANY; RD and Z bits clear; id not zero always
 *  M3  a shared name: no RRset-wide delete, no AAAA is ever added
 *  M4  only addresses are added that may be published now, with a TTL of their own
 *  M5  what an UPDATE adds is covered by the state on the disk before it leaves
 *  M6  one UPDATE in flight per name
 *  M7  an UPDATE changes only A and AAAA of its name; it removes what the agent added,
 *      what its state names, or, for a dedicated name that replaces, what is not wanted
 *  M8  `updated`, `unchanged`: the zone holds what is wanted; `withdrawn`: none of ours
 *  M9  a bounded number of messages, and an exit code that follows from the outcomes
 *  M10 notes carry no control bytes
 *  M11 the permission test changes nothing
 *  M12 after `updated` and `unchanged` the state on the disk owns what is ours
 *  M13 whatever the outcome: what the agent added and what still stands is in the state;
 *      but for what a late copy brings back when its run is over, after another was
 *      applied or refused: only the daemon looks again (protocol.md 3.4)
 *
 * Here: what is sent (M1 to M6, M9).  sim_monitor_zone.c: what comes of it.
 */
#include <string.h>

#include "ddnsupd/text.h"

#include "sim_desired.h"
#include "sim_monitor.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

#define UPDATES_MAX 120  /* a registration and run */
#define MESSAGES_MAX 600

static void check_update(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg);
static void check_sections(struct sim_world *world,
    const struct config_registration *reg, const struct sim_msg *msg);
static void check_change(struct sim_world *world,
    const struct config_registration *reg, const struct sim_msg *msg,
    const struct sim_rr *rr);
static bool is_required(const struct sim_msg *msg, const struct sim_rr *rr);
static void check_added(struct sim_world *world, const struct config_registration *reg,
    const struct sim_rr *rr, bool confirms);
static void check_covered(struct sim_world *world,
    const struct config_registration *reg, const struct sim_rr *rr);
static bool is_covered(const struct state_entry *entry,
    const struct config_registration *reg, const struct addr *addr);
static void check_alone(struct sim_world *world, const struct sim_socket *socket);
static bool is_same_message(const struct sim_socket *a, const struct sim_socket *b);
static bool is_same_owner(const struct sim_socket *a, const struct sim_socket *b);
static void check_volume(struct sim_world *world);

void
sim_monitor_sent(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg)
{
	if (world->mode == ENGINE_CHECK)
		sim_fail(world, "M1: a plain check sends something");
	if (msg->opcode == SIM_OPCODE_UPDATE) {
		world->counts.updates++;
		check_update(world, socket, msg);
	} else if (!socket->lookup) {
		world->counts.queries++;
		if (msg->rd)
			sim_fail(world, "a query to a candidate has RD set");
	}
	check_volume(world);
}

static void
check_update(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg)
{
	const struct name *owner = sim_monitor_owner(msg);
	const struct config_registration *reg;
	const struct sim_zone *zone;

	if (world->dry_run)
		sim_fail(world, "M1: an UPDATE in a dry run");
	if ((msg->flags & 0x07f0) != 0)
		sim_fail(world, "M2: flags of an UPDATE are not clear: %04x",
		    msg->flags);
	if (owner == NULL || msg->additional.count > 0) {
		sim_fail(world, "M2: an UPDATE without a name, or with additionals");
		return;
	}
	reg = sim_monitor_find(world, owner);
	if (reg == NULL && state_find(&world->old_state, owner) == NULL)
		sim_fail(world, "M2: an UPDATE for a name that is not registered");
	zone = sim_monitor_zone(world, owner);
	if (msg->qtype != RRTYPE_SOA || msg->qclass != SIM_CLASS_IN || zone == NULL ||
	    (!world->zones_move && !name_equal(&msg->qname, &zone->apex)))
		sim_fail(world, "M2: an UPDATE for another zone");
	check_sections(world, reg, msg);
	check_alone(world, socket);
}

static void
check_sections(struct sim_world *world, const struct config_registration *reg,
    const struct sim_msg *msg)
{
	const struct name *owner = sim_monitor_owner(msg);

	for (size_t i = 0; i < msg->answers.count; i++)
		if (!name_equal(&msg->answers.items[i].owner, owner))
			sim_fail(world, "M2: a prerequisite on another name");
	for (size_t i = 0; i < msg->authority.count; i++) {
		if (!name_equal(&msg->authority.items[i].owner, owner))
			sim_fail(world, "M2: a change of another name");
		check_change(world, reg, msg, &msg->authority.items[i]);
	}
	if (msg->answers.count == 0)
		sim_fail(world, "an UPDATE without prerequisites");
}

static void
check_change(struct sim_world *world, const struct config_registration *reg,
    const struct sim_msg *msg, const struct sim_rr *rr)
{
	bool shared = reg != NULL && reg->mode == FQDN_SHARED;

	if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
		sim_fail(world, "M2: a change of type %u", rr->type);
	if (shared && rr->rrclass == SIM_CLASS_ANY)
		sim_fail(world, "M3: an RRset of a shared name is deleted");
	if (rr->rrclass == SIM_CLASS_IN)
		check_added(world, reg, rr, is_required(msg, rr));
}

/* What a prerequisite demands is there already: adding it only confirms it. */
static bool
is_required(const struct sim_msg *msg, const struct sim_rr *rr)
{
	for (size_t i = 0; i < msg->answers.count; i++)
		if (msg->answers.items[i].rrclass == SIM_CLASS_IN &&
		    sim_rr_equal(&msg->answers.items[i], rr))
			return true;
	return false;
}

static void
check_added(struct sim_world *world, const struct config_registration *reg,
    const struct sim_rr *rr, bool confirms)
{
	struct addr addr = sim_rr_addr(rr);
	char text[ADDR_TEXT_MAX];

	addr_format(&addr, text);
	if (reg == NULL || world->mode != ENGINE_ONCE) {
		sim_fail(world, "M4: %s is added where nothing is registered", text);
		return;
	}
	if (reg->mode == FQDN_SHARED && rr->type == RRTYPE_AAAA)
		sim_fail(world, "M3: an AAAA is added for a shared name: %s", text);
	if (!sim_may_publish(reg, &world->net, &addr))
		sim_fail(world, "M4: %s may not be published", text);
	if (reg->mode == FQDN_DEDICATED && rr->ttl != reg->ttl_s)
		sim_fail(world, "M4: %s is added with TTL %u", text, rr->ttl);
	if (!confirms)
		check_covered(world, reg, rr);
}

static void
check_covered(struct sim_world *world, const struct config_registration *reg,
    const struct sim_rr *rr)
{
	struct state state = { 0 };
	struct addr addr = sim_rr_addr(rr);
	char text[ADDR_TEXT_MAX];

	if (!world->state_writable || world->save_fails)
		return;
	if (world->disk != NULL)
		text_state(world->disk, strlen(world->disk), &state);
	if (!is_covered(state_find(&state, &rr->owner), reg, &addr))
		sim_fail(world, "M5: the state does not cover %s when it is added",
		    addr_format(&addr, text));
	state_free(&state);
}

static bool
is_covered(const struct state_entry *entry, const struct config_registration *reg,
    const struct addr *addr)
{
	if (entry == NULL)
		return false;
	for (size_t i = 0; i < entry->record_count; i++) {
		const struct state_record *record = &entry->records[i];

		if (reg->mode == FQDN_SHARED ?
		    addr_equal(&record->addr, addr) &&
		    record->holding != HOLDING_CONFIRMED :
		    record->addr.family == addr->family)
			return true;
	}
	return false;
}

static void
check_alone(struct sim_world *world, const struct sim_socket *socket)
{
	for (size_t i = 0; i < world->socket_count; i++) {
		const struct sim_socket *other = &world->sockets[i];

		if (other != socket && other->open && other->is_update &&
		    !other->answered && !is_same_message(other, socket) &&
		    is_same_owner(other, socket))
			sim_fail(world, "M6: two UPDATEs of a name at once");
	}
}

/* A try again of the same message is the same UPDATE; its id may differ. */
static bool
is_same_message(const struct sim_socket *a, const struct sim_socket *b)
{
	return a->len == b->len && memcmp(a->asked + 2, b->asked + 2, a->len - 2) == 0;
}

static bool
is_same_owner(const struct sim_socket *a, const struct sim_socket *b)
{
	struct sim_msg first, second;
	bool same = sim_msg_read(&first, a->asked, a->len);

	same = sim_msg_read(&second, b->asked, b->len) && same &&
	    sim_monitor_owner(&first) != NULL && sim_monitor_owner(&second) != NULL &&
	    name_equal(sim_monitor_owner(&first), sim_monitor_owner(&second));
	sim_msg_free(&first);
	sim_msg_free(&second);
	return same;
}

static void
check_volume(struct sim_world *world)
{
	unsigned registrations = (unsigned)world->config->registration_count;

	if (world->counts.updates == UPDATES_MAX * registrations)
		sim_fail(world, "M9: too many UPDATEs");
	if (world->counts.queries + world->counts.lookups ==
	    MESSAGES_MAX * registrations)
		sim_fail(world, "M9: too many questions");
}
