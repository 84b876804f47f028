/*
 * Others who keep changing a name.
 */
#include <criterion/criterion.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/contest.h"

TestSuite(contest);

Test(contest, three_times_within_an_hour)
{
	struct contest contest = {0};
	int i;

	for (i = 0; i < 3; i++) {
		cr_expect_not(contest_yields(&contest, CLOCK_S(600 * i)));
		contest_found(&contest, CLOCK_S(600 * i));
	}
	cr_expect(contest_yields(&contest, CLOCK_S(1201)));
	cr_expect(contest_yields(&contest, CLOCK_S(3600)));
	cr_expect_not(contest_yields(&contest, CLOCK_S(3601)));
}

/* Once every half hour is no quarrel, however long it goes on. */
Test(contest, seldom_enough)
{
	struct contest contest = {0};
	int i;

	for (i = 0; i < 100; i++) {
		cr_expect_not(contest_yields(&contest, CLOCK_S(1801 * i)));
		contest_found(&contest, CLOCK_S(1801 * i));
	}
}

Test(contest, what_is_lost_is_lost)
{
	struct contest contest = {.lost = true};

	cr_expect(contest_yields(&contest, CLOCK_S(1000000)));
}
