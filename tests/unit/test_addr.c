/*
 * Addresses and servers: text both ways, the special ranges, every fault.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/rng.h"

TestSuite(addr);
TestSuite(endpoint);

static struct addr
parsed(const char *text)
{
	struct addr addr;
	enum fault fault = addr_parse(&addr, text);

	cr_assert_eq(fault, FAULT_NONE, "%s: %s", text, fault_text(fault));
	return addr;
}

Test(addr, parse_ipv4)
{
	struct addr addr = parsed("192.0.2.10");
	static const uint8_t octets[16] = {192, 0, 2, 10};

	cr_assert_eq(addr.family, FAMILY_IPV4);
	cr_assert_eq(addr_len(&addr), 4);
	cr_assert_arr_eq(addr.octets, octets, 16);
}

Test(addr, parse_ipv6)
{
	struct addr addr = parsed("2001:DB8::10");
	static const uint8_t octets[16] = {0x20, 1, 0x0d, 0xb8, [15] = 0x10};

	cr_assert_eq(addr.family, FAMILY_IPV6);
	cr_assert_eq(addr_len(&addr), 16);
	cr_assert_arr_eq(addr.octets, octets, 16);
}

Test(addr, parse_faults)
{
	static const char *const texts[] = {"", "192.0.2", "192.0.2.256", "192.0.2.1 ",
	    " 192.0.2.1", "192.0.2.01", "0x7f.1", "[::1]", "fe80::1%eth0", "::1#53",
	    "2001:db8:::1", "1:2:3:4:5:6:7:8:9", "12345::", "name", "192.0.2.1/24"};
	struct addr addr;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_assert_eq(addr_parse(&addr, texts[i]), FAULT_ADDR_SYNTAX, "\"%s\"",
		    texts[i]);
}

/* The examples of RFC 5952 and their neighbours. */
Test(addr, format_by_rfc_5952)
{
	static const struct {
		const char *in;
		const char *out;
	} table[] = {
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"2001:0DB8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1"},
		{"1:1:1:1:1:1:1:0", "1:1:1:1:1:1:1:0"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
		{"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
		{"2001:DB8::ABCD", "2001:db8::abcd"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"::1234:5678", "::1234:5678"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct addr addr = parsed(table[i].in);

		cr_assert_str_eq(addr_format(&addr, buf), table[i].out);
	}
}

/* 16 bits are set to zero with even chance, so that all shapes of runs come up. */
Test(addr, format_agrees_with_inet_ntop_and_parses_back)
{
	static const uint8_t seed[32] = {7};
	struct rng rng;

	rng_seed(&rng, seed);
	for (int i = 0; i < 5000; i++) {
		uint8_t octets[16] = {0x20}; /* outside of what differs: ::/32 */
		char ours[ADDR_TEXT_MAX], libc[ADDR_TEXT_MAX];
		struct addr addr, again;

		for (int j = 1; j < 8; j++)
			if (rng_below(&rng, 2) == 0) {
				octets[2 * j] = (uint8_t)rng_below(&rng, 3);
				octets[2 * j + 1] = (uint8_t)rng_u32(&rng);
			}
		addr = addr_make(FAMILY_IPV6, octets);
		cr_assert_not_null(inet_ntop(AF_INET6, octets, libc, sizeof(libc)));
		cr_assert_str_eq(addr_format(&addr, ours), libc);
		again = parsed(ours);
		cr_assert(addr_equal(&addr, &again));
	}
}

Test(addr, make_leaves_no_rest)
{
	static const uint8_t octets[16] = {192, 0, 2, 1, 9, 9, 9, 9};
	struct addr made = addr_make(FAMILY_IPV4, octets), text = parsed("192.0.2.1");

	cr_assert(addr_equal(&made, &text));
}

Test(addr, compare_ipv4_first_then_by_octets)
{
	static const char *const sorted[] = {"0.0.0.1", "9.0.0.0", "10.0.0.0",
	    "192.0.2.9", "192.0.2.10", "::", "::1", "2001:db8::9", "2001:db8::10"};
	const size_t count = sizeof(sorted) / sizeof(sorted[0]);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct addr a = parsed(sorted[i]), b = parsed(sorted[j]);

			cr_assert_eq(addr_compare(&a, &b) < 0, i < j);
			cr_assert_eq(addr_compare(&a, &b) > 0, i > j);
			cr_assert_eq(addr_equal(&a, &b), i == j);
		}
}

/* protocol.md 3, at both ends of every range */
Test(addr, unfit)
{
	static const struct {
		const char *text;
		const char *reason;
	} table[] = {
		{"126.255.255.255", NULL},
		{"127.0.0.0", "loopback"},
		{"127.255.255.255", "loopback"},
		{"128.0.0.0", NULL},
		{"::1", "loopback"},
		{"::2", NULL},
		{"169.253.255.255", NULL},
		{"169.254.0.0", "link-local"},
		{"169.254.255.255", "link-local"},
		{"169.255.0.0", NULL},
		{"fe7f:ffff::", NULL},
		{"fe80::1", "link-local"},
		{"febf:ffff::", "link-local"},
		{"fec0::", NULL},
		{"223.255.255.255", NULL},
		{"224.0.0.0", "multicast"},
		{"239.255.255.255", "multicast"},
		{"240.0.0.0", NULL},
		{"ff00::", "multicast"},
		{"feff::", NULL},
		{"0.0.0.0", "unspecified"},
		{"0.255.255.255", "unspecified"},
		{"1.0.0.0", NULL},
		{"::", "unspecified"},
		{"255.255.255.254", NULL},
		{"255.255.255.255", "broadcast"},
		{"::ffff:192.0.2.1", "IPv4-mapped"},
		{"::fffe:c000:201", NULL},
		{"1::ffff:192.0.2.1", NULL},
		{"fd00::1", NULL},
		{"10.0.0.1", NULL},
		{"7f00::1", NULL},
		{"a9fe::1", NULL},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct addr addr = parsed(table[i].text);
		const char *reason = addr_unfit(&addr);

		if (table[i].reason == NULL)
			cr_assert_null(reason, "%s: %s", table[i].text, reason);
		else
			cr_assert_str_eq(reason, table[i].reason);
	}
}

Test(endpoint, parse_and_format)
{
	static const struct {
		const char *in;
		const char *out;
		uint16_t port;
		const char *ifname;
	} table[] = {
		{"192.0.2.53", "192.0.2.53#53", 53, ""},
		{"192.0.2.53#5353", "192.0.2.53#5353", 5353, ""},
		{"2001:DB8::53#1", "2001:db8::53#1", 1, ""},
		{"2001:db8::53#65535", "2001:db8::53#65535", 65535, ""},
		{"fe80::1%eth0", "fe80::1%eth0#53", 53, "eth0"},
		{"fe80::1%eth0.100#5353", "fe80::1%eth0.100#5353", 5353, "eth0.100"},
		{"fe80::1%abcdefghijklmno", "fe80::1%abcdefghijklmno#53", 53,
		    "abcdefghijklmno"},
		{"127.0.0.1", "127.0.0.1#53", 53, ""},
	};
	char buf[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct endpoint endpoint, again;

		cr_assert_eq(endpoint_parse(&endpoint, table[i].in), FAULT_NONE, "%s",
		    table[i].in);
		cr_assert_eq(endpoint.port, table[i].port);
		cr_assert_str_eq(endpoint.ifname, table[i].ifname);
		cr_assert_str_eq(endpoint_format(&endpoint, buf), table[i].out);
		cr_assert_eq(endpoint_parse(&again, buf), FAULT_NONE);
		cr_assert(endpoint_equal(&endpoint, &again));
	}
}

Test(endpoint, parse_faults)
{
	static const struct {
		const char *text;
		enum fault fault;
	} table[] = {
		{"", FAULT_ADDR_SYNTAX},
		{"#53", FAULT_ADDR_SYNTAX},
		{"%eth0", FAULT_ADDR_SYNTAX},
		{"ns1.example", FAULT_ADDR_SYNTAX},
		{"[2001:db8::53]", FAULT_ADDR_SYNTAX},
		{"[2001:db8::53]#53", FAULT_ADDR_SYNTAX},
		{"192.0.2.53:53", FAULT_ADDR_SYNTAX},
		{"192.0.2.53 ", FAULT_ADDR_SYNTAX},
		{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
		    FAULT_ADDR_SYNTAX},
		{"fe80::1%", FAULT_ADDR_SCOPE},
		{"fe80::1%#53", FAULT_ADDR_SCOPE},
		{"fe80::1%abcdefghijklmnop", FAULT_ADDR_SCOPE},
		{"fe80::1%eth 0", FAULT_ADDR_SCOPE},
		{"fe80::1%eth0 ", FAULT_ADDR_SCOPE},
		{"fe80::1%../x", FAULT_ADDR_SCOPE},
		{"fe80::1%eth0:53", FAULT_ADDR_SCOPE},
		{"fe80::1%eth0%eth1", FAULT_ADDR_SCOPE},
		{"fe80::1%eth\n", FAULT_ADDR_SCOPE},
		{"192.0.2.53#", FAULT_PORT_SYNTAX},
		{"192.0.2.53#0", FAULT_PORT_SYNTAX},
		{"192.0.2.53#65536", FAULT_PORT_SYNTAX},
		{"192.0.2.53#999999999999", FAULT_PORT_SYNTAX},
		{"192.0.2.53#4294967349", FAULT_PORT_SYNTAX}, /* 2^32 + 53 */
		{"192.0.2.53#-1", FAULT_PORT_SYNTAX},
		{"192.0.2.53#+1", FAULT_PORT_SYNTAX},
		{"192.0.2.53# 53", FAULT_PORT_SYNTAX},
		{"192.0.2.53#53x", FAULT_PORT_SYNTAX},
		{"192.0.2.53#53#53", FAULT_PORT_SYNTAX},
		{"fe80::1#53%eth0", FAULT_PORT_SYNTAX},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct endpoint endpoint, before;
		enum fault fault;

		memset(&endpoint, 0xa5, sizeof(endpoint));
		before = endpoint;
		fault = endpoint_parse(&endpoint, table[i].text);
		cr_assert_eq(fault, table[i].fault, "\"%s\": %s", table[i].text,
		    fault_text(fault));
		cr_assert_eq(memcmp(&endpoint, &before, sizeof(before)), 0);
	}
}

Test(endpoint, equal_looks_at_all_three)
{
	static const char *const texts[] = {"fe80::1", "fe80::2", "fe80::1#54",
	    "fe80::1%eth0", "fe80::1%eth1"};
	const size_t count = sizeof(texts) / sizeof(texts[0]);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct endpoint a, b;

			cr_assert_eq(endpoint_parse(&a, texts[i]), FAULT_NONE);
			cr_assert_eq(endpoint_parse(&b, texts[j]), FAULT_NONE);
			cr_assert_eq(endpoint_equal(&a, &b), i == j);
		}
}
