/*
 * core_answer: answers from text, updates to text.
 *
 *   answer   FLAGS AND ADDRESSES [; SECTION OWNER TTL TYPE RDATA]...
 *            "aa 192.0.2.1 192.0.2.2/300"    (addresses of the name that was asked for)
 *            "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example"
 *            flags: aa, tc, an rcode; sections in order: an, au, ad
 *   update   "UPDATE zone owner: !CNAME =192.0.2.1 -192.0.2.1 +192.0.2.2/900 --A"
 *            !TYPE absent, =ADDR value; -ADDR delete, --TYPE the RRset, +ADDR/TTL add
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include "core_world.h"
#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"
#include "message.h"

#define FLAG_QR 0x8000u
#define FLAG_AA 0x0400u
#define FLAG_TC 0x0200u
#define FLAG_RD 0x0100u
#define FLAGS_UPDATE 0x2800u
#define CLASS_IN 1
#define CLASS_NONE 254
#define CLASS_ANY 255

static inline unsigned
get_u16(const uint8_t *bytes)
{
	return (unsigned)(bytes[0] << 8 | bytes[1]);
}

static inline void
set_u16(uint8_t *bytes, unsigned value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline int
rcode_of(const char *word)
{
	int rcode;

	for (rcode = 0; rcode < 16; rcode++)
		if (strcmp(rcode_name(rcode), word) == 0)
			return rcode;
	return -1;
}

static inline unsigned
type_of(const char *word)
{
	static const unsigned types[] = {RRTYPE_A, RRTYPE_AAAA, RRTYPE_NS, RRTYPE_SOA,
	    RRTYPE_CNAME, RRTYPE_DNAME};
	size_t i;

	for (i = 0; i < LENGTH(types); i++)
		if (strcmp(rrtype_name((uint16_t)types[i]), word) == 0)
			return types[i];
	cr_assert_fail("type %s", word);
	return 0;
}

static inline void
put_addr_rr(struct message *m, const char *owner, const char *text, uint32_t ttl)
{
	struct addr addr = addr_of(text);

	put_rr(m, owner, rrtype_of(&addr), CLASS_IN, ttl, addr.octets, addr_len(&addr));
}

/* MNAME as given, no mailbox, five zeroes. */
static inline void
put_soa_rr(struct message *m, const char *owner, uint32_t ttl, const char *mname)
{
	static struct message rdata;
	int i;

	rdata.len = 0;
	put_name(&rdata, mname);
	put_name(&rdata, "");
	for (i = 0; i < 5; i++)
		put_u32(&rdata, 0);
	put_rr(m, owner, RRTYPE_SOA, CLASS_IN, ttl, rdata.bytes, rdata.len);
}

/* "an OWNER TTL TYPE RDATA" */
static inline void
put_text_rr(struct message *m, char *text)
{
	char section[3], owner[256], type[8], rdata[256];
	unsigned ttl, count;

	cr_assert_eq(sscanf(text, " %2s %255s %u %7s %255s", section, owner, &ttl, type,
	    rdata), 5, "RR: %s", text);
	if (strcmp(owner, ".") == 0)
		owner[0] = '\0';
	if (strcmp(rdata, ".") == 0)
		rdata[0] = '\0';
	switch (type_of(type)) {
	case RRTYPE_A:
	case RRTYPE_AAAA:
		put_addr_rr(m, owner, rdata, ttl);
		break;
	case RRTYPE_SOA:
		put_soa_rr(m, owner, ttl, rdata);
		break;
	default:
		put_name_rr(m, owner, type_of(type), ttl, rdata);
		break;
	}
	count = section[1] == 'n' ? 6 : section[1] == 'u' ? 8 : 10;
	set_u16(m->bytes + count, get_u16(m->bytes + count) + 1);
}

/* A flag, an rcode or an address of the name that was asked for. */
static inline void
put_word(struct message *m, const char *qname, char *word)
{
	unsigned flags = get_u16(m->bytes + 2);
	char *slash = strchr(word, '/');
	uint32_t ttl = slash == NULL ? 900 : (uint32_t)strtoul(slash + 1, NULL, 10);

	if (slash != NULL)
		*slash = '\0';
	if (strcmp(word, "aa") == 0) {
		set_u16(m->bytes + 2, flags | FLAG_AA);
	} else if (strcmp(word, "tc") == 0) {
		set_u16(m->bytes + 2, flags | FLAG_TC);
	} else if (rcode_of(word) >= 0) {
		set_u16(m->bytes + 2, flags | (unsigned)rcode_of(word));
	} else if (*word != '\0') {
		put_addr_rr(m, qname, word, ttl);
		set_u16(m->bytes + 6, get_u16(m->bytes + 6) + 1);
	}
}

