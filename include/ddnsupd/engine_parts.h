/*
 * engine_parts: what the files of engine share; nobody else includes it.
 */
#ifndef DDNSUPD_ENGINE_PARTS_H
#define DDNSUPD_ENGINE_PARTS_H

#include "ddnsupd/desired.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/heap.h"
#include "ddnsupd/learn.h"
#include "ddnsupd/rests.h"
#include "ddnsupd/roster.h"
#include "ddnsupd/rules.h"
#include "ddnsupd/txn.h"

#define ENGINE_TENTATIVE_US CLOCK_S(5) /* protocol.md 3: DAD is waited for */
#define ENGINE_RUNNING_MAX 32          /* conversations at one time */
#define ENGINE_FOLLOW_UPS_MAX 3        /* addresses that change while we talk */
#define ENGINE_STATES 8                /* enum life_state */

enum reg_state {
	REG_IDLE,
	REG_QUEUED,   /* its turn comes when another conversation ends */
	REG_WAITING,  /* for an address, or for what DHCP has to say */
	REG_RUNNING,  /* txn */
	REG_DONE,
};

/* One registration on its way, or one name to be withdrawn. */
struct reg {
	struct heap_item timer;      /* first: the heap gives it back */
	struct engine *engine;
	uint32_t index;              /* in engine->regs, and in the report */
	enum reg_state state;
	const struct config_registration *cfg; /* NULL: only in the state */
	char *name;
	enum fqdn_mode mode;
	bool has_fqdn;
	struct name fqdn;
	char *subject;               /* of its notes */
	bool withdraw;
	bool judged;                 /* selected by the names given, enabled */
	struct txn *txn;
	unsigned tried;              /* families that have their result */
	struct rrset sent[2];        /* what was desired then */
	unsigned follow_ups;
	bool nothing_noted;
	const char *lacks;           /* a single run: what it waits for; NULL: nothing */
	struct endpoint *servers;    /* the DNS servers as this one asks them */
	size_t server_count;
	int64_t started_us;
	bool final;                  /* withdrawn, it is gone */
	bool claims;                 /* has the name before all others: twin.h */
	bool has_former;             /* the state may know another name of it */
	bool touched;                /* in this step: its state may have changed */
	bool queued;                 /* in the daemon, for room to talk */
	struct reg *next_in_queue;
	unsigned counted;            /* as what: enum life_state + 1; 0: not at all */
	struct life *life;           /* in the daemon only */
};

/* How a conversation of the daemon begins; NULL in a single run. */
struct reg_talk {
	bool refresh;
	bool yields;                 /* others keep changing the name */
	const struct place *place;
	const struct sight *belief;
};

struct engine {
	struct config *config;
	struct state state;
	struct engine_options options;
	struct facts facts;
	struct learn *learn;         /* fills what DHCP says of them */
	struct heap_item learning;
	struct fact_host own_host;   /* as the machine's own texts have it */
	struct rng rng;
	struct reg **regs;
	size_t reg_count;
	size_t reg_cap;
	uint32_t *vacant;            /* places of regs that are over */
	size_t vacant_count;
	size_t vacant_cap;
	size_t queue_next;           /* single run: regs before it have left the queue */
	struct reg *queue_first;     /* daemon: those who wait for room */
	struct reg *queue_last;
	size_t running;
	size_t open;                 /* regs that are not done */
	struct heap heap;
	struct heap_item deadline;
	struct heap_item disk;       /* when one that failed is tried again */
	int64_t started_us;
	int64_t tentative_until_us;
	int64_t wall_s;
	int64_t wall_at_us;
	bool started;
	bool stopping;               /* the deadline or a signal has come */
	bool finished;
	int signal;
	uint64_t serial;
	bool can_save;
	bool unsaved;                /* the state has changed since the last SAVE */
	enum fault disk_fault;       /* why not, and it was said; NONE: it can be written */
	uint64_t generation;         /* of the last SAVE */
	uint64_t saved;
	uint32_t *savers;            /* regs that wait for the disk */
	size_t saver_count;
	size_t saver_cap;
	struct roster by_name;       /* regs, where an event finds them */
	struct roster by_fqdn;
	struct roster by_link;
	uint32_t *touched;           /* regs of this step */
	size_t touched_count;
	size_t touched_cap;
	unsigned counts[ENGINE_STATES]; /* regs by enum life_state */
	bool recounted;              /* and the service manager does not know */
	struct report report;
	struct rests rests;
	struct tally *tally;         /* in the daemon only */
	struct waiter *waiters;      /* control clients that wait for a try */
	size_t waiter_count;
	size_t waiter_cap;
	char *status;                /* what the service manager was told last */
};

/* --- engine_reg.c: one registration's story ---------------------------------------- */

/* Judge it and begin, or end it at once. */
void reg_begin(struct reg *reg, struct step *step);

/* Look at the whole again: an address came or went, a conversation ended. */
void reg_consider(struct reg *reg, struct step *step);

/* An ANSWER or FAULT for its conversation; its deadline; the end of the run. */
void reg_event(struct reg *reg, struct step *step, const struct event *event);
void reg_wake(struct reg *reg, struct step *step);
void reg_abort(struct reg *reg, struct step *step, const char *why);
void reg_free(struct reg *reg);

/* After every move of its conversation: its next deadline, or its results. */
void reg_moved(struct reg *reg, struct step *step);

/* Families with records that the state knows as ours. */
unsigned reg_owned(const struct reg *reg);
void reg_converse(struct reg *reg, struct step *step, unsigned mask,
    struct desired *desired, const struct reg_talk *how);

