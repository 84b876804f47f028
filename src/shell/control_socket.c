/*
 * control_socket: the socket that control clients come to, and who may.
 *
 * The file's mode keeps strangers from connecting at all; what the kernel says of those
 * who have (SO_PEERCRED, SO_PEERGROUPS: unix(7)) decides what they may.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/control_socket.h"

#define GROUPS_MAX 65536 /* NGROUPS_MAX, limits.h */

static bool fill_address(const char *path, struct sockaddr_un *addr);
static void make_directory(const char *path, const struct control_owner *owner);
static enum control_result clear_way(const struct sockaddr_un *addr, char **error);
static int try_connect(const struct sockaddr_un *addr);
static bool bind_socket(struct control_socket *sock, const struct sockaddr_un *addr,
    const struct control_owner *owner);
static void own_file(const char *path, const struct control_owner *owner);
static bool is_in_group(int fd, gid_t group);
static enum control_result fail(const char *path, const char *why, char **error);

enum control_result
control_socket_open(struct control_socket *sock, const char *path,
    const struct control_owner *owner, char **error)
{
	enum control_result result;
	struct sockaddr_un addr;

	*sock = (struct control_socket){.fd = -1, .group = owner->group};
	if (!fill_address(path, &addr))
		return fail(path, "the path must be 1 to 107 bytes long", error);
	make_directory(path, owner);
	result = clear_way(&addr, error);
	if (result != CONTROL_OPEN)
		return result;
	sock->path = mem_text(path);
	if (bind_socket(sock, &addr, owner))
		return CONTROL_OPEN;
	result = fail(path, strerror(errno), error);
	control_socket_close(sock);
	return result;
}

bool
control_socket_admits(const struct control_socket *sock, int fd, bool *may_change)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	*may_change = false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return false;
	*may_change = peer.uid == 0 || peer.uid == geteuid();
	return *may_change || peer.gid == sock->group || is_in_group(fd, sock->group);
}

void
control_socket_close(struct control_socket *sock)
{
	struct stat st;

	if (sock->fd != -1)
		close(sock->fd);
	if (sock->inode != 0 && lstat(sock->path, &st) == 0 &&
	    st.st_dev == sock->device && st.st_ino == sock->inode)
		unlink(sock->path);
	free(sock->path);
	*sock = (struct control_socket){.fd = -1};
}

static bool
fill_address(const char *path, struct sockaddr_un *addr)
{
	size_t len = strlen(path);

	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (len == 0 || len >= sizeof(addr->sun_path))
		return false;
	memcpy(addr->sun_path, path, len);
	return true;
}

/* Whether that went well shows when the socket is bound. */
static void
make_directory(const char *path, const struct control_owner *owner)
{
	char *copy = mem_text(path);
	const char *directory = dirname(copy);

	if (mkdir(directory, 0750) == 0)
		own_file(directory, owner);
	free(copy);
}

/*
 * A socket outlives the process that bound it.  Nobody takes connections on one that is
 * left over; anything that is no socket is somebody's, and stays.
 */
static enum control_result
clear_way(const struct sockaddr_un *addr, char **error)
{
	const char *path = addr->sun_path;
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? CONTROL_OPEN
		                       : fail(path, strerror(errno), error);
	if (!S_ISSOCK(st.st_mode))
		return fail(path, "there is something, and it is no socket", error);
	switch (try_connect(addr)) {
	case ENOENT:
		return CONTROL_OPEN;
	case ECONNREFUSED:
		if (unlink(path) == 0 || errno == ENOENT)
			return CONTROL_OPEN;
		return fail(path, strerror(errno), error);
	case 0:
	case EAGAIN:
		fail(path, "another daemon listens there", error);
		return CONTROL_TAKEN;
	default:
		return fail(path, strerror(errno), error);
	}
}

/* 0 or an errno; EAGAIN: so many wait there that there is no room for us. */
static int
try_connect(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd == -1)
		return errno;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == -1)
		error = errno;
	close(fd);
	errno = error;
	return error;
}

/* Before listen(2) nobody can connect: by then the file has its mode and owner. */
static bool
bind_socket(struct control_socket *sock, const struct sockaddr_un *addr,
    const struct control_owner *owner)
{
	struct stat st;
	mode_t mask;
	int bound;

	sock->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock->fd == -1)
		return false;
	mask = umask(0117);
	bound = bind(sock->fd, (const struct sockaddr *)addr, sizeof(*addr));
	umask(mask);
	if (bound == -1)
		return false;
	own_file(sock->path, owner);
	if (lstat(sock->path, &st) == -1)
		return false;
	sock->device = st.st_dev;
	sock->inode = st.st_ino;
	sock->group = st.st_gid;
	return true;
}

/* Who is not root may still give it to a group of his. */
static void
own_file(const char *path, const struct control_owner *owner)
{
	uid_t uid = geteuid() == 0 ? owner->uid : (uid_t)-1;

	if (lchown(path, uid, owner->group) == -1)
		return;
}

/* The kernel says ERANGE and how much room it needs (net/core/sock.c). */
static bool
is_in_group(int fd, gid_t group)
{
	gid_t *groups = NULL;
	socklen_t len = 0;
	bool found = false;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == -1 &&
	    errno != ERANGE)
		return false;
	if (len == 0 || len > GROUPS_MAX * sizeof(gid_t))
		return false;
	groups = mem_zero(1, len);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0)
		for (size_t i = 0; i < len / sizeof(gid_t) && !found; i++)
			found = groups[i] == group;
	free(groups);
	return found;
}

static enum control_result
fail(const char *path, const char *why, char **error)
{
	*error = mem_printf("control socket %s: %s", path, why);
	return CONTROL_FAILED;
}
