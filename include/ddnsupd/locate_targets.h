/*
 * locate_targets: names of servers to addresses, addresses to candidates (protocol.md 2).
 *
 * The half of locate that gathers and filters; locate.c decides what is asked when.
 */
#ifndef DDNSUPD_LOCATE_TARGETS_H
#define DDNSUPD_LOCATE_TARGETS_H

#include "ddnsupd/locate.h"

/* Look up A and AAAA of a server's name; its own queries.  Not more than LOCATE_HOSTS_MAX
 * names at a time. */
void locate_resolve(struct locate *locate, struct step *step, const struct name *name);

/* Look up the targets of the NS RRs that `owner` has among `rrs`, LOCATE_NS_MAX at most. */
void locate_resolve_ns(struct locate *locate, struct step *step,
    const struct wire_rr *rrs, size_t count, const struct name *owner);

/* A referral in place of an address is no answer: the next server is asked. */
void locate_weigh_host(struct query *query, struct step *step);

/* Is a lookup still under way? */
bool locate_hosts_open(const struct locate *locate);

/* Turn the addresses that were looked up into candidates; the lookups are forgotten. */
void locate_take_hosts(struct locate *locate, enum candidate_origin origin);
void locate_forget_hosts(struct locate *locate, struct step *step);

/* Addresses of `cut`'s name servers that came with a referral (RFC 1034 4.2.1). */
void locate_collect_glue(struct locate *locate, const struct answer *answer,
    const struct name *cut);

/* Where names of servers are looked up: the cut's servers, then the DNS servers. */
void locate_list_lookup_servers(struct locate *locate);

/* dns.primary: start the lookup of those given by name, LOCATE_PRIMARIES_MAX at most; then, when all lookups are over,
 * turn them into the first candidates, in the order configured. */
void locate_add_primaries(struct locate *locate, struct step *step);
void locate_take_primaries(struct locate *locate);

/*
 * Append a candidate unless it is there or may not be a target: unspecified, multicast,
 * broadcast, loopback, link-local, or our own address, unless configured.
 */
void locate_add_candidate(struct locate *locate, const struct endpoint *server,
    enum candidate_origin origin);

/* Interleave the families within each origin; the server that worked last goes first, but
 * not before dns.primary unless it is one of them. */
void locate_order_candidates(struct locate *locate);

#endif
