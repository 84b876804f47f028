/*
 * sim_zone: one zone in memory: authoritative answers (RFC 1034 4.3.2, RFC 4592, RFC
 * 6672) and dynamic update (RFC 2136 3).
 */
#ifndef SIM_ZONE_H
#define SIM_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/rrset.h"

#include "sim_msg.h"
#include "sim_rr.h"

struct sim_zone {
	struct name apex;
	struct name mname;
	uint32_t serial;
	struct sim_rrs rrs; /* all but the SOA */
};

void sim_zone_init(struct sim_zone *zone, const char *apex, const char *mname);
void sim_zone_free(struct sim_zone *zone);

/* One RR more, as "OWNER TTL TYPE RDATA"; the serial moves. */
void sim_zone_put(struct sim_zone *zone, const char *line);

/* All RRs of a type go; type ANY: all of the name.  The serial moves. */
void sim_zone_drop(struct sim_zone *zone, const char *owner, uint16_t type);

/* Make *to hold what *from holds: a zone transfer. */
void sim_zone_copy(struct sim_zone *to, const struct sim_zone *from);

/* What stands at the name itself; wildcards, cuts and aliases are not looked at. */
bool sim_zone_has(const struct sim_zone *zone, const struct name *owner, uint16_t type);
void sim_zone_addrs(const struct sim_zone *zone, const struct name *owner,
    uint16_t type, struct rrset *set);

/* Answer a query for a name within the zone: sections, AA and RCODE of *reply. */
void sim_zone_query(const struct sim_zone *zone, const struct name *qname,
    uint16_t qtype, struct sim_msg *reply);

/* What differs between servers when they update (protocol.md 3.4). */
struct sim_update_manner {
	bool keep_ttl;       /* Samba: an RRset that stays keeps its TTL */
	bool ignore_changes; /* policy, limits: accepted, not applied */
};

/*
 * Prerequisites, then changes, of a message whose zone section names this zone; all or
 * nothing.  Returns the RCODE; *changed: did anything change?
 */
uint8_t sim_zone_update(struct sim_zone *zone, const struct sim_msg *msg,
    const struct sim_update_manner *manner, bool *changed);

#endif
