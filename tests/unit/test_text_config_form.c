/*
 * ddnsupd.yaml: errors of form, keys and kinds, each one line at its place.
 */
#include "text_config_expect.h"

TestSuite(text_config_form);

static const char ttl_allowed[] = "registrations[0].ttl: must be a whole number of "
    "seconds, not ";

Test(text_config_form, nulls)
{
	static const char *const nulls[] = { "null", "Null", "NULL", "~" };
	char line[128];

	for (size_t i = 0; i < COUNT(nulls); i++)
		expect_refused("ttl", nulls[i],
		    "must be a whole number of seconds, not empty");
	snprintf(line, sizeof(line), "f:3:9: %sempty", ttl_allowed);
	expect_error(REG "ttl:\n", line);
	snprintf(line, sizeof(line), "f:3:10: %s\"\"", ttl_allowed);
	expect_error(REG "ttl: \"\"\n", line);
	expect_error(REG "host-name: ~\n", "f:3:16: registrations[0].host-name: must "
	    "be one label of letters, digits and inner hyphens, at most 63 octets, not "
	    "empty");
	expect_error(REG "enabled:\n",
	    "f:3:13: registrations[0].enabled: must be true or false, not empty");
	expect_error("dns:\n", "f:1:5: dns: must be a mapping of source, servers, "
	    "dhcp-sources, primary and transport, not empty");
	expect_error("registrations:\n",
	    "f:1:15: registrations: must be a list of registrations, not empty");
	expect_error("dns:\n  servers:\n", "f:2:11: dns.servers: must be a list of "
	    "servers, not empty");
	expect_error("dns:\n  servers:\n    - ~\n", "f:3:7: dns.servers[0]: must be a "
	    "server ADDRESS[%INTERFACE][#PORT], IPv6 without brackets, not empty");
	expect_error("registrations:\n  -\n", "f:2:4: registrations[0]: must be a "
	    "mapping with the key name, and more, not empty");
	/* In quotes it is a text. */
	config_free(load_one("host-name: \"null\""));
	config_free(load("registrations: []\ndns: {servers: [], primary: []}\n"));
}

Test(text_config_form, kinds)
{
	expect_error("- a", "f:1:1: YAML: must be a mapping of amt-release, "
	    "state-directory, control-socket, dns and registrations, not a list");
	expect_error("hello", "f:1:1: YAML: must be a mapping of amt-release, "
	    "state-directory, control-socket, dns and registrations, not a single "
	    "value");
	expect_error("dns: 3", "f:1:6: dns: must be a mapping of source, servers, "
	    "dhcp-sources, primary and transport, not a single value");
	expect_error("dns: [a]", "f:1:6: dns: must be a mapping of source, servers, "
	    "dhcp-sources, primary and transport, not a list");
	expect_error("registrations: {a: b}",
	    "f:1:16: registrations: must be a list of registrations, not a mapping");
	expect_error("registrations:\n  - amt\n", "f:2:5: registrations[0]: must be a "
	    "mapping with the key name, and more, not a single value");
	expect_error("registrations:\n  - [amt]\n", "f:2:5: registrations[0]: must be "
	    "a mapping with the key name, and more, not a list");
	expect_error("registrations:\n  - name: x\n  - name: [y]\n", "f:3:11: "
	    "registrations[1].name: must be 1 to 63 printable ASCII characters without "
	    "blanks, not a list");
	expect_error(REG "addresses: 192.0.2.1\n", "f:3:16: "
	    "registrations[0].addresses: must be a list of IPv4 or IPv6 addresses, not "
	    "a single value");
	expect_error("dns:\n  servers:\n  - 192.0.2.1\n  - 2001:db8::\n",
	    "f:4:5: dns.servers[1]: must be a server ADDRESS[%INTERFACE][#PORT], IPv6 "
	    "without brackets, not a mapping (an IPv6 address that ends in a colon "
	    "belongs in quotes)");
	expect_refused("ttl", "[1]", "must be a whole number of seconds, not a list");
	expect_refused("ttl", "{a: 1}",
	    "must be a whole number of seconds, not a mapping");
	expect_refused("enabled", "[true]", "must be true or false, not a list");
}

