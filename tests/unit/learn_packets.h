/*
 * learn_packets: DHCP messages as they stand on the wire, for the tests of learn.
 */
#ifndef LEARN_PACKETS_H
#define LEARN_PACKETS_H

#include "learn_world.h"

struct dgram {
	const char *source, *destination;
	uint16_t source_port, destination_port;
};

/* The IP packet of a UDP payload; checksums are the device's. */
static inline bool
carry(uint32_t ifindex, bool outgoing, struct dgram ends, const uint8_t *payload,
    size_t len)
{
	struct addr source = addr_of(ends.source), to = addr_of(ends.destination);
	uint8_t ip[1500] = {0};
	size_t head = source.family == FAMILY_IPV4 ? 20 : 40;
	unsigned sum = 0;
	uint8_t *udp = ip + head;

	cr_assert_leq(head + 8 + len, sizeof(ip));
	if (head == 20) {
		ip[0] = 0x45;
		ip[2] = (uint8_t)((28 + len) >> 8);
		ip[3] = (uint8_t)(28 + len);
		ip[8] = 64;
		ip[9] = 17;
		memcpy(ip + 12, source.octets, 4);
		memcpy(ip + 16, to.octets, 4);
		for (unsigned i = 0; i < 20; i += 2)
			sum += (unsigned)(ip[i] << 8 | ip[i + 1]);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		ip[10] = (uint8_t)(~sum >> 8);
		ip[11] = (uint8_t)~sum;
	} else {
		ip[0] = 0x60;
		ip[4] = (uint8_t)((8 + len) >> 8);
		ip[5] = (uint8_t)(8 + len);
		ip[6] = 17;
		ip[7] = 64;
		memcpy(ip + 8, source.octets, 16);
		memcpy(ip + 24, to.octets, 16);
	}
	udp[0] = (uint8_t)(ends.source_port >> 8);
	udp[1] = (uint8_t)ends.source_port;
	udp[2] = (uint8_t)(ends.destination_port >> 8);
	udp[3] = (uint8_t)ends.destination_port;
	udp[4] = (uint8_t)((8 + len) >> 8);
	udp[5] = (uint8_t)(8 + len);
	memcpy(udp + 8, payload, len);
	return post((struct event){
	    .kind = EVENT_PACKET,
	    .ifindex = ifindex,
	    .outgoing = outgoing,
	    .checksum_partial = true,
	    .bytes = ip,
	    .len = head + 8 + len,
	});
}

/* A DHCPv4 message; NULL: not there. */
struct v4 {
	uint8_t type;             /* option 53 */
	uint32_t xid;
	uint8_t hw;               /* last octet of chaddr */
	const char *ciaddr, *yiaddr, *server; /* server: option 54 */
	const char *dns;          /* blank between two */
	const char *domain;
	uint32_t lease_s;
	uint16_t from, to;        /* ports; 0: as usual */
	const char *source, *destination;
};

static inline size_t
put_addrs(uint8_t *at, uint8_t code, const char *text)
{
	struct endpoint list[16];
	size_t count = text == NULL ? 0 : servers_of(list, 16, text);

	if (count == 0)
		return 0;
	at[0] = code;
	at[1] = (uint8_t)(4 * count);
	for (size_t i = 0; i < count; i++)
		memcpy(at + 2 + 4 * i, list[i].addr.octets, 4);
	return 2 + 4 * count;
}

