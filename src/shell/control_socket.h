/*
 * control_socket: the socket that control clients come to, and who may.
 */
#ifndef DDNSUPD_SHELL_CONTROL_SOCKET_H
#define DDNSUPD_SHELL_CONTROL_SOCKET_H

#include <sys/types.h>

#include <stdbool.h>

struct control_socket {
	int fd;         /* listening soon; -1: not open */
	char *path;
	dev_t device;   /* of the file at path, so that we remove no other */
	ino_t inode;
	gid_t group;    /* who may read */
};

struct control_owner {
	uid_t uid;      /* who the daemon will be */
	gid_t group;    /* the clients' */
};

enum control_result {
	CONTROL_OPEN,
	CONTROL_TAKEN,  /* another daemon listens there */
	CONTROL_FAILED,
};

/*
 * Bind: the directory (0750) is made when it is missing, a socket nobody listens on is
 * replaced, the new one is 0660.  *error, of its own memory, says why it is not OPEN.
 */
enum control_result control_socket_open(struct control_socket *sock, const char *path,
    const struct control_owner *owner, char **error);

/* May the process behind this connection ask (false: no word to it), and change? */
bool control_socket_admits(const struct control_socket *sock, int fd, bool *may_change);

/* Close and remove it. */
void control_socket_close(struct control_socket *sock);

#endif
