/*
 * facts: what is known of the machine.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/facts.h"
#include "ddnsupd/mem.h"

static bool is_better(const struct fact_route *route, const struct fact_route *best);

const char *
fact_source_name(enum fact_source source)
{
	static const char *const names[] = {
		[FACT_SOURCE_STATIC] = "static",
		[FACT_SOURCE_LEASE] = "lease",
		[FACT_SOURCE_OBSERVED] = "observed",
		[FACT_SOURCE_INFORM] = "inform",
		[FACT_SOURCE_DHCPV6] = "dhcpv6",
		[FACT_SOURCE_RA] = "ra",
		[FACT_SOURCE_HOOK] = "hook",
	};

	return names[source];
}

struct fact_link *
fact_net_add_link(struct fact_net *net, uint32_t ifindex, const char *name)
{
	struct fact_link *link;

	net->links = mem_grow(net->links, &net->link_cap, net->link_count + 1,
	    sizeof(*link));
	link = &net->links[net->link_count++];
	*link = (struct fact_link){.ifindex = ifindex};
	memcpy(link->name, name, strnlen(name, sizeof(link->name) - 1));
	return link;
}

struct fact_addr *
fact_link_add_addr(struct fact_link *link, const struct addr *addr)
{
	struct fact_addr *fact;

	link->addrs = mem_grow(link->addrs, &link->addr_cap, link->addr_count + 1,
	    sizeof(*fact));
	fact = &link->addrs[link->addr_count++];
	*fact = (struct fact_addr){.addr = *addr};
	return fact;
}

struct fact_route *
fact_net_add_route(struct fact_net *net, enum family family, uint32_t ifindex,
    uint32_t metric)
{
	struct fact_route *route;

	net->routes = mem_grow(net->routes, &net->route_cap, net->route_count + 1,
	    sizeof(*route));
	route = &net->routes[net->route_count++];
	*route = (struct fact_route){family, ifindex, metric};
	return route;
}

void
fact_net_copy(struct fact_net *to, const struct fact_net *from)
{
	struct fact_net copy = *from;

	copy.link_cap = from->link_count;
	copy.links = mem_copy(from->links, from->link_count * sizeof(*from->links));
	copy.route_cap = from->route_count;
	copy.routes = mem_copy(from->routes, from->route_count * sizeof(*from->routes));
	for (size_t i = 0; i < copy.link_count; i++) {
		struct fact_link *link = &copy.links[i];

		link->addr_cap = link->addr_count;
		link->addrs = mem_copy(link->addrs,
		    link->addr_count * sizeof(*link->addrs));
	}
	fact_net_free(to);
	*to = copy;
}

void
fact_net_free(struct fact_net *net)
{
	for (size_t i = 0; i < net->link_count; i++)
		free(net->links[i].addrs);
	free(net->links);
	free(net->routes);
	*net = (struct fact_net){0};
}

bool
fact_link_equal(const struct fact_link *a, const struct fact_link *b)
{
	if (a->ifindex != b->ifindex || strcmp(a->name, b->name) != 0 ||
	    a->up != b->up || a->loopback != b->loopback ||
	    a->wireless != b->wireless || a->hwtype != b->hwtype ||
	    a->hwaddr_len != b->hwaddr_len || a->addr_count != b->addr_count ||
	    memcmp(a->hwaddr, b->hwaddr, sizeof(a->hwaddr)) != 0)
		return false;
	for (size_t i = 0; i < a->addr_count; i++) {
		const struct fact_addr *one = &a->addrs[i], *other = &b->addrs[i];

		if (!addr_equal(&one->addr, &other->addr) ||
		    one->prefix_len != other->prefix_len ||
		    one->scope != other->scope || one->flags != other->flags)
			return false;
	}
	return true;
}

bool
fact_host_equal(const struct fact_host *a, const struct fact_host *b)
{
	if (a->known != b->known || a->has_domain != b->has_domain)
		return false;
	return !a->known || (name_equal(&a->label, &b->label) &&
	    (!a->has_domain || name_equal(&a->domain, &b->domain)));
}

const struct fact_link *
fact_net_link(const struct fact_net *net, const char *name)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (strcmp(net->links[i].name, name) == 0)
			return &net->links[i];
	return NULL;
}

const struct fact_link *
fact_net_link_by_index(const struct fact_net *net, uint32_t ifindex)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (net->links[i].ifindex == ifindex)
			return &net->links[i];
	return NULL;
}

const struct fact_addr *
fact_link_addr(const struct fact_link *link, const struct addr *addr)
{
	for (size_t i = 0; i < link->addr_count; i++)
		if (addr_equal(&link->addrs[i].addr, addr))
			return &link->addrs[i];
	return NULL;
}

bool
fact_net_has_addr(const struct fact_net *net, const struct addr *addr)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (fact_link_addr(&net->links[i], addr) != NULL)
			return true;
	return false;
}

/* A route whose link is not in the snapshot leads nowhere. */
bool
fact_net_has_ipv6(const struct fact_net *net)
{
	for (size_t i = 0; i < net->link_count; i++)
		for (size_t j = 0; j < net->links[i].addr_count; j++) {
			const struct fact_addr *fact = &net->links[i].addrs[j];

			if (fact->addr.family == FAMILY_IPV6 &&
			    addr_unfit(&fact->addr) == NULL &&
			    !(fact->flags & (FACT_ADDR_TENTATIVE |
			    FACT_ADDR_DADFAILED)))
				return true;
		}
	return false;
}

const struct fact_link *
fact_net_default_link(const struct fact_net *net)
{
	const struct fact_route *best = NULL;
	const struct fact_link *best_link = NULL;

	for (size_t i = 0; i < net->route_count; i++) {
		const struct fact_route *route = &net->routes[i];
		const struct fact_link *link;

		if (best != NULL && !is_better(route, best))
			continue;
		link = fact_net_link_by_index(net, route->ifindex);
		if (link == NULL)
			continue;
		best = route;
		best_link = link;
	}
	return best_link;
}

void
facts_add_server(struct facts *facts, const struct endpoint *endpoint,
    enum fact_source source, uint32_t ifindex)
{
	for (size_t i = 0; i < facts->server_count; i++)
		if (endpoint_equal(&facts->servers[i].endpoint, endpoint))
			return;
	facts->servers = mem_grow_one(facts->servers, facts->server_count,
	    sizeof(*facts->servers));
	facts->servers[facts->server_count++] = (struct fact_server){
		*endpoint, source, ifindex
	};
}

void
facts_clear_servers(struct facts *facts)
{
	free(facts->servers);
	facts->servers = NULL;
	facts->server_count = 0;
}

void
facts_free(struct facts *facts)
{
	fact_net_free(&facts->net);
	facts_clear_servers(facts);
	free(facts->dhcp);
	*facts = (struct facts){0};
}

static bool
is_better(const struct fact_route *route, const struct fact_route *best)
{
	if (route->family != best->family)
		return route->family == FAMILY_IPV4;
	return route->metric < best->metric;
}
