/*
 * What should stand in DNS, and why an address is left out (protocol.md 3).
 */
#include "core_world.h"
#include "ddnsupd/desired.h"

TestSuite(desired);

#define TENTATIVE FACT_ADDR_TENTATIVE
#define DADFAILED FACT_ADDR_DADFAILED
#define DEPRECATED FACT_ADDR_DEPRECATED
#define TEMPORARY FACT_ADDR_TEMPORARY

struct fact {
	const char *addr;  /* NULL: the end */
	uint32_t flags;
};

struct row {
	const char *about;
	struct fact facts[6];     /* on eth0 */
	const char *a, *aaaa;     /* what is wanted */
	const char *skips;        /* "ADDR (reason), ..." */
	bool tentative;           /* AAAA */
};

static struct config *config;
static struct config_registration *reg;
static struct fact_net net;

static void
dedicated(void)
{
	config = config_new();
	reg = config_add(config, "amt");
	reg->mode = FQDN_DEDICATED;
	fact_net_add_link(&net, 1, "lo")->loopback = true;
	fact_net_add_link(&net, 2, "eth0")->up = true;
	fact_net_add_link(&net, 3, "eth1")->up = true;
}

static void
shared(void)
{
	dedicated();
	reg->mode = FQDN_SHARED;
}

static void
done(void)
{
	fact_net_free(&net);
	config_free(config);
}

static void
stand(size_t link, const char *text, uint32_t flags)
{
	struct addr addr = addr_of(text);

	fact_link_add_addr(&net.links[link], &addr)->flags = flags;
}

static void
give(const char *text)
{
	struct addr addr = addr_of(text);

	config_add_address(reg, &addr);
}

static char *
skips_text(const struct desired *desired)
{
	struct strbuf out = {0};
	char text[ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < desired->skip_count; i++)
		strbuf_printf(&out, "%s%s (%s)", i == 0 ? "" : ", ",
		    addr_format(&desired->skips[i].addr, text),
		    desired->skips[i].reason);
	return strbuf_take(&out);
}

static void
expect_desired(const char *about, const char *a, const char *aaaa, const char *skips)
{
	struct desired desired;

	desired_make(&desired, reg, &net, reg->address_count > 0 ? NULL :
	    &net.links[1]);
	expect_text_at(__LINE__, set_text(&desired.families[0].set), a, about);
	expect_text_at(__LINE__, set_text(&desired.families[1].set), aaaa, about);
	expect_text_at(__LINE__, skips_text(&desired), skips, about);
	cr_expect_eq(desired_any(&desired), *a != '\0' || *aaaa != '\0', "%s", about);
	desired_free(&desired);
}

static void
judge(const struct row *row)
{
	struct desired desired;
	const struct fact *fact;

	net.links[1].addr_count = 0;
	for (fact = row->facts; fact->addr != NULL; fact++)
		stand(1, fact->addr, fact->flags);
	expect_desired(row->about, row->a, row->aaaa, row->skips);
	desired_make(&desired, reg, &net, &net.links[1]);
	cr_expect_eq(desired.families[1].tentative, row->tentative, "%s", row->about);
	cr_expect_not(desired.families[0].tentative);
	desired_free(&desired);
}

