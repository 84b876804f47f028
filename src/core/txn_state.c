/*
 * txn_state: what we hold, kept in step with the conversation (protocol.md 5, "State").
 *
 * Before an UPDATE that may add something unknown to the state, the addresses go in as
 * MAYBE; after its NOERROR they are HELD; what was removed is forgotten when it is seen
 * to be gone; a failure that applied nothing takes back what was recorded in advance.
 */
#include "ddnsupd/txn_parts.h"

static bool put_addr(struct txn *, unsigned family, const struct addr *);
static bool is_covered(const struct txn *, unsigned family);
static void note_asked(struct txn *, struct step *, unsigned family,
    struct state_entry *);
static void hold_addr(struct txn *, struct state_entry *, unsigned family,
    const struct addr *, bool added);
static bool will_forget(const struct txn *, const struct state_entry *,
    unsigned family);
static bool is_gone(const struct txn *, unsigned family, const struct addr *);

struct state_entry *
txn_entry(const struct txn *txn)
{
	return state_find(txn->goal.state, &txn->goal.where.owner);
}

bool
txn_put(struct txn *txn, struct step *step, bool early)
{
	const struct sight *sight = NULL;
	bool put = false, covered = true;
	unsigned family;
	size_t i;

	if (txn->goal.dry_run || txn->goal.purpose != PLAN_REGISTER)
		return false;
	/* beside the network's round trips, where what is needed is known already */
	if (early && !observe_peek(&txn->observe, &sight) &&
	    txn->goal.mode == FQDN_SHARED)
		return false;
	for (family = 0; family < 2; family++) {
		const struct rrset *desired = &txn->goal.desired[family];

		if (!(txn->goal.mask & (1U << family)) || !txn->goal.managed[family] ||
		    (!early && !(txn->sent & (1U << family))))
			continue;
		for (i = 0; i < desired->count; i++) {
			const struct addr *addr = &desired->addrs[i];
			bool there = early ? sight != NULL &&
			    rrset_has(&sight->sets[family], addr) :
			    !rrset_has(&txn->plans[family].added, addr);

			if (txn->goal.mode == FQDN_SHARED && there)
				continue;
			covered &= is_covered(txn, family);
			put |= put_addr(txn, family, addr);
		}
	}
	step->save_wanted |= put;
	if (put)
		txn->wait_save = step->next_save;
	/* a name that is known as ours as a whole need not wait for the disk */
	if (txn->goal.belief != NULL && covered)
		return false;
	return step->saved < txn->wait_save;
}

/*
 * Does what the disk knows of the family suffice, whatever is added?  Under `replace` one
 * address does: who comes after a power failure takes the name as a whole again.  `keep`
 * would take for foreign what the state does not name.
 */
static bool
is_covered(const struct txn *txn, unsigned family)
{
	const struct state_entry *entry = txn_entry(txn);
	size_t i;

	if (entry == NULL || txn->goal.mode != FQDN_DEDICATED ||
	    txn->goal.on_conflict != ON_CONFLICT_REPLACE)
		return false;
	for (i = 0; i < entry->record_count; i++) {
		const struct addr *addr = &entry->records[i].addr;

		if (rrtype_of(addr) == txn->goal.desired[family].type &&
		    !rrset_has(&txn->put[family], addr))
			return true;
	}
	return false;
}

/* Returns whether the state had to be changed. */
static bool
put_addr(struct txn *txn, unsigned family, const struct addr *addr)
{
	struct state_entry *entry = state_ensure(txn->goal.state,
	    &txn->goal.where.owner, txn->goal.mode, txn->goal.registration);

	if (state_entry_owns(entry, addr))
		return false;
	state_entry_put(entry, addr, txn->goal.desired[family].ttl, HOLDING_MAYBE);
	rrset_add(&txn->put[family], addr);
	return true;
}

void
txn_hold(struct txn *txn, struct step *step, unsigned family)
{
	const struct plan *plan = &txn->plans[family];
	struct state_entry *entry = txn_entry(txn);
	size_t i;

	if (txn->goal.purpose == PLAN_REGISTER && txn->goal.managed[family] &&
	    plan->added.count + plan->kept.count > 0) {
		entry = state_ensure(txn->goal.state, &txn->goal.where.owner,
		    txn->goal.mode, txn->goal.registration);
		for (i = 0; i < plan->kept.count; i++)
			hold_addr(txn, entry, family, &plan->kept.addrs[i], false);
		for (i = 0; i < plan->added.count; i++)
			hold_addr(txn, entry, family, &plan->added.addrs[i], true);
		entry->has_zone = true;
		entry->zone = txn->zone;
		entry->has_server = true;
		entry->server = txn->server;
	}
	if (entry == NULL)
		return;
	note_asked(txn, step, family, entry);
	if (plan->verdict == PLAN_NOTHING)
		return;
	entry->refreshed_s = step->wall_s;
	/* one write is enough: that which forgets follows */
	step->save_wanted |= !will_forget(txn, entry, family);
}

/*
 * The TTL that was asked for.  What stands there as wanted counts as well: an UPDATE may
 * have done it whose answer was lost.
 */
