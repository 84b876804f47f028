/*
 * addr: an IPv4 or IPv6 address, and a server (address, port, interface), by value.
 */
#ifndef DDNSUPD_ADDR_H
#define DDNSUPD_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/fault.h"

#define ADDR_TEXT_MAX 46      /* INET6_ADDRSTRLEN */
#define ADDR_IFNAME_MAX 16    /* IFNAMSIZ, NUL counted */
#define ENDPOINT_TEXT_MAX 80
#define DNS_PORT 53

enum family {
	FAMILY_NONE = 0,
	FAMILY_IPV4 = 4,
	FAMILY_IPV6 = 6,
};

struct addr {
	uint8_t family;      /* enum family */
	uint8_t octets[16];  /* network order; IPv4 uses the first four, the rest zero */
};

/* A server as configured or learned: ADDR[%IF][#PORT] (interface.md). */
struct endpoint {
	struct addr addr;
	bool via;            /* ifname was not written by anybody: it is the link the
	                      * server was learned on, and is asked through */
	uint16_t port;
	char ifname[ADDR_IFNAME_MAX]; /* "" when none is named */
};

/* Text to address.  No scope, no port, no brackets.  Faults: ADDR_SYNTAX. */
enum fault addr_parse(struct addr *addr, const char *text);

/* The address of a family from its octets in network order (4 or 16 of them). */
struct addr addr_make(enum family family, const uint8_t *octets);

/* RFC 5952 text.  Returns buf. */
const char *addr_format(const struct addr *addr, char buf[ADDR_TEXT_MAX]);

int addr_compare(const struct addr *a, const struct addr *b);
bool addr_equal(const struct addr *a, const struct addr *b);

/* Octets in use: 4 or 16. */
size_t addr_len(const struct addr *addr);

bool addr_is_loopback(const struct addr *addr);     /* 127/8, ::1 */
bool addr_is_link_local(const struct addr *addr);   /* 169.254/16, fe80::/10 */
bool addr_is_multicast(const struct addr *addr);    /* 224/4, ff00::/8 */
bool addr_is_unspecified(const struct addr *addr);  /* 0/8, :: */
bool addr_is_broadcast(const struct addr *addr);    /* 255.255.255.255 */
bool addr_is_mapped(const struct addr *addr);       /* ::ffff:0:0/96 */

/*
 * May the address stand in an A or AAAA record (protocol.md 3, "Addresses published")?
 * Returns NULL when it may, else the reason as one of interface.md's words:
 * "loopback", "link-local", "multicast", "unspecified", "broadcast", "IPv4-mapped".
 */
const char *addr_unfit(const struct addr *addr);

/*
 * SERVER of interface.md: ADDR[%IF][#PORT], IPv6 without brackets; port 53 when none.
 * Faults: ADDR_SYNTAX, ADDR_SCOPE, PORT_SYNTAX.
 */
enum fault endpoint_parse(struct endpoint *endpoint, const char *text);

/* "192.0.2.53#53", "fe80::1%eth0#53": the port is always printed, the interface when it
 * was written (not `via`).  Returns buf. */
const char *endpoint_format(const struct endpoint *endpoint,
    char buf[ENDPOINT_TEXT_MAX]);

/* What the kernel takes as the name of an interface, less the signs of our own syntax
 * (/, :, %): 1 to 15 octets, no blanks and control characters. */
bool ifname_fits(const char *text, size_t len);

/* The same address, port and interface; `via` also equals no interface. */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

#endif
