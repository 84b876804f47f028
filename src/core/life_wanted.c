/*
 * life_wanted: what should stand in DNS and is not believed to.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"

static bool is_patient(struct reg *, const struct step *, unsigned family,
    const struct desired_family *);
static bool agrees(const struct reg *, unsigned family, const struct desired_family *);
static bool is_gone(struct reg *, struct step *, unsigned family,
    const struct fact_link *);
static bool is_due(const struct reg *, const struct step *);

unsigned
life_wanted(struct reg *reg, struct step *step, struct desired *desired,
    const struct fact_link *link)
{
	bool due = reg->life->forced || is_due(reg, step);
	unsigned family, mask = 0, owned = reg_owned(reg);

	for (family = 0; family < 2; family++) {
		struct desired_family *want = &desired->families[family];
		unsigned bit = 1U << family;

		if (!want->managed) {
			mask |= owned & bit;
			continue;
		}
		if (is_patient(reg, step, family, want))
			continue; /* its event is under way */
		if (want->set.count > 0) {
			reg->life->gone_since_us[family] = CLOCK_NEVER;
			if (due || !agrees(reg, family, want))
				mask |= bit;
		} else if (!(owned & bit)) {
			reg->life->gone_since_us[family] = CLOCK_NEVER;
		} else if (is_gone(reg, step, family, link)) {
			want->managed = false; /* what we hold of it goes */
			mask |= bit;
		}
	}
	return mask;
}

/* DAD is waited for, but not for ever: what is ready goes then (protocol.md 3). */
static bool
is_patient(struct reg *reg, const struct step *step, unsigned family,
    const struct desired_family *want)
{
	int64_t *until_us = &reg->life->patient_until_us[family];

	if (!want->tentative)
		*until_us = CLOCK_NEVER;
	else if (*until_us == CLOCK_NEVER)
		*until_us = step->now_us + ENGINE_TENTATIVE_US;
	return want->tentative && *until_us > step->now_us;
}

/* Does what is believed to stand there satisfy what is wanted? */
static bool
agrees(const struct reg *reg, unsigned family, const struct desired_family *want)
{
	const struct sight *belief = &reg->life->belief;
	const struct state_entry *entry = state_find(&reg->engine->state, &reg->fqdn);
	size_t i;

	if (!belief->known[family])
		return false;
	if (reg->mode == FQDN_DEDICATED)
		return rrset_equal(&belief->sets[family], &want->set);
	for (i = 0; i < want->set.count; i++)
		if (!rrset_has(&belief->sets[family], &want->set.addrs[i]))
			return false;
	for (i = 0; entry != NULL && i < entry->record_count; i++) {
		const struct addr *addr = &entry->records[i].addr;

		if (rrtype_of(addr) == want->set.type &&
		    state_entry_owns(entry, addr) && !rrset_has(&want->set, addr))
			return false;
	}
	return true;
}

/* Never empty: only what is gone for 10 minutes, the link being up, is given up. */
static bool
is_gone(struct reg *reg, struct step *step, unsigned family,
    const struct fact_link *link)
{
	int64_t *since_us = &reg->life->gone_since_us[family];

	if (link == NULL || !link->up) {
		*since_us = CLOCK_NEVER;
		return false;
	}
	if (*since_us == CLOCK_NEVER)
		*since_us = step->now_us;
	return step->now_us - *since_us >= LIFE_GONE_US;
}

static bool
is_due(const struct reg *reg, const struct step *step)
{
	return reg->life->refresh_at_us <= step->now_us ||
	    reg->life->look_at_us <= step->now_us;
}
