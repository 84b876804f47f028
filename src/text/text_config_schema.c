/*
 * text_config_schema: the keys of ddnsupd.yaml(5), and libcyaml's judgement of them.
 *
 * libcyaml tells people what is wrong in several log lines: the complaint, then a
 * backtrace from the value outwards.  The callback keeps the complaint and the way; the
 * outline turns the way into an exact place.  Numbers are loaded as texts: libcyaml
 * would take 0x10, 010 and " 9".  Booleans are loaded as words: it would take any other
 * word for true.
 */
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"

#include "text_config.h"

#define STEPS_MAX 8       /* of a way into the file; the longest has 3 */
#define KEY_MAX 32        /* longer than every key of the schema */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define COUNT32(array) ((uint32_t)COUNT(array))

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define WORD (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define LIST (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

/* One key of struct `of`: a text, one of some words, a boolean, a list. */
#define TEXT_KEY(of, key, member) \
	CYAML_FIELD_STRING_PTR(key, OPTIONAL, struct of, member, 0, CYAML_UNLIMITED)
#define WORD_KEY(of, key, member, words) \
	CYAML_FIELD_ENUM(key, WORD, struct of, member, words, COUNT32(words))
#define BOOL_KEY(of, key, member, words) \
	CYAML_FIELD_ENUM(key, WORD | CYAML_FLAG_CASE_INSENSITIVE, struct of, member, \
	    words, COUNT32(words))
#define LIST_KEY(of, key, member, entry) \
	CYAML_FIELD_SEQUENCE(key, LIST, struct of, member, &(entry), 0, CYAML_UNLIMITED)

static const cyaml_strval_t yes_words[] = {
	{ "true", true }, { "yes", true }, { "on", true },
	{ "false", false }, { "no", false }, { "off", false },
};

/* `enabled` is kept as its contrary, so that a zeroed struct is the default. */
static const cyaml_strval_t no_words[] = {
	{ "true", false }, { "yes", false }, { "on", false },
	{ "false", true }, { "no", true }, { "off", true },
};

static const cyaml_strval_t source_words[] = {
	{ "static", DNS_SOURCE_STATIC }, { "dhcp", DNS_SOURCE_DHCP },
};

static const cyaml_strval_t transport_words[] = {
	{ "auto", TRANSPORT_AUTO }, { "tcp", TRANSPORT_TCP },
};

static const cyaml_strval_t fqdn_words[] = {
	{ "shared", FQDN_SHARED }, { "dedicated", FQDN_DEDICATED },
};

static const cyaml_strval_t family_words[] = {
	{ "auto", FAMILY_USE_AUTO }, { "none", FAMILY_USE_NONE },
};

static const cyaml_strval_t conflict_words[] = {
	{ "replace", ON_CONFLICT_REPLACE }, { "keep", ON_CONFLICT_KEEP },
};

static const cyaml_schema_value_t text_entry = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t registration_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_DEFAULT, struct raw_registration,
	    name, 0, CYAML_UNLIMITED),
	BOOL_KEY(raw_registration, "enabled", disabled, no_words),
	WORD_KEY(raw_registration, "fqdn", mode, fqdn_words),
	TEXT_KEY(raw_registration, "host-name", host_name),
	TEXT_KEY(raw_registration, "domain-name", domain_name),
	TEXT_KEY(raw_registration, "interface", interface),
	TEXT_KEY(raw_registration, "host-interface", host_interface),
	WORD_KEY(raw_registration, "ipv4", ipv4, family_words),
	WORD_KEY(raw_registration, "ipv6", ipv6, family_words),
	LIST_KEY(raw_registration, "addresses", addresses, text_entry),
	BOOL_KEY(raw_registration, "temporary-addresses", temporary_addresses,
	    yes_words),
	TEXT_KEY(raw_registration, "ttl", ttl),
	TEXT_KEY(raw_registration, "periodic-update", periodic_update),
	WORD_KEY(raw_registration, "on-conflict", on_conflict, conflict_words),
	BOOL_KEY(raw_registration, "withdraw-on-stop", withdraw_on_stop, yes_words),
	BOOL_KEY(raw_registration, "override-dhcp-server", override_dhcp_server,
	    yes_words),
	BOOL_KEY(raw_registration, "allow-top-level-zone", allow_top_level_zone,
	    yes_words),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t registration_entry = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_registration,
	    registration_fields),
};

