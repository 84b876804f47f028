/*
 * control: the clients at the control socket.
 *
 * A client connects, is known by its credentials or closed at once, and sends a line;
 * it goes to the core as EVENT_REQUEST, its answer comes back as EFFECT_REPLY, then it
 * is the next line's turn.  What arrives meanwhile waits in the client's buffer and,
 * when that is full, in the kernel's.
 *
 * Nobody may hold a place for nothing: without a whole request for 5 s, or with an
 * answer unread for as long, a client is closed; so is one that lets its unread lines
 * grow beyond a bound.  Only who watches, or waits for an answer, may be idle.  Whoever
 * has said all he wants to say (EOF) still gets his answer.
 *
 * The listening socket is polled, not uv_listen()ed to: libuv would ask accept() over and
 * over while it fails.  Who comes when no descriptor is left waits until one is.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/control.h"

#define IDLE_US CLOCK_S(5)
#define BACKLOG 16
#define PAUSE_US CLOCK_S(1)

struct client {
	struct uvx_owner owner;
	struct control *control; /* NULL: it has been closed */
	uv_pipe_t pipe;
	uint64_t id;
	int64_t deadline_us;     /* CLOCK_NEVER: it may wait */
	bool may_change;
	bool busy;               /* its request is being worked on */
	bool ended;              /* it says no more */
	bool watches;
	bool json;
	size_t len;
	char buffer[CONTROL_REQUEST_MAX];
};

struct control {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct logsink *log;
	struct control_socket *sock;
	uv_poll_t listener;
	uv_timer_t pause;  /* active: nobody is let in */
	bool failed;       /* and that was said */
	uv_timer_t idle;
	uint64_t last_id;
	struct client *clients[CONTROL_CLIENT_MAX];
};

/* A line on its way out. */
struct line {
	uv_write_t write;
	char *text;
};

static void on_owner_release(struct uvx_owner *owner);
static void on_client_release(struct uvx_owner *owner);
static void on_listener_client(uv_poll_t *listener, int status, int events);
static void pause_listening(struct control *control, int error);
static void on_pause_over(uv_timer_t *timer);
static void let_in(struct control *control, int fd);
static bool admit(struct control *control, struct client *client);
static void set_idle_timer(struct control *control);
static void on_idle_timer(uv_timer_t *timer);
static void on_client_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf);
static void on_client_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf);
static void take_line(struct client *client);
static void refuse_oversized(struct client *client);
static void end_if_done(struct client *client);
static struct client *find(const struct control *control, uint64_t id);
static void write_line(struct client *client, const char *text);
static void on_line_written(uv_write_t *write, int status);
static void drop(struct client *client);

struct control *
control_new(struct uvx *uvx, struct control_socket *sock, struct logsink *log)
{
	struct control *control;
	int error;

	if (listen(sock->fd, BACKLOG) == -1)
		return NULL;
	control = mem_zero(1, sizeof(*control));
	error = uv_poll_init(uvx->loop, &control->listener, sock->fd);
	if (error != 0) {
		free(control);
		errno = -error;
		return NULL;
	}
	control->owner.release = on_owner_release;
	control->uvx = uvx;
	control->sock = sock;
	control->log = log;
	uvx_own(&control->owner, UVX_HANDLE(&control->listener));
	uv_timer_init(uvx->loop, &control->pause);
	uvx_own(&control->owner, UVX_HANDLE(&control->pause));
	uv_timer_init(uvx->loop, &control->idle);
	uvx_own(&control->owner, UVX_HANDLE(&control->idle));
	uv_poll_start(&control->listener, UV_READABLE, on_listener_client);
	return control;
}

void
control_reply(struct control *control, uint64_t id, const char *line)
{
	struct client *client = find(control, id);

	if (client == NULL)
		return;
	client->busy = false;
	client->deadline_us = client->watches ? CLOCK_NEVER : uvx_now_us() + IDLE_US;
	write_line(client, line);
	if (client->control != NULL)
		take_line(client);
	set_idle_timer(control);
}

void
control_stream(struct control *control, uint64_t id, bool json)
{
	struct client *client = find(control, id);

	if (client == NULL)
		return;
	client->busy = false;
	client->watches = true;
	client->json = json;
	client->deadline_us = CLOCK_NEVER;
	take_line(client);
	set_idle_timer(control);
}

