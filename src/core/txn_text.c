/*
 * txn_text: what a person is told: what happened, where, why, what to do.
 */
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/txn_parts.h"

static void list_servers(struct strbuf *, const struct endpoint *, size_t count);
static void say_refused(const struct txn *, const struct txn_candidate *,
    struct strbuf *);
static void say_advice(const struct txn *, const struct txn_candidate *,
    struct strbuf *);
static void say_temporary(const struct txn *, const struct txn_candidate *,
    struct strbuf *);
static void say_silent(const struct txn *, struct strbuf *);
static void say_others(const struct txn *, const struct txn_candidate *,
    struct strbuf *);
static void say_doubt(const struct txn *, const struct txn_candidate *,
    struct strbuf *);
static const char *said(const struct txn_candidate *);

enum outcome
txn_good_outcome(const struct txn *txn)
{
	return txn->goal.purpose == PLAN_WITHDRAW ? OUTCOME_WITHDRAWN : OUTCOME_UPDATED;
}

char *
txn_say_locate(const struct txn *txn, enum exit_code *exit)
{
	const struct locate *locate = &txn->locate;
	char owner[NAME_TEXT_MAX], zone[NAME_TEXT_MAX], mname[NAME_TEXT_MAX];
	struct strbuf out = {0};

	name_format(&txn->goal.where.owner, owner);
	name_format(&locate->zone, zone);
	*exit = EXIT_CODE_UNAVAILABLE;
	switch (locate->failure) {
	case LOCATE_SILENT:
		strbuf_printf(&out, "no DNS server answered the question which zone "
		    "holds %s: asked ", owner);
		list_servers(&out, locate->in.servers, locate->in.server_count);
		strbuf_add(&out, "; check their addresses, the route to them and "
		    "that port 53 is not filtered");
		break;
	case LOCATE_ERROR:
		*exit = EXIT_CODE_TEMPORARY;
		strbuf_printf(&out, "the DNS servers do not say which zone holds %s "
		    "(%s): asked ", owner, locate->fell_silent ?
		    locate->cut_servers != NULL ?
		    "the servers they refer to do not answer" :
		    "no answer any more after a first one" :
		    locate->rcode < 0 ? "no usable answer" :
		    locate->rcode == RCODE_NOERROR ? "not authoritative, or lame" :
		    rcode_name(locate->rcode));
		list_servers(&out, locate->in.servers, locate->in.server_count);
		strbuf_add(&out, "; give servers that resolve or serve the zone");
		break;
	case LOCATE_NO_ZONE:
		strbuf_printf(&out, "no zone for %s: these servers know none: ", owner);
		list_servers(&out, locate->in.servers, locate->in.server_count);
		strbuf_add(&out, "; check the domain name, or give the server that "
		    "holds the zone");
		break;
	case LOCATE_TOP_LEVEL:
		*exit = EXIT_CODE_CONFIG;
		strbuf_printf(&out, "R1: the zone that holds %s is the top-level zone "
		    "%s, which is not updated; correct the domain name, or set "
		    "allow-top-level-zone: true", owner, zone);
		break;
	case LOCATE_NO_TARGET:
		strbuf_printf(&out, "zone %s names no server that may be sent to "
		    "(primary %s); set dns.primary", zone,
		    name_format(&locate->mname, mname));
		break;
	}
	return strbuf_take(&out);
}

