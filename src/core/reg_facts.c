/*
 * reg_facts: what a registration needs to know before it can begin: DNS servers and its
 * name (mission R3, R4), and its link.  While DHCP may still bring them, it waits.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/engine_parts.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/twin.h"

#define A_SERVER "a DNS server"
#define A_DOMAIN "the domain name"

static struct endpoint *list_servers(const struct reg *, size_t *count);
static bool is_listed(const struct endpoint *, size_t count, const struct endpoint *);
static void wait_for(struct reg *, struct step *, const char *what);
static void list_interfaces(const struct fact_net *, struct strbuf *);

/* --- the DNS servers ---------------------------------------------------------------- */

void
reg_take_servers(struct reg *reg)
{
	free(reg->servers);
	reg->servers = list_servers(reg, &reg->server_count);
}

enum reg_servers
reg_weigh_servers(const struct reg *reg)
{
	enum reg_servers found = REG_SERVERS_SAME;
	struct endpoint *list;
	size_t count;

	list = list_servers(reg, &count);
	if (count > 0 && count != reg->server_count)
		found = REG_SERVERS_FEWER;
	for (size_t i = 0; i < count && found != REG_SERVERS_NEW; i++) {
		bool moved = i >= reg->server_count ||
		    !endpoint_equal(&list[i], &reg->servers[i]);

		if (!is_listed(reg->servers, reg->server_count, &list[i]) ||
		    (moved && i == 0))
			found = REG_SERVERS_NEW;
		else if (moved)
			found = REG_SERVERS_FEWER;
	}
	free(list);
	return found;
}

/*
 * Only without any on its own link those of other links are asked.  A link-local server
 * without %IF takes the registration's interface (interface.md).
 */
static struct endpoint *
list_servers(const struct reg *reg, size_t *count)
{
	const struct facts *facts = &reg->engine->facts;
	const struct fact_link *link = rules_home(reg->cfg, &facts->net);
	struct endpoint *list = mem_zero(facts->server_count + 1, sizeof(*list));
	bool own = link != NULL && facts_has_servers(facts, link);

	*count = 0;
	for (size_t i = 0; i < facts->server_count; i++) {
		const struct fact_server *server = &facts->servers[i];

		if (own && server->source != FACT_SOURCE_STATIC &&
		    server->ifindex != link->ifindex)
			continue;
		list[*count] = server->endpoint;
		if (addr_is_link_local(&server->endpoint.addr) &&
		    server->endpoint.ifname[0] == '\0' && link != NULL)
			memcpy(list[*count].ifname, link->name, sizeof(link->name));
		(*count)++;
	}
	return list;
}

static bool
is_listed(const struct endpoint *list, size_t count, const struct endpoint *server)
{
	for (size_t i = 0; i < count; i++)
		if (endpoint_equal(&list[i], server))
			return true;
	return false;
}

/* --- what is missing ---------------------------------------------------------------- */

const char *
reg_lacks(const struct reg *reg)
{
	if (reg->engine->facts.server_count == 0)
		return A_SERVER;
	return reg->has_fqdn ? NULL : A_DOMAIN;
}

char *
reg_explain_lack(const struct reg *reg, const char *what)
{
	const struct fact_link *link = rules_home(reg->cfg, &reg->engine->facts.net);

	if (config_dns_source(reg->engine->config) == DNS_SOURCE_STATIC)
		return mem_text("R3: no DNS server is known; give dns.servers in the "
		    "file, or -s SERVER");
	return mem_printf("waiting for %s from DHCP on %s", what,
	    reg->cfg != NULL && reg->cfg->interface != NULL ? reg->cfg->interface :
	    link != NULL ? link->name : "the interface of the default route");
}

/* --- a single run ------------------------------------------------------------------- */

bool
reg_is_informed(struct reg *reg, struct step *step)
{
	const struct engine *engine = reg->engine;
	bool ended = false;
	const char *what;
	struct name fqdn;

	if (reg->cfg != NULL && !reg->withdraw &&
	    rules_fqdn(reg->cfg, &engine->facts, &fqdn) == FAULT_NONE)
		reg_take_name(reg, step, &fqdn);
	what = reg_lacks(reg);
	if (what == NULL)
		return true;
	if (config_dns_source(engine->config) == DNS_SOURCE_STATIC) {
		reg_end(reg, OUTCOME_FAILED, EXIT_CODE_UNAVAILABLE,
		    reg_explain_lack(reg, what), step->now_us);
		return false;
	}
	if (reg->cfg != NULL && !reg->withdraw)
		reg_link(reg, step, &ended);
	if (!ended)
		wait_for(reg, step, what);
	return false;
}

