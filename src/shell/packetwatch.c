/*
 * packetwatch: the DHCP packets that come and go on the links.
 *
 * What gets here has passed the socket's filter (packet_socket.c).  A link that goes
 * down or away is no reason to stop: the socket hears all that are and will be.
 */
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "shell/packetwatch.h"
#include "shell/throttle.h"

struct packetwatch {
	struct uvx_owner owner;
	struct uvx *uvx;
	int fd;
	struct throttle throttle;
	uint8_t bytes[PACKET_SOCKET_MAX];
};

static bool take_packet(struct uvx_owner *owner);
static bool is_checksum_partial(struct msghdr *message);
static void release(struct uvx_owner *owner);

struct packetwatch *
packetwatch_new(struct uvx *uvx, const struct packet_socket *packets)
{
	struct packetwatch *watch =
	    mem_zero_head(sizeof(*watch), offsetof(struct packetwatch, bytes));

	watch->owner.release = release;
	watch->uvx = uvx;
	watch->fd = packets->fd;
	throttle_init(&watch->throttle, uvx, &watch->owner, watch->fd, take_packet);
	throttle_start(&watch->throttle);
	return watch;
}

void
packetwatch_close(struct packetwatch *watch)
{
	throttle_close(&watch->throttle);
}

static bool
take_packet(struct uvx_owner *owner)
{
	struct packetwatch *watch = (struct packetwatch *)owner;
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec bytes = {watch->bytes, sizeof(watch->bytes)};
	struct sockaddr_ll link = {0};
	struct msghdr message = {
		.msg_name = &link, .msg_namelen = sizeof(link),
		.msg_iov = &bytes, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct event packet = {.kind = EVENT_PACKET, .bytes = watch->bytes};
	ssize_t got = recvmsg(watch->fd, &message, MSG_DONTWAIT);

	if (got == -1)
		return errno != EAGAIN && errno != EWOULDBLOCK;
	packet.len = (size_t)got;
	packet.ifindex = (uint32_t)link.sll_ifindex;
	packet.outgoing = link.sll_pkttype == PACKET_OUTGOING;
	packet.checksum_partial = is_checksum_partial(&message);
	watch->uvx->post(watch->uvx, &packet);
	return true;
}

/* What leaves, or comes from a guest or another namespace, has no checksum yet. */
static bool
is_checksum_partial(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct tpacket_auxdata about;

	if (header == NULL || header->cmsg_level != SOL_PACKET ||
	    header->cmsg_type != PACKET_AUXDATA ||
	    header->cmsg_len < CMSG_LEN(sizeof(about)))
		return false;
	memcpy(&about, CMSG_DATA(header), sizeof(about));
	return (about.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
}

static void
release(struct uvx_owner *owner)
{
	free(owner);
}
