/*
 * Control texts: requests, replies, notes for those who watch, and status for a person.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/text_control.h"
#include "ddnsupd/text_ctl.h"

TestSuite(text_ctl);

static void
text_is(char *text, const char *want)
{
	cr_expect_str_eq(text, want);
	free(text);
}

Test(text_ctl, request)
{
	text_is(text_ctl_request("status", NULL, false), "{\"command\":\"status\"}\n");
	text_is(text_ctl_request("refresh", "amt", false),
	    "{\"command\":\"refresh\",\"name\":\"amt\"}\n");
	text_is(text_ctl_request("watch", NULL, true),
	    "{\"command\":\"watch\",\"json\":true}\n");
	text_is(text_ctl_request("status", "a\"\n\\", false),
	    "{\"command\":\"status\",\"name\":\"a\\\"\\n\\\\\"}\n");
}

/* Names that are no UTF-8 are escaped instead of refused. */
Test(text_ctl, request_of_any_bytes)
{
	text_is(text_ctl_request("status", "\xff", false),
	    "{\"command\":\"status\",\"name\":\"\\\\255\"}\n");
}

Test(text_ctl, note)
{
	text_is(text_ctl_note("T", NOTE_WARNING, "amt", "text"),
	    "T warning amt: text");
	text_is(text_ctl_note("T", NOTE_ERROR, NULL, "text"), "T error text");
	text_is(text_ctl_note("T", NOTE_INFO, "a\033", "b\nc"), "T info a\\027: b\\010c");
	text_is(text_ctl_note_json("T", NOTE_NOTICE, "amt", "a \"b\"\n"),
	    "{\"time\":\"T\",\"level\":\"notice\",\"subject\":\"amt\","
	    "\"text\":\"a \\\"b\\\"\\n\"}");
	text_is(text_ctl_note_json("T", NOTE_DEBUG, NULL, ""),
	    "{\"time\":\"T\",\"level\":\"debug\",\"subject\":null,\"text\":\"\"}");
}

static bool
read_reply(struct text_ctl_reply *reply, const char *line)
{
	return text_ctl_reply(line, strlen(line), reply) == FAULT_NONE;
}

Test(text_ctl, no_replies)
{
	static const char *const lines[] = {
		"", "{", "[]", "7", "null", "{}", "{\"exit\":\"0\"}", "{\"exit\":0",
		"{\"time\":\"T\",\"level\":\"info\",\"subject\":null,\"text\":\"x\"}",
	};
	struct text_ctl_reply reply;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cr_expect(!read_reply(&reply, lines[i]), "%s", lines[i]);
		text_ctl_reply_free(&reply);
	}
}

Test(text_ctl, reply_with_an_error)
{
	struct text_ctl_reply reply;

	cr_assert(read_reply(&reply, "{\"exit\":78,\"error\":\"f:1:2: x\"}"));
	cr_expect_eq(reply.exit, 78);
	cr_expect_str_eq(reply.error, "f:1:2: x");
	cr_expect_null(reply.text);
	cr_expect_null(reply.json);
	cr_expect(!reply.has_report);
	text_ctl_reply_free(&reply);
}

Test(text_ctl, reply_with_text)
{
	struct text_ctl_reply reply;

	cr_assert(read_reply(&reply, "{\"exit\":0,\"text\":\"a 1\\n# EOF\\n\"}"));
	cr_expect_str_eq(reply.text, "a 1\n# EOF\n");
	cr_expect_null(reply.error);
	text_ctl_reply_free(&reply);
}

