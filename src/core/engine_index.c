/*
 * engine_index: which registrations an event concerns, found without looking at all.
 *
 * Each registration stands under its name, its FQDN and the links it goes by; it is taken
 * out before any of them changes and put back afterwards.  A registration that has ended
 * stands nowhere.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"

/* No interface can be called so: the slash (Linux forbids it in names of devices). */
#define DEFAULT_ROUTE "/default"  /* goes by the default route's interface */
#define ELSEWHERE "/elsewhere"    /* only the servers it asks are that link's */
#define ANY_LINK "/any"           /* judged by any link that has its addresses */

#define LINKS_MAX 3

static size_t links_of(const struct reg *, const char *links[LINKS_MAX]);
static const struct fact_link *same_link(const struct fact_net *, const char *name,
    size_t hint);
static bool has_changed(const struct fact_link *, const struct fact_link *);
static bool is_another(const struct fact_link *, const struct fact_link *);
static bool is_concerned(const struct engine *, const struct fact_link *);
static void look(struct engine *, struct step *, const char *key,
    void (*act)(struct reg *, struct step *));
static size_t list_all(struct engine *, uint32_t **list);

void
engine_index(struct reg *reg)
{
	struct engine *engine = reg->engine;
	const char *links[LINKS_MAX];
	size_t count = links_of(reg, links), i;
	char text[NAME_TEXT_MAX];

	roster_add(&engine->by_name, reg->name, reg->index);
	if (reg->has_fqdn)
		roster_add(&engine->by_fqdn, name_format(&reg->fqdn, text), reg->index);
	for (i = 0; i < count; i++)
		roster_add(&engine->by_link, links[i], reg->index);
}

void
engine_unindex(struct reg *reg)
{
	struct engine *engine = reg->engine;
	const char *links[LINKS_MAX];
	size_t count = links_of(reg, links), i;
	char text[NAME_TEXT_MAX];

	roster_remove(&engine->by_name, reg->name, reg->index);
	if (reg->has_fqdn)
		roster_remove(&engine->by_fqdn, name_format(&reg->fqdn, text),
		    reg->index);
	for (i = 0; i < count; i++)
		roster_remove(&engine->by_link, links[i], reg->index);
}

/* The links whose facts its addresses and its rules come from. */
static size_t
links_of(const struct reg *reg, const char *links[LINKS_MAX])
{
	const struct config_registration *cfg = reg->cfg;
	const char *host;
	size_t count = 0;

	links[0] = ELSEWHERE;
	if (cfg == NULL)
		return 1; /* what is withdrawn needs no address */
	if (cfg->interface != NULL)
		links[count++] = cfg->interface;
	else
		links[count++] = cfg->address_count == 0 ? DEFAULT_ROUTE : ELSEWHERE;
	host = config_host_interface(cfg);
	if (host != NULL)
		links[count++] = host;
	if (host != NULL && cfg->interface != NULL && cfg->address_count > 0)
		links[count++] = ANY_LINK;
	return count;
}

/* --- events ------------------------------------------------------------------------ */

void
engine_net_event(struct engine *engine, struct step *step,
    const struct fact_net *before)
{
	const struct fact_net *now = &engine->facts.net;
	bool any = false, up = false;
	size_t i;

	/* another way out: whatever failed may work now */
	if (now->route_count > 0 && (before->route_count == 0 ||
	    (engine->counts[LIFE_RESTING] > 0 && is_another(
	    fact_net_default_link(before), fact_net_default_link(now))))) {
		engine_for_each(engine, step, life_network_back);
		return;
	}
	for (i = 0; i < now->link_count; i++) {
		const struct fact_link *link = &now->links[i];
		const struct fact_link *was = same_link(before, link->name, i);

		if (has_changed(was, link)) {
			engine_link_event(engine, step, link->name);
			any = true;
			up |= link->up && (was == NULL || !was->up);
		}
	}
	for (i = 0; before->links != NULL && i < before->link_count; i++)
		if (same_link(now, before->links[i].name, i) == NULL) {
			engine_link_event(engine, step, before->links[i].name);
			any = true;
		}
	if (has_changed(fact_net_default_link(before), fact_net_default_link(now)))
		look(engine, step, DEFAULT_ROUTE, life_net);
	if (up)
		look(engine, step, ELSEWHERE, life_network_back);
	else if (is_another(fact_net_default_link(before), fact_net_default_link(now)))
		look(engine, step, ELSEWHERE, life_net);
	if (any)
		look(engine, step, ANY_LINK, life_net);
}

