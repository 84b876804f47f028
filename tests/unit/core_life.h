/*
 * core_life: the daemon's core with a machine and a server that the test holds in hand.
 *
 * The server is 192.0.2.53, primary of corp.example, and holds the addresses of each
 * name of pc1-amt and pc2-amt.  It applies what it is sent, answers at once, unless it
 * is `silent`, and refuses with `rcode`.  Everything that is said to it is written down.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "core_talk.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/text.h"

#define SEC(s) ((int64_t)(s) * 1000)  /* until() counts milliseconds */
#define PERIOD_S (1440 * 60)
#define SERVER "192.0.2.53"
#define DEAF 1                    /* an effect whose answer got lost */

static const char basic[] =
    "dns: {servers: [192.0.2.53]}\n"
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: corp.example,\n"
    "     interface: eth0}\n";

struct site {                     /* a name at the server */
	const char *name;
	struct rrset sets[2];
};

static struct {
	struct talk talk;
	struct engine *engine;
	struct site sites[3];
	struct fact_net net;
	int64_t wake_us;
	bool silent;
	bool slow_disk;           /* a SAVE is not answered */
	enum fault disk_fault;    /* a SAVE fails so; NONE: it does not */
	int rcode;                /* of every UPDATE; 0: applied */
	unsigned lose;            /* answers to UPDATEs that get lost */
	struct strbuf said;       /* questions and updates since the last look */
	unsigned updates;
	struct strbuf notes;      /* "LEVEL subject: text\n" */
	char *reply;
	uint64_t reply_to;
	char *status;
	unsigned reloads;
	unsigned streams;
	uint64_t saved;
} d;

/* --- steps ------------------------------------------------------------------------ */

static inline void
take_effect(struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_NOTE:
		strbuf_printf(&d.notes, "%d %s: %s\n", (int)effect->level,
		    effect->subject, effect->text);
		break;
	case EFFECT_REPLY:
		free(d.reply);
		d.reply = mem_text(effect->text);
		d.reply_to = effect->client;
		break;
	case EFFECT_STATUS:
		free(d.status);
		d.status = mem_text(effect->text);
		break;
	case EFFECT_RELOAD:
		d.reloads++;
		break;
	case EFFECT_STREAM:
		d.streams++;
		break;
	default:
		break;
	}
	talk_take(&d.talk, effect);
}

static inline void
step_with(struct talk *talk, const struct event *event)
{
	struct effects effects = {.wake_at_us = CLOCK_NEVER};
	size_t i;

	(void)talk;
	if (d.talk.exit != -1)
		return;
	engine_step(d.engine, event, &effects);
	for (i = 0; i < effects.count; i++)
		take_effect(&effects.items[i]);
	d.wake_us = effects.wake_at_us;
	effects_free(&effects);
}

static inline void serve(void);

/* One event, and all that follows from it at once. */
static inline void
post(struct event event)
{
	event.at_us = d.talk.world.step.now_us;
	step_with(&d.talk, &event);
	serve();
}

/* Let so many ms pass. */
static inline void
pass(int64_t ms)
{
	int64_t end_us = d.talk.world.step.now_us + ms * 1000;
	unsigned turns = 0;

	while (d.wake_us <= end_us && d.talk.exit == -1) {
		cr_assert_lt(turns++, 2000, "it is awake all the time");
		if (d.wake_us > d.talk.world.step.now_us)
			d.talk.world.step.now_us = d.wake_us;
		post((struct event){.kind = EVENT_WAKE});
	}
	d.talk.world.step.now_us = end_us;
}

/* --- the server ------------------------------------------------------------------- */

static inline struct rrset *
site_set(const char *name, unsigned family)
{
	size_t i;

	for (i = 0; i < LENGTH(d.sites); i++)
		if (strcmp(d.sites[i].name, name) == 0)
			return &d.sites[i].sets[family];
	cr_assert_fail("nobody is called %s", name);
	return NULL;
}

/* One word of an update's text: "=ADDR", "!TYPE", "-ADDR", "+ADDR/TTL", "--TYPE". */
static inline bool
holds(const char *name, const char *word)
{
	struct addr addr;

	if (word[0] == '!' && strcmp(word, "!CNAME") != 0)
		return site_set(name, strcmp(word, "!AAAA") == 0)->count == 0;
	if (word[0] != '=')
		return true;
	addr = addr_of(word + 1);
	return rrset_has(site_set(name, addr.family == FAMILY_IPV6), &addr);
}