/* What is of another kind than expected is not known, and harms nobody. */
Test(text_ctl, reply_of_another_version)
{
	struct text_ctl_reply reply;

	cr_assert(read_reply(&reply,
	    "{\"exit\":0,\"new\":1,\"report\":{\"registrations\":[{\"name\":7,"
	    "\"fqdn\":[],\"mode\":\"other\",\"outcome\":\"other\",\"server\":\"x\","
	    "\"records\":[{\"address\":\"x\"},{\"address\":\"192.0.2.1\","
	    "\"change\":\"other\",\"ttl\":\"x\"},7]},7],\"dns_servers\":[{},8],"
	    "\"dns_sources\":[{},9,{\"source\":\"static\"},{\"source\":\"x\"}],"
	    "\"rules\":[{}],\"host\":3,\"daemon\":[]}}"));
	cr_assert_eq(reply.report.registration_count, 2);
	cr_expect_str_eq(reply.report.registrations[0].name, "");
	cr_expect_null(reply.report.registrations[0].fqdn);
	cr_expect_eq(reply.report.registrations[0].outcome, OUTCOME_PENDING);
	cr_expect(!reply.report.registrations[0].has_server);
	cr_assert_eq(reply.report.registrations[0].record_count, 1);
	cr_expect(!reply.report.registrations[0].records[0].has_ttl);
	cr_expect_eq(reply.report.registrations[0].records[0].age_us, -1);
	cr_expect_eq(reply.report.registrations[1].next_us, -1);
	cr_expect_eq(reply.report.server_count, 0);
	cr_expect_eq(reply.report.source_count, 0);
	cr_expect_eq(reply.report.rule_count, 1);
	cr_expect_eq(reply.report.uptime_us, -1);
	text_ctl_reply_free(&reply);
}

/* --- status ------------------------------------------------------------------------ */

#define HEAD                                                                             \
	"{\"exit\":0,\"report\":{\"dns_servers\":[{\"address\":\"192.0.2.53#53\","       \
	"\"source\":\"static\"},{\"address\":\"fe80::1%eth0#5353\",\"source\":\"ra\"}]," \
	"\"host\":{\"fqdn\":\"pc1.corp.example\"},\"exit\":0,"                           \
	"\"daemon\":{\"version\":\"0.1.0\",\"uptime_s\":11545},\"registrations\":["
#define TAIL "]}}"
#define HEAD_TEXT                                                                        \
	"ddnsupd 0.1.0, up 3 h 12 min, on pc1.corp.example\n"                            \
	"DNS servers:\n"                                                                 \
	"    192.0.2.53         static\n"                                                \
	"    fe80::1%eth0#5353  ra on eth0\n"

static void
status_is(const char *line, bool colour, unsigned width, const char *want)
{
	struct text_ctl_reply reply;
	struct strbuf text = {0};

	cr_assert(read_reply(&reply, line), "%s", line);
	text_ctl_status(&reply.report, colour, width, &text);
	cr_expect_str_eq(strbuf_text(&text), want);
	strbuf_free(&text);
	text_ctl_reply_free(&reply);
}

Test(text_ctl, status_of_a_name_that_is_held)
{
	status_is(HEAD
	    "{\"name\":\"amt\",\"fqdn\":\"pc1-amt.corp.example\",\"mode\":\"dedicated\","
	    "\"outcome\":\"unchanged\",\"zone\":\"corp.example\",\"server\":"
	    "\"192.0.2.53#53\",\"elapsed_ms\":3.1,\"state\":\"held\",\"next_update_s\":"
	    "75600,\"last_try_s\":59,\"records\":[{\"type\":\"A\",\"address\":"
	    "\"192.0.2.10\",\"ttl\":900,\"change\":\"kept\",\"reason\":null,\"age_s\":"
	    "187200},{\"type\":\"AAAA\",\"address\":\"2001:db8::10\",\"ttl\":null,"
	    "\"change\":\"skipped\",\"reason\":\"temporary\"}],\"error\":null}" TAIL,
	    false, 80,
	    HEAD_TEXT
	    "\n"
	    "ok  amt  pc1-amt.corp.example  dedicated  held\n"
	    "    A     192.0.2.10    kept     2 d 4 h ago, TTL 900\n"
	    "    AAAA  2001:db8::10  skipped  (temporary)\n"
	    "    unchanged  corp.example via 192.0.2.53, 3.1 ms, 59 s ago\n"
	    "    next       in 21 h\n");
}