bool
control_watched(const struct control *control, bool json)
{
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++) {
		const struct client *client = control->clients[i];

		if (client != NULL && client->watches && client->json == json)
			return true;
	}
	return false;
}

void
control_tell(struct control *control, bool json, const char *line)
{
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++) {
		struct client *client = control->clients[i];

		if (client != NULL && client->watches && client->json == json)
			write_line(client, line);
	}
}

void
control_close(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++)
		if (control->clients[i] != NULL)
			drop(control->clients[i]);
	uvx_close(UVX_HANDLE(&control->idle));
	uvx_close(UVX_HANDLE(&control->pause));
	uvx_close(UVX_HANDLE(&control->listener));
}

static void
on_owner_release(struct uvx_owner *owner)
{
	free(owner);
}

static void
on_client_release(struct uvx_owner *owner)
{
	free(owner);
}

/* One at a time: others in the loop have their turn. */
static void
on_listener_client(uv_poll_t *listener, int status, int events)
{
	struct control *control = listener->data;
	int fd = accept4(control->sock->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd != -1)
		let_in(control, fd);
	else if (status < 0 || (errno != EAGAIN && errno != ECONNABORTED &&
		errno != EINTR))
		pause_listening(control, errno);
}

static void
pause_listening(struct control *control, int error)
{
	char *text;

	if (!control->failed) {
		text = mem_printf("no client can be let in (%s): they wait, tried again "
				  "every second", strerror(error));
		logsink_write(control->log, NOTE_WARNING, "control socket", text);
		free(text);
	}
	control->failed = true;
	uv_poll_stop(&control->listener);
	uvx_timer_at(&control->pause, on_pause_over, uvx_now_us() + PAUSE_US);
}

static void
on_pause_over(uv_timer_t *timer)
{
	struct control *control = timer->data;

	uv_poll_start(&control->listener, UV_READABLE, on_listener_client);
}

static void
let_in(struct control *control, int fd)
{
	struct client *client = mem_zero(1, sizeof(*client));

	control->failed = false;
	client->owner.release = on_client_release;
	uv_pipe_init(control->uvx->loop, &client->pipe, 0);
	uvx_own(&client->owner, UVX_HANDLE(&client->pipe));
	if (uv_pipe_open(&client->pipe, fd) != 0)
		close(fd);
	else if (admit(control, client)) {
		set_idle_timer(control);
		return;
	}
	uvx_close(UVX_HANDLE(&client->pipe));
}

static bool
admit(struct control *control, struct client *client)
{
	static char full[] =
	    "{\"exit\":75,\"error\":\"the daemon has as many clients as it takes; try "
	    "again later\"}\n";
	uv_buf_t refusal = uv_buf_init(full, sizeof(full) - 1);
	uv_os_fd_t fd;
	size_t place = 0;

	if (uv_fileno(UVX_HANDLE(&client->pipe), &fd) != 0 ||
	    !control_socket_admits(control->sock, fd, &client->may_change))
		return false;
	while (place < CONTROL_CLIENT_MAX && control->clients[place] != NULL)
		place++;
	if (place == CONTROL_CLIENT_MAX) {
		uv_try_write((uv_stream_t *)&client->pipe, &refusal, 1);
		return false;
	}
	control->clients[place] = client;
	client->control = control;
	client->id = ++control->last_id;
	client->deadline_us = uvx_now_us() + IDLE_US;
	uv_read_start((uv_stream_t *)&client->pipe, on_client_alloc, on_client_read);
	return true;
}

static void
set_idle_timer(struct control *control)
{
	int64_t at_us = CLOCK_NEVER;

	if (uv_is_closing(UVX_HANDLE(&control->idle)))
		return;
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++)
		if (control->clients[i] != NULL)
			at_us = clock_min(at_us, control->clients[i]->deadline_us);
	uvx_timer_at(&control->idle, on_idle_timer, at_us);
}

