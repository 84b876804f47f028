/*
 * packet: an IP packet from the packet socket to the UDP payload in it.
 */
#ifndef DDNSUPD_PACKET_H
#define DDNSUPD_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/fault.h"

struct packet {
	struct addr source;
	struct addr destination;
	uint16_t source_port;
	uint16_t destination_port;
	const uint8_t *payload;   /* into the bytes given */
	size_t len;
};

/*
 * bytes: from the IP header on, padding allowed.  No fragments, no IPv6 extension
 * headers; header and UDP checksums are verified, the latter not when the kernel has
 * left it to the device (checksum_partial) or, in IPv4, when it is zero (RFC 768).
 * Faults: MSG_SHORT, MSG_MALFORMED.
 */
enum fault packet_open(const uint8_t *bytes, size_t len, bool checksum_partial,
    struct packet *packet);

#endif
