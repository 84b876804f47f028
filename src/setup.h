/*
 * setup: what stands before a run: the configuration in force, and the state so far.
 */
#ifndef DDNSUPD_SETUP_H
#define DDNSUPD_SETUP_H

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/report.h"
#include "ddnsupd/state.h"
#include "options.h"
#include "shell/hostwatch.h"
#include "shell/logsink.h"
#include "shell/statedir.h"

/* Why there is no run. */
struct setup_error {
	enum exit_code exit;
	char *text;          /* of its own memory */
};

/* The configuration's file. */
const char *setup_file(const struct options *options);

/*
 * The file with the command line's overrides, or the quick form's registrations.  NULL
 * with *error, or a configuration for config_free(); warnings go to the log.  host and
 * net: NULL for a daemon, which has no quick form and waits for an interface.
 */
struct config *setup_config(const struct options *options,
    const struct hostwatch *host, const struct fact_net *net,
    struct logsink *log, struct setup_error *error);

/*
 * Open and lock the directory of the state, as far as the run needs it, and read what
 * is held.  A lock held by another single run is waited for until the instant until_us.
 * False with *error; otherwise *dir is for statedir_close(), *state for state_free().
 * SIGINT and SIGTERM must be blocked.
 */
bool setup_state(const struct options *options, const struct config *config,
    int64_t until_us, struct logsink *log, struct statedir *dir,
    struct state *state, struct setup_error *error);

/* May the run change what is registered, and so the state? */
bool setup_writes(const struct options *options);

/* Note why; returns false, or NULL. */
bool setup_fail(struct setup_error *error, enum exit_code exit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
