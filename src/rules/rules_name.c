/*
 * rules_name: R1, R4, R6, R7 and R8, which look at the name.
 */
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "rules_judge.h"

/* How the registration's name stands to the host's. */
enum likeness {
	SAME,
	DIFFERENT,
	NOT_KNOWN,
};

static bool is_reverse(const struct rule_subject *, struct name *);
static enum rule_verdict explain_unknown(const struct rule_subject *, struct strbuf *);
static enum rule_verdict explain_fault(const struct rule_subject *, enum fault,
    struct strbuf *);
static enum likeness compare_with_host(const struct rule_subject *);
static char *own_name(const struct rule_subject *);
static char *host_name(const struct fact_host *);

enum rule_verdict
rules_forward_zone(const struct rule_subject *subject, struct strbuf *message)
{
	struct name fqdn, parent;
	char text[NAME_TEXT_MAX], above[NAME_TEXT_MAX];

	if (is_reverse(subject, &fqdn))
		return rules_say(message, RULE_BROKEN,
		    "%s is in a reverse zone, and only forward zones are updated; "
		    "choose a domain-name outside in-addr.arpa and ip6.arpa",
		    name_format(&fqdn, text));
	if (rules_fqdn(subject->reg, subject->facts, &fqdn) != FAULT_NONE)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: the FQDN is not known (R4)");
	name_format(&fqdn, text);
	parent = name_parent(&fqdn);
	name_format(&parent, above);
	if (name_labels(&parent) > 1)
		return rules_say(message, RULE_HOLDS,
		    "%s is in a forward zone, not below in-addr.arpa or ip6.arpa",
		    text);
	if (subject->reg->allow_top_level_zone)
		return rules_say(message, RULE_HOLDS,
		    "%s may be in the top-level zone %s: allow-top-level-zone is true",
		    text, above);
	/* A zone of that very name is not top-level: only the zone cut tells. */
	return rules_say(message, RULE_UNKNOWN,
	    "%s is only allowed in a zone of its own; if its zone is found to be the "
	    "top-level zone %s, it is refused unless allow-top-level-zone is true",
	    text, above);
}

/* Also when only the domain is known; *fqdn is then what is known of the name. */
static bool
is_reverse(const struct rule_subject *subject, struct name *fqdn)
{
	const struct config_registration *reg = subject->reg;

	if (rules_fqdn(reg, subject->facts, fqdn) == FAULT_NONE)
		return name_is_reverse(fqdn);
	return reg->domain_name != NULL &&
	    name_parse(fqdn, reg->domain_name) == FAULT_NONE && name_is_reverse(fqdn);
}

enum rule_verdict
rules_name_complete(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	const struct fact_host *host = &subject->facts->host;
	struct name fqdn;
	char text[NAME_TEXT_MAX];
	enum fault fault;

	if ((reg->host_name == NULL && !host->known) || (reg->domain_name == NULL &&
	    !(host->known && host->has_domain) &&
	    rules_dhcp_domain(reg, subject->facts) == NULL))
		return explain_unknown(subject, message);
	fault = rules_fqdn(reg, subject->facts, &fqdn);
	if (fault != FAULT_NONE)
		return explain_fault(subject, fault, message);
	return rules_say(message, RULE_HOLDS, "%s has %u labels and %u octets of 255",
	    name_format(&fqdn, text), name_labels(&fqdn), (unsigned)fqdn.len);
}

/* Broken when no source that is read can still bring the missing part. */
static enum rule_verdict
explain_unknown(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	char *known;

	if (reg->host_name == NULL && !subject->facts->host.known)
		return rules_say(message, RULE_BROKEN,
		    "the host name is not known: none is configured and the kernel's "
		    "node name is not usable; set host-name%s, or name the machine "
		    "(hostnamectl set-hostname)",
		    reg->domain_name == NULL ? " and domain-name" : "");
	known = own_name(subject);
	if (config_dns_source(subject->config) == DNS_SOURCE_DHCP) {
		rules_say(message, RULE_UNKNOWN,
		    "the domain name is not known yet: %s has none configured, the "
		    "host has none, and DHCP has not given one so far; to name one: "
		    "domain-name", known);
		free(known);
		return RULE_UNKNOWN;
	}
	rules_say(message, RULE_BROKEN,
	    "the domain name is not known: %s has none configured, and the host has "
	    "none in its node name, /etc/hosts or resolv.conf; set domain-name (or "
	    "give the whole FQDN), or give the host a full name", known);
	free(known);
	return RULE_BROKEN;
}

/* Say which of the two parts is at fault, or that only both together are. */
static enum rule_verdict
explain_fault(const struct rule_subject *subject, enum fault fault,
    struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	struct name part;
	char *whole;

	if (reg->host_name != NULL && name_parse(&part, reg->host_name) != FAULT_NONE)
		return rules_say(message, RULE_BROKEN,
		    "host-name \"%s\": %s; choose another", reg->host_name,
		    fault_text(fault));
	if (reg->domain_name != NULL &&
	    name_parse(&part, reg->domain_name) != FAULT_NONE)
		return rules_say(message, RULE_BROKEN,
		    "domain-name \"%s\": %s; choose another", reg->domain_name,
		    fault_text(fault));
	whole = own_name(subject);
	rules_say(message, RULE_BROKEN,
	    "%s: %s; choose a shorter host-name or domain-name", whole,
	    fault_text(fault));
	free(whole);
	return RULE_BROKEN;
}

