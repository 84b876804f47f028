/* sim_expect: what a story may demand at its end. */
#include <string.h>

#include "ddnsupd/report.h"

#include "sim_setup.h"

void
sim_expect_exit(struct sim_world *world, int is, int wanted)
{
	if (is != wanted)
		sim_fail(world, "exit %d, expected %d", is, wanted);
}

void
sim_expect_outcome(struct sim_world *world, const char *registration,
    const char *outcome)
{
	const struct report_registration *result = sim_result(world, registration);

	if (result != NULL && strcmp(outcome_name(result->outcome), outcome) != 0)
		sim_fail(world, "%s: %s, expected %s", registration,
		    outcome_name(result->outcome), outcome);
}

void
sim_expect_record(struct sim_world *world, const char *registration, const char *addr,
    const char *change)
{
	const struct report_registration *result = sim_result(world, registration);
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; result != NULL && i < result->record_count; i++) {
		const struct report_record *record = &result->records[i];

		if (strcmp(addr_format(&record->addr, text), addr) != 0)
			continue;
		if (strcmp(record_change_name(record->change), change) != 0)
			sim_fail(world, "%s: %s %s, expected %s", registration, addr,
			    record_change_name(record->change), change);
		return;
	}
	sim_fail(world, "%s: no record %s, expected %s", registration, addr, change);
}

void
sim_expect_error(struct sim_world *world, const char *registration, const char *words)
{
	const struct report_registration *result = sim_result(world, registration);

	if (result == NULL)
		return;
	sim_trace(world, "%s: %s", registration,
	    result->error != NULL ? result->error : "(no sentence)");
	if (result->error == NULL || strstr(result->error, words) == NULL)
		sim_fail(world, "%s: the sentence lacks \"%s\"", registration, words);
}

void
sim_expect_addrs(struct sim_world *world, const char *owner, uint16_t type,
    const char *addrs)
{
	struct name name = sim_name(owner);
	struct rrset set = { 0 };
	struct strbuf is = { 0 };
	char text[ADDR_TEXT_MAX];

	sim_zone_addrs(world->zones[0], &name, type, &set);
	for (size_t i = 0; i < set.count; i++)
		strbuf_printf(&is, "%s%s", i > 0 ? " " : "",
		    addr_format(&set.addrs[i], text));
	if (strcmp(strbuf_text(&is), addrs) != 0)
		sim_fail(world, "%s %s is \"%s\", expected \"%s\"", owner,
		    rrtype_name(type), strbuf_text(&is), addrs);
	strbuf_free(&is);
	rrset_free(&set);
}

void
sim_expect_ttl(struct sim_world *world, const char *owner, uint16_t type, uint32_t ttl)
{
	struct name name = sim_name(owner);
	struct rrset set = { 0 };

	sim_zone_addrs(world->zones[0], &name, type, &set);
	if (set.ttl != ttl)
		sim_fail(world, "%s %s has TTL %u, expected %u", owner,
		    rrtype_name(type), set.ttl, ttl);
	rrset_free(&set);
}

void
sim_expect_updates(struct sim_world *world, unsigned least, unsigned most)
{
	if (world->counts.updates < least || world->counts.updates > most)
		sim_fail(world, "%u UPDATEs, expected %u to %u", world->counts.updates,
		    least, most);
}

void
sim_expect_new_updates(struct sim_world *world, unsigned least, unsigned most)
{
	sim_expect_updates(world, world->updates_seen + least,
	    world->updates_seen + most);
	world->updates_seen = world->counts.updates;
}

void
sim_expect_trace(struct sim_world *world, const char *words)
{
	if (strstr(strbuf_text(&world->trace), words) == NULL)
		sim_fail(world, "the trace lacks \"%s\"", words);
}

void
sim_expect_no_trace(struct sim_world *world, const char *words)
{
	if (strstr(strbuf_text(&world->trace), words) != NULL)
		sim_fail(world, "the trace has \"%s\"", words);
}

void
sim_expect_within(struct sim_world *world, int64_t us)
{
	if (world->clock->now_us - world->started_us > us)
		sim_fail(world, "the run took longer than %.3f s", (double)us / 1e6);
}

const struct report_registration *
sim_result(struct sim_world *world, const char *registration)
{
	const struct report *report;

	if (world->engine != NULL) {
		report = engine_report(world->engine);
		for (size_t i = 0; i < report->registration_count; i++)
			if (strcmp(report->registrations[i].name, registration) == 0)
				return &report->registrations[i];
	}
	sim_fail(world, "there is no result for %s", registration);
	return NULL;
}
