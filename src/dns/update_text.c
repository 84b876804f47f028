/*
 * update_text: an update as input for nsupdate(1).
 */
#include <string.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/update.h"

static void format_server(const struct endpoint *server, struct strbuf *out);
static void format_prereq(const char *owner, const struct prereq *prereq,
    struct strbuf *out);
static void format_change(const char *owner, const struct change *change,
    struct strbuf *out);
static const char *format_name(const struct name *name, char buf[NAME_TEXT_MAX + 1]);

void
update_format(const struct update *update, const struct endpoint *server,
    struct strbuf *out)
{
	char zone[NAME_TEXT_MAX + 1];
	char owner[NAME_TEXT_MAX + 1];

	format_server(server, out);
	strbuf_printf(out, "zone %s\n", format_name(&update->zone, zone));
	format_name(&update->owner, owner);
	for (size_t i = 0; i < update->prereq_count; i++)
		format_prereq(owner, &update->prereqs[i], out);
	for (size_t i = 0; i < update->change_count; i++)
		format_change(owner, &update->changes[i], out);
	strbuf_add(out, "send\n");
}

static void
format_server(const struct endpoint *server, struct strbuf *out)
{
	char text[ADDR_TEXT_MAX];

	strbuf_printf(out, "server %s%s%s %u\n", addr_format(&server->addr, text),
	    server->ifname[0] != '\0' ? "%" : "", server->ifname,
	    (unsigned)server->port);
}

static void
format_prereq(const char *owner, const struct prereq *prereq, struct strbuf *out)
{
	char text[ADDR_TEXT_MAX];

	if (prereq->kind == PREREQ_ABSENT)
		strbuf_printf(out, "prereq nxrrset %s %s\n", owner,
		    rrtype_name(prereq->type));
	else
		strbuf_printf(out, "prereq yxrrset %s IN %s %s\n", owner,
		    rrtype_name(prereq->type), addr_format(&prereq->addr, text));
}

static void
format_change(const char *owner, const struct change *change, struct strbuf *out)
{
	const char *type = rrtype_name(change->type);
	char text[ADDR_TEXT_MAX];

	switch (change->kind) {
	case CHANGE_ADD:
		strbuf_printf(out, "update add %s %u %s %s\n", owner,
		    (unsigned)change->ttl, type, addr_format(&change->addr, text));
		break;
	case CHANGE_DELETE:
		strbuf_printf(out, "update delete %s %s %s\n", owner, type,
		    addr_format(&change->addr, text));
		break;
	case CHANGE_DELETE_RRSET:
		strbuf_printf(out, "update delete %s %s\n", owner, type);
		break;
	}
}

/* nsupdate takes a name as it stands only with its trailing dot. */
static const char *
format_name(const struct name *name, char buf[NAME_TEXT_MAX + 1])
{
	size_t len;

	name_format(name, buf);
	if (name_is_root(name))
		return buf;
	len = strlen(buf);
	buf[len] = '.';
	buf[len + 1] = '\0';
	return buf;
}
