/*
 * rules: the table, and what everybody asks of it.
 *
 * Verdicts: "broken" needs a fact that contradicts the rule; a fact that is missing
 * makes it "unknown", and unknown never stops an update.  A sentence has no full stop,
 * names the values it was judged by, and when broken says what to change.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/rules.h"
#include "rules_judge.h"

static bool ends_registration(const struct rule *);
static const char *next_id(const char *text, size_t *len);

const struct rule rules[] = {
	{ "R1", "forward zones only", rules_forward_zone },
	{ "R2", "non-secure updates only", rules_non_secure },
	{ "R3", "DNS servers from DHCP or a static setting", rules_servers },
	{ "R4", "host name and domain name are known and fit", rules_name_complete },
	{ "R5", "shared FQDN: A records only", rules_shared_a_only },
	{ "R6", "shared FQDN: the host's own name", rules_shared_name },
	{ "R7", "dedicated FQDN: not the host's name", rules_dedicated_name },
	{ "R8", "the host's FQDN is read only", rules_host_read_only },
	{ "R9", "AMT and host never share an IPv6 address", rules_own_ipv6 },
	{ "R10", "no static address on wireless", rules_wireless_static },
	{ "R11", "shared dynamic IPv4", rules_shared_dynamic },
	{ "R12", "two different IPv4 addresses", rules_two_addresses },
	{ "R13", "one shared static IPv4", rules_shared_static },
	{ "R14", "AMT dynamic, host static", rules_host_static },
	{ "R15", "host dynamic, AMT static", rules_host_dynamic },
	{ "R16", "IPv6 and dedicated FQDN from release 6", rules_release },
	{ "R17", "TTL and periodic update in range", rules_times },
	{ "R18", "the DHCP server does not update this name", rules_dhcp_server },
	{ NULL, NULL, NULL },
};

unsigned
rules_broken(const struct rule_subject *subject, struct strbuf *why)
{
	const struct rule *rule;
	unsigned count = 0;

	for (rule = rules; rule->id != NULL; rule++) {
		struct strbuf message = { 0 };

		if (ends_registration(rule) &&
		    rule->judge(subject, &message) == RULE_BROKEN)
			strbuf_printf(why, "%s%s: %s", count++ > 0 ? "; " : "",
			    rule->id, strbuf_text(&message));
		strbuf_free(&message);
	}
	return count;
}

/*
 * R3 does not: without a DNS server there is nothing wrong with the registration, so
 * the core answers it with exit 69 (mission.md), not with `invalid` and 78.  Nor does
 * R18, which is for rules_stand_down().  --check prints both all the same.
 */
static bool
ends_registration(const struct rule *rule)
{
	return rule->judge != rules_servers && rule->judge != rules_dhcp_server;
}

bool
rules_same(const char *why, const char *other)
{
	size_t len = 0, other_len = 0;
	unsigned count = 0;

	for (;; count++) {
		why = next_id(why + len, &len);
		other = next_id(other + other_len, &other_len);
		if (len != other_len || len == 0)
			return len == other_len && count > 0;
		if (memcmp(why, other, len) != 0)
			return false;
	}
}

/* The next "R5: ", at the start or behind "; "; NULL and length 0: none. */
static const char *
next_id(const char *text, size_t *len)
{
	while (text != NULL) {
		*len = text[0] == 'R' ? 1 + strspn(text + 1, "0123456789") : 0;
		if (*len > 1 && text[*len] == ':')
			return text;
		text = strstr(text, "; ");
		if (text != NULL)
			text += 2;
	}
	*len = 0;
	return NULL;
}

bool
rules_stand_down(const struct rule_subject *subject, struct strbuf *why)
{
	struct strbuf message = { 0 };
	bool down = rules_dhcp_server(subject, &message) == RULE_BROKEN;

	if (down)
		strbuf_printf(why, "R18: %s", strbuf_text(&message));
	strbuf_free(&message);
	return down;
}

enum fault
rules_fqdn(const struct config_registration *reg, const struct facts *facts,
    struct name *fqdn)
{
	const struct fact_host *host = &facts->host;
	const struct name *given;
	struct name label, domain;
	enum fault fault;

	if (reg->host_name != NULL) {
		fault = name_parse(&label, reg->host_name);
		if (fault != FAULT_NONE)
			return fault;
	} else if (host->known) {
		label = host->label;
	} else {
		return FAULT_NAME_EMPTY;
	}
	if (reg->domain_name != NULL) {
		fault = name_parse(&domain, reg->domain_name);
		if (fault != FAULT_NONE)
			return fault;
	} else if (host->known && host->has_domain) {
		domain = host->domain;
	} else {
		given = rules_dhcp_domain(reg, facts);
		if (given == NULL)
			return FAULT_NAME_EMPTY;
		domain = *given;
	}
	return name_join(fqdn, &label, &domain);
}

const struct name *
rules_dhcp_domain(const struct config_registration *reg, const struct facts *facts)
{
	const struct fact_link *link = rules_home(reg, &facts->net);

	return link != NULL ? facts_dhcp_domain(facts, link->ifindex) : NULL;
}

const struct fact_link *
rules_link(const struct config_registration *reg, const struct fact_net *net)
{
	if (reg->interface != NULL)
		return fact_net_link(net, reg->interface);
	if (reg->address_count > 0)
		return NULL;
	return fact_net_default_link(net);
}

const struct fact_link *
rules_home(const struct config_registration *reg, const struct fact_net *net)
{
	return reg != NULL && reg->interface != NULL ?
	    fact_net_link(net, reg->interface) : fact_net_default_link(net);
}

enum rule_verdict
rules_say(struct strbuf *message, enum rule_verdict verdict, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(message, format, ap);
	va_end(ap);
	return verdict;
}

enum rule_verdict
rules_set_scene(const struct rule_subject *subject, enum family family,
    struct rules_scene *scene, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	const struct fact_net *net = &subject->facts->net;
	const char *host = config_host_interface(reg);

	if (!config_manages(reg, family))
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "IPv%d is not this registration's to keep", (int)family);
	if (reg->address_count > 0 && reg->interface == NULL)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "not judged: addresses without interface speak for another "
		    "machine");
	if (host == NULL && reg->mode == FQDN_DEDICATED)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: no host-interface, so %s is taken to be AMT's alone",
		    reg->interface != NULL ? reg->interface :
		    "the default route's interface");
	scene->link = rules_link(reg, net);
	if (scene->link == NULL && reg->interface == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: there is no default route; set interface");
	if (scene->link == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: there is no interface %s now", reg->interface);
	scene->host = host != NULL ? fact_net_link(net, host) : scene->link;
	if (scene->host == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: there is no interface %s (host-interface) now", host);
	return RULE_HOLDS;
}
