/*
 * sim_self: RFC 2136 section 3 case by case, with the answers that BIND 9.18 gave, and
 * queries through wildcards, cuts and aliases.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/wire.h"

#include "sim_self.h"
#include "sim_zone.h"

/* "CLASS OWNER TTL TYPE RDATA"; CLASS: in, none, any; RDATA "-": none. */
struct update_case {
	const char *name;
	const char *prereqs[4];
	const char *changes[4];
	int rcode;
	bool changed;
};

struct query_case {
	const char *name;
	const char *qname;
	uint16_t qtype;
	int rcode;
	bool aa;
	const char *answer; /* as the trace prints it, after the type */
};

static const struct update_case updates[] = {
	{ "add", { NULL }, { "in new 900 A 192.0.2.1" }, RCODE_NOERROR, true },
	{ "add again", { NULL }, { "in a 300 A 192.0.2.1" }, RCODE_NOERROR, false },
	{ "other TTL", { NULL }, { "in a 900 A 192.0.2.1" }, RCODE_NOERROR, true },
	{ "delete and add the same", { NULL },
	    { "any a 0 A -", "in a 300 A 192.0.2.1", "in a 300 A 192.0.2.2" },
	    RCODE_NOERROR, false },
	{ "add beside a CNAME", { NULL }, { "in alias 300 A 192.0.2.1" },
	    RCODE_NOERROR, false },
	{ "add beside a CNAME, forbidden", { "none alias 0 CNAME -" },
	    { "in alias 300 A 192.0.2.1" }, RCODE_YXRRSET, false },
	{ "value matches", { "in a 0 A 192.0.2.2", "in a 0 A 192.0.2.1" },
	    { "none a 0 A 192.0.2.2" }, RCODE_NOERROR, true },
	{ "value differs", { "in a 0 A 192.0.2.9" }, { "none a 0 A 192.0.2.2" },
	    RCODE_NXRRSET, false },
	{ "value is a subset", { "in a 0 A 192.0.2.1" }, { "none a 0 A 192.0.2.2" },
	    RCODE_NXRRSET, false },
	{ "value of no name", { "in new 0 A 192.0.2.1" }, { NULL }, RCODE_NXRRSET,
	    false },
	{ "value with TTL", { "in a 9 A 192.0.2.1" }, { NULL }, RCODE_FORMERR, false },
	{ "name in use", { "any a 0 ANY -" }, { NULL }, RCODE_NOERROR, false },
	{ "name not in use", { "none a 0 ANY -" }, { NULL }, RCODE_YXDOMAIN, false },
	{ "name in use, no name", { "any new 0 ANY -" }, { NULL }, RCODE_NXDOMAIN,
	    false },
	{ "RRset absent", { "none a 0 AAAA -" }, { NULL }, RCODE_NOERROR, false },
	{ "RRset absent, is there", { "none a 0 A -" }, { NULL }, RCODE_YXRRSET,
	    false },
	{ "RRset there, is absent", { "any a 0 AAAA -" }, { NULL }, RCODE_NXRRSET,
	    false },
	{ "no wildcards for prerequisites", { "none x.wild 0 A -" },
	    { "in x.wild 300 A 192.0.2.1" }, RCODE_NOERROR, true },
	{ "delete what is absent", { NULL }, { "none a 0 A 192.0.2.9" },
	    RCODE_NOERROR, false },
	{ "below a cut", { NULL }, { "in x.child 300 A 192.0.2.1" }, RCODE_NOERROR,
	    true },
	{ "the NS set of the apex stays", { NULL }, { "any @ 0 ANY -" }, RCODE_NOERROR,
	    false },
	{ "all or nothing", { NULL },
	    { "in new 300 A 192.0.2.1", "none a 5 A 192.0.2.1" }, RCODE_FORMERR,
	    false },
};

static const struct query_case queries[] = {
	{ "data", "a", RRTYPE_A, RCODE_NOERROR, true,
	    " answer A 192.0.2.1/300, A 192.0.2.2/300" },
	{ "no data", "a", RRTYPE_AAAA, RCODE_NOERROR, true,
	    " authority SOA zone.example" },
	{ "no name", "new", RRTYPE_A, RCODE_NXDOMAIN, true,
	    " authority SOA zone.example" },
	{ "SOA of the apex", "@", RRTYPE_SOA, RCODE_NOERROR, true,
	    " answer SOA zone.example" },
	{ "alias", "alias", RRTYPE_AAAA, RCODE_NOERROR, true,
	    " answer alias.zone.example CNAME a.zone.example"
	    " authority SOA zone.example" },
	{ "wildcard", "x.y.wild", RRTYPE_A, RCODE_NOERROR, true,
	    " answer A 192.0.2.3/300" },
	{ "wildcard hidden by a name", "b.wild", RRTYPE_A, RCODE_NOERROR, true,
	    " authority SOA zone.example" },
	{ "empty non-terminal", "wild", RRTYPE_A, RCODE_NOERROR, true,
	    " authority SOA zone.example" },
	{ "referral", "x.child", RRTYPE_A, RCODE_NOERROR, false,
	    " authority child.zone.example NS ns.child.zone.example"
	    " additional A 192.0.2.4/300" },
	{ "referral at the cut", "child", RRTYPE_SOA, RCODE_NOERROR, false,
	    " authority child.zone.example NS ns.child.zone.example"
	    " additional A 192.0.2.4/300" },
	{ "DNAME", "a.moved", RRTYPE_AAAA, RCODE_NOERROR, true,
	    " answer moved.zone.example DNAME zone.example,"
	    " a.moved.zone.example CNAME a.zone.example"
	    " authority SOA zone.example" },
};

