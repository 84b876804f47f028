/*
 * ddnsupd.yaml: wrong values, each one line with what is allowed.
 */
#include "text_config_expect.h"

TestSuite(text_config_values);

Test(text_config_values, words)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "on", "On" };
	static const char *const no[] = { "false", "False", "no", "NO", "off" };
	static const char *const neither[] = { "fasle", "1", "0", "y", "enabled" };
	struct config *config;
	char line[64];

	for (size_t i = 0; i < COUNT(yes); i++) {
		snprintf(line, sizeof(line), "withdraw-on-stop: %s", yes[i]);
		config = load_one(line);
		cr_expect(config->registrations[0].withdraw_on_stop, "%s", yes[i]);
		config_free(config);
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		snprintf(line, sizeof(line), "enabled: %s", no[i]);
		config = load_one(line);
		cr_expect_not(config->registrations[0].enabled, "%s", no[i]);
		config_free(config);
	}
	for (size_t i = 0; i < COUNT(neither); i++) {
		snprintf(line, sizeof(line), "must be true or false, not \"%s\"",
		    neither[i]);
		expect_refused("enabled", neither[i], line);
		expect_refused("temporary-addresses", neither[i], line);
	}
	expect_refused("fqdn", "Shared", "must be shared or dedicated, not \"Shared\"");
	expect_refused("ipv4", "static", "must be auto or none, not \"static\"");
	expect_refused("ipv6", "1", "must be auto or none, not \"1\"");
	expect_refused("on-conflict", "ask", "must be replace or keep, not \"ask\"");
	expect_error("dns: {source: static, transport: udp}",
	    "f:1:34: dns.transport: must be auto or tcp, not \"udp\"");
	expect_error("dns:\n  source: nss\n",
	    "f:2:11: dns.source: must be static or dhcp, not \"nss\"");
}

Test(text_config_values, dhcp_sources)
{
	static const char *const bad[] = {"static", "Lease", "dhcp", "lease ", "5", ""};
	struct config *config = load("dns: {dhcp-sources: [hook, ra, lease]}");
	char text[128], line[256];

	cr_assert_eq(config->dhcp_source_count, 3);
	cr_expect_eq(config->dhcp_sources[0], FACT_SOURCE_HOOK);
	cr_expect_eq(config->dhcp_sources[1], FACT_SOURCE_RA);
	cr_expect_eq(config->dhcp_sources[2], FACT_SOURCE_LEASE);
	config_free(config);
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "dns:\n  dhcp-sources: [ra, \"%s\"]\n",
		    bad[i]);
		snprintf(line, sizeof(line), "f:2:22: dns.dhcp-sources[1]: must be "
		    "lease, observed, inform, dhcpv6, ra or hook, each at most once, "
		    "not \"%s\"", bad[i]);
		expect_error(text, line);
	}
	expect_error("dns: {dhcp-sources: [ra, hook, ra]}", "f:1:32: "
	    "dns.dhcp-sources[2]: must be lease, observed, inform, dhcpv6, ra or hook, "
	    "each at most once, not \"ra\" (it stands there already)");
	expect_error("dns: {dhcp-sources: []}", "f:1:21: dns.dhcp-sources: must be a "
	    "list of one or more of lease, observed, inform, dhcpv6, ra and hook, not "
	    "an empty list");
	expect_error("dns: {dhcp-sources: lease}", "f:1:21: dns.dhcp-sources: must be "
	    "a list of one or more of lease, observed, inform, dhcpv6, ra and hook, "
	    "not a single value");
	expect_error("dns: {dhcp-sources: [[ra]]}", "f:1:22: ...");
	expect_error("dns: {dhcp-sources: [~]}", "f:1:22: ...");
	expect_error("dns: {dhcp-sources: [ra, hook, lease, dhcpv6, inform, observed, "
	    "lease]}", "f:1:65: ...");
}

