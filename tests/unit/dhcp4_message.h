/*
 * dhcp4_message: DHCPv4 messages for the tests, option by option, and what comes of them.
 */
#ifndef DDNSUPD_TEST_DHCP4_MESSAGE_H
#define DDNSUPD_TEST_DHCP4_MESSAGE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/dhcp4.h"
#include "ddnsupd/mem.h"

#define SNAME 44
#define FILE_FIELD 108
#define COOKIE 236
#define OPTIONS 240

/* A literal without its NUL. */
#define OCTETS(literal) literal, sizeof(literal) - 1

static uint8_t bytes[8192];
static size_t len;
static struct dhcp4 message;

static inline void
put(const char *octets, size_t count)
{
	cr_assert_leq(len + count, sizeof(bytes));
	memcpy(bytes + len, octets, count);
	len += count;
}

/* An ACK as far as the options: 192.0.2.10 for 02:00:5e:00:53:01. */
static inline void
begin(void)
{
	static const uint8_t fixed[OPTIONS] = {
		2, 1, 6, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0,
		[16] = 192, 0, 2, 10,
		[24] = 192, 0, 2, 2,
		[28] = 0x02, 0x00, 0x5e, 0x00, 0x53, 0x01,
		[COOKIE] = 0x63, 0x82, 0x53, 0x63,
	};

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, fixed, sizeof(fixed));
	len = OPTIONS;
	put(OCTETS("\65\1\5"));
}

static inline void
option(uint8_t code, const char *value, size_t value_len)
{
	const uint8_t head[] = {code, (uint8_t)value_len};

	put((const char *)head, sizeof(head));
	put(value, value_len);
}

/* On memory of exactly its length; a refused message leaves nothing behind. */
static inline enum fault
parse(void)
{
	uint8_t *exact = mem_copy(bytes, len);
	enum fault fault;

	memset(&message, 0, sizeof(message));
	fault = dhcp4_parse(exact, len, &message);
	if (fault != FAULT_NONE)
		cr_assert_eq(message.op, 0);
	free(exact);
	return fault;
}

/* An ACK with this one option. */
static inline void
parse_with(uint8_t code, const char *value, size_t value_len)
{
	begin();
	option(code, value, value_len);
	put(OCTETS("\377"));
	cr_assert_eq(parse(), FAULT_NONE);
	cr_assert_eq(message.type, DHCP4_ACK);
}

static inline void
expect_addr(const struct addr *addr, const char *expected)
{
	char buf[ADDR_TEXT_MAX];

	cr_assert_str_eq(addr_format(addr, buf), expected);
}

static inline void
expect_name(const struct name *name, const char *expected)
{
	char buf[NAME_TEXT_MAX];

	cr_assert_str_eq(name_format(name, buf), expected);
}

#endif
