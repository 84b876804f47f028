/*
 * dhcp-event: what hooks say, from the words of ddnsctl to the value in the daemon.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text_control.h"
#include "ddnsupd/text_ctl.h"

#define HEAD "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"bound\""
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(text_control_event);

static void
read_event(const char *line, struct control_request *request)
{
	memset(request, 0xa5, sizeof(*request));
	cr_assert_eq(text_control_request(line, strlen(line), request), FAULT_NONE,
	    "%s", line);
	cr_assert_eq(request->command, CONTROL_DHCP_EVENT);
	cr_assert_null(request->name);
}

static const char *
shown(const struct addr *addr)
{
	static char text[ADDR_TEXT_MAX];

	return addr_format(addr, text);
}

static const char *
named(bool has, const struct name *name)
{
	static char text[NAME_TEXT_MAX];

	return has ? name_format(name, text) : "(none)";
}

Test(text_control_event, everything)
{
	struct control_request request;
	const struct dhcp_info *info = &request.info;

	read_event("{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"family\":4,"
	    "\"event\":\"bound\",\"address\":\"192.0.2.10\",\"servers\":"
	    "[\"192.0.2.53\",\"2001:db8::53\"],\"domain\":\"corp.example\","
	    "\"host-name\":\"pc1\",\"lease\":3600,\"fqdn-flags\":1,"
	    "\"fqdn-name\":\"pc1.corp.example\"}", &request);
	cr_assert_null(request.error);
	cr_expect_str_eq(request.interface, "eth0");
	cr_expect_eq(request.family, FAMILY_IPV4);
	cr_expect_not(request.gone);
	cr_expect(info->has_address);
	cr_expect_str_eq(shown(&info->address), "192.0.2.10");
	cr_assert_eq(info->server_count, 2);
	cr_expect_str_eq(shown(&info->servers[0]), "192.0.2.53");
	cr_expect_str_eq(shown(&info->servers[1]), "2001:db8::53");
	cr_expect_str_eq(named(info->has_domain, &info->domain), "corp.example");
	cr_expect_str_eq(named(info->has_host_name, &info->host_name), "pc1");
	cr_expect_eq(info->lease_s, 3600);
	cr_expect_eq(info->renew_s, 0);
	cr_expect(info->has_fqdn);
	cr_expect_eq(info->fqdn_flags, DHCP_FQDN_S);
	cr_expect_str_eq(named(info->has_fqdn_name, &info->fqdn_name),
	    "pc1.corp.example");
}

/* Only interface and event must be there; null is as good as nothing. */
Test(text_control_event, little)
{
	struct dhcp_info nothing = { 0 };
	struct control_request request;

	read_event(HEAD "}", &request);
	cr_assert_null(request.error);
	cr_expect_eq(request.family, FAMILY_IPV4);
	cr_expect_not(request.info.has_fqdn);
	cr_expect(dhcp_equal(&request.info, &nothing));
	read_event(HEAD ",\"family\":null,\"address\":null,\"servers\":null,"
	    "\"domain\":null,\"host-name\":null,\"lease\":null,\"fqdn-flags\":null,"
	    "\"fqdn-name\":null,\"more\":[1]}", &request);
	cr_assert_null(request.error);
	cr_expect(dhcp_equal(&request.info, &nothing));
	read_event(HEAD ",\"servers\":[],\"lease\":4294967295,\"fqdn-flags\":0}",
	    &request);
	cr_assert_null(request.error);
	cr_expect_eq(request.info.lease_s, FACT_FOREVER);
	cr_expect(request.info.has_fqdn);
}

Test(text_control_event, gone)
{
	struct dhcp_info nothing = { 0 };
	struct control_request request;

	read_event("{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"family\":6,"
	    "\"event\":\"gone\",\"address\":\"2001:db8::10\",\"domain\":\"a.b\"}",
	    &request);
	cr_assert_null(request.error);
	cr_expect(request.gone);
	cr_expect_eq(request.family, FAMILY_IPV6);
	cr_expect(dhcp_equal(&request.info, &nothing));
	cr_expect_not(request.info.has_address);
}

