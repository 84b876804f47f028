/*
 * text_ctl: what goes between daemon and control client, as text.
 *
 * One JSON request and one JSON reply a line (interface.md, "The daemon"); notes as
 * lines for those who watch.
 */
#ifndef DDNSUPD_TEXT_CTL_H
#define DDNSUPD_TEXT_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/event.h"
#include "ddnsupd/report.h"
#include "ddnsupd/strbuf.h"

/* A note as a line for a person and as one of JSON, without newline, of its own memory.
 * time: as text; subject may be NULL. */
char *text_ctl_note(const char *time, enum note_level level, const char *subject,
    const char *text);
char *text_ctl_note_json(const char *time, enum note_level level, const char *subject,
    const char *text);

#endif
