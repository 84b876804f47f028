/*
 * Any octets as node name, /etc/hosts and resolv.conf, parted by NUL.
 *
 * Beyond not crashing: the parts of what comes out agree with each other.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *next_part(const uint8_t **data, size_t *size);
static void examine(const struct fact_host *host);
static void demand(bool truth);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *node = next_part(&data, &size);
	char *hosts = next_part(&data, &size);
	char *resolv = next_part(&data, &size);
	struct fact_host host;

	text_host(node, hosts, resolv, &host);
	examine(&host);
	free(node);
	free(hosts);
	free(resolv);
	return 0;
}

/* Exactly as long as it must be, so that a step beyond its end is seen; NULL: none. */
static char *
next_part(const uint8_t **data, size_t *size)
{
	const uint8_t *end;
	size_t len;
	char *part;

	if (*size == 0)
		return NULL;
	end = memchr(*data, '\0', *size);
	len = end != NULL ? (size_t)(end - *data) : *size;
	part = malloc(len + 1);
	demand(part != NULL);
	memcpy(part, *data, len);
	part[len] = '\0';
	*data += len;
	*size -= len;
	if (*size > 0) {
		(*data)++;
		(*size)--;
	}
	return part;
}

static void
examine(const struct fact_host *host)
{
	struct name first, rest;

	demand(host->known || !host->has_domain);
	if (host->known)
		demand(name_labels(&host->label) == 1);
	if (!host->has_domain)
		return;
	first = name_first(&host->fqdn);
	rest = name_parent(&host->fqdn);
	demand(name_equal(&first, &host->label));
	demand(name_equal(&rest, &host->domain));
	demand(!name_is_root(&host->domain));
}

static void
demand(bool truth)
{
	if (!truth)
		abort();
}