Test(desired, addresses_of_the_interface, .init = dedicated, .fini = done)
{
	static const struct row rows[] = {
		{"nothing", {{NULL, 0}}, "", "", "", false},
		{"global and ULA, secondary ones too", {{"192.0.2.10", 0},
		    {"192.0.2.11", 0}, {"2001:db8::10", 0}, {"fd00::10", 0}},
		    "192.0.2.10 192.0.2.11", "2001:db8::10 fd00::10", "", false},
		{"private IPv4", {{"10.0.0.1", 0}}, "10.0.0.1", "", "", false},
		{"loopback", {{"127.0.0.1", 0}, {"::1", 0}}, "", "",
		    "127.0.0.1 (loopback), ::1 (loopback)", false},
		{"link-local", {{"169.254.1.1", 0}, {"fe80::1", 0}}, "", "",
		    "169.254.1.1 (link-local), fe80::1 (link-local)", false},
		{"multicast", {{"224.0.0.5", 0}, {"ff02::1", 0}}, "", "",
		    "224.0.0.5 (multicast), ff02::1 (multicast)", false},
		{"unspecified", {{"0.0.0.0", 0}, {"::", 0}}, "", "",
		    "0.0.0.0 (unspecified), :: (unspecified)", false},
		{"broadcast, mapped", {{"255.255.255.255", 0}, {"::ffff:192.0.2.1", 0}},
		    "", "", "255.255.255.255 (broadcast), "
		    "::ffff:192.0.2.1 (IPv4-mapped)", false},
		{"tentative", {{"2001:db8::10", TENTATIVE}}, "", "",
		    "2001:db8::10 (tentative)", true},
		{"tentative beside a ready one", {{"2001:db8::10", TENTATIVE},
		    {"2001:db8::11", 0}}, "", "2001:db8::11",
		    "2001:db8::10 (tentative)", true},
		{"a tentative link-local one is not waited for",
		    {{"fe80::1", TENTATIVE}}, "", "", "fe80::1 (link-local)", false},
		{"dadfailed", {{"2001:db8::10", DADFAILED}}, "", "",
		    "2001:db8::10 (dadfailed)", false},
		{"dadfailed, as the kernel says it", {{"2001:db8::10",
		    DADFAILED | TENTATIVE}}, "", "", "2001:db8::10 (dadfailed)", false},
		{"temporary", {{"2001:db8::10", 0}, {"2001:db8::aaaa", TEMPORARY}}, "",
		    "2001:db8::10", "2001:db8::aaaa (temporary)", false},
		{"a tentative temporary one is not waited for",
		    {{"2001:db8::aaaa", TEMPORARY | TENTATIVE}}, "", "",
		    "2001:db8::aaaa (temporary)", false},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++)
		judge(&rows[i]);
}

/* Deprecated, unless nothing else is left. */
Test(desired, deprecated, .init = dedicated, .fini = done)
{
	static const struct row rows[] = {
		{"beside a preferred one", {{"2001:db8::9", DEPRECATED},
		    {"2001:db8::10", 0}}, "", "2001:db8::10",
		    "2001:db8::9 (deprecated)", false},
		{"alone", {{"2001:db8::9", DEPRECATED}}, "", "2001:db8::9", "", false},
		{"two of them", {{"2001:db8::8", DEPRECATED},
		    {"2001:db8::9", DEPRECATED}}, "", "2001:db8::8 2001:db8::9", "",
		    false},
		{"per family", {{"192.0.2.10", 0}, {"2001:db8::9", DEPRECATED}},
		    "192.0.2.10", "2001:db8::9", "", false},
		{"IPv4", {{"192.0.2.9", DEPRECATED}, {"192.0.2.10", 0}}, "192.0.2.10",
		    "", "192.0.2.9 (deprecated)", false},
		{"temporary ones are no alternative", {{"2001:db8::9", DEPRECATED},
		    {"2001:db8::aaaa", TEMPORARY}}, "", "2001:db8::9",
		    "2001:db8::aaaa (temporary)", false},
		{"nor are unfit ones", {{"2001:db8::9", DEPRECATED}, {"fe80::1", 0},
		    {"2001:db8::8", DADFAILED}}, "", "2001:db8::9",
		    "fe80::1 (link-local), 2001:db8::8 (dadfailed)", false},
		{"a better one is on its way", {{"2001:db8::9", DEPRECATED},
		    {"2001:db8::10", TENTATIVE}}, "", "2001:db8::9",
		    "2001:db8::10 (tentative)", true},
		{"deprecated and temporary", {{"2001:db8::9",
		    DEPRECATED | TEMPORARY}}, "", "", "2001:db8::9 (temporary)",
		    false},
		{"deprecated and unfit", {{"fe80::9", DEPRECATED}}, "", "",
		    "fe80::9 (link-local)", false},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++)
		judge(&rows[i]);
}

Test(desired, temporary_when_asked, .init = dedicated, .fini = done)
{
	reg->temporary_addresses = true;
	stand(1, "2001:db8::10", 0);
	stand(1, "2001:db8::aaaa", TEMPORARY);
	expect_desired("asked", "", "2001:db8::10 2001:db8::aaaa", "");
}

