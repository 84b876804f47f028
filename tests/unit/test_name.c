/*
 * Names: both parsers, every fault, text and wire forms, relations between names.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ddnsupd/name.h"

TestSuite(name);

static struct name
parsed(const char *text)
{
	struct name name;
	enum fault fault = name_parse(&name, text);

	cr_assert_eq(fault, FAULT_NONE, "%s: %s", text, fault_text(fault));
	return name;
}

static struct name
from_wire(const char *wire, size_t len)
{
	struct name name;
	enum fault fault = name_from_wire(&name, (const uint8_t *)wire, len);

	cr_assert_eq(fault, FAULT_NONE);
	return name;
}

static void
expect_text(const struct name *name, const char *text)
{
	char buf[NAME_TEXT_MAX];

	cr_assert_str_eq(name_format(name, buf), text);
}

/* The faults, and that the result is left alone. */
static void
expect_fault(const char *text, enum fault expected)
{
	struct name name, before;
	enum fault fault;

	memset(&name, 0xa5, sizeof(name));
	before = name;
	fault = name_parse(&name, text);
	cr_assert_eq(fault, expected, "\"%s\": %s", text, fault_text(fault));
	cr_assert_eq(memcmp(&name, &before, sizeof(name)), 0);
}

/* `count` labels of `len` letters with dots between. */
static char *
repeat(char *out, unsigned count, unsigned len)
{
	char *at = out;

	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			*at++ = '.';
		memset(at, 'a', len);
		at += len;
	}
	*at = '\0';
	return out;
}

Test(name, parse_gives_the_wire_form_in_lower_case)
{
	static const uint8_t wire[] = "\7pc1-amt\4corp\7example";
	struct name name = parsed("PC1-amt.Corp.EXAMPLE");

	cr_assert_eq(name.len, sizeof(wire));
	cr_assert_arr_eq(name.wire, wire, sizeof(wire));
	expect_text(&name, "pc1-amt.corp.example");
}

Test(name, parse_drops_one_trailing_dot_only)
{
	struct name name = parsed("a.example.");

	expect_text(&name, "a.example");
	expect_fault("a.example..", FAULT_LABEL_EMPTY);
}

Test(name, parse_accepts)
{
	static const char *const texts[] = {"a", "1", "3com.example", "a-b", "a--b",
	    "_ldap._tcp.example", "xn--mnchen-3ya.example", "0.1.2.3",
	    "localhosts", "localhost.example", "notlocalhost", "my-localhost"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct name name = parsed(texts[i]);

		expect_text(&name, texts[i]);
	}
}

