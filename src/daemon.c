/*
 * daemon: the loop, the event queue, and the only joint between engine and shells.
 *
 * Shells post events from wherever they are: an event is copied into the queue, and an
 * idle handle, active while the queue is not empty, drains it from the top of the loop.
 * So the engine never runs inside a callback of a library, and what its effects call
 * may post again.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "daemon.h"
#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "resident.h"
#include "shell/exchange.h"
#include "shell/ifmon.h"
#include "shell/lookup.h"
#include "shell/statefile.h"
#include "shell/uvx.h"
#include "sources.h"

struct queue {
	struct event *events;
	size_t first; /* the next to be handled */
	size_t count;
	size_t cap;
};

struct daemon {
	struct uvx_owner owner; /* of the handles below */
	struct uvx uvx;
	uv_loop_t loop;
	uv_idle_t drain;
	uv_timer_t wake;
	uv_signal_t sigint;
	uv_signal_t sigterm;
	struct logsink *log;
	struct hostwatch *host;
	struct resident *resident; /* NULL: a single run */
	struct ifmon *ifmon;       /* NULL: the kernel does not let us */
	struct fact_net no_net;    /* what is then known of links */
	struct lookup *lookup;
	struct exchange *exchange;
	struct sources *sources;   /* NULL: nothing is learned */
	struct statefile *statefile; /* NULL: nothing will be saved */
	struct engine *engine;
	struct queue queue;
	struct effects effects;
	bool finished;
	int exit;
};

static struct daemon *daemon_of(struct uvx *uvx);
static void open_handles(struct daemon *daemon);
static void daemon_post(struct uvx *uvx, const struct event *event);
static void on_drain(uv_idle_t *drain);
static void wake_at(struct daemon *daemon, int64_t at_us);
static void step_queue(struct daemon *daemon);
static void step(struct daemon *daemon, struct event *event);
static void free_event(struct event *event);
static void daemon_perform(struct daemon *daemon);
static void perform(struct daemon *daemon, const struct effect *effect);
static void save(struct daemon *daemon, const struct effect *effect);
static void on_wake(uv_timer_t *wake);
static void watch_signals(struct daemon *daemon);
static void on_signal(uv_signal_t *handle, int number);
static void on_owner_release(struct uvx_owner *owner);

struct daemon *
daemon_new(struct logsink *log)
{
	struct daemon *daemon = mem_zero(1, sizeof(*daemon));

	daemon->log = log;
	daemon->uvx.loop = &daemon->loop;
	daemon->uvx.post = daemon_post;
	if (uv_loop_init(&daemon->loop) != 0) {
		free(daemon);
		return NULL;
	}
	open_handles(daemon);
	daemon->host = hostwatch_new(&daemon->uvx, log);
	daemon->ifmon = ifmon_new(&daemon->uvx, log);
	if (daemon->ifmon == NULL)
		logsink_write(log, NOTE_WARNING, "netlink", strerror(errno));
	daemon->lookup = lookup_new(&daemon->uvx);
	daemon->exchange = exchange_new(&daemon->uvx);
	return daemon;
}

bool
daemon_reside(struct daemon *daemon, const struct resident_setup *setup)
{
	daemon->resident = resident_new(&daemon->uvx, daemon->host, setup);
	return daemon->resident != NULL;
}

void
daemon_learn(struct daemon *daemon, const struct sources_setup *setup,
    const struct config *config)
{
	daemon->sources = sources_new(&daemon->uvx, setup, config);
}

const struct hostwatch *
daemon_host(const struct daemon *daemon)
{
	return daemon->host;
}

const struct fact_net *
daemon_net(const struct daemon *daemon)
{
	return daemon->ifmon != NULL ? ifmon_net(daemon->ifmon) : &daemon->no_net;
}

void
daemon_introduce(struct daemon *daemon, struct engine *engine)
{
	struct event net = {.kind = EVENT_NET, .net = daemon_net(daemon)};

	daemon->engine = engine;
	hostwatch_post(daemon->host);
	daemon_post(&daemon->uvx, &net);
	if (daemon->sources != NULL)
		sources_introduce(daemon->sources);
	step_queue(daemon);
}

