/*
 * lease_parts: what the readers of lease files share.
 */
#ifndef DDNSUPD_LEASE_PARTS_H
#define DDNSUPD_LEASE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/lease.h"

/* A stretch of the file's bytes, or of its name; not NUL-terminated. */
struct word {
	const uint8_t *at;
	size_t len;
};

struct word word_of(const char *text);
bool word_is(struct word word, const char *text);
bool word_begins(struct word word, const char *text);
bool word_ends(struct word word, const char *text);

/* What stands before the first `octet`; *rest becomes what follows it, empty when it is
 * not there. */
struct word word_cut(struct word *rest, uint8_t octet);

/* The next of the words parted by blanks; empty at the end. */
struct word word_next(struct word *rest);

/* The whole word is the value, or nothing changes. */
bool word_number(struct word word, uint32_t *number); /* decimal, any that fits */
bool word_addr(struct word word, enum family family, struct addr *addr);
bool word_ifname(struct word word, char ifname[ADDR_IFNAME_MAX]);

/* Keep a lease in place of what its interface and family had; without room it is
 * dropped. */
void leases_put(struct leases *leases, const struct lease *lease);

/* Forget what the interface and family of a lease had. */
void leases_drop(struct leases *leases, const struct lease *lease);

/* One reader for each kind; *leases comes empty, file and bytes as in lease_parse(). */
enum fault lease_networkd(struct word file, struct word text, struct leases *leases);
enum fault lease_dhclient(struct word file, struct word text, struct leases *leases);
enum fault lease_dhcpcd(struct word file, struct word message, struct leases *leases);
enum fault lease_dhcpcd6(struct word file, struct word message, struct leases *leases);

#endif
