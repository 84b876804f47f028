/*
 * sim_net: datagrams, connections and lookups.
 *
 * A datagram leaves, may be lost, doubled or late; the server handles it when it
 * arrives; the answer takes the same way back.  A connection takes one round trip more
 * and loses nothing, only time.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/wire.h"

#include "sim_monitor.h"
#include "sim_net.h"
#include "sim_socket.h"
#include "sim_world.h"

#define TCP_CONNECT_US CLOCK_S(3) /* the shell's bound (event.h) */
#define TCP_AGAIN_US CLOCK_S(1)   /* a lost segment costs that much */

/* Bytes on their way. */
struct parcel {
	struct sim_world *world;
	uint64_t epoch;
	size_t socket;     /* means nothing in a later run */
	struct sim_server *server;
	bool tcp;
	enum fault fault;  /* FAULT_NONE: bytes */
	size_t len;
	uint8_t bytes[];
};

struct transfer {
	struct sim_world *world;
	const struct sim_zone *from;
	struct sim_zone *to;
};

static void trace_sent(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg);
static void send_datagram(struct sim_world *world, size_t socket);
static void send_stream(struct sim_world *world, size_t socket);
static struct parcel *pack(struct sim_world *world, size_t socket, const uint8_t *bytes,
    size_t len);
static void post_fault(struct sim_world *world, size_t socket, enum fault fault,
    int64_t in_us);
static void arrive(void *subject, uint64_t number);
static void count(struct sim_load *load, const struct parcel *parcel, int64_t now_us);
static size_t serve(struct sim_world *world, const struct parcel *parcel,
    uint8_t *reply, size_t cap);
static bool is_again(struct sim_world *world, const struct parcel *parcel);
static void send_back(struct sim_world *world, const struct parcel *asked,
    const uint8_t *reply, size_t len);
static bool is_answer_lost(struct sim_world *world, struct sim_socket *socket);
static void deliver(void *subject, uint64_t number);
static bool is_no(const uint8_t *answer);
static void trace_answer(struct sim_world *world, const struct sim_socket *socket,
    const struct parcel *parcel);
static void copy_zone(void *subject, uint64_t number);
static int64_t way_us(struct sim_world *world, const struct sim_server *server);
static bool chance(struct sim_world *world, unsigned percent);

void
sim_net_send(struct sim_world *world, const struct effect *effect)
{
	size_t socket = sim_socket_open(world, effect);
	struct sim_msg msg;

	if (!sim_msg_read(&msg, effect->bytes, effect->len)) {
		sim_fail(world, "a malformed message was sent");
	} else {
		sim_socket_at(world, socket)->is_update = msg.opcode == SIM_OPCODE_UPDATE;
		sim_unsettle(world, effect->bytes, effect->len);
		trace_sent(world, sim_socket_at(world, socket), &msg);
		sim_monitor_sent(world, sim_socket_at(world, socket), &msg);
	}
	sim_msg_free(&msg);
	if (world->no_sockets)
		post_fault(world, socket, FAULT_SEND, 0);
	else if (effect->tcp)
		send_stream(world, socket);
	else
		send_datagram(world, socket);
}

void
sim_net_lookup(struct sim_world *world, const struct effect *effect)
{
	size_t socket = sim_socket_open(world, effect);
	struct sim_socket *s = sim_socket_at(world, socket);
	struct name name = sim_name(effect->qname);
	uint8_t query[WIRE_HEADER_LEN + NAME_WIRE_MAX + 4];
	struct sim_msg msg;
	bool read;

	s->lookup = true;
	s->len = wire_query(query, sizeof(query), rng_u16(&world->rng), &name,
	    effect->qtype, true);
	s->asked = mem_copy(query, s->len);
	read = sim_msg_read(&msg, query, s->len);
	assert(read);
	(void)read;
	world->counts.lookups++;
	trace_sent(world, s, &msg);
	sim_monitor_sent(world, s, &msg);
	sim_msg_free(&msg);
	if (effect->timeout_us <= 0)
		sim_fail(world, "a lookup without a timeout");
	if (world->no_sockets) {
		post_fault(world, socket, FAULT_SEND, 0);
		return;
	}
	post_fault(world, socket, FAULT_TIMEOUT, effect->timeout_us);
	send_datagram(world, socket);
}

void
sim_net_transfer(struct sim_world *world, const struct sim_zone *zone)
{
	for (size_t i = 0; i < world->server_count; i++) {
		const struct sim_server *server = world->servers[i];

		for (size_t k = 0; k < server->served_count; k++) {
			struct transfer *transfer;

			if (server->served[k].primary != zone)
				continue;
			transfer = mem_zero(1, sizeof(*transfer));
			*transfer = (struct transfer){ .world = world, .from = zone,
				.to = server->served[k].zone };
			sim_clock_at_owned(world->clock, world->clock->now_us +
			    server->served[k].lag_us, copy_zone, transfer, 0);
		}
	}
}