static void
on_idle_timer(uv_timer_t *timer)
{
	struct control *control = timer->data;
	int64_t now_us = uvx_now_us();

	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++) {
		struct client *client = control->clients[i];

		if (client != NULL && client->deadline_us <= now_us)
			drop(client);
	}
	set_idle_timer(control);
}

/* Room is kept: reading stops when there is none. */
static void
on_client_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct client *client = handle->data;

	(void)wanted;
	*buf = uv_buf_init(client->buffer + client->len,
	    (unsigned)(sizeof(client->buffer) - client->len));
}

static void
on_client_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct client *client = stream->data;
	struct control *control = client->control;

	(void)buf;
	if (len < 0 && (len != UV_EOF || client->watches)) {
		drop(client);
		return;
	}
	if (len == UV_EOF)
		client->ended = true;
	else
		client->len += (size_t)len;
	take_line(client);
	set_idle_timer(control);
}

/*
 * The next request, if it is there and its turn.  It is taken out of the buffer before
 * it is posted, and posting copies it.
 */
static void
take_line(struct client *client)
{
	struct event request = {.kind = EVENT_REQUEST, .client = client->id};
	const char *end = memchr(client->buffer, '\n', client->len);
	size_t used;

	if (!client->busy && end != NULL) {
		request.bytes = (const uint8_t *)client->buffer;
		request.len = (size_t)(end - client->buffer);
		request.may_change = client->may_change;
		client->busy = true;
		client->deadline_us = CLOCK_NEVER;
		client->control->uvx->post(client->control->uvx, &request);
		used = request.len + 1;
		client->len -= used;
		memmove(client->buffer, client->buffer + used, client->len);
	} else if (!client->busy && client->len == sizeof(client->buffer)) {
		refuse_oversized(client);
		return;
	}
	if (client->ended)
		end_if_done(client);
	else if (client->len == sizeof(client->buffer))
		uv_read_stop((uv_stream_t *)&client->pipe);
	else
		uv_read_start((uv_stream_t *)&client->pipe, on_client_alloc,
		    on_client_read);
}

static void
refuse_oversized(struct client *client)
{
	write_line(client,
	    "{\"exit\":64,\"error\":\"a request is one line of at most 4096 bytes\"}");
	drop(client);
}

/* No request is left, and nothing that it has still to read. */
static void
end_if_done(struct client *client)
{
	if (!client->busy &&
	    uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe) == 0)
		drop(client);
}

static struct client *
find(const struct control *control, uint64_t id)
{
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++)
		if (control->clients[i] != NULL && control->clients[i]->id == id)
			return control->clients[i];
	return NULL;
}

/* One answer may be longer than the bound; a second one does not come on top of it. */
static void
write_line(struct client *client, const char *text)
{
	uv_stream_t *stream = (uv_stream_t *)&client->pipe;
	struct line *line;
	uv_buf_t buf;

	if (uv_stream_get_write_queue_size(stream) > CONTROL_UNREAD_MAX) {
		drop(client);
		return;
	}
	line = mem_zero(1, sizeof(*line));
	line->text = mem_printf("%s\n", text);
	line->write.data = client;
	buf = uv_buf_init(line->text, (unsigned)strlen(line->text));
	if (uv_write(&line->write, stream, &buf, 1, on_line_written) != 0) {
		free(line->text);
		free(line);
		drop(client);
	}
}

/* The client is there until its close callback, which comes after this. */
static void
on_line_written(uv_write_t *write, int status)
{
	struct line *line = (struct line *)write;
	struct client *client = write->data;

	free(line->text);
	free(line);
	if (client->control == NULL)
		return;
	if (status < 0) {
		drop(client);
		return;
	}
	if (client->deadline_us != CLOCK_NEVER)
		client->deadline_us = uvx_now_us() + IDLE_US;
	if (client->ended)
		end_if_done(client);
}

static void
drop(struct client *client)
{
	struct control *control = client->control;

	if (control == NULL)
		return;
	for (size_t i = 0; i < CONTROL_CLIENT_MAX; i++)
		if (control->clients[i] == client)
			control->clients[i] = NULL;
	client->control = NULL;
	control->uvx->post(control->uvx,
	    &(struct event){.kind = EVENT_GONE, .client = client->id});
	uvx_close(UVX_HANDLE(&client->pipe));
}
