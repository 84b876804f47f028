/*
 * packet_socket: the one socket that sees the DHCP packets of all links.
 *
 * The filter runs on every packet of the machine, so it asks first what most fail.  It
 * is attached and locked while the socket hears nothing yet: not one other packet gets
 * in.  ETH_P_IP would not show what the machine itself sends, ETH_P_ALL does.
 *
 * A packet on a VLAN passes the device below it with its tag, then the VLAN's own
 * without: only the second counts.  Tag 0 is no VLAN but a priority.
 */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "shell/packet_socket.h"

#define BUFFER_LEN 65536 /* some dozens of packets */

#define MORE_OR_OFFSET 0x3fff /* RFC 791 3.1: a fragment has one of them */
#define VLAN_ID 0x0fff

enum { DHCP4_SERVER = 67, DHCP4_CLIENT = 68, DHCP6_CLIENT = 546, DHCP6_SERVER = 547 };

/* The classic machine of filters (linux/filter.h); a jump counts from the next line. */
#define LOAD_BYTE(at) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at)
#define LOAD_HALF(at) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at)
#define LOAD_ABOUT(what) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (unsigned)(SKF_AD_OFF + (what)))
#define LOAD_LENGTH BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0)
#define LOAD_X_HEADER BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0) /* IPv4's, in bytes */
#define LOAD_HALF_X(at) BPF_STMT(BPF_LD | BPF_H | BPF_IND, at)
#define IF(test, here, value, yes, no)                                                   \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, value, (yes) - (here) - 1, (no) - (here) - 1)
#define RETURN(len) BPF_STMT(BPF_RET | BPF_K, len)

enum { IPV4 = 3, IPV6 = 13, DHCP = 20, LENGTH = 28, DROP = 31 };

static const struct sock_filter filter[] = {
	[0] = LOAD_ABOUT(SKF_AD_PROTOCOL),
	[1] = IF(BPF_JEQ, 1, ETH_P_IP, IPV4, 2),
	[2] = IF(BPF_JEQ, 2, ETH_P_IPV6, IPV6, DROP),
	/* UDP, whole, from 67 or to 67 or 68 */
	[IPV4] = LOAD_BYTE(9),
	[4] = IF(BPF_JEQ, 4, IPPROTO_UDP, 5, DROP),
	[5] = LOAD_HALF(6),
	[6] = IF(BPF_JSET, 6, MORE_OR_OFFSET, DROP, 7),
	[7] = LOAD_X_HEADER,
	[8] = LOAD_HALF_X(0),
	[9] = IF(BPF_JEQ, 9, DHCP4_SERVER, DHCP, 10),
	[10] = LOAD_HALF_X(2),
	[11] = IF(BPF_JEQ, 11, DHCP4_SERVER, DHCP, 12),
	[12] = IF(BPF_JEQ, 12, DHCP4_CLIENT, DHCP, DROP),
	/* UDP next to the fixed header, from 547 or to 546 or 547 */
	[IPV6] = LOAD_BYTE(6),
	[14] = IF(BPF_JEQ, 14, IPPROTO_UDP, 15, DROP),
	[15] = LOAD_HALF(40),
	[16] = IF(BPF_JEQ, 16, DHCP6_SERVER, DHCP, 17),
	[17] = LOAD_HALF(42),
	[18] = IF(BPF_JEQ, 18, DHCP6_CLIENT, DHCP, 19),
	[19] = IF(BPF_JEQ, 19, DHCP6_SERVER, DHCP, DROP),
	/* on a link, meant for this machine or sent by it, on no VLAN above that link */
	[DHCP] = LOAD_ABOUT(SKF_AD_HATYPE),
	[21] = IF(BPF_JEQ, 21, ARPHRD_LOOPBACK, DROP, 22),
	[22] = LOAD_ABOUT(SKF_AD_PKTTYPE),
	[23] = IF(BPF_JEQ, 23, PACKET_OTHERHOST, DROP, 24),
	[24] = LOAD_ABOUT(SKF_AD_VLAN_TAG_PRESENT),
	[25] = IF(BPF_JEQ, 25, 0, LENGTH, 26),
	[26] = LOAD_ABOUT(SKF_AD_VLAN_TAG),
	[27] = IF(BPF_JSET, 27, VLAN_ID, DROP, LENGTH),
	[LENGTH] = LOAD_LENGTH,
	[29] = IF(BPF_JGT, 29, PACKET_SOCKET_MAX, DROP, 30),
	[30] = RETURN(PACKET_SOCKET_MAX),
	[DROP] = RETURN(0),
};

static int prepare(int fd);
static int filter_and_lock(int fd);

void
packet_socket_open(struct packet_socket *packets)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	packets->fd = fd;
	packets->error = 0;
	if (fd != -1 && prepare(fd) == 0)
		return;
	packets->error = errno;
	packet_socket_close(packets);
}

unsigned
packet_socket_dropped(const struct packet_socket *packets)
{
	struct tpacket_stats stats = {0};
	socklen_t len = sizeof(stats);

	if (packets->fd != -1)
		getsockopt(packets->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	return stats.tp_drops;
}

void
packet_socket_close(struct packet_socket *packets)
{
	if (packets->fd != -1)
		close(packets->fd);
	packets->fd = -1;
}

/* Bound last, to all links: from here on it hears. */
static int
prepare(int fd)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int size = BUFFER_LEN, on = 1;

	if (filter_and_lock(fd) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == -1 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) == -1)
		return -1;
	return bind(fd, (struct sockaddr *)&all, sizeof(all));
}

static int
filter_and_lock(int fd)
{
	struct sock_filter copy[sizeof(filter) / sizeof(filter[0])];
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), copy};
	int on = 1;

	memcpy(copy, filter, sizeof(filter));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}
