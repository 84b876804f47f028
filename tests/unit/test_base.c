/*
 * The base: faults, memory, texts, escaping, random numbers, deadlines.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/escape.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/heap.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/rng.h"
#include "ddnsupd/strbuf.h"

#define ITEMS 257

TestSuite(fault);
TestSuite(mem);
TestSuite(strbuf);
TestSuite(escape);
TestSuite(rng);
TestSuite(heap);

Test(fault, every_code_has_a_clause_of_its_own)
{
	for (int i = 0; i < FAULT_COUNT; i++) {
		const char *text = fault_text((enum fault)i);

		cr_assert_not_null(text);
		cr_assert_gt(strlen(text), 0);
		cr_assert_neq(text[strlen(text) - 1], '.', "%s", text);
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(text, fault_text((enum fault)j));
	}
	cr_assert_str_eq(fault_text(FAULT_NONE), "no fault");
	cr_assert_str_eq(fault_text(FAULT_TEXT_VERSION), "written by a newer version");
}

Test(fault, a_code_outside_still_has_a_text)
{
	cr_assert_not_null(fault_text(FAULT_COUNT));
}

Test(mem, zero_is_zero_even_for_nothing)
{
	uint8_t *bytes = mem_zero(16, 4);
	void *nothing = mem_zero(0, 8);
	char *headed = mem_zero_head(100, 10);

	for (int i = 0; i < 64; i++)
		cr_assert_eq(bytes[i], 0);
	cr_assert_not_null(nothing);
	free(bytes);
	free(nothing);
	for (int i = 0; i < 10; i++)
		cr_assert_eq(headed[i], 0);
	headed[99] = 1;
	free(headed);
}

/* Memory is always there, or the program is not; its supervisor starts it again. */
Test(mem, what_cannot_be_had_ends_the_program, .signal = SIGABRT)
{
	mem_zero(SIZE_MAX / 2, 4);
}

Test(mem, what_cannot_grow_ends_the_program, .signal = SIGABRT)
{
	size_t cap = 1;
	void *array = mem_zero(1, 1);

	mem_grow(array, &cap, SIZE_MAX, 1);
}

