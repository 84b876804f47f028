/*
 * setup: the state so far.
 *
 * Only a run that may change something holds the lock and makes the directory; the
 * others read what is there.  Without a directory that can be written the run goes on:
 * the records get right, but a later --withdraw cannot know them.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"
#include "setup.h"
#include "shell/statefile.h"
#include "shell/uvx.h"

#define POLL_NS (50 * 1000 * 1000) /* between two looks at the lock */

static bool wait_for_lock(struct statedir *dir, int64_t until_us,
    struct setup_error *error);
static bool is_held_by_daemon(const struct statedir *dir, long *pid);
static int pause_unless_signalled(void);
static void read_state(const struct statedir *dir, bool may_rename,
    struct logsink *log, struct state *state);
static void warn(struct logsink *log, const struct statedir *dir,
    enum fault fault, const char *consequence);

bool
setup_state(const struct options *options, const struct config *config,
    int64_t until_us, struct logsink *log, struct statedir *dir,
    struct state *state, struct setup_error *error)
{
	struct statedir_want want = {
		.option = options->state_directory,
		.key = config->state_directory,
		.adhoc = options_quick(options),
		.daemon = options->verb == VERB_DAEMON,
		.use = setup_writes(options) ? STATEDIR_WRITE : STATEDIR_READ,
	};

	statedir_open(dir, &want);
	if (want.use == STATEDIR_WRITE && !wait_for_lock(dir, until_us, error))
		return false;
	if (want.use == STATEDIR_WRITE && !statedir_writable(dir))
		warn(log, dir, dir->fault, "the state cannot be kept: the update goes "
		    "on, but a later --withdraw cannot know these records");
	read_state(dir, dir->lock != -1, log, state);
	return true;
}

bool
setup_writes(const struct options *options)
{
	return options->verb != VERB_CHECK && !options->dry_run;
}

static bool
wait_for_lock(struct statedir *dir, int64_t until_us, struct setup_error *error)
{
	int number;
	long pid;

	while (statedir_lock(dir) == FAULT_FILE_LOCKED) {
		number = pause_unless_signalled();
		if (number != 0)
			return setup_fail(error,
			    number == SIGINT ? EXIT_CODE_SIGINT : EXIT_CODE_SIGTERM,
			    "%s: stopped while waiting for another run to end",
			    dir->path);
		if (is_held_by_daemon(dir, &pid))
			return setup_fail(error, EXIT_CODE_TEMPORARY,
			    "%s: the state is locked by the daemon (process %ld); %s",
			    dir->path, pid,
			    dir->daemon
			        ? "a second one needs a state of its own"
			        : "use `ddnsctl refresh` or `ddnsctl withdraw`");
		if (uvx_now_us() >= until_us)
			return setup_fail(error, EXIT_CODE_TEMPORARY,
			    "%s: the state is locked by another run (process %ld); "
			    "try again when it has ended",
			    dir->path, pid);
	}
	return true;
}

/* Asked only after a pause: a lock just taken may still bear its last holder's name. */
static bool
is_held_by_daemon(const struct statedir *dir, long *pid)
{
	bool daemon;

	statedir_holder(dir, &daemon, pid);
	return daemon;
}

/* The signals are blocked: one that comes is taken here.  Returns its number, or 0. */
static int
pause_unless_signalled(void)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	number = sigtimedwait(&signals, NULL, &pause);
	return number > 0 ? number : 0;
}

/* A file of no use is set aside: everything is then unknown, and looked up first. */
static void
read_state(const struct statedir *dir, bool may_rename, struct logsink *log,
    struct state *state)
{
	enum fault fault;
	char *text;
	size_t len;

	fault = statefile_read(dir, &text, &len);
	if (fault == FAULT_NONE)
		fault = text_state(text, len, state);
	free(text);
	if (fault == FAULT_NONE || fault == FAULT_FILE_MISSING)
		return;
	if (may_rename && statefile_set_aside(dir) == FAULT_NONE)
		warn(log, dir, fault,
		    STATEFILE_NAME " is set aside as " STATEFILE_BROKEN_NAME
		    "; what was registered is not known");
	else
		warn(log, dir, fault, STATEFILE_NAME " is not used");
}

static void
warn(struct logsink *log, const struct statedir *dir, enum fault fault,
    const char *consequence)
{
	char *text = mem_printf("%s: %s", fault_text(fault), consequence);

	logsink_write(log, NOTE_WARNING,
	    dir->path != NULL ? dir->path : "state directory", text);
	free(text);
}
