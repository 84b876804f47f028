/*
 * plan: from desired and observed to the parts of an UPDATE.
 *
 *   dedicated: the whole RRset is ours: exactly the RRs that are not desired go, the
 *              missing ones come; another TTL replaces the RRset.
 *   shared:    ours are added, exactly what we registered before and no longer want
 *              goes, the rest stays; beside foreign RRs ours take the RRset's TTL.
 *   not ours:  foreign RRs stay, what we added earlier goes exactly.
 */
#include <string.h>

#include "ddnsupd/plan.h"

static void classify(struct plan *, const struct plan_input *);
static void classify_unseen(struct plan *, const struct plan_input *,
    const struct rrset *);
static void classify_seen(struct plan *, const struct plan_input *, const struct addr *);
static void settle_ttl(struct plan *, const struct plan_input *);
static bool is_held(const struct plan_input *, const struct addr *);
static bool server_keeps_ttl(const struct plan *, const struct plan_input *);
static enum plan_verdict judge(const struct plan *, const struct plan_input *);
static bool all_known(const struct plan *, const struct plan_input *);
static bool is_proved(const struct plan_input *, const struct addr *);
static bool stays(const struct plan_input *, const struct addr *);
static bool replaces(const struct plan *, const struct plan_input *);
static const struct rrset *seen(const struct plan_input *);
static void write_guard(const struct plan *, const struct plan_input *, struct update *);
static void write_adds(const struct rrset *, uint32_t ttl, struct update *);

static const struct rrset nothing;

void
plan_make(struct plan *plan, const struct plan_input *in)
{
	memset(plan, 0, sizeof(*plan));
	plan->result.type = plan->added.type = plan->kept.type = in->observed->type;
	plan->removed.type = plan->foreign.type = in->observed->type;
	plan->unseen.type = in->observed->type;
	classify(plan, in);
	settle_ttl(plan, in);
	plan->verdict = judge(plan, in);
	/* as desired, but the state holds more: a copy may be stale, so ask */
	if (plan->verdict == PLAN_NOTHING && in->purpose == PLAN_REGISTER &&
	    in->managed && in->desired->count > 0 && in->guard != PLAN_GUARD_NONE) {
		classify_unseen(plan, in, in->observed);
		if (plan->unseen.count > 0)
			plan->verdict = PLAN_CONFIRM;
	}
}

void
plan_write(const struct plan *plan, const struct plan_input *in, struct update *update)
{
	size_t i;

	if (plan->verdict == PLAN_NOTHING || plan->verdict == PLAN_CONFLICT)
		return;
	write_guard(plan, in, update);
	if (in->purpose == PLAN_PROBE) {
		struct addr absent = plan_absent_addr(in->observed);

		update_delete(update, &absent);
		return;
	}
	if (replaces(plan, in) && (plan->ttl_changed || in->guard == PLAN_GUARD_NONE)) {
		update_delete_rrset(update, plan->result.type);
		write_adds(&plan->result, plan->ttl, update);
		return;
	}
	for (i = 0; i < plan->removed.count; i++)
		update_delete(update, &plan->removed.addrs[i]);
	for (i = 0; i < plan->unseen.count; i++)
		update_delete(update, &plan->unseen.addrs[i]);
	/* without a guard nothing proves what was seen: the copy may be stale */
	if (in->refresh || plan->ttl_changed || plan->verdict == PLAN_CONFIRM ||
	    in->guard == PLAN_GUARD_NONE)
		write_adds(&plan->kept, plan->ttl, update);
	write_adds(&plan->added, plan->ttl, update);
}

void
plan_free(struct plan *plan)
{
	rrset_free(&plan->result);
	rrset_free(&plan->added);
	rrset_free(&plan->kept);
	rrset_free(&plan->removed);
	rrset_free(&plan->foreign);
	rrset_free(&plan->unseen);
}

