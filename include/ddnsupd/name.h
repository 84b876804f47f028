/*
 * name: a domain name, by value, in wire form (RFC 1035 3.1), lower-cased.
 *
 * Every name in the program went through one of the two parsers here, whatever source it
 * came from, so that length, characters and case never have to be checked again.
 */
#ifndef DDNSUPD_NAME_H
#define DDNSUPD_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/fault.h"

#define NAME_WIRE_MAX 255   /* RFC 1035 2.3.4, the root label counted */
#define NAME_LABEL_MAX 63   /* RFC 1035 2.3.4 */
#define NAME_TEXT_MAX 1012  /* every octet as \DDD, dots, NUL */

struct name {
	uint8_t len;                  /* octets used, the root label counted; root: 1 */
	uint8_t wire[NAME_WIRE_MAX];
};

/*
 * A host name as people write it: labels of letters, digits and inner hyphens, `_`
 * accepted (see name_has_underscore()), one trailing dot dropped (interface.md, "Names").
 * Out: *name.  Faults: NAME_EMPTY, NAME_LONG, LABEL_EMPTY, LABEL_LONG, LABEL_HYPHEN,
 * NAME_CHARACTER, NAME_UTF8, NAME_LOCALHOST (the single label, and anything below it).
 */
enum fault name_parse(struct name *name, const char *text);

/*
 * A name off the wire, uncompressed, ending in the root label; any octet is allowed.
 * len: octets available; the name may be shorter.  Faults: NAME_WIRE.
 */
enum fault name_from_wire(struct name *name, const uint8_t *wire, size_t len);

/* Host name and domain, joined.  Faults: NAME_LONG. */
enum fault name_join(struct name *name, const struct name *host,
    const struct name *domain);

/* Text without a trailing dot ("." for the root), odd octets as \DDD.  Returns buf. */
const char *name_format(const struct name *name, char buf[NAME_TEXT_MAX]);

int name_compare(const struct name *a, const struct name *b);
bool name_equal(const struct name *a, const struct name *b);

/* Is `name` equal to `zone` or below it? */
bool name_is_within(const struct name *name, const struct name *zone);

/* The name less its first label, the number of labels (root: 0), the first label alone
 * as a name.  name_parent() and name_first() must not be given the root. */
struct name name_parent(const struct name *name);
struct name name_first(const struct name *name);
unsigned name_labels(const struct name *name);

bool name_is_root(const struct name *name);

/* Below or at in-addr.arpa or ip6.arpa (mission R1). */
bool name_is_reverse(const struct name *name);

/* BIND's check-names may refuse it: worth a warning. */
bool name_has_underscore(const struct name *name);

#endif