Test(text_ctl, status_of_a_name_that_was_refused)
{
	status_is(HEAD
	    "{\"name\":\"amt\",\"fqdn\":\"a.corp.example\",\"mode\":\"dedicated\","
	    "\"outcome\":\"refused\",\"zone\":\"corp.example\",\"server\":"
	    "\"192.0.2.53#5353\",\"state\":\"resting\",\"next_update_s\":840,"
	    "\"records\":[{\"address\":\"192.0.2.10\",\"change\":\"pending\"}],"
	    "\"error\":\"192.0.2.53 refused the update of corp.example from 192.0.2.10; "
	    "allow it there\"}" TAIL,
	    true, 60,
	    HEAD_TEXT
	    "\n"
	    "\033[1;31m!!\033[0m  amt  a.corp.example  dedicated  "
	    "\033[1;31mresting\033[0m\n"
	    "    A     192.0.2.10  \033[33mpending\033[0m\n"
	    "    \033[1;31mrefused\033[0m    corp.example via 192.0.2.53#5353\n"
	    "               192.0.2.53 refused the update of corp.example\n"
	    "               from 192.0.2.10; allow it there\n"
	    "    next try   in 14 min\n");
}

Test(text_ctl, marks)
{
	status_is(HEAD
	    "{\"name\":\"a\",\"mode\":\"shared\",\"outcome\":\"disabled\",\"state\":"
	    "\"suspended\"},"
	    "{\"name\":\"b.example\",\"fqdn\":\"b.example\",\"mode\":\"dedicated\","
	    "\"outcome\":\"pending\",\"state\":\"waiting\"},"
	    "{\"name\":\"c\",\"fqdn\":\"c.example\",\"mode\":\"dedicated\",\"outcome\":"
	    "\"updated\",\"state\":\"suspended\"}" TAIL,
	    false, 0,
	    HEAD_TEXT
	    "\n"
	    "--  a  (FQDN not known)  shared\n"
	    "    disabled\n"
	    "\n"
	    "..  b.example  dedicated  waiting\n"
	    "    pending\n"
	    "\n"
	    "!!  c  c.example  dedicated  suspended\n"
	    "    updated\n");
}

/* A broken rule is told once, whether or not it is the sentence of the last try. */
Test(text_ctl, broken_rules)
{
	status_is("{\"exit\":78,\"report\":{\"registrations\":[{\"name\":\"a\",\"fqdn\":"
	    "\"a.example\",\"mode\":\"shared\",\"outcome\":\"invalid\",\"error\":"
	    "\"R5: no\"}],\"rules\":[{\"id\":\"R5\",\"registration\":\"a\",\"verdict\":"
	    "\"broken\",\"message\":\"no\"},{\"id\":\"R6\",\"registration\":\"a\","
	    "\"verdict\":\"broken\",\"message\":\"differs\"},{\"id\":\"R7\","
	    "\"registration\":\"a\",\"verdict\":\"holds\",\"message\":\"fine\"}]}}",
	    false, 80,
	    "ddnsupd , on a host whose FQDN is not known\n"
	    "DNS servers: none known\n"
	    "\n"
	    "!!  a  a.example  shared\n"
	    "    invalid\n"
	    "               R5: no\n"
	    "    R6 broken  differs\n");
}

Test(text_ctl, no_registrations)
{
	status_is(HEAD TAIL, false, 80, HEAD_TEXT "no registrations\n");
}

