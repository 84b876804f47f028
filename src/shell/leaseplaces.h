/*
 * leaseplaces: where DHCP clients keep their leases, and what was found there.
 */
#ifndef DDNSUPD_SHELL_LEASEPLACES_H
#define DDNSUPD_SHELL_LEASEPLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "shell/leasefile.h"
#include "shell/uvx.h"

#define LEASEPLACES_COUNT 8

struct leaseplaces;

struct leaseplaces *leaseplaces_new(struct uvx *uvx, const struct leasefile_users *users);

/*
 * Look at a place: an EVENT_LEASE for each file that has come, changed or gone since the
 * last look.  One that is not believed comes without bytes and with the reason as error,
 * once for each reason; so does a directory that may not be read.  False: something could
 * not be read for the moment, and counts as it was: look again before long.
 */
bool leaseplaces_look(struct leaseplaces *places, size_t place);

const char *leaseplaces_directory(size_t place);

/* Would a file of this name be read there? */
bool leaseplaces_has(size_t place, const char *name);

void leaseplaces_free(struct leaseplaces *places);

#endif
