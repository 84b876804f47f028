/*
 * ifdump: links, addresses and default routes as they are, by rtnetlink.
 *
 * Four dumps make a snapshot: links, addresses, routes of either family.  A dump that a
 * change ran into is marked by NLM_F_DUMP_INTR: the snapshot is taken again.
 */
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shell/ifdump.h"

#define DUMP_TRIES 10
#define BUFFER_LEN 32768 /* what the kernel fills at most in one go (af_netlink.c) */

static void free_net(struct fact_net *net);
static int dump_all(struct fact_net *net);
static struct mnl_socket *open_dump(void);
static int dump_tables(struct mnl_socket *socket, struct fact_net *net);
static int dump(struct mnl_socket *socket, struct nlmsghdr *request,
    mnl_cb_t on_message, struct fact_net *net);
static struct nlmsghdr *link_request(char *buffer);
static struct nlmsghdr *addr_request(char *buffer);
static struct nlmsghdr *route_request(char *buffer, unsigned char family);
static int on_link(const struct nlmsghdr *message, void *net);
static void fill_hwaddr(struct fact_link *link, const struct nlmsghdr *message);
static bool is_wireless(const char *name);
static bool takes_ra(const struct nlmsghdr *message);
static int on_addr(const struct nlmsghdr *message, void *net);
static void fill_addr(struct fact_addr *fact, const struct nlmsghdr *message);
static uint32_t addr_flags(uint32_t flags, unsigned char family);
static struct fact_link *find_link(struct fact_net *net, uint32_t ifindex);
static int on_route(const struct nlmsghdr *message, void *net);
static uint32_t first_hop(const struct nlattr *multipath);
static const struct nlattr *attribute(const struct nlmsghdr *message, size_t header,
    uint16_t type, size_t least);
static const struct nlattr *inside(const struct nlattr *attr, uint16_t type,
    size_t least);
static const struct nlattr *find(const struct nlattr *attr, const char *tail,
    uint16_t type, size_t least);

int
ifdump(struct fact_net *net)
{
	int result = -1;

	errno = EINTR;
	for (int i = 0; i < DUMP_TRIES && result == -1 && errno == EINTR; i++) {
		*net = (struct fact_net){0};
		result = dump_all(net);
		if (result == -1)
			free_net(net);
	}
	return result;
}

static void
free_net(struct fact_net *net)
{
	int error = errno;

	fact_net_free(net);
	errno = error;
}

/* A socket of its own, so that the rest of an interrupted dump goes with it. */
static int
dump_all(struct fact_net *net)
{
	struct mnl_socket *socket = open_dump();
	int result, error;

	if (socket == NULL)
		return -1;
	result = dump_tables(socket, net);
	error = errno;
	mnl_socket_close(socket);
	errno = error;
	return result;
}

/* With strict checking the kernel leaves out other tables' routes; old ones do not. */
static struct mnl_socket *
open_dump(void)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int on = 1;

	if (socket != NULL)
		mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return socket;
}

/* A machine without IPv6 has no IPv6 routes to tell of. */
static int
dump_tables(struct mnl_socket *socket, struct fact_net *net)
{
	char request[256];

	if (dump(socket, link_request(request), on_link, net) == -1 ||
	    dump(socket, addr_request(request), on_addr, net) == -1 ||
	    dump(socket, route_request(request, AF_INET), on_route, net) == -1)
		return -1;
	if (dump(socket, route_request(request, AF_INET6), on_route, net) == -1 &&
	    errno == EINTR)
		return -1;
	return 0;
}

/* mnl_cb_run() says -1 and EINTR at NLM_F_DUMP_INTR, 0 at the end of the dump. */
static int
dump(struct mnl_socket *socket, struct nlmsghdr *request, mnl_cb_t on_message,
    struct fact_net *net)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_LEN];
	static uint32_t seq;
	ssize_t got;
	int more;

	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) == -1)
		return -1;
	do {
		got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (got == -1)
			return -1;
		more = mnl_cb_run(buffer, (size_t)got, request->nlmsg_seq, 0, on_message, net);
	} while (more > 0);
	return more;
}

/* Without the counters, which are most of what a link has to say. */
static struct nlmsghdr *
link_request(char *buffer)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *msg;

	request->nlmsg_type = RTM_GETLINK;
	msg = mnl_nlmsg_put_extra_header(request, sizeof(*msg));
	msg->ifi_family = AF_UNSPEC;
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request;
}

static struct nlmsghdr *
addr_request(char *buffer)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *msg;

	request->nlmsg_type = RTM_GETADDR;
	msg = mnl_nlmsg_put_extra_header(request, sizeof(*msg));
	msg->ifa_family = AF_UNSPEC;
	return request;
}

