/*
 * twin: an FQDN stands once (interface.md, "registrations").
 *
 * The file is refused when it gives one twice; but a name that follows the host, or DHCP,
 * may turn out to be another registration's only while we run.  Two that kept one name
 * would undo each other's work for ever, so the first has it, and the others are invalid
 * until it is free.  A shared and a dedicated one are R6's and R7's concern.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/twin.h"

static void follow(struct reg *, struct step *);
static struct reg *holder(const struct engine *, const struct name *fqdn,
    enum fqdn_mode mode);
static const uint32_t *members(const struct engine *, const struct name *fqdn,
    size_t *count);

bool
twin_claim(struct reg *reg, struct step *step, struct strbuf *why)
{
	struct engine *engine = reg->engine;
	char text[NAME_TEXT_MAX];
	struct reg *first;

	if (!reg->has_fqdn || reg->claims)
		return true;
	first = holder(engine, &reg->fqdn, reg->mode);
	if (first != NULL) {
		strbuf_printf(why, "%s is the FQDN of \"%s\" already, and an FQDN must "
		    "stand once; give one of the two another host-name or "
		    "domain-name, or leave it out", name_format(&reg->fqdn, text),
		    first->name);
		return false;
	}
	reg->claims = true;
	if (reg->life != NULL)
		engine_keep(engine, step, reg, &reg->fqdn);
	return true;
}

bool
twin_ends(struct reg *reg, struct step *step)
{
	struct strbuf why = {0};

	if (twin_claim(reg, step, &why))
		return false;
	reg_end(reg, OUTCOME_INVALID, EXIT_CODE_CONFIG, strbuf_take(&why), step->now_us);
	return true;
}

/* The new name is claimed first: whoever waits for the old one may follow the host, too. */
void
twin_move(struct reg *reg, struct step *step, const struct name *former)
{
	struct engine *engine = reg->engine;
	struct strbuf why = {0};
	size_t count, i;
	const uint32_t *found;
	uint32_t *list;

	reg->claims = false;
	(void)twin_claim(reg, step, &why); /* in vain: is_fit() will say so */
	strbuf_free(&why);
	found = members(engine, former, &count);
	list = mem_copy(found, count * sizeof(*found));
	for (i = 0; i < count; i++)
		follow(engine->regs[list[i]], step);
	free(list);
	engine_turn(step, reg);
}

static void
follow(struct reg *reg, struct step *step)
{
	if (reg->life == NULL || reg->cfg == NULL || reg->claims ||
	    reg->state == REG_DONE)
		return;
	engine_turn(step, reg);
	life_consider(reg, step);
}

void
twin_reread(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++)
		engine->regs[i]->claims = false;
}

void
twin_inherit(struct engine *engine, struct step *step, const struct reg *gone)
{
	const struct reg *heir = gone->has_fqdn ?
	    holder(engine, &gone->fqdn, gone->mode) : NULL;

	if (heir != NULL)
		engine_keep(engine, step, heir, &heir->fqdn);
}

static struct reg *
holder(const struct engine *engine, const struct name *fqdn, enum fqdn_mode mode)
{
	size_t count, i;
	const uint32_t *list = members(engine, fqdn, &count);

	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[list[i]];

		if (reg->claims && reg->mode == mode)
			return reg;
	}
	return NULL;
}

static const uint32_t *
members(const struct engine *engine, const struct name *fqdn, size_t *count)
{
	char text[NAME_TEXT_MAX];

	return roster_find(&engine->by_fqdn, name_format(fqdn, text), count);
}
