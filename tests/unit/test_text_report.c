/*
 * Reports: for a person, as nsupdate input, and as JSON (interface.md).
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"

TestSuite(text_report);

static struct addr
addr_of(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

static struct report_record *
record(struct report_registration *reg, const char *text, enum record_change change,
    const char *reason)
{
	struct addr addr = addr_of(text);

	return report_add_record(reg, &addr, change, reason);
}

static void
answered(struct report_registration *reg, enum outcome outcome, const char *zone,
    const char *server, int64_t elapsed_us)
{
	reg->outcome = outcome;
	reg->zone = mem_text(zone);
	reg->has_server = true;
	cr_assert_eq(endpoint_parse(&reg->server, server), FAULT_NONE);
	reg->elapsed_us = elapsed_us;
	reg->rcode = 0;
}

/* The example of interface.md. */
static void
fill(struct report *report)
{
	struct report_registration *reg;
	struct report_record *item;
	struct fact_server server = { .source = FACT_SOURCE_STATIC };

	reg = report_add(report, "amt", "pc1-amt.corp.example", FQDN_DEDICATED);
	answered(reg, OUTCOME_UPDATED, "corp.example", "192.0.2.53", 3149);
	item = record(reg, "192.0.2.10", RECORD_ADDED, NULL);
	item->has_ttl = true;
	item->ttl = 900;
	record(reg, "2001:db8::10", RECORD_KEPT, NULL);
	cr_assert_eq(endpoint_parse(&server.endpoint, "192.0.2.53"), FAULT_NONE);
	report_add_server(report, &server);
	report->host_fqdn = mem_text("pc1.corp.example");
}

static void
expect(struct report *report, bool colour, unsigned width, const char *wanted)
{
	struct strbuf out = { 0 };

	text_report(report, colour, width, &out);
	cr_expect_str_eq(strbuf_text(&out), wanted, "got:\n%swanted:\n%s",
	    strbuf_text(&out), wanted);
	strbuf_free(&out);
	report_free(report);
}

static void
expect_json(struct report *report, const char *wanted)
{
	char *text = text_report_json(report);

	cr_expect_str_eq(text, wanted, "got:\n%swanted:\n%s", text, wanted);
	free(text);
	report_free(report);
}

#define EXAMPLE \
	"pc1-amt.corp.example  A     192.0.2.10     added      " \
	"corp.example via 192.0.2.53, 3 ms\n" \
	"pc1-amt.corp.example  AAAA  2001:db8::10   kept\n"

Test(text_report, example)
{
	struct report report = { 0 };

	fill(&report);
	expect(&report, false, 0, EXAMPLE);
	fill(memset(&report, 0, sizeof(report)));
	expect(&report, false, 87, EXAMPLE);
}

Test(text_report, narrow)
{
	struct report report = { 0 };

	fill(&report);
	expect(&report, false, 80,
	    "pc1-amt.corp.example\n"
	    "    A     192.0.2.10     added      corp.example via 192.0.2.53, 3 ms\n"
	    "    AAAA  2001:db8::10   kept\n");
	fill(memset(&report, 0, sizeof(report)));
	expect(&report, false, 42,
	    "pc1-amt.corp.example\n"
	    "    A     192.0.2.10     added\n"
	    "        corp.example via 192.0.2.53, 3 ms\n"
	    "    AAAA  2001:db8::10   kept\n");
}

/* A number is not torn from its unit. */
Test(text_report, narrow_by_a_unit)
{
	struct report report = { 0 };

	fill(&report);
	expect(&report, false, 38,
	    "pc1-amt.corp.example\n"
	    "    A     192.0.2.10     added\n"
	    "        corp.example via 192.0.2.53,\n"
	    "        3 ms\n"
	    "    AAAA  2001:db8::10   kept\n");
	fill(memset(&report, 0, sizeof(report)));
	expect(&report, false, 40,
	    "pc1-amt.corp.example\n"
	    "    A     192.0.2.10     added\n"
	    "        corp.example via 192.0.2.53,\n"
	    "        3 ms\n"
	    "    AAAA  2001:db8::10   kept\n");
}

