/*
 * throttle: read what others send, but never more than so much of it in a while.
 */
#include <stddef.h>

#include "ddnsupd/clock.h"
#include "shell/throttle.h"

#define WHILE_US CLOCK_MS(250)
#define MESSAGES 64

static void on_poll_readable(uv_poll_t *poll, int status, int events);
static void renew(struct throttle *throttle);
static void on_pause_over(uv_timer_t *timer);

void
throttle_init(struct throttle *throttle, struct uvx *uvx, struct uvx_owner *owner,
    int fd, bool (*take)(struct uvx_owner *owner))
{
	throttle->take = take;
	throttle->until_us = 0;
	uv_poll_init(uvx->loop, &throttle->poll, fd);
	uvx_own(owner, UVX_HANDLE(&throttle->poll));
	uv_timer_init(uvx->loop, &throttle->pause);
	uvx_own(owner, UVX_HANDLE(&throttle->pause));
}

void
throttle_start(struct throttle *throttle)
{
	uv_poll_start(&throttle->poll, UV_READABLE, on_poll_readable);
}

void
throttle_stop(struct throttle *throttle)
{
	uv_poll_stop(&throttle->poll);
	uv_timer_stop(&throttle->pause);
}

void
throttle_close(struct throttle *throttle)
{
	uvx_close(UVX_HANDLE(&throttle->poll));
	uvx_close(UVX_HANDLE(&throttle->pause));
}

/* libuv stops a poll that reports an error: reading takes the error off the socket. */
static void
on_poll_readable(uv_poll_t *poll, int status, int events)
{
	struct throttle *throttle = (struct throttle *)poll;
	bool more = true;

	(void)events;
	renew(throttle);
	while (throttle->left > 0 && more) {
		throttle->left--;
		more = throttle->take(poll->data);
	}
	if (throttle->left > 0 && status == 0)
		return;
	uv_poll_stop(poll);
	uvx_timer_at(&throttle->pause, on_pause_over, throttle->until_us);
}

static void
renew(struct throttle *throttle)
{
	int64_t now_us = uvx_now_us();

	if (now_us < throttle->until_us)
		return;
	throttle->until_us = now_us + WHILE_US;
	throttle->left = MESSAGES;
}

static void
on_pause_over(uv_timer_t *timer)
{
	throttle_start((struct throttle *)((char *)timer -
	    offsetof(struct throttle, pause)));
}
