/*
 * text: text to model and back.  The only user of libcyaml and jansson; no files, no
 * environment, no clock.
 */
#ifndef DDNSUPD_TEXT_H
#define DDNSUPD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ddnsupd/config.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/report.h"
#include "ddnsupd/state.h"

struct strbuf;

/*
 * ddnsupd.yaml to a configuration.  `file` is only for messages.  Returns NULL on any
 * error, then *error holds one line "file:line:column: key: what is allowed" (memory of
 * its own); *warnings (may be NULL) gets one line a warning.
 */
struct config *text_config(const char *text, size_t len, const char *file,
    char **error, struct strbuf *warnings);

/*
 * The state file (JSON) to a state, and back.  Faults: TEXT_SYNTAX, TEXT_VERSION; *state
 * is then empty.  The text is of its own memory and ends in a newline.
 */
enum fault text_state(const char *text, size_t len, struct state *state);
char *text_from_state(const struct state *state);

/*
 * The host's name (interface.md, HostOSFQDN) from the kernel's node name, the text of
 * /etc/hosts, and the text of resolv.conf (NULL where there is none).
 */
void text_host(const char *node_name, const char *hosts, const char *resolv,
    struct fact_host *host);

/* A report for a person (aligned, at most `width` columns where that is possible, 0: no
 * bound; colour when asked), and as the JSON object of interface.md. */
void text_report(const struct report *report, bool colour, unsigned width,
    struct strbuf *out);
char *text_report_json(const struct report *report);

#endif
