/*
 * text_state: the state file.
 *
 * One JSON object: "version", and "names", an array of one object a name, sorted by
 * name, with its records sorted by address, so that two writings of one state are the
 * same bytes.  Written for this program, but readable and repairable by hand.
 *
 * Reading is strict about the types and ranges of what we know and blind to keys we do
 * not know; names and addresses go through the same parsers as everything else from
 * outside.  A file is taken whole or not at all.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/text.h"
#include "text_json.h"

#define STATE_VERSION 1

static bool read_names(const json_t *list, struct state *);
static bool read_entry(const json_t *, struct state *);
static bool read_origin(const json_t *, struct state_entry *);
static bool read_asked(const json_t *, const char *key, uint32_t *ttl);
static bool read_record(const json_t *, struct state_entry *);
static bool read_name(const json_t *, const char *key, struct name *);
static bool read_word(const json_t *, const char *key, const char *const words[],
    unsigned count, unsigned *index);
static bool read_integer(const json_t *, const char *key, json_int_t max, json_int_t *);
static bool is_absent(const json_t *);
static json_t *write_entry(const struct state_entry *);
static json_t *write_record(const struct state_record *);
static json_t *write_name(const struct name *);

static const char *const asked_keys[2] = { "asked_ttl", "asked_ttl_aaaa" };

static const char *const mode_words[] = {
	[FQDN_SHARED] = "shared",
	[FQDN_DEDICATED] = "dedicated",
};

static const char *const holding_words[] = {
	[HOLDING_HELD] = "held",
	[HOLDING_MAYBE] = "maybe",
	[HOLDING_CONFIRMED] = "confirmed",
};

enum fault
text_state(const char *text, size_t len, struct state *state)
{
	json_t *top = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	enum fault fault = FAULT_TEXT_SYNTAX;
	json_int_t version;

	memset(state, 0, sizeof(*state));
	if (top == NULL)
		return fault;
	/* The version comes first: a newer file may mean anything by the rest. */
	if (!read_integer(top, "version", INT64_MAX, &version) || version < 1)
		fault = FAULT_TEXT_SYNTAX;
	else if (version > STATE_VERSION)
		fault = FAULT_TEXT_VERSION;
	else if (read_names(json_object_get(top, "names"), state))
		fault = FAULT_NONE;
	json_decref(top);
	if (fault != FAULT_NONE) {
		state_free(state);
		memset(state, 0, sizeof(*state));
	}
	return fault;
}

static bool
read_names(const json_t *list, struct state *state)
{
	size_t i;

	if (!json_is_array(list))
		return false;
	for (i = 0; i < json_array_size(list); i++) {
		if (!read_entry(json_array_get(list, i), state))
			return false;
	}
	return true;
}

static bool
read_entry(const json_t *object, struct state *state)
{
	const char *registration;
	const json_t *records;
	struct state_entry *entry;
	struct name fqdn;
	unsigned mode;
	size_t i;

	registration = json_string_value(json_object_get(object, "registration"));
	records = json_object_get(object, "records");
	if (!read_name(object, "fqdn", &fqdn) || registration == NULL ||
	    !read_word(object, "mode", mode_words, 2, &mode) ||
	    !json_is_array(records) || state_find(state, &fqdn) != NULL)
		return false;
	entry = state_ensure(state, &fqdn, (enum fqdn_mode)mode, registration);
	if (!read_origin(object, entry))
		return false;
	for (i = 0; i < json_array_size(records); i++) {
		if (!read_record(json_array_get(records, i), entry))
			return false;
	}
	return true;
}

/* What may be missing: where the last UPDATE went, and when. */
static bool
read_origin(const json_t *object, struct state_entry *entry)
{
	const json_t *zone = json_object_get(object, "zone");
	const json_t *server = json_object_get(object, "server");
	json_int_t refreshed = 0;

	if (!is_absent(zone)) {
		/* A zone that does not hold the name would lead an UPDATE astray. */
		if (!read_name(object, "zone", &entry->zone) ||
		    !name_is_within(&entry->fqdn, &entry->zone))
			return false;
		entry->has_zone = true;
	}
	if (!is_absent(server)) {
		if (!json_is_string(server) || endpoint_parse(&entry->server,
		    json_string_value(server)) != FAULT_NONE)
			return false;
		entry->has_server = true;
	}
	if (!is_absent(json_object_get(object, "refreshed")) &&
	    !read_integer(object, "refreshed", INT64_MAX, &refreshed))
		return false;
	entry->refreshed_s = refreshed;
	return read_asked(object, asked_keys[0], &entry->asked_ttl[0]) &&
	    read_asked(object, asked_keys[1], &entry->asked_ttl[1]);
}

