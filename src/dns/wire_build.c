/*
 * wire_build: questions and updates as octets.
 *
 * A query is written by hand: a header and a name.  An update goes through ldns, which
 * counts, orders and compresses its sections.
 */
#include <assert.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"
#include "wire_walk.h"

static uint8_t *put_u16(uint8_t *out, unsigned value);
static ldns_pkt *make_update(const struct update *update);
static ldns_rr_list *make_prereqs(const struct update *update);
static ldns_rr_list *make_changes(const struct update *update);
static ldns_rr *make_rr(const struct name *owner, uint16_t type, ldns_rr_class class,
    uint32_t ttl, const struct addr *addr);
static ldns_rdf *make_name(const struct name *name);
static void push(ldns_rr_list *list, ldns_rr *rr);
static void *must(void *memory);

size_t
wire_query(uint8_t *buf, size_t cap, uint16_t id, const struct name *name,
    uint16_t type, bool recursion_desired)
{
	uint8_t *out = buf;

	assert(cap >= WIRE_HEADER_LEN + name->len + 4u);
	out = put_u16(out, id);
	out = put_u16(out, recursion_desired ? WIRE_FLAG_RD : 0);
	out = put_u16(out, 1);
	out = put_u16(out, 0);
	out = put_u16(out, 0);
	out = put_u16(out, 0);
	memcpy(out, name->wire, name->len);
	out = put_u16(out + name->len, type);
	out = put_u16(out, WIRE_CLASS_IN);
	return (size_t)(out - buf);
}

enum fault
wire_update(const struct update *update, uint16_t id, uint8_t **bytes, size_t *len)
{
	ldns_pkt *pkt = make_update(update);
	ldns_status status;

	ldns_pkt_set_id(pkt, id);
	ldns_pkt_set_rd(pkt, false); /* part of Z in an UPDATE (RFC 2136 2.2) */
	*bytes = NULL;
	*len = 0;
	status = ldns_pkt2wire(bytes, pkt, len);
	ldns_pkt_free(pkt);
	if (status == LDNS_STATUS_OK && *len <= WIRE_MESSAGE_MAX)
		return FAULT_NONE;
	free(*bytes);
	*bytes = NULL;
	*len = 0;
	return FAULT_MSG_TOO_LARGE;
}

static uint8_t *
put_u16(uint8_t *out, unsigned value)
{
	*out++ = (uint8_t)(value >> 8);
	*out++ = (uint8_t)value;
	return out;
}

/* ldns_update_pkt_new() keeps the name and copies the lists, which may not be NULL. */
static ldns_pkt *
make_update(const struct update *update)
{
	ldns_rr_list *prereqs = make_prereqs(update);
	ldns_rr_list *changes = make_changes(update);
	ldns_rr_list *additional = must(ldns_rr_list_new());
	ldns_pkt *pkt = must(ldns_update_pkt_new(make_name(&update->zone),
	    LDNS_RR_CLASS_IN, prereqs, changes, additional));

	ldns_rr_list_deep_free(prereqs);
	ldns_rr_list_deep_free(changes);
	ldns_rr_list_deep_free(additional);
	return pkt;
}

static ldns_rr_list *
make_prereqs(const struct update *update)
{
	ldns_rr_list *list = must(ldns_rr_list_new());

	for (size_t i = 0; i < update->prereq_count; i++) {
		const struct prereq *p = &update->prereqs[i];

		if (p->kind == PREREQ_ABSENT)
			push(list, make_rr(&update->owner, p->type,
			    LDNS_RR_CLASS_NONE, 0, NULL));
		else
			push(list, make_rr(&update->owner, p->type,
			    LDNS_RR_CLASS_IN, 0, &p->addr));
	}
	return list;
}

static ldns_rr_list *
make_changes(const struct update *update)
{
	ldns_rr_list *list = must(ldns_rr_list_new());

	for (size_t i = 0; i < update->change_count; i++) {
		const struct change *c = &update->changes[i];
		ldns_rr *rr = NULL;

		assert(c->type == RRTYPE_A || c->type == RRTYPE_AAAA);
		switch (c->kind) {
		case CHANGE_ADD:
			rr = make_rr(&update->owner, c->type, LDNS_RR_CLASS_IN,
			    c->ttl, &c->addr);
			break;
		case CHANGE_DELETE:
			rr = make_rr(&update->owner, c->type, LDNS_RR_CLASS_NONE,
			    0, &c->addr);
			break;
		case CHANGE_DELETE_RRSET:
			rr = make_rr(&update->owner, c->type, LDNS_RR_CLASS_ANY,
			    0, NULL);
			break;
		}
		push(list, rr);
	}
	return list;
}

/* An RR with the address as its RDATA, or without RDATA when addr is NULL. */
static ldns_rr *
make_rr(const struct name *owner, uint16_t type, ldns_rr_class class, uint32_t ttl,
    const struct addr *addr)
{
	ldns_rr *rr = must(ldns_rr_new());
	ldns_rdf_type kind;

	ldns_rr_set_owner(rr, make_name(owner));
	ldns_rr_set_type(rr, (ldns_rr_type)type);
	ldns_rr_set_class(rr, class);
	ldns_rr_set_ttl(rr, ttl);
	if (addr == NULL)
		return rr;
	assert(rrtype_of(addr) == type);
	kind = type == RRTYPE_A ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA;
	if (!ldns_rr_push_rdf(rr, must(ldns_rdf_new_frm_data(kind, addr_len(addr),
	    addr->octets))))
		abort();
	return rr;
}

static ldns_rdf *
make_name(const struct name *name)
{
	return must(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name->len, name->wire));
}

static void
push(ldns_rr_list *list, ldns_rr *rr)
{
	if (!ldns_rr_list_push_rr(list, must(rr)))
		abort();
}

/* ldns returns NULL for want of memory only; mem.h says what that means here. */
static void *
must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}
