/*
 * Facts: snapshots, their look-ups, the default link, the list of servers.
 */
#include <criterion/criterion.h>

#include "ddnsupd/facts.h"

TestSuite(facts);

static struct addr
parsed(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

static void
expect_default(const struct fact_net *net, const char *name)
{
	const struct fact_link *link = fact_net_default_link(net);

	if (name == NULL) {
		cr_assert_null(link);
		return;
	}
	cr_assert_not_null(link);
	cr_assert_str_eq(link->name, name);
}

Test(facts, source_names)
{
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_STATIC), "static");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_LEASE), "lease");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_OBSERVED), "observed");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_INFORM), "inform");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_DHCPV6), "dhcpv6");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_RA), "ra");
	cr_assert_str_eq(fact_source_name(FACT_SOURCE_HOOK), "hook");
}

Test(facts, links_and_addresses_are_found)
{
	struct fact_net net = {0};
	struct addr one = parsed("192.0.2.1"), two = parsed("2001:db8::2");
	struct fact_addr *fact;

	fact_net_add_link(&net, 1, "lo");
	fact = fact_link_add_addr(fact_net_add_link(&net, 7, "eth0"), &one);
	cr_assert_eq(fact->flags, 0);
	fact->flags = FACT_ADDR_PERMANENT;
	fact_link_add_addr(&net.links[1], &two);

	cr_assert_eq(fact_net_link(&net, "eth0"), &net.links[1]);
	cr_assert_null(fact_net_link(&net, "eth"));
	cr_assert_eq(fact_net_link_by_index(&net, 1), &net.links[0]);
	cr_assert_null(fact_net_link_by_index(&net, 2));
	cr_assert_eq(fact_link_addr(&net.links[1], &one)->flags, FACT_ADDR_PERMANENT);
	cr_assert_null(fact_link_addr(&net.links[0], &one));
	cr_assert(fact_net_has_addr(&net, &two));
	two.octets[15]++;
	cr_assert_not(fact_net_has_addr(&net, &two));
	fact_net_free(&net);
	cr_assert_eq(net.link_count, 0);
	cr_assert_not(fact_net_has_addr(&net, &one));
}

Test(facts, many_links_and_addresses)
{
	struct fact_net net = {0};

	for (uint32_t i = 0; i < 100; i++) {
		struct fact_link *link = fact_net_add_link(&net, i + 1, "if");

		for (uint8_t j = 0; j < 20; j++) {
			uint8_t octets[4] = {10, 0, (uint8_t)i, j};
			struct addr addr = addr_make(FAMILY_IPV4, octets);

			fact_link_add_addr(link, &addr);
		}
	}
	for (uint32_t i = 0; i < 100; i++) {
		const struct fact_link *link = fact_net_link_by_index(&net, i + 1);

		cr_assert_eq(link->addr_count, 20);
		cr_assert_eq(link->addrs[19].addr.octets[2], i);
	}
	fact_net_free(&net);
}

Test(facts, a_copy_shares_nothing_and_grows_on_its_own)
{
	struct fact_net from = {0}, to = {0}, empty = {0};
	struct addr one = parsed("192.0.2.1"), two = parsed("192.0.2.2");

	fact_link_add_addr(fact_net_add_link(&to, 9, "old"), &two);
	fact_link_add_addr(fact_net_add_link(&from, 1, "eth0"), &one);
	fact_net_add_link(&from, 2, "eth1");
	fact_net_add_route(&from, FAMILY_IPV4, 2, 0);
	fact_net_copy(&to, &from);
	fact_net_free(&from);
	cr_assert_eq(to.link_count, 2);
	cr_assert(fact_net_has_addr(&to, &one));
	cr_assert_not(fact_net_has_addr(&to, &two));
	expect_default(&to, "eth1");
	fact_link_add_addr(&to.links[1], &two);
	fact_link_add_addr(&to.links[0], &two);
	fact_net_add_link(&to, 3, "eth2");
	fact_net_add_route(&to, FAMILY_IPV6, 3, 0);
	cr_assert_eq(to.link_count, 3);
	cr_assert_eq(to.links[0].addr_count, 2);
	fact_net_copy(&to, &to);
	cr_assert_eq(to.links[0].addr_count, 2);
	fact_net_copy(&to, &empty);
	cr_assert_eq(to.link_count, 0);
	expect_default(&to, NULL);
}

Test(facts, a_name_too_long_is_cut_not_overrun)
{
	struct fact_net net = {0};

	fact_net_add_link(&net, 1, "abcdefghijklmnopqrstuvwxyz");
	cr_assert_str_eq(net.links[0].name, "abcdefghijklmno");
	fact_net_free(&net);
}

/* interface.md: the default route with the lowest metric, IPv4 first */
Test(facts, default_link)
{
	struct fact_net net = {0};

	fact_net_add_link(&net, 1, "eth0");
	fact_net_add_link(&net, 2, "eth1");
	fact_net_add_link(&net, 3, "wlan0");
	expect_default(&net, NULL);
	fact_net_add_route(&net, FAMILY_IPV6, 3, 0);
	expect_default(&net, "wlan0");
	fact_net_add_route(&net, FAMILY_IPV4, 1, 600);
	expect_default(&net, "eth0");
	fact_net_add_route(&net, FAMILY_IPV4, 2, 100);
	expect_default(&net, "eth1");
	fact_net_add_route(&net, FAMILY_IPV4, 1, 100);
	expect_default(&net, "eth1");
	fact_net_add_route(&net, FAMILY_IPV4, 99, 1);
	expect_default(&net, "eth1");
	fact_net_free(&net);
}

Test(facts, default_link_of_ipv6_alone_goes_by_metric)
{
	struct fact_net net = {0};

	fact_net_add_link(&net, 1, "eth0");
	fact_net_add_link(&net, 2, "eth1");
	fact_net_add_route(&net, FAMILY_IPV6, 1, 1024);
	fact_net_add_route(&net, FAMILY_IPV6, 2, 512);
	expect_default(&net, "eth1");
	fact_net_free(&net);
}

Test(facts, servers_stand_once_in_the_order_given)
{
	struct facts facts = {0};
	struct endpoint one = {parsed("192.0.2.53"), false, 53, ""}, two = one;

	two.port = 5353;
	facts_add_server(&facts, &one, FACT_SOURCE_LEASE, 2);
	facts_add_server(&facts, &two, FACT_SOURCE_STATIC, 0);
	facts_add_server(&facts, &one, FACT_SOURCE_HOOK, 2);
	cr_assert_eq(facts.server_count, 2);
	cr_assert_eq(facts.servers[0].source, FACT_SOURCE_LEASE);
	cr_assert(endpoint_equal(&facts.servers[1].endpoint, &two));
	facts_clear_servers(&facts);
	cr_assert_eq(facts.server_count, 0);
	for (unsigned i = 1; i <= 40; i++) {
		one.port = (uint16_t)i;
		facts_add_server(&facts, &one, FACT_SOURCE_STATIC, 0);
	}
	cr_assert_eq(facts.server_count, 40);
	cr_assert_eq(facts.servers[39].endpoint.port, 40);
	fact_net_add_link(&facts.net, 1, "eth0");
	facts_free(&facts);
	cr_assert_eq(facts.server_count, 0);
	cr_assert_eq(facts.net.link_count, 0);
}
