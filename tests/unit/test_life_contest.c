/*
 * Others who keep changing a name that the daemon holds.
 */
#include "core_life.h"

TestSuite(life_contest, .fini = end);

#define NAME "pc1-amt.corp.example"

static void
begin(void)
{
	boot(basic, NULL);
	start();
	pass(SEC(3));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	forget();
}

/* Somebody else takes the name, and an event makes us look. */
static void
taken_by(const char *other, int turn)
{
	char *word = mem_printf("+%s/900", other);

	apply(NAME, (char[]){"--A"});
	apply(NAME, word);
	free(word);
	machine(turn % 2 == 0 ? "192.0.2.11 2001:db8::10" : "192.0.2.10 2001:db8::10");
	net_event();
	pass(SEC(60));
}

/* Two agents with one name do not fight for ever. */
Test(life_contest, somebody_else_wants_the_name)
{
	int i;

	begin();
	pass(SEC(60));
	for (i = 0; i < 3; i++) {
		taken_by("192.0.2.99", i);
		expect_site(NAME, i % 2 == 0 ? "192.0.2.11" : "192.0.2.10",
		    "2001:db8::10");
	}
	cr_expect_eq(note_count("replaced 192.0.2.99"), 3);
	taken_by("192.0.2.99", i);
	expect_site(NAME, "192.0.2.99", "2001:db8::10");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"outcome\":\"conflict\"");
	expect_reply("held by 192.0.2.99 at 192.0.2.53#53");
	expect_reply("three times within an hour");
	cr_expect(seconds_to_next() > 12 * 60, "%d", seconds_to_next());
	forget();
	pass(SEC(24 * 3600));
	expect_site(NAME, "192.0.2.99", "2001:db8::10");
	cr_expect_leq(note_count("next try in"), 8);
	cr_expect(!noted("4 " NAME), "it was said");
	/* the other one has gone */
	apply(NAME, (char[]){"--A"});
	pass(SEC(6 * 3600));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

Test(life_contest, what_others_want_and_a_person_wants_back)
{
	int i;

	begin();
	for (i = 0; i < 4; i++)
		taken_by("192.0.2.99", i);
	expect_site(NAME, "192.0.2.99", "2001:db8::10");
	request(1, true, "{\"command\":\"refresh\"}");
	expect_reply("{\"exit\":0,");
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	taken_by("192.0.2.98", 0);
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* Seldom enough to be two owners who know of each other, or one who moves. */
Test(life_contest, others_once_in_a_while)
{
	int i;

	begin();
	for (i = 0; i < 10; i++) {
		pass(SEC(1800));
		taken_by("192.0.2.99", i);
		expect_site(NAME, i % 2 == 0 ? "192.0.2.11" : "192.0.2.10",
		    "2001:db8::10");
	}
}
