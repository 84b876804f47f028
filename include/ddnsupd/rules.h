/*
 * rules: R1..R18 of mission.md as one table: id, predicate, message.
 */
#ifndef DDNSUPD_RULES_H
#define DDNSUPD_RULES_H

#include <stdbool.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/report.h"
#include "ddnsupd/strbuf.h"

/* What a rule looks at. */
struct rule_subject {
	const struct config *config;
	const struct config_registration *reg;
	const struct facts *facts;
};

/* Judge one registration: verdict, and a sentence that says why, with values. */
typedef enum rule_verdict rule_predicate(const struct rule_subject *subject,
    struct strbuf *message);

struct rule {
	const char *id;           /* "R5" */
	const char *title;        /* what it demands, a few words */
	rule_predicate *judge;
};

/* The table, in order, ending with an id of NULL. */
extern const struct rule rules[];

/* Rules that end a registration: every broken one's "R5: sentence", joined by "; ", is
 * appended to `why`.  Returns the number of broken rules. */
unsigned rules_broken(const struct rule_subject *subject, struct strbuf *why);

/* Are the same rules broken in two of these texts, be it by other facts? */
bool rules_same(const char *why, const char *other);

/*
 * R18, which ends nothing: does somebody else keep this name, so that this agent stands
 * down for as long as it is so?  Then "R18: sentence" is appended to `why`.
 */
bool rules_stand_down(const struct rule_subject *subject, struct strbuf *why);

/*
 * The registration's FQDN (mission R4): configured parts, else the host's, else the
 * domain that DHCP gives on its link.
 * Faults: those of name_parse(); NAME_EMPTY when a part is not known.
 */
enum fault rules_fqdn(const struct config_registration *reg,
    const struct facts *facts, struct name *fqdn);

/*
 * The link that addresses come from: `interface`, else the default route's.  NULL when
 * there is none, or when `addresses` speak for another machine.
 */
const struct fact_link *rules_link(const struct config_registration *reg,
    const struct fact_net *net);

/*
 * The link whose DHCP facts a registration goes by: `interface`, else the default
 * route's, also with `addresses`.  reg: NULL for a name that only the state knows.
 */
const struct fact_link *rules_home(const struct config_registration *reg,
    const struct fact_net *net);

/* The domain that DHCP gives there; NULL: none. */
const struct name *rules_dhcp_domain(const struct config_registration *reg,
    const struct facts *facts);

#endif
