/*
 * text_report: a report for a person.
 *
 * One aligned line a record: FQDN, type, address, change, detail.  A registration
 * without records, or with an error, has a line with its outcome and the sentence. 
 * When the columns do not fit the width, the FQDN stands on a line of its own and the
 * rest is indented below it.
 *
 * --check puts a table of the rules before the results, and the DNS servers behind them
 * where DHCP has a say.  A dry run is input for
 * nsupdate: its text as it is, every other line a comment (";", nsupdate(1)).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"
#include "text_pen.h"
#include "text_servers.h"

#define INDENT 4
#define TYPE_COLUMNS 4     /* "AAAA" */
#define ADDRESS_COLUMNS 13 /* at least: most lines of most runs then agree */
#define CHANGE_COLUMNS 9
#define OUTCOME_COLUMNS 9
#define RULE_COLUMNS 3     /* "R18" */
#define VERDICT_COLUMNS 14 /* "not-applicable" */

struct layout {
	unsigned fqdn;         /* columns */
	unsigned address;
	bool stacked;          /* the FQDN on a line of its own */
};

static void set_layout(const struct report *, const struct text_pen *, struct layout *);
static unsigned measure(const struct report_registration *, size_t i, struct layout *);
static unsigned larger(unsigned, unsigned);
static void print_registration(struct text_pen *, const struct layout *,
    const struct report_registration *);
static void print_record(struct text_pen *, const struct layout *,
    const struct report_registration *, size_t i);
static void describe_record(const struct report_registration *, size_t i,
    struct strbuf *);
static void print_outcome(struct text_pen *, const struct layout *,
    const struct report_registration *);
static void begin(struct text_pen *, const struct layout *,
    const struct report_registration *);
static void describe_try(const struct report_registration *, struct strbuf *);
static size_t print_rules(struct text_pen *, const struct report *, size_t at,
    const struct report_registration *);
static void print_rule(struct text_pen *, const struct report_rule *);
static bool tells_more(const struct report *, size_t first, size_t end,
    const struct report_registration *);
static const char *title(const struct report_registration *);
static enum text_ink change_ink(enum record_change);
static enum text_ink outcome_ink(enum outcome);

void
text_report(const struct report *report, bool colour, unsigned width,
    struct strbuf *out)
{
	struct text_pen pen = { .out = out, .width = width, .colour = colour };
	struct layout layout;
	size_t i, first, rule = 0;

	pen.prefix = report->dry_run ? "; " : "";
	set_layout(report, &pen, &layout);
	for (i = 0; i < report->registration_count; i++) {
		const struct report_registration *reg = &report->registrations[i];

		if (report->dry_run && reg->nsupdate != NULL) {
			strbuf_add(out, reg->nsupdate);
			if (out->len > 0 && out->s[out->len - 1] != '\n')
				strbuf_add(out, "\n");
		}
		first = rule;
		rule = print_rules(&pen, report, rule, reg);
		if (rule == first || tells_more(report, first, rule, reg))
			print_registration(&pen, &layout, reg);
	}
	while (rule < report->rule_count)
		rule = print_rules(&pen, report, rule, NULL);
	if (report->has_rules && report->source_count > 0)
		text_servers(&pen, report);
	if (report->error != NULL) {
		text_pen_begin(&pen, 0);
		text_pen_cell(&pen, "error:", 0, INK_BAD);
		pen.owed = 1;
		text_pen_rest(&pen, report->error, INDENT);
		text_pen_end(&pen);
	}
}

/* Columns as wide as the widest of all registrations, so that lines stand in line. */
static void
set_layout(const struct report *report, const struct text_pen *pen,
    struct layout *layout)
{
	unsigned rest = 0, columns;
	size_t i, j;

