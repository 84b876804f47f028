/*
 * strbuf: a growing text.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"

static void make_room(struct strbuf *buf, size_t len);

void
strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_bytes(buf, text, strlen(text));
}

void
strbuf_add_bytes(struct strbuf *buf, const char *bytes, size_t len)
{
	make_room(buf, len);
	if (len > 0)
		memcpy(buf->s + buf->len, bytes, len);
	buf->len += len;
	buf->s[buf->len] = '\0';
}

void
strbuf_printf(struct strbuf *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(buf, format, ap);
	va_end(ap);
}

void
strbuf_vprintf(struct strbuf *buf, const char *format, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(len >= 0);
	make_room(buf, (size_t)len);
	vsnprintf(buf->s + buf->len, (size_t)len + 1, format, ap);
	buf->len += (size_t)len;
}

const char *
strbuf_text(const struct strbuf *buf)
{
	return buf->s != NULL ? buf->s : "";
}

char *
strbuf_take(struct strbuf *buf)
{
	char *text = buf->s != NULL ? buf->s : mem_text("");

	*buf = (struct strbuf){0};
	return text;
}

void
strbuf_free(struct strbuf *buf)
{
	free(buf->s);
	*buf = (struct strbuf){0};
}

/* For `len` bytes more and the NUL. */
static void
make_room(struct strbuf *buf, size_t len)
{
	buf->s = mem_grow(buf->s, &buf->cap, buf->len + len + 1, 1);
}
