/*
 * statedir: the directory of the state: which one, made when it is not there, locked.
 */
#ifndef DDNSUPD_SHELL_STATEDIR_H
#define DDNSUPD_SHELL_STATEDIR_H

#include <sys/types.h>

#include <stdbool.h>

#include "ddnsupd/fault.h"

struct statedir {
	char *path;      /* NULL: none could be thought of */
	int fd;          /* -1: not open */
	int lock;        /* the lock file, held; -1: not held */
	uid_t owner;     /* of the directory: new files are his */
	gid_t group;
	bool ours;       /* chosen by rule, or just made: not the administrator's */
	bool daemon;     /* for the daemon */
	enum fault fault; /* why it is not writable, or not there; NONE: writable */
};

enum statedir_use {
	STATEDIR_READ,   /* as it is: nothing is made, nothing locked */
	STATEDIR_WRITE,
};

struct statedir_want {
	const char *option;  /* --state-directory, NULL: not given */
	const char *key;     /* the file's state-directory, NULL */
	bool adhoc;          /* quick form: the subdirectory adhoc/ */
	bool daemon;         /* the lock is to be held by the daemon, and says so */
	enum statedir_use use;
};

/*
 * Choose (interface.md, "State") and open; with STATEDIR_WRITE make its last component.
 * *dir says how far that came; nothing is held yet.
 */
void statedir_open(struct statedir *dir, const struct statedir_want *want);

/*
 * Try to hold the lock of a writable directory: FAULT_NONE, or FILE_LOCKED; another
 * fault is noted in *dir and answered by NONE: the directory is then not writable.
 */
enum fault statedir_lock(struct statedir *dir);

/*
 * A directory that could not be locked when it was opened may be writable now.  NONE: the
 * lock is held, now or since long.
 */
enum fault statedir_lock_again(struct statedir *dir);

/* After FILE_LOCKED: who holds the lock?  *daemon: a daemon, not a single run. */
void statedir_holder(const struct statedir *dir, bool *daemon, long *pid);

/*
 * As root: give a directory that is root's but not of the administrator's making to the
 * user who is going to write there, with its files.
 */
void statedir_give(struct statedir *dir, uid_t owner, gid_t group);

/* After the user has changed: look again whether it is writable. */
void statedir_look(struct statedir *dir);

bool statedir_writable(const struct statedir *dir);
void statedir_close(struct statedir *dir);

#endif
