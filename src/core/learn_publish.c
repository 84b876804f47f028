/*
 * learn_publish: what holds now becomes facts, the best source first.
 *
 * The first change counts at once; who changes again and again is published ever more
 * rarely, so that no sender on the link decides how often registrations look again.  What
 * goes is kept for a moment: a client that writes its lease anew may take it away first,
 * and nobody is to lose his name over that.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"
#include "ddnsupd/mem.h"

#define DAMP_FIRST_US CLOCK_MS(50)
#define DAMP_MOST_US CLOCK_S(30)
#define LOSS_US CLOCK_S(1)

struct held {
	const struct learn_entry *entry;
	uint32_t ifindex;
	unsigned rank;
};

static struct fact_dhcp *gather(const struct learn *, size_t *count);
static int compare_held(const void *a, const void *b);
static struct fact_dhcp fact_of(const struct learn *, const struct learn_entry *);
static void list_changed(struct learn *, const struct fact_dhcp *, size_t count);
static bool is_same(const struct facts *, const struct fact_dhcp *, size_t count,
    uint32_t ifindex);
static bool loses(const struct facts *, const struct fact_dhcp *, size_t count);
static const struct fact_dhcp *next_of(const struct fact_dhcp *, size_t count,
    size_t *at, uint32_t ifindex);
static void add_changed(struct learn *, uint32_t ifindex);
static bool must_wait(struct learn *, int64_t now_us);
static void add_servers(struct learn *, const struct fact_dhcp *);
static void say(struct learn *, struct step *, uint32_t ifindex);
static bool is_new(struct learn *, uint32_t ifindex, const char *text);

bool
learn_publish(struct learn *learn, struct step *step)
{
	struct facts *facts = learn->facts;
	struct fact_dhcp *list;
	size_t count;

	list = gather(learn, &count);
	list_changed(learn, list, count);
	learn->publish_at_us = CLOCK_NEVER;
	if (!loses(facts, list, count))
		learn->lost_us = CLOCK_NEVER;
	else if (learn->lost_us == CLOCK_NEVER)
		learn->lost_us = step->now_us;
	if (learn->changed_count > 0 && must_wait(learn, step->now_us)) {
		learn->changed_count = 0;
		free(list);
		return false;
	}
	free(facts->dhcp);
	facts->dhcp = list;
	facts->dhcp_count = facts->dhcp_cap = count;
	if (learn->changed_count == 0)
		return false;
	learn->lost_us = CLOCK_NEVER;
	learn_list_servers(learn);
	for (size_t i = 0; i < learn->changed_count && learn->started; i++)
		say(learn, step, learn->changed[i]);
	return true;
}

/* --- what holds --------------------------------------------------------------------- */

static struct fact_dhcp *
gather(const struct learn *learn, size_t *count)
{
	struct held held[LEARN_ENTRIES_MAX];
	struct fact_dhcp *list;

	*count = 0;
	for (size_t i = 0; i < learn->entry_count; i++) {
		const struct learn_entry *entry = &learn->entries[i];

		if (learn_holds(learn, entry))
			held[(*count)++] = (struct held){
				.entry = entry,
				.ifindex = learn_link_of(learn, entry)->ifindex,
				.rank = learn->rank[entry->source],
			};
	}
	if (*count == 0)
		return NULL;
	qsort(held, *count, sizeof(held[0]), compare_held);
	list = mem_zero(*count, sizeof(*list));
	for (size_t i = 0; i < *count; i++)
		list[i] = fact_of(learn, held[i].entry);
	return list;
}

/* By source, then link; of one source and link in the order heard. */
static int
compare_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return x->entry < y->entry ? -1 : 1;
}

static struct fact_dhcp
fact_of(const struct learn *learn, const struct learn_entry *entry)
{
	const struct fact_link *link = learn_link_of(learn, entry);
	struct fact_dhcp fact = {
		.source = entry->source,
		.family = entry->family,
		.ifindex = link->ifindex,
		.info = entry->info,
		.expires_us = entry->expires_us,
	};

	memcpy(fact.ifname, link->name, sizeof(fact.ifname));
	return fact;
}

