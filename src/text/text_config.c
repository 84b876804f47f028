/*
 * text_config: ddnsupd.yaml(5) to a configuration (interface.md).
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "text_config.h"

#define SHOWN_MAX 60 /* octets of a wrong value that a message repeats */

static struct config *build(const char *text, size_t len, struct outline *outline,
    struct diag *diag);
static bool refuse_nulls(const struct outline *outline, struct diag *diag);
static void add_place(struct strbuf *out, const struct diag *diag, uint32_t line,
    uint32_t column, const char *key);
static void add_kind(struct strbuf *out, const struct node *node, const char *value);
static void add_shown(struct strbuf *out, const char *text);

struct config *
text_config(const char *text, size_t len, const char *file, char **error,
    struct strbuf *warnings)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct diag diag = { .file = file, .warnings = warnings };
	struct outline outline = { 0 };
	struct config *config;

	if (len == 0)
		text = ""; /* libyaml wants a place even for nothing */
	if (len >= 3 && memcmp(text, bom, 3) == 0) {
		text += 3;
		len -= 3;
	}
	config = build(text, len, &outline, &diag);
	outline_free(&outline);
	assert((config == NULL) == (diag.error != NULL));
	*error = diag.error;
	return config;
}

static struct config *
build(const char *text, size_t len, struct outline *outline, struct diag *diag)
{
	struct raw_config *raw;
	struct config *config = NULL;

	if (!outline_scan(outline, text, len, diag))
		return NULL;
	raw = schema_load(text, len, outline, diag);
	if (raw == NULL)
		return NULL;
	if (refuse_nulls(outline, diag))
		config = reader_run(raw, outline, diag);
	schema_free(raw);
	if (config != NULL && !twins_check(config, outline, diag)) {
		config_free(config);
		return NULL;
	}
	return config;
}

/* libcyaml takes a null for a text: "", "~" or "null".  Nothing may be null here. */
static bool
refuse_nulls(const struct outline *outline, struct diag *diag)
{
	for (size_t i = 0; i < outline->count; i++) {
		if (outline->nodes[i].null) {
			diag_value(diag, outline, &outline->nodes[i], NULL, NULL);
			return false;
		}
	}
	return true;
}

void
diag_error(struct diag *diag, uint32_t line, uint32_t column, const char *key,
    const char *format, ...)
{
	struct strbuf out = { 0 };
	va_list ap;

	assert(diag->error == NULL);
	add_place(&out, diag, line, column, key);
	va_start(ap, format);
	strbuf_vprintf(&out, format, ap);
	va_end(ap);
	diag->error = strbuf_take(&out);
}

void
diag_value(struct diag *diag, const struct outline *outline, const struct node *node,
    const char *value, const char *reason)
{
	bool item = node != outline->nodes && node->key_line == 0;
	const char *key = outline_key(outline, node);
	struct strbuf found = { 0 };
	char *path = outline_path(outline, node);

	if (item && node->kind == NODE_MAPPING && strcmp(key, "registrations") != 0)
		reason = "an IPv6 address that ends in a colon belongs in quotes";
	add_kind(&found, node, value);
	diag_error(diag, node->line, node->column, path, "must be %s%s%s%s%s",
	    schema_allowed(key, item), strbuf_text(&found), reason != NULL ? " (" : "",
	    reason != NULL ? reason : "", reason != NULL ? ")" : "");
	free(path);
	strbuf_free(&found);
}

void
diag_warning(struct diag *diag, const struct outline *outline,
    const struct node *node, const char *text)
{
	char *path;

	if (diag->warnings == NULL)
		return;
	path = outline_path(outline, node);
	add_place(diag->warnings, diag, node->line, node->column, path);
	strbuf_add(diag->warnings, text);
	strbuf_add(diag->warnings, "\n");
	free(path);
}

static void
add_place(struct strbuf *out, const struct diag *diag, uint32_t line, uint32_t column,
    const char *key)
{
	escape_add(out, diag->file, strlen(diag->file));
	strbuf_printf(out, ":%u:%u: ", (unsigned)line, (unsigned)column);
	add_shown(out, key);
	strbuf_add(out, ": ");
}

/* What stands there instead of what is allowed. */
static void
add_kind(struct strbuf *out, const struct node *node, const char *value)
{
	if (node->kind == NODE_MAPPING) {
		strbuf_add(out, ", not a mapping");
	} else if (node->kind == NODE_LIST) {
		strbuf_add(out, ", not a list");
	} else if (node->null) {
		strbuf_add(out, ", not empty");
	} else if (value == NULL) {
		strbuf_add(out, ", not a single value");
	} else {
		strbuf_add(out, ", not \"");
		add_shown(out, value);
		strbuf_add(out, "\"");
	}
}

static void
add_shown(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	escape_add(out, text, len < SHOWN_MAX ? len : SHOWN_MAX);
	if (len > SHOWN_MAX)
		strbuf_add(out, "...");
}
