/*
 * main: argv -> options -> run -> exit status.
 *
 * The results go to stdout, all else to stderr.  With --json exactly one object is
 * printed whatever happens, so every way out passes through finish() or fail().
 */
#include <sys/random.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"
#include "options.h"
#include "serve.h"
#include "setup.h"
#include "shell/uvx.h"
#include "terminal.h"

#define FILES_MIN 32

/* What a run is made of; main() lets go of it. */
struct run {
	int64_t start_us;
	struct options options;
	struct logsink log;
	struct daemon *daemon;
	struct packet_socket packets;
	struct statedir statedir;
	struct engine *engine;
};

static void hint(struct run *run);
static void prepare_process(void);
static enum note_level log_level(const struct options *options);
static int start(struct run *run);
static int tell(struct run *run, const char *text);
static int start_engine(struct run *run);
static void learn(struct run *run, const struct config *config);
static int run_engine(struct run *run);
static bool holds_state(const struct run *run);
static struct engine *make_engine(struct run *run, struct config *config,
    struct state *state);
static enum engine_mode engine_mode(const struct options *options);
static int finish(struct run *run, const struct report *report);
static int fail(struct run *run, enum exit_code exit, const char *error);
static int fail_setup(struct run *run, struct setup_error *error);
static void end(struct run *run);
static bool print(struct run *run, const char *text);

int
main(int argc, char **argv)
{
	struct run run = {
		.start_us = uvx_now_us(),
		.packets = {.fd = -1},
		.statedir = {.fd = -1, .lock = -1},
	};
	int status;

	prepare_process();
	if (options_parse(&run.options, argc, argv)) {
		logsink_init(&run.log, log_level(&run.options));
		status = start(&run);
	} else {
		logsink_init(&run.log, NOTE_ERROR);
		status = fail(&run, run.options.exit, run.options.error);
		if (status == EXIT_CODE_USAGE)
			hint(&run);
	}
	end(&run);
	return status;
}

static void
hint(struct run *run)
{
	logsink_write(&run->log, NOTE_ERROR, NULL, "Try 'ddnsupd --help'.");
}

/*
 * Descriptors 0 to 2 are taken, so that nothing we open is mistaken for them.  SIGINT
 * and SIGTERM wait until the loop is there to turn them into an event.
 */
static void
prepare_process(void)
{
	sigset_t signals;

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
			_exit(EXIT_CODE_TEMPORARY);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* For a person who waits, what he waits for; for a script, what went wrong. */
static enum note_level
log_level(const struct options *options)
{
	if (options->quiet)
		return NOTE_ERROR;
	if (options->verbose > 0)
		return options->verbose > 1 ? NOTE_DEBUG : NOTE_INFO;
	if (options->verb == VERB_DAEMON)
		return NOTE_NOTICE;
	return isatty(STDERR_FILENO) ? NOTE_NOTICE : NOTE_WARNING;
}

static int
start(struct run *run)
{
	struct rlimit files;

	if (run->options.verb == VERB_HELP)
		return tell(run, options_help());
	if (run->options.verb == VERB_VERSION)
		return tell(run, "ddnsupd " PACKAGE_VERSION "\n");
	/* libuv aborts when it cannot open its pipes */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_MIN)
		return fail(run, EXIT_CODE_TEMPORARY,
		    "too few descriptors: raise the limit of open files (ulimit -n) to "
		    "32 or more");
	if (run->options.verb == VERB_DAEMON)
		return serve(&run->options, &run->log);
	run->daemon = daemon_new(&run->log);
	if (run->daemon == NULL)
		return fail(run, EXIT_CODE_TEMPORARY,
		    "no event loop: the kernel gives no more descriptors");
	return start_engine(run);
}

static int
tell(struct run *run, const char *text)
{
	return print(run, text) ? EXIT_CODE_OK : EXIT_CODE_TEMPORARY;
}

