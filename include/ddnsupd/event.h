/*
 * event: everything that can happen, and everything we may do about it.
 *
 * What shell and core both know.  The shell turns the outside into struct event, the
 * core answers with struct effects; neither calls the other.
 */
#ifndef DDNSUPD_EVENT_H
#define DDNSUPD_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/fault.h"
#include "ddnsupd/lease.h"

struct config;

/* --- what happens ------------------------------------------------------------------ */

enum event_kind {
	EVENT_START,      /* begin: everything known at the start was given before */
	EVENT_NET,        /* a new snapshot of links, addresses, routes */
	EVENT_HOST,       /* the host's name, as the three texts it is derived from */
	EVENT_ANSWER,     /* bytes came for a SEND or a LOOKUP */
	EVENT_FAULT,      /* a SEND or LOOKUP cannot bring an answer (any more) */
	EVENT_SAVED,      /* the state of this id is on the disk */
	EVENT_SAVE_FAILED,
	EVENT_WAKE,       /* the instant asked for by wake_at_us */
	EVENT_STOP,       /* finish now: SIGINT or SIGTERM */
	/* what teaches (protocol.md 1) */
	EVENT_PACKET,     /* a DHCP packet seen on a link, coming or going */
	EVENT_LEASE,      /* a lease file as it is now, or gone */
	EVENT_ND,         /* RDNSS and DNSSL of a router advertisement */
	EVENT_SOURCE,     /* a source cannot work, or can again */
	/* the daemon's */
	EVENT_RESUME,     /* the machine has slept, or its clock was set */
	EVENT_REFRESH,    /* SIGUSR1: update everything now */
	EVENT_CONFIG,     /* the file was read again: a configuration, or why not */
	EVENT_REQUEST,    /* one line from a control client */
	EVENT_GONE,       /* a control client has closed */
};

struct event {
	enum event_kind kind;
	enum fault fault;         /* FAULT, SAVE_FAILED */
	int64_t at_us;            /* now (clock.h) */
	uint64_t id;              /* ANSWER, FAULT, SAVED, SAVE_FAILED: of the effect */
	const uint8_t *bytes;     /* ANSWER: one datagram or one TCP message, no length */
	size_t len;               /*   prefix; owned by the poster, valid for the step */
	struct addr local;        /* ANSWER to a SEND: our own address on that socket */
	const struct fact_net *net; /* NET: copied by the core */
	uint32_t ifindex;         /* PACKET, ND: the link */
	bool outgoing;            /* PACKET: it leaves this machine */
	bool checksum_partial;    /* PACKET: its checksum is left to the device */
	enum lease_kind lease_kind; /* LEASE: bytes are the file's, NULL: it is gone, or
	                           * not believed: error says why */
	enum fact_source source;  /* SOURCE; error: why it cannot, NULL: it can */
	const char *path;         /* LEASE: directory and name; the directory alone when
	                           * that cannot be read */
	int64_t written_s;        /* LEASE: its modification, wall time */
	const char *node_name;    /* HOST: uname's, and the text of the two files, NULL */
	const char *hosts_text;   /*   where there is none; valid for the step */
	const char *resolv_text;
	int signal;               /* STOP: SIGINT or SIGTERM's number */
	int64_t wall_s;           /* START, RESUME, LEASE: seconds since 1970, for the state file
	                           * and for people */
	uint64_t client;          /* REQUEST, GONE: who; CONFIG: who asked; 0: nobody */
	bool may_change;          /* REQUEST: root or our own user (SO_PEERCRED) */
	struct config *config;    /* CONFIG: taken over by the core; NULL: refused */
	const char *error;        /* CONFIG refused: the one line that says why; SOURCE,
	                           * LEASE */
};

/* --- what we do -------------------------------------------------------------------- */

enum effect_kind {
	EFFECT_SEND,      /* bytes to a server; ANSWERs or one FAULT come back under id */
	EFFECT_CLOSE,     /* no more answers wanted under id: close its socket */
	EFFECT_LOOKUP,    /* one query by the resolver library; ANSWER or FAULT, once */
	EFFECT_SAVE,      /* write text to the state file; SAVED or SAVE_FAILED */
	EFFECT_ASK,       /* bytes to DHCP servers; what they say comes as PACKET */
	EFFECT_NOTE,      /* say it: log, watch, trace */
	EFFECT_FINISH,    /* the run is over */
	/* the daemon's */
	EFFECT_REPLY,     /* one line to a control client */
	EFFECT_STREAM,    /* from now on the client gets every note, too (watch) */
	EFFECT_RELOAD,    /* read the configuration again, answer with CONFIG */
	EFFECT_STATUS,    /* one line a person understands, for the service manager */
};

enum note_level {  /* syslog(3) priorities */
	NOTE_ERROR = 3,
	NOTE_WARNING = 4,
	NOTE_NOTICE = 5,  /* shown by default: what a person waits for */
	NOTE_INFO = 6,    /* --verbose */
	NOTE_DEBUG = 7,   /* --verbose twice */
};

/*
 * EFFECT_SEND: a fresh connected socket for each; the shell knows nothing of DNS but the
 * TCP length prefix.  UDP: every datagram is an ANSWER, the socket stays open until
 * CLOSE or FAULT.  TCP: connect (3 s), send, then every whole frame is an ANSWER.
 * EFFECT_ASK: one UDP datagram from `local` through the interface server.ifname, from any
 * port, to a unicast, broadcast or multicast address; FAULT when it cannot be sent.  The
 * socket stays open until CLOSE, so that no answer meets a closed port.
 * EFFECT_LOOKUP: c-ares, one server, one try, RD=1 (RFC 1035 4.1.1); within timeout_us
 * comes ANSWER with the whole message, or FAULT.
 */
struct effect {
	enum effect_kind kind;
	uint64_t id;
	struct endpoint server;   /* SEND, LOOKUP, ASK */
	struct addr local;        /* ASK: from where */
	bool tcp;                 /* SEND */
	uint8_t *bytes;           /* SEND, ASK: owned by the effect */
	size_t len;
	char *qname;              /* LOOKUP: text form, absolute, no trailing dot */
	uint16_t qtype;           /* LOOKUP */
	int64_t timeout_us;       /* LOOKUP */
	char *text;               /* SAVE: file content; NOTE: sentence; REPLY, STATUS:
	                           * the line, without its newline */
	enum note_level level;    /* NOTE */
	char *subject;            /* NOTE: registration, zone, server, interface */
	int exit;                 /* FINISH */
	uint64_t client;          /* REPLY, STREAM, RELOAD: who */
	bool json;                /* STREAM: as JSON lines */
};

struct effects {
	struct effect *items;
	size_t count;
	size_t cap;
	int64_t wake_at_us;       /* CLOCK_NEVER: no need */
};

/* Append a zeroed effect of the kind.  The pointer holds until the next addition. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);

/* Append a note: "subject: text". */
void effects_note(struct effects *effects, enum note_level level, const char *subject,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Free what the effects own and make the list empty; it can be used again. */
void effects_clear(struct effects *effects);
void effects_free(struct effects *effects);

#endif
