/*
 * rests: servers that cannot take an update and are asked last for a while (protocol.md
 * 5, FORMERR and NOTIMP).
 */
#ifndef DDNSUPD_RESTS_H
#define DDNSUPD_RESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/addr.h"

#define RESTS_MAX 16
#define RESTS_US CLOCK_S(300)

struct rests {
	struct {
		struct endpoint server;
		int64_t until_us;
	} items[RESTS_MAX];
	unsigned next;           /* the slot to be used again */
};

/* From now on the server rests for 5 minutes.  rests: NULL: nobody keeps count. */
void rests_add(struct rests *rests, const struct endpoint *server, int64_t now_us);
bool rests_has(const struct rests *rests, const struct endpoint *server,
    int64_t now_us);

#endif