Test(name, parse_faults)
{
	static const struct {
		const char *text;
		enum fault fault;
	} table[] = {
		{"", FAULT_NAME_EMPTY},
		{".", FAULT_NAME_EMPTY},
		{"..", FAULT_LABEL_EMPTY},
		{".a", FAULT_LABEL_EMPTY},
		{"a..b", FAULT_LABEL_EMPTY},
		{"-a.example", FAULT_LABEL_HYPHEN},
		{"a-.example", FAULT_LABEL_HYPHEN},
		{"a.-", FAULT_LABEL_HYPHEN},
		{"a b", FAULT_NAME_CHARACTER},
		{" a", FAULT_NAME_CHARACTER},
		{"a\n", FAULT_NAME_CHARACTER},
		{"a\\046b", FAULT_NAME_CHARACTER},
		{"a@b", FAULT_NAME_CHARACTER},
		{"*.example", FAULT_NAME_CHARACTER},
		{"a/b", FAULT_NAME_CHARACTER},
		{"a\x7f", FAULT_NAME_CHARACTER},
		{"m\xc3\xbcnchen.example", FAULT_NAME_UTF8},
		{"a b\xc3\xbc", FAULT_NAME_UTF8},
		{"\xff", FAULT_NAME_UTF8},
		{"localhost", FAULT_NAME_LOCALHOST},
		{"LocalHost.", FAULT_NAME_LOCALHOST},
		{"pc1.localhost", FAULT_NAME_LOCALHOST},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		expect_fault(table[i].text, table[i].fault);
}

/* RFC 1035 2.3.4: 63 octets a label. */
Test(name, parse_label_bound)
{
	char text[128];
	struct name name = parsed(repeat(text, 1, 63));

	cr_assert_eq(name.len, 65);
	expect_fault(repeat(text, 1, 64), FAULT_LABEL_LONG);
}

/* RFC 1035 2.3.4: 255 octets: 63+63+63+61 letters with four lengths and the root. */
Test(name, parse_name_bound)
{
	char text[400];
	struct name name;

	repeat(text, 3, 63);
	strcat(text, ".");
	repeat(text + strlen(text), 1, 61);
	name = parsed(text);
	cr_assert_eq(name.len, NAME_WIRE_MAX);
	expect_text(&name, text);
	strcat(text, ".");
	cr_assert_eq(parsed(text).len, NAME_WIRE_MAX);
	text[strlen(text) - 1] = 'b';
	expect_fault(text, FAULT_NAME_LONG);
	expect_fault(repeat(text, 128, 1), FAULT_NAME_LONG);
	cr_assert_eq(name_labels(&(struct name){0}), 0);
	name = parsed(repeat(text, 127, 1));
	cr_assert_eq(name_labels(&name), 127);
}

Test(name, from_wire_lower_cases_and_stops_at_the_root)
{
	struct name name = from_wire("\3WWW\7Example\0rest", 17);

	cr_assert_eq(name.len, 13);
	expect_text(&name, "www.example");
}

Test(name, from_wire_takes_any_octet_and_prints_it_safely)
{
	struct name name = from_wire("\6a.b\\\n\xc3\2 ;", 11);

	expect_text(&name, "a\\046b\\092\\010\\195.\\032\\059");
}

Test(name, from_wire_root)
{
	struct name name = from_wire("", 1);

	cr_assert(name_is_root(&name));
	cr_assert_eq(name_labels(&name), 0);
	expect_text(&name, ".");
}

Test(name, from_wire_faults)
{
	static const struct {
		const char *wire;
		size_t len;
	} table[] = {
		{"", 0},
		{"\3ww", 3},
		{"\3www", 4},             /* no root label */
		{"\300\014", 2},          /* a compression pointer */
		{"\100a", 3},             /* a retired label type */
		{"\1a\300\014", 4},
	};
	struct name name = {0};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		cr_assert_eq(name_from_wire(&name, (const uint8_t *)table[i].wire,
		    table[i].len), FAULT_NAME_WIRE, "row %zu", i);
}

Test(name, from_wire_bounds)
{
	uint8_t wire[300] = {64};
	struct name name;
	char text[NAME_TEXT_MAX];

	/* A label of 64 octets, all there. */
	cr_assert_eq(name_from_wire(&name, wire, sizeof(wire)), FAULT_NAME_WIRE);
	/* 63+63+63+61 octets: 255 with the lengths and the root. */
	memset(wire, 0xff, sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	cr_assert_eq(name_from_wire(&name, wire, sizeof(wire)), FAULT_NONE);
	cr_assert_eq(name.len, 255);
	/* The longest text there is: 250 octets as \DDD, three dots. */
	cr_assert_eq(strlen(name_format(&name, text)), 1003);
	wire[192] = 62;
	wire[254] = 0xff;
	wire[255] = 0;
	cr_assert_eq(name_from_wire(&name, wire, sizeof(wire)), FAULT_NAME_WIRE);
}

/* The longest plain text parses to what the wire gives: the two parsers agree. */
Test(name, both_parsers_agree)
{
	struct name name = parsed("Pc1.Corp.Example"), again;

	cr_assert_eq(name_from_wire(&again, name.wire, name.len), FAULT_NONE);
	cr_assert(name_equal(&name, &again));
}

Test(name, join)
{
	struct name host = parsed("pc1"), domain = parsed("corp.example"), name;
	char text[400];

	cr_assert_eq(name_join(&name, &host, &domain), FAULT_NONE);
	expect_text(&name, "pc1.corp.example");
	cr_assert_eq(name_join(&host, &host, &domain), FAULT_NONE);
	cr_assert(name_equal(&host, &name), "the result may be the host itself");
	domain = parsed(repeat(text, 3, 63));
	host = parsed(repeat(text, 1, 61));
	cr_assert_eq(name_join(&name, &host, &domain), FAULT_NONE);
	cr_assert_eq(name.len, NAME_WIRE_MAX);
	host = parsed(repeat(text, 1, 62));
	cr_assert_eq(name_join(&name, &host, &domain), FAULT_NAME_LONG);
}

Test(name, compare_is_an_order)
{
	static const char *const texts[] = {"a", "b", "a.b", "b.a", "ab", "a.b.c"};
	const size_t count = sizeof(texts) / sizeof(texts[0]);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct name a = parsed(texts[i]), b = parsed(texts[j]);
			int there = name_compare(&a, &b), back = name_compare(&b, &a);

			cr_assert_eq(there == 0, i == j);
			cr_assert_eq(there < 0, back > 0);
			cr_assert_eq(name_equal(&a, &b), i == j);
		}
}

Test(name, within_goes_by_labels)
{
	static const struct {
		const char *name;
		const char *zone;
		bool within;
	} table[] = {
		{"a.corp.example", "corp.example", true},
		{"corp.example", "corp.example", true},
		{"CORP.example", "corp.EXAMPLE", true},
		{"example", "corp.example", false},
		{"xcorp.example", "corp.example", false},
		{"corp.example", "example.corp", false},
		{"a.corp.example.net", "corp.example", false},
	};
	struct name root = from_wire("", 1);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct name name = parsed(table[i].name), zone = parsed(table[i].zone);

		cr_assert_eq(name_is_within(&name, &zone), table[i].within, "%s in %s",
		    table[i].name, table[i].zone);
		cr_assert(name_is_within(&name, &root));
		cr_assert_not(name_is_within(&root, &zone));
	}
	cr_assert(name_is_within(&root, &root));
}

