/*
 * How long the daemon waits for quiet after an address event (protocol.md 3).
 */
#include "core_world.h"
#include "ddnsupd/settle.h"

static struct settle settle;
static struct rrset now[2];

static void
begin(void)
{
	settle_init(&settle);
	now[0] = (struct rrset){.type = RRTYPE_A};
	now[1] = (struct rrset){.type = RRTYPE_AAAA};
}

static void
end(void)
{
	rrset_free(&now[0]);
	rrset_free(&now[1]);
}

TestSuite(settle, .init = begin, .fini = end);

/* At `ms` the A addresses become those; how many ms to wait from then on. */
static int64_t
wait_at(int64_t ms, const char *list)
{
	struct rrset after[2] = {set_of(RRTYPE_A, list), {.type = RRTYPE_AAAA}};
	int64_t until_us = settle_event(&settle, now, after, CLOCK_MS(ms));

	rrset_free(&now[0]);
	now[0] = after[0];
	return (until_us - CLOCK_MS(ms)) / 1000;
}

Test(settle, the_first_acts_at_once)
{
	cr_expect_eq(wait_at(0, "192.0.2.1"), 0);
	cr_expect_eq(wait_at(50, "192.0.2.2"), 0);
	cr_expect_eq(wait_at(5000, "192.0.2.3"), 0);
}

Test(settle, what_follows_is_merged)
{
	cr_expect_eq(wait_at(1000, "192.0.2.1"), 0);
	cr_expect_eq(wait_at(1010, "192.0.2.2"), 50);
	cr_expect_eq(wait_at(1049, "192.0.2.3"), 50);
	cr_expect_eq(wait_at(1098, "192.0.2.4"), 50);
	cr_expect_eq(wait_at(1148, "192.0.2.5"), 0, "50 quiet ms");
}

/* A burst that never ends acts after a second, and then after another one. */
Test(settle, a_burst_is_bounded)
{
	char list[40];
	unsigned acts = 0;
	int64_t ms, until_ms = -1;

	for (ms = 0; ms < 10000; ms += 10) {
		if (until_ms >= 0 && until_ms <= ms) {
			acts++;
			until_ms = -1;
		}
		snprintf(list, sizeof(list), "192.0.2.%d", (int)(ms / 10 % 200) + 1);
		until_ms = ms + wait_at(ms, list);
		if (until_ms == ms) {
			acts++;
			until_ms = -1;
		}
	}
	cr_expect(acts >= 9 && acts <= 11, "%u", acts);
}

/* One address, coming and going: the fifth time in 10 s is one too many. */
Test(settle, flapping_doubles_the_wait)
{
	static const int64_t waits[] = {0, 0, 0, 0, 1000, 1000, 1000, 1000, 1000, 2000};
	size_t i;

	for (i = 0; i < LENGTH(waits); i++)
		cr_expect_eq(wait_at((int64_t)i * 100, i % 2 == 0 ? "192.0.2.1" : ""),
		    waits[i], "change %zu", i);
}

Test(settle, at_most_30_seconds)
{
	int64_t wait = 0;
	int i;

	for (i = 0; i < 1000; i++) {
		wait = wait_at(i * 100, i % 2 == 0 ? "192.0.2.1" : "");
		cr_expect_leq(wait, 30000);
	}
	cr_expect_eq(wait, 30000);
}

Test(settle, calm_halves_it_again)
{
	int i;

	for (i = 0; i < 25; i++) /* 1, 2, 4, 8, 16 s */
		wait_at(i * 100, i % 2 == 0 ? "192.0.2.1" : "");
	cr_expect_eq(wait_at(2500, "192.0.2.9"), 16000);
	cr_expect_eq(wait_at(2400 + 10000 + 16000, "192.0.2.8"), 16000);
	cr_expect_eq(wait_at(2401 + 10000 + 16000, "192.0.2.7"), 8000);
	cr_expect_eq(wait_at(3600 * 1000, "192.0.2.6"), 0, "an hour later");
}

Test(settle, slow_changes_do_not_flap)
{
	int i;

	for (i = 0; i < 50; i++)
		cr_expect_eq(wait_at(i * 3000, i % 2 == 0 ? "192.0.2.1" : ""), 0,
		    "change %d", i);
}

/* Renumbering, privacy addresses: always another one. */
Test(settle, new_addresses_do_not_flap)
{
	char list[40];
	int i;

	for (i = 0; i < 200; i++) {
		snprintf(list, sizeof(list), "192.0.2.%d", i + 1);
		cr_expect_eq(wait_at(i * 60, list), 0, "change %d", i);
	}
}

/* One address stays and others come: only those are counted. */
Test(settle, an_address_that_stays_is_not_counted)
{
	char list[60];
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(list, sizeof(list), "192.0.2.250 192.0.2.%d", i + 1);
		cr_expect_eq(wait_at(i * 60, list), 0, "change %d", i);
	}
}