/* --- what is new about it ----------------------------------------------------------- */

static void
list_changed(struct learn *learn, const struct fact_dhcp *list, size_t count)
{
	const struct facts *facts = learn->facts;

	learn->changed_count = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_same(facts, list, count, list[i].ifindex))
			add_changed(learn, list[i].ifindex);
	for (size_t i = 0; i < facts->dhcp_count; i++)
		if (!is_same(facts, list, count, facts->dhcp[i].ifindex))
			add_changed(learn, facts->dhcp[i].ifindex);
}

/* Does the list say of the link what the facts do?  Expiry does not count. */
static bool
is_same(const struct facts *facts, const struct fact_dhcp *list, size_t count,
    uint32_t ifindex)
{
	size_t i = 0, j = 0;

	for (;;) {
		const struct fact_dhcp *old, *new;

		old = next_of(facts->dhcp, facts->dhcp_count, &i, ifindex);
		new = next_of(list, count, &j, ifindex);
		if (old == NULL || new == NULL)
			return old == new;
		if (old->source != new->source || old->family != new->family ||
		    strcmp(old->ifname, new->ifname) != 0 ||
		    !dhcp_equal(&old->info, &new->info))
			return false;
	}
}

/* Does a source say nothing any more of a link that it spoke of? */
static bool
loses(const struct facts *facts, const struct fact_dhcp *list, size_t count)
{
	for (size_t i = 0; i < facts->dhcp_count; i++) {
		const struct fact_dhcp *old = &facts->dhcp[i];
		size_t j;

		for (j = 0; j < count; j++)
			if (list[j].source == old->source &&
			    list[j].family == old->family &&
			    list[j].ifindex == old->ifindex)
				break;
		if (j == count)
			return true;
	}
	return false;
}

static const struct fact_dhcp *
next_of(const struct fact_dhcp *list, size_t count, size_t *at, uint32_t ifindex)
{
	while (*at < count) {
		const struct fact_dhcp *fact = &list[(*at)++];

		if (fact->ifindex == ifindex)
			return fact;
	}
	return NULL;
}

static void
add_changed(struct learn *learn, uint32_t ifindex)
{
	if (learn_changed(learn, ifindex))
		return;
	learn->changed = mem_grow(learn->changed, &learn->changed_cap,
	    learn->changed_count + 1, sizeof(*learn->changed));
	learn->changed[learn->changed_count++] = ifindex;
}

bool
learn_changed(const struct learn *learn, uint32_t ifindex)
{
	for (size_t i = 0; i < learn->changed_count; i++)
		if (learn->changed[i] == ifindex)
			return true;
	return false;
}

static bool
must_wait(struct learn *learn, int64_t now_us)
{
	int64_t until_us = learn->published_us + learn->damp_us;

	if (!learn->started)
		return false;
	if (learn->lost_us != CLOCK_NEVER && until_us < learn->lost_us + LOSS_US)
		until_us = learn->lost_us + LOSS_US;
	if (now_us < until_us) {
		learn->publish_at_us = until_us;
		return true;
	}
	if (now_us - learn->published_us < DAMP_MOST_US)
		learn->damp_us = clock_min(learn->damp_us * 2, DAMP_MOST_US);
	if (learn->damp_us == 0 || now_us - learn->published_us >= 2 * DAMP_MOST_US)
		learn->damp_us = DAMP_FIRST_US;
	learn->published_us = now_us;
	return false;
}

/* --- the DNS servers ---------------------------------------------------------------- */

