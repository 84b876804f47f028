/*
 * leasewatch: what the machine's own DHCP clients write down.
 *
 * Level-triggered: whatever the kernel tells of a directory, its files are all read
 * again, 50 ms later so that a burst is one look, and compared with what was posted.  A
 * file that was read half written is read again at the writer's next byte.
 *
 * What cannot be read or watched for want of descriptors or memory, or by an error of the
 * disk, counts as it was and is tried again: after 1 s, then 2, at most 64.
 *
 * A directory that is not there yet is waited for by watching the nearest one above it
 * that is.  The files themselves are not watched: most clients replace them.
 */
#include <sys/inotify.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/leaseplaces.h"
#include "shell/leasewatch.h"

#define MERGE_US CLOCK_MS(50)
#define AGAIN_US CLOCK_S(1)
#define AGAIN_MAX_US CLOCK_S(64)
#define EVENTS_LEN 4096
#define PLACES LEASEPLACES_COUNT

/* Written (dhclient never closes its file), replaced, linked, given to another owner. */
#define CHANGES                                                                          \
	(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |                \
	 IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

/* Of a directory above a missing one. */
#define ARRIVALS (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct leasewatch {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct logsink *log;
	struct leaseplaces *places;
	int inotify;         /* -1: not started */
	int watches[PLACES]; /* -1: none */
	bool waits[PLACES];  /* the watch is on a directory above it */
	bool crowded[PLACES]; /* the kernel had no room for the watch */
	bool changed[PLACES]; /* or in doubt: to be looked at */
	bool merging;        /* the timer is armed for a change */
	int64_t again_us;    /* to wait when something is in doubt; 0: nothing is */
	uv_poll_t poll;
	uv_timer_t merge;
};

static void watch_places(struct leasewatch *watch);
static void watch_place(struct leasewatch *watch, size_t i);
static int watch_nearest(struct leasewatch *watch, size_t i);
static bool is_used(const struct leasewatch *watch, int descriptor);
static void on_inotify_readable(uv_poll_t *poll, int status, int events);
static bool drain(struct leasewatch *watch);
static bool take_event(struct leasewatch *watch, const struct inotify_event *event);
static void suspect_all(struct leasewatch *watch);
static void on_merge_over(uv_timer_t *merge);
static void look_again(struct leasewatch *watch);
static void tell(const struct leasewatch *watch, enum note_level level,
    const char *text);
static void release(struct uvx_owner *owner);

struct leasewatch *
leasewatch_new(struct uvx *uvx, struct logsink *log,
    const struct leasefile_users *users)
{
	struct leasewatch *watch = mem_zero(1, sizeof(*watch));

	watch->owner.release = release;
	watch->uvx = uvx;
	watch->log = log;
	watch->places = leaseplaces_new(uvx, users);
	watch->inotify = -1;
	leasewatch_look(watch);
	return watch;
}

bool
leasewatch_start(struct leasewatch *watch)
{
	if (watch->inotify != -1)
		return true;
	watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->inotify == -1)
		return false;
	uv_poll_init(watch->uvx->loop, &watch->poll, watch->inotify);
	uvx_own(&watch->owner, UVX_HANDLE(&watch->poll));
	uv_timer_init(watch->uvx->loop, &watch->merge);
	uvx_own(&watch->owner, UVX_HANDLE(&watch->merge));
	for (size_t i = 0; i < PLACES; i++)
		watch->watches[i] = -1;
	watch_places(watch);
	leasewatch_look(watch);
	return uv_poll_start(&watch->poll, UV_READABLE, on_inotify_readable) == 0;
}

void
leasewatch_look(struct leasewatch *watch)
{
	for (size_t i = 0; i < PLACES; i++)
		watch->changed[i] = !leaseplaces_look(watch->places, i);
	if (watch->inotify != -1)
		look_again(watch);
}

void
leasewatch_close(struct leasewatch *watch)
{
	if (watch->inotify != -1) {
		uvx_close(UVX_HANDLE(&watch->poll));
		uvx_close(UVX_HANDLE(&watch->merge));
	} else {
		release(&watch->owner);
	}
}

/* A place that has come since has files to look at. */
static void
watch_places(struct leasewatch *watch)
{
	for (size_t i = 0; i < PLACES; i++) {
		bool waited = watch->watches[i] == -1 || watch->waits[i];

		if (!waited)
			continue;
		watch_place(watch, i);
		if (watch->crowded[i] || (watch->watches[i] != -1 && !watch->waits[i]))
			watch->changed[i] = true;
	}
}

/*
 * Again until it makes no difference: the directory may have come before the one above
 * it was watched.  Several places may wait for the same one: its watch goes with the
 * last.
 */
static void
watch_place(struct leasewatch *watch, size_t i)
{
	int old;

	do {
		old = watch->watches[i];
		watch->watches[i] = watch_nearest(watch, i);
		watch->crowded[i] = watch->watches[i] == -1 &&
		    (errno == ENOSPC || errno == ENOMEM);
		if (old != -1 && !is_used(watch, old))
			inotify_rm_watch(watch->inotify, old);
	} while (watch->watches[i] != old);
}

