/* sim_update: RFC 2136 section 3, step by step, in its order. */
#include <stddef.h>

#include "ddnsupd/wire.h"

#include "sim_zone.h"

static uint8_t check_prerequisites(const struct sim_zone *zone,
    const struct sim_msg *msg);
static uint8_t check_prerequisite(const struct sim_zone *zone, const struct sim_rr *rr);
static bool values_match(const struct sim_zone *zone, const struct sim_rrs *prereqs,
    const struct sim_rr *of);
static size_t count_rrset(const struct sim_rrs *list, const struct sim_rr *of,
    uint16_t rrclass);
static bool holds(const struct sim_rrs *list, const struct sim_rr *rr);
static uint8_t prescan(const struct sim_zone *zone, const struct sim_rr *rr);
static bool is_meta(uint16_t type);
static void apply(struct sim_zone *zone, const struct sim_rr *rr,
    const struct sim_rrs *old);
static void add(struct sim_zone *zone, const struct sim_rr *rr,
    const struct sim_rrs *old);
static void take_ttl(struct sim_rr *rr, const struct sim_rrs *old);
static bool is_beside_alias(const struct sim_zone *zone, const struct sim_rr *rr);
static void delete_where(struct sim_zone *zone, const struct sim_rr *rr, bool one);
static bool are_same(const struct sim_rrs *a, const struct sim_rrs *b);

uint8_t
sim_zone_update(struct sim_zone *zone, const struct sim_msg *msg,
    const struct sim_update_manner *manner, bool *changed)
{
	struct sim_rrs before = { 0 };
	uint8_t rcode;

	*changed = false;
	rcode = check_prerequisites(zone, msg);
	for (size_t i = 0; rcode == RCODE_NOERROR && i < msg->authority.count; i++)
		rcode = prescan(zone, &msg->authority.items[i]);
	if (rcode != RCODE_NOERROR)
		return rcode;
	sim_rrs_copy(&before, &zone->rrs);
	for (size_t i = 0; !manner->ignore_changes && i < msg->authority.count; i++)
		apply(zone, &msg->authority.items[i],
		    manner->keep_ttl ? &before : NULL);
	*changed = !are_same(&before, &zone->rrs);
	if (*changed)
		zone->serial++; /* RFC 2136 3.6 */
	sim_rrs_free(&before);
	return RCODE_NOERROR;
}

/* RFC 2136 3.2 */
static uint8_t
check_prerequisites(const struct sim_zone *zone, const struct sim_msg *msg)
{
	const struct sim_rrs *prereqs = &msg->answers;
	uint8_t rcode;

	for (size_t i = 0; i < prereqs->count; i++) {
		rcode = check_prerequisite(zone, &prereqs->items[i]);
		if (rcode != RCODE_NOERROR)
			return rcode;
	}
	for (size_t i = 0; i < prereqs->count; i++) /* RFC 2136 3.2.3 */
		if (prereqs->items[i].rrclass == SIM_CLASS_IN &&
		    !values_match(zone, prereqs, &prereqs->items[i]))
			return RCODE_NXRRSET;
	return RCODE_NOERROR;
}

static uint8_t
check_prerequisite(const struct sim_zone *zone, const struct sim_rr *rr)
{
	bool exists = sim_zone_has(zone, &rr->owner, rr->type);

	if (rr->ttl != 0)
		return RCODE_FORMERR;
	if (!name_is_within(&rr->owner, &zone->apex))
		return RCODE_NOTZONE;
	switch (rr->rrclass) {
	case SIM_CLASS_ANY:
		if (rr->rdata_len != 0)
			return RCODE_FORMERR;
		if (exists)
			return RCODE_NOERROR;
		return rr->type == RRTYPE_ANY ? RCODE_NXDOMAIN : RCODE_NXRRSET;
	case SIM_CLASS_NONE:
		if (rr->rdata_len != 0)
			return RCODE_FORMERR;
		if (!exists)
			return RCODE_NOERROR;
		return rr->type == RRTYPE_ANY ? RCODE_YXDOMAIN : RCODE_YXRRSET;
	case SIM_CLASS_IN:
		return RCODE_NOERROR;
	default:
		return RCODE_FORMERR;
	}
}

/* The whole RRset by value, both ways; TTLs do not count. */
static bool
values_match(const struct sim_zone *zone, const struct sim_rrs *prereqs,
    const struct sim_rr *of)
{
	if (count_rrset(&zone->rrs, of, SIM_CLASS_IN) !=
	    count_rrset(prereqs, of, SIM_CLASS_IN))
		return false;
	for (size_t i = 0; i < prereqs->count; i++) {
		const struct sim_rr *rr = &prereqs->items[i];

		if (rr->rrclass == SIM_CLASS_IN && rr->type == of->type &&
		    name_equal(&rr->owner, &of->owner) && !holds(&zone->rrs, rr))
			return false;
	}
	return true;
}

