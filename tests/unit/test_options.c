/*
 * Options: what the command line says, and every way it can be wrong (interface.md).
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "options.h"

#define ARGS_MAX 16

TestSuite(options);

/* A command line of its own memory, since getopt reorders it. */
struct line {
	char *text;
	char *argv[ARGS_MAX + 1];
	int argc;
	struct options options;
};

static bool
parse(struct line *line, const char *text)
{
	char *rest;

	*line = (struct line){.text = mem_text(text)};
	for (char *word = strtok_r(line->text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		cr_assert_lt(line->argc, ARGS_MAX);
		line->argv[line->argc++] = word;
	}
	return options_parse(&line->options, line->argc, line->argv);
}

static void
done(struct line *line)
{
	options_free(&line->options);
	free(line->text);
}

static void
refused(const char *text, enum exit_code exit, const char *part)
{
	struct line line;

	cr_assert(!parse(&line, text), "%s: was taken", text);
	cr_expect_eq(line.options.exit, exit, "%s: exit %d", text,
	    (int)line.options.exit);
	cr_expect_not_null(strstr(line.options.error, part), "%s: \"%s\"", text,
	    line.options.error);
	done(&line);
}

static void
timeout_is(const char *value, int64_t us)
{
	char *text = mem_printf("ddnsupd --once -t %s", value);
	struct line line;

	cr_assert(parse(&line, text), "%s", text);
	cr_expect_eq(line.options.timeout_us, us, "%s: %ld", text,
	    (long)line.options.timeout_us);
	done(&line);
	free(text);
}

Test(options, defaults)
{
	struct line line;

	cr_assert(parse(&line, "ddnsupd --once"));
	cr_expect_eq(line.options.verb, VERB_ONCE);
	cr_expect_eq(line.options.timeout_us, CLOCK_S(30));
	cr_expect_null(line.options.config_file);
	cr_expect_null(line.options.names);
	cr_expect(!options_quick(&line.options));
	cr_expect(!line.options.json && !line.options.dry_run && !line.options.quiet);
	done(&line);
}

Test(options, names_stand_anywhere)
{
	struct line line;

	cr_assert(parse(&line, "ddnsupd amt --withdraw -c f.yaml -- -x"));
	cr_expect_eq(line.options.verb, VERB_WITHDRAW);
	cr_expect_str_eq(line.options.config_file, "f.yaml");
	cr_assert_not_null(line.options.names);
	cr_expect_str_eq(line.options.names[0], "amt");
	cr_expect_str_eq(line.options.names[1], "-x");
	cr_expect_null(line.options.names[2]);
	done(&line);
}

Test(options, quick_form)
{
	char text[NAME_TEXT_MAX];
	struct line line;

	cr_assert(parse(&line, "ddnsupd --once -D A.Corp.Example. -D b.corp.example -S "
	    "-i eth0 -a 192.0.2.1 -a 2001:db8::1 -a 192.0.2.1 -vvj"));
	cr_expect(options_quick(&line.options) && line.options.shared);
	cr_expect_eq(line.options.dedicated_count, 2);
	cr_expect_str_eq(name_format(&line.options.dedicated[0], text),
	    "a.corp.example");
	cr_expect_str_eq(line.options.interface, "eth0");
	cr_expect_eq(line.options.address_count, 2, "a doubled address counts once");
	cr_expect_eq(line.options.verbose, 2);
	cr_expect(line.options.json);
	done(&line);
}

Test(options, servers)
{
	struct line line;

	cr_assert(parse(&line, "ddnsupd --once -s 127.0.0.1#5353 -s fe80::1%eth0 "
	    "--server=192.0.2.53 -s 192.0.2.53#53"));
	cr_expect_eq(line.options.server_count, 3, "a doubled server counts once");
	cr_expect_eq(line.options.servers[0].port, 5353);
	cr_expect_str_eq(line.options.servers[1].ifname, "eth0");
	done(&line);
}

Test(options, timeouts)
{
	timeout_is("1", CLOCK_S(1));
	timeout_is("2.5", 2500000);
	timeout_is("0.000001", 1);
	timeout_is("0.0000019", 1);
	timeout_is("86400", CLOCK_S(86400));
}

Test(options, bad_timeouts)
{
	static const char *const values[] = {"0", "0.0", "-1", "1.", ".5", "1e3", "inf",
		"nan", "0x10", "5s", "86400.1", "86401", "99999999999999999999"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char *text = mem_printf("ddnsupd --once -t %s", values[i]);

		refused(text, EXIT_CODE_USAGE, values[i]);
		free(text);
	}
}

Test(options, verbs)
{
	refused("ddnsupd --once --check", EXIT_CODE_USAGE, "only one");
	refused("ddnsupd --withdraw --once", EXIT_CODE_USAGE, "only one");
	refused("ddnsupd --once --online", EXIT_CODE_USAGE, "--online");
	refused("ddnsupd --check --dry-run", EXIT_CODE_USAGE, "--dry-run");
}

Test(options, daemon)
{
	struct line line;

	cr_assert(parse(&line, "ddnsupd"));
	cr_expect_eq(line.options.verb, VERB_DAEMON);
	done(&line);
	cr_assert(parse(&line, "ddnsupd -v -c f -i eth0 -a 192.0.2.1 -s 192.0.2.53"));
	cr_expect_eq(line.options.verb, VERB_DAEMON);
	done(&line);
	refused("ddnsupd -D a.b.c", EXIT_CODE_USAGE, "-D");
	refused("ddnsupd -S", EXIT_CODE_USAGE, "-S");
	refused("ddnsupd amt", EXIT_CODE_USAGE, "amt: names go with --once");
	refused("ddnsupd -j", EXIT_CODE_USAGE, "ddnsctl -j status");
	refused("ddnsupd -n", EXIT_CODE_USAGE, "--dry-run");
	refused("ddnsupd --online", EXIT_CODE_USAGE, "--online");
}

Test(options, combinations)
{
	refused("ddnsupd --once -D a.b.c amt", EXIT_CODE_USAGE, "amt");
	refused("ddnsupd --once -S amt", EXIT_CODE_USAGE, "amt");
	refused("ddnsupd --once -S -c f", EXIT_CODE_USAGE, "-c");
	refused("ddnsupd --once -D a.b.c -D A.B.C.", EXIT_CODE_USAGE, "twice");
}

Test(options, bad_options)
{
	refused("ddnsupd --once --nope", EXIT_CODE_USAGE, "--nope: no such");
	refused("ddnsupd --once -x", EXIT_CODE_USAGE, "-x: no such");
	refused("ddnsupd --once -vx", EXIT_CODE_USAGE, "-x: no such");
	refused("ddnsupd --once -:", EXIT_CODE_USAGE, "-:: no such");
	refused("ddnsupd --once --json=1", EXIT_CODE_USAGE, "--json=1: no value");
	refused("ddnsupd --once=1", EXIT_CODE_USAGE, "--once=1: no value");
	refused("ddnsupd --once -t", EXIT_CODE_USAGE, "-t: a value");
	refused("ddnsupd --once --state-directory", EXIT_CODE_USAGE, "a value");
	refused("ddnsupd --once --state-directory=", EXIT_CODE_USAGE,
	    "--state-directory: the name of the directory is empty");
	refused("ddnsupd --once --config=", EXIT_CODE_USAGE,
	    "-c: the name of the file is empty");
	refused("ddnsupd --once --s 192.0.2.1", EXIT_CODE_USAGE, "--s: no such");
}

Test(options, bad_names)
{
	refused("ddnsupd --once -D p\xc3\xa4.example", EXIT_CODE_USAGE, "xn--");
	refused("ddnsupd --once -D a!.example", EXIT_CODE_USAGE, "xn--");
	refused("ddnsupd --once -D -a.example", EXIT_CODE_USAGE, "hyphen");
	refused("ddnsupd --once -D a..example", EXIT_CODE_USAGE, "empty label");
	refused("ddnsupd --once -D localhost", EXIT_CODE_USAGE, "localhost");
	refused("ddnsupd --once -D pc1", EXIT_CODE_CONFIG, "R4");
	refused("ddnsupd --once -D "
	    "a23456789012345678901234567890123456789012345678901234567890abcd.example",
	    EXIT_CODE_CONFIG, "R4");
}

Test(options, bad_addresses)
{
	refused("ddnsupd --once -a 192.0.2", EXIT_CODE_USAGE, "192.0.2");
	refused("ddnsupd --once -a fe80::1%eth0", EXIT_CODE_USAGE, "fe80::1%eth0");
	refused("ddnsupd --once -a 127.0.0.1", EXIT_CODE_CONFIG, "loopback");
	refused("ddnsupd --once -a fe80::1", EXIT_CODE_CONFIG, "link-local");
	refused("ddnsupd --once -a 224.0.0.1", EXIT_CODE_CONFIG, "multicast");
	refused("ddnsupd --once -a ::", EXIT_CODE_CONFIG, "unspecified");
}

Test(options, bad_servers)
{
	refused("ddnsupd --once -s ns1.example", EXIT_CODE_USAGE, "ns1.example");
	refused("ddnsupd --once -s 192.0.2.1#0", EXIT_CODE_USAGE, "#0");
	refused("ddnsupd --once -s 192.0.2.1#65536", EXIT_CODE_USAGE, "port");
	refused("ddnsupd --once -s [::1]", EXIT_CODE_USAGE, "[::1]");
	refused("ddnsupd --once -s 0.0.0.0", EXIT_CODE_CONFIG, "unspecified");
	refused("ddnsupd --once -s ff02::1", EXIT_CODE_CONFIG, "multicast");
	refused("ddnsupd --once -s 255.255.255.255", EXIT_CODE_CONFIG, "broadcast");
}

Test(options, bad_interfaces)
{
	refused("ddnsupd --once -i 1234567890123456", EXIT_CODE_USAGE, "1 to 15");
	refused("ddnsupd --once -i a/b", EXIT_CODE_USAGE, "1 to 15");
}

/* Only the first mistake is told; what was asked for as output is known all the same. */
Test(options, the_first_mistake_counts)
{
	struct line line;

	cr_assert(!parse(&line, "ddnsupd --nope -a 127.0.0.1 --once --json"));
	cr_expect_eq(line.options.exit, EXIT_CODE_USAGE);
	cr_expect_not_null(strstr(line.options.error, "--nope"));
	cr_expect(line.options.json);
	done(&line);
	cr_assert(!parse(&line, "ddnsupd -t -j"));
	cr_expect(line.options.json, "-j may have been meant as an option");
	done(&line);
}

Test(options, help_and_version_come_first)
{
	struct line line;

	cr_assert(parse(&line, "ddnsupd --once -V --nope --help"));
	cr_expect_eq(line.options.verb, VERB_HELP);
	done(&line);
	cr_assert(parse(&line, "ddnsupd -V --check"));
	cr_expect_eq(line.options.verb, VERB_VERSION);
	done(&line);
}

Test(options, help_names_every_option)
{
	static const char *const words[] = {"--once", "--withdraw", "--check",
		"--online", "--dry-run", "--config", "--dedicated", "--shared",
		"--interface", "--address", "--server", "--state-directory",
		"--timeout", "--json", "--verbose", "--quiet", "--version", "--help"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_expect_not_null(strstr(options_help(), words[i]), "%s", words[i]);
}