Test(text_control_event, servers)
{
	struct control_request request;

	/* of those that can be none there is no word: routers do hand them out */
	read_event(HEAD ",\"servers\":[\"0.0.0.0\",\"127.0.0.1\",\"224.0.0.1\",\"::1\","
	    "\"255.255.255.255\",\"::ffff:192.0.2.1\",\"192.0.2.53\",\"192.0.2.53\"]}",
	    &request);
	cr_assert_null(request.error);
	cr_assert_eq(request.info.server_count, 1);
	cr_expect_str_eq(shown(&request.info.servers[0]), "192.0.2.53");
	read_event(HEAD ",\"servers\":[\"fe80::1%eth0\",\"fe80::2\"]}", &request);
	cr_assert_null(request.error);
	cr_expect_eq(request.info.server_count, 2);
	read_event(HEAD ",\"servers\":[\"192.0.2.1\",\"192.0.2.2\",\"192.0.2.3\","
	    "\"192.0.2.4\",\"192.0.2.5\",\"192.0.2.6\",\"192.0.2.7\",\"192.0.2.8\","
	    "\"192.0.2.9\"]}", &request);
	cr_assert_null(request.error);
	cr_expect_eq(request.info.server_count, DHCP_SERVERS_MAX);
}

/* The first that is a name: a search list may have anything before it. */
Test(text_control_event, domain)
{
	static const char *const texts[] = { "corp.example", " corp.example. ",
		"corp.example lab.example", "-no- corp.example", ". corp.example",
		"a..b\\t\\ncorp.example\\n" };
	struct control_request request;
	char line[256];

	for (size_t i = 0; i < COUNT(texts); i++) {
		snprintf(line, sizeof(line), HEAD ",\"domain\":\"%s\"}", texts[i]);
		read_event(line, &request);
		cr_assert_null(request.error, "%s", texts[i]);
		cr_expect_str_eq(named(request.info.has_domain, &request.info.domain),
		    "corp.example", "%s", texts[i]);
	}
}

/* Every value that is wrong has a sentence with its field, and nothing is kept. */
Test(text_control_event, refused)
{
	static const struct {
		const char *field;
		const char *value;
	} bad[] = {
		{ "family", "5" }, { "family", "\"4\"" }, { "family", "4.0" },
		{ "family", "-4" }, { "family", "true" },
		{ "address", "\"\"" }, { "address", "\"192.0.2\"" },
		{ "address", "\"2001:db8::1\"" }, { "address", "\"127.0.0.1\"" },
		{ "address", "\"192.0.2.10/24\"" }, { "address", "\"192.0.2.10 \"" },
		{ "address", "[\"192.0.2.10\"]" }, { "address", "3221225994" },
		{ "servers", "\"192.0.2.53\"" }, { "servers", "{}" },
		{ "servers", "[53]" }, { "servers", "[null]" }, { "servers", "[\"\"]" },
		{ "servers", "[\"192.0.2.53\",\"ns1\"]" },
		{ "servers", "[\"192.0.2.53#54\"]" }, { "servers", "[\"fe80::1%eth1\"]" },
		{ "servers", "[\"192.0.2.53;reboot\"]" },
		{ "domain", "\"\"" }, { "domain", "\".\"" }, { "domain", "\"a..b\"" },
		{ "domain", "\"$(reboot)\"" }, { "domain", "\"`;' \\n\\\"\"" },
		{ "domain", "7" }, { "domain", "[\"corp.example\"]" },
		{ "domain", "\"caf\u00e9.example\"" },
		{ "host-name", "\"\"" }, { "host-name", "\"pc 1\"" },
		{ "host-name", "\"pc1;id\"" }, { "host-name", "\"\\u001b[2J\"" },
		{ "host-name", "\"localhost\"" }, { "host-name", "1" },
		{ "lease", "-1" }, { "lease", "4294967296" }, { "lease", "3600.0" },
		{ "lease", "\"3600\"" }, { "lease", "9223372036854775807" },
		{ "fqdn-flags", "256" }, { "fqdn-flags", "-1" },
		{ "fqdn-flags", "\"1\"" },
		{ "fqdn-name", "\"a b\"" }, { "fqdn-name", "\".\"" },
		{ "fqdn-name", "{}" },
	};
	struct dhcp_info nothing = { 0 };
	struct control_request request;
	char line[512], want[64];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof(line), HEAD ",\"%s\":%s}", bad[i].field,
		    bad[i].value);
		snprintf(want, sizeof(want), "dhcp-event: %s", bad[i].field);
		read_event(line, &request);
		cr_assert_not_null(request.error, "%s", line);
		cr_expect_eq(strncmp(request.error, want, strlen(want)), 0, "%s: %s",
		    line, request.error);
		for (const char *at = request.error; *at != '\0'; at++)
			cr_expect(*at >= ' ' && *at < 0x7f, "%s", request.error);
		cr_expect(dhcp_equal(&request.info, &nothing), "%s", line);
		cr_expect_eq(request.info.lease_s, 0, "%s", line);
		free(request.error);
	}
}

