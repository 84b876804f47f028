/*
 * dhcp: what one DHCP message, lease, router advertisement or hook says about an
 * interface, as a value.
 *
 * Whoever fills it has checked it: addresses that may be servers, names that are names.
 * What did not pass is left out, the rest of the message counts (protocol.md 1).
 */
#ifndef DDNSUPD_DHCP_H
#define DDNSUPD_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/name.h"

#define DHCP_SERVERS_MAX 8

#define DHCP_FQDN_S 0x01 /* the server does the A (or AAAA) updates: RFC 4702 2.1 */
#define DHCP_FQDN_O 0x02 /* it has overridden the client's wish */
#define DHCP_FQDN_N 0x08 /* DHCPv4: it does no updates at all (0x04 in DHCPv6) */

struct dhcp_info {
	struct addr servers[DHCP_SERVERS_MAX]; /* in the order given, each once */
	size_t server_count;
	bool has_domain;
	struct name domain;        /* option 15; DHCPv6 24, DNSSL, 119: the first of them */
	bool has_host_name;
	struct name host_name;     /* option 12 */
	bool has_address;
	struct addr address;       /* the one leased, or spoken for (ciaddr) */
	bool has_fqdn;             /* option 81; DHCPv6 39 */
	uint8_t fqdn_flags;        /* as in DHCPv4 (DHCP_FQDN_...) whatever the source */
	bool has_fqdn_name;
	struct name fqdn_name;     /* may be of one label */
	uint32_t lease_s;          /* 51, valid lifetime, RDNSS lifetime; 0: not said,
	                            * FACT_FOREVER: no end */
	uint32_t renew_s;          /* 58, T1, option 32; 0: not said */
};

/* Append unless it is there, the list is full, or it can be no DNS server (unspecified,
 * loopback, multicast, broadcast, IPv4-mapped).  Returns whether it was appended. */
bool dhcp_add_server(struct dhcp_info *info, const struct addr *addr);

/* Do both say the same?  Times are not compared. */
bool dhcp_equal(const struct dhcp_info *a, const struct dhcp_info *b);

#endif
