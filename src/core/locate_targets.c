/*
 * locate_targets: names of servers to addresses, addresses to candidates.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/locate_targets.h"
#include "ddnsupd/mem.h"

static void take_query(struct locate *, const struct query *, enum candidate_origin);
static void drop_query(struct locate *, size_t);
static void take_addr(struct locate *, const struct addr *, enum candidate_origin);
static bool is_target(const struct locate *, const struct endpoint *);
static bool is_configured(const struct locate *, const struct endpoint *);
static void interleave(struct locate *, size_t begin, size_t end);
static void move(struct locate *, size_t from, size_t to);

void
locate_resolve(struct locate *locate, struct step *step, const struct name *name)
{
	const struct endpoint *servers = locate->lookup_servers;
	size_t count = locate->lookup_count;
	size_t i;

	for (i = 0; i < locate->host_count; i++)
		if (name_equal(&locate->hosts[i].qname, name))
			return;
	assert(locate->host_count + 2 <=
	    sizeof(locate->hosts) / sizeof(locate->hosts[0]));
	if (servers == NULL) {
		servers = locate->in.servers;
		count = locate->in.server_count;
	}
	query_start(&locate->hosts[locate->host_count++], step, name, RRTYPE_A,
	    servers, count, 0);
	query_start(&locate->hosts[locate->host_count++], step, name, RRTYPE_AAAA,
	    servers, count, 0);
}

void
locate_resolve_ns(struct locate *locate, struct step *step, const struct wire_rr *rrs,
    size_t count, const struct name *owner)
{
	size_t i;

	for (i = 0; i < count && locate->host_count < 2 * LOCATE_NS_MAX; i++)
		if (rrs[i].type == RRTYPE_NS && name_equal(&rrs[i].owner, owner))
			locate_resolve(locate, step, &rrs[i].target);
}

void
locate_weigh_host(struct query *query, struct step *step)
{
	const struct answer *answer = &query->answer;
	size_t i;

	if (query->status != QUERY_ANSWERED || answer->aa || answer->answer_count > 0)
		return;
	for (i = 0; i < answer->additional_count; i++)
		if (name_equal(&answer->additional[i].owner, &query->qname))
			return; /* glue, see take_query() */
	for (i = 0; i < answer->authority_count; i++)
		if (answer->authority[i].type == RRTYPE_NS) {
			query_reject(query, step);
			return;
		}
}

bool
locate_hosts_open(const struct locate *locate)
{
	size_t i;

	for (i = 0; i < locate->host_count; i++)
		if (locate->hosts[i].status == QUERY_WAITING)
			return true;
	return false;
}

void
locate_take_hosts(struct locate *locate, enum candidate_origin origin)
{
	size_t i;

	for (i = 0; i < locate->host_count; i++)
		take_query(locate, &locate->hosts[i], origin);
	while (locate->host_count > 0)
		drop_query(locate, locate->host_count - 1);
}

void
locate_forget_hosts(struct locate *locate, struct step *step)
{
	size_t i;

	for (i = 0; i < locate->host_count; i++)
		query_cancel(&locate->hosts[i], step);
	locate->host_count = 0;
}

void
locate_collect_glue(struct locate *locate, const struct answer *answer,
    const struct name *cut)
{
	size_t i, j;

	for (i = 0; i < answer->authority_count; i++) {
		const struct wire_rr *ns = &answer->authority[i];

		if (ns->type != RRTYPE_NS || !name_equal(&ns->owner, cut))
			continue;
		for (j = 0; j < answer->additional_count; j++)
			if (answer->additional[j].addr.family != FAMILY_NONE &&
			    name_equal(&answer->additional[j].owner, &ns->target))
				take_addr(locate, &answer->additional[j].addr,
				    CANDIDATE_NS);
	}
}

void
locate_list_lookup_servers(struct locate *locate)
{
	size_t count = locate->cut_count + locate->in.server_count;

	free(locate->lookup_servers);
	locate->lookup_servers = mem_zero(count, sizeof(struct endpoint));
	locate->lookup_count = 0;
	/* the server that just answered first, then the rest in order */
	locate->lookup_servers[locate->lookup_count++] = locate->soa_server;
	for (size_t i = 0; i < count && locate->lookup_count < count; i++) {
		const struct endpoint *server = i < locate->cut_count ?
		    &locate->cut_servers[i] :
		    &locate->in.servers[i - locate->cut_count];

		if (!endpoint_equal(server, &locate->soa_server))
			locate->lookup_servers[locate->lookup_count++] = *server;
	}
}

void
locate_add_primaries(struct locate *locate, struct step *step)
{
	size_t i;

	for (i = 0; i < locate->in.primary_count; i++) {
		const struct config_primary *primary = &locate->in.primaries[i];
		char text[NAME_TEXT_MAX];

		if (!primary->is_name)
			continue;
		if (locate->host_count == 2 * LOCATE_PRIMARIES_MAX) {
			step_note(step, NOTE_WARNING, "dns.primary: %s is not looked "
			    "up, for at most %d names are; shorten the list",
			    name_format(&primary->name, text), LOCATE_PRIMARIES_MAX);
			return;
		}
		locate_resolve(locate, step, &primary->name);
	}
}

