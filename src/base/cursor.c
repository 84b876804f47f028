/*
 * cursor: reading bytes that nobody has checked.
 */
#include <string.h>

#include "ddnsupd/cursor.h"

static const uint8_t *advance(struct cursor *cursor, size_t len);

struct cursor
cursor_make(const uint8_t *bytes, size_t len)
{
	return (struct cursor){bytes, len, false};
}

uint8_t
cursor_u8(struct cursor *cursor)
{
	const uint8_t *at = advance(cursor, 1);

	return at != NULL ? at[0] : 0;
}

uint16_t
cursor_u16(struct cursor *cursor)
{
	const uint8_t *at = advance(cursor, 2);

	return (uint16_t)(at != NULL ? at[0] << 8 | at[1] : 0);
}

uint32_t
cursor_u32(struct cursor *cursor)
{
	uint32_t high = cursor_u16(cursor);

	return high << 16 | cursor_u16(cursor);
}

void
cursor_copy(struct cursor *cursor, void *to, size_t len)
{
	const uint8_t *at;

	if (len == 0)
		return;
	at = advance(cursor, len);
	if (at != NULL)
		memcpy(to, at, len);
	else
		memset(to, 0, len);
}

void
cursor_skip(struct cursor *cursor, size_t len)
{
	if (len > 0)
		advance(cursor, len);
}

struct cursor
cursor_take(struct cursor *cursor, size_t len)
{
	struct cursor part = {cursor->at, 0, cursor->bad || len > cursor->left};

	if (!part.bad)
		part.left = len;
	cursor_skip(cursor, len);
	return part;
}

static const uint8_t *
advance(struct cursor *cursor, size_t len)
{
	const uint8_t *at = cursor->at;

	if (cursor->bad || len > cursor->left) {
		cursor->bad = true;
		cursor->left = 0;
		return NULL;
	}
	cursor->at += len;
	cursor->left -= len;
	return at;
}
