/*
 * wire_check: walk a whole message before anything else looks at it (protocol.md 4).
 *
 * ldns is given no octet that was not walked here: it leaks on two TSIG RRs, follows
 * pointers for long and believes the counts.  The work is bounded by the length of the
 * message: every RR takes at least eleven octets, and the first fault ends the walk.
 */
#include <stddef.h>

#include "ddnsupd/rrset.h"
#include "ddnsupd/wire.h"
#include "wire_walk.h"

#define RRTYPE_SIG 24           /* RFC 2535 4; SIG(0): RFC 2931 */
#define SOA_NUMBERS_LEN 20      /* five of 32 bits (RFC 1035 3.3.13) */
#define OPT_RCODE_SHIFT 24      /* the upper bits of the rcode (RFC 6891 6.1.3) */

static const struct wire_shape shapes[] = {
	{RRTYPE_A, 0, 4},
	{RRTYPE_NS, 1, 0},
	{RRTYPE_CNAME, 1, 0},
	{RRTYPE_SOA, 2, SOA_NUMBERS_LEN},
	{RRTYPE_AAAA, 0, 16},
	{RRTYPE_DNAME, 1, 0},
};

static bool check_rr(struct wire_walk *walk, enum wire_section section,
    unsigned *opt_count);
static bool check_sig(const struct wire_walk *walk, const struct wire_fixed *rr);
static bool check_opt(const struct wire_walk *walk, const struct wire_fixed *rr,
    enum wire_section section);
static bool check_shape(const struct wire_walk *walk, const struct wire_fixed *rr);

enum fault
wire_check(const uint8_t *bytes, size_t len)
{
	struct wire_walk walk = walk_begin(bytes, len);
	struct wire_header header;
	unsigned opt_count = 0;

	if (len < WIRE_HEADER_LEN)
		return FAULT_MSG_SHORT;
	walk_header(&walk, &header);
	for (unsigned n = header.counts[SECTION_QUESTION]; n > 0 && !walk.failed; n--)
		walk_question(&walk);
	for (enum wire_section s = SECTION_ANSWER; s < SECTION_COUNT; s++)
		for (unsigned n = header.counts[s]; n > 0; n--)
			if (!check_rr(&walk, s, &opt_count))
				return FAULT_MSG_MALFORMED;
	if (walk.failed || walk.at != len || len > WIRE_MESSAGE_MAX)
		return FAULT_MSG_MALFORMED;
	return FAULT_NONE;
}

const struct wire_shape *
wire_shape(uint16_t type)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

static bool
check_rr(struct wire_walk *walk, enum wire_section section, unsigned *opt_count)
{
	struct wire_fixed rr;

	walk_rr(walk, &rr);
	if (walk->failed)
		return false;
	switch (rr.type) {
	case RRTYPE_TSIG: /* none was sent, so none may come back (RFC 8945 5.4) */
		return false;
	case RRTYPE_SIG:
		return check_sig(walk, &rr);
	case RRTYPE_OPT: /* RFC 6891 6.1.1 */
		return ++*opt_count == 1 && check_opt(walk, &rr, section);
	default:
		return check_shape(walk, &rr);
	}
}

/* A SIG that covers type 0 is SIG(0) (RFC 2931 3): nobody was asked to sign. */
static bool
check_sig(const struct wire_walk *walk, const struct wire_fixed *rr)
{
	struct wire_walk rdata = walk_begin(walk->bytes, rr->rdata + rr->rdata_len);

	rdata.at = rr->rdata;
	return walk_u16(&rdata) != 0;
}

/*
 * At the root, in the additional section (RFC 6891 6.1.1, 6.1.2).  We sent none, so an
 * rcode above 15 cannot be meant for us; without its upper bits it would be another.
 */
static bool
check_opt(const struct wire_walk *walk, const struct wire_fixed *rr,
    enum wire_section section)
{
	return section == SECTION_ADDITIONAL && walk->bytes[rr->start] == 0 &&
	    rr->ttl >> OPT_RCODE_SHIFT == 0;
}

static bool
check_shape(const struct wire_walk *walk, const struct wire_fixed *rr)
{
	const struct wire_shape *shape = wire_shape(rr->type);
	struct wire_walk rdata = walk_begin(walk->bytes, rr->rdata + rr->rdata_len);

	if (shape == NULL)
		return true;
	rdata.at = rr->rdata;
	for (unsigned n = shape->name_count; n > 0; n--)
		walk_name(&rdata);
	walk_skip(&rdata, shape->rest_len);
	return !rdata.failed && rdata.at == rdata.len;
}
