/*
 * rules_ipv4: R10 to R15, the table of allowed configurations (mission.md).
 *
 * Every IPv4 address of the registration is one case: *shared* when it stands on the
 * host's interface, else *dedicated*; *dynamic* when it is in a lease of the link it
 * stands on, or the kernel gave it a lifetime (IFA_F_PERMANENT clear), else *static*,
 * also when it stands nowhere and is only configured.  The lease goes first: there are
 * DHCP clients that tell the kernel no lifetime.  The host's own IPv4 is the first of its interface, judged the same way.
 * Each rule speaks for some of the cases and calls the others not applicable; of
 * several addresses the worst verdict counts.
 *
 * A dedicated address from a DHCP lease of its own is not in Intel's table: R12 judges
 * it together with the two static ones, for they are the same question (may one name
 * stand for two addresses?).
 *
 * IPv6 stays outside: IFA_F_PERMANENT also marks an autoconfigured address of unlimited
 * lifetime, so it does not tell a static one.
 */
#include "rules_judge.h"

#define RELEASE_SHARED_STATIC 7

struct nature {
	bool dynamic;
	const char *how;              /* it is known, for the sentences */
};

struct ipv4_case {
	const struct rule_subject *subject;
	const struct rules_scene *scene;
	const struct fact_addr *host; /* the host's own IPv4; NULL: none now */
	bool shared;
	struct nature nature;
	struct nature host_nature;
	bool wireless;                /* the interface it stands on, or is meant for */
	const char *ifname;
	char text[ADDR_TEXT_MAX];
	char host_text[ADDR_TEXT_MAX];
};

typedef enum rule_verdict case_predicate(const struct ipv4_case *, struct strbuf *);

static enum rule_verdict judge_all(const struct rule_subject *, struct strbuf *,
    case_predicate *);
static const struct addr *next_ipv4(const struct config_registration *,
    const struct fact_link *, size_t *);
static void set_case(struct ipv4_case *, const struct addr *);
static const struct fact_addr *first_ipv4(const struct fact_link *);
static struct nature nature_of(const struct facts *, const struct fact_link *,
    const struct fact_addr *);
static const char *lease_text(enum fact_source);
static bool outweighs(enum rule_verdict, enum rule_verdict);
static const char *kind(bool dynamic);
static enum rule_verdict one_address(const struct ipv4_case *, struct strbuf *);
static enum rule_verdict two_addresses(const struct ipv4_case *, struct strbuf *);
static case_predicate wireless_static, shared_dynamic, two_ipv4, shared_static,
    host_static, host_dynamic;

enum rule_verdict
rules_wireless_static(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, wireless_static);
}

enum rule_verdict
rules_shared_dynamic(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, shared_dynamic);
}

enum rule_verdict
rules_two_addresses(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, two_ipv4);
}

enum rule_verdict
rules_shared_static(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, shared_static);
}

enum rule_verdict
rules_host_static(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, host_static);
}

enum rule_verdict
rules_host_dynamic(const struct rule_subject *subject, struct strbuf *message)
{
	return judge_all(subject, message, host_dynamic);
}

/* The worst verdict of all addresses, with the sentence of the first that has it. */
static enum rule_verdict
judge_all(const struct rule_subject *subject, struct strbuf *message,
    case_predicate *judge)
{
	struct rules_scene scene;
	struct ipv4_case item = { .subject = subject, .scene = &scene };
	struct strbuf worst = { 0 };
	enum rule_verdict verdict, result;
	const struct addr *addr;
	size_t next = 0;

	result = rules_set_scene(subject, FAMILY_IPV4, &scene, message);
	if (result != RULE_HOLDS)
		return result;
	while ((addr = next_ipv4(subject->reg, scene.link, &next)) != NULL) {
		struct strbuf sentence = { 0 };

		set_case(&item, addr);
		verdict = judge(&item, &sentence);
		if (worst.len == 0 || outweighs(verdict, result)) {
			strbuf_free(&worst);
			worst = sentence;
			result = verdict;
		} else {
			strbuf_free(&sentence);
		}
	}
	if (worst.len == 0)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: %s has no usable IPv4 address now", scene.link->name);
	strbuf_add(message, strbuf_text(&worst));
	strbuf_free(&worst);
	return result;
}

/* The configured addresses, else those of the interface that may be published. */
static const struct addr *
next_ipv4(const struct config_registration *reg, const struct fact_link *link,
    size_t *next)
{
	size_t count = reg->address_count > 0 ? reg->address_count : link->addr_count;

	while (*next < count) {
		size_t i = (*next)++;
		const struct addr *addr = reg->address_count > 0 ?
		    &reg->addresses[i] : &link->addrs[i].addr;

		if (addr->family == FAMILY_IPV4 && addr_unfit(addr) == NULL)
			return addr;
	}
	return NULL;
}