static void
note_asked(struct txn *txn, struct step *step, unsigned family,
    struct state_entry *entry)
{
	const struct plan *plan = &txn->plans[family];
	/* alone it is a matter for the next refresh, also when not asked now */
	uint32_t ttl = plan->foreign.count > 0 ? plan->ttl :
	    txn->goal.desired[family].ttl;

	if (txn->goal.purpose != PLAN_REGISTER || !txn->goal.managed[family] ||
	    entry->asked_ttl[family] == ttl)
		return;
	if (plan->verdict == PLAN_NOTHING && (entry->asked_ttl[family] == 0 ||
	    plan->kept.count == 0))
		return;
	entry->asked_ttl[family] = ttl;
	step->save_wanted |= plan->verdict == PLAN_NOTHING;
}

static void
hold_addr(struct txn *txn, struct state_entry *entry, unsigned family,
    const struct addr *addr, bool added)
{
	bool ours = added || txn->goal.mode == FQDN_DEDICATED ||
	    state_entry_owns(entry, addr);

	/* added indeed, no longer only recorded in advance */
	if (added)
		rrset_remove(&txn->put[family], addr);
	state_entry_put(entry, addr, txn->plans[family].verdict == PLAN_NOTHING ?
	    txn->before.sets[family].ttl : txn->plans[family].ttl,
	    ours ? HOLDING_HELD : HOLDING_CONFIRMED);
}

/* Records of the family that do not stand there any more are no longer held. */
void
txn_forget(struct txn *txn, struct step *step, unsigned family)
{
	struct state_entry *entry = txn_entry(txn);
	size_t i = 0;

	while (entry != NULL && i < entry->record_count) {
		struct addr addr = entry->records[i].addr;

		if (is_gone(txn, family, &addr)) {
			state_entry_drop(entry, &addr);
			step->save_wanted = true;
		} else {
			i++;
		}
	}
	if (entry != NULL && entry->record_count == 0)
		state_remove(txn->goal.state, &txn->goal.where.owner);
}

/* Will anything of the family be forgotten when the plan shows? */
static bool
will_forget(const struct txn *txn, const struct state_entry *entry, unsigned family)
{
	size_t i;

	for (i = 0; i < entry->record_count; i++)
		if (is_gone(txn, family, &entry->records[i].addr))
			return true;
	return false;
}

static bool
is_gone(const struct txn *txn, unsigned family, const struct addr *addr)
{
	const struct rrset *result = &txn->plans[family].result;

	return rrtype_of(addr) == result->type && !rrset_has(result, addr);
}

void
txn_doubt(struct txn *txn, struct step *step, unsigned family)
{
	const struct rrset *added = &txn->plans[family].added;
	struct state_entry *entry = txn_entry(txn);
	size_t i;

	txn->maybe_applied |= 1U << family;
	for (i = 0; entry != NULL && i < entry->record_count; i++) {
		struct state_record *record = &entry->records[i];

		if (record->holding != HOLDING_HELD ||
		    (!rrset_has(added, &record->addr) &&
		    !is_gone(txn, family, &record->addr)))
			continue;
		record->holding = HOLDING_MAYBE;
		step->save_wanted = true;
	}
}

void
txn_not_applied(struct txn *txn, unsigned family)
{
	txn->loose &= ~(txn->loosened & (1U << family));
}

/* What has appeared without an UPDATE of ours that can have done it is not ours. */
void
txn_disown(struct txn *txn, struct step *step, unsigned family)
{
	struct state_entry *entry = txn_entry(txn);
	struct rrset *put = &txn->put[family];
	size_t i = 0;

	if (entry == NULL || (txn->loose & (1U << family)))
		return;
	while (i < put->count) {
		struct addr addr = put->addrs[i];
		const struct state_record *record = state_entry_find(entry, &addr);

		if (record == NULL || record->holding != HOLDING_MAYBE ||
		    !rrset_has(&txn->observe.sight.sets[family], &addr)) {
			i++;
			continue;
		}
		state_entry_drop(entry, &addr);
		rrset_remove(put, &addr);
		step->save_wanted = true;
	}
	if (entry->record_count == 0)
		state_remove(txn->goal.state, &txn->goal.where.owner);
}

void
txn_take_back(struct txn *txn, struct step *step, unsigned family)
{
	struct state_entry *entry = txn_entry(txn);
	size_t i;

	if ((txn->loose & (1U << family)) || entry == NULL)
		return;
	for (i = 0; i < txn->put[family].count; i++) {
		const struct state_record *record =
		    state_entry_find(entry, &txn->put[family].addrs[i]);

		if (record != NULL && record->holding == HOLDING_MAYBE) {
			state_entry_drop(entry, &txn->put[family].addrs[i]);
			step->save_wanted = true;
		}
	}
	if (entry->record_count == 0)
		state_remove(txn->goal.state, &txn->goal.where.owner);
}

void
txn_note_ttl(struct txn *txn, struct step *step, unsigned family, uint32_t ttl)
{
	const struct rrset *set = &txn->plans[family].result;
	struct state_entry *entry = txn_entry(txn);
	size_t i;

	for (i = 0; entry != NULL && i < set->count; i++) {
		struct state_record *record = state_entry_find(entry, &set->addrs[i]);

		if (record != NULL && record->ttl != ttl) {
			record->ttl = ttl;
			step->save_wanted = true;
		}
	}
}
