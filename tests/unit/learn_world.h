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

	if (!l.damped)
		l.learn->published_us = -SEC(3600);
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

/* --- packets ------------------------------------------------------------------------ */

struct dgram {
	const char *source, *destination;
	uint16_t source_port, destination_port;
};

/* The IP packet of a UDP payload; checksums are the device's. */
static inline bool
carry(uint32_t ifindex, bool outgoing, struct dgram ends, const uint8_t *payload,
    size_t len)
{
	struct addr source = addr_of(ends.source), to = addr_of(ends.destination);
	uint8_t ip[1500] = {0};
	size_t head = source.family == FAMILY_IPV4 ? 20 : 40;
	unsigned sum = 0;
	uint8_t *udp = ip + head;

	cr_assert_leq(head + 8 + len, sizeof(ip));
	if (head == 20) {
		ip[0] = 0x45;
		ip[2] = (uint8_t)((28 + len) >> 8);
		ip[3] = (uint8_t)(28 + len);
		ip[8] = 64;
		ip[9] = 17;
		memcpy(ip + 12, source.octets, 4);
		memcpy(ip + 16, to.octets, 4);
		for (unsigned i = 0; i < 20; i += 2)
			sum += (unsigned)(ip[i] << 8 | ip[i + 1]);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		ip[10] = (uint8_t)(~sum >> 8);
		ip[11] = (uint8_t)~sum;
	} else {
		ip[0] = 0x60;
		ip[4] = (uint8_t)((8 + len) >> 8);
		ip[5] = (uint8_t)(8 + len);
		ip[6] = 17;
		ip[7] = 64;
		memcpy(ip + 8, source.octets, 16);
		memcpy(ip + 24, to.octets, 16);
	}
	udp[0] = (uint8_t)(ends.source_port >> 8);
	udp[1] = (uint8_t)ends.source_port;
	udp[2] = (uint8_t)(ends.destination_port >> 8);
	udp[3] = (uint8_t)ends.destination_port;
	udp[4] = (uint8_t)((8 + len) >> 8);
	udp[5] = (uint8_t)(8 + len);
	memcpy(udp + 8, payload, len);
	return post((struct event){
	    .kind = EVENT_PACKET,
	    .ifindex = ifindex,
	    .outgoing = outgoing,
	    .checksum_partial = true,
	    .bytes = ip,
	    .len = head + 8 + len,
	});
}

/* A DHCPv4 message; NULL: not there. */
struct v4 {
	uint8_t type;             /* option 53 */
	uint32_t xid;
	uint8_t hw;               /* last octet of chaddr */
	const char *ciaddr, *yiaddr, *server; /* server: option 54 */
	const char *dns;          /* blank between two */
	const char *domain;
	uint32_t lease_s;
	uint16_t from, to;        /* ports; 0: as usual */
	const char *source, *destination;
};

static inline size_t
put_addrs(uint8_t *at, uint8_t code, const char *text)
{
	struct endpoint list[16];
	size_t count = text == NULL ? 0 : servers_of(list, 16, text);

	if (count == 0)
		return 0;
	at[0] = code;
	at[1] = (uint8_t)(4 * count);
	for (size_t i = 0; i < count; i++)
		memcpy(at + 2 + 4 * i, list[i].addr.octets, 4);
	return 2 + 4 * count;
}

