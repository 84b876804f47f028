/*
 * Lease files: what all kinds share, and dhcpcd's, which are messages.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ddnsupd/lease.h"
#include "octets.h"

TestSuite(lease);

static struct leases leases;

static enum fault
parse(enum lease_kind kind, const char *file, const struct octets *o)
{
	uint8_t *bytes = exact(o);
	enum fault fault = lease_parse(kind, file, bytes, o->len, &leases);

	free(bytes);
	return fault;
}

static struct octets
message4(unsigned op, unsigned type)
{
	struct octets o = {.len = 240};

	o.at[0] = (uint8_t)op;
	o.at[1] = 1;
	o.at[2] = 6;
	memcpy(o.at + 16, "\300\0\2\12", 4);
	memcpy(o.at + 28, "\2\0\0\0\0\1", 6);
	memcpy(o.at + 236, "\143\202\123\143", 4);
	if (type != 0) {
		add(&o, "\65\1", 2);
		add_u8(&o, type);
	}
	add(&o, "\66\4\300\0\2\1", 6);
	add(&o, "\63\4\0\0\16\20", 6);
	add(&o, "\6\4\300\0\2\65", 6);
	add(&o, "\17\14corp.example", 14);
	add_u8(&o, 255);
	return o;
}

static struct octets
message6(unsigned type, unsigned status)
{
	struct octets o = {.len = 0};

	add_u32(&o, type << 24 | 1);
	add_u16(&o, 3);
	add_u16(&o, 40);
	add_u32(&o, 1);
	add_u32(&o, 1800);
	add_u32(&o, 2880);
	add_u16(&o, 5);
	add_u16(&o, 24);
	add_addr(&o, "2001:db8::10");
	add_u32(&o, 3600);
	add_u32(&o, 7200);
	add_u16(&o, 23);
	add_u16(&o, 16);
	add_addr(&o, "2001:db8::53");
	add_u16(&o, 13);
	add_u16(&o, 2);
	add_u16(&o, status);
	return o;
}

Test(lease, dhcpcd)
{
	struct octets o = message4(2, 5);

	cr_assert_eq(parse(LEASE_DHCPCD, "eth0.lease", &o), FAULT_NONE);
	cr_assert_eq(leases.count, 1);
	cr_assert_str_eq(leases.items[0].ifname, "eth0");
	cr_assert_eq(leases.items[0].ifindex, 0);
	cr_assert_eq(leases.items[0].family, FAMILY_IPV4);
	cr_assert_eq(leases.items[0].expires_s, 0);
	cr_assert_eq(leases.items[0].info.lease_s, 3600);
	expect_addr(&leases.items[0].info.address, "192.0.2.10");
	expect_addr(&leases.items[0].info.servers[0], "192.0.2.53");
	expect_name(&leases.items[0].info.domain, "corp.example");
	o = message4(2, 0);     /* BOOTP */
	cr_assert_eq(parse(LEASE_DHCPCD, "eth0.lease", &o), FAULT_NONE);
}

Test(lease, dhcpcd_takes_replies_only)
{
	static const struct {
		unsigned op;
		unsigned type;
	} rows[] = {{1, 3}, {1, 0}, {2, 2}, {2, 6}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets o = message4(rows[i].op, rows[i].type);

		cr_assert_eq(parse(LEASE_DHCPCD, "eth0.lease", &o), FAULT_MSG_MALFORMED,
		    "row %zu", i);
		cr_assert_eq(leases.count, 0);
	}
}

Test(lease, dhcpcd6)
{
	struct octets o = message6(7, 0);

	cr_assert_eq(parse(LEASE_DHCPCD6, "eth0.lease6", &o), FAULT_NONE);
	cr_assert_eq(leases.count, 1);
	cr_assert_str_eq(leases.items[0].ifname, "eth0");
	cr_assert_eq(leases.items[0].family, FAMILY_IPV6);
	cr_assert_eq(leases.items[0].info.lease_s, 7200);
	cr_assert_eq(leases.items[0].info.renew_s, 1800);
	expect_addr(&leases.items[0].info.address, "2001:db8::10");
	expect_addr(&leases.items[0].info.servers[0], "2001:db8::53");
	o = message6(2, 0);
	cr_assert_eq(parse(LEASE_DHCPCD6, "eth0.lease6", &o), FAULT_MSG_MALFORMED);
	o = message6(7, 5);
	cr_assert_eq(parse(LEASE_DHCPCD6, "eth0.lease6", &o), FAULT_MSG_MALFORMED);
	cr_assert_eq(leases.count, 0);
}

/* Faults of the message come through, and leave nothing of the file before. */
Test(lease, dhcpcd_message_faults)
{
	struct octets o = message4(2, 5);

	cr_assert_eq(parse(LEASE_DHCPCD, "eth0.lease", &o), FAULT_NONE);
	o.len = 100;
	cr_assert_eq(parse(LEASE_DHCPCD, "eth0.lease", &o), FAULT_MSG_SHORT);
	cr_assert_eq(leases.count, 0);
	o = message6(7, 0);
	o.len--;
	cr_assert_eq(parse(LEASE_DHCPCD6, "eth0.lease6", &o), FAULT_MSG_MALFORMED);
	o.len = 0;
	cr_assert_eq(parse(LEASE_DHCPCD6, "eth0.lease6", &o), FAULT_MSG_SHORT);
}

/* The file's name gives every link that it may mean: the longest name first. */
Test(lease, dhcpcd_file_names)
{
	static const struct {
		const char *file;
		size_t count;
		const char *first;
		const char *last;
	} rows[] = {
		{"eth0.lease", 1, "eth0", "eth0"},
		{"eth0.5.lease", 1, "eth0.5", "eth0.5"},
		{"br-lan.lease", 2, "br-lan", "br"},
		{"wlan0-My-Net.lease", 3, "wlan0-My-Net", "wlan0"},
		{"wlan0-A network of a long name.lease", 1, "wlan0", "wlan0"},
		{"wlan0-caf\303\251.lease", 1, "wlan0", "wlan0"},
		{"wlan0-x.lease.lease", 2, "wlan0-x.lease", "wlan0"},
		{"a--.lease", 3, "a--", "a"},
		{"-x.lease", 1, "-x", "-x"},
	};
	struct octets o = message4(2, 5);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_eq(parse(LEASE_DHCPCD, rows[i].file, &o), FAULT_NONE, "%s",
		    rows[i].file);
		cr_assert_eq(leases.count, rows[i].count, "%s", rows[i].file);
		cr_assert_str_eq(leases.items[0].ifname, rows[i].first);
		cr_assert_str_eq(leases.items[leases.count - 1].ifname, rows[i].last);
	}
}

Test(lease, dhcpcd_file_names_of_no_interface)
{
	static const char *const files[] = {"", "eth0", "eth0.lease6", ".lease", "..lease",
	    "...lease", "sixteen-letters!.leas", "averylongnameindeed.lease",
	    "eth0.lease.new", "a b.lease", "a/b.lease", "a:b.lease", "\033.lease"};
	struct octets o = message4(2, 5);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cr_assert_eq(parse(LEASE_DHCPCD, files[i], &o), FAULT_TEXT_SYNTAX, "%s",
		    files[i]);
		cr_assert_eq(leases.count, 0);
	}
}
