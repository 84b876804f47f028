/*
 * ndmon: the DNS servers and domains of router advertisements.
 *
 * The kernel multicasts each option of an advertisement that it has no use for itself
 * (RTNLGRP_ND_USEROPT), on links where it listens to advertisements.
 */
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "shell/ndmon.h"
#include "shell/throttle.h"

#define BUFFER_LEN 8192 /* an option is at most 2040 octets (RFC 4861 4.6) */
#define ND_GROUP (1U << (RTNLGRP_ND_USEROPT - 1))

struct ndmon {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct mnl_socket *socket;
	struct throttle throttle;
	_Alignas(struct nlmsghdr) uint8_t buffer[BUFFER_LEN];
};

static bool take_message(struct uvx_owner *owner);
static int on_message(const struct nlmsghdr *message, void *mon);
static bool is_advertised(const struct nduseroptmsg *msg, size_t len);
static struct addr router_of(const struct nlmsghdr *message, size_t header);
static void release(struct uvx_owner *owner);

struct ndmon *
ndmon_new(struct uvx *uvx)
{
	struct ndmon *mon =
	    mem_zero_head(sizeof(*mon), offsetof(struct ndmon, buffer));
	int error;

	mon->owner.release = release;
	mon->uvx = uvx;
	mon->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (mon->socket == NULL ||
	    mnl_socket_bind(mon->socket, ND_GROUP, MNL_SOCKET_AUTOPID) == -1) {
		error = errno;
		release(&mon->owner);
		errno = error;
		return NULL;
	}
	throttle_init(&mon->throttle, uvx, &mon->owner, mnl_socket_get_fd(mon->socket),
	    take_message);
	throttle_start(&mon->throttle);
	return mon;
}

void
ndmon_close(struct ndmon *mon)
{
	throttle_close(&mon->throttle);
}

/* ENOBUFS: messages were lost; routers repeat themselves. */
static bool
take_message(struct uvx_owner *owner)
{
	struct ndmon *mon = (struct ndmon *)owner;
	ssize_t got = mnl_socket_recvfrom(mon->socket, mon->buffer, sizeof(mon->buffer));

	if (got == -1)
		return errno != EAGAIN && errno != EWOULDBLOCK;
	mnl_cb_run(mon->buffer, (size_t)got, 0, 0, on_message, mon);
	return true;
}

/* The options come first, attributes after them (linux/rtnetlink.h). */
static int
on_message(const struct nlmsghdr *message, void *data)
{
	const struct nduseroptmsg *msg = mnl_nlmsg_get_payload(message);
	struct event nd = {.kind = EVENT_ND};
	struct ndmon *mon = data;

	if (message->nlmsg_type != RTM_NEWNDUSEROPT ||
	    !is_advertised(msg, mnl_nlmsg_get_payload_len(message)))
		return MNL_CB_OK;
	nd.ifindex = (uint32_t)msg->nduseropt_ifindex;
	nd.bytes = (const uint8_t *)(msg + 1);
	nd.len = msg->nduseropt_opts_len;
	nd.local = router_of(message, sizeof(*msg) + msg->nduseropt_opts_len);
	mon->uvx->post(mon->uvx, &nd);
	return MNL_CB_OK;
}

static bool
is_advertised(const struct nduseroptmsg *msg, size_t len)
{
	return len >= sizeof(*msg) && len - sizeof(*msg) >= msg->nduseropt_opts_len &&
	    msg->nduseropt_family == AF_INET6 && msg->nduseropt_ifindex > 0 &&
	    msg->nduseropt_icmp_type == ND_ROUTER_ADVERT &&
	    msg->nduseropt_icmp_code == 0;
}

/* No family: the kernel has not said. */
static struct addr
router_of(const struct nlmsghdr *message, size_t header)
{
	const char *tail = mnl_nlmsg_get_payload_tail(message);
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(message, header);
	struct addr none = {0};

	for (; mnl_attr_ok(attr, (int)(tail - (const char *)attr));
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == NDUSEROPT_SRCADDR &&
		    mnl_attr_get_payload_len(attr) == 16)
			return addr_make(FAMILY_IPV6, mnl_attr_get_payload(attr));
	return none;
}

static void
release(struct uvx_owner *owner)
{
	struct ndmon *mon = (struct ndmon *)owner;

	if (mon->socket != NULL)
		mnl_socket_close(mon->socket);
	free(mon);
}
