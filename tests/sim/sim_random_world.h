/*
 * sim_random_world: what a random world is made of.
 */
#ifndef SIM_RANDOM_WORLD_H
#define SIM_RANDOM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/strbuf.h"

#include "sim_world.h"

#define SIM_POOL 4 /* addresses of each family that are ours to publish */

struct sim_case {
	const char *fqdn;
	bool shared;
	bool keep;
	bool manages[2];       /* A, AAAA */
	bool wants[2][SIM_POOL];
	bool pure;             /* nobody else writes addresses of our pool */
	bool unwilling;        /* some server refuses, whatever its reason */
	const char *servers;   /* for dns.servers */
	struct strbuf config;
};

/* Servers, zone, registration, and what stands at the name. */
void sim_case_make(struct sim_world *world, struct sim_case *random);

/* Other addresses for the next run; other faults during it; no faults any more. */
void sim_case_addresses(struct sim_world *world, struct sim_case *random);
void sim_case_faults(struct sim_world *world, struct sim_case *random);
void sim_case_calm(struct sim_world *world, struct sim_case *random);

bool sim_case_wants(const struct sim_case *random, const struct addr *addr);
bool sim_case_is_ours(const struct addr *addr);

unsigned sim_case_below(struct sim_world *world, unsigned limit);

#endif
