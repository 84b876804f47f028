/*
 * wire: answers as values.
 *
 * The message is walked twice: by wire_check(), which trusts nothing, then section by
 * section here.  ldns decodes the RRs of the types we act on, one at a time; RDATA that
 * nobody will look at is not decoded at all.
 */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/wire.h"
#include "wire_walk.h"

#define TTL_MAX 0x7fffffffu     /* RFC 2181 8 */

struct section {
	struct wire_rr *rrs;
	size_t count;
	size_t cap;
};

static const char *const rcode_names[] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN",
	"YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "RCODE11", "RCODE12", "RCODE13",
	"RCODE14", "RCODE15",
};

static bool parse_sections(struct wire_walk *walk, const struct wire_header *header,
    struct section sections[SECTION_COUNT]);
static bool parse_section(struct wire_walk *walk, unsigned count,
    struct section *section);
static bool decode_rr(const struct wire_walk *walk, const struct wire_fixed *fixed,
    struct wire_rr *rr);
static bool decode_rdata(const ldns_rr *decoded, const struct wire_shape *shape,
    struct wire_rr *rr);
static bool decode_name(const struct wire_walk *walk, size_t at, struct name *name);
static bool to_name(const ldns_rdf *rdf, struct name *name);

const char *
rcode_name(int rcode)
{
	if (rcode < 0 || rcode > WIRE_RCODE_MASK)
		return "RCODE?";
	return rcode_names[rcode];
}

void
wire_set_id(uint8_t *bytes, uint16_t id)
{
	bytes[0] = (uint8_t)(id >> 8);
	bytes[1] = (uint8_t)id;
}

bool
wire_truncated(const uint8_t *bytes)
{
	return (bytes[2] & WIRE_FLAG_TC >> 8) != 0;
}

enum fault
wire_parse(const uint8_t *bytes, size_t len, struct answer *answer)
{
	struct wire_walk walk = walk_begin(bytes, len);
	struct section sections[SECTION_COUNT] = {0};
	struct wire_header header;
	enum fault fault = wire_check(bytes, len);
	bool good;

	*answer = (struct answer){0};
	if (fault != FAULT_NONE)
		return fault;
	walk_header(&walk, &header);
	good = parse_sections(&walk, &header, sections);
	*answer = (struct answer){
		.rcode = header.flags & WIRE_RCODE_MASK,
		.aa = (header.flags & WIRE_FLAG_AA) != 0,
		.tc = (header.flags & WIRE_FLAG_TC) != 0,
		.answers = sections[SECTION_ANSWER].rrs,
		.answer_count = sections[SECTION_ANSWER].count,
		.authority = sections[SECTION_AUTHORITY].rrs,
		.authority_count = sections[SECTION_AUTHORITY].count,
		.additional = sections[SECTION_ADDITIONAL].rrs,
		.additional_count = sections[SECTION_ADDITIONAL].count,
	};
	if (good)
		return FAULT_NONE;
	answer_free(answer);
	return FAULT_MSG_MALFORMED;
}

void
answer_free(struct answer *answer)
{
	free(answer->answers);
	free(answer->authority);
	free(answer->additional);
	*answer = (struct answer){0};
}

static bool
parse_sections(struct wire_walk *walk, const struct wire_header *header,
    struct section sections[SECTION_COUNT])
{
	for (unsigned n = header->counts[SECTION_QUESTION]; n > 0; n--)
		walk_question(walk);
	for (enum wire_section s = SECTION_ANSWER; s < SECTION_COUNT; s++)
		if (!parse_section(walk, header->counts[s], &sections[s]))
			return false;
	return true;
}

/* The class of an OPT is a size (RFC 6891 6.1.2), so it must go by its type. */
static bool
parse_section(struct wire_walk *walk, unsigned count, struct section *section)
{
	for (; count > 0; count--) {
		struct wire_fixed fixed;

		walk_rr(walk, &fixed);
		if (fixed.class != WIRE_CLASS_IN || fixed.type == RRTYPE_OPT)
			continue;
		section->rrs = mem_grow(section->rrs, &section->cap, section->count + 1,
		    sizeof(*section->rrs));
		if (!decode_rr(walk, &fixed, &section->rrs[section->count]))
			return false;
		section->count++;
	}
	return !walk->failed;
}

static bool
decode_rr(const struct wire_walk *walk, const struct wire_fixed *fixed,
    struct wire_rr *rr)
{
	const struct wire_shape *shape = wire_shape(fixed->type);
	ldns_rr *decoded = NULL;
	size_t at = fixed->start;
	bool good;

	*rr = (struct wire_rr){
		.type = fixed->type,
		.ttl = fixed->ttl > TTL_MAX ? 0 : fixed->ttl,
	};
	if (shape == NULL)
		return decode_name(walk, fixed->start, &rr->owner);
	if (ldns_wire2rr(&decoded, walk->bytes, walk->len, &at, LDNS_SECTION_ANSWER) !=
	    LDNS_STATUS_OK)
		return false;
	good = to_name(ldns_rr_owner(decoded), &rr->owner) &&
	    decode_rdata(decoded, shape, rr);
	ldns_rr_free(decoded);
	return good;
}

/* The first field is all we act on: an address, a target, or the MNAME. */
static bool
decode_rdata(const ldns_rr *decoded, const struct wire_shape *shape,
    struct wire_rr *rr)
{
	const ldns_rdf *first = ldns_rr_rdf(decoded, 0);

	if (first == NULL)
		return false;
	if (shape->name_count > 0)
		return to_name(first, &rr->target);
	if (ldns_rdf_size(first) != shape->rest_len)
		return false;
	rr->addr = addr_make(rrtype_family(rr->type), ldns_rdf_data(first));
	return true;
}

static bool
decode_name(const struct wire_walk *walk, size_t at, struct name *name)
{
	ldns_rdf *rdf = NULL;
	bool good;

	if (ldns_wire2dname(&rdf, walk->bytes, walk->len, &at) != LDNS_STATUS_OK)
		return false;
	good = to_name(rdf, name);
	ldns_rdf_deep_free(rdf);
	return good;
}

static bool
to_name(const ldns_rdf *rdf, struct name *name)
{
	return rdf != NULL && name_from_wire(name, ldns_rdf_data(rdf),
	    ldns_rdf_size(rdf)) == FAULT_NONE;
}