int
daemon_run(struct daemon *daemon, struct statedir *state)
{
	struct event start = {.kind = EVENT_START, .wall_s = (int64_t)time(NULL)};

	if (state != NULL)
		daemon->statefile = statefile_new(&daemon->uvx, state);
	watch_signals(daemon);
	if (daemon->ifmon != NULL)
		ifmon_watch(daemon->ifmon);
	if (daemon->resident != NULL)
		resident_start(daemon->resident);
	daemon_post(&daemon->uvx, &start);
	if (daemon->sources != NULL)
		sources_start(daemon->sources);
	if (!daemon->finished)
		uv_run(&daemon->loop, UV_RUN_DEFAULT);
	assert(daemon->finished);
	return daemon->exit;
}

void
daemon_free(struct daemon *daemon)
{
	int error;

	daemon->finished = true;
	if (daemon->resident != NULL)
		resident_close(daemon->resident);
	hostwatch_close(daemon->host);
	if (daemon->statefile != NULL)
		statefile_close(daemon->statefile);
	if (daemon->sources != NULL)
		sources_close(daemon->sources);
	exchange_close(daemon->exchange);
	lookup_close(daemon->lookup);
	if (daemon->ifmon != NULL)
		ifmon_close(daemon->ifmon);
	uvx_close(UVX_HANDLE(&daemon->sigterm));
	uvx_close(UVX_HANDLE(&daemon->sigint));
	uvx_close(UVX_HANDLE(&daemon->wake));
	uvx_close(UVX_HANDLE(&daemon->drain));
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	error = uv_loop_close(&daemon->loop);
	assert(error == 0);
	(void)error;
	step_queue(daemon);
	effects_free(&daemon->effects);
	free(daemon->queue.events);
	free(daemon);
}

static struct daemon *
daemon_of(struct uvx *uvx)
{
	return (struct daemon *)((char *)uvx - offsetof(struct daemon, uvx));
}

static void
open_handles(struct daemon *daemon)
{
	daemon->owner.release = on_owner_release;
	uv_idle_init(&daemon->loop, &daemon->drain);
	uvx_own(&daemon->owner, UVX_HANDLE(&daemon->drain));
	uv_timer_init(&daemon->loop, &daemon->wake);
	uvx_own(&daemon->owner, UVX_HANDLE(&daemon->wake));
	uv_signal_init(&daemon->loop, &daemon->sigint);
	uvx_own(&daemon->owner, UVX_HANDLE(&daemon->sigint));
	uv_signal_init(&daemon->loop, &daemon->sigterm);
	uvx_own(&daemon->owner, UVX_HANDLE(&daemon->sigterm));
}

/* The snapshot is the poster's and outlives the queue; bytes and texts do not. */
static void
daemon_post(struct uvx *uvx, const struct event *event)
{
	struct daemon *daemon = daemon_of(uvx);
	struct queue *queue = &daemon->queue;
	struct event *copy;

	if (daemon->finished) {
		config_free(event->config);
		return;
	}
	queue->events = mem_grow(queue->events, &queue->cap, queue->count + 1,
	    sizeof(*queue->events));
	copy = &queue->events[queue->count++];
	*copy = *event;
	copy->bytes = mem_copy(event->bytes, event->len);
	copy->node_name = mem_text(event->node_name);
	copy->hosts_text = mem_text(event->hosts_text);
	copy->resolv_text = mem_text(event->resolv_text);
	copy->path = mem_text(event->path);
	copy->error = mem_text(event->error);
	uv_idle_start(&daemon->drain, on_drain);
}

static void
on_drain(uv_idle_t *drain)
{
	struct daemon *daemon = (struct daemon *)drain->data;

	step_queue(daemon);
	uv_idle_stop(drain);
	if (daemon->finished) {
		uv_stop(&daemon->loop);
		return;
	}
	if (daemon->resident != NULL)
		resident_idle(daemon->resident, daemon->effects.wake_at_us);
	wake_at(daemon, daemon->effects.wake_at_us);
}

