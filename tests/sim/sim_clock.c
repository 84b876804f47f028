/* sim_clock: a binary heap of alarms, ordered by instant, then by age. */
#include <assert.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"

#include "sim_clock.h"

static void put(struct sim_clock *clock, struct sim_alarm alarm);
static struct sim_alarm take_first(struct sim_clock *clock);
static bool is_before(const struct sim_alarm *a, const struct sim_alarm *b);
static void swap(struct sim_alarm *a, struct sim_alarm *b);

void
sim_clock_at(struct sim_clock *clock, int64_t at_us, sim_fire *fire, void *subject,
    uint64_t number)
{
	put(clock, (struct sim_alarm){ .at_us = at_us, .fire = fire, .subject = subject,
	    .number = number });
}

void
sim_clock_at_owned(struct sim_clock *clock, int64_t at_us, sim_fire *fire,
    void *subject, uint64_t number)
{
	put(clock, (struct sim_alarm){ .at_us = at_us, .fire = fire, .subject = subject,
	    .number = number, .owned = true });
}

bool
sim_clock_step(struct sim_clock *clock, int64_t until_us)
{
	struct sim_alarm alarm;

	if (clock->count == 0 || clock->heap[0].at_us > until_us) {
		if (clock->now_us < until_us)
			clock->now_us = until_us;
		return false;
	}
	alarm = take_first(clock);
	clock->now_us = alarm.at_us;
	alarm.fire(alarm.subject, alarm.number);
	if (alarm.owned)
		free(alarm.subject);
	return true;
}

void
sim_clock_free(struct sim_clock *clock)
{
	for (size_t i = 0; i < clock->count; i++)
		if (clock->heap[i].owned)
			free(clock->heap[i].subject);
	free(clock->heap);
	*clock = (struct sim_clock){ 0 };
}

static void
put(struct sim_clock *clock, struct sim_alarm alarm)
{
	size_t i = clock->count;

	assert(alarm.at_us >= clock->now_us);
	alarm.order = clock->next_order++;
	clock->heap = mem_grow(clock->heap, &clock->cap, i + 1, sizeof(*clock->heap));
	clock->heap[clock->count++] = alarm;
	while (i > 0 && is_before(&clock->heap[i], &clock->heap[(i - 1) / 2])) {
		swap(&clock->heap[i], &clock->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static struct sim_alarm
take_first(struct sim_clock *clock)
{
	struct sim_alarm first = clock->heap[0];
	size_t i = 0;

	clock->heap[0] = clock->heap[--clock->count];
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++)
			if (child < clock->count &&
			    is_before(&clock->heap[child], &clock->heap[least]))
				least = child;
		if (least == i)
			return first;
		swap(&clock->heap[i], &clock->heap[least]);
		i = least;
	}
}

static bool
is_before(const struct sim_alarm *a, const struct sim_alarm *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void
swap(struct sim_alarm *a, struct sim_alarm *b)
{
	struct sim_alarm kept = *a;

	*a = *b;
	*b = kept;
}
