/*
 * logsink: notes to stderr.
 *
 * What a note says may come from the network: everything is escaped, so that a note is
 * one line and brings no control byte to a terminal.
 */
#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/strbuf.h"
#include "shell/logsink.h"

static bool is_journal(void);
static void write_all(const char *text, size_t len);

void
logsink_init(struct logsink *sink, enum note_level level)
{
	sink->level = level;
	sink->journal = is_journal();
}

void
logsink_write(const struct logsink *sink, enum note_level level, const char *subject,
    const char *text)
{
	struct strbuf line = {0};

	if (level > sink->level)
		return;
	if (sink->journal)
		strbuf_printf(&line, "<%d>", (int)level);
	else
		strbuf_add(&line, "ddnsupd: ");
	if (subject != NULL) {
		escape_add(&line, subject, strlen(subject));
		strbuf_add(&line, ": ");
	}
	escape_add(&line, text, strlen(text));
	strbuf_add(&line, "\n");
	write_all(line.s, line.len);
	strbuf_free(&line);
}

/*
 * systemd.exec(5), $JOURNAL_STREAM: device and inode of the journal's socket.  A child
 * inherits the variable even when its stderr was sent elsewhere, hence the comparison.
 */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char own[64];

	if (stream == NULL || fstat(STDERR_FILENO, &st) == -1)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(own, stream) == 0;
}

/* A log that nobody takes is no reason to stop. */
static void
write_all(const char *text, size_t len)
{
	ssize_t sent;

	while (len > 0) {
		sent = write(STDERR_FILENO, text, len);
		if (sent == -1)
			return;
		text += sent;
		len -= (size_t)sent;
	}
}
