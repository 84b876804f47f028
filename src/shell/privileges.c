/*
 * privileges: from root to nobody in particular, and the proof of it.
 *
 * The order matters: the bounding set and the securebits need CAP_SETPCAP, the groups
 * need CAP_SETGID, and both are gone once the user is changed.  A step may succeed and
 * do less than was thought: the kernel is asked at the end.
 */
#include <cap-ng.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/privileges.h"
#include "shell/textfile.h"

#define STATUS_MAX 65536 /* bytes of /proc/self/status */

/* For ever: root is a name without power, and no capability survives an execve(). */
#define ROOT_IS_NOTHING (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED)
#define NOTHING_IS_KEPT (SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED)
#define NO_AMBIENT (SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)
#define SECUREBITS (ROOT_IS_NOTHING | NOTHING_IS_KEPT | NO_AMBIENT)

static bool drop_bounds(char **error);
static bool change_user(const struct privileges *privileges, char **error);
static bool drop_capabilities(char **error);
static bool check(const struct privileges *privileges, bool bounds, char **error);
static bool check_line(const char *status, const char *key, uint64_t want, int base,
    char **error);
static bool failed(const char *what, char **error);

void
privileges_plan(struct privileges *privileges)
{
	const struct passwd *user = NULL;
	const struct group *group = getgrnam(PRIVILEGES_USER);

	*privileges = (struct privileges){.uid = geteuid(), .gid = getegid()};
	if (group != NULL) {
		privileges->has_group = true;
		privileges->group = group->gr_gid;
	}
	if (geteuid() == 0)
		user = getpwnam(PRIVILEGES_USER);
	if (user != NULL && user->pw_uid != 0) {
		privileges->change = true;
		privileges->uid = user->pw_uid;
		privileges->gid = user->pw_gid;
	}
}

bool
privileges_drop(const struct privileges *privileges, char **error)
{
	bool bounds;

	capng_get_caps_process();
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
	if (bounds && !drop_bounds(error))
		return false;
	if (privileges->change && !change_user(privileges, error))
		return false;
	return drop_capabilities(error) && check(privileges, bounds, error);
}

static bool
drop_bounds(char **error)
{
	capng_clear(CAPNG_SELECT_BOUNDS);
	if (capng_apply(CAPNG_SELECT_BOUNDS) != 0)
		return failed("the capability bounding set", error);
	if (prctl(PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0) == -1)
		return failed("the securebits", error);
	return true;
}

/* Real, effective and saved: nothing to come back to. */
static bool
change_user(const struct privileges *privileges, char **error)
{
	gid_t gid = privileges->gid;
	uid_t uid = privileges->uid;

	if (setgroups(1, &gid) == -1)
		return failed("the groups", error);
	if (setresgid(gid, gid, gid) == -1)
		return failed("the group", error);
	if (setresuid(uid, uid, uid) == -1)
		return failed("the user", error);
	return true;
}

/*
 * A service manager may have left us no capabilities and no capset(2) either: whether
 * there are any is check()'s to say.
 */
static bool
drop_capabilities(char **error)
{
	capng_clear(CAPNG_SELECT_CAPS);
	capng_apply(CAPNG_SELECT_CAPS);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return failed("no_new_privs", error);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return failed("dumpable", error);
	return true;
}

/* One thread: the kernel keeps credentials for each, and ours alone were changed. */
static bool
check(const struct privileges *privileges, bool bounds, char **error)
{
	uid_t real, effective, saved;
	char *status;
	size_t len;
	bool good;

	errno = EPERM;
	if (getresuid(&real, &effective, &saved) == -1 || real != privileges->uid ||
	    effective != privileges->uid || saved != privileges->uid)
		return failed("the user, as the kernel says", error);
	if (textfile_read(AT_FDCWD, "/proc/self/status", TEXTFILE_FOLLOW, STATUS_MAX,
		&status, &len) != FAULT_NONE)
		return failed("/proc/self/status, which would prove it", error);
	good = check_line(status, "CapInh", 0, 16, error) &&
	    check_line(status, "CapPrm", 0, 16, error) &&
	    check_line(status, "CapEff", 0, 16, error) &&
	    check_line(status, "CapAmb", 0, 16, error) &&
	    (!bounds || check_line(status, "CapBnd", 0, 16, error)) &&
	    check_line(status, "NoNewPrivs", 1, 10, error) &&
	    check_line(status, "Threads", 1, 10, error);
	free(status);
	return good;
}

/* "KEY:\tVALUE\n", proc(5). */
static bool
check_line(const char *status, const char *key, uint64_t want, int base, char **error)
{
	char *head = mem_printf("\n%s:\t", key);
	const char *line = strstr(status, head);
	char *end = NULL;
	uint64_t value = 0;

	if (line != NULL)
		value = strtoull(line + strlen(head), &end, base);
	free(head);
	if (line != NULL && *end == '\n' && value == want)
		return true;
	if (line == NULL)
		*error = mem_printf("privileges cannot be dropped: no %s", key);
	else
		*error = mem_printf("privileges cannot be dropped: %.*s",
		    (int)strcspn(line + 1, "\n"), line + 1);
	return false;
}

static bool
failed(const char *what, char **error)
{
	*error = mem_printf("privileges cannot be dropped: %s: %s", what,
	    strerror(errno));
	return false;
}
