/*
 * strbuf: a growing text.  Always NUL-terminated once something was added; `s` is NULL
 * and `len` 0 before.  A zeroed struct is an empty one.
 */
#ifndef DDNSUPD_STRBUF_H
#define DDNSUPD_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

struct strbuf {
	char *s;
	size_t len;
	size_t cap;
};

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t len);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *buf, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* The text so far, "" when nothing was added.  Owned by the buffer. */
const char *strbuf_text(const struct strbuf *buf);

/* Hand the text over to the caller ("" when empty); the buffer is empty afterwards. */
char *strbuf_take(struct strbuf *buf);

void strbuf_free(struct strbuf *buf);

#endif
