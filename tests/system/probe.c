/*
 * probe: the shells that DHCP facts come from, without anybody behind them.
 *
 * usage: probe leases | packets | routers | asks
 *
 * Prints what they post, one JSON object a line, after a line "ready".  `asks` reads
 * lines: "ask ID FROM SERVER#PORT INTERFACE HEX" and "close ID".  Ends when its input
 * does, everything closed.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/mem.h"
#include "shell/asker.h"
#include "shell/leasewatch.h"
#include "shell/ndmon.h"
#include "shell/packetwatch.h"

#define INPUT_LEN 8192

struct probe {
	struct uvx_owner owner;
	struct uvx uvx;
	uv_loop_t loop;
	uv_pipe_t input;
	struct leasewatch *leases;
	struct packetwatch *packets;
	struct packet_socket socket;
	struct ndmon *nd;
	struct asker *asker;
	char line[INPUT_LEN];
	size_t line_len;
};

static void start(struct probe *probe, const char *what);
static void on_input_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf);
static void on_input_read(uv_stream_t *input, ssize_t got, const uv_buf_t *buf);
static void obey(struct probe *probe, const char *line);
static void ask(struct probe *probe, const char *line);
static void ask_at(struct probe *probe, struct effect *effect, const char *server);
static void end(struct probe *probe);
static void on_owner_release(struct uvx_owner *owner);
static void post(struct uvx *uvx, const struct event *event);
static void print_bytes(const struct event *event);
static void print_text(const char *key, const char *text);

int
main(int argc, char **argv)
{
	struct probe *probe = mem_zero(1, sizeof(*probe));
	int error;

	if (argc != 2)
		return 64;
	probe->owner.release = on_owner_release;
	probe->uvx = (struct uvx){.loop = &probe->loop, .post = post};
	probe->socket.fd = -1;
	uv_loop_init(&probe->loop);
	uv_pipe_init(&probe->loop, &probe->input, 0);
	uvx_own(&probe->owner, UVX_HANDLE(&probe->input));
	uv_pipe_open(&probe->input, 0);
	uv_read_start((uv_stream_t *)&probe->input, on_input_alloc, on_input_read);
	start(probe, argv[1]);
	printf("ready\n");
	fflush(stdout);
	uv_run(&probe->loop, UV_RUN_DEFAULT);
	error = uv_loop_close(&probe->loop);
	assert(error == 0);
	(void)error;
	packet_socket_close(&probe->socket);
	free(probe);
	return 0;
}

static void
start(struct probe *probe, const char *what)
{
	struct leasefile_users users = {0};

	if (strcmp(what, "leases") == 0) {
		probe->leases = leasewatch_new(&probe->uvx, NULL, &users);
		if (!leasewatch_start(probe->leases))
			exit(1);
	} else if (strcmp(what, "packets") == 0) {
		packet_socket_open(&probe->socket);
		if (probe->socket.fd == -1)
			exit(probe->socket.error);
		probe->packets = packetwatch_new(&probe->uvx, &probe->socket);
	} else if (strcmp(what, "routers") == 0) {
		probe->nd = ndmon_new(&probe->uvx);
		if (probe->nd == NULL)
			exit(errno);
	} else if (strcmp(what, "asks") == 0) {
		probe->asker = asker_new(&probe->uvx);
	} else {
		exit(64);
	}
}

static void
on_input_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct probe *probe = handle->data;

	(void)size;
	*buf = uv_buf_init(probe->line + probe->line_len,
	    (unsigned)(sizeof(probe->line) - probe->line_len));
}

static void
on_input_read(uv_stream_t *input, ssize_t got, const uv_buf_t *buf)
{
	struct probe *probe = input->data;
	char *newline;
	size_t len;

	(void)buf;
	if (got < 0) {
		end(probe);
		return;
	}
	probe->line_len += (size_t)got;
	while ((newline = memchr(probe->line, '\n', probe->line_len)) != NULL) {
		*newline = '\0';
		obey(probe, probe->line);
		len = (size_t)(newline + 1 - probe->line);
		memmove(probe->line, newline + 1, probe->line_len - len);
		probe->line_len -= len;
	}
}

static void
obey(struct probe *probe, const char *line)
{
	uint64_t id;

	if (probe->asker == NULL)
		return;
	if (sscanf(line, "close %" SCNu64, &id) == 1)
		asker_end(probe->asker, id);
	else
		ask(probe, line);
	printf("done\n");
	fflush(stdout);
}

static void
ask(struct probe *probe, const char *line)
{
	struct effect effect = {.kind = EFFECT_ASK};
	char from[64], server[64], hex[INPUT_LEN];
	uint8_t bytes[INPUT_LEN / 2];
	unsigned byte;

	if (sscanf(line, "ask %" SCNu64 " %63s %63s %15s %8191s", &effect.id, from,
		server, effect.server.ifname, hex) != 5 ||
	    addr_parse(&effect.local, from) != FAULT_NONE)
		exit(64);
	for (const char *at = hex; sscanf(at, "%2x", &byte) == 1; at += 2)
		bytes[effect.len++] = (uint8_t)byte;
	effect.bytes = bytes;
	ask_at(probe, &effect, server);
}

/* The interface is a word of its own, as the core gives it. */
static void
ask_at(struct probe *probe, struct effect *effect, const char *server)
{
	struct endpoint endpoint;

	if (endpoint_parse(&endpoint, server) != FAULT_NONE)
		exit(64);
	effect->server.addr = endpoint.addr;
	effect->server.port = endpoint.port;
	asker_ask(probe->asker, effect);
}

static void
end(struct probe *probe)
{
	if (probe->leases != NULL)
		leasewatch_close(probe->leases);
	if (probe->packets != NULL)
		packetwatch_close(probe->packets);
	if (probe->nd != NULL)
		ndmon_close(probe->nd);
	if (probe->asker != NULL)
		asker_close(probe->asker);
	uvx_close(UVX_HANDLE(&probe->input));
}

static void
on_owner_release(struct uvx_owner *owner)
{
	(void)owner;
}

static void
post(struct uvx *uvx, const struct event *event)
{
	char text[ADDR_TEXT_MAX];

	(void)uvx;
	printf("{\"event\": %d, \"id\": %" PRIu64 ", \"fault\": \"%s\"", event->kind,
	    event->id, fault_text(event->fault));
	printf(", \"ifindex\": %" PRIu32 ", \"outgoing\": %d, \"partial\": %d",
	    event->ifindex, event->outgoing, event->checksum_partial);
	printf(", \"kind\": %d, \"written\": %" PRId64 ", \"wall\": %" PRId64,
	    (int)event->lease_kind, event->written_s, event->wall_s);
	print_text("path", event->path);
	print_text("error", event->error);
	print_text("local",
	    event->local.family != 0 ? addr_format(&event->local, text) : NULL);
	print_bytes(event);
	printf("}\n");
	fflush(stdout);
}

/* A large file's are only counted. */
static void
print_bytes(const struct event *event)
{
	size_t len = event->len <= PACKET_SOCKET_MAX ? event->len : 0;

	printf(", \"len\": %zu, \"bytes\": ", event->len);
	if (event->bytes == NULL) {
		printf("null");
		return;
	}
	printf("\"");
	for (size_t i = 0; i < len; i++)
		printf("%02x", event->bytes[i]);
	printf("\"");
}

/* Nothing of this needs escaping in the tests. */
static void
print_text(const char *key, const char *text)
{
	if (text == NULL)
		printf(", \"%s\": null", key);
	else
		printf(", \"%s\": \"%s\"", key, text);
}
