/*
 * text_config_read: texts of the file to values, each judged for its form.
 *
 * Whether values are allowed together, and R4's lengths, are the rules' question.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "text_config.h"

#define REGISTRATION_NAME_MAX 63
#define SOCKET_PATH_MAX 107 /* sun_path of sockaddr_un(7), less the NUL */
#define AMT_RELEASE_MAX 99

struct reader {
	const struct outline *outline;
	struct diag *diag;
	struct config *config;
};

/* Judges one item of a list and adds it. */
typedef bool item_reader(struct reader *reader, const struct node *node,
    const char *text, struct config_registration *reg);

static bool read_top(struct reader *reader, const struct raw_config *raw);
static bool read_path(struct reader *reader, const char *key, const char *text,
    size_t len_max, char **out);
static bool read_dns(struct reader *reader, const struct raw_dns *raw);
static bool read_list(struct reader *reader, const struct node *list, char **texts,
    uint32_t count, item_reader *read, struct config_registration *reg);
static bool read_server(struct reader *reader, const struct node *node,
    const char *text, struct config_registration *reg);
static bool parse_server(struct reader *reader, const struct node *node,
    const char *text, struct endpoint *server);
static const char *server_unfit(const struct addr *addr);
static bool names_sources(struct reader *reader, const struct node *list);
static bool read_dhcp_source(struct reader *reader, const struct node *node,
    const char *text, struct config_registration *reg);
static bool has_dhcp_source(const struct config *config, enum fact_source source);
static bool read_primary(struct reader *reader, const struct node *node,
    const char *text, struct config_registration *reg);
static bool read_registrations(struct reader *reader, const struct raw_config *raw);
static bool read_registration(struct reader *reader, const struct node *node,
    const struct raw_registration *raw);
static bool registration_name_fits(const char *text);
static bool read_names(struct reader *reader, const struct node *node,
    const struct raw_registration *raw, struct config_registration *reg);
static bool read_name(struct reader *reader, const struct node *node,
    const char *text, char **out);
static enum fault parse_name(const char *text, struct name *name);
static const char *name_reason(enum fault fault);
static bool read_interface(struct reader *reader, const struct node *node,
    const char *text, char **out);
static bool read_numbers(struct reader *reader, const struct node *node,
    const struct raw_registration *raw, struct config_registration *reg);
static bool read_number(struct reader *reader, const struct node *node,
    const char *text, int64_t *out);
static bool parse_number(const char *text, int64_t *out);
static bool read_address(struct reader *reader, const struct node *node,
    const char *text, struct config_registration *reg);

struct config *
reader_run(const struct raw_config *raw, const struct outline *outline,
    struct diag *diag)
{
	struct reader reader = {
		.outline = outline, .diag = diag, .config = config_new(),
	};

	if (read_top(&reader, raw) && read_dns(&reader, &raw->dns) &&
	    read_registrations(&reader, raw))
		return reader.config;
	config_free(reader.config);
	return NULL;
}

static bool
read_top(struct reader *reader, const struct raw_config *raw)
{
	struct config *config = reader->config;
	const struct node *node;

	node = outline_child(reader->outline, reader->outline->nodes, "amt-release");
	if (!read_number(reader, node, raw->amt_release, &config->amt_release))
		return false;
	if (config->amt_release < 1 || config->amt_release > AMT_RELEASE_MAX) {
		diag_value(reader->diag, reader->outline, node, raw->amt_release, NULL);
		return false;
	}
	return read_path(reader, "state-directory", raw->state_directory, SIZE_MAX,
	    &config->state_directory) &&
	    read_path(reader, "control-socket", raw->control_socket, SOCKET_PATH_MAX,
	    &config->control_socket);
}

static bool
read_path(struct reader *reader, const char *key, const char *text, size_t len_max,
    char **out)
{
	const struct outline *outline = reader->outline;

	if (text == NULL)
		return true;
	if (text[0] == '\0' || strlen(text) > len_max) {
		diag_value(reader->diag, outline,
		    outline_child(outline, outline->nodes, key), text, NULL);
		return false;
	}
	*out = mem_text(text);
	return true;
}

static bool
read_dns(struct reader *reader, const struct raw_dns *raw)
{
	const struct outline *outline = reader->outline;
	const struct node *dns = outline_child(outline, outline->nodes, "dns");
	const struct node *sources = outline_child(outline, dns, "dhcp-sources");

	reader->config->dns_source = raw->source;
	reader->config->transport = raw->transport;
	return read_list(reader, outline_child(outline, dns, "servers"), raw->servers,
	    raw->servers_count, read_server, NULL) &&
	    names_sources(reader, sources) &&
	    read_list(reader, sources, raw->dhcp_sources, raw->dhcp_sources_count,
	    read_dhcp_source, NULL) &&
	    read_list(reader, outline_child(outline, dns, "primary"), raw->primary,
	    raw->primary_count, read_primary, NULL);
}

