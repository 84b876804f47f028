/*
 * text_pen: columns and wrapped text for a person.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "text_pen.h"

#define ROOM_LEAST 32 /* columns: a narrower rest is hard to read */

static void put(struct text_pen *, const char *text, size_t len);
static void pay(struct text_pen *);
static size_t unbroken(const char *text);

static const char *const ink_on[] = {
	[INK_NONE] = "",
	[INK_GOOD] = "\033[32m",
	[INK_NOTICE] = "\033[33m",
	[INK_BAD] = "\033[1;31m",
};

void
text_pen_begin(struct text_pen *pen, unsigned indent)
{
	pen->column = 0;
	pen->owed = 0;
	put(pen, pen->prefix, strlen(pen->prefix));
	pen->owed = indent;
}

void
text_pen_cell(struct text_pen *pen, const char *text, unsigned pad, enum text_ink ink)
{
	char *plain = escape_text(text);
	unsigned len = (unsigned)strlen(plain);
	bool coloured = pen->colour && ink != INK_NONE;

	pay(pen);
	/* Colour takes no columns, so it goes past put(). */
	if (coloured)
		strbuf_add(pen->out, ink_on[ink]);
	put(pen, plain, len);
	if (coloured)
		strbuf_add(pen->out, "\033[0m");
	pen->owed = TEXT_PEN_GAP + (pad > len ? pad - len : 0);
	free(plain);
}

void
text_pen_rest(struct text_pen *pen, const char *text, unsigned indent)
{
	char *plain = escape_text(text);
	size_t len = strlen(plain), word;
	unsigned hang = pen->column + pen->owed;
	const char *at = plain;

	if (len > 0 && pen->width > 0 && hang + len > pen->width &&
	    hang + ROOM_LEAST > pen->width) {
		text_pen_end(pen);
		text_pen_begin(pen, indent);
		hang = pen->column + pen->owed;
	}
	/* Lines that follow begin at `hang`, of which put() writes the prefix. */
	hang -= (unsigned)strlen(pen->prefix);
	for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
		word = unbroken(at);
		if (pen->width > 0 && pen->column > hang + strlen(pen->prefix) &&
		    pen->column + pen->owed + word > pen->width) {
			text_pen_end(pen);
			text_pen_begin(pen, hang);
		}
		pay(pen);
		put(pen, at, word);
		pen->owed = 1;
		at += word;
	}
	free(plain);
}

/* A word, and a number with its unit. */
static size_t
unbroken(const char *text)
{
	size_t number = strspn(text, "0123456789."), word = strcspn(text, " ");

	if (number == 0 || number != word || text[word] == '\0')
		return word;
	return word + 1 + strcspn(text + word + 1, " ");
}

void
text_pen_end(struct text_pen *pen)
{
	strbuf_add(pen->out, "\n");
	pen->column = 0;
	pen->owed = 0;
}

unsigned
text_pen_columns(const char *text)
{
	char *plain = escape_text(text);
	unsigned len = (unsigned)strlen(plain);

	free(plain);
	return len;
}

static void
put(struct text_pen *pen, const char *text, size_t len)
{
	strbuf_add_bytes(pen->out, text, len);
	pen->column += (unsigned)len;
}

static void
pay(struct text_pen *pen)
{
	for (; pen->owed > 0; pen->owed--)
		put(pen, " ", 1);
}
