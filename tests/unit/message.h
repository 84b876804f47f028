/*
 * message: DNS messages for the tests, octet by octet, right or wrong as wanted.
 */
#ifndef DDNSUPD_TEST_MESSAGE_H
#define DDNSUPD_TEST_MESSAGE_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "ddnsupd/name.h"
#include "ddnsupd/wire.h"

#define MESSAGE_AA 0x8400       /* QR and AA */

struct message {
	uint8_t bytes[WIRE_MESSAGE_MAX + 16];
	size_t len;
};

static inline void
put_u8(struct message *m, unsigned value)
{
	cr_assert_lt(m->len, sizeof(m->bytes));
	m->bytes[m->len++] = (uint8_t)value;
}

static inline void
put_u16(struct message *m, unsigned value)
{
	put_u8(m, value >> 8 & 0xff);
	put_u8(m, value & 0xff);
}

static inline void
put_u32(struct message *m, uint32_t value)
{
	put_u16(m, value >> 16);
	put_u16(m, value & 0xffff);
}

static inline void
put_octets(struct message *m, const void *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put_u8(m, ((const uint8_t *)octets)[i]);
}

/* A name as text with single dots; "" is the root.  Case is kept. */
static inline void
put_name(struct message *m, const char *text)
{
	while (*text != '\0') {
		size_t label_len = strcspn(text, ".");

		put_u8(m, (unsigned)label_len);
		put_octets(m, text, label_len);
		text += label_len + (text[label_len] == '.');
	}
	put_u8(m, 0);
}

/* A compression pointer. */
static inline void
put_pointer(struct message *m, size_t target)
{
	put_u16(m, 0xc000u | (unsigned)target);
}

static inline void
put_header(struct message *m, unsigned id, unsigned flags, unsigned questions,
    unsigned answers, unsigned authority, unsigned additional)
{
	m->len = 0;
	put_u16(m, id);
	put_u16(m, flags);
	put_u16(m, questions);
	put_u16(m, answers);
	put_u16(m, authority);
	put_u16(m, additional);
}

static inline void
put_question(struct message *m, const char *name, unsigned type)
{
	put_name(m, name);
	put_u16(m, type);
	put_u16(m, 1);
}

/* Type, class, TTL and RDLENGTH: what stands between the owner and the RDATA. */
static inline void
put_fixed(struct message *m, unsigned type, unsigned class, uint32_t ttl,
    unsigned rdata_len)
{
	put_u16(m, type);
	put_u16(m, class);
	put_u32(m, ttl);
	put_u16(m, rdata_len);
}

/* A whole RR with its owner and RDATA as they are given. */
static inline void
put_rr(struct message *m, const char *owner, unsigned type, unsigned class,
    uint32_t ttl, const void *rdata, size_t rdata_len)
{
	put_name(m, owner);
	put_fixed(m, type, class, ttl, (unsigned)rdata_len);
	put_octets(m, rdata, rdata_len);
}

/* An RR, class IN, with one name as its RDATA. */
static inline void
put_name_rr(struct message *m, const char *owner, unsigned type, uint32_t ttl,
    const char *target)
{
	struct message rdata = {.len = 0};

	put_name(&rdata, target);
	put_rr(m, owner, type, 1, ttl, rdata.bytes, rdata.len);
}

#endif
