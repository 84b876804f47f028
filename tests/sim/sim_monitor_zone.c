/* sim_monitor_zone: what an UPDATE did to the zone (M7, M10, M11). */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/wire.h"

#include "sim_desired.h"
#include "sim_monitor.h"
#include "sim_monitor_names.h"
#include "sim_world.h"

static bool is_shared(const struct sim_world *world, const struct sim_msg *msg);
static bool was_sent_again(const struct sim_world *world,
    const struct sim_socket *socket);
static void note_added(struct sim_world *world, const struct sim_rr *rr, bool again);
static void check_removed(struct sim_world *world, const struct name *owner,
    const struct sim_rr *rr);
static void note_doubtful(struct sim_world *world, const struct sim_rr *rr);
static void note_removed(struct sim_world *world, const struct sim_rr *rr);
static bool may_remove(struct sim_world *world, const struct name *owner,
    const struct addr *addr);
static void check_kept(struct sim_world *world, const struct name *owner,
    const struct sim_msg *msg, const struct sim_rr *before,
    const struct sim_rr *after);
static bool is_guarded(const struct sim_msg *msg, uint16_t type);
static const struct sim_rr *find_rr(const struct sim_rrs *list,
    const struct sim_rr *rr);

void
sim_monitor_free(struct sim_world *world)
{
	for (size_t i = 0; i < world->holding_count; i++)
		for (int k = 0; k < 2; k++) {
			rrset_free(&world->holdings[i].ours[k]);
			rrset_free(&world->holdings[i].maybe[k]);
		}
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
	for (size_t i = 0; i < deed->zone->rrs.count; i++)
		if (find_rr(&deed->before, &deed->zone->rrs.items[i]) == NULL)
			note_added(world, &deed->zone->rrs.items[i], deed->again);
	if (judged && world->mode == ENGINE_DAEMON)
		sim_monitor_empty(world, owner, deed);
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
 * writer's, who was there at the same moment: it is left to the other, or not.  What the
 * message demands was there already, and stays what it was.
 */
bool
sim_monitor_denied(struct sim_world *world, const struct sim_socket *socket, int rcode)
{
	struct sim_msg msg;
	bool denied = sim_msg_read(&msg, socket->asked, socket->len) &&
	    !was_sent_again(world, socket) &&
	    (rcode == RCODE_SERVFAIL || is_shared(world, &msg));

	for (size_t i = 0; denied && i < msg.authority.count; i++)
		if (msg.authority.items[i].rrclass == SIM_CLASS_IN &&
		    find_rr(&msg.answers, &msg.authority.items[i]) == NULL)
			note_doubtful(world, &msg.authority.items[i]);
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

		count += other->is_update && other->server == socket->server &&
		    other->len == socket->len &&
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

/* From now on it is ours: an address that stood there already never becomes so.  What a
 * late copy brings back the agent may find, or not. */
static void
note_added(struct sim_world *world, const struct sim_rr *rr, bool again)
{
	struct sim_holding *holding = sim_monitor_holding(world, &rr->owner);
	struct addr addr;

	if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
		return;
	addr = sim_rr_addr(rr);
	rrset_remove(&holding->maybe[rr->type == RRTYPE_AAAA], &addr);
	rrset_add(again ? &holding->maybe[rr->type == RRTYPE_AAAA] :
	    &holding->ours[rr->type == RRTYPE_AAAA], &addr);
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

static void
note_doubtful(struct sim_world *world, const struct sim_rr *rr)
{
	struct sim_holding *holding = sim_monitor_holding(world, &rr->owner);
	struct addr addr;

	if (rr->type != RRTYPE_A && rr->type != RRTYPE_AAAA)
		return;
	addr = sim_rr_addr(rr);
	if (rrset_remove(&holding->ours[rr->type == RRTYPE_AAAA], &addr))
		rrset_add(&holding->maybe[rr->type == RRTYPE_AAAA], &addr);
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
	rrset_remove(&holding->maybe[rr->type == RRTYPE_AAAA], &addr);
}

static bool
may_remove(struct sim_world *world, const struct name *owner, const struct addr *addr)
{
	const struct sim_view *view;

	if (sim_monitor_added(world, owner, addr))
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
	    !sim_monitor_added(world, owner, &addr))
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
