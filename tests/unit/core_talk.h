/*
 * core_talk: a conversation of the core with servers that say what the test wants.
 *
 * Open questions are texts, "A pc1.corp.example @192.0.2.53", and stay open until they
 * are closed:
 *
 *   TYPE NAME @SERVER      a query over a socket of its own (SEND), RD=0
 *   TYPE! NAME @SERVER     the same, RD=1
 *   TYPE? NAME @SERVER     a lookup by the resolver library (LOOKUP)
 *   ASK @SERVER            a question to DHCP servers
 *   UPDATE ... @SERVER     see core_answer.h
 *   .../tcp                over TCP; port 53 is not written
 */
#ifndef CORE_TALK_H
#define CORE_TALK_H

#include "core_answer.h"

#define OPEN_MAX 64

struct talk {
	struct world world;
	void *what;                       /* what is tested */
	void (*event)(struct talk *, const struct event *);
	void (*wake)(struct talk *);
	int64_t (*deadline)(struct talk *);
	struct effect open[OPEN_MAX];
	size_t open_count;
	struct strbuf notes;              /* "subject: text\n" */
	unsigned saves;
	uint64_t save_id;
	char *saved;                      /* text of the last SAVE; NULL: none */
	int exit;                         /* FINISH; -1: not yet */
};

static inline void
talk_open(struct talk *talk, void *what)
{
	memset(talk, 0, sizeof(*talk));
	world_open(&talk->world);
	talk->what = what;
	talk->exit = -1;
}

static inline void
talk_drop(struct talk *talk, size_t i)
{
	free(talk->open[i].bytes);
	free(talk->open[i].qname);
	talk->open_count--;
	memmove(&talk->open[i], &talk->open[i + 1],
	    (talk->open_count - i) * sizeof(talk->open[0]));
}

static inline void
talk_close(struct talk *talk)
{
	while (talk->open_count > 0)
		talk_drop(talk, talk->open_count - 1);
	strbuf_free(&talk->notes);
	free(talk->saved);
	world_close(&talk->world);
}

/* --- what is asked ---------------------------------------------------------------- */

static inline size_t
talk_find_id(const struct talk *talk, uint64_t id)
{
	size_t i;

	for (i = 0; i < talk->open_count; i++)
		if (talk->open[i].id == id)
			break;
	return i;
}

static inline void
talk_take(struct talk *talk, struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SEND:
	case EFFECT_LOOKUP:
	case EFFECT_ASK:
		cr_assert_lt(talk->open_count, OPEN_MAX);
		cr_expect_eq(talk_find_id(talk, effect->id), talk->open_count,
		    "an id was used twice");
		talk->open[talk->open_count++] = *effect;
		effect->bytes = NULL;
		effect->qname = NULL;
		break;
	case EFFECT_CLOSE:
		cr_assert_lt(talk_find_id(talk, effect->id), talk->open_count,
		    "closed what is not open");
		talk_drop(talk, talk_find_id(talk, effect->id));
		break;
	case EFFECT_SAVE:
		talk->saves++;
		talk->save_id = effect->id;
		free(talk->saved);
		talk->saved = effect->text;
		effect->text = NULL;
		break;
	case EFFECT_NOTE:
		strbuf_printf(&talk->notes, "%s: %s\n", effect->subject, effect->text);
		break;
	case EFFECT_FINISH:
		talk->exit = effect->exit;
		break;
	case EFFECT_REPLY:
	case EFFECT_STREAM:
	case EFFECT_RELOAD:
	case EFFECT_STATUS:
		break; /* a daemon's */
	}
}

/* Take what a step wants done. */
static inline void
talk_absorb(struct talk *talk)
{
	size_t i;

	for (i = 0; i < talk->world.effects.count; i++)
		talk_take(talk, &talk->world.effects.items[i]);
	effects_clear(&talk->world.effects);
}

static inline void
question_text(const struct effect *effect, struct strbuf *out)
{
	char server[ENDPOINT_TEXT_MAX];
	struct strbuf name = {0};
	char *update;

	endpoint_format(&effect->server, server);
	if (effect->server.port == DNS_PORT)
		*strrchr(server, '#') = '\0';
	if (effect->kind == EFFECT_ASK) {
		strbuf_add(out, "ASK");
	} else if (effect->kind == EFFECT_LOOKUP) {
		strbuf_printf(out, "%s? %s", rrtype_name(effect->qtype), effect->qname);
	} else if (get_u16(effect->bytes + 2) == FLAGS_UPDATE) {
		update = update_text(effect->bytes, effect->len);
		strbuf_add(out, update);
		free(update);
	} else {
		size_t at = read_name(effect->bytes, WIRE_HEADER_LEN, &name);

		cr_expect_eq(get_u16(effect->bytes + 2) & ~FLAG_RD, 0);
		strbuf_printf(out, "%s%s %s",
		    rrtype_name((uint16_t)get_u16(effect->bytes + at)),
		    get_u16(effect->bytes + 2) & FLAG_RD ? "!" : "",
		    strbuf_text(&name));
		strbuf_free(&name);
	}
	strbuf_printf(out, " @%s%s", server, effect->tcp ? "/tcp" : "");
}

/* All open questions, the oldest first, joined by "; "; of its own memory. */
static inline char *
open_text(const struct talk *talk)
{
	struct strbuf out = {0};
	size_t i;

	for (i = 0; i < talk->open_count; i++) {
		if (i > 0)
			strbuf_add(&out, "; ");
		question_text(&talk->open[i], &out);
	}
	return strbuf_take(&out);
}

#define expect_open(talk, wanted) expect_text(open_text(talk), wanted)

