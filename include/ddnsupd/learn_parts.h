/*
 * learn_parts: what the files of learn share; nobody else includes it.
 */
#ifndef DDNSUPD_LEARN_PARTS_H
#define DDNSUPD_LEARN_PARTS_H

#include "ddnsupd/dhcp4.h"
#include "ddnsupd/dhcp6.h"
#include "ddnsupd/learn.h"
#include "ddnsupd/lease.h"
#include "ddnsupd/packet.h"

#define LEARN_ENTRIES_MAX 256   /* of all sources together; more are not heard */
#define LEARN_PATHS_MAX 64      /* lease files whose fault is remembered */
#define LEARN_REQUESTS_MAX 128  /* of the machine's clients, the oldest goes first */
#define LEARN_LINKS_MAX 64      /* links that are asked on */
#define LEARN_ROUTERS_MAX 8     /* of one link */
#define LEARN_LOYAL_TRIES 2     /* so long only the server that answered before counts */
#define LEARN_REST_S 1800       /* between two rounds of DHCPINFORM without an answer */
#define LEARN_SOURCES (FACT_SOURCE_HOOK + 1)

/* What one source has said of one link. */
struct learn_entry {
	enum fact_source source;
	enum family family;
	uint32_t ifindex;            /* 0: known by name */
	char ifname[ADDR_IFNAME_MAX];
	char *path;                  /* LEASE: the file; else NULL */
	struct addr router;          /* RA */
	struct dhcp_info info;
	bool has_witness;            /* it counts only while the link has ... */
	struct addr witness;
	int64_t pending_until_us;    /* OBSERVED: ... which may show until then; 0 */
	int64_t expires_us;
	int64_t ends_us[DHCP_SERVERS_MAX]; /* RA: of each server */
	int64_t domain_ends_us;      /* RA */
	struct addr server;          /* OBSERVED, INFORM: option 54; family 0: none */
	struct dhcp6_duid duid;      /* OBSERVED, DHCPV6: of the server */
};

/* A request of the machine's own client, seen leaving. */
struct learn_request {
	int64_t seen_us;             /* 0: the place is free */
	enum family family;
	uint32_t ifindex;
	uint32_t xid;
	bool inform;                 /* it leases nothing */
	struct addr server;          /* the one asked, or that answered; family 0: any */
	struct dhcp6_duid client;
	struct dhcp6_duid duid;      /* the same in DHCPv6; len 0: any */
};

/* Our own questions on one link, of one protocol. */
struct learn_ask {
	enum fact_source source;     /* INFORM, DHCPV6 */
	int64_t next_us;             /* CLOCK_NEVER: nothing is planned */
	unsigned tries;              /* of this round; 0: none is under way */
	unsigned asked;              /* since the last answer */
	uint32_t xid;
	uint64_t id;                 /* of the ASK whose socket is open; 0: none */
	int64_t first_us;            /* of this round */
	int64_t wait_us;             /* DHCPv6: the last one */
	uint32_t max_rt_s;           /* DHCPv6: option 83, else 3600 */
	bool bare;                   /* answered without servers: it asks on */
	uint32_t again_s;            /* after which the answer is asked for again */
	struct addr local;           /* from where */
	enum fault fault;            /* of the last ASK */
};

struct learn_link {                  /* one that a registration uses */
	uint32_t ifindex;
	struct learn_ask asks[2];    /* IPv4, IPv6 */
};

struct learn {
	struct facts *facts;
	const struct config *config;
	bool asks;
	bool hurry;
	bool started;
	bool stopped;                /* asks nobody any more */
	bool in_use[LEARN_SOURCES];
	unsigned rank[LEARN_SOURCES];  /* the best is 0 */
	char *unavailable[LEARN_SOURCES]; /* why; NULL: it works */
	char (*names)[ADDR_IFNAME_MAX]; /* links that registrations name, sorted */
	size_t name_count;
	size_t name_cap;
	bool wants_default;          /* one names none: the default route's */
	struct learn_entry *entries; /* in the order heard */
	size_t entry_count;
	size_t entry_cap;
	struct {
		char *path;
		enum fault fault;    /* NONE: it could be read */
	} paths[LEARN_PATHS_MAX];
	size_t path_count;
	struct learn_request requests[LEARN_REQUESTS_MAX];
	bool seen;                   /* a DHCP message, by the packet socket */
	struct learn_link *links;
	size_t link_count;
	size_t link_cap;
	uint32_t *changed;           /* links, by the last publication */
	size_t changed_count;
	size_t changed_cap;
	struct {
		uint32_t ifindex;
		char *text;          /* what was said of it last */
	} *said;
	size_t said_count;
	size_t said_cap;
	int64_t published_us;
	int64_t publish_at_us;       /* what has changed is held back until; NEVER */
	int64_t damp_us;
	int64_t lost_us;             /* when something went that is still published; NEVER */
};

/* --- learn.c: the book -------------------------------------------------------------- */

/* Add an entry, zeroed, without end; NULL: the book is full. */
struct learn_entry *learn_add(struct learn *learn, enum fact_source source,
    enum family family);
void learn_drop(struct learn *learn, size_t index);

/* The entry of a source on a link, pending or not; NULL: none. */
struct learn_entry *learn_find(struct learn *learn, enum fact_source source,
    enum family family, uint32_t ifindex, bool pending);

/* The link of an entry; NULL: there is none now. */
const struct fact_link *learn_link_of(const struct learn *learn,
    const struct learn_entry *entry);

/* Does it hold now: its link there, its address on it?  What has ended is out of the
 * book. */
bool learn_holds(const struct learn *learn, const struct learn_entry *entry);

/* seconds from now; FACT_FOREVER: never. */
int64_t learn_after(const struct step *step, uint32_t seconds);

/* --- learn_publish.c ---------------------------------------------------------------- */

bool learn_publish(struct learn *learn, struct step *step);
void learn_list_servers(struct learn *learn);

/* --- learn_lease.c, learn_ra.c, learn_observe.c ------------------------------------- */

bool learn_lease(struct learn *learn, struct step *step, const struct event *event);
bool learn_ra(struct learn *learn, struct step *step, const struct event *event);
bool learn_packet(struct learn *learn, struct step *step, const struct event *event);

/* Servers and domains of an advertisement whose lifetime is over. */
void learn_age_ra(struct learn_entry *entry, int64_t now_us);

bool learn_is_duid(const struct dhcp6_duid *a, const struct dhcp6_duid *b);

/* --- learn_links.c: where is asked -------------------------------------------------- */

/* The configuration has changed: the links that registrations name. */
void learn_take_names(struct learn *learn);

/* Links came, went, or changed. */
void learn_sync_links(struct learn *learn, struct step *step);

/* --- learn_ask.c, learn_answer.c: asking -------------------------------------------- */

void learn_ask(struct learn *learn, struct step *step);

/* The machine has slept: what was answered before may be old. */
void learn_ask_anew(struct learn *learn, struct step *step);
void learn_ask_fault(struct learn *learn, const struct event *event);
int64_t learn_ask_deadline(const struct learn *learn);

/* Is it one of ours (whoever sends it)? */
bool learn_is_own(const struct learn *learn, enum family family, uint32_t xid);

/* An answer, perhaps to us.  Returns whether something was learned. */
bool learn_answer4(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct dhcp4 *message);
bool learn_answer6(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct dhcp6 *message);

/* Close its socket, plan nothing. */
void learn_hush(struct learn_ask *ask, struct step *step);

#endif
