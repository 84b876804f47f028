/*
 * dhcp_name: names in DHCP messages and router advertisements.
 */
#include <string.h>

#include "ddnsupd/cursor.h"
#include "dhcp_name.h"

#define POINTER 0xc0u           /* the two top bits of a pointer (RFC 1035 4.1.4) */
#define TEXT_MAX (NAME_WIRE_MAX - 1) /* with a trailing dot */

static bool read_name(struct cursor *list, const struct cursor *whole, bool compressed,
    struct name *name);
static bool read_label(struct cursor *at, size_t len, struct name *name);
static bool jump(struct cursor *at, const struct cursor *whole, uint8_t high,
    size_t *below);
static bool take(struct name *name, const struct name *wire);

bool
dhcp_name_text(const uint8_t *bytes, size_t len, struct name *name)
{
	char text[TEXT_MAX + 1];

	if (len > 0 && bytes[len - 1] == '\0')
		len--;
	if (len == 0 || len > TEXT_MAX || memchr(bytes, '\0', len) != NULL)
		return false;
	memcpy(text, bytes, len);
	text[len] = '\0';
	return name_parse(name, text) == FAULT_NONE;
}

bool
dhcp_name_domain(const uint8_t *bytes, size_t len, struct name *name)
{
	struct name first = {0}, next;
	bool short_one = false;
	unsigned count = 0;

	while (len > 0) {
		const uint8_t *blank = memchr(bytes, ' ', len);
		size_t word_len = blank != NULL ? (size_t)(blank - bytes) : len;

		if (word_len > 0) {
			if (!dhcp_name_text(bytes, word_len, &next))
				return false;
			if (count++ == 0)
				first = next;
			short_one = short_one || name_labels(&next) == 1;
		}
		bytes += word_len + (blank != NULL);
		len -= word_len + (blank != NULL);
	}
	if (count == 0 || (count > 1 && short_one))
		return false;
	*name = first;
	return true;
}

bool
dhcp_name_wire(const uint8_t *bytes, size_t len, struct name *name)
{
	struct cursor at = cursor_make(bytes, len);
	struct name wire = {0};

	while (at.left > 0) {
		uint8_t label_len = cursor_u8(&at);

		if (label_len == 0)
			return at.left == 0 && take(name, &wire);
		if (!read_label(&at, label_len, &wire))
			return false;
	}
	return take(name, &wire);
}

bool
dhcp_name_first(const uint8_t *bytes, size_t len, bool compressed, struct name *name)
{
	const struct cursor whole = cursor_make(bytes, len);
	struct cursor list = whole;
	struct name first = {0};

	while (list.left > 0) {
		struct name next = {0};

		if (!read_name(&list, &whole, compressed, &next))
			return false;
		if (first.len == 0)
			first = next;
	}
	return take(name, &first);
}

/* Leaves out the root label, as the others do: see take(). */
static bool
read_name(struct cursor *list, const struct cursor *whole, bool compressed,
    struct name *name)
{
	struct cursor at = *list;
	size_t below = whole->left - list->left;
	unsigned jumps = 0;

	for (;;) {
		uint8_t octet = cursor_u8(&at);

		if (at.bad)
			return false;
		if (octet == 0)
			break;
		if (octet < POINTER) {
			if (!read_label(&at, octet, name))
				return false;
			continue;
		}
		if (!compressed || ++jumps > DHCP_NAME_JUMPS_MAX)
			return false;
		if (jumps == 1) { /* the list goes on behind the first pointer */
			*list = at;
			cursor_skip(list, 1);
		}
		if (!jump(&at, whole, octet, &below))
			return false;
	}
	if (jumps == 0)
		*list = at;
	return true;
}

/* Labels of 64 octets and more are the retired types (RFC 6891 5). */
static bool
read_label(struct cursor *at, size_t len, struct name *name)
{
	if (len > NAME_LABEL_MAX || len > at->left ||
	    name->len + 1 + len + 1 > NAME_WIRE_MAX)
		return false;
	name->wire[name->len++] = (uint8_t)len;
	cursor_copy(at, name->wire + name->len, len);
	name->len = (uint8_t)(name->len + len);
	return true;
}

/* To a place before the name, or before the one that the last jump led to: so that it
 * comes to an end. */
static bool
jump(struct cursor *at, const struct cursor *whole, uint8_t high, size_t *below)
{
	size_t target = (size_t)(high & ~POINTER) << 8 | cursor_u8(at);

	if (at->bad || target >= *below)
		return false;
	*below = target;
	*at = *whole;
	cursor_skip(at, target);
	return true;
}

/* From labels without the root label; by way of the text, so that there is one rule for
 * what a name may be made of. */
static bool
take(struct name *name, const struct name *wire)
{
	char text[NAME_TEXT_MAX];
	struct name whole = *wire;

	whole.wire[whole.len++] = 0;
	return name_parse(name, name_format(&whole, text)) == FAULT_NONE;
}
