/*
 * notify: what the service manager is told, by hand (sd_notify(3), "Notes").
 *
 * One datagram a message to the socket that $NOTIFY_SOCKET names, a path or, after an
 * '@', an abstract name.  Never waits; a manager that does not listen is none.
 */
#ifndef DDNSUPD_SHELL_NOTIFY_H
#define DDNSUPD_SHELL_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdint.h>

struct notify {
	int fd;              /* -1: nobody is to be told */
	struct sockaddr_un addr;
	socklen_t addr_len;
	int64_t watchdog_us; /* how often to say WATCHDOG=1; 0: nobody waits for it */
};

/* From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. */
void notify_open(struct notify *notify);

void notify_ready(const struct notify *notify);
void notify_reloading(const struct notify *notify);
void notify_stopping(const struct notify *notify);
void notify_watchdog(const struct notify *notify);

/* One line for a person; anything else of it is made one. */
void notify_status(const struct notify *notify, const char *text);

void notify_close(struct notify *notify);

#endif
