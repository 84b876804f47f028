/*
 * text_servers: the DNS servers and where they came from.
 *
 *     DNS servers:
 *         192.0.2.53    lease on eth0
 *         2001:db8::53  ra on eth0
 *     DHCP sources:
 *         observed  not available: needs CAP_NET_RAW at start
 */
#include <string.h>

#include "text_servers.h"

#define INDENT 4
#define SOURCE_COLUMNS 8 /* "observed" */

static bool is_learned(const struct report *report);
static void print_line(struct text_pen *pen, const char *text);
static void print_configured(struct text_pen *pen, const struct report *report);
static void print_server(struct text_pen *pen, const struct fact_server *server,
    unsigned columns);
static unsigned server_columns(const struct report *report);
static void print_sources(struct text_pen *pen, const struct report *report, bool all);
static void print_source(struct text_pen *pen, const struct report_source *source);

void
text_servers(struct text_pen *pen, const struct report *report)
{
	bool learned = is_learned(report);

	if (!learned) {
		print_configured(pen, report);
	} else {
		print_line(pen, "DNS servers:");
		for (size_t i = 0; i < report->server_count; i++)
			print_server(pen, &report->servers[i], server_columns(report));
	}
	print_sources(pen, report, !learned);
}

void
text_server_add(struct strbuf *out, const struct endpoint *server)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(server, text);
	if (server->port == DNS_PORT)
		*strrchr(text, '#') = '\0';
	strbuf_add(out, text);
}

static bool
is_learned(const struct report *report)
{
	for (size_t i = 0; i < report->server_count; i++)
		if (report->servers[i].source != FACT_SOURCE_STATIC)
			return true;
	return false;
}

static void
print_line(struct text_pen *pen, const char *text)
{
	text_pen_begin(pen, 0);
	text_pen_rest(pen, text, INDENT);
	text_pen_end(pen);
}

static void
print_configured(struct text_pen *pen, const struct report *report)
{
	struct strbuf text = {0};

	strbuf_add(&text, "DNS servers: ");
	for (size_t i = 0; i < report->server_count; i++) {
		strbuf_add(&text, i > 0 ? ", " : "");
		text_server_add(&text, &report->servers[i].endpoint);
		strbuf_printf(&text, " (%s)",
		    fact_source_name(report->servers[i].source));
	}
	strbuf_add(&text, report->server_count == 0 ? "none known" : "");
	print_line(pen, text.s);
	strbuf_free(&text);
}

static void
print_server(struct text_pen *pen, const struct fact_server *server, unsigned columns)
{
	const char *ifname = server->endpoint.ifname;
	struct strbuf text = {0}, from = {0};

	text_server_add(&text, &server->endpoint);
	strbuf_add(&from, fact_source_name(server->source));
	if (server->source != FACT_SOURCE_STATIC && ifname[0] != '\0')
		strbuf_printf(&from, " on %s", ifname);
	text_pen_begin(pen, INDENT);
	text_pen_cell(pen, text.s, columns, INK_NONE);
	text_pen_rest(pen, from.s, 2 * INDENT);
	text_pen_end(pen);
	strbuf_free(&text);
	strbuf_free(&from);
}

static unsigned
server_columns(const struct report *report)
{
	unsigned columns = 0, len;

	for (size_t i = 0; i < report->server_count; i++) {
		struct strbuf text = {0};

		text_server_add(&text, &report->servers[i].endpoint);
		len = text_pen_columns(text.s);
		columns = len > columns ? len : columns;
		strbuf_free(&text);
	}
	return columns;
}

static void
print_sources(struct text_pen *pen, const struct report *report, bool all)
{
	bool begun = false;

	for (size_t i = 0; i < report->source_count; i++) {
		if (!all && report->sources[i].available)
			continue;
		if (!begun)
			print_line(pen, "DHCP sources:");
		begun = true;
		print_source(pen, &report->sources[i]);
	}
}

static void
print_source(struct text_pen *pen, const struct report_source *source)
{
	struct strbuf text = {0};

	if (source->ifname != NULL)
		strbuf_printf(&text, "%s: ", source->ifname);
	if (!source->available)
		strbuf_add(&text, "not available: ");
	strbuf_add(&text, source->text);
	text_pen_begin(pen, INDENT);
	text_pen_cell(pen, fact_source_name(source->source), SOURCE_COLUMNS,
	    source->available ? INK_NONE : INK_NOTICE);
	text_pen_rest(pen, text.s, 2 * INDENT);
	text_pen_end(pen);
	strbuf_free(&text);
}
