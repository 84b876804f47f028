/*
 * What we ask with.
 */
#include "dhcp4_message.h"

TestSuite(dhcp4_inform);

static const struct dhcp4_inform wish = {
	.xid = 0xdeadbeef,
	.ciaddr = {.family = FAMILY_IPV4, .octets = {192, 0, 2, 10}},
	.hwtype = 1,
	.hwaddr_len = 6,
	.hwaddr = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x01},
	.secs = 0x0102,
};

/* Octet by octet what goes out: RFC 2131 2 and 4.4.3. */
Test(dhcp4_inform, inform)
{
	static const uint8_t expected[300] = {
		1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 1, 2, 0, 0,
		192, 0, 2, 10,
		[28] = 0x02, 0x00, 0x5e, 0x00, 0x53, 0x01,
		[COOKIE] = 0x63, 0x82, 0x53, 0x63,
		53, 1, 8, 57, 2, 0x04, 0xe4, 55, 5, 6, 15, 12, 81, 119, 255,
	};
	uint8_t out[DHCP4_MESSAGE_MAX];

	memset(out, 0xa5, sizeof(out));
	cr_assert_eq(dhcp4_inform(&wish, out), sizeof(expected));
	cr_assert_eq(memcmp(out, expected, sizeof(expected)), 0);
	cr_assert_eq(out[sizeof(expected)], 0xa5);
}

Test(dhcp4_inform, inform_read_back)
{
	len = dhcp4_inform(&wish, bytes);
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.op, 1);
	cr_assert_eq(message.type, DHCP4_INFORM);
	cr_assert_eq(message.xid, wish.xid);
	cr_assert(addr_equal(&message.ciaddr, &wish.ciaddr));
	cr_assert_eq(message.hwaddr_len, 6);
	cr_assert_eq(memcmp(message.hwaddr, wish.hwaddr, 16), 0);
	cr_assert_not(message.has_requested);
	cr_assert_eq(message.info.lease_s, 0);
}
