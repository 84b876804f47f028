/*
 * dhcp_name: names in DHCP messages and router advertisements.
 *
 * A name passes when name_parse() would take its text, whatever form it came in: odd
 * octets, localhost and the root are no names here.  When a function returns false,
 * *name is as it was and the option counts as not there.
 */
#ifndef DDNSUPD_DHCP_NAME_H
#define DDNSUPD_DHCP_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/name.h"

/* Of one name; each leads further back than the last, too. */
#define DHCP_NAME_JUMPS_MAX 16

/*
 * Text that fills the option (12, 15, 81 without E).  One NUL may follow (RFC 2132 2).
 */
bool dhcp_name_text(const uint8_t *bytes, size_t len, struct name *name);

/*
 * Text of a domain (15): the name, or the first of several with blanks between them, which
 * RFC 2132 3.17 does not know and servers send for a search list.  All must be names, and
 * of several each of two labels or more: "Acme Works" is none.
 */
bool dhcp_name_domain(const uint8_t *bytes, size_t len, struct name *name);

/*
 * One name in uncompressed wire form that fills the option (81 with E, DHCPv6 39).  A
 * partial name ends without the root label (RFC 4702 2.3.1, RFC 4704 4.2).
 */
bool dhcp_name_wire(const uint8_t *bytes, size_t len, struct name *name);

/*
 * The first name of a list of complete ones (119, DHCPv6 24, DNSSL).  Root labels between
 * and after them are padding (RFC 8106 5.2).  Each name of the list must be well-formed,
 * the first also fit.  Compression, where allowed, as in RFC 3397 2: pointers count from
 * `bytes` and lead back only.
 */
bool dhcp_name_first(const uint8_t *bytes, size_t len, bool compressed,
    struct name *name);

#endif
