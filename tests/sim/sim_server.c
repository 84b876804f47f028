/* sim_server: queries and updates, as a server sees them. */
#include "ddnsupd/wire.h"

#include "sim_server.h"

#define REFERRALS_MAX 8

static void handle_query(const struct sim_server *server, const struct sim_realm *realm,
    const struct sim_msg *asked, struct sim_msg *reply);
static void recurse(const struct sim_realm *realm, const struct sim_msg *asked,
    struct sim_msg *reply);
static void resolve(const struct sim_realm *realm, const struct name *name,
    uint16_t qtype, struct sim_msg *reply);
static const struct sim_zone *top_zone(const struct sim_realm *realm,
    const struct name *name);
static const struct sim_zone *referred(const struct sim_realm *realm,
    const struct sim_msg *reply);
static bool next_alias(const struct sim_msg *reply, struct name *name);
static void handle_update(struct sim_server *server, const struct sim_msg *asked,
    struct sim_msg *reply, struct sim_deed *deed);
static struct sim_served *served_exactly(struct sim_server *server,
    const struct name *apex);
static uint8_t update_zone(struct sim_server *server, struct sim_served *served,
    const struct sim_msg *asked, struct sim_deed *deed);
static void dress(const struct sim_server *server, const struct sim_msg *asked,
    struct sim_msg *reply);
static size_t cut(struct sim_msg *reply, uint8_t *bytes, size_t cap);

size_t
sim_server_handle(struct sim_server *server, const struct sim_realm *realm,
    const uint8_t *bytes, size_t len, bool tcp, uint8_t *reply, size_t cap,
    struct sim_deed *deed)
{
	struct sim_msg asked, answer;
	size_t size = 0;

	*deed = (struct sim_deed){ 0 };
	if (sim_msg_read(&asked, bytes, len) && !asked.qr && asked.has_question) {
		answer = sim_msg_reply(&asked);
		if (server->servfail)
			answer.rcode = RCODE_SERVFAIL;
		else if (asked.opcode == SIM_OPCODE_UPDATE)
			handle_update(server, &asked, &answer, deed);
		else
			handle_query(server, realm, &asked, &answer);
		if (asked.opcode == SIM_OPCODE_UPDATE)
			dress(server, &asked, &answer);
		size = sim_msg_write(&answer, reply, cap);
		if (!tcp && size > SIM_UDP_MAX)
			size = cut(&answer, reply, cap);
		sim_msg_free(&answer);
	}
	sim_msg_free(&asked);
	return size;
}

const struct sim_served *
sim_server_find(const struct sim_server *server, const struct name *name)
{
	const struct sim_served *best = NULL;

	for (size_t i = 0; i < server->served_count; i++) {
		const struct sim_served *served = &server->served[i];

		if (name_is_within(name, &served->zone->apex) && (best == NULL ||
		    served->zone->apex.len > best->zone->apex.len))
			best = served;
	}
	return best;
}

static void
handle_query(const struct sim_server *server, const struct sim_realm *realm,
    const struct sim_msg *asked, struct sim_msg *reply)
{
	const struct sim_served *served = sim_server_find(server, &asked->qname);

	reply->ra = server->recursive;
	if (served != NULL)
		sim_zone_query(served->zone, &asked->qname, asked->qtype, reply);
	if (server->recursive && asked->rd && !reply->aa)
		recurse(realm, asked, reply);
	else if (served == NULL)
		reply->rcode = RCODE_REFUSED;
}

/* RFC 1034 5.3.3, with every zone of the world at hand. */
static void
recurse(const struct sim_realm *realm, const struct sim_msg *asked,
    struct sim_msg *reply)
{
	struct name name = asked->qname;

	sim_msg_free(reply);
	reply->rcode = RCODE_NOERROR;
	for (int hops = 0; hops < REFERRALS_MAX; hops++) {
		resolve(realm, &name, asked->qtype, reply);
		if (asked->qtype == RRTYPE_CNAME || !next_alias(reply, &name))
			break;
	}
	reply->aa = false;
}

/* From the highest zone of the world down along its referrals. */
static void
resolve(const struct sim_realm *realm, const struct name *name, uint16_t qtype,
    struct sim_msg *reply)
{
	const struct sim_zone *zone = top_zone(realm, name);
	struct name root = sim_name("."), mname = sim_name("a.root-servers.net");
	struct sim_rr soa = sim_rr_soa(&root, &mname, 1);

