/*
 * sim_world: everything around the engine: servers and zones, the machine it runs on,
 * its disk, the time, and what it may not do.
 *
 * A story sets the world up, runs the engine one or more times, and looks at what is
 * left.  Nothing here touches a socket, a file or a real clock.
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

#define SIM_SERVERS_MAX 10
#define SIM_ZONES_MAX 10
#define SIM_NAMES_MAX 8

struct sim_world;

/* A SEND or LOOKUP of the engine, from effect to CLOSE, FAULT or single answer. */
struct sim_socket {
	uint64_t id;
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

/* What the engine added under a name, in all runs of the world (sim_monitor). */
struct sim_holding {
	struct name fqdn;
	struct rrset ours[2]; /* A, AAAA */
};

struct sim_counts {
	unsigned lookups;
	unsigned queries;
	unsigned updates;
	unsigned steps;
	unsigned saves;
};

struct sim_world {
	struct sim_clock clock;
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

	const char *config_text;        /* ddnsupd.yaml */
	const char *names[SIM_NAMES_MAX];
	bool dry_run;
	bool state_writable;
	int64_t timeout_us;

	char *disk;                     /* the state file; NULL: none */
	char *disk_next;                /* being written */
	int64_t save_us;
	bool save_fails;
	unsigned crash_after;           /* steps until the power fails; 0: never */
	bool power_fails;               /* before the next step */
	bool foreign_writers;           /* others write our names at any time */
	bool zones_move;                /* zone cuts come and go */

	struct engine *engine;          /* of the last run, NULL after a crash */
	struct config *config;          /* the monitor's own copy */
	struct state old_state;         /* as it was when the run began */
	enum engine_mode mode;
	uint64_t epoch;                 /* the run; answers to earlier ones are lost */
	uint64_t wake_order;
	bool finished;
	bool crashed;
	bool stopping;
	int exit;
	int64_t started_us;
	struct sim_socket *sockets;
	size_t socket_count;
	size_t socket_cap;
	struct sim_counts counts;

	struct sim_holding *holdings;
	size_t holding_count;
	size_t holding_cap;
	uint64_t *settled;        /* UPDATEs applied, or answered no, as sums */
	size_t settled_count;
	size_t settled_cap;
	uint64_t right_once;            /* two bits each: a family was as desired */

	struct strbuf trace;
	struct strbuf failures;
	unsigned failure_count;
};

struct sim_world *sim_world_new(uint64_t seed);
void sim_world_free(struct sim_world *world);

/*
 * One run of the engine, from START to FINISH, or to a crash.  Returns the exit code,
 * -1 after a crash.  The engine stays for sim_result() until the next run.
 */
int sim_run(struct sim_world *world, enum engine_mode mode);

/* Let time pass without an engine: what is on its way arrives. */
void sim_idle(struct sim_world *world, int64_t us);

/* Change something later in the run, at an instant counted from now. */
void sim_later(struct sim_world *world, int64_t in_us,
    void (*change)(struct sim_world *world));

/* Tell the engine that world->net changed; that someone wants it to stop. */
void sim_tell_net(struct sim_world *world);
void sim_tell_stop(struct sim_world *world, int signal_number);

/* Give the engine an event, now, and do what it says.  Nothing once it has finished. */
void sim_step(struct sim_world *world, struct event *event);

/* A line of the trace: "[  0.003] ...". */
void sim_trace(struct sim_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Something that must not be. */
void sim_fail(struct sim_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
