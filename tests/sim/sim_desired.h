/*
 * sim_desired: what a registration should have in DNS, worked out a second time,
 * straight from the words of protocol.md 3, to compare the engine's work with.
 */
#ifndef SIM_DESIRED_H
#define SIM_DESIRED_H

#include <stdbool.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/rrset.h"

/* The addresses of one family that are to be published now; empty: none usable. */
void sim_desired(const struct config_registration *reg, const struct fact_net *net,
    enum family family, struct rrset *set);

/* May the address be added for the registration, given the machine as it is? */
bool sim_may_publish(const struct config_registration *reg, const struct fact_net *net,
    const struct addr *addr);

#endif
