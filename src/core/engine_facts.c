/*
 * engine_facts: what an event says of the machine becomes facts, and those concerned look
 * again.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

void
engine_take_net(struct engine *engine, struct step *step, const struct fact_net *net)
{
	struct fact_net before = engine->facts.net;
	size_t i;

	memset(&engine->facts.net, 0, sizeof(engine->facts.net));
	fact_net_copy(&engine->facts.net, net);
	engine_learn_event(engine, step, &(struct event){
	    .kind = EVENT_NET, .at_us = step->now_us});
	if (engine->options.mode == ENGINE_DAEMON) {
		if (engine->started)
			engine_net_event(engine, step, &before);
		fact_net_free(&before);
		return;
	}
	fact_net_free(&before);
	for (i = 0; i < engine->reg_count && engine->started; i++)
		if (engine->regs[i]->state == REG_WAITING) {
			engine_turn(step, engine->regs[i]);
			reg_consider(engine->regs[i], step);
		}
}

/* Its files may be written without its name becoming another. */
void
engine_take_host(struct engine *engine, struct step *step, const struct event *event)
{
	text_host(event->node_name, event->hosts_text, event->resolv_text,
	    &engine->own_host);
	if (engine_name_host(engine) && engine->options.mode == ENGINE_DAEMON &&
	    engine->started)
		engine_daemon_event(engine, step, event);
}

bool
engine_name_host(struct engine *engine)
{
	struct fact_host before = engine->facts.host;
	const struct fact_host *host = &engine->facts.host;
	char text[NAME_TEXT_MAX];

	facts_set_host(&engine->facts, &engine->own_host);
	if (fact_host_equal(&before, host))
		return false;
	free(engine->report.host_fqdn);
	engine->report.host_fqdn = !host->known ? NULL :
	    mem_text(name_format(host->has_domain ? &host->fqdn : &host->label, text));
	return true;
}
