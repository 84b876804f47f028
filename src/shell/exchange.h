/*
 * exchange: messages to servers and what comes back, over UDP and TCP.
 *
 * Knows nothing of DNS but the two-octet length before a message in TCP (RFC 1035
 * 4.2.2): every datagram and every whole frame is an EVENT_ANSWER.
 */
#ifndef DDNSUPD_SHELL_EXCHANGE_H
#define DDNSUPD_SHELL_EXCHANGE_H

#include "ddnsupd/event.h"
#include "shell/uvx.h"

struct exchange;

struct exchange *exchange_new(struct uvx *uvx);

/*
 * Carry out EFFECT_SEND.  ANSWERs come under its id until exchange_end(), or until the
 * one FAULT that ends it: PORT_UNREACHABLE, UNREACHABLE, NO_INTERFACE, SEND, RESET;
 * TCP also CONNECT, and TIMEOUT when there is no connection after 3 s.
 */
void exchange_send(struct exchange *exchange, const struct effect *effect);

/* Carry out EFFECT_CLOSE; an id that is not (any more) ours is nothing to do. */
void exchange_end(struct exchange *exchange, uint64_t id);

/* Ends all; freed by the loop. */
void exchange_close(struct exchange *exchange);

#endif
