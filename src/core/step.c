/*
 * step: effects with ids, in one place.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/step.h"
#include "ddnsupd/strbuf.h"

static uint64_t
next_id(struct step *step)
{
	return ((uint64_t)step->owner << 32) | (++*step->serial & UINT32_MAX);
}

uint64_t
step_send(struct step *step, const struct endpoint *server, bool tcp,
    const uint8_t *bytes, size_t len)
{
	struct effect *effect = effects_add(step->effects, EFFECT_SEND);

	effect->id = next_id(step);
	effect->server = *server;
	effect->tcp = tcp;
	effect->bytes = mem_copy(bytes, len);
	effect->len = len;
	return effect->id;
}

uint64_t
step_lookup(struct step *step, const struct endpoint *server, const struct name *qname,
    uint16_t qtype, int64_t timeout_us)
{
	struct effect *effect = effects_add(step->effects, EFFECT_LOOKUP);
	char text[NAME_TEXT_MAX];

	effect->id = next_id(step);
	effect->server = *server;
	effect->qname = mem_text(name_format(qname, text));
	effect->qtype = qtype;
	effect->timeout_us = timeout_us;
	return effect->id;
}

uint64_t
step_ask(struct step *step, const struct endpoint *server, const struct addr *local,
    const uint8_t *bytes, size_t len)
{
	struct effect *effect = effects_add(step->effects, EFFECT_ASK);

	effect->id = next_id(step);
	effect->server = *server;
	effect->local = *local;
	effect->bytes = mem_copy(bytes, len);
	effect->len = len;
	return effect->id;
}

void
step_close(struct step *step, uint64_t id)
{
	effects_add(step->effects, EFFECT_CLOSE)->id = id;
}

void
step_note(struct step *step, enum note_level level, const char *format, ...)
{
	struct strbuf text = {0};
	struct effect *effect;
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	effect = effects_add(step->effects, EFFECT_NOTE);
	effect->level = step->again && level < NOTE_INFO ? NOTE_INFO : level;
	effect->subject = mem_text(step->subject);
	effect->text = strbuf_take(&text);
}