Test(mem, grow_keeps_the_items_and_at_least_doubles)
{
	size_t cap = 0, moves = 0;
	uint32_t *array = NULL;

	for (uint32_t i = 0; i < 1000; i++) {
		size_t before = cap;

		array = mem_grow(array, &cap, i + 1, sizeof(*array));
		cr_assert_geq(cap, (size_t)i + 1);
		cr_assert(cap == before || cap >= 2 * before);
		moves += cap != before;
		array[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(array[i], i);
	cr_assert_leq(moves, 11);
	free(array);
}

Test(mem, grow_goes_far_in_one_step_and_rests_when_there_is_room)
{
	size_t cap = 0;
	char *array = mem_grow(NULL, &cap, 1000, 1);
	size_t reached = cap;

	cr_assert_geq(reached, 1000);
	array[999] = 'x';
	cr_assert_eq(mem_grow(array, &cap, 1000, 1), array);
	cr_assert_eq(cap, reached);
	free(array);
}

Test(mem, grow_one_always_makes_room)
{
	uint32_t *array = NULL;

	for (uint32_t i = 0; i < 1000; i++) {
		array = mem_grow_one(array, i, sizeof(*array));
		array[i] = i;
	}
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(array[i], i);
	free(array);
}

Test(mem, an_overflowing_product_aborts, .signal = SIGABRT)
{
	free(mem_zero(SIZE_MAX / 2, 4));
}

Test(mem, an_overflowing_growth_aborts, .signal = SIGABRT)
{
	size_t cap = 0;

	free(mem_grow(NULL, &cap, SIZE_MAX / 2, 16));
}

Test(mem, copies)
{
	char *text = mem_text("abc");
	char *bytes = mem_copy("a\0b", 3);
	char *printed = mem_printf("%s-%d", "x", 42);

	cr_assert_str_eq(text, "abc");
	cr_assert_arr_eq(bytes, "a\0b", 3);
	cr_assert_str_eq(printed, "x-42");
	cr_assert_null(mem_text(NULL));
	cr_assert_null(mem_copy("abc", 0));
	free(text);
	free(bytes);
	free(printed);
}

Test(strbuf, grows_and_stays_terminated)
{
	struct strbuf buf = {0};

	for (int i = 0; i < 100; i++)
		strbuf_printf(&buf, "%d,", i % 10);
	strbuf_add(&buf, "end");
	strbuf_add_bytes(&buf, "xyz", 1);
	cr_assert_eq(buf.len, 204);
	cr_assert_eq(strlen(buf.s), buf.len);
	cr_assert_str_eq(buf.s + 196, "8,9,endx");
	strbuf_free(&buf);
	cr_assert_null(buf.s);
	cr_assert_eq(buf.len, 0);
}

Test(strbuf, an_empty_one_reads_as_an_empty_text)
{
	struct strbuf buf = {0};
	char *taken;

	cr_assert_str_eq(strbuf_text(&buf), "");
	cr_assert_null(buf.s);
	taken = strbuf_take(&buf);
	cr_assert_str_eq(taken, "");
	free(taken);
	strbuf_add(&buf, "");
	cr_assert_not_null(buf.s);
	cr_assert_str_eq(buf.s, "");
	strbuf_free(&buf);
}

Test(strbuf, take_hands_over)
{
	struct strbuf buf = {0};
	char *taken;

	strbuf_add(&buf, "text");
	taken = strbuf_take(&buf);
	cr_assert_str_eq(taken, "text");
	cr_assert_null(buf.s);
	cr_assert_eq(buf.cap, 0);
	free(taken);
}

Test(escape, only_safe_bytes_pass)
{
	char *text = escape_text("a b\x1b[0m\n\\~\x7f\xc3\xa4");

	cr_assert_str_eq(text, "a b\\027[0m\\010\\092~\\127\\195\\164");
	free(text);
}

/* A value in a sentence is escaped before the sentence is. */
Test(escape, twice_is_once)
{
	static const struct { const char *from, *to; } texts[] = {
		{"p\xc3\xa9", "p\\195\\169"}, {"a\\x", "a\\092x"}, {"\\027[31m", "\\027[31m"},
		{"\\02", "\\09202"}, {"\\300", "\\092300"}, {"\\0a1", "\\0920a1"}, {"\\", "\\092"},
		{"\\\\\n", "\\092\\092\\010"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *once = escape_text(texts[i].from), *twice = escape_text(once);

		cr_expect_str_eq(once, texts[i].to);
		cr_expect_str_eq(twice, once);
		free(once);
		free(twice);
	}
}

Test(escape, every_byte_by_the_rule)
{
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;
		struct strbuf out = {0};
		bool plain = i >= 0x20 && i < 0x7f && i != '\\';
		char expected[16] = {byte};

		if (!plain)
			snprintf(expected, sizeof(expected), "\\%03d", i);
		escape_add(&out, &byte, 1);
		cr_assert_str_eq(strbuf_text(&out), expected, "byte %d", i);
		strbuf_free(&out);
	}
}

/* The next 16 octets of the key stream. */
static void
stream(struct rng *rng, uint8_t out[16])
{
	for (int i = 0; i < 4; i++) {
		uint32_t word = rng_u32(rng);

		for (int j = 0; j < 4; j++)
			out[4 * i + j] = (uint8_t)(word >> (8 * j));
	}
}

/* RFC 8439 Appendix A.1: the start of the block of that number under the key. */
static void
expect_block(const uint8_t key[32], unsigned block, const uint8_t expected[16])
{
	struct rng rng;
	uint8_t out[16];

	rng_seed(&rng, key);
	for (unsigned i = 0; i < 16 * block; i++)
		rng_u32(&rng);
	stream(&rng, out);
	cr_assert_arr_eq(out, expected, 16);
}

Test(rng, rfc_8439_a1_vectors_1_to_4)
{
	static const uint8_t zero[32], one[32] = {[31] = 1}, ff[32] = {[1] = 0xff};
	static const uint8_t v1[16] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
	    0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
	static const uint8_t v2[16] = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a,
	    0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d};
	static const uint8_t v3[16] = {0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92,
	    0x9b, 0x9d, 0x82, 0x8d, 0xb1, 0xce, 0xd4, 0xdd};
	static const uint8_t v4[16] = {0x72, 0xd5, 0x4d, 0xfb, 0xf1, 0x2e, 0xc4, 0x4b,
	    0x36, 0x26, 0x92, 0xdf, 0x94, 0x13, 0x7f, 0x32};

	expect_block(zero, 0, v1);
	expect_block(zero, 1, v2);
	expect_block(one, 1, v3);
	expect_block(ff, 2, v4);
}

/* Two neighbours in word 13 alone must not give the same block. */
Test(rng, the_block_number_goes_on_beyond_32_bits)
{
	static const uint8_t key[32];
	struct rng low, high;

	rng_seed(&low, key);
	rng_seed(&high, key);
	high.block = (uint64_t)1 << 32;
	cr_assert_neq(rng_u32(&low), rng_u32(&high));
}

Test(rng, below_stays_below_and_reaches_everything)
{
	static const uint8_t key[32] = {1, 2, 3};
	struct rng rng;
	unsigned seen[10] = {0};

	rng_seed(&rng, key);
	for (int i = 0; i < 10000; i++) {
		uint64_t number = rng_below(&rng, 10);

		cr_assert_lt(number, 10);
		seen[number]++;
	}
	for (int i = 0; i < 10; i++)
		cr_assert(seen[i] > 850 && seen[i] < 1150, "%d: %u", i, seen[i]);
	cr_assert_eq(rng_below(&rng, 1), 0);
}

/* A plain remainder would put half of all numbers into the first third. */
Test(rng, below_has_no_bias_at_large_limits)
{
	static const uint8_t key[32] = {9};
	const uint64_t limit = ((uint64_t)1 << 63) + ((uint64_t)1 << 62);
	struct rng rng;
	unsigned low = 0;

	rng_seed(&rng, key);
	for (int i = 0; i < 3000; i++)
		low += rng_below(&rng, limit) < limit / 3;
	cr_assert(low > 880 && low < 1120, "%u of 3000 in the first third", low);
}

Test(rng, sixteen_bits_use_the_whole_range)
{
	static const uint8_t key[32] = {5};
	struct rng rng;
	uint16_t ones = 0, zeros = UINT16_MAX;

	rng_seed(&rng, key);
	for (int i = 0; i < 100; i++) {
		uint16_t number = rng_u16(&rng);

		ones |= number;
		zeros &= number;
	}
	cr_assert_eq(ones, UINT16_MAX);
	cr_assert_eq(zeros, 0);
}

static void
expect_order(const struct heap *heap)
{
	for (size_t i = 0; i < heap->count; i++) {
		cr_assert_eq(heap->items[i]->place, i + 1);
		if (i > 0)
			cr_assert_leq(heap->items[(i + 1) / 2 - 1]->at_us,
			    heap->items[i]->at_us);
	}
}

Test(heap, an_empty_one_has_no_first)
{
	struct heap heap = {0};

	cr_assert_null(heap_first(&heap));
	heap_free(&heap);
}

Test(heap, gives_deadlines_in_order)
{
	struct heap heap = {0};
	struct heap_item items[ITEMS] = {{0}};
	int64_t before = -1;

	for (size_t i = 0; i < ITEMS; i++)
		heap_set(&heap, &items[i], (int64_t)(i * 101 % ITEMS / 2));
	expect_order(&heap);
	for (size_t left = ITEMS; left > 0; left--) {
		struct heap_item *first = heap_first(&heap);

		cr_assert_eq(heap.count, left);
		cr_assert_geq(first->at_us, before);
		before = first->at_us;
		heap_remove(&heap, first);
		cr_assert_eq(first->place, 0);
	}
	heap_free(&heap);
}

Test(heap, an_item_moves_both_ways_and_never_takes_it_out)
{
	struct heap heap = {0};
	struct heap_item a = {0}, b = {0}, c = {0};

	heap_set(&heap, &a, 10);
	heap_set(&heap, &b, 20);
	heap_set(&heap, &c, 30);
	heap_set(&heap, &c, 5);
	cr_assert_eq(heap_first(&heap), &c);
	heap_set(&heap, &c, 40);
	cr_assert_eq(heap_first(&heap), &a);
	cr_assert_eq(heap.count, 3);
	heap_set(&heap, &a, CLOCK_NEVER);
	cr_assert_eq(heap_first(&heap), &b);
	cr_assert_eq(a.place, 0);
	cr_assert_eq(a.at_us, CLOCK_NEVER);
	heap_set(&heap, &a, CLOCK_NEVER);
	heap_remove(&heap, &a);
	cr_assert_eq(heap.count, 2);
	heap_free(&heap);
	cr_assert_eq(b.place, 0);
}

/* Against a plain search for the smallest, over a fixed random sequence. */
Test(heap, agrees_with_a_model_under_random_moves)
{
	static const uint8_t key[32] = {42};
	struct heap heap = {0};
	struct heap_item items[32] = {{0}};
	int64_t model[32];
	struct rng rng;

	rng_seed(&rng, key);
	for (int i = 0; i < 32; i++)
		model[i] = CLOCK_NEVER;
	for (int step = 0; step < 5000; step++) {
		uint64_t which = rng_below(&rng, 32);
		int64_t earliest = CLOCK_NEVER;

		model[which] = rng_below(&rng, 3) == 0 ? CLOCK_NEVER :
		    (int64_t)rng_below(&rng, 100);
		heap_set(&heap, &items[which], model[which]);
		expect_order(&heap);
		for (int i = 0; i < 32; i++)
			earliest = clock_min(earliest, model[i]);
		if (earliest == CLOCK_NEVER)
			cr_assert_null(heap_first(&heap));
		else
			cr_assert_eq(heap_first(&heap)->at_us, earliest);
	}
	heap_free(&heap);
}
