/*
 * name: a domain name in wire form: parsed from what people write and from the wire,
 * lower-cased, printed, compared.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/name.h"

/* Wire literals: the string's own NUL is the root label. */
static const uint8_t in_addr_arpa[] = "\7in-addr\4arpa";
static const uint8_t ip6_arpa[] = "\3ip6\4arpa";
static const uint8_t localhost[] = "\11localhost";

static enum fault check_octets(const char *text, size_t len);
static bool is_host_octet(uint8_t octet);
static bool is_letter_or_digit(uint8_t octet);
static enum fault parse_labels(struct name *name, const char *text, size_t len);
static enum fault add_label(struct name *name, const char *label, size_t len);
static void finish(struct name *name);
static bool ends_in(const struct name *name, const uint8_t *suffix, size_t len);
static uint8_t lower(uint8_t octet);
static char *format_octet(char *out, uint8_t octet);
static bool is_plain(uint8_t octet);

enum fault
name_parse(struct name *name, const char *text)
{
	struct name parsed = {0};
	size_t len = strlen(text);
	enum fault fault = check_octets(text, len);

	if (fault != FAULT_NONE)
		return fault;
	if (len == 0 || (len == 1 && text[0] == '.'))
		return FAULT_NAME_EMPTY;
	if (text[len - 1] == '.')
		len--;
	fault = parse_labels(&parsed, text, len);
	if (fault != FAULT_NONE)
		return fault;
	/* RFC 6761 6.3: the name and all below it mean this machine. */
	if (ends_in(&parsed, localhost, sizeof(localhost)))
		return FAULT_NAME_LOCALHOST;
	*name = parsed;
	return FAULT_NONE;
}

enum fault
name_from_wire(struct name *name, const uint8_t *wire, size_t len)
{
	struct name parsed = {0};
	size_t at = 0;

	for (;;) {
		size_t label_len;

		if (at >= len)
			return FAULT_NAME_WIRE;
		label_len = wire[at];
		/* Above 63 are compression pointers and the retired types. */
		if (label_len > NAME_LABEL_MAX || at + 1 + label_len > len ||
		    at + 1 + label_len > NAME_WIRE_MAX)
			return FAULT_NAME_WIRE;
		parsed.wire[at++] = (uint8_t)label_len;
		if (label_len == 0)
			break;
		for (size_t end = at + label_len; at < end; at++)
			parsed.wire[at] = lower(wire[at]);
	}
	parsed.len = (uint8_t)at;
	*name = parsed;
	return FAULT_NONE;
}

enum fault
name_join(struct name *name, const struct name *host, const struct name *domain)
{
	struct name joined = *host;
	size_t host_len = host->len - 1u;

	assert(host->len >= 1 && domain->len >= 1);
	if (host_len + domain->len > NAME_WIRE_MAX)
		return FAULT_NAME_LONG;
	memcpy(joined.wire + host_len, domain->wire, domain->len);
	joined.len = (uint8_t)(host_len + domain->len);
	*name = joined;
	return FAULT_NONE;
}

const char *
name_format(const struct name *name, char buf[NAME_TEXT_MAX])
{
	char *out = buf;
	size_t at = 0;

	if (name_is_root(name))
		return strcpy(buf, ".");
	while (at < name->len && name->wire[at] != 0) {
		size_t end = at + 1 + name->wire[at];

		if (at > 0)
			*out++ = '.';
		for (at++; at < end; at++)
			out = format_octet(out, name->wire[at]);
	}
	*out = '\0';
	return buf;
}

int
name_compare(const struct name *a, const struct name *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->wire, b->wire, len);

	return order != 0 ? order : a->len - b->len;
}