static struct nlmsghdr *
route_request(char *buffer, unsigned char family)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *msg;

	request->nlmsg_type = RTM_GETROUTE;
	msg = mnl_nlmsg_put_extra_header(request, sizeof(*msg));
	msg->rtm_family = family;
	msg->rtm_table = RT_TABLE_MAIN;
	return request;
}

/* Carrier: the lower layer is up, and nothing above it (802.1X) holds it back. */
static int
on_link(const struct nlmsghdr *message, void *net)
{
	const struct ifinfomsg *msg = mnl_nlmsg_get_payload(message);
	unsigned up = IFF_UP | IFF_LOWER_UP;
	const struct nlattr *name, *state;
	uint8_t oper = IF_OPER_UNKNOWN;
	struct fact_link *link;

	name = attribute(message, sizeof(*msg), IFLA_IFNAME, 1);
	state = attribute(message, sizeof(*msg), IFLA_OPERSTATE, 1);
	if (state != NULL)
		oper = mnl_attr_get_u8(state);
	if (message->nlmsg_type != RTM_NEWLINK || name == NULL)
		return MNL_CB_OK;
	link = fact_net_add_link(net, (uint32_t)msg->ifi_index, mnl_attr_get_str(name));
	link->up = (msg->ifi_flags & up) == up &&
	    (oper == IF_OPER_UP || oper == IF_OPER_UNKNOWN);
	link->loopback = (msg->ifi_flags & IFF_LOOPBACK) != 0;
	link->wireless = !link->loopback && is_wireless(link->name);
	link->ra_off = !takes_ra(message);
	fill_hwaddr(link, message);
	return MNL_CB_OK;
}

static void
fill_hwaddr(struct fact_link *link, const struct nlmsghdr *message)
{
	const struct ifinfomsg *msg = mnl_nlmsg_get_payload(message);
	const struct nlattr *address;

	link->hwtype = msg->ifi_type;
	address = attribute(message, sizeof(*msg), IFLA_ADDRESS, 1);
	if (address == NULL || mnl_attr_get_payload_len(address) > FACT_HWADDR_MAX)
		return;
	link->hwaddr_len = (uint8_t)mnl_attr_get_payload_len(address);
	memcpy(link->hwaddr, mnl_attr_get_payload(address), link->hwaddr_len);
}

static bool
is_wireless(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/phy80211", name);
	if (access(path, F_OK) == 0)
		return true;
	snprintf(path, sizeof(path), "/sys/class/net/%s/wireless", name);
	return access(path, F_OK) == 0;
}

/* By its accept_ra (networking/ip-sysctl): 2 also where it forwards.  A DHCP client that
 * reads advertisements itself sets it to 0. */
static bool
takes_ra(const struct nlmsghdr *message)
{
	const struct nlattr *conf = attribute(message, sizeof(struct ifinfomsg),
	    IFLA_AF_SPEC, 0);
	int32_t values[DEVCONF_ACCEPT_RA + 1];

	conf = inside(inside(conf, AF_INET6, 0), IFLA_INET6_CONF, sizeof(values));
	if (conf == NULL)
		return false; /* no IPv6 there */
	memcpy(values, mnl_attr_get_payload(conf), sizeof(values));
	return values[DEVCONF_ACCEPT_RA] > (values[DEVCONF_FORWARDING] != 0 ? 1 : 0);
}

/* IFA_LOCAL is ours, IFA_ADDRESS then the peer's; alone IFA_ADDRESS is ours. */
static int
on_addr(const struct nlmsghdr *message, void *net)
{
	const struct ifaddrmsg *msg = mnl_nlmsg_get_payload(message);
	bool v6 = msg->ifa_family == AF_INET6;
	size_t least = v6 ? 16 : 4;
	const struct nlattr *local = attribute(message, sizeof(*msg), IFA_LOCAL, least);
	struct fact_link *link = find_link(net, msg->ifa_index);
	struct addr addr;

	if (local == NULL)
		local = attribute(message, sizeof(*msg), IFA_ADDRESS, least);
	if (message->nlmsg_type != RTM_NEWADDR || local == NULL || link == NULL ||
	    (!v6 && msg->ifa_family != AF_INET))
		return MNL_CB_OK;
	addr = addr_make(v6 ? FAMILY_IPV6 : FAMILY_IPV4, mnl_attr_get_payload(local));
	fill_addr(fact_link_add_addr(link, &addr), message);
	return MNL_CB_OK;
}