	if (zone == NULL) {
		reply->rcode = RCODE_NXDOMAIN;
		sim_rrs_add(&reply->authority, &soa);
		return;
	}
	for (int steps = 0; steps < REFERRALS_MAX && zone != NULL; steps++) {
		sim_zone_query(zone, name, qtype, reply);
		if (reply->authority.count == 0 ||
		    reply->authority.items[0].type != RRTYPE_NS)
			return;
		zone = referred(realm, reply);
		sim_rrs_free(&reply->authority);
		sim_rrs_free(&reply->additional);
	}
	reply->rcode = RCODE_SERVFAIL; /* a lame delegation */
}

static const struct sim_zone *
top_zone(const struct sim_realm *realm, const struct name *name)
{
	const struct sim_zone *top = NULL;

	for (size_t i = 0; i < realm->zone_count; i++)
		if (name_is_within(name, &realm->zones[i]->apex) &&
		    (top == NULL || realm->zones[i]->apex.len < top->apex.len))
			top = realm->zones[i];
	return top;
}

static const struct sim_zone *
referred(const struct sim_realm *realm, const struct sim_msg *reply)
{
	const struct name *cut_name = &reply->authority.items[0].owner;

	for (size_t i = 0; i < realm->zone_count; i++)
		if (name_equal(&realm->zones[i]->apex, cut_name))
			return realm->zones[i];
	return NULL;
}

/* The last alias of the answer leads on: nothing stands there yet. */
static bool
next_alias(const struct sim_msg *reply, struct name *name)
{
	const struct sim_rr *last;

	if (reply->answers.count == 0 || reply->authority.count > 0)
		return false;
	last = &reply->answers.items[reply->answers.count - 1];
	if (last->type != RRTYPE_CNAME)
		return false;
	*name = sim_rr_target(last);
	return true;
}

static void
handle_update(struct sim_server *server, const struct sim_msg *asked,
    struct sim_msg *reply, struct sim_deed *deed)
{
	struct sim_served *served = served_exactly(server, &asked->qname);

	if (server->not_imp)
		reply->rcode = RCODE_NOTIMP;
	else if (server->servfail_updates)
		reply->rcode = RCODE_SERVFAIL;
	else if (asked->qtype != RRTYPE_SOA || asked->qclass != SIM_CLASS_IN)
		reply->rcode = RCODE_FORMERR; /* RFC 2136 3.1.1 */
	else if (served == NULL)
		reply->rcode = server->brand == SIM_SAMBA ? RCODE_FORMERR :
		    RCODE_NOTAUTH;
	else if (server->access == SIM_CLOSED ||
	    (served->primary != NULL && !served->forwards))
		reply->rcode = server->brand == SIM_KNOT ? RCODE_NOTAUTH :
		    RCODE_REFUSED;
	else
		reply->rcode = update_zone(server, served, asked, deed);
}

static struct sim_served *
served_exactly(struct sim_server *server, const struct name *apex)
{
	for (size_t i = 0; i < server->served_count; i++)
		if (name_equal(&server->served[i].zone->apex, apex))
			return &server->served[i];
	return NULL;
}

/* A forwarding secondary hands the message on to its primary (RFC 2136 6). */
static uint8_t
update_zone(struct sim_server *server, struct sim_served *served,
    const struct sim_msg *asked, struct sim_deed *deed)
{
	struct sim_update_manner manner = { .keep_ttl = server->brand == SIM_SAMBA,
		.ignore_changes = server->access == SIM_LIAR };

	deed->zone = served->primary != NULL ? served->primary : served->zone;
	sim_rrs_copy(&deed->before, &deed->zone->rrs);
	return sim_zone_update(deed->zone, asked, &manner, &deed->changed);
}

/* What an UPDATE's answer carries besides the header (RFC 2136 3.8 leaves it open). */
static void
dress(const struct sim_server *server, const struct sim_msg *asked,
    struct sim_msg *reply)
{
	if (server->brand == SIM_TERSE)
		reply->has_question = false;
	if (server->brand == SIM_SAMBA)
		sim_rrs_copy(&reply->answers, &asked->answers);
	if (server->wrong_zone)
		reply->qname = sim_name("elsewhere.example");
}

static size_t
cut(struct sim_msg *reply, uint8_t *bytes, size_t cap)
{
	struct sim_msg head = *reply;

	head.tc = true;
	head.answers = head.authority = head.additional = (struct sim_rrs){ 0 };
	return sim_msg_write(&head, bytes, cap);
}
