/*
 * Lease files of systemd-networkd.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "ddnsupd/facts.h"
#include "ddnsupd/lease.h"
#include "octets.h"

TestSuite(lease_networkd);

static struct leases leases;

static enum fault
parse_len(const char *file, const char *text, size_t len)
{
	struct octets o = {.len = 0};
	uint8_t *bytes;
	enum fault fault;

	add(&o, text, len);
	bytes = exact(&o);
	fault = lease_parse(LEASE_NETWORKD, file, bytes, len, &leases);
	free(bytes);
	return fault;
}

static enum fault
parse(const char *text)
{
	return parse_len("3", text, strlen(text));
}

static const struct dhcp_info *
parsed(const char *text)
{
	cr_assert_eq(parse(text), FAULT_NONE, "%s", text);
	cr_assert_eq(leases.count, 1);
	return &leases.items[0].info;
}

Test(lease_networkd, a_whole_lease)
{
	const struct dhcp_info *info = parsed("# This is private data. Do not parse.\n"
					      "ADDRESS=192.0.2.10\n"
					      "NETMASK=255.255.255.0\n"
					      "ROUTER=192.0.2.1\n"
					      "SERVER_ADDRESS=192.0.2.1\n"
					      "T1=1800\n"
					      "T2=3150\n"
					      "LIFETIME=3600\n"
					      "DNS=192.0.2.53 192.0.2.54\n"
					      "DOMAINNAME=corp.example\n"
					      "DOMAIN_SEARCH_LIST=a.example b.example\n"
					      "HOSTNAME=pc1\n"
					      "CLIENTID=ffb6220feb00020000ab11\n");

	cr_assert_eq(leases.items[0].ifindex, 3);
	cr_assert_str_eq(leases.items[0].ifname, "");
	cr_assert_eq(leases.items[0].family, FAMILY_IPV4);
	cr_assert_eq(leases.items[0].expires_s, 0);
	cr_assert(info->has_address);
	expect_addr(&info->address, "192.0.2.10");
	cr_assert_eq(info->renew_s, 1800);
	cr_assert_eq(info->lease_s, 3600);
	cr_assert_eq(info->server_count, 2);
	expect_addr(&info->servers[0], "192.0.2.53");
	expect_addr(&info->servers[1], "192.0.2.54");
	cr_assert(info->has_domain && info->has_host_name);
	expect_name(&info->domain, "corp.example");
	expect_name(&info->host_name, "pc1");
	cr_assert_not(info->has_fqdn);
}

Test(lease_networkd, the_search_list_stands_in_for_the_domain)
{
	const struct dhcp_info *info =
	    parsed("ADDRESS=192.0.2.10\nDOMAIN_SEARCH_LIST=a.example b.example");

	expect_name(&info->domain, "a.example");
	info = parsed("ADDRESS=192.0.2.10\nDOMAIN_SEARCH_LIST=a.example\nDOMAINNAME=c.example");
	expect_name(&info->domain, "c.example");
	info = parsed("ADDRESS=192.0.2.10\nDOMAIN_SEARCH_LIST=");
	cr_assert_not(info->has_domain);
}

Test(lease_networkd, values_that_are_none_are_left_out)
{
	const struct dhcp_info *info = parsed("ADDRESS=192.0.2.10\n"
					      "ADDRESS=no\n"
					      "DNS=192.0.2.300 ::1 2001:db8::1 127.0.0.1 192.0.2.53 x\n"
					      "DOMAINNAME=co rp\n"
					      "HOSTNAME=-\n"
					      "LIFETIME=\n"
					      "T1=soon\n"
					      "no equal sign\n"
					      "=nothing\n"
					      "\n");

	expect_addr(&info->address, "192.0.2.10");
	cr_assert_eq(info->server_count, 1);
	cr_assert_not(info->has_domain || info->has_host_name);
	cr_assert_eq(info->lease_s, 0);
	cr_assert_eq(info->renew_s, 0);
}

Test(lease_networkd, time_spans)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} rows[] = {
		{"LIFETIME=0", 0},
		{"LIFETIME=3600", 3600},
		{"LIFETIME=1h", 3600},
		{"LIFETIME=1h 30min", 5400},
		{"LIFETIME=1y 1month 1w 1d 1h 1min 1s", 31557600 + 2629800 + 604800 + 86400 +
		    3600 + 60 + 1},
		{"LIFETIME=infinity", FACT_FOREVER},
		{"LIFETIME=4294967295", FACT_FOREVER},
		{"LIFETIME=136y 11month", FACT_FOREVER},
		{"LIFETIME=4294967295y 4294967295y", FACT_FOREVER},
		{"LIFETIME=4294967296", 7},
		{"LIFETIME=5 fortnights", 7},
		{"LIFETIME=5parsecs", 7},
		{"LIFETIME=-5", 7},
		{"LIFETIME=infinity and more", 7},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "LIFETIME=7\n%s\nADDRESS=192.0.2.1\n",
		    rows[i].text);
		cr_assert_eq(parsed(text)->lease_s, rows[i].seconds, "%s", rows[i].text);
	}
}

Test(lease_networkd, no_lease)
{
	static const char *const texts[] = {"", "\n", "ADDRESS=", "ADDRESS=2001:db8::1",
	    "ADDRESS=0.0.0.0", "ADDRESS=127.0.0.1", "ADDRESS=255.255.255.255",
	    "address=192.0.2.10", " ADDRESS=192.0.2.10", "DNS=192.0.2.53\n",
	    "ADDRESS=192.0.2.10/24",
	    "ADDRESS=000000000000000000000000000000000000000000000000000000192.0.2.10"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_assert_eq(parse(texts[i]), FAULT_TEXT_SYNTAX, "%s", texts[i]);
		cr_assert_eq(leases.count, 0);
	}
}

Test(lease_networkd, file_names)
{
	static const char *const files[] = {"", "0", "eth0", "3.tmp", ".#3abc", "-3", "+3",
	    "4294967296", "99999999999999999999999"};
	static const char text[] = "ADDRESS=192.0.2.10\n";

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		cr_assert_eq(parse_len(files[i], text, strlen(text)), FAULT_TEXT_SYNTAX, "%s",
		    files[i]);
	cr_assert_eq(parse_len("4294967295", text, strlen(text)), FAULT_NONE);
	cr_assert_eq(leases.items[0].ifindex, 4294967295u);
}

Test(lease_networkd, nul)
{
	cr_assert_eq(parse_len("3", "ADDRESS=192.0.2.10\n\0", 20), FAULT_FILE_NUL);
	cr_assert_eq(leases.count, 0);
	cr_assert_eq(lease_parse(LEASE_NETWORKD, "3", NULL, 0, &leases),
	    FAULT_TEXT_SYNTAX);
}
