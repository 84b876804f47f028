/*
 * Who stands under a key.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ddnsupd/roster.h"

static struct roster roster;

static void
begin(void)
{
	roster = (struct roster){0};
}

static void
end(void)
{
	roster_free(&roster);
}

TestSuite(roster, .init = begin, .fini = end);

/* "1 2 3" */
static void
expect_members(const char *key, const char *wanted)
{
	char text[64] = "";
	const uint32_t *members;
	size_t count, i;

	members = roster_find(&roster, key, &count);
	for (i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
		    i > 0 ? " " : "", (unsigned)members[i]);
	cr_expect_str_eq(text, wanted, "%s: %s", key, text);
}

Test(roster, nobody)
{
	expect_members("eth0", "");
	roster_remove(&roster, "eth0", 1);
	roster_add(&roster, "eth1", 1);
	expect_members("eth0", "");
	roster_remove(&roster, "eth0", 1);
	roster_remove(&roster, "eth1", 2);
	expect_members("eth1", "1");
}

Test(roster, in_order_and_once)
{
	roster_add(&roster, "eth0", 7);
	roster_add(&roster, "eth0", 3);
	roster_add(&roster, "eth0", 5);
	roster_add(&roster, "eth0", 3);
	roster_add(&roster, "eth1", 4);
	expect_members("eth0", "3 5 7");
	expect_members("eth1", "4");
	roster_remove(&roster, "eth0", 5);
	roster_remove(&roster, "eth0", 5);
	expect_members("eth0", "3 7");
}

Test(roster, a_group_without_members_is_gone)
{
	roster_add(&roster, "eth0", 1);
	roster_remove(&roster, "eth0", 1);
	expect_members("eth0", "");
	cr_expect_eq(roster.group_count, 0);
	roster_add(&roster, "eth0", 2);
	expect_members("eth0", "2");
}

Test(roster, many_keys)
{
	const uint32_t *members;
	char key[16];
	uint32_t i;
	size_t count;

	for (i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "if%u", (unsigned)i);
		roster_add(&roster, key, i);
	}
	for (i = 0; i < 10000; i += 2) {
		snprintf(key, sizeof(key), "if%u", (unsigned)i);
		roster_remove(&roster, key, i);
	}
	cr_expect_eq(roster.group_count, 5000);
	for (i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "if%u", (unsigned)i);
		members = roster_find(&roster, key, &count);
		cr_assert_eq(count, i % 2);
		cr_assert(count == 0 || members[0] == i);
	}
}
