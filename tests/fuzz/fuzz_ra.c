/*
 * Any octets as the options of a router advertisement.
 *
 * Beyond not crashing: a fault leaves nothing behind, and what comes out is fit for
 * use.
 */
#include <stdint.h>
#include <string.h>

#include "ddnsupd/ra.h"
#include "dhcp_demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ra none;
	struct ra ra;
	enum fault fault = ra_parse(data, size, &ra);

	demand((fault == FAULT_MSG_SHORT) == (size < 8));
	if (fault != FAULT_NONE) {
		demand(memcmp(&ra, &none, sizeof(none)) == 0);
		return 0;
	}
	demand(size % 8 == 0);
	demand_info(&ra.info);
	demand(ra.has_domains == ra.info.has_domain);
	demand(ra.has_servers || (ra.info.server_count == 0 && ra.servers_s == 0));
	demand(ra.has_domains || ra.domains_s == 0);
	demand(!ra.info.has_address && !ra.info.has_fqdn && !ra.info.has_host_name);
	return 0;
}
