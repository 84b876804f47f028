/*
 * exchange: messages to servers and what comes back, over UDP and TCP.
 *
 * UDP: a fresh connected socket for each message, so that the port is new and the
 * kernel drops what others send; it hears until it is closed.  TCP: connect, write
 * length and message, then cut what arrives, in whatever pieces, into frames.
 *
 * A conversation that fails says so once and is gone.  A datagram that the machine
 * itself drops for want of buffers is lost like any other: the core asks again.
 */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/exchange.h"

#define CONNECT_TIMEOUT_US CLOCK_S(3) /* protocol.md 4 */
#define PREFIX_LEN 2                  /* RFC 1035 4.2.2 */
#define INPUT_LEN 65536               /* holds any datagram */

/* One message and its answers. */
struct talk {
	struct uvx_owner owner;
	struct exchange *exchange;
	struct talk *next, *prev;
	uint64_t id;
	union {
		uv_udp_t udp;
		uv_tcp_t tcp;
	};
	bool is_tcp;
	/* TCP only */
	uv_timer_t timer;
	uv_connect_t connect;
	uv_write_t write;
	uint8_t *output;  /* prefix and message */
	size_t output_len;
	uint8_t *frame;   /* prefix and message as far as they came */
	size_t frame_len;
	size_t frame_cap;
};

/* Handles outlive exchange_close(): the struct goes with the last talk. */
struct exchange {
	struct uvx *uvx;
	struct talk *talks;  /* open ones: as many as the core has messages in flight */
	size_t unreleased;
	bool closed;
	char input[INPUT_LEN]; /* filled and emptied within one callback */
};

static struct talk *add_talk(struct exchange *exchange, const struct effect *effect);
static void end_talk(struct talk *talk);
static void fail(struct talk *talk, enum fault fault);
static void release_talk(struct uvx_owner *owner);
static void on_talk_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf);
static enum fault start_udp(struct talk *talk, const struct effect *effect);
static enum fault send_datagram(struct talk *talk, const struct effect *effect);
static void on_udp_read(uv_udp_t *udp, ssize_t got, const uv_buf_t *buf,
    const struct sockaddr *from, unsigned flags);
static int talk_fd(const struct talk *talk);
static enum fault start_tcp(struct talk *talk, const struct effect *effect);
static void frame_output(struct talk *talk, const struct effect *effect);
static void on_tcp_connect_timeout(uv_timer_t *timer);
static void on_tcp_connect(uv_connect_t *connect, int status);
static void on_tcp_written(uv_write_t *write, int status);
static void on_tcp_read(uv_stream_t *tcp, ssize_t got, const uv_buf_t *buf);
static void take_bytes(struct talk *talk, const uint8_t *bytes, size_t len);
static size_t frame_need(const struct talk *talk);
static enum fault tcp_fault(ssize_t error);

struct exchange *
exchange_new(struct uvx *uvx)
{
	struct exchange *exchange =
	    mem_zero_head(sizeof(*exchange), offsetof(struct exchange, input));

	exchange->uvx = uvx;
	return exchange;
}

void
exchange_send(struct exchange *exchange, const struct effect *effect)
{
	struct talk *talk = add_talk(exchange, effect);
	enum fault fault;

	fault = effect->tcp ? start_tcp(talk, effect) : start_udp(talk, effect);
	if (fault != FAULT_NONE)
		fail(talk, fault);
}

void
exchange_end(struct exchange *exchange, uint64_t id)
{
	for (struct talk *talk = exchange->talks; talk != NULL; talk = talk->next)
		if (talk->id == id) {
			end_talk(talk);
			return;
		}
}

void
exchange_close(struct exchange *exchange)
{
	while (exchange->talks != NULL)
		end_talk(exchange->talks);
	exchange->closed = true;
	if (exchange->unreleased == 0)
		free(exchange);
}