static void
wait_for(struct reg *reg, struct step *step, const char *what)
{
	char *text;

	reg->state = REG_WAITING;
	if (reg->lacks == what)
		return;
	reg->lacks = what;
	text = reg_explain_lack(reg, what);
	step_note(step, NOTE_NOTICE, "%s", text);
	free(text);
}

/* DHCP has answered and gave no domain: the rule is broken.  It has not: nobody did. */
void
reg_give_up(struct reg *reg, struct step *step, const char *why)
{
	const struct fact_link *link = rules_home(reg->cfg, &reg->engine->facts.net);
	bool nobody = reg->engine->facts.server_count == 0;
	struct strbuf text = {0};

	strbuf_printf(&text, "%s from DHCP on %s: %s; tried: ", nobody ?
	    "R3: no DNS server" : "R4: no domain name", link != NULL ? link->name :
	    "the interface of the default route", why);
	learn_tell(reg->engine->learn, &text);
	strbuf_add(&text, nobody ? "; give -s SERVER, or dns.servers in the file" :
	    "; set domain-name, or give the whole FQDN");
	if (nobody)
		reg_end(reg, OUTCOME_FAILED, EXIT_CODE_UNAVAILABLE, strbuf_take(&text),
		    step->now_us);
	else
		reg_end(reg, OUTCOME_INVALID, EXIT_CODE_CONFIG, strbuf_take(&text),
		    step->now_us);
}

/* --- its link ------------------------------------------------------------------------- */

const struct fact_link *
reg_link(struct reg *reg, struct step *step, bool *ended)
{
	const struct fact_net *net = &reg->engine->facts.net;
	const struct fact_link *link;
	struct strbuf list = {0};

	if (reg->cfg->address_count > 0)
		return NULL;
	link = rules_link(reg->cfg, net);
	if (link != NULL)
		return link;
	*ended = true;
	list_interfaces(net, &list);
	if (reg->cfg->interface != NULL)
		reg_end(reg, OUTCOME_INVALID, EXIT_CODE_CONFIG, mem_printf("interface "
		    "%s does not exist; there are: %s", reg->cfg->interface,
		    strbuf_text(&list)), step->now_us);
	else
		reg_end(reg, OUTCOME_FAILED, EXIT_CODE_UNAVAILABLE, mem_printf("no "
		    "default route names the interface to take addresses from; give "
		    "`interface` or -i; there are: %s", strbuf_text(&list)),
		    step->now_us);
	strbuf_free(&list);
	return NULL;
}

static void
list_interfaces(const struct fact_net *net, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < net->link_count; i++)
		if (!net->links[i].loopback)
			strbuf_printf(out, "%s%s", out->len == 0 ? "" : ", ",
			    net->links[i].name);
	if (out->len == 0)
		strbuf_add(out, "none but the loopback");
}

/* --- its name ------------------------------------------------------------------------- */

void
reg_take_name(struct reg *reg, struct step *step, const struct name *fqdn)
{
	struct report_registration *report = reg_report(reg);
	struct name former = reg->fqdn;
	char text[NAME_TEXT_MAX];

	if (reg->has_fqdn && name_equal(&former, fqdn))
		return;
	name_format(fqdn, text);
	engine_unindex(reg);
	reg->has_fqdn = true;
	reg->fqdn = *fqdn;
	if (reg->engine->options.quick) { /* it has no other name (interface.md) */
		free(reg->name);
		reg->name = mem_text(text);
		free(report->name);
		report->name = mem_text(text);
	}
	engine_index(reg);
	free(reg->subject);
	reg->subject = mem_text(text);
	step->subject = reg->subject;
	free(report->fqdn);
	report->fqdn = mem_text(text);
	if (reg->claims)
		twin_move(reg, step, &former);
}
