/*
 * state: what we hold in DNS, or may hold: two levels of sorted arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/state.h"

static struct state_entry *new_entry(const struct name *fqdn, enum fqdn_mode mode,
    const char *registration);
static void free_entry(struct state_entry *entry);
static size_t place_of_entry(const struct state *state, const struct name *fqdn,
    bool *there);
static struct state_record *insert_record(struct state_entry *entry, size_t place);
static size_t place_of_record(const struct state_entry *entry, const struct addr *addr,
    bool *there);

struct state_entry *
state_find(const struct state *state, const struct name *fqdn)
{
	bool there;
	size_t place = place_of_entry(state, fqdn, &there);

	return there ? state->entries[place] : NULL;
}

struct state_entry *
state_ensure(struct state *state, const struct name *fqdn, enum fqdn_mode mode,
    const char *registration)
{
	bool there;
	size_t place = place_of_entry(state, fqdn, &there);

	if (there)
		return state->entries[place];
	state->entries = mem_grow(state->entries, &state->cap, state->count + 1,
	    sizeof(struct state_entry *));
	memmove(state->entries + place + 1, state->entries + place,
	    (state->count - place) * sizeof(struct state_entry *));
	state->entries[place] = new_entry(fqdn, mode, registration);
	state->count++;
	return state->entries[place];
}

void
state_remove(struct state *state, const struct name *fqdn)
{
	bool there;
	size_t place = place_of_entry(state, fqdn, &there);

	if (!there)
		return;
	free_entry(state->entries[place]);
	state->count--;
	memmove(state->entries + place, state->entries + place + 1,
	    (state->count - place) * sizeof(struct state_entry *));
}

void
state_free(struct state *state)
{
	for (size_t i = 0; i < state->count; i++)
		free_entry(state->entries[i]);
	free(state->entries);
	*state = (struct state){0};
}

struct state_record *
state_entry_find(const struct state_entry *entry, const struct addr *addr)
{
	bool there;
	size_t place = place_of_record(entry, addr, &there);

	return there ? &entry->records[place] : NULL;
}

void
state_entry_put(struct state_entry *entry, const struct addr *addr, uint32_t ttl,
    enum holding holding)
{
	struct addr value = *addr; /* may stand in the array that moves */
	struct state_record *record;
	bool there;
	size_t place = place_of_record(entry, addr, &there);

	record = there ? &entry->records[place] : insert_record(entry, place);
	*record = (struct state_record){value, ttl, holding};
}

void
state_entry_drop(struct state_entry *entry, const struct addr *addr)
{
	bool there;
	size_t place = place_of_record(entry, addr, &there);

	if (!there)
		return;
	entry->record_count--;
	memmove(entry->records + place, entry->records + place + 1,
	    (entry->record_count - place) * sizeof(*entry->records));
}

bool
state_entry_owns(const struct state_entry *entry, const struct addr *addr)
{
	const struct state_record *record = state_entry_find(entry, addr);

	return record != NULL && record->holding != HOLDING_CONFIRMED;
}

static struct state_entry *
new_entry(const struct name *fqdn, enum fqdn_mode mode, const char *registration)
{
	struct state_entry *entry = mem_zero(1, sizeof(*entry));

	entry->fqdn = *fqdn;
	entry->mode = mode;
	entry->registration = mem_text(registration);
	return entry;
}

static void
free_entry(struct state_entry *entry)
{
	free(entry->registration);
	free(entry->records);
	free(entry);
}

/* Where the name stands, or would have to. */
static size_t
place_of_entry(const struct state *state, const struct name *fqdn, bool *there)
{
	size_t low = 0, high = state->count;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(&state->entries[middle]->fqdn, fqdn);

		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct state_record *
insert_record(struct state_entry *entry, size_t place)
{
	entry->records = mem_grow(entry->records, &entry->record_cap,
	    entry->record_count + 1, sizeof(*entry->records));
	memmove(entry->records + place + 1, entry->records + place,
	    (entry->record_count - place) * sizeof(*entry->records));
	entry->record_count++;
	return &entry->records[place];
}

/* A name has a handful of addresses: a walk is enough. */
static size_t
place_of_record(const struct state_entry *entry, const struct addr *addr, bool *there)
{
	size_t place = 0;

	while (place < entry->record_count &&
	    addr_compare(&entry->records[place].addr, addr) < 0)
		place++;
	*there = place < entry->record_count &&
	    addr_equal(&entry->records[place].addr, addr);
	return place;
}