static void
set_case(struct ipv4_case *item, const struct addr *addr)
{
	const struct rules_scene *scene = item->scene;
	const struct facts *facts = item->subject->facts;
	const struct fact_net *net = &facts->net;
	const struct fact_link *link = scene->host;
	const struct fact_addr *found = fact_link_addr(link, addr);
	size_t i;

	item->shared = found != NULL;
	if (found == NULL) {
		link = scene->link;
		found = fact_link_addr(link, addr);
	}
	item->wireless = link->wireless;
	item->ifname = link->name;
	/* On a third interface it is as dynamic, though meant for `interface`. */
	for (i = 0; i < net->link_count && found == NULL; i++) {
		link = &net->links[i];
		found = fact_link_addr(link, addr);
	}
	item->nature = nature_of(facts, link, found);
	item->host = first_ipv4(scene->host);
	addr_format(addr, item->text);
	if (item->host == NULL)
		return;
	item->host_nature = nature_of(facts, scene->host, item->host);
	addr_format(&item->host->addr, item->host_text);
}

static const struct fact_addr *
first_ipv4(const struct fact_link *link)
{
	size_t i;

	for (i = 0; i < link->addr_count; i++) {
		if (link->addrs[i].addr.family == FAMILY_IPV4 &&
		    addr_unfit(&link->addrs[i].addr) == NULL)
			return &link->addrs[i];
	}
	return NULL;
}

/* addr: as it stands on the link; NULL: it stands nowhere. */
static struct nature
nature_of(const struct facts *facts, const struct fact_link *link,
    const struct fact_addr *addr)
{
	const struct fact_dhcp *lease;

	if (addr == NULL)
		return (struct nature){ false, "it is configured and stands nowhere" };
	lease = facts_lease(facts, link->ifindex, &addr->addr);
	if (lease != NULL)
		return (struct nature){ true, lease_text(lease->source) };
	if ((addr->flags & FACT_ADDR_PERMANENT) == 0)
		return (struct nature){ true, "its lifetime is limited" };
	return (struct nature){ false,
		"no lease is known and its lifetime is unlimited" };
}

static const char *
lease_text(enum fact_source source)
{
	switch (source) {
	case FACT_SOURCE_LEASE:
		return "leased, by the lease file";
	case FACT_SOURCE_OBSERVED:
		return "leased, by the exchange that was seen";
	case FACT_SOURCE_HOOK:
		return "leased, by the DHCP client's hook";
	default:
		return "leased";
	}
}

static bool
outweighs(enum rule_verdict a, enum rule_verdict b)
{
	static const int weight[] = {
		[RULE_NOT_APPLICABLE] = 0,
		[RULE_HOLDS] = 1,
		[RULE_UNKNOWN] = 2,
		[RULE_BROKEN] = 3,
	};

	return weight[a] > weight[b];
}

static const char *
kind(bool dynamic)
{
	return dynamic ? "dynamic" : "static";
}

/* R10 */
static enum rule_verdict
wireless_static(const struct ipv4_case *item, struct strbuf *message)
{
	if (!item->wireless)
		return rules_say(message, RULE_HOLDS, "%s is on %s, which is wired",
		    item->text, item->ifname);
	if (item->nature.dynamic)
		return rules_say(message, RULE_HOLDS,
		    "%s on wireless %s is dynamic (%s)", item->text, item->ifname,
		    item->nature.how);
	return rules_say(message, RULE_BROKEN,
	    "%s is static (%s) and %s is wireless, where AMT takes no static address; "
	    "use DHCP there, or a wired interface", item->text, item->nature.how,
	    item->ifname);
}

/* R11 */
static enum rule_verdict
shared_dynamic(const struct ipv4_case *item, struct strbuf *message)
{
	if (!item->shared)
		return two_addresses(item, message);
	if (!item->nature.dynamic)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "%s on %s is static (R13)", item->text, item->ifname);
	return rules_say(message, RULE_HOLDS,
	    "host and AMT share %s on %s, and it is dynamic (%s)", item->text,
	    item->ifname, item->nature.how);
}

/*
 * R12.  With a shared FQDN two addresses are refused whatever their kind (mission.md,
 * our decision); with a dedicated one R14 and R15 judge those of different kinds.
 */
