/*
 * text_config_scan: the places of all values, and what libcyaml passes over.
 *
 * libcyaml knows the place of a value while it loads it, not afterwards, and not that
 * of a key.  One pass over libyaml's events keeps them all as a tree.  Depth is
 * bounded, so no file makes the stack or the parser grow with its nesting.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "ddnsupd/mem.h"

#include "text_config.h"

#define DEPTH_MAX 16     /* the deepest valid value stands at 5 */
#define CHECKED_KEYS 64  /* more keys than any mapping has: one of them is unknown */

/* A list or mapping still open. */
struct level {
	uint32_t node;
	uint32_t last;        /* its last child so far, 0: none */
	uint32_t count;
	uint32_t key;         /* a mapping's key that waits for its value */
	uint32_t key_line;    /* 0: none waits */
	uint32_t key_column;
};

struct scan {
	struct outline *outline;
	struct diag *diag;
	const char *text;
	size_t len;
	struct level levels[DEPTH_MAX];
	size_t depth;
	bool had_document;
};

static bool check_bytes(struct scan *scan);
static bool run(struct scan *scan, yaml_parser_t *parser);
static bool take(struct scan *scan, const yaml_event_t *event);
static bool take_document(struct scan *scan, const yaml_event_t *event);
static bool take_end(struct scan *scan);
static bool take_value(struct scan *scan, const yaml_event_t *event);
static bool refuse_marks(struct scan *scan, const yaml_event_t *event);
static bool take_scalar(struct scan *scan, const yaml_event_t *event);
static bool wants_key(const struct scan *scan);
static bool take_key(struct scan *scan, const yaml_event_t *event);
static bool check_doubled(struct scan *scan, const struct level *level);
static uint32_t add_node(struct scan *scan, const yaml_event_t *event);
static bool is_null(const yaml_event_t *event);
static void refuse(struct scan *scan, const yaml_event_t *event, const char *why);
static void report_syntax(struct scan *scan, const yaml_parser_t *parser);
static void report_offset(struct scan *scan, size_t offset, const char *why);
static bool tab_indents(const struct scan *scan, size_t line);
static bool double_colon(const struct scan *scan, size_t line);
static const char *line_start(const struct scan *scan, size_t line);

bool
outline_scan(struct outline *outline, const char *text, size_t len, struct diag *diag)
{
	struct scan scan = {
		.outline = outline, .diag = diag, .text = text, .len = len,
	};
	yaml_parser_t parser;
	bool ok;

	if (!check_bytes(&scan))
		return false;
	if (!yaml_parser_initialize(&parser))
		abort(); /* out of memory, as in mem.h */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	ok = run(&scan, &parser);
	yaml_parser_delete(&parser);
	return ok;
}

static bool
check_bytes(struct scan *scan)
{
	const char *nul;

	if (scan->len > TEXT_CONFIG_LEN_MAX) {
		diag_error(scan->diag, 1, 1, DIAG_FILE,
		    "the file must be at most 32 MiB");
		return false;
	}
	nul = scan->len > 0 ? memchr(scan->text, '\0', scan->len) : NULL;
	if (nul == NULL)
		return true;
	report_offset(scan, (size_t)(nul - scan->text),
	    "a NUL byte: the file must be text in UTF-8");
	return false;
}

