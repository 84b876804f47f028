/*
 * packet_socket: the one socket that sees the DHCP packets of all links.
 */
#ifndef DDNSUPD_SHELL_PACKET_SOCKET_H
#define DDNSUPD_SHELL_PACKET_SOCKET_H

#define PACKET_SOCKET_MAX 4096 /* bytes of an IP packet; longer ones are not seen */

struct packet_socket {
	int fd;     /* -1: there is none */
	int error;  /* the errno why; 0: nobody has tried */
};

/*
 * Needs CAP_NET_RAW, once: open it while we still may, before the first thread.  Its
 * filter lets through what protocol.md 1 (`observed`) looks at, coming and going, on all
 * links, those that appear later too, and can never be taken off.
 */
void packet_socket_open(struct packet_socket *socket);

/* Packets that passed the filter and were dropped because others waited: since the last
 * call. */
unsigned packet_socket_dropped(const struct packet_socket *socket);

void packet_socket_close(struct packet_socket *socket);

#endif
