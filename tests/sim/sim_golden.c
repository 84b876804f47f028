/* sim_golden: the only part of the simulator that knows files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"

#include "sim_golden.h"

struct line {
	const char *text;
	size_t len;
};

struct lines {
	struct line *items;
	size_t count;
	size_t cap;
};

static char *read_file(const char *directory, const char *story);
static void split(const char *text, struct lines *lines);
static void compare(const struct lines *old, const struct lines *new,
    struct strbuf *diff);
static size_t *common_lengths(const struct lines *old, const struct lines *new);
static bool is_same(const struct line *a, const struct line *b);
static void print(struct strbuf *diff, char sign, const struct line *line);

bool
sim_golden_compare(const char *directory, const char *story, const char *trace,
    struct strbuf *diff)
{
	char *kept = read_file(directory, story);
	struct lines old = { 0 }, new = { 0 };
	bool same = kept != NULL && strcmp(kept, trace) == 0;

	if (kept == NULL)
		strbuf_printf(diff, "no golden trace; look at it, then keep it with "
		    "--update-golden\n");
	if (!same) {
		split(kept != NULL ? kept : "", &old);
		split(trace, &new);
		compare(&old, &new, diff);
	}
	free(old.items);
	free(new.items);
	free(kept);
	return same;
}

bool
sim_golden_write(const char *directory, const char *story, const char *trace)
{
	char *path = mem_printf("%s/%s.txt", directory, story);
	FILE *file = fopen(path, "w");
	bool written = false;

	if (file != NULL) {
		written = fputs(trace, file) >= 0;
		written = fclose(file) == 0 && written;
	}
	free(path);
	return written;
}

static char *
read_file(const char *directory, const char *story)
{
	char *path = mem_printf("%s/%s.txt", directory, story);
	FILE *file = fopen(path, "r");
	struct strbuf text = { 0 };
	char block[4096];
	size_t len;

	free(path);
	if (file == NULL)
		return NULL;
	while ((len = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add_bytes(&text, block, len);
	fclose(file);
	return strbuf_take(&text);
}

static void
split(const char *text, struct lines *lines)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		lines->items = mem_grow(lines->items, &lines->cap, lines->count + 1,
		    sizeof(*lines->items));
		lines->items[lines->count++] = (struct line){ text, len };
		text += len + (text[len] == '\n');
	}
}

/* The longest common subsequence: what is not in it, differs. */
static void
compare(const struct lines *old, const struct lines *new, struct strbuf *diff)
{
	size_t *common = common_lengths(old, new);
	size_t width = new->count + 1, i = 0, k = 0;

	while (i < old->count || k < new->count) {
		if (i < old->count && k < new->count &&
		    is_same(&old->items[i], &new->items[k])) {
			print(diff, ' ', &old->items[i]);
			i++;
			k++;
		} else if (k == new->count || (i < old->count &&
		    common[(i + 1) * width + k] >= common[i * width + k + 1])) {
			print(diff, '-', &old->items[i++]);
		} else {
			print(diff, '+', &new->items[k++]);
		}
	}
	free(common);
}

static size_t *
common_lengths(const struct lines *old, const struct lines *new)
{
	size_t width = new->count + 1;
	size_t *common = mem_zero((old->count + 1) * width, sizeof(*common));

	for (size_t i = old->count; i-- > 0;)
		for (size_t k = new->count; k-- > 0;) {
			size_t down = common[(i + 1) * width + k];
			size_t right = common[i * width + k + 1];

			if (is_same(&old->items[i], &new->items[k]))
				common[i * width + k] =
				    common[(i + 1) * width + k + 1] + 1;
			else
				common[i * width + k] = down > right ? down : right;
		}
	return common;
}

static bool
is_same(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void
print(struct strbuf *diff, char sign, const struct line *line)
{
	strbuf_printf(diff, "%c ", sign);
	strbuf_add_bytes(diff, line->text, line->len);
	strbuf_add(diff, "\n");
}
