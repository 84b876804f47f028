/*
 * rrset: a set of addresses of one type under one name, with its TTL (RFC 2181 5).
 *
 * A sorted array without duplicates; a zeroed struct with its type set is an empty one.
 */
#ifndef DDNSUPD_RRSET_H
#define DDNSUPD_RRSET_H

#include "ddnsupd/addr.h"

/* RFC 1035 3.2.2, RFC 3596, RFC 6672, RFC 6891, RFC 8945 */
enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_NS = 2,
	RRTYPE_CNAME = 5,
	RRTYPE_SOA = 6,
	RRTYPE_AAAA = 28,
	RRTYPE_DNAME = 39,
	RRTYPE_OPT = 41,
	RRTYPE_TSIG = 250,
	RRTYPE_ANY = 255,
};

struct rrset {
	uint16_t type;        /* RRTYPE_A or RRTYPE_AAAA */
	uint32_t ttl;         /* seconds */
	size_t count;
	size_t cap;
	struct addr *addrs;   /* sorted, no duplicates */
};

/* "A", "AAAA", "SOA", ...; "TYPE65280" style for others (static buffer-free: "TYPE?") */
const char *rrtype_name(uint16_t type);
enum family rrtype_family(uint16_t type);
uint16_t rrtype_of(const struct addr *addr);

bool rrset_has(const struct rrset *set, const struct addr *addr);

/* Returns false when it was there (add) or was not (remove) already. */
bool rrset_add(struct rrset *set, const struct addr *addr);
bool rrset_remove(struct rrset *set, const struct addr *addr);

/* Add all of `from`, whose type an empty set takes. */
void rrset_merge(struct rrset *to, const struct rrset *from);

/* The same addresses; TTLs are not looked at. */
bool rrset_equal(const struct rrset *a, const struct rrset *b);

/* Replace *to by a copy of *from (type and TTL too). */
void rrset_copy(struct rrset *to, const struct rrset *from);

/* Empty it; type and TTL stay. */
void rrset_clear(struct rrset *set);
void rrset_free(struct rrset *set);

#endif
