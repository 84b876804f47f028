/*
 * What the real DHCP servers said and the real clients wrote down (tests/fuzz/capture):
 * every server, name and flag of it, whoever it came from.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "ddnsupd/dhcp4.h"
#include "ddnsupd/dhcp6.h"
#include "ddnsupd/lease.h"
#include "ddnsupd/ra.h"

TestSuite(captures);

#define CAPTURE_MAX 4096

#define SERVERS 1  /* all that tests/fuzz/capture offers, in its order */
#define DOMAIN 2   /* corp.example */
#define ADDRESS 4
#define FQDN 8     /* option 81 or 39: the server registers pc1.corp.example */
#define LEASED 16  /* for 3600 s */
#define ALL (SERVERS | DOMAIN | ADDRESS | FQDN | LEASED)

struct capture {
	const char *name;
	unsigned holds;
};

static size_t
load(const char *corpus, const char *name, uint8_t *bytes)
{
	char path[512];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), TOP_SRCDIR "/tests/fuzz/corpus/%s/%s", corpus,
	    name);
	file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	len = fread(bytes, 1, CAPTURE_MAX, file);
	fclose(file);
	cr_assert(len > 0 && len < CAPTURE_MAX, "%s", path);
	return len;
}

static void
check_servers(const struct capture *capture, enum family family,
    const struct dhcp_info *info)
{
	static const char *const four[] = {"192.0.2.53", "192.0.2.54", "198.51.100.53"};
	static const char *const six[] = {"2001:db8::53", "2001:db8::54"};
	const char *const *wanted = family == FAMILY_IPV4 ? four : six;
	size_t count = family == FAMILY_IPV4 ? 3 : 2;
	char text[ADDR_TEXT_MAX];

	if (!(capture->holds & SERVERS))
		count = 0;
	cr_assert_eq(info->server_count, count, "%s: %zu servers", capture->name,
	    info->server_count);
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(addr_format(&info->servers[i], text), wanted[i], "%s",
		    capture->name);
}

static void
check(const struct capture *capture, enum family family, const struct dhcp_info *info)
{
	char text[NAME_TEXT_MAX];

	check_servers(capture, family, info);
	cr_assert_eq(info->has_domain, (capture->holds & DOMAIN) != 0, "%s",
	    capture->name);
	if (info->has_domain)
		cr_assert_str_eq(name_format(&info->domain, text), "corp.example", "%s",
		    capture->name);
	cr_assert_eq(info->has_address, (capture->holds & ADDRESS) != 0, "%s",
	    capture->name);
	cr_assert_eq(info->has_fqdn && (info->fqdn_flags & DHCP_FQDN_S) != 0,
	    (capture->holds & FQDN) != 0, "%s", capture->name);
	if (capture->holds & FQDN) {
		cr_assert(info->has_fqdn_name, "%s", capture->name);
		cr_assert_str_eq(name_format(&info->fqdn_name, text), "pc1.corp.example",
		    "%s", capture->name);
	}
	cr_assert_eq(info->lease_s == 3600, (capture->holds & LEASED) != 0, "%s: %u s",
	    capture->name, info->lease_s);
}

Test(captures, dhcp4)
{
	static const struct capture captures[] = {
		{"kea4-ack", ALL}, {"dnsmasq-ack", ALL}, {"dhcpd-ack", ALL},
		{"dhclient-to-kea4-ack", ALL}, {"dhcpcd-to-kea4-ack", ALL},
		{"udhcpc-to-kea4-ack", ALL}, {"networkd-to-kea4-ack", ALL},
		{"nm-internal-to-kea4-ack", ALL},
		{"kea4-inform-ack", SERVERS | DOMAIN | ADDRESS},
		{"dhcpd-inform-ack", SERVERS | DOMAIN | ADDRESS},
		{"dnsmasq-inform-ack", ALL}, /* a lease time nobody asked for */
		{"kea4-nak", 0}, {"dnsmasq-nak", 0}, {"dhcpd-nak", 0},
	};
	static uint8_t bytes[CAPTURE_MAX];
	struct dhcp4 message;

	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		size_t len = load("dhcp4", captures[i].name, bytes);

		cr_assert_eq(dhcp4_parse(bytes, len, &message), FAULT_NONE, "%s",
		    captures[i].name);
		cr_assert_eq(message.type, captures[i].holds == 0 ? DHCP4_NAK : DHCP4_ACK,
		    "%s", captures[i].name);
		cr_assert(message.has_server_id && message.xid != 0, "%s",
		    captures[i].name);
		check(&captures[i], FAMILY_IPV4, &message.info);
	}
}

