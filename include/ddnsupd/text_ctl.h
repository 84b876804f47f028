/*
 * text_ctl: what goes between daemon and control client, as text.
 *
 * One JSON request and one JSON reply a line (interface.md, "The daemon"); notes as
 * lines for those who watch.  A request is {"command": ..., "name": ..., "json": ...},
 * the last two if there is something to say, or a dhcp-event (text_control.h); a reply has "exit" and one of "error",
 * "report" (the object of --json, with more about each registration) and "text".
 */
#ifndef DDNSUPD_TEXT_CTL_H
#define DDNSUPD_TEXT_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include "ddnsupd/event.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/report.h"
#include "ddnsupd/strbuf.h"

struct text_ctl_reply {
	int exit;
	char *error;             /* one sentence; NULL */
	char *text;              /* NULL */
	char *json;              /* what came as report, a line; NULL */
	bool has_report;
	struct report report;
	void *source;            /* what the report's constant texts are part of */
};

/* A note as a line for a person and as one of JSON, without newline, of its own memory.
 * time: as text; subject may be NULL. */
char *text_ctl_note(const char *time, enum note_level level, const char *subject,
    const char *text);
char *text_ctl_note_json(const char *time, enum note_level level, const char *subject,
    const char *text);

/* A request with its newline, of its own memory; name may be NULL. */
char *text_ctl_request(const char *command, const char *name, bool json);

/*
 * A dhcp-event of its own memory from the words INTERFACE bound|gone [KEY=VALUE...],
 * ending in NULL; a value that is empty is as if its word were not there.  What the
 * daemon judges is not judged here.  NULL: *error, of its own memory, says which word is
 * wrong.
 */
char *text_ctl_event(const char *const *words, char **error);

/* A reply.  Faults: TEXT_SYNTAX; *reply is then empty.  Free it in any case. */
enum fault text_ctl_reply(const char *line, size_t len, struct text_ctl_reply *reply);
void text_ctl_reply_free(struct text_ctl_reply *reply);

/* status for a person: colour when asked; at most `width` columns where that is
 * possible, 0: no bound. */
void text_ctl_status(const struct report *report, bool colour, unsigned width,
    struct strbuf *out);

#endif
