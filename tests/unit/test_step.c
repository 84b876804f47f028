/*
 * Effects with ids: what a conversation emits, and for whom.
 */
#include "core_world.h"

TestSuite(step);

static struct world world;

static void
open_world(void)
{
	world_open(&world);
}

static void
close_world(void)
{
	world_close(&world);
}

Test(step, ids_are_never_used_twice_and_name_their_owner, .init = open_world,
    .fini = close_world)
{
	struct endpoint server = server_of("192.0.2.53");
	struct name name = name_of("pc1.corp.example");
	uint64_t first, second, third;

	world.step.owner = 5;
	first = step_send(&world.step, &server, false, (const uint8_t *)"abc", 3);
	second = step_lookup(&world.step, &server, &name, RRTYPE_SOA, CLOCK_S(1));
	world.step.owner = 6;
	third = step_send(&world.step, &server, true, (const uint8_t *)"abc", 3);
	cr_expect_eq(step_owner(first), 5);
	cr_expect_eq(step_owner(second), 5);
	cr_expect_eq(step_owner(third), 6);
	cr_expect_neq(first, second);
	cr_expect_neq((uint32_t)first, (uint32_t)third);
	cr_expect_neq((uint32_t)second, (uint32_t)third);
}

Test(step, send_copies_the_bytes, .init = open_world, .fini = close_world)
{
	struct endpoint server = server_of("fe80::1%eth0#5353");
	uint8_t bytes[] = {1, 2, 3};
	uint64_t id = step_send(&world.step, &server, true, bytes, sizeof(bytes));
	const struct effect *effect = &world.effects.items[0];

	bytes[0] = 9;
	cr_assert_eq(world.effects.count, 1);
	cr_expect_eq(effect->kind, EFFECT_SEND);
	cr_expect_eq(effect->id, id);
	cr_expect(effect->tcp);
	cr_expect(endpoint_equal(&effect->server, &server));
	cr_assert_eq(effect->len, 3);
	cr_expect_eq(effect->bytes[0], 1);
}

Test(step, lookup_close_and_note, .init = open_world, .fini = close_world)
{
	struct endpoint server = server_of("192.0.2.53");
	struct name name = name_of("pc1.corp.example");
	uint64_t id = step_lookup(&world.step, &server, &name, RRTYPE_AAAA, CLOCK_S(2));
	const struct effect *effect;

	step_close(&world.step, id);
	step_note(&world.step, NOTE_WARNING, "%d of %s", 1, "two");
	cr_assert_eq(world.effects.count, 3);
	effect = &world.effects.items[0];
	cr_expect_eq(effect->kind, EFFECT_LOOKUP);
	cr_expect_eq(effect->id, id);
	cr_expect_str_eq(effect->qname, "pc1.corp.example");
	cr_expect_eq(effect->qtype, RRTYPE_AAAA);
	cr_expect_eq(effect->timeout_us, CLOCK_S(2));
	cr_expect(endpoint_equal(&effect->server, &server));
	effect = &world.effects.items[1];
	cr_expect_eq(effect->kind, EFFECT_CLOSE);
	cr_expect_eq(effect->id, id);
	effect = &world.effects.items[2];
	cr_expect_eq(effect->kind, EFFECT_NOTE);
	cr_expect_eq(effect->level, NOTE_WARNING);
	cr_expect_str_eq(effect->subject, "test");
	cr_expect_str_eq(effect->text, "1 of two");
}
