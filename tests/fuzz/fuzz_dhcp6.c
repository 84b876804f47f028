/*
 * Any octets as a DHCPv6 message.
 *
 * Beyond not crashing: a fault leaves nothing behind, and what comes out is fit for
 * use.
 */
#include <stdint.h>
#include <string.h>

#include "ddnsupd/dhcp6.h"
#include "dhcp_demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void examine(const struct dhcp6 *message);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dhcp6 none;
	struct dhcp6 message;
	enum fault fault = dhcp6_parse(data, size, &message);

	demand((fault == FAULT_MSG_SHORT) == (size < 4));
	if (fault == FAULT_NONE)
		examine(&message);
	else
		demand(memcmp(&message, &none, sizeof(none)) == 0);
	return 0;
}

static void
examine(const struct dhcp6 *message)
{
	demand_info(&message->info);
	demand(message->type != 0 && message->xid <= 0xffffff);
	demand(message->client.len <= DHCP6_DUID_MAX);
	demand(message->server.len <= DHCP6_DUID_MAX);
	demand(message->max_rt_s == 0 ||
	    (message->max_rt_s >= 60 && message->max_rt_s <= 86400));
	if (message->info.has_address)
		demand(message->info.address.family == FAMILY_IPV6 &&
		    addr_unfit(&message->info.address) == NULL);
	else
		demand(message->info.lease_s == 0);
	if (message->client.len > 0) {
		uint8_t out[DHCP6_MESSAGE_MAX];

		demand(dhcp6_information_request(message->xid, &message->client, 0,
		    out) <= DHCP6_MESSAGE_MAX);
	}
}
