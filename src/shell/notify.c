/*
 * notify: what the service manager is told, by hand.
 *
 * At boot, when all want to tell it something, its queue may be full: what it does not
 * take waits, in order.  A READY=1 that got lost would have it kill the service.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "shell/notify.h"

static bool set_address(struct notify *notify, const char *name);
static int64_t watchdog_interval_us(void);
static bool parse_number(const char *text, int64_t *number);
static void tell(struct notify *notify, const char *text);
static void forget_like(struct notify *notify, const char *text);
static bool is_kind(const char *a, const char *b, const char *kind);
static void forget(struct notify *notify, size_t i);
static bool send_text(const struct notify *notify, const char *text);

void
notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){.fd = -1};
	if (name == NULL || !set_address(notify, name))
		return;
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd != -1)
		notify->watchdog_us = watchdog_interval_us();
}

void
notify_ready(struct notify *notify)
{
	tell(notify, "READY=1");
}

/* The time tells the manager which READY=1 is the answer (sd_notify(3)). */
void
notify_reloading(struct notify *notify)
{
	struct timespec now;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(notify, text);
}

void
notify_stopping(struct notify *notify)
{
	tell(notify, "STOPPING=1");
}

void
notify_watchdog(struct notify *notify)
{
	tell(notify, "WATCHDOG=1");
}

void
notify_status(struct notify *notify, const char *text)
{
	struct strbuf line = {0};

	strbuf_add(&line, "STATUS=");
	escape_add(&line, text, strlen(text));
	tell(notify, line.s);
	strbuf_free(&line);
}

bool
notify_flush(struct notify *notify)
{
	while (notify->waiting_count > 0) {
		if (!send_text(notify, notify->waiting[0]))
			return false;
		forget(notify, 0);
	}
	return true;
}

void
notify_close(struct notify *notify)
{
	while (notify->waiting_count > 0)
		forget(notify, 0);
	if (notify->fd != -1)
		close(notify->fd);
	notify->fd = -1;
	notify->watchdog_us = 0;
}

/* unix(7): an abstract name begins with a NUL and ends with the address. */
static bool
set_address(struct notify *notify, const char *name)
{
	size_t len = strlen(name), room = sizeof(notify->addr.sun_path);
	bool abstract = name[0] == '@';

	if ((name[0] != '/' && !abstract) || len < 2 || len > room - !abstract)
		return false;
	notify->addr.sun_family = AF_UNIX;
	memcpy(notify->addr.sun_path, name, len);
	if (abstract)
		notify->addr.sun_path[0] = '\0';
	notify->addr_len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + !abstract);
	return true;
}

/* sd_watchdog_enabled(3): half of what is allowed, and only if we are meant. */
static int64_t
watchdog_interval_us(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t number;

	if (pid != NULL && (!parse_number(pid, &number) || number != getpid()))
		return 0;
	if (usec == NULL || !parse_number(usec, &number))
		return 0;
	return number / 2;
}

static bool
parse_number(const char *text, int64_t *number)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 18 || text[len] != '\0')
		return false;
	*number = strtoll(text, NULL, 10);
	return true;
}

static void
tell(struct notify *notify, const char *text)
{
	if (notify->fd == -1)
		return;
	forget_like(notify, text);
	if (notify_flush(notify) && send_text(notify, text))
		return;
	if (notify->waiting_count == NOTIFY_WAITING)
		forget(notify, 0);
	notify->waiting[notify->waiting_count++] = mem_text(text);
}

/* What this one makes old news. */
static void
forget_like(struct notify *notify, const char *text)
{
	for (size_t i = notify->waiting_count; i-- > 0;)
		if (is_kind(text, notify->waiting[i], "STATUS=") ||
		    is_kind(text, notify->waiting[i], "WATCHDOG="))
			forget(notify, i);
}

static bool
is_kind(const char *a, const char *b, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(a, kind, len) == 0 && strncmp(b, kind, len) == 0;
}

static void
forget(struct notify *notify, size_t i)
{
	free(notify->waiting[i]);
	notify->waiting_count--;
	memmove(notify->waiting + i, notify->waiting + i + 1,
	    (notify->waiting_count - i) * sizeof(notify->waiting[0]));
}

/* False: there is no room, now.  A manager that is not there is told nothing. */
static bool
send_text(const struct notify *notify, const char *text)
{
	if (sendto(notify->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
		(const struct sockaddr *)&notify->addr, notify->addr_len) != -1)
		return true;
	return errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS &&
	    errno != ENOMEM && errno != EINTR;
}
