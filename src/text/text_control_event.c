/*
 * text_control_event: what a hook of the DHCP client says.
 *
 * Whatever it says has come from a DHCP server, and through a shell: every value goes
 * through the model's parsers, and the first that does not pass is named.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "text_control_event.h"

#define BLANKS " \t\r\n"
#define SHOWN_MAX 60 /* octets of a wrong value that a message repeats */

/* Returns false after an error; `value` may be NULL, not JSON's null. */
typedef bool field_reader(const json_t *value, struct control_request *request);

static field_reader read_interface, read_family, read_event, read_address,
    read_servers, read_domain, read_host_name, read_lease, read_fqdn_flags,
    read_fqdn_name;
static bool add_server(const char *text, struct control_request *request);
static bool read_name(const json_t *value, const char *field, bool *has,
    struct name *name, struct control_request *request);
static bool read_number(const json_t *value, json_int_t max, json_int_t *number);
static bool refuse(struct control_request *request, const char *field,
    const json_t *value, const char *why);
static void add_shown(struct strbuf *out, const char *text);

static const struct {
	const char *name;
	field_reader *read;
} fields[] = { /* the family is known before the addresses are read */
	{ "interface", read_interface },
	{ "event", read_event },
	{ "family", read_family },
	{ "address", read_address },
	{ "servers", read_servers },
	{ "domain", read_domain },
	{ "host-name", read_host_name },
	{ "lease", read_lease },
	{ "fqdn-flags", read_fqdn_flags },
	{ "fqdn-name", read_fqdn_name },
};

void
text_control_event(const json_t *top, struct control_request *request)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const json_t *value = json_object_get(top, fields[i].name);

		if (json_is_null(value))
			value = NULL;
		if (!fields[i].read(value, request))
			break;
	}
	if (request->gone || request->error != NULL)
		memset(&request->info, 0, sizeof(request->info));
}

static bool
read_interface(const json_t *value, struct control_request *request)
{
	const char *text = json_string_value(value);
	size_t len = text != NULL ? strlen(text) : 0;

	if (text == NULL || !ifname_fits(text, len))
		return refuse(request, "interface", value, "must be the name of an "
		    "interface, 1 to 15 characters without blanks, slashes and colons");
	memcpy(request->interface, text, len + 1);
	return true;
}

static bool
read_event(const json_t *value, struct control_request *request)
{
	const char *text = json_string_value(value);

	request->gone = text != NULL && strcmp(text, "gone") == 0;
	return request->gone || (text != NULL && strcmp(text, "bound") == 0) ||
	    refuse(request, "event", value, "must be bound or gone");
}

static bool
read_family(const json_t *value, struct control_request *request)
{
	json_int_t number = FAMILY_IPV4;

	if (!read_number(value, FAMILY_IPV6, &number) ||
	    (number != FAMILY_IPV4 && number != FAMILY_IPV6))
		return refuse(request, "family", value, "must be 4 or 6");
	request->family = (enum family)number;
	return true;
}

static bool
read_address(const json_t *value, struct control_request *request)
{
	const char *text = json_string_value(value);
	struct addr *addr = &request->info.address;

	if (value == NULL)
		return true;
	if (text == NULL || addr_parse(addr, text) != FAULT_NONE ||
	    addr->family != request->family || addr_unfit(addr) != NULL)
		return refuse(request, "address", value, request->family == FAMILY_IPV4 ?
		    "must be a usable IPv4 address" : "must be a usable IPv6 address");
	request->info.has_address = true;
	return true;
}

static bool
read_servers(const json_t *value, struct control_request *request)
{
	static const char why[] = "must be a list of IPv4 or IPv6 addresses";

	if (value != NULL && !json_is_array(value))
		return refuse(request, "servers", value, why);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);

		if (!json_is_string(item) ||
		    !add_server(json_string_value(item), request))
			return refuse(request, "servers", item, why);
	}
	return true;
}

/* A link-local one may name the interface that it was learned on, and no other. */
static bool
add_server(const char *text, struct control_request *request)
{
	struct endpoint server;

	if (strchr(text, '#') != NULL || endpoint_parse(&server, text) != FAULT_NONE ||
	    (server.ifname[0] != '\0' &&
	    strcmp(server.ifname, request->interface) != 0))
		return false;
	dhcp_add_server(&request->info, &server.addr);
	return true;
}

static bool
read_domain(const json_t *value, struct control_request *request)
{
	struct dhcp_info *info = &request->info;
	const char *at = json_string_value(value);

	if (value == NULL)
		return true;
	while (at != NULL && *(at += strspn(at, BLANKS)) != '\0') {
		size_t len = strcspn(at, BLANKS);
		char *word = mem_copy(at, len + 1);

		word[len] = '\0';
		info->has_domain = name_parse(&info->domain, word) == FAULT_NONE &&
		    !name_is_root(&info->domain);
		free(word);
		if (info->has_domain)
			return true;
		at += len;
	}
	return refuse(request, "domain", value, "must be the name of a domain, or "
	    "several with blanks between them");
}

static bool
read_host_name(const json_t *value, struct control_request *request)
{
	return read_name(value, "host-name", &request->info.has_host_name,
	    &request->info.host_name, request);
}

static bool
read_fqdn_name(const json_t *value, struct control_request *request)
{
	return read_name(value, "fqdn-name", &request->info.has_fqdn_name,
	    &request->info.fqdn_name, request);
}

static bool
read_name(const json_t *value, const char *field, bool *has, struct name *name,
    struct control_request *request)
{
	const char *text = json_string_value(value);
	enum fault fault;

	if (value == NULL)
		return true;
	if (text == NULL)
		return refuse(request, field, value, "must be a name");
	fault = name_parse(name, text);
	if (fault == FAULT_NONE && name_is_root(name))
		fault = FAULT_NAME_EMPTY;
	if (fault != FAULT_NONE)
		return refuse(request, field, value, fault_text(fault));
	*has = true;
	return true;
}

static bool
read_lease(const json_t *value, struct control_request *request)
{
	json_int_t number = 0;

	if (!read_number(value, FACT_FOREVER, &number))
		return refuse(request, "lease", value, "must be a whole number of "
		    "seconds, 0 to 4294967295, which is for ever");
	request->info.lease_s = (uint32_t)number;
	return true;
}

static bool
read_fqdn_flags(const json_t *value, struct control_request *request)
{
	json_int_t number = 0;

	if (!read_number(value, UINT8_MAX, &number))
		return refuse(request, "fqdn-flags", value,
		    "must be a whole number, 0 to 255");
	request->info.has_fqdn = value != NULL;
	request->info.fqdn_flags = (uint8_t)number;
	return true;
}

/* 0 to max; one that is not there leaves *number as it is. */
static bool
read_number(const json_t *value, json_int_t max, json_int_t *number)
{
	if (value == NULL)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > max)
		return false;
	*number = json_integer_value(value);
	return true;
}

static bool
refuse(struct control_request *request, const char *field, const json_t *value,
    const char *why)
{
	struct strbuf out = { 0 };

	strbuf_printf(&out, "dhcp-event: %s", field);
	if (json_is_string(value)) {
		strbuf_add(&out, " \"");
		add_shown(&out, json_string_value(value));
		strbuf_add(&out, "\"");
	}
	strbuf_printf(&out, ": %s", why);
	request->error = strbuf_take(&out);
	return false;
}

static void
add_shown(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	escape_add(out, text, len < SHOWN_MAX ? len : SHOWN_MAX);
	if (len > SHOWN_MAX)
		strbuf_add(out, "...");
}