static struct talk *
add_talk(struct exchange *exchange, const struct effect *effect)
{
	struct talk *talk = mem_zero(1, sizeof(*talk));
	uv_loop_t *loop = exchange->uvx->loop;

	talk->owner.release = release_talk;
	talk->exchange = exchange;
	talk->id = effect->id;
	talk->is_tcp = effect->tcp;
	if (talk->is_tcp) {
		uv_tcp_init(loop, &talk->tcp);
		uvx_own(&talk->owner, UVX_HANDLE(&talk->tcp));
		uv_timer_init(loop, &talk->timer);
		uvx_own(&talk->owner, UVX_HANDLE(&talk->timer));
	} else {
		uv_udp_init(loop, &talk->udp);
		uvx_own(&talk->owner, UVX_HANDLE(&talk->udp));
	}
	talk->next = exchange->talks;
	if (talk->next != NULL)
		talk->next->prev = talk;
	exchange->talks = talk;
	exchange->unreleased++;
	return talk;
}

/* Off the list, so nothing is posted any more; close callbacks do the rest. */
static void
end_talk(struct talk *talk)
{
	if (talk->next != NULL)
		talk->next->prev = talk->prev;
	if (talk->prev != NULL)
		talk->prev->next = talk->next;
	else
		talk->exchange->talks = talk->next;
	uvx_close(UVX_HANDLE(&talk->udp));
	if (talk->is_tcp)
		uvx_close(UVX_HANDLE(&talk->timer));
}

static void
fail(struct talk *talk, enum fault fault)
{
	uvx_post_fault(talk->exchange->uvx, talk->id, fault);
	end_talk(talk);
}

static void
release_talk(struct uvx_owner *owner)
{
	struct talk *talk = (struct talk *)owner;
	struct exchange *exchange = talk->exchange;

	free(talk->output);
	free(talk->frame);
	free(talk);
	if (--exchange->unreleased == 0 && exchange->closed)
		free(exchange);
}

static void
on_talk_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct talk *talk = handle->data;

	(void)size;
	*buf = uv_buf_init(talk->exchange->input, INPUT_LEN);
}

static enum fault
start_udp(struct talk *talk, const struct effect *effect)
{
	struct sockaddr_storage addr;
	socklen_t addr_len;
	int fd = uvx_socket(&effect->server, SOCK_DGRAM, &addr, &addr_len);
	int error = 0;

	if (fd < 0)
		return uvx_fault(fd);
	if (connect(fd, (struct sockaddr *)&addr, addr_len) == -1)
		error = -errno;
	else
		error = uv_udp_open(&talk->udp, fd);
	if (error == 0)
		return send_datagram(talk, effect);
	close(fd);
	return uvx_fault(error);
}

static enum fault
send_datagram(struct talk *talk, const struct effect *effect)
{
	uv_buf_t buf = uv_buf_init((char *)effect->bytes, (unsigned)effect->len);
	int sent = uv_udp_try_send(&talk->udp, &buf, 1, NULL);

	if (sent < 0 && sent != UV_EAGAIN && sent != UV_ENOBUFS)
		return uvx_fault(sent);
	uv_udp_recv_start(&talk->udp, on_talk_alloc, on_udp_read);
	return FAULT_NONE;
}

/* No sender, no bytes: nothing was there.  A sender alone: an empty datagram. */
static void
on_udp_read(uv_udp_t *udp, ssize_t got, const uv_buf_t *buf,
    const struct sockaddr *from, unsigned flags)
{
	struct talk *talk = udp->data;

	(void)flags;
	if (got < 0)
		fail(talk, uvx_fault((int)got));
	else if (from != NULL)
		uvx_post_answer(talk->exchange->uvx, talk->id, buf->base, (size_t)got,
		    talk_fd(talk));
}

static int
talk_fd(const struct talk *talk)
{
	const uv_handle_t *handle = talk->is_tcp ? (const uv_handle_t *)&talk->tcp :
	    (const uv_handle_t *)&talk->udp;
	uv_os_fd_t fd;

	return uv_fileno(handle, &fd) == 0 ? fd : -1;
}

