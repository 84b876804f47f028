/*
 * learn_world: two links, DHCP clients and servers on them, and what is learned.
 *
 * eth0 (2) and eth1 (3) have the hardware addresses 02:..:02 and 02:..:03.  Packets are
 * made of octets as they stand on the wire; what came of all is read as text.
 */
#ifndef LEARN_WORLD_H
#define LEARN_WORLD_H

#include "core_world.h"
#include "ddnsupd/learn_parts.h"

#define SEC(s) CLOCK_S(s)

static struct {
	struct world world;
	struct facts facts;
	struct config *config;
	struct learn *learn;
	struct strbuf did;        /* what it asked for: "TIME what; " */
	struct strbuf notes;      /* "LEVEL subject: text\n" */
	struct effect ask;        /* the last one, its bytes not ours to free */
	uint8_t bytes[512];
	unsigned open;            /* sockets */
	unsigned looks;           /* how often the whole was looked at */
	unsigned settled;         /* how often facts changed */
	bool damped;              /* else each change comes after a long quiet */
} l;

/* --- steps ------------------------------------------------------------------------- */

static inline void
take(const struct effect *effect)
{
	char addr[ADDR_TEXT_MAX], local[ADDR_TEXT_MAX];

	switch (effect->kind) {
	case EFFECT_ASK:
		l.open++;
		l.ask = *effect;
		cr_assert_leq(effect->len, sizeof(l.bytes));
		memcpy(l.bytes, effect->bytes, effect->len);
		strbuf_printf(&l.did, "%s%s%%%s#%u from %s", l.did.len > 0 ? "; " : "",
		    addr_format(&effect->server.addr, addr), effect->server.ifname,
		    effect->server.port, addr_format(&effect->local, local));
		break;
	case EFFECT_CLOSE:
		l.open--;
		break;
	case EFFECT_NOTE:
		strbuf_printf(&l.notes, "%d %s: %s\n", (int)effect->level,
		    effect->subject, effect->text);
		break;
	default:
		cr_assert_fail("effect %d", (int)effect->kind);
	}
}

static inline bool
settle(void)
{
	bool changed;

	l.looks++;
	if (!l.damped) {
		l.learn->published_us = -SEC(3600);
		l.learn->lost_us = -SEC(3600);
	}
	changed = learn_settle(l.learn, &l.world.step);
	for (size_t i = 0; i < l.world.effects.count; i++)
		take(&l.world.effects.items[i]);
	effects_clear(&l.world.effects);
	l.settled += changed;
	return changed;
}

/* Returns whether the facts have changed. */
static inline bool
post(struct event event)
{
	event.at_us = l.world.step.now_us;
	if (event.wall_s == 0)
		event.wall_s = 1000000;
	return learn_event(l.learn, &l.world.step, &event) && settle();
}

/* Let time pass. */
static inline void
pass(int64_t us)
{
	int64_t end_us = l.world.step.now_us + us, at_us;
	unsigned turns = 0;

	while ((at_us = learn_deadline(l.learn)) <= end_us) {
		cr_assert_lt(turns++, 5000, "it is awake all the time");
		cr_assert_gt(at_us, l.world.step.now_us, "it asks for the past");
		l.world.step.now_us = at_us;
		settle();
	}
	l.world.step.now_us = end_us;
}

/* --- the machine -------------------------------------------------------------------- */

static inline bool
net(void)
{
	return post((struct event){.kind = EVENT_NET});
}

static inline struct fact_link *
link_of(const char *name)
{
	for (size_t i = 0; i < l.facts.net.link_count; i++)
		if (strcmp(l.facts.net.links[i].name, name) == 0)
			return &l.facts.net.links[i];
	cr_assert_fail("no link %s", name);
	return NULL;
}

static inline void
add_link(uint32_t ifindex, const char *name)
{
	struct fact_link *link = fact_net_add_link(&l.facts.net, ifindex, name);

	link->up = true;
	link->hwtype = 1;
	link->hwaddr_len = 6;
	link->hwaddr[0] = 2;
	link->hwaddr[5] = (uint8_t)ifindex;
}

/* The link has the address from now on, or no longer. */
static inline bool
stand(const char *name, const char *text)
{
	struct addr addr = addr_of(text);

	fact_link_add_addr(link_of(name), &addr)->flags = FACT_ADDR_PERMANENT;
	return net();
}

static inline bool
fall(const char *name, const char *text)
{
	struct addr addr = addr_of(text);
	struct fact_link *link = link_of(name);

	for (size_t i = 0; i < link->addr_count; i++)
		if (addr_equal(&link->addrs[i].addr, &addr))
			link->addrs[i] = link->addrs[--link->addr_count];
	return net();
}

/* --- from the start to the end ------------------------------------------------------ */

static inline void
begin(void)
{
	memset(&l, 0, sizeof(l));
	world_open(&l.world);
	l.world.step.now_us = SEC(1000);
	l.config = config_new();
	config_add(l.config, "amt");
	add_link(2, "eth0");
	add_link(3, "eth1");
	fact_net_add_route(&l.facts.net, FAMILY_IPV4, 2, 100);
}

/* mode: a single run hurries. */
static inline void
go(bool hurry)
{
	l.learn = learn_new(&l.facts, true, hurry);
	learn_configure(l.learn, l.config);
	learn_start(l.learn, &l.world.step);
	settle();
}

static inline void
end(void)
{
	learn_free(l.learn);
	facts_free(&l.facts);
	config_free(l.config);
	strbuf_free(&l.did);
	strbuf_free(&l.notes);
	world_close(&l.world);
}

static inline void
use(enum fact_source a, enum fact_source b)
{
	l.config->dhcp_sources[0] = a;
	l.config->dhcp_sources[1] = b;
	l.config->dhcp_source_count = a == b ? 1 : 2;
}

/* --- what is known ------------------------------------------------------------------ */

/* "eth0 observed 192.0.2.53 corp.example @192.0.2.10; ..." */
static inline char *
known(void)
{
	struct strbuf out = {0};
	char text[NAME_TEXT_MAX];

	for (size_t i = 0; i < l.facts.dhcp_count; i++) {
		const struct fact_dhcp *fact = &l.facts.dhcp[i];

		strbuf_printf(&out, "%s%s %s", i > 0 ? "; " : "", fact->ifname,
		    fact_source_name(fact->source));
		for (size_t j = 0; j < fact->info.server_count; j++)
			strbuf_printf(&out, " %s",
			    addr_format(&fact->info.servers[j], text));
		if (fact->info.has_domain)
			strbuf_printf(&out, " %s",
			    name_format(&fact->info.domain, text));
		if (fact->info.has_address)
			strbuf_printf(&out, " @%s",
			    addr_format(&fact->info.address, text));
	}
	return strbuf_take(&out);
}

/* "192.0.2.53#53 eth0 lease; ..." */
static inline char *
servers(void)
{
	struct strbuf out = {0};
	char text[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < l.facts.server_count; i++)
		strbuf_printf(&out, "%s%s %s %s%s", i > 0 ? "; " : "",
		    endpoint_format(&l.facts.servers[i].endpoint, text),
		    l.facts.servers[i].endpoint.ifname,
		    fact_source_name(l.facts.servers[i].source),
		    l.facts.servers[i].endpoint.via ? " via" : "");
	return strbuf_take(&out);
}

#define expect_known(wanted) expect_text(known(), wanted)
#define expect_servers(wanted) expect_text(servers(), wanted)

/* What it asked since the last look. */
#define expect_did(wanted) do { \
	expect_text(mem_text(strbuf_text(&l.did)), wanted); \
	strbuf_free(&l.did); \
} while (0)

#endif
