/*
 * roster: who stands under a key: a hash table of texts, each with its members in
 * ascending order.  Looking up and adding cost the same however many keys there are.
 */
#ifndef DDNSUPD_ROSTER_H
#define DDNSUPD_ROSTER_H

#include <stddef.h>
#include <stdint.h>

struct roster_group;

/* Zeroed: empty. */
struct roster {
	struct roster_group **slots; /* a power of two of them */
	size_t slot_count;
	size_t group_count;
};

/* The key is copied.  Adding a member twice adds it once. */
void roster_add(struct roster *roster, const char *key, uint32_t member);
void roster_remove(struct roster *roster, const char *key, uint32_t member);

/* The members, NULL and 0 when there are none; valid until the next change. */
const uint32_t *roster_find(const struct roster *roster, const char *key,
    size_t *count);
void roster_free(struct roster *roster);

#endif
