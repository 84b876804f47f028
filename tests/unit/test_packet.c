/*
 * IP packets to UDP payloads: what passes, and every way a packet can be wrong.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/packet.h"

#define IPV4_LEN 20
#define IPV6_LEN 40
#define UDP_LEN 8
#define PAYLOAD "the payload"   /* an odd number of octets, for the checksum */
#define PAYLOAD_LEN (sizeof(PAYLOAD) - 1)

static uint8_t bytes[2048];
static size_t len;

TestSuite(packet);

static void
put_u16(size_t at, size_t value)
{
	bytes[at] = (uint8_t)(value >> 8);
	bytes[at + 1] = (uint8_t)value;
}

static uint32_t
sum_words(size_t from, size_t to)
{
	uint32_t sum = 0;

	for (size_t at = from; at < to; at += 2)
		sum += (uint32_t)bytes[at] << 8 | (at + 1 < to ? bytes[at + 1] : 0);
	return sum;
}

static uint16_t
complement(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* `addrs` to `udp` in the header are both addresses. */
static void
sign_udp(size_t addrs, size_t udp)
{
	size_t udp_len = (size_t)(bytes[udp + 4] << 8 | bytes[udp + 5]);
	uint16_t checksum;

	put_u16(udp + 6, 0);
	checksum = complement(sum_words(addrs, udp) + sum_words(udp, udp + udp_len) +
	    17 + (uint32_t)udp_len);
	put_u16(udp + 6, checksum == 0 ? 0xffff : checksum);
}

static void
sign_ipv4(void)
{
	put_u16(10, 0);
	put_u16(10, complement(sum_words(0, (bytes[0] & 0xfu) * 4u)));
}

static void
put_udp(size_t at)
{
	put_u16(at, 67);
	put_u16(at + 2, 68);
	put_u16(at + 4, UDP_LEN + PAYLOAD_LEN);
	memcpy(bytes + at + UDP_LEN, PAYLOAD, PAYLOAD_LEN);
	len = at + UDP_LEN + PAYLOAD_LEN;
}

static void
make_ipv4(void)
{
	static const uint8_t addrs[] = {192, 0, 2, 1, 192, 0, 2, 10};

	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 0x45;
	put_u16(4, 0xbeef);
	bytes[8] = 64;
	bytes[9] = 17;
	memcpy(bytes + 12, addrs, sizeof(addrs));
	put_udp(IPV4_LEN);
	put_u16(2, len);
	sign_ipv4();
	sign_udp(12, IPV4_LEN);
}

static void
make_ipv6(void)
{
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 0x60;
	bytes[3] = 0x42; /* flow label */
	bytes[6] = 17;
	bytes[7] = 1;
	bytes[8] = bytes[24] = 0xfe;
	bytes[9] = bytes[25] = 0x80;
	bytes[23] = 1;
	bytes[39] = 10;
	put_udp(IPV6_LEN);
	put_u16(4, len - IPV6_LEN);
	sign_udp(8, IPV6_LEN);
}

/* On memory of exactly its length; a refused packet leaves nothing behind. */
static enum fault
opened(bool partial)
{
	uint8_t *exact = mem_copy(bytes, len);
	struct packet packet = {.source_port = 1};
	enum fault fault = packet_open(exact, len, partial, &packet);

	if (fault != FAULT_NONE) {
		cr_assert_eq(packet.source_port, 1);
	} else {
		cr_assert_geq(packet.payload, exact);
		cr_assert_leq(packet.payload + packet.len, exact + len);
	}
	free(exact);
	return fault;
}

static void
expect_payload(const char *source, const char *destination)
{
	char buf[ADDR_TEXT_MAX];
	struct packet packet;

	cr_assert_eq(packet_open(bytes, len, false, &packet), FAULT_NONE);
	cr_assert_str_eq(addr_format(&packet.source, buf), source);
	cr_assert_str_eq(addr_format(&packet.destination, buf), destination);
	cr_assert_eq(packet.source_port, 67);
	cr_assert_eq(packet.destination_port, 68);
	cr_assert_eq(packet.len, PAYLOAD_LEN);
	cr_assert_eq(memcmp(packet.payload, PAYLOAD, PAYLOAD_LEN), 0);
}

Test(packet, ipv4)
{
	make_ipv4();
	expect_payload("192.0.2.1", "192.0.2.10");
	cr_assert_eq(opened(false), FAULT_NONE);
}

Test(packet, ipv6)
{
	make_ipv6();
	expect_payload("fe80::1", "fe80::a");
	cr_assert_eq(opened(false), FAULT_NONE);
}

/* Ethernet pads to 60 octets. */
Test(packet, padding_is_no_payload)
{
	make_ipv4();
	memset(bytes + len, 0xa5, 20);
	len += 20;
	expect_payload("192.0.2.1", "192.0.2.10");
	make_ipv6();
	memset(bytes + len, 0xa5, 20);
	len += 20;
	expect_payload("fe80::1", "fe80::a");
}

Test(packet, a_udp_length_below_that_of_ip)
{
	make_ipv4();
	put_u16(2, len + 4);
	len += 4;
	sign_ipv4();
	expect_payload("192.0.2.1", "192.0.2.10");
}

Test(packet, ipv4_options)
{
	make_ipv4();
	memmove(bytes + IPV4_LEN + 4, bytes + IPV4_LEN, len - IPV4_LEN);
	memset(bytes + IPV4_LEN, 1, 4);
	bytes[0] = 0x46;
	len += 4;
	put_u16(2, len);
	sign_ipv4();
	expect_payload("192.0.2.1", "192.0.2.10");
	bytes[IPV4_LEN] ^= 1;
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED, "the sum covers options");
}