static bool
run(struct scan *scan, yaml_parser_t *parser)
{
	yaml_event_t event;
	bool ok, more = true;

	while (more) {
		if (!yaml_parser_parse(parser, &event)) {
			report_syntax(scan, parser);
			return false;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		ok = take(scan, &event);
		yaml_event_delete(&event);
		if (!ok)
			return false;
	}
	return true;
}

static bool
take(struct scan *scan, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return take_document(scan, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		assert(scan->depth > 0);
		scan->depth--;
		return true;
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
	case YAML_ALIAS_EVENT:
		return take_value(scan, event);
	case YAML_STREAM_END_EVENT:
		return take_end(scan);
	default:
		return true;
	}
}

static bool
take_document(struct scan *scan, const yaml_event_t *event)
{
	if (scan->had_document) {
		refuse(scan, event, "a second document; the file must hold one");
		return false;
	}
	scan->had_document = true;
	return true;
}

/* Nothing, comments only, or a document of nothing. */
static bool
take_end(struct scan *scan)
{
	if (scan->outline->count > 0 && !scan->outline->nodes[0].null)
		return true;
	diag_error(scan->diag, 1, 1, DIAG_FILE,
	    "the file is empty; it must be %s", schema_allowed("", false));
	return false;
}

static bool
take_value(struct scan *scan, const yaml_event_t *event)
{
	uint32_t node;

	if (!refuse_marks(scan, event))
		return false;
	if (event->type == YAML_SCALAR_EVENT && !take_scalar(scan, event))
		return false;
	if (wants_key(scan))
		return take_key(scan, event);
	if (event->type != YAML_SCALAR_EVENT && scan->depth == DEPTH_MAX) {
		refuse(scan, event, "lists and mappings nested too deeply");
		return false;
	}
	node = add_node(scan, event);
	if (event->type != YAML_SCALAR_EVENT)
		scan->levels[scan->depth++] = (struct level){ .node = node };
	return true;
}

/* interface.md: no anchors or aliases.  A tag would be passed over by libcyaml, and a
 * file that says one thing must not be read as another. */
static bool
refuse_marks(struct scan *scan, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (event->type == YAML_ALIAS_EVENT) {
		refuse(scan, event, "aliases (*name) are not allowed; write the value");
		return false;
	} else if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor != NULL)
		refuse(scan, event, "anchors (&name) are not allowed; write the value");
	else if (tag != NULL)
		refuse(scan, event, "tags (!name) are not allowed; write the value");
	return anchor == NULL && tag == NULL;
}

static bool
take_scalar(struct scan *scan, const yaml_event_t *event)
{
	const yaml_char_t *value = event->data.scalar.value;

	for (size_t i = 0; i < event->data.scalar.length; i++) {
		if (value[i] < 0x20 || value[i] == 0x7f) {
			refuse(scan, event, "control characters and line breaks are "
			    "not allowed in keys and values");
			return false;
		}
	}
	return true;
}

static bool
wants_key(const struct scan *scan)
{
	const struct level *level;

	if (scan->depth == 0)
		return false;
	level = &scan->levels[scan->depth - 1];
	return scan->outline->nodes[level->node].kind == NODE_MAPPING &&
	    level->key_line == 0;
}

static bool
take_key(struct scan *scan, const yaml_event_t *event)
{
	struct level *level = &scan->levels[scan->depth - 1];
	struct strbuf *keys = &scan->outline->keys;

	if (event->type != YAML_SCALAR_EVENT) {
		refuse(scan, event, "a key must be a word, not a list or mapping");
		return false;
	}
	level->key = (uint32_t)keys->len;
	level->key_line = (uint32_t)event->start_mark.line + 1;
	level->key_column = (uint32_t)event->start_mark.column + 1;
	strbuf_add_bytes(keys, (const char *)event->data.scalar.value,
	    event->data.scalar.length + 1);
	return level->count >= CHECKED_KEYS || check_doubled(scan, level);
}

static bool
check_doubled(struct scan *scan, const struct level *level)
{
	const struct outline *outline = scan->outline;
	const struct node *first;
	struct strbuf path = { 0 };

	first = outline_child(outline, &outline->nodes[level->node],
	    outline->keys.s + level->key);
	if (first == NULL)
		return true;
	outline_add_path(outline, first, &path);
	diag_error(scan->diag, level->key_line, level->key_column, strbuf_text(&path),
	    "a key must stand once; the first is on line %u",
	    (unsigned)first->key_line);
	strbuf_free(&path);
	return false;
}

static uint32_t
add_node(struct scan *scan, const yaml_event_t *event)
{
	struct outline *outline = scan->outline;
	uint32_t at = (uint32_t)outline->count;
	struct level *level;
	struct node node = {
		.line = (uint32_t)event->start_mark.line + 1,
		.column = (uint32_t)event->start_mark.column + 1,
		.null = is_null(event),
	};

	node.kind = event->type == YAML_SCALAR_EVENT ? NODE_SCALAR
	    : event->type == YAML_SEQUENCE_START_EVENT ? NODE_LIST : NODE_MAPPING;
	outline->nodes = mem_grow(outline->nodes, &outline->cap, outline->count + 1,
	    sizeof(*outline->nodes));
	if (scan->depth > 0) {
		level = &scan->levels[scan->depth - 1];
		node.key = level->key;
		node.key_line = level->key_line;
		node.key_column = level->key_column;
		node.index = level->count++;
		node.parent = level->node;
		if (level->last != 0)
			outline->nodes[level->last].next = at;
		else
			outline->nodes[level->node].child = at;
		level->last = at;
		level->key_line = 0;
	}
	outline->nodes[outline->count++] = node;
	return at;
}

