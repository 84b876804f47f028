/*
 * learn_report: what became of every source, for status and for "why is there no DNS
 * server?".
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/mem.h"

static void add_held(const struct learn *, struct report *, enum fact_source);
static bool is_first(const struct facts *, const struct fact_dhcp *);
static void sum_up(const struct learn *, const struct fact_dhcp *, struct strbuf *);
static void add_asked(const struct learn *, struct report *, enum fact_source);
static bool describe_ask(const struct learn_ask *, struct strbuf *);
static char *nothing(const struct learn *, enum fact_source);
static char *no_lease(const struct learn *);
static char *no_router(const struct learn *);

/* In the order of their rank. */
void
learn_report(const struct learn *learn, struct report *report)
{
	bool wanted = config_dns_source(learn->config) == DNS_SOURCE_DHCP;

	for (unsigned rank = 0; rank < LEARN_SOURCES; rank++)
		for (unsigned i = FACT_SOURCE_LEASE; i < LEARN_SOURCES; i++) {
			enum fact_source source = (enum fact_source)i;
			size_t before = report->source_count;
			char *text;

			if (!learn->in_use[source] || learn->rank[source] != rank)
				continue;
			add_held(learn, report, source);
			if (wanted && learn->unavailable[source] != NULL) {
				report_add_source(report, source, NULL, false,
				    learn->unavailable[source]);
				continue;
			}
			if (wanted)
				add_asked(learn, report, source);
			if (!wanted || report->source_count > before)
				continue;
			text = nothing(learn, source);
			report_add_source(report, source, NULL, true, text);
			free(text);
		}
}

void
learn_tell(const struct learn *learn, struct strbuf *out)
{
	struct report report = {0};

	learn_report(learn, &report);
	for (size_t i = 0; i < report.source_count; i++) {
		const struct report_source *source = &report.sources[i];

		strbuf_printf(out, "%s%s (%s%s%s)", i > 0 ? ", " : "",
		    fact_source_name(source->source),
		    source->ifname != NULL ? source->ifname : "",
		    source->ifname != NULL ? ": " : "", source->text);
	}
	report_free(&report);
}

/* --- what holds --------------------------------------------------------------------- */

static void
add_held(const struct learn *learn, struct report *report, enum fact_source source)
{
	const struct facts *facts = learn->facts;

	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *fact = &facts->dhcp[i];
		struct strbuf text = {0};

		if (fact->source != source || !is_first(facts, fact))
			continue;
		sum_up(learn, fact, &text);
		report_add_source(report, source, fact->ifname, true,
		    strbuf_text(&text));
		strbuf_free(&text);
	}
}

static bool
is_first(const struct facts *facts, const struct fact_dhcp *fact)
{
	for (const struct fact_dhcp *other = facts->dhcp; other < fact; other++)
		if (other->source == fact->source && other->ifindex == fact->ifindex)
			return false;
	return true;
}

/* Of one source and link, all that it says: "2 servers, domain corp.example". */
static void
sum_up(const struct learn *learn, const struct fact_dhcp *fact, struct strbuf *out)
{
	const struct facts *facts = learn->facts;
	const struct name *domain = NULL;
	char text[NAME_TEXT_MAX];
	size_t servers = 0;

	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *other = &facts->dhcp[i];

		if (other->source != fact->source || other->ifindex != fact->ifindex)
			continue;
		servers += other->info.server_count;
		if (domain == NULL && other->info.has_domain)
			domain = &other->info.domain;
	}
	if (servers == 0)
		strbuf_add(out, "no DNS server");
	else
		strbuf_printf(out, "%zu server%s", servers, servers == 1 ? "" : "s");
	strbuf_printf(out, ", %sdomain%s%s", domain == NULL ? "no " : "",
	    domain != NULL ? " " : "", domain != NULL ? name_format(domain, text) : "");
}

/* --- what was asked ----------------------------------------------------------------- */

static void
add_asked(const struct learn *learn, struct report *report, enum fact_source source)
{
	for (size_t i = 0; i < learn->link_count; i++) {
		const struct learn_ask *ask =
		    &learn->links[i].asks[source == FACT_SOURCE_DHCPV6];
		const struct fact_link *link = fact_net_link_by_index(
		    &learn->facts->net, learn->links[i].ifindex);
		struct strbuf text = {0};

		if (link != NULL && ask->source == source && describe_ask(ask, &text))
			report_add_source(report, source, link->name, true,
			    strbuf_text(&text));
		strbuf_free(&text);
	}
}

static bool
describe_ask(const struct learn_ask *ask, struct strbuf *out)
{
	if (ask->asked == 0 || ask->bare)
		return false; /* what was answered is told */
	if (ask->asked == 1)
		strbuf_add(out, "asked once, ");
	else
		strbuf_printf(out, "asked %u times, ", ask->asked);
	strbuf_add(out, ask->fault != FAULT_NONE ? fault_text(ask->fault) :
	    "no answer");
	return true;
}

/* --- why there is nothing ----------------------------------------------------------- */

static char *
nothing(const struct learn *learn, enum fact_source source)
{
	switch (source) {
	case FACT_SOURCE_LEASE:
		return no_lease(learn);
	case FACT_SOURCE_OBSERVED:
		if (!learn->asks)
			return mem_text("not listened to by --check");
		return mem_text(learn->seen ? "requests seen, no answer that counts" :
		    "nothing seen yet");
	case FACT_SOURCE_INFORM:
	case FACT_SOURCE_DHCPV6:
		if (learn->facts->dhcp_count > 0)
			return mem_text("not asked: others have answered");
		if (!learn->asks)
			return mem_text("not asked: --check sends nothing");
		return mem_text(source == FACT_SOURCE_INFORM ?
		    "not asked yet: no link that is up with an IPv4 address" :
		    "not asked yet: no link that is up with a link-local address");
	case FACT_SOURCE_RA:
		return no_router(learn);
	case FACT_SOURCE_HOOK:
		return mem_text(learn->hurry ? "hooks tell the daemon only" :
		    "no hook has said anything since the start");
	case FACT_SOURCE_STATIC:
		break;
	}
	return mem_text("");
}

/* A file at fault says more than those of leases that are over. */
static char *
no_lease(const struct learn *learn)
{
	for (size_t i = 0; i < learn->path_count; i++)
		if (learn->paths[i].fault != FAULT_NONE) {
			char *path = escape_text(learn->paths[i].path);
			char *text = mem_printf("%s: %s", path,
			    fault_text(learn->paths[i].fault));

			free(path);
			return text;
		}
	if (learn->path_count == 0)
		return mem_text("no lease file");
	return mem_printf("%zu lease file%s, no lease in force on a link",
	    learn->path_count, learn->path_count == 1 ? "" : "s");
}

static char *
no_router(const struct learn *learn)
{
	for (size_t i = 0; i < learn->link_count; i++) {
		const struct fact_link *link = fact_net_link_by_index(
		    &learn->facts->net, learn->links[i].ifindex);

		if (link != NULL && link->up && !link->loopback && link->ra_off)
			return mem_printf("the kernel takes no router advertisements "
			    "on %s (accept_ra)", link->name);
	}
	return mem_text("no router has named a server yet");
}
