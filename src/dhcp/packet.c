/*
 * packet: an IP packet to the UDP payload in it.
 *
 * IP header, its checksum and lengths; then UDP the same way for both families.
 */
#include "ddnsupd/cursor.h"
#include "ddnsupd/packet.h"

#define IPV4_HEADER_LEN 20u
#define IPV6_HEADER_LEN 40u
#define UDP_HEADER_LEN 8u
#define PROTOCOL_UDP 17
#define IPV4_FRAGMENT 0x3fffu   /* "more fragments" and the offset (RFC 791 3.1) */

static enum fault open_ipv4(const uint8_t *bytes, size_t len, struct packet *packet,
    struct cursor *udp);
static enum fault open_ipv6(const uint8_t *bytes, size_t len, struct packet *packet,
    struct cursor *udp);
static enum fault open_udp(struct cursor udp, bool checksum_partial,
    struct packet *packet);
static struct addr take_addr(struct cursor *at, enum family family, size_t len);
static bool is_udp_intact(const struct packet *packet, const uint8_t *udp, size_t len);
static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t len);
static bool is_intact(uint32_t sum);

enum fault
packet_open(const uint8_t *bytes, size_t len, bool checksum_partial,
    struct packet *packet)
{
	struct packet opened = {0};
	struct cursor udp = {0};
	enum fault fault;

	if (len == 0)
		return FAULT_MSG_SHORT;
	if (bytes[0] >> 4 == 4)
		fault = open_ipv4(bytes, len, &opened, &udp);
	else if (bytes[0] >> 4 == 6)
		fault = open_ipv6(bytes, len, &opened, &udp);
	else
		fault = FAULT_MSG_MALFORMED;
	if (fault == FAULT_NONE)
		fault = open_udp(udp, checksum_partial, &opened);
	if (fault == FAULT_NONE)
		*packet = opened;
	return fault;
}

/* RFC 791 3.1.  What follows the total length is the link's padding. */
static enum fault
open_ipv4(const uint8_t *bytes, size_t len, struct packet *packet, struct cursor *udp)
{
	struct cursor at = cursor_make(bytes, len);
	size_t header_len = (cursor_u8(&at) & 0xfu) * 4u;
	size_t total_len;
	unsigned fragment;

	cursor_skip(&at, 1);
	total_len = cursor_u16(&at);
	cursor_skip(&at, 2);
	fragment = cursor_u16(&at) & IPV4_FRAGMENT;
	cursor_skip(&at, 1);
	if (cursor_u8(&at) != PROTOCOL_UDP && !at.bad)
		return FAULT_MSG_MALFORMED;
	cursor_skip(&at, 2);
	packet->source = take_addr(&at, FAMILY_IPV4, 4);
	packet->destination = take_addr(&at, FAMILY_IPV4, 4);
	if (at.bad)
		return FAULT_MSG_SHORT;
	if (header_len < IPV4_HEADER_LEN || total_len < header_len || total_len > len ||
	    fragment != 0 || !is_intact(add(0, bytes, header_len)))
		return FAULT_MSG_MALFORMED;
	*udp = cursor_make(bytes + header_len, total_len - header_len);
	return FAULT_NONE;
}

/* RFC 8200 3 */
static enum fault
open_ipv6(const uint8_t *bytes, size_t len, struct packet *packet, struct cursor *udp)
{
	struct cursor at = cursor_make(bytes, len);
	size_t payload_len;
	uint8_t next_header;

	cursor_skip(&at, 4);
	payload_len = cursor_u16(&at);
	next_header = cursor_u8(&at);
	cursor_skip(&at, 1);
	packet->source = take_addr(&at, FAMILY_IPV6, 16);
	packet->destination = take_addr(&at, FAMILY_IPV6, 16);
	if (at.bad)
		return FAULT_MSG_SHORT;
	if (next_header != PROTOCOL_UDP || payload_len > at.left)
		return FAULT_MSG_MALFORMED;
	*udp = cursor_make(bytes + IPV6_HEADER_LEN, payload_len);
	return FAULT_NONE;
}

static enum fault
open_udp(struct cursor udp, bool checksum_partial, struct packet *packet)
{
	const uint8_t *header = udp.at;
	size_t available = udp.left;
	size_t len;
	uint16_t checksum;

	packet->source_port = cursor_u16(&udp);
	packet->destination_port = cursor_u16(&udp);
	len = cursor_u16(&udp);
	checksum = cursor_u16(&udp);
	if (udp.bad)
		return FAULT_MSG_SHORT;
	if (len < UDP_HEADER_LEN || len > available)
		return FAULT_MSG_MALFORMED;
	packet->payload = udp.at;
	packet->len = len - UDP_HEADER_LEN;
	if (checksum_partial)
		return FAULT_NONE;
	/* None was made: RFC 768 allows it, RFC 8200 8.1 does not. */
	if (checksum == 0)
		return packet->source.family == FAMILY_IPV4 ? FAULT_NONE :
		    FAULT_MSG_MALFORMED;
	return is_udp_intact(packet, header, len) ? FAULT_NONE : FAULT_MSG_MALFORMED;
}

static struct addr
take_addr(struct cursor *at, enum family family, size_t len)
{
	uint8_t octets[16];

	cursor_copy(at, octets, len);
	return addr_make(family, octets);
}

/* With the pseudo header of RFC 768, or of RFC 8200 8.1: the same sum. */
static bool
is_udp_intact(const struct packet *packet, const uint8_t *udp, size_t len)
{
	uint32_t sum = PROTOCOL_UDP + (uint32_t)len;

	sum = add(sum, packet->source.octets, addr_len(&packet->source));
	sum = add(sum, packet->destination.octets, addr_len(&packet->destination));
	return is_intact(add(sum, udp, len));
}

/* RFC 1071.  64 KiB of octets stay far below 2^32. */
static uint32_t
add(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	return sum;
}

static bool
is_intact(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}