static const cyaml_schema_field_t dns_fields[] = {
	WORD_KEY(raw_dns, "source", source, source_words),
	LIST_KEY(raw_dns, "servers", servers, text_entry),
	LIST_KEY(raw_dns, "dhcp-sources", dhcp_sources, text_entry),
	LIST_KEY(raw_dns, "primary", primary, text_entry),
	WORD_KEY(raw_dns, "transport", transport, transport_words),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t top_fields[] = {
	TEXT_KEY(raw_config, "amt-release", amt_release),
	TEXT_KEY(raw_config, "state-directory", state_directory),
	TEXT_KEY(raw_config, "control-socket", control_socket),
	CYAML_FIELD_MAPPING("dns", OPTIONAL, struct raw_config, dns, dns_fields),
	LIST_KEY(raw_config, "registrations", registrations, registration_entry),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t top_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_config, top_fields),
};

/* What people are told; keys mean the same wherever they stand. */
static const struct {
	const char *key;
	bool item;
	const char *allowed;
} allowed_table[] = {
	{ "", false, "a mapping of amt-release, state-directory, control-socket, dns "
	    "and registrations" },
	{ "amt-release", false, "a whole number from 1 to 99, the release of "
	    "Intel AMT" },
	{ "state-directory", false, "the path of a directory" },
	{ "control-socket", false, "the path of a socket, 1 to 107 octets" },
	{ "dns", false, "a mapping of source, servers, dhcp-sources, primary and "
	    "transport" },
	{ "source", false, "static or dhcp" },
	{ "servers", false, "a list of servers" },
	{ "servers", true, "a server ADDRESS[%INTERFACE][#PORT], IPv6 without "
	    "brackets" },
	{ "dhcp-sources", false, "a list of one or more of lease, observed, inform, "
	    "dhcpv6, ra and hook" },
	{ "dhcp-sources", true, "lease, observed, inform, dhcpv6, ra or hook, each at "
	    "most once" },
	{ "primary", false, "a list of host names or servers" },
	{ "primary", true, "a host name or a server ADDRESS[%INTERFACE][#PORT], "
	    "IPv6 without brackets" },
	{ "transport", false, "auto or tcp" },
	{ "registrations", false, "a list of registrations" },
	{ "registrations", true, "a mapping with the key name, and more" },
	{ "name", false, "1 to 63 printable ASCII characters without blanks" },
	{ "enabled", false, "true or false" },
	{ "fqdn", false, "shared or dedicated" },
	{ "host-name", false, "one label of letters, digits and inner hyphens, at most "
	    "63 octets" },
	{ "domain-name", false, "labels of letters, digits and inner hyphens with dots "
	    "between them" },
	{ "interface", false, "the name of an interface, 1 to 15 characters without "
	    "blanks, slashes and colons" },
	{ "host-interface", false, "the name of an interface, 1 to 15 characters "
	    "without blanks, slashes and colons" },
	{ "ipv4", false, "auto or none" },
	{ "ipv6", false, "auto or none" },
	{ "addresses", false, "a list of IPv4 or IPv6 addresses" },
	{ "addresses", true, "an IPv4 or IPv6 address, and not a loopback, link-local, "
	    "multicast or unspecified one" },
	{ "temporary-addresses", false, "true or false" },
	{ "ttl", false, "a whole number of seconds" },
	{ "periodic-update", false, "a whole number of minutes" },
	{ "on-conflict", false, "replace or keep" },
	{ "withdraw-on-stop", false, "true or false" },
	{ "override-dhcp-server", false, "true or false" },
	{ "allow-top-level-zone", false, "true or false" },
};

/* One step of the way into the file: a key, or an item when the key is "". */
struct step {
	char key[KEY_MAX];
	unsigned item;        /* from 0 */
};

/* What libcyaml said, and the way to it from the value outwards. */
struct complaint {
	struct strbuf text;   /* its first line, without "Load: " */
	struct step steps[STEPS_MAX];
	size_t step_count;
	bool in_backtrace;
};

