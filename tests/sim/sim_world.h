/*
 * sim_world: everything around the engine: servers and zones, the machine it runs on,
 * its disk, the time, and what it may not do.
 *
 * A story sets the world up, runs the engine one or more times, and looks at what is
 * left.  Nothing here touches a socket, a file or a real clock.
 *
 * A world is one agent's.  Others can stand beside it: at the same time, and at the same
 * servers when they have joined it.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/config.h"
#include "ddnsupd/engine.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/rng.h"
#include "ddnsupd/strbuf.h"

#include "sim_clock.h"
#include "sim_server.h"
#include "sim_view.h"

#define SIM_SERVERS_MAX 10
#define SIM_ZONES_MAX 10
#define SIM_NAMES_MAX 8

struct sim_world;

/* A SEND or LOOKUP of the engine, from effect to CLOSE, FAULT or single answer. */
struct sim_socket {
	uint64_t id;
	int64_t at_us;
	struct sim_server *server; /* NULL: nobody lives there */
	struct endpoint to;
	bool tcp;
	bool lookup;
	bool open;
	bool is_update;
	bool answered;
	bool denied;              /* by an answer that settles it (sim_monitor_denied()) */
	uint8_t *asked;
	size_t len;
};

/* An UPDATE that is settled: applied, or answered no (sim_net.c). */
struct sim_settled {
	uint64_t sum;
	int64_t at_us;
};

/* What the engine added under a name, in all runs of the world (sim_monitor). */
struct sim_holding {
	struct name fqdn;
	struct rrset ours[2];  /* A, AAAA */
	struct rrset maybe[2]; /* the agent cannot know: it may call them its own, or not */
};

struct sim_counts {
	unsigned lookups;
	unsigned queries;
	unsigned updates;
	unsigned steps;
	unsigned saves;
	unsigned wakes;
	unsigned asks;                  /* DHCP */
};

struct sim_world {
	struct sim_clock *clock;        /* own_clock, or that of the one it is beside */
	struct sim_clock own_clock;
	struct sim_world *first;        /* of those at the same servers; its trace and
	                                 * failures are theirs */
	struct sim_world *next;
	const char *tag;                /* before its lines in the trace */
	bool quiet;                     /* no trace: it is one of many */
	struct rng rng;
	uint64_t seed;

	struct sim_server *servers[SIM_SERVERS_MAX];
	size_t server_count;
	struct sim_zone *zones[SIM_ZONES_MAX]; /* the truth, as primaries hold it */
	size_t zone_count;
	struct sim_zone *views[SIM_ZONES_MAX]; /* what secondaries hold */
	size_t view_count;
	void (*before_update)(struct sim_world *world); /* an UPDATE has arrived */

	struct fact_net net;
	const char *node_name;
	const char *hosts_text;
	const char *resolv_text;
	int64_t wall_s;                 /* the wall clock when the world's clock is 0 */

	const char *config_text;        /* ddnsupd.yaml */
	const char *names[SIM_NAMES_MAX];
	bool dry_run;
	bool state_writable;
	int64_t timeout_us;

	char *disk;                     /* the state file; NULL: none */
	char *disk_next;                /* being written */
	int64_t save_us;
	bool save_fails;
	int64_t save_failed_us;         /* when it last did */
	bool unsaved;                   /* the last save failed */
	bool save_lands;                /* what is being written survives a crash */
	bool no_sockets;                /* none can be opened: EMFILE, EPERM */
	unsigned crash_after;           /* steps until the power fails; 0: never */
	bool power_fails;               /* before the next step */
	bool foreign_writers;           /* others write our names at any time */
	bool may_empty;                 /* a client withdraws */
	bool zones_move;                /* zone cuts come and go */

	struct engine *engine;          /* of the last run, NULL after a crash */
	struct config *config;          /* the monitor's own copy */
	struct config **old_configs;    /* of the run, until its end: views need them */
	size_t old_config_count;
	size_t old_config_cap;
	struct sim_views views_told;    /* what the engine was told (sim_view.h) */
	struct state old_state;         /* as it was when the run began */
	enum engine_mode mode;
	uint64_t epoch;                 /* the run; answers to earlier ones are lost */
	uint64_t wake_order;
	int64_t wake_at_us;             /* of the alarm of that order; CLOCK_NEVER: none */
	int64_t step_us;                /* the last step, and how many at that instant */
	unsigned steps_there;
	bool finished;
	bool crashed;
	bool stopping;
	int exit;
	int64_t started_us;
	struct sim_socket *sockets;
	size_t socket_count;
	size_t socket_cap;
	size_t sockets_gone;            /* before the first one here (sim_net.c) */
	struct sim_counts counts;
	unsigned updates_seen;          /* by the story (sim_expect_new_updates()) */
	struct sim_counts minute;       /* counts when this minute began */
	int64_t minute_us;
	struct sim_client *clients;     /* those of the control socket (sim_control.h) */
	size_t client_count;
	size_t client_cap;

	struct sim_holding *holdings;
	size_t holding_count;
	size_t holding_cap;
	struct sim_settled *settled;
	size_t settled_count;
	size_t settled_cap;
	uint64_t right_once;            /* two bits each: a family was as desired */

	struct strbuf trace;
	struct strbuf failures;
	unsigned failure_count;
};

struct sim_world *sim_world_new(uint64_t seed);
void sim_world_free(struct sim_world *world);

/* One more world at the same time; `first` is freed after it. */
struct sim_world *sim_world_beside(struct sim_world *first, uint64_t seed);

/* One more agent at the same servers and zones, those that are there now; its lines in
 * the trace of the first one begin with the tag. */
struct sim_world *sim_world_join(struct sim_world *first, uint64_t seed,
    const char *tag);

/* Begin a run; the daemon's goes on with sim_idle(). */
void sim_begin(struct sim_world *world, enum engine_mode mode);

/*
 * One run of the engine, from START to FINISH, or to a crash.  Returns the exit code,
 * -1 after a crash.  The engine stays for sim_result() until the next run.
 */
int sim_run(struct sim_world *world, enum engine_mode mode);

/* Let time pass: what is on its way arrives, a daemon lives on. */
void sim_idle(struct sim_world *world, int64_t us);

/* Change something later in the run, at an instant counted from now. */
void sim_later(struct sim_world *world, int64_t in_us,
    void (*change)(struct sim_world *world));

/* Tell the engine that world->net changed; that someone wants it to stop.  More news
 * is told by sim_daemon.h. */
void sim_tell_net(struct sim_world *world);
void sim_tell_stop(struct sim_world *world, int signal_number);

/* Give the engine an event, now, and do what it says.  Nothing once it has finished. */
void sim_step(struct sim_world *world, struct event *event);

/* The wall clock now; the file, as text_config() reads it (NULL: the error, if it is
 * wanted, in *error). */
int64_t sim_wall_s(const struct sim_world *world);
struct config *sim_read_config(const struct sim_world *world, char **error);

/* The power fails, now. */
void sim_crash(struct sim_world *world);

/* A line of the trace: "[  0.003] ...". */
void sim_trace(struct sim_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Something that must not be. */
void sim_fail(struct sim_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
