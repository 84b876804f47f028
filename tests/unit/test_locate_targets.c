/*
 * Which servers an update is sent to, and in which order (protocol.md 2, "Candidates").
 */
#include "core_locate.h"
#include "ddnsupd/locate_targets.h"

TestSuite(locate_targets, .init = begin, .fini = end);

#define AT "@192.0.2.53"
#define SOA "SOA? pc1.corp.example " AT
#define ZONE "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example"

/* --- never a target --------------------------------------------------------------- */

static bool
accepted(const char *text, enum candidate_origin origin)
{
	struct endpoint server = server_of(text);

	locate.in = input;
	locate.candidate_count = 0;
	locate_add_candidate(&locate, &server, origin);
	return locate.candidate_count == 1;
}

Test(locate_targets, learned)
{
	static const struct {
		const char *addr;
		bool accepted;
	} rows[] = {
		{"192.0.2.1", true}, {"2001:db8::1", true}, {"10.0.0.1", true},
		{"fd00::1", true}, {"127.0.0.1", false}, {"127.1.2.3", false},
		{"::1", false}, {"0.0.0.0", false}, {"0.1.2.3", false}, {"::", false},
		{"224.0.0.251", false}, {"ff02::fb", false},
		{"255.255.255.255", false}, {"::ffff:192.0.2.1", false},
		{"169.254.1.1", false}, {"fe80::1", false},
		/* our own */
		{"192.0.2.10", false}, {"2001:db8::10", false},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++)
		cr_expect_eq(accepted(rows[i].addr, CANDIDATE_MNAME), rows[i].accepted,
		    "%s", rows[i].addr);
}

/* Loopback, link-local and our own address when configured, the rest never. */
Test(locate_targets, configured)
{
	static const struct {
		const char *server;
		bool accepted;
	} rows[] = {
		{"127.0.0.1", true}, {"::1#5353", true}, {"192.0.2.10", true},
		{"fe80::1%eth0", true}, {"0.0.0.0", false}, {"::", false},
		{"224.0.0.1", false}, {"ff02::1%eth0", false},
		{"255.255.255.255", false},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		input.primary_count = 0;
		add_primary(rows[i].server, false);
		cr_expect_eq(accepted(rows[i].server, CANDIDATE_PRIMARY),
		    rows[i].accepted, "primary %s", rows[i].server);
		input.primary_count = 0;
		use_servers(rows[i].server);
		cr_expect_eq(accepted(rows[i].server, CANDIDATE_RESOLVER),
		    rows[i].accepted, "server %s", rows[i].server);
	}
}

/* A configured server is that address and port, nothing near it. */
Test(locate_targets, configured_is_address_and_port)
{
	use_servers("127.0.0.1#5353");
	cr_expect(accepted("127.0.0.1#5353", CANDIDATE_RESOLVER));
	cr_expect_not(accepted("127.0.0.1", CANDIDATE_MNAME));
	use_servers("127.0.0.1");
	cr_expect(accepted("127.0.0.1", CANDIDATE_MNAME));
	cr_expect_not(accepted("127.0.0.2", CANDIDATE_MNAME));
}

Test(locate_targets, port_0)
{
	struct endpoint server = server_of("192.0.2.1");

	server.port = 0;
	locate.in = input;
	locate_add_candidate(&locate, &server, CANDIDATE_PRIMARY);
	cr_expect_eq(locate.candidate_count, 0);
}

/* --- the order -------------------------------------------------------------------- */

struct row {
	const char *about;
	const char *add;          /* "mname 192.0.2.1, ns 192.0.2.2" */
	const char *wanted;
	bool ipv4_first;
	const char *preferred;    /* NULL: none */
};

static void
add_all(const char *list)
{
	static const char *const origins[] = {"primary", "mname", "ns", "resolver"};
	char *copy = mem_text(list), *rest = copy, *part;
	unsigned i;

	while ((part = strsep(&rest, ",")) != NULL) {
		char origin[16], text[64];
		struct endpoint server;

		cr_assert_eq(sscanf(part, " %15s %63s", origin, text), 2);
		server = server_of(text);
		for (i = 0; strcmp(origins[i], origin) != 0; i++)
			continue;
		locate_add_candidate(&locate, &server, (enum candidate_origin)i);
	}
	free(copy);
}

