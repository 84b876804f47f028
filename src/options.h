/*
 * options: the command line (interface.md, "ddnsupd(8)").
 *
 * Here a value is checked for its form, and options against each other; what they mean
 * together with a file is setup's question.
 */
#ifndef DDNSUPD_OPTIONS_H
#define DDNSUPD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/name.h"
#include "ddnsupd/report.h"

#define OPTIONS_CONFIG_FILE SYSCONFDIR "/ddnsupd/ddnsupd.yaml"
#define OPTIONS_TIMEOUT_S 30     /* default */
#define OPTIONS_TIMEOUT_MAX_S 86400

enum options_verb {
	VERB_DAEMON, /* none was given */
	VERB_ONCE,
	VERB_WITHDRAW,
	VERB_CHECK,
	VERB_HELP,
	VERB_VERSION,
};

struct options {
	enum options_verb verb;
	bool online;                 /* --check --online */
	bool dry_run;
	bool json;                   /* also when the rest did not parse */
	bool quiet;
	unsigned verbose;            /* how often */
	const char *config_file;     /* NULL: not given; argv's, as all texts here */
	const char *state_directory; /* NULL: not given */
	const char *interface;       /* NULL: not given */
	int64_t timeout_us;
	bool shared;
	struct name *dedicated;      /* no two are equal */
	size_t dedicated_count;
	struct addr *addresses;
	size_t address_count;
	struct endpoint *servers;
	size_t server_count;
	const char *const *names;    /* NULL-terminated, as argv; NULL: none given */
	enum exit_code exit;         /* after a mistake: USAGE; a rule broken: CONFIG */
	char *error;                 /* after a mistake: the sentence */
};

/* False after a mistake: the first one is in exit and error.  argv is reordered. */
bool options_parse(struct options *options, int argc, char **argv);

/* Is it the quick form, without a file? */
bool options_quick(const struct options *options);

const char *options_help(void);
void options_free(struct options *options);

#endif