Test(text_report, colour)
{
	struct report report = { 0 };

	fill(&report);
	expect(&report, true, 0,
	    "pc1-amt.corp.example  A     192.0.2.10     \033[32madded\033[0m      "
	    "corp.example via 192.0.2.53, 3 ms\n"
	    "pc1-amt.corp.example  AAAA  2001:db8::10   kept\n");
}

/* Columns are as wide as the widest of all registrations. */
Test(text_report, several)
{
	struct report report = { 0 };
	struct report_registration *reg;

	reg = report_add(&report, "a", "a.example", FQDN_DEDICATED);
	answered(reg, OUTCOME_UPDATED, "example", "2001:db8::53#5353", 950);
	record(reg, "2001:db8:1111:2222:3333:4444:5555:6666", RECORD_REMOVED, NULL);
	reg = report_add(&report, "bb", "bb.corp.example", FQDN_DEDICATED);
	answered(reg, OUTCOME_UPDATED, "corp.example", "fe80::1%eth0", 12500);
	record(reg, "2001:db8::1", RECORD_SKIPPED, "temporary");
	record(reg, "2001:db8::2", RECORD_PENDING, "not verified yet");
	report_add(&report, "cc", NULL, FQDN_SHARED)->outcome = OUTCOME_DISABLED;
	expect(&report, false, 0,
	    "a.example        AAAA  2001:db8:1111:2222:3333:4444:5555:6666  removed    "
	    "example via 2001:db8::53#5353, 950 us\n"
	    "bb.corp.example  AAAA  2001:db8::1                             skipped    "
	    "(temporary)\n"
	    "bb.corp.example  AAAA  2001:db8::2                             pending    "
	    "corp.example via fe80::1%eth0, 13 ms (not verified yet)\n"
	    "cc               disabled\n");
}

Test(text_report, outcome_with_sentence)
{
	struct report report = { 0 };
	struct report_registration *reg;

	reg = report_add(&report, "amt", "pc1-amt.corp.example", FQDN_DEDICATED);
	reg->outcome = OUTCOME_REFUSED;
	reg->error = mem_text("192.0.2.53 refuses updates of corp.example from "
	    "192.0.2.10 (REFUSED): allow them there, for example by allow-update "
	    "{ 192.0.2.10; };");
	expect(&report, false, 80,
	    "pc1-amt.corp.example  refused    192.0.2.53 refuses updates of "
	    "corp.example from\n"
	    "                                 192.0.2.10 (REFUSED): allow them there, "
	    "for\n                                 example by allow-update { "
	    "192.0.2.10; };\n");
}

/* The sentence stands below the records it explains; without room it is indented. */
Test(text_report, outcome_below_records)
{
	struct report report = { 0 };
	struct report_registration *reg;

	reg = report_add(&report, "amt", "pc1-amt.corp.example", FQDN_DEDICATED);
	reg->outcome = OUTCOME_FAILED;
	reg->error = mem_text("no answer from 192.0.2.53 within 30 s; is it up?");
	record(reg, "192.0.2.10", RECORD_PENDING, NULL);
	expect(&report, false, 50,
	    "pc1-amt.corp.example\n"
	    "    A     192.0.2.10     pending\n"
	    "    failed     no answer from 192.0.2.53 within\n"
	    "               30 s; is it up?\n");
	reg = report_add(memset(&report, 0, sizeof(report)), "amt", "amt.corp.example",
	    FQDN_DEDICATED);
	reg->outcome = OUTCOME_FAILED;
	reg->error = mem_text("no answer from 192.0.2.53 within 30 s; is it up?");
	expect(&report, true, 50,
	    "amt.corp.example  \033[1;31mfailed\033[0m\n"
	    "    no answer from 192.0.2.53 within 30 s; is it\n"
	    "    up?\n");
}

Test(text_report, outcome_without_sentence)
{
	struct report report = { 0 };
	struct report_registration *reg;

	reg = report_add(&report, "amt", "amt.example", FQDN_DEDICATED);
	answered(reg, OUTCOME_UNCHANGED, "example", "192.0.2.53", 2000);
	reg = report_add(&report, "b", "b.example", FQDN_DEDICATED);
	reg->outcome = OUTCOME_UNCHANGED;
	expect(&report, false, 80,
	    "amt.example  unchanged  example via 192.0.2.53, 2 ms\n"
	    "b.example    unchanged\n");
}

