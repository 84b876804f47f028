/*
 * text_status: what a daemon says of itself, for a person at an 80-column terminal.
 *
 *     ddnsupd 0.1.0, up 3 h 12 min, on pc1.corp.example
 *     DNS servers: 192.0.2.53 (static)
 *
 *     ok  amt  pc1-amt.corp.example  held
 *         A     192.0.2.10     kept     2 h ago
 *         updated  corp.example via 192.0.2.53, 3 ms, 2 h ago
 *         next     in 21 h
 *
 * The first two columns are for the eye: ok, .. (on its way), !! (somebody has to do
 * something).  What went wrong stands as the sentence it is, wrapped.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text_ctl.h"
#include "text_pen.h"
#include "text_servers.h"

#define INDENT 4
#define TYPE_COLUMNS 4     /* "AAAA" */
#define CHANGE_COLUMNS 7   /* "removed" */
#define LABEL_COLUMNS 9    /* "unchanged" */
#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

enum mark {
	MARK_GOOD,
	MARK_WAITS,
	MARK_BAD,
	MARK_OFF,
};

static void print_head(struct text_pen *pen, const struct report *report);
static void print_state_error(struct text_pen *pen, const struct report *report);
static void print_registration(struct text_pen *pen, const struct report *report,
    const struct report_registration *reg);
static enum mark mark_of(const struct report_registration *reg);
static bool is_among(const char *word, const char *const *list);
static void print_title(struct text_pen *pen, const struct report_registration *reg);
static void print_records(struct text_pen *pen, const struct report_registration *reg);
static void describe_record(const struct report_record *record, struct strbuf *out);
static void print_try(struct text_pen *pen, const struct report_registration *reg);
static void describe_try(const struct report_registration *reg, struct strbuf *out);
static void print_next(struct text_pen *pen, const struct report_registration *reg);
static void print_broken_rules(struct text_pen *pen, const struct report *report,
    const struct report_registration *reg);
static void print_line(struct text_pen *pen, const char *label, enum text_ink ink,
    const char *text);
static void add_time(int64_t us, struct strbuf *out);

void
text_ctl_status(const struct report *report, bool colour, unsigned width,
    struct strbuf *out)
{
	struct text_pen pen = {
		.out = out, .prefix = "", .width = width, .colour = colour,
	};

	print_head(&pen, report);
	text_servers(&pen, report);
	print_state_error(&pen, report);
	for (size_t i = 0; i < report->registration_count; i++)
		print_registration(&pen, report, &report->registrations[i]);
	if (report->registration_count == 0) {
		text_pen_begin(&pen, 0);
		text_pen_rest(&pen, "no registrations", INDENT);
		text_pen_end(&pen);
	}
}

static void
print_head(struct text_pen *pen, const struct report *report)
{
	const char *host = report->host_fqdn;
	struct strbuf text = {0};

	strbuf_printf(&text, "ddnsupd %s",
	    report->version != NULL ? report->version : "");
	if (report->uptime_us >= 0) {
		strbuf_add(&text, ", up ");
		add_time(report->uptime_us, &text);
	}
	strbuf_printf(&text, ", on %s",
	    host != NULL ? host : "a host whose FQDN is not known");
	text_pen_begin(pen, 0);
	text_pen_rest(pen, text.s, INDENT);
	text_pen_end(pen);
	strbuf_free(&text);
}

static void
print_state_error(struct text_pen *pen, const struct report *report)
{
	if (report->state_error == NULL)
		return;
	text_pen_begin(pen, 0);
	text_pen_cell(pen, "!!", 0, INK_BAD);
	text_pen_rest(pen, report->state_error, INDENT);
	text_pen_end(pen);
}

static void
print_registration(struct text_pen *pen, const struct report *report,
    const struct report_registration *reg)
{
	text_pen_begin(pen, 0);
	text_pen_end(pen);
	print_title(pen, reg);
	print_records(pen, reg);
	print_try(pen, reg);
	print_broken_rules(pen, report, reg);
	print_next(pen, reg);
}

