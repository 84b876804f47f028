/*
 * dhcp4: DHCPv4 messages.
 *
 * The fixed part (RFC 2131 2), then each option that means something to us, by a table.
 * A reader of an option that finds its value wrong returns without a trace.
 */
#include <string.h>

#include "ddnsupd/dhcp4.h"
#include "dhcp4_options.h"
#include "dhcp_name.h"

#define MAGIC_COOKIE 0x63825363u /* RFC 2131 3 */
#define SNAME_LEN 64
#define FILE_LEN 128
#define CHADDR_LEN 16
#define FQDN_E 0x04u            /* the name is in wire form: RFC 4702 2.1 */
#define FQDN_NAME 3             /* behind the flags and two RCODEs */

enum { /* BOOTP's op */
	OP_REQUEST = 1,
	OP_REPLY = 2,
};

static enum fault read_fixed(struct cursor *at, struct dhcp4 *message,
    struct cursor *sname, struct cursor *file);
static struct addr take_addr(struct cursor *at);
static void read_options(const struct dhcp4_options *options, struct dhcp4 *message);
static void read_servers(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_host_name(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_domain(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_requested(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_lease(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_type(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_server_id(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_renew(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_rebind(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_client_id(struct dhcp4 *message, const uint8_t *value, size_t len);
static void read_fqdn(struct dhcp4 *message, const uint8_t *value, size_t len);
static bool read_fqdn_name(struct dhcp_info *info, bool is_wire, const uint8_t *value,
    size_t len);
static void read_search(struct dhcp4 *message, const uint8_t *value, size_t len);
static uint32_t seconds(const uint8_t *value, size_t len);
static void settle_times(struct dhcp4 *message);
static void settle_address(struct dhcp4 *message);

/* In this order: 119 gives the domain only where 15 did not. */
static const struct {
	uint8_t code;
	void (*read)(struct dhcp4 *message, const uint8_t *value, size_t len);
} readers[] = {
	{6, read_servers},      /* RFC 2132 3.8 */
	{12, read_host_name},   /* RFC 2132 3.14 */
	{15, read_domain},      /* RFC 2132 3.17 */
	{50, read_requested},   /* RFC 2132 9.1 */
	{51, read_lease},       /* RFC 2132 9.2 */
	{53, read_type},        /* RFC 2132 9.6 */
	{54, read_server_id},   /* RFC 2132 9.7 */
	{58, read_renew},       /* RFC 2132 9.11 */
	{59, read_rebind},      /* RFC 2132 9.12 */
	{61, read_client_id},   /* RFC 2132 9.14 */
	{81, read_fqdn},        /* RFC 4702 2 */
	{119, read_search},     /* RFC 3397 2 */
};

enum fault
dhcp4_parse(const uint8_t *bytes, size_t len, struct dhcp4 *message)
{
	struct cursor at = cursor_make(bytes, len);
	struct dhcp4 parsed = {0};
	struct dhcp4_options options;
	struct cursor sname;
	struct cursor file;
	enum fault fault = read_fixed(&at, &parsed, &sname, &file);

	if (fault != FAULT_NONE)
		return fault;
	if (!dhcp4_options_open(&options, at, file, sname))
		return FAULT_MSG_MALFORMED;
	read_options(&options, &parsed);
	settle_times(&parsed);
	settle_address(&parsed);
	*message = parsed;
	return FAULT_NONE;
}

/* As far as the magic cookie, which is part of it: without one it is not DHCP. */
static enum fault
read_fixed(struct cursor *at, struct dhcp4 *message, struct cursor *sname,
    struct cursor *file)
{
	uint32_t cookie;

	message->op = cursor_u8(at);
	message->hwtype = cursor_u8(at);
	message->hwaddr_len = cursor_u8(at);
	cursor_skip(at, 1); /* hops */
	message->xid = cursor_u32(at);
	cursor_skip(at, 4); /* secs, flags */
	message->ciaddr = take_addr(at);
	message->yiaddr = take_addr(at);
	cursor_skip(at, 4); /* siaddr */
	message->giaddr = take_addr(at);
	cursor_copy(at, message->hwaddr, CHADDR_LEN);
	*sname = cursor_take(at, SNAME_LEN);
	*file = cursor_take(at, FILE_LEN);
	cookie = cursor_u32(at);
	if (at->bad)
		return FAULT_MSG_SHORT;
	if (cookie != MAGIC_COOKIE || message->hwaddr_len > CHADDR_LEN ||
	    (message->op != OP_REQUEST && message->op != OP_REPLY))
		return FAULT_MSG_MALFORMED;
	memset(message->hwaddr + message->hwaddr_len, 0,
	    CHADDR_LEN - message->hwaddr_len);
	return FAULT_NONE;
}

static struct addr
take_addr(struct cursor *at)
{
	uint8_t octets[4];

	cursor_copy(at, octets, sizeof(octets));
	return addr_make(FAMILY_IPV4, octets);
}

static void
read_options(const struct dhcp4_options *options, struct dhcp4 *message)
{
	uint8_t value[DHCP4_VALUE_MAX];

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		size_t len = dhcp4_options_value(options, readers[i].code, value);

		if (len > 0)
			readers[i].read(message, value, len);
	}
}

/* Of another length it is no list of addresses (RFC 2132 3.8). */
static void
read_servers(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	if (len % 4 != 0)
		return;
	for (size_t at = 0; at < len; at += 4) {
		const struct addr server = addr_make(FAMILY_IPV4, value + at);

		dhcp_add_server(&message->info, &server);
	}
}

static void
read_host_name(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	message->info.has_host_name =
	    dhcp_name_text(value, len, &message->info.host_name);
}

static void
read_domain(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	message->info.has_domain =
	    dhcp_name_domain(value, len, &message->info.domain);
}

static void
read_requested(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	if (len != 4)
		return;
	message->has_requested = true;
	message->requested = addr_make(FAMILY_IPV4, value);
}

static void
read_lease(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	message->info.lease_s = seconds(value, len);
}

static void
read_type(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	if (len == 1)
		message->type = value[0];
}

static void
read_server_id(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	struct addr id;

	if (len != 4)
		return;
	id = addr_make(FAMILY_IPV4, value);
	if (addr_is_unspecified(&id) || addr_is_multicast(&id) || addr_is_broadcast(&id))
		return;
	message->has_server_id = true;
	message->server_id = id;
}

static void
read_renew(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	message->info.renew_s = seconds(value, len);
}

static void
read_rebind(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	message->rebind_s = seconds(value, len);
}

/* A type and at least one octet more. */
static void
read_client_id(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	if (len < 2 || len > DHCP4_CLIENT_ID_MAX)
		return;
	memcpy(message->client_id, value, len);
	message->client_id_len = (uint8_t)len;
}

/* RFC 4702 2.1: S and N exclude each other, other bits are to be ignored. */
static void
read_fqdn(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	struct dhcp_info *info = &message->info;
	uint8_t flags = value[0] & (DHCP_FQDN_S | DHCP_FQDN_O | DHCP_FQDN_N);

	if (len < FQDN_NAME ||
	    (flags & (DHCP_FQDN_S | DHCP_FQDN_N)) == (DHCP_FQDN_S | DHCP_FQDN_N) ||
	    !read_fqdn_name(info, (value[0] & FQDN_E) != 0, value + FQDN_NAME,
		len - FQDN_NAME))
		return;
	info->has_fqdn = true;
	info->fqdn_flags = flags;
}

/* Empty is right, and the root is taken as that: the server names nothing. */
static bool
read_fqdn_name(struct dhcp_info *info, bool is_wire, const uint8_t *value, size_t len)
{
	if (len == 0 || (len == 1 && value[0] == 0))
		return true;
	info->has_fqdn_name = is_wire ? dhcp_name_wire(value, len, &info->fqdn_name) :
	    dhcp_name_text(value, len, &info->fqdn_name);
	return info->has_fqdn_name;
}

static void
read_search(struct dhcp4 *message, const uint8_t *value, size_t len)
{
	if (!message->info.has_domain)
		message->info.has_domain =
		    dhcp_name_first(value, len, true, &message->info.domain);
}

/* 0xffffffff is "no end" there and here. */
static uint32_t
seconds(const uint8_t *value, size_t len)
{
	struct cursor at = cursor_make(value, len);

	return len == 4 ? cursor_u32(&at) : 0;
}

/* T1 is not after T2, T2 not after the end of the lease (RFC 2131 4.4.5): one that is
 * was not said. */
static void
settle_times(struct dhcp4 *message)
{
	uint32_t lease_s = message->info.lease_s;

	if (lease_s != 0 && message->rebind_s > lease_s)
		message->rebind_s = 0;
	if ((lease_s != 0 && message->info.renew_s > lease_s) ||
	    (message->rebind_s != 0 && message->info.renew_s > message->rebind_s))
		message->info.renew_s = 0;
}

static void
settle_address(struct dhcp4 *message)
{
	const struct addr *address = addr_is_unspecified(&message->yiaddr) ?
	    &message->ciaddr : &message->yiaddr;

	if (message->op != OP_REPLY || addr_unfit(address) != NULL)
		return;
	message->info.has_address = true;
	message->info.address = *address;
}
