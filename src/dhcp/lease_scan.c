/*
 * lease_scan: the words of dhclient's language, one at a time.
 *
 * Blanks and comments part words; so do braces, commas and semicolons, which are tokens
 * themselves.  A string ends on the line that it began on: dhclient writes all that is
 * not printable as an escape.
 */
#include <string.h>

#include "lease_scan.h"

#define BLANKS " \t\r\n"
#define SIGNS "{},;"
#define ENDS BLANKS SIGNS "\"#"

static bool is_one_of(uint8_t octet, const char *set);
static void skip_blanks(struct scan *scan);
static void advance(struct scan *scan);
static enum token read_sign(struct scan *scan);
static enum token read_word(struct scan *scan);
static enum token read_string(struct scan *scan);
static uint8_t read_escape(struct scan *scan);
static bool is_octal(const struct scan *scan);

enum token
scan_next(struct scan *scan)
{
	skip_blanks(scan);
	scan->word.len = 0;
	if (scan->rest.len == 0)
		return TOKEN_END;
	if (is_one_of(*scan->rest.at, SIGNS))
		return read_sign(scan);
	if (*scan->rest.at == '"')
		return read_string(scan);
	return read_word(scan);
}

bool
scan_skip_statement(struct scan *scan)
{
	for (;;) {
		switch (scan_next(scan)) {
		case TOKEN_OPEN:
			return scan_skip_group(scan);
		case TOKEN_SEMICOLON:
			return true;
		case TOKEN_END:
			scan_stop(scan);
			return false;
		default:
			break;
		}
	}
}

bool
scan_skip_group(struct scan *scan)
{
	size_t depth = 1;

	while (depth > 0) {
		switch (scan_next(scan)) {
		case TOKEN_OPEN:
			depth++;
			break;
		case TOKEN_CLOSE:
			depth--;
			break;
		case TOKEN_END:
			scan_stop(scan);
			return false;
		default:
			break;
		}
	}
	return true;
}

void
scan_stop(struct scan *scan)
{
	scan->rest.len = 0;
	scan->cut = true;
}

static bool
is_one_of(uint8_t octet, const char *set)
{
	return octet != '\0' && strchr(set, octet) != NULL;
}

static void
skip_blanks(struct scan *scan)
{
	bool comment = false;

	while (scan->rest.len > 0) {
		if (*scan->rest.at == '#')
			comment = true;
		else if (*scan->rest.at == '\n')
			comment = false;
		else if (!comment && !is_one_of(*scan->rest.at, BLANKS))
			return;
		advance(scan);
	}
}

static void
advance(struct scan *scan)
{
	scan->rest.at++;
	scan->rest.len--;
}

static enum token
read_sign(struct scan *scan)
{
	uint8_t sign = *scan->rest.at;

	advance(scan);
	switch (sign) {
	case '{':
		return TOKEN_OPEN;
	case '}':
		return TOKEN_CLOSE;
	case ',':
		return TOKEN_COMMA;
	default:
		return TOKEN_SEMICOLON;
	}
}

static enum token
read_word(struct scan *scan)
{
	scan->word.at = scan->rest.at;
	while (scan->rest.len > 0 && !is_one_of(*scan->rest.at, ENDS)) {
		scan->word.len++;
		advance(scan);
	}
	return TOKEN_WORD;
}

static enum token
read_string(struct scan *scan)
{
	size_t len = 0;

	advance(scan);
	while (scan->rest.len > 0 && *scan->rest.at != '\n') {
		uint8_t octet = *scan->rest.at;

		advance(scan);
		if (octet == '"') {
			scan->word = (struct word){scan->text,
			    len <= SCAN_TEXT_MAX ? len : 0};
			return TOKEN_STRING;
		}
		if (octet == '\\')
			octet = read_escape(scan);
		if (len < SCAN_TEXT_MAX)
			scan->text[len] = octet;
		len++;
	}
	scan_stop(scan);
	return TOKEN_END;
}

/* Three octal digits, or the character itself. */
static uint8_t
read_escape(struct scan *scan)
{
	unsigned value = 0;
	size_t digits = 0;

	for (; digits < 3 && is_octal(scan); digits++) {
		value = value * 8 + (unsigned)(*scan->rest.at - '0');
		advance(scan);
	}
	if (digits > 0)
		return (uint8_t)(value & 0xff);
	if (scan->rest.len == 0)
		return '\\';
	value = *scan->rest.at;
	advance(scan);
	return (uint8_t)value;
}

static bool
is_octal(const struct scan *scan)
{
	return scan->rest.len > 0 && *scan->rest.at >= '0' && *scan->rest.at <= '7';
}
