/*
 * What the daemon counts.
 */
#include <criterion/criterion.h>

#include "ddnsupd/tally.h"

TestSuite(tally);

Test(tally, updates_by_rcode)
{
	struct tally tally = {0};

	tally_update(&tally, 0, 3000);
	tally_update(&tally, 5, 4000);
	tally_update(&tally, 15, 4000);
	tally_update(&tally, -1, 7000000);
	tally_update(&tally, 16, 1);
	tally_update(&tally, 100000, 1);
	cr_expect_eq(tally.updates[0], 1);
	cr_expect_eq(tally.updates[5], 1);
	cr_expect_eq(tally.updates[15], 1);
	cr_expect_eq(tally.updates[TALLY_RCODES - 1], 3, "no answer, or no such code");
	cr_expect_eq(tally.update.count, 5, "what nobody answered took no time");
	cr_expect_eq(tally.update.sum_us, 11002);
}

/* Cumulative, the bound belongs to its bucket. */
Test(tally, buckets)
{
	struct tally_times times = {0};
	unsigned i;

	for (i = 1; i < TALLY_BUCKETS; i++)
		cr_assert_gt(tally_bounds_us[i], tally_bounds_us[i - 1]);
	tally_time(&times, 0);
	tally_time(&times, tally_bounds_us[2]);
	tally_time(&times, tally_bounds_us[2] + 1);
	tally_time(&times, tally_bounds_us[TALLY_BUCKETS - 1] + 1);
	for (i = 0; i < TALLY_BUCKETS; i++)
		cr_expect_eq(times.buckets[i], i < 2 ? 1 : i == 2 ? 2 : 3, "%u", i);
	cr_expect_eq(times.count, 4);
}
