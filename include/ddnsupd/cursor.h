/*
 * cursor: reading bytes that nobody has checked, with a sticky error.
 *
 * A read beyond the end gives zeros and sets `bad`, and every read after it does the
 * same: a parser reads straight on and asks once.
 */
#ifndef DDNSUPD_CURSOR_H
#define DDNSUPD_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *at;
	size_t left;
	bool bad;
};

struct cursor cursor_make(const uint8_t *bytes, size_t len);

/* Network byte order. */
uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);

/* Copy `len` octets, or zeros. */
void cursor_copy(struct cursor *cursor, void *to, size_t len);
void cursor_skip(struct cursor *cursor, size_t len);

/* The next `len` octets as a cursor of their own; a bad and empty one when there are
 * not as many. */
struct cursor cursor_take(struct cursor *cursor, size_t len);

#endif
