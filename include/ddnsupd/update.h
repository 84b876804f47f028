/*
 * update: an RFC 2136 message as a value: one owner name, its prerequisites, its changes.
 */
#ifndef DDNSUPD_UPDATE_H
#define DDNSUPD_UPDATE_H

#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/name.h"
#include "ddnsupd/rrset.h"

struct strbuf;

enum prereq_kind {
	PREREQ_ABSENT,  /* the RRset does not exist: class NONE (RFC 2136 2.4.3) */
	PREREQ_VALUE,   /* one RR of the whole RRset by value: class IN, TTL 0 (2.4.2) */
};

struct prereq {
	enum prereq_kind kind;
	uint16_t type;
	struct addr addr;       /* VALUE */
};

enum change_kind {
	CHANGE_ADD,             /* class IN, TTL (RFC 2136 2.5.1) */
	CHANGE_DELETE,          /* this RR: class NONE, TTL 0 (2.5.4) */
	CHANGE_DELETE_RRSET,    /* all of the type: class ANY, no RDATA (2.5.2) */
};

struct change {
	enum change_kind kind;
	uint16_t type;          /* A or AAAA, never ANY */
	struct addr addr;       /* ADD, DELETE */
	uint32_t ttl;           /* ADD, seconds */
};

struct update {
	struct name zone;
	struct name owner;
	struct prereq *prereqs; /* in the order they go into the message */
	size_t prereq_count;
	size_t prereq_cap;
	struct change *changes;
	size_t change_count;
	size_t change_cap;
};

void update_require_absent(struct update *update, uint16_t type);

/* The RRset is exactly this: one VALUE prerequisite an address (RFC 2136 3.2.3). */
void update_require_value(struct update *update, const struct rrset *set);

void update_add(struct update *update, const struct addr *addr, uint32_t ttl);
void update_delete(struct update *update, const struct addr *addr);
void update_delete_rrset(struct update *update, uint16_t type);
void update_free(struct update *update);

/*
 * The same message as input for nsupdate(1): server, zone, prereq, update, send lines,
 * each ending in a newline (interface.md, --dry-run).
 */
void update_format(const struct update *update, const struct endpoint *server,
    struct strbuf *out);

#endif