void
locate_take_primaries(struct locate *locate)
{
	size_t i, j;

	for (i = 0; i < locate->in.primary_count; i++) {
		const struct config_primary *primary = &locate->in.primaries[i];

		if (!primary->is_name) {
			locate_add_candidate(locate, &primary->server,
			    CANDIDATE_PRIMARY);
			continue;
		}
		for (j = 0; j < locate->host_count; j++)
			if (name_equal(&locate->hosts[j].qname, &primary->name))
				take_query(locate, &locate->hosts[j],
				    CANDIDATE_PRIMARY);
		/* what is left is MNAME's, unless it is the same host */
		for (j = locate->host_count; j-- > 0;)
			if (name_equal(&locate->hosts[j].qname, &primary->name))
				drop_query(locate, j);
	}
}

void
locate_add_candidate(struct locate *locate, const struct endpoint *server,
    enum candidate_origin origin)
{
	struct candidate *candidate;
	size_t i;

	for (i = 0; i < locate->candidate_count; i++)
		if (endpoint_equal(&locate->candidates[i].server, server))
			return;
	/* the last place is the resolver's: it is known to be alive */
	if (locate->candidate_count + (origin != CANDIDATE_RESOLVER) >=
	    LOCATE_CANDIDATES_MAX || !is_target(locate, server))
		return;
	candidate = &locate->candidates[locate->candidate_count++];
	candidate->server = *server;
	candidate->origin = origin;
}

void
locate_order_candidates(struct locate *locate)
{
	size_t begin, end, i;

	for (begin = 0; begin < locate->candidate_count; begin = end) {
		for (end = begin + 1; end < locate->candidate_count; end++)
			if (locate->candidates[end].origin !=
			    locate->candidates[begin].origin)
				break;
		interleave(locate, begin, end);
	}
	/* among MNAME's addresses the one that answered is known to be alive */
	for (i = 0; i < locate->candidate_count; i++)
		if (locate->candidates[0].origin == CANDIDATE_MNAME &&
		    locate->candidates[i].origin == CANDIDATE_MNAME &&
		    endpoint_equal(&locate->candidates[i].server, &locate->soa_server))
			move(locate, i, 0);
	for (i = 0; i < locate->candidate_count; i++)
		if (locate->in.has_preferred &&
		    (locate->candidates[0].origin != CANDIDATE_PRIMARY ||
		    locate->candidates[i].origin == CANDIDATE_PRIMARY) &&
		    endpoint_equal(&locate->candidates[i].server,
		    &locate->in.preferred))
			move(locate, i, 0);
}

static void
take_query(struct locate *locate, const struct query *query,
    enum candidate_origin origin)
{
	size_t i;

	if (query->status != QUERY_ANSWERED)
		return;
	/* the resolver has followed a CNAME for us: every address is the host's */
	for (i = 0; i < query->answer.answer_count; i++)
		if (query->answer.answers[i].type == query->qtype)
			take_addr(locate, &query->answer.answers[i].addr, origin);
	/* an authoritative server beside its referral: glue */
	for (i = 0; i < query->answer.additional_count; i++)
		if (query->answer.answer_count == 0 &&
		    query->answer.additional[i].type == query->qtype &&
		    name_equal(&query->answer.additional[i].owner, &query->qname))
			take_addr(locate, &query->answer.additional[i].addr, origin);
}

static void
drop_query(struct locate *locate, size_t i)
{
	query_free(&locate->hosts[i]);
	locate->host_count--;
	memmove(&locate->hosts[i], &locate->hosts[i + 1],
	    (locate->host_count - i) * sizeof(locate->hosts[0]));
	memset(&locate->hosts[locate->host_count], 0, sizeof(locate->hosts[0]));
}

static void
take_addr(struct locate *locate, const struct addr *addr, enum candidate_origin origin)
{
	struct endpoint server = {.addr = *addr, .port = DNS_PORT};

	locate_add_candidate(locate, &server, origin);
}

static bool
is_target(const struct locate *locate, const struct endpoint *server)
{
	const struct addr *addr = &server->addr;

	if (server->port == 0 || addr_is_unspecified(addr) ||
	    addr_is_multicast(addr) || addr_is_broadcast(addr) || addr_is_mapped(addr))
		return false;
	if (is_configured(locate, server))
		return true;
	return !addr_is_loopback(addr) && !addr_is_link_local(addr) &&
	    !fact_net_has_addr(locate->in.net, addr);
}

static bool
is_configured(const struct locate *locate, const struct endpoint *server)
{
	size_t i;

	for (i = 0; i < locate->in.server_count; i++)
		if (endpoint_equal(&locate->in.servers[i], server))
			return true;
	for (i = 0; i < locate->in.primary_count; i++)
		if (!locate->in.primaries[i].is_name &&
		    endpoint_equal(&locate->in.primaries[i].server, server))
			return true;
	return false;
}

/* One of each family in turn, the order within a family kept (RFC 8305 4). */
static void
interleave(struct locate *locate, size_t begin, size_t end)
{
	enum family want = locate->in.ipv4_first ? FAMILY_IPV4 : FAMILY_IPV6;
	size_t i, j;

	for (i = begin; i < end; i++) {
		for (j = i; j < end; j++)
			if (locate->candidates[j].server.addr.family == want)
				break;
		if (j < end)
			move(locate, j, i);
		want = locate->candidates[i].server.addr.family == FAMILY_IPV4 ?
		    FAMILY_IPV6 : FAMILY_IPV4;
	}
}

static void
move(struct locate *locate, size_t from, size_t to)
{
	struct candidate candidate = locate->candidates[from];

	memmove(&locate->candidates[to + 1], &locate->candidates[to],
	    (from - to) * sizeof(candidate));
	locate->candidates[to] = candidate;
}
