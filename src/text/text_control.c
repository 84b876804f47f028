/*
 * text_control: requests to values, values to replies.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text_control.h"
#include "text_control_event.h"
#include "text_json.h"

#define DEPTH_MAX 2 /* nothing we understand is deeper */

static bool is_deep(const char *line, size_t len);
static char *line_of(json_t *);

static const char *const commands[] = {
	[CONTROL_STATUS] = "status",
	[CONTROL_REFRESH] = "refresh",
	[CONTROL_RELOAD] = "reload",
	[CONTROL_WITHDRAW] = "withdraw",
	[CONTROL_WATCH] = "watch",
	[CONTROL_METRICS] = "metrics",
	[CONTROL_DHCP_EVENT] = "dhcp-event",
};

enum fault
text_control_request(const char *line, size_t len, struct control_request *request)
{
	json_t *top = is_deep(line, len) ? NULL :
	    json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *command = json_string_value(json_object_get(top, "command"));
	const json_t *name = json_object_get(top, "name");
	unsigned i;

	memset(request, 0, sizeof(*request));
	if (command == NULL ||
	    (name != NULL && !json_is_string(name) && !json_is_null(name))) {
		json_decref(top);
		return FAULT_TEXT_SYNTAX;
	}
	request->command = CONTROL_UNKNOWN;
	for (i = 0; i < CONTROL_UNKNOWN; i++)
		if (strcmp(commands[i], command) == 0)
			request->command = (enum control_command)i;
	request->name = mem_text(json_string_value(name));
	request->json = json_is_true(json_object_get(top, "json"));
	if (request->command == CONTROL_DHCP_EVENT)
		text_control_event(top, request);
	json_decref(top);
	return FAULT_NONE;
}

/* Brackets within brackets, outside of strings. */
static bool
is_deep(const char *line, size_t len)
{
	bool quoted = false;
	size_t depth = 0, i;

	for (i = 0; i < len; i++) {
		if (quoted && line[i] == '\\')
			i++;
		else if (line[i] == '"')
			quoted = !quoted;
		else if (!quoted && (line[i] == '{' || line[i] == '['))
			depth++;
		else if (!quoted && (line[i] == '}' || line[i] == ']') && depth > 0)
			depth--;
		if (depth > DEPTH_MAX)
			return true;
	}
	return false;
}

char *
text_control_error(int exit, const char *error)
{
	json_t *top = text_json_sure(json_object());

	text_json_set(top, "exit", text_json_sure(json_integer(exit)));
	text_json_set(top, "error", text_json_string(error));
	return line_of(top);
}

char *
text_control_text(const char *text)
{
	json_t *top = text_json_sure(json_object());

	text_json_set(top, "exit", text_json_sure(json_integer(0)));
	text_json_set(top, "text", text_json_string(text));
	return line_of(top);
}

char *
text_control_report(const struct report *report)
{
	json_t *top = text_json_sure(json_object());

	text_json_set(top, "exit", text_json_sure(json_integer(report->exit)));
	text_json_set(top, "report", text_json_report(report));
	return line_of(top);
}

static char *
line_of(json_t *top)
{
	char *text = text_json_finish(top, TEXT_JSON_LINE);

	text[strlen(text) - 1] = '\0'; /* the newline is the shell's */
	return text;
}
