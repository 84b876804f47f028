/*
 * soa: reading the answer to a SOA question.
 */
#include <stddef.h>

#include "ddnsupd/soa.h"

static bool
is_alias(const struct answer *answer, const struct name *qname)
{
	size_t i;

	for (i = 0; i < answer->answer_count; i++) {
		const struct wire_rr *rr = &answer->answers[i];

		if (rr->type == RRTYPE_CNAME && name_equal(&rr->owner, qname))
			return true;
		if (rr->type == RRTYPE_DNAME && name_is_within(qname, &rr->owner))
			return true;
	}
	return false;
}

/* The only SOA of a section; `count` says how many there are. */
static const struct wire_rr *
find_soa(const struct wire_rr *rrs, size_t rr_count, size_t *count)
{
	const struct wire_rr *found = NULL;
	size_t i;

	for (i = 0; i < rr_count; i++) {
		if (rrs[i].type != RRTYPE_SOA)
			continue;
		found = &rrs[i];
		(*count)++;
	}
	return found;
}

static const struct wire_rr *
find_referral(const struct answer *answer, const struct name *qname)
{
	size_t i;

	if (answer->aa || answer->answer_count > 0 || answer->rcode != RCODE_NOERROR)
		return NULL;
	for (i = 0; i < answer->authority_count; i++) {
		const struct wire_rr *rr = &answer->authority[i];

		if (rr->type == RRTYPE_NS && name_is_within(qname, &rr->owner))
			return rr;
	}
	return NULL;
}

/* A referral to where the name is not: the server is lame (RFC 1912 2.8). */
static bool
is_sideways(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->authority_count; i++)
		if (answer->authority[i].type == RRTYPE_NS)
			return !answer->aa && answer->answer_count == 0;
	return false;
}

enum soa_finding
soa_read(const struct answer *answer, const struct name *qname, const struct name *owner,
    const struct name *cut, const struct wire_rr **rr)
{
	size_t count = 0;

	/* the SOA beside an alias is the target's, not ours */
	if (is_alias(answer, qname))
		return SOA_STRIP;
	*rr = find_soa(answer->answers, answer->answer_count, &count);
	if (*rr == NULL)
		*rr = find_soa(answer->authority, answer->authority_count, &count);
	if (*rr != NULL) {
		bool fits = count == 1 && !name_is_root(&(*rr)->owner) &&
		    name_is_within(owner, &(*rr)->owner);

		return fits ? SOA_FOUND : SOA_USELESS;
	}
	*rr = find_referral(answer, qname);
	if (*rr == NULL)
		return is_sideways(answer) ? SOA_USELESS : SOA_STRIP;
	/* a referral leads down, or the server is lame (RFC 1912 2.8) */
	if (name_labels(&(*rr)->owner) <= name_labels(cut))
		return SOA_USELESS;
	return SOA_REFERRAL;
}
