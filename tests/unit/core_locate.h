/*
 * core_locate: a walk to a zone and its servers, for the tests of locate.
 */
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core_talk.h"
#include "ddnsupd/locate.h"

static struct talk talk;
static struct locate locate;
static struct locate_input input;
static struct endpoint servers[8];
static struct config_primary primaries[9];
static struct fact_net net;

static inline void
on_locate_event(struct talk *t, const struct event *event)
{
	cr_expect(locate_event(&locate, &t->world.step, event));
}

static inline void
on_locate_wake(struct talk *t)
{
	locate_wake(&locate, &t->world.step);
}

static inline int64_t
on_locate_deadline(struct talk *t)
{
	(void)t;
	return locate_deadline(&locate);
}

/* pc1.corp.example, one DNS server, a machine with an address of its own. */
static inline void
begin(void)
{
	struct addr own4 = addr_of("192.0.2.10"), own6 = addr_of("2001:db8::10");
	struct fact_link *link;

	talk_open(&talk, &locate);
	talk.event = on_locate_event;
	talk.wake = on_locate_wake;
	talk.deadline = on_locate_deadline;
	memset(&locate, 0, sizeof(locate));
	memset(&net, 0, sizeof(net));
	link = fact_net_add_link(&net, 2, "eth0");
	fact_link_add_addr(link, &own4);
	fact_link_add_addr(link, &own6);
	input = (struct locate_input){
		.owner = name_of("pc1.corp.example"),
		.servers = servers,
		.server_count = servers_of(servers, LENGTH(servers), "192.0.2.53"),
		.primaries = primaries,
		.net = &net,
	};
}

static inline void
end(void)
{
	locate_cancel(&locate, &talk.world.step);
	talk_absorb(&talk);
	cr_expect_eq(talk.open_count, 0, "a lookup is left open");
	talk_close(&talk);
	fact_net_free(&net);
}

static inline void
start(void)
{
	locate_start(&locate, &talk.world.step, &input);
	talk_absorb(&talk);
}

static inline void
use_servers(const char *list)
{
	input.server_count = servers_of(servers, LENGTH(servers), list);
}

static inline void
add_primary(const char *text, bool is_name)
{
	struct config_primary *primary = &primaries[input.primary_count++];

	memset(primary, 0, sizeof(*primary));
	primary->is_name = is_name;
	if (is_name)
		primary->name = name_of(text);
	else
		primary->server = server_of(text);
}

/* "mname 192.0.2.1, resolver 192.0.2.53#5353" */
static inline char *
candidates_text(void)
{
	static const char *const origins[] = {"primary", "mname", "ns", "resolver"};
	struct strbuf out = {0};
	char text[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < locate.candidate_count; i++) {
		const struct candidate *candidate = &locate.candidates[i];

		endpoint_format(&candidate->server, text);
		if (candidate->server.port == DNS_PORT)
			*strrchr(text, '#') = '\0';
		strbuf_printf(&out, "%s%s %s", i == 0 ? "" : ", ",
		    origins[candidate->origin], text);
	}
	return strbuf_take(&out);
}

#define expect_candidates(wanted) expect_text(candidates_text(), wanted)

#define expect_failed(why) do { \
		cr_expect_eq(locate.status, LOCATE_FAILED); \
		cr_expect_eq(locate.failure, why); \
		expect_open(&talk, ""); \
	} while (0)

static inline void
expect_zone(const char *zone)
{
	struct name wanted = name_of(zone);

	cr_assert(locate.has_zone);
	cr_expect(name_equal(&locate.zone, &wanted));
}

#endif
