/*
 * core_txn: one conversation about pc1.corp.example, for the tests of txn.
 */
#ifndef CORE_TXN_H
#define CORE_TXN_H

#include "core_talk.h"
#include "ddnsupd/txn.h"

#define OWNER "pc1.corp.example"
#define ZONE "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example"

/* The DNS server of the tests, and servers that only MNAME names. */
#define SOA "SOA? " OWNER " @192.0.2.53"
#define A53 "A " OWNER " @192.0.2.53"
#define AAAA53 "AAAA " OWNER " @192.0.2.53"
#define UPDATE53 "UPDATE @192.0.2.53"
#define A1 "A " OWNER " @192.0.2.1"
#define AAAA1 "AAAA " OWNER " @192.0.2.1"
#define UPDATE1 "UPDATE @192.0.2.1"
#define A2 "A " OWNER " @192.0.2.2"
#define UPDATE2 "UPDATE @192.0.2.2"
#define HEAD "UPDATE corp.example " OWNER ": !CNAME "

static struct talk talk;
static struct txn txn;
static struct txn_goal goal;
static struct state state;
static struct endpoint servers[4];
static struct fact_net net;

static inline void
on_txn_event(struct talk *t, const struct event *event)
{
	cr_expect(txn_event(&txn, &t->world.step, event));
}

static inline void
on_txn_wake(struct talk *t)
{
	txn_wake(&txn, &t->world.step);
}

static inline int64_t
on_txn_deadline(struct talk *t)
{
	(void)t;
	return txn_deadline(&txn);
}

/* A dedicated name; what is wanted is said by want(). */
static inline void
begin(void)
{
	talk_open(&talk, &txn);
	talk.event = on_txn_event;
	talk.wake = on_txn_wake;
	talk.deadline = on_txn_deadline;
	memset(&txn, 0, sizeof(txn));
	memset(&state, 0, sizeof(state));
	memset(&net, 0, sizeof(net));
	goal = (struct txn_goal){
		.mode = FQDN_DEDICATED,
		.registration = "amt",
		.where = {
			.owner = name_of(OWNER),
			.servers = servers,
			.server_count = servers_of(servers, LENGTH(servers),
			    "192.0.2.53"),
			.net = &net,
		},
		.state = &state,
	};
	goal.desired[0].type = RRTYPE_A;
	goal.desired[1].type = RRTYPE_AAAA;
}

static inline void
end(void)
{
	if (txn.step != TXN_IDLE && !txn_done(&txn)) {
		txn_abort(&txn, &talk.world.step, "over");
		talk_absorb(&talk);
	}
	expect_open(&talk, "");
	txn_free(&txn);
	state_free(&state);
	fact_net_free(&net);
	talk_close(&talk);
}

/* NULL: the family is not part of it; "": managed, but no address. */
static inline void
want(const char *a, const char *aaaa)
{
	const char *texts[2] = {a, aaaa};
	unsigned family;

	for (family = 0; family < 2; family++) {
		if (texts[family] == NULL)
			continue;
		goal.mask |= 1U << family;
		goal.managed[family] = true;
		goal.desired[family] = set_of(goal.desired[family].type, texts[family]);
		goal.desired[family].ttl = 900;
	}
}

/* What the state knows, "192.0.2.10 held". */
static inline void
know(const char *text)
{
	struct name owner = name_of(OWNER);

	fill_entry(state_ensure(&state, &owner, goal.mode, "amt"), text);
}

static inline char *
known(void)
{
	struct name owner = name_of(OWNER);

	return entry_text(state_find(&state, &owner));
}

#define expect_known(wanted) expect_text(known(), wanted)

static inline void
go(void)
{
	txn_start(&txn, &talk.world.step, &goal);
	talk_absorb(&talk);
}

/* The DNS server is the zone's primary, too. */
static inline void
locate_it(void)
{
	play(&talk,
	    {SOA, ZONE},
	    {"A? ns1.corp.example @192.0.2.53", "aa 192.0.2.53"},
	    {"AAAA? ns1.corp.example @192.0.2.53", "aa"});
}

/* ... and shows this under the name. */
static inline void
go_seen(const char *a, const char *aaaa)
{
	go();
	locate_it();
	if (a != NULL)
		reply(&talk, A53, a);
	if (aaaa != NULL)
		reply(&talk, AAAA53, aaaa);
}

/* The DNS server only resolves; the primary is at these addresses. */
static inline void
go_elsewhere(const char *primary)
{
	go();
	reply(&talk, SOA, ZONE);
	if (goal.mask & FAMILY_A)
		reply(&talk, A53, "NXDOMAIN");
	else
		reply(&talk, AAAA53, "NXDOMAIN");
	play(&talk,
	    {"A? ns1.corp.example @192.0.2.53", primary},
	    {"AAAA? ns1.corp.example @192.0.2.53", "NOERROR"});
}

/*
 * Let the servers say these things, as often as they are asked, and others nothing,
 * until the conversation is over.
 */
#define serve(...) serve_all((const struct line[]){ __VA_ARGS__, {NULL, NULL} })

static inline bool
serve_one(const struct line *lines)
{
	size_t i;

	for (; lines->question != NULL; lines++) {
		i = talk_find(&talk, lines->question, 0);
		if (i < talk.open_count) {
			talk_answer(&talk, i, lines->answer);
			return true;
		}
	}
	return false;
}

static inline void
serve_all(const struct line *lines)
{
	unsigned turns;

	for (turns = 0; turns < 1000 && !txn_done(&txn); turns++)
		if (!serve_one(lines))
			talk_until(&talk, (txn_deadline(&txn) + 999) / 1000);
	cr_assert(txn_done(&txn), "it does not end");
}

static inline void
list_set(struct strbuf *out, const char *sign, const struct rrset *set)
{
	char text[ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < set->count; i++)
		strbuf_printf(out, " %s%s", sign, addr_format(&set->addrs[i], text));
}

/* "updated 0 +192.0.2.10 =192.0.2.11 -192.0.2.9 ~192.0.2.12"; "..." while it runs. */
static inline char *
result_text(unsigned family)
{
	const struct txn_result *result = &txn.results[family];
	struct strbuf out = {0};

	if (!result->done)
		return mem_text("...");
	strbuf_printf(&out, "%s %d", outcome_name(result->outcome), (int)result->exit);
	cr_expect_eq(result->error != NULL, result->exit != EXIT_CODE_OK);
	if (result->exit != EXIT_CODE_OK)
		return strbuf_take(&out); /* nothing of it is certain */
	list_set(&out, "+", &result->added);
	list_set(&out, "=", &result->kept);
	list_set(&out, "-", &result->removed);
	list_set(&out, "~", &result->pending);
	return strbuf_take(&out);
}

#define expect_a(wanted) expect_text(result_text(0), wanted)
#define expect_aaaa(wanted) expect_text(result_text(1), wanted)

static inline bool
says(unsigned family, const char *words)
{
	const char *error = txn.results[family].error;

	return error != NULL && strstr(error, words) != NULL;
}

/* Every word, or say which is missing. */
#define expect_says(family, words) cr_expect(says(family, words), \
	"no \"%s\" in: %s", words, txn.results[family].error)

#endif
