/*
 * rules_judge: the predicates of the table, and what they share.  Only src/rules/ sees
 * this header; everybody else goes through rules[].
 */
#ifndef DDNSUPD_RULES_JUDGE_H
#define DDNSUPD_RULES_JUDGE_H

#include "ddnsupd/rules.h"

/* rules_name.c: the name */
rule_predicate rules_forward_zone;   /* R1 */
rule_predicate rules_name_complete;  /* R4 */
rule_predicate rules_shared_name;    /* R6 */
rule_predicate rules_dedicated_name; /* R7 */
rule_predicate rules_host_read_only; /* R8 */

/* rules_setting.c: what is set, and the servers */
rule_predicate rules_non_secure;     /* R2 */
rule_predicate rules_servers;        /* R3 */
rule_predicate rules_release;        /* R16 */
rule_predicate rules_times;          /* R17 */
rule_predicate rules_dhcp_server;    /* R18 */

/* rules_ipv6.c */
rule_predicate rules_shared_a_only;  /* R5 */
rule_predicate rules_own_ipv6;       /* R9 */

/* rules_ipv4.c: the table of allowed configurations */
rule_predicate rules_wireless_static; /* R10 */
rule_predicate rules_shared_dynamic; /* R11 */
rule_predicate rules_two_addresses;  /* R12 */
rule_predicate rules_shared_static;  /* R13 */
rule_predicate rules_host_static;    /* R14 */
rule_predicate rules_host_dynamic;   /* R15 */

/* Write the sentence and return the verdict, so that a predicate ends in one line. */
enum rule_verdict rules_say(struct strbuf *message, enum rule_verdict verdict,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The two links that R9 to R15 compare. */
struct rules_scene {
	const struct fact_link *link; /* the registration's */
	const struct fact_link *host; /* the host's own; may be the same */
};

/*
 * Can R9 to R15 be judged for the family (mission.md, under the table)?  RULE_HOLDS:
 * yes, *scene is complete.  Else the verdict to return, and `message` says why.
 */
enum rule_verdict rules_set_scene(const struct rule_subject *subject,
    enum family family, struct rules_scene *scene, struct strbuf *message);

#endif