static enum rule_verdict
two_ipv4(const struct ipv4_case *item, struct strbuf *message)
{
	const char *host_if = item->scene->host->name;

	if (item->shared)
		return one_address(item, message);
	if (item->host == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: %s (host-interface) has no IPv4 address now", host_if);
	if (item->subject->reg->mode == FQDN_SHARED)
		return rules_say(message, RULE_BROKEN,
		    "the host has %s on %s and AMT %s: one shared name for two "
		    "addresses would make them fight over one A record; use a "
		    "dedicated FQDN",
		    item->host_text, host_if, item->text);
	if (item->nature.dynamic != item->host_nature.dynamic)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "%s is %s, the host's %s is not (%s)", item->text,
		    kind(item->nature.dynamic), item->host_text,
		    item->nature.dynamic ? "R14" : "R15");
	if (!item->nature.dynamic && item->wireless)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "%s is static on wireless %s (R10)", item->text, item->ifname);
	return rules_say(message, RULE_HOLDS,
	    "AMT's %s and the host's %s are both %s, under different names", item->text,
	    item->host_text, kind(item->nature.dynamic));
}

/* R13 */
static enum rule_verdict
shared_static(const struct ipv4_case *item, struct strbuf *message)
{
	long long release = item->subject->config->amt_release;

	if (!item->shared)
		return two_addresses(item, message);
	if (item->nature.dynamic)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "%s on %s is dynamic (R11)", item->text, item->ifname);
	if (item->wireless)
		return rules_say(message, RULE_NOT_APPLICABLE,
		    "%s is static on wireless %s (R10)", item->text, item->ifname);
	if (release < RELEASE_SHARED_STATIC)
		return rules_say(message, RULE_BROKEN,
		    "host and AMT share the static %s on %s (%s), which came with "
		    "release 7, and amt-release is %lld; use DHCP, give AMT an address "
		    "of its own, or correct amt-release", item->text, item->ifname,
		    item->nature.how, release);
	return rules_say(message, RULE_HOLDS,
	    "host and AMT share the static %s on %s (%s), as they may from release 7",
	    item->text, item->ifname, item->nature.how);
}

/* R14 */
static enum rule_verdict
host_static(const struct ipv4_case *item, struct strbuf *message)
{
	const char *host_if = item->scene->host->name;

	if (item->shared)
		return one_address(item, message);
	if (!item->nature.dynamic)
		return rules_say(message, RULE_NOT_APPLICABLE, "AMT's %s is static",
		    item->text);
	if (item->host == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: %s (host-interface) has no IPv4 address now", host_if);
	if (item->host_nature.dynamic)
		return rules_say(message, RULE_HOLDS,
		    "AMT's %s and the host's %s are both dynamic", item->text,
		    item->host_text);
	return rules_say(message, RULE_BROKEN,
	    "AMT's %s is dynamic (%s) while the host's %s on %s is static (%s); use "
	    "DHCP for the host, or a static address for AMT", item->text,
	    item->nature.how, item->host_text, host_if, item->host_nature.how);
}

/* R15 */
static enum rule_verdict
host_dynamic(const struct ipv4_case *item, struct strbuf *message)
{
	const char *host_if = item->scene->host->name;
	long long release = item->subject->config->amt_release;

	if (item->shared)
		return one_address(item, message);
	if (item->nature.dynamic)
		return rules_say(message, RULE_NOT_APPLICABLE, "AMT's %s is dynamic",
		    item->text);
	if (item->host == NULL)
		return rules_say(message, RULE_UNKNOWN,
		    "not judged: %s (host-interface) has no IPv4 address now", host_if);
	if (!item->host_nature.dynamic)
		return rules_say(message, RULE_HOLDS,
		    "AMT's %s and the host's %s are both static", item->text,
		    item->host_text);
	if (release < RELEASE_SHARED_STATIC)
		return rules_say(message, RULE_HOLDS,
		    "AMT's %s is static and the host's %s dynamic, as they may with "
		    "amt-release %lld", item->text, item->host_text, release);
	return rules_say(message, RULE_BROKEN,
	    "AMT's %s is static (%s) while the host's %s on %s is dynamic (%s), which "
	    "amt-release %lld does not allow (release 6 does); use DHCP for AMT, or a "
	    "static address for the host", item->text, item->nature.how,
	    item->host_text, host_if, item->host_nature.how, release);
}

static enum rule_verdict
one_address(const struct ipv4_case *item, struct strbuf *message)
{
	return rules_say(message, RULE_NOT_APPLICABLE,
	    "host and AMT share %s on %s", item->text, item->ifname);
}

static enum rule_verdict
two_addresses(const struct ipv4_case *item, struct strbuf *message)
{
	return rules_say(message, RULE_NOT_APPLICABLE,
	    "AMT's %s is not the host's: it does not stand on %s", item->text,
	    item->scene->host->name);
}
