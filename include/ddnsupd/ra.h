/*
 * ra: RDNSS and DNSSL as the kernel hands them on (RFC 8106, RTNLGRP_ND_USEROPT).
 */
#ifndef DDNSUPD_RA_H
#define DDNSUPD_RA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/dhcp.h"
#include "ddnsupd/fault.h"

/*
 * Options as they stand in the advertisement, one after the other.  An RDNSS gives
 * servers, a DNSSL the domain (its first name).  A lifetime of 0 withdraws what is
 * listed.  Options of other types are passed over; one of length 0 makes the whole
 * MSG_MALFORMED (RFC 4861 4.6).  Faults: MSG_SHORT, MSG_MALFORMED.
 */
struct ra {
	struct dhcp_info info;
	bool has_servers;         /* an RDNSS was there */
	bool has_domains;         /* a DNSSL was there */
	uint32_t servers_s;       /* their lifetimes; 0: withdrawn, FACT_FOREVER */
	uint32_t domains_s;
};

enum fault ra_parse(const uint8_t *options, size_t len, struct ra *ra);

#endif
