/* sim_msg: RFC 1035 4.1 and RFC 2136 2, both directions. */
#include <assert.h>
#include <string.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/wire.h"

#include "sim_msg.h"

struct reader {
	const uint8_t *bytes;
	size_t len;
	size_t at;
	bool bad;
};

struct writer {
	uint8_t *bytes;
	size_t cap;
	size_t at;
};

static void read_section(struct reader *r, size_t count, struct sim_rrs *list);
static void read_rr(struct reader *r, struct sim_rr *rr);
static void read_name(struct reader *r, struct name *name);
static uint16_t read_u16(struct reader *r);
static uint32_t read_u32(struct reader *r);
static uint16_t flags_of(const struct sim_msg *msg);
static void write_section(struct writer *w, const struct sim_rrs *list);
static void write_bytes(struct writer *w, const void *bytes, size_t len);
static void write_u16(struct writer *w, uint16_t value);

bool
sim_msg_read(struct sim_msg *msg, const uint8_t *bytes, size_t len)
{
	struct reader r = { .bytes = bytes, .len = len };
	uint16_t counts[4];

	*msg = (struct sim_msg){ 0 };
	msg->id = read_u16(&r);
	msg->flags = read_u16(&r);
	msg->qr = (msg->flags & 0x8000) != 0;
	msg->opcode = (uint8_t)(msg->flags >> 11 & 15);
	msg->aa = (msg->flags & 0x0400) != 0;
	msg->tc = (msg->flags & 0x0200) != 0;
	msg->rd = (msg->flags & 0x0100) != 0;
	msg->ra = (msg->flags & 0x0080) != 0;
	msg->rcode = (uint8_t)(msg->flags & 15);
	for (int i = 0; i < 4; i++)
		counts[i] = read_u16(&r);
	if (counts[0] > 1)
		r.bad = true;
	msg->has_question = counts[0] == 1;
	if (msg->has_question && !r.bad) {
		read_name(&r, &msg->qname);
		msg->qtype = read_u16(&r);
		msg->qclass = read_u16(&r);
	}
	read_section(&r, counts[1], &msg->answers);
	read_section(&r, counts[2], &msg->authority);
	read_section(&r, counts[3], &msg->additional);
	return !r.bad && r.at == len;
}

size_t
sim_msg_write(const struct sim_msg *msg, uint8_t *bytes, size_t cap)
{
	struct writer w = { .bytes = bytes, .cap = cap };

	write_u16(&w, msg->id);
	write_u16(&w, flags_of(msg));
	write_u16(&w, msg->has_question ? 1 : 0);
	write_u16(&w, (uint16_t)msg->answers.count);
	write_u16(&w, (uint16_t)msg->authority.count);
	write_u16(&w, (uint16_t)msg->additional.count);
	if (msg->has_question) {
		write_bytes(&w, msg->qname.wire, msg->qname.len);
		write_u16(&w, msg->qtype);
		write_u16(&w, msg->qclass);
	}
	write_section(&w, &msg->answers);
	write_section(&w, &msg->authority);
	write_section(&w, &msg->additional);
	return w.at;
}

struct sim_msg
sim_msg_reply(const struct sim_msg *asked)
{
	return (struct sim_msg){ .id = asked->id, .opcode = asked->opcode,
		.qr = true, .rd = asked->rd, .has_question = asked->has_question,
		.qname = asked->qname, .qtype = asked->qtype,
		.qclass = asked->qclass };
}

void
sim_msg_free(struct sim_msg *msg)
{
	sim_rrs_free(&msg->answers);
	sim_rrs_free(&msg->authority);
	sim_rrs_free(&msg->additional);
}

static void
read_section(struct reader *r, size_t count, struct sim_rrs *list)
{
	struct sim_rr rr;

	for (size_t i = 0; i < count && !r->bad; i++) {
		read_rr(r, &rr);
		if (!r->bad)
			sim_rrs_add(list, &rr);
	}
}

static void
read_rr(struct reader *r, struct sim_rr *rr)
{
	*rr = (struct sim_rr){ 0 };
	read_name(r, &rr->owner);
	rr->type = read_u16(r);
	rr->rrclass = read_u16(r);
	rr->ttl = read_u32(r);
	rr->rdata_len = read_u16(r);
	if (r->bad || rr->rdata_len > SIM_RDATA_MAX || r->at + rr->rdata_len > r->len) {
		r->bad = true;
		return;
	}
	memcpy(rr->rdata, r->bytes + r->at, rr->rdata_len);
	r->at += rr->rdata_len;
}

static void
read_name(struct reader *r, struct name *name)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t len = 0, at = r->at;
	bool jumped = false;

	for (int steps = 0; steps < 200 && !r->bad; steps++) {
		uint8_t octet = at < r->len ? r->bytes[at] : 0xff;

		if (octet >= 0xc0 && at + 1 < r->len) { /* RFC 1035 4.1.4 */
			if (!jumped)
				r->at = at + 2;
			jumped = true;
			at = (size_t)(octet & 0x3f) << 8 | r->bytes[at + 1];
			continue;
		}
		if (octet > 63 || at + 1 + octet > r->len ||
		    len + 1 + octet > sizeof(wire))
			break;
		memcpy(wire + len, r->bytes + at, (size_t)octet + 1);
		len += (size_t)octet + 1;
		at += (size_t)octet + 1;
		if (octet == 0) {
			if (!jumped)
				r->at = at;
			if (name_from_wire(name, wire, len) != FAULT_NONE)
				break;
			return;
		}
	}
	r->bad = true;
}

static uint16_t
read_u16(struct reader *r)
{
	uint16_t value;

	if (r->bad || r->at + 2 > r->len) {
		r->bad = true;
		return 0;
	}
	value = (uint16_t)(r->bytes[r->at] << 8 | r->bytes[r->at + 1]);
	r->at += 2;
	return value;
}

static uint32_t
read_u32(struct reader *r)
{
	uint32_t high = read_u16(r);

	return high << 16 | read_u16(r);
}

static uint16_t
flags_of(const struct sim_msg *msg)
{
	return (uint16_t)((msg->qr ? 0x8000 : 0) | msg->opcode << 11 |
	    (msg->aa ? 0x0400 : 0) | (msg->tc ? 0x0200 : 0) | (msg->rd ? 0x0100 : 0) |
	    (msg->ra ? 0x0080 : 0) | msg->rcode);
}

static void
write_section(struct writer *w, const struct sim_rrs *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct sim_rr *rr = &list->items[i];

		write_bytes(w, rr->owner.wire, rr->owner.len);
		write_u16(w, rr->type);
		write_u16(w, rr->rrclass);
		write_u16(w, (uint16_t)(rr->ttl >> 16));
		write_u16(w, (uint16_t)(rr->ttl & 0xffff));
		write_u16(w, rr->rdata_len);
		write_bytes(w, rr->rdata, rr->rdata_len);
	}
}

static void
write_bytes(struct writer *w, const void *bytes, size_t len)
{
	assert(w->at + len <= w->cap);
	memcpy(w->bytes + w->at, bytes, len);
	w->at += len;
}

static void
write_u16(struct writer *w, uint16_t value)
{
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)(value & 255) };

	write_bytes(w, octets, sizeof(octets));
}
