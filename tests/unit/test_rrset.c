/*
 * RRsets: always sorted, never doubled, compared by their addresses.
 */
#include <criterion/criterion.h>

#include "ddnsupd/rng.h"
#include "ddnsupd/rrset.h"

TestSuite(rrset);

static struct addr
parsed(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

static bool
add(struct rrset *set, const char *text)
{
	struct addr addr = parsed(text);

	return rrset_add(set, &addr);
}

Test(rrset, types)
{
	struct addr ipv4 = parsed("192.0.2.1"), ipv6 = parsed("2001:db8::1");

	cr_assert_str_eq(rrtype_name(RRTYPE_A), "A");
	cr_assert_str_eq(rrtype_name(RRTYPE_AAAA), "AAAA");
	cr_assert_str_eq(rrtype_name(RRTYPE_SOA), "SOA");
	cr_assert_str_eq(rrtype_name(RRTYPE_ANY), "ANY");
	cr_assert_str_eq(rrtype_name(65280), "TYPE?");
	cr_assert_eq(rrtype_family(RRTYPE_A), FAMILY_IPV4);
	cr_assert_eq(rrtype_family(RRTYPE_AAAA), FAMILY_IPV6);
	cr_assert_eq(rrtype_family(RRTYPE_SOA), FAMILY_NONE);
	cr_assert_eq(rrtype_of(&ipv4), RRTYPE_A);
	cr_assert_eq(rrtype_of(&ipv6), RRTYPE_AAAA);
}

Test(rrset, add_and_remove_say_whether_anything_changed)
{
	struct rrset set = {.type = RRTYPE_A, .ttl = 900};
	struct addr addr = parsed("192.0.2.1");

	cr_assert_not(rrset_has(&set, &addr));
	cr_assert_not(rrset_remove(&set, &addr));
	cr_assert(rrset_add(&set, &addr));
	cr_assert_not(rrset_add(&set, &addr));
	cr_assert_eq(set.count, 1);
	cr_assert(rrset_has(&set, &addr));
	cr_assert(rrset_remove(&set, &addr));
	cr_assert_not(rrset_remove(&set, &addr));
	cr_assert_eq(set.count, 0);
	rrset_free(&set);
}

/* Against a plain table of what is in, over a fixed random sequence. */
Test(rrset, agrees_with_a_model)
{
	static const uint8_t seed[32] = {3};
	struct rrset set = {.type = RRTYPE_A};
	bool model[64] = {false};
	struct rng rng;

	rng_seed(&rng, seed);
	for (int step = 0; step < 3000; step++) {
		uint8_t octets[4] = {192, 0, 2, (uint8_t)rng_below(&rng, 64)};
		struct addr addr = addr_make(FAMILY_IPV4, octets);
		bool *in = &model[octets[3]];

		if (rng_below(&rng, 2) == 0) {
			cr_assert_eq(rrset_add(&set, &addr), !*in);
			*in = true;
		} else {
			cr_assert_eq(rrset_remove(&set, &addr), *in);
			*in = false;
		}
		cr_assert_eq(rrset_has(&set, &addr), *in);
		for (size_t i = 1; i < set.count; i++)
			cr_assert_lt(addr_compare(&set.addrs[i - 1], &set.addrs[i]), 0);
	}
	rrset_free(&set);
}

Test(rrset, an_address_of_the_set_itself_can_be_given)
{
	struct rrset set = {.type = RRTYPE_A}, other = {.type = RRTYPE_A};

	for (int i = 1; i <= 4; i++) {
		uint8_t octets[4] = {10, 0, 0, (uint8_t)i};
		struct addr addr = addr_make(FAMILY_IPV4, octets);

		rrset_add(&set, &addr);
	}
	rrset_remove(&set, &set.addrs[1]);
	cr_assert_not(rrset_add(&set, &set.addrs[0]));
	cr_assert(rrset_add(&other, &set.addrs[2]));
	cr_assert_eq(set.count, 3);
	rrset_free(&set);
	rrset_free(&other);
}

Test(rrset, equal_does_not_look_at_the_ttl)
{
	struct rrset a = {.type = RRTYPE_AAAA, .ttl = 1};
	struct rrset b = {.type = RRTYPE_AAAA, .ttl = 2};
	struct rrset empty = {.type = RRTYPE_A};

	cr_assert(rrset_equal(&a, &b));
	cr_assert_not(rrset_equal(&a, &empty));
	add(&a, "2001:db8::1");
	add(&a, "2001:db8::2");
	add(&b, "2001:db8::2");
	cr_assert_not(rrset_equal(&a, &b));
	add(&b, "2001:db8::3");
	cr_assert_not(rrset_equal(&a, &b));
	add(&b, "2001:db8::1");
	b.count = 2; /* ::1, ::2 */
	cr_assert(rrset_equal(&a, &b));
	rrset_free(&a);
	rrset_free(&b);
}

Test(rrset, copy_is_independent)
{
	struct rrset from = {.type = RRTYPE_A, .ttl = 900}, to = {.type = RRTYPE_AAAA};
	struct addr extra = parsed("192.0.2.3");

	add(&to, "2001:db8::1");
	add(&from, "192.0.2.1");
	add(&from, "192.0.2.2");
	rrset_copy(&to, &from);
	cr_assert(rrset_equal(&to, &from));
	cr_assert_eq(to.ttl, 900);
	cr_assert(rrset_add(&to, &extra));
	cr_assert_eq(from.count, 2);
	rrset_copy(&to, &to);
	cr_assert_eq(to.count, 3);
	rrset_clear(&from);
	cr_assert_eq(from.count, 0);
	cr_assert_eq(from.type, RRTYPE_A);
	cr_assert_eq(from.ttl, 900);
	rrset_copy(&to, &from);
	cr_assert_eq(to.count, 0);
	cr_assert(rrset_add(&to, &extra));
	rrset_free(&from);
	rrset_free(&to);
}
