/*
 * ddnsctl: ask the daemon, or tell it what to do (interface.md, "The daemon").
 *
 * One request, one reply, one exit status; `watch` prints what comes until it ends.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/report.h"
#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"
#include "ddnsupd/text_ctl.h"
#include "terminal.h"

#define SOCKET_PATH RUNSTATEDIR "/ddnsupd/control"
#define CHUNK 65536

/* What a command's reply is printed as. */
enum print {
	PRINT_STATUS,
	PRINT_REPORT,
	PRINT_TEXT,
	PRINT_LINE,       /* a remark, if there is one */
	PRINT_NOTHING,
	PRINT_STREAM,
};

/* What may stand behind a command. */
enum words {
	WORDS_NONE,
	WORDS_NAME,       /* of a registration, or nothing */
	WORDS_EVENT,      /* of a DHCP client's hook */
};

struct command {
	const char *name;
	enum words words;
	enum print print;
	int timeout_s;    /* the daemon is silent for longer: something is wrong */
};

static const struct command commands[] = {
	{"status", WORDS_NAME, PRINT_STATUS, 10},
	{"refresh", WORDS_NAME, PRINT_REPORT, 600},
	{"reload", WORDS_NONE, PRINT_NOTHING, 10},
	{"withdraw", WORDS_NAME, PRINT_REPORT, 600},
	{"watch", WORDS_NONE, PRINT_STREAM, -1},
	{"metrics", WORDS_NONE, PRINT_TEXT, 10},
	{"dhcp-event", WORDS_EVENT, PRINT_LINE, 5},
};

struct run {
	const char *path;         /* of the socket */
	bool json;
	const struct command *command;
	char *request;
	int fd;
	struct strbuf input;      /* what has come and is not used yet */
};

static const char help[] =
    "Usage: ddnsctl [-s SOCKET] [-j] COMMAND [NAME]\n"
    "Ask the daemon ddnsupd, or tell it what to do.\n"
    "\n"
    "  status [NAME]          what stands in DNS, what failed, why, what comes next\n"
    "  refresh [NAME]         update now, wait for the result\n"
    "  reload                 read the configuration again\n"
    "  withdraw [NAME]        delete what was registered, wait for the result\n"
    "  watch                  what the log says, as it happens\n"
    "  metrics                numbers for a monitoring system (OpenMetrics)\n"
    "  dhcp-event INTERFACE bound|gone [KEY=VALUE...]\n"
    "                         what a DHCP client has learned, for its hooks\n"
    "\n"
    "NAME: a registration's name or FQDN; default: all\n"
    "KEY: family (4 or 6), address, servers, domain, host-name, lease (seconds),\n"
    "     fqdn-flags, fqdn-name\n"
    "\n"
    "  -s, --socket SOCKET    default: " SOCKET_PATH "\n"
    "  -j, --json             JSON; default: for people\n"
    "  -V, --version          print the version\n"
    "  -h, --help             print this\n"
    "\n"
    "Exit status: as of one run of ddnsupd; 64 bad command line, 69 no daemon,\n"
    "77 not permitted, 78 reload: the file is wrong.\n"
    "More: man 8 ddnsctl\n";

static bool parse(struct run *run, int argc, char **argv, int *status);
static bool parse_command(struct run *run, char **argv, int *status);
static bool parse_words(struct run *run, char **words, int *status);
static bool parse_name(struct run *run, char **words, int *status);
static int mistake(const struct run *run, const char *word, const char *what);
static int mistake_free(const struct run *run, char *text);
static int print_text(const char *text);
static int ask(struct run *run);
static int open_socket(struct run *run);
static int refused(const struct run *run);
static int receive(struct run *run);
static bool read_line(struct run *run, char **line);
static bool wait_readable(const struct run *run);
static int silent(const struct run *run);
static int print_reply(const struct run *run, const char *line);
static int print_good_reply(const struct run *run, const char *line,
    const struct text_ctl_reply *reply);
static int stream(struct run *run);
static bool print_note(const struct run *run, const char *line, int *status);
static int fail(const struct run *run, int status, const char *text);
static int fail_free(const struct run *run, int status, char *text);

int
main(int argc, char **argv)
{
	struct run run = {.path = SOCKET_PATH, .fd = -1};
	int status = EXIT_CODE_USAGE;

	signal(SIGPIPE, SIG_IGN);
	if (parse(&run, argc, argv, &status))
		status = ask(&run);
	if (run.fd != -1)
		close(run.fd);
	free(run.request);
	strbuf_free(&run.input);
	return status;
}