/* Octets of a label that look like the suffix on the wire are not the suffix. */
Test(name, within_is_not_fooled_by_label_octets)
{
	struct name name = from_wire("\5a\3com\3net", 11);
	struct name tricky = from_wire("\5a\3com", 7);
	struct name com = parsed("com");

	cr_assert_not(name_is_within(&name, &com));
	cr_assert_not(name_is_within(&tricky, &com));
}

Test(name, parent_first_labels)
{
	struct name name = parsed("pc1.corp.example");
	struct name parent = name_parent(&name), first = name_first(&name);

	expect_text(&parent, "corp.example");
	expect_text(&first, "pc1");
	cr_assert_eq(name_labels(&name), 3);
	cr_assert_eq(name_labels(&parent), 2);
	parent = name_parent(&parent);
	parent = name_parent(&parent);
	cr_assert(name_is_root(&parent));
	cr_assert_not(name_is_root(&first));
}

/* mission R1 */
Test(name, reverse)
{
	static const struct {
		const char *text;
		bool reverse;
	} table[] = {
		{"1.2.0.192.in-addr.arpa", true},
		{"IN-ADDR.ARPA", true},
		{"8.b.d.0.1.0.0.2.ip6.arpa", true},
		{"ip6.arpa", true},
		{"arpa", false},
		{"home.arpa", false},
		{"xip6.arpa", false},
		{"in-addr.arpa.example", false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct name name = parsed(table[i].text);

		cr_assert_eq(name_is_reverse(&name), table[i].reverse, "%s",
		    table[i].text);
	}
}

Test(name, underscore)
{
	struct name with = parsed("a._b.example"), without = parsed("a-b.example");

	cr_assert(name_has_underscore(&with));
	cr_assert_not(name_has_underscore(&without));
}
