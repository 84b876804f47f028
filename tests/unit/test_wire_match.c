/*
 * Which datagrams answer what was asked, and which are noise.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"
#include "message.h"

#define CLASS_CH 3

static struct message m;

TestSuite(wire_match);

static struct name
name(const char *text)
{
	struct name parsed;

	cr_assert_eq(name_parse(&parsed, text), FAULT_NONE);
	return parsed;
}

/* --- answers to queries --------------------------------------------------------- */

static uint8_t asked[WIRE_HEADER_LEN + NAME_WIRE_MAX + 4];
static size_t asked_len;

/* Ask for host.corp.example AAAA with the id 0x1234. */
static void
ask(void)
{
	const struct name host = name("host.corp.example");

	asked_len = wire_query(asked, sizeof(asked), 0x1234, &host, RRTYPE_AAAA, false);
}

static enum fault
match_query(void)
{
	uint8_t *exact = mem_copy(m.bytes, m.len);
	enum fault fault = wire_match_query(asked, asked_len, exact, m.len);

	free(exact);
	return fault;
}

Test(wire_match, query, .init = ask)
{
	put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	cr_assert_eq(match_query(), FAULT_NONE);
	put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
	put_question(&m, "hOST.Corp.EXAMPLE", RRTYPE_AAAA);
	cr_assert_eq(match_query(), FAULT_NONE);
}

Test(wire_match, query_header, .init = ask)
{
	static const struct { unsigned id, flags; } wrong[] = {
		{0x1235, MESSAGE_AA}, {0x3412, MESSAGE_AA}, {0x1234, 0x0400},
		{0x1234, 0xac00}, {0x1234, 0xa800},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put_header(&m, wrong[i].id, wrong[i].flags, 1, 0, 0, 0);
		put_question(&m, "host.corp.example", RRTYPE_AAAA);
		cr_assert_eq(match_query(), FAULT_MSG_MISMATCH, "case %zu", i);
	}
	for (m.len = 1; m.len < WIRE_HEADER_LEN; m.len++)
		cr_assert_eq(match_query(), FAULT_MSG_SHORT);
}

Test(wire_match, query_question, .init = ask)
{
	static const char *const others[] = {
		"hosT2.corp.example", "host.corp", "corp.example", "hos.tcorp.example",
		"h\017st.corp.example", "",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
		put_question(&m, others[i], RRTYPE_AAAA);
		cr_assert_eq(match_query(), FAULT_MSG_MISMATCH, "%s", others[i]);
	}
	put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_A);
	cr_assert_eq(match_query(), FAULT_MSG_MISMATCH);
	put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	m.bytes[m.len - 1] = CLASS_CH;
	cr_assert_eq(match_query(), FAULT_MSG_MISMATCH);
}