Test(text_config_form, unknown_keys)
{
	expect_error("amt-release: 12\nzork: 3\n", "f:2:1: zork: unknown key; the keys "
	    "here are amt-release, state-directory, control-socket, dns, "
	    "registrations");
	expect_error("dns:\n  server: 192.0.2.1\n", "f:2:3: dns.server: unknown key; "
	    "the keys here are source, servers, dhcp-sources, primary, transport");
	expect_error("registrations:\n  - name: x\n  - name: y\n    TTL: 3\n",
	    "f:4:5: registrations[1].TTL: unknown key; the keys here are name, "
	    "enabled, fqdn, host-name, ...");
	expect_error(REG "addresses: [192.0.2.1]\n    zork: [1, 2]\n",
	    "f:4:5: registrations[0].zork: unknown key...");
	expect_error("dns: {source: dhcp}\nname: x\n", "f:2:1: name: unknown key...");
	expect_error("zork:\n", "f:1:1: zork: unknown key...");
	expect_error("\"\": 1\n", "f:1:1: YAML: unknown key...");
	expect_error("\xef\xbb\xbfzork: 1\n", "f:1:1: zork: unknown key...");
	expect_error("z\xc3\xb6rk: 1\n", "f:1:1: z\\195\\182rk: unknown key...");
	expect_error("<<: {amt-release: 3}\n", "f:1:1: <<: unknown key...");
}

