/*
 * facts: what is known of the machine: links, addresses, routes, the host's own name,
 * what DHCP says, and the DNS servers.  The only owner of the DNS server list.
 *
 * A snapshot is a value: the shell builds a whole new one, the core swaps it in.
 */
#ifndef DDNSUPD_FACTS_H
#define DDNSUPD_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/dhcp.h"
#include "ddnsupd/name.h"

#define FACT_HWADDR_MAX 16 /* what a DHCPv4 message holds */
#define FACT_FOREVER UINT32_MAX /* a lifetime without end (RFC 4861 4.6.2) */

/* From IFA_FLAGS (linux/if_addr.h), one for one. */
enum fact_addr_flag {
	FACT_ADDR_TENTATIVE = 1 << 0,  /* DAD runs (RFC 4862 5.4); optimistic is not */
	FACT_ADDR_DADFAILED = 1 << 1,
	FACT_ADDR_DEPRECATED = 1 << 2, /* preferred lifetime over (RFC 4862 5.5.4) */
	FACT_ADDR_TEMPORARY = 1 << 3,  /* RFC 8981 */
	FACT_ADDR_PERMANENT = 1 << 4,  /* clear: it has a lifetime, "dynamic" */
};

struct fact_addr {
	struct addr addr;
	uint8_t prefix_len;
	uint8_t scope;          /* rtnetlink's: 0 global, 253 link, 254 host */
	uint32_t flags;         /* enum fact_addr_flag */
	uint32_t valid_s;       /* FACT_FOREVER or seconds left at the snapshot */
	uint32_t preferred_s;
};

struct fact_link {
	uint32_t ifindex;
	char name[ADDR_IFNAME_MAX];
	bool up;                /* IFF_UP and carrier (operstate up or unknown) */
	bool loopback;
	bool wireless;          /* /sys/class/net/IF/phy80211 or wireless exists */
	bool ra_off;            /* the kernel takes no router advertisements there */
	uint16_t hwtype;        /* ARPHRD_... (linux/if_arp.h) */
	uint8_t hwaddr_len;     /* 0: none, or longer than DHCP knows */
	uint8_t hwaddr[FACT_HWADDR_MAX];
	struct fact_addr *addrs;
	size_t addr_count;
	size_t addr_cap;
};

/* A default route of the main table. */
struct fact_route {
	enum family family;
	uint32_t ifindex;
	uint32_t metric;        /* lower is better; 0 when the kernel names none */
};

/* One consistent netlink dump. */
struct fact_net {
	struct fact_link *links;
	size_t link_count;
	size_t link_cap;
	struct fact_route *routes;
	size_t route_count;
	size_t route_cap;
};

/* Where a DNS server came from (interface.md, "source"). */
enum fact_source {
	FACT_SOURCE_STATIC,
	FACT_SOURCE_LEASE,
	FACT_SOURCE_OBSERVED,
	FACT_SOURCE_INFORM,
	FACT_SOURCE_DHCPV6,
	FACT_SOURCE_RA,
	FACT_SOURCE_HOOK,
};

struct fact_server {
	struct endpoint endpoint; /* ifname: the link it was learned on */
	enum fact_source source;
	uint32_t ifindex;         /* of that link; 0: configured */
};

/* What one source says about one interface, in force now. */
struct fact_dhcp {
	enum fact_source source;
	enum family family;       /* of the protocol that brought it */
	uint32_t ifindex;
	char ifname[ADDR_IFNAME_MAX];
	struct dhcp_info info;
	int64_t expires_us;       /* clock.h; CLOCK_NEVER: no end */
};

/* The host's own name (interface.md, HostOSFQDN). */
struct fact_host {
	bool known;             /* a node name that is a valid name */
	bool has_domain;
	bool from_search;       /* the domain is resolv.conf's: one from DHCP goes before */
	struct name label;      /* first label of the node name */
	struct name domain;     /* valid when has_domain */
	struct name fqdn;       /* valid when has_domain */
};

struct facts {
	struct fact_net net;
	struct fact_host host;
	struct fact_server *servers;
	size_t server_count;
	struct fact_dhcp *dhcp;   /* the best source first */
	size_t dhcp_count;
	size_t dhcp_cap;
};

/* "static", "lease", ... as in interface.md. */
const char *fact_source_name(enum fact_source source);

/* Build a snapshot.  The returned pointers hold until the next addition. */
struct fact_link *fact_net_add_link(struct fact_net *net, uint32_t ifindex,
    const char *name);
struct fact_addr *fact_link_add_addr(struct fact_link *link, const struct addr *addr);
struct fact_route *fact_net_add_route(struct fact_net *net, enum family family,
    uint32_t ifindex, uint32_t metric);

/* Replace *to by a copy of *from that shares nothing with it. */
void fact_net_copy(struct fact_net *to, const struct fact_net *from);
void fact_net_free(struct fact_net *net);

/* Do they say the same?  Lifetimes count down and are left aside. */
bool fact_link_equal(const struct fact_link *a, const struct fact_link *b);

bool fact_host_equal(const struct fact_host *a, const struct fact_host *b);

/* NULL when there is none. */
const struct fact_link *fact_net_link(const struct fact_net *net, const char *name);
const struct fact_link *fact_net_link_by_index(const struct fact_net *net,
    uint32_t ifindex);
const struct fact_addr *fact_link_addr(const struct fact_link *link,
    const struct addr *addr);

/* Does the address stand on any interface of the machine? */
bool fact_net_has_addr(const struct fact_net *net, const struct addr *addr);

/* Has the machine an IPv6 address to speak from: not link-local, past DAD? */
bool fact_net_has_ipv6(const struct fact_net *net);

/* The link of the default route with the lowest metric, IPv4 first; NULL: none. */
const struct fact_link *fact_net_default_link(const struct fact_net *net);

/* Append a server unless its endpoint is there already.  ifindex: of the link it was
 * learned on, 0: configured. */
void facts_add_server(struct facts *facts, const struct endpoint *endpoint,
    enum fact_source source, uint32_t ifindex);
void facts_clear_servers(struct facts *facts);
void facts_free(struct facts *facts);

/* --- what DHCP says (facts_dhcp.c) -------------------------------------------------- */

/* Is the address in a lease of this link?  False also when nothing is known. */
bool facts_leased(const struct facts *facts, uint32_t ifindex, const struct addr *addr);

/* The fact that says so, of the best source; NULL: none. */
const struct fact_dhcp *facts_lease(const struct facts *facts, uint32_t ifindex,
    const struct addr *addr);

/* Has the link DNS servers of its own?  NULL: no. */
bool facts_has_servers(const struct facts *facts, const struct fact_link *link);

/* The domain that the best source of the link gives; ifindex 0: of any link.  NULL:
 * none. */
const struct name *facts_dhcp_domain(const struct facts *facts, uint32_t ifindex);

/* Set the host's name: `own` as the machine's texts say it, with the domain that DHCP
 * gives on the default route's link unless a better text names one (interface.md). */
void facts_set_host(struct facts *facts, const struct fact_host *own);

/* The fact of the link whose option 81 says that the DHCPv4 server updates the A of
 * `fqdn` itself (S set; RFC 4702 2.1); the best source whose option is about that name
 * decides, and one without a name is about the host's own.  NULL: none. */
const struct fact_dhcp *facts_dhcp_updates(const struct facts *facts, uint32_t ifindex,
    const struct name *fqdn);

#endif
