/*
 * options: the command line.
 */
#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "options.h"

enum { /* options without a letter */
	OPTION_ONCE = 256,
	OPTION_WITHDRAW,
	OPTION_CHECK,
	OPTION_ONLINE,
	OPTION_STATE_DIRECTORY,
};

static const char letters[] = ":c:D:Si:a:s:t:njvqVh";

static const struct option words[] = {
	{"once", no_argument, NULL, OPTION_ONCE},
	{"withdraw", no_argument, NULL, OPTION_WITHDRAW},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"online", no_argument, NULL, OPTION_ONLINE},
	{"config", required_argument, NULL, 'c'},
	{"dedicated", required_argument, NULL, 'D'},
	{"shared", no_argument, NULL, 'S'},
	{"interface", required_argument, NULL, 'i'},
	{"address", required_argument, NULL, 'a'},
	{"server", required_argument, NULL, 's'},
	{"state-directory", required_argument, NULL, OPTION_STATE_DIRECTORY},
	{"timeout", required_argument, NULL, 't'},
	{"dry-run", no_argument, NULL, 'n'},
	{"json", no_argument, NULL, 'j'},
	{"verbose", no_argument, NULL, 'v'},
	{"quiet", no_argument, NULL, 'q'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help[] =
    "Usage: ddnsupd [-c FILE] [OPTION...]\n"
    "       ddnsupd --once|--withdraw|--check [OPTION...] [NAME...]\n"
    "       ddnsupd --once|--withdraw|--check {-D FQDN... | -S} [OPTION...]\n"
    "Keep the A and AAAA records of this machine's names right in DNS (RFC 2136).\n"
    "\n"
    "What to do (default: run as a daemon, in the foreground; ask it by ddnsctl):\n"
    "      --once                 register, verify, report, exit\n"
    "      --withdraw             delete what was registered from here, report, exit\n"
    "      --check                judge every rule, send nothing\n"
    "      --online               with --check: ask the servers, harmlessly, whether\n"
    "                             they would accept an update\n"
    "  -n, --dry-run              all but sending updates and writing state: print\n"
    "                             them as input for nsupdate\n"
    "\n"
    "For which names (NAME: a registration's name or FQDN; default: all of the file):\n"
    "  -c, --config FILE          default: " OPTIONS_CONFIG_FILE "\n"
    "  -D, --dedicated FQDN       this dedicated name, without a file; repeatable\n"
    "  -S, --shared               the host's own name, without a file; IPv4 only\n"
    "\n"
    "With which values (they override the file's for all its registrations):\n"
    "  -i, --interface IF         default: the interface of the default route\n"
    "  -a, --address ADDR         instead of the interface's addresses; repeatable\n"
    "  -s, --server ADDR[%IF][#PORT]  DNS server; repeatable; default: the file's,\n"
    "                             else those from DHCP\n"
    "      --state-directory DIR  default: $STATE_DIRECTORY, else\n"
    "                             " LOCALSTATEDIR "/lib/ddnsupd for root,\n"
    "                             ~/.local/state/ddnsupd for others\n"
    "  -t, --timeout SECONDS      bound on the whole run; default: 30\n"
    "\n"
    "Output:\n"
    "  -j, --json                 the results as one JSON object; default: for people\n"
    "  -v, --verbose              more on stderr; twice: everything\n"
    "  -q, --quiet                errors only on stderr\n"
    "  -V, --version              print the version\n"
    "  -h, --help                 print this\n"
    "\n"
    "Examples:\n"
    "  ddnsupd --once -D pc1-amt.corp.example -i eth0 -s 192.0.2.53\n"
    "  ddnsupd --check --online -c /etc/ddnsupd/ddnsupd.yaml\n"
    "\n"
    "Exit status: 0 as it should be, 64 bad command line, 69 no server or zone,\n"
    "73 conflict, 75 try again, 77 refused, 78 a rule or the file is wrong.\n"
    "More: man 8 ddnsupd, man 8 ddnsctl, man 5 ddnsupd.yaml\n";

static bool has_json(int argc, char **argv);
static void take(struct options *options, int letter, char **argv);
static void take_value(struct options *options, int letter, char **argv);
static const char *take_path(struct options *, const char *option, const char *what);
static void take_bad(struct options *options, int letter, char **argv);
static bool is_unknown_letter(int letter);
static void take_verb(struct options *options, enum options_verb verb);
static void take_dedicated(struct options *options, const char *text);
static void reject_name(struct options *options, const char *text, enum fault fault);
static void take_address(struct options *options, const char *text);
static void take_server(struct options *options, const char *text);
static const char *server_unfit(const struct addr *addr);
static void take_interface(struct options *options, const char *text);
static void take_timeout(struct options *options, const char *text);
static bool parse_seconds(const char *text, int64_t *us);
static void check_together(struct options *options);
static void mistake(struct options *options, enum exit_code exit, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

bool
options_parse(struct options *options, int argc, char **argv)
{
	int letter;

	*options = (struct options){.timeout_us = CLOCK_S(OPTIONS_TIMEOUT_S)};
	options->json = has_json(argc, argv);
	optind = 0; /* GNU: start over, also after an earlier command line */
	opterr = 0;
	while ((letter = getopt_long(argc, argv, letters, words, NULL)) != -1)
		take(options, letter, argv);
	if (argv[optind] != NULL)
		options->names = (const char *const *)&argv[optind];
	if (options->verb == VERB_HELP || options->verb == VERB_VERSION)
		return true;
	check_together(options);
	return options->error == NULL;
}

bool
options_quick(const struct options *options)
{
	return options->shared || options->dedicated_count > 0;
}

const char *
options_help(void)
{
	return help;
}

void
options_free(struct options *options)
{
	free(options->dedicated);
	free(options->addresses);
	free(options->servers);
	free(options->error);
}

/* Whoever wants JSON gets it even when the command line is beyond understanding. */
static bool
has_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "-j") == 0)
			return true;
	return false;
}

