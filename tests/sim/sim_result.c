/* sim_result: state and report in few words. */
#include <string.h>

#include "ddnsupd/text.h"

#include "sim_result.h"
#include "sim_world.h"

static void trace_entry(struct sim_world *world, const struct state_entry *entry);
static void trace_result(struct sim_world *world,
    const struct report_registration *result);

void
sim_trace_state(struct sim_world *world)
{
	struct state state = { 0 };

	if (world->disk == NULL)
		return;
	if (text_state(world->disk, strlen(world->disk), &state) != FAULT_NONE)
		sim_fail(world, "the state file cannot be read");
	for (size_t i = 0; i < state.count; i++)
		trace_entry(world, state.entries[i]);
	if (state.count == 0)
		sim_trace(world, "state: empty");
	state_free(&state);
}

void
sim_trace_results(struct sim_world *world)
{
	const struct report *report = engine_report(world->engine);

	for (size_t i = 0; i < report->registration_count; i++)
		trace_result(world, &report->registrations[i]);
	if (report->error != NULL)
		sim_trace(world, "= %s", report->error);
}

static void
trace_entry(struct sim_world *world, const struct state_entry *entry)
{
	static const char *const holdings[] = {
		[HOLDING_HELD] = "held",
		[HOLDING_MAYBE] = "maybe",
		[HOLDING_CONFIRMED] = "confirmed",
	};
	struct strbuf line = { 0 };
	char name[NAME_TEXT_MAX], addr[ADDR_TEXT_MAX];

	for (size_t i = 0; i < entry->record_count; i++) {
		const struct state_record *record = &entry->records[i];

		strbuf_printf(&line, "%s %s/%u %s", i > 0 ? "," : ":",
		    addr_format(&record->addr, addr), record->ttl,
		    holdings[record->holding]);
	}
	sim_trace(world, "state %s%s", name_format(&entry->fqdn, name),
	    strbuf_text(&line));
	strbuf_free(&line);
}

static void
trace_result(struct sim_world *world, const struct report_registration *result)
{
	struct strbuf line = { 0 };
	char addr[ADDR_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < result->record_count; i++) {
		const struct report_record *record = &result->records[i];

		strbuf_printf(&line, "; %s", addr_format(&record->addr, addr));
		if (record->has_ttl)
			strbuf_printf(&line, "/%u", record->ttl);
		strbuf_printf(&line, " %s", record_change_name(record->change));
		if (record->reason != NULL)
			strbuf_printf(&line, " (%s)", record->reason);
	}
	if (result->zone != NULL)
		strbuf_printf(&line, "; %s", result->zone);
	if (result->has_server)
		strbuf_printf(&line, " via %s",
		    endpoint_format(&result->server, server));
	if (result->error != NULL)
		strbuf_printf(&line, "; %s", result->error);
	sim_trace(world, "= %s %s, exit %d%s", result->name,
	    outcome_name(result->outcome), (int)result->exit, strbuf_text(&line));
	strbuf_free(&line);
}
