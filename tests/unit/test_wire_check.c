/*
 * The walk before ldns: what passes, and every way a message can be wrong.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/rrset.h"
#include "ddnsupd/wire.h"
#include "message.h"

#define FIRST_RR 34     /* behind the header and the question for host.corp.example */
#define TYPE_SIG 24
#define TYPE_TXT 16

static const uint8_t octets[32] = {192, 0, 2, 10};
static struct message m;

TestSuite(wire_check);

/* A message with one question and room announced for `counts` RRs. */
static void
begin(unsigned answers, unsigned authority, unsigned additional)
{
	put_header(&m, 0x1234, MESSAGE_AA, 1, answers, authority, additional);
	put_question(&m, "host.corp.example", RRTYPE_A);
	cr_assert_eq(m.len, FIRST_RR + 1);
}

/* The message lies in memory of exactly its length, so that a sanitizer sees a step
 * beside it; parsing must come to the same fault, and leave nothing behind. */
static enum fault
checked_octets(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = mem_copy(bytes, len);
	struct answer answer;
	enum fault fault = wire_check(exact, len);

	cr_assert_eq(wire_parse(exact, len, &answer), fault);
	if (fault != FAULT_NONE) {
		cr_assert_null(answer.answers);
		cr_assert_null(answer.authority);
		cr_assert_null(answer.additional);
		cr_assert_eq(answer.answer_count + answer.authority_count +
		    answer.additional_count, 0);
	}
	answer_free(&answer);
	free(exact);
	return fault;
}

static enum fault
checked(void)
{
	return checked_octets(m.bytes, m.len);
}

static void
put_soa(size_t numbers_len)
{
	struct message rdata = {.len = 0};

	put_name(&rdata, "ns1.corp.example");
	put_name(&rdata, "admin.corp.example");
	put_octets(&rdata, octets, numbers_len);
	put_rr(&m, "corp.example", RRTYPE_SOA, 1, 300, rdata.bytes, rdata.len);
}

static void
put_whole_answer(void)
{
	begin(3, 2, 2);
	put_name_rr(&m, "host.corp.example", RRTYPE_CNAME, 60, "other.corp.example");
	put_rr(&m, "other.corp.example", RRTYPE_A, 1, 60, octets, 4);
	put_rr(&m, "other.corp.example", RRTYPE_AAAA, 1, 60, octets, 16);
	put_soa(20);
	put_name_rr(&m, "corp.example", RRTYPE_NS, 60, "ns1.corp.example");
	put_rr(&m, "x.corp.example", TYPE_TXT, 1, 60, "\3abc", 4);
	put_rr(&m, "", RRTYPE_OPT, 1232, 0, NULL, 0);
}

Test(wire_check, whole_answer)
{
	put_whole_answer();
	cr_assert_eq(checked(), FAULT_NONE);
}

Test(wire_check, header_only)
{
	put_header(&m, 1, 0x8005, 0, 0, 0, 0);
	cr_assert_eq(checked(), FAULT_NONE);
}

Test(wire_check, shorter_than_a_header)
{
	put_header(&m, 1, MESSAGE_AA, 0, 0, 0, 0);
	for (size_t len = 0; len < WIRE_HEADER_LEN; len++)
		cr_assert_eq(checked_octets(m.bytes, len), FAULT_MSG_SHORT);
}

Test(wire_check, every_cut)
{
	put_whole_answer();
	for (size_t len = WIRE_HEADER_LEN; len < m.len; len++)
		cr_assert_eq(checked_octets(m.bytes, len), FAULT_MSG_MALFORMED,
		    "cut at %zu", len);
}

