/*
 * wire: DNS messages, bytes to values and back.  The only user of ldns.
 *
 * No network byte reaches ldns before wire_check() has walked it (protocol.md 4).
 */
#ifndef DDNSUPD_WIRE_H
#define DDNSUPD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/fault.h"
#include "ddnsupd/name.h"
#include "ddnsupd/rrset.h"

struct update;

#define WIRE_HEADER_LEN 12
#define WIRE_UDP_MAX 1232      /* larger messages go by TCP (protocol.md 4) */
#define WIRE_MESSAGE_MAX 65535

enum rcode { /* RFC 1035 4.1.1, RFC 2136 2.2 */
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_YXDOMAIN = 6,
	RCODE_YXRRSET = 7,
	RCODE_NXRRSET = 8,
	RCODE_NOTAUTH = 9,
	RCODE_NOTZONE = 10,
};

/* "NOERROR", ...; unknown ones "RCODE11" to "RCODE15". */
const char *rcode_name(int rcode);

/* One RR of an answer; only the types we act on carry their RDATA. */
struct wire_rr {
	struct name owner;
	uint16_t type;
	uint32_t ttl;           /* seconds; values above 2^31-1 read as 0 (RFC 2181 8) */
	struct addr addr;       /* A, AAAA */
	struct name target;     /* NS, CNAME, DNAME: the target; SOA: MNAME */
};

/* The sections in message order; RRs of other classes than IN are left out. */
struct answer {
	int rcode;
	bool aa;
	bool tc;
	struct wire_rr *answers;
	size_t answer_count;
	struct wire_rr *authority;
	size_t authority_count;
	struct wire_rr *additional;
	size_t additional_count;
};

/*
 * A query of one question, class IN, no EDNS.  Out: the length; buf holds at least
 * WIRE_HEADER_LEN + NAME_WIRE_MAX + 4 octets.
 */
size_t wire_query(uint8_t *buf, size_t cap, uint16_t id, const struct name *name,
    uint16_t type, bool recursion_desired);

/* The message of an update (RFC 2136 2), RD and all Z bits clear, as memory of its own;
 * *len octets.  Faults: MSG_TOO_LARGE. */
enum fault wire_update(const struct update *update, uint16_t id, uint8_t **bytes,
    size_t *len);

/* Write another id into a message of at least a header. */
void wire_set_id(uint8_t *bytes, uint16_t id);

/*
 * Walk a whole message without trusting any of it: counts against length, label lengths,
 * compression pointers strictly backward (at most 16 a name), names within 255 octets,
 * RDLENGTH inside the message and right for A and AAAA, at most one OPT, no TSIG or
 * SIG(0), nothing after the last section.  Faults: MSG_SHORT, MSG_MALFORMED.
 */
enum fault wire_check(const uint8_t *bytes, size_t len);

/*
 * Does `answer` answer the query `asked` (both whole messages)?  QR, opcode, id and the
 * question section must match, the name without regard to case (protocol.md 4).
 * Faults: MSG_SHORT, MSG_MISMATCH.
 */
enum fault wire_match_query(const uint8_t *asked, size_t asked_len,
    const uint8_t *answer, size_t answer_len);

/*
 * Does `answer` answer the UPDATE `asked`?  QR, opcode, id, and the zone section byte for
 * byte when present; with ZOCOUNT 0 the rest suffices; nothing behind the zone section
 * is looked at (protocol.md 4, RFC 2136 3.8).  Out: *rcode.
 * Faults: MSG_SHORT, MSG_MISMATCH.
 */
enum fault wire_match_update(const uint8_t *asked, size_t asked_len,
    const uint8_t *answer, size_t answer_len, int *rcode);

/* Is TC set?  The message holds at least a header. */
bool wire_truncated(const uint8_t *bytes);

/*
 * An answer to a query as values: wire_check(), then ldns.  A header-only message with an
 * rcode is an answer without sections.  Faults: MSG_SHORT, MSG_MALFORMED; *answer is
 * then empty.  Freed by answer_free().
 */
enum fault wire_parse(const uint8_t *bytes, size_t len, struct answer *answer);
void answer_free(struct answer *answer);

#endif