static bool
read_asked(const json_t *object, const char *key, uint32_t *ttl)
{
	json_int_t number = 0;

	if (!is_absent(json_object_get(object, key)) &&
	    !read_integer(object, key, INT32_MAX, &number))
		return false;
	*ttl = (uint32_t)number;
	return true;
}

static bool
read_record(const json_t *object, struct state_entry *entry)
{
	const char *text = json_string_value(json_object_get(object, "address"));
	struct addr addr;
	json_int_t ttl;
	unsigned holding;

	if (text == NULL || addr_parse(&addr, text) != FAULT_NONE ||
	    !read_integer(object, "ttl", UINT32_MAX, &ttl) ||
	    !read_word(object, "holding", holding_words, 3, &holding) ||
	    state_entry_find(entry, &addr) != NULL)
		return false;
	state_entry_put(entry, &addr, (uint32_t)ttl, (enum holding)holding);
	return true;
}

static bool
read_name(const json_t *object, const char *key, struct name *name)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && name_parse(name, text) == FAULT_NONE;
}

static bool
read_word(const json_t *object, const char *key, const char *const words[],
    unsigned count, unsigned *index)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (text == NULL)
		return false;
	for (*index = 0; *index < count; (*index)++) {
		if (strcmp(text, words[*index]) == 0)
			return true;
	}
	return false;
}

static bool
read_integer(const json_t *object, const char *key, json_int_t max, json_int_t *value)
{
	const json_t *item = json_object_get(object, key);

	*value = json_integer_value(item);
	return json_is_integer(item) && *value >= 0 && *value <= max;
}

static bool
is_absent(const json_t *value)
{
	return value == NULL || json_is_null(value);
}

char *
text_from_state(const struct state *state)
{
	json_t *top = text_json_sure(json_object());
	json_t *list = text_json_sure(json_array());
	size_t i;

	text_json_set(top, "version", text_json_sure(json_integer(STATE_VERSION)));
	for (i = 0; i < state->count; i++)
		text_json_append(list, write_entry(state->entries[i]));
	text_json_set(top, "names", list);
	return text_json_finish(top, JSON_INDENT(1) | JSON_ENSURE_ASCII);
}

static json_t *
write_entry(const struct state_entry *entry)
{
	json_t *object = text_json_sure(json_object());
	json_t *records = text_json_sure(json_array());
	char server[ENDPOINT_TEXT_MAX];
	size_t i;

	text_json_set(object, "fqdn", write_name(&entry->fqdn));
	text_json_set(object, "mode", text_json_string(mode_words[entry->mode]));
	text_json_set(object, "registration", text_json_string(entry->registration));
	text_json_set(object, "zone",
	    entry->has_zone ? write_name(&entry->zone) : json_null());
	text_json_set(object, "server", !entry->has_server ? json_null() :
	    text_json_string(endpoint_format(&entry->server, server)));
	text_json_set(object, "refreshed",
	    text_json_sure(json_integer(entry->refreshed_s)));
	for (i = 0; i < 2; i++)
		text_json_set(object, asked_keys[i],
		    text_json_sure(json_integer(entry->asked_ttl[i])));
	for (i = 0; i < entry->record_count; i++)
		text_json_append(records, write_record(&entry->records[i]));
	text_json_set(object, "records", records);
	return object;
}

static json_t *
write_record(const struct state_record *record)
{
	json_t *object = text_json_sure(json_object());
	char text[ADDR_TEXT_MAX];

	text_json_set(object, "address",
	    text_json_string(addr_format(&record->addr, text)));
	text_json_set(object, "ttl", text_json_sure(json_integer(record->ttl)));
	text_json_set(object, "holding",
	    text_json_string(holding_words[record->holding]));
	return object;
}

static json_t *
write_name(const struct name *name)
{
	char text[NAME_TEXT_MAX];

	return text_json_string(name_format(name, text));
}
