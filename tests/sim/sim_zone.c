/* sim_zone: content and queries. */
#include <assert.h>

#include "ddnsupd/wire.h"

#include "sim_zone.h"

#define ALIASES_MAX 8

static bool answer_name(const struct sim_zone *zone, struct name *at, uint16_t qtype,
    struct sim_msg *reply);
static bool answer_above(const struct sim_zone *zone, struct name *at,
    struct sim_msg *reply, bool *follow);
static bool answer_node(const struct sim_zone *zone, const struct name *node,
    struct name *at, uint16_t qtype, struct sim_msg *reply);
static void refer(const struct sim_zone *zone, const struct name *cut,
    struct sim_msg *reply);
static bool redirect(const struct sim_zone *zone, const struct name *owner,
    struct name *at, struct sim_msg *reply);
static bool replace_suffix(const struct name *name, const struct name *suffix,
    const struct name *with, struct name *out);
static bool has_node(const struct sim_zone *zone, const struct name *name);
static bool find_wildcard(const struct sim_zone *zone, const struct name *at,
    struct name *wildcard);
static void deny(const struct sim_zone *zone, uint8_t rcode, struct sim_msg *reply);
static struct name ancestor(const struct name *name, unsigned labels);

void
sim_zone_init(struct sim_zone *zone, const char *apex, const char *mname)
{
	*zone = (struct sim_zone){ .apex = sim_name(apex), .mname = sim_name(mname),
		.serial = 1 };
}

void
sim_zone_free(struct sim_zone *zone)
{
	sim_rrs_free(&zone->rrs);
}

void
sim_zone_put(struct sim_zone *zone, const char *line)
{
	struct sim_rr rr = sim_rr_from(line);

	assert(name_is_within(&rr.owner, &zone->apex));
	sim_rrs_add(&zone->rrs, &rr);
	zone->serial++;
}

void
sim_zone_drop(struct sim_zone *zone, const char *owner, uint16_t type)
{
	struct name name = sim_name(owner);

	for (size_t i = zone->rrs.count; i-- > 0;) {
		const struct sim_rr *rr = &zone->rrs.items[i];

		if (name_equal(&rr->owner, &name) &&
		    (type == RRTYPE_ANY || rr->type == type))
			sim_rrs_remove(&zone->rrs, i);
	}
	zone->serial++;
}

void
sim_zone_copy(struct sim_zone *to, const struct sim_zone *from)
{
	to->apex = from->apex;
	to->mname = from->mname;
	to->serial = from->serial;
	sim_rrs_copy(&to->rrs, &from->rrs);
}

bool
sim_zone_has(const struct sim_zone *zone, const struct name *owner, uint16_t type)
{
	if ((type == RRTYPE_SOA || type == RRTYPE_ANY) &&
	    name_equal(owner, &zone->apex))
		return true;
	for (size_t i = 0; i < zone->rrs.count; i++)
		if ((type == RRTYPE_ANY || zone->rrs.items[i].type == type) &&
		    name_equal(&zone->rrs.items[i].owner, owner))
			return true;
	return false;
}

void
sim_zone_addrs(const struct sim_zone *zone, const struct name *owner, uint16_t type,
    struct rrset *set)
{
	set->type = type;
	rrset_clear(set);
	for (size_t i = 0; i < zone->rrs.count; i++) {
		const struct sim_rr *rr = &zone->rrs.items[i];
		struct addr addr;

		if (rr->type != type || !name_equal(&rr->owner, owner))
			continue;
		addr = sim_rr_addr(rr);
		rrset_add(set, &addr);
		set->ttl = rr->ttl;
	}
}

void
sim_zone_query(const struct sim_zone *zone, const struct name *qname, uint16_t qtype,
    struct sim_msg *reply)
{
	struct name at = *qname;

	reply->aa = true;
	for (int hops = 0; hops < ALIASES_MAX; hops++)
		if (!name_is_within(&at, &zone->apex) ||
		    !answer_name(zone, &at, qtype, reply))
			return;
}

/* One name of a chain of aliases; true: go on at *at. */
static bool
answer_name(const struct sim_zone *zone, struct name *at, uint16_t qtype,
    struct sim_msg *reply)
{
	struct name wildcard;
	bool follow = false;

	if (answer_above(zone, at, reply, &follow))
		return follow;
	if (has_node(zone, at))
		return answer_node(zone, at, at, qtype, reply);
	if (find_wildcard(zone, at, &wildcard))
		return answer_node(zone, &wildcard, at, qtype, reply);
	deny(zone, RCODE_NXDOMAIN, reply);
	return false;
}

/* A zone cut at the name or above it, or a DNAME above it, the highest one first. */
static bool
answer_above(const struct sim_zone *zone, struct name *at, struct sim_msg *reply,
    bool *follow)
{
	unsigned labels = name_labels(at);

	for (unsigned depth = name_labels(&zone->apex); depth <= labels; depth++) {
		struct name node = ancestor(at, depth);

		if (!name_equal(&node, &zone->apex) &&
		    sim_zone_has(zone, &node, RRTYPE_NS)) {
			refer(zone, &node, reply);
			return true;
		}
		if (depth < labels && sim_zone_has(zone, &node, RRTYPE_DNAME)) {
			*follow = redirect(zone, &node, at, reply);
			return true;
		}
	}
	return false;
}