static int
start_engine(struct run *run)
{
	struct setup_error error = {0};
	struct config *config;
	struct state state = {0};

	config = setup_config(&run->options, daemon_host(run->daemon),
	    daemon_net(run->daemon), &run->log, &error);
	if (config == NULL)
		return fail_setup(run, &error);
	if (!setup_state(&run->options, config,
		run->start_us + run->options.timeout_us, &run->log, &run->statedir,
		&state, &error)) {
		config_free(config);
		return fail_setup(run, &error);
	}
	learn(run, config);
	run->engine = make_engine(run, config, &state);
	return run_engine(run);
}

static void
learn(struct run *run, const struct config *config)
{
	struct sources_setup setup = {.log = &run->log, .packets = &run->packets};

	daemon_learn(run->daemon, &setup, config);
}

static int
run_engine(struct run *run)
{
	const char *unknown;
	char *text;
	int status;

	daemon_introduce(run->daemon, run->engine);
	unknown = engine_unknown_name(run->engine);
	if (unknown == NULL) {
		daemon_run(run->daemon, holds_state(run) ? &run->statedir : NULL);
		return finish(run, engine_report(run->engine));
	}
	text = mem_printf("\"%s\": no registration in %s has this name or FQDN", unknown,
	    setup_file(&run->options));
	status = fail(run, EXIT_CODE_USAGE, text);
	free(text);
	return status;
}

static bool
holds_state(const struct run *run)
{
	return run->statedir.lock != -1;
}

/*
 * The time that went by waiting for the lock is part of the run.  A run that writes no
 * state misses nothing by not being able to.
 */
static struct engine *
make_engine(struct run *run, struct config *config, struct state *state)
{
	int64_t gone_us = uvx_now_us() - run->start_us;
	struct engine_options options = {
		.mode = engine_mode(&run->options),
		.dry_run = run->options.dry_run,
		.state_writable = holds_state(run) || !setup_writes(&run->options),
		.quick = options_quick(&run->options),
		.timeout_us = run->options.timeout_us - gone_us,
		.names = run->options.names,
	};

	if (options.timeout_us < 1)
		options.timeout_us = 1;
	if (getrandom(options.seed, sizeof(options.seed), 0) != sizeof(options.seed))
		abort();
	return engine_new(config, state, &options);
}

static enum engine_mode
engine_mode(const struct options *options)
{
	switch (options->verb) {
	case VERB_WITHDRAW:
		return ENGINE_WITHDRAW;
	case VERB_CHECK:
		return options->online ? ENGINE_CHECK_ONLINE : ENGINE_CHECK;
	default:
		return ENGINE_ONCE;
	}
}

/* Results that nobody could read are no success. */
static int
finish(struct run *run, const struct report *report)
{
	struct strbuf text = {0};
	bool printed;

	if (run->options.json)
		text.s = text_report_json(report);
	else
		text_report(report, terminal_colour(), terminal_width(), &text);
	printed = print(run, text.s != NULL ? text.s : "");
	strbuf_free(&text);
	if (!printed && report->exit == EXIT_CODE_OK)
		return EXIT_CODE_TEMPORARY;
	return (int)report->exit;
}

/* Nothing could be started. */
static int
fail(struct run *run, enum exit_code exit, const char *error)
{
	struct report report = {.exit = exit, .error = mem_text(error)};

	logsink_write(&run->log, NOTE_ERROR, NULL, error);
	if (run->options.json)
		finish(run, &report);
	report_free(&report);
	return (int)exit;
}

static int
fail_setup(struct run *run, struct setup_error *error)
{
	int status = fail(run, error->exit, error->text);

	free(error->text);
	return status;
}

/* The loop is dry before the lock goes. */
static void
end(struct run *run)
{
	if (run->daemon != NULL)
		daemon_free(run->daemon);
	if (run->engine != NULL)
		engine_free(run->engine);
	packet_socket_close(&run->packets);
	statedir_close(&run->statedir);
	options_free(&run->options);
}

static bool
print(struct run *run, const char *text)
{
	if (terminal_write(text, strlen(text)))
		return true;
	logsink_write(&run->log, NOTE_ERROR, "standard output", strerror(errno));
	return false;
}
