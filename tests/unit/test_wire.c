/*
 * Messages: what we send, octet by octet, and answers as values.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/update.h"
#include "ddnsupd/wire.h"
#include "message.h"

#define QUERY_CAP (WIRE_HEADER_LEN + NAME_WIRE_MAX + 4)
#define CLASS_CH 3
#define TYPE_TXT 16

/* What dnspython 2.3.0 makes of the same four intents. */
static const uint8_t add_to_absent[] = {
	0x12, 0x34, 0x28, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00, 0x01, 0x00, 0x00,
	0x04, 0x63, 0x6f, 0x72, 0x70, 0x07, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c,
	0x65, 0x00, 0x00, 0x06, 0x00, 0x01, 0x04, 0x68, 0x6f, 0x73, 0x74, 0xc0,
	0x0c, 0x00, 0x05, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0,
	0x1e, 0x00, 0x01, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0,
	0x1e, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x03, 0x84, 0x00, 0x04, 0xc0,
	0x00, 0x02, 0x0a,
};

static const uint8_t replace_by_value[] = {
	0x12, 0x34, 0x28, 0x00, 0x00, 0x01, 0x00, 0x03, 0x00, 0x03, 0x00, 0x00,
	0x04, 0x63, 0x6f, 0x72, 0x70, 0x07, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c,
	0x65, 0x00, 0x00, 0x06, 0x00, 0x01, 0x04, 0x68, 0x6f, 0x73, 0x74, 0xc0,
	0x0c, 0x00, 0x05, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0,
	0x1e, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xc0,
	0x00, 0x02, 0x09, 0xc0, 0x1e, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x0b, 0xc0, 0x1e, 0x00, 0x01, 0x00,
	0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x09, 0xc0,
	0x1e, 0x00, 0x01, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xc0,
	0x00, 0x02, 0x0b, 0xc0, 0x1e, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x03,
	0x84, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x0a,
};

static const uint8_t delete_rrset_and_add[] = {
	0x12, 0x34, 0x28, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00, 0x03, 0x00, 0x00,
	0x04, 0x63, 0x6f, 0x72, 0x70, 0x07, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c,
	0x65, 0x00, 0x00, 0x06, 0x00, 0x01, 0x04, 0x68, 0x6f, 0x73, 0x74, 0xc0,
	0x0c, 0x00, 0x05, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0,
	0x1e, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x20,
	0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x09, 0xc0, 0x1e, 0x00, 0x1c, 0x00, 0xff, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0xc0, 0x1e, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x02,
	0x58, 0x00, 0x10, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0xc0, 0x1e, 0x00, 0x1c, 0x00,
	0x01, 0x00, 0x00, 0x02, 0x58, 0x00, 0x10, 0x20, 0x01, 0x0d, 0xb8, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11,
};

static const uint8_t delete_exact[] = {
	0x12, 0x34, 0x28, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
	0x04, 0x63, 0x6f, 0x72, 0x70, 0x07, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c,
	0x65, 0x00, 0x00, 0x06, 0x00, 0x01, 0x04, 0x68, 0x6f, 0x73, 0x74, 0xc0,
	0x0c, 0x00, 0x01, 0x00, 0xfe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xc0,
	0x00, 0x02, 0x09,
};

static struct message m;

TestSuite(wire);
TestSuite(wire_query);
TestSuite(wire_update);
TestSuite(wire_parse);

static struct name
name(const char *text)
{
	struct name parsed;

	cr_assert_eq(name_parse(&parsed, text), FAULT_NONE);
	return parsed;
}

static struct addr
address(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE);
	return addr;
}

static struct update
update_of_host(void)
{
	return (struct update){
		.zone = name("corp.example"),
		.owner = name("host.corp.example"),
	};
}

Test(wire, rcode_names)
{
	cr_assert_str_eq(rcode_name(RCODE_NOERROR), "NOERROR");
	cr_assert_str_eq(rcode_name(RCODE_REFUSED), "REFUSED");
	cr_assert_str_eq(rcode_name(RCODE_NXRRSET), "NXRRSET");
	cr_assert_str_eq(rcode_name(RCODE_NOTZONE), "NOTZONE");
	cr_assert_str_eq(rcode_name(11), "RCODE11");
	cr_assert_str_eq(rcode_name(15), "RCODE15");
	cr_assert_str_eq(rcode_name(16), "RCODE?");
	cr_assert_str_eq(rcode_name(-1), "RCODE?");
}

