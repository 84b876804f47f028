/*
 * text_ctl_read: reading a daemon's JSON.
 */
#include <string.h>

#include "ddnsupd/mem.h"
#include "text_ctl_read.h"

static void read_registration(const json_t *object, struct text_ctl_reply *reply);
static void read_place(const json_t *object, struct report_registration *reg);
static void read_records(const json_t *object, struct report_registration *reg,
    struct text_ctl_registration *more);
static void read_server(const json_t *object, struct report *report);
static void read_rule(const json_t *object, struct report *report);
static const char *text_of(const json_t *object, const char *key);
static enum outcome outcome_of(const char *name);
static enum record_change change_of(const char *name);
static enum rule_verdict verdict_of(const char *name);
static enum fact_source source_of(const char *name);

char *
text_ctl_read_text(const json_t *object, const char *key)
{
	return mem_text(json_string_value(json_object_get(object, key)));
}

int64_t
text_ctl_read_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? (int64_t)json_number_value(value) : otherwise;
}

void
text_ctl_read_report(const json_t *object, struct text_ctl_reply *reply)
{
	const json_t *list = json_object_get(object, "registrations"), *item;
	const json_t *daemon = json_object_get(object, "daemon");
	size_t i;

	reply->has_report = true;
	reply->registrations = mem_zero(json_array_size(list) + 1,
	    sizeof(*reply->registrations));
	json_array_foreach(list, i, item)
		read_registration(item, reply);
	list = json_object_get(object, "dns_servers");
	json_array_foreach(list, i, item)
		read_server(item, &reply->report);
	list = json_object_get(object, "rules");
	json_array_foreach(list, i, item)
		read_rule(item, &reply->report);
	reply->report.host_fqdn =
	    text_ctl_read_text(json_object_get(object, "host"), "fqdn");
	reply->report.error = text_ctl_read_text(object, "error");
	reply->report.exit = (enum exit_code)text_ctl_read_int(object, "exit", 0);
	reply->version = text_ctl_read_text(daemon, "version");
	reply->uptime_s = text_ctl_read_int(daemon, "uptime_s", -1);
}

static void
read_registration(const json_t *object, struct text_ctl_reply *reply)
{
	bool shared = strcmp(text_of(object, "mode"), "shared") == 0;
	struct text_ctl_registration *more =
	    &reply->registrations[reply->report.registration_count];
	struct report_registration *reg = report_add(&reply->report,
	    text_of(object, "name"),
	    json_string_value(json_object_get(object, "fqdn")),
	    shared ? FQDN_SHARED : FQDN_DEDICATED);

	reg->outcome = outcome_of(text_of(object, "outcome"));
	reg->zone = text_ctl_read_text(object, "zone");
	reg->error = text_ctl_read_text(object, "error");
	read_place(object, reg);
	more->state = text_ctl_read_text(object, "state");
	more->next_update_s = text_ctl_read_int(object, "next_update_s", -1);
	more->last_try_s = text_ctl_read_int(object, "last_try_s", -1);
	read_records(json_object_get(object, "records"), reg, more);
}

/* By which server, and how long it took. */
static void
read_place(const json_t *object, struct report_registration *reg)
{
	const json_t *elapsed = json_object_get(object, "elapsed_ms");

	reg->has_server =
	    endpoint_parse(&reg->server, text_of(object, "server")) == FAULT_NONE;
	reg->rcode = -1;
	reg->elapsed_us = -1;
	if (json_is_number(elapsed))
		reg->elapsed_us = (int64_t)(json_number_value(elapsed) * 1000);
}

static void
read_records(const json_t *list, struct report_registration *reg,
    struct text_ctl_registration *more)
{
	struct report_record *record;
	const json_t *item;
	struct addr addr;
	size_t i;

	more->record_age_s = mem_zero(json_array_size(list) + 1, sizeof(int64_t));
	json_array_foreach(list, i, item) {
		if (addr_parse(&addr, text_of(item, "address")) != FAULT_NONE)
			continue;
		more->record_age_s[reg->record_count] =
		    text_ctl_read_int(item, "age_s", -1);
		record = report_add_record(reg, &addr,
		    change_of(text_of(item, "change")),
		    json_string_value(json_object_get(item, "reason")));
		record->ttl = (uint32_t)text_ctl_read_int(item, "ttl", 0);
		record->has_ttl = json_is_integer(json_object_get(item, "ttl"));
	}
}

static void
read_server(const json_t *object, struct report *report)
{
	struct fact_server server = {.source = source_of(text_of(object, "source"))};

	if (endpoint_parse(&server.endpoint, text_of(object, "address")) == FAULT_NONE)
		report_add_server(report, &server);
}

/* The id is the object's, which the reply keeps. */
static void
read_rule(const json_t *object, struct report *report)
{
	report_add_rule(report, text_of(object, "id"), text_of(object, "registration"),
	    verdict_of(text_of(object, "verdict")), text_of(object, "message"));
}

/* "" when there is none. */
static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static enum outcome
outcome_of(const char *name)
{
	for (int i = OUTCOME_PENDING; i <= OUTCOME_INVALID; i++)
		if (strcmp(outcome_name((enum outcome)i), name) == 0)
			return (enum outcome)i;
	return OUTCOME_PENDING;
}

static enum record_change
change_of(const char *name)
{
	for (int i = RECORD_ADDED; i <= RECORD_SKIPPED; i++)
		if (strcmp(record_change_name((enum record_change)i), name) == 0)
			return (enum record_change)i;
	return RECORD_PENDING;
}

static enum rule_verdict
verdict_of(const char *name)
{
	for (int i = RULE_HOLDS; i <= RULE_NOT_APPLICABLE; i++)
		if (strcmp(rule_verdict_name((enum rule_verdict)i), name) == 0)
			return (enum rule_verdict)i;
	return RULE_UNKNOWN;
}

static enum fact_source
source_of(const char *name)
{
	for (int i = FACT_SOURCE_STATIC; i <= FACT_SOURCE_HOOK; i++)
		if (strcmp(fact_source_name((enum fact_source)i), name) == 0)
			return (enum fact_source)i;
	return FACT_SOURCE_STATIC;
}