/* The state says what stands now, the outcome how the last try went. */
static enum mark
mark_of(const struct report_registration *reg)
{
	static const char *const stopped[] = {"resting", "suspended", NULL};

	switch (reg->outcome) {
	case OUTCOME_FAILED:
	case OUTCOME_CONFLICT:
	case OUTCOME_REFUSED:
	case OUTCOME_INVALID:
		return MARK_BAD;
	case OUTCOME_DISABLED:
	case OUTCOME_WITHDRAWN:
		return MARK_OFF;
	default:
		if (reg->state == NULL || strcmp(reg->state, "held") == 0)
			return reg->outcome == OUTCOME_PENDING ? MARK_WAITS : MARK_GOOD;
		return is_among(reg->state, stopped) ? MARK_BAD : MARK_WAITS;
	}
}

static bool
is_among(const char *word, const char *const *list)
{
	while (*list != NULL && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

static void
print_title(struct text_pen *pen, const struct report_registration *reg)
{
	static const char *const texts[] = {
		[MARK_GOOD] = "ok", [MARK_WAITS] = "..", [MARK_BAD] = "!!",
		[MARK_OFF] = "--",
	};
	static const enum text_ink inks[] = {
		[MARK_GOOD] = INK_GOOD, [MARK_WAITS] = INK_NOTICE,
		[MARK_BAD] = INK_BAD, [MARK_OFF] = INK_NONE,
	};
	enum mark mark = mark_of(reg);
	const char *mode = reg->mode == FQDN_SHARED ? "shared" : "dedicated";

	text_pen_begin(pen, 0);
	text_pen_cell(pen, texts[mark], 0, inks[mark]);
	text_pen_cell(pen, reg->name, 0, INK_NONE);
	if (reg->fqdn == NULL || strcmp(reg->fqdn, reg->name) != 0)
		text_pen_cell(pen,
		    reg->fqdn != NULL ? reg->fqdn : "(FQDN not known)", 0,
		    INK_NONE);
	text_pen_cell(pen, mode, 0, INK_NONE);
	if (reg->state != NULL && mark != MARK_OFF)
		text_pen_cell(pen, reg->state, 0, inks[mark]);
	text_pen_end(pen);
}

static void
print_records(struct text_pen *pen, const struct report_registration *reg)
{
	unsigned columns = 0, len;
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < reg->record_count; i++) {
		len = (unsigned)strlen(addr_format(&reg->records[i].addr, text));
		columns = len > columns ? len : columns;
	}
	for (size_t i = 0; i < reg->record_count; i++) {
		const struct report_record *record = &reg->records[i];
		bool v4 = record->addr.family == FAMILY_IPV4;
		struct strbuf rest = {0};

		text_pen_begin(pen, INDENT);
		text_pen_cell(pen, v4 ? "A" : "AAAA", TYPE_COLUMNS, INK_NONE);
		text_pen_cell(pen, addr_format(&record->addr, text), columns, INK_NONE);
		text_pen_cell(pen, record_change_name(record->change), CHANGE_COLUMNS,
		    record->change == RECORD_PENDING ? INK_NOTICE : INK_NONE);
		describe_record(record, &rest);
		text_pen_rest(pen, strbuf_text(&rest), 2 * INDENT);
		text_pen_end(pen);
		strbuf_free(&rest);
	}
}

static void
describe_record(const struct report_record *record, struct strbuf *out)
{
	if (record->age_us >= 0) {
		add_time(record->age_us, out);
		strbuf_add(out, " ago");
	}
	if (record->has_ttl)
		strbuf_printf(out, "%sTTL %" PRIu32, out->len > 0 ? ", " : "",
		    record->ttl);
	if (record->reason != NULL)
		strbuf_printf(out, "%s(%s)", out->len > 0 ? " " : "", record->reason);
}

static void
print_try(struct text_pen *pen, const struct report_registration *reg)
{
	bool bad = mark_of(reg) == MARK_BAD;
	struct strbuf text = {0};

	describe_try(reg, &text);
	print_line(pen, outcome_name(reg->outcome), bad ? INK_BAD : INK_NONE,
	    strbuf_text(&text));
	strbuf_free(&text);
	if (reg->error != NULL)
		print_line(pen, "", INK_NONE, reg->error);
}

/* "corp.example via 192.0.2.53, 3 ms, 2 h ago", as much of it as is known. */
static void
describe_try(const struct report_registration *reg, struct strbuf *out)
{
	if (reg->zone != NULL)
		strbuf_add(out, reg->zone);
	if (reg->has_server) {
		strbuf_add(out, out->len > 0 ? " via " : "via ");
		text_server_add(out, &reg->server);
	}
	if (reg->elapsed_us >= 0)
		strbuf_printf(out, "%s%" PRId64 ".%" PRId64 " ms",
		    out->len > 0 ? ", " : "", reg->elapsed_us / 1000,
		    reg->elapsed_us % 1000 / 100);
	if (reg->tried_us >= 0) {
		strbuf_add(out, out->len > 0 ? ", " : "");
		add_time(reg->tried_us, out);
		strbuf_add(out, " ago");
	}
}

static void
print_next(struct text_pen *pen, const struct report_registration *reg)
{
	struct strbuf text = {0};

	if (reg->next_us <= 0)
		return; /* none, or it is at it */
	strbuf_add(&text, "in ");
	add_time(reg->next_us, &text);
	print_line(pen, mark_of(reg) == MARK_BAD ? "next try" : "next", INK_NONE,
	    text.s);
	strbuf_free(&text);
}

/* Those that the sentence has not said already. */
static void
print_broken_rules(struct text_pen *pen, const struct report *report,
    const struct report_registration *reg)
{
	for (size_t i = 0; i < report->rule_count; i++) {
		const struct report_rule *rule = &report->rules[i];
		char *label;

		if (rule->verdict != RULE_BROKEN ||
		    strcmp(rule->registration, reg->name) != 0 ||
		    (reg->error != NULL && strstr(reg->error, rule->message) != NULL))
			continue;
		label = mem_printf("%s broken", rule->id);
		print_line(pen, label, INK_BAD, rule->message);
		free(label);
	}
}

static void
print_line(struct text_pen *pen, const char *label, enum text_ink ink, const char *text)
{
	text_pen_begin(pen, INDENT);
	text_pen_cell(pen, label, LABEL_COLUMNS, label[0] != '\0' ? ink : INK_NONE);
	text_pen_rest(pen, text, 2 * INDENT);
	text_pen_end(pen);
}

/* Two units at most: "45 s", "12 min", "3 h 12 min", "2 d 4 h". */
static void
add_time(int64_t us, struct strbuf *out)
{
	int64_t s = us / CLOCK_S(1);

	if (s < MINUTE_S)
		strbuf_printf(out, "%" PRId64 " s", s);
	else if (s < HOUR_S)
		strbuf_printf(out, "%" PRId64 " min", s / MINUTE_S);
	else if (s < DAY_S && s % HOUR_S / MINUTE_S > 0)
		strbuf_printf(out, "%" PRId64 " h %" PRId64 " min", s / HOUR_S,
		    s % HOUR_S / MINUTE_S);
	else if (s < DAY_S)
		strbuf_printf(out, "%" PRId64 " h", s / HOUR_S);
	else if (s % DAY_S / HOUR_S > 0)
		strbuf_printf(out, "%" PRId64 " d %" PRId64 " h", s / DAY_S,
		    s % DAY_S / HOUR_S);
	else
		strbuf_printf(out, "%" PRId64 " d", s / DAY_S);
}