bool
name_equal(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

bool
name_is_within(const struct name *name, const struct name *zone)
{
	return ends_in(name, zone->wire, zone->len);
}

struct name
name_parent(const struct name *name)
{
	struct name parent = {0};
	size_t skip = 1u + name->wire[0];

	assert(!name_is_root(name));
	parent.len = (uint8_t)(name->len - skip);
	memcpy(parent.wire, name->wire + skip, parent.len);
	return parent;
}

struct name
name_first(const struct name *name)
{
	struct name first = {0};
	size_t len = 1u + name->wire[0];

	assert(!name_is_root(name));
	memcpy(first.wire, name->wire, len);
	first.len = (uint8_t)(len + 1);
	return first;
}

unsigned
name_labels(const struct name *name)
{
	unsigned labels = 0;

	for (size_t at = 0; at < name->len && name->wire[at] != 0; labels++)
		at += 1u + name->wire[at];
	return labels;
}

bool
name_is_root(const struct name *name)
{
	return name->len <= 1;
}

bool
name_is_reverse(const struct name *name)
{
	return ends_in(name, in_addr_arpa, sizeof(in_addr_arpa)) ||
	    ends_in(name, ip6_arpa, sizeof(ip6_arpa));
}

/* A label length is 63 at most, so that the octet 95 is always a character. */
bool
name_has_underscore(const struct name *name)
{
	return memchr(name->wire, '_', name->len) != NULL;
}

/* UTF-8 is looked for first: it has advice of its own. */
static enum fault
check_octets(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] >= 0x80)
			return FAULT_NAME_UTF8;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '.' && !is_host_octet((uint8_t)text[i]))
			return FAULT_NAME_CHARACTER;
	return FAULT_NONE;
}

/* RFC 952 and RFC 1123 2.1, and the underscore. */
static bool
is_host_octet(uint8_t octet)
{
	return is_letter_or_digit(octet) || octet == '-' || octet == '_';
}

static bool
is_letter_or_digit(uint8_t octet)
{
	uint8_t letter = lower(octet);

	return (octet >= '0' && octet <= '9') || (letter >= 'a' && letter <= 'z');
}

static enum fault
parse_labels(struct name *name, const char *text, size_t len)
{
	size_t start = 0;

	for (size_t at = 0; at <= len; at++) {
		enum fault fault;

		if (at < len && text[at] != '.')
			continue;
		fault = add_label(name, text + start, at - start);
		if (fault != FAULT_NONE)
			return fault;
		start = at + 1;
	}
	finish(name);
	return FAULT_NONE;
}

static enum fault
add_label(struct name *name, const char *label, size_t len)
{
	if (len == 0)
		return FAULT_LABEL_EMPTY;
	if (len > NAME_LABEL_MAX) /* RFC 1035 2.3.4 */
		return FAULT_LABEL_LONG;
	if (label[0] == '-' || label[len - 1] == '-')
		return FAULT_LABEL_HYPHEN;
	/* Length octet, label, and the root label to come. */
	if (name->len + 1 + len + 1 > NAME_WIRE_MAX)
		return FAULT_NAME_LONG;
	name->wire[name->len++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		name->wire[name->len++] = lower((uint8_t)label[i]);
	return FAULT_NONE;
}

static void
finish(struct name *name)
{
	name->wire[name->len++] = 0;
}

/* Only on label borders: "xexample" is not within "example". */
static bool
ends_in(const struct name *name, const uint8_t *suffix, size_t len)
{
	size_t at = 0;

	if (len == 0)
		return false;
	while (at < name->len && name->len - at > len)
		at += 1u + name->wire[at];
	return at < name->len && name->len - at == len &&
	    memcmp(name->wire + at, suffix, len) == 0;
}

/* ASCII only (RFC 4343), whatever the locale. */
static uint8_t
lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* RFC 1035 5.1 */
static char *
format_octet(char *out, uint8_t octet)
{
	if (is_plain(octet)) {
		*out++ = (char)octet;
		return out;
	}
	*out++ = '\\';
	*out++ = (char)('0' + octet / 100);
	*out++ = (char)('0' + octet / 10 % 10);
	*out++ = (char)('0' + octet % 10);
	return out;
}

/* Visible, and without a meaning in a zone file or to nsupdate(1). */
static bool
is_plain(uint8_t octet)
{
	return octet > 0x20 && octet < 0x7f && strchr(".\\\"();@$", octet) == NULL;
}