static bool
read_list(struct reader *reader, const struct node *list, char **texts, uint32_t count,
    item_reader *read, struct config_registration *reg)
{
	const struct node *node = outline_item(reader->outline, list, 0);

	for (uint32_t i = 0; i < count; i++) {
		if (!read(reader, node, texts[i], reg))
			return false;
		node = outline_next(reader->outline, node);
	}
	return true;
}

static bool
read_server(struct reader *reader, const struct node *node, const char *text,
    struct config_registration *reg)
{
	struct endpoint server;

	(void)reg;
	if (!parse_server(reader, node, text, &server))
		return false;
	config_add_server(reader->config, &server);
	return true;
}

static bool
parse_server(struct reader *reader, const struct node *node, const char *text,
    struct endpoint *server)
{
	enum fault fault = endpoint_parse(server, text);
	const char *unfit;

	if (fault != FAULT_NONE) {
		diag_value(reader->diag, reader->outline, node, text,
		    fault_text(fault));
		return false;
	}
	unfit = server_unfit(&server->addr);
	if (unfit != NULL)
		diag_value(reader->diag, reader->outline, node, text, unfit);
	return unfit == NULL;
}

/* A configured server may be a loopback or link-local address, but one host. */
static const char *
server_unfit(const struct addr *addr)
{
	if (addr_is_unspecified(addr) || addr_is_multicast(addr) ||
	    addr_is_broadcast(addr))
		return addr_unfit(addr);
	return NULL;
}

/* An empty list would read as if the key were not there. */
static bool
names_sources(struct reader *reader, const struct node *list)
{
	if (list == NULL || list->kind != NODE_LIST || list->child != 0)
		return true;
	diag_error(reader->diag, list->line, list->column, "dns.dhcp-sources",
	    "must be %s, not an empty list", schema_allowed("dhcp-sources", false));
	return false;
}

static bool
read_dhcp_source(struct reader *reader, const struct node *node, const char *text,
    struct config_registration *reg)
{
	struct config *config = reader->config;
	enum fact_source source = FACT_SOURCE_LEASE;

	(void)reg;
	while (source <= FACT_SOURCE_HOOK &&
	    strcmp(fact_source_name(source), text) != 0)
		source++;
	if (source > FACT_SOURCE_HOOK || has_dhcp_source(config, source)) {
		diag_value(reader->diag, reader->outline, node, text,
		    source > FACT_SOURCE_HOOK ? NULL : "it stands there already");
		return false;
	}
	config->dhcp_sources[config->dhcp_source_count++] = source;
	return true;
}

static bool
has_dhcp_source(const struct config *config, enum fact_source source)
{
	for (size_t i = 0; i < config->dhcp_source_count; i++)
		if (config->dhcp_sources[i] == source)
			return true;
	return false;
}

static bool
read_primary(struct reader *reader, const struct node *node, const char *text,
    struct config_registration *reg)
{
	struct config_primary primary = { .is_name = false };
	enum fault fault;

	(void)reg;
	/* Digits and dots are a bad address rather than a name. */
	if (endpoint_parse(&primary.server, text) == FAULT_NONE ||
	    strpbrk(text, ":%#") != NULL ||
	    text[strspn(text, "0123456789.")] == '\0') {
		if (!parse_server(reader, node, text, &primary.server))
			return false;
	} else {
		primary.is_name = true;
		fault = name_parse(&primary.name, text);
		if (fault != FAULT_NONE) {
			diag_value(reader->diag, reader->outline, node, text,
			    name_reason(fault));
			return false;
		}
	}
	config_add_primary(reader->config, &primary);
	return true;
}

static bool
read_registrations(struct reader *reader, const struct raw_config *raw)
{
	const struct outline *outline = reader->outline;
	const struct node *node;

	node = outline_item(outline,
	    outline_child(outline, outline->nodes, "registrations"), 0);
	for (uint32_t i = 0; i < raw->registrations_count; i++) {
		if (!read_registration(reader, node, &raw->registrations[i]))
			return false;
		node = outline_next(outline, node);
	}
	return true;
}

static bool
read_registration(struct reader *reader, const struct node *node,
    const struct raw_registration *raw)
{
	const struct outline *outline = reader->outline;
	struct config_registration *reg;

	if (!registration_name_fits(raw->name)) {
		diag_value(reader->diag, outline, outline_child(outline, node, "name"),
		    raw->name, NULL);
		return false;
	}
	reg = config_add(reader->config, raw->name);
	reg->enabled = !raw->disabled;
	reg->mode = raw->mode;
	reg->ipv4 = raw->ipv4;
	reg->ipv6 = raw->ipv6;
	reg->temporary_addresses = raw->temporary_addresses;
	reg->on_conflict = raw->on_conflict;
	reg->withdraw_on_stop = raw->withdraw_on_stop;
	reg->override_dhcp_server = raw->override_dhcp_server;
	reg->allow_top_level_zone = raw->allow_top_level_zone;
	return read_names(reader, node, raw, reg) &&
	    read_numbers(reader, node, raw, reg) &&
	    read_list(reader, outline_child(outline, node, "addresses"),
	    raw->addresses, raw->addresses_count, read_address, reg);
}

