/*
 * rules_setting: R2, R3, R16, R17 and R18, which look at settings and servers.
 */
#include <inttypes.h>

#include "rules_judge.h"

#define TTL_MAX_S INT32_MAX      /* RFC 2181 8 */
#define PERIODIC_LEAST_MIN 20
#define RELEASE_IPV6 6           /* the first AMT with IPv6 and dedicated names */

static void add_server(struct strbuf *message, const struct endpoint *server,
    const char *source);
static bool has_dhcp(const struct facts *facts, uint32_t ifindex);

enum rule_verdict
rules_non_secure(const struct rule_subject *subject, struct strbuf *message)
{
	(void)subject;
	return rules_say(message, RULE_UNKNOWN,
	    "only the server can tell whether it takes non-secure updates from here; "
	    "ask it with --check --online");
}

enum rule_verdict
rules_servers(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config *config = subject->config;
	const struct facts *facts = subject->facts;
	size_t i;

	/* The facts hold the configured servers too, once they are in force. */
	for (i = 0; i < facts->server_count; i++)
		add_server(message, &facts->servers[i].endpoint,
		    fact_source_name(facts->servers[i].source));
	for (i = 0; i < config->server_count && facts->server_count == 0; i++)
		add_server(message, &config->servers[i], "static");
	if (message->len > 0)
		return RULE_HOLDS;
	if (config_dns_source(config) == DNS_SOURCE_DHCP)
		return rules_say(message, RULE_UNKNOWN,
		    "no DNS server is known from DHCP yet; to name one: dns.servers, -s");
	return rules_say(message, RULE_BROKEN,
	    "no DNS server: dns.source is static and dns.servers is empty; give "
	    "dns.servers or -s");
}

/* "192.0.2.53#53 (lease, eth0)" */
static void
add_server(struct strbuf *message, const struct endpoint *server, const char *source)
{
	const char *link = server->via ? server->ifname : "";
	char text[ENDPOINT_TEXT_MAX];

	strbuf_printf(message, "%s%s (%s%s%s)", message->len > 0 ? ", " : "",
	    endpoint_format(server, text), source, link[0] != '\0' ? ", " : "", link);
}

enum rule_verdict
rules_release(const struct rule_subject *subject, struct strbuf *message)
{
	static const struct {
		const char *lacks;
		const char *cure;
	} texts[] = { /* by what is used: 1 IPv6, 2 a dedicated FQDN */
		{ NULL, NULL },
		{ "IPv6", "ipv6: none" },
		{ "dedicated FQDN", "fqdn: shared" },
		{ "IPv6 and no dedicated FQDN", "ipv6: none and fqdn: shared" },
	};
	int64_t release = subject->config->amt_release;
	unsigned used = (config_ipv6_enabled(subject->reg) ? 1U : 0U) +
	    (subject->reg->mode == FQDN_DEDICATED ? 2U : 0U);

	if (release >= RELEASE_IPV6 || used == 0)
		return rules_say(message, RULE_HOLDS,
		    "amt-release %" PRId64 " has what is configured", release);
	return rules_say(message, RULE_BROKEN,
	    "amt-release %" PRId64 " has no %s, which came with release 6; set %s, or "
	    "correct amt-release", release, texts[used].lacks, texts[used].cure);
}

enum rule_verdict
rules_times(const struct rule_subject *subject, struct strbuf *message)
{
	int64_t ttl = subject->reg->ttl_s;
	int64_t periodic = subject->reg->periodic_min;

	if (ttl < 1 || ttl > TTL_MAX_S)
		rules_say(message, RULE_BROKEN,
		    "ttl is %" PRId64 " s; it must be 1 to 2147483647 seconds", ttl);
	if (periodic != 0 && periodic < PERIODIC_LEAST_MIN)
		rules_say(message, RULE_BROKEN,
		    "%speriodic-update is %" PRId64 " minutes; it must be 0 (off) or "
		    "at least 20 minutes", message->len > 0 ? ", and " : "", periodic);
	if (message->len > 0)
		return RULE_BROKEN;
	if (periodic == 0)
		return rules_say(message, RULE_HOLDS,
		    "ttl %" PRId64 " s, periodic update off", ttl);
	return rules_say(message, RULE_HOLDS,
	    "ttl %" PRId64 " s, periodic update every %" PRId64 " minutes", ttl,
	    periodic);
}

/*
 * R18.  Only a server that says so (RFC 4702 2.1, S) keeps the name; most say nothing,
 * and some clients do not write down what they said.
 */
enum rule_verdict
rules_dhcp_server(const struct rule_subject *subject, struct strbuf *message)
{
	const struct config_registration *reg = subject->reg;
	const struct fact_link *link = rules_link(reg, &subject->facts->net);
	const struct fact_dhcp *fact;
	struct name fqdn;
	char text[NAME_TEXT_MAX];

	if (reg->mode != FQDN_SHARED)
		return rules_say(message, RULE_NOT_APPLICABLE, "the FQDN is dedicated");
	if (reg->override_dhcp_server)
		return rules_say(message, RULE_HOLDS,
		    "override-dhcp-server is true: updated whatever the DHCP server "
		    "does");
	if (link == NULL || rules_fqdn(reg, subject->facts, &fqdn) != FAULT_NONE)
		return rules_say(message, RULE_UNKNOWN, link == NULL ?
		    "not judged: there is no interface whose DHCP server could tell" :
		    "not judged: the FQDN is not known (R4)");
	fact = facts_dhcp_updates(subject->facts, link->ifindex, &fqdn);
	name_format(&fqdn, text);
	if (fact != NULL)
		return rules_say(message, RULE_BROKEN,
		    "the DHCP server on %s updates %s itself (option 81, %s), so it is "
		    "left to it; to update it all the same, set "
		    "override-dhcp-server: true", link->name, text, fact_source_name(fact->source));
	if (!has_dhcp(subject->facts, link->ifindex))
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: nothing is known of a DHCP server on %s", link->name);
	return rules_say(message, RULE_HOLDS,
	    "no DHCP server on %s says that it updates %s itself", link->name, text);
}

/* Router advertisements and DHCPv6 have no word for A records. */
static bool
has_dhcp(const struct facts *facts, uint32_t ifindex)
{
	for (size_t i = 0; i < facts->dhcp_count; i++)
		if (facts->dhcp[i].ifindex == ifindex &&
		    facts->dhcp[i].family == FAMILY_IPV4)
			return true;
	return false;
}
