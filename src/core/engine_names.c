/*
 * engine_names: the names that a run is about.
 *
 * Registering goes by the configuration, withdrawing by the state; names on the command
 * line select among them.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/engine_parts.h"
#include "ddnsupd/mem.h"

static void add_withdrawals(struct engine *, const struct config_registration *);
static bool was_shared(const struct engine *, const struct config_registration *,
    const struct state_entry *);
static void place(struct engine *, struct reg *, const char *fqdn);
static bool selected(const struct engine *, const struct config_registration *);
static bool is_called(const struct engine *, const struct config_registration *,
    const char *name);

void
engine_add_regs(struct engine *engine)
{
	size_t i, enabled = 0;

	for (i = 0; i < engine->config->registration_count; i++) {
		const struct config_registration *cfg =
		    &engine->config->registrations[i];
		struct name fqdn;
		bool known = rules_fqdn(cfg, &engine->facts, &fqdn) == FAULT_NONE;

		enabled += cfg->enabled;
		if (!selected(engine, cfg))
			continue;
		if (engine->options.mode == ENGINE_WITHDRAW)
			add_withdrawals(engine, cfg);
		else
			engine_add_reg(engine, cfg, cfg->name, cfg->mode,
			    known ? &fqdn : NULL);
	}
	if (engine->options.mode == ENGINE_WITHDRAW && engine->options.names == NULL &&
	    !engine->options.quick)
		add_withdrawals(engine, NULL);
	if (enabled == 0 && engine->options.mode != ENGINE_WITHDRAW &&
	    engine->options.mode != ENGINE_DAEMON)
		engine->report.error = mem_text("no registration is enabled: add one "
		    "to `registrations`, or set enabled: true");
}

/*
 * Withdrawing goes by the state: every name that a registration has held.  NULL: the
 * names of registrations that are no longer in the file.
 */
static void
add_withdrawals(struct engine *engine, const struct config_registration *cfg)
{
	size_t before = engine->reg_count, i, j;
	struct name fqdn;
	bool known = cfg != NULL &&
	    rules_fqdn(cfg, &engine->facts, &fqdn) == FAULT_NONE;

	for (i = 0; i < engine->state.count; i++) {
		const struct state_entry *entry = engine->state.entries[i];
		bool owner = cfg != NULL && (strcmp(entry->registration, cfg->name) ==
		    0 || (known && name_equal(&entry->fqdn, &fqdn)) ||
		    was_shared(engine, cfg, entry));

		for (j = 0; cfg == NULL && j < engine->reg_count; j++)
			if (engine->regs[j]->has_fqdn &&
			    name_equal(&engine->regs[j]->fqdn, &entry->fqdn))
				break;
		if (owner || (cfg == NULL && j == engine->reg_count))
			engine_add_reg(engine, cfg, entry->registration, entry->mode,
			    &entry->fqdn);
	}
	if (cfg != NULL && engine->reg_count == before)
		engine_add_reg(engine, cfg, cfg->name, cfg->mode,
		    known ? &fqdn : NULL);
}

/* In the quick form a name goes by its FQDN, and DHCP may have given its domain when it
 * was registered and not yet now. */
static bool
was_shared(const struct engine *engine, const struct config_registration *cfg,
    const struct state_entry *entry)
{
	struct name label = name_first(&entry->fqdn);

	return engine->options.quick && cfg->mode == FQDN_SHARED &&
	    entry->mode == FQDN_SHARED && engine->facts.host.known &&
	    name_equal(&label, &engine->facts.host.label);
}

struct reg *
engine_add_reg(struct engine *engine, const struct config_registration *cfg,
    const char *name, enum fqdn_mode mode, const struct name *fqdn)
{
	struct reg *reg = mem_zero(1, sizeof(*reg));
	char text[NAME_TEXT_MAX];

	reg->engine = engine;
	reg->cfg = cfg;
	reg->name = mem_text(name);
	reg->mode = mode;
	reg->withdraw = engine->options.mode == ENGINE_WITHDRAW;
	reg->has_former = engine->options.mode == ENGINE_ONCE;
	reg->sent[0].type = RRTYPE_A;
	reg->sent[1].type = RRTYPE_AAAA;
	if (fqdn != NULL) {
		reg->has_fqdn = true;
		reg->fqdn = *fqdn;
		name_format(fqdn, text);
	}
	reg->subject = mem_text(fqdn != NULL ? text : name);
	place(engine, reg, fqdn != NULL ? text : NULL);
	engine->open++;
	engine_index(reg);
	return reg;
}

/*
 * A daemon whose file or host changes for years does not grow: who is new takes the place
 * of one that is over.  Not in the step in which that one ended, and not while somebody
 * waits for it; a late answer to it is known by its id.
 */
static void
place(struct engine *engine, struct reg *reg, const char *fqdn)
{
	size_t last = engine->vacant_count - 1;
	struct reg *old = engine->vacant_count == 0 || engine->waiter_count > 0 ? NULL :
	    engine->regs[engine->vacant[last]];

	if (old == NULL || old->touched || old->queued) {
		reg->index = (uint32_t)engine->reg_count;
		engine->regs = mem_grow(engine->regs, &engine->reg_cap,
		    engine->reg_count + 1, sizeof(struct reg *));
		engine->regs[engine->reg_count++] = reg;
		report_add(&engine->report, reg->name, fqdn, reg->mode);
		return;
	}
	engine->vacant_count--;
	reg->index = old->index;
	engine->regs[reg->index] = reg;
	report_replace(&engine->report, reg->index, reg->name, fqdn, reg->mode);
	heap_remove(&engine->heap, &old->timer);
	reg_free(old);
}

void
engine_vacate(struct reg *reg)
{
	struct engine *engine = reg->engine;

	engine->vacant = mem_grow(engine->vacant, &engine->vacant_cap,
	    engine->vacant_count + 1, sizeof(*engine->vacant));
	engine->vacant[engine->vacant_count++] = reg->index;
}

static bool
selected(const struct engine *engine, const struct config_registration *cfg)
{
	const char *const *name = engine->options.names;

	if (name == NULL || *name == NULL)
		return true;
	for (; *name != NULL; name++)
		if (is_called(engine, cfg, *name))
			return true;
	return false;
}

static bool
is_called(const struct engine *engine, const struct config_registration *cfg,
    const char *name)
{
	struct name fqdn, wanted;

	return strcmp(cfg->name, name) == 0 ||
	    (rules_fqdn(cfg, &engine->facts, &fqdn) == FAULT_NONE &&
	    name_parse(&wanted, name) == FAULT_NONE && name_equal(&fqdn, &wanted));
}

const char *
engine_unknown_name(const struct engine *engine)
{
	const char *const *name = engine->options.names;
	size_t i;

	for (; name != NULL && *name != NULL; name++) {
		for (i = 0; i < engine->config->registration_count; i++)
			if (is_called(engine, &engine->config->registrations[i], *name))
				break;
		if (i == engine->config->registration_count)
			return *name;
	}
	return NULL;
}
