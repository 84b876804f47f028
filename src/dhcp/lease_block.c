/*
 * lease_block: what the statements of one of dhclient's leases say.
 *
 * One table for both families: their options have names of their own.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/facts.h"
#include "dhcp_name.h"
#include "lease_block.h"

#define REFRESH_MIN_S 600    /* RFC 8415 21.23 */
#define DAY_S 86400

struct rule {
	const char *name;
	void (*read)(struct block *block, size_t nth, struct word value); /* or NULL */
	enum place place;
	bool option;         /* it follows the word `option` */
	bool group;          /* braces after it lead to the next place */
};

static void read_interface(struct block *block, size_t nth, struct word value);
static void read_released(struct block *block, size_t nth, struct word value);
static void read_fixed_address(struct block *block, size_t nth, struct word value);
static void read_expire(struct block *block, size_t nth, struct word value);
static void read_date(struct block *block, struct word value);
static void read_time(struct block *block, struct word value);
static int64_t days_of(uint32_t year, uint32_t month, uint32_t day);
static void read_t1(struct block *block, size_t nth, struct word value);
static void read_iaaddr(struct block *block, size_t nth, struct word value);
static void read_starts(struct block *block, size_t nth, struct word value);
static void read_max_life(struct block *block, size_t nth, struct word value);
static void read_servers(struct block *block, size_t nth, struct word value);
static void read_domain(struct block *block, size_t nth, struct word value);
static void read_search(struct block *block, size_t nth, struct word value);
static void read_host_name(struct block *block, size_t nth, struct word value);
static void read_lease_time(struct block *block, size_t nth, struct word value);
static void read_renewal_time(struct block *block, size_t nth, struct word value);
static void read_refresh_time(struct block *block, size_t nth, struct word value);
static void read_server_update(struct block *block, size_t nth, struct word value);
static void read_no_client_update(struct block *block, size_t nth, struct word value);
static void read_fqdn_flag(struct block *block, struct word value, uint8_t flag);
static void read_fqdn(struct block *block, size_t nth, struct word value);
static void take_address(struct block *block);

static const struct rule rules[] = {
	{"interface", read_interface, PLACE_LEASE, false, false},
	{"released", read_released, PLACE_LEASE, false, false},
	{"fixed-address", read_fixed_address, PLACE_LEASE, false, false},
	{"expire", read_expire, PLACE_LEASE, false, false},
	{"ia-na", NULL, PLACE_LEASE, false, true},
	{"renew", read_t1, PLACE_IA, false, false},
	{"iaaddr", read_iaaddr, PLACE_IA, false, true},
	{"starts", read_starts, PLACE_IAADDR, false, false},
	{"max-life", read_max_life, PLACE_IAADDR, false, false},
	{"domain-name-servers", read_servers, PLACE_LEASE, true, false},
	{"domain-name", read_domain, PLACE_LEASE, true, false},
	{"domain-search", read_search, PLACE_LEASE, true, false},
	{"host-name", read_host_name, PLACE_LEASE, true, false},
	{"dhcp-lease-time", read_lease_time, PLACE_LEASE, true, false},
	{"dhcp-renewal-time", read_renewal_time, PLACE_LEASE, true, false},
	{"dhcp6.name-servers", read_servers, PLACE_LEASE, true, false},
	{"dhcp6.domain-search", read_search, PLACE_LEASE, true, false},
	{"dhcp6.info-refresh-time", read_refresh_time, PLACE_LEASE, true, false},
	{"fqdn.server-update", read_server_update, PLACE_LEASE, true, false},
	{"fqdn.no-client-update", read_no_client_update, PLACE_LEASE, true, false},
	{"fqdn.fqdn", read_fqdn, PLACE_LEASE, true, false},
};

const struct rule *
block_rule(const struct block *block, bool option, struct word name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].place == block->place && rules[i].option == option &&
		    word_is(name, rules[i].name))
			return &rules[i];
	return NULL;
}

