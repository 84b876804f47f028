/*
 * desired: what should stand in DNS.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/desired.h"
#include "ddnsupd/mem.h"

static void from_config(struct desired *, const struct config_registration *);
static void from_link(struct desired *, const struct config_registration *,
    const struct fact_net *, const struct fact_link *);
static const char *unfit(const struct config_registration *, const struct fact_net *,
    const struct fact_addr *);
static const char *not_ours(const struct config_registration *, const struct fact_net *,
    const struct fact_addr *);
static void use_deprecated(struct desired *, const struct config_registration *,
    const struct fact_net *, const struct fact_link *);
static struct desired_family *family_of(struct desired *, const struct addr *);
static void skip(struct desired *, const struct addr *, const char *reason);
static void unskip(struct desired *, const struct addr *);

void
desired_make(struct desired *desired, const struct config_registration *reg,
    const struct fact_net *net, const struct fact_link *link)
{
	memset(desired, 0, sizeof(*desired));
	desired->families[0].set.type = RRTYPE_A;
	desired->families[1].set.type = RRTYPE_AAAA;
	desired->families[0].managed = config_manages(reg, FAMILY_IPV4);
	desired->families[1].managed = config_manages(reg, FAMILY_IPV6) &&
	    reg->mode != FQDN_SHARED; /* R5, whatever the configuration says */
	desired->families[0].set.ttl = (uint32_t)reg->ttl_s;
	desired->families[1].set.ttl = (uint32_t)reg->ttl_s;
	if (reg->address_count > 0)
		from_config(desired, reg);
	else if (link != NULL)
		from_link(desired, reg, net, link);
}

bool
desired_any(const struct desired *desired)
{
	return desired->families[0].set.count + desired->families[1].set.count > 0;
}

void
desired_free(struct desired *desired)
{
	rrset_free(&desired->families[0].set);
	rrset_free(&desired->families[1].set);
	free(desired->skips);
	memset(desired, 0, sizeof(*desired));
}

static void
from_config(struct desired *desired, const struct config_registration *reg)
{
	size_t i;

	for (i = 0; i < reg->address_count; i++) {
		struct desired_family *family = family_of(desired, &reg->addresses[i]);

		if (family->managed)
			rrset_add(&family->set, &reg->addresses[i]);
		else if (reg->mode == FQDN_SHARED)
			skip(desired, &reg->addresses[i], "shared FQDN");
	}
}

static void
from_link(struct desired *desired, const struct config_registration *reg,
    const struct fact_net *net, const struct fact_link *link)
{
	size_t i;

	for (i = 0; i < link->addr_count; i++) {
		const struct fact_addr *fact = &link->addrs[i];
		struct desired_family *family = family_of(desired, &fact->addr);
		const char *reason = unfit(reg, net, fact);

		if (reason == NULL && !family->managed)
			continue;
		if (reason == NULL) {
			rrset_add(&family->set, &fact->addr);
			continue;
		}
		skip(desired, &fact->addr, reason);
		if (family->managed && !(fact->flags & FACT_ADDR_DADFAILED) &&
		    strcmp(reason, "tentative") == 0)
			family->tentative = true;
	}
	use_deprecated(desired, reg, net, link);
}

/* Why an address of the interface is left out; NULL: it is not. */
static const char *
unfit(const struct config_registration *reg, const struct fact_net *net,
    const struct fact_addr *fact)
{
	const char *reason = not_ours(reg, net, fact);

	if (reason != NULL)
		return reason;
	if (fact->flags & FACT_ADDR_DADFAILED)
		return "dadfailed";
	if ((fact->flags & FACT_ADDR_TEMPORARY) && !reg->temporary_addresses)
		return "temporary";
	if (fact->flags & FACT_ADDR_TENTATIVE)
		return "tentative";
	if (fact->flags & FACT_ADDR_DEPRECATED)
		return "deprecated";
	return NULL;
}

/* The reasons that no waiting will change. */
static const char *
not_ours(const struct config_registration *reg, const struct fact_net *net,
    const struct fact_addr *fact)
{
	const struct fact_link *host;
	const char *host_interface = config_host_interface(reg);

	if (addr_unfit(&fact->addr) != NULL)
		return addr_unfit(&fact->addr);
	if (fact->addr.family != FAMILY_IPV6)
		return NULL;
	if (reg->mode == FQDN_SHARED)
		return "shared FQDN";
	host = host_interface == NULL ? NULL : fact_net_link(net, host_interface);
	if (host != NULL && fact_link_addr(host, &fact->addr) != NULL)
		return "belongs to the host"; /* R9 */
	return NULL;
}

/* A deprecated address is better than none (RFC 4862 5.5.4 keeps it valid).  Whether a
 * tentative one is waited for instead is for those to say who know the time. */
static void
use_deprecated(struct desired *desired, const struct config_registration *reg,
    const struct fact_net *net, const struct fact_link *link)
{
	bool empty[2] = {
		desired->families[0].set.count == 0,
		desired->families[1].set.count == 0,
	};
	size_t i;

	for (i = 0; i < link->addr_count; i++) {
		const struct fact_addr *fact = &link->addrs[i];
		struct desired_family *family = family_of(desired, &fact->addr);
		const char *reason = unfit(reg, net, fact);

		if (reason == NULL || strcmp(reason, "deprecated") != 0)
			continue;
		if (family->managed && empty[family - desired->families]) {
			rrset_add(&family->set, &fact->addr);
			unskip(desired, &fact->addr);
		}
	}
}

static struct desired_family *
family_of(struct desired *desired, const struct addr *addr)
{
	return &desired->families[addr->family == FAMILY_IPV6];
}

static void
skip(struct desired *desired, const struct addr *addr, const char *reason)
{
	desired->skips = mem_grow(desired->skips, &desired->skip_cap,
	    desired->skip_count + 1, sizeof(*desired->skips));
	desired->skips[desired->skip_count].addr = *addr;
	desired->skips[desired->skip_count++].reason = reason;
}

static void
unskip(struct desired *desired, const struct addr *addr)
{
	size_t i;

	for (i = 0; i < desired->skip_count; i++)
		if (addr_equal(&desired->skips[i].addr, addr)) {
			desired->skip_count--;
			memmove(&desired->skips[i], &desired->skips[i + 1],
			    (desired->skip_count - i) * sizeof(*desired->skips));
			return;
		}
}
