/*
 * rrset: a sorted set of addresses, with its type and TTL.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/rrset.h"

static size_t place_of(const struct rrset *set, const struct addr *addr, bool *there);

const char *
rrtype_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} table[] = {
		{RRTYPE_A, "A"},
		{RRTYPE_NS, "NS"},
		{RRTYPE_CNAME, "CNAME"},
		{RRTYPE_SOA, "SOA"},
		{RRTYPE_AAAA, "AAAA"},
		{RRTYPE_DNAME, "DNAME"},
		{RRTYPE_OPT, "OPT"},
		{RRTYPE_TSIG, "TSIG"},
		{RRTYPE_ANY, "ANY"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].type == type)
			return table[i].name;
	return "TYPE?";
}

enum family
rrtype_family(uint16_t type)
{
	switch (type) {
	case RRTYPE_A:
		return FAMILY_IPV4;
	case RRTYPE_AAAA:
		return FAMILY_IPV6;
	default:
		return FAMILY_NONE;
	}
}

uint16_t
rrtype_of(const struct addr *addr)
{
	return addr_len(addr) == 4 ? RRTYPE_A : RRTYPE_AAAA;
}

bool
rrset_has(const struct rrset *set, const struct addr *addr)
{
	bool there;

	place_of(set, addr, &there);
	return there;
}

bool
rrset_add(struct rrset *set, const struct addr *addr)
{
	struct addr value = *addr; /* may stand in the array that moves */
	bool there;
	size_t place = place_of(set, addr, &there);

	assert(rrtype_of(addr) == set->type);
	if (there)
		return false;
	set->addrs = mem_grow(set->addrs, &set->cap, set->count + 1, sizeof(value));
	memmove(set->addrs + place + 1, set->addrs + place,
	    (set->count - place) * sizeof(value));
	set->addrs[place] = value;
	set->count++;
	return true;
}

bool
rrset_remove(struct rrset *set, const struct addr *addr)
{
	bool there;
	size_t place = place_of(set, addr, &there);

	if (!there)
		return false;
	set->count--;
	memmove(set->addrs + place, set->addrs + place + 1,
	    (set->count - place) * sizeof(*set->addrs));
	return true;
}

void
rrset_merge(struct rrset *to, const struct rrset *from)
{
	if (to->count == 0)
		to->type = from->type;
	for (size_t i = 0; i < from->count; i++)
		rrset_add(to, &from->addrs[i]);
}

bool
rrset_equal(const struct rrset *a, const struct rrset *b)
{
	if (a->type != b->type || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!addr_equal(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}

void
rrset_copy(struct rrset *to, const struct rrset *from)
{
	if (to == from)
		return;
	free(to->addrs);
	*to = *from;
	to->cap = from->count;
	to->addrs = mem_copy(from->addrs, from->count * sizeof(*from->addrs));
}

void
rrset_clear(struct rrset *set)
{
	set->count = 0;
}

void
rrset_free(struct rrset *set)
{
	free(set->addrs);
	*set = (struct rrset){0};
}

/* Where the address stands, or would have to. */
static size_t
place_of(const struct rrset *set, const struct addr *addr, bool *there)
{
	size_t low = 0, high = set->count;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = addr_compare(&set->addrs[middle], addr);

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
