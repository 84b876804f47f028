/*
 * text_pen: writes lines for a person: columns, then a rest that is wrapped.
 *
 * All text is escaped on its way out (escape.h), so that a column is an octet and no
 * control byte reaches a terminal.
 */
#ifndef DDNSUPD_TEXT_PEN_H
#define DDNSUPD_TEXT_PEN_H

#include <stdbool.h>

#include "ddnsupd/strbuf.h"

#define TEXT_PEN_GAP 2 /* blanks between columns */

enum text_ink {
	INK_NONE,
	INK_GOOD,   /* green */
	INK_NOTICE, /* yellow */
	INK_BAD,    /* bold red */
};

struct text_pen {
	struct strbuf *out;
	const char *prefix;   /* of every line: "" or "; " */
	unsigned width;       /* columns, the prefix counted; 0: no bound */
	bool colour;
	unsigned column;      /* where the pen stands; 0: no line begun */
	unsigned owed;        /* blanks due before the next text, so that none trail */
};

/* Begin a line `indent` columns in. */
void text_pen_begin(struct text_pen *pen, unsigned indent);

/* One column: the text, padded to `pad` and followed by a gap if anything follows. */
void text_pen_cell(struct text_pen *pen, const char *text, unsigned pad,
    enum text_ink ink);

/*
 * The last column, wrapped at blanks: further lines begin below it, or `indent` columns
 * in when too little room is left there.
 */
void text_pen_rest(struct text_pen *pen, const char *text, unsigned indent);

void text_pen_end(struct text_pen *pen);

/* Columns the text takes once escaped. */
unsigned text_pen_columns(const char *text);

#endif
