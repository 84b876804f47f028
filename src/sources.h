/*
 * sources: the shells that DHCP facts come from (protocol.md 1), each as far as the
 * configuration wants it.
 */
#ifndef DDNSUPD_SOURCES_H
#define DDNSUPD_SOURCES_H

#include <stdbool.h>

#include "ddnsupd/config.h"
#include "ddnsupd/event.h"
#include "shell/leasefile.h"
#include "shell/logsink.h"
#include "shell/packet_socket.h"
#include "shell/uvx.h"

struct sources_setup {
	struct logsink *log;            /* in place until the loop has run dry */
	struct leasefile_users users;   /* as far as they are known */
	struct packet_socket *packets;  /* the caller's, in place until the loop has run
	                                 * dry; a single run opens it when it must */
	bool lasting;                   /* a daemon; else a single run: what costs start
	                                 * time is put off, it may not be needed */
};

struct sources;

/* Does the configuration want the packet socket, which is opened before rights go? */
bool sources_need_socket(const struct config *config);

struct sources *sources_new(struct uvx *uvx, const struct sources_setup *setup,
    const struct config *config);

/* The first look: posts the lease files that are there. */
void sources_introduce(struct sources *sources);

/* Hear of what happens from now on. */
void sources_start(struct sources *sources);

/* The configuration was read again: what it wants no more is closed, the rest looks. */
void sources_follow(struct sources *sources, const struct config *config);

/* Carry out EFFECT_ASK and its EFFECT_CLOSE. */
void sources_ask(struct sources *sources, const struct effect *effect);
void sources_end(struct sources *sources, uint64_t id);

/* Stop; freed by the loop. */
void sources_close(struct sources *sources);

#endif