Test(wire, truncated)
{
	put_header(&m, 0xffff, 0xfdff, 0, 0, 0, 0);
	cr_assert_not(wire_truncated(m.bytes));
	put_header(&m, 0, 0x0200, 0, 0, 0, 0);
	cr_assert(wire_truncated(m.bytes));
}

Test(wire, set_id)
{
	put_header(&m, 0x1234, MESSAGE_AA, 0, 0, 0, 0);
	wire_set_id(m.bytes, 0xfedc);
	cr_assert_eq(m.bytes[0], 0xfe);
	cr_assert_eq(m.bytes[1], 0xdc);
	cr_assert_eq(m.bytes[2], 0x84);
}

/* --- queries -------------------------------------------------------------------- */

Test(wire_query, octets)
{
	const struct name host = name("Host.corp.example");
	uint8_t buf[QUERY_CAP];

	put_header(&m, 0xabcd, 0x0100, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_AAAA);
	cr_assert_eq(wire_query(buf, sizeof(buf), 0xabcd, &host, RRTYPE_AAAA, true),
	    m.len);
	cr_assert_arr_eq(buf, m.bytes, m.len);
	put_header(&m, 1, 0, 1, 0, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_SOA);
	cr_assert_eq(wire_query(buf, sizeof(buf), 1, &host, RRTYPE_SOA, false), m.len);
	cr_assert_arr_eq(buf, m.bytes, m.len);
}

Test(wire_query, longest_name)
{
	struct name longest = {.len = NAME_WIRE_MAX};
	uint8_t buf[QUERY_CAP];

	for (size_t i = 0; i + 1 < NAME_WIRE_MAX; i += 2)
		memcpy(longest.wire + i, "\1a", 2);
	cr_assert_eq(wire_query(buf, sizeof(buf), 1, &longest, RRTYPE_A, false),
	    QUERY_CAP);
	cr_assert_eq(wire_check(buf, QUERY_CAP), FAULT_NONE);
}

/* --- updates -------------------------------------------------------------------- */

static void
assert_update(struct update *update, const uint8_t *expected, size_t expected_len)
{
	uint8_t *bytes;
	size_t len;

	cr_assert_eq(wire_update(update, 0x1234, &bytes, &len), FAULT_NONE);
	cr_assert_eq(len, expected_len, "%zu octets instead of %zu", len, expected_len);
	cr_assert_arr_eq(bytes, expected, len);
	free(bytes);
	update_free(update);
}

Test(wire_update, add_to_absent)
{
	struct update update = update_of_host();
	const struct addr addr = address("192.0.2.10");

	update_require_absent(&update, RRTYPE_CNAME);
	update_require_absent(&update, RRTYPE_A);
	update_add(&update, &addr, 900);
	assert_update(&update, add_to_absent, sizeof(add_to_absent));
}

Test(wire_update, replace_by_value)
{
	struct update update = update_of_host();
	struct rrset set = {.type = RRTYPE_A};
	const struct addr a = address("192.0.2.9"), b = address("192.0.2.11");
	const struct addr c = address("192.0.2.10");

	rrset_add(&set, &a);
	rrset_add(&set, &b);
	update_require_absent(&update, RRTYPE_CNAME);
	update_require_value(&update, &set);
	update_delete(&update, &a);
	update_delete(&update, &b);
	update_add(&update, &c, 900);
	assert_update(&update, replace_by_value, sizeof(replace_by_value));
	rrset_free(&set);
}

Test(wire_update, delete_rrset_and_add)
{
	struct update update = update_of_host();
	struct rrset set = {.type = RRTYPE_AAAA};
	const struct addr a = address("2001:db8::9"), b = address("2001:db8::10");
	const struct addr c = address("2001:db8::11");

	rrset_add(&set, &a);
	update_require_absent(&update, RRTYPE_CNAME);
	update_require_value(&update, &set);
	update_delete_rrset(&update, RRTYPE_AAAA);
	update_add(&update, &b, 600);
	update_add(&update, &c, 600);
	assert_update(&update, delete_rrset_and_add, sizeof(delete_rrset_and_add));
	rrset_free(&set);
}

Test(wire_update, delete_exact)
{
	struct update update = update_of_host();
	const struct addr addr = address("192.0.2.9");

	update_delete(&update, &addr);
	assert_update(&update, delete_exact, sizeof(delete_exact));
}

