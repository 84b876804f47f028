/*
 * life_report: how the registrations stand, for status and for those who wait.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/life.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

static void add_row(struct report *, struct reg *, bool results, int64_t now_us);
static void copy_records(struct report_registration *,
    const struct report_registration *);
static void live_records(struct report_registration *, struct reg *, int64_t now_us);
static void add_rules(struct report *, struct reg *);

enum life_state
life_state(const struct reg *reg, int64_t now_us)
{
	const struct life *life = reg->life;

	if (reg->txn != NULL)
		switch (reg->txn->step) {
		case TXN_LOCATE:
			return LIFE_LOCATING;
		case TXN_OBSERVE:
		case TXN_PAUSE:
			return LIFE_OBSERVING;
		case TXN_SAVE:
		case TXN_UPDATE:
			return LIFE_UPDATING;
		case TXN_VERIFY:
		case TXN_CONFIRM:
			return LIFE_VERIFYING;
		case TXN_IDLE:
		case TXN_DONE:
			break;
		}
	if (life == NULL)
		return LIFE_WAITING;
	if (life->suspended != NULL || life->withdrawn)
		return LIFE_SUSPENDED;
	if (life->rest_until_us > now_us)
		return LIFE_RESTING;
	return life->belief.known[0] || life->belief.known[1] ? LIFE_HELD :
	    LIFE_WAITING;
}

const char *
life_state_name(enum life_state state)
{
	static const char *const names[LIFE_STATES] = {
		[LIFE_WAITING] = "waiting",
		[LIFE_LOCATING] = "locating",
		[LIFE_OBSERVING] = "observing",
		[LIFE_UPDATING] = "updating",
		[LIFE_VERIFYING] = "verifying",
		[LIFE_HELD] = "held",
		[LIFE_RESTING] = "resting",
		[LIFE_SUSPENDED] = "suspended",
	};

	assert(state < LIFE_STATES);
	return names[state];
}

void
engine_live_report(struct engine *engine, const uint32_t *list, size_t count,
    bool results, int64_t now_us, struct report *report)
{
	size_t i;

	report->version = PACKAGE_VERSION;
	report->uptime_us = now_us - engine->started_us;
	report->has_rules = !results;
	report->state_error = engine_disk_error(engine);
	for (i = 0; i < engine->facts.server_count; i++)
		report_add_server(report, &engine->facts.servers[i]);
	learn_report(engine->learn, report);
	if (engine->report.host_fqdn != NULL)
		report->host_fqdn = mem_text(engine->report.host_fqdn);
	for (i = 0; i < count; i++) {
		struct reg *reg = engine->regs[list[i]];

		if (reg->state == REG_DONE)
			continue;
		add_row(report, reg, results, now_us);
		if (!results)
			add_rules(report, reg);
	}
	for (i = 0; i < report->registration_count; i++)
		if (report->registrations[i].exit > report->exit)
			report->exit = report->registrations[i].exit;
}

static void
add_row(struct report *report, struct reg *reg, bool results, int64_t now_us)
{
	const struct report_registration *last = reg_report(reg);
	struct report_registration *row =
	    report_add(report, reg->name, last->fqdn, reg->mode);
	const struct life *life = reg->life;

	row->outcome = last->outcome;
	row->exit = last->exit;
	row->zone = mem_text(last->zone);
	row->has_server = last->has_server;
	row->server = last->server;
	row->rcode = last->rcode;
	row->elapsed_us = last->elapsed_us;
	row->error = mem_text(last->error);
	row->state = life_state_name(life_state(reg, now_us));
	row->next_us = life->next_us == CLOCK_NEVER ? -1 :
	    life->next_us > now_us ? life->next_us - now_us : 0;
	row->tried_us = life->tried_us == CLOCK_NEVER ? -1 : now_us - life->tried_us;
	if (results)
		copy_records(row, last);
	else
		live_records(row, reg, now_us);
	report_sort_records(row);
}

static void
copy_records(struct report_registration *row, const struct report_registration *last)
{
	size_t i;

	for (i = 0; i < last->record_count; i++) {
		struct report_record *record = report_add_record(row,
		    &last->records[i].addr, last->records[i].change,
		    last->records[i].reason);

		record->has_ttl = last->records[i].has_ttl;
		record->ttl = last->records[i].ttl;
	}
}

static void
live_records(struct report_registration *row, struct reg *reg, int64_t now_us)
{
	const struct life *life = reg->life;
	struct desired desired;
	unsigned family;
	size_t i;

	if (reg->cfg == NULL || reg->withdraw || life->withdrawn)
		return; /* nothing is to stand there */
	desired_make(&desired, reg->cfg, &reg->engine->facts.net,
	    rules_link(reg->cfg, &reg->engine->facts.net));
	for (family = 0; family < 2; family++) {
		const struct rrset *want = &desired.families[family].set;

		for (i = 0; i < want->count; i++) {
			bool held = life->belief.known[family] && rrset_has(
			    &life->belief.sets[family], &want->addrs[i]);
			struct report_record *record = report_add_record(row,
			    &want->addrs[i], held ? RECORD_KEPT : RECORD_PENDING,
			    NULL);

			record->has_ttl = true;
			record->ttl = held ? life->belief.sets[family].ttl : want->ttl;
			if (held)
				record->age_us = now_us - life->since_us[family];
		}
	}
	for (i = 0; i < desired.skip_count; i++)
		report_add_record(row, &desired.skips[i].addr, RECORD_SKIPPED,
		    desired.skips[i].reason);
	desired_free(&desired);
}

static void
add_rules(struct report *report, struct reg *reg)
{
	struct rule_subject subject = {
		reg->engine->config, reg->cfg, &reg->engine->facts
	};
	const struct rule *rule;

	if (reg->cfg == NULL || !reg->cfg->enabled)
		return;
	for (rule = rules; rule->id != NULL; rule++) {
		struct strbuf message = {0};
		enum rule_verdict verdict = rule->judge(&subject, &message);

		if (verdict == RULE_BROKEN)
			report_add_rule(report, rule->id, reg->name, verdict,
			    strbuf_text(&message));
		strbuf_free(&message);
	}
}
