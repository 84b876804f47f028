/*
 * Updates as values, and as input for nsupdate.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/update.h"

TestSuite(update);

static struct addr
address(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE);
	return addr;
}

static struct update
update_for(const char *owner, const char *zone)
{
	struct update update = {0};

	cr_assert_eq(name_parse(&update.owner, owner), FAULT_NONE);
	cr_assert_eq(name_parse(&update.zone, zone), FAULT_NONE);
	return update;
}

static void
assert_text(const struct update *update, const char *server, const char *expected)
{
	struct endpoint endpoint;
	struct strbuf out = {0};

	cr_assert_eq(endpoint_parse(&endpoint, server), FAULT_NONE);
	update_format(update, &endpoint, &out);
	cr_assert_str_eq(strbuf_text(&out), expected);
	strbuf_free(&out);
}

Test(update, keeps_the_order)
{
	struct update update = update_for("host.corp.example", "corp.example");
	const struct addr a = address("192.0.2.9"), b = address("2001:db8::9");

	update_require_absent(&update, RRTYPE_CNAME);
	update_require_absent(&update, RRTYPE_A);
	update_add(&update, &b, 60);
	update_delete(&update, &a);
	update_delete_rrset(&update, RRTYPE_AAAA);
	cr_assert_eq(update.prereq_count, 2);
	cr_assert_eq(update.prereqs[0].type, RRTYPE_CNAME);
	cr_assert_eq(update.prereqs[1].type, RRTYPE_A);
	cr_assert_eq(update.change_count, 3);
	cr_assert_eq(update.changes[0].kind, CHANGE_ADD);
	cr_assert_eq(update.changes[0].type, RRTYPE_AAAA);
	cr_assert_eq(update.changes[0].ttl, 60);
	cr_assert(addr_equal(&update.changes[0].addr, &b));
	cr_assert_eq(update.changes[1].kind, CHANGE_DELETE);
	cr_assert_eq(update.changes[1].type, RRTYPE_A);
	cr_assert(addr_equal(&update.changes[1].addr, &a));
	cr_assert_eq(update.changes[2].kind, CHANGE_DELETE_RRSET);
	cr_assert_eq(update.changes[2].type, RRTYPE_AAAA);
	update_free(&update);
}

Test(update, value_of_every_address)
{
	struct update update = update_for("host.corp.example", "corp.example");
	struct rrset set = {.type = RRTYPE_A};
	const struct addr a = address("192.0.2.9"), b = address("192.0.2.10");

	rrset_add(&set, &b);
	rrset_add(&set, &a);
	update_require_value(&update, &set);
	cr_assert_eq(update.prereq_count, 2);
	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(update.prereqs[i].kind, PREREQ_VALUE);
		cr_assert_eq(update.prereqs[i].type, RRTYPE_A);
		cr_assert(addr_equal(&update.prereqs[i].addr, &set.addrs[i]));
	}
	rrset_free(&set);
	update_free(&update);
}

/* An RRset without addresses can only be required by its absence. */
Test(update, value_of_nothing_is_absence)
{
	struct update update = update_for("host.corp.example", "corp.example");
	const struct rrset set = {.type = RRTYPE_AAAA};

	update_require_value(&update, &set);
	cr_assert_eq(update.prereq_count, 1);
	cr_assert_eq(update.prereqs[0].kind, PREREQ_ABSENT);
	cr_assert_eq(update.prereqs[0].type, RRTYPE_AAAA);
	update_free(&update);
}

Test(update, free_leaves_an_empty_one)
{
	struct update update = update_for("host.corp.example", "corp.example");
	const struct addr a = address("192.0.2.9");

	for (unsigned i = 0; i < 100; i++) {
		update_require_absent(&update, RRTYPE_CNAME);
		update_add(&update, &a, 60);
	}
	cr_assert_eq(update.prereq_count, 100);
	cr_assert_eq(update.change_count, 100);
	update_free(&update);
	cr_assert_eq(update.prereq_count + update.change_count, 0);
	update_add(&update, &a, 60);
	cr_assert_eq(update.change_count, 1);
	update_free(&update);
	update_free(&update);
}

Test(update, never_all_types, .signal = SIGABRT)
{
	struct update update = update_for("host.corp.example", "corp.example");

	update_delete_rrset(&update, RRTYPE_ANY);
}

Test(update, never_the_absence_of_a_name, .signal = SIGABRT)
{
	struct update update = update_for("host.corp.example", "corp.example");

	update_require_absent(&update, RRTYPE_ANY);
}

Test(update, format_every_line)
{
	struct update update = update_for("host.corp.example", "corp.example");
	struct rrset set = {.type = RRTYPE_A};
	const struct addr old = address("192.0.2.9"), new = address("192.0.2.10");
	const struct addr six = address("2001:db8::10");

	rrset_add(&set, &old);
	update_require_absent(&update, RRTYPE_CNAME);
	update_require_value(&update, &set);
	update_delete(&update, &old);
	update_delete_rrset(&update, RRTYPE_AAAA);
	update_add(&update, &new, 900);
	update_add(&update, &six, 2147483647);
	assert_text(&update, "192.0.2.53",
	    "server 192.0.2.53 53\n"
	    "zone corp.example.\n"
	    "prereq nxrrset host.corp.example. CNAME\n"
	    "prereq yxrrset host.corp.example. IN A 192.0.2.9\n"
	    "update delete host.corp.example. A 192.0.2.9\n"
	    "update delete host.corp.example. AAAA\n"
	    "update add host.corp.example. 900 A 192.0.2.10\n"
	    "update add host.corp.example. 2147483647 AAAA 2001:db8::10\n"
	    "send\n");
	rrset_free(&set);
	update_free(&update);
}

Test(update, format_server)
{
	struct update update = update_for("host.corp.example", "corp.example");

	assert_text(&update, "fe80::1%eth0#5353",
	    "server fe80::1%eth0 5353\nzone corp.example.\nsend\n");
	assert_text(&update, "2001:db8::53",
	    "server 2001:db8::53 53\nzone corp.example.\nsend\n");
}

/* Octets with a meaning to nsupdate reach it as \DDD; the root is a dot. */
Test(update, format_odd_names)
{
	static const uint8_t zone[] = "\6a b;c.\7example";
	struct update update = update_for("host.corp.example", "corp.example");

	cr_assert_eq(name_from_wire(&update.zone, zone, sizeof(zone)), FAULT_NONE);
	assert_text(&update, "192.0.2.53",
	    "server 192.0.2.53 53\nzone a\\032b\\059c\\046.example.\nsend\n");
	cr_assert_eq(name_from_wire(&update.zone, (const uint8_t *)"", 1), FAULT_NONE);
	assert_text(&update, "192.0.2.53", "server 192.0.2.53 53\nzone .\nsend\n");
}