enum rule_verdict
rules_shared_name(const struct rule_subject *subject, struct strbuf *message)
{
	enum rule_verdict verdict = RULE_UNKNOWN;
	char *own, *host;

	if (subject->reg->mode != FQDN_SHARED)
		return rules_say(message, RULE_NOT_APPLICABLE, "the FQDN is dedicated");
	own = own_name(subject);
	host = host_name(&subject->facts->host);
	switch (compare_with_host(subject)) {
	case SAME:
		verdict = rules_say(message, RULE_HOLDS,
		    "%s is the host's own name", own);
		break;
	case DIFFERENT:
		verdict = rules_say(message, RULE_BROKEN,
		    "a shared FQDN must be the host's own, but %s is configured and "
		    "the host is %s; drop host-name and domain-name to follow the "
		    "host, or set fqdn: dedicated", own, host);
		break;
	case NOT_KNOWN:
		rules_say(message, verdict,
		    "not judged: of %s and the host's name (%s) not all parts are "
		    "known",
		    own, host);
		break;
	}
	free(own);
	free(host);
	return verdict;
}

enum rule_verdict
rules_dedicated_name(const struct rule_subject *subject, struct strbuf *message)
{
	enum rule_verdict verdict = RULE_UNKNOWN;
	char *own, *host;

	if (subject->reg->mode != FQDN_DEDICATED)
		return rules_say(message, RULE_NOT_APPLICABLE, "the FQDN is shared");
	own = own_name(subject);
	host = host_name(&subject->facts->host);
	switch (compare_with_host(subject)) {
	case SAME:
		verdict = rules_say(message, RULE_BROKEN,
		    "a dedicated FQDN must differ from the host's, but both are %s; "
		    "set another host-name or domain-name, or fqdn: shared", own);
		break;
	case DIFFERENT:
		verdict = rules_say(message, RULE_HOLDS,
		    "%s differs from the host's %s", own, host);
		break;
	case NOT_KNOWN:
		rules_say(message, verdict,
		    "not judged: of %s and the host's name (%s) not all parts are "
		    "known",
		    own, host);
		break;
	}
	free(own);
	free(host);
	return verdict;
}

/* Whole names when both are known; else different host labels are enough to differ. */
static enum likeness
compare_with_host(const struct rule_subject *subject)
{
	const struct config_registration *reg = subject->reg;
	const struct fact_host *host = &subject->facts->host;
	struct name name, label;

	if (!host->known)
		return NOT_KNOWN;
	if (host->has_domain && rules_fqdn(reg, subject->facts, &name) == FAULT_NONE)
		return name_equal(&name, &host->fqdn) ? SAME : DIFFERENT;
	if (reg->host_name == NULL || name_parse(&name, reg->host_name) != FAULT_NONE)
		return NOT_KNOWN;
	label = name_first(&name);
	return name_equal(&label, &host->label) ? NOT_KNOWN : DIFFERENT;
}

enum rule_verdict
rules_host_read_only(const struct rule_subject *subject, struct strbuf *message)
{
	const struct fact_host *host = &subject->facts->host;
	char *text = host_name(host);

	if (!host->known)
		rules_say(message, RULE_HOLDS,
		    "the operating system names no usable host name; it is read from "
		    "there and cannot be set here");
	else
		rules_say(message, RULE_HOLDS,
		    "the host is %s, read from the operating system", text);
	free(text);
	return RULE_HOLDS;
}

/* The name, or as much of it as is known: "?" for a missing host part. */
static char *
own_name(const struct rule_subject *subject)
{
	const struct config_registration *reg = subject->reg;
	const struct fact_host *host = &subject->facts->host;
	char label[NAME_TEXT_MAX], domain[NAME_TEXT_MAX];
	const char *first = reg->host_name, *rest = reg->domain_name;
	struct name fqdn;

	if (rules_fqdn(reg, subject->facts, &fqdn) == FAULT_NONE)
		return mem_text(name_format(&fqdn, label));
	if (first == NULL)
		first = host->known ? name_format(&host->label, label) : "?";
	if (rest == NULL && host->known && host->has_domain)
		rest = name_format(&host->domain, domain);
	return rest != NULL ? mem_printf("%s.%s", first, rest) : mem_text(first);
}

static char *
host_name(const struct fact_host *host)
{
	char text[NAME_TEXT_MAX];

	if (!host->known)
		return mem_text("not known");
	if (!host->has_domain)
		return mem_printf("%s, domain not known",
		    name_format(&host->label, text));
	return mem_text(name_format(&host->fqdn, text));
}
