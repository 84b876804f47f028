/*
 * sim_server: a DNS server of the simulated world: what it serves, whom it lets in, and
 * the habits of the product it imitates.  Bytes in, bytes out; it has no clock of its
 * own.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"

#include "sim_zone.h"

#define SIM_SERVED_MAX 4
#define SIM_UDP_MAX 512 /* without EDNS (RFC 1035 4.2.1) */

enum sim_brand {
	SIM_BIND,     /* echoes header and zone section */
	SIM_KNOT,     /* says NOTAUTH where others say REFUSED */
	SIM_SAMBA,    /* copies prerequisites, keeps TTLs, FORMERR below an apex */
	SIM_TERSE,    /* answers UPDATE with a bare header (RFC 2136 3.8) */
};

enum sim_access {
	SIM_OPEN,
	SIM_CLOSED,   /* not allowed, wrong source, frozen or secure-only */
	SIM_LIAR,     /* NOERROR when the prerequisites hold, and nothing is done */
};

struct sim_served {
	struct sim_zone *zone;
	struct sim_zone *primary; /* a secondary copies it; NULL: this is the primary */
	bool forwards;            /* secondary: UPDATEs go on to the primary */
	int64_t lag_us;           /* secondary: until a change at the primary shows */
};

/* What arrives at servers of many worlds together. */
struct sim_load {
	unsigned updates;
	int64_t second;
	unsigned in_second;       /* messages in that second */
	unsigned peak;            /* in the busiest one */
};

struct sim_server {
	struct endpoint at;
	enum sim_brand brand;
	enum sim_access access;
	struct sim_served served[SIM_SERVED_MAX];
	size_t served_count;
	bool recursive;           /* RD=1 is answered from all zones of the world */
	bool servfail;            /* answers SERVFAIL to everything, loading */
	bool servfail_updates;
	bool not_imp;             /* knows no UPDATE */
	struct sim_load *load;    /* NULL: nobody counts */
	bool wrong_zone;          /* puts another zone section into UPDATE answers */

	/* the way there and back; one client, so it belongs to the server */
	int64_t delay_us;         /* one way */
	int64_t jitter_us;        /* up to that much more, each way: reorders */
	unsigned loss_percent;    /* each way */
	unsigned copy_percent;    /* a datagram arrives twice */
	int64_t copy_late_us;     /* the copy comes up to that much later */
	bool silent;              /* nothing ever comes back */
	bool unreachable;         /* ICMP port unreachable; TCP: refused */
	bool tcp_refused;
	bool tcp_stalls;
	bool tcp_cuts;            /* closes after the request, having done it */
	unsigned answers_to_lose; /* that many answers to UPDATEs never arrive */
};

/* What a server needs to know of the world. */
struct sim_realm {
	struct sim_zone *const *zones;
	size_t zone_count;
};

/* What an UPDATE did. */
struct sim_deed {
	struct sim_zone *zone;    /* NULL: no UPDATE was looked at */
	bool changed;
	bool late;                /* sent by an earlier run */
	bool again;               /* a late copy of what was settled */
	struct sim_rrs before;    /* the zone's content before it */
};

/*
 * Handle one message.  Returns the length of the answer in reply (0: none); UDP answers
 * that do not fit are cut to header and question with TC.  deed->before is freed by the
 * caller.
 */
size_t sim_server_handle(struct sim_server *server, const struct sim_realm *realm,
    const uint8_t *bytes, size_t len, bool tcp, uint8_t *reply, size_t cap,
    struct sim_deed *deed);

/* The zone a server holds for the name, the deepest one; NULL: none. */
const struct sim_served *sim_server_find(const struct sim_server *server,
    const struct name *name);

#endif
