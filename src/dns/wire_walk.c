/*
 * wire_walk: a bounded cursor over the raw octets of a DNS message.
 */
#include "ddnsupd/name.h"
#include "ddnsupd/wire.h"
#include "wire_walk.h"

#define LABEL_POINTER 0xc0u     /* the two top bits of a pointer (RFC 1035 4.1.4) */
#define POINTER_MASK 0x3fffu

static bool has(struct wire_walk *walk, size_t len);
static bool follow(const struct wire_walk *walk, size_t at, size_t *below);

struct wire_walk
walk_begin(const uint8_t *bytes, size_t len)
{
	return (struct wire_walk){.bytes = bytes, .len = len};
}

uint16_t
walk_u16(struct wire_walk *walk)
{
	const uint8_t *p = walk->bytes + walk->at;

	if (!has(walk, 2))
		return 0;
	walk->at += 2;
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
walk_u32(struct wire_walk *walk)
{
	uint32_t high = walk_u16(walk);

	return high << 16 | walk_u16(walk);
}

void
walk_skip(struct wire_walk *walk, size_t len)
{
	if (has(walk, len))
		walk->at += len;
}

/*
 * Each pointer must lead below the place the last one led to, and the whole name has at
 * most 255 octets (RFC 1035 2.3.4): both bound the work, whatever the octets say.
 */
void
walk_name(struct wire_walk *walk)
{
	size_t at = walk->at;
	size_t below = walk->at;
	size_t end = 0;         /* behind the first pointer */
	size_t name_len = 0;
	unsigned pointers = 0;

	while (!walk->failed) {
		uint8_t octet = at < walk->len ? walk->bytes[at] : 0;

		if (at >= walk->len) {
			walk->failed = true;
		} else if (octet >= LABEL_POINTER) {
			walk->failed = ++pointers > WIRE_POINTERS_MAX ||
			    !follow(walk, at, &below);
			end = end == 0 ? at + 2 : end;
			at = below;
		} else {
			name_len += 1u + octet;
			at += 1u + octet;
			walk->failed = octet > NAME_LABEL_MAX ||
			    name_len > NAME_WIRE_MAX;
			if (octet == 0)
				break;
		}
	}
	if (!walk->failed)
		walk->at = end == 0 ? at : end;
}

void
walk_header(struct wire_walk *walk, struct wire_header *header)
{
	header->id = walk_u16(walk);
	header->flags = walk_u16(walk);
	for (size_t i = 0; i < SECTION_COUNT; i++)
		header->counts[i] = walk_u16(walk);
}

void
walk_question(struct wire_walk *walk)
{
	walk_name(walk);
	walk_skip(walk, 4);
}

void
walk_rr(struct wire_walk *walk, struct wire_fixed *fixed)
{
	fixed->start = walk->at;
	walk_name(walk);
	fixed->type = walk_u16(walk);
	fixed->class = walk_u16(walk);
	fixed->ttl = walk_u32(walk);
	fixed->rdata_len = walk_u16(walk);
	fixed->rdata = walk->at;
	walk_skip(walk, fixed->rdata_len);
}

static bool
has(struct wire_walk *walk, size_t len)
{
	if (walk->failed || len > walk->len - walk->at)
		walk->failed = true;
	return !walk->failed;
}

/* Read the pointer at `at`: strictly backward, and never into the header. */
static bool
follow(const struct wire_walk *walk, size_t at, size_t *below)
{
	size_t target;

	if (walk->len - at < 2)
		return false;
	target = (size_t)(walk->bytes[at] << 8 | walk->bytes[at + 1]) & POINTER_MASK;
	if (target < WIRE_HEADER_LEN || target >= *below)
		return false;
	*below = target;
	return true;
}
