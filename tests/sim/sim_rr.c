/* sim_rr: records and lists of them. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"

#include "sim_rr.h"

static uint16_t type_from(const char *text);
static void put_name(struct sim_rr *rr, const struct name *name);
static void put_u32(struct sim_rr *rr, uint32_t value);
static void put_text(struct sim_rr *rr, const char *text);

struct name
sim_name(const char *text)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t len = 0;
	struct name name;
	enum fault fault;

	while (strcmp(text, ".") != 0 && *text != '\0') {
		size_t label = strcspn(text, ".");

		assert(label > 0 && label <= NAME_LABEL_MAX);
		assert(len + label + 2 <= sizeof(wire));
		wire[len++] = (uint8_t)label;
		memcpy(wire + len, text, label);
		len += label;
		text += label;
		if (*text == '.')
			text++;
	}
	wire[len++] = 0;
	fault = name_from_wire(&name, wire, len);
	assert(fault == FAULT_NONE);
	(void)fault;
	return name;
}

struct sim_rr
sim_rr_from(const char *line)
{
	char owner[256], type[16], rdata[256];
	struct sim_rr rr = { .rrclass = SIM_CLASS_IN };
	int fields = sscanf(line, "%255s %u %15s %255[^\n]", owner, &rr.ttl, type,
	    rdata);
	struct addr addr;
	struct name target;

	assert(fields == 4);
	(void)fields;
	rr.owner = sim_name(owner);
	rr.type = type_from(type);
	if (rr.type == RRTYPE_A || rr.type == RRTYPE_AAAA) {
		enum fault fault = addr_parse(&addr, rdata);

		assert(fault == FAULT_NONE && rrtype_of(&addr) == rr.type);
		(void)fault;
		return sim_rr_of_addr(&rr.owner, &addr, rr.ttl);
	}
	if (rr.type == SIM_TYPE_TXT) {
		put_text(&rr, rdata);
	} else {
		target = sim_name(rdata);
		put_name(&rr, &target);
	}
	return rr;
}

struct sim_rr
sim_rr_soa(const struct name *apex, const struct name *mname, uint32_t serial)
{
	struct sim_rr rr = { .owner = *apex, .type = RRTYPE_SOA, .ttl = 3600,
		.rrclass = SIM_CLASS_IN };
	struct name rname = sim_name("hostmaster.example");

	put_name(&rr, mname);
	put_name(&rr, &rname);
	put_u32(&rr, serial);
	put_u32(&rr, 3600);
	put_u32(&rr, 600);
	put_u32(&rr, 86400);
	put_u32(&rr, 300);
	return rr;
}

struct sim_rr
sim_rr_of_addr(const struct name *owner, const struct addr *addr, uint32_t ttl)
{
	struct sim_rr rr = { .owner = *owner, .type = rrtype_of(addr), .ttl = ttl,
		.rrclass = SIM_CLASS_IN, .rdata_len = (uint16_t)addr_len(addr) };

	memcpy(rr.rdata, addr->octets, rr.rdata_len);
	return rr;
}

struct addr
sim_rr_addr(const struct sim_rr *rr)
{
	return addr_make(rrtype_family(rr->type), rr->rdata);
}

struct name
sim_rr_target(const struct sim_rr *rr)
{
	struct name name;
	enum fault fault = name_from_wire(&name, rr->rdata, rr->rdata_len);

	assert(fault == FAULT_NONE);
	(void)fault;
	return name;
}

bool
sim_rr_equal(const struct sim_rr *a, const struct sim_rr *b)
{
	return a->type == b->type && a->rdata_len == b->rdata_len &&
	    memcmp(a->rdata, b->rdata, a->rdata_len) == 0 &&
	    name_equal(&a->owner, &b->owner);
}

void
sim_rr_print(const struct sim_rr *rr, struct strbuf *out)
{
	char addr_text[ADDR_TEXT_MAX], name_text[NAME_TEXT_MAX];
	struct addr addr;
	struct name target;

	strbuf_add(out, rr->type == SIM_TYPE_TXT ? "TXT" : rrtype_name(rr->type));
	if (rr->rdata_len == 0)
		return;
	if (rr->type == RRTYPE_A || rr->type == RRTYPE_AAAA) {
		addr = sim_rr_addr(rr);
		strbuf_printf(out, " %s", addr_format(&addr, addr_text));
	} else if (rr->type == RRTYPE_SOA) {
		strbuf_printf(out, " %s", name_format(&rr->owner, name_text));
	} else if (rr->type != SIM_TYPE_TXT) {
		target = sim_rr_target(rr);
		strbuf_printf(out, " %s", name_format(&target, name_text));
	}
}

void
sim_rrs_add(struct sim_rrs *list, const struct sim_rr *rr)
{
	list->items = mem_grow(list->items, &list->cap, list->count + 1,
	    sizeof(*list->items));
	list->items[list->count++] = *rr;
}

void
sim_rrs_remove(struct sim_rrs *list, size_t i)
{
	assert(i < list->count);
	list->count--;
	memmove(&list->items[i], &list->items[i + 1],
	    (list->count - i) * sizeof(*list->items));
}

void
sim_rrs_copy(struct sim_rrs *to, const struct sim_rrs *from)
{
	to->count = 0;
	for (size_t i = 0; i < from->count; i++)
		sim_rrs_add(to, &from->items[i]);
}

void
sim_rrs_free(struct sim_rrs *list)
{
	free(list->items);
	*list = (struct sim_rrs){ 0 };
}

static uint16_t
type_from(const char *text)
{
	static const struct {
		const char *text;
		uint16_t type;
	} types[] = { { "A", RRTYPE_A }, { "AAAA", RRTYPE_AAAA }, { "NS", RRTYPE_NS },
		{ "CNAME", RRTYPE_CNAME }, { "DNAME", RRTYPE_DNAME },
		{ "TXT", SIM_TYPE_TXT } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].text, text) == 0)
			return types[i].type;
	assert(false);
	return 0;
}

static void
put_name(struct sim_rr *rr, const struct name *name)
{
	assert(rr->rdata_len + name->len <= SIM_RDATA_MAX);
	memcpy(rr->rdata + rr->rdata_len, name->wire, name->len);
	rr->rdata_len = (uint16_t)(rr->rdata_len + name->len);
}

static void
put_u32(struct sim_rr *rr, uint32_t value)
{
	assert(rr->rdata_len + 4 <= SIM_RDATA_MAX);
	for (int shift = 24; shift >= 0; shift -= 8)
		rr->rdata[rr->rdata_len++] = (uint8_t)(value >> shift);
}

static void
put_text(struct sim_rr *rr, const char *text)
{
	size_t len = strlen(text);

	assert(len <= 255);
	rr->rdata[0] = (uint8_t)len;
	memcpy(rr->rdata + 1, text, len);
	rr->rdata_len = (uint16_t)(len + 1);
}
