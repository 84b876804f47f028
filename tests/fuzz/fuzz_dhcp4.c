/*
 * Any octets as a DHCPv4 message, and as an IP packet.
 *
 * What comes out is fit to be believed: servers that may be some, each once; names that
 * are names.  The same octets say the same however they came: alone, or in a packet of
 * either family.  A fault leaves nothing behind.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/dhcp4.h"
#include "ddnsupd/packet.h"

#define IPV4_LEN 20u
#define IPV6_LEN 40u
#define UDP_LEN 8u
#define PAYLOAD_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool parse(const uint8_t *data, size_t size, struct dhcp4 *message);
static void check(const struct dhcp4 *message);
static void check_servers(const struct dhcp_info *info);
static void check_name(bool has_name, const struct name *name);
static void same(const struct dhcp4 *a, const struct dhcp4 *b);
static void open_any(const uint8_t *data, size_t size);
static void open_wrapped(const uint8_t *data, size_t size, size_t header_len);
static uint16_t checksum(const uint8_t *bytes, size_t len, uint32_t sum);
static void put_u16(uint8_t *at, size_t value);
static void demand(bool truth);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp4 message;

	if (parse(data, size, &message))
		check(&message);
	open_any(data, size);
	if (size <= PAYLOAD_MAX) {
		open_wrapped(data, size, IPV4_LEN);
		open_wrapped(data, size, IPV6_LEN);
	}
	return 0;
}

/* Twice, over memory with different contents. */
static bool
parse(const uint8_t *data, size_t size, struct dhcp4 *message)
{
	struct dhcp4 again;
	struct dhcp4 before;
	enum fault fault;

	memset(&before, 0x5a, sizeof(before));
	memset(message, 0x5a, sizeof(*message));
	memset(&again, 0xa5, sizeof(again));
	fault = dhcp4_parse(data, size, message);
	demand(dhcp4_parse(data, size, &again) == fault);
	if (fault == FAULT_NONE)
		same(message, &again);
	else
		demand(memcmp(message, &before, sizeof(before)) == 0);
	demand((fault == FAULT_MSG_SHORT) == (size < 240));
	return fault == FAULT_NONE;
}

static void
check(const struct dhcp4 *message)
{
	const struct dhcp_info *info = &message->info;

	demand(message->op == 1 || message->op == 2);
	demand(message->hwaddr_len <= sizeof(message->hwaddr));
	demand(message->client_id_len != 1);
	check_servers(info);
	check_name(info->has_domain, &info->domain);
	check_name(info->has_host_name, &info->host_name);
	check_name(info->has_fqdn_name, &info->fqdn_name);
	demand(info->has_fqdn || !info->has_fqdn_name);
	demand((info->fqdn_flags & ~(DHCP_FQDN_S | DHCP_FQDN_O | DHCP_FQDN_N)) == 0);
	demand(!info->has_address || (message->op == 2 &&
	    addr_unfit(&info->address) == NULL));
	demand(info->lease_s == 0 || (info->renew_s <= info->lease_s &&
	    message->rebind_s <= info->lease_s));
}

static void
check_servers(const struct dhcp_info *info)
{
	demand(info->server_count <= DHCP_SERVERS_MAX);
	for (size_t i = 0; i < info->server_count; i++) {
		const struct addr *server = &info->servers[i];

		demand(server->family == FAMILY_IPV4 && server->octets[0] != 0 &&
		    server->octets[0] != 127 && server->octets[0] >> 4 != 14 &&
		    !addr_is_broadcast(server));
		for (size_t j = 0; j < i; j++)
			demand(!addr_equal(server, &info->servers[j]));
	}
}

/* Its text is the name again, and of visible octets. */
static void
check_name(bool has_name, const struct name *name)
{
	char text[NAME_TEXT_MAX];
	struct name again;

	if (!has_name)
		return;
	name_format(name, text);
	demand(name_parse(&again, text) == FAULT_NONE && name_equal(name, &again));
	for (const char *at = text; *at != '\0'; at++)
		demand(*at > ' ' && *at <= '~' && *at != '\\');
}

