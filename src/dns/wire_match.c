/*
 * wire_match: does a datagram answer the message we sent?
 *
 * Who cannot see our messages must guess the id and the port; what comes too early or
 * late, or answers another question, is told from the right answer here (RFC 5452 4).
 * Nothing is trusted: the answer has not been walked yet.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/wire.h"
#include "wire_walk.h"

#define TYPE_AND_CLASS_LEN 4

static enum fault match_header(const uint8_t *asked, size_t asked_len,
    const uint8_t *answer, size_t answer_len, struct wire_header *header);
static size_t question_len(const uint8_t *asked, size_t asked_len);
static bool same_question(const uint8_t *a, const uint8_t *b, size_t len);
static uint8_t lower(uint8_t octet);

enum fault
wire_match_query(const uint8_t *asked, size_t asked_len, const uint8_t *answer,
    size_t answer_len)
{
	size_t len = question_len(asked, asked_len);
	struct wire_header header;
	enum fault fault = match_header(asked, asked_len, answer, answer_len, &header);

	if (fault != FAULT_NONE)
		return fault;
	/* Some servers refuse with nothing but a header; data needs its question. */
	if (header.counts[SECTION_QUESTION] == 0)
		return (header.flags & WIRE_RCODE_MASK) != RCODE_NOERROR ?
		    FAULT_NONE : FAULT_MSG_MISMATCH;
	if (header.counts[SECTION_QUESTION] > 1 || answer_len < WIRE_HEADER_LEN + len ||
	    !same_question(asked + WIRE_HEADER_LEN, answer + WIRE_HEADER_LEN, len))
		return FAULT_MSG_MISMATCH;
	return FAULT_NONE;
}

enum fault
wire_match_update(const uint8_t *asked, size_t asked_len, const uint8_t *answer,
    size_t answer_len, int *rcode)
{
	size_t len = question_len(asked, asked_len);
	struct wire_header header;
	enum fault fault = match_header(asked, asked_len, answer, answer_len, &header);

	if (fault != FAULT_NONE)
		return fault;
	if (header.counts[SECTION_QUESTION] > 1)
		return FAULT_MSG_MISMATCH;
	/* RFC 2136 3.8: the zone section is copied, or the counts are zero. */
	if (header.counts[SECTION_QUESTION] == 1 &&
	    (answer_len < WIRE_HEADER_LEN + len ||
	    memcmp(asked + WIRE_HEADER_LEN, answer + WIRE_HEADER_LEN, len) != 0))
		return FAULT_MSG_MISMATCH;
	*rcode = header.flags & WIRE_RCODE_MASK;
	return FAULT_NONE;
}

/* QR, opcode and id; the opcode is that of the message asked. */
static enum fault
match_header(const uint8_t *asked, size_t asked_len, const uint8_t *answer,
    size_t answer_len, struct wire_header *header)
{
	struct wire_walk asked_walk = walk_begin(asked, asked_len);
	struct wire_walk walk = walk_begin(answer, answer_len);
	struct wire_header ours;

	if (answer_len < WIRE_HEADER_LEN)
		return FAULT_MSG_SHORT;
	walk_header(&asked_walk, &ours);
	walk_header(&walk, header);
	if (header->id != ours.id || (header->flags & WIRE_FLAG_QR) == 0 ||
	    (header->flags & WIRE_OPCODE_MASK) != (ours.flags & WIRE_OPCODE_MASK))
		return FAULT_MSG_MISMATCH;
	return FAULT_NONE;
}

/* Octets of the one question, or zone, of a message of our own. */
static size_t
question_len(const uint8_t *asked, size_t asked_len)
{
	struct wire_walk walk = walk_begin(asked, asked_len);
	struct wire_header header;

	walk_header(&walk, &header);
	assert(header.counts[SECTION_QUESTION] == 1);
	walk_question(&walk);
	assert(!walk.failed);
	return walk.at - WIRE_HEADER_LEN;
}

/*
 * The name without regard to case (RFC 1035 2.3.3), type and class exactly.  The name
 * we sent is not compressed, and the lengths of its labels are no letters.
 */
static bool
same_question(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t name_len = len - TYPE_AND_CLASS_LEN;

	for (size_t i = 0; i < name_len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return memcmp(a + name_len, b + name_len, TYPE_AND_CLASS_LEN) == 0;
}

static uint8_t
lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a') : octet;
}
