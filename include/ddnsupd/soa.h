/*
 * soa: what an answer to the SOA question says about the zone of a name (protocol.md 2).
 */
#ifndef DDNSUPD_SOA_H
#define DDNSUPD_SOA_H

#include "ddnsupd/name.h"
#include "ddnsupd/wire.h"

enum soa_finding {
	SOA_FOUND,     /* the zone's SOA: *rr */
	SOA_REFERRAL,  /* a zone cut: *rr is one of its NS RRs */
	SOA_STRIP,     /* nothing here: ask for the parent */
	SOA_USELESS,   /* lame, upward, two SOAs, or not an ancestor: the next server */
};

/*
 * In: the answer (NOERROR or NXDOMAIN) to SOA `qname`, the name whose zone is sought,
 * and the last cut that a referral named (the root: none).
 * Source: RFC 1034 4.3.2 and 6.2.6, RFC 2308 2, RFC 2136 4.
 */
enum soa_finding soa_read(const struct answer *answer, const struct name *qname,
    const struct name *owner, const struct name *cut, const struct wire_rr **rr);

#endif
