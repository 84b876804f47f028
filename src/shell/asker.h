/*
 * asker: questions to DHCP servers (protocol.md 1, `inform` and `dhcpv6`).
 *
 * Answers come to the ports of the machine's own client, and so by the packet socket.
 */
#ifndef DDNSUPD_SHELL_ASKER_H
#define DDNSUPD_SHELL_ASKER_H

#include "ddnsupd/event.h"
#include "shell/uvx.h"

struct asker;

struct asker *asker_new(struct uvx *uvx);

/* Carry out EFFECT_ASK; posts FAULT when it cannot be sent: UNREACHABLE, NO_INTERFACE,
 * SEND. */
void asker_ask(struct asker *asker, const struct effect *effect);

/* Carry out EFFECT_CLOSE; an id that is not (any more) ours is nothing to do. */
void asker_end(struct asker *asker, uint64_t id);

void asker_close(struct asker *asker);

#endif