static void
wake_at(struct daemon *daemon, int64_t at_us)
{
	if (daemon->resident != NULL)
		resident_wake_at(daemon->resident, at_us);
	else
		uvx_timer_at(&daemon->wake, on_wake, at_us);
}

/* Effects may post: the queue can grow, and move, while it is worked off. */
static void
step_queue(struct daemon *daemon)
{
	struct queue *queue = &daemon->queue;

	while (queue->first < queue->count) {
		struct event event = queue->events[queue->first++];

		if (!daemon->finished)
			step(daemon, &event);
		free_event(&event);
	}
	queue->first = 0;
	queue->count = 0;
}

/* A configuration is the core's from here on. */
static void
step(struct daemon *daemon, struct event *event)
{
	if (event->config != NULL && daemon->sources != NULL)
		sources_follow(daemon->sources, event->config);
	event->at_us = daemon->resident != NULL ? resident_now_us() : uvx_now_us();
	effects_clear(&daemon->effects);
	engine_step(daemon->engine, event, &daemon->effects);
	event->config = NULL;
	daemon_perform(daemon);
}

static void
free_event(struct event *event)
{
	free((void *)(uintptr_t)event->bytes);
	free((void *)(uintptr_t)event->node_name);
	free((void *)(uintptr_t)event->hosts_text);
	free((void *)(uintptr_t)event->resolv_text);
	free((void *)(uintptr_t)event->path);
	free((void *)(uintptr_t)event->error);
	config_free(event->config);
}

static void
daemon_perform(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->effects.count; i++)
		perform(daemon, &daemon->effects.items[i]);
}

/* An id is a SEND's, a LOOKUP's or an ASK's: whose, its shell knows. */
static void
perform(struct daemon *daemon, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		exchange_send(daemon->exchange, effect);
		break;
	case EFFECT_CLOSE:
		exchange_end(daemon->exchange, effect->id);
		lookup_end(daemon->lookup, effect->id);
		if (daemon->sources != NULL)
			sources_end(daemon->sources, effect->id);
		break;
	case EFFECT_LOOKUP:
		lookup_ask(daemon->lookup, effect);
		break;
	case EFFECT_SAVE:
		save(daemon, effect);
		break;
	case EFFECT_NOTE:
		logsink_write(daemon->log, effect->level, effect->subject,
		    effect->text);
		break;
	case EFFECT_REPLY:
	case EFFECT_STREAM:
	case EFFECT_RELOAD:
	case EFFECT_STATUS:
		if (daemon->resident != NULL)
			resident_perform(daemon->resident, effect);
		break;
	case EFFECT_ASK:
		if (daemon->sources != NULL)
			sources_ask(daemon->sources, effect);
		break;
	case EFFECT_FINISH:
		daemon->finished = true;
		daemon->exit = effect->exit;
		break;
	}
}

static void
save(struct daemon *daemon, const struct effect *effect)
{
	struct event failed = {
		.kind = EVENT_SAVE_FAILED, .id = effect->id, .fault = FAULT_FILE_DENIED,
	};

	if (daemon->statefile != NULL)
		statefile_save(daemon->statefile, effect);
	else
		daemon_post(&daemon->uvx, &failed);
}

static void
on_wake(uv_timer_t *wake)
{
	struct daemon *daemon = (struct daemon *)wake->data;

	daemon_post(&daemon->uvx, &(struct event){.kind = EVENT_WAKE});
}

static void
watch_signals(struct daemon *daemon)
{
	sigset_t signals;

	uv_signal_start(&daemon->sigint, on_signal, SIGINT);
	uv_signal_start(&daemon->sigterm, on_signal, SIGTERM);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = (struct daemon *)handle->data;
	struct event stop = {.kind = EVENT_STOP, .signal = number};

	if (daemon->resident != NULL)
		resident_stopping(daemon->resident);
	daemon_post(&daemon->uvx, &stop);
}

/* The struct is daemon_free()'s to free: it runs the loop that calls this. */
static void
on_owner_release(struct uvx_owner *owner)
{
	assert(owner->unclosed == 0);
	(void)owner;
}
