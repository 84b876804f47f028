/*
 * lease_block: what the statements of one of dhclient's leases say.
 */
#ifndef DDNSUPD_LEASE_BLOCK_H
#define DDNSUPD_LEASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lease_parts.h"

/* Where a statement stands; each place is entered from the one before it. */
enum place {
	PLACE_LEASE,
	PLACE_IA,
	PLACE_IAADDR,
};

/* A block as far as it was read.  Zeroed but for the family, it is an empty one. */
struct block {
	struct lease lease;
	enum place place;
	bool released;
	bool fqdn_bad;       /* the option has a name, but none that passes */
	bool has_search;
	struct name search;  /* the first of the search list */
	uint32_t refresh_s;  /* DHCPv6 option 32; 0: not there */
	uint32_t t1_s;       /* of the ia-na being read */
	bool has_addr;       /* the iaaddr being read */
	struct addr addr;
	uint32_t starts_s;
	uint32_t max_s;
	int64_t day_s;       /* the date being read; -1: it is none */
	bool epoch;
};

/* A statement that is known, in a place; NULL: it is not.  option: it follows that
 * word. */
struct rule;
const struct rule *block_rule(const struct block *block, bool option, struct word name);

/* One value of a statement, counted from 0; "" when it has none at all. */
void block_value(struct block *block, const struct rule *rule, size_t nth,
    struct word value);

/* A brace after a known statement: false when it opens nothing that is known. */
bool block_enter(struct block *block, const struct rule *rule);

/* A closing brace: false when it is the block's own. */
bool block_leave(struct block *block);

/* The whole block was read: keep what it says. */
void block_finish(struct block *block, struct leases *leases);

#endif
