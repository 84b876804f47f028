/*
 * engine_report: what the conversations brought, as results (report.h).
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/engine_parts.h"
#include "ddnsupd/mem.h"

static void take_outcome(struct report_registration *, const struct txn_result *);
static unsigned rank(enum outcome);
static void take_records(struct reg *, const struct txn *, unsigned family);
static void judge_online(struct report_rule *, const struct report_registration *);
static bool fails(const struct engine *, const struct report_rule *);
static void list(struct reg *, const struct rrset *, const uint32_t *ttl,
    enum record_change, const char *reason);

struct report_registration *
reg_report(struct reg *reg)
{
	return &reg->engine->report.registrations[reg->index];
}

void
reg_end(struct reg *reg, enum outcome outcome, enum exit_code exit, char *error,
    int64_t now_us)
{
	struct report_registration *report = reg_report(reg);

	report->outcome = outcome;
	report->exit = exit;
	if (error != NULL) {
		free(report->error);
		report->error = error;
	}
	if (now_us >= 0)
		report->elapsed_us = now_us - reg->started_us;
	report_sort_records(report);
	reg->state = REG_DONE;
	reg->engine->open--;
}

void
reg_take_results(struct reg *reg)
{
	struct report_registration *report = reg_report(reg);
	const struct txn *txn = reg->txn;
	char zone[NAME_TEXT_MAX];
	unsigned family;

	if (txn->has_zone) {
		free(report->zone);
		report->zone = mem_text(name_format(&txn->zone, zone));
	}
	if (txn->has_server) {
		report->has_server = true;
		report->server = txn->server;
	}
	if (txn->rcode >= 0)
		report->rcode = txn->rcode;
	if (txn->nsupdate.len > 0) {
		char *text = mem_printf("%s%s", report->nsupdate == NULL ? "" :
		    report->nsupdate, strbuf_text(&txn->nsupdate));

		free(report->nsupdate);
		report->nsupdate = text;
	}
	for (family = 0; family < 2; family++)
		if (txn->goal.mask & (1U << family)) {
			take_outcome(report, &txn->results[family]);
			take_records(reg, txn, family);
		}
}

/* The worst of the families speaks; among good ones, the one that did something. */
static void
take_outcome(struct report_registration *report, const struct txn_result *result)
{
	char *joined;

	if (result->exit > report->exit || (result->exit == report->exit &&
	    rank(result->outcome) > rank(report->outcome))) {
		report->exit = result->exit;
		report->outcome = result->outcome;
	}
	if (result->error == NULL || (report->error != NULL &&
	    strstr(report->error, result->error) != NULL))
		return;
	joined = report->error == NULL ? mem_text(result->error) :
	    mem_printf("%s; %s", report->error, result->error);
	free(report->error);
	report->error = joined;
}

static unsigned
rank(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PENDING:
	case OUTCOME_DISABLED:
		return 0;
	case OUTCOME_UNCHANGED:
		return 1;
	case OUTCOME_PLANNED:
		return 2;
	case OUTCOME_UPDATED:
	case OUTCOME_WITHDRAWN:
		return 3;
	case OUTCOME_FAILED:
	case OUTCOME_CONFLICT:
	case OUTCOME_REFUSED:
	case OUTCOME_INVALID:
		return 4;
	}
	return 4;
}

static void
take_records(struct reg *reg, const struct txn *txn, unsigned family)
{
	const struct txn_result *result = &txn->results[family];
	bool dry = txn->goal.dry_run && result->outcome == OUTCOME_PLANNED;
	bool removes = txn->goal.purpose == PLAN_WITHDRAW || !txn->goal.managed[family];

	if (result->exit != EXIT_CODE_OK) {
		list(reg, removes ? &txn->put[family] : &txn->goal.desired[family],
		    &txn->goal.desired[family].ttl, RECORD_PENDING, NULL);
		return;
	}
	list(reg, &result->added, &result->ttl, RECORD_ADDED, result->remark);
	list(reg, &result->kept, &result->ttl, RECORD_KEPT, result->remark);
	list(reg, &result->pending, &result->ttl, RECORD_PENDING,
	    txn->goal.purpose == PLAN_PROBE ? "the server would accept it" :
	    "would be added");
	list(reg, &result->removed, NULL, dry ? RECORD_PENDING : RECORD_REMOVED,
	    dry ? "would be removed" : NULL);
}

static void
list(struct reg *reg, const struct rrset *set, const uint32_t *ttl,
    enum record_change change, const char *reason)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		struct report_record *record = report_add_record(reg_report(reg),
		    &set->addrs[i], change, reason);

		record->has_ttl = ttl != NULL;
		record->ttl = ttl != NULL ? *ttl : 0;
	}
}

