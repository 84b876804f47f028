/*
 * escape: text from outside, made safe to print.
 *
 * Bytes below 0x20, 0x7f and above, and the backslash come out as \DDD (decimal, as in
 * RFC 1035 5.1), so that no terminal, log or journal ever sees a raw control byte.
 * What has that form already stays as it is: escaping twice is escaping once.
 */
#ifndef DDNSUPD_ESCAPE_H
#define DDNSUPD_ESCAPE_H

#include <stddef.h>

struct strbuf;

/* Append `len` bytes of `bytes`, escaped, to `out`. */
void escape_add(struct strbuf *out, const char *bytes, size_t len);

/* The same for a NUL-terminated text, as a text of its own memory. */
char *escape_text(const char *text);

#endif
