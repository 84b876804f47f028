/*
 * control: the clients at the control socket.
 *
 * Frames lines and knows who sent them; what a line says is the core's business.  A
 * client gets one answer before its next request is passed on.
 */
#ifndef DDNSUPD_SHELL_CONTROL_H
#define DDNSUPD_SHELL_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/event.h"
#include "shell/control_socket.h"
#include "shell/logsink.h"
#include "shell/uvx.h"

#define CONTROL_REQUEST_MAX 4096          /* bytes, the newline counted */
#define CONTROL_CLIENT_MAX 8
#define CONTROL_UNREAD_MAX (256 * 1024)   /* bytes kept for one that does not read */

struct control;

/* Listen; the socket and the log must outlive it.  NULL with errno set. */
struct control *control_new(struct uvx *uvx, struct control_socket *sock,
    struct logsink *log);

/* Carry out EFFECT_REPLY: one line.  A client that has gone is nothing to do. */
void control_reply(struct control *control, uint64_t client, const char *line);

/* Carry out EFFECT_STREAM. */
void control_stream(struct control *control, uint64_t client, bool json);

/* Does anybody watch, in this form?  Then control_tell() has somebody to tell. */
bool control_watched(const struct control *control, bool json);

/* One line to all who watch in this form. */
void control_tell(struct control *control, bool json, const char *line);

/* Ends all; freed by the loop. */
void control_close(struct control *control);

#endif