Test(locate_targets, order)
{
	static const struct row rows[] = {
		{"families take turns, IPv6 first",
		    "mname 192.0.2.1, mname 192.0.2.2, mname 2001:db8::1, "
		    "mname 2001:db8::2", "mname 2001:db8::1, mname 192.0.2.1, "
		    "mname 2001:db8::2, mname 192.0.2.2", false, NULL},
		{"our own IPv6 is not ready: IPv4 first",
		    "mname 2001:db8::1, mname 2001:db8::2, mname 192.0.2.1, "
		    "mname 192.0.2.2", "mname 192.0.2.1, mname 2001:db8::1, "
		    "mname 192.0.2.2, mname 2001:db8::2", true, NULL},
		{"more of one family", "mname 192.0.2.1, mname 192.0.2.2, "
		    "mname 192.0.2.3, mname 2001:db8::1",
		    "mname 2001:db8::1, mname 192.0.2.1, mname 192.0.2.2, "
		    "mname 192.0.2.3", false, NULL},
		{"only within one origin", "mname 192.0.2.1, ns 192.0.2.2, "
		    "ns 2001:db8::2, resolver 2001:db8::53",
		    "mname 192.0.2.1, ns 2001:db8::2, ns 192.0.2.2, "
		    "resolver 2001:db8::53", false, NULL},
		{"without duplicates", "mname 192.0.2.1, mname 192.0.2.1, "
		    "ns 192.0.2.1, ns 192.0.2.2, resolver 192.0.2.2",
		    "mname 192.0.2.1, ns 192.0.2.2", false, NULL},
		{"another port is another server",
		    "primary 192.0.2.1#5353, mname 192.0.2.1",
		    "primary 192.0.2.1#5353, mname 192.0.2.1", false, NULL},
		{"the last one that worked goes first",
		    "mname 192.0.2.1, ns 192.0.2.2, resolver 192.0.2.53",
		    "ns 192.0.2.2, mname 192.0.2.1, resolver 192.0.2.53", false,
		    "192.0.2.2"},
		{"whatever its family", "mname 192.0.2.1, mname 2001:db8::1",
		    "mname 192.0.2.1, mname 2001:db8::1", false, "192.0.2.1"},
		{"it is none of them", "mname 192.0.2.1, resolver 192.0.2.53",
		    "mname 192.0.2.1, resolver 192.0.2.53", false, "192.0.2.9"},
		{"dns.primary stays before the zone's own",
		    "primary 192.0.2.4, mname 192.0.2.1, resolver 192.0.2.53",
		    "primary 192.0.2.4, mname 192.0.2.1, resolver 192.0.2.53", false,
		    "192.0.2.1"},
		{"of two dns.primary the one that worked last goes first",
		    "primary 192.0.2.4, primary 192.0.2.5, mname 192.0.2.1",
		    "primary 192.0.2.5, primary 192.0.2.4, mname 192.0.2.1", false,
		    "192.0.2.5"},
	};
	size_t i;

	for (i = 0; i < LENGTH(rows); i++) {
		memset(&locate, 0, sizeof(locate));
		locate.in = input;
		locate.in.ipv4_first = rows[i].ipv4_first;
		locate.in.has_preferred = rows[i].preferred != NULL;
		if (rows[i].preferred != NULL)
			locate.in.preferred = server_of(rows[i].preferred);
		add_all(rows[i].add);
		locate_order_candidates(&locate);
		expect_text_at(__LINE__, candidates_text(), rows[i].wanted,
		    rows[i].about);
	}
}

Test(locate_targets, at_most_8)
{
	char text[32];
	int i;

	locate.in = input;
	for (i = 1; i <= 12; i++) {
		struct endpoint server;

		snprintf(text, sizeof(text), "192.0.2.%d", 100 + i);
		server = server_of(text);
		locate_add_candidate(&locate, &server, CANDIDATE_NS);
	}
	locate_add_candidate(&locate, &servers[0], CANDIDATE_RESOLVER);
	cr_expect_eq(locate.candidate_count, 8);
	cr_expect_eq(locate.candidates[7].origin, CANDIDATE_RESOLVER);
}

/* --- the whole walk --------------------------------------------------------------- */

