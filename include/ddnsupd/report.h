/*
 * report: the results of a run as values (interface.md, "JSON"); text/report_text.h
 * prints them.
 */
#ifndef DDNSUPD_REPORT_H
#define DDNSUPD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"

enum exit_code { /* sysexits(3) */
	EXIT_CODE_OK = 0,
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_UNAVAILABLE = 69, /* nothing answered, no zone, no address */
	EXIT_CODE_CONFLICT = 73,
	EXIT_CODE_TEMPORARY = 75,
	EXIT_CODE_REFUSED = 77,
	EXIT_CODE_CONFIG = 78,
	EXIT_CODE_SIGINT = 130,
	EXIT_CODE_SIGTERM = 143,
};

enum outcome {
	OUTCOME_PENDING,
	OUTCOME_UPDATED,
	OUTCOME_UNCHANGED,
	OUTCOME_WITHDRAWN,
	OUTCOME_DISABLED,
	OUTCOME_PLANNED,
	OUTCOME_FAILED,
	OUTCOME_CONFLICT,
	OUTCOME_REFUSED,
	OUTCOME_INVALID,
};

enum record_change {
	RECORD_ADDED,
	RECORD_KEPT,
	RECORD_REMOVED,
	RECORD_PENDING,
	RECORD_SKIPPED,
};

struct report_record {
	struct addr addr;
	bool has_ttl;
	uint32_t ttl;          /* seconds */
	enum record_change change;
	char *reason;          /* NULL: none */
	int64_t age_us;        /* since it was last confirmed; -1: not said */
};

struct report_registration {
	char *name;
	char *fqdn;            /* NULL: not known */
	enum fqdn_mode mode;
	enum outcome outcome;
	enum exit_code exit;
	char *zone;            /* NULL: not known */
	bool has_server;
	struct endpoint server;
	int rcode;             /* of the last answer to an UPDATE or question; -1: none */
	int64_t elapsed_us;    /* -1: no try */
	struct report_record *records; /* A before AAAA, by address */
	size_t record_count;
	size_t record_cap;
	char *error;           /* one sentence; NULL: none */
	char *nsupdate;        /* --dry-run: input for nsupdate; NULL: none */
	bool hidden;           /* over and done with: not shown */
	const char *state;     /* the daemon's; NULL: not said */
	int64_t next_us;       /* until the next update; -1: none, or not said */
	int64_t tried_us;      /* since the last try; -1 */
};

enum rule_verdict {
	RULE_HOLDS,
	RULE_BROKEN,
	RULE_UNKNOWN,          /* cannot be judged now; never counts as broken */
	RULE_NOT_APPLICABLE,
};

struct report_rule {
	const char *id;        /* "R5" */
	char *registration;
	enum rule_verdict verdict;
	char *message;
};

/* A source of DHCP facts, and what became of it. */
struct report_source {
	enum fact_source source;
	char *ifname;          /* NULL: not of one interface */
	bool available;
	char *text;            /* "not permitted: needs CAP_NET_RAW", "asked 3 times", ... */
};

struct report {
	struct report_registration *registrations;
	size_t registration_count;
	size_t registration_cap;
	struct fact_server *servers;
	size_t server_count;
	size_t server_cap;
	struct report_source *sources; /* of DHCP facts; none when they are not used */
	size_t source_count;
	size_t source_cap;
	char *host_fqdn;       /* NULL: not known */
	char *state_error;     /* the daemon's: why it cannot write its state; NULL: it can */
	bool has_rules;        /* --check */
	struct report_rule *rules;
	size_t rule_count;
	size_t rule_cap;
	bool dry_run;
	enum exit_code exit;
	char *error;           /* top level: nothing could be started; NULL: none */
	const char *version;   /* of the daemon; NULL: not said */
	int64_t uptime_us;
};

const char *outcome_name(enum outcome outcome);        /* "updated" */
const char *record_change_name(enum record_change change); /* "added" */
const char *rule_verdict_name(enum rule_verdict verdict);  /* "not-applicable" */

/* Growing; the returned pointers hold until the next addition.  name, fqdn and reason
 * are copied. */
struct report_registration *report_add(struct report *report, const char *name,
    const char *fqdn, enum fqdn_mode mode);
/* The same in the place of a registration that is over. */
void report_replace(struct report *report, size_t index, const char *name,
    const char *fqdn, enum fqdn_mode mode);
struct report_record *report_add_record(struct report_registration *reg,
    const struct addr *addr, enum record_change change, const char *reason);
struct report_rule *report_add_rule(struct report *report, const char *id,
    const char *registration, enum rule_verdict verdict, const char *message);
void report_add_server(struct report *report, const struct fact_server *server);
void report_add_source(struct report *report, enum fact_source source,
    const char *ifname, bool available, const char *text);

/* A before AAAA, then by address, as people expect to read them. */
void report_sort_records(struct report_registration *reg);
void report_free(struct report *report);

#endif