/* Who can say why there is no server, and who cannot be asked. */
Test(text_ctl, servers)
{
	status_is("{\"exit\":0,\"report\":{\"dns_servers\":[{\"address\":"
	    "\"192.0.2.53#53\",\"source\":\"lease\",\"interface\":\"eth0\"},"
	    "{\"address\":\"2001:db8::53#53\",\"source\":\"dhcpv6\",\"interface\":"
	    "\"eth1\"},{\"address\":\"192.0.2.54#53\",\"source\":\"static\","
	    "\"interface\":null}],\"dns_sources\":[{\"source\":\"lease\","
	    "\"interface\":\"eth0\",\"available\":true,\"text\":\"1 server\"},"
	    "{\"source\":\"observed\",\"interface\":null,\"available\":false,"
	    "\"text\":\"it needs CAP_NET_RAW when the daemon starts: run it as root, or "
	    "by the unit\"}]}}", false, 80,
	    "ddnsupd , on a host whose FQDN is not known\n"
	    "DNS servers:\n"
	    "    192.0.2.53    lease on eth0\n"
	    "    2001:db8::53  dhcpv6 on eth1\n"
	    "    192.0.2.54    static\n"
	    "DHCP sources:\n"
	    "    observed  not available: it needs CAP_NET_RAW when the daemon starts: run it\n"
	    "              as root, or by the unit\n"
	    "no registrations\n");
	status_is("{\"exit\":0,\"report\":{\"dns_sources\":[{\"source\":\"lease\","
	    "\"available\":true,\"text\":\"no lease file\"},{\"source\":\"inform\","
	    "\"interface\":\"eth0\",\"available\":true,\"text\":\"asked 3 times\"}]}}",
	    false, 80,
	    "ddnsupd , on a host whose FQDN is not known\n"
	    "DNS servers: none known\n"
	    "DHCP sources:\n"
	    "    lease     no lease file\n"
	    "    inform    eth0: asked 3 times\n"
	    "no registrations\n");
}

/* What the daemon writes is what the client reads. */
Test(text_ctl, servers_there_and_back)
{
	struct report report = {.uptime_us = -1};
	struct fact_server server = {.source = FACT_SOURCE_HOOK};
	struct text_ctl_reply reply;
	char *line;

	cr_assert_eq(endpoint_parse(&server.endpoint, "192.0.2.53"), FAULT_NONE);
	memcpy(server.endpoint.ifname, "eth0", 5);
	server.endpoint.via = true;
	report_add_server(&report, &server);
	cr_assert_eq(endpoint_parse(&server.endpoint, "fe80::1%eth1"), FAULT_NONE);
	server.source = FACT_SOURCE_RA;
	report_add_server(&report, &server);
	server.source = FACT_SOURCE_STATIC;
	report_add_server(&report, &server);
	report_add_source(&report, FACT_SOURCE_HOOK, "eth0", true, "1 server");
	report_add_source(&report, FACT_SOURCE_OBSERVED, NULL, false, "a\033b");
	line = text_control_report(&report);
	cr_assert(read_reply(&reply, line));
	cr_assert_eq(reply.report.server_count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct fact_server *got = &reply.report.servers[i];
		const struct fact_server *put = &report.servers[i];

		cr_expect_eq(got->source, put->source);
		cr_expect(endpoint_equal(&got->endpoint, &put->endpoint));
		cr_expect_str_eq(got->endpoint.ifname, put->endpoint.ifname);
		cr_expect_eq(got->endpoint.via, put->endpoint.via);
	}
	cr_assert_eq(reply.report.source_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct report_source *got = &reply.report.sources[i];
		const struct report_source *put = &report.sources[i];

		cr_expect_eq(got->source, put->source);
		cr_expect_eq(got->available, put->available);
		cr_expect_str_eq(got->text, put->text);
		cr_expect_eq(got->ifname == NULL, put->ifname == NULL);
	}
	cr_expect_str_eq(reply.report.sources[0].ifname, "eth0");
	text_ctl_reply_free(&reply);
	report_free(&report);
	free(line);
}

Test(text_ctl, status_when_the_state_cannot_be_written)
{
	status_is("{\"exit\":0,\"report\":{\"registrations\":[],\"state_error\":"
	    "\"the state cannot be written (no space left)\"}}", false, 80,
	    "ddnsupd , on a host whose FQDN is not known\n"
	    "DNS servers: none known\n"
	    "!!  the state cannot be written (no space left)\n"
	    "no registrations\n");
}

/* What the network said does not reach the terminal as it is. */
Test(text_ctl, status_is_escaped)
{
	status_is("{\"exit\":0,\"report\":{\"registrations\":[{\"name\":\"\\u001b[2J\","
	    "\"mode\":\"shared\",\"outcome\":\"failed\",\"error\":\"\\u0007\"}]}}",
	    false, 80,
	    "ddnsupd , on a host whose FQDN is not known\n"
	    "DNS servers: none known\n"
	    "\n"
	    "!!  \\027[2J  (FQDN not known)  shared\n"
	    "    failed\n"
	    "               \\007\n");
}