void
block_value(struct block *block, const struct rule *rule, size_t nth, struct word value)
{
	if (rule->read != NULL)
		rule->read(block, nth, value);
}

bool
block_enter(struct block *block, const struct rule *rule)
{
	if (!rule->group)
		return false;
	assert(block->place < PLACE_IAADDR);
	block->place++;
	return true;
}

bool
block_leave(struct block *block)
{
	if (block->place == PLACE_LEASE)
		return false;
	if (block->place == PLACE_IAADDR) {
		take_address(block);
		block->has_addr = false;
		block->starts_s = block->max_s = 0;
	} else {
		block->t1_s = 0;
	}
	block->place--;
	return true;
}

/* A DHCPv4 lease without its address is none; DHCPv6 has those, too (RFC 8415 6.1). */
void
block_finish(struct block *block, struct leases *leases)
{
	struct lease *lease = &block->lease;
	struct dhcp_info *info = &lease->info;

	if (lease->ifname[0] == '\0')
		return;
	if (block->released) {
		leases_drop(leases, lease);
		return;
	}
	if (lease->family == FAMILY_IPV4 && !info->has_address)
		return;
	if (!info->has_domain && block->has_search) {
		info->has_domain = true;
		info->domain = block->search;
	}
	/* A name without its flags says as little as flags with a name that is none. */
	if (block->fqdn_bad || !info->has_fqdn) {
		info->has_fqdn = info->has_fqdn_name = false;
		info->fqdn_flags = 0;
	}
	if (block->refresh_s > 0)
		info->renew_s = block->refresh_s;
	leases_put(leases, lease);
}

static void
read_interface(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		word_ifname(value, block->lease.ifname);
}

static void
read_released(struct block *block, size_t nth, struct word value)
{
	(void)nth, (void)value;
	block->released = true;
}

static void
read_fixed_address(struct block *block, size_t nth, struct word value)
{
	struct dhcp_info *info = &block->lease.info;
	struct addr addr;

	if (nth == 0 && block->lease.family == FAMILY_IPV4 &&
	    word_addr(value, FAMILY_IPV4, &addr) && addr_unfit(&addr) == NULL) {
		info->has_address = true;
		info->address = addr;
	}
}

/* "4 2026/11/22 11:00:00" in UTC, "epoch 1795345200", or "never". */
static void
read_expire(struct block *block, size_t nth, struct word value)
{
	uint32_t seconds;

	if (nth == 0) {
		block->day_s = -1;
		block->epoch = word_is(value, "epoch");
		if (word_is(value, "never"))
			block->lease.info.lease_s = FACT_FOREVER;
	} else if (nth == 1 && block->epoch) {
		if (word_number(value, &seconds))
			block->lease.expires_s = seconds;
	} else if (nth == 1) {
		read_date(block, value);
	} else if (nth == 2 && block->day_s >= 0) {
		read_time(block, value);
	}
}

static void
read_date(struct block *block, struct word value)
{
	uint32_t year, month, day;

	if (word_number(word_cut(&value, '/'), &year) && year >= 1970 && year <= 9999 &&
	    word_number(word_cut(&value, '/'), &month) && month >= 1 &&
	    month <= 12 && word_number(value, &day) && day >= 1 && day <= 31)
		block->day_s = days_of(year, month, day) * DAY_S;
}

static void
read_time(struct block *block, struct word value)
{
	uint32_t hour, minute, second;

	if (word_number(word_cut(&value, ':'), &hour) && hour <= 23 &&
	    word_number(word_cut(&value, ':'), &minute) && minute <= 59 &&
	    word_number(value, &second) && second <= 60)
		block->lease.expires_s =
		    block->day_s + hour * 3600 + minute * 60 + second;
}

/* From 1970-01-01 on.  A year is counted from March, so that February ends it. */
static int64_t
days_of(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t from_march = (month + 9) % 12;
	uint32_t full = month <= 2 ? year - 1 : year;
	uint32_t leap_days = full / 4 - full / 100 + full / 400;

	return (int64_t)full * 365 + leap_days + (from_march * 153 + 2) / 5 + day -
	    719469;
}

