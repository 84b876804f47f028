/*
 * locate: from a name to its zone and the servers that take its updates.
 *
 * Happy path: SOA question -> zone and MNAME -> A and AAAA of MNAME -> candidates.
 * Detours: no SOA (a label is stripped), a referral (its servers are asked), MNAME of no
 * use (the NS set is asked).  The file is ordered like that.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/locate.h"
#include "ddnsupd/locate_targets.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/soa.h"

static void walk(struct locate *, struct step *, size_t first);
static void read_soa(struct locate *, struct step *);
static void strip(struct locate *, struct step *);
static void follow(struct locate *, struct step *, const struct wire_rr *ns);
static void cut_resolved(struct locate *, struct step *);
static void found_zone(struct locate *, struct step *, const struct wire_rr *soa);
static void resolve_primary(struct locate *, struct step *);
static void primary_resolved(struct locate *, struct step *);
static void ask_ns(struct locate *, struct step *);
static void read_ns(struct locate *, struct step *);
static void finish(struct locate *, struct step *);
static void fail(struct locate *, enum locate_failure);
static void advance(struct locate *, struct step *);

void
locate_start(struct locate *locate, struct step *step, const struct locate_input *input)
{
	locate_free(locate);
	locate->in = *input;
	locate->qname = input->owner;
	locate->rcode = -1;
	locate->cut.len = 1; /* the root: no cut seen yet */
	walk(locate, step, 0);
	advance(locate, step);
}

bool
locate_event(struct locate *locate, struct step *step, const struct event *event)
{
	size_t i;
	bool mine = query_event(&locate->soa, step, event);

	for (i = 0; i < locate->host_count && !mine; i++) {
		mine = query_event(&locate->hosts[i], step, event);
		if (mine)
			locate_weigh_host(&locate->hosts[i], step);
	}
	if (mine)
		advance(locate, step);
	return mine;
}

void
locate_wake(struct locate *locate, struct step *step)
{
	size_t i;

	query_wake(&locate->soa, step);
	for (i = 0; i < locate->host_count; i++)
		query_wake(&locate->hosts[i], step);
	advance(locate, step);
}

int64_t
locate_deadline(const struct locate *locate)
{
	int64_t at_us = CLOCK_NEVER;
	size_t i;

	if (locate->soa.status == QUERY_WAITING)
		at_us = locate->soa.deadline_us;
	for (i = 0; i < locate->host_count; i++)
		if (locate->hosts[i].status == QUERY_WAITING)
			at_us = clock_min(at_us, locate->hosts[i].deadline_us);
	return at_us;
}

void
locate_waits_for(const struct locate *locate, struct strbuf *out)
{
	const struct query *query = &locate->soa;
	char name[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < locate->host_count; i++)
		if (locate->hosts[i].status == QUERY_WAITING)
			query = &locate->hosts[i];
	if (query->server_count == 0)
		return;
	strbuf_printf(out, "%s to answer %s %s",
	    endpoint_format(&query->servers[query->current], server),
	    rrtype_name(query->qtype), name_format(&query->qname, name));
}

bool
locate_more(struct locate *locate, struct step *step)
{
	if (locate->ns_asked)
		return false;
	locate->candidate_count = 0; /* those known so far have failed */
	ask_ns(locate, step);
	advance(locate, step);
	return true;
}

void
locate_cancel(struct locate *locate, struct step *step)
{
	size_t i;

	query_cancel(&locate->soa, step);
	for (i = 0; i < locate->host_count; i++)
		query_cancel(&locate->hosts[i], step);
	locate_free(locate);
}

void
locate_free(struct locate *locate)
{
	size_t i;

	query_free(&locate->soa);
	for (i = 0; i < locate->host_count; i++)
		query_free(&locate->hosts[i]);
	free(locate->cut_servers);
	free(locate->lookup_servers);
	memset(locate, 0, sizeof(*locate));
}

/* One question is open or answered at a time per phase; each answer leads on. */
static void
advance(struct locate *locate, struct step *step)
{
	switch (locate->status) {
	case LOCATE_WALK:
		read_soa(locate, step);
		break;
	case LOCATE_CUT:
		cut_resolved(locate, step);
		break;
	case LOCATE_PRIMARY:
		primary_resolved(locate, step);
		break;
	case LOCATE_NS:
		read_ns(locate, step);
		break;
	case LOCATE_NS_HOSTS:
		if (!locate_hosts_open(locate)) {
			locate_take_hosts(locate, CANDIDATE_NS);
			finish(locate, step);
		}
		break;
	case LOCATE_IDLE:
	case LOCATE_FOUND:
	case LOCATE_FAILED:
		break;
	}
}

/* --- the walk ---------------------------------------------------------------------- */

static void
walk(struct locate *locate, struct step *step, size_t first)
{
	locate->status = LOCATE_WALK;
	if (locate->cut_servers != NULL)
		query_start(&locate->soa, step, &locate->qname, RRTYPE_SOA,
		    locate->cut_servers, locate->cut_count, first);
	else
		query_start(&locate->soa, step, &locate->qname, RRTYPE_SOA,
		    locate->in.servers, locate->in.server_count, first);
}

static void
read_soa(struct locate *locate, struct step *step)
{
	struct query *query = &locate->soa;
	const struct wire_rr *rr;

	while (locate->status == LOCATE_WALK && query->status == QUERY_ANSWERED) {
		locate->rcode = query->rcode;
		locate->heard = true;
		switch (soa_read(&query->answer, &query->qname, &locate->in.owner,
		    &locate->cut, &rr)) {
		case SOA_FOUND:
			found_zone(locate, step, rr);
			return;
		case SOA_REFERRAL:
			follow(locate, step, rr);
			return;
		case SOA_STRIP:
			strip(locate, step);
			break;
		case SOA_USELESS:
			locate->root_soa |= rr != NULL && name_is_root(&rr->owner);
			query_reject(query, step);
			break;
		}
	}
	if (locate->status != LOCATE_WALK || query->status != QUERY_FAILED)
		return;
	locate->rcode = query->rcode;
	locate->fell_silent = locate->heard && !query->answered;
	if (!query->answered && !locate->heard)
		fail(locate, LOCATE_SILENT);
	else
		fail(locate, locate->root_soa ? LOCATE_NO_ZONE : LOCATE_ERROR);
}

