/*
 * When to try again (protocol.md 5, "list exhausted").
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ddnsupd/backoff.h"
#include "ddnsupd/clock.h"

#define SAMPLES 2000

TestSuite(backoff);

static struct rng
dice(uint8_t first)
{
	uint8_t seed[RNG_SEED_LEN] = {first};
	struct rng rng;

	rng_seed(&rng, seed);
	return rng;
}

/* The least and the most of the `tries`th delay, in seconds. */
static void
bounds(enum exit_code exit, unsigned tries, double *least_s, double *most_s)
{
	struct rng rng = dice(5);
	int i;

	*least_s = 1e9;
	*most_s = 0;
	for (i = 0; i < SAMPLES; i++) {
		struct backoff backoff = {.tries = tries, .policy =
		    exit == EXIT_CODE_REFUSED};
		double s = (double)backoff_next(&backoff, exit, &rng) / 1e6;

		cr_assert_eq(backoff.tries, tries + 1);
		*least_s = s < *least_s ? s : *least_s;
		*most_s = s > *most_s ? s : *most_s;
	}
}

/* Full jitter: from next to nothing to the whole span, that doubles up to an hour. */
Test(backoff, network)
{
	static const unsigned spans_s[] = {5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560,
		3600, 3600};
	double least, most;
	unsigned i;

	for (i = 0; i < sizeof(spans_s) / sizeof(spans_s[0]); i++) {
		bounds(EXIT_CODE_UNAVAILABLE, i, &least, &most);
		cr_expect(least >= 1 && least < 1 + spans_s[i] * 0.01, "%u: %f", i,
		    least);
		cr_expect(most <= spans_s[i] && most > spans_s[i] * 0.99, "%u: %f", i,
		    most);
	}
	bounds(EXIT_CODE_UNAVAILABLE, 1000000, &least, &most);
	cr_expect_leq(most, 3600);
}

/* 15 minutes doubling to 6 hours, less up to a tenth. */
Test(backoff, policy)
{
	static const unsigned spans_s[] = {900, 1800, 3600, 7200, 14400, 21600, 21600};
	double least, most;
	unsigned i;

	for (i = 0; i < sizeof(spans_s) / sizeof(spans_s[0]); i++) {
		bounds(EXIT_CODE_REFUSED, i, &least, &most);
		cr_expect(least >= spans_s[i] * 0.9 && least < spans_s[i] * 0.91,
		    "%u: %f", i, least);
		cr_expect(most <= spans_s[i] && most > spans_s[i] * 0.99, "%u: %f", i,
		    most);
	}
	bounds(EXIT_CODE_REFUSED, 1000000, &least, &most);
	cr_expect_leq(most, 21600);
}

/* A server that refuses does not make a network fault wait, nor the other way round. */
Test(backoff, another_kind_starts_over)
{
	struct backoff backoff = {0};
	struct rng rng = dice(6);
	int i;

	for (i = 0; i < 10; i++)
		backoff_next(&backoff, EXIT_CODE_TEMPORARY, &rng);
	cr_expect_leq(backoff_next(&backoff, EXIT_CODE_CONFLICT, &rng), CLOCK_S(900));
	cr_expect_leq(backoff_next(&backoff, EXIT_CODE_CONFIG, &rng), CLOCK_S(1800));
	cr_expect_leq(backoff_next(&backoff, EXIT_CODE_UNAVAILABLE, &rng), CLOCK_S(5));
}

Test(backoff, reset)
{
	struct backoff backoff = {0};
	struct rng rng = dice(7);
	int i;

	for (i = 0; i < 10; i++)
		backoff_next(&backoff, EXIT_CODE_TEMPORARY, &rng);
	backoff_reset(&backoff);
	cr_expect_leq(backoff_next(&backoff, EXIT_CODE_TEMPORARY, &rng), CLOCK_S(5));
}

/* The same dice, the same delays; other dice, others. */
Test(backoff, is_a_function_of_the_seed)
{
	struct rng a = dice(1), b = dice(1), c = dice(2);
	struct backoff x = {0}, y = {0}, z = {0};
	unsigned same = 0;
	int i;

	for (i = 0; i < 20; i++) {
		int64_t us = backoff_next(&x, EXIT_CODE_UNAVAILABLE, &a);

		cr_expect_eq(us, backoff_next(&y, EXIT_CODE_UNAVAILABLE, &b));
		same += us == backoff_next(&z, EXIT_CODE_UNAVAILABLE, &c);
	}
	cr_expect_eq(same, 0);
}
