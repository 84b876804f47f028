/*
 * life: a registration in the daemon, from start to stop (protocol.md 3, mission R6).
 *
 * Level-triggered: life_consider() looks at the whole, compares what should stand with
 * what is believed to stand, and either talks, rests until a known instant, or is content.
 */
#ifndef DDNSUPD_LIFE_H
#define DDNSUPD_LIFE_H

#include "ddnsupd/backoff.h"
#include "ddnsupd/contest.h"
#include "ddnsupd/engine_parts.h"
#include "ddnsupd/settle.h"

#define LIFE_GONE_US CLOCK_S(600)      /* never empty: protocol.md 3 */
#define LIFE_LOOK_AGAIN_US CLOCK_S(60) /* a late duplicate may undo an update */
#define LIFE_RESTART_US CLOCK_S(10)    /* a rest is cut short at once, but for the */
#define LIFE_RESTARTS 5                /* fifth event within that: protocol.md 3 */
#define LIFE_STOP_US CLOCK_S(5)        /* withdrawing at the stop is bounded */
#define LIFE_RESUME_US CLOCK_S(2)      /* after a sleep not everybody at once */
#define LIFE_OVERDUE_US CLOCK_S(600)   /* a refresh that is overdue comes within */

enum life_state {              /* interface.md, "status" */
	LIFE_WAITING,
	LIFE_LOCATING,
	LIFE_OBSERVING,
	LIFE_UPDATING,
	LIFE_VERIFYING,
	LIFE_HELD,
	LIFE_RESTING,
	LIFE_SUSPENDED,
	LIFE_STATES,
};

struct life {
	struct place place;
	struct sight belief;
	int64_t since_us[2];       /* when the belief of a family was last confirmed */
	struct settle settle;
	int64_t settle_until_us;
	struct backoff backoff;
	struct contest contest;    /* with others, about the name */
	int64_t rest_until_us;
	int64_t refresh_at_us;     /* CLOCK_NEVER: off, or nothing registered yet */
	int64_t look_at_us;
	int64_t late_until_us;     /* copies of an UPDATE given up may arrive until then */
	int64_t gone_since_us[2];  /* the family has had no address since; CLOCK_NEVER */
	int64_t patient_until_us[2]; /* for DAD of the family; CLOCK_NEVER: none runs */
	struct rrset seen[2];      /* addresses at the last event */
	bool was_up;               /* the link, at the last event */
	bool forced;               /* refresh: now, whatever is believed */
	bool withdrawn;            /* by ddnsctl: until refresh, or another configuration */
	bool unheard;              /* something was learned while it talked */
	int64_t restart_us;        /* since then events that cut a rest short ... */
	unsigned restarts;         /* ... are counted */
	int64_t again_us;          /* what may help has happened while it talked: the
	                            * next try; CLOCK_NEVER: nothing has */
	char *suspended;           /* why; NULL: it is not */
	char *said;                /* the failure that was logged last */
	int64_t event_us;          /* an address event waits for its record; 0: none */
	int64_t tried_us;          /* the last try; CLOCK_NEVER: none */
	int64_t next_us;           /* what status calls the next update */
};

void life_begin(struct reg *reg, struct step *step);
void life_consider(struct reg *reg, struct step *step);

/* Its conversation has ended; results are in the report. */
void life_done(struct reg *reg, struct step *step, const struct txn *txn);

/* Addresses or links that it goes by may have changed. */
void life_net(struct reg *reg, struct step *step);

/* An UPDATE may still be on its way whose end nobody waits for. */
void life_gave_up(struct reg *reg, struct step *step);

/* There is a default route again: whatever failed may work now. */
void life_network_back(struct reg *reg, struct step *step);

/* What DHCP says, or the DNS servers, may have changed. */
void life_learned(struct reg *reg, struct step *step);

/* The host has another name. */
void life_renamed(struct reg *reg, struct step *step);

/* Forget what is believed, and look again at once (or in a moment, spread). */
void life_doubt(struct reg *reg, struct step *step, int64_t within_us);
void life_force(struct reg *reg, struct step *step);

/* Take its records out of DNS; `final`: the registration is gone afterwards. */
void life_withdraw(struct reg *reg, struct step *step, bool final);
void life_withdrawn(struct reg *reg, struct step *step);

/* The registration is gone; it holds no conversation. */
void life_end(struct reg *reg);
void life_free(struct reg *reg);

/* --- life_wanted.c ------------------------------------------------------------------- */

/* Families to talk about now.  *desired: what is gone for good is no longer managed. */
unsigned life_wanted(struct reg *reg, struct step *step, struct desired *desired,
    const struct fact_link *link);

/* --- engine_daemon.c: events of the whole ------------------------------------------- */

void engine_daemon_start(struct engine *engine, struct step *step);
void engine_daemon_event(struct engine *engine, struct step *step,
    const struct event *event);
void engine_daemon_stop(struct engine *engine, struct step *step);

/* Withdraw names in the state that no registration has. */
void engine_withdraw_orphans(struct engine *engine, struct step *step);

/* A name that `keeper` has from now on is no longer withdrawn for anybody else. */
void engine_keep(struct engine *engine, struct step *step, const struct reg *keeper,
    const struct name *fqdn);

/* Is the name of the registration another one's, who works on it or withdraws it? */
bool engine_has_holder(const struct reg *reg);

/* As many conversations as there is room for; who comes too late waits in order. */
void engine_wait_for_room(struct reg *reg);
void engine_give_room(struct engine *engine, struct step *step);

/* Every registration that is alive. */
void engine_for_each(struct engine *engine, struct step *step,
    void (*act)(struct reg *, struct step *));

/* Count those touched in this step anew, and tell the service manager in one line when
 * that has changed. */
void engine_tell_status(struct engine *engine, struct step *step);

/* --- engine_control.c: requests and replies ----------------------------------------- */

struct waiter {
	uint64_t client;
	int64_t until_us;
	uint32_t *list;            /* of registrations */
	size_t count;
	size_t next;               /* those before it have had their try */
};

void engine_request(struct engine *engine, struct step *step, const struct event *event);
void engine_config_read(struct engine *engine, struct step *step,
    const struct event *event);
void engine_forget_client(struct engine *engine, uint64_t client);

/* Reply to those whose registrations have had their try. */
void engine_serve_waiters(struct engine *engine, struct step *step);

/* --- life_report.c ------------------------------------------------------------------ */

/* The registrations of the list as they stand now; `results`: with the records of their
 * last try instead. */
void engine_live_report(struct engine *engine, const uint32_t *list, size_t count,
    bool results, int64_t now_us, struct report *report);
enum life_state life_state(const struct reg *reg, int64_t now_us);
const char *life_state_name(enum life_state state);

#endif