Test(text_report, top_level_error)
{
	struct report report = { .error = mem_text("/etc/x: permission denied") };

	expect(&report, false, 0, "error: /etc/x: permission denied\n");
}

Test(text_report, escapes)
{
	struct report report = { .error = mem_text("bad\033[31m\nline") };
	struct report_registration *reg;

	reg = report_add(&report, "caf\303\251\t", NULL, FQDN_SHARED);
	reg->outcome = OUTCOME_INVALID;
	reg->error = mem_text("a\rb");
	expect(&report, false, 0,
	    "caf\\195\\169\\009  invalid    a\\013b\n"
	    "error: bad\\027[31m\\010line\n");
}

/* stdout is input for nsupdate: every line of ours is a comment. */
Test(text_report, dry_run)
{
	struct report report = { 0 };
	struct report_registration *reg;

	fill(&report);
	report.dry_run = true;
	reg = &report.registrations[0];
	reg->outcome = OUTCOME_PLANNED;
	reg->nsupdate = mem_text("server 192.0.2.53\nzone corp.example\n"
	    "update add pc1-amt.corp.example 900 A 192.0.2.10\nsend\n");
	reg = report_add(&report, "b", "b.corp.example", FQDN_DEDICATED);
	reg->outcome = OUTCOME_FAILED;
	reg->error = mem_text("no DNS server known; give dns.servers or -s, and try "
	    "again when the network is there");
	report.error = mem_text("one of two registrations failed");
	expect(&report, false, 80,
	    "server 192.0.2.53\nzone corp.example\n"
	    "update add pc1-amt.corp.example 900 A 192.0.2.10\nsend\n"
	    "; pc1-amt.corp.example\n"
	    ";     A     192.0.2.10     added      corp.example via 192.0.2.53, 3 ms\n"
	    ";     AAAA  2001:db8::10   kept\n"
	    "; b.corp.example\n"
	    ";     failed     no DNS server known; give dns.servers or -s, and try "
	    "again when\n"
	    ";                the network is there\n"
	    "; error: one of two registrations failed\n");
}

/* Whatever the width, no line of ours escapes the comment. */
Test(text_report, dry_run_any_width)
{
	unsigned width;

	for (width = 0; width < 100; width++) {
		struct report report = { 0 };
		struct strbuf out = { 0 };
		const char *line;
		char *save = NULL;

		fill(&report);
		report.dry_run = true;
		report.registrations[0].error = mem_text("some words\nto wrap "
		    "and-a-very-long-word-that-fits-nowhere and more of them");
		text_report(&report, true, width, &out);
		for (line = strtok_r(out.s, "\n", &save); line != NULL;
		    line = strtok_r(NULL, "\n", &save))
			cr_expect(strncmp(line, "; ", 2) == 0, "%u: %s", width, line);
		strbuf_free(&out);
		report_free(&report);
	}
}

static void
fill_rules(struct report *report)
{
	report->has_rules = true;
	report_add(report, "amt", "pc1-amt.corp.example", FQDN_DEDICATED);
	report_add_rule(report, "R1", "amt", RULE_HOLDS, "in a forward zone");
	report_add_rule(report, "R9", "amt", RULE_UNKNOWN,
	    "not judged: no host-interface, so eth0 is taken to be AMT's alone");
	report_add(report, "host", "pc1.corp.example", FQDN_SHARED)->outcome =
	    OUTCOME_INVALID;
	report->registrations[1].error = mem_text("R5: IPv6");
	report_add_rule(report, "R5", "host", RULE_BROKEN,
	    "a shared FQDN takes A records only, but IPv6 is enabled (ipv6: auto)");
	report_add_rule(report, "R18", "host", RULE_NOT_APPLICABLE, "dedicated");
	report_add(report, "off", "off.corp.example", FQDN_SHARED)->outcome =
	    OUTCOME_DISABLED;
}

