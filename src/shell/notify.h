/*
 * notify: what the service manager is told, by hand (sd_notify(3), "Notes").
 *
 * One datagram a message to the socket that $NOTIFY_SOCKET names, a path or, after an
 * '@', an abstract name.  Never waits: what does not get through is kept and sent by
 * notify_flush().  A manager that does not listen is none.
 */
#ifndef DDNSUPD_SHELL_NOTIFY_H
#define DDNSUPD_SHELL_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOTIFY_WAITING 16

struct notify {
	int fd;              /* -1: nobody is to be told */
	struct sockaddr_un addr;
	socklen_t addr_len;
	int64_t watchdog_us; /* how often to say WATCHDOG=1; 0: nobody waits for it */
	char *waiting[NOTIFY_WAITING]; /* what has found no room yet */
	size_t waiting_count;
};

/* From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. */
void notify_open(struct notify *notify);

void notify_ready(struct notify *notify);
void notify_reloading(struct notify *notify);
void notify_stopping(struct notify *notify);
void notify_watchdog(struct notify *notify);

/* One line for a person; anything else of it is made one. */
void notify_status(struct notify *notify, const char *text);

/* True: nothing waits (any more).  Else to be called again before long. */
bool notify_flush(struct notify *notify);

void notify_close(struct notify *notify);

#endif
