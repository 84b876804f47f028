/*
 * sim_monitor: the invariants.
 *
 * What a conversation began with may be older than what is so now: M2 to M4 and M7 hold
 * for what the engine was told now or lately (sim_view.h).
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
 * Here: what is sent (M1 to M6, M9).  sim_monitor_zone.c: what comes of it;
 * sim_monitor_end.c: what a run ends with;
 * sim_monitor_daemon.c: what only a long life shows.
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
static void check_sections(struct sim_world *world, const struct sim_msg *msg);
static void check_change(struct sim_world *world, const struct sim_rr *rr);
static const char *forbidden(const struct sim_world *world, const struct sim_view *view,
    const struct sim_rr *rr);
static bool is_required(const struct sim_msg *msg, const struct sim_rr *rr);
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
	if (sim_monitor_find(world, owner) != NULL)
		sim_monitor_holding(world, owner); /* it may be withdrawn for ever */
	else if (!sim_monitor_held(world, owner))
		sim_fail(world, "M2: an UPDATE for a name that is not registered");
	zone = sim_monitor_zone(world, owner);
	if (msg->qtype != RRTYPE_SOA || msg->qclass != SIM_CLASS_IN || zone == NULL ||
	    (!world->zones_move && !name_equal(&msg->qname, &zone->apex)))
		sim_fail(world, "M2: an UPDATE for another zone");
	check_sections(world, msg);
	check_alone(world, socket);
}

static void
check_sections(struct sim_world *world, const struct sim_msg *msg)
{
	const struct name *owner = sim_monitor_owner(msg);
	const struct config_registration *reg = sim_monitor_find(world, owner);

	for (size_t i = 0; i < msg->answers.count; i++)
		if (!name_equal(&msg->answers.items[i].owner, owner))
			sim_fail(world, "M2: a prerequisite on another name");
	for (size_t i = 0; i < msg->authority.count; i++) {
		const struct sim_rr *rr = &msg->authority.items[i];

		if (!name_equal(&rr->owner, owner))
			sim_fail(world, "M2: a change of another name");
		if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
			sim_fail(world, "M2: a change of type %u", rr->type);
		check_change(world, rr);
		if (rr->rrclass == SIM_CLASS_IN && reg != NULL && !is_required(msg, rr))
			check_covered(world, reg, rr);
	}
	if (msg->answers.count == 0)
		sim_fail(world, "an UPDATE without prerequisites");
}

/* M3, M4: in some view of the machine it is right. */
static void
check_change(struct sim_world *world, const struct sim_rr *rr)
{
	const char *first = NULL;
	const struct sim_view *view;
	struct strbuf text = { 0 };

	for (size_t i = 0; (view = sim_view_at(world, i)) != NULL; i++) {
		const char *why = forbidden(world, view, rr);

		if (why == NULL)
			return;
		if (first == NULL)
			first = why;
	}
	sim_rr_print(rr, &text);
	sim_fail(world, "%s: %s", first != NULL ? first : "nothing was told",
	    strbuf_text(&text));
	strbuf_free(&text);
}

static const char *
forbidden(const struct sim_world *world, const struct sim_view *view,
    const struct sim_rr *rr)
{
	const struct config_registration *reg = sim_monitor_in(view, &rr->owner);
	bool shared = reg != NULL && reg->mode == FQDN_SHARED;
	struct addr addr;

	if (shared && rr->rrclass == SIM_CLASS_ANY)
		return "M3: an RRset of a shared name is deleted";
	if (rr->rrclass != SIM_CLASS_IN)
		return NULL;
	addr = sim_rr_addr(rr);
	if (reg == NULL || !reg->enabled || (world->mode != ENGINE_ONCE &&
	    world->mode != ENGINE_DAEMON))
		return "M4: added where nothing is registered";
	if (shared && rr->type == RRTYPE_AAAA)
		return "M3: an AAAA is added for a shared name";
	if (!sim_may_publish(reg, &view->net, &addr))
		return "M4: may not be published";
	if (!shared && rr->ttl != reg->ttl_s)
		return "M4: added with another TTL";
	return NULL;
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
check_covered(struct sim_world *world, const struct config_registration *reg,
    const struct sim_rr *rr)
{
	struct state state = { 0 };
	struct addr addr = sim_rr_addr(rr);
	char text[ADDR_TEXT_MAX];

	/* nothing waits for a disk that fails; it is tried again in a while */
	if (!world->state_writable || world->save_fails ||
	    world->clock->now_us - world->save_failed_us < SIM_LATELY_US)
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

	if (world->mode == ENGINE_DAEMON)
		return; /* it has a bound of its own (sim_monitor_daemon.c) */
	if (world->counts.updates == UPDATES_MAX * registrations)
		sim_fail(world, "M9: too many UPDATEs");
	if (world->counts.queries + world->counts.lookups ==
	    MESSAGES_MAX * registrations)
		sim_fail(world, "M9: too many questions");
}
