/*
 * Any octets as a datagram: the walk, the values, and both matchers.
 *
 * What is asked takes the id of the input, so that the matchers get past the header.
 * Beyond not crashing, leaking or hanging: ldns takes all that the walk lets through, a
 * fault leaves nothing behind, and no section outgrows the message.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"

#define RR_LEN_MIN 11   /* the root, and the fixed part (RFC 1035 4.1.3) */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const uint8_t *data, size_t size);
static void match(const uint8_t *data, size_t size);
static struct name name_of(const char *text);
static void demand(bool truth);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(data, size);
	match(data, size);
	return 0;
}

static void
parse(const uint8_t *data, size_t size)
{
	enum fault checked = wire_check(data, size);
	struct answer answer;
	enum fault fault = wire_parse(data, size, &answer);
	size_t count = answer.answer_count + answer.authority_count +
	    answer.additional_count;

	demand(fault == checked);
	demand(fault == FAULT_NONE || (count == 0 && answer.answers == NULL &&
	    answer.authority == NULL && answer.additional == NULL));
	demand(count <= size / RR_LEN_MIN);
	answer_free(&answer);
}

static void
match(const uint8_t *data, size_t size)
{
	static uint8_t query[WIRE_HEADER_LEN + NAME_WIRE_MAX + 4];
	static uint8_t update[WIRE_HEADER_LEN + NAME_WIRE_MAX + 4];
	static size_t len;
	int rcode = -1;
	enum fault fault;

	if (len == 0) {
		const struct name name = name_of("corp.example");

		len = wire_query(query, sizeof(query), 0, &name, RRTYPE_SOA, false);
		len = wire_query(update, sizeof(update), 0, &name, RRTYPE_SOA, false);
		update[2] = 0x28; /* the opcode of an UPDATE without any section more */
	}
	if (size >= 2) {
		uint16_t id = (uint16_t)(data[0] << 8 | data[1]);

		wire_set_id(query, id);
		wire_set_id(update, id);
	}
	fault = wire_match_query(query, len, data, size);
	demand((fault == FAULT_MSG_SHORT) == (size < WIRE_HEADER_LEN));
	fault = wire_match_update(update, len, data, size, &rcode);
	demand((fault == FAULT_MSG_SHORT) == (size < WIRE_HEADER_LEN));
	demand((fault == FAULT_NONE) == (rcode >= 0 && rcode <= 15));
}

static struct name
name_of(const char *text)
{
	struct name name;

	demand(name_parse(&name, text) == FAULT_NONE);
	return name;
}

static void
demand(bool truth)
{
	if (!truth)
		abort();
}
