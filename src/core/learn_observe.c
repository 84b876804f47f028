/*
 * learn_observe: DHCP exchanges of the machine's own clients, as AMT sees them.
 *
 * Anybody on the link can send an ACK.  One counts only when its question was seen
 * leaving this very link a short while ago, when it comes from the server that was asked
 * and speaks to our hardware address, and when the kernel then has the address.  Of the
 * answers to one question the first counts: so a second server cannot make it oscillate.
 * A NAK does nothing by itself (the kernel removes the address), FORCERENEW and
 * RECONFIGURE are for the client.
 */
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/learn_parts.h"

#define UNSAID_S 86400 /* an answer without a lease time */

static bool packet4(struct learn *, struct step *, const struct event *,
    const struct packet *);
static bool packet6(struct learn *, struct step *, const struct event *,
    const struct packet *);
static bool is_our_hardware(const struct learn *, uint32_t ifindex,
    const struct dhcp4 *);
static void remember4(struct learn *, const struct event *, const struct packet *,
    const struct dhcp4 *);
static void remember6(struct learn *, const struct event *, const struct dhcp6 *);
static struct learn_request *request_of(struct learn *, enum family, uint32_t ifindex,
    uint32_t xid, int64_t now_us);
static struct learn_request *new_request(struct learn *, enum family, uint32_t ifindex,
    uint32_t xid, int64_t now_us);
static bool accept4(struct learn *, struct step *, uint32_t ifindex,
    const struct packet *, const struct dhcp4 *);
static bool accept6(struct learn *, struct step *, uint32_t ifindex,
    const struct dhcp6 *);
static bool keep(struct learn *, struct step *, uint32_t ifindex, enum family,
    const struct dhcp_info *, const struct learn_request *);
static uint32_t lasting_s(enum family, const struct dhcp_info *);
static bool has_address(const struct learn *, uint32_t ifindex, const struct addr *);

bool
learn_packet(struct learn *learn, struct step *step, const struct event *event)
{
	struct packet packet;

	if (config_dns_source(learn->config) != DNS_SOURCE_DHCP ||
	    packet_open(event->bytes, event->len, event->checksum_partial, &packet) !=
	    FAULT_NONE)
		return false;
	return packet.source.family == FAMILY_IPV4 ?
	    packet4(learn, step, event, &packet) : packet6(learn, step, event, &packet);
}

static bool
packet4(struct learn *learn, struct step *step, const struct event *event,
    const struct packet *packet)
{
	struct dhcp4 message;

	if (packet->source_port != DHCP4_SERVER_PORT &&
	    packet->destination_port != DHCP4_SERVER_PORT)
		return false;
	if (dhcp4_parse(packet->payload, packet->len, &message) != FAULT_NONE ||
	    !is_our_hardware(learn, event->ifindex, &message))
		return false;
	if (event->outgoing) {
		if (message.op == 1 && packet->destination_port == DHCP4_SERVER_PORT &&
		    !learn_is_own(learn, FAMILY_IPV4, message.xid))
			remember4(learn, event, packet, &message);
		return false;
	}
	if (message.op != 2 || message.type != DHCP4_ACK ||
	    packet->source_port != DHCP4_SERVER_PORT)
		return false;
	if (learn_is_own(learn, FAMILY_IPV4, message.xid))
		return learn_answer4(learn, step, event->ifindex, &message);
	return accept4(learn, step, event->ifindex, packet, &message);
}

static bool
packet6(struct learn *learn, struct step *step, const struct event *event,
    const struct packet *packet)
{
	struct dhcp6 message;

	if (packet->destination_port != DHCP6_CLIENT_PORT &&
	    packet->destination_port != DHCP6_SERVER_PORT)
		return false;
	if (dhcp6_parse(packet->payload, packet->len, &message) != FAULT_NONE)
		return false;
	if (event->outgoing) {
		if (packet->destination_port == DHCP6_SERVER_PORT &&
		    !learn_is_own(learn, FAMILY_IPV6, message.xid))
			remember6(learn, event, &message);
		return false;
	}
	if (message.type != DHCP6_REPLY || message.status != 0 ||
	    packet->destination_port != DHCP6_CLIENT_PORT ||
	    packet->source_port != DHCP6_SERVER_PORT)
		return false;
	if (learn_is_own(learn, FAMILY_IPV6, message.xid))
		return learn_answer6(learn, step, event->ifindex, &message);
	return accept6(learn, step, event->ifindex, &message);
}

/* --- what the machine's own clients ask --------------------------------------------- */

/* Also of a request: what a bridge forwards for others is not ours. */
static bool
is_our_hardware(const struct learn *learn, uint32_t ifindex, const struct dhcp4 *message)
{
	const struct fact_link *link =
	    fact_net_link_by_index(&learn->facts->net, ifindex);

	return link != NULL && link->hwaddr_len == message->hwaddr_len &&
	    memcmp(link->hwaddr, message->hwaddr, link->hwaddr_len) == 0;
}

/* The server asked is the one named (option 54), or the one written to (RFC 2131
 * 4.4.5: a lease is renewed by unicast). */
static void
remember4(struct learn *learn, const struct event *event, const struct packet *packet,
    const struct dhcp4 *message)
{
	struct learn_request *request;

	if (message->type != DHCP4_DISCOVER && message->type != DHCP4_REQUEST &&
	    message->type != DHCP4_INFORM)
		return;
	learn->seen = true;
	request = new_request(learn, FAMILY_IPV4, event->ifindex, message->xid,
	    event->at_us);
	request->inform = message->type == DHCP4_INFORM;
	if (message->has_server_id)
		request->server = message->server_id;
	else if (!addr_is_broadcast(&packet->destination))
		request->server = packet->destination;
}