static bool
parse(struct run *run, int argc, char **argv, int *status)
{
	static const struct option words[] = {
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":s:jVh", words, NULL)) != -1)
		switch (letter) {
		case 's':
			run->path = optarg;
			break;
		case 'j':
			run->json = true;
			break;
		case 'V':
			*status = print_text("ddnsctl " PACKAGE_VERSION "\n");
			return false;
		case 'h':
			*status = print_text(help);
			return false;
		case ':':
			*status = mistake(run, argv[optind - 1],
			    "a value is missing");
			return false;
		default:
			*status = mistake(run, argv[optind - 1], "no such option");
			return false;
		}
	return parse_command(run, argv + optind, status);
}

static bool
parse_command(struct run *run, char **argv, int *status)
{
	if (argv[0] == NULL) {
		*status = mistake(run, "COMMAND", "it is missing");
		return false;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			run->command = &commands[i];
	if (run->command != NULL)
		return parse_words(run, argv + 1, status);
	*status = mistake(run, argv[0], "no such command");
	return false;
}

static bool
parse_words(struct run *run, char **words, int *status)
{
	char *error;

	if (run->command->words != WORDS_EVENT)
		return parse_name(run, words, status);
	run->request = text_ctl_event((const char *const *)words, &error);
	if (run->request == NULL)
		*status = mistake_free(run, error);
	return run->request != NULL;
}

static bool
parse_name(struct run *run, char **words, int *status)
{
	const struct command *command = run->command;

	if (words[0] != NULL && command->words != WORDS_NAME)
		*status = mistake_free(run, mem_printf("%s: %s takes no NAME", words[0],
		    command->name));
	else if (words[0] != NULL && words[1] != NULL)
		*status = mistake(run, words[1], "one NAME at a time");
	else
		run->request = text_ctl_request(command->name, words[0],
		    command->print == PRINT_STREAM && run->json);
	return run->request != NULL;
}

static int
mistake(const struct run *run, const char *word, const char *what)
{
	return mistake_free(run, mem_printf("%s: %s", word, what));
}

static int
mistake_free(const struct run *run, char *text)
{
	int status = fail_free(run, EXIT_CODE_USAGE, text);

	fputs("Try 'ddnsctl --help'.\n", stderr);
	return status;
}

static int
print_text(const char *text)
{
	if (terminal_write(text, strlen(text)))
		return EXIT_CODE_OK;
	perror("ddnsctl: standard output");
	return EXIT_CODE_TEMPORARY;
}

/* Who is turned away at the door, the daemon being full, may read why. */
static int
ask(struct run *run)
{
	int status = open_socket(run);

	if (status == EXIT_CODE_OK &&
	    send(run->fd, run->request, strlen(run->request), 0) == -1 &&
	    errno != EPIPE)
		status = silent(run);
	if (status != EXIT_CODE_OK)
		return status;
	return run->command->print == PRINT_STREAM ? stream(run) : receive(run);
}

static int
open_socket(struct run *run)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t len = strlen(run->path);

	if (len == 0 || len >= sizeof(addr.sun_path))
		return mistake(run, "-s", "a path of 1 to 107 bytes");
	memcpy(addr.sun_path, run->path, len);
	run->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (run->fd == -1 ||
	    connect(run->fd, (struct sockaddr *)&addr, sizeof(addr)) == -1)
		return refused(run);
	return EXIT_CODE_OK;
}

static int
refused(const struct run *run)
{
	switch (errno) {
	case ENOENT:
	case ECONNREFUSED:
		return fail_free(run, EXIT_CODE_UNAVAILABLE,
		    mem_printf("no daemon listens at %s: is ddnsupd running? (-s names "
			       "another socket)",
			run->path));
	case EACCES:
	case EPERM:
		return fail_free(run, EXIT_CODE_REFUSED,
		    mem_printf("%s: permission denied: root, the daemon's user and the "
			       "group ddnsupd may ask",
			run->path));
	default:
		return fail_free(run, EXIT_CODE_UNAVAILABLE,
		    mem_printf("%s: %s", run->path, strerror(errno)));
	}
}

static int
receive(struct run *run)
{
	char *line;
	int status;

	if (!read_line(run, &line))
		return silent(run);
	status = print_reply(run, line);
	free(line);
	return status;
}