/* End its conversation without results: the configuration or the plan is another. */
void reg_cancel(struct reg *reg, struct step *step);
void reg_withdraw_former(struct reg *reg, struct step *step);

/* --- engine_names.c: the names that a run is about --------------------------------- */

/* Those of the configuration, or, to be withdrawn, of the state; none: report.error. */
void engine_add_regs(struct engine *engine);
struct reg *engine_add_reg(struct engine *engine,
    const struct config_registration *cfg, const char *name, enum fqdn_mode mode,
    const struct name *fqdn);

/* It is over, and a new one may have its place. */
void engine_vacate(struct reg *reg);

/* --- engine.c ---------------------------------------------------------------------- */

/* The step goes on for this registration. */
void engine_turn(struct step *step, struct reg *reg);

/* Its state may change in this step. */
void engine_touch(struct reg *reg);

/* May another conversation begin? */
bool engine_has_room(const struct engine *engine);

/* --- engine_facts.c: the machine ----------------------------------------------------- */

void engine_take_net(struct engine *engine, struct step *step,
    const struct fact_net *net);
void engine_take_host(struct engine *engine, struct step *step,
    const struct event *event);

/* The host's name, with the domain that DHCP gives; returns whether it has changed. */
bool engine_name_host(struct engine *engine);

/* --- engine_index.c: who is concerned ----------------------------------------------- */

/* It stands under its name, FQDN and links from now on; out, before one changes. */
void engine_index(struct reg *reg);
void engine_unindex(struct reg *reg);

/* The snapshot has changed: those whose links did look again. */
void engine_net_event(struct engine *engine, struct step *step,
    const struct fact_net *before);

/* What DHCP says of links has changed: those who go by it look again. */
void engine_learned_event(struct engine *engine, struct step *step);

/* Something about one link has: its registrations look again. */
void engine_link_event(struct engine *engine, struct step *step, const char *ifname);

/* Registrations by name or FQDN, NULL: all.  *list is for free(). */
size_t engine_called(struct engine *engine, const char *name, uint32_t **list);

/* The one that the configuration names so; NULL: none. */
struct reg *engine_configured(struct engine *engine, const char *name);
bool engine_is_registered(const struct engine *engine, const struct name *fqdn);

/* Mark those under whose name the state knows another FQDN. */
void engine_mark_former(struct engine *engine);

/* --- engine_learn.c: what DHCP says, and who goes by it ------------------------------ */

/* An event that may teach something; registrations look again when it did. */
void engine_learn_event(struct engine *engine, struct step *step,
    const struct event *event);
void engine_learn_start(struct engine *engine, struct step *step);

/* What there is to learn has changed by itself, or its time has come. */
void engine_learn(struct engine *engine, struct step *step);

/* Another configuration is in force; its registrations look again by themselves. */
void engine_learn_config(struct engine *engine, struct step *step);

/* --- reg_facts.c: what a registration needs before it can begin ---------------------- */

/* The DNS servers in force, as this one asks them: those of its own link, without any
 * those of the others, then those configured. */
void reg_take_servers(struct reg *reg);

enum reg_servers {
	REG_SERVERS_SAME,
	REG_SERVERS_FEWER,   /* or in another order, but for the first */
	REG_SERVERS_NEW,     /* or another one is the first, who is believed */
};

/* What has become of those taken; that there are none now is no change. */
enum reg_servers reg_weigh_servers(const struct reg *reg);

/* What is missing: NULL: nothing; and the sentence about it. */
const char *reg_lacks(const struct reg *reg);
char *reg_explain_lack(const struct reg *reg, const char *what);

/* A single run: false when it has to wait, or has ended for want of servers. */
bool reg_is_informed(struct reg *reg, struct step *step);

/* The wait is over, and nothing has come: ends it. */
void reg_give_up(struct reg *reg, struct step *step, const char *why);

/* Where its addresses come from; none: it has ended with the reason. */
const struct fact_link *reg_link(struct reg *reg, struct step *step, bool *ended);

/* The name it has from now on. */
void reg_take_name(struct reg *reg, struct step *step, const struct name *fqdn);

/* --- engine_disk.c: the state could be written, or not ------------------------------ */

/* A disk that cannot be written when the daemon starts may be later. */
void engine_disk_start(struct engine *engine, struct step *step);

void engine_disk_event(struct engine *engine, struct step *step,
    const struct event *event);

/* It hangs, and the run is to end: nobody waits for it any more. */
void engine_disk_leave(struct engine *engine);

/* One sentence of its own memory when it cannot be written; NULL: it can. */
char *engine_disk_error(const struct engine *engine);

/* It is written again, whoever waits for it or not. */
void engine_disk_retry(struct engine *engine, struct step *step);

/* --- engine_report.c: values to results -------------------------------------------- */

struct report_registration *reg_report(struct reg *reg);
void reg_end(struct reg *reg, enum outcome outcome, enum exit_code exit,
    char *error, int64_t now_us);
void reg_take_results(struct reg *reg);

/* The results of the last try are forgotten; another one begins. */
void reg_clear_report(struct reg *reg);

/* Say what was added and removed. */
void reg_note_changes(struct reg *reg, struct step *step);
void reg_list_skips(struct reg *reg, const struct desired *desired);
void engine_judge_all(struct engine *engine);

/* R2, when the servers were asked. */
void engine_judge_online(struct engine *engine);

/* What a single run ends with. */
enum exit_code engine_exit(const struct engine *engine);

#endif
