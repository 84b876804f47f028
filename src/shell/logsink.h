/*
 * logsink: notes to stderr, one line and one write each.
 */
#ifndef DDNSUPD_SHELL_LOGSINK_H
#define DDNSUPD_SHELL_LOGSINK_H

#include <stdbool.h>

#include "ddnsupd/event.h"

#define LOGSINK_TIME_MAX 32 /* octets of a time, the NUL counted */

struct logsink {
	enum note_level level; /* the least urgent that is shown */
	bool journal;          /* stderr is the journal: `<N>` before each line */
	bool stamped;          /* the time before each line */
	int fd;                /* stderr, or a description of it that is ours alone */
	bool patient;          /* wait until somebody has read */
	unsigned long lost;    /* lines that found no room, not yet told of */
	bool torn;             /* the last line was written in part */
	/* Who else wants to hear, whatever the level; NULL: nobody. */
	void (*listener)(void *context, enum note_level level, const char *subject,
	    const char *text);
	void *context;
};

/* Looks at stderr; level: the least urgent to show. */
void logsink_init(struct logsink *sink, enum note_level level);

/*
 * For a daemon: from now on a reader that does not read costs lines, which are counted
 * and told of later, and never time; on a terminal each line bears the time.
 */
void logsink_make_impatient(struct logsink *sink);

/* "ddnsupd: subject: text"; subject may be NULL.  Both are escaped. */
void logsink_write(struct logsink *sink, enum note_level level, const char *subject,
    const char *text);

/* The time as people read it (RFC 3339, local, milliseconds). */
const char *logsink_time(char text[LOGSINK_TIME_MAX]);

void logsink_close(struct logsink *sink);

#endif
