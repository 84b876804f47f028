/*
 * State: entries by name, records by address, and which are ours.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ddnsupd/rng.h"
#include "ddnsupd/state.h"

TestSuite(state);

static struct name
named(const char *text)
{
	struct name name;

	cr_assert_eq(name_parse(&name, text), FAULT_NONE, "%s", text);
	return name;
}

static struct addr
addressed(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

Test(state, ensure_finds_or_adds)
{
	struct state state = {0};
	struct name fqdn = named("pc1.corp.example");
	struct state_entry *entry;

	cr_assert_null(state_find(&state, &fqdn));
	entry = state_ensure(&state, &fqdn, FQDN_DEDICATED, "amt");
	cr_assert_eq(entry->mode, FQDN_DEDICATED);
	cr_assert_str_eq(entry->registration, "amt");
	cr_assert(name_equal(&entry->fqdn, &fqdn));
	cr_assert_not(entry->has_zone);
	cr_assert_not(entry->has_server);
	cr_assert_eq(entry->refreshed_s, 0);
	cr_assert_eq(state_ensure(&state, &fqdn, FQDN_SHARED, "other"), entry);
	cr_assert_eq(entry->mode, FQDN_DEDICATED);
	cr_assert_str_eq(entry->registration, "amt");
	cr_assert_eq(state.count, 1);
	state_remove(&state, &fqdn);
	cr_assert_eq(state.count, 0);
	state_remove(&state, &fqdn);
	cr_assert_null(state_find(&state, &fqdn));
	state_free(&state);
}

/* Names added and removed in a random order; an entry's pointer stays the same. */
Test(state, stays_sorted_and_entries_do_not_move)
{
	static const uint8_t seed[32] = {11};
	struct state state = {0};
	struct state_entry *model[64] = {NULL};
	struct rng rng;

	rng_seed(&rng, seed);
	for (int step = 0; step < 2000; step++) {
		unsigned which = (unsigned)rng_below(&rng, 64);
		char text[32];
		struct name fqdn;

		snprintf(text, sizeof(text), "pc%u.corp.example", which);
		fqdn = named(text);
		cr_assert_eq(state_find(&state, &fqdn), model[which]);
		if (model[which] != NULL) {
			state_remove(&state, &fqdn);
			model[which] = NULL;
		} else {
			model[which] = state_ensure(&state, &fqdn, FQDN_SHARED, text);
		}
		for (size_t i = 1; i < state.count; i++)
			cr_assert_lt(name_compare(&state.entries[i - 1]->fqdn,
			    &state.entries[i]->fqdn), 0);
	}
	state_free(&state);
	cr_assert_eq(state.count, 0);
}

Test(state, records_are_put_changed_and_dropped)
{
	static const char *const texts[] = {"2001:db8::2", "192.0.2.9", "2001:db8::1",
	    "192.0.2.10", "192.0.2.1", "10.0.0.1"};
	struct state state = {0};
	struct name fqdn = named("pc1.corp.example");
	struct state_entry *entry = state_ensure(&state, &fqdn, FQDN_SHARED, "r");
	struct addr addr = addressed("192.0.2.9");

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct addr next = addressed(texts[i]);

		state_entry_put(entry, &next, 900, HOLDING_MAYBE);
	}
	cr_assert_eq(entry->record_count, 6);
	for (size_t i = 1; i < entry->record_count; i++)
		cr_assert_lt(addr_compare(&entry->records[i - 1].addr,
		    &entry->records[i].addr), 0);
	state_entry_put(entry, &addr, 300, HOLDING_HELD);
	cr_assert_eq(entry->record_count, 6);
	cr_assert_eq(state_entry_find(entry, &addr)->ttl, 300);
	cr_assert_eq(state_entry_find(entry, &addr)->holding, HOLDING_HELD);
	state_entry_drop(entry, &addr);
	cr_assert_null(state_entry_find(entry, &addr));
	state_entry_drop(entry, &addr);
	cr_assert_eq(entry->record_count, 5);
	state_entry_drop(entry, &entry->records[0].addr);
	cr_assert_eq(entry->record_count, 4);
	state_free(&state);
}

/* interface.md, "State": a foreign record that was confirmed is never ours to remove */
Test(state, owns_what_is_held_or_may_be)
{
	struct state state = {0};
	struct name fqdn = named("pc1.corp.example");
	struct state_entry *entry = state_ensure(&state, &fqdn, FQDN_SHARED, "r");
	struct addr addr = addressed("192.0.2.1");

	cr_assert_not(state_entry_owns(entry, &addr));
	state_entry_put(entry, &addr, 900, HOLDING_CONFIRMED);
	cr_assert_not(state_entry_owns(entry, &addr));
	state_entry_put(entry, &addr, 900, HOLDING_MAYBE);
	cr_assert(state_entry_owns(entry, &addr));
	state_entry_put(entry, &addr, 900, HOLDING_HELD);
	cr_assert(state_entry_owns(entry, &addr));
	state_free(&state);
}
