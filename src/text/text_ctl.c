/*
 * text_ctl: what goes between daemon and control client, as text.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text_ctl.h"
#include "text_ctl_read.h"
#include "text_json.h"

static const char *level_name(enum note_level level);

char *
text_ctl_note(const char *time, enum note_level level, const char *subject,
    const char *text)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "%s %s ", time, level_name(level));
	if (subject != NULL) {
		escape_add(&line, subject, strlen(subject));
		strbuf_add(&line, ": ");
	}
	escape_add(&line, text, strlen(text));
	return strbuf_take(&line);
}

char *
text_ctl_note_json(const char *time, enum note_level level, const char *subject,
    const char *text)
{
	json_t *object = text_json_sure(json_object());
	char *line;

	text_json_set(object, "time", text_json_string(time));
	text_json_set(object, "level", text_json_string(level_name(level)));
	text_json_set(object, "subject", text_json_string(subject));
	text_json_set(object, "text", text_json_string(text));
	line = text_json_finish(object, TEXT_JSON_LINE);
	line[strlen(line) - 1] = '\0';
	return line;
}

char *
text_ctl_request(const char *command, const char *name, bool json)
{
	json_t *object = text_json_sure(json_object());

	text_json_set(object, "command", text_json_string(command));
	if (name != NULL)
		text_json_set(object, "name", text_json_string(name));
	if (json)
		text_json_set(object, "json", json_true());
	return text_json_finish(object, TEXT_JSON_LINE);
}

enum fault
text_ctl_reply(const char *line, size_t len, struct text_ctl_reply *reply)
{
	json_t *object = json_loadb(line, len, 0, NULL), *report;
	enum fault fault = FAULT_TEXT_SYNTAX;

	*reply = (struct text_ctl_reply){.report.uptime_us = -1};
	if (json_is_integer(json_object_get(object, "exit"))) {
		fault = FAULT_NONE;
		reply->exit = (int)text_ctl_read_int(object, "exit", 0);
		reply->error = text_ctl_read_text(object, "error");
		reply->text = text_ctl_read_text(object, "text");
		report = json_object_get(object, "report");
		if (json_is_object(report)) {
			reply->has_report = true;
			text_ctl_read_report(report, &reply->report);
			reply->json = text_json_finish(json_incref(report),
			    TEXT_JSON_LINE);
		}
	}
	reply->source = object;
	return fault;
}

void
text_ctl_reply_free(struct text_ctl_reply *reply)
{
	report_free(&reply->report);
	free(reply->error);
	free(reply->text);
	free(reply->json);
	json_decref(reply->source);
}

static const char *
level_name(enum note_level level)
{
	switch (level) {
	case NOTE_ERROR:
		return "error";
	case NOTE_WARNING:
		return "warning";
	case NOTE_NOTICE:
		return "notice";
	case NOTE_INFO:
		return "info";
	default:
		return "debug";
	}
}