/* Only after an answer, never after an error (protocol.md 2). */
static void
strip(struct locate *locate, struct step *step)
{
	if (name_labels(&locate->qname) <= 1) {
		fail(locate, LOCATE_NO_ZONE);
		return;
	}
	locate->qname = name_parent(&locate->qname);
	walk(locate, step, locate->soa.current);
}

/* --- a referral names a zone cut --------------------------------------------------- */

static void
follow(struct locate *locate, struct step *step, const struct wire_rr *ns)
{
	char text[NAME_TEXT_MAX];

	if (locate->referrals++ >= LOCATE_REFERRALS_MAX) {
		fail(locate, LOCATE_ERROR);
		return;
	}
	locate->cut = ns->owner;
	step_note(step, NOTE_INFO, "referred to the servers of %s",
	    name_format(&locate->cut, text));
	locate_forget_hosts(locate, step);
	locate_collect_glue(locate, &locate->soa.answer, &locate->cut);
	if (locate->candidate_count > 0) {
		cut_resolved(locate, step);
		return;
	}
	locate->status = LOCATE_CUT;
	locate_resolve_ns(locate, step, locate->soa.answer.authority,
	    locate->soa.answer.authority_count, &locate->cut);
	cut_resolved(locate, step);
}

static void
cut_resolved(struct locate *locate, struct step *step)
{
	struct endpoint *servers;
	size_t i;

	if (locate_hosts_open(locate))
		return;
	locate_take_hosts(locate, CANDIDATE_NS);
	if (locate->candidate_count == 0) {
		fail(locate, LOCATE_ERROR);
		return;
	}
	servers = mem_zero(locate->candidate_count, sizeof(*servers));
	for (i = 0; i < locate->candidate_count; i++)
		servers[i] = locate->candidates[i].server;
	free(locate->cut_servers);
	locate->cut_servers = servers;
	locate->cut_count = locate->candidate_count;
	locate->candidate_count = 0;
	walk(locate, step, 0);
	read_soa(locate, step);
}

/* --- the zone's primary ------------------------------------------------------------ */

static void
found_zone(struct locate *locate, struct step *step, const struct wire_rr *soa)
{
	char zone[NAME_TEXT_MAX], mname[NAME_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	locate->has_zone = true;
	locate->zone = soa->owner;
	locate->mname = soa->target;
	locate->soa_server = locate->soa.servers[locate->soa.current];
	if (name_labels(&locate->zone) < 2 && !locate->in.allow_top_level_zone) {
		fail(locate, LOCATE_TOP_LEVEL);
		return;
	}
	step_note(step, NOTE_INFO, "zone %s, primary %s, says %s",
	    name_format(&locate->zone, zone), name_format(&locate->mname, mname),
	    endpoint_format(&locate->soa_server, server));
	resolve_primary(locate, step);
}

static void
resolve_primary(struct locate *locate, struct step *step)
{
	locate->status = LOCATE_PRIMARY;
	locate_forget_hosts(locate, step);
	locate_list_lookup_servers(locate);
	locate_add_primaries(locate, step);
	/* a root MNAME says: no updates here */
	if (!name_is_root(&locate->mname))
		locate_resolve(locate, step, &locate->mname);
	primary_resolved(locate, step);
}

static void
primary_resolved(struct locate *locate, struct step *step)
{
	size_t i;
	bool found = false;

	if (locate_hosts_open(locate))
		return;
	locate_take_primaries(locate);
	locate_take_hosts(locate, CANDIDATE_MNAME);
	for (i = 0; i < locate->candidate_count; i++)
		found |= locate->candidates[i].origin == CANDIDATE_MNAME;
	if (found || locate->in.primary_count > 0)
		finish(locate, step);
	else
		ask_ns(locate, step);
}

static void
ask_ns(struct locate *locate, struct step *step)
{
	locate->status = LOCATE_NS;
	locate->ns_asked = true;
	query_start(&locate->soa, step, &locate->zone, RRTYPE_NS,
	    locate->lookup_servers, locate->lookup_count, 0);
	read_ns(locate, step);
}

static void
read_ns(struct locate *locate, struct step *step)
{
	const struct answer *answer = &locate->soa.answer;

	if (locate->soa.status == QUERY_WAITING)
		return;
	locate->status = LOCATE_NS_HOSTS;
	locate_forget_hosts(locate, step);
	if (locate->soa.status == QUERY_ANSWERED) {
		locate_resolve_ns(locate, step, answer->answers, answer->answer_count,
		    &locate->zone);
	}
	if (locate_hosts_open(locate))
		return;
	locate_take_hosts(locate, CANDIDATE_NS);
	finish(locate, step);
}

static void
finish(struct locate *locate, struct step *step)
{
	locate_add_candidate(locate, &locate->soa_server, CANDIDATE_RESOLVER);
	locate_order_candidates(locate);
	if (locate->candidate_count == 0) {
		fail(locate, LOCATE_NO_TARGET);
		return;
	}
	locate->found_us = step->now_us;
	locate->status = LOCATE_FOUND;
}

static void
fail(struct locate *locate, enum locate_failure failure)
{
	locate->status = LOCATE_FAILED;
	locate->failure = failure;
}
