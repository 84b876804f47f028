/*
 * learn_lease: lease files as they are now; a file's entries are replaced as a whole.
 *
 * A file that cannot be read is said once and is as one that is not there; the shell
 * posts one that is not to be believed once for each reason.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/escape.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/mem.h"

static void forget(struct learn *, const char *path);
static void add(struct learn *, const struct event *, const struct lease *);
static int64_t seconds_left(const struct event *, const struct lease *);
static void note(struct learn *, struct step *, const char *path, enum fault);
static void say(struct step *, enum note_level, const char *path, const char *why);
static void forget_path(struct learn *, const char *path);

bool
learn_lease(struct learn *learn, struct step *step, const struct event *event)
{
	const char *slash = strrchr(event->path, '/');
	struct leases *leases;
	enum fault fault;

	forget(learn, event->path);
	if (event->bytes == NULL) {
		forget_path(learn, event->path);
		if (event->error != NULL)
			say(step, NOTE_NOTICE, event->path, event->error);
		return true;
	}
	leases = mem_zero(1, sizeof(*leases));
	fault = lease_parse(event->lease_kind, slash != NULL ? slash + 1 : event->path,
	    event->bytes, event->len, leases);
	note(learn, step, event->path, fault);
	for (size_t i = 0; fault == FAULT_NONE && i < leases->count; i++)
		add(learn, event, &leases->items[i]);
	free(leases);
	return true;
}

static void
forget(struct learn *learn, const char *path)
{
	for (size_t i = learn->entry_count; i-- > 0;)
		if (learn->entries[i].path != NULL &&
		    strcmp(learn->entries[i].path, path) == 0)
			learn_drop(learn, i);
}

static void
add(struct learn *learn, const struct event *event, const struct lease *lease)
{
	int64_t left_s = seconds_left(event, lease);
	struct learn_entry *entry;

	if (left_s <= 0)
		return; /* an expired lease is none */
	entry = learn_add(learn, FACT_SOURCE_LEASE, lease->family);
	if (entry == NULL)
		return;
	entry->path = mem_text(event->path);
	entry->ifindex = lease->ifindex;
	memcpy(entry->ifname, lease->ifname, sizeof(entry->ifname));
	entry->info = lease->info;
	entry->has_witness = lease->info.has_address;
	entry->witness = lease->info.address;
	if (left_s < FACT_FOREVER)
		entry->expires_us = event->at_us + CLOCK_S(left_s);
}

/*
 * Wall time is compared only with wall time of the same clock: what the file says, or
 * when it was written.  FACT_FOREVER: no end is known.  networkd's file says how long
 * the lease was when it was new: a renewal that changes nothing does not touch the file,
 * the end of the lease removes it.
 */
static int64_t
seconds_left(const struct event *event, const struct lease *lease)
{
	uint32_t lease_s = lease->info.lease_s;
	int64_t left_s;

	if (event->lease_kind == LEASE_NETWORKD)
		return FACT_FOREVER;
	if (lease->expires_s != 0)
		left_s = lease->expires_s - event->wall_s;
	else if (lease_s == 0 || lease_s == FACT_FOREVER)
		return FACT_FOREVER;
	else
		left_s = event->written_s - event->wall_s + lease_s;
	if (lease_s != 0 && left_s > lease_s)
		left_s = lease_s; /* written by a clock that was ahead */
	return left_s < FACT_FOREVER ? left_s : FACT_FOREVER;
}

/* --- what became of a file ---------------------------------------------------------- */

static void
note(struct learn *learn, struct step *step, const char *path, enum fault fault)
{
	size_t i;

	for (i = 0; i < learn->path_count; i++)
		if (strcmp(learn->paths[i].path, path) == 0)
			break;
	if (i == learn->path_count) {
		if (i == LEARN_PATHS_MAX)
			return;
		learn->paths[i].path = mem_text(path);
		learn->paths[i].fault = FAULT_NONE;
		learn->path_count++;
	}
	if (learn->paths[i].fault == fault)
		return;
	learn->paths[i].fault = fault;
	if (fault != FAULT_NONE)
		say(step, NOTE_WARNING, path, fault_text(fault));
}

static void
say(struct step *step, enum note_level level, const char *path, const char *why)
{
	const char *subject = step->subject;
	char *escaped = escape_text(path);

	step->subject = "lease";
	step_note(step, level, "%s: %s; it counts as absent until it is written again",
	    escaped, why);
	step->subject = subject;
	free(escaped);
}

static void
forget_path(struct learn *learn, const char *path)
{
	size_t i;

	for (i = 0; i < learn->path_count; i++)
		if (strcmp(learn->paths[i].path, path) == 0)
			break;
	if (i == learn->path_count)
		return;
	free(learn->paths[i].path);
	learn->paths[i] = learn->paths[--learn->path_count];
}