Test(text_report, rules)
{
	struct report report = { 0 };

	fill_rules(&report);
	expect(&report, false, 60,
	    "amt (pc1-amt.corp.example)  dedicated\n"
	    "  R1   holds           in a forward zone\n"
	    "  R9   unknown         not judged: no host-interface, so\n"
	    "                       eth0 is taken to be AMT's alone\n"
	    "host (pc1.corp.example)  shared\n"
	    "! R5   broken          a shared FQDN takes A records only,\n"
	    "                       but IPv6 is enabled (ipv6: auto)\n"
	    "  R18  not-applicable  dedicated\n"
	    "off.corp.example      disabled\n");
}

/* Where DHCP has a say, who said what is worth a line. */
Test(text_report, rules_and_servers)
{
	struct report report = { 0 };
	struct fact_server server = { .source = FACT_SOURCE_LEASE };

	fill_rules(&report);
	cr_assert_eq(endpoint_parse(&server.endpoint, "192.0.2.53"), FAULT_NONE);
	memcpy(server.endpoint.ifname, "eth0", 5);
	server.endpoint.via = true;
	report_add_server(&report, &server);
	report_add_source(&report, FACT_SOURCE_LEASE, "eth0", true, "1 server");
	report_add_source(&report, FACT_SOURCE_OBSERVED, NULL, false, "no right");
	expect(&report, false, 60,
	    "amt (pc1-amt.corp.example)  dedicated\n"
	    "  R1   holds           in a forward zone\n"
	    "  R9   unknown         not judged: no host-interface, so\n"
	    "                       eth0 is taken to be AMT's alone\n"
	    "host (pc1.corp.example)  shared\n"
	    "! R5   broken          a shared FQDN takes A records only,\n"
	    "                       but IPv6 is enabled (ipv6: auto)\n"
	    "  R18  not-applicable  dedicated\n"
	    "off.corp.example      disabled\n"
	    "DNS servers:\n"
	    "    192.0.2.53  lease on eth0\n"
	    "DHCP sources:\n"
	    "    observed  not available: no right\n");
}

/* With --online there is a result to tell below the rules. */
Test(text_report, rules_and_result)
{
	struct report report = { .has_rules = true };
	struct report_registration *reg;

	reg = report_add(&report, "a.example", "a.example", FQDN_DEDICATED);
	reg->outcome = OUTCOME_REFUSED;
	reg->error = mem_text("refused");
	report_add_rule(&report, "R1", "a.example", RULE_HOLDS, "yes");
	report_add_rule(&report, "R1", "gone", RULE_BROKEN, "no");
	expect(&report, true, 0,
	    "a.example  dedicated\n"
	    "  R1   holds           yes\n"
	    "a.example  \033[1;31mrefused\033[0m    refused\n"
	    "gone\n"
	    "\033[1;31m!\033[0m \033[1;31mR1\033[0m   \033[1;31mbroken\033[0m          "
	    "no\n");
}

Test(text_report, json_example)
{
	struct report report = { 0 };

	fill(&report);
	expect_json(&report,
	    "{\"registrations\":[{\"name\":\"amt\",\"fqdn\":\"pc1-amt.corp.example\","
	    "\"mode\":\"dedicated\",\"outcome\":\"updated\",\"zone\":\"corp.example\","
	    "\"server\":\"192.0.2.53#53\",\"rcode\":\"NOERROR\",\"elapsed_ms\":3.1,"
	    "\"records\":[{\"type\":\"A\",\"address\":\"192.0.2.10\",\"ttl\":900,"
	    "\"change\":\"added\",\"reason\":null},"
	    "{\"type\":\"AAAA\",\"address\":\"2001:db8::10\",\"ttl\":null,"
	    "\"change\":\"kept\",\"reason\":null}],\"error\":null}],"
	    "\"dns_servers\":[{\"address\":\"192.0.2.53#53\",\"source\":\"static\","
	    "\"interface\":null}],\"host\":{\"fqdn\":\"pc1.corp.example\"},"
	    "\"exit\":0}\n");
}