static void
trace_sent(struct sim_world *world, const struct sim_socket *socket,
    const struct sim_msg *msg)
{
	struct strbuf line = { 0 };
	char server[ENDPOINT_TEXT_MAX];

	sim_msg_print(msg, &line);
	sim_trace(world, "%s %s%s %s", socket->lookup ? "?" : ">",
	    endpoint_format(&socket->to, server), socket->tcp ? "/tcp" : "",
	    strbuf_text(&line));
	strbuf_free(&line);
}

static void
send_datagram(struct sim_world *world, size_t socket)
{
	const struct sim_socket *s = sim_socket_at(world, socket);
	const struct sim_server *server = s->server;
	int64_t now_us = world->clock->now_us;

	if (server == NULL)
		return;
	if (server->unreachable) {
		post_fault(world, socket, FAULT_PORT_UNREACHABLE, 2 * server->delay_us);
		return;
	}
	if (!chance(world, server->loss_percent))
		sim_clock_at_owned(world->clock, now_us + way_us(world, server),
		    arrive, pack(world, socket, s->asked, s->len), 0);
	if (chance(world, server->copy_percent))
		sim_clock_at_owned(world->clock, now_us + way_us(world, server) +
		    (int64_t)rng_below(&world->rng, (uint64_t)server->copy_late_us + 1),
		    arrive, pack(world, socket, s->asked, s->len), 0);
}

static void
send_stream(struct sim_world *world, size_t socket)
{
	const struct sim_socket *s = sim_socket_at(world, socket);
	const struct sim_server *server = s->server;
	int64_t in_us;

	if (server == NULL || server->tcp_stalls || server->silent) {
		post_fault(world, socket, FAULT_TIMEOUT, TCP_CONNECT_US);
		return;
	}
	if (server->unreachable || server->tcp_refused) {
		post_fault(world, socket, FAULT_CONNECT, 2 * server->delay_us);
		return;
	}
	in_us = 2 * server->delay_us + way_us(world, server);
	for (int tries = 0; tries < 3 && chance(world, server->loss_percent); tries++)
		in_us += TCP_AGAIN_US;
	sim_clock_at_owned(world->clock, world->clock->now_us + in_us, arrive,
	    pack(world, socket, s->asked, s->len), 0);
}

static struct parcel *
pack(struct sim_world *world, size_t socket, const uint8_t *bytes, size_t len)
{
	struct parcel *parcel = mem_zero(1, sizeof(*parcel) + len);

	*parcel = (struct parcel){ .world = world, .epoch = world->epoch,
		.socket = socket, .server = sim_socket_at(world, socket)->server,
		.tcp = sim_socket_at(world, socket)->tcp, .len = len };
	if (len > 0)
		memcpy(parcel->bytes, bytes, len);
	return parcel;
}

static void
post_fault(struct sim_world *world, size_t socket, enum fault fault, int64_t in_us)
{
	struct parcel *parcel = pack(world, socket, NULL, 0);

	parcel->fault = fault;
	sim_clock_at_owned(world->clock, world->clock->now_us + in_us, deliver, parcel,
	    0);
}

/*
 * A message reaches its server, also when the client is dead by then: only the answer
 * needs a socket to come back to.
 */
static void
arrive(void *subject, uint64_t number)
{
	const struct parcel *parcel = subject;
	struct sim_world *world = parcel->world;
	uint8_t *reply;
	size_t len;

	(void)number;
	if (parcel->server == NULL || parcel->server->silent)
		return;
	if (parcel->server->load != NULL)
		count(parcel->server->load, parcel, world->clock->now_us);
	reply = mem_zero(1, WIRE_MESSAGE_MAX);
	len = serve(world, parcel, reply, WIRE_MESSAGE_MAX);
	if (parcel->epoch == world->epoch && len > 0)
		send_back(world, parcel, reply, len);
	free(reply);
}

static void
count(struct sim_load *load, const struct parcel *parcel, int64_t now_us)
{
	if (load->second != now_us / CLOCK_S(1))
		load->in_second = 0;
	load->second = now_us / CLOCK_S(1);
	if (++load->in_second > load->peak)
		load->peak = load->in_second;
	load->updates += (parcel->bytes[2] >> 3 & 0xf) == SIM_OPCODE_UPDATE;
}

static size_t
serve(struct sim_world *world, const struct parcel *parcel, uint8_t *reply, size_t cap)
{
	struct sim_realm realm = { world->zones, world->zone_count };
	struct sim_deed deed;
	struct sim_msg msg;
	size_t len;
	bool read = sim_msg_read(&msg, parcel->bytes, parcel->len);

	if (read && msg.opcode == SIM_OPCODE_UPDATE && world->before_update != NULL)
		world->before_update(world);
	len = sim_server_handle(parcel->server, &realm, parcel->bytes, parcel->len,
	    parcel->tcp, reply, cap, &deed);
	deed.late = parcel->epoch != world->epoch;
	deed.again = is_again(world, parcel);
	if (deed.zone != NULL)
		sim_monitor_done(world, &msg, &deed);
	if (deed.changed) {
		sim_settle(world, parcel->bytes, parcel->len);
		sim_net_transfer(world, deed.zone);
		sim_monitor_changed(world);
	}
	sim_rrs_free(&deed.before);
	sim_msg_free(&msg);
	return len;
}