Test(text_config_values, numbers)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{ "0", 0 }, { "-1", -1 }, { "+60", 60 }, { "2147483648", 2147483648 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN }, { "\"900\"", 900 },
	};
	static const char *const bad[] = {
		"0x10", "1e3", "900s", "010", "9.0", "1_000", "15m", "-5m", "+",
		"9223372036854775808", "-9223372036854775809", "ten", "1 2",
	};
	char line[256];
	struct config *config;

	for (size_t i = 0; i < COUNT(good); i++) {
		snprintf(line, sizeof(line), "ttl: %s\n    periodic-update: %s",
		    good[i].text, good[i].text);
		config = load_one(line);
		cr_expect_eq(config->registrations[0].ttl_s, good[i].value);
		cr_expect_eq(config->registrations[0].periodic_min, good[i].value);
		config_free(config);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof(line),
		    "must be a whole number of seconds, not \"%s\"", bad[i]);
		expect_refused("ttl", bad[i], line);
		snprintf(line, sizeof(line),
		    "must be a whole number of minutes, not \"%s\"", bad[i]);
		expect_refused("periodic-update", bad[i], line);
	}
	config_free(load("amt-release: 1"));
	config_free(load("amt-release: 99"));
	expect_error("amt-release: 0", "f:1:14: amt-release: must be a whole number "
	    "from 1 to 99, the release of Intel AMT, not \"0\"");
	expect_error("amt-release: -7", "f:1:14: amt-release: must be ...");
	expect_error("amt-release: 100", "f:1:14: amt-release: must be ...");
	expect_error("amt-release: 16.0", "f:1:14: amt-release: must be ...");
}

Test(text_config_values, registration_names)
{
	static const char allowed[] = "must be 1 to 63 printable ASCII characters "
	    "without blanks, not ";
	static const char *const bad[] = { "\"\"", "\"a b\"", "\" a\"" };
	char text[256], line[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "registrations:\n  - name: %s\n", bad[i]);
		snprintf(line, sizeof(line), "f:2:11: registrations[0].name: %s%s",
		    allowed, bad[i]);
		expect_error(text, line);
	}
	expect_error("registrations:\n  - name: b\xc3\xbcro\n",
	    "f:2:11: registrations[0].name: must be 1 to 63 printable ASCII characters "
	    "without blanks, not \"b\\195\\188ro\"");
	snprintf(text, sizeof(text), "registrations:\n  - name: %063d\n", 1);
	config_free(load(text));
	snprintf(text, sizeof(text), "registrations:\n  - name: %064d\n", 1);
	expect_error(text, "f:2:11: registrations[0].name: must be 1 to 63 ...");
}

Test(text_config_values, host_and_domain_names)
{
	static const char label[] = "must be one label of letters, digits and inner "
	    "hyphens, at most 63 octets, not ";
	static const char xn[] = "no blanks or escapes; an international name is "
	    "written in its xn-- form";
	static const struct {
		const char *value, *shown, *why;
	} bad[] = {
		{ "a.b", "a.b", "the rest belongs in domain-name" },
		{ "\"\"", "", "the name is empty" },
		{ ".", ".", "the name is empty" },
		{ "-a", "-a", "a label begins or ends with a hyphen" },
		{ "a b", "a b", xn }, { "a\\032b", "a\\032b", xn },
		{ "\xc3\xa4", "\\195\\164", "the name is not ASCII; write it in its "
		    "xn-- form" },
		{ "localhost", "localhost", "localhost is no name for DNS" },
	};
	char line[512], value[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof(line), "%s\"%s\" (%s)", label, bad[i].shown,
		    bad[i].why);
		expect_refused("host-name", bad[i].value, line);
	}
	expect_refused("domain-name", "a..b", "must be labels of letters, digits and "
	    "inner hyphens with dots between them, not \"a..b\" (the name has an empty "
	    "label)");
	expect_refused("domain-name", "x.localhost", "must be labels ...");
	/* R4 judges lengths, but characters are judged here. */
	snprintf(value, sizeof(value), "host-name: %0100d", 1);
	config_free(load_one(value));
	snprintf(value, sizeof(value), "%0100d!", 1);
	expect_refused("host-name", value, "must be one label ...");
}

Test(text_config_values, underscore_warns)
{
	static const char text[] = REG "host-name: a_b\n    domain-name: c_d.e\n";
	struct strbuf warnings = { 0 };
	struct config *config;
	char *error;

	config = text_config(text, strlen(text), "f", &error, &warnings);
	cr_assert_not_null(config);
	cr_expect_str_eq(strbuf_text(&warnings),
	    "f:3:16: registrations[0].host-name: an underscore: BIND's check-names may "
	    "refuse this name; use a hyphen\n"
	    "f:4:18: registrations[0].domain-name: an underscore: BIND's check-names "
	    "may refuse this name; use a hyphen\n");
	config_free(config);
	strbuf_free(&warnings);
}

Test(text_config_values, interfaces_and_paths)
{
	static const char *const bad[] = { "abcdefghijklmnop", "a/b", "a b", "a:b",
	    ".." };
	char line[256], text[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof(line), "must be the name of an interface, 1 to "
		    "15 characters without blanks, slashes and colons, not \"%s\"",
		    bad[i]);
		expect_refused("interface", bad[i], line);
		expect_refused("host-interface", bad[i], line);
	}
	config_free(load_one("interface: abcdefghijklmno"));
	expect_error("state-directory: \"\"\n",
	    "f:1:18: state-directory: must be the path of a directory, not \"\"");
	snprintf(text, sizeof(text), "control-socket: /%0106d\n", 1);
	config_free(load(text));
	snprintf(text, sizeof(text), "control-socket: /%0107d\n", 1);
	expect_error(text, "f:1:17: control-socket: must be the path of a socket, 1 to "
	    "107 octets, not \"/...");
}

