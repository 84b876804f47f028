/*
 * dhcp6_message: DHCPv6 messages for the tests, option by option.
 */
#ifndef DDNSUPD_TEST_DHCP6_MESSAGE_H
#define DDNSUPD_TEST_DHCP6_MESSAGE_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/dhcp6.h"
#include "octets.h"

static inline struct octets
message(unsigned type)
{
	struct octets m = {.len = 0};

	add_u32(&m, type << 24 | 0x123456);
	return m;
}

/* Returns where its length stands, for close_option(). */
static inline size_t
open_option(struct octets *m, unsigned code)
{
	add_u16(m, code);
	add_u16(m, 0);
	return m->len;
}

static inline void
close_option(struct octets *m, size_t start)
{
	m->at[start - 2] = (uint8_t)((m->len - start) >> 8);
	m->at[start - 1] = (uint8_t)(m->len - start);
}

static inline void
option(struct octets *m, unsigned code, const void *value, size_t len)
{
	size_t start = open_option(m, code);

	add(m, value, len);
	close_option(m, start);
}

static inline void
option_u16(struct octets *m, unsigned code, unsigned value)
{
	size_t start = open_option(m, code);

	add_u16(m, value);
	close_option(m, start);
}

static inline void
option_u32(struct octets *m, unsigned code, uint32_t value)
{
	size_t start = open_option(m, code);

	add_u32(m, value);
	close_option(m, start);
}

static inline void
option_name(struct octets *m, unsigned code, const char *name)
{
	size_t start = open_option(m, code);

	add_name(m, name);
	close_option(m, start);
}

static inline void
servers(struct octets *m, const char *first, const char *second)
{
	size_t start = open_option(m, 23);

	add_addr(m, first);
	if (second != NULL)
		add_addr(m, second);
	close_option(m, start);
}

static inline size_t
open_ia(struct octets *m, uint32_t t1, uint32_t t2)
{
	size_t start = open_option(m, 3);

	add_u32(m, 0xabcdef01);
	add_u32(m, t1);
	add_u32(m, t2);
	return start;
}

static inline size_t
open_iaaddr(struct octets *m, const char *addr, uint32_t preferred, uint32_t valid)
{
	size_t start = open_option(m, 5);

	add_addr(m, addr);
	add_u32(m, preferred);
	add_u32(m, valid);
	return start;
}

static inline void
iaaddr(struct octets *m, const char *addr, uint32_t preferred, uint32_t valid)
{
	close_option(m, open_iaaddr(m, addr, preferred, valid));
}

static inline void
ia(struct octets *m, const char *addr, uint32_t valid)
{
	size_t start = open_ia(m, 1800, 2880);

	iaaddr(m, addr, valid, valid);
	close_option(m, start);
}

static inline enum fault
parse(const struct octets *m, struct dhcp6 *out)
{
	uint8_t *bytes = exact(m);
	enum fault fault = dhcp6_parse(bytes, m->len, out);

	free(bytes);
	return fault;
}

static inline struct dhcp6
parsed(const struct octets *m)
{
	struct dhcp6 out;

	cr_assert_eq(parse(m, &out), FAULT_NONE);
	return out;
}

static inline void
expect_malformed(const struct octets *m, const char *what)
{
	static const struct dhcp6 none;
	struct dhcp6 out;

	cr_assert_eq(parse(m, &out), FAULT_MSG_MALFORMED, "%s", what);
	cr_assert_arr_eq(&out, &none, sizeof(out));
}

#endif