Test(text_control_event, interface_and_event)
{
	static const char *const bad[] = { "", "\"interface\":\"\"", "\"interface\":4",
		"\"interface\":\"eth0 \"", "\"interface\":\"../x\"",
		"\"interface\":\"a123456789012345\"", "\"interface\":\"eth0\\n\"",
		"\"interface\":\"eth0\"", "\"interface\":\"eth0\",\"event\":\"Bound\"",
		"\"interface\":\"eth0\",\"event\":\"\"",
		"\"interface\":\"eth0\",\"event\":true" };
	struct control_request request;
	char line[256];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(line, sizeof(line), "{%s%s\"command\":\"dhcp-event\"}", bad[i],
		    bad[i][0] != '\0' ? "," : "");
		read_event(line, &request);
		cr_assert_not_null(request.error, "%s", line);
		cr_expect_not_null(strstr(request.error, i < 7 ? "interface" : "event"),
		    "%s: %s", line, request.error);
		free(request.error);
	}
}

/* --- the words of ddnsctl -------------------------------------------------------------- */

static void
words_are(const char *const *words, const char *want)
{
	char *error, *line = text_ctl_event(words, &error);

	cr_assert_not_null(line, "%s", error);
	cr_assert_null(error);
	cr_expect_str_eq(line, want);
	free(line);
}

Test(text_control_event, words)
{
	words_are((const char *const[]){"eth0", "bound", NULL},
	    "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"bound\"}\n");
	words_are((const char *const[]){"eth0", "bound", "family=6", "address=a",
	    "servers=192.0.2.1, 192.0.2.2 2001:db8::1,,", "domain=b c",
	    "host-name=d=e", "lease=3600", "fqdn-flags=5", "fqdn-name=f", NULL},
	    "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"bound\","
	    "\"family\":6,\"address\":\"a\",\"servers\":[\"192.0.2.1\",\"192.0.2.2\","
	    "\"2001:db8::1\"],\"domain\":\"b c\",\"host-name\":\"d=e\",\"lease\":3600,"
	    "\"fqdn-flags\":5,\"fqdn-name\":\"f\"}\n");
	/* a hook's variables that are not set */
	words_are((const char *const[]){"eth0", "gone", "family=", "address=",
	    "servers=", "domain=", "host-name=", "lease=", "fqdn-flags=", "fqdn-name=",
	    NULL},
	    "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"gone\"}\n");
	/* what no JSON could carry arrives as what no parser takes */
	words_are((const char *const[]){"eth0", "bound", "domain=\xff\n\";$()", NULL},
	    "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"bound\","
	    "\"domain\":\"\\\\255\\\\010\\\";$()\"}\n");
}

Test(text_control_event, wrong_words)
{
	static const char *const bad[] = { "lease", "lease=1h", "lease=-1", "lease= 1",
		"lease=99999999999999999999", "family=six", "fqdn-flags=0x1", "x=1", "=",
		"", "server=192.0.2.53", "Lease=1", "lease=1\x1b[2J\n" };
	char *error;

	for (size_t i = 0; i < COUNT(bad); i++) {
		cr_expect_null(text_ctl_event((const char *const[]){"eth0", "bound",
		    bad[i], NULL}, &error), "%s", bad[i]);
		cr_assert_not_null(error, "%s", bad[i]);
		for (const char *at = error; *at != '\0'; at++)
			cr_expect(*at >= ' ' && *at < 0x7f, "%s", error);
		free(error);
	}
	cr_expect_null(text_ctl_event((const char *const[]){"eth0", "bound", "lease=1",
	    "lease=2", NULL}, &error));
	free(error);
	cr_expect_null(text_ctl_event((const char *const[]){"eth0", NULL}, &error));
	free(error);
	cr_expect_null(text_ctl_event((const char *const[]){NULL}, &error));
	free(error);
}
