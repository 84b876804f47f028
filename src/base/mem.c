/*
 * mem: memory that is always there.
 *
 * All of it is malloc()'s.  glibc keeps what a thread has freed, seven of each size, and
 * only malloc() takes from that: with calloc() and realloc() between, dead pieces gather
 * until each size has its seven, and the heap grows for thousands of events.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#define FIRST_CAP 4

static void *resize(void *array, size_t held, size_t count, size_t size);
static void *must(void *memory);
static _Noreturn void give_up(void);

void *
mem_zero(size_t count, size_t size)
{
	void *memory;

	if (count == 0 || size == 0)
		count = size = 1; /* malloc() may return NULL for nothing */
	if (count > SIZE_MAX / size)
		give_up();
	memory = must(malloc(count * size));
	explicit_bzero(memory, count * size); /* of memset() gcc makes a calloc() */
	return memory;
}

void *
mem_zero_head(size_t size, size_t head)
{
	void *memory = must(malloc(size));

	assert(head <= size);
	explicit_bzero(memory, head);
	return memory;
}

void *
mem_grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t grown = *cap > 0 ? *cap : FIRST_CAP;

	if (need <= *cap)
		return array;
	while (grown < need) {
		if (grown > SIZE_MAX / 2)
			give_up();
		grown *= 2;
	}
	array = resize(array, *cap, grown, size);
	*cap = grown;
	return array;
}

void *
mem_grow_one(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return array;
	if (count > SIZE_MAX / 2)
		give_up();
	return resize(array, count, count > 0 ? count * 2 : 1, size);
}

char *
mem_text(const char *text)
{
	return text == NULL ? NULL : must(strdup(text));
}

void *
mem_copy(const void *bytes, size_t len)
{
	void *copy;

	if (len == 0)
		return NULL;
	copy = must(malloc(len));
	memcpy(copy, bytes, len);
	return copy;
}

char *
mem_printf(const char *format, ...)
{
	va_list ap, again;
	char *text;
	int len;

	va_start(ap, format);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(len >= 0);
	text = must(malloc((size_t)len + 1));
	vsnprintf(text, (size_t)len + 1, format, ap);
	va_end(ap);
	return text;
}

/* `held` items move. */
static void *
resize(void *array, size_t held, size_t count, size_t size)
{
	void *grown;

	if (count > SIZE_MAX / size)
		give_up();
	grown = must(malloc(count * size));
	if (held > 0)
		memcpy(grown, array, held * size);
	free(array);
	return grown;
}

static void *
must(void *memory)
{
	if (memory == NULL)
		give_up();
	return memory;
}

static _Noreturn void
give_up(void)
{
	fputs("ddnsupd: out of memory\n", stderr);
	abort();
}
