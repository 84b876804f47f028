/*
 * Which zone holds a name: every answer to the SOA question (protocol.md 2).
 */
#include "core_answer.h"
#include "ddnsupd/soa.h"

TestSuite(soa);

struct row {
	const char *about;
	const char *qname;    /* NULL: the owner */
	const char *cut;      /* NULL: none yet */
	const char *answer;
	enum soa_finding finding;
	const char *owner;    /* of what was found; NULL: nothing */
	const char *target;
};

#define OWNER "pc1.lab.corp.example"

static const struct row rows[] = {
	{"in the answer: the name is an apex", NULL, NULL,
	    "aa; an " OWNER " 900 SOA ns1.corp.example", SOA_FOUND, OWNER,
	    "ns1.corp.example"},
	{"in authority, NXDOMAIN", NULL, NULL,
	    "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example", SOA_FOUND,
	    "corp.example", "ns1.corp.example"},
	{"in authority, NODATA from a cache", NULL, NULL,
	    "NOERROR; au lab.corp.example 0 SOA ns1.corp.example", SOA_FOUND,
	    "lab.corp.example", "ns1.corp.example"},
	{"a stripped question: still an ancestor of the name", "corp.example", NULL,
	    "aa; an corp.example 900 SOA ns1.corp.example", SOA_FOUND, "corp.example",
	    "ns1.corp.example"},
	{"beside the NS set", NULL, NULL, "aa NXDOMAIN; "
	    "au corp.example 900 NS ns2.corp.example; "
	    "au corp.example 900 SOA ns1.corp.example", SOA_FOUND, "corp.example",
	    "ns1.corp.example"},
	{"a top-level zone: found, and judged elsewhere", NULL, NULL,
	    "aa NXDOMAIN; au example 900 SOA ns1.nic.example", SOA_FOUND, "example",
	    "ns1.nic.example"},
	{"of a sibling", NULL, NULL,
	    "aa; au other.example 900 SOA ns1.other.example", SOA_USELESS, NULL, NULL},
	{"below the name", NULL, NULL,
	    "aa; au x." OWNER " 900 SOA ns1.corp.example", SOA_USELESS, NULL, NULL},
	{"of the root", NULL, NULL, "NXDOMAIN; au . 900 SOA a.root-servers.net",
	    SOA_USELESS, NULL, NULL},
	{"two of them", NULL, NULL,
	    "aa; au corp.example 900 SOA ns1.corp.example; "
	    "au lab.corp.example 900 SOA ns1.corp.example", SOA_USELESS, NULL, NULL},
	{"two in the answer", NULL, NULL,
	    "aa; an corp.example 900 SOA ns1.corp.example; "
	    "an corp.example 900 SOA ns2.corp.example", SOA_USELESS, NULL, NULL},

	{"a referral", NULL, NULL,
	    "NOERROR; au lab.corp.example 900 NS ns1.lab.corp.example",
	    SOA_REFERRAL, "lab.corp.example", "ns1.lab.corp.example"},
	{"a referral at the name itself", NULL, NULL,
	    "NOERROR; au " OWNER " 900 NS ns1.lab.corp.example", SOA_REFERRAL, OWNER,
	    "ns1.lab.corp.example"},
	{"a second referral, deeper", NULL, "corp.example",
	    "NOERROR; au lab.corp.example 900 NS ns1.lab.corp.example",
	    SOA_REFERRAL, "lab.corp.example", "ns1.lab.corp.example"},
	{"a referral to where we are: lame", NULL, "lab.corp.example",
	    "NOERROR; au lab.corp.example 900 NS ns1.lab.corp.example", SOA_USELESS,
	    NULL, NULL},
	{"an upward referral", NULL, "lab.corp.example",
	    "NOERROR; au corp.example 900 NS ns1.corp.example", SOA_USELESS, NULL,
	    NULL},
	{"a referral to the root", NULL, NULL,
	    "NOERROR; au . 900 NS a.root-servers.net", SOA_USELESS, NULL, NULL},
	{"a referral to a sibling: lame", NULL, NULL,
	    "NOERROR; au other.example 900 NS ns1.other.example", SOA_USELESS, NULL,
	    NULL},
	{"NS with AA is no referral", NULL, NULL,
	    "aa; au lab.corp.example 900 NS ns1.lab.corp.example", SOA_STRIP, NULL,
	    NULL},

	{"nothing at all", NULL, NULL, "NOERROR", SOA_STRIP, NULL, NULL},
	{"nothing, NXDOMAIN", NULL, NULL, "NXDOMAIN", SOA_STRIP, NULL, NULL},
	{"CNAME", NULL, NULL, "aa; an " OWNER " 900 CNAME www.other.example",
	    SOA_STRIP, NULL, NULL},
	{"CNAME, and the SOA is its target's", NULL, NULL,
	    "aa; an " OWNER " 900 CNAME www.corp.example; "
	    "au corp.example 900 SOA ns1.corp.example", SOA_STRIP, NULL, NULL},
	{"CNAME to an apex", NULL, NULL,
	    "aa; an " OWNER " 900 CNAME corp.example; "
	    "an corp.example 900 SOA ns1.corp.example", SOA_STRIP, NULL, NULL},
	{"DNAME above", NULL, NULL,
	    "aa; an lab.corp.example 900 DNAME corp.example; "
	    "au corp.example 900 SOA ns1.corp.example", SOA_STRIP, NULL, NULL},
	{"CNAME of another name", NULL, NULL,
	    "aa; an x.corp.example 900 CNAME y.corp.example; "
	    "au corp.example 900 SOA ns1.corp.example", SOA_FOUND, "corp.example",
	    "ns1.corp.example"},
};

static void
judge(const struct row *row)
{
	static struct message m;
	const char *qtext = row->qname == NULL ? OWNER : row->qname;
	struct name qname = name_of(qtext), owner = name_of(OWNER);
	struct name cut = name_of(row->cut == NULL ? "." : row->cut);
	const struct wire_rr *rr = NULL;
	struct answer answer;
	struct name wanted;

	answer_of(&m, 1, qtext, RRTYPE_SOA, row->answer);
	cr_assert_eq(wire_parse(m.bytes, m.len, &answer), FAULT_NONE, "%s", row->about);
	cr_expect_eq(soa_read(&answer, &qname, &owner, &cut, &rr), row->finding, "%s",
	    row->about);
	if (row->owner != NULL) {
		cr_assert_not_null(rr, "%s", row->about);
		wanted = name_of(row->owner);
		cr_expect(name_equal(&rr->owner, &wanted), "%s", row->about);
		wanted = name_of(row->target);
		cr_expect(name_equal(&rr->target, &wanted), "%s", row->about);
	}
	answer_free(&answer);
}

Test(soa, every_answer)
{
	size_t i;

	for (i = 0; i < LENGTH(rows); i++)
		judge(&rows[i]);
}

/* Such a server knows nothing below the root: how the walk fails depends on it. */
Test(soa, of_the_root_is_told_apart)
{
	static struct message m;
	struct name owner = name_of(OWNER), root = name_of(".");
	const struct wire_rr *rr = NULL;
	struct answer answer;

	answer_of(&m, 1, OWNER, RRTYPE_SOA,
	    "NXDOMAIN; au . 900 SOA a.root-servers.net");
	cr_assert_eq(wire_parse(m.bytes, m.len, &answer), FAULT_NONE);
	cr_expect_eq(soa_read(&answer, &owner, &owner, &root, &rr), SOA_USELESS);
	cr_assert_not_null(rr);
	cr_expect(name_is_root(&rr->owner));
	answer_free(&answer);
}
