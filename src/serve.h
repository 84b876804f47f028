/*
 * serve: from the command line to a daemon that has nothing left to lose.
 */
#ifndef DDNSUPD_SERVE_H
#define DDNSUPD_SERVE_H

#include "options.h"
#include "shell/logsink.h"

/*
 * Run as a daemon, in the foreground, until SIGINT or SIGTERM.  Returns the exit
 * status.  SIGINT and SIGTERM must be blocked; no thread may have been started.
 */
int serve(const struct options *options, struct logsink *log);

#endif