static bool
registration_name_fits(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > REGISTRATION_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	}
	return true;
}

static bool
read_names(struct reader *reader, const struct node *node,
    const struct raw_registration *raw, struct config_registration *reg)
{
	const struct outline *outline = reader->outline;
	const struct node *host = outline_child(outline, node, "host-name");
	const char *dot = raw->host_name != NULL ? strchr(raw->host_name, '.') : NULL;

	if (dot != NULL && dot[1] != '\0') {
		diag_value(reader->diag, outline, host, raw->host_name,
		    "the rest belongs in domain-name");
		return false;
	}
	return read_name(reader, host, raw->host_name, &reg->host_name) &&
	    read_name(reader, outline_child(outline, node, "domain-name"),
	    raw->domain_name, &reg->domain_name) &&
	    read_interface(reader, outline_child(outline, node, "interface"),
	    raw->interface, &reg->interface) &&
	    read_interface(reader, outline_child(outline, node, "host-interface"),
	    raw->host_interface, &reg->host_interface);
}

static bool
read_name(struct reader *reader, const struct node *node, const char *text, char **out)
{
	struct name name;
	enum fault fault;

	if (text == NULL)
		return true;
	fault = parse_name(text, &name);
	if (fault != FAULT_NONE) {
		diag_value(reader->diag, reader->outline, node, text,
		    name_reason(fault));
		return false;
	}
	if (strchr(text, '_') != NULL)
		diag_warning(reader->diag, reader->outline, node, "an underscore: "
		    "BIND's check-names may refuse this name; use a hyphen");
	*out = mem_text(text);
	return true;
}

/* Too long a name or label is R4's to judge, but not what it is made of. */
static enum fault
parse_name(const char *text, struct name *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	enum fault fault = name_parse(name, text);

	if (fault == FAULT_NONE)
		return name_is_root(name) ? FAULT_NAME_EMPTY : FAULT_NONE;
	if (fault != FAULT_NAME_LONG && fault != FAULT_LABEL_LONG)
		return fault;
	return text[strspn(text, allowed)] == '\0' ? FAULT_NONE : FAULT_NAME_CHARACTER;
}

/* Blanks and escapes are people's way to a name beyond ASCII. */
static const char *
name_reason(enum fault fault)
{
	if (fault == FAULT_NAME_CHARACTER)
		return "no blanks or escapes; an international name is written in its "
		    "xn-- form";
	return fault_text(fault);
}

static bool
read_interface(struct reader *reader, const struct node *node, const char *text,
    char **out)
{
	if (text == NULL)
		return true;
	if (text[0] == '\0' || strlen(text) >= ADDR_IFNAME_MAX ||
	    strpbrk(text, " /:") != NULL || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0) {
		diag_value(reader->diag, reader->outline, node, text, NULL);
		return false;
	}
	*out = mem_text(text);
	return true;
}

static bool
read_numbers(struct reader *reader, const struct node *node,
    const struct raw_registration *raw, struct config_registration *reg)
{
	const struct outline *outline = reader->outline;

	return read_number(reader, outline_child(outline, node, "ttl"), raw->ttl,
	    &reg->ttl_s) &&
	    read_number(reader, outline_child(outline, node, "periodic-update"),
	    raw->periodic_update, &reg->periodic_min);
}

static bool
read_number(struct reader *reader, const struct node *node, const char *text,
    int64_t *out)
{
	if (text == NULL || parse_number(text, out))
		return true;
	diag_value(reader->diag, reader->outline, node, text, NULL);
	return false;
}

/* Decimal, and no leading zero: YAML 1.1 reads 010 as eight, YAML 1.2 as ten. */
static bool
parse_number(const char *text, int64_t *out)
{
	const char *digits = text + (text[0] == '-' || text[0] == '+');
	size_t len = strspn(digits, "0123456789");

	if (len == 0 || digits[len] != '\0' || (digits[0] == '0' && len > 1))
		return false;
	errno = 0;
	*out = strtoll(text, NULL, 10);
	return errno == 0;
}

static bool
read_address(struct reader *reader, const struct node *node, const char *text,
    struct config_registration *reg)
{
	struct addr addr;
	enum fault fault = addr_parse(&addr, text);
	const char *unfit;

	unfit = fault != FAULT_NONE ? fault_text(fault) : addr_unfit(&addr);
	if (unfit != NULL) {
		diag_value(reader->diag, reader->outline, node, text, unfit);
		return false;
	}
	config_add_address(reg, &addr);
	return true;
}
