/*
 * lease_networkd: /run/systemd/netif/leases/IFINDEX, one DHCPv4 lease a file, KEY=VALUE
 * a line.
 *
 * The file is replaced as a whole, and its keys differ between versions: what is not
 * known is passed over.  Times are seconds, or in later versions a time span as
 * systemd.time(7) has it ("1h 30min", "infinity").
 */
#include <string.h>

#include "ddnsupd/facts.h"
#include "dhcp_name.h"
#include "lease_parts.h"

static void read_line(struct dhcp_info *info, struct word line);
static void read_address(struct dhcp_info *info, struct word value);
static void read_servers(struct dhcp_info *info, struct word value);
static void read_domain(struct dhcp_info *info, struct word value);
static void read_search(struct dhcp_info *info, struct word value);
static void read_host_name(struct dhcp_info *info, struct word value);
static void read_lifetime(struct dhcp_info *info, struct word value);
static void read_t1(struct dhcp_info *info, struct word value);
static void read_span(struct word text, uint32_t *seconds);
static bool add_span(struct word part, uint64_t *total_s);

enum fault
lease_networkd(struct word file, struct word text, struct leases *leases)
{
	struct lease lease = {.family = FAMILY_IPV4};

	if (!word_number(file, &lease.ifindex) || lease.ifindex == 0)
		return FAULT_TEXT_SYNTAX;
	if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)
		return FAULT_FILE_NUL;
	while (text.len > 0)
		read_line(&lease.info, word_cut(&text, '\n'));
	if (!lease.info.has_address)
		return FAULT_TEXT_SYNTAX;
	leases_put(leases, &lease);
	return FAULT_NONE;
}

static void
read_line(struct dhcp_info *info, struct word line)
{
	static const struct {
		const char *key;
		void (*read)(struct dhcp_info *info, struct word value);
	} keys[] = {
		{"ADDRESS", read_address},
		{"DNS", read_servers},
		{"DOMAINNAME", read_domain},
		{"DOMAIN_SEARCH_LIST", read_search},
		{"HOSTNAME", read_host_name},
		{"LIFETIME", read_lifetime},
		{"T1", read_t1},
	};
	struct word key = word_cut(&line, '=');

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (word_is(key, keys[i].key))
			keys[i].read(info, line);
}

static void
read_address(struct dhcp_info *info, struct word value)
{
	struct addr addr;

	if (word_addr(value, FAMILY_IPV4, &addr) && addr_unfit(&addr) == NULL) {
		info->has_address = true;
		info->address = addr;
	}
}

static void
read_servers(struct dhcp_info *info, struct word value)
{
	struct word word;
	struct addr addr;

	while ((word = word_next(&value)).len > 0)
		if (word_addr(word, FAMILY_IPV4, &addr))
			dhcp_add_server(info, &addr);
}

/* DOMAINNAME is written before DOMAIN_SEARCH_LIST, and wins over it anywhere. */
static void
read_domain(struct dhcp_info *info, struct word value)
{
	if (dhcp_name_domain(value.at, value.len, &info->domain))
		info->has_domain = true;
}

static void
read_search(struct dhcp_info *info, struct word value)
{
	if (!info->has_domain)
		read_domain(info, word_next(&value));
}

static void
read_host_name(struct dhcp_info *info, struct word value)
{
	if (dhcp_name_text(value.at, value.len, &info->host_name))
		info->has_host_name = true;
}

static void
read_lifetime(struct dhcp_info *info, struct word value)
{
	read_span(value, &info->lease_s);
}

static void
read_t1(struct dhcp_info *info, struct word value)
{
	read_span(value, &info->renew_s);
}

/* Unchanged when the text is no time span; what does not fit has no end. */
static void
read_span(struct word text, uint32_t *seconds)
{
	uint64_t total_s = 0;
	struct word part;

	if (word_is(text, "infinity"))
		total_s = FACT_FOREVER;
	while (total_s < FACT_FOREVER && (part = word_next(&text)).len > 0)
		if (!add_span(part, &total_s))
			return;
	*seconds = total_s < FACT_FOREVER ? (uint32_t)total_s : FACT_FOREVER;
}

/* One part: digits and a unit; without one it is seconds. */
static bool
add_span(struct word part, uint64_t *total_s)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} units[] = { /* systemd.time(7) */
		{"", 1},
		{"s", 1},
		{"min", 60},
		{"h", 3600},
		{"d", 86400},
		{"w", 604800},
		{"month", 2629800},
		{"y", 31557600},
	};
	struct word digits = part;
	uint32_t count;

	for (digits.len = 0; digits.len < part.len; digits.len++)
		if (part.at[digits.len] < '0' || part.at[digits.len] > '9')
			break;
	part.at += digits.len;
	part.len -= digits.len;
	if (!word_number(digits, &count))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (word_is(part, units[i].name)) {
			*total_s += (uint64_t)count * units[i].seconds;
			return true;
		}
	}
	return false;
}
