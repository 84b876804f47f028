/*
 * text_ctl: what goes between daemon and control client, as text.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/text_ctl.h"
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
	line = text_json_finish(object, JSON_COMPACT);
	line[strlen(line) - 1] = '\0';
	return line;
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