static inline size_t
make4(const struct v4 *v4, bool request, uint8_t out[600])
{
	static const uint8_t cookie[] = {99, 130, 83, 99};
	size_t len = 240;

	memset(out, 0, 600);
	out[0] = request ? 1 : 2;
	out[1] = 1;
	out[2] = 6;
	for (unsigned i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(v4->xid >> (24 - 8 * i));
	if (v4->ciaddr != NULL)
		memcpy(out + 12, addr_of(v4->ciaddr).octets, 4);
	if (v4->yiaddr != NULL)
		memcpy(out + 16, addr_of(v4->yiaddr).octets, 4);
	out[28] = 2;
	out[33] = v4->hw;
	memcpy(out + 236, cookie, 4);
	out[len++] = 53;
	out[len++] = 1;
	out[len++] = v4->type;
	len += put_addrs(out + len, 54, v4->server);
	len += put_addrs(out + len, 6, v4->dns);
	if (v4->domain != NULL) {
		out[len++] = 15;
		out[len++] = (uint8_t)strlen(v4->domain);
		memcpy(out + len, v4->domain, strlen(v4->domain));
		len += strlen(v4->domain);
	}
	if (v4->lease_s != 0) {
		out[len++] = 51;
		out[len++] = 4;
		for (unsigned i = 0; i < 4; i++)
			out[len++] = (uint8_t)(v4->lease_s >> (24 - 8 * i));
	}
	out[len++] = 255;
	return len < 300 ? 300 : len;
}

/* The machine's client on the link asks. */
static inline bool
ask4(uint32_t ifindex, struct v4 v4)
{
	struct dgram ends = {
		v4.source != NULL ? v4.source : "0.0.0.0",
		v4.destination != NULL ? v4.destination : "255.255.255.255",
		v4.from != 0 ? v4.from : 68, v4.to != 0 ? v4.to : 67,
	};
	uint8_t bytes[600];
	size_t len;

	if (v4.hw == 0)
		v4.hw = (uint8_t)ifindex;
	len = make4(&v4, true, bytes);
	return carry(ifindex, true, ends, bytes, len);
}

/* A server answers. */
static inline bool
tell4(uint32_t ifindex, struct v4 v4)
{
	struct dgram ends = {
		v4.source != NULL ? v4.source : "192.0.2.1",
		v4.destination != NULL ? v4.destination : "255.255.255.255",
		v4.from != 0 ? v4.from : 67, v4.to != 0 ? v4.to : 68,
	};
	uint8_t bytes[600];
	size_t len;

	if (v4.hw == 0)
		v4.hw = (uint8_t)ifindex;
	if (v4.type == 0)
		v4.type = DHCP4_ACK;
	len = make4(&v4, false, bytes);
	return carry(ifindex, false, ends, bytes, len);
}

/* A DHCPv6 message: DUIDs as text. */
struct v6 {
	uint8_t type;
	uint32_t xid;
	const char *client, *server;
	const struct dhcp6_duid *duid; /* instead of client */
	const char *dns;
	const char *address;      /* in an IA_NA */
	uint32_t valid_s;
	uint32_t refresh_s;       /* option 32 */
	uint32_t max_rt_s;        /* option 83 */
	uint16_t status;
	uint16_t from, to;
};

static inline size_t
put6(uint8_t *at, uint16_t code, const void *value, size_t len)
{
	at[0] = (uint8_t)(code >> 8);
	at[1] = (uint8_t)code;
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
	memcpy(at + 4, value, len);
	return 4 + len;
}

static inline void
put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline size_t
put6_ia(uint8_t *at, const struct v6 *v6)
{
	struct addr addr = addr_of(v6->address);
	uint8_t ia[40] = {0}, value[24];

	memcpy(value, addr.octets, 16);
	put32(value + 16, v6->valid_s);
	put32(value + 20, v6->valid_s);
	return put6(at, 3, ia, 12 + put6(ia + 12, 5, value, 24));
}

static inline size_t
make6(const struct v6 *v6, uint8_t out[600])
{
	struct endpoint list[16];
	uint8_t value[256];
	size_t len = 4, count = v6->dns == NULL ? 0 : servers_of(list, 16, v6->dns);

	put32(out, v6->xid);
	out[0] = v6->type;
	if (v6->duid != NULL)
		len += put6(out + len, 1, v6->duid->octets, v6->duid->len);
	else if (v6->client != NULL)
		len += put6(out + len, 1, v6->client, strlen(v6->client));
	if (v6->server != NULL)
		len += put6(out + len, 2, v6->server, strlen(v6->server));
	if (v6->address != NULL)
		len += put6_ia(out + len, v6);
	if (v6->status != 0) {
		value[0] = 0;
		value[1] = (uint8_t)v6->status;
		len += put6(out + len, 13, value, 2);
	}
	for (size_t i = 0; i < count; i++)
		memcpy(value + 16 * i, list[i].addr.octets, 16);
	if (count > 0)
		len += put6(out + len, 23, value, 16 * count);
	put32(value, v6->refresh_s);
	if (v6->refresh_s != 0)
		len += put6(out + len, 32, value, 4);
	put32(value, v6->max_rt_s);
	if (v6->max_rt_s != 0)
		len += put6(out + len, 83, value, 4);
	return len;
}

static inline bool
ask6(uint32_t ifindex, struct v6 v6)
{
	struct dgram ends = {"fe80::2", "ff02::1:2", 546, 547};
	uint8_t bytes[600];
	size_t len = make6(&v6, bytes);

	return carry(ifindex, true, ends, bytes, len);
}

static inline bool
tell6(uint32_t ifindex, struct v6 v6)
{
	struct dgram ends = {"fe80::1", "fe80::2", v6.from != 0 ? v6.from : 547,
		v6.to != 0 ? v6.to : 546};
	uint8_t bytes[600];
	size_t len;

	if (v6.type == 0)
		v6.type = DHCP6_REPLY;
	len = make6(&v6, bytes);
	return carry(ifindex, false, ends, bytes, len);
}

/* --- answers to its own questions --------------------------------------------------- */

static inline uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	    at[3];
}

/* The last question is answered. */
static inline bool
answer4(struct v4 v4)
{
	v4.xid = get32(l.bytes + 4);
	return tell4(2, v4);
}

static inline bool
answer6(struct v6 v6)
{
	static struct dhcp6_duid us;

	us = dhcp6_duid_ll(1, link_of("eth0")->hwaddr, 6);
	v6.xid = get32(l.bytes) & 0xffffff;
	if (v6.duid == NULL && v6.client == NULL)
		v6.duid = &us;
	if (v6.server == NULL)
		v6.server = "srv1";
	return tell6(2, v6);
}

/* A daemon that asks by one protocol. */
static inline void
begin_asking(enum fact_source source)
{
	begin();
	use(source, FACT_SOURCE_HOOK);
	go(false);
	stand("eth0", source == FACT_SOURCE_INFORM ? "192.0.2.10" : "fe80::2");
}

/* When it asks next, ms from now. */
static inline int64_t
next_ms(void)
{
	int64_t before_us = l.world.step.now_us, at_us = learn_deadline(l.learn);

	cr_assert_neq(at_us, CLOCK_NEVER);
	pass(at_us - before_us);
	return (at_us - before_us) / 1000;
}

#define expect_between(value, least, most) do { \
	int64_t v_ = (value); \
	cr_expect(v_ >= (least) && v_ <= (most), "line %d: %lld not in %lld..%lld", \
	    __LINE__, (long long)v_, (long long)(least), (long long)(most)); \
} while (0)

#endif
