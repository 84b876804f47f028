/*
 * sim_rr: resource records as the simulated servers keep them: RDATA as octets, names
 * in it uncompressed.
 */
#ifndef SIM_RR_H
#define SIM_RR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/name.h"
#include "ddnsupd/rrset.h"

struct strbuf;

#define SIM_TYPE_TXT 16  /* RFC 1035 3.2.2 */
#define SIM_CLASS_IN 1   /* RFC 1035 3.2.4 */
#define SIM_CLASS_NONE 254 /* RFC 2136 1.3 */
#define SIM_CLASS_ANY 255
#define SIM_RDATA_MAX 540 /* the longest SOA */

struct sim_rr {
	struct name owner;
	uint16_t type;
	uint16_t rrclass;
	uint32_t ttl; /* seconds */
	uint16_t rdata_len;
	uint8_t rdata[SIM_RDATA_MAX];
};

struct sim_rrs {
	struct sim_rr *items;
	size_t count;
	size_t cap;
};

/* A name from text; `*` and `_` are allowed, "." is the root.  Must be valid. */
struct name sim_name(const char *text);

/* "OWNER TTL TYPE RDATA" for A, AAAA, NS, CNAME, DNAME and TXT.  Must be valid. */
struct sim_rr sim_rr_from(const char *line);
struct sim_rr sim_rr_soa(const struct name *apex, const struct name *mname,
    uint32_t serial);
struct sim_rr sim_rr_of_addr(const struct name *owner, const struct addr *addr,
    uint32_t ttl);

/* The address of an A or AAAA RR; the name an NS, CNAME, DNAME or SOA begins with. */
struct addr sim_rr_addr(const struct sim_rr *rr);
struct name sim_rr_target(const struct sim_rr *rr);

/* Same owner, type and RDATA (RFC 2136 1.1.1). */
bool sim_rr_equal(const struct sim_rr *a, const struct sim_rr *b);

/* Append "A 192.0.2.10". */
void sim_rr_print(const struct sim_rr *rr, struct strbuf *out);

void sim_rrs_add(struct sim_rrs *list, const struct sim_rr *rr);
void sim_rrs_remove(struct sim_rrs *list, size_t i);
void sim_rrs_copy(struct sim_rrs *to, const struct sim_rrs *from);
void sim_rrs_free(struct sim_rrs *list);

#endif
