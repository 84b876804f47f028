/*
 * Control requests, whatever a client sends, and replies.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text_control.h"

TestSuite(text_control);

static enum fault
read_request(const char *line, size_t len, struct control_request *request)
{
	char *copy = mem_copy(line, len); /* ends where it ends: for the sanitizer */
	enum fault fault;

	memset(request, 0xa5, sizeof(*request));
	fault = text_control_request(copy, len, request);
	free(copy);
	return fault;
}

static void
is(const char *line, enum control_command command, const char *name, bool json)
{
	struct control_request request;

	cr_assert_eq(read_request(line, strlen(line), &request), FAULT_NONE, "%s", line);
	cr_expect_eq(request.command, command, "%s", line);
	if (name == NULL)
		cr_expect_null(request.name, "%s", line);
	else
		cr_expect_str_eq(request.name, name);
	cr_expect_eq(request.json, json, "%s", line);
	free(request.name);
}

static void
is_refused(const char *line, size_t len)
{
	struct control_request request;

	cr_expect_eq(read_request(line, len, &request), FAULT_TEXT_SYNTAX, "%.60s", line);
	cr_expect_null(request.name);
	free(request.name);
}

Test(text_control, requests)
{
	is("{\"command\":\"status\"}", CONTROL_STATUS, NULL, false);
	is(" {\"command\" : \"refresh\", \"name\": \"amt\"} \r", CONTROL_REFRESH, "amt",
	    false);
	is("{\"command\":\"reload\",\"name\":null}", CONTROL_RELOAD, NULL, false);
	is("{\"command\":\"withdraw\",\"name\":\"\"}", CONTROL_WITHDRAW, "", false);
	is("{\"command\":\"watch\",\"json\":true}", CONTROL_WATCH, NULL, true);
	is("{\"command\":\"watch\",\"json\":\"yes\"}", CONTROL_WATCH, NULL, false);
	is("{\"command\":\"metrics\",\"more\":{}}", CONTROL_METRICS, NULL, false);
	is("{\"command\":\"Status\"}", CONTROL_UNKNOWN, NULL, false);
	is("{\"command\":\"\"}", CONTROL_UNKNOWN, NULL, false);
	is("{\"command\":\"st\\u0061tus\"}", CONTROL_STATUS, NULL, false);
}

Test(text_control, hostile)
{
	static const char *const lines[] = {"", " ", "status", "\"status\"", "null", "[]",
	    "[\"status\"]", "{}", "{", "}", "{\"command\"}", "{\"command\":}",
	    "{\"command\":1}", "{\"command\":null}", "{\"command\":[\"status\"]}",
	    "{\"command\":\"status\"", "{\"command\":\"status\"}}",
	    "{\"command\":\"status\"}{\"command\":\"status\"}",
	    "{\"command\":\"status\",\"command\":\"withdraw\"}",
	    "{\"command\":\"status\",\"name\":1}", "{\"command\":\"status\",\"name\":{}}",
	    "{'command':'status'}", "{\"command\":\"status\",}",
	    "{\"command\":\"\xff\"}", "{\"command\":\"status\",\"name\":\"\xc0\xaf\"}",
	    "{\"command\":\"status\",\"name\":\"\xed\xa0\x80\"}",
	    "{\"command\":\"status\",\"name\":\"\\ud800\"}",
	    "{\"command\":\"status\",\"name\":\"a\\u0000b\"}",
	    "{\"command\":\"status\",\"x\":1e999999}",
	    "{\"command\":\"status\",\"x\":99999999999999999999}",
	    "\xef\xbb\xbf{\"command\":\"status\"}"};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		is_refused(lines[i], strlen(lines[i]));
	is_refused("{\"command\":\"status\"}\0", 21);
	is_refused("{\"command\":\"sta\0tus\"}", 21);
}

Test(text_control, depth)
{
	char line[4096];
	size_t depth, len;

	is("{\"command\":\"status\",\"x\":[1]}", CONTROL_STATUS, NULL, false);
	is("{\"command\":\"status\",\"name\":\"[[[{{{\\\"[[[\"}", CONTROL_STATUS,
	    "[[[{{{\"[[[", false);
	for (depth = 2; depth < 2000; depth = depth * 3 / 2) {
		len = (size_t)sprintf(line, "{\"command\":\"status\",\"x\":");
		memset(line + len, '[', depth);
		memset(line + len + depth, ']', depth);
		strcpy(line + len + 2 * depth, "}");
		is_refused(line, strlen(line));
		is_refused(line, len + depth);
	}
}

Test(text_control, huge)
{
	size_t len = 1000000;
	char *line = mem_zero(len + 64, 1);
	int at = sprintf(line, "{\"command\":\"status\",\"name\":\"");

	memset(line + at, 'a', len);
	strcpy(line + at + len, "\"}");
	memmove(line + at, "xyz", 3);
	{
		struct control_request request;

		cr_expect_eq(read_request(line, strlen(line), &request), FAULT_NONE);
		cr_expect_eq(strlen(request.name), len);
		free(request.name);
	}
	memset(line, '[', len);
	is_refused(line, len);
	free(line);
}

/* Every line that is a request, cut off anywhere, is none. */
Test(text_control, cut)
{
	const char *line = "{\"command\":\"refresh\",\"name\":\"pc1\\u00e4\",\"json\":true}";
	size_t len;

	for (len = 0; len < strlen(line); len++)
		is_refused(line, len);
}

static void
reply_is(char *text, const char *want)
{
	cr_expect_str_eq(text, want);
	cr_expect_null(strchr(text, '\n'), "one line");
	free(text);
}

Test(text_control, replies)
{
	struct report report = {.exit = EXIT_CODE_REFUSED, .uptime_us = -1};
	char *text;

	reply_is(text_control_text("reloaded"), "{\"exit\":0,\"text\":\"reloaded\"}");
	reply_is(text_control_error(64, "line\n\"two\"\t\x01"),
	    "{\"exit\":64,\"error\":\"line\\n\\\"two\\\"\\t\\u0001\"}");
	text = text_control_report(&report);
	cr_expect_not_null(strstr(text, "{\"exit\":77,\"report\":{"), "%s", text);
	cr_expect_null(strchr(text, '\n'));
	free(text);
}

/* What a server or a file said may be no UTF-8: the reply is valid all the same. */
Test(text_control, replies_of_any_bytes)
{
	char *text = text_control_error(75, "\xff\xfe\x80 caf\xc3\xa9");
	struct control_request request;

	cr_expect_not_null(text);
	cr_expect_not_null(strstr(text, "caf"));
	cr_expect_eq(text_control_request(text, strlen(text), &request),
	    FAULT_TEXT_SYNTAX, "an object without a command");
	free(text);
}
