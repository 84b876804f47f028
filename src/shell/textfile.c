/*
 * textfile: a whole file as text.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/textfile.h"

#define CHUNK 4096

static enum fault open_regular(int dir, const char *path, enum textfile_links links,
    int *fd, size_t *size);
static enum fault read_all(int fd, size_t size, size_t max, char **text, size_t *len);

enum fault
textfile_read(int dir, const char *path, enum textfile_links links, size_t max,
    char **text, size_t *len)
{
	enum fault fault;
	size_t size = 0;
	int fd = -1;

	*text = NULL;
	fault = open_regular(dir, path, links, &fd, &size);
	if (fault != FAULT_NONE)
		return fault;
	fault = size > max ? FAULT_FILE_LARGE : read_all(fd, size, max, text, len);
	close(fd);
	if (fault == FAULT_NONE && memchr(*text, '\0', *len) != NULL)
		fault = FAULT_FILE_NUL;
	if (fault != FAULT_NONE) {
		free(*text);
		*text = NULL;
	}
	return fault;
}

enum fault
textfile_fault(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return FAULT_FILE_MISSING;
	case EACCES:
	case EPERM:
		return FAULT_FILE_DENIED;
	case ELOOP:
	case EISDIR:
	case ENXIO:
		return FAULT_FILE_KIND;
	case ENOSPC:
	case EDQUOT:
		return FAULT_FILE_FULL;
	case EROFS:
		return FAULT_FILE_READ_ONLY;
	case EFBIG:
		return FAULT_FILE_LARGE;
	default:
		return FAULT_FILE_IO;
	}
}

/*
 * The kind is asked before the file is opened, since opening a device can have effects,
 * and again after it, since the name may mean another file by then; O_NONBLOCK keeps a
 * FIFO from holding us up in between.
 */
static enum fault
open_regular(int dir, const char *path, enum textfile_links links, int *fd,
    size_t *size)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct stat st;

	if (fstatat(dir, path, &st, links == TEXTFILE_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW))
		return textfile_fault(errno);
	if (!S_ISREG(st.st_mode))
		return FAULT_FILE_KIND;
	*fd = openat(dir, path, flags | (links == TEXTFILE_FOLLOW ? 0 : O_NOFOLLOW));
	if (*fd == -1)
		return textfile_fault(errno);
	if (fstat(*fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(*fd);
		return FAULT_FILE_KIND;
	}
	*size = (size_t)st.st_size;
	return FAULT_NONE;
}

/* The size is only a first guess: a file may grow meanwhile, one in /proc says 0. */
static enum fault
read_all(int fd, size_t size, size_t max, char **text, size_t *len)
{
	size_t cap = 0;
	ssize_t got;

	*len = 0;
	*text = mem_grow(NULL, &cap, size + 2, 1);
	for (;;) {
		got = read(fd, *text + *len, cap - *len - 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return textfile_fault(errno);
		if (got == 0)
			break;
		*len += (size_t)got;
		if (*len > max)
			return FAULT_FILE_LARGE;
		if (cap - *len < 2)
			*text = mem_grow(*text, &cap, *len + CHUNK, 1);
	}
	(*text)[*len] = '\0';
	return FAULT_NONE;
}