void
learn_list_servers(struct learn *learn)
{
	struct facts *facts = learn->facts;
	bool learned = config_dns_source(learn->config) == DNS_SOURCE_DHCP;

	facts_clear_servers(facts);
	for (size_t i = 0; learned && i < facts->dhcp_count; i++)
		add_servers(learn, &facts->dhcp[i]);
	for (size_t i = 0; i < learn->config->server_count; i++)
		facts_add_server(facts, &learn->config->servers[i],
		    FACT_SOURCE_STATIC, 0);
}

/* Asked through the link they were learned on; a link-local one has it in its name. */
static void
add_servers(struct learn *learn, const struct fact_dhcp *fact)
{
	for (size_t i = 0; i < fact->info.server_count; i++) {
		struct endpoint server = {
			.addr = fact->info.servers[i],
			.port = DNS_PORT,
			.via = !addr_is_link_local(&fact->info.servers[i]),
		};

		memcpy(server.ifname, fact->ifname, sizeof(server.ifname));
		facts_add_server(learn->facts, &server, fact->source, fact->ifindex);
	}
}

/* "eth0: DNS servers 192.0.2.53, 192.0.2.54, domain corp.example (lease)" */
static void
say(struct learn *learn, struct step *step, uint32_t ifindex)
{
	const struct facts *facts = learn->facts;
	const struct fact_link *link = fact_net_link_by_index(&facts->net, ifindex);
	const struct name *domain = facts_dhcp_domain(facts, ifindex);
	struct strbuf text = {0}, sources = {0};
	char name[NAME_TEXT_MAX], server[ADDR_TEXT_MAX];
	const char *subject = step->subject, *joint = "DNS servers ";
	enum fact_source last = FACT_SOURCE_STATIC;

	for (size_t i = 0; i < facts->server_count; i++)
		if (facts->servers[i].ifindex == ifindex) {
			strbuf_printf(&text, "%s%s", joint,
			    addr_format(&facts->servers[i].endpoint.addr, server));
			joint = ", ";
		}
	if (domain != NULL)
		strbuf_printf(&text, "%sdomain %s", text.len > 0 ? ", " : "",
		    name_format(domain, name));
	for (size_t i = 0; i < facts->dhcp_count; i++)
		if (facts->dhcp[i].ifindex == ifindex && facts->dhcp[i].source != last) {
			last = facts->dhcp[i].source;
			strbuf_printf(&sources, "%s%s", sources.len > 0 ? ", " : "",
			    fact_source_name(last));
		}
	step->subject = link != NULL ? link->name : "dhcp";
	if (text.len == 0)
		strbuf_add(&text, sources.len == 0 ? "nothing is known from DHCP any "
		    "more" : "no DNS servers and no domain");
	if (sources.len > 0)
		strbuf_printf(&text, " (%s)", strbuf_text(&sources));
	/* what else it brings, a host's name, option 81, is told by the rules */
	if (is_new(learn, ifindex, sources.len > 0 ? strbuf_text(&text) : NULL))
		step_note(step, learn->hurry && sources.len > 0 ? NOTE_INFO :
		    NOTE_NOTICE, "%s", strbuf_text(&text));
	step->subject = subject;
	strbuf_free(&text);
	strbuf_free(&sources);
}

/* Is it something else than what was said of the link last?  NULL: nothing holds there
 * now, and that is news. */
static bool
is_new(struct learn *learn, uint32_t ifindex, const char *text)
{
	size_t i = 0;

	while (i < learn->said_count && learn->said[i].ifindex != ifindex)
		i++;
	if (i < learn->said_count && text != NULL &&
	    strcmp(learn->said[i].text, text) == 0)
		return false;
	if (i < learn->said_count) {
		free(learn->said[i].text);
		learn->said[i] = learn->said[--learn->said_count];
	}
	if (text == NULL)
		return true;
	learn->said = mem_grow(learn->said, &learn->said_cap, learn->said_count + 1,
	    sizeof(*learn->said));
	learn->said[learn->said_count].ifindex = ifindex;
	learn->said[learn->said_count++].text = mem_text(text);
	return true;
}
