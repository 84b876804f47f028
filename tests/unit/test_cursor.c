/*
 * The bounded cursor: what it reads, and that an error stays.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ddnsupd/cursor.h"

static const uint8_t octets[] = {0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x08};

TestSuite(cursor);

Test(cursor, network_byte_order)
{
	struct cursor at = cursor_make(octets, sizeof(octets));

	cr_assert_eq(cursor_u8(&at), 0x01);
	cr_assert_eq(cursor_u16(&at), 0x0203);
	cr_assert_eq(cursor_u32(&at), 0x84050607);
	cr_assert_eq(at.left, 1);
	cr_assert_not(at.bad);
}

Test(cursor, to_the_last_octet)
{
	struct cursor at = cursor_make(octets, sizeof(octets));

	cursor_skip(&at, sizeof(octets));
	cr_assert_not(at.bad);
	cr_assert_eq(at.left, 0);
	cr_assert_eq(cursor_u8(&at), 0);
	cr_assert(at.bad);
}

Test(cursor, an_error_stays)
{
	struct cursor at = cursor_make(octets, 3);

	cr_assert_eq(cursor_u32(&at), 0x01020000, "half of it was there");
	cr_assert(at.bad);
	cr_assert_eq(at.left, 0);
	cr_assert_eq(cursor_u8(&at), 0, "the third octet is no more to be had");
	cr_assert_eq(cursor_u16(&at), 0);
	cr_assert(at.bad);
}

Test(cursor, copy)
{
	struct cursor at = cursor_make(octets, sizeof(octets));
	uint8_t copy[8];

	cursor_copy(&at, copy, 6);
	cr_assert_eq(memcmp(copy, octets, 6), 0);
	cursor_copy(&at, copy, 0);
	cr_assert_not(at.bad);
	cursor_copy(&at, copy, 3);
	cr_assert(at.bad);
	cr_assert_eq(copy[0] | copy[1] | copy[2], 0);
	cr_assert_eq(copy[3], octets[3], "no further than asked");
}

Test(cursor, take)
{
	struct cursor at = cursor_make(octets, sizeof(octets));
	struct cursor part = cursor_take(&at, 3);

	cr_assert_eq(part.left, 3);
	cr_assert_eq(at.left, 5);
	cr_assert_eq(cursor_u8(&at), 0x84);
	cr_assert_eq(cursor_u16(&part), 0x0102);
	cr_assert_eq(cursor_u16(&part), 0);
	cr_assert(part.bad);
	cr_assert_not(at.bad, "each has an error of its own");
}

Test(cursor, take_too_much)
{
	struct cursor at = cursor_make(octets, sizeof(octets));
	struct cursor part = cursor_take(&at, sizeof(octets) + 1);

	cr_assert(part.bad);
	cr_assert_eq(part.left, 0);
	cr_assert(at.bad);
	part = cursor_take(&at, 0);
	cr_assert(part.bad, "nothing good comes out of a bad one");
}

Test(cursor, nothing_at_all)
{
	struct cursor at = cursor_make(NULL, 0);

	cursor_skip(&at, 0);
	cursor_copy(&at, NULL, 0);
	cr_assert_not(cursor_take(&at, 0).bad);
	cr_assert_not(at.bad);
	cr_assert_eq(cursor_u8(&at), 0);
	cr_assert(at.bad);
}

/* A length near SIZE_MAX must not wrap. */
Test(cursor, huge_lengths)
{
	struct cursor at = cursor_make(octets, sizeof(octets));

	cursor_skip(&at, 1);
	cr_assert(cursor_take(&at, SIZE_MAX).bad);
	at = cursor_make(octets, sizeof(octets));
	cursor_skip(&at, SIZE_MAX);
	cr_assert(at.bad);
}
