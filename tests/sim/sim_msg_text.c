/* sim_msg_text: messages as lines of a trace. */
#include "ddnsupd/strbuf.h"
#include "ddnsupd/wire.h"

#include "sim_msg.h"

static void print_update(const struct sim_msg *msg, struct strbuf *out);
static void print_prereq(const struct sim_rr *rr, struct strbuf *out);
static void print_change(const struct sim_rr *rr, struct strbuf *out);
static void print_owner(const struct sim_msg *msg, struct strbuf *out);
static void print_answer(const struct sim_msg *msg, struct strbuf *out);
static void print_section(const char *title, const struct sim_rrs *list,
    struct strbuf *out);

void
sim_msg_print(const struct sim_msg *msg, struct strbuf *out)
{
	char name[NAME_TEXT_MAX];

	if (msg->opcode == SIM_OPCODE_UPDATE && !msg->qr) {
		print_update(msg, out);
	} else if (msg->opcode == SIM_OPCODE_UPDATE) {
		strbuf_printf(out, "UPDATE %s", rcode_name(msg->rcode));
	} else if (!msg->qr) {
		strbuf_printf(out, "%s %s%s", rrtype_name(msg->qtype),
		    name_format(&msg->qname, name), msg->rd ? " rd" : "");
	} else {
		print_answer(msg, out);
	}
}

/* Each prerequisite, then each change: "no CNAME, A = 192.0.2.9; -A 192.0.2.9, ...". */
static void
print_update(const struct sim_msg *msg, struct strbuf *out)
{
	char zone[NAME_TEXT_MAX];

	strbuf_printf(out, "UPDATE %s", name_format(&msg->qname, zone));
	print_owner(msg, out);
	for (size_t i = 0; i < msg->answers.count; i++) {
		strbuf_add(out, i == 0 ? ": if " : ", ");
		print_prereq(&msg->answers.items[i], out);
	}
	for (size_t i = 0; i < msg->authority.count; i++) {
		strbuf_add(out, i == 0 ? ": " : ", ");
		print_change(&msg->authority.items[i], out);
	}
}

static void
print_prereq(const struct sim_rr *rr, struct strbuf *out)
{
	if (rr->rrclass == SIM_CLASS_NONE)
		strbuf_add(out, "no ");
	else if (rr->rrclass == SIM_CLASS_ANY)
		strbuf_add(out, "any ");
	else
		strbuf_add(out, "=");
	sim_rr_print(rr, out);
}

static void
print_change(const struct sim_rr *rr, struct strbuf *out)
{
	if (rr->rrclass == SIM_CLASS_IN)
		strbuf_printf(out, "+%u ", rr->ttl);
	else
		strbuf_add(out, rr->rrclass == SIM_CLASS_NONE ? "-" : "-all ");
	sim_rr_print(rr, out);
}

/* The owner of the first record; the monitor sees to it that there is only one. */
static void
print_owner(const struct sim_msg *msg, struct strbuf *out)
{
	const struct sim_rrs *list = msg->authority.count > 0 ? &msg->authority :
	    &msg->answers;
	char owner[NAME_TEXT_MAX];

	if (list->count > 0)
		strbuf_printf(out, " %s", name_format(&list->items[0].owner, owner));
}

static void
print_answer(const struct sim_msg *msg, struct strbuf *out)
{
	strbuf_printf(out, "%s %s%s%s", rrtype_name(msg->qtype), rcode_name(msg->rcode),
	    msg->aa ? " aa" : "", msg->tc ? " tc" : "");
	print_section(" answer", &msg->answers, out);
	print_section(" authority", &msg->authority, out);
	print_section(" additional", &msg->additional, out);
}

static void
print_section(const char *title, const struct sim_rrs *list, struct strbuf *out)
{
	char owner[NAME_TEXT_MAX];

	for (size_t i = 0; i < list->count; i++) {
		const struct sim_rr *rr = &list->items[i];

		strbuf_add(out, i == 0 ? title : ",");
		strbuf_add(out, " ");
		if (rr->type == RRTYPE_NS || rr->type == RRTYPE_CNAME ||
		    rr->type == RRTYPE_DNAME)
			strbuf_printf(out, "%s ", name_format(&rr->owner, owner));
		sim_rr_print(rr, out);
		if (rr->type == RRTYPE_A || rr->type == RRTYPE_AAAA)
			strbuf_printf(out, "/%u", rr->ttl);
	}
}