static cyaml_config_t settings(struct complaint *complaint);
static void on_log(cyaml_log_t level, void *ctx, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));
static void add_step(struct complaint *complaint, const char *line);
static void *memory(void *ctx, void *bytes, size_t size);
static void explain(cyaml_err_t err, const struct complaint *complaint,
    const struct outline *outline, struct diag *diag);
static const struct node *follow(const struct complaint *complaint, bool to_mapping,
    const struct outline *outline);
static void unknown_key(const struct complaint *complaint, const struct node *mapping,
    const struct outline *outline, struct diag *diag);
static void refuse_host_os_fqdn(const struct node *node, const char *path,
    struct diag *diag);
static void missing_key(const struct complaint *complaint, const struct node *mapping,
    const struct outline *outline, struct diag *diag);
static const char *after(const char *text, const char *prefix);
static void add_known_keys(struct strbuf *out, const struct node *mapping,
    const struct outline *outline);

struct raw_config *
schema_load(const char *text, size_t len, const struct outline *outline,
    struct diag *diag)
{
	struct complaint complaint = { 0 };
	cyaml_config_t config = settings(&complaint);
	struct raw_config *raw = NULL;
	cyaml_err_t err;

	err = cyaml_load_data((const uint8_t *)text, len, &config, &top_value,
	    (cyaml_data_t **)&raw, NULL);
	if (err != CYAML_OK) {
		explain(err, &complaint, outline, diag);
		raw = NULL;
	}
	strbuf_free(&complaint.text);
	return raw;
}

void
schema_free(struct raw_config *raw)
{
	cyaml_config_t config = settings(NULL);

	cyaml_free(&config, &top_value, raw, 0);
}

const char *
schema_allowed(const char *key, bool item)
{
	for (size_t i = 0; i < COUNT(allowed_table); i++) {
		if (strcmp(allowed_table[i].key, key) == 0 &&
		    allowed_table[i].item == item)
			return allowed_table[i].allowed;
	}
	return "a single value";
}