/*
 * Is the UPDATE settled, and the run that sent it over?  Some settle it at once
 * (sim_monitor_denied()); in the daemon's long run it is over with its conversation.
 */
static bool
is_again(struct sim_world *world, const struct parcel *parcel)
{
	const struct sim_socket *socket;

	if (parcel->epoch == world->epoch && !world->finished) {
		socket = sim_socket_at(world, parcel->socket);
		if (!socket->denied && (world->mode != ENGINE_DAEMON || socket->open))
			return false;
	}
	return sim_is_settled(world, parcel->bytes, parcel->len);
}

static void
send_back(struct sim_world *world, const struct parcel *asked, const uint8_t *reply,
    size_t len)
{
	struct sim_socket *socket = sim_socket_at(world, asked->socket);
	const struct sim_server *server = socket->server;
	int64_t now_us = world->clock->now_us;

	if (socket->tcp && server->tcp_cuts) {
		post_fault(world, asked->socket, FAULT_RESET, server->delay_us);
		return;
	}
	if (!is_answer_lost(world, socket))
		sim_clock_at_owned(world->clock, now_us + way_us(world, server),
		    deliver, pack(world, asked->socket, reply, len), 0);
	if (!socket->tcp && chance(world, server->copy_percent))
		sim_clock_at_owned(world->clock, now_us + way_us(world, server),
		    deliver, pack(world, asked->socket, reply, len), 0);
}

static bool
is_answer_lost(struct sim_world *world, struct sim_socket *socket)
{
	if (socket->is_update && socket->server->answers_to_lose > 0) {
		socket->server->answers_to_lose--;
		sim_trace(world, "# the answer to the UPDATE is lost");
		return true;
	}
	return !socket->tcp && chance(world, socket->server->loss_percent);
}

/* An answer or a fault reaches the engine, if it still listens. */
static void
deliver(void *subject, uint64_t number)
{
	const struct parcel *parcel = subject;
	struct sim_world *world = parcel->world;
	struct sim_socket *socket;
	struct event event = { .kind = EVENT_ANSWER, .bytes = parcel->bytes,
		.len = parcel->len };

	(void)number;
	if (parcel->epoch != world->epoch || world->finished)
		return;
	socket = sim_socket_at(world, parcel->socket);
	if (!socket->open)
		return;
	if (parcel->fault != FAULT_NONE) {
		event = (struct event){ .kind = EVENT_FAULT, .fault = parcel->fault };
		socket->open = false;
	}
	if (socket->lookup)
		socket->open = false;
	socket->answered = true;
	if (socket->is_update && event.kind == EVENT_ANSWER && is_no(event.bytes)) {
		sim_settle(world, socket->asked, socket->len);
		socket->denied = sim_monitor_denied(world, socket,
		    event.bytes[3] & 0x0f);
	}
	event.id = socket->id;
	trace_answer(world, socket, parcel);
	sim_step(world, &event);
}

/* Does the answer say that nothing was applied, then? */
static bool
is_no(const uint8_t *answer)
{
	unsigned rcode = answer[3] & 0x0f;

	return rcode != RCODE_NOERROR;
}

static void
trace_answer(struct sim_world *world, const struct sim_socket *socket,
    const struct parcel *parcel)
{
	struct strbuf line = { 0 };
	char server[ENDPOINT_TEXT_MAX];
	struct sim_msg msg = { 0 };

	if (parcel->fault != FAULT_NONE)
		strbuf_add(&line, fault_text(parcel->fault));
	else if (sim_msg_read(&msg, parcel->bytes, parcel->len))
		sim_msg_print(&msg, &line);
	sim_trace(world, "< %s%s %s", endpoint_format(&socket->to, server),
	    socket->tcp ? "/tcp" : "", strbuf_text(&line));
	sim_msg_free(&msg);
	strbuf_free(&line);
}

static void
copy_zone(void *subject, uint64_t number)
{
	const struct transfer *transfer = subject;

	(void)number;
	sim_zone_copy(transfer->to, transfer->from);
}

static int64_t
way_us(struct sim_world *world, const struct sim_server *server)
{
	if (server->jitter_us == 0)
		return server->delay_us;
	return server->delay_us +
	    (int64_t)rng_below(&world->rng, (uint64_t)server->jitter_us);
}

static bool
chance(struct sim_world *world, unsigned percent)
{
	return percent > 0 && rng_below(&world->rng, 100) < percent;
}