/* Neither a crash nor a disagreement, whatever single octet is turned. */
Test(wire_check, every_flipped_bit)
{
	unsigned passed = 0;

	put_whole_answer();
	for (size_t i = 0; i < m.len * 8; i++) {
		m.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		passed += checked() == FAULT_NONE;
		m.bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	cr_assert_gt(passed, 0);
	cr_assert_lt(passed, m.len * 8);
}

Test(wire_check, trailing_octet)
{
	put_whole_answer();
	put_u8(&m, 0);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

Test(wire_check, counts_beyond_the_message)
{
	for (size_t section = 0; section < 4; section++) {
		put_header(&m, 1, MESSAGE_AA, 0, 0, 0, 0);
		m.bytes[4 + 2 * section] = 0xff;
		m.bytes[5 + 2 * section] = 0xff;
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, longer_than_any_message)
{
	put_header(&m, 1, MESSAGE_AA, 0, 1, 0, 0);
	put_name(&m, "");
	put_fixed(&m, TYPE_TXT, 1, 0, 65535 - 23);
	m.len = 65535;
	cr_assert_eq(checked(), FAULT_NONE);
	m.bytes[m.len - 65535 + 22]++; /* RDLENGTH */
	m.len++;
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

Test(wire_check, pointer_backward)
{
	begin(1, 0, 0);
	put_pointer(&m, WIRE_HEADER_LEN);
	put_fixed(&m, RRTYPE_A, 1, 60, 4);
	put_octets(&m, octets, 4);
	cr_assert_eq(checked(), FAULT_NONE);
}

/* Itself, ahead, the header, and the label that leads to the pointer again. */
Test(wire_check, pointer_elsewhere)
{
	const size_t targets[] = {FIRST_RR + 1, FIRST_RR + 3, 0x3fff, 0, 11};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		begin(1, 0, 0);
		put_pointer(&m, targets[i]);
		put_fixed(&m, RRTYPE_A, 1, 60, 4);
		put_octets(&m, octets, 4);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED, "target %zu", targets[i]);
	}
	begin(1, 0, 0);
	put_octets(&m, "\1a", 2);
	put_pointer(&m, FIRST_RR + 1);
	put_fixed(&m, RRTYPE_A, 1, 60, 4);
	put_octets(&m, octets, 4);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

/* A message whose last owner goes through `pointers` pointers to the root. */
static void
put_chain(unsigned pointers)
{
	unsigned names = pointers - 1;
	size_t last;

	begin(1, 0, 1);
	put_rr(&m, "", TYPE_TXT, 1, 0, NULL, 0);
	m.len -= 2;
	put_u16(&m, 1 + 2 * names);
	last = m.len;
	put_u8(&m, 0);
	for (unsigned i = 0; i < names; i++) {
		size_t here = m.len;

		put_pointer(&m, last);
		last = here;
	}
	put_pointer(&m, last);
	put_fixed(&m, RRTYPE_A, 1, 60, 4);
	put_octets(&m, octets, 4);
}

Test(wire_check, sixteen_pointers_and_no_more)
{
	put_chain(16);
	cr_assert_eq(checked(), FAULT_NONE);
	put_chain(17);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

/* Labels of 63, 63, 63 and `last` octets. */
static void
put_long_owner(unsigned last)
{
	begin(1, 0, 0);
	for (unsigned i = 0; i < 4; i++) {
		unsigned label_len = i < 3 ? 63 : last;

		put_u8(&m, label_len);
		for (unsigned j = 0; j < label_len; j++)
			put_u8(&m, 'a');
	}
	put_u8(&m, 0);
	put_fixed(&m, RRTYPE_A, 1, 60, 4);
	put_octets(&m, octets, 4);
}

Test(wire_check, name_of_255_octets_and_no_more)
{
	put_long_owner(61);
	cr_assert_eq(checked(), FAULT_NONE);
	put_long_owner(62);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

/* 255 octets are counted across a pointer: 240 of our own, and the question's name. */
Test(wire_check, name_too_long_by_a_pointer)
{
	for (unsigned extra = 0; extra < 2; extra++) {
		begin(1, 0, 0);
		for (unsigned i = 0; i < 118; i++)
			put_octets(&m, "\1a", 2);
		put_octets(&m, "\1aa", extra == 0 ? 0 : 2);
		put_pointer(&m, WIRE_HEADER_LEN);
		put_fixed(&m, RRTYPE_A, 1, 60, 4);
		put_octets(&m, octets, 4);
		cr_assert_eq(checked(), extra == 0 ? FAULT_NONE : FAULT_MSG_MALFORMED);
	}
}

/* RFC 1035 4.1.4 and RFC 6891 5: 01 and 10 are no labels. */
Test(wire_check, retired_label_types)
{
	for (unsigned type = 0x40; type <= 0x80; type += 0x40) {
		begin(1, 0, 0);
		put_u8(&m, type);
		for (unsigned i = 0; i < 128; i++)
			put_u8(&m, 0);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, address_lengths)
{
	for (unsigned len = 0; len <= 17; len++) {
		begin(1, 0, 0);
		put_rr(&m, "a.example", RRTYPE_A, 1, 60, octets, len);
		cr_assert_eq(checked(), len == 4 ? FAULT_NONE : FAULT_MSG_MALFORMED);
		begin(1, 0, 0);
		put_rr(&m, "a.example", RRTYPE_AAAA, 1, 60, octets, len);
		cr_assert_eq(checked(), len == 16 ? FAULT_NONE : FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, names_in_rdata_fill_it)
{
	const unsigned types[] = {RRTYPE_NS, RRTYPE_CNAME, RRTYPE_DNAME};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		begin(1, 0, 0);
		put_rr(&m, "a.example", types[i], 1, 60, "\1b", 3);
		cr_assert_eq(checked(), FAULT_NONE);
		begin(1, 0, 0);
		put_rr(&m, "a.example", types[i], 1, 60, "\1b\0", 4);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
		begin(2, 0, 0); /* the name goes on into the next RR */
		put_rr(&m, "a.example", types[i], 1, 60, "\1b", 2);
		put_rr(&m, "", RRTYPE_A, 1, 60, octets, 4);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
		begin(1, 0, 0);
		put_rr(&m, "a.example", types[i], 1, 60, NULL, 0);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, soa_numbers)
{
	for (size_t len = 19; len <= 21; len++) {
		begin(0, 1, 0);
		put_soa(len);
		cr_assert_eq(checked(), len == 20 ? FAULT_NONE : FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, tsig_in_any_section)
{
	for (unsigned section = 0; section < 3; section++) {
		begin(section == 0, section == 1, section == 2);
		put_rr(&m, "key", RRTYPE_TSIG, 255, 0, octets, 16);
		cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	}
}

Test(wire_check, sig_that_covers_nothing)
{
	uint8_t covered[18] = {0};

	begin(0, 0, 1);
	put_rr(&m, "", TYPE_SIG, 255, 0, covered, sizeof(covered));
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	begin(0, 0, 1);
	put_rr(&m, "", TYPE_SIG, 255, 0, covered, 1);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	covered[1] = RRTYPE_A;
	begin(0, 0, 1);
	put_rr(&m, "", TYPE_SIG, 1, 0, covered, sizeof(covered));
	cr_assert_eq(checked(), FAULT_NONE);
}

Test(wire_check, one_opt_in_its_place)
{
	begin(0, 0, 1);
	put_rr(&m, "", RRTYPE_OPT, 4096, 0x00008000, NULL, 0);
	cr_assert_eq(checked(), FAULT_NONE);
	begin(0, 0, 2);
	put_rr(&m, "", RRTYPE_OPT, 4096, 0, NULL, 0);
	put_rr(&m, "", RRTYPE_OPT, 4096, 0, NULL, 0);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	begin(1, 0, 0);
	put_rr(&m, "", RRTYPE_OPT, 4096, 0, NULL, 0);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
	begin(0, 0, 1);
	put_rr(&m, "a", RRTYPE_OPT, 4096, 0, NULL, 0);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}

/* BADVERS would read as NOERROR without its upper bits. */
Test(wire_check, extended_rcode)
{
	begin(0, 0, 1);
	put_rr(&m, "", RRTYPE_OPT, 4096, 0x01000000, NULL, 0);
	cr_assert_eq(checked(), FAULT_MSG_MALFORMED);
}
