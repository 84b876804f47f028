/*
 * contest: does somebody else keep changing a name that this agent holds?
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/contest.h"

void
contest_found(struct contest *contest, int64_t now_us)
{
	if (contest->count == CONTEST_MAX) {
		contest->count--;
		memmove(&contest->found_us[0], &contest->found_us[1],
		    contest->count * sizeof(contest->found_us[0]));
	}
	contest->found_us[contest->count++] = now_us;
}

bool
contest_yields(const struct contest *contest, int64_t now_us)
{
	return contest->lost || (contest->count == CONTEST_MAX &&
	    now_us - contest->found_us[0] <= CONTEST_SPAN_US);
}