/* Whoever has no servers on his own link asks those of the others. */
void
engine_learned_event(struct engine *engine, struct step *step)
{
	const struct fact_net *net = &engine->facts.net;
	const struct fact_link *home = fact_net_default_link(net);
	size_t i;

	for (i = 0; i < net->link_count; i++)
		if (is_concerned(engine, &net->links[i]))
			look(engine, step, net->links[i].name, life_learned);
	if (home == NULL || is_concerned(engine, home)) {
		look(engine, step, DEFAULT_ROUTE, life_learned);
		look(engine, step, ELSEWHERE, life_learned);
	}
}

static bool
is_concerned(const struct engine *engine, const struct fact_link *link)
{
	return learn_changed(engine->learn, link->ifindex) ||
	    !facts_has_servers(&engine->facts, link);
}

void
engine_link_event(struct engine *engine, struct step *step, const char *ifname)
{
	look(engine, step, ifname, life_net);
}

/* Snapshots list links in one order; `hint` is where it stood in the other one. */
static const struct fact_link *
same_link(const struct fact_net *net, const char *name, size_t hint)
{
	if (net->links != NULL && hint < net->link_count &&
	    strcmp(net->links[hint].name, name) == 0)
		return &net->links[hint];
	return fact_net_link(net, name);
}

static bool
has_changed(const struct fact_link *before, const struct fact_link *now)
{
	if (before == NULL || now == NULL)
		return before != now;
	return !fact_link_equal(before, now);
}

static bool
is_another(const struct fact_link *before, const struct fact_link *now)
{
	if (before == NULL || now == NULL)
		return before != now;
	return before->ifindex != now->ifindex || strcmp(before->name, now->name) != 0;
}

/* Who stands there may change while they act. */
static void
look(struct engine *engine, struct step *step, const char *key,
    void (*act)(struct reg *, struct step *))
{
	size_t count, i;
	const uint32_t *members = roster_find(&engine->by_link, key, &count);
	uint32_t *list = mem_copy(members, count * sizeof(*members));

	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[list[i]];

		if (reg->state == REG_DONE || reg->life == NULL)
			continue;
		engine_turn(step, reg);
		act(reg, step);
	}
	free(list);
}

/* --- by name ----------------------------------------------------------------------- */

size_t
engine_called(struct engine *engine, const char *name, uint32_t **list)
{
	const uint32_t *named, *held;
	size_t count, held_count = 0, i;
	char text[NAME_TEXT_MAX];
	struct name fqdn;

	if (name == NULL)
		return list_all(engine, list);
	named = roster_find(&engine->by_name, name, &count);
	held = name_parse(&fqdn, name) != FAULT_NONE ? NULL : roster_find(
	    &engine->by_fqdn, name_format(&fqdn, text), &held_count);
	*list = mem_zero(count + held_count + 1, sizeof(**list));
	for (i = 0; i < count; i++)
		(*list)[i] = named[i];
	for (i = 0; i < held_count; i++)
		/* a registration may be called as its FQDN is */
		if (strcmp(engine->regs[held[i]]->name, name) != 0)
			(*list)[count++] = held[i];
	return count;
}

static size_t
list_all(struct engine *engine, uint32_t **list)
{
	size_t count = 0, i;

	*list = mem_zero(engine->reg_count + 1, sizeof(**list));
	for (i = 0; i < engine->reg_count; i++)
		if (engine->regs[i]->state != REG_DONE)
			(*list)[count++] = (uint32_t)i;
	return count;
}

struct reg *
engine_configured(struct engine *engine, const char *name)
{
	size_t count, i;
	const uint32_t *named = roster_find(&engine->by_name, name, &count);

	for (i = 0; i < count; i++)
		if (engine->regs[named[i]]->cfg != NULL)
			return engine->regs[named[i]];
	return NULL;
}

bool
engine_is_registered(const struct engine *engine, const struct name *fqdn)
{
	char text[NAME_TEXT_MAX];
	size_t count;

	roster_find(&engine->by_fqdn, name_format(fqdn, text), &count);
	return count > 0;
}

void
engine_mark_former(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->state.count; i++) {
		const struct state_entry *entry = engine->state.entries[i];
		struct reg *reg = engine_configured(engine, entry->registration);

		if (reg != NULL && !(reg->has_fqdn &&
		    name_equal(&reg->fqdn, &entry->fqdn)))
			reg->has_former = true;
	}
}
