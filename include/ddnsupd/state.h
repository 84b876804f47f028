/*
 * state: what we hold in DNS, or may hold, across runs (interface.md, "State";
 * protocol.md 5).  One entry a name, one record an address.
 */
#ifndef DDNSUPD_STATE_H
#define DDNSUPD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/config.h"
#include "ddnsupd/name.h"
#include "ddnsupd/rrset.h"

enum holding {
	HOLDING_HELD,      /* ours, verified */
	HOLDING_MAYBE,     /* an UPDATE that adds it is about to go, or went unanswered */
	HOLDING_CONFIRMED, /* shared: stands there, confirmed by UPDATE, but not ours */
};

struct state_record {
	struct addr addr;
	uint32_t ttl;
	enum holding holding;
};

struct state_entry {
	struct name fqdn;
	enum fqdn_mode mode;
	char *registration;      /* its name in the file; in quick form the FQDN */
	bool has_zone;
	struct name zone;
	bool has_server;
	struct endpoint server;  /* the one that accepted the last UPDATE */
	uint32_t asked_ttl[2];   /* A, AAAA; seconds, of the last UPDATE; 0: none.  A
	                          * server that keeps an old TTL is not asked again
	                          * before the next refresh (protocol.md 3.4) */
	int64_t refreshed_s;     /* wall time of the last UPDATE; 0: never */
	struct state_record *records; /* sorted by address */
	size_t record_count;
	size_t record_cap;
};

struct state {
	struct state_entry **entries; /* sorted by FQDN */
	size_t count;
	size_t cap;
};

/* NULL when the name is not there. */
struct state_entry *state_find(const struct state *state, const struct name *fqdn);

/* Find or add; a new entry has the mode and registration given. */
struct state_entry *state_ensure(struct state *state, const struct name *fqdn,
    enum fqdn_mode mode, const char *registration);
void state_remove(struct state *state, const struct name *fqdn);
void state_free(struct state *state);

struct state_record *state_entry_find(const struct state_entry *entry,
    const struct addr *addr);

/* Add the record or change its TTL and holding. */
void state_entry_put(struct state_entry *entry, const struct addr *addr, uint32_t ttl,
    enum holding holding);
void state_entry_drop(struct state_entry *entry, const struct addr *addr);

/* Is the address ours to remove: HELD or MAYBE? */
bool state_entry_owns(const struct state_entry *entry, const struct addr *addr);

#endif