Test(text_config_values, addresses)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "127.0.0.1", "loopback" }, { "::1", "loopback" },
		{ "169.254.1.1", "link-local" }, { "fe80::1", "link-local" },
		{ "224.0.0.1", "multicast" }, { "ff02::1", "multicast" },
		{ "0.0.0.0", "unspecified" }, { "::", "unspecified" },
		{ "192.0.2", "not an IPv4 or IPv6 address" },
		{ "2001:db8::1%eth0", "not an IPv4 or IPv6 address" },
		{ "192.0.2.1/24", "not an IPv4 or IPv6 address" },
		{ "", "not an IPv4 or IPv6 address" },
	};
	char text[256], line[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), REG "addresses: [192.0.2.9, \"%s\"]\n",
		    bad[i].text);
		snprintf(line, sizeof(line), "f:3:28: registrations[0].addresses[1]: "
		    "must be an IPv4 or IPv6 address, and not a loopback, link-local, "
		    "multicast or unspecified one, not \"%s\" (%s)", bad[i].text,
		    bad[i].why);
		expect_error(text, line);
	}
}

Test(text_config_values, servers)
{
	static const char allowed[] = "must be a server ADDRESS[%INTERFACE][#PORT], "
	    "IPv6 without brackets, not ";
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "ns1.corp.example", "not an IPv4 or IPv6 address" },
		{ "[::1]:53", "not an IPv4 or IPv6 address" },
		{ "192.0.2.1#0", "the port after # must be 1 to 65535" },
		{ "192.0.2.1#65536", "the port after # must be 1 to 65535" },
		{ "0.0.0.0", "unspecified" }, { "224.0.0.1", "multicast" },
	};
	char text[256], line[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "dns:\n  servers:\n    - \"%s\"\n",
		    bad[i].text);
		snprintf(line, sizeof(line), "f:3:7: dns.servers[0]: %s\"%s\" (%s)",
		    allowed, bad[i].text, bad[i].why);
		expect_error(text, line);
	}
	expect_error("dns: {primary: [ns1, 192.0.2.300]}", "f:1:22: dns.primary[1]: "
	    "must be a host name or a server ADDRESS[%INTERFACE][#PORT], IPv6 without "
	    "brackets, not \"192.0.2.300\" (not an IPv4 or IPv6 address)");
	expect_error("dns: {primary: [n s]}", "f:1:17: dns.primary[0]: must be a host "
	    "name or ...");
	expect_error("dns: {primary: [\"\"]}", "f:1:17: dns.primary[0]: must be ...");
}

Test(text_config_values, twins)
{
	struct config *config;

	expect_error("registrations:\n  - name: x\n  - name: y\n  - name: y\n  - name: "
	    "x\n",
	    "f:4:11: registrations[2].name: a name must stand once; \"y\" stands on "
	    "line 3 already");
	expect_error("registrations:\n"
	    "  - {name: x, host-name: A, domain-name: b.c}\n"
	    "  - {name: y, host-name: z, domain-name: b.c}\n"
	    "  - {name: z, domain-name: B.C., host-name: a., enabled: false}\n",
	    "f:4:45: registrations[2].host-name: an FQDN must stand once; \"a.b.c\" "
	    "stands on line 2 already");
	/* What depends on the host is not known here; names differ by case. */
	config = load("registrations:\n"
	    "  - {name: x, host-name: a, domain-name: b.c}\n"
	    "  - {name: X, host-name: a}\n"
	    "  - {name: z, host-name: ab, domain-name: c}\n"
	    "  - {name: u, domain-name: b.c}\n");
	cr_expect_eq(config->registration_count, 4);
	config_free(config);
}

Test(text_config_values, messages_stay_short)
{
	struct strbuf text = { 0 };
	char *error = NULL;

	strbuf_add(&text, REG "ttl: ");
	for (int i = 0; i < 100000; i++)
		strbuf_add(&text, "9");
	cr_assert_null(text_config(text.s, text.len, "f", &error, NULL));
	cr_expect_lt(strlen(error), 200);
	cr_expect_str_eq(error + strlen(error) - 6, "99...\"");
	free(error);
	strbuf_free(&text);
}