static void
take(struct options *options, int letter, char **argv)
{
	switch (letter) {
	case OPTION_ONCE:
		take_verb(options, VERB_ONCE);
		break;
	case OPTION_WITHDRAW:
		take_verb(options, VERB_WITHDRAW);
		break;
	case OPTION_CHECK:
		take_verb(options, VERB_CHECK);
		break;
	case 'V':
		take_verb(options, VERB_VERSION);
		break;
	case 'h':
		take_verb(options, VERB_HELP);
		break;
	case OPTION_ONLINE:
		options->online = true;
		break;
	case 'n':
		options->dry_run = true;
		break;
	case 'j':
		options->json = true;
		break;
	case 'v':
		options->verbose++;
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'S':
		options->shared = true;
		break;
	default:
		take_value(options, letter, argv);
	}
}

static void
take_value(struct options *options, int letter, char **argv)
{
	switch (letter) {
	case 'c':
		options->config_file = take_path(options, "-c", "file");
		break;
	case OPTION_STATE_DIRECTORY:
		options->state_directory = take_path(options, "--state-directory",
		    "directory");
		break;
	case 'D':
		take_dedicated(options, optarg);
		break;
	case 'i':
		take_interface(options, optarg);
		break;
	case 'a':
		take_address(options, optarg);
		break;
	case 's':
		take_server(options, optarg);
		break;
	case 't':
		take_timeout(options, optarg);
		break;
	default:
		take_bad(options, letter, argv);
	}
}

static const char *
take_path(struct options *options, const char *option, const char *what)
{
	if (optarg[0] == '\0')
		mistake(options, EXIT_CODE_USAGE, "%s: the name of the %s is empty",
		    option, what);
	return optarg;
}

/*
 * optopt after '?': 0: a word that getopt does not know; a letter or a value of the
 * tables: its word takes no value and was given one; else a letter of no table.
 */
