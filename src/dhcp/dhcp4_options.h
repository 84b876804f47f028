/*
 * dhcp4_options: the options of a DHCPv4 message, wherever in it they stand.
 */
#ifndef DDNSUPD_DHCP4_OPTIONS_H
#define DDNSUPD_DHCP4_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/cursor.h"

/* Of one value.  A longer one, that is, in a datagram beyond the usual MTU, counts as
 * not there. */
#define DHCP4_VALUE_MAX 2048

/* Points into the message. */
struct dhcp4_options {
	struct cursor fields[3]; /* in the order of RFC 3396 5 */
	size_t count;
};

/*
 * Find out which fields hold options: `file` and `sname` as option 52 says (RFC 2132
 * 9.3).  Returns whether every length stays within its field.
 */
bool dhcp4_options_open(struct dhcp4_options *options, struct cursor field,
    struct cursor file, struct cursor sname);

/* The value of an option, its parts joined (RFC 3396 7).  Returns its length, 0 when it
 * is not there. */
size_t dhcp4_options_value(const struct dhcp4_options *options, uint8_t code,
    uint8_t value[DHCP4_VALUE_MAX]);

#endif