static void
remember6(struct learn *learn, const struct event *event, const struct dhcp6 *message)
{
	struct learn_request *request;

	switch (message->type) {
	case DHCP6_SOLICIT: /* with rapid commit */
	case DHCP6_REQUEST:
	case DHCP6_RENEW:
	case DHCP6_REBIND:
	case DHCP6_INFORMATION_REQUEST:
		break;
	default: /* their answers say nothing of servers */
		return;
	}
	learn->seen = true;
	request = new_request(learn, FAMILY_IPV6, event->ifindex, message->xid,
	    event->at_us);
	request->inform = message->type == DHCP6_INFORMATION_REQUEST;
	request->client = message->client;
	request->duid = message->server;
}

static struct learn_request *
request_of(struct learn *learn, enum family family, uint32_t ifindex, uint32_t xid,
    int64_t now_us)
{
	for (size_t i = 0; i < LEARN_REQUESTS_MAX; i++) {
		struct learn_request *request = &learn->requests[i];

		if (request->family == family && request->ifindex == ifindex &&
		    request->xid == xid && now_us - request->seen_us < LEARN_REQUEST_US)
			return request;
	}
	return NULL;
}

/* The same place when it is sent again, else the oldest. */
static struct learn_request *
new_request(struct learn *learn, enum family family, uint32_t ifindex, uint32_t xid,
    int64_t now_us)
{
	struct learn_request *request = request_of(learn, family, ifindex, xid, now_us);

	if (request == NULL) {
		request = &learn->requests[0];
		for (size_t i = 1; i < LEARN_REQUESTS_MAX; i++)
			if (learn->requests[i].seen_us < request->seen_us)
				request = &learn->requests[i];
	}
	*request = (struct learn_request){
		.seen_us = now_us,
		.family = family,
		.ifindex = ifindex,
		.xid = xid,
	};
	return request;
}

/* --- what they are told ------------------------------------------------------------- */

static bool
accept4(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct packet *packet, const struct dhcp4 *message)
{
	struct learn_request *request = request_of(learn, FAMILY_IPV4, ifindex,
	    message->xid, step->now_us);

	if (!learn->in_use[FACT_SOURCE_OBSERVED] || request == NULL ||
	    packet->destination_port != DHCP4_CLIENT_PORT || !message->has_server_id ||
	    !message->info.has_address)
		return false;
	if (request->server.family != FAMILY_NONE &&
	    !addr_equal(&request->server, &message->server_id))
		return false;
	request->server = message->server_id;
	return keep(learn, step, ifindex, FAMILY_IPV4, &message->info, request);
}

static bool
accept6(struct learn *learn, struct step *step, uint32_t ifindex,
    const struct dhcp6 *message)
{
	struct learn_request *request = request_of(learn, FAMILY_IPV6, ifindex,
	    message->xid, step->now_us);

	if (!learn->in_use[FACT_SOURCE_OBSERVED] || request == NULL ||
	    message->server.len == 0 || !learn_is_duid(&request->client, &message->client))
		return false;
	if (request->duid.len != 0 && !learn_is_duid(&request->duid, &message->server))
		return false;
	request->duid = message->server;
	return keep(learn, step, ifindex, FAMILY_IPV6, &message->info, request);
}

bool
learn_is_duid(const struct dhcp6_duid *a, const struct dhcp6_duid *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/*
 * The address shows in netlink a moment later, as a rule: until then what was known
 * stays.  The same once more only lasts longer, and there is nothing to settle.
 */
static bool
keep(struct learn *learn, struct step *step, uint32_t ifindex, enum family family,
    const struct dhcp_info *info, const struct learn_request *request)
{
	bool pending = info->has_address && !has_address(learn, ifindex, &info->address);
	struct learn_entry *entry = learn_find(learn, FACT_SOURCE_OBSERVED, family,
	    ifindex, pending);
	struct learn_entry old;
	bool is_new = entry == NULL;

	if (is_new) {
		entry = learn_add(learn, FACT_SOURCE_OBSERVED, family);
		if (entry == NULL)
			return false;
		entry->ifindex = ifindex;
	}
	old = *entry;
	entry->info = *info;
	entry->has_witness = info->has_address;
	entry->witness = info->address;
	entry->info.has_address = info->has_address && !request->inform;
	entry->server = request->server;
	entry->pending_until_us = pending ? step->now_us + LEARN_PENDING_US : 0;
	entry->expires_us = learn_after(step, lasting_s(family, info));
	return is_new || entry->expires_us < old.expires_us ||
	    !dhcp_equal(&entry->info, &old.info) ||
	    (info->has_address && !addr_equal(&entry->witness, &old.witness));
}

/* What comes without a lease is asked for anew by its own time, here half its life. */
static uint32_t
lasting_s(enum family family, const struct dhcp_info *info)
{
	uint32_t renew_s = family == FAMILY_IPV6 && info->renew_s != 0 ?
	    info->renew_s : UNSAID_S;

	if (info->lease_s != 0)
		return info->lease_s;
	return renew_s < FACT_FOREVER / 2 ? 2 * renew_s : FACT_FOREVER;
}

static bool
has_address(const struct learn *learn, uint32_t ifindex, const struct addr *addr)
{
	const struct fact_link *link =
	    fact_net_link_by_index(&learn->facts->net, ifindex);

	return link != NULL && fact_link_addr(link, addr) != NULL;
}
