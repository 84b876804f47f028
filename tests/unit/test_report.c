/*
 * Reports: the words of interface.md, growth, order, ownership.
 */
#include <criterion/criterion.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/report.h"

TestSuite(report);

static struct addr
parsed(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

Test(report, words)
{
	static const char *const outcomes[] = {"pending", "updated", "unchanged",
	    "withdrawn", "disabled", "planned", "failed", "conflict", "refused",
	    "invalid"};
	static const char *const changes[] = {"added", "kept", "removed", "pending",
	    "skipped"};
	static const char *const verdicts[] = {"holds", "broken", "unknown",
	    "not-applicable"};

	for (int i = OUTCOME_PENDING; i <= OUTCOME_INVALID; i++)
		cr_assert_str_eq(outcome_name((enum outcome)i), outcomes[i]);
	for (int i = RECORD_ADDED; i <= RECORD_SKIPPED; i++)
		cr_assert_str_eq(record_change_name((enum record_change)i), changes[i]);
	for (int i = RULE_HOLDS; i <= RULE_NOT_APPLICABLE; i++)
		cr_assert_str_eq(rule_verdict_name((enum rule_verdict)i), verdicts[i]);
}

Test(report, a_new_registration_knows_nothing)
{
	struct report report = {0};
	struct report_registration *reg = report_add(&report, "amt", NULL,
	    FQDN_DEDICATED);

	cr_assert_str_eq(reg->name, "amt");
	cr_assert_null(reg->fqdn);
	cr_assert_eq(reg->mode, FQDN_DEDICATED);
	cr_assert_eq(reg->outcome, OUTCOME_PENDING);
	cr_assert_eq(reg->exit, EXIT_CODE_OK);
	cr_assert_eq(reg->rcode, -1);
	cr_assert_eq(reg->elapsed_us, -1);
	cr_assert_null(reg->zone);
	cr_assert_not(reg->has_server);
	cr_assert_null(reg->error);
	report_free(&report);
}

Test(report, texts_are_copied_and_everything_is_freed)
{
	struct report report = {0};
	char name[] = "amt", fqdn[] = "pc1.example", reason[] = "temporary";
	char message[] = "why";
	struct addr addr = parsed("192.0.2.1");
	struct fact_server server = {{addr, false, 53, ""}, FACT_SOURCE_STATIC, 0};

	for (int i = 0; i < 20; i++) {
		struct report_registration *reg = report_add(&report, name, fqdn,
		    FQDN_SHARED);

		for (int j = 0; j < 20; j++)
			report_add_record(reg, &addr, RECORD_SKIPPED, reason);
		reg->zone = mem_text("example");
		reg->error = mem_text("sentence");
		reg->nsupdate = mem_text("send\n");
		report_add_rule(&report, "R5", name, RULE_BROKEN, message);
		report_add_server(&report, &server);
	}
	report.host_fqdn = mem_text("pc1.example");
	report.error = mem_text("top");
	name[0] = fqdn[0] = reason[0] = message[0] = '!';
	cr_assert_eq(report.registration_count, 20);
	cr_assert_eq(report.server_count, 20);
	for (size_t i = 0; i < 20; i++) {
		cr_assert_str_eq(report.registrations[i].name, "amt");
		cr_assert_str_eq(report.registrations[i].fqdn, "pc1.example");
		cr_assert_eq(report.registrations[i].record_count, 20);
		cr_assert_str_eq(report.registrations[i].records[19].reason,
		    "temporary");
		cr_assert_str_eq(report.rules[i].id, "R5");
		cr_assert_str_eq(report.rules[i].registration, "amt");
		cr_assert_str_eq(report.rules[i].message, "why");
		cr_assert_eq(report.rules[i].verdict, RULE_BROKEN);
		cr_assert(endpoint_equal(&report.servers[i].endpoint,
		    &server.endpoint));
	}
	report_free(&report);
	cr_assert_eq(report.registration_count, 0);
	cr_assert_null(report.registrations);
}

Test(report, records_sort_a_before_aaaa_then_by_address)
{
	static const char *const given[] = {"2001:db8::10", "192.0.2.10", "2001:db8::9",
	    "192.0.2.9", "192.0.2.9"};
	static const char *const sorted[] = {"192.0.2.9", "192.0.2.9", "192.0.2.10",
	    "2001:db8::9", "2001:db8::10"};
	struct report report = {0};
	struct report_registration *reg = report_add(&report, "r", "f", FQDN_SHARED);
	char buf[ADDR_TEXT_MAX];

	report_sort_records(reg);
	for (size_t i = 0; i < 5; i++) {
		struct addr addr = parsed(given[i]);

		report_add_record(reg, &addr, i == 3 ? RECORD_REMOVED : RECORD_ADDED,
		    NULL)->ttl = (uint32_t)i;
	}
	report_sort_records(reg);
	for (size_t i = 0; i < 5; i++)
		cr_assert_str_eq(addr_format(&reg->records[i].addr, buf), sorted[i]);
	cr_assert_eq(reg->records[0].change, RECORD_ADDED);
	cr_assert_eq(reg->records[1].change, RECORD_REMOVED);
	cr_assert_eq(reg->records[4].ttl, 0);
	report_free(&report);
}
