/*
 * text_servers: the DNS servers and where they came from, for a person.
 */
#ifndef DDNSUPD_TEXT_SERVERS_H
#define DDNSUPD_TEXT_SERVERS_H

#include "ddnsupd/report.h"
#include "text_pen.h"

/*
 * The servers: on one line when all are configured, else one a line with source and
 * interface.  Then the sources that cannot be used, with the reason; all of them when no
 * server was learned.
 */
void text_servers(struct text_pen *pen, const struct report *report);

/* Without the port that everybody has: "192.0.2.53", "192.0.2.53#5353". */
void text_server_add(struct strbuf *out, const struct endpoint *server);

#endif
