/*
 * lease: what the machine's own DHCP client has written down.
 */
#ifndef DDNSUPD_LEASE_H
#define DDNSUPD_LEASE_H

#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/dhcp.h"
#include "ddnsupd/fault.h"

#define LEASES_MAX 64       /* interfaces in one file; the others are not read */

enum lease_kind {
	LEASE_NETWORKD,     /* /run/systemd/netif/leases/<ifindex> */
	LEASE_DHCLIENT,     /* dhclient*.leases: all interfaces in one, DHCPv6 too */
	LEASE_DHCPCD,       /* <interface>.lease: a raw DHCPv4 message */
	LEASE_DHCPCD6,      /* <interface>.lease6: a raw DHCPv6 message; a wireless
	                     * link's network may follow: <interface>-<SSID>.lease.
	                     * A name with hyphens gives a lease for each way to
	                     * part it: only one of them has the address */
};

struct lease {
	uint32_t ifindex;   /* NETWORKD: from the file's name; else 0 */
	char ifname[ADDR_IFNAME_MAX]; /* else the name */
	enum family family; /* of the protocol that it was leased by */
	struct dhcp_info info; /* lease_s: from the writing on */
	int64_t expires_s;  /* wall time; 0: the file does not say (written + lease_s) */
};

struct leases {
	struct lease items[LEASES_MAX];
	size_t count;
};

/*
 * file: its name without the directory: interfaces are named there.  Of several leases
 * of an interface and family the last one counts, as its client writes them.  Faults:
 * TEXT_SYNTAX (also of the file's name), FILE_NUL, MSG_SHORT, MSG_MALFORMED; then
 * *leases is empty.
 */
enum fault lease_parse(enum lease_kind kind, const char *file, const uint8_t *bytes,
    size_t len, struct leases *leases);

#endif
