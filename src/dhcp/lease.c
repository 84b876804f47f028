/*
 * lease: what the machine's own DHCP client has written down.
 *
 * Four kinds of file, one reader each; here is what they share.
 */
#include <assert.h>
#include <string.h>

#include "lease_parts.h"

#define BLANKS " \t\r\n\f\v"

static struct lease *find(struct leases *leases, const struct lease *like);
static bool is_blank(uint8_t octet);
static bool is_ifname_octet(uint8_t octet);

enum fault
lease_parse(enum lease_kind kind, const char *file, const uint8_t *bytes, size_t len,
    struct leases *leases)
{
	static enum fault (*const readers[])(struct word file, struct word bytes,
	    struct leases *leases) = {
		[LEASE_NETWORKD] = lease_networkd,
		[LEASE_DHCLIENT] = lease_dhclient,
		[LEASE_DHCPCD] = lease_dhcpcd,
		[LEASE_DHCPCD6] = lease_dhcpcd6,
	};
	enum fault fault;

	assert((size_t)kind < sizeof(readers) / sizeof(readers[0]));
	leases->count = 0;
	fault = readers[kind](word_of(file), (struct word){bytes, len}, leases);
	if (fault != FAULT_NONE)
		leases->count = 0;
	return fault;
}

struct word
word_of(const char *text)
{
	return (struct word){(const uint8_t *)text, strlen(text)};
}

bool
word_is(struct word word, const char *text)
{
	return word.len == strlen(text) && word_begins(word, text);
}

bool
word_begins(struct word word, const char *text)
{
	size_t len = strlen(text);

	return word.len >= len && (len == 0 || memcmp(word.at, text, len) == 0);
}

bool
word_ends(struct word word, const char *text)
{
	size_t len = strlen(text);

	if (word.len < len)
		return false;
	return word_is((struct word){word.at + word.len - len, len}, text);
}

struct word
word_cut(struct word *rest, uint8_t octet)
{
	const uint8_t *end = rest->len > 0 ? memchr(rest->at, octet, rest->len) : NULL;
	struct word part = *rest;

	if (end == NULL) {
		*rest = (struct word){rest->at, 0};
		return part;
	}
	part.len = (size_t)(end - rest->at);
	*rest = (struct word){end + 1, rest->len - part.len - 1};
	return part;
}

struct word
word_next(struct word *rest)
{
	struct word word;

	while (rest->len > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->len--;
	}
	word = (struct word){rest->at, 0};
	while (rest->len > 0 && !is_blank(*rest->at)) {
		word.len++;
		rest->at++;
		rest->len--;
	}
	return word;
}

bool
word_number(struct word word, uint32_t *number)
{
	uint64_t value = 0;

	if (word.len == 0)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(word.at[i] - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}

bool
word_addr(struct word word, enum family family, struct addr *addr)
{
	char text[ADDR_TEXT_MAX];
	struct addr parsed;

	if (word.len == 0 || word.len >= sizeof(text) ||
	    memchr(word.at, '\0', word.len) != NULL)
		return false;
	memcpy(text, word.at, word.len);
	text[word.len] = '\0';
	if (addr_parse(&parsed, text) != FAULT_NONE || parsed.family != family)
		return false;
	*addr = parsed;
	return true;
}

/* As the kernel takes them, less what no terminal should see. */
bool
word_ifname(struct word word, char ifname[ADDR_IFNAME_MAX])
{
	if (word.len == 0 || word.len >= ADDR_IFNAME_MAX || word_is(word, ".") ||
	    word_is(word, ".."))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!is_ifname_octet(word.at[i]))
			return false;
	memset(ifname, 0, ADDR_IFNAME_MAX);
	memcpy(ifname, word.at, word.len);
	return true;
}

void
leases_put(struct leases *leases, const struct lease *lease)
{
	struct lease *place = find(leases, lease);

	if (place == NULL && leases->count < LEASES_MAX)
		place = &leases->items[leases->count++];
	if (place != NULL)
		*place = *lease;
}

void
leases_drop(struct leases *leases, const struct lease *lease)
{
	struct lease *place = find(leases, lease);

	if (place != NULL)
		*place = leases->items[--leases->count];
}

static struct lease *
find(struct leases *leases, const struct lease *like)
{
	for (size_t i = 0; i < leases->count; i++) {
		struct lease *item = &leases->items[i];

		if (item->family == like->family && item->ifindex == like->ifindex &&
		    strcmp(item->ifname, like->ifname) == 0)
			return item;
	}
	return NULL;
}

static bool
is_blank(uint8_t octet)
{
	return octet != '\0' && strchr(BLANKS, octet) != NULL;
}

static bool
is_ifname_octet(uint8_t octet)
{
	return octet > ' ' && octet < 0x7f && octet != '/' && octet != ':';
}
