/*
 * plan: desired and observed to an UPDATE (protocol.md 3, "compare" and "update").
 *
 * Pure set arithmetic on one family (A or AAAA) of one name; the transaction puts the
 * parts of both families into one message.
 */
#ifndef DDNSUPD_PLAN_H
#define DDNSUPD_PLAN_H

#include <stdbool.h>

#include "ddnsupd/config.h"
#include "ddnsupd/rrset.h"
#include "ddnsupd/state.h"
#include "ddnsupd/update.h"

/* How the message is guarded against what we have not seen. */
enum plan_guard {
	PLAN_GUARD_SEEN,   /* compare-and-swap on what was observed */
	PLAN_GUARD_ABSENT, /* "RRset does not exist": what was seen is a wildcard's */
	PLAN_GUARD_NONE,   /* the CNAME prerequisite alone */
};

enum plan_purpose {
	PLAN_REGISTER,
	PLAN_WITHDRAW,
	PLAN_PROBE,        /* change nothing, only ask for permission (protocol.md 7) */
};

struct plan_input {
	enum plan_purpose purpose;
	enum fqdn_mode mode;
	enum on_conflict on_conflict;
	enum plan_guard guard;
	bool refresh;                    /* add every desired RR even when it is there */
	bool managed;                    /* false: not ours; what we hold is removed */
	const struct rrset *desired;     /* managed: with the TTL wanted; empty: left
	                                  * alone */
	const struct rrset *observed;    /* with the TTL seen */
	const struct state_entry *entry; /* what is known as ours; NULL: nothing */
};

enum plan_verdict {
	PLAN_NOTHING,      /* as desired and known */
	PLAN_CONFIRM,      /* as seen it is right; an UPDATE that changes nothing asks */
	PLAN_CHANGE,
	PLAN_CONFLICT,     /* foreign addresses that may not be replaced */
};

struct plan {
	enum plan_verdict verdict;
	struct rrset result;  /* the whole RRset after the UPDATE */
	struct rrset added;
	struct rrset kept;    /* desired and there */
	struct rrset removed;
	struct rrset unseen;  /* ours to remove, but not seen: deleted all the same */
	struct rrset foreign; /* seen, neither desired nor known as ours */
	uint32_t ttl;         /* of what is added, seconds */
	bool ttl_changed;
};

/* Out: *plan, freed by plan_free(). */
void plan_make(struct plan *plan, const struct plan_input *in);

/* Append the family's prerequisites and changes to the message. */
void plan_write(const struct plan *plan, const struct plan_input *in,
    struct update *update);

void plan_free(struct plan *plan);

/* An address of the family that stands in no RRset of the plan: the no-op delete. */
struct addr plan_absent_addr(const struct rrset *observed);

#endif