/* The directory, or the nearest above it that is there; -1: we may not. */
static int
watch_nearest(struct leasewatch *watch, size_t i)
{
	char *path = mem_text(leaseplaces_directory(i)), *slash;
	int descriptor, error;

	watch->waits[i] = false;
	descriptor = inotify_add_watch(watch->inotify, path, CHANGES | IN_ONLYDIR);
	while (descriptor == -1 && (errno == ENOENT || errno == ENOTDIR) &&
	    path[1] != '\0') {
		slash = strrchr(path, '/');
		slash[slash == path ? 1 : 0] = '\0';
		watch->waits[i] = true;
		descriptor = inotify_add_watch(watch->inotify, path, ARRIVALS);
	}
	error = errno;
	free(path);
	errno = error;
	return descriptor;
}

static bool
is_used(const struct leasewatch *watch, int descriptor)
{
	for (size_t i = 0; i < PLACES; i++)
		if (watch->watches[i] == descriptor)
			return true;
	return false;
}

static void
on_inotify_readable(uv_poll_t *poll, int status, int events)
{
	struct leasewatch *watch = poll->data;

	(void)status;
	(void)events;
	if (!drain(watch) || watch->merging)
		return;
	watch->merging = true;
	uvx_timer_at(&watch->merge, on_merge_over, uvx_now_us() + MERGE_US);
}

/* Did any of the events concern us? */
static bool
drain(struct leasewatch *watch)
{
	_Alignas(struct inotify_event) char events[EVENTS_LEN];
	const struct inotify_event *event;
	bool ours = false;
	ssize_t len;

	while ((len = read(watch->inotify, events, sizeof(events))) > 0)
		for (ssize_t at = 0; at < len;
		     at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const struct inotify_event *)(events + at);
			ours = take_event(watch, event) || ours;
		}
	if (len == 0 || errno == EAGAIN)
		return ours;
	uv_poll_stop(&watch->poll); /* until the files have been looked at */
	suspect_all(watch);
	return true;
}

/* A directory that was moved away keeps its watch, which is then of no use. */
static bool
take_event(struct leasewatch *watch, const struct inotify_event *event)
{
	bool ours = false;

	if ((event->mask & IN_Q_OVERFLOW) != 0) {
		suspect_all(watch);
		return true;
	}
	if ((event->mask & IN_MOVE_SELF) != 0)
		inotify_rm_watch(watch->inotify, event->wd);
	for (size_t i = 0; i < PLACES; i++) {
		if (watch->watches[i] != event->wd)
			continue;
		if ((event->mask & (IN_IGNORED | IN_MOVE_SELF)) != 0)
			watch->watches[i] = -1;
		else if (!watch->waits[i] && event->len > 0 &&
		    !leaseplaces_has(i, event->name))
			continue;
		watch->changed[i] = watch->changed[i] || !watch->waits[i];
		ours = true;
	}
	return ours;
}

/* Events were lost: that a directory has gone may be among them. */
static void
suspect_all(struct leasewatch *watch)
{
	for (size_t i = 0; i < PLACES; i++) {
		watch->waits[i] = true;
		watch->changed[i] = true;
	}
}

static void
on_merge_over(uv_timer_t *merge)
{
	struct leasewatch *watch = merge->data;

	watch->merging = false;
	uv_poll_start(&watch->poll, UV_READABLE, on_inotify_readable);
	watch_places(watch);
	for (size_t i = 0; i < PLACES; i++)
		if (watch->changed[i])
			watch->changed[i] = !leaseplaces_look(watch->places, i);
	look_again(watch);
}

/* When something is in doubt. */
static void
look_again(struct leasewatch *watch)
{
	bool any = false;

	for (size_t i = 0; i < PLACES; i++)
		any = any || watch->changed[i] || watch->crowded[i];
	if (any && watch->again_us == 0)
		tell(watch, NOTE_WARNING,
		    "not all can be read or watched for the moment; what is known of "
		    "them counts, they are read again before long");
	if (!any && watch->again_us != 0)
		tell(watch, NOTE_NOTICE, "all can be read again");
	watch->again_us = !any ? 0 : watch->again_us == 0 ? AGAIN_US :
	    clock_min(2 * watch->again_us, AGAIN_MAX_US);
	if (any && !watch->merging)
		uvx_timer_at(&watch->merge, on_merge_over,
		    uvx_now_us() + watch->again_us);
}

static void
tell(const struct leasewatch *watch, enum note_level level, const char *text)
{
	if (watch->log != NULL)
		logsink_write(watch->log, level, "lease files", text);
}

static void
release(struct uvx_owner *owner)
{
	struct leasewatch *watch = (struct leasewatch *)owner;

	if (watch->inotify != -1)
		close(watch->inotify);
	leaseplaces_free(watch->places);
	free(watch);
}
