/*
 * escape: text from outside, made safe to print.
 */
#include <stdbool.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/strbuf.h"

static bool is_plain(unsigned char byte);

void
escape_add(struct strbuf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (is_plain(byte))
			strbuf_add_bytes(out, &bytes[i], 1);
		else
			strbuf_printf(out, "\\%03u", (unsigned)byte);
	}
}

char *
escape_text(const char *text)
{
	struct strbuf out = {0};

	escape_add(&out, text, strlen(text));
	return strbuf_take(&out);
}

static bool
is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '\\';
}
