/*
 * boottime: the daemon's time.
 */
#include <sys/timerfd.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/boottime.h"

#define FAR_AWAY_S 9000000000 /* what ktime_t still holds (linux/ktime.h) */

struct boottime {
	struct uvx_owner owner;
	struct uvx *uvx;
	uv_poll_t wake_poll;
	uv_poll_t step_poll;
	int wake;             /* CLOCK_BOOTTIME */
	int step;             /* CLOCK_REALTIME: read when that was set */
	int64_t at_us;        /* what `wake` is armed for */
};

static void release(struct uvx_owner *owner);
static int watch_steps(const struct boottime *boottime);
static void on_wake_readable(uv_poll_t *poll, int status, int events);
static void on_step_readable(uv_poll_t *poll, int status, int events);

int64_t
boottime_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return CLOCK_S(now.tv_sec) + now.tv_nsec / 1000;
}

struct boottime *
boottime_new(struct uvx *uvx)
{
	struct boottime *boottime = mem_zero(1, sizeof(*boottime));
	int flags = TFD_NONBLOCK | TFD_CLOEXEC, error;

	boottime->owner.release = release;
	boottime->uvx = uvx;
	boottime->at_us = CLOCK_NEVER;
	boottime->wake = timerfd_create(CLOCK_BOOTTIME, flags);
	boottime->step = timerfd_create(CLOCK_REALTIME, flags);
	if (boottime->wake == -1 || boottime->step == -1 ||
	    watch_steps(boottime) == -1) {
		error = errno;
		release(&boottime->owner);
		errno = error;
		return NULL;
	}
	uv_poll_init(uvx->loop, &boottime->wake_poll, boottime->wake);
	uvx_own(&boottime->owner, UVX_HANDLE(&boottime->wake_poll));
	uv_poll_init(uvx->loop, &boottime->step_poll, boottime->step);
	uvx_own(&boottime->owner, UVX_HANDLE(&boottime->step_poll));
	uv_poll_start(&boottime->wake_poll, UV_READABLE, on_wake_readable);
	uv_poll_start(&boottime->step_poll, UV_READABLE, on_step_readable);
	return boottime;
}

/* An instant of 0 would disarm (timerfd_settime(2)): one that is over fires at once. */
void
boottime_wake_at(struct boottime *boottime, int64_t at_us)
{
	struct itimerspec spec = {0};

	if (at_us == boottime->at_us)
		return;
	boottime->at_us = at_us;
	if (at_us != CLOCK_NEVER) {
		if (at_us < 1)
			at_us = 1;
		spec.it_value.tv_sec = at_us / CLOCK_S(1);
		spec.it_value.tv_nsec = at_us % CLOCK_S(1) * 1000;
	}
	if (timerfd_settime(boottime->wake, TFD_TIMER_ABSTIME, &spec, NULL) == -1)
		boottime->at_us = CLOCK_NEVER; /* the next step tries again */
}

void
boottime_close(struct boottime *boottime)
{
	uvx_close(UVX_HANDLE(&boottime->step_poll));
	uvx_close(UVX_HANDLE(&boottime->wake_poll));
}

static void
release(struct uvx_owner *owner)
{
	struct boottime *boottime = (struct boottime *)owner;

	if (boottime->wake != -1)
		close(boottime->wake);
	if (boottime->step != -1)
		close(boottime->step);
	free(boottime);
}

/* ECANCELED: set in between, which changes nothing for the future (timerfd.c). */
static int
watch_steps(const struct boottime *boottime)
{
	struct itimerspec spec = {.it_value = {.tv_sec = FAR_AWAY_S}};
	int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;

	if (timerfd_settime(boottime->step, flags, &spec, NULL) == 0)
		return 0;
	return errno == ECANCELED ? 0 : -1;
}

static void
on_wake_readable(uv_poll_t *poll, int status, int events)
{
	struct boottime *boottime = poll->data;
	uint64_t expirations;

	(void)status;
	(void)events;
	if (read(boottime->wake, &expirations, sizeof(expirations)) == -1 &&
	    errno == EAGAIN)
		return;
	boottime->at_us = CLOCK_NEVER;
	boottime->uvx->post(boottime->uvx, &(struct event){.kind = EVENT_WAKE});
}

/* Resuming sets the wall clock, too. */
static void
on_step_readable(uv_poll_t *poll, int status, int events)
{
	struct boottime *boottime = poll->data;
	struct event resume = {.kind = EVENT_RESUME, .wall_s = (int64_t)time(NULL)};
	uint64_t expirations;

	(void)status;
	(void)events;
	if (read(boottime->step, &expirations, sizeof(expirations)) == -1 &&
	    errno == EAGAIN)
		return;
	watch_steps(boottime);
	boottime->uvx->post(boottime->uvx, &resume);
}
