/*
 * dhcp6: DHCPv6 messages (RFC 8415 and 9915, 3646, 4704).
 *
 * Everything is an option: a code, a length, a value, some with options inside.  A
 * length that leaves what it stands in makes the message malformed; a value that breaks
 * its own rules makes only its option absent.
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/cursor.h"
#include "ddnsupd/dhcp6.h"
#include "dhcp_name.h"

#define HEADER_LEN 4         /* type and transaction id (RFC 8415 8) */
#define ADDR_OCTETS 16
#define RELAY_FORW 12        /* RFC 8415 9 */
#define RELAY_REPL 13
#define REFRESH_MIN_S 600    /* IRT_MINIMUM (RFC 8415 21.23) */
#define MAX_RT_MIN_S 60      /* RFC 8415 21.25 */
#define MAX_RT_MAX_S 86400
#define DUID_LL 3            /* RFC 8415 11.4 */
#define FQDN_S 0x01          /* RFC 4704 4.1: N is not where DHCPv4 has it */
#define FQDN_O 0x02
#define FQDN_N 0x04

enum option { /* RFC 8415 21, RFC 3646, RFC 4704 */
	OPTION_CLIENTID = 1,
	OPTION_SERVERID = 2,
	OPTION_IA_NA = 3,
	OPTION_IAADDR = 5,
	OPTION_ORO = 6,
	OPTION_ELAPSED_TIME = 8,
	OPTION_STATUS_CODE = 13,
	OPTION_DNS_SERVERS = 23,
	OPTION_DOMAIN_LIST = 24,
	OPTION_REFRESH_TIME = 32,
	OPTION_CLIENT_FQDN = 39,
	OPTION_INF_MAX_RT = 83,
};

/* What an IA_NA and the addresses in it say. */
struct binding {
	uint32_t t1_s;
	uint32_t t2_s;
	uint16_t status;
	bool has_address;
	struct addr address;
	uint32_t valid_s;
};

/* What only counts once the whole message is read. */
struct reading {
	struct dhcp6 *message;
	uint32_t t1_s;       /* of the binding that gave the address */
	uint32_t refresh_s;  /* option 32; 0: not there */
	bool bad;            /* a nested length left its parent */
};

static void read_options(struct reading *reading, struct cursor *options);
static bool next_option(struct cursor *options, uint16_t *code, struct cursor *value);
static void read_option(struct reading *reading, uint16_t code, struct cursor value);
static void read_duid(struct dhcp6_duid *duid, struct cursor value);
static void read_ia(struct reading *reading, struct cursor value);
static bool read_binding(struct binding *binding, struct cursor value);
static bool read_address(struct binding *binding, struct cursor value);
static bool is_usable(const struct binding *binding);
static uint16_t read_status(struct cursor value);
static void read_servers(struct dhcp_info *info, struct cursor value);
static void read_domains(struct dhcp_info *info, struct cursor value);
static uint32_t read_seconds(struct cursor value);
static void read_fqdn(struct dhcp_info *info, struct cursor value);
static uint8_t *put_u16(uint8_t *out, uint16_t value);

enum fault
dhcp6_parse(const uint8_t *bytes, size_t len, struct dhcp6 *message)
{
	struct reading reading = {.message = message};
	struct cursor cursor = cursor_make(bytes, len);
	uint32_t head;

	memset(message, 0, sizeof(*message));
	if (len < HEADER_LEN)
		return FAULT_MSG_SHORT;
	head = cursor_u32(&cursor);
	message->type = (uint8_t)(head >> 24);
	message->xid = head & 0xffffff;
	if (message->type != 0 && message->type != RELAY_FORW &&
	    message->type != RELAY_REPL)
		read_options(&reading, &cursor);
	else
		reading.bad = true;
	if (reading.bad || cursor.bad) {
		memset(message, 0, sizeof(*message));
		return FAULT_MSG_MALFORMED;
	}
	message->info.renew_s =
	    reading.refresh_s > 0 ? reading.refresh_s : reading.t1_s;
	return FAULT_NONE;
}

