/*
 * leasefile: a lease file as a DHCP client has written it.
 *
 * The file is another program's, and what it says decides whom we ask: so it must be
 * that program's or root's, and nobody else may be able to write to it.  Its kind is
 * looked at before it is opened, since opening a device can have effects, and again
 * after it, since the name may mean another file by then.
 */
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/leasefile.h"

#define BYTES_MAX ((size_t)LEASEFILE_MAX_KIB * 1024)

static const char *const user_names[LEASEFILE_USERS][2] = {
	[LEASEFILE_ROOT] = {NULL, NULL},
	[LEASEFILE_NETWORKD] = {"systemd-network", NULL},
	[LEASEFILE_DHCPCD] = {"dhcpcd", "_dhcpcd"}, /* Debian's, upstream's */
};

static void refuse(struct leasefile *file, int error);
static char *refuse_kind(const struct stat *st);
static char *refuse_file(const struct stat *st, enum leasefile_user user,
    struct leasefile_users *users);
static bool may_own(uid_t uid, enum leasefile_user user, struct leasefile_users *users);
static int open_beneath(int directory, const char *name);
static char *read_bytes(int fd, struct leasefile *file);

void
leasefile_find_users(struct leasefile_users *users)
{
	const struct passwd *found;

	users->known = true;
	for (size_t i = 0; i < LEASEFILE_USERS; i++)
		for (size_t n = 0; n < 2 && user_names[i][n] != NULL; n++) {
			found = users->uid[i] == 0 ? getpwnam(user_names[i][n]) : NULL;
			if (found != NULL)
				users->uid[i] = found->pw_uid;
		}
}

bool
leasefile_read(int directory, const char *name, enum leasefile_user user,
    struct leasefile_users *users, struct leasefile *file)
{
	struct stat st;
	int fd;

	*file = (struct leasefile){0};
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		refuse(file, errno);
		return false;
	}
	file->reason = refuse_kind(&st);
	if (file->reason != NULL)
		return false;
	fd = open_beneath(directory, name);
	if (fd == -1 || fstat(fd, &st) == -1)
		refuse(file, errno);
	else
		file->reason = refuse_file(&st, user, users);
	if (fd != -1 && file->reason == NULL) {
		file->written_s = st.st_mtim.tv_sec;
		file->reason = read_bytes(fd, file);
	}
	if (fd != -1)
		close(fd);
	return file->bytes != NULL;
}

bool
leasefile_is_passing(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
	case EINTR:
	case EIO:
		return true;
	default:
		return false;
	}
}

/* ELOOP: a link has come in the file's place. */
char *
leasefile_refusal(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return NULL;
	case ELOOP:
		return mem_text("it is a symbolic link");
	case EACCES:
		return mem_text("not readable for the user ddnsupd runs as; a hook of the "
				"DHCP client can tell it instead");
	default:
		return mem_text(strerror(error));
	}
}

static void
refuse(struct leasefile *file, int error)
{
	file->reason = leasefile_refusal(error);
	file->passing = leasefile_is_passing(error);
}

static char *
refuse_kind(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return mem_text("it is a symbolic link");
	return S_ISREG(st->st_mode) ? NULL : mem_text("not a regular file");
}

static char *
refuse_file(const struct stat *st, enum leasefile_user user,
    struct leasefile_users *users)
{
	const char *name = user_names[user][0];

	if (!S_ISREG(st->st_mode))
		return refuse_kind(st);
	if (!may_own(st->st_uid, user, users))
		return mem_printf("it belongs to user %ju, not to root%s%s",
		    (uintmax_t)st->st_uid, name != NULL ? " or " : "",
		    name != NULL ? name : "");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return mem_text("others than its owner may write to it");
	if (st->st_size > (off_t)BYTES_MAX)
		return mem_printf("larger than %d KiB", LEASEFILE_MAX_KIB);
	return NULL;
}

static bool
may_own(uid_t uid, enum leasefile_user user, struct leasefile_users *users)
{
	if (uid == 0)
		return true;
	if (!users->known)
		leasefile_find_users(users);
	return users->uid[user] == uid;
}

/* Kernels before 5.6 have no openat2(2), old filters of system calls forbid it. */
static int
open_beneath(int directory, const char *name)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;
	struct open_how how = {
		.flags = (unsigned)flags,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	long fd;

	fd = syscall(SYS_openat2, directory, name, &how, sizeof(how));
	if (fd == -1 && (errno == ENOSYS || errno == EPERM))
		return openat(directory, name, flags);
	return (int)fd;
}

/* One pass; one byte more than allowed shows a file that has grown meanwhile. */
static char *
read_bytes(int fd, struct leasefile *file)
{
	size_t cap = 0;
	ssize_t got;
	int error;

	do {
		file->bytes = mem_grow(file->bytes, &cap, file->len + 4096, 1);
		got = read(fd, file->bytes + file->len, cap - file->len);
		file->len += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && file->len <= BYTES_MAX) || (got == -1 && errno == EINTR));
	if (got == 0)
		return NULL;
	error = got == -1 ? errno : EFBIG;
	free(file->bytes);
	file->bytes = NULL;
	file->passing = leasefile_is_passing(error);
	return error == EFBIG ? mem_printf("larger than %d KiB", LEASEFILE_MAX_KIB)
			      : leasefile_refusal(error);
}