/* YAML 1.1 null, plain scalars only: "null" in quotes is a text. */
static bool
is_null(const yaml_event_t *event)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	if (event->type != YAML_SCALAR_EVENT ||
	    event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
		if (strcmp((const char *)event->data.scalar.value, nulls[i]) == 0)
			return true;
	}
	return false;
}

/* An error at an event, under the key it belongs to. */
static void
refuse(struct scan *scan, const yaml_event_t *event, const char *why)
{
	const struct level *level;
	const struct node *node;
	struct strbuf path = { 0 };

	if (scan->depth > 0) {
		level = &scan->levels[scan->depth - 1];
		node = &scan->outline->nodes[level->node];
		outline_add_path(scan->outline, node, &path);
		if (node->kind == NODE_LIST)
			strbuf_printf(&path, "[%u]", (unsigned)level->count);
		else if (level->key_line != 0)
			strbuf_printf(&path, "%s%s", path.len > 0 ? "." : "",
			    scan->outline->keys.s + level->key);
	}
	diag_error(scan->diag, (uint32_t)event->start_mark.line + 1,
	    (uint32_t)event->start_mark.column + 1,
	    path.len > 0 ? path.s : DIAG_FILE, "%s", why);
	strbuf_free(&path);
}

/* The reader of libyaml (encoding) has an offset only, scanner and parser a mark. */
static void
report_syntax(struct scan *scan, const yaml_parser_t *parser)
{
	const yaml_mark_t *mark = &parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		abort(); /* as in mem.h */
	if (parser->error == YAML_READER_ERROR) {
		report_offset(scan, parser->problem_offset,
		    "the file must be text in UTF-8 without control characters");
		return;
	}
	if (tab_indents(scan, mark->line)) {
		diag_error(scan->diag, (uint32_t)mark->line + 1,
		    (uint32_t)mark->column + 1, DIAG_FILE,
		    "a tab must not indent a line; use blanks");
		return;
	}
	diag_error(scan->diag, (uint32_t)mark->line + 1, (uint32_t)mark->column + 1,
	    DIAG_FILE, "syntax error: %s%s%s%s",
	    parser->context != NULL ? parser->context : "",
	    parser->context != NULL ? ", " : "", parser->problem,
	    double_colon(scan, mark->line) ? "; an IPv6 address that begins or ends in "
	    "a colon belongs in quotes" : "");
}

static void
report_offset(struct scan *scan, size_t offset, const char *why)
{
	uint32_t line = 1, column = 1;

	for (size_t i = 0; i < offset && i < scan->len; i++) {
		unsigned char c = (unsigned char)scan->text[i];

		if (c == '\n') {
			line++;
			column = 1;
		} else if (c < 0x80 || c >= 0xc0) {
			column++; /* the first octet of a character */
		}
	}
	diag_error(scan->diag, line, column, DIAG_FILE, "%s", why);
}

/* Does a tab stand before the first character of a line (counted from 0)? */
static bool
tab_indents(const struct scan *scan, size_t line)
{
	const char *end = scan->text + scan->len;

	for (const char *at = line_start(scan, line); at < end; at++) {
		if (*at != ' ')
			return *at == '\t';
	}
	return false;
}

static bool
double_colon(const struct scan *scan, size_t line)
{
	const char *end = scan->text + scan->len;

	for (const char *at = line_start(scan, line); at + 1 < end; at++) {
		if (*at == '\n')
			return false;
		if (at[0] == ':' && at[1] == ':')
			return true;
	}
	return false;
}

/* The end of the text when there is no such line. */
static const char *
line_start(const struct scan *scan, size_t line)
{
	const char *at = scan->text, *end = scan->text + scan->len;

	while (line-- > 0 && at < end) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at != NULL ? at + 1 : end;
	}
	return at;
}