/* An answer to the question `qname` `qtype`. */
static inline void
answer_of(struct message *m, unsigned id, const char *qname, unsigned qtype,
    const char *text)
{
	char *copy = mem_text(text), *rest = copy, *part, *word;

	put_header(m, id, FLAG_QR, 1, 0, 0, 0);
	put_question(m, qname, qtype);
	part = strsep(&rest, ";");
	while ((word = strsep(&part, " ")) != NULL)
		put_word(m, qname, word);
	while ((part = strsep(&rest, ";")) != NULL)
		put_text_rr(m, part);
	free(copy);
}

/* An answer to an UPDATE: its header and zone section, and the rcode. */
static inline void
update_answer_of(struct message *m, const uint8_t *update, size_t len, int rcode)
{
	size_t at = WIRE_HEADER_LEN;

	while (at < len && update[at] != 0)
		at += update[at] + 1u;
	m->len = 0;
	put_octets(m, update, at + 5);
	memset(m->bytes + 6, 0, 6);
	set_u16(m->bytes + 2, FLAG_QR | FLAGS_UPDATE | (unsigned)rcode);
}

/* --- updates to text -------------------------------------------------------------- */

/* A name, compressed or not; returns what follows it. */
static inline size_t
read_name(const uint8_t *bytes, size_t at, struct strbuf *out)
{
	size_t end = 0;

	while (bytes[at] != 0) {
		if (bytes[at] >= 0xc0) {
			end = end == 0 ? at + 2 : end;
			at = get_u16(bytes + at) & 0x3fff;
			continue;
		}
		strbuf_printf(out, "%s%.*s", out->len == 0 ? "" : ".", bytes[at],
		    (const char *)bytes + at + 1);
		at += bytes[at] + 1u;
	}
	return end == 0 ? at + 1 : end;
}

static inline void
rr_text(struct strbuf *out, bool prereq, unsigned type, unsigned class, uint32_t ttl,
    const uint8_t *rdata, unsigned rdata_len)
{
	char text[ADDR_TEXT_MAX] = "?";
	struct addr addr;

	if (rdata_len > 0) {
		addr = addr_make(rrtype_family((uint16_t)type), rdata);
		cr_assert_eq(rdata_len, addr_len(&addr));
		addr_format(&addr, text);
	}
	if (class == CLASS_IN && !prereq)
		strbuf_printf(out, " +%s/%u", text, ttl);
	else if (class == CLASS_IN || (class == CLASS_NONE && !prereq))
		strbuf_printf(out, " %s%s", prereq ? "=" : "-", text);
	else
		strbuf_printf(out, " %s%s", prereq && class == CLASS_NONE ? "!" :
		    prereq ? "?" : "--", rrtype_name((uint16_t)type));
	if (class != CLASS_IN || prereq)
		cr_expect_eq(ttl, 0);
}

static inline char *
update_text(const uint8_t *bytes, size_t len)
{
	unsigned prereqs = get_u16(bytes + 6), count = prereqs + get_u16(bytes + 8), i;
	struct strbuf out = {0}, zone = {0}, owner = {0};
	size_t at = read_name(bytes, WIRE_HEADER_LEN, &zone) + 4;

	cr_expect_eq(get_u16(bytes + 2), FLAGS_UPDATE, "RD and Z clear");
	cr_expect_eq(get_u16(bytes + 4), 1);
	cr_expect_eq(get_u16(bytes + 10), 0);
	strbuf_printf(&out, "UPDATE %s", strbuf_text(&zone));
	for (i = 0; i < count; i++) {
		unsigned type, rdata_len;

		strbuf_free(&owner);
		at = read_name(bytes, at, &owner);
		if (i == 0)
			strbuf_printf(&out, " %s:", strbuf_text(&owner));
		type = get_u16(bytes + at);
		rdata_len = get_u16(bytes + at + 8);
		rr_text(&out, i < prereqs, type, get_u16(bytes + at + 2),
		    (uint32_t)get_u16(bytes + at + 4) << 16 | get_u16(bytes + at + 6),
		    bytes + at + 10, rdata_len);
		at += 10 + rdata_len;
	}
	cr_expect_eq(at, len);
	strbuf_free(&zone);
	strbuf_free(&owner);
	return strbuf_take(&out);
}

#endif
