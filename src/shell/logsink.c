/*
 * logsink: notes to stderr.
 *
 * What a note says may come from the network: everything is escaped, so that a note is
 * one line and brings no control byte to a terminal.
 *
 * A single run waits for whoever reads its log.  A daemon has names to keep right: it
 * writes what finds room and counts the rest.  stderr is shared with others, so it must
 * not be made non-blocking itself: a pipe or terminal is opened a second time, a socket
 * takes MSG_DONTWAIT.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/strbuf.h"
#include "shell/logsink.h"

static bool is_journal(void);
static void begin_line(const struct logsink *sink, enum note_level level,
    struct strbuf *line);
static void tell_loss(struct logsink *sink);
static bool write_line(struct logsink *sink, const char *text, size_t len);
static ssize_t write_some(const struct logsink *sink, const char *text, size_t len);

void
logsink_init(struct logsink *sink, enum note_level level)
{
	*sink = (struct logsink){.level = level, .fd = STDERR_FILENO, .patient = true};
	sink->journal = is_journal();
}

/* A file is not opened again: its position is shared, and it always has room. */
void
logsink_make_impatient(struct logsink *sink)
{
	int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd;
	struct stat st;

	sink->patient = false;
	sink->stamped = isatty(STDERR_FILENO) == 1;
	if (fstat(STDERR_FILENO, &st) == -1 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)))
		return;
	fd = open("/proc/self/fd/2", flags);
	if (fd != -1)
		sink->fd = fd;
}

void
logsink_write(struct logsink *sink, enum note_level level, const char *subject,
    const char *text)
{
	struct strbuf line = {0};

	if (sink->listener != NULL)
		sink->listener(sink->context, level, subject, text);
	if (level > sink->level)
		return;
	if (sink->lost > 0)
		tell_loss(sink);
	begin_line(sink, level, &line);
	if (subject != NULL) {
		escape_add(&line, subject, strlen(subject));
		strbuf_add(&line, ": ");
	}
	escape_add(&line, text, strlen(text));
	strbuf_add(&line, "\n");
	if (!write_line(sink, line.s, line.len))
		sink->lost++;
	strbuf_free(&line);
}

const char *
logsink_time(char text[LOGSINK_TIME_MAX])
{
	struct timespec now;
	struct tm local;
	char zone[8];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	strftime(text, LOGSINK_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &local);
	strftime(zone, sizeof(zone), "%z", &local);
	snprintf(text + strlen(text), LOGSINK_TIME_MAX - strlen(text), ".%03d%.3s:%.2s",
	    (int)(now.tv_nsec / 1000000), zone, zone + 3);
	return text;
}

void
logsink_close(struct logsink *sink)
{
	if (sink->fd != STDERR_FILENO)
		close(sink->fd);
	sink->fd = STDERR_FILENO;
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

static void
begin_line(const struct logsink *sink, enum note_level level, struct strbuf *line)
{
	char time[LOGSINK_TIME_MAX];

	if (sink->torn)
		strbuf_add(line, "\n");
	if (sink->journal)
		strbuf_printf(line, "<%d>", (int)level);
	else if (sink->stamped)
		strbuf_printf(line, "%s ", logsink_time(time));
	else
		strbuf_add(line, "ddnsupd: ");
}

static void
tell_loss(struct logsink *sink)
{
	struct strbuf line = {0};

	begin_line(sink, NOTE_WARNING, &line);
	strbuf_printf(&line, "log: %lu lines were lost (nobody read them)\n",
	    sink->lost);
	if (write_line(sink, line.s, line.len))
		sink->lost = 0;
	strbuf_free(&line);
}

/* In pieces that a pipe takes whole or not at all (pipe(7), PIPE_BUF). */
static bool
write_line(struct logsink *sink, const char *text, size_t len)
{
	bool begun = false;
	ssize_t sent;

	while (len > 0) {
		sent = write_some(sink, text, len < PIPE_BUF ? len : PIPE_BUF);
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1) {
			sink->torn = sink->torn || begun;
			return false;
		}
		begun = true;
		text += sent;
		len -= (size_t)sent;
	}
	sink->torn = false;
	return true;
}

/* The terminal or pipe that could not be opened again is asked for room first. */
static ssize_t
write_some(const struct logsink *sink, const char *text, size_t len)
{
	struct pollfd room = {.fd = sink->fd, .events = POLLOUT};
	ssize_t sent;

	if (sink->patient)
		return write(sink->fd, text, len);
	sent = send(sink->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent != -1 || errno != ENOTSOCK)
		return sent;
	if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0)
		return write(sink->fd, text, len);
	errno = EAGAIN;
	return -1;
}