char *
txn_say_conflict(const struct txn *txn, unsigned family)
{
	char owner[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct strbuf foreign = {0};
	const struct rrset *seen = &txn->observe.sight.sets[family];
	struct rrset others = {.type = seen->type};
	const struct state_entry *entry = txn_entry(txn);
	char *text;
	size_t i;

	if (!txn->observe.sight.known[family])
		seen = &txn->before.sets[family];
	for (i = 0; i < seen->count; i++)
		if (!rrset_has(&txn->goal.desired[family], &seen->addrs[i]) &&
		    (entry == NULL || !state_entry_owns(entry, &seen->addrs[i])))
			rrset_add(&others, &seen->addrs[i]);
	txn_list_addrs(&foreign, others.count > 0 ? &others : seen);
	text = mem_printf("%s is held by %s at %s, which this agent did not register, "
	    "%s", name_format(&txn->goal.where.owner, owner),
	    foreign.len > 0 ? strbuf_text(&foreign) : "data that queries do not show",
	    endpoint_format(&txn->server, server), txn->goal.yields ?
	    "though it has replaced it three times within an hour; who else registers "
	    "the name?  Give each a name of its own, then `ddnsctl refresh` takes this "
	    "one back" :
	    "and on-conflict is keep; remove the record there, choose another name, or "
	    "set on-conflict: replace");
	strbuf_free(&foreign);
	rrset_free(&others);
	return text;
}

char *
txn_say_alias(const struct txn *txn)
{
	char owner[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	return mem_printf("%s is %s at %s: addresses cannot stand there; remove the "
	    "%s or choose another name",
	    name_format(&txn->goal.where.owner, owner),
	    txn->observe.sight.dname ? "below a DNAME" : "an alias (CNAME)",
	    endpoint_format(&txn->server, server),
	    txn->observe.sight.dname ? "DNAME" : "CNAME");
}

char *
txn_say_race(const struct txn *txn)
{
	char owner[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	return mem_printf("%s changes at %s between our look and our update, %u times "
	    "in a row (%s): somebody else writes it too; find out who, or try again "
	    "later", name_format(&txn->goal.where.owner, owner),
	    endpoint_format(&txn->server, server), txn->round,
	    rcode_name(txn->failed_rcode));
}

char *
txn_say_unproved(const struct txn *txn)
{
	char owner[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	return mem_printf("permission not proved: %s answers the harmless test for %s "
	    "with %s: the name changes, or shows other data than it holds; try again",
	    endpoint_format(&txn->server, server),
	    name_format(&txn->goal.where.owner, owner), rcode_name(txn->failed_rcode));
}

char *
txn_say_exhausted(const struct txn *txn, enum exit_code exit)
{
	const struct txn_candidate *candidate = txn_spokesman(txn, exit);
	struct strbuf out = {0};

	if (candidate == NULL)
		say_silent(txn, &out);
	else if (exit == EXIT_CODE_REFUSED)
		say_refused(txn, candidate, &out);
	else if (exit == EXIT_CODE_TEMPORARY)
		say_temporary(txn, candidate, &out);
	else
		say_silent(txn, &out);
	if (candidate != NULL && exit != EXIT_CODE_UNAVAILABLE)
		say_others(txn, candidate, &out);
	say_doubt(txn, candidate, &out);
	return strbuf_take(&out);
}

const struct txn_candidate *
txn_spokesman(const struct txn *txn, enum exit_code exit)
{
	const struct txn_candidate *found = NULL;
	size_t i;

	for (i = txn->candidate_count; i-- > 0;) {
		const struct txn_candidate *candidate = &txn->candidates[i];

		if (!candidate->said)
			continue;
		if (verdict_exit(VERDICT_BIT(candidate->class)) == exit ||
		    (exit == EXIT_CODE_TEMPORARY && candidate->doubt))
			found = candidate;
	}
	return found;
}

static void
say_refused(const struct txn *txn, const struct txn_candidate *candidate,
    struct strbuf *out)
{
	char server[ENDPOINT_TEXT_MAX], zone[NAME_TEXT_MAX], local[ADDR_TEXT_MAX];

	strbuf_printf(out, "%s refuses the update of zone %s",
	    endpoint_format(&candidate->server, server),
	    name_format(&txn->zone, zone));
	if (candidate->local.family != FAMILY_NONE)
		strbuf_printf(out, " from our address %s",
		    addr_format(&candidate->local, local));
	strbuf_printf(out, " (%s): %s", rcode_name(candidate->rcode),
	    candidate->meaning);
	say_advice(txn, candidate, out);
}

/* The line to change. */
static void
say_advice(const struct txn *txn, const struct txn_candidate *candidate,
    struct strbuf *out)
{
	char zone[NAME_TEXT_MAX], local[ADDR_TEXT_MAX] = "our address";

	if (candidate->rcode == RCODE_NOTIMP || candidate->rcode == RCODE_FORMERR) {
		strbuf_add(out, "; set dns.primary to the zone's primary server");
		return;
	}
	if (candidate->local.family != FAMILY_NONE)
		addr_format(&candidate->local, local);
	strbuf_printf(out, "; on the primary of %s permit it: BIND: allow-update "
	    "{ %s; }; Knot: an acl with that address and action: update; PowerDNS: "
	    "allow-dnsupdate-from",
	    name_format(&txn->zone, zone), local);
}

static void
say_temporary(const struct txn *txn, const struct txn_candidate *candidate,
    struct strbuf *out)
{
	char server[ENDPOINT_TEXT_MAX], zone[NAME_TEXT_MAX];

	endpoint_format(&candidate->server, server);
	name_format(&txn->zone, zone);
	if (candidate->unverified && candidate->unseen != NULL)
		strbuf_printf(out, "%s accepted the update of zone %s, but it cannot be "
		    "verified: %s; run again to see", server, zone,
		    candidate->unseen);
	else if (candidate->unverified)
		strbuf_printf(out, "%s accepted the update of zone %s but it does not "
		    "show there (accepted but not applied, or not yet); look at the "
		    "server's log and try again", server, zone);
	else if (candidate->rcode < 0)
		strbuf_printf(out, "%s did not answer the update of zone %s (%s): it "
		    "may have been applied; run again to see", server, zone,
		    fault_text(candidate->fault));
	else
		strbuf_printf(out, "%s cannot work on zone %s now (%s): %s; try again "
		    "in a while", server, zone, rcode_name(candidate->rcode),
		    candidate->meaning);
}

static void
say_silent(const struct txn *txn, struct strbuf *out)
{
	char zone[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	size_t i;

	strbuf_printf(out, "no server of zone %s can be asked:",
	    name_format(&txn->zone, zone));
	for (i = 0; i < txn->candidate_count; i++)
		strbuf_printf(out, "%s %s (%s)", i == 0 ? "" : ",",
		    endpoint_format(&txn->candidates[i].server, server),
		    said(&txn->candidates[i]));
	strbuf_add(out, "; check the route to them and port 53, or set dns.primary");
}

static void
say_others(const struct txn *txn, const struct txn_candidate *candidate,
    struct strbuf *out)
{
	char server[ENDPOINT_TEXT_MAX];
	const char *before = "; also asked: ";
	size_t i;

	for (i = 0; i < txn->candidate_count; i++) {
		if (&txn->candidates[i] == candidate || !txn->candidates[i].said)
			continue;
		strbuf_printf(out, "%s%s (%s)", before,
		    endpoint_format(&txn->candidates[i].server, server),
		    said(&txn->candidates[i]));
		before = ", ";
	}
}

/* An UPDATE went out earlier, and what the candidate said does not tell. */
static void
say_doubt(const struct txn *txn, const struct txn_candidate *candidate,
    struct strbuf *out)
{
	if (!(txn->maybe_applied & txn->pass))
		return;
	if (candidate == NULL || (!candidate->unverified && candidate->rcode >= 0))
		strbuf_add(out, "; an update that was sent may have been applied: run "
		    "again to see");
}

static const char *
said(const struct txn_candidate *candidate)
{
	if (!candidate->said)
		return "not asked";
	if (candidate->rcode < 0)
		return fault_text(candidate->fault);
	if (candidate->class == VERDICT_SILENT)
		return "not authoritative";
	return rcode_name(candidate->rcode);
}

static void
list_servers(struct strbuf *out, const struct endpoint *servers, size_t count)
{
	char text[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < count; i++)
		strbuf_printf(out, "%s%s", i == 0 ? "" : ", ",
		    endpoint_format(&servers[i], text));
}

void
txn_list_addrs(struct strbuf *out, const struct rrset *set)
{
	char text[ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < set->count; i++)
		strbuf_printf(out, "%s%s", i == 0 ? "" : ", ",
		    addr_format(&set->addrs[i], text));
}

void
txn_waits_for(const struct txn *txn, struct strbuf *out)
{
	char text[ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX];

	switch (txn->step) {
	case TXN_LOCATE:
		locate_waits_for(&txn->locate, out);
		break;
	case TXN_OBSERVE:
	case TXN_VERIFY:
		strbuf_printf(out, "%s to answer A and AAAA %s", txn->observe.count > 0 ?
		    endpoint_format(&txn->observe.sightings[0].server, text) : "?",
		    name_format(&txn->goal.where.owner, name));
		break;
	case TXN_SAVE:
		strbuf_add(out, "the state file to be written");
		break;
	case TXN_UPDATE:
	case TXN_CONFIRM:
		strbuf_printf(out, "%s to answer the update",
		    endpoint_format(&txn->ask.server, text));
		break;
	case TXN_PAUSE:
		strbuf_add(out, "a moment before the next try");
		break;
	case TXN_IDLE:
	case TXN_DONE:
		strbuf_add(out, "nothing");
		break;
	}
}
