/*
 * A lease file: the first octet picks its kind (its two low bits) and its name.
 *
 * Beyond not crashing: a fault leaves no lease, there are never too many, none twice,
 * and what comes out is fit for use.
 */
#include <stdint.h>
#include <string.h>

#include "ddnsupd/lease.h"
#include "dhcp_demand.h"

#define KINDS 4
#define NAMES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void examine(enum lease_kind kind, const struct leases *leases);
static void examine_lease(enum lease_kind kind, const struct lease *lease);
static bool is_same_link(const struct lease *a, const struct lease *b);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[KINDS][NAMES] = {
		{"2", "4294967295", "", "eth0"},
		{"dhclient.eth0.leases", "dhclient6.leases", "", "leases"},
		{"eth0.lease", "wlan0-A-long-network.lease", "", "br-lan.lease6"},
		{"eth0.lease6", "br-lan-x-y-z.lease6", "", "a b.lease6"},
	};
	static struct leases leases;
	unsigned kind, name;

	if (size == 0)
		return 0;
	kind = data[0] % KINDS;
	name = data[0] / KINDS % NAMES;
	leases.count = LEASES_MAX;
	if (lease_parse((enum lease_kind)kind, names[kind][name], data + 1, size - 1,
	    &leases) == FAULT_NONE)
		examine((enum lease_kind)kind, &leases);
	else
		demand(leases.count == 0);
	return 0;
}

static void
examine(enum lease_kind kind, const struct leases *leases)
{
	demand(leases->count <= LEASES_MAX);
	for (size_t i = 0; i < leases->count; i++) {
		examine_lease(kind, &leases->items[i]);
		for (size_t j = 0; j < i; j++)
			demand(!is_same_link(&leases->items[i], &leases->items[j]));
	}
}

static void
examine_lease(enum lease_kind kind, const struct lease *lease)
{
	demand_info(&lease->info);
	demand(lease->family == FAMILY_IPV4 || lease->family == FAMILY_IPV6);
	demand((kind == LEASE_NETWORKD) == (lease->ifindex != 0));
	demand((kind == LEASE_NETWORKD) == (lease->ifname[0] == '\0'));
	demand(memchr(lease->ifname, '\0', sizeof(lease->ifname)) != NULL);
	demand(lease->expires_s >= 0);
	for (const char *at = lease->ifname; *at != '\0'; at++)
		demand(*at > ' ' && *at < 0x7f && *at != '/');
	if (lease->info.has_address)
		demand(lease->info.address.family == lease->family);
}

static bool
is_same_link(const struct lease *a, const struct lease *b)
{
	return a->family == b->family && a->ifindex == b->ifindex &&
	    strcmp(a->ifname, b->ifname) == 0;
}
