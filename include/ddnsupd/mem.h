/*
 * mem: memory that is always there.
 *
 * A daemon that cannot get a few bytes cannot do its work: every function here aborts
 * with one line on stderr rather than return NULL.
 */
#ifndef DDNSUPD_MEM_H
#define DDNSUPD_MEM_H

#include <stddef.h>

/* count * size zeroed bytes; aborts when the product overflows.  Freed by free(). */
void *mem_zero(size_t count, size_t size);

/* `size` bytes, of which the first `head` are zeroed: for a struct that ends with a large
 * buffer, whose pages are taken when something is written to them. */
void *mem_zero_head(size_t size, size_t head);

/* Grow an array to hold at least `need` items of `size` bytes: *cap is doubled as
 * needed and the (possibly moved) array returned; new items are not initialised. */
void *mem_grow(void *array, size_t *cap, size_t need, size_t size);

/* Room for one item more in an array that keeps no capacity: it is doubled whenever
 * `count` is a power of two, so it must only ever have grown here.  Returns the array. */
void *mem_grow_one(void *array, size_t count, size_t size);

/* Copies: of a NUL-terminated text (NULL gives NULL), and of len bytes (len 0: NULL). */
char *mem_text(const char *text);
void *mem_copy(const void *bytes, size_t len);

/* A formatted text of its own memory. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