	*layout = (struct layout){ .address = ADDRESS_COLUMNS };
	for (i = 0; i < report->registration_count; i++) {
		const struct report_registration *reg = &report->registrations[i];

		layout->fqdn = larger(layout->fqdn, text_pen_columns(title(reg)));
		for (j = 0; j < reg->record_count; j++)
			rest = larger(rest, measure(reg, j, layout));
	}
	columns = layout->fqdn;
	if (rest > 0)
		columns += TYPE_COLUMNS + layout->address + CHANGE_COLUMNS +
		    3 * TEXT_PEN_GAP + rest;
	columns += (unsigned)strlen(pen->prefix);
	layout->stacked = pen->width > 0 && columns > pen->width;
}

/* Widen the column of addresses; return the columns of the detail and its gap, at
 * least 1. */
static unsigned
measure(const struct report_registration *reg, size_t i, struct layout *layout)
{
	struct strbuf detail = { 0 };
	char text[ADDR_TEXT_MAX];
	unsigned columns = 1;

	addr_format(&reg->records[i].addr, text);
	layout->address = larger(layout->address, (unsigned)strlen(text));
	describe_record(reg, i, &detail);
	if (detail.len > 0)
		columns = TEXT_PEN_GAP + text_pen_columns(detail.s);
	strbuf_free(&detail);
	return columns;
}

static unsigned
larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static void
print_registration(struct text_pen *pen, const struct layout *layout,
    const struct report_registration *reg)
{
	size_t i;

	if (layout->stacked) {
		text_pen_begin(pen, 0);
		text_pen_cell(pen, title(reg), 0, INK_NONE);
		text_pen_end(pen);
	}
	for (i = 0; i < reg->record_count; i++)
		print_record(pen, layout, reg, i);
	if (reg->record_count == 0 || reg->error != NULL)
		print_outcome(pen, layout, reg);
}

static void
print_record(struct text_pen *pen, const struct layout *layout,
    const struct report_registration *reg, size_t i)
{
	const struct report_record *record = &reg->records[i];
	struct strbuf detail = { 0 };
	char text[ADDR_TEXT_MAX];

	begin(pen, layout, reg);
	text_pen_cell(pen, record->addr.family == FAMILY_IPV4 ? "A" : "AAAA",
	    TYPE_COLUMNS, INK_NONE);
	text_pen_cell(pen, addr_format(&record->addr, text), layout->address, INK_NONE);
	text_pen_cell(pen, record_change_name(record->change), CHANGE_COLUMNS,
	    change_ink(record->change));
	describe_record(reg, i, &detail);
	text_pen_rest(pen, strbuf_text(&detail), 2 * INDENT);
	text_pen_end(pen);
	strbuf_free(&detail);
}

/* The first record that was not left out says where, and how long it took. */
static void
describe_record(const struct report_registration *reg, size_t i, struct strbuf *out)
{
	size_t first = 0;

	while (first < reg->record_count &&
	    reg->records[first].change == RECORD_SKIPPED)
		first++;
	if (i == first)
		describe_try(reg, out);
	if (reg->records[i].reason != NULL)
		strbuf_printf(out, "%s(%s)", out->len > 0 ? " " : "",
		    reg->records[i].reason);
}

static void
print_outcome(struct text_pen *pen, const struct layout *layout,
    const struct report_registration *reg)
{
	struct strbuf detail = { 0 };

	if (reg->error == NULL)
		describe_try(reg, &detail);
	begin(pen, layout, reg);
	text_pen_cell(pen, outcome_name(reg->outcome), OUTCOME_COLUMNS,
	    outcome_ink(reg->outcome));
	text_pen_rest(pen, reg->error != NULL ? reg->error : strbuf_text(&detail),
	    layout->stacked ? 2 * INDENT : INDENT);
	text_pen_end(pen);
	strbuf_free(&detail);
}

static void
begin(struct text_pen *pen, const struct layout *layout,
    const struct report_registration *reg)
{
	text_pen_begin(pen, layout->stacked ? INDENT : 0);
	if (!layout->stacked)
		text_pen_cell(pen, title(reg), layout->fqdn, INK_NONE);
}