static size_t
count_rrset(const struct sim_rrs *list, const struct sim_rr *of, uint16_t rrclass)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].type == of->type &&
		    list->items[i].rrclass == rrclass &&
		    name_equal(&list->items[i].owner, &of->owner))
			count++;
	return count;
}

static bool
holds(const struct sim_rrs *list, const struct sim_rr *rr)
{
	for (size_t i = 0; i < list->count; i++)
		if (sim_rr_equal(&list->items[i], rr))
			return true;
	return false;
}

/* RFC 2136 3.4.1 */
static uint8_t
prescan(const struct sim_zone *zone, const struct sim_rr *rr)
{
	if (!name_is_within(&rr->owner, &zone->apex))
		return RCODE_NOTZONE;
	switch (rr->rrclass) {
	case SIM_CLASS_IN:
		return is_meta(rr->type) ? RCODE_FORMERR : RCODE_NOERROR;
	case SIM_CLASS_ANY:
		if (rr->ttl != 0 || rr->rdata_len != 0 ||
		    (is_meta(rr->type) && rr->type != RRTYPE_ANY))
			return RCODE_FORMERR;
		return RCODE_NOERROR;
	case SIM_CLASS_NONE:
		return rr->ttl != 0 || is_meta(rr->type) ? RCODE_FORMERR :
		    RCODE_NOERROR;
	default:
		return RCODE_FORMERR;
	}
}

static bool
is_meta(uint16_t type)
{
	return type >= 249 && type <= 255;
}

/* RFC 2136 3.4.2; old: the zone as it was, where TTLs are kept, else NULL. */
static void
apply(struct sim_zone *zone, const struct sim_rr *rr, const struct sim_rrs *old)
{
	if (rr->rrclass == SIM_CLASS_IN)
		add(zone, rr, old);
	else
		delete_where(zone, rr, rr->rrclass == SIM_CLASS_NONE);
}

static void
add(struct sim_zone *zone, const struct sim_rr *rr, const struct sim_rrs *old)
{
	struct sim_rr added = *rr;

	if (rr->type == RRTYPE_SOA || is_beside_alias(zone, rr)) /* 3.4.2.2 */
		return;
	if (old != NULL)
		take_ttl(&added, old);
	for (size_t i = 0; i < zone->rrs.count; i++) /* RFC 2181 5.2 */
		if (zone->rrs.items[i].type == rr->type &&
		    name_equal(&zone->rrs.items[i].owner, &rr->owner))
			zone->rrs.items[i].ttl = added.ttl;
	if (!holds(&zone->rrs, rr))
		sim_rrs_add(&zone->rrs, &added);
}

static void
take_ttl(struct sim_rr *rr, const struct sim_rrs *old)
{
	for (size_t i = 0; i < old->count; i++)
		if (old->items[i].type == rr->type &&
		    name_equal(&old->items[i].owner, &rr->owner))
			rr->ttl = old->items[i].ttl;
}

/* A CNAME beside data, or data beside a CNAME, is silently left out. */
static bool
is_beside_alias(const struct sim_zone *zone, const struct sim_rr *rr)
{
	bool has_alias = sim_zone_has(zone, &rr->owner, RRTYPE_CNAME);

	if (rr->type != RRTYPE_CNAME)
		return has_alias;
	return !has_alias && sim_zone_has(zone, &rr->owner, RRTYPE_ANY);
}

/* RFC 2136 3.4.2.3, 3.4.2.4: the NS set of the apex stays. */
static void
delete_where(struct sim_zone *zone, const struct sim_rr *rr, bool one)
{
	bool at_apex = name_equal(&rr->owner, &zone->apex);

	for (size_t i = zone->rrs.count; i-- > 0;) {
		const struct sim_rr *old = &zone->rrs.items[i];

		if (!name_equal(&old->owner, &rr->owner) ||
		    (at_apex && old->type == RRTYPE_NS))
			continue;
		if (one ? sim_rr_equal(old, rr) :
		    rr->type == RRTYPE_ANY || rr->type == old->type)
			sim_rrs_remove(&zone->rrs, i);
	}
}

/* The same records with the same TTLs, in any order. */
static bool
are_same(const struct sim_rrs *a, const struct sim_rrs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		size_t k = 0;

		while (k < b->count && !(sim_rr_equal(&a->items[i], &b->items[k]) &&
		    a->items[i].ttl == b->items[k].ttl))
			k++;
		if (k == b->count)
			return false;
	}
	return true;
}
