/*
 * text_metrics: counters as OpenMetrics text (openmetrics.io, 1.0).
 */
#include "ddnsupd/strbuf.h"
#include "ddnsupd/text_control.h"

static void histogram(struct strbuf *, const char *name, const char *help,
    const struct tally_times *);

static const char *const rcodes[TALLY_RCODES] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN",
	"YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "RCODE11", "RCODE12", "RCODE13",
	"RCODE14", "RCODE15", "none",
};

char *
text_metrics(const struct tally *tally, const struct control_state_count *states,
    size_t state_count)
{
	struct strbuf out = {0};
	size_t i;

	strbuf_add(&out, "# TYPE ddnsupd_updates counter\n"
	    "# HELP ddnsupd_updates UPDATE messages by the code of their answer.\n");
	for (i = 0; i < TALLY_RCODES; i++)
		if (tally->updates[i] > 0 || i == 0)
			strbuf_printf(&out, "ddnsupd_updates_total{rcode=\"%s\"} %llu\n",
			    rcodes[i], (unsigned long long)tally->updates[i]);
	histogram(&out, "ddnsupd_update_seconds", "From an UPDATE to its answer.",
	    &tally->update);
	histogram(&out, "ddnsupd_event_to_registered_seconds",
	    "From an address event to its verified record.", &tally->registered);
	strbuf_add(&out, "# TYPE ddnsupd_registrations gauge\n"
	    "# HELP ddnsupd_registrations Registrations by state.\n");
	for (i = 0; i < state_count; i++)
		strbuf_printf(&out, "ddnsupd_registrations{state=\"%s\"} %u\n",
		    states[i].state, states[i].count);
	strbuf_printf(&out, "# TYPE ddnsupd_ignored_answers counter\n"
	    "# HELP ddnsupd_ignored_answers Messages that answered nothing we asked.\n"
	    "ddnsupd_ignored_answers_total %llu\n",
	    (unsigned long long)tally->ignored);
	strbuf_printf(&out, "# TYPE ddnsupd_considered counter\n"
	    "# HELP ddnsupd_considered Registrations that events have touched.\n"
	    "ddnsupd_considered_total %llu\n# EOF\n",
	    (unsigned long long)tally->considered);
	return strbuf_take(&out);
}

static void
histogram(struct strbuf *out, const char *name, const char *help,
    const struct tally_times *times)
{
	unsigned i;

	strbuf_printf(out, "# TYPE %s histogram\n# UNIT %s seconds\n# HELP %s %s\n",
	    name, name, name, help);
	for (i = 0; i < TALLY_BUCKETS; i++)
		/* canonical numbers, as the standard calls them: 2.0 and not 2 */
		strbuf_printf(out, "%s_bucket{le=\"%g%s\"} %llu\n", name,
		    (double)tally_bounds_us[i] / 1e6,
		    tally_bounds_us[i] % 1000000 == 0 ? ".0" : "",
		    (unsigned long long)times->buckets[i]);
	strbuf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.6f\n%s_count %llu\n",
	    name, (unsigned long long)times->count, name, (double)times->sum_us / 1e6,
	    name, (unsigned long long)times->count);
}
