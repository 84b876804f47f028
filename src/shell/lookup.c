/*
 * lookup: questions to a resolving server by c-ares.
 *
 * c-ares has no servers, search domains or options of its own here: a channel is made
 * for each server and timeout, with that server alone, so that none of the machine's
 * files is read and failover stays with the core.  Its sockets are uvx_socket()'s, that
 * knows of interfaces and scopes; its readiness comes from uv_poll, its timeouts from
 * one uv_timer a channel.
 *
 * c-ares may answer before the asking call has returned; posting only queues, so that
 * is no special case.  An ended question stays with c-ares until its channel lets it
 * go, its result is then dropped.
 */
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/lookup.h"

#define CHANNELS_MAX 64 /* beyond it idle ones go */

struct channel {
	struct uvx_owner owner;
	struct lookup *lookup;
	struct channel *next;
	struct endpoint server;
	int timeout_ms;
	ares_channel ares;
	uv_timer_t timer;
	size_t pending;               /* questions that c-ares holds */
	struct sockaddr_storage addr; /* where its sockets connect to */
	socklen_t addr_len;
	int error;                    /* of its socket: a negative errno; 0: none */
};

/* The watch over one socket of c-ares. */
struct watch {
	struct uvx_owner owner;
	struct lookup *lookup;
	struct channel *channel; /* may be gone once the watch is closed */
	struct watch *next;
	ares_socket_t fd;
	uv_poll_t poll;
};

struct question {
	struct question *next;
	struct channel *channel;
	uint64_t id;
	bool ended;
};

/* Handles outlive lookup_close(): the struct goes with the last channel or watch. */
struct lookup {
	struct uvx *uvx;
	struct channel *channels;
	size_t channel_count;
	struct question *questions; /* as many as the core has in flight */
	struct watch *watches;
	size_t unreleased;
	bool closed;
};

static struct channel *find_channel(struct lookup *lookup,
    const struct endpoint *server, int timeout_ms);
static void drop_idle_channels(struct lookup *lookup);
static struct channel *open_channel(struct lookup *lookup,
    const struct endpoint *server, int timeout_ms);
static int init_ares(struct channel *channel);
static int set_server(struct channel *channel);
static void close_channel(struct channel *channel);
static void release_channel(struct uvx_owner *owner);
static void unreleased_one_less(struct lookup *lookup);
static struct question *add_question(struct channel *channel, uint64_t id);
static void on_question_answered(void *arg, int status, int timeouts,
    unsigned char *bytes, int len);
static void remove_question(struct question *question);
static enum fault ares_fault(const struct channel *channel, int status);
static void arm(struct channel *channel);
static void on_channel_timeout(uv_timer_t *timer);
static void on_socket_state(void *arg, ares_socket_t fd, int readable, int writable);
static struct watch **find_watch(struct lookup *lookup, ares_socket_t fd);
static struct watch *add_watch(struct channel *channel, ares_socket_t fd);
static void release_watch(struct uvx_owner *owner);
static void on_socket_ready(uv_poll_t *poll, int status, int events);
static ares_socket_t open_socket(int family, int type, int protocol, void *arg);
static int close_socket(ares_socket_t fd, void *arg);
static int connect_socket(ares_socket_t fd, const struct sockaddr *addr,
    ares_socklen_t len, void *arg);
static ares_ssize_t receive(ares_socket_t fd, void *bytes, size_t len, int flags,
    struct sockaddr *from, ares_socklen_t *from_len, void *arg);
static ares_ssize_t send_vector(ares_socket_t fd, const struct iovec *vector, int count,
    void *arg);

struct lookup *
lookup_new(struct uvx *uvx)
{
	struct lookup *lookup = mem_zero(1, sizeof(*lookup));

	lookup->uvx = uvx;
	return lookup;
}

void
lookup_ask(struct lookup *lookup, const struct effect *effect)
{
	int64_t timeout_ms = (effect->timeout_us + 999) / 1000;
	struct channel *channel;

	assert(timeout_ms > 0 && timeout_ms <= INT32_MAX);
	channel = find_channel(lookup, &effect->server, (int)timeout_ms);
	if (channel == NULL) {
		uvx_post_fault(lookup->uvx, effect->id, FAULT_SEND);
		return;
	}
	ares_query(channel->ares, effect->qname, ns_c_in, effect->qtype,
	    on_question_answered, add_question(channel, effect->id));
	arm(channel);
}

void
lookup_end(struct lookup *lookup, uint64_t id)
{
	for (struct question *question = lookup->questions; question != NULL;
	     question = question->next)
		if (question->id == id)
			question->ended = true;
}

void
lookup_close(struct lookup *lookup)
{
	for (struct question *question = lookup->questions; question != NULL;
	     question = question->next)
		question->ended = true;
	while (lookup->channels != NULL)
		close_channel(lookup->channels);
	lookup->closed = true;
	if (lookup->unreleased == 0)
		free(lookup);
}

