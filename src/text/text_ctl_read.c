/*
 * text_ctl_read: reading a daemon's JSON.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "text_ctl_read.h"

static void read_registration(const json_t *object, struct report *report);
static void read_place(const json_t *object, struct report_registration *reg);
static void read_records(const json_t *object, struct report_registration *reg);
static int64_t read_us(const json_t *object, const char *key);
static void read_server(const json_t *object, struct report *report);
static void read_link(struct endpoint *server, const char *ifname);
static void read_source(const json_t *object, struct report *report);
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
text_ctl_read_report(const json_t *object, struct report *report)
{
	const json_t *list = json_object_get(object, "registrations");
	const json_t *daemon = json_object_get(object, "daemon");
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		read_registration(json_array_get(list, i), report);
	list = json_object_get(object, "dns_servers");
	for (i = 0; i < json_array_size(list); i++)
		read_server(json_array_get(list, i), report);
	list = json_object_get(object, "dns_sources");
	for (i = 0; i < json_array_size(list); i++)
		read_source(json_array_get(list, i), report);
	list = json_object_get(object, "rules");
	for (i = 0; i < json_array_size(list); i++)
		read_rule(json_array_get(list, i), report);
	report->host_fqdn =
	    text_ctl_read_text(json_object_get(object, "host"), "fqdn");
	report->state_error = text_ctl_read_text(object, "state_error");
	report->error = text_ctl_read_text(object, "error");
	report->exit = (enum exit_code)text_ctl_read_int(object, "exit", 0);
	report->version = json_string_value(json_object_get(daemon, "version"));
	report->uptime_us = read_us(daemon, "uptime_s");
}

static void
read_registration(const json_t *object, struct report *report)
{
	bool shared = strcmp(text_of(object, "mode"), "shared") == 0;
	struct report_registration *reg = report_add(report, text_of(object, "name"),
	    json_string_value(json_object_get(object, "fqdn")),
	    shared ? FQDN_SHARED : FQDN_DEDICATED);

	reg->outcome = outcome_of(text_of(object, "outcome"));
	reg->zone = text_ctl_read_text(object, "zone");
	reg->error = text_ctl_read_text(object, "error");
	read_place(object, reg);
	reg->state = json_string_value(json_object_get(object, "state"));
	reg->next_us = read_us(object, "next_update_s");
	reg->tried_us = read_us(object, "last_try_s");
	read_records(json_object_get(object, "records"), reg);
}

/* By which server, and how long it took. */
static void
read_place(const json_t *object, struct report_registration *reg)
{
	const json_t *elapsed = json_object_get(object, "elapsed_ms");

	reg->has_server =
	    endpoint_parse(&reg->server, text_of(object, "server")) == FAULT_NONE;
	if (json_is_number(elapsed))
		reg->elapsed_us = (int64_t)(json_number_value(elapsed) * 1000);
}

static void
read_records(const json_t *list, struct report_registration *reg)
{
	struct report_record *record;
	struct addr addr;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (addr_parse(&addr, text_of(item, "address")) != FAULT_NONE)
			continue;
		record = report_add_record(reg, &addr,
		    change_of(text_of(item, "change")),
		    json_string_value(json_object_get(item, "reason")));
		record->ttl = (uint32_t)text_ctl_read_int(item, "ttl", 0);
		record->has_ttl = json_is_integer(json_object_get(item, "ttl"));
		record->age_us = read_us(item, "age_s");
	}
}

/* -1: not known. */
static int64_t
read_us(const json_t *object, const char *key)
{
	int64_t s = text_ctl_read_int(object, key, -1);

	return s >= 0 && s < INT64_MAX / CLOCK_S(1) ? CLOCK_S(s) : -1;
}

static void
read_server(const json_t *object, struct report *report)
{
	struct fact_server server = {.source = source_of(text_of(object, "source"))};

	if (endpoint_parse(&server.endpoint, text_of(object, "address")) != FAULT_NONE)
		return;
	read_link(&server.endpoint, text_of(object, "interface"));
	report_add_server(report, &server);
}

/* The link it was learned on, unless the address names it anyway. */
static void
read_link(struct endpoint *server, const char *ifname)
{
	size_t len = strlen(ifname);

	if (server->ifname[0] != '\0' || !ifname_fits(ifname, len))
		return;
	memcpy(server->ifname, ifname, len + 1);
	server->via = true;
}

static void
read_source(const json_t *object, struct report *report)
{
	enum fact_source source = source_of(text_of(object, "source"));

	if (source != FACT_SOURCE_STATIC)
		report_add_source(report, source,
		    json_string_value(json_object_get(object, "interface")),
		    json_is_true(json_object_get(object, "available")),
		    text_of(object, "text"));
}

/* The id is the object's. */
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
