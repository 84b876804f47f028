/*
 * rules_world: a small machine and one registration, for the tests of the rules.
 */
#ifndef RULES_WORLD_H
#define RULES_WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/rules.h"

/* A machine with eth0 (wired, the default route), eth1 (wired) and wlan0. */
struct world {
	struct config *config;
	struct config_registration *reg;
	struct facts facts;
	struct rule_subject subject;
};

static inline struct addr
addr_of(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

static inline void
set_host(struct world *world, const char *label, const char *domain)
{
	struct fact_host *host = &world->facts.host;

	memset(host, 0, sizeof(*host));
	if (label == NULL)
		return;
	host->known = true;
	cr_assert_eq(name_parse(&host->label, label), FAULT_NONE);
	if (domain == NULL)
		return;
	host->has_domain = true;
	cr_assert_eq(name_parse(&host->domain, domain), FAULT_NONE);
	cr_assert_eq(name_join(&host->fqdn, &host->label, &host->domain), FAULT_NONE);
}

static inline void
set(char **field, const char *text)
{
	free(*field);
	*field = mem_text(text);
}

static inline void
build(struct world *world, enum fqdn_mode mode)
{
	struct fact_net *net = &world->facts.net;

	memset(world, 0, sizeof(*world));
	world->config = config_new();
	world->reg = config_add(world->config, "amt");
	world->reg->mode = mode;
	if (mode == FQDN_DEDICATED)
		set(&world->reg->host_name, "pc1-amt");
	fact_net_add_link(net, 1, "lo")->loopback = true;
	fact_net_add_link(net, 2, "eth0")->up = true;
	fact_net_add_link(net, 3, "eth1")->up = true;
	fact_net_add_link(net, 4, "wlan0")->wireless = true;
	fact_net_add_route(net, FAMILY_IPV4, 2, 100);
	set_host(world, "pc1", "corp.example");
	world->subject = (struct rule_subject){ world->config, world->reg,
		&world->facts };
}

static inline void
tear(struct world *world)
{
	facts_free(&world->facts);
	config_free(world->config);
}

/* An address on a link, given for ever or with a lifetime. */
static inline void
stand(struct world *world, const char *ifname, const char *text, bool dynamic)
{
	struct fact_net *net = &world->facts.net;
	struct addr addr = addr_of(text);
	size_t i;

	for (i = 0; i < net->link_count; i++) {
		if (strcmp(net->links[i].name, ifname) == 0)
			fact_link_add_addr(&net->links[i], &addr)->flags =
			    dynamic ? 0 : FACT_ADDR_PERMANENT;
	}
}

/* What a source says about a link; the values are the test's to fill in. */
static inline struct dhcp_info *
learned(struct world *world, enum fact_source source, uint32_t ifindex)
{
	struct facts *facts = &world->facts;
	struct fact_dhcp *fact;

	facts->dhcp = mem_grow(facts->dhcp, &facts->dhcp_cap, facts->dhcp_count + 1,
	    sizeof(*fact));
	fact = &facts->dhcp[facts->dhcp_count++];
	memset(fact, 0, sizeof(*fact));
	fact->source = source;
	fact->family = source == FACT_SOURCE_RA || source == FACT_SOURCE_DHCPV6 ?
	    FAMILY_IPV6 : FAMILY_IPV4;
	fact->ifindex = ifindex;
	return &fact->info;
}

static inline void
lease(struct world *world, enum fact_source source, uint32_t ifindex, const char *text)
{
	struct dhcp_info *info = learned(world, source, ifindex);

	info->has_address = true;
	info->address = addr_of(text);
}

static inline void
give(struct world *world, const char *text)
{
	struct addr addr = addr_of(text);

	config_add_address(world->reg, &addr);
}

static inline const struct rule *
rule_of(const char *id)
{
	const struct rule *rule = rules;

	while (rule->id != NULL && strcmp(rule->id, id) != 0)
		rule++;
	cr_assert_neq(rule->id, NULL, "no %s", id);
	return rule;
}

/* The verdict, and words that the sentence must have. */
#define expect(world, id, verdict, ...) \
	expect_at(__LINE__, world, id, verdict, (const char *[]){ __VA_ARGS__, NULL })

static inline void
expect_at(int line, struct world *world, const char *id, enum rule_verdict wanted,
    const char *words[])
{
	struct strbuf message = { 0 };
	enum rule_verdict got = rule_of(id)->judge(&world->subject, &message);
	size_t i;

	cr_expect_eq(got, wanted, "line %d: %s %s, not %s: %s", line, id,
	    rule_verdict_name(got), rule_verdict_name(wanted), strbuf_text(&message));
	for (i = 0; words[i] != NULL; i++)
		cr_expect_neq(strstr(strbuf_text(&message), words[i]), NULL,
		    "line %d: %s: no \"%s\" in: %s", line, id, words[i],
		    strbuf_text(&message));
	strbuf_free(&message);
}

/* The ids of all broken rules that end the registration: "R5 R12". */
static inline char *
broken(struct world *world)
{
	struct strbuf why = { 0 }, ids = { 0 };
	unsigned count = rules_broken(&world->subject, &why), found = 0;
	char *part, *at = why.s;

	while (at != NULL && (part = strsep(&at, ";")) != NULL) {
		part += strspn(part, " ");
		/* A sentence may have semicolons of its own. */
		if (part[0] != 'R' || strspn(part + 1, "0123456789") == 0 ||
		    part[1 + strspn(part + 1, "0123456789")] != ':')
			continue;
		*strchr(part, ':') = '\0';
		strbuf_printf(&ids, "%s%s", found++ > 0 ? " " : "", part);
	}
	cr_expect_eq(found, count);
	strbuf_free(&why);
	return strbuf_take(&ids);
}

#define expect_broken(world, ids) expect_broken_at(__LINE__, world, ids)

static inline void
expect_broken_at(int line, struct world *world, const char *wanted)
{
	char *got = broken(world);

	cr_expect_str_eq(got, wanted, "line %d: broken \"%s\", not \"%s\"", line, got,
	    wanted);
	free(got);
}

#endif
