/*
 * wire_walk: a bounded cursor over the raw octets of a DNS message (RFC 1035 4.1).
 *
 * The first read past the end, and the first malformed name, set `failed`; from then on
 * every read gives 0 and moves nothing, so that a caller may read a whole structure and
 * look once.  Private to src/dns.
 */
#ifndef DDNSUPD_WIRE_WALK_H
#define DDNSUPD_WIRE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_POINTERS_MAX 16   /* compression pointers followed in one name */

/* The flags word of the header (RFC 1035 4.1.1). */
#define WIRE_FLAG_QR 0x8000
#define WIRE_FLAG_AA 0x0400
#define WIRE_FLAG_TC 0x0200
#define WIRE_FLAG_RD 0x0100
#define WIRE_OPCODE_MASK 0x7800
#define WIRE_OPCODE_QUERY 0x0000
#define WIRE_OPCODE_UPDATE 0x2800
#define WIRE_RCODE_MASK 0x000f

#define WIRE_CLASS_IN 1

enum wire_section { /* RFC 1035 4.1; in an UPDATE: RFC 2136 2 */
	SECTION_QUESTION,       /* zone */
	SECTION_ANSWER,         /* prerequisite */
	SECTION_AUTHORITY,      /* update */
	SECTION_ADDITIONAL,
	SECTION_COUNT,
};

struct wire_walk {
	const uint8_t *bytes;   /* the whole message, for compression pointers */
	size_t len;
	size_t at;
	bool failed;
};

struct wire_header {
	uint16_t id;
	uint16_t flags;
	uint16_t counts[SECTION_COUNT];
};

/* The fixed part of an RR and where it lies (RFC 1035 4.1.3). */
struct wire_fixed {
	size_t start;           /* of the owner name */
	size_t rdata;
	uint16_t rdata_len;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
};

/* What the RDATA of a type we act on holds: names, then a fixed number of octets. */
struct wire_shape {
	uint16_t type;
	uint8_t name_count;
	uint8_t rest_len;
};

/* A cursor at the header of a message. */
struct wire_walk walk_begin(const uint8_t *bytes, size_t len);

uint16_t walk_u16(struct wire_walk *walk);
uint32_t walk_u32(struct wire_walk *walk);
void walk_skip(struct wire_walk *walk, size_t len);

/* Step past a name and check all of it, also what its pointers lead to. */
void walk_name(struct wire_walk *walk);

/* Read the header; step past a question; step past an RR, RDATA and all. */
void walk_header(struct wire_walk *walk, struct wire_header *header);
void walk_question(struct wire_walk *walk);
void walk_rr(struct wire_walk *walk, struct wire_fixed *fixed);

/* The shape of a type we act on; NULL for every other type. */
const struct wire_shape *wire_shape(uint16_t type);

#endif
