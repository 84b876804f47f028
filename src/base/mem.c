/*
 * mem: memory that is always there.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#define FIRST_CAP 4

static void *resize(void *array, size_t count, size_t size);
static void *must(void *memory);
static _Noreturn void give_up(void);

void *
mem_zero(size_t count, size_t size)
{
	if (count == 0 || size == 0)
		count = size = 1; /* calloc() may return NULL for nothing */
	if (count > SIZE_MAX / size)
		give_up();
	return must(calloc(count, size));
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
	array = resize(array, grown, size);
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
	return resize(array, count > 0 ? count * 2 : 1, size);
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
	char *text;
	va_list ap;
	int len;

	va_start(ap, format);
	len = vasprintf(&text, format, ap);
	va_end(ap);
	if (len < 0)
		give_up();
	return text;
}

static void *
resize(void *array, size_t count, size_t size)
{
	if (count > SIZE_MAX / size)
		give_up();
	return must(realloc(array, count * size));
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