/* At every length: never read beyond, never taken for whole. */
Test(packet, cut_short)
{
	size_t whole;

	make_ipv4();
	for (whole = len; len-- > 0;)
		cr_expect_eq(opened(true), len < IPV4_LEN ? FAULT_MSG_SHORT :
		    FAULT_MSG_MALFORMED, "%zu of %zu", len, whole);
	make_ipv6();
	for (whole = len; len-- > 0;)
		cr_expect_eq(opened(true), len < IPV6_LEN ? FAULT_MSG_SHORT :
		    FAULT_MSG_MALFORMED, "%zu of %zu", len, whole);
}

Test(packet, another_version)
{
	make_ipv4();
	bytes[0] = 0x55;
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
}

Test(packet, another_protocol)
{
	make_ipv4();
	bytes[9] = 6;
	sign_ipv4();
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
	make_ipv6();
	bytes[6] = 44; /* a fragment header */
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
}

Test(packet, fragments)
{
	make_ipv4();
	put_u16(6, 0x4000); /* "don't fragment" is none */
	sign_ipv4();
	cr_assert_eq(opened(false), FAULT_NONE);
	put_u16(6, 0x2000);
	sign_ipv4();
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
	put_u16(6, 0x0001);
	sign_ipv4();
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
	put_u16(6, 0x1000);
	sign_ipv4();
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
}

Test(packet, ipv4_lengths_that_lie)
{
	make_ipv4();
	bytes[0] = 0x44;
	put_u16(IPV4_LEN, UDP_LEN); /* where the length of its UDP would be */
	sign_ipv4();
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED, "a header of 16");
	make_ipv4();
	put_u16(2, IPV4_LEN - 1);
	sign_ipv4();
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED, "less than the header");
	make_ipv4();
	put_u16(2, len + 1);
	sign_ipv4();
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED, "more than there is");
	make_ipv4();
	bytes[0] = 0x4f;
	put_u16(2, len);
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED, "a header of 60 in 39");
	make_ipv4();
	put_u16(2, IPV4_LEN + UDP_LEN - 1);
	sign_ipv4();
	cr_assert_eq(opened(true), FAULT_MSG_SHORT, "half a UDP header");
}

Test(packet, ipv6_lengths_that_lie)
{
	make_ipv6();
	put_u16(4, len - IPV6_LEN + 1);
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
	put_u16(4, 0);
	cr_assert_eq(opened(true), FAULT_MSG_SHORT);
}

Test(packet, udp_lengths_that_lie)
{
	make_ipv4();
	put_u16(IPV4_LEN + 4, UDP_LEN + PAYLOAD_LEN + 1);
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
	put_u16(IPV4_LEN + 4, UDP_LEN - 1);
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED);
	put_u16(IPV4_LEN + 4, UDP_LEN);
	sign_udp(12, IPV4_LEN);
	cr_assert_eq(opened(false), FAULT_NONE, "no payload is right");
}

/* One bit anywhere, except where it makes the checksum absent or is padding. */
Test(packet, every_bit_is_covered)
{
	make_ipv4();
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_neq(opened(false), FAULT_NONE, "IPv4, bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	make_ipv6();
	for (size_t bit = IPV6_LEN * 8; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_neq(opened(false), FAULT_NONE, "IPv6, bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 8 * 8; bit < IPV6_LEN * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_neq(opened(false), FAULT_NONE, "address, bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* What the kernel left to the device holds the sum of the pseudo header only. */
Test(packet, checksum_left_to_the_device)
{
	make_ipv4();
	put_u16(IPV4_LEN + 6, 0x1234);
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
	cr_assert_eq(opened(true), FAULT_NONE);
	bytes[8]--;
	cr_assert_eq(opened(true), FAULT_MSG_MALFORMED, "IP's own is always there");
	make_ipv6();
	put_u16(IPV6_LEN + 6, 0x1234);
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
	cr_assert_eq(opened(true), FAULT_NONE);
}

Test(packet, no_checksum)
{
	make_ipv4();
	put_u16(IPV4_LEN + 6, 0);
	cr_assert_eq(opened(false), FAULT_NONE);
	make_ipv6();
	put_u16(IPV6_LEN + 6, 0);
	cr_assert_eq(opened(false), FAULT_MSG_MALFORMED);
	cr_assert_eq(opened(true), FAULT_NONE);
}

/* A sum of zero is sent as 0xffff (RFC 768). */
Test(packet, checksum_of_ones)
{
	uint32_t sum;

	make_ipv6();
	put_u16(IPV6_LEN + 6, 0);
	put_u16(IPV6_LEN + UDP_LEN, 0);
	sum = sum_words(8, len) + 17 + UDP_LEN + PAYLOAD_LEN;
	put_u16(IPV6_LEN + UDP_LEN, complement(sum));
	put_u16(IPV6_LEN + 6, 0xffff);
	cr_assert_eq(opened(false), FAULT_NONE);
}
