/*
 * sim_msg: DNS messages seen from the server's side, by a codec of its own, so that
 * client and server do not share mistakes.
 */
#ifndef SIM_MSG_H
#define SIM_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_rr.h"

#define SIM_OPCODE_QUERY 0
#define SIM_OPCODE_UPDATE 5 /* RFC 2136 1.3 */

struct sim_msg {
	uint16_t id;
	uint16_t flags; /* the Z bits and all, as read */
	bool qr;
	uint8_t opcode;
	bool aa;
	bool tc;
	bool rd;
	bool ra;
	uint8_t rcode;
	bool has_question; /* UPDATE: the zone section */
	struct name qname;
	uint16_t qtype;
	uint16_t qclass;
	struct sim_rrs answers;    /* UPDATE: prerequisites */
	struct sim_rrs authority;  /* UPDATE: changes */
	struct sim_rrs additional;
};

/* False: malformed; *msg is then only good for sim_msg_free(). */
bool sim_msg_read(struct sim_msg *msg, const uint8_t *bytes, size_t len);

/* Octets written; names are not compressed.  cap must suffice. */
size_t sim_msg_write(const struct sim_msg *msg, uint8_t *bytes, size_t cap);

/* The answer to a message: id, opcode, RD and question taken over, QR set. */
struct sim_msg sim_msg_reply(const struct sim_msg *asked);

void sim_msg_free(struct sim_msg *msg);

/* Append one line for the trace, without a newline: what is asked or answered. */
void sim_msg_print(const struct sim_msg *msg, struct strbuf *out);

#endif
