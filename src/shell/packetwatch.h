/*
 * packetwatch: the DHCP packets that come and go on the links (protocol.md 1,
 * `observed`; answers to `inform` and `dhcpv6` are among them).
 */
#ifndef DDNSUPD_SHELL_PACKETWATCH_H
#define DDNSUPD_SHELL_PACKETWATCH_H

#include "shell/packet_socket.h"
#include "shell/uvx.h"

struct packetwatch;

/* Packets become EVENT_PACKETs.  The open socket stays the caller's, in place until the
 * loop has run dry. */
struct packetwatch *packetwatch_new(struct uvx *uvx, const struct packet_socket *packets);

/* Stop; freed by the loop. */
void packetwatch_close(struct packetwatch *watch);

#endif
