/*
 * What DHCP says, as a value: servers that may be servers, and what counts as a change.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ddnsupd/dhcp.h"

static struct dhcp_info info;

TestSuite(dhcp);

static bool
add(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return dhcp_add_server(&info, &addr);
}

static struct name
name_of(const char *text)
{
	struct name name;

	cr_assert_eq(name_parse(&name, text), FAULT_NONE, "%s", text);
	return name;
}

Test(dhcp, servers_in_the_order_given)
{
	char buf[ADDR_TEXT_MAX];

	cr_assert(add("192.0.2.54"));
	cr_assert(add("2001:db8::53"));
	cr_assert(add("192.0.2.53"));
	cr_assert(add("fe80::1"));
	cr_assert_eq(info.server_count, 4);
	cr_assert_str_eq(addr_format(&info.servers[0], buf), "192.0.2.54");
	cr_assert_str_eq(addr_format(&info.servers[3], buf), "fe80::1");
}

Test(dhcp, each_server_once)
{
	cr_assert(add("192.0.2.53"));
	cr_assert(add("192.0.2.54"));
	cr_assert_not(add("192.0.2.53"));
	cr_assert_eq(info.server_count, 2);
}

Test(dhcp, addresses_that_are_no_server)
{
	static const char *const unfit[] = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.53", "224.0.0.1",
		"239.255.255.255", "255.255.255.255", "::", "::1", "ff02::fb",
		"::ffff:192.0.2.53",
	};

	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
		cr_expect_not(add(unfit[i]), "%s", unfit[i]);
	cr_assert_eq(info.server_count, 0);
}

Test(dhcp, no_more_servers_than_there_is_room_for)
{
	char text[ADDR_TEXT_MAX];

	for (int i = 1; i <= DHCP_SERVERS_MAX; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		cr_assert(add(text));
	}
	cr_assert_not(add("192.0.2.99"));
	cr_assert_eq(info.server_count, DHCP_SERVERS_MAX);
}

/* Everything set, so that each part can be taken away or changed. */
static struct dhcp_info
full(void)
{
	memset(&info, 0, sizeof(info));
	add("192.0.2.53");
	add("192.0.2.54");
	info.has_domain = info.has_host_name = info.has_fqdn_name = true;
	info.domain = name_of("corp.example");
	info.host_name = name_of("host");
	info.fqdn_name = name_of("host.corp.example");
	info.has_address = info.has_fqdn = true;
	info.address = info.servers[0];
	info.fqdn_flags = DHCP_FQDN_S;
	info.lease_s = 3600;
	info.renew_s = 1800;
	return info;
}

#define DIFFERS(change)                                                                  \
	do {                                                                             \
		const struct dhcp_info a = full();                                       \
		struct dhcp_info b = a;                                                  \
                                                                                         \
		b.change;                                                                \
		cr_expect_not(dhcp_equal(&a, &b), #change);                              \
		cr_expect_not(dhcp_equal(&b, &a), #change);                              \
	} while (0)

Test(dhcp, every_difference_counts)
{
	DIFFERS(server_count = 1);
	DIFFERS(servers[1] = b.servers[0]);
	DIFFERS(has_domain = false);
	DIFFERS(domain = name_of("net.example"));
	DIFFERS(has_host_name = false);
	DIFFERS(host_name = name_of("other"));
	DIFFERS(has_address = false);
	DIFFERS(address = b.servers[1]);
	DIFFERS(has_fqdn = false);
	DIFFERS(fqdn_flags = DHCP_FQDN_N);
	DIFFERS(has_fqdn_name = false);
	DIFFERS(fqdn_name = name_of("other.corp.example"));
}

Test(dhcp, the_order_of_servers_counts)
{
	const struct dhcp_info a = full();
	struct dhcp_info b = a;

	b.servers[0] = a.servers[1];
	b.servers[1] = a.servers[0];
	cr_assert_not(dhcp_equal(&a, &b));
}

Test(dhcp, times_and_what_is_not_there_do_not_count)
{
	const struct dhcp_info a = full();
	struct dhcp_info b = a;

	b.lease_s = 60;
	b.renew_s = 30;
	cr_assert(dhcp_equal(&a, &b));
	memset(&info, 0, sizeof(info));
	b = info;
	b.domain = name_of("corp.example");
	b.address = a.address;
	b.fqdn_flags = DHCP_FQDN_O;
	cr_assert(dhcp_equal(&info, &b));
}