Test(text_report, json_nothing_known)
{
	struct report report = { .exit = EXIT_CODE_CONFIG };
	struct report_registration *reg;

	report.error = mem_text("x.yaml: no such file or directory");
	expect_json(&report,
	    "{\"registrations\":[],\"dns_servers\":[],\"host\":{\"fqdn\":null},"
	    "\"error\":\"x.yaml: no such file or directory\",\"exit\":78}\n");
	memset(&report, 0, sizeof(report));
	reg = report_add(&report, "caf\303\251", NULL, FQDN_SHARED);
	record(reg, "2001:db8::1", RECORD_SKIPPED, "deprecated");
	reg->error = mem_text("not UTF-8: \377");
	reg->outcome = OUTCOME_FAILED;
	expect_json(&report,
	    "{\"registrations\":[{\"name\":\"caf\\u00E9\",\"fqdn\":null,"
	    "\"mode\":\"shared\",\"outcome\":\"failed\",\"zone\":null,\"server\":null,"
	    "\"rcode\":null,\"elapsed_ms\":null,\"records\":[{\"type\":\"AAAA\","
	    "\"address\":\"2001:db8::1\",\"ttl\":null,\"change\":\"skipped\","
	    "\"reason\":\"deprecated\"}],\"error\":\"not UTF-8: \\\\255\"}],"
	    "\"dns_servers\":[],\"host\":{\"fqdn\":null},\"exit\":0}\n");
}

Test(text_report, json_check_and_dry_run)
{
	struct report report = { .has_rules = true, .dry_run = true };
	struct fact_server server = { .source = FACT_SOURCE_LEASE };
	struct report_registration *reg;

	cr_assert_eq(endpoint_parse(&server.endpoint, "fe80::1%eth0"), FAULT_NONE);
	report_add_server(&report, &server);
	server.source = FACT_SOURCE_STATIC; /* its scope is no link it was learned on */
	report_add_server(&report, &server);
	reg = report_add(&report, "a", "a.example", FQDN_DEDICATED);
	reg->rcode = 23;
	reg->elapsed_us = 0;
	reg->nsupdate = mem_text("send\n");
	report_add(&report, "b", "b.example", FQDN_DEDICATED)->rcode = 10;
	report_add_rule(&report, "R14", "a", RULE_NOT_APPLICABLE, "no \"x\"");
	report_add_source(&report, FACT_SOURCE_LEASE, "eth0", true, "1 server");
	report_add_source(&report, FACT_SOURCE_INFORM, NULL, false, "no \"y\"");
	expect_json(&report,
	    "{\"registrations\":[{\"name\":\"a\",\"fqdn\":\"a.example\","
	    "\"mode\":\"dedicated\",\"outcome\":\"pending\",\"zone\":null,"
	    "\"server\":null,\"rcode\":\"RCODE23\",\"elapsed_ms\":0.0,\"records\":[],"
	    "\"error\":null,\"nsupdate\":\"send\\n\"},"
	    "{\"name\":\"b\",\"fqdn\":\"b.example\",\"mode\":\"dedicated\","
	    "\"outcome\":\"pending\",\"zone\":null,\"server\":null,"
	    "\"rcode\":\"NOTZONE\",\"elapsed_ms\":null,\"records\":[],"
	    "\"error\":null,\"nsupdate\":null}],"
	    "\"dns_servers\":[{\"address\":\"fe80::1%eth0#53\",\"source\":\"lease\","
	    "\"interface\":\"eth0\"},{\"address\":\"fe80::1%eth0#53\","
	    "\"source\":\"static\",\"interface\":null}],\"dns_sources\":[{\"source\":\"lease\","
	    "\"interface\":\"eth0\",\"available\":true,\"text\":\"1 server\"},"
	    "{\"source\":\"inform\",\"interface\":null,\"available\":false,"
	    "\"text\":\"no \\\"y\\\"\"}],\"host\":{\"fqdn\":null},"
	    "\"rules\":[{\"id\":\"R14\",\"registration\":\"a\","
	    "\"verdict\":\"not-applicable\",\"message\":\"no "
	    "\\\"x\\\"\"}],\"exit\":0}\n");
}