/* dns.primary first, by address and by name, then MNAME, then who answered. */
Test(locate_targets, primaries)
{
	add_primary("192.0.2.4#5353", false);
	add_primary("dc1.corp.example", true);
	start();
	reply(&talk, SOA, ZONE);
	expect_open(&talk, "A? dc1.corp.example " AT "; AAAA? dc1.corp.example " AT "; "
	    "A? ns1.corp.example " AT "; AAAA? ns1.corp.example " AT);
	play(&talk,
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"},
	    {"AAAA? ns1.corp.example " AT, "aa"},
	    {"A? dc1.corp.example " AT, "aa 192.0.2.7"},
	    {"AAAA? dc1.corp.example " AT, "aa"});
	cr_expect_eq(locate.status, LOCATE_FOUND);
	expect_candidates("primary 192.0.2.4#5353, primary 192.0.2.7, "
	    "mname 192.0.2.1, resolver 192.0.2.53");
}

/* MNAME is looked up beside as many of them as there is room for. */
Test(locate_targets, many_primaries)
{
	char text[32];
	int i;

	for (i = 1; i <= 9; i++) {
		snprintf(text, sizeof(text), "dc%d.corp.example", i);
		add_primary(text, true);
	}
	start();
	reply(&talk, SOA, ZONE);
	cr_expect_eq(talk.open_count, 18, "A and AAAA of eight and of MNAME");
	cr_expect(has_note(&talk, "dc9.corp.example is not looked up"));
	while (talk.open_count > 1)
		talk_answer(&talk, 0, "aa");
	talk_answer(&talk, 0, "aa 2001:db8::1");
	cr_expect_eq(locate.status, LOCATE_FOUND);
	expect_candidates("mname 2001:db8::1, resolver 192.0.2.53");
}

Test(locate_targets, primary_is_mname)
{
	add_primary("ns1.corp.example", true);
	start();
	reply(&talk, SOA, ZONE);
	expect_open(&talk, "A? ns1.corp.example " AT "; AAAA? ns1.corp.example " AT);
	play(&talk,
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"},
	    {"AAAA? ns1.corp.example " AT, "aa"});
	expect_candidates("primary 192.0.2.1, resolver 192.0.2.53");
}

Test(locate_targets, preferred_goes_first)
{
	input.has_preferred = true;
	input.preferred = server_of("192.0.2.2");
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1 192.0.2.2"},
	    {"AAAA? ns1.corp.example " AT, "aa"});
	expect_candidates("mname 192.0.2.2, mname 192.0.2.1, resolver 192.0.2.53");
}

/* A server that points elsewhere does not know the address: the next one is asked. */
Test(locate_targets, referral_in_place_of_an_address)
{
	use_servers("192.0.2.53 192.0.2.54");
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"AAAA? ns1.corp.example " AT, "aa"},
	    {"A? ns1.corp.example " AT, "NOERROR; au example 900 NS a.nic.example"},
	    {"A? ns1.corp.example @192.0.2.54", "192.0.2.1"});
	expect_candidates("mname 192.0.2.1, resolver 192.0.2.53");
}

/* Beside it stands what was asked for: glue. */
Test(locate_targets, address_as_glue)
{
	start();
	play(&talk,
	    {SOA, "aa NXDOMAIN; au corp.example 900 SOA ns1.lab.corp.example"},
	    {"AAAA? ns1.lab.corp.example " AT, "aa"},
	    {"A? ns1.lab.corp.example " AT, "NOERROR; "
	        "au lab.corp.example 900 NS ns1.lab.corp.example; "
	        "ad ns1.lab.corp.example 900 A 192.0.2.1; "
	        "ad ns2.lab.corp.example 900 A 192.0.2.2; "
	        "ad ns1.lab.corp.example 900 A 192.0.2.3"});
	expect_candidates("mname 192.0.2.1, mname 192.0.2.3, resolver 192.0.2.53");
}

Test(locate_targets, answers_of_another_type_are_not_taken)
{
	start();
	play(&talk,
	    {SOA, ZONE},
	    {"AAAA? ns1.corp.example " AT, "aa 192.0.2.66"},
	    {"A? ns1.corp.example " AT, "aa 192.0.2.1"});
	expect_candidates("mname 192.0.2.1, resolver 192.0.2.53");
}
