/*
 * sim: stories with golden traces, and random worlds.
 *
 *    sim                          the simulated server itself, all stories, and random
 *                                 worlds, fixed and new ones, and fixed lives
 *    sim [--trace] STORY...       these stories; --trace prints what happened
 *    sim --update-golden [STORY...]   keep the traces of the stories that hold
 *    sim --random N [--seed S] [--trace]   random worlds S, S + 1, ...
 *    sim --random-daemon N [--seed S] [--trace]   random lives of a daemon
 *    sim --fleet N STORY...       fleets of N machines instead of 300
 *    sim --list
 *
 * SIM_SEED is --seed.  --golden DIR: where the traces are.  Output is TAP; the last
 * line is "# N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ddnsupd/mem.h"

#include "sim_golden.h"
#include "sim_random.h"
#include "sim_random_daemon.h"
#include "sim_self.h"
#include "sim_setup.h"

#define STORY_SEED 1
#define FIXED_WORLDS 300
#define NEW_WORLDS 200
#define FIXED_LIVES 60
#define SHOWN_MAX 3 /* random worlds and lives whose trace is shown */

struct options {
	bool trace;
	bool update;
	bool list;
	unsigned random;     /* worlds; 0: the usual program */
	unsigned lives;      /* random daemons; 0: likewise */
	bool has_seed;
	uint64_t seed;
	char *golden;
	char **stories;
	int story_count;
};

struct tally {
	unsigned passed;
	unsigned failed;
	unsigned shown;
};

static const struct sim_story *const chapters[] = {
	sim_stories_dedicated,
	sim_stories_shared,
	sim_stories_locate,
	sim_stories_answers,
	sim_stories_races,
	sim_stories_machine,
	sim_stories_check,
	sim_stories_daemon_life,
	sim_stories_daemon_net,
	sim_stories_daemon_masters,
	sim_stories_daemon_names,
	sim_stories_daemon_again,
	sim_stories_daemon_faults,
	sim_stories_daemon_agents,
	sim_stories_daemon_crash,
	sim_stories_fleet,
};

static struct options read_options(int argc, char **argv);
static void run_self(struct tally *tally);
static void run_stories(const struct options *options, struct tally *tally);
static bool is_wanted(const struct options *options, const char *name);
static void run_story(const struct options *options, const struct sim_story *story,
    struct tally *tally);
static void check_golden(const struct options *options, const struct sim_story *story,
    struct sim_world *world, struct strbuf *diff);
static void run_random(const struct options *options, const char *kind,
    struct sim_world *(*make)(uint64_t seed), uint64_t seed, unsigned count,
    struct tally *tally);
static void report(struct tally *tally, const char *kind, const char *name,
    bool passed);
static void print_quoted(const char *text);

int
main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	struct tally tally = { 0 };
	uint64_t fresh = options.has_seed ? options.seed : (uint64_t)time(NULL) << 16;
	bool all = options.random == 0 && options.lives == 0 &&
	    options.story_count == 0 && !options.list;

	if (all)
		run_self(&tally);
	if (options.random == 0 && options.lives == 0)
		run_stories(&options, &tally);
	if (all && !options.update) {
		run_random(&options, "world", sim_random_world, 1, FIXED_WORLDS,
		    &tally);
		run_random(&options, "life", sim_random_daemon, 1, FIXED_LIVES,
		    &tally);
		options.random = NEW_WORLDS;
	}
	run_random(&options, "world", sim_random_world, fresh, options.random, &tally);
	run_random(&options, "life", sim_random_daemon, fresh, options.lives, &tally);
	free(options.golden);
	if (options.list)
		return 0;
	printf("1..%u\n", tally.passed + tally.failed);
	printf("# %u passed, %u failed\n", tally.passed, tally.failed);
	return tally.failed > 0 || tally.passed == 0;
}

