/*
 * text_json: a report as the JSON object of interface.md, and the helpers that build
 * JSON for the other files here.
 */
#include <stdlib.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"
#include "text_json.h"


static json_t *registration(const struct report_registration *, bool dry_run);
static json_t *record(const struct report_record *);
static json_t *server(const struct fact_server *);
static json_t *source(const struct report_source *);
static json_t *rule(const struct report_rule *);
static json_t *endpoint(const struct endpoint *);
static json_t *rcode(int);
static json_t *milliseconds(int64_t us);
static json_t *seconds(int64_t us);

char *
text_report_json(const struct report *report)
{
	return text_json_finish(text_json_report(report), TEXT_JSON_LINE);
}

json_t *
text_json_report(const struct report *report)
{
	json_t *top = text_json_sure(json_object());
	json_t *list = text_json_sure(json_array());
	size_t i;

	for (i = 0; i < report->registration_count; i++)
		if (!report->registrations[i].hidden)
			text_json_append(list, registration(&report->registrations[i],
			    report->dry_run));
	text_json_set(top, "registrations", list);
	list = text_json_sure(json_array());
	for (i = 0; i < report->server_count; i++)
		text_json_append(list, server(&report->servers[i]));
	text_json_set(top, "dns_servers", list);
	if (report->source_count > 0) {
		list = text_json_sure(json_array());
		for (i = 0; i < report->source_count; i++)
			text_json_append(list, source(&report->sources[i]));
		text_json_set(top, "dns_sources", list);
	}
	list = text_json_sure(json_object());
	text_json_set(list, "fqdn", text_json_string(report->host_fqdn));
	text_json_set(top, "host", list);
	if (report->has_rules) {
		list = text_json_sure(json_array());
		for (i = 0; i < report->rule_count; i++)
			text_json_append(list, rule(&report->rules[i]));
		text_json_set(top, "rules", list);
	}
	if (report->error != NULL)
		text_json_set(top, "error", text_json_string(report->error));
	if (report->version != NULL) {
		list = text_json_sure(json_object());
		text_json_set(list, "version", text_json_string(report->version));
		text_json_set(list, "uptime_s", seconds(report->uptime_us));
		text_json_set(top, "daemon", list);
		text_json_set(top, "state_error",
		    text_json_string(report->state_error));
	}
	text_json_set(top, "exit", text_json_sure(json_integer(report->exit)));
	return top;
}

/* Whole seconds; negative: null. */
static json_t *
seconds(int64_t us)
{
	return us < 0 ? json_null() : text_json_sure(json_integer(us / 1000000));
}

static json_t *
registration(const struct report_registration *reg, bool dry_run)
{
	json_t *object = text_json_sure(json_object());
	json_t *records = text_json_sure(json_array());
	size_t i;

	text_json_set(object, "name", text_json_string(reg->name));
	text_json_set(object, "fqdn", text_json_string(reg->fqdn));
	text_json_set(object, "mode",
	    text_json_string(reg->mode == FQDN_SHARED ? "shared" : "dedicated"));
	text_json_set(object, "outcome", text_json_string(outcome_name(reg->outcome)));
	text_json_set(object, "zone", text_json_string(reg->zone));
	text_json_set(object, "server",
	    reg->has_server ? endpoint(&reg->server) : json_null());
	text_json_set(object, "rcode", rcode(reg->rcode));
	text_json_set(object, "elapsed_ms", milliseconds(reg->elapsed_us));
	for (i = 0; i < reg->record_count; i++)
		text_json_append(records, record(&reg->records[i]));
	text_json_set(object, "records", records);
	text_json_set(object, "error", text_json_string(reg->error));
	if (dry_run)
		text_json_set(object, "nsupdate", text_json_string(reg->nsupdate));
	if (reg->state != NULL) {
		text_json_set(object, "state", text_json_string(reg->state));
		text_json_set(object, "next_update_s", seconds(reg->next_us));
		text_json_set(object, "last_try_s", seconds(reg->tried_us));
	}
	return object;
}

static json_t *
record(const struct report_record *item)
{
	json_t *object = text_json_sure(json_object());
	char text[ADDR_TEXT_MAX];

	text_json_set(object, "type",
	    text_json_string(item->addr.family == FAMILY_IPV4 ? "A" : "AAAA"));
	text_json_set(object, "address",
	    text_json_string(addr_format(&item->addr, text)));
	text_json_set(object, "ttl",
	    item->has_ttl ? text_json_sure(json_integer(item->ttl)) : json_null());
	text_json_set(object, "change",
	    text_json_string(record_change_name(item->change)));
	text_json_set(object, "reason", text_json_string(item->reason));
	if (item->age_us >= 0)
		text_json_set(object, "age_s", seconds(item->age_us));
	return object;
}

static json_t *
server(const struct fact_server *item)
{
	json_t *object = text_json_sure(json_object());
	const char *ifname = item->endpoint.ifname;
	bool learned = item->source != FACT_SOURCE_STATIC && ifname[0] != '\0';

	text_json_set(object, "address", endpoint(&item->endpoint));
	text_json_set(object, "source",
	    text_json_string(fact_source_name(item->source)));
	text_json_set(object, "interface", text_json_string(learned ? ifname : NULL));
	return object;
}

static json_t *
source(const struct report_source *item)
{
	json_t *object = text_json_sure(json_object());

	text_json_set(object, "source",
	    text_json_string(fact_source_name(item->source)));
	text_json_set(object, "interface", text_json_string(item->ifname));
	text_json_set(object, "available", json_boolean(item->available));
	text_json_set(object, "text", text_json_string(item->text));
	return object;
}

static json_t *
rule(const struct report_rule *item)
{
	json_t *object = text_json_sure(json_object());

	text_json_set(object, "id", text_json_string(item->id));
	text_json_set(object, "registration", text_json_string(item->registration));
	text_json_set(object, "verdict",
	    text_json_string(rule_verdict_name(item->verdict)));
	text_json_set(object, "message", text_json_string(item->message));
	return object;
}

static json_t *
endpoint(const struct endpoint *item)
{
	char text[ENDPOINT_TEXT_MAX];

	return text_json_string(endpoint_format(item, text));
}

/* src/dns/ has these names too; text/ does not reach into dns/ (the layers). */
static json_t *
rcode(int code)
{
	static const char *const names[] = { /* RFC 1035 4.1.1, RFC 2136 2.2 */
		"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
		"YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
	};
	char *text;
	json_t *value;

	if (code < 0)
		return json_null();
	if ((size_t)code < sizeof(names) / sizeof(names[0]))
		return text_json_string(names[code]);
	text = mem_printf("RCODE%d", code);
	value = text_json_string(text);
	free(text);
	return value;
}

/* One decimal, rounded. */
static json_t *
milliseconds(int64_t us)
{
	if (us < 0)
		return json_null();
	return text_json_sure(json_real((double)((us + 50) / 100) / 10.0));
}

json_t *
text_json_sure(json_t *value)
{
	if (value == NULL)
		abort();
	return value;
}

json_t *
text_json_string(const char *text)
{
	json_t *value;
	char *escaped;

	if (text == NULL)
		return json_null();
	value = json_string(text);
	if (value != NULL)
		return value;
	escaped = escape_text(text);
	value = text_json_sure(json_string(escaped));
	free(escaped);
	return value;
}

void
text_json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		abort();
}

void
text_json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

char *
text_json_finish(json_t *value, size_t flags)
{
	char *dump = json_dumps(value, flags);
	char *text;

	if (dump == NULL)
		abort();
	text = mem_printf("%s\n", dump);
	free(dump);
	json_decref(value);
	return text;
}
