/*
 * octets: a message for the tests, octet by octet, with lengths filled in afterwards.
 */
#ifndef DDNSUPD_TEST_OCTETS_H
#define DDNSUPD_TEST_OCTETS_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/name.h"

struct octets {
	uint8_t at[24576];
	size_t len;
};

static inline void
add(struct octets *octets, const void *bytes, size_t len)
{
	cr_assert_leq(octets->len + len, sizeof(octets->at));
	memcpy(octets->at + octets->len, bytes, len);
	octets->len += len;
}

static inline void
add_u8(struct octets *octets, unsigned value)
{
	uint8_t octet = (uint8_t)value;

	add(octets, &octet, 1);
}

static inline void
add_u16(struct octets *octets, unsigned value)
{
	add_u8(octets, value >> 8);
	add_u8(octets, value);
}

static inline void
add_u32(struct octets *octets, uint32_t value)
{
	add_u16(octets, value >> 16);
	add_u16(octets, value);
}

static inline void
add_addr(struct octets *octets, const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	add(octets, addr.octets, addr_len(&addr));
}

/* Labels of any octets but the dot, parted by dots; the root label only after a
 * trailing dot. */
static inline void
add_name(struct octets *octets, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ".");

		add_u8(octets, (unsigned)len);
		add(octets, text, len);
		text += len;
		if (*text == '.' && *++text == '\0')
			add_u8(octets, 0);
	}
}

/* An exact copy on the heap, so that a read beyond its end is seen. */
static inline uint8_t *
exact(const struct octets *octets)
{
	uint8_t *copy = malloc(octets->len > 0 ? octets->len : 1);

	cr_assert_not_null(copy);
	memcpy(copy, octets->at, octets->len);
	return copy;
}

static inline void
expect_addr(const struct addr *addr, const char *text)
{
	char buf[ADDR_TEXT_MAX];

	cr_assert_str_eq(addr_format(addr, buf), text);
}

static inline void
expect_name(const struct name *name, const char *text)
{
	char buf[NAME_TEXT_MAX];

	cr_assert_str_eq(name_format(name, buf), text);
}

#endif
