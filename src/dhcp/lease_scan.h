/*
 * lease_scan: the words of dhclient's language, one at a time.
 */
#ifndef DDNSUPD_LEASE_SCAN_H
#define DDNSUPD_LEASE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lease_parts.h"

#define SCAN_TEXT_MAX 256   /* longer than any value that is of use */

enum token {
	TOKEN_END,          /* of the file, or of what makes sense in it */
	TOKEN_WORD,
	TOKEN_STRING,       /* in quotes */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_SEMICOLON,
};

struct scan {
	struct word rest;
	struct word word;   /* WORD, STRING: its value; a string that is too long: "" */
	bool cut;           /* the file ended, or lost its sense, within a statement */
	uint8_t text[SCAN_TEXT_MAX]; /* what a STRING's word points to */
};

/* The next token; scan->word holds until the one after. */
enum token scan_next(struct scan *scan);

/* Go behind the end of the statement, or of the group whose brace was the last token.
 * False: there is none, and nothing follows. */
bool scan_skip_statement(struct scan *scan);
bool scan_skip_group(struct scan *scan);

/* Read no further: what follows cannot be trusted. */
void scan_stop(struct scan *scan);

#endif
