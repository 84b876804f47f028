/*
 * dhcp6: DHCPv6 messages (RFC 8415 and 9915, 3646, 4704).
 */
#ifndef DDNSUPD_DHCP6_H
#define DDNSUPD_DHCP6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/dhcp.h"
#include "ddnsupd/fault.h"

#define DHCP6_CLIENT_PORT 546
#define DHCP6_SERVER_PORT 547
#define DHCP6_MESSAGE_MAX 256 /* of what we build */
#define DHCP6_DUID_MAX 130    /* RFC 8415 11.1 */

enum dhcp6_type { /* RFC 8415 7.3 */
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE = 2,
	DHCP6_REQUEST = 3,
	DHCP6_CONFIRM = 4,
	DHCP6_RENEW = 5,
	DHCP6_REBIND = 6,
	DHCP6_REPLY = 7,
	DHCP6_RELEASE = 8,
	DHCP6_DECLINE = 9,
	DHCP6_RECONFIGURE = 10,
	DHCP6_INFORMATION_REQUEST = 11,
};

struct dhcp6_duid {
	uint8_t octets[DHCP6_DUID_MAX];
	size_t len;               /* 0: the option is not there */
};

struct dhcp6 {
	uint8_t type;             /* enum dhcp6_type; relay messages are MSG_MALFORMED */
	uint32_t xid;             /* 24 bits */
	struct dhcp6_duid client; /* option 1 */
	struct dhcp6_duid server; /* option 2 */
	uint32_t max_rt_s;        /* option 83 when within 60..86400; 0: not there */
	uint16_t status;          /* option 13 of the message; 0: success */
	struct dhcp_info info;    /* address: of the first IA_NA with one; renew_s:
	                           * option 32, at least 600, else T1 */
};

/* A message from its UDP payload.  Nested lengths are checked; an option whose value is
 * wrong is left out.  Faults: MSG_SHORT, MSG_MALFORMED. */
enum fault dhcp6_parse(const uint8_t *bytes, size_t len, struct dhcp6 *message);

/* A DUID-LL (RFC 8415 11.4). */
struct dhcp6_duid dhcp6_duid_ll(uint16_t hwtype, const uint8_t *hwaddr, size_t len);

/* Write an INFORMATION-REQUEST (RFC 8415 18.2.6): options 1, 8, 6 with 23, 24, 32, 83;
 * never 39.  elapsed_cs: hundredths of a second since the first try.  Returns its
 * length. */
size_t dhcp6_information_request(uint32_t xid, const struct dhcp6_duid *client,
    uint16_t elapsed_cs, uint8_t out[DHCP6_MESSAGE_MAX]);

#endif
