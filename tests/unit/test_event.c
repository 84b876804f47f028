/*
 * Effects: a list that grows, says things, and frees what it owns.
 */
#include <criterion/criterion.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/event.h"
#include "ddnsupd/mem.h"

TestSuite(effects);

Test(effects, keep_their_order_and_start_zeroed)
{
	struct effects effects = {0};

	effects_clear(&effects);
	for (uint64_t i = 0; i < 100; i++) {
		struct effect *effect = effects_add(&effects, EFFECT_SEND);

		cr_assert_null(effect->bytes);
		cr_assert_eq(effect->id, 0);
		effect->id = i + 1;
		effect->bytes = mem_copy("abc", 3);
		effect->qname = mem_text("pc1.example");
	}
	cr_assert_eq(effects.count, 100);
	for (size_t i = 0; i < 100; i++)
		cr_assert_eq(effects.items[i].id, i + 1);
	effects_free(&effects);
}

Test(effects, note)
{
	struct effects effects = {0};

	effects_note(&effects, NOTE_WARNING, "amt", "%d of %s", 2, "3");
	effects_note(&effects, NOTE_DEBUG, NULL, "%s", "");
	cr_assert_eq(effects.items[0].kind, EFFECT_NOTE);
	cr_assert_eq(effects.items[0].level, NOTE_WARNING);
	cr_assert_str_eq(effects.items[0].subject, "amt");
	cr_assert_str_eq(effects.items[0].text, "2 of 3");
	cr_assert_null(effects.items[1].subject);
	cr_assert_str_eq(effects.items[1].text, "");
	effects_free(&effects);
}

Test(effects, clear_makes_the_list_usable_again)
{
	struct effects effects = {0};

	effects_note(&effects, NOTE_INFO, "a", "b");
	effects.wake_at_us = 5;
	effects_clear(&effects);
	cr_assert_eq(effects.count, 0);
	cr_assert_eq(effects.wake_at_us, CLOCK_NEVER);
	cr_assert_null(effects_add(&effects, EFFECT_FINISH)->text);
	cr_assert_eq(effects.items[0].kind, EFFECT_FINISH);
	effects_free(&effects);
	cr_assert_null(effects.items);
}
