/*
 * serve: from the command line to a daemon that has nothing left to lose.
 *
 * What needs rights is opened first: the file is read, the state locked, the control
 * socket bound, the log's terminal opened for ourselves.  Then all rights are dropped,
 * and only then the event loop, with its first thread to come, is made.
 */
#include <sys/random.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "ddnsupd/clock.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "resident.h"
#include "serve.h"
#include "setup.h"
#include "shell/control_socket.h"
#include "shell/leasefile.h"
#include "shell/notify.h"
#include "shell/privileges.h"
#include "shell/uvx.h"

#define CONTROL_SOCKET RUNSTATEDIR "/ddnsupd/control"

struct serve {
	const struct options *options;
	struct logsink *log;
	struct notify notify;
	struct privileges privileges;
	struct leasefile_users users;
	struct packet_socket packets;
	struct config *config;     /* until the engine takes it over */
	struct state state;        /* likewise */
	struct statedir statedir;
	struct control_socket control;
	char *state_key;           /* the file's, as it was at the start; NULL */
	char *control_key;
	struct daemon *daemon;
	struct engine *engine;
	enum exit_code exit;       /* why it did not come to a daemon */
	char *error;
};

static void block_signals(void);
static bool open_all(struct serve *serve);
static bool read_config(struct serve *serve);
static bool open_state(struct serve *serve);
static bool open_control(struct serve *serve);
static bool drop_privileges(struct serve *serve);
static void warn_of_lost_rights(struct serve *serve);
static int run(struct serve *serve);
static void learn(struct serve *serve);
static struct engine *make_engine(struct serve *serve);
static bool holds_state(const struct serve *serve);
static void greet(struct serve *serve);
static struct config *reload(void *context, char **error);
static void warn_of_fixed(struct serve *serve, const char *key, const char *was,
    const char *is);
static int fail(struct serve *serve);
static void end(struct serve *serve);

int
serve(const struct options *options, struct logsink *log)
{
	struct serve serve = {
		.options = options,
		.log = log,
		.statedir = {.fd = -1, .lock = -1},
		.control = {.fd = -1},
		.packets = {.fd = -1},
	};
	int status;

	block_signals();
	logsink_make_impatient(log);
	notify_open(&serve.notify);
	privileges_plan(&serve.privileges);
	leasefile_find_users(&serve.users);
	status = open_all(&serve) ? run(&serve) : fail(&serve);
	end(&serve);
	return status;
}

/* A daemon's signals do nothing yet, instead of what they do to others. */
static void
block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

static bool
open_all(struct serve *serve)
{
	if (!read_config(serve) || !open_state(serve) || !open_control(serve))
		return false;
	if (sources_need_socket(serve->config))
		packet_socket_open(&serve->packets);
	return drop_privileges(serve);
}

static bool
read_config(struct serve *serve)
{
	struct setup_error error = {0};

	serve->config = setup_config(serve->options, NULL, NULL, serve->log, &error);
	serve->exit = error.exit;
	serve->error = error.text;
	if (serve->config == NULL)
		return false;
	serve->state_key = mem_text(serve->config->state_directory);
	serve->control_key = mem_text(serve->config->control_socket);
	return true;
}

static bool
open_state(struct serve *serve)
{
	int64_t until_us = uvx_now_us() + serve->options->timeout_us;
	struct setup_error error = {0};
	bool open;

	open = setup_state(serve->options, serve->config, until_us, serve->log,
	    &serve->statedir, &serve->state, &error);
	serve->exit = error.exit;
	serve->error = error.text;
	if (open && serve->privileges.change)
		statedir_give(&serve->statedir, serve->privileges.uid,
		    serve->privileges.gid);
	return open;
}

/* The names are kept right also when nobody can ask about them. */
static bool
open_control(struct serve *serve)
{
	const struct privileges *privileges = &serve->privileges;
	const char *path = serve->control_key;
	struct control_owner owner = {privileges->uid, privileges->gid};
	enum control_result result;
	char *error = NULL;

	if (path == NULL)
		path = CONTROL_SOCKET;
	if (privileges->has_group)
		owner.group = privileges->group;
	result = control_socket_open(&serve->control, path, &owner, &error);
	if (result == CONTROL_TAKEN) {
		serve->exit = EXIT_CODE_TEMPORARY;
		serve->error = error;
		return false;
	}
	if (result != CONTROL_OPEN) {
		logsink_write(serve->log, NOTE_WARNING, NULL, error);
		logsink_write(serve->log, NOTE_WARNING, NULL,
		    "no control socket: ddnsctl cannot be used");
	}
	free(error);
	return true;
}