/* The name stands in the message once; each further RR takes 16 octets. */
Test(wire_update, too_large)
{
	struct update update = update_of_host();
	const struct addr addr = address("192.0.2.9");
	const size_t fits = (WIRE_MESSAGE_MAX - sizeof(delete_exact)) / 16;
	uint8_t *bytes;
	size_t len;

	for (size_t i = 0; i < 1 + fits; i++)
		update_add(&update, &addr, 60);
	cr_assert_eq(wire_update(&update, 1, &bytes, &len), FAULT_NONE);
	cr_assert_eq(len, sizeof(delete_exact) + 16 * fits);
	cr_assert_eq(wire_check(bytes, len), FAULT_NONE);
	free(bytes);
	update_add(&update, &addr, 60);
	cr_assert_eq(wire_update(&update, 1, &bytes, &len), FAULT_MSG_TOO_LARGE);
	cr_assert_null(bytes);
	cr_assert_eq(len, 0);
	update_free(&update);
}

/* --- answers as values ---------------------------------------------------------- */

static struct answer
parsed(void)
{
	uint8_t *exact = mem_copy(m.bytes, m.len);
	struct answer answer;

	cr_assert_eq(wire_parse(exact, m.len, &answer), FAULT_NONE);
	free(exact);
	return answer;
}

static void
assert_rr(const struct wire_rr *rr, const char *owner, uint16_t type, uint32_t ttl)
{
	const struct name expected = name(owner);

	cr_assert(name_equal(&rr->owner, &expected), "%s", owner);
	cr_assert_eq(rr->type, type);
	cr_assert_eq(rr->ttl, ttl);
}

Test(wire_parse, header)
{
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA | RCODE_NXDOMAIN, 0, 0, 0, 0);
	answer = parsed();
	cr_assert(answer.aa);
	cr_assert_not(answer.tc);
	cr_assert_eq(answer.rcode, RCODE_NXDOMAIN);
	put_header(&m, 1, 0x8200 | RCODE_REFUSED, 0, 0, 0, 0);
	answer = parsed();
	cr_assert_not(answer.aa);
	cr_assert(answer.tc);
	cr_assert_eq(answer.rcode, RCODE_REFUSED);
	cr_assert_eq(answer.answer_count + answer.authority_count +
	    answer.additional_count, 0);
	answer_free(&answer);
}

Test(wire_parse, addresses)
{
	const struct addr four = address("192.0.2.10"), six = address("2001:db8::10");
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 1, 2, 0, 0);
	put_question(&m, "host.corp.example", RRTYPE_A);
	put_rr(&m, "HOST.corp.example", RRTYPE_A, 1, 60, four.octets, 4);
	put_rr(&m, "host.corp.example", RRTYPE_AAAA, 1, 61, six.octets, 16);
	answer = parsed();
	cr_assert_eq(answer.answer_count, 2);
	assert_rr(&answer.answers[0], "host.corp.example", RRTYPE_A, 60);
	cr_assert(addr_equal(&answer.answers[0].addr, &four));
	assert_rr(&answer.answers[1], "host.corp.example", RRTYPE_AAAA, 61);
	cr_assert(addr_equal(&answer.answers[1].addr, &six));
	answer_free(&answer);
}

/* Three sections, compressed owners and RDATA: a referral with glue. */
Test(wire_parse, sections)
{
	const struct name ns1 = name("ns1.sub.corp.example");
	const struct addr glue = address("192.0.2.53");
	struct answer answer;
	size_t server;

	put_header(&m, 1, 0x8000, 1, 0, 1, 1);
	put_question(&m, "sub.corp.example", RRTYPE_SOA);
	put_pointer(&m, WIRE_HEADER_LEN);
	put_fixed(&m, RRTYPE_NS, 1, 3600, 6);
	server = m.len;
	put_octets(&m, "\3ns1", 4);
	put_pointer(&m, WIRE_HEADER_LEN);
	put_pointer(&m, server);
	put_fixed(&m, RRTYPE_A, 1, 3600, 4);
	put_octets(&m, glue.octets, 4);
	answer = parsed();
	cr_assert_eq(answer.answer_count, 0);
	cr_assert_eq(answer.authority_count, 1);
	assert_rr(&answer.authority[0], "sub.corp.example", RRTYPE_NS, 3600);
	cr_assert(name_equal(&answer.authority[0].target, &ns1));
	cr_assert_eq(answer.additional_count, 1);
	assert_rr(&answer.additional[0], "ns1.sub.corp.example", RRTYPE_A, 3600);
	cr_assert(addr_equal(&answer.additional[0].addr, &glue));
	answer_free(&answer);
}

Test(wire_parse, targets)
{
	static const uint16_t types[] = {RRTYPE_CNAME, RRTYPE_DNAME, RRTYPE_NS};
	const struct name target = name("target.example");
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 0, 3, 0, 0);
	for (size_t i = 0; i < 3; i++)
		put_name_rr(&m, "host.corp.example", types[i], 60, "Target.example");
	answer = parsed();
	cr_assert_eq(answer.answer_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_rr(&answer.answers[i], "host.corp.example", types[i], 60);
		cr_assert(name_equal(&answer.answers[i].target, &target));
	}
	answer_free(&answer);
}