/* "UPDATE @SERVER" stands for any update to it. */
static inline bool
question_is(const struct effect *effect, const char *wanted)
{
	struct strbuf text = {0};
	bool is;

	question_text(effect, &text);
	is = strcmp(text.s, wanted) == 0 || (strncmp(wanted, "UPDATE @", 8) == 0 &&
	    strncmp(text.s, "UPDATE ", 7) == 0 &&
	    strcmp(strchr(text.s, '@'), wanted + 7) == 0);
	strbuf_free(&text);
	return is;
}

/* Which of the open ones; `nth` of the same counts from 0.  open_count: none. */
static inline size_t
talk_find(const struct talk *talk, const char *question, unsigned nth)
{
	size_t i;

	for (i = 0; i < talk->open_count; i++)
		if (question_is(&talk->open[i], question) && nth-- == 0)
			break;
	return i;
}

static inline bool
is_open(const struct talk *talk, const char *question)
{
	return talk_find(talk, question, 0) < talk->open_count;
}

static inline bool
has_note(const struct talk *talk, const char *words)
{
	return strstr(strbuf_text(&talk->notes), words) != NULL;
}

/* --- what is answered ------------------------------------------------------------- */

static inline enum fault
fault_of(const char *word)
{
	static const char *const names[] = {
#define X(code, text) #code,
		FAULT_MAP(X)
#undef X
	};
	size_t i;

	for (i = 0; i < LENGTH(names); i++)
		if (strcmp(names[i], word) == 0)
			return (enum fault)i;
	cr_assert_fail("fault %s", word);
	return FAULT_NONE;
}

static inline void
talk_post(struct talk *talk, struct event event)
{
	event.at_us = talk->world.step.now_us;
	talk->event(talk, &event);
	talk_absorb(talk);
}

/* Bytes or a fault for the question at `i`. */
static inline void
talk_bytes(struct talk *talk, size_t i, const uint8_t *bytes, size_t len)
{
	struct event event = {
		.kind = EVENT_ANSWER,
		.id = talk->open[i].id,
		.bytes = bytes,
		.len = len,
		.local = addr_of("198.51.100.7"),
	};

	if (talk->open[i].kind == EFFECT_LOOKUP)
		talk_drop(talk, i);
	talk_post(talk, event);
}

static inline void
talk_fault(struct talk *talk, size_t i, enum fault fault)
{
	struct event event = {.kind = EVENT_FAULT, .id = talk->open[i].id};

	event.fault = fault;
	talk_drop(talk, i);
	talk_post(talk, event);
}

/* "fault NAME", or an answer as in core_answer.h, to the question at `i`. */
static inline void
talk_answer(struct talk *talk, size_t i, const char *text)
{
	const struct effect *effect = &talk->open[i];
	static struct message m;
	struct strbuf name = {0};
	size_t at;

	if (strncmp(text, "fault ", 6) == 0) {
		talk_fault(talk, i, fault_of(text + 6));
		return;
	}
	if (effect->kind == EFFECT_LOOKUP) {
		answer_of(&m, 0x4242, effect->qname, effect->qtype, text);
	} else if (get_u16(effect->bytes + 2) == FLAGS_UPDATE) {
		cr_assert_geq(rcode_of(text), 0, "rcode %s", text);
		update_answer_of(&m, effect->bytes, effect->len, rcode_of(text));
	} else {
		at = read_name(effect->bytes, WIRE_HEADER_LEN, &name);
		answer_of(&m, get_u16(effect->bytes), strbuf_text(&name),
		    get_u16(effect->bytes + at), text);
		strbuf_free(&name);
	}
	talk_bytes(talk, i, m.bytes, m.len);
}

/* Answer an open question; it must be open. */
#define reply(talk, question, text) reply_at(__LINE__, talk, question, text)

static inline void
reply_at(int line, struct talk *talk, const char *question, const char *text)
{
	size_t i = talk_find(talk, question, 0);
	char *open = open_text(talk);

	cr_assert_lt(i, talk->open_count, "line %d: not open: %s\n    open: %s", line,
	    question, open);
	free(open);
	talk_answer(talk, i, text);
}

/* --- time ------------------------------------------------------------------------- */

/* Let it become `ms` after the beginning, with a wake at every deadline before. */
static inline void
talk_until(struct talk *talk, int64_t ms)
{
	int64_t at_us;

	while ((at_us = talk->deadline(talk)) <= CLOCK_MS(ms)) {
		if (at_us > talk->world.step.now_us)
			talk->world.step.now_us = at_us;
		talk->wake(talk);
		talk_absorb(talk);
		cr_assert(talk->deadline(talk) > at_us, "no progress");
	}
	talk->world.step.now_us = CLOCK_MS(ms);
}

/* --- scripts ---------------------------------------------------------------------- */

/* Let up to a second pass, until the question is open: pauses have their jitter. */
static inline void
await(struct talk *talk, const char *question)
{
	int64_t limit_us = talk->world.step.now_us + CLOCK_S(1);

	while (!is_open(talk, question) && talk->deadline(talk) <= limit_us)
		talk_until(talk, (talk->deadline(talk) + 999) / 1000);
}

/*
 * A question and its answer.  "until MS" in place of a question lets time pass; "soon"
 * before it waits for it.
 */
struct line {
	const char *question;
	const char *answer;
};

#define play(talk, ...) \
	play_at(__LINE__, talk, (const struct line[]){ __VA_ARGS__, {NULL, NULL} })

static inline void
play_at(int line, struct talk *talk, const struct line *lines)
{
	for (; lines->question != NULL; lines++) {
		const char *question = lines->question;

		if (strncmp(question, "until ", 6) == 0) {
			talk_until(talk, strtol(question + 6, NULL, 10));
			continue;
		}
		if (strncmp(question, "soon ", 5) == 0)
			await(talk, question += 5);
		reply_at(line, talk, question, lines->answer);
	}
}

#endif
