/*
 * sim_monitor_names: what the two halves of the monitor both ask.
 */
#ifndef SIM_MONITOR_NAMES_H
#define SIM_MONITOR_NAMES_H

#include <stdbool.h>

struct addr;
struct config_registration;
struct name;
struct sim_holding;
struct sim_msg;
struct sim_view;
struct sim_world;
struct sim_zone;

/* The name an UPDATE is about; NULL: it has no record. */
const struct name *sim_monitor_owner(const struct sim_msg *msg);

/* The registration with that FQDN in a view; NULL: none. */
const struct config_registration *sim_monitor_in(const struct sim_view *view,
    const struct name *fqdn);

/* The registration that has that FQDN now, or had it lately; NULL: none. */
const struct config_registration *sim_monitor_find(const struct sim_world *world,
    const struct name *fqdn);

/* Has the agent, or had it ever, anything under the name? */
bool sim_monitor_held(struct sim_world *world, const struct name *fqdn);

/* What was added under the name so far; the pointer holds until the next call. */
struct sim_holding *sim_monitor_holding(struct sim_world *world,
    const struct name *fqdn);

/* Is an address under the name the agent's to remove: did it add it, did the state call
 * it ours? */
bool sim_monitor_added(struct sim_world *world, const struct name *owner,
    const struct addr *addr);

/* The zone that truly holds the name; NULL: none. */
struct sim_zone *sim_monitor_zone(const struct sim_world *world,
    const struct name *fqdn);

#endif