struct dhcp6_duid
dhcp6_duid_ll(uint16_t hwtype, const uint8_t *hwaddr, size_t len)
{
	struct dhcp6_duid duid = {.len = 4 + len};
	uint8_t *out = put_u16(duid.octets, DUID_LL);

	assert(duid.len <= DHCP6_DUID_MAX);
	out = put_u16(out, hwtype);
	if (len > 0)
		memcpy(out, hwaddr, len);
	return duid;
}

size_t
dhcp6_information_request(uint32_t xid, const struct dhcp6_duid *client,
    uint16_t elapsed_cs, uint8_t out[DHCP6_MESSAGE_MAX])
{
	static const uint16_t wanted[] = {OPTION_DNS_SERVERS, OPTION_DOMAIN_LIST,
	    OPTION_REFRESH_TIME, OPTION_INF_MAX_RT};
	uint8_t *at = out;

	assert(xid <= 0xffffff && client->len > 0 && client->len <= DHCP6_DUID_MAX);
	at = put_u16(at, (uint16_t)(DHCP6_INFORMATION_REQUEST << 8 | xid >> 16));
	at = put_u16(at, (uint16_t)(xid & 0xffff));
	at = put_u16(at, OPTION_CLIENTID);
	at = put_u16(at, (uint16_t)client->len);
	memcpy(at, client->octets, client->len);
	at = put_u16(at + client->len, OPTION_ELAPSED_TIME);
	at = put_u16(at, 2);
	at = put_u16(at, elapsed_cs);
	/* RFC 8415 18.2.6: 32 and 83 must be asked for.  RFC 4704 5: never 39 here. */
	at = put_u16(at, OPTION_ORO);
	at = put_u16(at, sizeof(wanted));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		at = put_u16(at, wanted[i]);
	return (size_t)(at - out);
}

static void
read_options(struct reading *reading, struct cursor *options)
{
	struct cursor value;
	uint16_t code;

	while (!reading->bad && next_option(options, &code, &value))
		read_option(reading, code, value);
}

/* False at the end, and with options->bad when a length leads beyond it. */
static bool
next_option(struct cursor *options, uint16_t *code, struct cursor *value)
{
	if (options->left == 0)
		return false;
	*code = cursor_u16(options);
	*value = cursor_take(options, cursor_u16(options));
	return !options->bad;
}

/* RFC 8415 21: most may stand there once only; of several the first counts. */
static void
read_option(struct reading *reading, uint16_t code, struct cursor value)
{
	struct dhcp6 *message = reading->message;
	uint32_t seconds;

	switch (code) {
	case OPTION_CLIENTID:
		read_duid(&message->client, value);
		break;
	case OPTION_SERVERID:
		read_duid(&message->server, value);
		break;
	case OPTION_IA_NA:
		read_ia(reading, value);
		break;
	case OPTION_STATUS_CODE:
		if (message->status == 0)
			message->status = read_status(value);
		break;
	case OPTION_DNS_SERVERS:
		read_servers(&message->info, value);
		break;
	case OPTION_DOMAIN_LIST:
		read_domains(&message->info, value);
		break;
	case OPTION_REFRESH_TIME:
		seconds = read_seconds(value);
		if (seconds > 0 && reading->refresh_s == 0)
			reading->refresh_s =
			    seconds < REFRESH_MIN_S ? REFRESH_MIN_S : seconds;
		break;
	case OPTION_CLIENT_FQDN:
		read_fqdn(&message->info, value);
		break;
	case OPTION_INF_MAX_RT:
		seconds = read_seconds(value);
		if (seconds >= MAX_RT_MIN_S && seconds <= MAX_RT_MAX_S)
			message->max_rt_s = seconds;
		break;
	default:
		break;
	}
}

static void
read_duid(struct dhcp6_duid *duid, struct cursor value)
{
	if (duid->len > 0 || value.left == 0 || value.left > DHCP6_DUID_MAX)
		return;
	duid->len = value.left;
	cursor_copy(&value, duid->octets, duid->len);
}

/* The first IA_NA with an address that is leased to the client. */
static void
read_ia(struct reading *reading, struct cursor value)
{
	struct dhcp_info *info = &reading->message->info;
	struct binding binding = {0};

	if (!read_binding(&binding, value)) {
		reading->bad = true;
		return;
	}
	if (info->has_address || !is_usable(&binding))
		return;
	info->has_address = true;
	info->address = binding.address;
	info->lease_s = binding.valid_s;
	reading->t1_s = binding.t1_s;
}

