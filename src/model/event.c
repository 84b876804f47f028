/*
 * event: the list of effects that a step of the engine answers with.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/event.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"

static void free_effect(struct effect *effect);

struct effect *
effects_add(struct effects *effects, enum effect_kind kind)
{
	struct effect *effect;

	effects->items = mem_grow(effects->items, &effects->cap, effects->count + 1,
	    sizeof(*effect));
	effect = &effects->items[effects->count++];
	*effect = (struct effect){.kind = kind};
	return effect;
}

void
effects_note(struct effects *effects, enum note_level level, const char *subject,
    const char *format, ...)
{
	struct effect *note = effects_add(effects, EFFECT_NOTE);
	struct strbuf text = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	note->level = level;
	note->subject = mem_text(subject);
	note->text = strbuf_take(&text);
}

void
effects_clear(struct effects *effects)
{
	for (size_t i = 0; i < effects->count; i++)
		free_effect(&effects->items[i]);
	effects->count = 0;
	effects->wake_at_us = CLOCK_NEVER;
}

void
effects_free(struct effects *effects)
{
	effects_clear(effects);
	free(effects->items);
	effects->items = NULL;
	effects->cap = 0;
}

static void
free_effect(struct effect *effect)
{
	free(effect->bytes);
	free(effect->qname);
	free(effect->text);
	free(effect->subject);
}