/* A channel whose first socket could not be made is as good as any other later. */
static struct channel *
find_channel(struct lookup *lookup, const struct endpoint *server, int timeout_ms)
{
	for (struct channel *channel = lookup->channels; channel != NULL;
	     channel = channel->next)
		if (channel->timeout_ms == timeout_ms &&
		    endpoint_equal(&channel->server, server))
			return channel;
	if (lookup->channel_count >= CHANNELS_MAX)
		drop_idle_channels(lookup);
	return open_channel(lookup, server, timeout_ms);
}

static void
drop_idle_channels(struct lookup *lookup)
{
	struct channel *channel, *next;

	for (channel = lookup->channels; channel != NULL; channel = next) {
		next = channel->next;
		if (channel->pending == 0)
			close_channel(channel);
	}
}

static struct channel *
open_channel(struct lookup *lookup, const struct endpoint *server, int timeout_ms)
{
	struct channel *channel = mem_zero(1, sizeof(*channel));

	channel->owner.release = release_channel;
	channel->lookup = lookup;
	channel->server = *server;
	channel->timeout_ms = timeout_ms;
	if (init_ares(channel) != ARES_SUCCESS) {
		free(channel);
		return NULL;
	}
	uv_timer_init(lookup->uvx->loop, &channel->timer);
	uvx_own(&channel->owner, UVX_HANDLE(&channel->timer));
	channel->next = lookup->channels;
	lookup->channels = channel;
	lookup->channel_count++;
	lookup->unreleased++;
	return channel;
}

/*
 * Every option that c-ares 1.18 would look for in resolv.conf, nsswitch.conf or
 * host.conf is given, if only as empty: then it opens none of them.
 */
static int
init_ares(struct channel *channel)
{
	static const struct ares_socket_functions sockets = {
		open_socket, close_socket, connect_socket, receive, send_vector,
	};
	static char lookups[] = "b";
	struct ares_options options = {
		.flags = ARES_FLAG_NOCHECKRESP,
		.timeout = channel->timeout_ms,
		.tries = 1,
		.ndots = 1,
		.lookups = lookups,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = channel,
	};
	int status;

	status = ares_init_options(&channel->ares, &options,
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
		ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
		ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE);
	if (status != ARES_SUCCESS)
		return status;
	ares_set_socket_functions(channel->ares, &sockets, channel);
	status = set_server(channel);
	if (status != ARES_SUCCESS)
		ares_destroy(channel->ares);
	return status;
}

static int
set_server(struct channel *channel)
{
	const struct endpoint *server = &channel->server;
	struct ares_addr_port_node node = {
		.family = server->addr.family == FAMILY_IPV6 ? AF_INET6 : AF_INET,
		.udp_port = server->port,
		.tcp_port = server->port,
	};

	memcpy(&node.addr, server->addr.octets, addr_len(&server->addr));
	return ares_set_servers_ports(channel->ares, &node);
}

/* Its questions come back from ares_destroy() and go. */
static void
close_channel(struct channel *channel)
{
	struct channel **link = &channel->lookup->channels;

	while (*link != channel)
		link = &(*link)->next;
	*link = channel->next;
	channel->lookup->channel_count--;
	ares_destroy(channel->ares);
	assert(channel->pending == 0);
	uvx_close(UVX_HANDLE(&channel->timer));
}

static void
release_channel(struct uvx_owner *owner)
{
	struct channel *channel = (struct channel *)owner;

	unreleased_one_less(channel->lookup);
	free(channel);
}

static void
unreleased_one_less(struct lookup *lookup)
{
	assert(lookup->unreleased > 0);
	if (--lookup->unreleased == 0 && lookup->closed)
		free(lookup);
}

static struct question *
add_question(struct channel *channel, uint64_t id)
{
	struct question *question = mem_zero(1, sizeof(*question));

	question->channel = channel;
	question->id = id;
	question->next = channel->lookup->questions;
	channel->lookup->questions = question;
	channel->pending++;
	return question;
}

/* A negative answer comes with a status and the message: the message counts. */
static void
on_question_answered(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question *question = arg;
	struct channel *channel = question->channel;
	struct uvx *uvx = channel->lookup->uvx;

	(void)timeouts;
	if (!question->ended && bytes != NULL)
		uvx_post_answer(uvx, question->id, bytes, (size_t)len, -1);
	else if (!question->ended)
		uvx_post_fault(uvx, question->id, ares_fault(channel, status));
	remove_question(question);
}

static void
remove_question(struct question *question)
{
	struct question **link = &question->channel->lookup->questions;

	while (*link != question)
		link = &(*link)->next;
	*link = question->next;
	question->channel->pending--;
	free(question);
}