/* RFC 8415 21.4: IAID, T1, T2, options.  False: a length in it leads out of it. */
static bool
read_binding(struct binding *binding, struct cursor value)
{
	struct cursor inner;
	uint16_t code;

	cursor_skip(&value, 4);
	binding->t1_s = cursor_u32(&value);
	binding->t2_s = cursor_u32(&value);
	if (value.bad)
		return true;
	while (next_option(&value, &code, &inner)) {
		if (code == OPTION_STATUS_CODE && binding->status == 0)
			binding->status = read_status(inner);
		else if (code == OPTION_IAADDR && !read_address(binding, inner))
			return false;
	}
	return !value.bad;
}

/* RFC 8415 21.6: address, preferred and valid lifetime, options. */
static bool
read_address(struct binding *binding, struct cursor value)
{
	uint8_t octets[ADDR_OCTETS];
	uint32_t preferred_s, valid_s;
	uint16_t code, status = 0;
	struct cursor inner;
	struct addr addr;

	cursor_copy(&value, octets, sizeof(octets));
	preferred_s = cursor_u32(&value);
	valid_s = cursor_u32(&value);
	if (value.bad)
		return true;
	while (next_option(&value, &code, &inner))
		if (code == OPTION_STATUS_CODE && status == 0)
			status = read_status(inner);
	addr = addr_make(FAMILY_IPV6, octets);
	/* A valid lifetime of 0 takes the address back, one below the preferred one
	 * must be discarded. */
	if (!binding->has_address && status == 0 && valid_s > 0 &&
	    preferred_s <= valid_s && addr_unfit(&addr) == NULL) {
		binding->has_address = true;
		binding->address = addr;
		binding->valid_s = valid_s;
	}
	return !value.bad;
}

/* RFC 8415 21.4: an IA_NA with T1 > T2 > 0 is discarded. */
static bool
is_usable(const struct binding *binding)
{
	return binding->has_address && binding->status == 0 &&
	    (binding->t2_s == 0 || binding->t1_s <= binding->t2_s);
}

/* RFC 8415 21.13; what is too short to hold a code counts as success. */
static uint16_t
read_status(struct cursor value)
{
	return cursor_u16(&value);
}

/* RFC 3646 3. */
static void
read_servers(struct dhcp_info *info, struct cursor value)
{
	if (value.left % ADDR_OCTETS != 0)
		return;
	while (value.left > 0) {
		uint8_t octets[ADDR_OCTETS];
		struct addr addr;

		cursor_copy(&value, octets, sizeof(octets));
		addr = addr_make(FAMILY_IPV6, octets);
		dhcp_add_server(info, &addr);
	}
}

/* RFC 3646 4: as in DNS, but compression is forbidden (RFC 8415 10). */
static void
read_domains(struct dhcp_info *info, struct cursor value)
{
	if (!info->has_domain)
		info->has_domain =
		    dhcp_name_first(value.at, value.left, false, &info->domain);
}

/* 0: of the wrong length. */
static uint32_t
read_seconds(struct cursor value)
{
	return value.left == 4 ? cursor_u32(&value) : 0;
}

/* RFC 4704 4: flags and a name, which may be missing.  One that is no name may not pass
 * for a missing one. */
static void
read_fqdn(struct dhcp_info *info, struct cursor value)
{
	uint8_t flags = cursor_u8(&value);

	if (info->has_fqdn || value.bad)
		return;
	if (value.left > 0) {
		if (!dhcp_name_wire(value.at, value.left, &info->fqdn_name))
			return;
		info->has_fqdn_name = true;
	}
	info->has_fqdn = true;
	info->fqdn_flags = (uint8_t)((flags & FQDN_S ? DHCP_FQDN_S : 0) |
	    (flags & FQDN_O ? DHCP_FQDN_O : 0) | (flags & FQDN_N ? DHCP_FQDN_N : 0));
}

static uint8_t *
put_u16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)(value & 0xff);
	return out + 2;
}
