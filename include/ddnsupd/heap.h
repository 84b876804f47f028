/*
 * heap: deadlines in order, earliest first; intrusive, O(log n), no scans.
 */
#ifndef DDNSUPD_HEAP_H
#define DDNSUPD_HEAP_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in what waits; zeroed: it stands in no heap. */
struct heap_item {
	int64_t at_us;
	size_t place; /* 1-based; 0: in no heap */
};

struct heap {
	struct heap_item **items;
	size_t count;
	size_t cap;
};

/* Put the item in at an instant, or move it there; CLOCK_NEVER takes it out. */
void heap_set(struct heap *heap, struct heap_item *item, int64_t at_us);
void heap_remove(struct heap *heap, struct heap_item *item);

/* The earliest item, NULL when empty; it stays in. */
struct heap_item *heap_first(const struct heap *heap);
void heap_free(struct heap *heap);

#endif
