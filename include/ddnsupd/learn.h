/*
 * learn: DHCP events to facts (protocol.md 1).
 *
 * Keeps what every source has said in a book, decides what of it holds now, and owns
 * facts->dhcp and facts->servers.  Level-triggered: after whatever happened
 * learn_settle() looks at the whole book, publishes what has changed, and asks where
 * nothing is known.
 */
#ifndef DDNSUPD_LEARN_H
#define DDNSUPD_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/report.h"
#include "ddnsupd/step.h"
#include "ddnsupd/strbuf.h"

#define LEARN_PENDING_US CLOCK_S(10)  /* an address leased shows in netlink by then */
#define LEARN_REQUEST_US CLOCK_S(300) /* so long the answer to a request counts */
#define LEARN_QUIET_US CLOCK_MS(500)  /* nothing known for so long: ask */

/* The sources by themselves, and what was heard of each. */
struct learn;

/*
 * facts: outlive it; `net` is the caller's to fill, `dhcp` and `servers` are written
 * here.  asks: may it send?  hurry: a single run, which has no time for politeness.
 */
struct learn *learn_new(struct facts *facts, bool asks, bool hurry);
void learn_free(struct learn *learn);

/* The configuration in force; it outlives the next call. */
void learn_configure(struct learn *learn, const struct config *config);

/* From here on it asks, and says what it has learned. */
void learn_start(struct learn *learn, struct step *step);

/* NET (after facts->net is there), PACKET, LEASE, ND, SOURCE, RESUME, and FAULT of an
 * ASK.  Returns whether there is something to settle. */
bool learn_event(struct learn *learn, struct step *step, const struct event *event);

/* What a hook of the DHCP client says; `gone`: its lease has ended.  NULL, or why it
 * does not count. */
const char *learn_hook(struct learn *learn, struct step *step, const char *ifname,
    enum family family, bool gone, const struct dhcp_info *info);

/*
 * Look at the whole: forget what has ended, publish, ask.  Returns whether facts->dhcp
 * or facts->servers have changed; learn_changed() then tells of which links, until the
 * next call.  A source that changes its mind all the time is published ever more rarely,
 * one that falls silent a moment later.
 */
bool learn_settle(struct learn *learn, struct step *step);
bool learn_changed(const struct learn *learn, uint32_t ifindex);

/* When learn_settle() is to be called at the latest. */
int64_t learn_deadline(const struct learn *learn);

/* No more questions: close what is open. */
void learn_stop(struct learn *learn, struct step *step);

/* Every source that is used, and what became of it. */
void learn_report(const struct learn *learn, struct report *report);

/* The same as one clause, "lease (no lease file), observed (nothing seen), ...". */
void learn_tell(const struct learn *learn, struct strbuf *out);

#endif