/* More keys than are compared with one another, and one of 10,000 characters. */
Test(text_config_form, many_and_long_keys)
{
	struct strbuf text = { 0 };

	for (int i = 0; i < 1000; i++)
		strbuf_printf(&text, "k%d: 1\n", i);
	expect_error(text.s, "f:1:1: k0: unknown key...");
	strbuf_free(&text);

	strbuf_add(&text, "amt-release: 3\n? ");
	for (int i = 0; i < 10000; i++)
		strbuf_add(&text, "k");
	strbuf_add(&text, "\n: 1\n");
	expect_error(text.s, "f:2:3: kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	    "kkkkkkkkkkkkkkkkkk...: unknown key...");
	strbuf_free(&text);
}

Test(text_config_form, host_os_fqdn)
{
	static const char why[] = "cannot be set (R8): HostOSFQDN is read only, it is "
	    "taken from the operating system and shown by ddnsctl status";
	char line[256];

	snprintf(line, sizeof(line), "f:1:1: host-os-fqdn: %s", why);
	expect_error("host-os-fqdn: pc1.corp.example\n", line);
	snprintf(line, sizeof(line), "f:3:5: registrations[0].host-os-fqdn: %s", why);
	expect_error(REG "host-os-fqdn: pc1.corp.example\n", line);
	snprintf(line, sizeof(line), "f:3:5: registrations[0].HostOSFQDN: %s", why);
	expect_error(REG "HostOSFQDN: pc1.corp.example\n", line);
}

Test(text_config_form, doubled_keys)
{
	expect_error("amt-release: 3\ndns: {}\namt-release: 3\n",
	    "f:3:1: amt-release: a key must stand once; the first is on line 1");
	expect_error("dns:\n  source: dhcp\n  source: dhcp\n",
	    "f:3:3: dns.source: a key must stand once; the first is on line 2");
	expect_error("dns:\n  source: dhcp\nregistrations: []\ndns: {}\n",
	    "f:4:1: dns: a key must stand once; the first is on line 1");
	expect_error(REG "ttl: 3\n    \"ttl\": 4\n", "f:4:5: registrations[0].ttl: a "
	    "key must stand once; the first is on line 3");
	expect_error("registrations:\n  - name: a\n  - {name: b, name: b}\n",
	    "f:3:15: registrations[1].name: a key must stand once; the first is on "
	    "line 3");
}

Test(text_config_form, missing_name)
{
	static const char why[] = "the key name is missing: it must be 1 to 63 "
	    "printable ASCII characters without blanks";
	char line[256];

	snprintf(line, sizeof(line), "f:2:5: registrations[0]: %s", why);
	expect_error("registrations:\n  - ttl: 3\n", line);
	expect_error("registrations:\n  - addresses: [192.0.2.1]\n", line);
	expect_error("registrations:\n  - {}\n", line);
	snprintf(line, sizeof(line), "f:3:5: registrations[1]: %s", why);
	expect_error("registrations:\n  - name: x\n  - ttl: 3\n  - name: z\n", line);
}

Test(text_config_form, marks)
{
	expect_error("dns: &a {source: dhcp}\n",
	    "f:1:6: dns: anchors (&name) are not allowed; write the value");
	expect_error("dns: *a\n",
	    "f:1:6: dns: aliases (*name) are not allowed; write the value");
	expect_error("dns:\n  servers: [192.0.2.1, *a]\n",
	    "f:2:24: dns.servers[1]: aliases (*name) are not allowed; write the value");
	expect_error(REG "ttl: !!int 3\n", "f:3:10: registrations[0].ttl: tags (!name) "
	    "are not allowed; write the value");
	expect_error("state-directory: \"a\\tb\"\n", "f:1:18: state-directory: control "
	    "characters and line breaks are not allowed in keys and values");
	expect_error("state-directory: \"a\\0b\"\n", "f:1:18: state-directory: control "
	    "characters and ...");
	expect_error("? [a]\n: b\n",
	    "f:1:3: YAML: a key must be a word, not a list or mapping");
}

Test(text_config_form, documents)
{
	static const char empty[] = "f:1:1: YAML: the file is empty; it must be a "
	    "mapping of amt-release, state-directory, control-socket, dns and "
	    "registrations";

	expect_error("", empty);
	expect_error("\n\n", empty);
	expect_error("# nothing\n", empty);
	expect_error("---\n", empty);
	expect_error("amt-release: 3\n---\namt-release: 4\n",
	    "f:2:1: YAML: a second document; the file must hold one");
	expect_error("amt-release: 3\n---\n",
	    "f:2:1: YAML: a second document; the file must hold one");
	config_free(load("---\namt-release: 3\n...\n"));
	config_free(load("%YAML 1.1\n---\namt-release: 3\n"));
}

Test(text_config_form, syntax)
{
	static const char nul[] = "dns:\n  so\0urce: dhcp\n";
	static const char binary[] = "\x7f" "ELF\2\1\1\0\0\0";

	expect_error("dns:\n\tsource: dhcp\n",
	    "f:2:1: YAML: a tab must not indent a line; use blanks");
	expect_error("a: b: c\n", "f:1:5: YAML: syntax error: mapping values are not "
	    "allowed in this context");
	expect_error("dns: {servers: [::1]}\n", "f:1:17: YAML: syntax error: while "
	    "parsing a flow node, did not find expected node content; an IPv6 address "
	    "that begins or ends in a colon belongs in quotes");
	expect_error("dns: {source: dhcp\n", "f:2:1: YAML: syntax error: ...");
	expect_error("dns: {source: \"dhcp\n", "f:2:1: YAML: syntax error: ...");
	expect_error_of(nul, sizeof(nul) - 1,
	    "f:2:5: YAML: a NUL byte: the file must be text in UTF-8");
	expect_error_of(binary, sizeof(binary) - 1, "f:1:8: YAML: a NUL byte: ...");
	expect_error("dns:\n  \xc3\xa4: \xff\n", "f:2:6: YAML: the file must be text "
	    "in UTF-8 without control characters");
	expect_error("dns: \x01\n", "f:1:6: YAML: the file must be text ...");
	expect_error("\xfe\xff\x30\x41", "f:1:1: YAML: the file must be text ...");
}

Test(text_config_form, depth)
{
	struct strbuf text = { 0 };

	for (int i = 0; i < 100000; i++)
		strbuf_add(&text, "[");
	expect_error(text.s, "f:1:17: "
	    "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: lists and mappings "
	    "nested too deeply");
	strbuf_free(&text);
	for (int i = 0; i < 100000; i++)
		strbuf_add(&text, "a: {");
	expect_error(text.s, "f:1:64: a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a: lists and "
	    "mappings nested too deeply");
	strbuf_free(&text);
}

Test(text_config_form, too_large)
{
	size_t len = ((size_t)32 << 20) + 1;
	char *text = malloc(len);

	cr_assert_not_null(text);
	memset(text, '#', len);
	expect_error_of(text, len, "f:1:1: YAML: the file must be at most 32 MiB");
	free(text);
}
