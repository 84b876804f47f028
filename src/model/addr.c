/*
 * addr: an IPv4 or IPv6 address, and a server, by value.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ddnsupd/addr.h"

#define GROUPS 8 /* of 16 bits, in an IPv6 address */

struct run {
	unsigned start;
	unsigned count;
};

static const char *format_ipv6(const uint8_t *octets, char buf[ADDR_TEXT_MAX]);
static struct run longest_zero_run(const uint8_t *octets);
static unsigned group(const uint8_t *octets, unsigned i);
static bool is_zero(const uint8_t *octets, size_t len);
static enum fault parse_scope(struct endpoint *endpoint, const char *text, size_t len);
static enum fault parse_port(uint16_t *port, const char *text);

enum fault
addr_parse(struct addr *addr, const char *text)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, text, octets) == 1) {
		*addr = addr_make(FAMILY_IPV4, octets);
		return FAULT_NONE;
	}
	if (inet_pton(AF_INET6, text, octets) == 1) {
		*addr = addr_make(FAMILY_IPV6, octets);
		return FAULT_NONE;
	}
	return FAULT_ADDR_SYNTAX;
}

struct addr
addr_make(enum family family, const uint8_t *octets)
{
	struct addr addr = {.family = (uint8_t)family};

	memcpy(addr.octets, octets, addr_len(&addr));
	return addr;
}

const char *
addr_format(const struct addr *addr, char buf[ADDR_TEXT_MAX])
{
	const uint8_t *o = addr->octets;

	if (addr->family == FAMILY_IPV6 && !addr_is_mapped(addr))
		return format_ipv6(o, buf);
	assert(addr->family != FAMILY_NONE);
	if (addr->family == FAMILY_IPV6)
		o += 12;
	/* RFC 5952 5: the last 32 bits of a mapped address as IPv4. */
	snprintf(buf, ADDR_TEXT_MAX, "%s%u.%u.%u.%u",
	    addr->family == FAMILY_IPV6 ? "::ffff:" : "", o[0], o[1], o[2], o[3]);
	return buf;
}

int
addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0;
}

size_t
addr_len(const struct addr *addr)
{
	assert(addr->family == FAMILY_IPV4 || addr->family == FAMILY_IPV6);
	return addr->family == FAMILY_IPV4 ? 4 : 16;
}

bool
addr_is_loopback(const struct addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return addr->octets[0] == 127;
	return addr->family == FAMILY_IPV6 && is_zero(addr->octets, 15) &&
	    addr->octets[15] == 1;
}

bool
addr_is_link_local(const struct addr *addr)
{
	const uint8_t *o = addr->octets;

	if (addr->family == FAMILY_IPV4)
		return o[0] == 169 && o[1] == 254;
	return addr->family == FAMILY_IPV6 && o[0] == 0xfe && (o[1] & 0xc0) == 0x80;
}

bool
addr_is_multicast(const struct addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return (addr->octets[0] & 0xf0) == 0xe0;
	return addr->family == FAMILY_IPV6 && addr->octets[0] == 0xff;
}

bool
addr_is_unspecified(const struct addr *addr)
{
	if (addr->family == FAMILY_IPV4)
		return addr->octets[0] == 0;
	return addr->family == FAMILY_IPV6 && is_zero(addr->octets, 16);
}

bool
addr_is_broadcast(const struct addr *addr)
{
	static const uint8_t ones[4] = {255, 255, 255, 255};

	return addr->family == FAMILY_IPV4 &&
	    memcmp(addr->octets, ones, sizeof(ones)) == 0;
}

bool
addr_is_mapped(const struct addr *addr)
{
	return addr->family == FAMILY_IPV6 && is_zero(addr->octets, 10) &&
	    addr->octets[10] == 0xff && addr->octets[11] == 0xff;
}

const char *
addr_unfit(const struct addr *addr)
{
	static const struct {
		bool (*is)(const struct addr *);
		const char *reason;
	} table[] = {
		{addr_is_loopback, "loopback"},
		{addr_is_link_local, "link-local"},
		{addr_is_multicast, "multicast"},
		{addr_is_unspecified, "unspecified"},
		{addr_is_broadcast, "broadcast"},
		{addr_is_mapped, "IPv4-mapped"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].is(addr))
			return table[i].reason;
	return NULL;
}

