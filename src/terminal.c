/*
 * terminal: standard output, and what stands behind it.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"

/* https://no-color.org: set and not empty. */
bool
terminal_colour(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(STDOUT_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
}

unsigned
terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return columns != NULL ? (unsigned)strtoul(columns, NULL, 10) : 0;
}

/* stdout may be a pipe that somebody else has made non-blocking. */
bool
terminal_write(const char *text, size_t len)
{
	struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};

	while (len > 0) {
		ssize_t sent = write(STDOUT_FILENO, text, len);

		if (sent == -1 && errno == EAGAIN)
			poll(&room, 1, -1);
		else if (sent == -1 && errno != EINTR)
			return false;
		if (sent > 0) {
			text += sent;
			len -= (size_t)sent;
		}
	}
	return true;
}
