/*
 * Desired and observed to an UPDATE (protocol.md 3, "compare" and "update").
 */
#include "core_answer.h"
#include "ddnsupd/plan.h"

TestSuite(plan);

/* One family of one name: what is wanted, seen and known, and the message for it. */
struct row {
	const char *about;
	struct plan_input in;
	const char *desired;      /* "192.0.2.10 /900" */
	const char *observed;
	const char *known;        /* "192.0.2.1 held"; NULL: no entry */
	enum plan_verdict verdict;
	const char *update;       /* without its head; "": nothing is sent */
	const char *result;       /* the RRset afterwards */
	const char *foreign;      /* NULL: none */
	uint32_t asked_ttl;       /* of the last UPDATE */
};

#define DEDICATED .in = {.mode = FQDN_DEDICATED, .managed = true}
#define DEDICATED_AND(...) .in = {.mode = FQDN_DEDICATED, .managed = true, __VA_ARGS__}
#define SHARED .in = {.mode = FQDN_SHARED, .managed = true}
#define SHARED_AND(...) .in = {.mode = FQDN_SHARED, .managed = true, __VA_ARGS__}
#define KEEP .on_conflict = ON_CONFLICT_KEEP

/* The message of a plan, "" when it has none. */
static char *
message(const struct plan *plan, const struct plan_input *in)
{
	struct update update = {.zone = name_of("corp.example"),
	    .owner = name_of("pc1.corp.example")};
	const char *head = "UPDATE corp.example pc1.corp.example: ";
	char *text, *tail;
	uint8_t *bytes;
	size_t len;

	plan_write(plan, in, &update);
	cr_assert_eq(wire_update(&update, 0, &bytes, &len), FAULT_NONE);
	text = update_text(bytes, len);
	free(bytes);
	if (update.prereq_count + update.change_count == 0) {
		free(text);
		update_free(&update);
		return mem_text("");
	}
	update_free(&update);
	cr_assert_eq(strncmp(text, head, strlen(head)), 0, "%s", text);
	tail = mem_text(text + strlen(head));
	free(text);
	return tail;
}

static void
judge(const struct row *row, uint16_t type)
{
	struct rrset desired = set_of(type, row->desired);
	struct rrset observed = set_of(type, row->observed);
	struct state_entry *entry = NULL;
	struct plan_input in = row->in;
	struct state state = {0};
	struct plan plan;
	struct name name = name_of("pc1.corp.example");

	if (row->known != NULL) {
		entry = state_ensure(&state, &name, in.mode, "amt");
		fill_entry(entry, row->known);
		entry->asked_ttl[type == RRTYPE_AAAA] = row->asked_ttl;
	}
	in.desired = &desired;
	in.observed = &observed;
	in.entry = entry;
	plan_make(&plan, &in);
	cr_expect_eq(plan.verdict, row->verdict, "%s: verdict %d", row->about,
	    plan.verdict);
	expect_text_at(__LINE__, message(&plan, &in), row->update, row->about);
	expect_text_at(__LINE__, set_text(&plan.result), row->result, row->about);
	expect_text_at(__LINE__, set_text(&plan.foreign),
	    row->foreign == NULL ? "" : row->foreign, row->about);
	plan_free(&plan);
	rrset_free(&desired);
	rrset_free(&observed);
	state_free(&state);
}

static void
judge_all(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		judge(&rows[i], RRTYPE_A);
}