/* R5: whatever the configuration says, a shared FQDN has A records only. */
Test(desired, shared_fqdn, .init = shared, .fini = done)
{
	static const enum family_use uses[] = {FAMILY_USE_DEFAULT, FAMILY_USE_AUTO,
	    FAMILY_USE_NONE};
	struct desired desired;
	size_t i;

	stand(1, "192.0.2.10", 0);
	stand(1, "2001:db8::10", 0);
	stand(1, "2001:db8::11", DEPRECATED);
	stand(1, "fe80::1", 0);
	for (i = 0; i < LENGTH(uses); i++) {
		reg->ipv6 = uses[i];
		expect_desired("R5", "192.0.2.10", "", "2001:db8::10 (shared FQDN), "
		    "2001:db8::11 (shared FQDN), fe80::1 (link-local)");
		desired_make(&desired, reg, &net, &net.links[1]);
		cr_expect(desired.families[0].managed);
		cr_expect_not(desired.families[1].managed);
		desired_free(&desired);
	}
}

Test(desired, shared_fqdn_with_addresses, .init = shared, .fini = done)
{
	give("192.0.2.10");
	give("2001:db8::10");
	expect_desired("R5", "192.0.2.10", "", "2001:db8::10 (shared FQDN)");
}

/* R9: an IPv6 address on host-interface is the host's. */
Test(desired, host_interface, .init = dedicated, .fini = done)
{
	reg->host_interface = mem_text("eth1");
	stand(1, "192.0.2.10", 0);
	stand(1, "2001:db8::10", 0);
	stand(1, "2001:db8::11", 0);
	stand(2, "192.0.2.10", 0);
	stand(2, "2001:db8::11", 0);
	expect_desired("R9", "192.0.2.10", "2001:db8::10",
	    "2001:db8::11 (belongs to the host)");
}

Test(desired, host_interface_is_the_interface, .init = dedicated, .fini = done)
{
	reg->host_interface = mem_text("eth0");
	stand(1, "192.0.2.10", 0);
	stand(1, "2001:db8::10", DEPRECATED);
	stand(1, "2001:db8::11", TENTATIVE);
	expect_desired("R9", "192.0.2.10", "", "2001:db8::10 (belongs to the host), "
	    "2001:db8::11 (belongs to the host)");
}

/* Not judged: no host-interface, or one that is not there. */
Test(desired, no_host_interface, .init = dedicated, .fini = done)
{
	stand(1, "2001:db8::10", 0);
	stand(2, "2001:db8::10", 0);
	expect_desired("none given", "", "2001:db8::10", "");
	reg->host_interface = mem_text("eth7");
	expect_desired("not there", "", "2001:db8::10", "");
}

/* A family that is none or not listed is not ours. */
Test(desired, managed, .init = dedicated, .fini = done)
{
	struct desired desired;

	stand(1, "192.0.2.10", 0);
	stand(1, "2001:db8::10", 0);
	reg->ipv4 = FAMILY_USE_NONE;
	expect_desired("ipv4: none", "", "2001:db8::10", "");
	desired_make(&desired, reg, &net, &net.links[1]);
	cr_expect_not(desired.families[0].managed);
	cr_expect(desired.families[1].managed);
	desired_free(&desired);
	reg->ipv4 = FAMILY_USE_AUTO;
	reg->ipv6 = FAMILY_USE_NONE;
	expect_desired("ipv6: none", "192.0.2.10", "", "");
}

Test(desired, configured_addresses, .init = dedicated, .fini = done)
{
	struct desired desired;

	stand(1, "2001:db8::10", 0);
	give("192.0.2.20");
	give("192.0.2.21");
	expect_desired("IPv4 only", "192.0.2.20 192.0.2.21", "", "");
	desired_make(&desired, reg, &net, NULL);
	cr_expect(desired.families[0].managed);
	cr_expect_not(desired.families[1].managed);
	desired_free(&desired);
	give("2001:db8::20");
	expect_desired("both", "192.0.2.20 192.0.2.21", "2001:db8::20", "");
}

Test(desired, ttl_and_types, .init = dedicated, .fini = done)
{
	struct desired desired;

	reg->ttl_s = 300;
	desired_make(&desired, reg, &net, NULL);
	cr_expect_eq(desired.families[0].set.type, RRTYPE_A);
	cr_expect_eq(desired.families[1].set.type, RRTYPE_AAAA);
	cr_expect_eq(desired.families[0].set.ttl, 300);
	cr_expect_eq(desired.families[1].set.ttl, 300);
	cr_expect_not(desired_any(&desired));
	desired_free(&desired);
}