#define UPDATE_COUNT (sizeof(updates) / sizeof(updates[0]))
#define QUERY_COUNT (sizeof(queries) / sizeof(queries[0]))

static void make_zone(struct sim_zone *zone);
static void check_update(const struct update_case *c, struct strbuf *why);
static void check_query(const struct query_case *c, struct strbuf *why);
static void add_lines(struct sim_rrs *list, const char *const lines[4]);
static void full_name(const char *owner, char *full, size_t cap);

size_t
sim_self_count(void)
{
	return UPDATE_COUNT + QUERY_COUNT;
}

const char *
sim_self_check(size_t i, struct strbuf *why)
{
	assert(i < sim_self_count());
	if (i < UPDATE_COUNT) {
		check_update(&updates[i], why);
		return updates[i].name;
	}
	check_query(&queries[i - UPDATE_COUNT], why);
	return queries[i - UPDATE_COUNT].name;
}

static void
make_zone(struct sim_zone *zone)
{
	static const char *const lines[] = {
		"zone.example 300 NS ns.zone.example",
		"a.zone.example 300 A 192.0.2.1",
		"a.zone.example 300 A 192.0.2.2",
		"alias.zone.example 300 CNAME a.zone.example",
		"*.wild.zone.example 300 A 192.0.2.3",
		"b.wild.zone.example 300 TXT here",
		"child.zone.example 300 NS ns.child.zone.example",
		"ns.child.zone.example 300 A 192.0.2.4",
		"moved.zone.example 300 DNAME zone.example",
	};

	sim_zone_init(zone, "zone.example", "ns.zone.example");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		sim_zone_put(zone, lines[i]);
}

static void
check_update(const struct update_case *c, struct strbuf *why)
{
	struct sim_update_manner manner = { 0 };
	struct sim_msg msg = { 0 };
	struct sim_zone zone;
	bool changed;
	uint8_t rcode;
	uint32_t serial;

	make_zone(&zone);
	serial = zone.serial;
	add_lines(&msg.answers, c->prereqs);
	add_lines(&msg.authority, c->changes);
	rcode = sim_zone_update(&zone, &msg, &manner, &changed);
	if (rcode != c->rcode)
		strbuf_printf(why, "%s, expected %s\n", rcode_name(rcode),
		    rcode_name(c->rcode));
	if (changed != c->changed || (zone.serial != serial) != changed)
		strbuf_printf(why, "changed: %d, serial %u to %u\n", changed, serial,
		    zone.serial);
	sim_msg_free(&msg);
	sim_zone_free(&zone);
}

static void
check_query(const struct query_case *c, struct strbuf *why)
{
	char full[128];
	struct strbuf is = { 0 }, wanted = { 0 };
	struct sim_msg reply = { .qr = true, .qtype = c->qtype };
	struct sim_zone zone;

	make_zone(&zone);
	full_name(c->qname, full, sizeof(full));
	reply.qname = sim_name(full);
	sim_zone_query(&zone, &reply.qname, c->qtype, &reply);
	sim_msg_print(&reply, &is);
	strbuf_printf(&wanted, "%s %s%s%s", rrtype_name(c->qtype), rcode_name(c->rcode),
	    c->aa ? " aa" : "", c->answer);
	if (strcmp(strbuf_text(&is), strbuf_text(&wanted)) != 0)
		strbuf_printf(why, "is:       %s\nexpected: %s\n", strbuf_text(&is),
		    strbuf_text(&wanted));
	strbuf_free(&is);
	strbuf_free(&wanted);
	sim_msg_free(&reply);
	sim_zone_free(&zone);
}

static void
add_lines(struct sim_rrs *list, const char *const lines[4])
{
	for (int i = 0; i < 4 && lines[i] != NULL; i++) {
		char class[8], owner[64], rest[128], full[128], line[300];
		struct sim_rr rr;
		char *data;

		sscanf(lines[i], "%7s %63s %127[^\n]", class, owner, rest);
		full_name(owner, full, sizeof(full));
		data = strrchr(rest, ' ');
		if (strcmp(data, " -") == 0) { /* none: any will do */
			unsigned ttl;
			char type[8];

			sscanf(rest, "%u %7s", &ttl, type);
			snprintf(line, sizeof(line), "%s %u TXT -", full, ttl);
			rr = sim_rr_from(line);
			rr.rdata_len = 0;
			rr.type = strcmp(type, "A") == 0 ? RRTYPE_A :
			    strcmp(type, "AAAA") == 0 ? RRTYPE_AAAA :
			    strcmp(type, "CNAME") == 0 ? RRTYPE_CNAME : RRTYPE_ANY;
		} else {
			snprintf(line, sizeof(line), "%s %s", full, rest);
			rr = sim_rr_from(line);
		}
		rr.rrclass = strcmp(class, "in") == 0 ? SIM_CLASS_IN :
		    strcmp(class, "none") == 0 ? SIM_CLASS_NONE : SIM_CLASS_ANY;
		sim_rrs_add(list, &rr);
	}
}

static void
full_name(const char *owner, char *full, size_t cap)
{
	if (strcmp(owner, "@") == 0)
		snprintf(full, cap, "zone.example");
	else
		snprintf(full, cap, "%s.zone.example", owner);
}
