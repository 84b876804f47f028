/*
 * heap: deadlines in order: a binary heap of pointers in an array.
 *
 * Invariant: items[i]->place == i + 1, and no item is earlier than its parent.
 */
#include <assert.h>
#include <stdlib.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/heap.h"
#include "ddnsupd/mem.h"

static void settle(struct heap *heap, struct heap_item *item);
static void rise(struct heap *heap, struct heap_item *item);
static void sink(struct heap *heap, struct heap_item *item);
static struct heap_item *earlier_child(const struct heap *heap, size_t place);
static void put(struct heap *heap, struct heap_item *item, size_t place);

void
heap_set(struct heap *heap, struct heap_item *item, int64_t at_us)
{
	if (at_us == CLOCK_NEVER) {
		heap_remove(heap, item);
		item->at_us = at_us;
		return;
	}
	item->at_us = at_us;
	if (item->place == 0) {
		heap->items = mem_grow(heap->items, &heap->cap, heap->count + 1,
		    sizeof(struct heap_item *));
		put(heap, item, ++heap->count);
	}
	settle(heap, item);
}

void
heap_remove(struct heap *heap, struct heap_item *item)
{
	size_t place = item->place;
	struct heap_item *last;

	if (place == 0)
		return;
	assert(place <= heap->count && heap->items[place - 1] == item);
	last = heap->items[--heap->count];
	item->place = 0;
	if (last == item)
		return;
	put(heap, last, place);
	settle(heap, last);
}

struct heap_item *
heap_first(const struct heap *heap)
{
	return heap->count > 0 ? heap->items[0] : NULL;
}

/* The items that still stand in it are not the heap's; they are marked as out. */
void
heap_free(struct heap *heap)
{
	for (size_t i = 0; i < heap->count; i++)
		heap->items[i]->place = 0;
	free(heap->items);
	*heap = (struct heap){0};
}

static void
settle(struct heap *heap, struct heap_item *item)
{
	rise(heap, item);
	sink(heap, item);
}

static void
rise(struct heap *heap, struct heap_item *item)
{
	while (item->place > 1) {
		size_t place = item->place;
		struct heap_item *parent = heap->items[place / 2 - 1];

		if (parent->at_us <= item->at_us)
			return;
		put(heap, item, parent->place);
		put(heap, parent, place);
	}
}

static void
sink(struct heap *heap, struct heap_item *item)
{
	struct heap_item *child;

	while ((child = earlier_child(heap, item->place)) != NULL) {
		size_t place = item->place;

		if (item->at_us <= child->at_us)
			return;
		put(heap, item, child->place);
		put(heap, child, place);
	}
}

static struct heap_item *
earlier_child(const struct heap *heap, size_t place)
{
	size_t left = 2 * place, right = left + 1;

	if (left > heap->count)
		return NULL;
	if (right <= heap->count &&
	    heap->items[right - 1]->at_us < heap->items[left - 1]->at_us)
		return heap->items[right - 1];
	return heap->items[left - 1];
}

static void
put(struct heap *heap, struct heap_item *item, size_t place)
{
	heap->items[place - 1] = item;
	item->place = place;
}