/* "corp.example via 192.0.2.53, 3 ms", as much of it as is known. */
static void
describe_try(const struct report_registration *reg, struct strbuf *out)
{
	if (reg->zone != NULL)
		strbuf_add(out, reg->zone);
	if (reg->has_server) {
		strbuf_add(out, out->len > 0 ? " via " : "via ");
		text_server_add(out, &reg->server);
	}
	if (reg->elapsed_us >= 1000)
		strbuf_printf(out, "%s%" PRId64 " ms", out->len > 0 ? ", " : "",
		    (reg->elapsed_us + 500) / 1000);
	else if (reg->elapsed_us >= 0)
		strbuf_printf(out, "%s%" PRId64 " us", out->len > 0 ? ", " : "",
		    reg->elapsed_us);
}

/*
 * The rules of one registration, which stand together from index `at` on; returns the
 * index behind them.  reg NULL: of whatever registration stands at `at`.
 */
static size_t
print_rules(struct text_pen *pen, const struct report *report, size_t at,
    const struct report_registration *reg)
{
	const struct report_rule *list = report->rules;
	const char *name;
	char *heading;

	if (at >= report->rule_count ||
	    (reg != NULL && strcmp(list[at].registration, reg->name) != 0))
		return at;
	name = list[at].registration;
	if (reg == NULL || reg->fqdn == NULL || strcmp(reg->fqdn, name) == 0)
		heading = mem_text(name);
	else
		heading = mem_printf("%s (%s)", name, reg->fqdn);
	text_pen_begin(pen, 0);
	text_pen_cell(pen, heading, 0, INK_NONE);
	if (reg != NULL)
		text_pen_cell(pen, reg->mode == FQDN_SHARED ? "shared" : "dedicated", 0,
		    INK_NONE);
	text_pen_end(pen);
	free(heading);
	for (; at < report->rule_count &&
	    strcmp(list[at].registration, name) == 0; at++)
		print_rule(pen, &list[at]);
	return at;
}

static void
print_rule(struct text_pen *pen, const struct report_rule *rule)
{
	enum text_ink ink = rule->verdict == RULE_BROKEN ? INK_BAD :
	    rule->verdict == RULE_UNKNOWN ? INK_NOTICE : INK_NONE;

	text_pen_begin(pen, 0);
	text_pen_cell(pen, rule->verdict == RULE_BROKEN ? "!" : " ", 0, ink);
	pen->owed = 1;
	text_pen_cell(pen, rule->id, RULE_COLUMNS, ink);
	text_pen_cell(pen, rule_verdict_name(rule->verdict), VERDICT_COLUMNS, ink);
	text_pen_rest(pen, rule->message, 2 * INDENT);
	text_pen_end(pen);
}

/* Below its rules: is there a result that they did not say already? */
static bool
tells_more(const struct report *report, size_t first, size_t end,
    const struct report_registration *reg)
{
	size_t i;

	if (reg->record_count > 0)
		return true;
	if (reg->outcome == OUTCOME_PENDING)
		return reg->error != NULL;
	for (i = first; i < end && reg->outcome == OUTCOME_INVALID; i++) {
		if (report->rules[i].verdict == RULE_BROKEN)
			return false;
	}
	return true;
}

static const char *
title(const struct report_registration *reg)
{
	return reg->fqdn != NULL ? reg->fqdn : reg->name;
}

static enum text_ink
change_ink(enum record_change change)
{
	static const enum text_ink inks[] = {
		[RECORD_ADDED] = INK_GOOD,
		[RECORD_KEPT] = INK_NONE,
		[RECORD_REMOVED] = INK_GOOD,
		[RECORD_PENDING] = INK_NOTICE,
		[RECORD_SKIPPED] = INK_NOTICE,
	};

	return inks[change];
}

static enum text_ink
outcome_ink(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_FAILED:
	case OUTCOME_CONFLICT:
	case OUTCOME_REFUSED:
	case OUTCOME_INVALID:
		return INK_BAD;
	case OUTCOME_PENDING:
		return INK_NOTICE;
	case OUTCOME_UPDATED:
	case OUTCOME_UNCHANGED:
	case OUTCOME_WITHDRAWN:
	case OUTCOME_DISABLED:
	case OUTCOME_PLANNED:
		return INK_NONE;
	}
	return INK_NONE;
}