enum fault
endpoint_parse(struct endpoint *endpoint, const char *text)
{
	struct endpoint parsed = {.port = DNS_PORT};
	char host[ADDR_TEXT_MAX];
	size_t whole_len = strcspn(text, "#");
	size_t host_len = strcspn(text, "%#");
	enum fault fault;

	if (host_len >= sizeof(host))
		return FAULT_ADDR_SYNTAX;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	fault = addr_parse(&parsed.addr, host);
	if (fault == FAULT_NONE && text[host_len] == '%')
		fault = parse_scope(&parsed, text + host_len + 1,
		    whole_len - host_len - 1);
	if (fault == FAULT_NONE && text[whole_len] == '#')
		fault = parse_port(&parsed.port, text + whole_len + 1);
	if (fault == FAULT_NONE)
		*endpoint = parsed;
	return fault;
}

const char *
endpoint_format(const struct endpoint *endpoint, char buf[ENDPOINT_TEXT_MAX])
{
	const char *ifname = endpoint->via ? "" : endpoint->ifname;
	char addr[ADDR_TEXT_MAX];

	snprintf(buf, ENDPOINT_TEXT_MAX, "%s%s%s#%u",
	    addr_format(&endpoint->addr, addr), ifname[0] != '\0' ? "%" : "", ifname,
	    (unsigned)endpoint->port);
	return buf;
}

bool
ifname_fits(const char *text, size_t len)
{
	if (len == 0 || len >= ADDR_IFNAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= 0x20 || c == 0x7f || strchr("/:%", c) != NULL)
			return false;
	}
	return true;
}

bool
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return addr_equal(&a->addr, &b->addr) && a->port == b->port &&
	    (strcmp(a->ifname, b->ifname) == 0 ||
	    (a->via && b->ifname[0] == '\0') || (b->via && a->ifname[0] == '\0'));
}

/* RFC 5952 4: no leading zeros, lower case, "::" for the first longest run of zeros. */
static const char *
format_ipv6(const uint8_t *octets, char buf[ADDR_TEXT_MAX])
{
	struct run run = longest_zero_run(octets);
	char *out = buf;

	for (unsigned i = 0; i < GROUPS;) {
		if (run.count > 0 && i == run.start) {
			out = stpcpy(out, "::");
			i += run.count;
			continue;
		}
		if (i > 0 && out[-1] != ':')
			*out++ = ':';
		out += snprintf(out, (size_t)(buf + ADDR_TEXT_MAX - out), "%x",
		    group(octets, i));
		i++;
	}
	*out = '\0';
	return buf;
}

/* A run has two groups at least (RFC 5952 4.2.2); a count of 0: there is none. */
static struct run
longest_zero_run(const uint8_t *octets)
{
	struct run best = {GROUPS, 0}, run = {0, 0};

	for (unsigned i = 0; i < GROUPS; i++) {
		if (group(octets, i) != 0) {
			run.count = 0;
			continue;
		}
		if (run.count++ == 0)
			run.start = i;
		if (run.count >= 2 && run.count > best.count)
			best = run;
	}
	return best;
}

static unsigned
group(const uint8_t *octets, unsigned i)
{
	return (unsigned)octets[2 * i] << 8 | octets[2 * i + 1];
}

static bool
is_zero(const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (octets[i] != 0)
			return false;
	return true;
}

static enum fault
parse_scope(struct endpoint *endpoint, const char *text, size_t len)
{
	if (!ifname_fits(text, len))
		return FAULT_ADDR_SCOPE;
	memcpy(endpoint->ifname, text, len);
	endpoint->ifname[len] = '\0';
	return FAULT_NONE;
}

static enum fault
parse_port(uint16_t *port, const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned value = 0;

	if (len == 0 || len > 5 || text[len] != '\0')
		return FAULT_PORT_SYNTAX;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	if (value == 0 || value > UINT16_MAX)
		return FAULT_PORT_SYNTAX;
	*port = (uint16_t)value;
	return FAULT_NONE;
}
