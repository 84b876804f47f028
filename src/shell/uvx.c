/*
 * uvx: what every shell shares.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/clock.h"
#include "shell/uvx.h"

static void on_close(uv_handle_t *handle);
static struct addr local_addr(int fd);
static int fill_address(const struct endpoint *server, struct sockaddr_storage *addr,
    socklen_t *addr_len);
static int fill_ipv6(const struct endpoint *server, struct sockaddr_in6 *in6);
static int prepare_socket(int fd, const struct endpoint *server);
static int bind_to_interface(int fd, const struct endpoint *server);

void
uvx_own(struct uvx_owner *owner, uv_handle_t *handle)
{
	handle->data = owner;
	owner->unclosed++;
}

void
uvx_close(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_close);
}

int64_t
uvx_now_us(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

/*
 * The loop's clock is hrtime cut to whole milliseconds, and a timer is due when that
 * has reached start + timeout: rounding the instant up makes it never too early.
 */
void
uvx_timer_at(uv_timer_t *timer, uv_timer_cb on_timer, int64_t at_us)
{
	int64_t now_ms, wait_ms;

	if (at_us == CLOCK_NEVER) {
		uv_timer_stop(timer);
		return;
	}
	uv_update_time(timer->loop);
	now_ms = (int64_t)uv_now(timer->loop);
	wait_ms = at_us / 1000 + (at_us % 1000 != 0) - now_ms;
	uv_timer_start(timer, on_timer, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

void
uvx_post_fault(struct uvx *uvx, uint64_t id, enum fault fault)
{
	uvx->post(uvx, &(struct event){.kind = EVENT_FAULT, .id = id, .fault = fault});
}

void
uvx_post_answer(struct uvx *uvx, uint64_t id, const void *bytes, size_t len, int fd)
{
	struct event answer = {.kind = EVENT_ANSWER, .id = id};

	answer.bytes = bytes;
	answer.len = len;
	answer.local = local_addr(fd);
	uvx->post(uvx, &answer);
}

static struct addr
local_addr(int fd)
{
	struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(name);
	struct addr none = {0};

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&name, &len) != 0)
		return none;
	if (name.ss_family == AF_INET)
		return addr_make(FAMILY_IPV4, (const uint8_t *)
		    &((struct sockaddr_in *)&name)->sin_addr);
	if (name.ss_family == AF_INET6)
		return addr_make(FAMILY_IPV6, (const uint8_t *)
		    &((struct sockaddr_in6 *)&name)->sin6_addr);
	return none;
}

enum fault
uvx_fault(int error)
{
	switch (-error) {
	case ECONNREFUSED:
		return FAULT_PORT_UNREACHABLE;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case EADDRNOTAVAIL:
		return FAULT_UNREACHABLE;
	case ENODEV:
	case ENXIO:
		return FAULT_NO_INTERFACE;
	case ETIMEDOUT:
		return FAULT_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
		return FAULT_RESET;
	case EMSGSIZE:
		return FAULT_MSG_TOO_LARGE;
	default:
		return FAULT_SEND;
	}
}

int
uvx_socket(const struct endpoint *server, int type, struct sockaddr_storage *addr,
    socklen_t *addr_len)
{
	int fd, error;

	error = fill_address(server, addr, addr_len);
	if (error != 0)
		return error;
	fd = socket(addr->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	error = prepare_socket(fd, server);
	if (error != 0) {
		close(fd);
		return error;
	}
	return fd;
}

static void
on_close(uv_handle_t *handle)
{
	struct uvx_owner *owner = handle->data;

	assert(owner->unclosed > 0);
	if (--owner->unclosed == 0)
		owner->release(owner);
}

static int
fill_address(const struct endpoint *server, struct sockaddr_storage *addr,
    socklen_t *addr_len)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	*addr = (struct sockaddr_storage){0};
	if (server->addr.family == FAMILY_IPV6) {
		*addr_len = sizeof(struct sockaddr_in6);
		return fill_ipv6(server, (struct sockaddr_in6 *)addr);
	}
	assert(server->addr.family == FAMILY_IPV4);
	in->sin_family = AF_INET;
	in->sin_port = htons(server->port);
	memcpy(&in->sin_addr, server->addr.octets, sizeof(in->sin_addr));
	*addr_len = sizeof(*in);
	return 0;
}

/* A link-local address means nothing without its link (RFC 4007 6). */
static int
fill_ipv6(const struct endpoint *server, struct sockaddr_in6 *in6)
{
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(server->port);
	memcpy(&in6->sin6_addr, server->addr.octets, sizeof(in6->sin6_addr));
	if (!addr_is_link_local(&server->addr) || server->ifname[0] == '\0')
		return 0;
	in6->sin6_scope_id = if_nametoindex(server->ifname);
	return in6->sin6_scope_id != 0 ? 0 : -ENODEV;
}

/*
 * Without RECVERR a connected UDP socket hears of a closed port, but not of a host or a
 * net that cannot be reached (ip(7)).
 */
static int
prepare_socket(int fd, const struct endpoint *server)
{
	bool v6 = server->addr.family == FAMILY_IPV6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int option = v6 ? IPV6_RECVERR : IP_RECVERR;
	int on = 1;

	if (setsockopt(fd, level, option, &on, sizeof(on)) == -1)
		return -errno;
	return server->ifname[0] == '\0' ? 0 : bind_to_interface(fd, server);
}

/*
 * Kernels before 5.7 let only CAP_NET_RAW bind to a device: then a link-local address
 * still has its scope, and any other follows the routing table.
 */
static int
bind_to_interface(int fd, const struct endpoint *server)
{
	socklen_t len = (socklen_t)strnlen(server->ifname, sizeof(server->ifname));

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, server->ifname, len) == 0)
		return 0;
	return errno == EPERM ? 0 : -errno;
}