static inline void
apply(const char *name, char *word)
{
	struct rrset *set;
	struct addr addr;
	char *slash;

	if (strncmp(word, "--", 2) == 0) {
		set = site_set(name, strcmp(word, "--AAAA") == 0);
		while (set->count > 0)
			rrset_remove(set, &set->addrs[0]);
		return;
	}
	if (word[0] != '+' && word[0] != '-')
		return;
	slash = strchr(word, '/');
	if (slash != NULL)
		*slash = '\0';
	addr = addr_of(word + 1);
	set = site_set(name, addr.family == FAMILY_IPV6);
	if (word[0] == '+')
		rrset_add(set, &addr);
	else
		rrset_remove(set, &addr);
}

/* The answer to an update, which is done when its prerequisites hold. */
static inline const char *
update(const char *text)
{
	char *copy = mem_text(text), *rest, *word, owner[64];
	bool good = true;

	d.updates++;
	cr_assert_eq(sscanf(text, "UPDATE corp.example %63[^:]:", owner), 1, "%s",
	    text);
	*strrchr(copy, '@') = '\0';
	for (rest = strchr(copy, ':') + 1; (word = strsep(&rest, " ")) != NULL;)
		good = good && holds(owner, word);
	free(copy);
	if (d.rcode != 0 || !good)
		return d.rcode != 0 ? rcode_name(d.rcode) : "NXRRSET";
	copy = mem_text(text);
	*strrchr(copy, '@') = '\0';
	for (rest = strchr(copy, ':') + 1; (word = strsep(&rest, " ")) != NULL;)
		apply(owner, word);
	free(copy);
	return "NOERROR";
}

static inline char *
lookup_answer(const struct effect *effect)
{
	if (effect->qtype == RRTYPE_SOA)
		return mem_text("aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example");
	return mem_text(effect->qtype == RRTYPE_A ? "aa " SERVER : "aa");
}

static inline char *
query_answer(const char *question)
{
	char type[8], name[64], *set, *answer;

	cr_assert_eq(sscanf(question, "%7s %63s", type, name), 2);
	set = set_text(site_set(name, strcmp(type, "AAAA") == 0));
	answer = mem_printf("aa %s", set);
	free(set);
	return answer;
}

/* "QUESTION; QUESTION", without servers. */
static inline void
write_down(const char *question)
{
	strbuf_printf(&d.said, "%s%.*s", d.said.len > 0 ? "; " : "",
	    (int)(strrchr(question, '@') - question - 1), question);
}

/* Answer the question at `i`; false: it stays open. */
static inline bool
answer(size_t i)
{
	struct effect *effect = &d.talk.open[i];
	struct strbuf question = {0};
	bool is_update, lost = false;
	char *text;

	if (d.silent || effect->client == DEAF || effect->kind == EFFECT_ASK)
		return false;
	question_text(effect, &question);
	write_down(question.s);
	is_update = strncmp(question.s, "UPDATE ", 7) == 0;
	text = effect->kind == EFFECT_LOOKUP ? lookup_answer(effect) :
	    is_update ? mem_text(update(question.s)) : query_answer(question.s);
	if (is_update && d.lose > 0) {
		d.lose--;
		lost = true;
		effect->client = DEAF;
	} else {
		talk_answer(&d.talk, i, text);
	}
	free(text);
	strbuf_free(&question);
	return !lost;
}

/* Until nobody has a question, and the disk has everything. */
static inline void
serve(void)
{
	size_t i = 0;

	for (;;) {
		if (!d.slow_disk && d.talk.save_id > d.saved) {
			d.saved = d.talk.save_id;
			post((struct event){.kind = d.disk_fault == FAULT_NONE ?
			    EVENT_SAVED : EVENT_SAVE_FAILED,
			    .fault = d.disk_fault, .id = d.saved});
		}
		if (i >= d.talk.open_count)
			return;
		i = answer(i) ? 0 : i + 1;
	}
}

/* --- the machine ------------------------------------------------------------------ */

static inline void
net_event(void)
{
	post((struct event){.kind = EVENT_NET, .net = &d.net});
}

/* eth0's addresses from now on; "down ...": no carrier; "~ADDR": tentative, "^ADDR":
 * deprecated. */
static inline void
machine(const char *list)
{
	char *copy = mem_text(list), *rest = copy, *word;
	struct fact_link *link;

	fact_net_free(&d.net);
	memset(&d.net, 0, sizeof(d.net));
	fact_net_add_link(&d.net, 1, "lo")->loopback = true;
	link = fact_net_add_link(&d.net, 2, "eth0");
	link->up = true;
	while ((word = strsep(&rest, " ")) != NULL) {
		struct fact_addr *fact;
		struct addr addr;

		if (*word == '\0')
			continue;
		if (strcmp(word, "down") == 0) {
			link->up = false;
			continue;
		}
		addr = addr_of(word + (*word == '~' || *word == '^'));
		fact = fact_link_add_addr(link, &addr);
		fact->flags = FACT_ADDR_PERMANENT |
		    (*word == '~' ? (unsigned)FACT_ADDR_TENTATIVE :
		    *word == '^' ? (unsigned)FACT_ADDR_DEPRECATED : 0);
		fact->valid_s = fact->preferred_s = FACT_FOREVER;
		fact->prefix_len = 24;
	}
	if (link->up)
		fact_net_add_route(&d.net, FAMILY_IPV4, 2, 0);
	free(copy);
}

