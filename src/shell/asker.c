/*
 * asker: questions to DHCP servers.
 *
 * A socket sends one datagram and then only keeps its port open, so that no server that
 * answers there is told by ICMP that nobody is: its filter drops whatever comes.
 */
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ddnsupd/mem.h"
#include "shell/asker.h"

#define QUESTIONS_MAX 128 /* both protocols on all links that learn asks on */

struct question {
	uint64_t id;
	int fd;
};

struct asker {
	struct uvx *uvx;
	struct question questions[QUESTIONS_MAX];
	size_t count;
};

static int ask(const struct effect *effect);
static int send_from(int fd, const struct effect *effect, struct sockaddr_storage *to,
    socklen_t to_len);
static int prepare(int fd, const struct effect *effect, uint32_t ifindex);
static int deafen(int fd);
static int bind_to(int fd, const struct addr *local, uint32_t ifindex);

struct asker *
asker_new(struct uvx *uvx)
{
	struct asker *asker = mem_zero(1, sizeof(*asker));

	asker->uvx = uvx;
	return asker;
}

/* More at a time than links are asked about is a mistake somewhere. */
void
asker_ask(struct asker *asker, const struct effect *effect)
{
	int fd = asker->count < QUESTIONS_MAX ? ask(effect) : -EMFILE;

	if (fd < 0)
		uvx_post_fault(asker->uvx, effect->id, uvx_fault(fd));
	else
		asker->questions[asker->count++] = (struct question){effect->id, fd};
}

void
asker_end(struct asker *asker, uint64_t id)
{
	for (size_t i = 0; i < asker->count; i++)
		if (asker->questions[i].id == id) {
			close(asker->questions[i].fd);
			asker->questions[i] = asker->questions[--asker->count];
			return;
		}
}

void
asker_close(struct asker *asker)
{
	while (asker->count > 0)
		close(asker->questions[--asker->count].fd);
	free(asker);
}

/* The socket that has sent it, or a negative errno. */
static int
ask(const struct effect *effect)
{
	struct sockaddr_storage to;
	socklen_t to_len;
	int fd, error;

	fd = uvx_socket(&effect->server, SOCK_DGRAM, &to, &to_len);
	if (fd < 0)
		return fd;
	error = send_from(fd, effect, &to, to_len);
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

/* What the machine drops for want of buffers is lost like any other datagram. */
static int
send_from(int fd, const struct effect *effect, struct sockaddr_storage *to,
    socklen_t to_len)
{
	uint32_t ifindex = if_nametoindex(effect->server.ifname);
	int error;

	if (ifindex == 0)
		return -ENODEV;
	error = prepare(fd, effect, ifindex);
	if (error != 0)
		return error;
	if (sendto(fd, effect->bytes, effect->len, 0, (struct sockaddr *)to, to_len) ==
		-1 &&
	    errno != EAGAIN && errno != ENOBUFS)
		return -errno;
	return 0;
}

/* A multicast address means nothing without its link either (RFC 4007 6). */
static int
prepare(int fd, const struct effect *effect, uint32_t ifindex)
{
	bool v6 = effect->server.addr.family == FAMILY_IPV6;
	int level = v6 ? IPPROTO_IPV6 : SOL_SOCKET;
	int option = v6 ? IPV6_MULTICAST_IF : SO_BROADCAST;
	int value = v6 ? (int)ifindex : 1;

	if (setsockopt(fd, level, option, &value, sizeof(value)) == -1 ||
	    deafen(fd) == -1)
		return -errno;
	return bind_to(fd, &effect->local, ifindex) == -1 ? -errno : 0;
}

static int
deafen(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {1, &nothing};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int
bind_to(int fd, const struct addr *local, uint32_t ifindex)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};

	if (local->family == FAMILY_IPV4) {
		memcpy(&in.sin_addr, local->octets, sizeof(in.sin_addr));
		return bind(fd, (struct sockaddr *)&in, sizeof(in));
	}
	memcpy(&in6.sin6_addr, local->octets, sizeof(in6.sin6_addr));
	in6.sin6_scope_id = addr_is_link_local(local) ? ifindex : 0;
	return bind(fd, (struct sockaddr *)&in6, sizeof(in6));
}