Test(captures, dhcp6)
{
	static const struct capture captures[] = {
		{"kea6-reply", ALL}, {"dnsmasq6-reply", ALL}, {"dhcpd6-reply", ALL},
		{"dhcpcd-to-kea6-reply", ALL}, {"networkd-to-kea6-reply", ALL},
		{"nm-internal-to-kea6-reply", ALL & ~(unsigned)FQDN},
		{"kea6-information-reply", SERVERS | DOMAIN},
		{"dhcpd6-information-reply", SERVERS | DOMAIN},
		{"dnsmasq6-information-reply", SERVERS | DOMAIN | FQDN},
	};
	static uint8_t bytes[CAPTURE_MAX];
	struct dhcp6 message;

	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		size_t len = load("dhcp6", captures[i].name, bytes);

		cr_assert_eq(dhcp6_parse(bytes, len, &message), FAULT_NONE, "%s",
		    captures[i].name);
		cr_assert(message.type == DHCP6_REPLY && message.client.len >= 10 &&
		    message.server.len >= 10 && message.status == 0, "%s",
		    captures[i].name);
		check(&captures[i], FAMILY_IPV6, &message.info);
	}
}

Test(captures, advertisements)
{
	static const struct capture captures[] = {
		{"radvd-rdnss", SERVERS}, {"dnsmasq-rdnss", SERVERS},
		{"radvd-dnssl", DOMAIN}, {"dnsmasq-dnssl", DOMAIN},
		{"radvd-rdnss-dnssl", SERVERS | DOMAIN},
		{"radvd-prefix", 0}, {"dnsmasq-prefix", 0},
	};
	static uint8_t bytes[CAPTURE_MAX];
	struct ra ra;

	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		struct capture capture = captures[i];
		size_t len = load("ra", capture.name, bytes);

		cr_assert_eq(ra_parse(bytes, len, &ra), FAULT_NONE, "%s", capture.name);
		cr_assert_eq(ra.has_servers, (capture.holds & SERVERS) != 0, "%s",
		    capture.name);
		cr_assert_eq(ra.has_domains, (capture.holds & DOMAIN) != 0, "%s",
		    capture.name);
		ra.info.lease_s = 0; /* radvd was told 600 s, dnsmasq 3600 s */
		check(&capture, FAMILY_IPV6, &ra.info);
	}
}

Test(captures, leases)
{
	static const struct {
		struct capture capture;
		const char *file;
		enum family family;
	} files[] = {
		{{"networkd-lease", ALL & ~(unsigned)FQDN}, "2", FAMILY_IPV4},
		{{"dhclient-lease", ALL}, "dhclient.eth0.leases", FAMILY_IPV4},
		{{"dhcpcd-lease", ALL}, "eth0.lease", FAMILY_IPV4},
		{{"dhcpcd-lease6", ALL}, "eth0.lease6", FAMILY_IPV6},
		{{"dhclient-from-kea6-lease6", ALL}, "dhclient6.leases", FAMILY_IPV6},
		{{"dhclient-from-dnsmasq6-lease6", ALL}, "dhclient6.leases", FAMILY_IPV6},
		{{"dhclient-from-dhcpd6-lease6", ALL}, "dhclient6.leases", FAMILY_IPV6},
	};
	static uint8_t bytes[CAPTURE_MAX];
	static struct leases leases;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct capture *capture = &files[i].capture;
		size_t len = load("lease", capture->name, bytes);

		cr_assert_eq(lease_parse((enum lease_kind)bytes[0], files[i].file,
		    bytes + 1, len - 1, &leases), FAULT_NONE, "%s", capture->name);
		cr_assert_eq(leases.count, 1, "%s: %zu leases", capture->name,
		    leases.count);
		cr_assert_eq(leases.items[0].family, files[i].family, "%s", capture->name);
		if (leases.items[0].ifindex != 2)
			cr_assert_str_eq(leases.items[0].ifname, "eth0", "%s",
			    capture->name);
		check(capture, files[i].family, &leases.items[0].info);
	}
}