/* The target of a SOA is its MNAME; "." stands for no updates here. */
Test(wire_parse, soa)
{
	const struct name primary = name("ns1.corp.example");
	struct message rdata = {.len = 0};
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 0, 2, 0, 0);
	put_name(&rdata, "ns1.corp.example");
	put_name(&rdata, "admin.corp.example");
	put_octets(&rdata, "01234567890123456789", 20);
	put_rr(&m, "corp.example", RRTYPE_SOA, 1, 300, rdata.bytes, rdata.len);
	rdata.len = 0;
	put_octets(&rdata, "\0\0" "01234567890123456789", 22);
	put_rr(&m, "corp.example", RRTYPE_SOA, 1, 300, rdata.bytes, rdata.len);
	answer = parsed();
	cr_assert_eq(answer.answer_count, 2);
	assert_rr(&answer.answers[0], "corp.example", RRTYPE_SOA, 300);
	cr_assert(name_equal(&answer.answers[0].target, &primary));
	cr_assert(name_is_root(&answer.answers[1].target));
	answer_free(&answer);
}

/* Other classes and OPT are left out; other types keep owner, type and TTL. */
Test(wire_parse, strangers)
{
	static const uint8_t octets[4] = {192, 0, 2, 10};
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 0, 3, 0, 2);
	put_rr(&m, "a.example", RRTYPE_A, CLASS_CH, 60, octets, 4);
	put_rr(&m, "b.example", TYPE_TXT, 1, 60, "\3abc", 4);
	put_rr(&m, "c.example", RRTYPE_A, 1, 60, octets, 4);
	put_rr(&m, "", RRTYPE_OPT, 1, 0, NULL, 0);
	put_rr(&m, "d.example", 65280, 1, 60, "\300\377", 2);
	answer = parsed();
	cr_assert_eq(answer.answer_count, 2);
	assert_rr(&answer.answers[0], "b.example", TYPE_TXT, 60);
	cr_assert_eq(answer.answers[0].addr.family, FAMILY_NONE);
	assert_rr(&answer.answers[1], "c.example", RRTYPE_A, 60);
	cr_assert_eq(answer.additional_count, 1);
	assert_rr(&answer.additional[0], "d.example", 65280, 60);
	answer_free(&answer);
}

Test(wire_parse, ttl_with_the_top_bit)
{
	static const uint8_t octets[4] = {192, 0, 2, 10};
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 0, 2, 0, 0);
	put_rr(&m, "a.example", RRTYPE_A, 1, 0x7fffffff, octets, 4);
	put_rr(&m, "a.example", RRTYPE_A, 1, 0x80000000, octets, 4);
	answer = parsed();
	cr_assert_eq(answer.answers[0].ttl, 0x7fffffff);
	cr_assert_eq(answer.answers[1].ttl, 0);
	answer_free(&answer);
}

/* A name off the wire may hold any octet (RFC 2181 11). */
Test(wire_parse, odd_octets)
{
	static const uint8_t owner[] = "\4a\0.\377\7example";
	struct name expected;
	struct answer answer;

	cr_assert_eq(name_from_wire(&expected, owner, sizeof(owner)), FAULT_NONE);
	put_header(&m, 1, MESSAGE_AA, 0, 1, 0, 0);
	put_octets(&m, owner, sizeof(owner));
	put_fixed(&m, RRTYPE_CNAME, 1, 60, 1);
	put_u8(&m, 0);
	answer = parsed();
	cr_assert_eq(answer.answer_count, 1);
	cr_assert(name_equal(&answer.answers[0].owner, &expected));
	answer_free(&answer);
}

/* As many RRs as a message can hold. */
Test(wire_parse, many)
{
	const unsigned count = (WIRE_MESSAGE_MAX - WIRE_HEADER_LEN) / 15;
	static const uint8_t octets[4] = {192, 0, 2, 10};
	struct answer answer;

	put_header(&m, 1, MESSAGE_AA, 0, count, 0, 0);
	for (unsigned i = 0; i < count; i++)
		put_rr(&m, "", RRTYPE_A, 1, i, octets, 4);
	answer = parsed();
	cr_assert_eq(answer.answer_count, count);
	for (unsigned i = 0; i < count; i++)
		cr_assert_eq(answer.answers[i].ttl, i);
	answer_free(&answer);
}
