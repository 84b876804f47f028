/*
 * resident: what a daemon has and a single run has not.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text_ctl.h"
#include "resident.h"
#include "shell/boottime.h"
#include "shell/control.h"

/*
 * Whoever sleeps longer than a conversation's longest wait has nothing under way: what the
 * work has needed goes back to the kernel.  Else every hundred changes the heap would
 * touch a page more, for its holes lie elsewhere each time.
 */
#define QUIET_US CLOCK_S(5)

#define NOTIFY_AGAIN_US CLOCK_MS(100) /* when the service manager's queue is full */

struct resident {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct hostwatch *host;
	struct resident_setup setup;
	struct boottime *boottime;
	struct control *control;  /* NULL: no socket */
	uv_signal_t sighup;
	uv_signal_t sigusr1;
	uv_idle_t reload;         /* active: asked for by SIGHUP */
	uv_timer_t watchdog;
	uv_timer_t notify_again;
	bool ready;               /* and the service manager knows */
	bool stopping;
};

static void own_handles(struct resident *resident);
static void on_owner_release(struct uvx_owner *owner);
static void on_note(void *context, enum note_level level, const char *subject,
    const char *text);
static void tell(struct resident *resident, bool json, char *line);
static void notify_more(struct resident *resident);
static void on_notify_again(uv_timer_t *timer);
static void watch_signals(struct resident *resident);
static void on_hangup(uv_signal_t *handle, int number);
static void on_reload(uv_idle_t *handle);
static void on_refresh(uv_signal_t *handle, int number);
static void on_watchdog(uv_timer_t *timer);
static void reload(struct resident *resident, uint64_t client);

struct resident *
resident_new(struct uvx *uvx, struct hostwatch *host,
    const struct resident_setup *setup)
{
	struct resident *resident = mem_zero(1, sizeof(*resident));
	int error;

	resident->uvx = uvx;
	resident->host = host;
	resident->setup = *setup;
	own_handles(resident);
	resident->boottime = boottime_new(uvx);
	if (resident->boottime != NULL && setup->control->fd != -1)
		resident->control = control_new(uvx, setup->control,
		    setup->log);
	if (resident->boottime == NULL ||
	    (setup->control->fd != -1 && resident->control == NULL)) {
		error = errno;
		resident_close(resident);
		errno = error;
		return NULL;
	}
	setup->log->listener = on_note;
	setup->log->context = resident;
	return resident;
}

void
resident_start(struct resident *resident)
{
	uint64_t watchdog_ms = (uint64_t)resident->setup.notify->watchdog_us / 1000;

	if (!hostwatch_start(resident->host))
		logsink_write(resident->setup.log, NOTE_WARNING, "host name",
		    "the kernel does not tell of its changes; they are seen at a "
		    "reload (SIGHUP)");
	watch_signals(resident);
	if (watchdog_ms > 0)
		uv_timer_start(&resident->watchdog, on_watchdog, watchdog_ms,
		    watchdog_ms);
}

int64_t
resident_now_us(void)
{
	return boottime_now_us();
}

void
resident_wake_at(struct resident *resident, int64_t at_us)
{
	boottime_wake_at(resident->boottime, at_us);
}

void
resident_perform(struct resident *resident, const struct effect *effect)
{
	struct control *control = resident->control;

	switch (effect->kind) {
	case EFFECT_REPLY:
		if (control != NULL)
			control_reply(control, effect->client, effect->text);
		break;
	case EFFECT_STREAM:
		if (control != NULL)
			control_stream(control, effect->client, effect->json);
		break;
	case EFFECT_RELOAD:
		reload(resident, effect->client);
		break;
	case EFFECT_STATUS:
		notify_status(resident->setup.notify, effect->text);
		break;
	default:
		abort(); /* daemon.c knows which are ours */
	}
}

/* START and, later, every CONFIG has been taken in. */
void
resident_idle(struct resident *resident, int64_t wake_at_us)
{
	if (wake_at_us - boottime_now_us() > QUIET_US)
		malloc_trim(0);
	if (!resident->ready && !resident->stopping) {
		resident->ready = true;
		notify_ready(resident->setup.notify);
	}
	notify_more(resident);
}