static bool
drop_privileges(struct serve *serve)
{
	if (geteuid() == 0 && !serve->privileges.change)
		logsink_write(serve->log, NOTE_WARNING, "privileges",
		    "there is no user " PRIVILEGES_USER
		    " to become: going on as root, without capabilities");
	if (!privileges_drop(&serve->privileges, &serve->error)) {
		serve->exit = EXIT_CODE_REFUSED;
		return false;
	}
	warn_of_lost_rights(serve);
	return true;
}

static void
warn_of_lost_rights(struct serve *serve)
{
	const char *file = setup_file(serve->options);
	bool writable = statedir_writable(&serve->statedir);

	statedir_look(&serve->statedir);
	if (writable && !statedir_writable(&serve->statedir))
		logsink_write(serve->log, NOTE_WARNING, serve->statedir.path,
		    "not writable for the user the daemon runs as: the state cannot be "
		    "kept; give the directory to that user");
	if (faccessat(AT_FDCWD, file, R_OK, AT_EACCESS) == -1)
		logsink_write(serve->log, NOTE_WARNING, file,
		    "not readable for the user the daemon runs as: it cannot be "
		    "reloaded");
}

static int
run(struct serve *serve)
{
	struct resident_setup setup = {
		.log = serve->log,
		.notify = &serve->notify,
		.control = &serve->control,
		.reload = reload,
		.context = serve,
	};

	serve->daemon = daemon_new(serve->log);
	if (serve->daemon == NULL || !daemon_reside(serve->daemon, &setup)) {
		serve->exit = EXIT_CODE_TEMPORARY;
		serve->error = mem_printf("no event loop: %s", strerror(errno));
		return fail(serve);
	}
	greet(serve);
	learn(serve);
	serve->engine = make_engine(serve);
	daemon_introduce(serve->daemon, serve->engine);
	return daemon_run(serve->daemon,
	    serve->statedir.fd != -1 ? &serve->statedir : NULL);
}

static void
learn(struct serve *serve)
{
	struct sources_setup setup = {
		.log = serve->log,
		.users = serve->users,
		.packets = &serve->packets,
		.lasting = true,
	};

	daemon_learn(serve->daemon, &setup, serve->config);
}

static struct engine *
make_engine(struct serve *serve)
{
	struct config *config = serve->config;
	struct engine_options options = {
		.mode = ENGINE_DAEMON,
		.state_writable = serve->statedir.fd != -1,
		.state_fault = holds_state(serve) ? FAULT_NONE : serve->statedir.fault,
		.timeout_us = serve->options->timeout_us,
	};

	if (getrandom(options.seed, sizeof(options.seed), 0) != sizeof(options.seed))
		abort();
	serve->config = NULL;
	return engine_new(config, &serve->state, &options);
}

static bool
holds_state(const struct serve *serve)
{
	return serve->statedir.lock != -1 && statedir_writable(&serve->statedir);
}

static void
greet(struct serve *serve)
{
	size_t count = serve->config->registration_count;
	char *text;

	text = mem_printf("version " PACKAGE_VERSION ", %zu registration%s in %s",
	    count, count == 1 ? "" : "s", setup_file(serve->options));
	logsink_write(serve->log, NOTE_NOTICE, NULL, text);
	free(text);
}

static struct config *
reload(void *context, char **error)
{
	struct serve *serve = context;
	struct setup_error why = {0};
	struct config *config;

	config = setup_config(serve->options, NULL, NULL, serve->log, &why);
	*error = why.text;
	if (config == NULL)
		return NULL;
	warn_of_fixed(serve, "state-directory", serve->state_key,
	    config->state_directory);
	warn_of_fixed(serve, "control-socket", serve->control_key,
	    config->control_socket);
	return config;
}

static void
warn_of_fixed(struct serve *serve, const char *key, const char *was, const char *is)
{
	if (was == NULL || is == NULL ? was == is : strcmp(was, is) == 0)
		return;
	logsink_write(serve->log, NOTE_WARNING, key,
	    "it has changed; that takes effect at the next start");
}

static int
fail(struct serve *serve)
{
	logsink_write(serve->log, NOTE_ERROR, NULL, serve->error);
	notify_status(&serve->notify, serve->error);
	return (int)serve->exit;
}

/* The loop is dry before the lock goes. */
static void
end(struct serve *serve)
{
	if (serve->daemon != NULL)
		daemon_free(serve->daemon);
	if (serve->engine != NULL)
		engine_free(serve->engine);
	config_free(serve->config);
	state_free(&serve->state);
	control_socket_close(&serve->control);
	packet_socket_close(&serve->packets);
	statedir_close(&serve->statedir);
	notify_close(&serve->notify);
	logsink_close(serve->log);
	free(serve->state_key);
	free(serve->control_key);
	free(serve->error);
}
