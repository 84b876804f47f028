/*
 * hostwatch: the three texts that the host's own name is derived from.
 *
 * A file that is missing, too large or not text counts as not there: the name is then
 * derived from what is left.  One that cannot be read for want of descriptors or memory, or
 * by an error of the disk, counts as it was, and is read again before long: a name in DNS
 * must not hang on that.
 *
 * The kernel tells of a new node name by a priority event on its file in /proc.  It has
 * one list of listeners for all its UTS namespaces: whoever sets a host name, in whatever
 * container, wakes us once, and only reading tells whose it was.  There is no other way
 * to hear of it but to ask again and again.  The
 * two files are seldom written in place: they are replaced by another of their name, so
 * their directories are watched; /etc/resolv.conf is often a symbolic link, so the
 * directory it leads to is watched as well.  Whatever is told, the texts are read again
 * and compared.
 */
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/hostwatch.h"
#include "shell/textfile.h"

#define HOSTWATCH_MAX (1024 * 1024) /* bytes a file */
#define HOSTS "/etc/hosts"
#define RESOLV "/etc/resolv.conf"
#define NODE_NAME "/proc/sys/kernel/hostname"
#define EVENTS_LEN 4096
#define AGAIN_US CLOCK_S(1)    /* doubled each time */
#define AGAIN_MAX_US CLOCK_S(64)

/* Written and closed, or another file in its place. */
#define CHANGES (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

struct texts {
	struct utsname uts;
	char *hosts;
	char *resolv;
	const char *doubtful; /* one that is what it was before, or NULL */
};

struct hostwatch {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct logsink *log;
	struct texts texts;
	uv_poll_t name_poll;
	uv_poll_t file_poll;
	uv_timer_t again;
	int64_t again_us;      /* to wait for a doubtful text */
	bool started;
	int name;              /* NODE_NAME; -1: not watched */
	int files;             /* inotify; -1: not watched */
	int etc_watch;
	char *target;          /* what RESOLV leads to */
	int target_watch;      /* on its directory; -1: none */
	bool target_waits;     /* on one above it: that one is not there */
};

static void read_texts(struct texts *texts, const struct texts *old);
static char *read_text(const char *path, const char *old, const char **doubtful);
static void free_texts(struct texts *texts);
static bool same_texts(const struct texts *a, const struct texts *b);
static bool same_text(const char *a, const char *b);
static void look_again(struct hostwatch *watch, const char *doubtful);
static void tell_doubt(struct hostwatch *watch, const char *path);
static void on_again(uv_timer_t *timer);
static bool watch_name(struct hostwatch *watch);
static bool watch_files(struct hostwatch *watch);
static void watch_target(struct hostwatch *watch);
static char *resolv_target(void);
static void watch_nearest(struct hostwatch *watch);
static void on_name_changed(uv_poll_t *poll, int status, int events);
static void on_files_readable(uv_poll_t *poll, int status, int events);
static bool drain(struct hostwatch *watch);
static bool concerns(struct hostwatch *watch, const struct inotify_event *event);
static bool is_named(const char *path, const struct inotify_event *event);
static bool is_complete(const char *path, const struct inotify_event *event);
static void close_poll(uv_poll_t *poll, int fd);
static void release(struct uvx_owner *owner);

struct hostwatch *
hostwatch_new(struct uvx *uvx, struct logsink *log)
{
	struct hostwatch *watch = mem_zero(1, sizeof(*watch));

	watch->owner.release = release;
	watch->uvx = uvx;
	watch->log = log;
	watch->name = -1;
	watch->files = -1;
	watch->etc_watch = -1;
	watch->target_watch = -1;
	watch->target_waits = true;
	read_texts(&watch->texts, &(struct texts){0});
	return watch;
}

void
hostwatch_post(struct hostwatch *watch)
{
	watch->uvx->post(watch->uvx,
	    &(struct event){
		.kind = EVENT_HOST,
		.node_name = watch->texts.uts.nodename,
		.hosts_text = watch->texts.hosts,
		.resolv_text = watch->texts.resolv,
	    });
}

/* What changed before the watches stood is found by looking. */
bool
hostwatch_start(struct hostwatch *watch)
{
	bool all = watch_name(watch);

	watch->started = true;
	uv_timer_init(watch->uvx->loop, &watch->again);
	uvx_own(&watch->owner, UVX_HANDLE(&watch->again));
	all = watch_files(watch) && all;
	hostwatch_look(watch);
	return all;
}