static void
read_t1(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		word_number(value, &block->t1_s);
}

static void
read_iaaddr(struct block *block, size_t nth, struct word value)
{
	if (nth > 0)
		return;
	block->has_addr = word_addr(value, FAMILY_IPV6, &block->addr) &&
	    addr_unfit(&block->addr) == NULL;
}

static void
read_starts(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		word_number(value, &block->starts_s);
}

static void
read_max_life(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		word_number(value, &block->max_s);
}

static void
read_servers(struct block *block, size_t nth, struct word value)
{
	struct addr addr;

	(void)nth;
	if (word_addr(value, block->lease.family, &addr))
		dhcp_add_server(&block->lease.info, &addr);
}

static void
read_domain(struct block *block, size_t nth, struct word value)
{
	if (nth == 0 &&
	    dhcp_name_domain(value.at, value.len, &block->lease.info.domain))
		block->lease.info.has_domain = true;
}

static void
read_search(struct block *block, size_t nth, struct word value)
{
	if (nth == 0 && dhcp_name_text(value.at, value.len, &block->search))
		block->has_search = true;
}

static void
read_host_name(struct block *block, size_t nth, struct word value)
{
	struct dhcp_info *info = &block->lease.info;

	if (nth == 0 && dhcp_name_text(value.at, value.len, &info->host_name))
		info->has_host_name = true;
}

static void
read_lease_time(struct block *block, size_t nth, struct word value)
{
	if (nth == 0 && block->lease.family == FAMILY_IPV4)
		word_number(value, &block->lease.info.lease_s);
}

static void
read_renewal_time(struct block *block, size_t nth, struct word value)
{
	if (nth == 0 && block->lease.family == FAMILY_IPV4)
		word_number(value, &block->lease.info.renew_s);
}

static void
read_refresh_time(struct block *block, size_t nth, struct word value)
{
	if (nth == 0 && word_number(value, &block->refresh_s) &&
	    block->refresh_s < REFRESH_MIN_S)
		block->refresh_s = REFRESH_MIN_S;
}

/* fqdn.* is how dhclient shows option 81 and DHCPv6's 39. */
static void
read_server_update(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		read_fqdn_flag(block, value, DHCP_FQDN_S);
}

/* The bit is O: sent by a server, it is the client that must not. */
static void
read_no_client_update(struct block *block, size_t nth, struct word value)
{
	if (nth == 0)
		read_fqdn_flag(block, value, DHCP_FQDN_O);
}

static void
read_fqdn_flag(struct block *block, struct word value, uint8_t flag)
{
	struct dhcp_info *info = &block->lease.info;

	info->has_fqdn = true;
	info->fqdn_flags &= (uint8_t)~flag;
	if (word_is(value, "true"))
		info->fqdn_flags |= flag;
}

/* An empty name is a missing one, which speaks of the host's own. */
static void
read_fqdn(struct block *block, size_t nth, struct word value)
{
	struct dhcp_info *info = &block->lease.info;

	if (nth > 0 || value.len == 0)
		return;
	info->has_fqdn_name = dhcp_name_text(value.at, value.len, &info->fqdn_name);
	block->fqdn_bad = !info->has_fqdn_name;
}

/* The first address with time left when it was written. */
static void
take_address(struct block *block)
{
	struct lease *lease = &block->lease;

	if (lease->info.has_address || lease->family != FAMILY_IPV6 ||
	    !block->has_addr || block->max_s == 0)
		return;
	lease->info.has_address = true;
	lease->info.address = block->addr;
	lease->info.lease_s = block->max_s;
	lease->info.renew_s = block->t1_s;
	if (block->max_s < FACT_FOREVER && block->starts_s > 0)
		lease->expires_s = (int64_t)block->starts_s + block->max_s;
}