static struct options
read_options(int argc, char **argv)
{
	struct options options = { 0 };
	const char *source = getenv("srcdir"), *seed = getenv("SIM_SEED");
	int i = 1;

	options.golden = mem_printf("%s/tests/sim/golden",
	    source != NULL ? source : ".");
	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--trace") == 0) {
			options.trace = true;
		} else if (strcmp(argv[i], "--update-golden") == 0) {
			options.update = true;
		} else if (strcmp(argv[i], "--list") == 0) {
			options.list = true;
		} else if (strcmp(argv[i], "--random") == 0 && i + 1 < argc) {
			options.random = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--random-daemon") == 0 && i + 1 < argc) {
			options.lives = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--fleet") == 0 && i + 1 < argc) {
			sim_fleet_size = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			seed = argv[++i];
		} else if (strcmp(argv[i], "--golden") == 0 && i + 1 < argc) {
			free(options.golden);
			options.golden = mem_text(argv[++i]);
		} else {
			fprintf(stderr, "sim: unknown option %s\n", argv[i]);
			exit(2);
		}
	}
	options.has_seed = seed != NULL;
	options.seed = seed != NULL ? strtoull(seed, NULL, 10) : 0;
	options.stories = argv + i;
	options.story_count = argc - i;
	return options;
}

static void
run_self(struct tally *tally)
{
	for (size_t i = 0; i < sim_self_count(); i++) {
		struct strbuf why = { 0 };
		const char *name = sim_self_check(i, &why);

		report(tally, "server", name, why.len == 0);
		print_quoted(strbuf_text(&why));
		strbuf_free(&why);
	}
}

static void
run_stories(const struct options *options, struct tally *tally)
{
	for (size_t i = 0; i < sizeof(chapters) / sizeof(chapters[0]); i++)
		for (const struct sim_story *s = chapters[i]; s->name != NULL; s++)
			if (options->list)
				printf("%s\n", s->name);
			else if (is_wanted(options, s->name))
				run_story(options, s, tally);
}

static bool
is_wanted(const struct options *options, const char *name)
{
	for (int i = 0; i < options->story_count; i++)
		if (strcmp(options->stories[i], name) == 0)
			return true;
	return options->story_count == 0;
}

static void
run_story(const struct options *options, const struct sim_story *story,
    struct tally *tally)
{
	struct sim_world *world = sim_world_new(STORY_SEED);
	struct strbuf diff = { 0 };

	story->tell(world);
	if (options->trace)
		print_quoted(strbuf_text(&world->trace));
	check_golden(options, story, world, &diff);
	report(tally, "story", story->name, world->failure_count == 0);
	print_quoted(strbuf_text(&world->failures));
	print_quoted(strbuf_text(&diff));
	strbuf_free(&diff);
	sim_world_free(world);
}

/* A story that does not hold is never kept, and shows its trace anyway. */
static void
check_golden(const struct options *options, const struct sim_story *story,
    struct sim_world *world, struct strbuf *diff)
{
	const char *trace = strbuf_text(&world->trace);

	if (options->update && world->failure_count == 0) {
		if (!sim_golden_write(options->golden, story->name, trace))
			sim_fail(world, "cannot write in %s", options->golden);
	} else if (!sim_golden_compare(options->golden, story->name, trace, diff)) {
		sim_fail(world, "the trace differs from %s/%s.txt", options->golden,
		    story->name);
	}
}

static void
run_random(const struct options *options, const char *kind,
    struct sim_world *(*make)(uint64_t seed), uint64_t seed, unsigned count,
    struct tally *tally)
{
	char name[32];

	if (count == 0)
		return;
	printf("# %s %llu to %llu\n", kind, (unsigned long long)seed,
	    (unsigned long long)(seed + count - 1));
	for (unsigned i = 0; i < count; i++) {
		struct sim_world *world = make(seed + i);
		bool passed = world->failure_count == 0;

		snprintf(name, sizeof(name), "%llu", (unsigned long long)(seed + i));
		if (options->trace || (!passed && tally->shown++ < SHOWN_MAX))
			print_quoted(strbuf_text(&world->trace));
		report(tally, kind, name, passed);
		print_quoted(strbuf_text(&world->failures));
		sim_world_free(world);
	}
}

static void
report(struct tally *tally, const char *kind, const char *name, bool passed)
{
	if (passed)
		tally->passed++;
	else
		tally->failed++;
	printf("%s %u - %s %s\n", passed ? "ok" : "not ok",
	    tally->passed + tally->failed, kind, name);
}

static void
print_quoted(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		printf("# %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}