void
reg_list_skips(struct reg *reg, const struct desired *desired)
{
	size_t i;

	for (i = 0; i < desired->skip_count; i++)
		report_add_record(reg_report(reg), &desired->skips[i].addr,
		    RECORD_SKIPPED, desired->skips[i].reason);
}

void
engine_judge_all(struct engine *engine)
{
	size_t i;

	engine->report.has_rules = true;
	while (engine->report.rule_count > 0) { /* judged before, on other facts */
		struct report_rule *old =
		    &engine->report.rules[--engine->report.rule_count];

		free(old->registration);
		free(old->message);
	}
	for (i = 0; i < engine->reg_count; i++) {
		struct rule_subject subject = {
			engine->config, engine->regs[i]->cfg, &engine->facts
		};
		const struct rule *rule;

		if (!subject.reg->enabled)
			continue;
		for (rule = rules; rule->id != NULL; rule++) {
			struct strbuf message = {0};
			enum rule_verdict verdict = rule->judge(&subject, &message);

			report_add_rule(&engine->report, rule->id,
			    engine->regs[i]->name, verdict, strbuf_text(&message));
			strbuf_free(&message);
		}
	}
}

void
engine_judge_online(struct engine *engine)
{
	struct report *report = &engine->report;
	size_t i, at = 0;

	if (engine->options.mode != ENGINE_CHECK_ONLINE)
		return;
	for (i = 0; i < report->rule_count; i++) {
		struct report_rule *rule = &report->rules[i];

		if (strcmp(rule->id, "R2") != 0)
			continue;
		while (strcmp(engine->regs[at]->name, rule->registration) != 0)
			at++; /* they stand in one order */
		judge_online(rule, &report->registrations[at]);
	}
}

static void
judge_online(struct report_rule *rule, const struct report_registration *asked)
{
	bool holds = asked->outcome == OUTCOME_PLANNED;
	char server[ENDPOINT_TEXT_MAX];

	free(rule->message);
	if (asked->has_server && (holds || asked->outcome == OUTCOME_REFUSED)) {
		rule->verdict = holds ? RULE_HOLDS : RULE_BROKEN;
		rule->message = mem_printf("%s %s non-secure updates of zone %s from "
		    "here", endpoint_format(&asked->server, server),
		    holds ? "takes" : "refuses", asked->zone);
	} else {
		rule->message = mem_text("no server has said whether it takes "
		    "non-secure updates from here");
	}
}

enum exit_code
engine_exit(const struct engine *engine)
{
	enum exit_code exit = EXIT_CODE_OK;
	size_t i;

	if (engine->signal != 0)
		return engine->signal == SIGINT ? EXIT_CODE_SIGINT : EXIT_CODE_SIGTERM;
	if (engine->report.error != NULL)
		return EXIT_CODE_CONFIG;
	for (i = 0; i < engine->report.registration_count; i++)
		if (engine->report.registrations[i].exit > exit)
			exit = engine->report.registrations[i].exit;
	for (i = 0; i < engine->report.rule_count; i++)
		if (fails(engine, &engine->report.rules[i]))
			exit = EXIT_CODE_CONFIG;
	return exit;
}

/* R2 is 77, R3 online is 69, as in --once; R18 only informs. */
static bool
fails(const struct engine *engine, const struct report_rule *rule)
{
	if (rule->verdict != RULE_BROKEN || strcmp(rule->id, "R18") == 0 ||
	    strcmp(rule->id, "R2") == 0)
		return false;
	return engine->options.mode == ENGINE_CHECK || strcmp(rule->id, "R3") != 0;
}

void
reg_clear_report(struct reg *reg)
{
	struct report_registration *report = reg_report(reg);
	size_t i;

	for (i = 0; i < report->record_count; i++)
		free(report->records[i].reason);
	report->record_count = 0;
	free(report->error);
	report->error = NULL;
	report->outcome = OUTCOME_PENDING;
	report->exit = EXIT_CODE_OK;
	report->rcode = -1;
	report->elapsed_us = -1;
}

void
reg_note_changes(struct reg *reg, struct step *step)
{
	const struct report_registration *report = reg_report(reg);
	char addr[ADDR_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < report->record_count; i++) {
		const struct report_record *record = &report->records[i];

		if (record->change == RECORD_ADDED || record->change == RECORD_REMOVED)
			step_note(step, NOTE_NOTICE, "%s %s %s (%s via %s)",
			    rrtype_name(rrtype_of(&record->addr)),
			    addr_format(&record->addr, addr),
			    record_change_name(record->change), report->zone,
			    endpoint_format(&report->server, server));
	}
}