void
hostwatch_look(struct hostwatch *watch)
{
	struct texts now;

	read_texts(&now, &watch->texts);
	look_again(watch, now.doubtful);
	if (same_texts(&watch->texts, &now)) {
		free_texts(&now);
		return;
	}
	free_texts(&watch->texts);
	watch->texts = now;
	hostwatch_post(watch);
}

const char *
hostwatch_node_name(const struct hostwatch *watch)
{
	return watch->texts.uts.nodename;
}

const char *
hostwatch_hosts(const struct hostwatch *watch)
{
	return watch->texts.hosts;
}

const char *
hostwatch_resolv(const struct hostwatch *watch)
{
	return watch->texts.resolv;
}

void
hostwatch_close(struct hostwatch *watch)
{
	close_poll(&watch->name_poll, watch->name);
	close_poll(&watch->file_poll, watch->files);
	if (watch->started)
		uvx_close(UVX_HANDLE(&watch->again));
	if (watch->owner.unclosed == 0)
		release(&watch->owner);
}

/* The files say only a domain, which a dotted node name brings along. */
static void
read_texts(struct texts *texts, const struct texts *old)
{
	*texts = (struct texts){0};
	if (uname(&texts->uts) == -1)
		texts->uts.nodename[0] = '\0';
	if (strchr(texts->uts.nodename, '.') == NULL) {
		texts->hosts = read_text(HOSTS, old->hosts, &texts->doubtful);
		texts->resolv = read_text(RESOLV, old->resolv, &texts->doubtful);
	}
}

static char *
read_text(const char *path, const char *old, const char **doubtful)
{
	enum fault fault;
	char *text;
	size_t len;

	fault = textfile_read(AT_FDCWD, path, TEXTFILE_FOLLOW, HOSTWATCH_MAX, &text,
	    &len);
	if (fault != FAULT_FILE_IO)
		return text;
	*doubtful = path;
	return mem_text(old);
}

static void
free_texts(struct texts *texts)
{
	free(texts->hosts);
	free(texts->resolv);
}