static inline size_t
make4(const struct v4 *v4, bool request, uint8_t out[600])
{
	static const uint8_t cookie[] = {99, 130, 83, 99};
	size_t len = 240;

	memset(out, 0, 600);
	out[0] = request ? 1 : 2;
	out[1] = 1;
	out[2] = 6;
	for (unsigned i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(v4->xid >> (24 - 8 * i));
	if (v4->ciaddr != NULL)
		memcpy(out + 12, addr_of(v4->ciaddr).octets, 4);
	if (v4->yiaddr != NULL)
		memcpy(out + 16, addr_of(v4->yiaddr).octets, 4);
	out[28] = 2;
	out[33] = v4->hw;
	memcpy(out + 236, cookie, 4);
	out[len++] = 53;
	out[len++] = 1;
	out[len++] = v4->type;
	len += put_addrs(out + len, 54, v4->server);
	len += put_addrs(out + len, 6, v4->dns);
	if (v4->domain != NULL) {
		out[len++] = 15;
		out[len++] = (uint8_t)strlen(v4->domain);
		memcpy(out + len, v4->domain, strlen(v4->domain));
		len += strlen(v4->domain);
	}
	if (v4->lease_s != 0) {
		out[len++] = 51;
		out[len++] = 4;
		for (unsigned i = 0; i < 4; i++)
			out[len++] = (uint8_t)(v4->lease_s >> (24 - 8 * i));
	}
	out[len++] = 255;
	return len < 300 ? 300 : len;
}

/* The machine's client on the link asks. */
static inline bool
ask4(uint32_t ifindex, struct v4 v4)
{
	struct dgram ends = {
		v4.source != NULL ? v4.source : "0.0.0.0",
		v4.destination != NULL ? v4.destination : "255.255.255.255",
		v4.from != 0 ? v4.from : 68, v4.to != 0 ? v4.to : 67,
	};
	uint8_t bytes[600];
	size_t len;

	if (v4.hw == 0)
		v4.hw = (uint8_t)ifindex;
	len = make4(&v4, true, bytes);
	return carry(ifindex, true, ends, bytes, len);
}

/* A server answers. */
static inline bool
tell4(uint32_t ifindex, struct v4 v4)
{
	struct dgram ends = {
		v4.source != NULL ? v4.source : "192.0.2.1",
		v4.destination != NULL ? v4.destination : "255.255.255.255",
		v4.from != 0 ? v4.from : 67, v4.to != 0 ? v4.to : 68,
	};
	uint8_t bytes[600];
	size_t len;

	if (v4.hw == 0)
		v4.hw = (uint8_t)ifindex;
	if (v4.type == 0)
		v4.type = DHCP4_ACK;
	len = make4(&v4, false, bytes);
	return carry(ifindex, false, ends, bytes, len);
}

/* A DHCPv6 message: DUIDs as text. */
struct v6 {
	uint8_t type;
	uint32_t xid;
	const char *client, *server;
	const struct dhcp6_duid *duid; /* instead of client */
	const char *dns;
	const char *address;      /* in an IA_NA */
	uint32_t valid_s;
	uint32_t refresh_s;       /* option 32 */
	uint32_t max_rt_s;        /* option 83 */
	uint16_t status;
	uint16_t from, to;
};

static inline size_t
put6(uint8_t *at, uint16_t code, const void *value, size_t len)
{
	at[0] = (uint8_t)(code >> 8);
	at[1] = (uint8_t)code;
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
	memcpy(at + 4, value, len);
	return 4 + len;
}

static inline void
put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline size_t
put6_ia(uint8_t *at, const struct v6 *v6)
{
	struct addr addr = addr_of(v6->address);
	uint8_t ia[40] = {0}, value[24];

	memcpy(value, addr.octets, 16);
	put32(value + 16, v6->valid_s);
	put32(value + 20, v6->valid_s);
	return put6(at, 3, ia, 12 + put6(ia + 12, 5, value, 24));
}

static inline size_t
make6(const struct v6 *v6, uint8_t out[600])
{
	struct endpoint list[16];
	uint8_t value[256];
	size_t len = 4, count = v6->dns == NULL ? 0 : servers_of(list, 16, v6->dns);

	put32(out, v6->xid);
	out[0] = v6->type;
	if (v6->duid != NULL)
		len += put6(out + len, 1, v6->duid->octets, v6->duid->len);
	else if (v6->client != NULL)
		len += put6(out + len, 1, v6->client, strlen(v6->client));
	if (v6->server != NULL)
		len += put6(out + len, 2, v6->server, strlen(v6->server));
	if (v6->address != NULL)
		len += put6_ia(out + len, v6);
	if (v6->status != 0) {
		value[0] = 0;
		value[1] = (uint8_t)v6->status;
		len += put6(out + len, 13, value, 2);
	}
	for (size_t i = 0; i < count; i++)
		memcpy(value + 16 * i, list[i].addr.octets, 16);
	if (count > 0)
		len += put6(out + len, 23, value, 16 * count);
	put32(value, v6->refresh_s);
	if (v6->refresh_s != 0)
		len += put6(out + len, 32, value, 4);
	put32(value, v6->max_rt_s);
	if (v6->max_rt_s != 0)
		len += put6(out + len, 83, value, 4);
	return len;
}

static inline bool
ask6(uint32_t ifindex, struct v6 v6)
{
	struct dgram ends = {"fe80::2", "ff02::1:2", 546, 547};
	uint8_t bytes[600];
	size_t len = make6(&v6, bytes);

	return carry(ifindex, true, ends, bytes, len);
}

static inline bool
tell6(uint32_t ifindex, struct v6 v6)
{
	struct dgram ends = {"fe80::1", "fe80::2", v6.from != 0 ? v6.from : 547,
		v6.to != 0 ? v6.to : 546};
	uint8_t bytes[600];
	size_t len;

	if (v6.type == 0)
		v6.type = DHCP6_REPLY;
	len = make6(&v6, bytes);
	return carry(ifindex, false, ends, bytes, len);
}

#endif
