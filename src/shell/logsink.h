/*
 * logsink: notes to stderr, one line and one write each.
 */
#ifndef DDNSUPD_SHELL_LOGSINK_H
#define DDNSUPD_SHELL_LOGSINK_H

#include <stdbool.h>

#include "ddnsupd/event.h"

struct logsink {
	enum note_level level; /* the least urgent that is shown */
	bool journal;          /* stderr is the journal: `<N>` before each line */
};

/* Looks at stderr; level: the least urgent to show. */
void logsink_init(struct logsink *sink, enum note_level level);

/* "ddnsupd: subject: text"; subject may be NULL.  Both are escaped. */
void logsink_write(const struct logsink *sink, enum note_level level,
    const char *subject, const char *text);

#endif