struct addr
plan_absent_addr(const struct rrset *observed)
{
	/* documentation prefixes, RFC 5737 and RFC 3849: nobody's address */
	static const uint8_t doc4[4] = {192, 0, 2, 0};
	static const uint8_t doc6[16] = {0x20, 0x01, 0x0d, 0xb8};
	enum family family = rrtype_family(observed->type);
	struct addr addr = addr_make(family, family == FAMILY_IPV4 ? doc4 : doc6);
	size_t last = addr_len(&addr) - 1;

	do
		addr.octets[last]++;
	while (addr.octets[last] != 0 && rrset_has(observed, &addr));
	return addr;
}

static void
classify(struct plan *plan, const struct plan_input *in)
{
	const struct rrset *have = seen(in);
	size_t i;

	for (i = 0; i < have->count; i++)
		classify_seen(plan, in, &have->addrs[i]);
	if (in->purpose == PLAN_WITHDRAW || !in->managed ||
	    (in->purpose == PLAN_REGISTER && in->mode == FQDN_SHARED &&
	    in->desired->count > 0))
		classify_unseen(plan, in, have);
	if (in->purpose != PLAN_REGISTER || !in->managed)
		return;
	for (i = 0; i < in->desired->count; i++)
		if (!rrset_has(have, &in->desired->addrs[i])) {
			rrset_add(&plan->added, &in->desired->addrs[i]);
			rrset_add(&plan->result, &in->desired->addrs[i]);
		}
}

/* What is ours, not wanted and not to be seen goes, too: a copy may be stale. */
static void
classify_unseen(struct plan *plan, const struct plan_input *in, const struct rrset *have)
{
	size_t i;

	for (i = 0; in->entry != NULL && i < in->entry->record_count; i++) {
		const struct addr *addr = &in->entry->records[i].addr;

		if (rrtype_of(addr) != plan->result.type || rrset_has(have, addr) ||
		    (in->managed && rrset_has(in->desired, addr)) ||
		    !state_entry_owns(in->entry, addr))
			continue;
		rrset_add(in->guard == PLAN_GUARD_NONE ? &plan->removed :
		    &plan->unseen, addr);
	}
}

/* One address that stands there now. */
static void
classify_seen(struct plan *plan, const struct plan_input *in, const struct addr *addr)
{
	bool owned = in->entry != NULL && state_entry_owns(in->entry, addr);
	bool desired = in->purpose == PLAN_REGISTER && in->managed &&
	    rrset_has(in->desired, addr);

	if (!owned && !desired)
		rrset_add(&plan->foreign, addr);
	if (desired)
		rrset_add(is_proved(in, addr) ? &plan->kept : &plan->added, addr);
	if (desired || stays(in, addr))
		rrset_add(&plan->result, addr);
	else
		rrset_add(&plan->removed, addr);
}

/*
 * Under a shared name, without a guard on the RRset, nothing proves what was seen: the
 * copy may be stale, and what neither the state nor the server confirms is added.
 */
static bool
is_proved(const struct plan_input *in, const struct addr *addr)
{
	return in->guard != PLAN_GUARD_NONE || in->mode == FQDN_DEDICATED ||
	    (in->entry != NULL && state_entry_find(in->entry, addr) != NULL);
}

/* Does an address stay that is there but not desired? */
static bool
stays(const struct plan_input *in, const struct addr *addr)
{
	bool owned = in->entry != NULL && state_entry_owns(in->entry, addr);

	if (in->purpose == PLAN_PROBE)
		return true;
	if (in->purpose == PLAN_WITHDRAW || !in->managed)
		return !owned;
	if (in->desired->count == 0)
		return true; /* never empty: no wish is no wish to delete */
	if (in->mode == FQDN_SHARED)
		return !owned;
	return in->on_conflict == ON_CONFLICT_KEEP && !owned;
}

static void
settle_ttl(struct plan *plan, const struct plan_input *in)
{
	const struct rrset *have = seen(in);
	bool alone = plan->foreign.count == 0;
	size_t i;

	plan->ttl = in->desired->ttl;
	/* what only may be ours may be another's */
	for (i = 0; in->mode == FQDN_SHARED && i < plan->kept.count; i++)
		alone &= is_held(in, &plan->kept.addrs[i]);
	/* an added RR sets the TTL of the whole RRset: foreign ones keep theirs */
	if (have->count > 0 && !(in->mode == FQDN_SHARED ? alone : replaces(plan, in)))
		plan->ttl = have->ttl;
	plan->ttl_changed = in->purpose == PLAN_REGISTER && in->managed &&
	    in->desired->count > 0 && plan->kept.count > 0 && have->ttl != plan->ttl &&
	    (in->refresh || !server_keeps_ttl(plan, in));
	plan->result.ttl = plan->ttl;
}

