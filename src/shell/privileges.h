/*
 * privileges: from root to nobody in particular, and the proof of it.
 */
#ifndef DDNSUPD_SHELL_PRIVILEGES_H
#define DDNSUPD_SHELL_PRIVILEGES_H

#include <sys/types.h>

#include <stdbool.h>

#define PRIVILEGES_USER "ddnsupd"

/* Who the daemon will be, and the group that may ask it. */
struct privileges {
	bool change;     /* we are root, and there is a user to become */
	uid_t uid;       /* after the drop */
	gid_t gid;
	bool has_group;  /* the group ddnsupd exists */
	gid_t group;
};

/* Asks the user database: before anything is opened, and while we may read it. */
void privileges_plan(struct privileges *privileges);

/*
 * Become that user for good: no other groups, no capability in any set as far as the
 * kernel lets us, none to be had by an execve(), not dumpable; then read from /proc
 * whether it is so.  False with *error (of its own memory): the process must not go on.
 * Call it before the first thread.
 */
bool privileges_drop(const struct privileges *privileges, char **error);

#endif