static void
same(const struct dhcp4 *a, const struct dhcp4 *b)
{
	demand(a->op == b->op && a->type == b->type && a->xid == b->xid &&
	    a->hwtype == b->hwtype && a->hwaddr_len == b->hwaddr_len);
	demand(memcmp(a->hwaddr, b->hwaddr, sizeof(a->hwaddr)) == 0);
	demand(addr_equal(&a->ciaddr, &b->ciaddr) && addr_equal(&a->yiaddr, &b->yiaddr) &&
	    addr_equal(&a->giaddr, &b->giaddr));
	demand(a->has_server_id == b->has_server_id &&
	    addr_equal(&a->server_id, &b->server_id));
	demand(a->has_requested == b->has_requested &&
	    addr_equal(&a->requested, &b->requested));
	demand(a->client_id_len == b->client_id_len &&
	    memcmp(a->client_id, b->client_id, a->client_id_len) == 0);
	demand(dhcp_equal(&a->info, &b->info) && a->info.lease_s == b->info.lease_s &&
	    a->info.renew_s == b->info.renew_s && a->rebind_s == b->rebind_s);
}

/* The payload lies within; what passes with its checksum passes without. */
static void
open_any(const uint8_t *data, size_t size)
{
	struct packet packet;
	struct packet partial;

	if (packet_open(data, size, true, &partial) != FAULT_NONE) {
		demand(packet_open(data, size, false, &packet) != FAULT_NONE);
		return;
	}
	demand(partial.payload >= data + IPV4_LEN + UDP_LEN &&
	    partial.payload + partial.len <= data + size);
	demand(partial.source.family == partial.destination.family);
	if (packet_open(data, size, false, &packet) == FAULT_NONE)
		demand(packet.payload == partial.payload && packet.len == partial.len);
}

/* A packet made of it opens to it; with an octet changed it does not. */
static void
open_wrapped(const uint8_t *data, size_t size, size_t header_len)
{
	static uint8_t bytes[IPV6_LEN + UDP_LEN + PAYLOAD_MAX];
	uint8_t *udp = bytes + header_len;
	size_t addrs = header_len == IPV4_LEN ? 12 : 8;
	size_t udp_len = UDP_LEN + size;
	struct packet packet;
	uint16_t sum;

	memset(bytes, 0, header_len + UDP_LEN);
	bytes[0] = header_len == IPV4_LEN ? 0x45 : 0x60;
	bytes[header_len == IPV4_LEN ? 9 : 6] = 17;
	put_u16(bytes + (header_len == IPV4_LEN ? 2 : 4),
	    header_len == IPV4_LEN ? header_len + udp_len : udp_len);
	bytes[header_len - 1] = 1;
	if (header_len == IPV4_LEN)
		put_u16(bytes + 10, checksum(bytes, header_len, 0));
	put_u16(udp + 4, udp_len);
	if (size > 0)
		memcpy(udp + UDP_LEN, data, size);
	sum = checksum(bytes + addrs, header_len - addrs + udp_len,
	    17 + (uint32_t)udp_len);
	put_u16(udp + 6, sum == 0 ? 0xffff : sum);
	demand(packet_open(bytes, header_len + udp_len, false, &packet) == FAULT_NONE);
	demand(packet.payload == udp + UDP_LEN && packet.len == size);
	udp[1] ^= 1;
	demand(packet_open(bytes, header_len + udp_len, false, &packet) ==
	    FAULT_MSG_MALFORMED);
	demand(packet_open(bytes, header_len + udp_len, true, &packet) == FAULT_NONE);
}

/* RFC 1071 */
static uint16_t
checksum(const uint8_t *bytes, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
demand(bool truth)
{
	if (!truth)
		abort();
}