static void
fill_addr(struct fact_addr *fact, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *msg = mnl_nlmsg_get_payload(message);
	const struct nlattr *flags, *cache;
	const struct ifa_cacheinfo *info;

	flags = attribute(message, sizeof(*msg), IFA_FLAGS, sizeof(uint32_t));
	cache = attribute(message, sizeof(*msg), IFA_CACHEINFO, sizeof(*info));
	fact->prefix_len = msg->ifa_prefixlen;
	fact->scope = msg->ifa_scope;
	fact->flags = addr_flags(
	    flags != NULL ? mnl_attr_get_u32(flags) : msg->ifa_flags, msg->ifa_family);
	fact->valid_s = FACT_FOREVER;
	fact->preferred_s = FACT_FOREVER;
	if (cache == NULL)
		return;
	info = mnl_attr_get_payload(cache);
	fact->valid_s = info->ifa_valid;
	fact->preferred_s = info->ifa_prefered;
	if (fact->preferred_s == 0)
		fact->flags |= FACT_ADDR_DEPRECATED;
}

/*
 * The bit of "temporary" means "secondary" for IPv4.  An optimistic address may be used
 * although its DAD still runs (RFC 4429 3.1).
 */
static uint32_t
addr_flags(uint32_t flags, unsigned char family)
{
	uint32_t facts = 0;

	if ((flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0)
		facts |= FACT_ADDR_TENTATIVE;
	if ((flags & IFA_F_DADFAILED) != 0)
		facts |= FACT_ADDR_DADFAILED;
	if ((flags & IFA_F_DEPRECATED) != 0)
		facts |= FACT_ADDR_DEPRECATED;
	if ((flags & IFA_F_TEMPORARY) != 0 && family == AF_INET6)
		facts |= FACT_ADDR_TEMPORARY;
	if ((flags & IFA_F_PERMANENT) != 0)
		facts |= FACT_ADDR_PERMANENT;
	return facts;
}

static struct fact_link *
find_link(struct fact_net *net, uint32_t ifindex)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (net->links[i].ifindex == ifindex)
			return &net->links[i];
	return NULL;
}

/* Default routes of the main table that lead somewhere. */
static int
on_route(const struct nlmsghdr *message, void *net)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(message);
	const struct nlattr *table, *metric, *oif, *multipath;
	uint32_t number = msg->rtm_table, ifindex = 0;

	if (message->nlmsg_type != RTM_NEWROUTE || msg->rtm_dst_len != 0 ||
	    msg->rtm_type != RTN_UNICAST ||
	    (msg->rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD)) != 0 ||
	    (msg->rtm_family != AF_INET && msg->rtm_family != AF_INET6))
		return MNL_CB_OK;
	table = attribute(message, sizeof(*msg), RTA_TABLE, sizeof(uint32_t));
	metric = attribute(message, sizeof(*msg), RTA_PRIORITY, sizeof(uint32_t));
	oif = attribute(message, sizeof(*msg), RTA_OIF, sizeof(uint32_t));
	multipath = attribute(message, sizeof(*msg), RTA_MULTIPATH,
	    sizeof(struct rtnexthop));
	if (table != NULL)
		number = mnl_attr_get_u32(table);
	if (oif != NULL)
		ifindex = mnl_attr_get_u32(oif);
	else if (multipath != NULL)
		ifindex = first_hop(multipath);
	if (number == RT_TABLE_MAIN && ifindex != 0)
		fact_net_add_route(net,
		    msg->rtm_family == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4, ifindex,
		    metric != NULL ? mnl_attr_get_u32(metric) : 0);
	return MNL_CB_OK;
}

static uint32_t
first_hop(const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);

	return (uint32_t)hop->rtnh_ifindex;
}

/* The first attribute of a type that holds at least so many bytes, or NULL. */
static const struct nlattr *
attribute(const struct nlmsghdr *message, size_t header, uint16_t type, size_t least)
{
	return find(mnl_nlmsg_get_payload_offset(message, header),
	    mnl_nlmsg_get_payload_tail(message), type, least);
}

/* The same inside of an attribute; NULL has none. */
static const struct nlattr *
inside(const struct nlattr *attr, uint16_t type, size_t least)
{
	const char *payload;

	if (attr == NULL)
		return NULL;
	payload = mnl_attr_get_payload(attr);
	return find((const struct nlattr *)(const void *)payload,
	    payload + mnl_attr_get_payload_len(attr), type, least);
}

static const struct nlattr *
find(const struct nlattr *attr, const char *tail, uint16_t type, size_t least)
{
	for (; mnl_attr_ok(attr, (int)(tail - (const char *)attr));
	     attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == type)
			return mnl_attr_get_payload_len(attr) >= least ? attr : NULL;
	return NULL;
}
