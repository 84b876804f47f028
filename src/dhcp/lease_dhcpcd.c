/*
 * lease_dhcpcd: IFNAME.lease and IFNAME.lease6, the last reply as it came.
 *
 * On a wireless link the network's name follows: IFNAME-SSID.lease.  As both may have
 * hyphens in them, the name alone does not tell where it is parted: there is one lease
 * for each way, the longest first, and the address tells which link has it.
 */
#include <string.h>

#include "ddnsupd/dhcp4.h"
#include "ddnsupd/dhcp6.h"
#include "lease_parts.h"

static enum fault put_all(struct word file, const char *suffix, struct lease *lease,
    struct leases *leases);

enum fault
lease_dhcpcd(struct word file, struct word message, struct leases *leases)
{
	struct lease lease = {.family = FAMILY_IPV4};
	struct dhcp4 reply;
	enum fault fault = dhcp4_parse(message.at, message.len, &reply);

	if (fault != FAULT_NONE)
		return fault;
	/* BOOTP has no type. */
	if (reply.op != 2 || (reply.type != DHCP4_ACK && reply.type != 0))
		return FAULT_MSG_MALFORMED;
	lease.info = reply.info;
	return put_all(file, ".lease", &lease, leases);
}

enum fault
lease_dhcpcd6(struct word file, struct word message, struct leases *leases)
{
	struct lease lease = {.family = FAMILY_IPV6};
	struct dhcp6 reply;
	enum fault fault = dhcp6_parse(message.at, message.len, &reply);

	if (fault != FAULT_NONE)
		return fault;
	if (reply.type != DHCP6_REPLY || reply.status != 0)
		return FAULT_MSG_MALFORMED;
	lease.info = reply.info;
	return put_all(file, ".lease6", &lease, leases);
}

static enum fault
put_all(struct word file, const char *suffix, struct lease *lease,
    struct leases *leases)
{
	if (!word_ends(file, suffix))
		return FAULT_TEXT_SYNTAX;
	file.len -= strlen(suffix);
	if (word_ifname(file, lease->ifname))
		leases_put(leases, lease);
	for (size_t len = file.len; len-- > 1;)
		if (file.at[len] == '-' &&
		    word_ifname((struct word){file.at, len}, lease->ifname))
			leases_put(leases, lease);
	return leases->count > 0 ? FAULT_NONE : FAULT_TEXT_SYNTAX;
}