static void
notify_more(struct resident *resident)
{
	if (!notify_flush(resident->setup.notify))
		uvx_timer_at(&resident->notify_again, on_notify_again,
		    uvx_now_us() + NOTIFY_AGAIN_US);
}

static void
on_notify_again(uv_timer_t *timer)
{
	notify_more(timer->data);
}

void
resident_stopping(struct resident *resident)
{
	if (!resident->stopping)
		notify_stopping(resident->setup.notify);
	resident->stopping = true;
}

void
resident_close(struct resident *resident)
{
	resident->setup.log->listener = NULL;
	if (resident->control != NULL)
		control_close(resident->control);
	if (resident->boottime != NULL)
		boottime_close(resident->boottime);
	uvx_close(UVX_HANDLE(&resident->notify_again));
	uvx_close(UVX_HANDLE(&resident->watchdog));
	uvx_close(UVX_HANDLE(&resident->reload));
	uvx_close(UVX_HANDLE(&resident->sigusr1));
	uvx_close(UVX_HANDLE(&resident->sighup));
}

static void
own_handles(struct resident *resident)
{
	uv_loop_t *loop = resident->uvx->loop;

	resident->owner.release = on_owner_release;
	uv_signal_init(loop, &resident->sighup);
	uvx_own(&resident->owner, UVX_HANDLE(&resident->sighup));
	uv_signal_init(loop, &resident->sigusr1);
	uvx_own(&resident->owner, UVX_HANDLE(&resident->sigusr1));
	uv_idle_init(loop, &resident->reload);
	uvx_own(&resident->owner, UVX_HANDLE(&resident->reload));
	uv_timer_init(loop, &resident->watchdog);
	uvx_own(&resident->owner, UVX_HANDLE(&resident->watchdog));
	uv_timer_init(loop, &resident->notify_again);
	uvx_own(&resident->owner, UVX_HANDLE(&resident->notify_again));
}

static void
on_owner_release(struct uvx_owner *owner)
{
	free(owner);
}

/* Who watches hears what --verbose would show, or more if the log does. */
static void
on_note(void *context, enum note_level level, const char *subject, const char *text)
{
	struct resident *resident = context;
	char time[LOGSINK_TIME_MAX];

	if (resident->control == NULL ||
	    (level > NOTE_INFO && level > resident->setup.log->level))
		return;
	if (control_watched(resident->control, false))
		tell(resident, false,
		    text_ctl_note(logsink_time(time), level, subject, text));
	if (control_watched(resident->control, true))
		tell(resident, true,
		    text_ctl_note_json(logsink_time(time), level, subject, text));
}

static void
tell(struct resident *resident, bool json, char *line)
{
	control_tell(resident->control, json, line);
	free(line);
}

static void
watch_signals(struct resident *resident)
{
	sigset_t signals;

	uv_signal_start(&resident->sighup, on_hangup, SIGHUP);
	uv_signal_start(&resident->sigusr1, on_refresh, SIGUSR1);
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

/* However many of them have come since the last look, the file is read once. */
static void
on_hangup(uv_signal_t *handle, int number)
{
	struct resident *resident = handle->data;

	(void)number;
	uv_idle_start(&resident->reload, on_reload);
}

static void
on_reload(uv_idle_t *handle)
{
	uv_idle_stop(handle);
	reload(handle->data, 0);
}

static void
on_refresh(uv_signal_t *handle, int number)
{
	struct resident *resident = handle->data;

	(void)number;
	resident->uvx->post(resident->uvx, &(struct event){.kind = EVENT_REFRESH});
}

static void
on_watchdog(uv_timer_t *timer)
{
	struct resident *resident = timer->data;

	notify_watchdog(resident->setup.notify);
	notify_more(resident);
}

static void
reload(struct resident *resident, uint64_t client)
{
	struct event config = {.kind = EVENT_CONFIG, .client = client};
	char *error = NULL;

	if (resident->ready && !resident->stopping) {
		resident->ready = false;
		notify_reloading(resident->setup.notify);
	}
	hostwatch_look(resident->host);
	config.config = resident->setup.reload(resident->setup.context, &error);
	config.error = error;
	resident->uvx->post(resident->uvx, &config);
	free(error);
}
