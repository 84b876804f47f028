/*
 * Names in DHCP: text, wire form, lists; and every way they can be wrong.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "dhcp/dhcp_name.h"

/* A literal without its NUL; a NUL that belongs to the name is written. */
#define OCTETS(literal) literal, sizeof(literal) - 1

static struct name name;

TestSuite(dhcp_name);

static bool
fail_untouched(bool passed)
{
	if (!passed)
		cr_assert_eq(name.len, 0, "a refused name left something behind");
	return passed;
}

/* Each on memory of exactly its length, for the sanitizers. */
static bool
text(const char *bytes, size_t len)
{
	uint8_t *exact = mem_copy(bytes, len);
	bool passed;

	memset(&name, 0, sizeof(name));
	passed = dhcp_name_text(exact, len, &name);
	free(exact);
	return fail_untouched(passed);
}

static bool
wire(const char *bytes, size_t len)
{
	uint8_t *exact = mem_copy(bytes, len);
	bool passed;

	memset(&name, 0, sizeof(name));
	passed = dhcp_name_wire(exact, len, &name);
	free(exact);
	return fail_untouched(passed);
}

static bool
list(const char *bytes, size_t len, bool compressed)
{
	uint8_t *exact = mem_copy(bytes, len);
	bool passed;

	memset(&name, 0, sizeof(name));
	passed = dhcp_name_first(exact, len, compressed, &name);
	free(exact);
	return fail_untouched(passed);
}

static void
expect(const char *expected)
{
	char buf[NAME_TEXT_MAX];

	cr_assert_str_eq(name_format(&name, buf), expected);
}

/* `count` labels of `len` times x, the root label not written; returns its length. */
static size_t
labels(char *out, size_t count, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		out[at++] = (char)len;
		memset(out + at, 'x', len);
		at += len;
	}
	return at;
}

Test(dhcp_name, text)
{
	cr_assert(text(OCTETS("Corp.Example")));
	expect("corp.example");
	cr_assert(text(OCTETS("corp.example.")));
	expect("corp.example");
	cr_assert(text(OCTETS("host")));
	expect("host");
}

Test(dhcp_name, text_with_one_nul_behind)
{
	cr_assert(text(OCTETS("corp.example\0")));
	expect("corp.example");
	cr_assert_not(text(OCTETS("corp.example\0\0")));
}

Test(dhcp_name, text_that_is_no_name)
{
	cr_assert_not(text(OCTETS("")));
	cr_assert_not(text(OCTETS("\0")));
	cr_assert_not(text(OCTETS(".")));
	cr_assert_not(text(OCTETS("corp\0.example")));
	cr_assert_not(text(OCTETS("corp.example\n")));
	cr_assert_not(text(OCTETS("corp\033[2J.example")));
	cr_assert_not(text(OCTETS("corp.example;$(reboot)")));
	cr_assert_not(text(OCTETS("a.example b.example")));
	cr_assert_not(text(OCTETS("b\303\274ro.example")));
	cr_assert_not(text(OCTETS("corp..example")));
	cr_assert_not(text(OCTETS("localhost")));
}

Test(dhcp_name, text_as_long_as_it_may_be)
{
	char bytes[257];

	memset(bytes, 'x', sizeof(bytes));
	for (size_t dot = 63; dot < sizeof(bytes); dot += 64)
		bytes[dot] = '.';
	cr_assert(text(bytes, 253));
	cr_assert_eq(name.len, NAME_WIRE_MAX);
	bytes[253] = '.';
	cr_assert(text(bytes, 254));
	cr_assert_not(text(bytes, 255));
	bytes[253] = 'x';
	cr_assert_not(text(bytes, 254));
	cr_assert_not(text(bytes, 257));
}

Test(dhcp_name, wire)
{
	cr_assert(wire(OCTETS("\4HOST\4corp\7example\0")));
	expect("host.corp.example");
	cr_assert(wire(OCTETS("\4host\0")));
	expect("host");
}

/* RFC 4702 2.3.1, RFC 4704 4.2 */
Test(dhcp_name, wire_partial)
{
	cr_assert(wire(OCTETS("\4host")));
	expect("host");
	cr_assert(wire(OCTETS("\4host\4corp")));
	expect("host.corp");
}

Test(dhcp_name, wire_that_is_no_name)
{
	cr_assert_not(wire(OCTETS("")));
	cr_assert_not(wire(OCTETS("\0")));
	cr_assert_not(wire(OCTETS("\4host\0\0")));
	cr_assert_not(wire(OCTETS("\4host\0\4corp\0")));
	cr_assert_not(wire(OCTETS("\5host")));
	cr_assert_not(wire(OCTETS("\4host\300\0")));
	cr_assert_not(wire(OCTETS("\100host\0")));
	cr_assert_not(wire(OCTETS("\4ho\0t\0")));
	cr_assert_not(wire(OCTETS("\4ho.t\0")));
	cr_assert_not(wire(OCTETS("\4ho\nt\0")));
	cr_assert_not(wire(OCTETS("\5-host\0")));
	cr_assert_not(wire(OCTETS("\11localhost\0")));
}

