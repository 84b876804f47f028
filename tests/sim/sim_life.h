/*
 * sim_life: what a random life is made of, and what can happen in it.
 */
#ifndef SIM_LIFE_H
#define SIM_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/strbuf.h"

#include "sim_world.h"

#define SIM_LIFE_REGS 3

/* A registration as the file may have it. */
struct sim_life_reg {
	bool present;
	bool enabled;
	bool valid;            /* keeps the rules, as far as the file goes */
	bool ipv6;
	bool keep;
	bool leaves;           /* withdraw-on-stop */
	unsigned ttl;
	unsigned periodic_min;
};

struct sim_life {
	struct sim_life_reg regs[SIM_LIFE_REGS]; /* dedicated, shared, dedicated */
	bool pure;             /* nobody else writes under our names */
	bool unwilling;        /* somebody has refused */
	bool withdrawn;        /* by a client */
	bool dhcp;             /* the servers come from DHCP */
	const char *servers;   /* for dns.servers */
	const char *leased;    /* the same, as hooks give them */
	struct strbuf config;
};

/* Servers, zone, machine and file. */
void sim_life_make(struct sim_world *world, struct sim_life *life);

/* One thing happens. */
void sim_life_event(struct sim_world *world, struct sim_life *life);

/* No faults any more; the machine has addresses and the file is right. */
void sim_life_calm(struct sim_world *world, struct sim_life *life);

/* Time passes; a machine whose power failed comes back after a while. */
void sim_life_pass(struct sim_world *world, struct sim_life *life, int64_t us);

/* Is the registration one that is refreshed? */
bool sim_life_counts(const struct sim_life *life, int i);

/* --- sim_life_world.c: dice and their work ------------------------------------------- */

bool sim_life_chance(struct sim_world *world, unsigned percent);
unsigned sim_life_below(struct sim_world *world, unsigned limit);
void sim_life_servers(struct sim_world *world, struct sim_life *life);
void sim_life_addresses(struct sim_world *world);
void sim_life_trouble(struct sim_world *world, struct sim_life *life);
void sim_life_heal(struct sim_world *world);
void sim_life_foreign(struct sim_world *world, struct sim_life *life);

/* --- sim_life_net.c: DHCP and zones --------------------------------------------------- */

/* A lease, good or not; a good one without end; none any more. */
void sim_life_lease(struct sim_world *world, struct sim_life *life);
void sim_life_lease_well(struct sim_world *world, struct sim_life *life);
void sim_life_lease_ends(struct sim_world *world);

/* The zone gets another primary, if there are two servers. */
void sim_life_move_zone(struct sim_world *world, struct sim_life *life);

/* Write the file anew, as the registrations are now. */
void sim_life_file(struct sim_world *world, struct sim_life *life);

#endif