static bool
is_held(const struct plan_input *in, const struct addr *addr)
{
	const struct state_record *record = in->entry == NULL ? NULL :
	    state_entry_find(in->entry, addr);

	return record != NULL && record->holding == HOLDING_HELD;
}

/* Was this very TTL asked for before, and the server has kept the one it shows? */
static bool
server_keeps_ttl(const struct plan *plan, const struct plan_input *in)
{
	size_t i;

	if (in->entry == NULL ||
	    in->entry->asked_ttl[plan->result.type == RRTYPE_AAAA] != plan->ttl)
		return false;
	for (i = 0; i < plan->kept.count; i++) {
		const struct state_record *record =
		    state_entry_find(in->entry, &plan->kept.addrs[i]);

		if (record == NULL || record->ttl != in->observed->ttl)
			return false;
	}
	return true;
}

static enum plan_verdict
judge(const struct plan *plan, const struct plan_input *in)
{
	if (in->purpose == PLAN_PROBE)
		return PLAN_CONFIRM;
	if (plan->removed.count > 0 || plan->added.count > 0 || plan->ttl_changed) {
		/* guarded by "does not exist" an addition is safe to try: what was
		 * seen may be a wildcard's */
		if (in->purpose == PLAN_REGISTER && in->managed &&
		    in->desired->count > 0 && in->mode == FQDN_DEDICATED &&
		    in->on_conflict == ON_CONFLICT_KEEP && plan->foreign.count > 0 &&
		    in->guard != PLAN_GUARD_ABSENT)
			return PLAN_CONFLICT;
		return PLAN_CHANGE;
	}
	if (plan->unseen.count > 0)
		return PLAN_CONFIRM;
	if (in->purpose == PLAN_WITHDRAW || !in->managed || in->desired->count == 0)
		return PLAN_NOTHING;
	if (in->mode == FQDN_DEDICATED && in->on_conflict == ON_CONFLICT_KEEP &&
	    plan->foreign.count > 0)
		return PLAN_CONFLICT;
	return in->refresh || !all_known(plan, in) ? PLAN_CONFIRM : PLAN_NOTHING;
}

/* Is every desired address known to the state, be it as ours or as confirmed? */
static bool
all_known(const struct plan *plan, const struct plan_input *in)
{
	size_t i;

	for (i = 0; i < plan->kept.count; i++) {
		const struct state_record *record = in->entry == NULL ? NULL :
		    state_entry_find(in->entry, &plan->kept.addrs[i]);

		if (record == NULL || record->holding == HOLDING_MAYBE)
			return false;
	}
	return true;
}

/* Does the message replace the RRset as a whole where it must? */
static bool
replaces(const struct plan *plan, const struct plan_input *in)
{
	return in->purpose == PLAN_REGISTER && in->managed && in->desired->count > 0 &&
	    in->mode == FQDN_DEDICATED &&
	    (in->on_conflict == ON_CONFLICT_REPLACE || plan->foreign.count == 0);
}

/* Under "RRset does not exist" what was seen is somebody's wildcard: nothing is there. */
static const struct rrset *
seen(const struct plan_input *in)
{
	return in->guard == PLAN_GUARD_ABSENT ? &nothing : in->observed;
}

static void
write_guard(const struct plan *plan, const struct plan_input *in, struct update *update)
{
	if (in->guard == PLAN_GUARD_NONE)
		return;
	if (in->guard == PLAN_GUARD_ABSENT || in->observed->count == 0)
		update_require_absent(update, plan->result.type);
	else
		update_require_value(update, in->observed);
}

static void
write_adds(const struct rrset *set, uint32_t ttl, struct update *update)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		update_add(update, &set->addrs[i], ttl);
}
