/*
 * observe: what a server shows under a name: A and AAAA, RD=0, asked of one candidate
 * after the other, 300 ms apart, the first good answer wins (protocol.md 3, "observe").
 */
#ifndef DDNSUPD_OBSERVE_H
#define DDNSUPD_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/ask.h"
#include "ddnsupd/rrset.h"
#include "ddnsupd/step.h"

#define OBSERVE_SERVERS_MAX 16
#define OBSERVE_STAGGER_US CLOCK_MS(300)

/* Families as a mask. */
#define FAMILY_A 1U
#define FAMILY_AAAA 2U
#define FAMILY_BOTH 3U

/* What stands under the name, as one server shows it. */
struct sight {
	bool known[2];      /* A, AAAA: looked at */
	struct rrset sets[2];
	bool cname;         /* an alias is seen; it may be a wildcard's */
	bool dname;         /* a DNAME above the name */
};

struct sighting {       /* of one server */
	struct endpoint server;
	struct ask asks[2]; /* A, AAAA */
	bool started;
	bool failed;
	bool dropped;       /* no more answers wanted */
	int rcode;          /* failed: of the answer; -1: none */
	enum fault fault;   /* failed without an answer */
	struct addr local;  /* our own address, as the answer found it */
	bool referral;      /* failed: the server points below: a cut is deeper */
};

enum observe_status {
	OBSERVE_IDLE,
	OBSERVE_WAITING,
	OBSERVE_SEEN,       /* sight, from servers[chosen] */
	OBSERVE_FAILED,     /* every server failed */
};

struct observe {
	enum observe_status status;
	struct name owner;
	unsigned mask;      /* families asked for */
	bool tcp;
	bool hold;          /* begun early: a good answer waits for observe_settle() */
	struct sighting sightings[OBSERVE_SERVERS_MAX];
	size_t count;
	int64_t next_us;    /* when the next server is asked */
	size_t chosen;
	struct sight sight;
};

/* Ask the servers in order for the families of the mask. */
void observe_start(struct observe *observe, struct step *step, const struct name *owner,
    unsigned mask, bool tcp, const struct endpoint *servers, size_t count);

/*
 * Ask one server before it is known whether it is a candidate: nothing is concluded
 * until observe_settle() names the candidates.  Returns from then on as if started.
 */
void observe_early(struct observe *observe, struct step *step, const struct name *owner,
    unsigned mask, bool tcp, const struct endpoint *server);
void observe_settle(struct observe *observe, struct step *step,
    const struct endpoint *servers, size_t count);

/* Has the early question been answered with authority?  Then *sight is what was seen. */
bool observe_peek(struct observe *observe, const struct sight **sight);

bool observe_event(struct observe *observe, struct step *step,
    const struct event *event);
void observe_wake(struct observe *observe, struct step *step);
int64_t observe_deadline(const struct observe *observe);
void observe_cancel(struct observe *observe, struct step *step);
void observe_free(struct observe *observe);

void sight_copy(struct sight *to, const struct sight *from);
bool sight_same(const struct sight *a, const struct sight *b, unsigned mask);
void sight_free(struct sight *sight);

#endif