static void
take_bad(struct options *options, int letter, char **argv)
{
	const char *word = argv[optind - 1];

	if (letter == ':')
		mistake(options, EXIT_CODE_USAGE, "%s: a value is missing", word);
	else if (optopt == 0)
		mistake(options, EXIT_CODE_USAGE, "%s: no such option", word);
	else if (is_unknown_letter(optopt))
		mistake(options, EXIT_CODE_USAGE, "-%c: no such option", optopt);
	else
		mistake(options, EXIT_CODE_USAGE, "%s: no value is taken", word);
}

static bool
is_unknown_letter(int letter)
{
	if (letter >= OPTION_ONCE)
		return false;
	return letter == ':' || strchr(letters, letter) == NULL;
}

/* Help comes before all, the version before what there is to do. */
static void
take_verb(struct options *options, enum options_verb verb)
{
	if (verb >= VERB_HELP) {
		if (options->verb != VERB_HELP)
			options->verb = verb;
	} else if (options->verb >= VERB_HELP) {
		return;
	} else if (options->verb != VERB_DAEMON && options->verb != verb) {
		mistake(options, EXIT_CODE_USAGE,
		    "--once, --withdraw and --check: only one of them at a time");
	} else {
		options->verb = verb;
	}
}

static void
take_dedicated(struct options *options, const char *text)
{
	enum fault fault;
	struct addr addr;
	struct name name;

	if (addr_parse(&addr, text) == FAULT_NONE) {
		mistake(options, EXIT_CODE_USAGE,
		    "-D %s: that is an address, not a name; addresses go with -a", text);
		return;
	}
	fault = name_parse(&name, text);
	if (fault != FAULT_NONE) {
		reject_name(options, text, fault);
		return;
	}
	if (name_labels(&name) < 2) {
		mistake(options, EXIT_CODE_CONFIG,
		    "-D %s: R4: an FQDN is host name and domain name; add the domain",
		    text);
		return;
	}
	for (size_t i = 0; i < options->dedicated_count; i++)
		if (name_equal(&options->dedicated[i], &name)) {
			mistake(options, EXIT_CODE_USAGE, "-D %s: given twice", text);
			return;
		}
	options->dedicated = mem_grow_one(options->dedicated, options->dedicated_count,
	    sizeof(name));
	options->dedicated[options->dedicated_count++] = name;
}

/* A name that is too long has the form of one: it breaks a rule. */
static void
reject_name(struct options *options, const char *text, enum fault fault)
{
	switch (fault) {
	case FAULT_LABEL_LONG:
	case FAULT_NAME_LONG:
		mistake(options, EXIT_CODE_CONFIG, "-D %s: R4: %s", text,
		    fault_text(fault));
		break;
	case FAULT_NAME_CHARACTER:
		mistake(options, EXIT_CODE_USAGE,
		    "-D %s: %s; other scripts are written in their xn-- form", text,
		    fault_text(fault));
		break;
	default:
		mistake(options, EXIT_CODE_USAGE, "-D %s: %s", text, fault_text(fault));
	}
}

static void
take_address(struct options *options, const char *text)
{
	struct addr addr;
	enum fault fault = addr_parse(&addr, text);

	if (fault != FAULT_NONE) {
		mistake(options, EXIT_CODE_USAGE, "-a %s: %s", text, fault_text(fault));
		return;
	}
	if (addr_unfit(&addr) != NULL) {
		mistake(options, EXIT_CODE_CONFIG,
		    "-a %s: this %s address has no place in DNS", text,
		    addr_unfit(&addr));
		return;
	}
	for (size_t i = 0; i < options->address_count; i++)
		if (addr_equal(&options->addresses[i], &addr))
			return;
	options->addresses = mem_grow_one(options->addresses, options->address_count,
	    sizeof(addr));
	options->addresses[options->address_count++] = addr;
}

