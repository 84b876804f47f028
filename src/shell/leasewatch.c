/*
 * leasewatch: what the machine's own DHCP clients write down.
 *
 * Level-triggered: whatever the kernel tells of a directory, its files are all read
 * again, 50 ms later so that a burst is one look, and compared with what was posted.  A
 * file that was read half written is read again at the writer's next byte.
 *
 * A directory that is not there yet is waited for by watching the nearest one above it
 * that is.  The files themselves are not watched: most clients replace them.
 */
#include <sys/inotify.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/leasewatch.h"

#define FILES_MAX 64
#define MERGE_US CLOCK_MS(50)
#define EVENTS_LEN 4096

/* Written (dhclient never closes its file), replaced, linked, given to another owner. */
#define CHANGES                                                                          \
	(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE |                \
	 IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

/* Of a directory above a missing one. */
#define ARRIVALS (IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

static const struct place {
	const char *directory;
	const char *pattern; /* fnmatch(3) with FNM_EXTMATCH */
	enum lease_kind kind;
	enum leasefile_user user;
} places[] = {
	{"/run/systemd/netif/leases", "+([0-9])", LEASE_NETWORKD, LEASEFILE_NETWORKD},
	{"/var/lib/dhcp", "dhclient*.leases", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/dhclient", "*.@(lease|leases)", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/NetworkManager", "dhclient*.lease", LEASE_DHCLIENT, LEASEFILE_ROOT},
	{"/var/lib/dhcpcd", "*.lease", LEASE_DHCPCD, LEASEFILE_DHCPCD},
	{"/var/lib/dhcpcd", "*.lease6", LEASE_DHCPCD6, LEASEFILE_DHCPCD},
	{"/var/db/dhcpcd", "*.lease", LEASE_DHCPCD, LEASEFILE_DHCPCD},
	{"/var/db/dhcpcd", "*.lease6", LEASE_DHCPCD6, LEASEFILE_DHCPCD},
};

#define PLACES (sizeof(places) / sizeof(places[0]))

/* What was posted last of a file; of a place itself when it has no name. */
struct file {
	const struct place *place;
	char *name;
	char *reason;        /* NULL: believed */
	uint64_t hash;       /* of its bytes */
	int64_t written_s;
	bool seen;           /* in this look */
};

struct leasewatch {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct leasefile_users users;
	struct file files[FILES_MAX];
	size_t file_count;
	bool crowded;        /* there were more, and that was said */
	int inotify;         /* -1: not started */
	int watches[PLACES]; /* -1: none */
	bool waits[PLACES];  /* the watch is on a directory above it */
	bool changed[PLACES];
	uv_poll_t poll;
	uv_timer_t merge;
};

static void look_at(struct leasewatch *watch, const struct place *place);
static void look_into(struct leasewatch *watch, const struct place *place, int fd);
static bool belongs(const struct place *place, const char *name);
static void look_at_file(struct leasewatch *watch, const struct place *place, int fd,
    const char *name);
static void refuse(struct leasewatch *watch, const struct place *place,
    const char *name, const char *reason);
static struct file *find_file(struct leasewatch *watch, const struct place *place,
    const char *name);
static struct file *add_file(struct leasewatch *watch, const struct place *place,
    const char *name);
static void say_crowded(struct leasewatch *watch, const struct place *place);
static uint64_t hash_of(const uint8_t *bytes, size_t len);
static void post(struct leasewatch *watch, const struct file *file,
    const struct leasefile *content);
static void forget_unseen(struct leasewatch *watch, const struct place *place);
static void watch_places(struct leasewatch *watch);
static void watch_place(struct leasewatch *watch, size_t i);
static int watch_nearest(struct leasewatch *watch, size_t i);
static bool is_used(const struct leasewatch *watch, int descriptor);
static void on_inotify_readable(uv_poll_t *poll, int status, int events);
static bool drain(struct leasewatch *watch);
static bool take_event(struct leasewatch *watch, const struct inotify_event *event);
static void suspect_all(struct leasewatch *watch);
static void on_merge_over(uv_timer_t *merge);
static void release(struct uvx_owner *owner);

struct leasewatch *
leasewatch_new(struct uvx *uvx, const struct leasefile_users *users)
{
	struct leasewatch *watch = mem_zero(1, sizeof(*watch));

	watch->owner.release = release;
	watch->uvx = uvx;
	watch->users = *users;
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
		look_at(watch, &places[i]);
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

/* A directory that is not for us is said like a file. */
static void
look_at(struct leasewatch *watch, const struct place *place)
{
	int fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < watch->file_count; i++)
		if (watch->files[i].place == place)
			watch->files[i].seen = false;
	if (fd != -1)
		look_into(watch, place, fd);
	else if (errno != ENOENT && errno != ENOTDIR)
		refuse(watch, place, "", strerror(errno));
	forget_unseen(watch, place);
}

/* The stream takes the descriptor over. */
static void
look_into(struct leasewatch *watch, const struct place *place, int fd)
{
	const struct dirent *entry;
	DIR *stream = fdopendir(fd);

	if (stream == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		if (belongs(place, entry->d_name))
			look_at_file(watch, place, fd, entry->d_name);
	closedir(stream);
}

static bool
belongs(const struct place *place, const char *name)
{
	return fnmatch(place->pattern, name, FNM_EXTMATCH | FNM_PERIOD) == 0;
}

static void
look_at_file(struct leasewatch *watch, const struct place *place, int fd,
    const char *name)
{
	struct leasefile content;
	struct file *file;
	uint64_t hash;

	if (!leasefile_read(fd, name, place->user, &watch->users, &content)) {
		if (content.reason != NULL)
			refuse(watch, place, name, content.reason);
		free(content.reason);
		return;
	}
	hash = hash_of(content.bytes, content.len);
	file = add_file(watch, place, name);
	if (file != NULL && (file->reason != NULL || file->hash != hash ||
		file->written_s != content.written_s)) {
		free(file->reason);
		file->reason = NULL;
		file->hash = hash;
		file->written_s = content.written_s;
		post(watch, file, &content);
	}
	free(content.bytes);
}

/* Once for each reason. */
static void
refuse(struct leasewatch *watch, const struct place *place, const char *name,
    const char *reason)
{
	struct file *file = add_file(watch, place, name);

	if (file == NULL ||
	    (file->reason != NULL && strcmp(file->reason, reason) == 0))
		return;
	free(file->reason);
	file->reason = mem_text(reason);
	post(watch, file, NULL);
}

static struct file *
find_file(struct leasewatch *watch, const struct place *place, const char *name)
{
	for (size_t i = 0; i < watch->file_count; i++)
		if (watch->files[i].place == place &&
		    strcmp(watch->files[i].name, name) == 0)
			return &watch->files[i];
	return NULL;
}

/* The one there is, or a new one: its reason is none that a file can have.  NULL: there
 * are too many already. */
static struct file *
add_file(struct leasewatch *watch, const struct place *place, const char *name)
{
	struct file *file = find_file(watch, place, name);

	if (file == NULL && watch->file_count == FILES_MAX) {
		say_crowded(watch, place);
		return NULL;
	}
	if (file == NULL) {
		file = &watch->files[watch->file_count++];
		*file = (struct file){.place = place};
		file->name = mem_text(name);
		file->reason = mem_text("");
	}
	file->seen = true;
	return file;
}

static void
say_crowded(struct leasewatch *watch, const struct place *place)
{
	struct file all = {.place = place, .name = (char[]){""}};

	if (watch->crowded)
		return;
	watch->crowded = true;
	all.reason = mem_printf("more than %d lease files: the others are not read",
	    FILES_MAX);
	post(watch, &all, NULL);
	free(all.reason);
}

/* FNV-1a: it need not resist anybody, whoever writes the file is believed. */
static uint64_t
hash_of(const uint8_t *bytes, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

/* content: NULL: there is none, or the file is refused. */
static void
post(struct leasewatch *watch, const struct file *file, const struct leasefile *content)
{
	struct event lease = {.kind = EVENT_LEASE, .lease_kind = file->place->kind};
	const char *slash = file->name[0] != '\0' ? "/" : "";
	char *path = mem_printf("%s%s%s", file->place->directory, slash, file->name);

	lease.path = path;
	lease.error = file->reason;
	lease.wall_s = (int64_t)time(NULL);
	if (content != NULL) {
		lease.bytes = content->bytes;
		lease.len = content->len;
		lease.written_s = content->written_s;
	}
	watch->uvx->post(watch->uvx, &lease);
	free(path);
}

static void
forget_unseen(struct leasewatch *watch, const struct place *place)
{
	for (size_t i = 0; i < watch->file_count;) {
		struct file *file = &watch->files[i];

		if (file->place != place || file->seen) {
			i++;
			continue;
		}
		free(file->reason);
		file->reason = NULL;
		post(watch, file, NULL);
		free(file->name);
		*file = watch->files[--watch->file_count];
	}
}

/* --- hearing of changes --------------------------------------------------------------- */

/* A place that has come since has files to look at. */
static void
watch_places(struct leasewatch *watch)
{
	for (size_t i = 0; i < PLACES; i++) {
		bool waited = watch->watches[i] == -1 || watch->waits[i];

		if (!waited)
			continue;
		watch_place(watch, i);
		if (watch->watches[i] != -1 && !watch->waits[i])
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
		if (old != -1 && !is_used(watch, old))
			inotify_rm_watch(watch->inotify, old);
	} while (watch->watches[i] != old);
}

/* The directory, or the nearest above it that is there; -1: we may not. */
static int
watch_nearest(struct leasewatch *watch, size_t i)
{
	char *path = mem_text(places[i].directory), *slash;
	int descriptor;

	watch->waits[i] = false;
	descriptor = inotify_add_watch(watch->inotify, path, CHANGES | IN_ONLYDIR);
	while (descriptor == -1 && (errno == ENOENT || errno == ENOTDIR) &&
	    path[1] != '\0') {
		slash = strrchr(path, '/');
		slash[slash == path ? 1 : 0] = '\0';
		watch->waits[i] = true;
		descriptor = inotify_add_watch(watch->inotify, path, ARRIVALS);
	}
	free(path);
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
	if (drain(watch) && !uv_is_active(UVX_HANDLE(&watch->merge)))
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
	return ours;
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
		    !belongs(&places[i], event->name))
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

	watch_places(watch);
	for (size_t i = 0; i < PLACES; i++) {
		if (watch->changed[i])
			look_at(watch, &places[i]);
		watch->changed[i] = false;
	}
}

static void
release(struct uvx_owner *owner)
{
	struct leasewatch *watch = (struct leasewatch *)owner;

	if (watch->inotify != -1)
		close(watch->inotify);
	for (size_t i = 0; i < watch->file_count; i++) {
		free(watch->files[i].name);
		free(watch->files[i].reason);
	}
	free(watch);
}
