/*
 * statedir: the directory of the state.
 *
 * The lock is flock(2)'s on the file `lock`, whose text tells others who holds it; it
 * goes with the process, however that ends.  Everything is opened relative to the
 * directory and never through a symbolic link, for the directory may belong to somebody
 * with fewer rights than ours.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/statedir.h"
#include "shell/textfile.h"

#define ADHOC "adhoc"
#define LOCK_FILE "lock"
#define HOLDER_MAX 64 /* bytes that say who holds the lock */

/* One that was chosen, and how to make it. */
struct choice {
	char *path;
	mode_t mode;
	bool parents;
	bool named; /* by the administrator */
};

static void choose(struct choice *choice, const struct statedir_want *want);
static char *first_of(const char *list);
static bool is_system_user(void);
static void choose_home(struct choice *choice);
static int make_directory(const struct choice *choice);
static int make_parents(const char *path, mode_t mode);
static void open_directory(struct statedir *dir, const struct choice *choice,
    const struct statedir_want *want);
static int open_adhoc(struct statedir *dir, mode_t mode, enum statedir_use use);
static int open_lock(struct statedir *dir);
static void write_holder(struct statedir *dir);

void
statedir_open(struct statedir *dir, const struct statedir_want *want)
{
	struct choice choice = {.mode = 0755};

	*dir = (struct statedir){.fd = -1, .lock = -1};
	choose(&choice, want);
	dir->path = choice.path;
	dir->ours = !choice.named;
	dir->daemon = want->daemon;
	if (dir->path == NULL) {
		dir->fault = FAULT_FILE_MISSING;
		return;
	}
	open_directory(dir, &choice, want);
	if (want->use == STATEDIR_WRITE)
		statedir_look(dir);
}

enum fault
statedir_lock(struct statedir *dir)
{
	int fd;

	if (!statedir_writable(dir))
		return FAULT_NONE;
	fd = open_lock(dir);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		dir->lock = fd;
		write_holder(dir);
		return FAULT_NONE;
	}
	if (fd != -1 && errno == EWOULDBLOCK) {
		close(fd);
		return FAULT_FILE_LOCKED;
	}
	dir->fault = textfile_fault(errno);
	if (fd != -1)
		close(fd);
	return FAULT_NONE;
}

enum fault
statedir_lock_again(struct statedir *dir)
{
	enum fault fault;

	if (dir->lock != -1)
		return FAULT_NONE;
	dir->fault = FAULT_NONE;
	statedir_look(dir);
	fault = statedir_lock(dir);
	return fault != FAULT_NONE ? fault : dir->fault;
}

void
statedir_holder(const struct statedir *dir, bool *daemon, long *pid)
{
	char *text;
	size_t len;

	*daemon = false;
	*pid = 0;
	if (textfile_read(dir->fd, LOCK_FILE, TEXTFILE_NO_FOLLOW, HOLDER_MAX, &text,
	    &len) != FAULT_NONE)
		return;
	*daemon = strncmp(text, "daemon ", 7) == 0;
	if (sscanf(text, "%*15s %9ld", pid) != 1)
		*pid = 0;
	free(text);
}

/* A file with a second name could be any file: it stays whose it is.  The directory
 * goes last: until then nobody else can put another file there. */
void
statedir_give(struct statedir *dir, uid_t owner, gid_t group)
{
	static const char *const names[] = {LOCK_FILE, "state.json"};
	struct stat st;

	if (dir->fd == -1 || !dir->ours || dir->owner != 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fstatat(dir->fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_nlink == 1 &&
		    fchownat(dir->fd, names[i], owner, group, AT_SYMLINK_NOFOLLOW))
			return;
	if (fchown(dir->fd, owner, group) == -1)
		return;
	dir->owner = owner;
	dir->group = group;
}

void
statedir_look(struct statedir *dir)
{
	if (dir->fault == FAULT_NONE &&
	    faccessat(dir->fd, ".", W_OK | X_OK, AT_EACCESS) == -1)
		dir->fault = textfile_fault(errno);
}

bool
statedir_writable(const struct statedir *dir)
{
	return dir->fd != -1 && dir->fault == FAULT_NONE;
}

void
statedir_close(struct statedir *dir)
{
	if (dir->lock != -1)
		close(dir->lock);
	if (dir->fd != -1)
		close(dir->fd);
	free(dir->path);
	*dir = (struct statedir){.fd = -1, .lock = -1};
}

/* The name service is asked only by users who have said nothing themselves. */
static void
choose(struct choice *choice, const struct statedir_want *want)
{
	const char *environment = getenv("STATE_DIRECTORY");

	choice->named = want->option != NULL || want->key != NULL;
	if (choice->named)
		choice->path = mem_text(want->option != NULL ? want->option
		                                             : want->key);
	else if (environment != NULL && environment[0] != '\0')
		choice->path = first_of(environment);
	else if (geteuid() == 0 || is_system_user())
		choice->path = mem_text(LOCALSTATEDIR "/lib/ddnsupd");
	else
		choose_home(choice);
}

/* systemd.exec(5), $STATE_DIRECTORY: several are separated by colons. */
static char *
first_of(const char *list)
{
	return mem_printf("%.*s", (int)strcspn(list, ":"), list);
}

static bool
is_system_user(void)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL && strcmp(user->pw_name, "ddnsupd") == 0;
}

