/*
 * core_engine: a machine, a configuration and the engine between them, for its tests.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "core_talk.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/text.h"

#define OWNER "pc1-amt.corp.example"
#define ZONE "aa NXDOMAIN; au corp.example 900 SOA ns1.corp.example"
#define SOA "SOA? " OWNER " @192.0.2.53"
#define A53 "A " OWNER " @192.0.2.53"
#define AAAA53 "AAAA " OWNER " @192.0.2.53"
#define UPDATE53 "UPDATE @192.0.2.53"
#define NS1_A "A? ns1.corp.example @192.0.2.53"
#define NS1_AAAA "AAAA? ns1.corp.example @192.0.2.53"

static struct talk talk;
static struct engine *engine;
static struct engine_options options;
static struct config *config;
static struct config_registration *reg;
static struct state state;
static struct fact_net net;
static int64_t wake_at_us;
static bool disk_is_fast; /* every SAVE is answered at once */

static inline void
on_engine_event(struct talk *t, const struct event *event)
{
	cr_assert_eq(t->exit, -1, "it has finished");
	engine_step(engine, event, &t->world.effects);
	wake_at_us = t->world.effects.wake_at_us;
}

static inline void
on_engine_wake(struct talk *t)
{
	struct event event = {.kind = EVENT_WAKE, .at_us = t->world.step.now_us};

	on_engine_event(t, &event);
}

static inline int64_t
on_engine_deadline(struct talk *t)
{
	return t->exit >= 0 ? CLOCK_NEVER : wake_at_us;
}

static inline void
stand(const char *text, uint32_t flags)
{
	struct addr addr = addr_of(text);

	fact_link_add_addr(&net.links[1], &addr)->flags = flags;
}

/* One dedicated registration, one DNS server, eth0 with nothing on it. */
static inline void
begin(void)
{
	struct endpoint server = server_of("192.0.2.53");

	talk_open(&talk, NULL);
	talk.event = on_engine_event;
	talk.wake = on_engine_wake;
	talk.deadline = on_engine_deadline;
	memset(&state, 0, sizeof(state));
	memset(&net, 0, sizeof(net));
	wake_at_us = CLOCK_NEVER;
	disk_is_fast = true;
	options = (struct engine_options){
		.mode = ENGINE_ONCE,
		.state_writable = true,
		.timeout_us = CLOCK_S(30),
	};
	config = config_new();
	config_add_server(config, &server);
	reg = config_add(config, "amt");
	reg->mode = FQDN_DEDICATED;
	reg->host_name = mem_text("pc1-amt");
	fact_net_add_link(&net, 1, "lo")->loopback = true;
	fact_net_add_link(&net, 2, "eth0")->up = true;
	fact_net_add_route(&net, FAMILY_IPV4, 2, 100);
}

/* Answer SAVEs, unless the test does. */
static inline void
settle_saves(void)
{
	while (disk_is_fast && talk.save_id != 0 && talk.exit < 0) {
		struct event event = {.kind = EVENT_SAVED, .id = talk.save_id};

		talk.save_id = 0;
		talk_post(&talk, event);
	}
}

static inline void
post_net(void)
{
	struct event event = {.kind = EVENT_NET, .net = &net};

	talk_post(&talk, event);
	settle_saves();
}

/* HOST, NET, START: the host is pc1.corp.example. */
static inline void
go(void)
{
	struct event host = {.kind = EVENT_HOST, .node_name = "pc1.corp.example"};
	struct event start = {.kind = EVENT_START, .wall_s = 2000000};

	engine = engine_new(config, &state, &options);
	talk_post(&talk, host);
	post_net();
	expect_open(&talk, "");
	talk_post(&talk, start);
	settle_saves();
}

static inline void
end(void)
{
	if (talk.exit >= 0) {
		expect_open(&talk, "");
		cr_expect_eq(wake_at_us, CLOCK_NEVER);
	}
	engine_free(engine);
	fact_net_free(&net);
	talk_close(&talk);
}

/* What the state file says: `name` under registration `owner` holds these. */
static inline struct state_entry *
know(const char *name, const char *owner, enum fqdn_mode mode, const char *text)
{
	struct name fqdn = name_of(name);
	struct state_entry *entry = state_ensure(&state, &fqdn, mode, owner);

	fill_entry(entry, text);
	entry->refreshed_s = 2000000 - 3600;
	return entry;
}

/* The state as last saved, "NAME: records", names separated by "; "; "-": nothing. */
static inline char *
saved_text(void)
{
	struct strbuf out = {0};
	char name[NAME_TEXT_MAX], *records;
	struct state last = {0};
	size_t i;

	if (talk.saved == NULL)
		return mem_text("-");
	cr_assert_eq(text_state(talk.saved, strlen(talk.saved), &last), FAULT_NONE);
	for (i = 0; i < last.count; i++) {
		records = entry_text(last.entries[i]);
		strbuf_printf(&out, "%s%s: %s", i == 0 ? "" : "; ",
		    name_format(&last.entries[i]->fqdn, name), records);
		free(records);
	}
	state_free(&last);
	return strbuf_take(&out);
}

#define expect_saved(wanted) expect_text(saved_text(), wanted)

/* play(), with the disk at work after every line. */
#define tell(...) tell_all(__LINE__, (const struct line[]){ __VA_ARGS__, {NULL, NULL} })

static inline void
tell_all(int line, const struct line *lines)
{
	for (; lines->question != NULL; lines++) {
		play_at(line, &talk, (const struct line[]){*lines, {NULL, NULL}});
		settle_saves();
	}
}

/* The DNS server is the zone's primary. */
static inline void
locate_it(void)
{
	tell({SOA, ZONE}, {NS1_A, "aa 192.0.2.53"}, {NS1_AAAA, "aa"});
}

static inline const struct report_registration *
result(size_t i)
{
	const struct report *report = engine_report(engine);

	cr_assert_lt(i, report->registration_count);
	return &report->registrations[i];
}

/* "updated 0: 192.0.2.10 added, 2001:db8::10 skipped (tentative)" */
static inline char *
report_text(size_t i)
{
	const struct report_registration *registration = result(i);
	struct strbuf out = {0};
	char text[ADDR_TEXT_MAX];
	size_t j;

	strbuf_printf(&out, "%s %d", outcome_name(registration->outcome),
	    (int)registration->exit);
	for (j = 0; j < registration->record_count; j++) {
		const struct report_record *record = &registration->records[j];

		strbuf_printf(&out, "%s %s %s", j == 0 ? ":" : ",",
		    addr_format(&record->addr, text),
		    record_change_name(record->change));
		if (record->reason != NULL)
			strbuf_printf(&out, " (%s)", record->reason);
	}
	return strbuf_take(&out);
}

#define expect_report(i, wanted) expect_text(report_text(i), wanted)

static inline bool
error_says(size_t i, const char *words)
{
	return result(i)->error != NULL && strstr(result(i)->error, words) != NULL;
}

#endif