/* Without its newline.  False: nothing more comes, errno says why; 0: the end. */
static bool
read_line(struct run *run, char **line)
{
	struct strbuf *input = &run->input;
	char chunk[CHUNK];
	size_t done = 0;
	char *end;
	ssize_t len;

	while (input->s == NULL ||
	    (end = memchr(input->s + done, '\n', input->len - done)) == NULL) {
		done = input->len;
		if (!wait_readable(run))
			return false;
		len = read(run->fd, chunk, sizeof(chunk));
		if (len == 0)
			errno = 0;
		if (len <= 0)
			return false;
		strbuf_add_bytes(input, chunk, (size_t)len);
	}
	*line = mem_printf("%.*s", (int)(end - input->s), input->s);
	input->len -= (size_t)(end + 1 - input->s);
	memmove(input->s, end + 1, input->len + 1);
	return true;
}

static bool
wait_readable(const struct run *run)
{
	int timeout_s = run->command->timeout_s;
	struct pollfd readable = {.fd = run->fd, .events = POLLIN};
	int count = poll(&readable, 1, timeout_s < 0 ? -1 : timeout_s * 1000);

	if (count == 0)
		errno = ETIMEDOUT;
	return count == 1;
}

/* The connection is there, the answer is not. */
static int
silent(const struct run *run)
{
	if (errno == ETIMEDOUT)
		return fail(run, EXIT_CODE_UNAVAILABLE,
		    "the daemon does not answer; its log may say why");
	return fail(run, EXIT_CODE_UNAVAILABLE,
	    "the daemon has closed the connection: it has stopped, or this user may "
	    "not ask it");
}

static int
print_reply(const struct run *run, const char *line)
{
	struct text_ctl_reply reply;
	int status;

	if (text_ctl_reply(line, strlen(line), &reply) != FAULT_NONE)
		status = fail_free(run, EXIT_CODE_UNAVAILABLE,
		    mem_printf("%s: what answers there is no ddnsupd", run->path));
	else if (reply.error != NULL && !reply.has_report)
		status = fail(run, reply.exit, reply.error);
	else
		status = print_good_reply(run, line, &reply);
	text_ctl_reply_free(&reply);
	return status;
}

/* Results that nobody could read are no success. */
static int
print_good_reply(const struct run *run, const char *line,
    const struct text_ctl_reply *reply)
{
	bool colour = terminal_colour();
	unsigned width = terminal_width();
	struct strbuf text = {0};
	int printed;

	if (run->json && reply->json != NULL)
		strbuf_add(&text, reply->json);
	else if (run->json)
		strbuf_printf(&text, "%s\n", line);
	else if (run->command->print == PRINT_TEXT && reply->text != NULL)
		strbuf_add(&text, reply->text);
	else if (run->command->print == PRINT_LINE && reply->text != NULL &&
	    reply->text[0] != '\0')
		strbuf_printf(&text, "%s\n", reply->text);
	else if (run->command->print == PRINT_STATUS && reply->has_report)
		text_ctl_status(&reply->report, colour, width, &text);
	else if (run->command->print == PRINT_REPORT && reply->has_report)
		text_report(&reply->report, colour, width, &text);
	printed = print_text(strbuf_text(&text));
	strbuf_free(&text);
	return reply->exit != EXIT_CODE_OK ? reply->exit : printed;
}

/* Ends when the daemon does, or nobody reads what is printed. */
static int
stream(struct run *run)
{
	int status = EXIT_CODE_OK;
	bool more = true;
	char *line;

	while (more && read_line(run, &line)) {
		more = print_note(run, line, &status);
		free(line);
	}
	return more ? silent(run) : status;
}

/* A reply among the notes is a refusal, or the word that notes will follow. */
static bool
print_note(const struct run *run, const char *line, int *status)
{
	struct text_ctl_reply reply;
	struct strbuf text = {0};

	if (text_ctl_reply(line, strlen(line), &reply) != FAULT_NONE) {
		strbuf_printf(&text, "%s\n", line);
		*status = print_text(text.s);
		strbuf_free(&text);
	} else if (reply.exit != EXIT_CODE_OK) {
		*status = fail(run, reply.exit,
		    reply.error != NULL ? reply.error : "the daemon refuses");
	}
	text_ctl_reply_free(&reply);
	return *status == EXIT_CODE_OK;
}

static int
fail(const struct run *run, int status, const char *text)
{
	struct report report = {.exit = (enum exit_code)status};
	char *printable = escape_text(text), *json;

	fprintf(stderr, "ddnsctl: %s\n", printable);
	free(printable);
	if (!run->json)
		return status;
	report.error = mem_text(text);
	json = text_report_json(&report);
	print_text(json);
	free(json);
	report_free(&report);
	return status;
}

static int
fail_free(const struct run *run, int status, char *text)
{
	fail(run, status, text);
	free(text);
	return status;
}
