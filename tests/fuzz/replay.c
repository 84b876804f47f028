/*
 * replay: feed files to a fuzz target, without a fuzzer.
 *
 * usage: replay_WHAT [FILE|DIRECTORY...]
 *
 * Without arguments, and that is how `make check` runs it, the corpus of the target:
 * $srcdir/tests/fuzz/corpus/WHAT.  A target says no by abort() or by a sanitizer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_LEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void corpus_path(const char *program, char path[PATH_LEN]);
static size_t replay(const char *path);
static size_t replay_directory(const char *path);
static size_t replay_file(const char *path, size_t size);
static void fail(const char *path);

int
main(int argc, char **argv)
{
	char corpus[PATH_LEN];
	size_t count = 0;

	if (argc < 2) {
		corpus_path(argv[0], corpus);
		count = replay(corpus);
	}
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("%zu inputs replayed\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
corpus_path(const char *program, char path[PATH_LEN])
{
	const char *what = strrchr(program, '_');
	const char *srcdir = getenv("srcdir");

	snprintf(path, PATH_LEN, "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".",
	    what != NULL ? what + 1 : program);
}

/* Returns how many inputs there were. */
static size_t
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		fail(path);
	return S_ISDIR(st.st_mode) ? replay_directory(path) :
	    replay_file(path, (size_t)st.st_size);
}

static size_t
replay_directory(const char *path)
{
	struct dirent **entries;
	size_t count = 0;
	int entry_count = scandir(path, &entries, NULL, alphasort);

	if (entry_count < 0)
		fail(path);
	for (int i = 0; i < entry_count; i++) {
		char inner[PATH_LEN];

		snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			count += replay(inner);
		free(entries[i]);
	}
	free(entries);
	return count;
}

static size_t
replay_file(const char *path, size_t size)
{
	/* Exactly as large as the input, so that a read past its end is seen. */
	uint8_t *data = malloc(size > 0 ? size : 1);
	FILE *file = fopen(path, "rb");

	if (data == NULL || file == NULL || fread(data, 1, size, file) != size)
		fail(path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static void
fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(EXIT_FAILURE);
}
