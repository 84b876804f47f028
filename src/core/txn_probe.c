/*
 * txn_probe: a permission test that changes nothing (protocol.md 7).
 */
#include "ddnsupd/txn_parts.h"

static bool foreign_stands(const struct txn *, unsigned family);

/* The no-op delete was accepted: so would the update be (protocol.md 7). */
void
txn_permitted(struct txn *txn, struct step *step)
{
	unsigned family = txn->sent == FAMILY_AAAA;
	bool keeps = txn->goal.mode == FQDN_DEDICATED &&
	    txn->goal.on_conflict == ON_CONFLICT_KEEP;
	struct plan *plan = &txn->plans[family];
	struct txn_result *result = &txn->results[family];
	size_t i;

	if (keeps && txn->guards[family] == PLAN_GUARD_SEEN &&
	    foreign_stands(txn, family)) {
		txn_end_conflict(txn, step, family, txn_say_conflict(txn, family));
		return;
	}
	for (i = 0; i < txn->goal.desired[family].count; i++) {
		const struct addr *addr = &txn->goal.desired[family].addrs[i];

		result->pending.type = result->kept.type = plan->result.type;
		rrset_add(rrset_has(&txn->before.sets[family], addr) ?
		    &result->kept : &result->pending, addr);
	}
	result->ttl = txn->goal.desired[family].ttl;
	txn_end_family(txn, family, OUTCOME_PLANNED, EXIT_CODE_OK, NULL);
}

static bool
foreign_stands(const struct txn *txn, unsigned family)
{
	const struct rrset *seen = &txn->before.sets[family];
	const struct state_entry *entry = txn_entry(txn);
	size_t i;

	for (i = 0; i < seen->count; i++)
		if (!rrset_has(&txn->goal.desired[family], &seen->addrs[i]) &&
		    (entry == NULL || !state_entry_owns(entry, &seen->addrs[i])))
			return true;
	return false;
}
