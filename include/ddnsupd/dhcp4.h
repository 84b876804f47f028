/*
 * dhcp4: DHCPv4 messages (RFC 2131, 2132, 3396, 3397, 4702).
 */
#ifndef DDNSUPD_DHCP4_H
#define DDNSUPD_DHCP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/dhcp.h"
#include "ddnsupd/fault.h"

#define DHCP4_SERVER_PORT 67
#define DHCP4_CLIENT_PORT 68
#define DHCP4_MESSAGE_MAX 576 /* of what we build: every server takes it (RFC 2131 2) */
#define DHCP4_CLIENT_ID_MAX 255

enum dhcp4_type { /* option 53, RFC 2132 9.6 */
	DHCP4_DISCOVER = 1,
	DHCP4_OFFER,
	DHCP4_REQUEST,
	DHCP4_DECLINE,
	DHCP4_ACK,
	DHCP4_NAK,
	DHCP4_RELEASE,
	DHCP4_INFORM,
};

struct dhcp4 {
	uint8_t op;               /* 1 request, 2 reply */
	uint8_t hwtype;
	uint8_t hwaddr_len;       /* at most 16 */
	uint8_t hwaddr[16];       /* chaddr */
	uint32_t xid;
	struct addr ciaddr;
	struct addr yiaddr;
	struct addr giaddr;
	uint8_t type;             /* option 53; 0: not there, BOOTP */
	bool has_server_id;
	struct addr server_id;    /* option 54 */
	bool has_requested;
	struct addr requested;    /* option 50 */
	uint8_t client_id_len;    /* 0: not there */
	uint8_t client_id[DHCP4_CLIENT_ID_MAX]; /* option 61; replies echo it: RFC 6842 */
	uint32_t rebind_s;        /* T2, option 59; 0: not said */
	struct dhcp_info info;    /* address: yiaddr, else ciaddr; in replies only */
};

/*
 * A message from its UDP payload.  Options may be overloaded (52) and long (RFC 3396);
 * an option whose value is wrong is left out, one whose length leaves the message makes
 * it MSG_MALFORMED.  Faults: MSG_SHORT, MSG_MALFORMED.
 */
enum fault dhcp4_parse(const uint8_t *bytes, size_t len, struct dhcp4 *message);

/* What we ask with (RFC 2131 3.4, 4.4.3): for options 6, 15, 12, 81, 119; no 50, no 51.
 * The answer comes as unicast to ciaddr. */
struct dhcp4_inform {
	uint32_t xid;
	struct addr ciaddr;
	uint8_t hwtype;
	uint8_t hwaddr_len;
	uint8_t hwaddr[16];
	uint16_t secs;            /* since the first try */
};

/* Write a DHCPINFORM; returns its length. */
size_t dhcp4_inform(const struct dhcp4_inform *inform, uint8_t out[DHCP4_MESSAGE_MAX]);

#endif
