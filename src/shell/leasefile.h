/*
 * leasefile: a lease file as a DHCP client has written it: bounded, regular, of an owner
 * to be believed, never waiting for anybody.
 */
#ifndef DDNSUPD_SHELL_LEASEFILE_H
#define DDNSUPD_SHELL_LEASEFILE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEASEFILE_MAX_KIB 256

/* Who else than root writes leases. */
enum leasefile_user {
	LEASEFILE_ROOT,      /* nobody else */
	LEASEFILE_NETWORKD,
	LEASEFILE_DHCPCD,
	LEASEFILE_USERS,
};

/* They are asked for when the first file needs it, or before that: while the user
 * database may be read and nobody waits.  Zeroed at first. */
struct leasefile_users {
	bool known;
	uid_t uid[LEASEFILE_USERS]; /* 0: there is no such user */
};

struct leasefile {
	uint8_t *bytes;      /* of its own memory; NULL: refused or missing */
	size_t len;
	int64_t written_s;   /* its modification, wall time */
	char *reason;        /* of its own memory: why refused; NULL: missing or read */
	bool passing;        /* it says nothing about the file, only about this moment */
};

void leasefile_find_users(struct leasefile_users *users);

/* `name`: in the directory, no path.  True: it was read. */
bool leasefile_read(int directory, const char *name, enum leasefile_user user,
    struct leasefile_users *users, struct leasefile *file);

/* No descriptor, no memory, the disk: what was known before may still be so. */
bool leasefile_is_passing(int error);

/* Why nothing can be read, from an errno, of its own memory; NULL: nothing is there. */
char *leasefile_refusal(int error);

#endif
