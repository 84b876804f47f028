/*
 * ifmon: what changes on the machine's links, by rtnetlink.
 *
 * What the kernel multicasts is only read to learn *that* something changed: then the
 * whole is dumped anew (ifdump.c), once for all messages that are waiting.  So a message
 * lost for want of buffer space costs nothing, and an address at the end of its DAD shows
 * up like any other change.
 *
 * Who changes thousands of routes a second does not keep us busy: after a look as much
 * time is left to others as nine looks take.  A look that failed is taken again, whether
 * or not anything changes until then: the old snapshot is not what is.
 */
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/ifdump.h"
#include "shell/ifmon.h"

#define AGAIN_US CLOCK_S(1)
#define BUSY_US CLOCK_MS(50) /* so much changes that no dump gets through */
#define REST 9       /* times what a look takes */
#define MESSAGES 256 /* read at a time */

struct ifmon {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct logsink *log;
	struct mnl_socket *changes;
	uv_poll_t poll;
	uv_timer_t pause;  /* active: the poll is not */
	int64_t rest_us;   /* until when */
	bool failed;       /* the last look */
	bool told;         /* and that was said */
	struct fact_net net;
};

static void release(struct uvx_owner *owner);
static struct mnl_socket *open_changes(void);
static void on_changes_readable(uv_poll_t *poll, int status, int events);
static void rest_until(struct ifmon *mon, int64_t at_us);
static void on_pause_over(uv_timer_t *timer);
static void drain_and_look(struct ifmon *mon, bool changed);
static bool drain(struct ifmon *mon);
static int look(struct ifmon *mon);
static void tell_failure(struct ifmon *mon, int error);

struct ifmon *
ifmon_new(struct uvx *uvx, struct logsink *log)
{
	struct ifmon *mon = mem_zero(1, sizeof(*mon));
	int error;

	mon->uvx = uvx;
	mon->log = log;
	mon->changes = open_changes();
	if (mon->changes == NULL || ifdump(&mon->net) == -1) {
		error = errno;
		release(&mon->owner);
		errno = error;
		return NULL;
	}
	mon->owner.release = release;
	uv_poll_init(uvx->loop, &mon->poll, mnl_socket_get_fd(mon->changes));
	uvx_own(&mon->owner, UVX_HANDLE(&mon->poll));
	uv_timer_init(uvx->loop, &mon->pause);
	uvx_own(&mon->owner, UVX_HANDLE(&mon->pause));
	return mon;
}

const struct fact_net *
ifmon_net(const struct ifmon *mon)
{
	return &mon->net;
}

void
ifmon_post(struct ifmon *mon)
{
	mon->uvx->post(mon->uvx, &(struct event){.kind = EVENT_NET, .net = &mon->net});
}

void
ifmon_watch(struct ifmon *mon)
{
	uv_poll_start(&mon->poll, UV_READABLE, on_changes_readable);
}

void
ifmon_close(struct ifmon *mon)
{
	uvx_close(UVX_HANDLE(&mon->pause));
	uvx_close(UVX_HANDLE(&mon->poll));
}

static void
release(struct uvx_owner *owner)
{
	struct ifmon *mon = (struct ifmon *)owner;

	if (mon->changes != NULL)
		mnl_socket_close(mon->changes);
	fact_net_free(&mon->net);
	free(mon);
}

static struct mnl_socket *
open_changes(void)
{
	unsigned groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
	    RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (socket == NULL)
		return NULL;
	if (mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) == 0)
		return socket;
	mnl_socket_close(socket);
	return NULL;
}

static void
on_changes_readable(uv_poll_t *poll, int status, int events)
{
	struct ifmon *mon = poll->data;

	(void)status;
	(void)events;
	if (uvx_now_us() < mon->rest_us)
		rest_until(mon, mon->rest_us);
	else
		drain_and_look(mon, false);
}

static void
rest_until(struct ifmon *mon, int64_t at_us)
{
	uv_poll_stop(&mon->poll);
	uvx_timer_at(&mon->pause, on_pause_over, at_us);
}

static void
on_pause_over(uv_timer_t *timer)
{
	struct ifmon *mon = timer->data;

	ifmon_watch(mon);
	drain_and_look(mon, mon->failed);
}

static void
drain_and_look(struct ifmon *mon, bool changed)
{
	int64_t begun_us = uvx_now_us(), now_us;
	int error;

	if (!drain(mon) && !changed)
		return;
	error = look(mon);
	now_us = uvx_now_us();
	mon->rest_us = now_us + REST * (now_us - begun_us);
	if (error == EINTR)
		rest_until(mon, now_us + BUSY_US);
	else if (error != 0)
		rest_until(mon, now_us + AGAIN_US);
}

/*
 * Read and forget what waits.  Did anything change?  ENOBUFS: more than fitted; what
 * other errors have cost is not known either.
 */
static bool
drain(struct ifmon *mon)
{
	bool changed = false;
	char start[sizeof(struct nlmsghdr)]; /* the rest of a message goes with it */
	ssize_t got;

	for (unsigned i = 0; i < MESSAGES; i++) {
		got = recv(mnl_socket_get_fd(mon->changes), start, sizeof(start),
		    MSG_DONTWAIT);
		if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		changed = true;
		if (got == -1)
			break;
	}
	return changed;
}

/* 0, or an errno: nothing can be read, the old snapshot stays. */
static int
look(struct ifmon *mon)
{
	struct fact_net net;
	int error;

	if (ifdump(&net) == -1) {
		error = errno;
		mon->failed = true;
		if (error != EINTR)
			tell_failure(mon, error);
		return error;
	}
	if (mon->told)
		logsink_write(mon->log, NOTE_NOTICE, "links", "can be read again");
	mon->failed = false;
	mon->told = false;
	fact_net_free(&mon->net);
	mon->net = net;
	ifmon_post(mon);
	return 0;
}

static void
tell_failure(struct ifmon *mon, int error)
{
	char *text;

	if (!mon->told) {
		text = mem_printf("addresses and routes cannot be read (%s); the old ones "
				  "count, tried again every second", strerror(error));
		logsink_write(mon->log, NOTE_WARNING, "links", text);
		free(text);
	}
	mon->told = true;
}
