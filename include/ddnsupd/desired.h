/*
 * desired: what should stand in DNS: configuration and facts to RRsets, with a reason for
 * every address that is left out (protocol.md 3, "Addresses published"; mission R5, R9).
 */
#ifndef DDNSUPD_DESIRED_H
#define DDNSUPD_DESIRED_H

#include <stdbool.h>
#include <stddef.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/rrset.h"

struct desired_skip {
	struct addr addr;
	const char *reason; /* interface.md's words */
};

struct desired_family {
	bool managed;       /* ours to keep (config_manages()) */
	bool tentative;     /* an address is still under DAD: not ready yet */
	struct rrset set;
};

struct desired {
	struct desired_family families[2]; /* A, AAAA */
	struct desired_skip *skips;
	size_t skip_count;
	size_t skip_cap;
};

/*
 * In: the registration, a snapshot, the link its addresses come from (NULL with
 * `addresses`, or when there is none).  Out: *desired, freed by desired_free().
 */
void desired_make(struct desired *desired, const struct config_registration *reg,
    const struct fact_net *net, const struct fact_link *link);

/* Is there anything to publish? */
bool desired_any(const struct desired *desired);
void desired_free(struct desired *desired);

#endif
