/*
 * dhcp4_inform: the DHCPINFORM we ask with (RFC 2131 3.4, 4.4.3).
 */
#include <assert.h>
#include <string.h>

#include "ddnsupd/dhcp4.h"

/* RFC 1542 2.1: shorter ones are dropped by relay agents and servers of old. */
#define BOOTP_LEN_MIN 300

/*
 * The answer in a packet of 1280 octets, with the headers of IPv4 and UDP: fragments are
 * not read, and there is hardly a link with a smaller MTU.
 */
#define ANSWER_MAX (1280 - 20 - 8)

enum { /* where the fields are: RFC 2131 2 */
	AT_XID = 4,
	AT_SECS = 8,
	AT_CIADDR = 12,
	AT_CHADDR = 28,
	AT_OPTIONS = 236,
};

/* What is always the same.  The flags stay clear: the answer goes to ciaddr. */
static const uint8_t options[] = {
	0x63, 0x82, 0x53, 0x63,
	53, 1, DHCP4_INFORM,
	57, 2, ANSWER_MAX >> 8, ANSWER_MAX & 0xff,
	55, 5, 6, 15, 12, 81, 119,
	255,
};

static void put_u16(uint8_t *out, uint32_t value);

size_t
dhcp4_inform(const struct dhcp4_inform *inform, uint8_t out[DHCP4_MESSAGE_MAX])
{
	assert(inform->hwaddr_len <= sizeof(inform->hwaddr));
	assert(inform->ciaddr.family == FAMILY_IPV4);
	memset(out, 0, BOOTP_LEN_MIN);
	out[0] = 1; /* BOOTREQUEST */
	out[1] = inform->hwtype;
	out[2] = inform->hwaddr_len;
	put_u16(out + AT_XID, inform->xid >> 16);
	put_u16(out + AT_XID + 2, inform->xid);
	put_u16(out + AT_SECS, inform->secs);
	memcpy(out + AT_CIADDR, inform->ciaddr.octets, addr_len(&inform->ciaddr));
	memcpy(out + AT_CHADDR, inform->hwaddr, inform->hwaddr_len);
	memcpy(out + AT_OPTIONS, options, sizeof(options));
	return BOOTP_LEN_MIN;
}

static void
put_u16(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}
