/*
 * leak: a test that passes and leaks, or shifts too far, on purpose.
 *
 * tests/lint/leaks builds it three times; tests/gate must fail the first two.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#if defined(LEAK)
Test(leak, passes_all_the_same)
{
	char *volatile lost = malloc(42);

	cr_assert_not_null(lost);
	lost = NULL;
}
#elif defined(SHIFT)
Test(shift, passes_all_the_same)
{
	volatile int far = 40;
	volatile int shifted = 1 << far;

	(void)shifted;
}
#else
Test(clean, passes)
{
	cr_assert(1);
}
#endif