/* c-ares says "refused" to everything that befalls a socket: we know better. */
static enum fault
ares_fault(const struct channel *channel, int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return FAULT_TIMEOUT;
	case ARES_ECONNREFUSED:
		return channel->error != 0 ? uvx_fault(channel->error) : FAULT_RESET;
	case ARES_EBADNAME:
		return FAULT_NAME_WIRE;
	case ARES_EBADRESP:
		return FAULT_MSG_MALFORMED;
	default:
		return FAULT_SEND;
	}
}

static void
arm(struct channel *channel)
{
	struct timeval room, *left = ares_timeout(channel->ares, NULL, &room);
	int64_t at_us = CLOCK_NEVER;

	if (left != NULL)
		at_us = uvx_now_us() + CLOCK_S(left->tv_sec) + left->tv_usec;
	uvx_timer_at(&channel->timer, on_channel_timeout, at_us);
}

static void
on_channel_timeout(uv_timer_t *timer)
{
	struct channel *channel = timer->data;

	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	arm(channel);
}

/* Neither readable nor writable: c-ares is about to close the socket. */
static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	struct watch **link = find_watch(channel->lookup, fd);
	struct watch *watch = *link;
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (events != 0) {
		watch = watch != NULL ? watch : add_watch(channel, fd);
		if (watch != NULL)
			uv_poll_start(&watch->poll, events, on_socket_ready);
	} else if (watch != NULL) {
		*link = watch->next;
		uvx_close(UVX_HANDLE(&watch->poll));
	}
}

/* Where the watch hangs, or where a new one would. */
static struct watch **
find_watch(struct lookup *lookup, ares_socket_t fd)
{
	struct watch **link = &lookup->watches;

	while (*link != NULL && (*link)->fd != fd)
		link = &(*link)->next;
	return link;
}

/* NULL: the kernel cannot watch one more; the question then ends by its timeout. */
static struct watch *
add_watch(struct channel *channel, ares_socket_t fd)
{
	struct watch *watch = mem_zero(1, sizeof(*watch));

	if (uv_poll_init(channel->lookup->uvx->loop, &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	watch->owner.release = release_watch;
	watch->lookup = channel->lookup;
	watch->channel = channel;
	watch->fd = fd;
	uvx_own(&watch->owner, UVX_HANDLE(&watch->poll));
	watch->next = channel->lookup->watches;
	channel->lookup->watches = watch;
	channel->lookup->unreleased++;
	return watch;
}

static void
release_watch(struct uvx_owner *owner)
{
	struct watch *watch = (struct watch *)owner;

	unreleased_one_less(watch->lookup);
	free(watch);
}

/* A socket with an error (uv has then stopped its watch): reading it tells c-ares. */
static void
on_socket_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct channel *channel = watch->channel;
	bool reads = status < 0 || (events & UV_READABLE) != 0;
	bool writes = status == 0 && (events & UV_WRITABLE) != 0;

	ares_process_fd(channel->ares, reads ? watch->fd : ARES_SOCKET_BAD,
	    writes ? watch->fd : ARES_SOCKET_BAD);
	arm(channel);
}

static ares_socket_t
open_socket(int family, int type, int protocol, void *arg)
{
	struct channel *channel = arg;
	int fd = uvx_socket(&channel->server, type, &channel->addr, &channel->addr_len);

	(void)family;
	(void)protocol;
	channel->error = fd < 0 ? fd : 0;
	errno = -channel->error;
	return fd < 0 ? ARES_SOCKET_BAD : fd;
}

static int
close_socket(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

/* c-ares knows no scopes: uvx_socket() has said where to. */
static int
connect_socket(ares_socket_t fd, const struct sockaddr *addr, ares_socklen_t len,
    void *arg)
{
	struct channel *channel = arg;
	int result;

	(void)addr;
	(void)len;
	result = connect(fd, (struct sockaddr *)&channel->addr, channel->addr_len);
	if (result == -1 && errno != EINPROGRESS)
		channel->error = -errno;
	return result;
}

/* An error that send_vector() met ends the other questions on that socket as well. */
static ares_ssize_t
receive(ares_socket_t fd, void *bytes, size_t len, int flags, struct sockaddr *from,
    ares_socklen_t *from_len, void *arg)
{
	struct channel *channel = arg;
	ssize_t got = recvfrom(fd, bytes, len, flags, from, from_len);

	if (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
		channel->error = -errno;
	else if (got == -1 && channel->error != 0)
		errno = -channel->error;
	return got;
}

static ares_ssize_t
send_vector(ares_socket_t fd, const struct iovec *vector, int count, void *arg)
{
	struct channel *channel = arg;
	struct msghdr message = {
		.msg_iov = (struct iovec *)vector,
		.msg_iovlen = (size_t)count,
	};
	ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

	if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
		channel->error = -errno;
	return sent;
}
