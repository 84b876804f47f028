/*
 * statefile: the state on the disk.
 *
 * Written to a file beside it, synced, renamed over it, and the directory synced: at
 * any instant there is one whole state, the old or the new.
 *
 * A disk may take its time: each save has a thread for as long as it lasts.  Where none is
 * to be had, the loop waits for the disk itself; libuv's pool would abort.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/statefile.h"
#include "shell/textfile.h"

#define STATEFILE_MAX (32 * 1024 * 1024) /* bytes */
#define NEW_NAME STATEFILE_NAME ".new"

/* A text, and the ids that wait for it to be on the disk. */
struct save {
	char *text;
	uint64_t *ids;
	size_t count;
	size_t cap;
};

struct statefile {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct statedir *dir;
	uv_async_t done;
	uv_thread_t thread;
	bool threaded;
	struct save running; /* the thread's while busy */
	struct save waiting;
	enum fault fault;    /* of the running one */
	bool busy;
	bool closed;
};

static void start(struct statefile *file);
static void on_thread(void *context);
static void on_save_done(uv_async_t *done);
static void release(struct uvx_owner *owner);
static enum fault replace(const struct statedir *dir, const char *text);
static int write_new(const struct statedir *dir, int fd, const char *text);
static int write_all(int fd, const char *text, size_t len);

enum fault
statefile_read(const struct statedir *dir, char **text, size_t *len)
{
	*text = NULL;
	*len = 0;
	if (dir->fd == -1)
		return FAULT_FILE_MISSING;
	return textfile_read(dir->fd, STATEFILE_NAME, TEXTFILE_NO_FOLLOW, STATEFILE_MAX,
	    text, len);
}

enum fault
statefile_set_aside(const struct statedir *dir)
{
	if (renameat(dir->fd, STATEFILE_NAME, dir->fd, STATEFILE_BROKEN_NAME) == 0)
		return FAULT_NONE;
	return textfile_fault(errno);
}

struct statefile *
statefile_new(struct uvx *uvx, struct statedir *dir)
{
	struct statefile *file = mem_zero(1, sizeof(*file));

	file->owner.release = release;
	file->uvx = uvx;
	file->dir = dir;
	uv_async_init(uvx->loop, &file->done, on_save_done);
	uvx_own(&file->owner, UVX_HANDLE(&file->done));
	return file;
}

void
statefile_save(struct statefile *file, const struct effect *effect)
{
	struct save *save = &file->waiting;

	free(save->text);
	save->text = mem_text(effect->text);
	save->ids = mem_grow(save->ids, &save->cap, save->count + 1,
	    sizeof(*save->ids));
	save->ids[save->count++] = effect->id;
	if (!file->busy)
		start(file);
}

void
statefile_close(struct statefile *file)
{
	file->closed = true;
	if (!file->busy)
		uvx_close(UVX_HANDLE(&file->done));
}

/* The lists change places, so that their memory is used again. */
static void
start(struct statefile *file)
{
	struct save done = file->running;

	free(done.text);
	done.text = NULL;
	done.count = 0;
	file->running = file->waiting;
	file->waiting = done;
	file->busy = true;
	file->threaded = uv_thread_create(&file->thread, on_thread, file) == 0;
	if (!file->threaded)
		on_thread(file);
}

/* It touches nothing but `running`, `fault` and `dir`. */
static void
on_thread(void *context)
{
	struct statefile *file = context;

	file->fault = statedir_lock_again(file->dir);
	if (file->fault == FAULT_NONE)
		file->fault = replace(file->dir, file->running.text);
	uv_async_send(&file->done);
}

static void
on_save_done(uv_async_t *done)
{
	struct statefile *file = done->data;
	struct event event = {.kind = EVENT_SAVED};

	if (file->threaded)
		uv_thread_join(&file->thread);
	event.fault = file->fault;
	if (file->fault != FAULT_NONE)
		event.kind = EVENT_SAVE_FAILED;
	for (size_t i = 0; i < file->running.count; i++) {
		event.id = file->running.ids[i];
		file->uvx->post(file->uvx, &event);
	}
	file->busy = false;
	if (file->waiting.count > 0)
		start(file);
	else if (file->closed)
		uvx_close(UVX_HANDLE(&file->done));
}

static void
release(struct uvx_owner *owner)
{
	struct statefile *file = (struct statefile *)owner;

	free(file->running.text);
	free(file->running.ids);
	free(file->waiting.text);
	free(file->waiting.ids);
	free(file);
}

/* What a broken-off run has left is removed first: O_EXCL follows nobody's link. */
static enum fault
replace(const struct statedir *dir, const char *text)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd, error = 0;

	if (unlinkat(dir->fd, NEW_NAME, 0) == -1 && errno != ENOENT)
		return textfile_fault(errno);
	fd = openat(dir->fd, NEW_NAME, flags, 0644);
	if (fd == -1)
		return textfile_fault(errno);
	error = write_new(dir, fd, text);
	if (close(fd) == -1 && error == 0)
		error = errno;
	if (error == 0 && renameat(dir->fd, NEW_NAME, dir->fd, STATEFILE_NAME) == -1)
		error = errno;
	if (error == 0 && fsync(dir->fd) == -1)
		error = errno;
	if (error == 0)
		return FAULT_NONE;
	unlinkat(dir->fd, NEW_NAME, 0);
	return textfile_fault(error);
}

/* 0, or an errno. */
static int
write_new(const struct statedir *dir, int fd, const char *text)
{
	if (geteuid() == 0 && fchown(fd, dir->owner, dir->group) == -1)
		return errno;
	if (write_all(fd, text, strlen(text)) == -1 || fsync(fd) == -1)
		return errno;
	return 0;
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, text, len);

		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			return -1;
		text += done;
		len -= (size_t)done;
	}
	return 0;
}