static const struct row replaced[] = {
	{"nothing there", DEDICATED, "192.0.2.10 /900", "", NULL, PLAN_CHANGE,
	    "!A +192.0.2.10/900", "192.0.2.10", NULL},
	{"as desired and held", DEDICATED, "192.0.2.10 /900", "192.0.2.10 /900",
	    "192.0.2.10 held", PLAN_NOTHING, "", "192.0.2.10", NULL},
	{"as desired, unknown", DEDICATED, "192.0.2.10 /900", "192.0.2.10 /900",
	    NULL, PLAN_CONFIRM, "=192.0.2.10 +192.0.2.10/900", "192.0.2.10",
	    NULL},
	{"as desired, maybe ours", DEDICATED, "192.0.2.10 /900",
	    "192.0.2.10 /900", "192.0.2.10 maybe", PLAN_CONFIRM,
	    "=192.0.2.10 +192.0.2.10/900", "192.0.2.10", NULL},
	{"half of it known", DEDICATED, "192.0.2.10 192.0.2.11 /900",
	    "192.0.2.10 192.0.2.11 /900", "192.0.2.10 held", PLAN_CONFIRM,
	    "=192.0.2.10 =192.0.2.11 +192.0.2.10/900 +192.0.2.11/900",
	    "192.0.2.10 192.0.2.11", NULL},
	{"our former address", DEDICATED, "192.0.2.10 /900", "192.0.2.9 /900",
	    "192.0.2.9 held", PLAN_CHANGE,
	    "=192.0.2.9 -192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
	{"a foreign address", DEDICATED, "192.0.2.10 /900", "192.0.2.66 /900",
	    NULL, PLAN_CHANGE, "=192.0.2.66 -192.0.2.66 +192.0.2.10/900",
	    "192.0.2.10", "192.0.2.66"},
	{"a foreign address beside ours", DEDICATED, "192.0.2.10 /900",
	    "192.0.2.10 192.0.2.66 /900", "192.0.2.10 held", PLAN_CHANGE,
	    "=192.0.2.10 =192.0.2.66 -192.0.2.66", "192.0.2.10",
	    "192.0.2.66"},
	{"one more address", DEDICATED, "192.0.2.10 192.0.2.11 /900",
	    "192.0.2.10 /900", "192.0.2.10 held", PLAN_CHANGE,
	    "=192.0.2.10 +192.0.2.11/900", "192.0.2.10 192.0.2.11", NULL},
	{"another TTL", DEDICATED, "192.0.2.10 /900", "192.0.2.10 /300",
	    "192.0.2.10/300 held", PLAN_CHANGE,
	    "=192.0.2.10 --A +192.0.2.10/900", "192.0.2.10", NULL},
	{"another TTL, asked for before: the server keeps its own",
	    DEDICATED, "192.0.2.10 /900", "192.0.2.10 /300",
	    "192.0.2.10/300 held", PLAN_NOTHING, "", "192.0.2.10", NULL, 900},
	{"another TTL, asked for before, one of two shows another now",
	    DEDICATED, "192.0.2.10 192.0.2.11 /900",
	    "192.0.2.10 192.0.2.11 /300", "192.0.2.10/300 held "
	    "192.0.2.11/600 held", PLAN_CHANGE, "=192.0.2.10 =192.0.2.11 --A "
	    "+192.0.2.10/900 +192.0.2.11/900", "192.0.2.10 192.0.2.11", NULL,
	    900},
	{"another TTL, another asked for before", DEDICATED,
	    "192.0.2.10 /900", "192.0.2.10 /300", "192.0.2.10/300 held",
	    PLAN_CHANGE, "=192.0.2.10 --A +192.0.2.10/900", "192.0.2.10", NULL,
	    600},
	{"asked for before, and another one shows now", DEDICATED,
	    "192.0.2.10 /900", "192.0.2.10 /300", "192.0.2.10/600 held",
	    PLAN_CHANGE, "=192.0.2.10 --A +192.0.2.10/900", "192.0.2.10", NULL,
	    900},
	{"another TTL and address", DEDICATED, "192.0.2.10 192.0.2.11 /900",
	    "192.0.2.10 192.0.2.9 /300", "192.0.2.9 held", PLAN_CHANGE,
	    "=192.0.2.9 =192.0.2.10 --A +192.0.2.10/900 +192.0.2.11/900",
	    "192.0.2.10 192.0.2.11", NULL},
	{"no address now: left alone", DEDICATED, "/900", "192.0.2.10 /900",
	    "192.0.2.10 held", PLAN_NOTHING, "", "192.0.2.10", NULL},
	{"no address now, TTL differs", DEDICATED, "/900", "192.0.2.10 /300",
	    "192.0.2.10/300 held", PLAN_NOTHING, "", "192.0.2.10", NULL},
	{"no address now, something foreign", DEDICATED, "/900",
	    "192.0.2.66 /300", NULL, PLAN_NOTHING, "", "192.0.2.66",
	    "192.0.2.66"},
};

/* The whole RRset is ours: it becomes what is desired. */
Test(plan, dedicated_replace)
{
	judge_all(replaced, LENGTH(replaced));
}

/* Foreign addresses are never replaced; our own are. */
Test(plan, dedicated_keep)
{
	static const struct row rows[] = {
		{"nothing there", DEDICATED_AND(KEEP), "192.0.2.10 /900", "", NULL,
		    PLAN_CHANGE, "!A +192.0.2.10/900", "192.0.2.10", NULL},
		{"our former address", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.9 /900", "192.0.2.9 held", PLAN_CHANGE,
		    "=192.0.2.9 -192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
		{"maybe ours", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.9 /900", "192.0.2.9 maybe", PLAN_CHANGE,
		    "=192.0.2.9 -192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
		{"a foreign address", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.66 /900", NULL, PLAN_CONFLICT, "",
		    "192.0.2.10 192.0.2.66", "192.0.2.66"},
		{"a foreign one beside ours", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.10 192.0.2.66 /900", "192.0.2.10 held", PLAN_CONFLICT, "",
		    "192.0.2.10 192.0.2.66", "192.0.2.66"},
		{"as desired", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.10 /900", "192.0.2.10 held", PLAN_NOTHING, "",
		    "192.0.2.10", NULL},
		{"as desired, unknown", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.10 /900", NULL, PLAN_CONFIRM,
		    "=192.0.2.10 +192.0.2.10/900", "192.0.2.10", NULL},
		{"another TTL", DEDICATED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.10 /300", "192.0.2.10 held", PLAN_CHANGE,
		    "=192.0.2.10 --A +192.0.2.10/900", "192.0.2.10", NULL},
		{"a wildcard's, if anything", DEDICATED_AND(KEEP,
		    .guard = PLAN_GUARD_ABSENT), "192.0.2.10 /900",
		    "192.0.2.66 /300", NULL, PLAN_CHANGE, "!A +192.0.2.10/900",
		    "192.0.2.10", NULL},
		{"no address now", DEDICATED_AND(KEEP), "/900", "192.0.2.66 /900", NULL,
		    PLAN_NOTHING, "", "192.0.2.66", "192.0.2.66"},
	};

	judge_all(rows, LENGTH(rows));
}

/* Ours among others: only what we sent ourselves goes, and foreign TTLs stay. */
Test(plan, shared)
{
	static const struct row rows[] = {
		{"nothing there", SHARED, "192.0.2.10 /900", "", NULL, PLAN_CHANGE,
		    "!A +192.0.2.10/900", "192.0.2.10", NULL},
		{"ours, held", SHARED, "192.0.2.10 /900", "192.0.2.10 /900",
		    "192.0.2.10 held", PLAN_NOTHING, "", "192.0.2.10", NULL},
		{"there, confirmed before", SHARED, "192.0.2.10 /900",
		    "192.0.2.10 /300", "192.0.2.10 confirmed", PLAN_NOTHING, "",
		    "192.0.2.10", NULL},
		{"there, unknown", SHARED, "192.0.2.10 /900", "192.0.2.10 /300", NULL,
		    PLAN_CONFIRM, "=192.0.2.10 +192.0.2.10/300", "192.0.2.10", NULL},
		{"there, maybe ours", SHARED, "192.0.2.10 /900", "192.0.2.10 /900",
		    "192.0.2.10 maybe", PLAN_CONFIRM, "=192.0.2.10 +192.0.2.10/900",
		    "192.0.2.10", NULL},
		{"a foreign one beside ours", SHARED, "192.0.2.10 /900",
		    "192.0.2.10 192.0.2.66 /900", "192.0.2.10 held", PLAN_NOTHING, "",
		    "192.0.2.10 192.0.2.66", "192.0.2.66"},
		{"a foreign one instead: its TTL", SHARED, "192.0.2.10 /900",
		    "192.0.2.66 /300", NULL, PLAN_CHANGE,
		    "=192.0.2.66 +192.0.2.10/300", "192.0.2.10 192.0.2.66",
		    "192.0.2.66"},
		{"our former one goes", SHARED, "192.0.2.10 /900", "192.0.2.9 /900",
		    "192.0.2.9 held", PLAN_CHANGE,
		    "=192.0.2.9 -192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
		{"our former one goes, the foreign one and its TTL stay", SHARED,
		    "192.0.2.10 /900", "192.0.2.9 192.0.2.66 /300",
		    "192.0.2.9/300 held", PLAN_CHANGE,
		    "=192.0.2.9 =192.0.2.66 -192.0.2.9 +192.0.2.10/300",
		    "192.0.2.10 192.0.2.66", "192.0.2.66"},
		{"what was only confirmed is not ours to remove", SHARED,
		    "192.0.2.10 /900", "192.0.2.9 /300", "192.0.2.9 confirmed",
		    PLAN_CHANGE, "=192.0.2.9 +192.0.2.10/300", "192.0.2.9 192.0.2.10",
		    "192.0.2.9"},
		{"no address now", SHARED, "/900", "192.0.2.10 /900", "192.0.2.10 held",
		    PLAN_NOTHING, "", "192.0.2.10", NULL},
		{"another TTL, alone: ours counts", SHARED, "192.0.2.10 /900",
		    "192.0.2.10 /300", "192.0.2.10/300 held", PLAN_CHANGE,
		    "=192.0.2.10 +192.0.2.10/900", "192.0.2.10", NULL},
		{"another TTL beside a foreign one: not compared", SHARED,
		    "192.0.2.10 /900", "192.0.2.10 192.0.2.66 /300",
		    "192.0.2.10/300 held", PLAN_NOTHING, "", "192.0.2.10 192.0.2.66",
		    "192.0.2.66"},
		{"keep means nothing here", SHARED_AND(KEEP), "192.0.2.10 /900",
		    "192.0.2.66 /300", NULL, PLAN_CHANGE,
		    "=192.0.2.66 +192.0.2.10/300", "192.0.2.10 192.0.2.66",
		    "192.0.2.66"},
	};

	judge_all(rows, LENGTH(rows));
}

/* What is ours and not wanted goes, though a lagging copy may not show it. */
Test(plan, shared_leftovers)
{
	static const struct row rows[] = {
		{"our former one", SHARED,
		    "192.0.2.10 /900", "", "192.0.2.9 held", PLAN_CHANGE,
		    "!A -192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
		{"beside a foreign one", SHARED, "192.0.2.10 /900",
		    "192.0.2.10 192.0.2.66 /300", "192.0.2.9 maybe "
		    "192.0.2.10/300 held", PLAN_CONFIRM, "=192.0.2.10 =192.0.2.66 "
		    "-192.0.2.9 +192.0.2.10/300", "192.0.2.10 192.0.2.66",
		    "192.0.2.66"},
		{"while there is no address", SHARED, "/900", "",
		    "192.0.2.9 held", PLAN_NOTHING, "", "", NULL},
	};

	judge_all(rows, LENGTH(rows));
}

/* Refresh: the same prerequisites and an add of every desired RR, no delete. */
Test(plan, refresh)
{
	static const struct row rows[] = {
		{"dedicated", DEDICATED_AND(.refresh = true), "192.0.2.10 /900",
		    "192.0.2.10 /900", "192.0.2.10 held", PLAN_CONFIRM,
		    "=192.0.2.10 +192.0.2.10/900", "192.0.2.10", NULL},
		{"dedicated, keep", DEDICATED_AND(KEEP, .refresh = true),
		    "192.0.2.10 /900", "192.0.2.10 /900", "192.0.2.10 held",
		    PLAN_CONFIRM, "=192.0.2.10 +192.0.2.10/900", "192.0.2.10", NULL},
		{"shared, beside a foreign one", SHARED_AND(.refresh = true),
		    "192.0.2.10 /900", "192.0.2.10 192.0.2.66 /300",
		    "192.0.2.10/300 held", PLAN_CONFIRM,
		    "=192.0.2.10 =192.0.2.66 +192.0.2.10/300",
		    "192.0.2.10 192.0.2.66", "192.0.2.66"},
		{"with a change: every desired one", DEDICATED_AND(.refresh = true),
		    "192.0.2.10 192.0.2.11 /900", "192.0.2.10 /900",
		    "192.0.2.10 held", PLAN_CHANGE,
		    "=192.0.2.10 +192.0.2.10/900 +192.0.2.11/900",
		    "192.0.2.10 192.0.2.11", NULL},
		{"a kept TTL is asked for again", DEDICATED_AND(.refresh = true),
		    "192.0.2.10 /900", "192.0.2.10 /300", "192.0.2.10/300 held",
		    PLAN_CHANGE, "=192.0.2.10 --A +192.0.2.10/900", "192.0.2.10", NULL,
		    900},
		{"no address now", DEDICATED_AND(.refresh = true), "/900",
		    "192.0.2.10 /900", "192.0.2.10 held", PLAN_NOTHING, "",
		    "192.0.2.10", NULL},
	};

	judge_all(rows, LENGTH(rows));
}

/* The weaker guards of protocol.md 3.5. */
Test(plan, guards)
{
	static const struct row rows[] = {
		{"dedicated, a wildcard's", DEDICATED_AND(.guard = PLAN_GUARD_ABSENT),
		    "192.0.2.10 /900", "192.0.2.66 /300", NULL, PLAN_CHANGE,
		    "!A +192.0.2.10/900", "192.0.2.10", NULL},
		{"dedicated, a wildcard's with our address",
		    DEDICATED_AND(.guard = PLAN_GUARD_ABSENT), "192.0.2.10 /900",
		    "192.0.2.10 /300", NULL, PLAN_CHANGE, "!A +192.0.2.10/900",
		    "192.0.2.10", NULL},
		{"dedicated, blind", DEDICATED_AND(.guard = PLAN_GUARD_NONE),
		    "192.0.2.10 /900", "192.0.2.66 /900", NULL, PLAN_CHANGE,
		    "--A +192.0.2.10/900", "192.0.2.10", "192.0.2.66"},
		{"dedicated, blind, as desired", DEDICATED_AND(
		    .guard = PLAN_GUARD_NONE), "192.0.2.10 /900",
		    "192.0.2.10 /900", NULL, PLAN_CONFIRM, "--A +192.0.2.10/900",
		    "192.0.2.10", NULL},
		{"shared, a wildcard's", SHARED_AND(.guard = PLAN_GUARD_ABSENT),
		    "192.0.2.10 /900", "192.0.2.66 /300", NULL, PLAN_CHANGE,
		    "!A +192.0.2.10/900", "192.0.2.10", NULL},
		{"shared, blind: never the whole RRset", SHARED_AND(
		    .guard = PLAN_GUARD_NONE), "192.0.2.10 /900",
		    "192.0.2.9 192.0.2.66 /900", "192.0.2.9 held", PLAN_CHANGE,
		    "-192.0.2.9 +192.0.2.10/900", "192.0.2.10 192.0.2.66",
		    "192.0.2.66"},
		{"shared, blind: what was seen proves nothing", SHARED_AND(
		    .guard = PLAN_GUARD_NONE), "192.0.2.10 /900",
		    "192.0.2.10 /900", "192.0.2.9 held", PLAN_CHANGE,
		    "-192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
		{"shared, blind: nor that it is still there", SHARED_AND(
		    .guard = PLAN_GUARD_NONE), "192.0.2.10 /900",
		    "192.0.2.10 /900", "192.0.2.9 held 192.0.2.10 held", PLAN_CHANGE,
		    "-192.0.2.9 +192.0.2.10/900", "192.0.2.10", NULL},
	};

	judge_all(rows, LENGTH(rows));
}

/* Foreign RRs stay, those we added earlier are removed exactly. */
Test(plan, not_managed)
{
	static const struct row rows[] = {
		{"only foreign ones", .in = {.mode = FQDN_DEDICATED}, "/900",
		    "192.0.2.66 /900", NULL, PLAN_NOTHING, "", "192.0.2.66",
		    "192.0.2.66"},
		{"ours and foreign", .in = {.mode = FQDN_DEDICATED}, "/900",
		    "192.0.2.10 192.0.2.66 /300", "192.0.2.10 held", PLAN_CHANGE,
		    "=192.0.2.10 =192.0.2.66 -192.0.2.10", "192.0.2.66",
		    "192.0.2.66"},
		{"maybe ours", .in = {.mode = FQDN_DEDICATED}, "/900",
		    "192.0.2.10 /900", "192.0.2.10 maybe", PLAN_CHANGE,
		    "=192.0.2.10 -192.0.2.10", "", NULL},
		{"ours, not to be seen", .in = {.mode = FQDN_DEDICATED}, "/900", "",
		    "192.0.2.10 held", PLAN_CONFIRM, "!A -192.0.2.10", "", NULL},
		{"confirmed is not ours", .in = {.mode = FQDN_SHARED}, "/900",
		    "192.0.2.10 /900", "192.0.2.10 confirmed", PLAN_NOTHING, "",
		    "192.0.2.10", "192.0.2.10"},
		{"a refresh adds nothing", .in = {.mode = FQDN_DEDICATED,
		    .refresh = true}, "192.0.2.11 /900", "192.0.2.66 /300", NULL,
		    PLAN_NOTHING, "", "192.0.2.66", "192.0.2.66"},
		{"keep is no reason to keep ours", .in = {.mode = FQDN_DEDICATED,
		    .on_conflict = ON_CONFLICT_KEEP}, "/900",
		    "192.0.2.10 192.0.2.66 /300", "192.0.2.10 held", PLAN_CHANGE,
		    "=192.0.2.10 =192.0.2.66 -192.0.2.10", "192.0.2.66",
		    "192.0.2.66"},
	};

	judge_all(rows, LENGTH(rows));
}

Test(plan, withdraw)
{
#define WITHDRAW(kind) .in = {.purpose = PLAN_WITHDRAW, .mode = kind}
	static const struct row rows[] = {
		{"dedicated", WITHDRAW(FQDN_DEDICATED), "", "192.0.2.10 /300",
		    "192.0.2.10 held", PLAN_CHANGE, "=192.0.2.10 -192.0.2.10", "",
		    NULL},
		{"dedicated, a foreign one stays", WITHDRAW(FQDN_DEDICATED), "",
		    "192.0.2.10 192.0.2.66 /300", "192.0.2.10 held", PLAN_CHANGE,
		    "=192.0.2.10 =192.0.2.66 -192.0.2.10", "192.0.2.66",
		    "192.0.2.66"},
		{"not to be seen: perhaps a stale copy", WITHDRAW(FQDN_DEDICATED), "",
		    "", "192.0.2.10 held", PLAN_CONFIRM, "!A -192.0.2.10", "", NULL},
		{"one of two not to be seen", WITHDRAW(FQDN_SHARED), "",
		    "192.0.2.10 192.0.2.66 /300",
		    "192.0.2.9 held 192.0.2.10 held 192.0.2.66 confirmed", PLAN_CHANGE,
		    "=192.0.2.10 =192.0.2.66 -192.0.2.10 -192.0.2.9", "192.0.2.66",
		    "192.0.2.66"},
		{"not to be seen, while the family is managed",
		    .in = {.purpose = PLAN_WITHDRAW, .managed = true,
		    .mode = FQDN_DEDICATED}, "", "", "192.0.2.10 held", PLAN_CONFIRM,
		    "!A -192.0.2.10", "", NULL},
		{"several not to be seen", WITHDRAW(FQDN_DEDICATED), "",
		    "192.0.2.66 /300", "192.0.2.8 confirmed 192.0.2.9 held "
		    "192.0.2.10 maybe 2001:db8::10 held", PLAN_CONFIRM,
		    "=192.0.2.66 -192.0.2.9 -192.0.2.10", "192.0.2.66",
		    "192.0.2.66"},
		{"what is not to be seen and not ours", WITHDRAW(FQDN_SHARED), "", "",
		    "192.0.2.10 confirmed", PLAN_NOTHING, "", "", NULL},
		{"shared, maybe ours", WITHDRAW(FQDN_SHARED), "", "192.0.2.10 /300",
		    "192.0.2.10 maybe", PLAN_CHANGE, "=192.0.2.10 -192.0.2.10", "",
		    NULL},
		{"shared, found there: not ours", WITHDRAW(FQDN_SHARED), "",
		    "192.0.2.10 /300", "192.0.2.10 confirmed", PLAN_NOTHING, "",
		    "192.0.2.10", "192.0.2.10"},
		{"nothing known", WITHDRAW(FQDN_DEDICATED), "", "192.0.2.10 /300",
		    NULL, PLAN_NOTHING, "", "192.0.2.10", "192.0.2.10"},
		{"blind: it counts as removed, seen or not",
		    .in = {.purpose = PLAN_WITHDRAW, .mode = FQDN_DEDICATED,
		    .guard = PLAN_GUARD_NONE}, "", "192.0.2.66 /300",
		    "192.0.2.10 held", PLAN_CHANGE, "-192.0.2.10", "192.0.2.66",
		    "192.0.2.66"},
		{"blind: exactly ours all the same", .in = {.purpose = PLAN_WITHDRAW,
		    .mode = FQDN_DEDICATED, .guard = PLAN_GUARD_NONE}, "",
		    "192.0.2.10 192.0.2.66 /300", "192.0.2.10 held", PLAN_CHANGE,
		    "-192.0.2.10", "192.0.2.66", "192.0.2.66"},
	};
#undef WITHDRAW

	judge_all(rows, LENGTH(rows));
}

/* The harmless test of protocol.md 7: delete one RR that is not there. */
Test(plan, probe)
{
	static const struct row rows[] = {
		{"nothing there", DEDICATED_AND(.purpose = PLAN_PROBE),
		    "192.0.2.10 /900", "", NULL, PLAN_CONFIRM, "!A -192.0.2.1", "",
		    NULL},
		{"something there", DEDICATED_AND(.purpose = PLAN_PROBE),
		    "192.0.2.10 /900", "198.51.100.1 /900", NULL, PLAN_CONFIRM,
		    "=198.51.100.1 -192.0.2.1", "198.51.100.1", "198.51.100.1"},
		{"an address that is not there", DEDICATED_AND(.purpose = PLAN_PROBE),
		    "192.0.2.10 /900", "192.0.2.1 192.0.2.2 /900", NULL, PLAN_CONFIRM,
		    "=192.0.2.1 =192.0.2.2 -192.0.2.3", "192.0.2.1 192.0.2.2",
		    "192.0.2.1 192.0.2.2"},
		{"the other guard", DEDICATED_AND(.purpose = PLAN_PROBE,
		    .guard = PLAN_GUARD_ABSENT), "192.0.2.10 /900",
		    "198.51.100.1 /900", NULL, PLAN_CONFIRM, "!A -192.0.2.1", "", NULL},
		{"as desired and held", DEDICATED_AND(.purpose = PLAN_PROBE),
		    "192.0.2.10 /900", "192.0.2.10 /300", "192.0.2.10 held",
		    PLAN_CONFIRM, "=192.0.2.10 -192.0.2.1", "192.0.2.10", NULL},
		{"shared", SHARED_AND(.purpose = PLAN_PROBE), "192.0.2.10 /900",
		    "192.0.2.66 /300", NULL, PLAN_CONFIRM, "=192.0.2.66 -192.0.2.1",
		    "192.0.2.66", "192.0.2.66"},
	};

	judge_all(rows, LENGTH(rows));
}

Test(plan, ipv6)
{
	static const struct row row = {"AAAA", DEDICATED, "2001:db8::10 /900",
	    "2001:db8::9 /900", "2001:db8::9 held", PLAN_CHANGE,
	    "=2001:db8::9 -2001:db8::9 +2001:db8::10/900", "2001:db8::10", NULL};
	static const struct row probe = {"AAAA", DEDICATED_AND(.purpose = PLAN_PROBE),
	    "2001:db8::10 /900", "2001:db8::1 /900", NULL, PLAN_CONFIRM,
	    "=2001:db8::1 -2001:db8::2", "2001:db8::1", "2001:db8::1"};

	judge(&row, RRTYPE_AAAA);
	judge(&probe, RRTYPE_AAAA);
}

Test(plan, parts)
{
	struct rrset desired = set_of(RRTYPE_A, "192.0.2.10 192.0.2.11 /900");
	struct rrset observed = set_of(RRTYPE_A, "192.0.2.9 192.0.2.10 /300");
	struct plan_input in = {.mode = FQDN_DEDICATED, .managed = true,
	    .desired = &desired, .observed = &observed};
	struct plan plan;

	plan_make(&plan, &in);
	expect_set(&plan.added, "192.0.2.11");
	expect_set(&plan.kept, "192.0.2.10");
	expect_set(&plan.removed, "192.0.2.9");
	cr_expect(plan.ttl_changed);
	cr_expect_eq(plan.ttl, 900);
	cr_expect_eq(plan.result.ttl, 900);
	plan_free(&plan);
	rrset_free(&desired);
	rrset_free(&observed);
}
