/*
 * uvx: what every shell shares: the loop, the way back, closing, sockets, errors.
 */
#ifndef DDNSUPD_SHELL_UVX_H
#define DDNSUPD_SHELL_UVX_H

#include <sys/socket.h>

#include <stdint.h>
#include <uv.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/event.h"
#include "ddnsupd/fault.h"

/*
 * What a shell gets to work with.  post() takes a copy of the event and of its bytes
 * and only queues it, so it may be called from everywhere, also before the call that
 * started the work has returned.
 */
struct uvx {
	uv_loop_t *loop;
	void (*post)(struct uvx *uvx, const struct event *event);
};

/*
 * Stands first in every heap struct that owns libuv handles.  libuv keeps a handle's
 * memory until its close callback, so the struct is released in the last one.
 */
struct uvx_owner {
	unsigned unclosed;
	void (*release)(struct uvx_owner *owner);
};

/* After the handle's init: it is the owner's, and handle->data points to the owner. */
void uvx_own(struct uvx_owner *owner, uv_handle_t *handle);

/* Close an owned handle; a second time does nothing. */
void uvx_close(uv_handle_t *handle);

#define UVX_HANDLE(handle) ((uv_handle_t *)(handle))

/* Monotonic microseconds (clock.h). */
int64_t uvx_now_us(void);

/* Arm a timer for an instant: it never fires before it. */
void uvx_timer_at(uv_timer_t *timer, uv_timer_cb on_timer, int64_t at_us);

void uvx_post_fault(struct uvx *uvx, uint64_t id, enum fault fault);

/* `fd`: the socket it came by, for our own address on it; -1: not known. */
void uvx_post_answer(struct uvx *uvx, uint64_t id, const void *bytes, size_t len,
    int fd);

/* A negative errno, libuv's as well, of a datagram socket. */
enum fault uvx_fault(int error);

/*
 * A non-blocking socket (SOCK_DGRAM, SOCK_STREAM) of the server's family that hears of
 * ICMP errors, bound to the server's interface where one is named.  *addr is where to
 * connect it to, with the scope of a link-local server.  Returns the descriptor or a
 * negative errno; -ENODEV: no such interface.
 */
int uvx_socket(const struct endpoint *server, int type, struct sockaddr_storage *addr,
    socklen_t *addr_len);

#endif