Test(dhcp_name, wire_as_long_as_it_may_be)
{
	char bytes[400];
	size_t len = labels(bytes, 3, 63);

	len += labels(bytes + len, 1, 61);
	bytes[len] = 0;
	cr_assert(wire(bytes, len + 1));
	cr_assert_eq(name.len, NAME_WIRE_MAX);
	cr_assert(wire(bytes, len));
	cr_assert_eq(name.len, NAME_WIRE_MAX);
	len = labels(bytes, 3, 63);
	len += labels(bytes + len, 1, 62);
	cr_assert_not(wire(bytes, len));
	len = labels(bytes, 127, 1);
	cr_assert(wire(bytes, len));
	cr_assert_not(wire(bytes, labels(bytes, 128, 1)));
}

Test(dhcp_name, list)
{
	cr_assert(list(OCTETS("\4Corp\7example\0\3net\7example\0"), false));
	expect("corp.example");
	cr_assert(list(OCTETS("\4corp\7example\0\0\0\0"), false));
	expect("corp.example");
	cr_assert(list(OCTETS("\0\4corp\0"), false));
	expect("corp");
}

Test(dhcp_name, list_that_is_none)
{
	cr_assert_not(list(OCTETS(""), false));
	cr_assert_not(list(OCTETS("\0\0\0"), false));
	cr_assert_not(list(OCTETS("\4corp"), false));
	cr_assert_not(list(OCTETS("\5corp"), false));
	cr_assert_not(list(OCTETS("\4corp\0\3net"), false));
	cr_assert_not(list(OCTETS("\4co\0p\0"), false));
	cr_assert_not(list(OCTETS("\4corp\0\3net\300\0"), false));
	cr_assert_not(list(OCTETS("\4corp\0\100net"), true));
	cr_assert_not(list(OCTETS("\4corp\0\277net"), true));
}

/* The example of RFC 3397 2. */
Test(dhcp_name, list_compressed)
{
	cr_assert(list(OCTETS("\3eng\5apple\3com\0\11marketing\300\4"), true));
	expect("eng.apple.com");
	cr_assert(list(OCTETS("\4corp\0\300\0\3net\300\0\0"), true));
	expect("corp");
	cr_assert(list(OCTETS("\0\1a\300\0\1b\300\1"), true));
	expect("a");
}

Test(dhcp_name, pointers_lead_back_only)
{
	cr_assert_not(list(OCTETS("\300\0"), true));
	cr_assert_not(list(OCTETS("\300"), true));
	cr_assert_not(list(OCTETS("\4corp\300"), true));
	cr_assert_not(list(OCTETS("\4corp\0\3net\300"), true));
	cr_assert_not(list(OCTETS("\4corp\300\0"), true));
	cr_assert_not(list(OCTETS("\4corp\300\5"), true));
	cr_assert_not(list(OCTETS("\4corp\300\7\3net\0"), true));
	cr_assert_not(list(OCTETS("\4corp\377\377"), true));
	cr_assert_not(list(OCTETS("\1a\0\1b\300\3"), true));
	cr_assert_not(list(OCTETS("\1a\0\1b\300\5\300\3"), true));
}

/* Octets of the second name, read as a pointer, lead on to the third. */
Test(dhcp_name, pointers_lead_back_also_the_second_time)
{
	cr_assert(list(OCTETS("\1a\0\2xy\0\1b\0\300\7"), true));
	cr_assert(list(OCTETS("\1a\0\2\300\0\0\1b\0\300\4"), true));
	cr_assert_not(list(OCTETS("\1a\0\2\300\7\0\1b\0\300\4"), true));
}

/* Nobody wants the second name, but it may not be anything. */
Test(dhcp_name, labels_of_64)
{
	char bytes[6 + 1 + 64 + 1] = "\4corp";

	bytes[6] = 63;
	memset(bytes + 7, 'x', 63);
	cr_assert(list(bytes, 71, false));
	bytes[6] = 64;
	bytes[70] = 'x';
	cr_assert_not(list(bytes, 72, false));
}

/* Each name is a pointer to the one before it. */
Test(dhcp_name, pointers_are_counted)
{
	char bytes[3 + 2 * (DHCP_NAME_JUMPS_MAX + 1)] = "\1a";
	size_t len = 3;

	for (unsigned i = 0; i <= DHCP_NAME_JUMPS_MAX; i++) {
		bytes[len] = (char)0xc0;
		bytes[len + 1] = (char)(i == 0 ? 0 : len - 2);
		len += 2;
	}
	cr_assert(list(bytes, len - 2, true));
	expect("a");
	cr_assert_not(list(bytes, len, true));
}