static cyaml_config_t
settings(struct complaint *complaint)
{
	return (cyaml_config_t){
		.log_fn = complaint != NULL ? on_log : NULL,
		.log_ctx = complaint,
		.mem_fn = memory,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

static void
on_log(cyaml_log_t level, void *ctx, const char *format, va_list ap)
{
	struct complaint *complaint = ctx;
	struct strbuf text = { 0 };
	const char *line;

	(void)level;
	strbuf_vprintf(&text, format, ap);
	if (text.len > 0 && text.s[text.len - 1] == '\n')
		text.s[text.len - 1] = '\0';
	line = strbuf_text(&text);
	if (complaint->in_backtrace)
		add_step(complaint, line);
	else if (strcmp(line, "Load: Backtrace:") == 0)
		complaint->in_backtrace = true;
	else if (complaint->text.len == 0 && after(line, "Load: ") != NULL)
		strbuf_add(&complaint->text, after(line, "Load: "));
	strbuf_free(&text);
}

/* libcyaml 1.3.1: "  in mapping field 'KEY' (line: N, column: N)", "  in sequence entry
 * 'N' (...)" counted from 1, "  in mapping (...)" when no key is open. */
static void
add_step(struct complaint *complaint, const char *line)
{
	struct step step = { .key = "" };

	if (complaint->step_count == STEPS_MAX)
		return;
	if (sscanf(line, "  in mapping field '%31[^']'", step.key) == 1) {
		complaint->steps[complaint->step_count++] = step;
	} else if (sscanf(line, "  in sequence entry '%u'", &step.item) == 1) {
		step.item -= step.item > 0;
		complaint->steps[complaint->step_count++] = step;
	}
}

/*
 * realloc() and free() in one, as libcyaml wants it.  It grows a list by one item at a
 * time: doubling here keeps a long list from being copied once an item.
 */
static void *
memory(void *ctx, void *bytes, size_t size)
{
	union head {
		size_t cap;
		max_align_t align;
	} *head = bytes != NULL ? (union head *)bytes - 1 : NULL;
	size_t cap = head != NULL ? head->cap : 0;

	(void)ctx;
	if (size == 0) {
		free(head);
		return NULL;
	}
	head = mem_grow(head, &cap, sizeof(*head) + size, 1);
	head->cap = cap;
	return head + 1;
}

static void
explain(cyaml_err_t err, const struct complaint *complaint,
    const struct outline *outline, struct diag *diag)
{
	const char *said = strbuf_text(&complaint->text);
	const struct node *node;

	switch (err) {
	case CYAML_ERR_INVALID_KEY:
		node = follow(complaint, true, outline);
		unknown_key(complaint, node, outline, diag);
		break;
	case CYAML_ERR_MAPPING_FIELD_MISSING:
		node = follow(complaint, true, outline);
		missing_key(complaint, node, outline, diag);
		break;
	case CYAML_ERR_INVALID_VALUE:
		node = follow(complaint, false, outline);
		diag_value(diag, outline, node, after(said, "Invalid ENUM value: "),
		    NULL);
		break;
	default:
		node = follow(complaint, false, outline);
		diag_error(diag, node->line, node->column, DIAG_FILE,
		    "the file does not load: %s", cyaml_strerror(err));
		break;
	}
}

/*
 * The value at the end of the way, or as much of the way as there is.  `to_mapping`:
 * the complaint is about a mapping as a whole, and a last step into one of its keys is
 * left over from what libcyaml read before.
 */
static const struct node *
follow(const struct complaint *complaint, bool to_mapping,
    const struct outline *outline)
{
	const struct node *node = outline->nodes, *next;
	const struct step *step;

	for (size_t i = complaint->step_count; i-- > 0;) {
		step = &complaint->steps[i];
		next = step->key[0] != '\0' ? outline_child(outline, node, step->key)
		    : outline_item(outline, node, step->item);
		if (next == NULL || (to_mapping && i == 0 && step->key[0] != '\0' &&
		    next->kind != NODE_MAPPING))
			break;
		node = next;
	}
	return node;
}

static void
unknown_key(const struct complaint *complaint, const struct node *mapping,
    const struct outline *outline, struct diag *diag)
{
	const char *key = after(strbuf_text(&complaint->text), "Unexpected key: ");
	const struct node *node = NULL;
	struct strbuf known = { 0 };
	char *path;

	if (key != NULL)
		node = outline_child(outline, mapping, key);
	if (node == NULL) {
		/* Another libcyaml, which words it otherwise. */
		node = mapping;
		key = "";
	}
	path = outline_path(outline, node);
	if (strcasecmp(key, "host-os-fqdn") == 0 ||
	    strcasecmp(key, "HostOSFQDN") == 0) {
		refuse_host_os_fqdn(node, path, diag);
	} else {
		add_known_keys(&known, mapping, outline);
		diag_error(diag, node->key_line != 0 ? node->key_line : node->line,
		    node->key_line != 0 ? node->key_column : node->column, path,
		    "unknown key; the keys here are %s", strbuf_text(&known));
	}
	strbuf_free(&known);
	free(path);
}

/* Mission R8: a key that people look for, and that must say why there is none. */
static void
refuse_host_os_fqdn(const struct node *node, const char *path, struct diag *diag)
{
	diag_error(diag, node->key_line, node->key_column, path,
	    "cannot be set (R8): HostOSFQDN is read only, it is taken from the "
	    "operating system and shown by ddnsctl status");
}

static void
missing_key(const struct complaint *complaint, const struct node *mapping,
    const struct outline *outline, struct diag *diag)
{
	const char *key = after(strbuf_text(&complaint->text),
	    "Missing required mapping field: ");
	char *path = outline_path(outline, mapping);

	key = key != NULL ? key : "name";
	diag_error(diag, mapping->line, mapping->column, path,
	    "the key %s is missing: it must be %s", key, schema_allowed(key, false));
	free(path);
}

static const char *
after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static void
add_known_keys(struct strbuf *out, const struct node *mapping,
    const struct outline *outline)
{
	const cyaml_schema_field_t *fields = registration_fields;

	if (mapping == outline->nodes)
		fields = top_fields;
	else if (strcmp(outline_key(outline, mapping), "dns") == 0)
		fields = dns_fields;
	for (size_t i = 0; fields[i].key != NULL; i++)
		strbuf_printf(out, "%s%s", i > 0 ? ", " : "", fields[i].key);
}
