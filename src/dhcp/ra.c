/*
 * ra: RDNSS and DNSSL as the kernel hands them on (RFC 8106, RTNLGRP_ND_USEROPT).
 */
#include <string.h>

#include "ddnsupd/cursor.h"
#include "ddnsupd/ra.h"
#include "dhcp_name.h"

#define UNIT 8             /* what lengths are counted in (RFC 4861 4.6) */
#define ADDR_OCTETS 16
#define OPTION_RDNSS 25    /* RFC 8106 5.1 */
#define OPTION_DNSSL 31    /* RFC 8106 5.2 */

static bool read_option(struct ra *ra, struct cursor *options);
static void read_servers(struct ra *ra, struct cursor value);
static void add_servers(struct dhcp_info *info, struct cursor value);
static void read_domains(struct ra *ra, struct cursor value);

enum fault
ra_parse(const uint8_t *options, size_t len, struct ra *ra)
{
	struct cursor cursor = cursor_make(options, len);

	memset(ra, 0, sizeof(*ra));
	if (len < UNIT)
		return FAULT_MSG_SHORT;
	while (cursor.left > 0) {
		if (!read_option(ra, &cursor)) {
			memset(ra, 0, sizeof(*ra));
			return FAULT_MSG_MALFORMED;
		}
	}
	ra->info.lease_s = ra->has_servers ? ra->servers_s : ra->domains_s;
	return FAULT_NONE;
}

/* False: a length of 0, or one that leads beyond the end. */
static bool
read_option(struct ra *ra, struct cursor *options)
{
	uint8_t type = cursor_u8(options);
	size_t len = cursor_u8(options) * (size_t)UNIT;
	struct cursor value;

	if (len == 0)
		return false;
	value = cursor_take(options, len - 2);
	if (value.bad)
		return false;
	if (type == OPTION_RDNSS)
		read_servers(ra, value);
	else if (type == OPTION_DNSSL)
		read_domains(ra, value);
	return true;
}

/* Options may withdraw some servers and list others: what they withdraw counts only
 * when none lists any.  The shortest lifetime is that of all. */
static void
read_servers(struct ra *ra, struct cursor value)
{
	uint32_t lifetime_s;

	cursor_skip(&value, 2);
	lifetime_s = cursor_u32(&value);
	if (value.left == 0 || value.left % ADDR_OCTETS != 0)
		return;
	if (lifetime_s == 0 && ra->has_servers && ra->servers_s > 0)
		return;
	if (lifetime_s > 0 && ra->has_servers && ra->servers_s == 0) {
		ra->has_servers = false;
		ra->info.server_count = 0;
	}
	if (!ra->has_servers || lifetime_s < ra->servers_s)
		ra->servers_s = lifetime_s;
	ra->has_servers = true;
	add_servers(&ra->info, value);
}

static void
add_servers(struct dhcp_info *info, struct cursor value)
{
	while (value.left > 0) {
		uint8_t octets[ADDR_OCTETS];
		struct addr addr;

		cursor_copy(&value, octets, sizeof(octets));
		addr = addr_make(FAMILY_IPV6, octets);
		dhcp_add_server(info, &addr);
	}
}

/* The first list in force, else the first that is withdrawn. */
static void
read_domains(struct ra *ra, struct cursor value)
{
	struct name domain;
	uint32_t lifetime_s;

	cursor_skip(&value, 2);
	lifetime_s = cursor_u32(&value);
	if (ra->has_domains && (ra->domains_s > 0 || lifetime_s == 0))
		return;
	if (!dhcp_name_first(value.at, value.left, false, &domain))
		return;
	ra->has_domains = true;
	ra->domains_s = lifetime_s;
	ra->info.has_domain = true;
	ra->info.domain = domain;
}
