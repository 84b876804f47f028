/*
 * rules_ipv6: R5 and R9, which look at IPv6.
 */
#include "rules_judge.h"

static const struct addr *first_ipv6(const struct config_registration *);

enum rule_verdict
rules_shared_a_only(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	const struct addr *addr;
	char text[ADDR_TEXT_MAX];

	if (reg->mode != FQDN_SHARED)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "the FQDN is dedicated: A and AAAA");
	if (!config_ipv6_enabled(reg))
		return rules_say(message, RULE_HOLDS,
		    "IPv6 is off for this shared FQDN: A records only");
	addr = first_ipv6(reg);
	if (addr != NULL)
		return rules_say(message, RULE_BROKEN,
		    "a shared FQDN takes A records only, but the address %s is IPv6; "
		    "leave it out, or use a dedicated FQDN",
		    addr_format(addr, text));
	return rules_say(message, RULE_BROKEN,
	    "a shared FQDN takes A records only, but IPv6 is enabled (ipv6: auto); set "
	    "ipv6: none, or use a dedicated FQDN");
}

static const struct addr *
first_ipv6(const struct config_registration *reg)
{
	size_t i;

	for (i = 0; i < reg->address_count; i++) {
		if (reg->addresses[i].family == FAMILY_IPV6)
			return &reg->addresses[i];
	}
	return NULL;
}

/* Addresses the interface brings (`auto`) are no reason to refuse: the core leaves out
 * those that stand on the host's (mission R9). */
enum rule_verdict
rules_own_ipv6(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	struct rules_scene scene;
	enum rule_verdict verdict;
	char text[ADDR_TEXT_MAX];
	size_t i;

	if (reg->mode != FQDN_DEDICATED)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "the FQDN is shared: no AAAA at all (R5)");
	verdict = rules_set_scene(subject, FAMILY_IPV6, &scene, message);
	if (verdict != RULE_HOLDS)
		return verdict;
	for (i = 0; i < reg->address_count; i++) {
		const struct addr *addr = &reg->addresses[i];

		if (addr->family == FAMILY_IPV6 &&
		    fact_link_addr(scene.host, addr) != NULL)
			return rules_say(message, RULE_BROKEN,
			    "%s stands on %s, so it is the host's, and AMT and host "
			    "never share an IPv6 address; take it out of addresses",
			    addr_format(addr, text), scene.host->name);
	}
	if (reg->address_count > 0)
		return rules_say(message, RULE_HOLDS,
		    "no configured IPv6 address stands on %s", scene.host->name);
	return rules_say(message, RULE_HOLDS,
	    "IPv6 addresses that stand on %s are left out", scene.host->name);
}
