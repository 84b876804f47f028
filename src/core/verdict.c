/*
 * verdict: the table of protocol.md 5, one row an answer.
 */
#include <stddef.h>

#include "ddnsupd/verdict.h"
#include "ddnsupd/wire.h"

static const struct verdict update_verdicts[] = {
	[RCODE_NOERROR] = {VERDICT_GO_ON, VERDICT_TEMPORARY, "accepted"},
	[RCODE_FORMERR] = {VERDICT_NEXT, VERDICT_REFUSED,
	    "this server does not understand the update, or the zone is not one of its "
	    "own"},
	[RCODE_SERVFAIL] = {VERDICT_AGAIN, VERDICT_TEMPORARY,
	    "often it is reloading the zone, or (BIND) the name would get more records "
	    "of one type than max-records-per-type, 100"},
	[RCODE_NXDOMAIN] = {VERDICT_LOOK, VERDICT_TEMPORARY, "a prerequisite failed"},
	[RCODE_NOTIMP] = {VERDICT_NEXT, VERDICT_REFUSED,
	    "this server does not take dynamic updates"},
	[RCODE_REFUSED] = {VERDICT_NEXT, VERDICT_REFUSED,
	    "the zone does not allow updates from this address, takes signed updates "
	    "only (this agent sends non-secure ones), is frozen, or the server is a "
	    "secondary that does not forward them"},
	[RCODE_YXDOMAIN] = {VERDICT_LOOK, VERDICT_TEMPORARY, "a prerequisite failed"},
	[RCODE_YXRRSET] = {VERDICT_LOOK, VERDICT_TEMPORARY, "a prerequisite failed"},
	[RCODE_NXRRSET] = {VERDICT_LOOK, VERDICT_TEMPORARY, "a prerequisite failed"},
	[RCODE_NOTAUTH] = {VERDICT_REDISCOVER, VERDICT_REFUSED,
	    "the zone is not served here, or (Knot DNS) updates are not allowed from "
	    "this address"},
	[RCODE_NOTZONE] = {VERDICT_REDISCOVER, VERDICT_REFUSED,
	    "the name is not in the zone that this server holds"},
};

static const struct verdict observe_verdicts[] = {
	[RCODE_NOERROR] = {VERDICT_GO_ON, VERDICT_SILENT, "answered"},
	[RCODE_FORMERR] = {VERDICT_NEXT, VERDICT_REFUSED, "this server cannot answer"},
	[RCODE_SERVFAIL] = {VERDICT_AGAIN, VERDICT_TEMPORARY,
	    "the server cannot work on the zone now, often because it is reloading"},
	[RCODE_NXDOMAIN] = {VERDICT_GO_ON, VERDICT_SILENT, "answered"},
	[RCODE_NOTIMP] = {VERDICT_NEXT, VERDICT_REFUSED, "this server cannot answer"},
	[RCODE_REFUSED] = {VERDICT_NEXT, VERDICT_REFUSED,
	    "the server does not answer queries for the zone from this address"},
	[RCODE_YXDOMAIN] = {VERDICT_NEXT, VERDICT_TEMPORARY, "no answer to a query"},
	[RCODE_YXRRSET] = {VERDICT_NEXT, VERDICT_TEMPORARY, "no answer to a query"},
	[RCODE_NXRRSET] = {VERDICT_NEXT, VERDICT_TEMPORARY, "no answer to a query"},
	[RCODE_NOTAUTH] = {VERDICT_NEXT, VERDICT_REFUSED, "the zone is not served here"},
	[RCODE_NOTZONE] = {VERDICT_NEXT, VERDICT_REFUSED, "the zone is not served here"},
};

/* RFC 2136 4.6: as good as a server failure. */
static const struct verdict unknown_rcode = {
	VERDICT_AGAIN, VERDICT_TEMPORARY, "an answer that this agent does not know"
};

static const struct verdict silence = {
	VERDICT_NEXT, VERDICT_SILENT, "the server is down or not reachable from here"
};

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

const struct verdict *
verdict_of_rcode(enum verdict_step step, int rcode)
{
	if (rcode < 0 || rcode >= COUNT(update_verdicts))
		return &unknown_rcode;
	return step == VERDICT_UPDATE ? &update_verdicts[rcode] :
	    &observe_verdicts[rcode];
}

const struct verdict *
verdict_of_fault(enum verdict_step step, enum fault fault)
{
	(void)step;
	(void)fault; /* every fault is ignorance: look first, next candidate */
	return &silence;
}

enum exit_code
verdict_exit(unsigned classes_seen)
{
	if (classes_seen & VERDICT_BIT(VERDICT_TEMPORARY))
		return EXIT_CODE_TEMPORARY;
	if (classes_seen & VERDICT_BIT(VERDICT_REFUSED))
		return EXIT_CODE_REFUSED;
	return EXIT_CODE_UNAVAILABLE;
}