static bool
same_texts(const struct texts *a, const struct texts *b)
{
	return strcmp(a->uts.nodename, b->uts.nodename) == 0 &&
	    same_text(a->hosts, b->hosts) && same_text(a->resolv, b->resolv);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A single run looks only once. */
static void
look_again(struct hostwatch *watch, const char *doubtful)
{
	if (doubtful == NULL || !watch->started) {
		watch->again_us = 0;
		return;
	}
	if (watch->again_us == 0)
		tell_doubt(watch, doubtful);
	watch->again_us = watch->again_us == 0 ? AGAIN_US : 2 * watch->again_us;
	if (watch->again_us > AGAIN_MAX_US)
		watch->again_us = AGAIN_MAX_US;
	uvx_timer_at(&watch->again, on_again, uvx_now_us() + watch->again_us);
}

static void
tell_doubt(struct hostwatch *watch, const char *path)
{
	logsink_write(watch->log, NOTE_WARNING, path,
	    "cannot be read for the moment; what it said before counts, it is read again "
	    "before long");
}

static void
on_again(uv_timer_t *timer)
{
	struct hostwatch *watch = timer->data;

	if (watch->files != -1)
		uv_poll_start(&watch->file_poll, UV_READABLE, on_files_readable);
	hostwatch_look(watch);
}

static bool
watch_name(struct hostwatch *watch)
{
	watch->name = open(NODE_NAME, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (watch->name == -1)
		return false;
	uv_poll_init(watch->uvx->loop, &watch->name_poll, watch->name);
	uvx_own(&watch->owner, UVX_HANDLE(&watch->name_poll));
	return uv_poll_start(&watch->name_poll, UV_PRIORITIZED, on_name_changed) == 0;
}

static bool
watch_files(struct hostwatch *watch)
{
	watch->files = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->files == -1)
		return false;
	uv_poll_init(watch->uvx->loop, &watch->file_poll, watch->files);
	uvx_own(&watch->owner, UVX_HANDLE(&watch->file_poll));
	watch->etc_watch = inotify_add_watch(watch->files, "/etc", CHANGES);
	watch_target(watch);
	return watch->etc_watch != -1 &&
	    uv_poll_start(&watch->file_poll, UV_READABLE, on_files_readable) == 0;
}

/* Where the link leads may itself change, and its directory come and go. */
static void
watch_target(struct hostwatch *watch)
{
	char *target = resolv_target();

	if (same_text(target, watch->target) && !watch->target_waits) {
		free(target);
		return;
	}
	if (watch->target_watch != watch->etc_watch)
		inotify_rm_watch(watch->files, watch->target_watch);
	free(watch->target);
	watch->target = target;
	watch_nearest(watch);
}

/* NULL: there is nothing of this name. */
static char *
resolv_target(void)
{
	char *target = realpath(RESOLV, NULL);
	char text[PATH_MAX];
	ssize_t len;

	if (target != NULL)
		return target;
	len = readlink(RESOLV, text, sizeof(text) - 1);
	if (len <= 0)
		return NULL;
	text[len] = '\0';
	return text[0] == '/' ? mem_text(text) : mem_printf("/etc/%s", text);
}

static void
watch_nearest(struct hostwatch *watch)
{
	char *copy = mem_text(watch->target != NULL ? watch->target : RESOLV);
	const char *directory = dirname(copy);
	int files = watch->files;

	watch->target_waits = false;
	watch->target_watch = inotify_add_watch(files, directory, CHANGES);
	while (watch->target_watch == -1 && errno == ENOENT && directory[1] != '\0') {
		watch->target_waits = true;
		directory = dirname(copy);
		watch->target_watch = inotify_add_watch(files, directory, CHANGES);
	}
	if (watch->target_watch == -1)
		watch->target_waits = true; /* no room in the kernel: tried again */
	free(copy);
}

/* It is told of other UTS namespaces' names, too. */
static void
on_name_changed(uv_poll_t *poll, int status, int events)
{
	struct hostwatch *watch = poll->data;
	struct utsname now;

	(void)status;
	(void)events;
	if (uname(&now) == 0 &&
	    strcmp(now.nodename, watch->texts.uts.nodename) != 0)
		hostwatch_look(watch);
}

static void
on_files_readable(uv_poll_t *poll, int status, int events)
{
	struct hostwatch *watch = poll->data;

	(void)status;
	(void)events;
	if (!drain(watch))
		return;
	watch_target(watch);
	hostwatch_look(watch);
}

/* Did any of the events concern us? */
static bool
drain(struct hostwatch *watch)
{
	_Alignas(struct inotify_event) char events[EVENTS_LEN];
	const struct inotify_event *event;
	bool ours = false;
	ssize_t len;

	while ((len = read(watch->files, events, sizeof(events))) > 0)
		for (ssize_t at = 0; at < len;
		     at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const struct inotify_event *)(events + at);
			ours = concerns(watch, event) || ours;
		}
	if (len == 0 || errno == EAGAIN)
		return ours;
	uv_poll_stop(&watch->file_poll); /* until on_again() */
	uvx_timer_at(&watch->again, on_again, uvx_now_us() + AGAIN_US);
	return true;
}

/* Events that were lost may have. */
static bool
concerns(struct hostwatch *watch, const struct inotify_event *event)
{
	bool target = event->wd == watch->target_watch;

	if ((event->mask & IN_IGNORED) != 0 && target)
		watch->target_waits = true; /* the directory has gone */
	if ((event->mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0)
		return true;
	if (event->len == 0)
		return false;
	if (target && watch->target_waits)
		return true;
	if (target && is_named(watch->target, event))
		return is_complete(watch->target, event);
	if (event->wd != watch->etc_watch)
		return false;
	return (is_named(HOSTS, event) && is_complete(HOSTS, event)) ||
	    (is_named(RESOLV, event) && is_complete(RESOLV, event));
}

static bool
is_named(const char *path, const struct inotify_event *event)
{
	return path != NULL && strcmp(strrchr(path, '/') + 1, event->name) == 0;
}

/* A file just created is still empty: its closing is told, too.  A link is whole. */
static bool
is_complete(const char *path, const struct inotify_event *event)
{
	struct stat st;

	return (event->mask & IN_CREATE) == 0 ||
	    (lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
}

static void
close_poll(uv_poll_t *poll, int fd)
{
	if (fd != -1)
		uvx_close(UVX_HANDLE(poll));
}

static void
release(struct uvx_owner *owner)
{
	struct hostwatch *watch = (struct hostwatch *)owner;

	if (watch->name != -1)
		close(watch->name);
	if (watch->files != -1)
		close(watch->files);
	free_texts(&watch->texts);
	free(watch->target);
	free(watch);
}