static void
take_server(struct options *options, const char *text)
{
	struct endpoint server;
	enum fault fault = endpoint_parse(&server, text);

	if (fault != FAULT_NONE) {
		mistake(options, EXIT_CODE_USAGE, "-s %s: %s (ADDR[%%IF][#PORT])", text,
		    fault_text(fault));
		return;
	}
	if (server_unfit(&server.addr) != NULL) {
		mistake(options, EXIT_CODE_CONFIG,
		    "-s %s: this %s address is no server's", text,
		    server_unfit(&server.addr));
		return;
	}
	for (size_t i = 0; i < options->server_count; i++)
		if (endpoint_equal(&options->servers[i], &server))
			return;
	options->servers = mem_grow_one(options->servers, options->server_count,
	    sizeof(server));
	options->servers[options->server_count++] = server;
}

/* A configured server may well be on the loopback or the link (interface.md). */
static const char *
server_unfit(const struct addr *addr)
{
	if (addr_is_loopback(addr) || addr_is_link_local(addr) || addr_is_mapped(addr))
		return NULL;
	return addr_unfit(addr);
}

static void
take_interface(struct options *options, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= ADDR_IFNAME_MAX || strpbrk(text, "/ \t\n") != NULL)
		mistake(options, EXIT_CODE_USAGE,
		    "-i %s: an interface has a name of 1 to 15 characters", text);
	options->interface = text;
}

static void
take_timeout(struct options *options, const char *text)
{
	int64_t us;

	if (parse_seconds(text, &us) && us > 0 && us <= CLOCK_S(OPTIONS_TIMEOUT_MAX_S))
		options->timeout_us = us;
	else
		mistake(options, EXIT_CODE_USAGE,
		    "-t %s: seconds, more than 0 and at most %d, such as 30 or 2.5",
		    text, OPTIONS_TIMEOUT_MAX_S);
}

/* DIGITS[.DIGITS], to the microsecond; strtod() would take "inf" and "0x1p3", too. */
static bool
parse_seconds(const char *text, int64_t *us)
{
	size_t whole = strspn(text, "0123456789");
	size_t part = 0;
	int64_t scale = CLOCK_S(1);

	if (text[whole] == '.')
		part = 1 + strspn(text + whole + 1, "0123456789");
	if (whole == 0 || whole > 9 || part == 1 || text[whole + part] != '\0')
		return false;
	*us = 0;
	for (size_t i = 0; i < whole; i++)
		*us = *us * 10 + (text[i] - '0') * CLOCK_S(1);
	for (size_t i = 1; i < part; i++) {
		scale /= 10;
		*us += (text[whole + i] - '0') * scale;
	}
	return true;
}

static void
check_together(struct options *options)
{
	bool quick = options_quick(options);
	bool daemon = options->verb == VERB_DAEMON;
	bool sends = options->verb == VERB_ONCE || options->verb == VERB_WITHDRAW;

	if (quick && options->names != NULL)
		mistake(options, EXIT_CODE_USAGE,
		    "%s: -D and -S stand for themselves, without names from a file",
		    options->names[0]);
	if (quick && options->config_file != NULL)
		mistake(options, EXIT_CODE_USAGE,
		    "-D and -S are for a run without a file: leave out -c");
	if (daemon && quick)
		mistake(options, EXIT_CODE_USAGE,
		    "-D and -S need one of --once, --withdraw, --check");
	if (daemon && options->names != NULL)
		mistake(options, EXIT_CODE_USAGE,
		    "%s: names go with --once, --withdraw or --check; "
		    "the daemon keeps all of the file",
		    options->names[0]);
	if (daemon && options->json)
		mistake(options, EXIT_CODE_USAGE,
		    "--json goes with --once, --withdraw or --check; "
		    "ask the daemon by `ddnsctl -j status`");
	if (options->online && options->verb != VERB_CHECK)
		mistake(options, EXIT_CODE_USAGE, "--online goes with --check only");
	if (options->dry_run && !sends)
		mistake(options, EXIT_CODE_USAGE,
		    "--dry-run goes with --once or --withdraw only");
}

/* Only the first is told: the others may be its consequences. */
static void
mistake(struct options *options, enum exit_code exit, const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	if (options->error != NULL)
		return;
	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	options->error = strbuf_take(&text);
	options->exit = exit;
}
