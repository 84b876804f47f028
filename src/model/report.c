/*
 * report: the results of a run as values.
 */
#include <assert.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/report.h"

static struct report_registration fresh(const char *name, const char *fqdn,
    enum fqdn_mode);
static int compare_records(const void *a, const void *b);
static void free_registration(struct report_registration *reg);

const char *
outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_PENDING] = "pending",
		[OUTCOME_UPDATED] = "updated",
		[OUTCOME_UNCHANGED] = "unchanged",
		[OUTCOME_WITHDRAWN] = "withdrawn",
		[OUTCOME_DISABLED] = "disabled",
		[OUTCOME_PLANNED] = "planned",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_CONFLICT] = "conflict",
		[OUTCOME_REFUSED] = "refused",
		[OUTCOME_INVALID] = "invalid",
	};

	return names[outcome];
}

const char *
record_change_name(enum record_change change)
{
	static const char *const names[] = {
		[RECORD_ADDED] = "added",
		[RECORD_KEPT] = "kept",
		[RECORD_REMOVED] = "removed",
		[RECORD_PENDING] = "pending",
		[RECORD_SKIPPED] = "skipped",
	};

	return names[change];
}

const char *
rule_verdict_name(enum rule_verdict verdict)
{
	static const char *const names[] = {
		[RULE_HOLDS] = "holds",
		[RULE_BROKEN] = "broken",
		[RULE_UNKNOWN] = "unknown",
		[RULE_NOT_APPLICABLE] = "not-applicable",
	};

	return names[verdict];
}

struct report_registration *
report_add(struct report *report, const char *name, const char *fqdn,
    enum fqdn_mode mode)
{
	struct report_registration *reg;

	report->registrations = mem_grow(report->registrations,
	    &report->registration_cap, report->registration_count + 1, sizeof(*reg));
	reg = &report->registrations[report->registration_count++];
	*reg = fresh(name, fqdn, mode);
	return reg;
}

void
report_replace(struct report *report, size_t index, const char *name, const char *fqdn,
    enum fqdn_mode mode)
{
	assert(index < report->registration_count);
	free_registration(&report->registrations[index]);
	report->registrations[index] = fresh(name, fqdn, mode);
}

static struct report_registration
fresh(const char *name, const char *fqdn, enum fqdn_mode mode)
{
	return (struct report_registration){
		.name = mem_text(name),
		.fqdn = mem_text(fqdn),
		.mode = mode,
		.outcome = OUTCOME_PENDING,
		.exit = EXIT_CODE_OK,
		.rcode = -1,
		.elapsed_us = -1,
		.next_us = -1,
		.tried_us = -1,
	};
}

struct report_record *
report_add_record(struct report_registration *reg, const struct addr *addr,
    enum record_change change, const char *reason)
{
	struct report_record *record;

	reg->records = mem_grow(reg->records, &reg->record_cap, reg->record_count + 1,
	    sizeof(*record));
	record = &reg->records[reg->record_count++];
	*record = (struct report_record){
		.addr = *addr,
		.change = change,
		.reason = mem_text(reason),
		.age_us = -1,
	};
	return record;
}

struct report_rule *
report_add_rule(struct report *report, const char *id, const char *registration,
    enum rule_verdict verdict, const char *message)
{
	struct report_rule *rule;

	report->rules = mem_grow(report->rules, &report->rule_cap,
	    report->rule_count + 1, sizeof(*rule));
	rule = &report->rules[report->rule_count++];
	*rule = (struct report_rule){
		.id = id,
		.registration = mem_text(registration),
		.verdict = verdict,
		.message = mem_text(message),
	};
	return rule;
}

void
report_add_server(struct report *report, const struct fact_server *server)
{
	report->servers = mem_grow(report->servers, &report->server_cap,
	    report->server_count + 1, sizeof(*server));
	report->servers[report->server_count++] = *server;
}

void
report_add_source(struct report *report, enum fact_source source, const char *ifname,
    bool available, const char *text)
{
	report->sources = mem_grow(report->sources, &report->source_cap,
	    report->source_count + 1, sizeof(*report->sources));
	report->sources[report->source_count++] = (struct report_source){
		source, mem_text(ifname), available, mem_text(text)
	};
}

void
report_sort_records(struct report_registration *reg)
{
	if (reg->record_count > 1)
		qsort(reg->records, reg->record_count, sizeof(*reg->records),
		    compare_records);
}

void
report_free(struct report *report)
{
	for (size_t i = 0; i < report->registration_count; i++)
		free_registration(&report->registrations[i]);
	for (size_t i = 0; i < report->rule_count; i++) {
		free(report->rules[i].registration);
		free(report->rules[i].message);
	}
	for (size_t i = 0; i < report->source_count; i++) {
		free(report->sources[i].ifname);
		free(report->sources[i].text);
	}
	free(report->registrations);
	free(report->sources);
	free(report->servers);
	free(report->rules);
	free(report->host_fqdn);
	free(report->state_error);
	free(report->error);
	*report = (struct report){0};
}

/* The same address twice: the order must not depend on the sort. */
static int
compare_records(const void *a, const void *b)
{
	const struct report_record *x = a, *y = b;
	int order = addr_compare(&x->addr, &y->addr);

	return order != 0 ? order : (int)x->change - (int)y->change;
}

static void
free_registration(struct report_registration *reg)
{
	for (size_t i = 0; i < reg->record_count; i++)
		free(reg->records[i].reason);
	free(reg->records);
	free(reg->name);
	free(reg->fqdn);
	free(reg->zone);
	free(reg->error);
	free(reg->nsupdate);
}