static enum fault
start_tcp(struct talk *talk, const struct effect *effect)
{
	struct sockaddr_storage addr;
	socklen_t addr_len;
	int fd = uvx_socket(&effect->server, SOCK_STREAM, &addr, &addr_len);
	int error;

	if (fd < 0)
		return uvx_fault(fd);
	error = uv_tcp_open(&talk->tcp, fd);
	if (error != 0) {
		close(fd);
		return uvx_fault(error);
	}
	error = uv_tcp_connect(&talk->connect, &talk->tcp, (struct sockaddr *)&addr,
	    on_tcp_connect);
	if (error != 0)
		return tcp_fault(error);
	uvx_timer_at(&talk->timer, on_tcp_connect_timeout,
	    uvx_now_us() + CONNECT_TIMEOUT_US);
	frame_output(talk, effect);
	return FAULT_NONE;
}

/* Length and message in one piece: some servers want them in one segment. */
static void
frame_output(struct talk *talk, const struct effect *effect)
{
	assert(effect->len <= UINT16_MAX);
	talk->output_len = PREFIX_LEN + effect->len;
	talk->output = mem_zero(1, talk->output_len);
	talk->output[0] = (uint8_t)(effect->len >> 8);
	talk->output[1] = (uint8_t)effect->len;
	memcpy(talk->output + PREFIX_LEN, effect->bytes, effect->len);
}

static void
on_tcp_connect_timeout(uv_timer_t *timer)
{
	fail(timer->data, FAULT_TIMEOUT);
}

/* UV_ECANCELED, here and below: the talk was ended meanwhile. */
static void
on_tcp_connect(uv_connect_t *connect, int status)
{
	uv_stream_t *tcp = connect->handle;
	struct talk *talk = tcp->data;
	uv_buf_t buf = uv_buf_init((char *)talk->output, (unsigned)talk->output_len);

	if (status == UV_ECANCELED)
		return;
	uv_timer_stop(&talk->timer);
	if (status == 0)
		status = uv_read_start(tcp, on_talk_alloc, on_tcp_read);
	if (status == 0)
		status = uv_write(&talk->write, tcp, &buf, 1, on_tcp_written);
	if (status != 0)
		fail(talk, tcp_fault(status));
}

/* A failed write may be the echo of a failed read that has ended the talk already. */
static void
on_tcp_written(uv_write_t *write, int status)
{
	if (status < 0 && !uv_is_closing(UVX_HANDLE(write->handle)))
		fail(write->handle->data, tcp_fault(status));
}

static void
on_tcp_read(uv_stream_t *tcp, ssize_t got, const uv_buf_t *buf)
{
	struct talk *talk = tcp->data;

	if (got < 0)
		fail(talk, tcp_fault(got));
	else
		take_bytes(talk, (const uint8_t *)buf->base, (size_t)got);
}

/* Cut the stream into frames. */
static void
take_bytes(struct talk *talk, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t missing = frame_need(talk) - talk->frame_len;
		size_t take = len < missing ? len : missing;

		talk->frame = mem_grow(talk->frame, &talk->frame_cap,
		    talk->frame_len + take, 1);
		memcpy(talk->frame + talk->frame_len, bytes, take);
		talk->frame_len += take;
		bytes += take;
		len -= take;
		if (talk->frame_len < PREFIX_LEN || talk->frame_len < frame_need(talk))
			continue;
		uvx_post_answer(talk->exchange->uvx, talk->id, talk->frame + PREFIX_LEN,
		    talk->frame_len - PREFIX_LEN, talk_fd(talk));
		talk->frame_len = 0;
	}
}

/* How long the frame is, as far as it can be known yet. */
static size_t
frame_need(const struct talk *talk)
{
	if (talk->frame_len < PREFIX_LEN)
		return PREFIX_LEN;
	return PREFIX_LEN + ((size_t)talk->frame[0] << 8 | talk->frame[1]);
}

static enum fault
tcp_fault(ssize_t error)
{
	if (error == UV_ECONNREFUSED)
		return FAULT_CONNECT;
	if (error == UV_EOF)
		return FAULT_RESET;
	return uvx_fault((int)error);
}
