/*
 * roster: who stands under a key.
 *
 * Invariant: a group that is in the table has members, and they ascend.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/roster.h"

#define FIRST_SLOTS 8

struct roster_group {
	struct roster_group *next;
	uint32_t hash;
	char *key;
	uint32_t *members;
	size_t count;
	size_t cap;
};

static struct roster_group **find(const struct roster *, const char *key,
    uint32_t hash);
static struct roster_group *add_group(struct roster *, const char *key, uint32_t hash);
static void widen(struct roster *);
static size_t place_of(const struct roster_group *, uint32_t member);
static void drop(struct roster *, struct roster_group **at);
static uint32_t hash_of(const char *key);

void
roster_add(struct roster *roster, const char *key, uint32_t member)
{
	uint32_t hash = hash_of(key);
	struct roster_group **at = find(roster, key, hash);
	struct roster_group *group =
	    at != NULL ? *at : add_group(roster, key, hash);
	size_t i = place_of(group, member);

	if (i < group->count && group->members[i] == member)
		return;
	group->members = mem_grow(group->members, &group->cap, group->count + 1,
	    sizeof(*group->members));
	memmove(&group->members[i + 1], &group->members[i],
	    (group->count - i) * sizeof(*group->members));
	group->members[i] = member;
	group->count++;
}

void
roster_remove(struct roster *roster, const char *key, uint32_t member)
{
	struct roster_group **at = find(roster, key, hash_of(key));
	struct roster_group *group;
	size_t i;

	if (at == NULL)
		return;
	group = *at;
	i = place_of(group, member);
	if (i == group->count || group->members[i] != member)
		return;
	group->count--;
	memmove(&group->members[i], &group->members[i + 1],
	    (group->count - i) * sizeof(*group->members));
	if (group->count == 0)
		drop(roster, at);
}

const uint32_t *
roster_find(const struct roster *roster, const char *key, size_t *count)
{
	struct roster_group **at = find(roster, key, hash_of(key));

	*count = at != NULL ? (*at)->count : 0;
	return at != NULL ? (*at)->members : NULL;
}

void
roster_free(struct roster *roster)
{
	size_t i;

	for (i = 0; i < roster->slot_count; i++)
		while (roster->slots[i] != NULL)
			drop(roster, &roster->slots[i]);
	free(roster->slots);
	*roster = (struct roster){0};
}

/* Where the table points to the group of the key; NULL: nobody is there. */
static struct roster_group **
find(const struct roster *roster, const char *key, uint32_t hash)
{
	struct roster_group **at;

	if (roster->slot_count == 0)
		return NULL;
	at = &roster->slots[hash & (roster->slot_count - 1)];
	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->hash == hash && strcmp((*at)->key, key) == 0)
			return at;
	return NULL;
}

static struct roster_group *
add_group(struct roster *roster, const char *key, uint32_t hash)
{
	struct roster_group *group = mem_zero(1, sizeof(*group));
	struct roster_group **slot;

	if (roster->group_count >= roster->slot_count)
		widen(roster);
	slot = &roster->slots[hash & (roster->slot_count - 1)];
	group->hash = hash;
	group->key = mem_text(key);
	group->next = *slot;
	*slot = group;
	roster->group_count++;
	return group;
}

static void
widen(struct roster *roster)
{
	size_t count = roster->slot_count > 0 ? roster->slot_count * 2 : FIRST_SLOTS;
	struct roster_group **slots = mem_zero(count, sizeof(struct roster_group *));
	size_t i;

	for (i = 0; i < roster->slot_count; i++)
		while (roster->slots[i] != NULL) {
			struct roster_group *group = roster->slots[i];
			struct roster_group **slot = &slots[group->hash & (count - 1)];

			roster->slots[i] = group->next;
			group->next = *slot;
			*slot = group;
		}
	free(roster->slots);
	roster->slots = slots;
	roster->slot_count = count;
}

/* Where the member stands, or would. */
static size_t
place_of(const struct roster_group *group, uint32_t member)
{
	size_t low = 0, high = group->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (group->members[middle] < member)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
drop(struct roster *roster, struct roster_group **at)
{
	struct roster_group *group = *at;

	*at = group->next;
	roster->group_count--;
	free(group->key);
	free(group->members);
	free(group);
}

/* FNV-1a: the keys come from the machine's owner, not from the network. */
static uint32_t
hash_of(const char *key)
{
	uint32_t hash = 2166136261U;

	for (; *key != '\0'; key++)
		hash = (hash ^ (uint8_t)*key) * 16777619U;
	return hash;
}
