/*
 * text_control: the daemon's side of what control clients say and hear; text_ctl.h is
 * the client's.
 */
#ifndef DDNSUPD_TEXT_CONTROL_H
#define DDNSUPD_TEXT_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/dhcp.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/report.h"
#include "ddnsupd/tally.h"

enum control_command {
	CONTROL_STATUS,
	CONTROL_REFRESH,
	CONTROL_RELOAD,
	CONTROL_WITHDRAW,
	CONTROL_WATCH,
	CONTROL_METRICS,
	CONTROL_DHCP_EVENT,
	CONTROL_UNKNOWN,
};

struct control_request {
	enum control_command command;
	char *name;               /* a registration's name or FQDN; NULL: all */
	bool json;                /* watch: notes as JSON */
	/* dhcp-event: what a hook of the DHCP client says */
	char interface[ADDR_IFNAME_MAX];
	enum family family;       /* of the protocol */
	bool gone;                /* the lease has ended; info is empty */
	struct dhcp_info info;
	char *error;              /* one sentence that names the wrong field; NULL: none */
};

/*
 * A request line: one JSON object, at most depth 2.  Faults: TEXT_SYNTAX; *request is
 * then empty.  request->name and ->error are for free().
 *
 * dhcp-event: "interface"; "family" 4 (default) or 6; "event" bound or gone; "address";
 * "servers", a list; "domain", of several words the first that is a name (a search
 * list); "host-name"; "lease" in seconds; "fqdn-flags" as in DHCPv4 (RFC 4702 2.1);
 * "fqdn-name".  A server that can be none (dhcp.h) is left out, as the codecs do;
 * anything else that is wrong makes the request's error.
 */
enum fault text_control_request(const char *line, size_t len,
    struct control_request *request);

/* Replies, without newline, of their own memory. */
char *text_control_error(int exit, const char *error);
char *text_control_text(const char *text);
char *text_control_report(const struct report *report);

/* The counters as OpenMetrics text; states: registrations by their state. */
struct control_state_count {
	const char *state;
	unsigned count;
};
char *text_metrics(const struct tally *tally, const struct control_state_count *states,
    size_t state_count);

#endif