Test(wire_match, query_two_questions, .init = ask)
{
	put_header(&m, 0x1234, MESSAGE_AA, 2, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	cr_assert_eq(match_query(), FAULT_MSG_MISMATCH);
}

Test(wire_match, query_cut_question, .init = ask)
{
	put_header(&m, 0x1234, MESSAGE_AA, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	for (m.len--; m.len >= WIRE_HEADER_LEN; m.len--)
		cr_assert_eq(match_query(), FAULT_MSG_MISMATCH);
}

/* A refusal may come as a bare header, data may not. */
Test(wire_match, query_without_question, .init = ask)
{
	for (unsigned rcode = 0; rcode < 16; rcode++) {
		put_header(&m, 0x1234, 0x8000 | rcode, 0, 0, 0, 0);
		cr_assert_eq(match_query(),
		    rcode == RCODE_NOERROR ? FAULT_MSG_MISMATCH : FAULT_NONE);
	}
}

/* --- answers to updates --------------------------------------------------------- */

/* An UPDATE of host.corp.example in corp.example with the id 0x1234. */
static uint8_t *sent;
static size_t sent_len;

static void
send_update(void)
{
	struct update update = {
		.zone = name("corp.example"),
		.owner = name("host.corp.example"),
	};

	update_require_absent(&update, RRTYPE_CNAME);
	update_delete_rrset(&update, RRTYPE_A);
	cr_assert_eq(wire_update(&update, 0x1234, &sent, &sent_len), FAULT_NONE);
	update_free(&update);
}

static void
forget_update(void)
{
	free(sent);
}

static enum fault
match_update(int *rcode)
{
	uint8_t *exact = mem_copy(m.bytes, m.len);
	enum fault fault = wire_match_update(sent, sent_len, exact, m.len, rcode);

	free(exact);
	return fault;
}

static void
put_zone(unsigned flags, const char *zone)
{
	put_header(&m, 0x1234, flags, 1, 0, 0, 0);
	put_question(&m, zone, RRTYPE_SOA);
}

Test(wire_match, update_zone_alone, .init = send_update, .fini = forget_update)
{
	for (int rcode = 0; rcode < 16; rcode++) {
		int got = -1;

		put_zone(0xa800u | (unsigned)rcode, "corp.example");
		cr_assert_eq(match_update(&got), FAULT_NONE);
		cr_assert_eq(got, rcode);
	}
}

/* Everything copied (RFC 2136 3.8), even where it lies about what follows. */
Test(wire_match, update_behind_the_zone, .init = send_update, .fini = forget_update)
{
	int rcode = -1;

	put_octets(&m, sent, sent_len);
	m.bytes[2] |= 0x80;
	m.bytes[3] |= RCODE_YXRRSET;
	cr_assert_eq(match_update(&rcode), FAULT_NONE);
	cr_assert_eq(rcode, RCODE_YXRRSET);
	m.len = 40;
	cr_assert_eq(match_update(&rcode), FAULT_NONE);
	put_zone(0xa800, "corp.example");
	put_u32(&m, 0xc0ffc0ff);
	cr_assert_eq(match_update(&rcode), FAULT_NONE);
}

Test(wire_match, update_without_zone, .init = send_update, .fini = forget_update)
{
	int rcode = -1;

	put_header(&m, 0x1234, 0xa805, 0, 0, 0, 0);
	cr_assert_eq(match_update(&rcode), FAULT_NONE);
	cr_assert_eq(rcode, RCODE_REFUSED);
	put_header(&m, 0x1234, 0xa800, 0, 9, 9, 9);
	put_u32(&m, 0xc0ffc0ff);
	cr_assert_eq(match_update(&rcode), FAULT_NONE);
	cr_assert_eq(rcode, RCODE_NOERROR);
}

Test(wire_match, update_header, .init = send_update, .fini = forget_update)
{
	static const struct { unsigned id, flags; } wrong[] = {
		{0x1235, 0xa800}, {0x1234, 0x2800}, {0x1234, 0x8000}, {0x1234, 0xa000},
	};
	int rcode = -1;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put_zone(0, "corp.example");
		m.bytes[0] = (uint8_t)(wrong[i].id >> 8);
		m.bytes[1] = (uint8_t)wrong[i].id;
		m.bytes[2] = (uint8_t)(wrong[i].flags >> 8);
		cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH, "case %zu", i);
	}
	for (m.len = 1; m.len < WIRE_HEADER_LEN; m.len++)
		cr_assert_eq(match_update(&rcode), FAULT_MSG_SHORT);
	cr_assert_eq(rcode, -1);
}

Test(wire_match, update_other_zone, .init = send_update, .fini = forget_update)
{
	int rcode = -1;

	put_zone(0xa800, "corp.exampla");
	cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH);
	put_zone(0xa800, "corp.Example");
	cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH);
	put_zone(0xa800, "corp.example");
	m.bytes[m.len - 1] = CLASS_CH;
	cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH);
	put_zone(0xa800, "corp.example");
	m.bytes[5] = 2;
	cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH);
	put_zone(0xa800, "corp.example");
	for (m.len--; m.len >= WIRE_HEADER_LEN; m.len--)
		cr_assert_eq(match_update(&rcode), FAULT_MSG_MISMATCH);
	cr_assert_eq(rcode, -1);
}
