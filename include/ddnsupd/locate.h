/*
 * locate: which zone holds a name, and which servers take its updates (protocol.md 2).
 *
 * SOA walk, referrals, MNAME and NS set, to an ordered list of candidates.
 */
#ifndef DDNSUPD_LOCATE_H
#define DDNSUPD_LOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/query.h"
#include "ddnsupd/step.h"
#include "ddnsupd/strbuf.h"

#define LOCATE_CANDIDATES_MAX 8  /* protocol.md 2 */
#define LOCATE_REFERRALS_MAX 4   /* protocol.md 2 */
#define LOCATE_NS_MAX 4          /* name servers of a set that are resolved */
#define LOCATE_PRIMARIES_MAX 8   /* names in dns.primary that are */
#define LOCATE_HOSTS_MAX (LOCATE_PRIMARIES_MAX + 1) /* and MNAME */

enum candidate_origin {
	CANDIDATE_PRIMARY,  /* dns.primary */
	CANDIDATE_MNAME,
	CANDIDATE_NS,
	CANDIDATE_RESOLVER, /* the server that answered the SOA query */
};

struct candidate {
	struct endpoint server;
	enum candidate_origin origin;
};

/* What a location is found from; pointers are the caller's and outlive the walk. */
struct locate_input {
	struct name owner;
	const struct endpoint *servers;  /* the DNS servers, in order */
	size_t server_count;
	const struct config_primary *primaries;
	size_t primary_count;
	const struct fact_net *net;      /* our own addresses are no target */
	bool allow_top_level_zone;       /* mission R1 */
	bool ipv4_first;                 /* our own IPv6 is not usable yet */
	bool has_preferred;              /* the server that worked last goes first */
	struct endpoint preferred;
};

enum locate_status {
	LOCATE_IDLE,
	LOCATE_WALK,       /* SOA, label by label */
	LOCATE_CUT,        /* addresses of the servers a referral names */
	LOCATE_PRIMARY,    /* addresses of MNAME and of dns.primary */
	LOCATE_NS,         /* the zone's NS set */
	LOCATE_NS_HOSTS,   /* its addresses */
	LOCATE_FOUND,
	LOCATE_FAILED,
};

enum locate_failure {
	LOCATE_SILENT,     /* no server answered at all */
	LOCATE_ERROR,      /* servers answered, none usefully */
	LOCATE_NO_ZONE,    /* the walk came to its end */
	LOCATE_TOP_LEVEL,  /* the zone is a top-level zone (mission R1) */
	LOCATE_NO_TARGET,  /* no server that may be sent to */
};

struct locate {
	enum locate_status status;
	struct locate_input in;
	struct query soa;
	struct name qname;           /* where the walk stands */
	struct endpoint *cut_servers; /* of the last referral; NULL: none */
	size_t cut_count;
	struct name cut;
	unsigned referrals;
	struct query hosts[2 * LOCATE_HOSTS_MAX]; /* A and AAAA of each name */
	size_t host_count;
	struct endpoint *lookup_servers; /* cut servers, then DNS servers */
	size_t lookup_count;
	bool ns_asked;
	bool root_soa;               /* some server knows nothing below the root */
	bool heard;                  /* somebody answered an earlier question of the walk */
	bool fell_silent;            /* FAILED: and then nobody did any more */

	bool has_zone;               /* results */
	struct name zone;
	struct name mname;
	struct endpoint soa_server;
	struct candidate candidates[LOCATE_CANDIDATES_MAX];
	size_t candidate_count;
	enum locate_failure failure;
	int rcode;                   /* of the last answer; -1: none */
	int64_t found_us;
};

void locate_start(struct locate *locate, struct step *step,
    const struct locate_input *input);
bool locate_event(struct locate *locate, struct step *step, const struct event *event);
void locate_wake(struct locate *locate, struct step *step);
int64_t locate_deadline(const struct locate *locate);

/* What it waits for, for a person: "192.0.2.53#53 to answer SOA pc1.corp.example". */
void locate_waits_for(const struct locate *locate, struct strbuf *out);

/*
 * Every candidate failed: ask the zone's NS set for more, once.  Returns false when that
 * was done already; else the status is LOCATE_NS and candidates will be appended.
 */
bool locate_more(struct locate *locate, struct step *step);

void locate_cancel(struct locate *locate, struct step *step);
void locate_free(struct locate *locate);

#endif
