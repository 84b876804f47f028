/*
 * escape: text from outside, made safe to print.
 */
#include <stdbool.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/strbuf.h"

#define ESCAPE_LEN 4 /* \\DDD */

static size_t plain_run(const char *bytes, size_t len);
static bool is_escape(const char *bytes, size_t len);
static bool is_plain(unsigned char byte);

void
escape_add(struct strbuf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t plain = plain_run(&bytes[i], len - i);

		if (plain > 0)
			strbuf_add_bytes(out, &bytes[i], plain);
		else
			strbuf_printf(out, "\\%03u", (unsigned)(unsigned char)bytes[i++]);
		i += plain;
	}
}

char *
escape_text(const char *text)
{
	struct strbuf out = {0};

	escape_add(&out, text, strlen(text));
	return strbuf_take(&out);
}

/* How much of it may stand as it is. */
static size_t
plain_run(const char *bytes, size_t len)
{
	size_t run = 0;

	while (run < len)
		if (is_plain((unsigned char)bytes[run]))
			run++;
		else if (is_escape(&bytes[run], len - run))
			run += ESCAPE_LEN;
		else
			break;
	return run;
}

/* Made by us before, or as good: a sentence may hold what was escaped on its own. */
static bool
is_escape(const char *bytes, size_t len)
{
	return len >= ESCAPE_LEN && bytes[0] == '\\' && bytes[1] >= '0' &&
	    bytes[1] <= '2' && bytes[2] >= '0' && bytes[2] <= '9' &&
	    bytes[3] >= '0' && bytes[3] <= '9';
}

static bool
is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '\\';
}