static inline void
host(const char *node_name)
{
	post((struct event){
	    .kind = EVENT_HOST,
	    .node_name = node_name,
	    .hosts_text = "",
	    .resolv_text = "search corp.example\n",
	});
}

/* --- from the start to the stop --------------------------------------------------- */

static inline struct config *
config_of(const char *yaml)
{
	char *error = NULL;
	struct config *config =
	    text_config(yaml, strlen(yaml), "test.yaml", &error, NULL);

	cr_assert_not_null(config, "%s", error);
	return config;
}

/* The state's directory: none at all; none that can be written now, why. */
static bool unwritable;
static enum fault unwritable_now;

/* Before START; `state` may be NULL. */
static inline void
boot(const char *yaml, struct state *state)
{
	struct engine_options options = {
		.mode = ENGINE_DAEMON,
		.state_writable = !unwritable,
		.state_fault = unwritable_now,
		.timeout_us = CLOCK_S(30),
		.seed = {3},
	};
	struct state none = {0};

	memset(&d, 0, sizeof(d));
	talk_open(&d.talk, NULL);
	d.talk.event = step_with;
	d.talk.world.step.now_us = CLOCK_S(1000);
	d.wake_us = CLOCK_NEVER;
	d.sites[0].name = "pc1-amt.corp.example";
	d.sites[1].name = "pc2-amt.corp.example";
	d.sites[2].name = "pc1.corp.example";
	for (size_t i = 0; i < LENGTH(d.sites); i++) {
		d.sites[i].sets[0].type = RRTYPE_A;
		d.sites[i].sets[1].type = RRTYPE_AAAA;
	}
	d.engine = engine_new(config_of(yaml), state != NULL ? state : &none, &options);
	host("pc1");
	machine("192.0.2.10 2001:db8::10");
}

static inline void
start(void)
{
	net_event();
	post((struct event){.kind = EVENT_START, .wall_s = 1000000});
}

static inline void
stop(void)
{
	post((struct event){.kind = EVENT_STOP, .signal = 15});
}

/* Everything of it is freed; LeakSanitizer sees the rest. */
static inline void
end(void)
{
	engine_free(d.engine);
	talk_close(&d.talk);
	fact_net_free(&d.net);
	for (size_t i = 0; i < LENGTH(d.sites); i++) {
		rrset_free(&d.sites[i].sets[0]);
		rrset_free(&d.sites[i].sets[1]);
	}
	strbuf_free(&d.said);
	strbuf_free(&d.notes);
	free(d.reply);
	free(d.status);
}

/* --- what is asked of it, what it says ------------------------------------------- */

static inline void
reload(const char *yaml)
{
	post((struct event){.kind = EVENT_CONFIG, .config = config_of(yaml),
	    .client = 7});
}

static inline void
request(uint64_t client, bool may_change, const char *line)
{
	free(d.reply);
	d.reply = NULL;
	post((struct event){.kind = EVENT_REQUEST, .client = client,
	    .may_change = may_change, .bytes = (const uint8_t *)line,
	    .len = strlen(line)});
}

/* Until the next update, by status. */
static inline int
seconds_to_next(void)
{
	const char *at;

	request(1, false, "{\"command\":\"status\"}");
	at = strstr(d.reply, "\"next_update_s\":");
	cr_assert_not_null(at, "%s", d.reply);
	return atoi(at + 16);
}

static inline void
forget(void)
{
	strbuf_free(&d.said);
	strbuf_free(&d.notes);
	d.updates = 0;
}

/* What the server heard since forget(). */
#define expect_said(wanted) \
	expect_text(mem_text(strbuf_text(&d.said)), wanted)
#define expect_site(name, a, aaaa) do { \
	expect_text(set_text(site_set(name, 0)), a); \
	expect_text(set_text(site_set(name, 1)), aaaa); \
} while (0)
#define expect_reply(words) \
	cr_expect(d.reply != NULL && strstr(d.reply, words) != NULL, \
	    "line %d: reply: %s", __LINE__, d.reply != NULL ? d.reply : "none")

static inline unsigned
note_count(const char *words)
{
	const char *at = strbuf_text(&d.notes);
	unsigned count = 0;

	for (; (at = strstr(at, words)) != NULL; at++)
		count++;
	return count;
}

static inline bool
noted(const char *words)
{
	return note_count(words) > 0;
}

#endif