/* XDG Base Directory Specification: a relative path counts as none; 0700 for what it
 * makes. */
static void
choose_home(struct choice *choice)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *user;

	choice->mode = 0700;
	choice->parents = true;
	if (xdg != NULL && xdg[0] == '/') {
		choice->path = mem_printf("%s/ddnsupd", xdg);
		return;
	}
	if (home == NULL || home[0] != '/') {
		user = getpwuid(geteuid());
		home = user != NULL ? user->pw_dir : NULL;
	}
	if (home != NULL && home[0] == '/')
		choice->path = mem_printf("%s/.local/state/ddnsupd", home);
}

/* What is not there because it cannot be made is reported with the cause of that. */
static void
open_directory(struct statedir *dir, const struct choice *choice,
    const struct statedir_want *want)
{
	bool make = want->use == STATEDIR_WRITE;
	int why = make ? make_directory(choice) : 0;
	int fd = open(choice->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	dir->ours |= make && why == 0; /* just made */
	if (fd == -1 || fstat(fd, &st) == -1) {
		dir->fault = textfile_fault(errno == ENOENT && why ? why : errno);
		if (fd != -1)
			close(fd);
		return;
	}
	dir->fd = fd;
	dir->owner = st.st_uid;
	dir->group = st.st_gid;
	if (!want->adhoc)
		return;
	dir->fd = open_adhoc(dir, choice->mode, want->use);
	if (dir->fd == -1)
		dir->fault = textfile_fault(errno);
	close(fd);
	dir->path = mem_printf("%s/" ADHOC, choice->path);
	free(choice->path);
}

/* Returns 0, or the errno of mkdir(2). */
static int
make_directory(const struct choice *choice)
{
	int why;

	if (mkdir(choice->path, choice->mode) == 0)
		return 0;
	why = errno;
	if (why == ENOENT && choice->parents) {
		why = make_parents(choice->path, choice->mode);
		if (mkdir(choice->path, choice->mode) == 0)
			return 0;
	}
	return why != 0 ? why : errno;
}

/* Returns 0, or why one could not be made. */
static int
make_parents(const char *path, mode_t mode)
{
	char *part = mem_text(path);
	int why = 0;

	for (char *slash = strchr(part + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, mode) == -1 && errno != EEXIST && errno != ENOENT)
			why = errno;
		*slash = '/';
	}
	free(part);
	return why;
}

static int
open_adhoc(struct statedir *dir, mode_t mode, enum statedir_use use)
{
	bool made = use == STATEDIR_WRITE && mkdirat(dir->fd, ADHOC, mode) == 0;
	int why = use == STATEDIR_WRITE && !made ? errno : 0;
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir->fd, ADHOC, flags);

	if (fd == -1 && errno == ENOENT && why != 0)
		errno = why;
	if (made && fd != -1 && geteuid() == 0 &&
	    fchown(fd, dir->owner, dir->group) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * 0600: who may open the file could hold the lock.  Only a file just made is given
 * away, and only one with a single name is written to: the directory's owner must not
 * get at other files through us.
 */
static int
open_lock(struct statedir *dir)
{
	int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(dir->fd, LOCK_FILE, flags | O_CREAT | O_EXCL, 0600);
	struct stat st;

	if (fd != -1 && geteuid() == 0 && fchown(fd, dir->owner, dir->group) == -1) {
		close(fd);
		return -1;
	}
	if (fd == -1 && errno == EEXIST)
		fd = openat(dir->fd, LOCK_FILE, flags);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink <= 1)
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

/* Only for others to read: a full disk is no reason not to hold the lock. */
static void
write_holder(struct statedir *dir)
{
	char text[HOLDER_MAX];
	int len = snprintf(text, sizeof(text), "%s %ld\n",
	    dir->daemon ? "daemon" : "once", (long)getpid());

	if (ftruncate(dir->lock, 0) == -1 || write(dir->lock, text, (size_t)len) == -1)
		return;
}