/* The RRsets of a node (a wildcard: as if they stood at *at, RFC 4592 3.3.1). */
static bool
answer_node(const struct sim_zone *zone, const struct name *node, struct name *at,
    uint16_t qtype, struct sim_msg *reply)
{
	size_t before = reply->answers.count;
	struct name next = *at;
	bool is_alias = false;

	if (qtype == RRTYPE_SOA && name_equal(node, &zone->apex)) {
		struct sim_rr soa = sim_rr_soa(&zone->apex, &zone->mname, zone->serial);

		sim_rrs_add(&reply->answers, &soa);
		return false;
	}
	for (size_t i = 0; i < zone->rrs.count; i++) {
		struct sim_rr rr = zone->rrs.items[i];

		if (!name_equal(&rr.owner, node) ||
		    (rr.type != qtype && rr.type != RRTYPE_CNAME))
			continue;
		rr.owner = *at;
		sim_rrs_add(&reply->answers, &rr);
		if (rr.type == RRTYPE_CNAME && qtype != RRTYPE_CNAME) {
			next = sim_rr_target(&rr);
			is_alias = true;
		}
	}
	*at = next;
	if (reply->answers.count == before)
		deny(zone, RCODE_NOERROR, reply);
	return is_alias;
}

static void
refer(const struct sim_zone *zone, const struct name *cut, struct sim_msg *reply)
{
	if (reply->answers.count == 0)
		reply->aa = false;
	for (size_t i = 0; i < zone->rrs.count; i++) {
		const struct sim_rr *ns = &zone->rrs.items[i];
		struct name host;

		if (ns->type != RRTYPE_NS || !name_equal(&ns->owner, cut))
			continue;
		sim_rrs_add(&reply->authority, ns);
		host = sim_rr_target(ns);
		for (size_t k = 0; k < zone->rrs.count; k++) {
			const struct sim_rr *glue = &zone->rrs.items[k];

			if ((glue->type == RRTYPE_A || glue->type == RRTYPE_AAAA) &&
			    name_equal(&glue->owner, &host))
				sim_rrs_add(&reply->additional, glue);
		}
	}
}

/* RFC 6672 3.1: the DNAME, and the CNAME made of it. */
static bool
redirect(const struct sim_zone *zone, const struct name *owner, struct name *at,
    struct sim_msg *reply)
{
	for (size_t i = 0; i < zone->rrs.count; i++) {
		const struct sim_rr *dname = &zone->rrs.items[i];
		struct sim_rr cname = { .type = RRTYPE_CNAME, .rrclass = SIM_CLASS_IN };
		struct name target, next;

		if (dname->type != RRTYPE_DNAME || !name_equal(&dname->owner, owner))
			continue;
		sim_rrs_add(&reply->answers, dname);
		target = sim_rr_target(dname);
		if (!replace_suffix(at, owner, &target, &next)) {
			reply->rcode = RCODE_YXDOMAIN;
			return false;
		}
		cname.owner = *at;
		cname.ttl = dname->ttl;
		cname.rdata_len = next.len;
		for (size_t k = 0; k < next.len; k++)
			cname.rdata[k] = next.wire[k];
		sim_rrs_add(&reply->answers, &cname);
		*at = next;
		return true;
	}
	return false;
}

static bool
replace_suffix(const struct name *name, const struct name *suffix,
    const struct name *with, struct name *out)
{
	uint8_t wire[2 * NAME_WIRE_MAX];
	size_t head = (size_t)name->len - suffix->len;

	for (size_t i = 0; i < head; i++)
		wire[i] = name->wire[i];
	for (size_t i = 0; i < with->len; i++)
		wire[head + i] = with->wire[i];
	return head + with->len <= NAME_WIRE_MAX &&
	    name_from_wire(out, wire, head + with->len) == FAULT_NONE;
}

/* A node exists when it or a name below it owns something (RFC 4592 2.2.2). */
static bool
has_node(const struct sim_zone *zone, const struct name *name)
{
	if (name_equal(name, &zone->apex))
		return true;
	for (size_t i = 0; i < zone->rrs.count; i++)
		if (name_is_within(&zone->rrs.items[i].owner, name))
			return true;
	return false;
}

/* `*` below the closest encloser (RFC 4592 3.3.1). */
static bool
find_wildcard(const struct sim_zone *zone, const struct name *at, struct name *wildcard)
{
	struct name encloser = *at;
	uint8_t wire[NAME_WIRE_MAX + 2] = { 1, '*' };

	while (!has_node(zone, &encloser))
		encloser = name_parent(&encloser);
	for (size_t i = 0; i < encloser.len; i++)
		wire[i + 2] = encloser.wire[i];
	return name_from_wire(wildcard, wire, (size_t)encloser.len + 2) == FAULT_NONE &&
	    has_node(zone, wildcard);
}

/* NXDOMAIN or no data: the SOA in authority (RFC 2308 3). */
static void
deny(const struct sim_zone *zone, uint8_t rcode, struct sim_msg *reply)
{
	struct sim_rr soa = sim_rr_soa(&zone->apex, &zone->mname, zone->serial);

	reply->rcode = rcode;
	soa.ttl = 0; /* BIND's, as measured (protocol.md 2) */
	sim_rrs_add(&reply->authority, &soa);
}

/* The ancestor-or-self with that many labels. */
static struct name
ancestor(const struct name *name, unsigned labels)
{
	struct name at = *name;

	while (name_labels(&at) > labels)
		at = name_parent(&at);
	return at;
}
