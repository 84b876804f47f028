/*
 * setup: the configuration in force.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"
#include "setup.h"
#include "shell/textfile.h"

#define CONFIG_FILE_MAX (32 * 1024 * 1024) /* bytes */

static struct config *read_file(const struct options *options,
    struct logsink *log, struct setup_error *error);
static const char *file_hint(enum fault fault);
static void log_warnings(struct logsink *log, const char *warnings);
static struct config *quick_config(const struct options *options,
    const struct hostwatch *host, struct logsink *log);
static void add_shared(struct config *config, const struct hostwatch *host);
static bool has_registration(const struct config *config, const char *name);
static void add_dedicated(struct config *config, const struct name *fqdn,
    struct logsink *log);
static void override(struct config *config, const struct options *options);
static void override_addresses(struct config_registration *reg,
    const struct options *options);
static bool check_interface(const struct options *options, const struct fact_net *net,
    struct setup_error *error);

const char *
setup_file(const struct options *options)
{
	if (options->config_file != NULL)
		return options->config_file;
	return OPTIONS_CONFIG_FILE;
}

struct config *
setup_config(const struct options *options, const struct hostwatch *host,
    const struct fact_net *net, struct logsink *log, struct setup_error *error)
{
	struct config *config;

	if (net != NULL && !check_interface(options, net, error))
		return NULL;
	config = options_quick(options) ? quick_config(options, host, log)
	                                : read_file(options, log, error);
	if (config != NULL)
		override(config, options);
	return config;
}

bool
setup_fail(struct setup_error *error, enum exit_code exit, const char *format, ...)
{
	struct strbuf text = {0};
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	error->exit = exit;
	error->text = strbuf_take(&text);
	return false;
}

static struct config *
read_file(const struct options *options, struct logsink *log,
    struct setup_error *error)
{
	const char *file = setup_file(options);
	struct strbuf warnings = {0};
	struct config *config;
	enum fault fault;
	char *text, *line = NULL;
	size_t len;

	fault = textfile_read(AT_FDCWD, file, TEXTFILE_FOLLOW, CONFIG_FILE_MAX, &text,
	    &len);
	if (fault != FAULT_NONE) {
		setup_fail(error, EXIT_CODE_CONFIG, "%s: %s%s", file, fault_text(fault),
		    file_hint(fault));
		return NULL;
	}
	config = text_config(text, len, file, &line, &warnings);
	free(text);
	log_warnings(log, strbuf_text(&warnings));
	strbuf_free(&warnings);
	if (config == NULL) {
		error->exit = EXIT_CODE_CONFIG;
		error->text = line;
	}
	return config;
}

static const char *
file_hint(enum fault fault)
{
	switch (fault) {
	case FAULT_FILE_MISSING:
		return "; write it (ddnsupd.yaml(5)), name it (-c), or go without (-D)";
	case FAULT_FILE_DENIED:
		return ": it must be readable by this user";
	case FAULT_FILE_LARGE:
		return ": at most 32 MiB are allowed";
	default:
		return "";
	}
}

static void
log_warnings(struct logsink *log, const char *warnings)
{
	while (*warnings != '\0') {
		size_t len = strcspn(warnings, "\n");
		char *line = mem_printf("%.*s", (int)len, warnings);

		logsink_write(log, NOTE_WARNING, NULL, line);
		free(line);
		warnings += len + (warnings[len] == '\n');
	}
}

static struct config *
quick_config(const struct options *options, const struct hostwatch *host,
    struct logsink *log)
{
	struct config *config = config_new();

	for (size_t i = 0; i < options->dedicated_count; i++)
		add_dedicated(config, &options->dedicated[i], log);
	if (options->shared)
		add_shared(config, host);
	return config;
}

static void
add_dedicated(struct config *config, const struct name *fqdn, struct logsink *log)
{
	struct name host = name_first(fqdn), domain = name_parent(fqdn);
	struct config_registration *reg;
	char text[NAME_TEXT_MAX];

	reg = config_add(config, name_format(fqdn, text));
	if (name_has_underscore(fqdn))
		logsink_write(log, NOTE_WARNING, text,
		    "an underscore in the name: BIND's check-names may refuse it");
	reg->mode = FQDN_DEDICATED;
	reg->host_name = mem_text(name_format(&host, text));
	reg->domain_name = mem_text(name_format(&domain, text));
}

/* Named by its FQDN (interface.md), as far as that is known and still free. */
static void
add_shared(struct config *config, const struct hostwatch *host)
{
	struct fact_host fact = {0};
	char text[NAME_TEXT_MAX];
	const char *name = "shared";

	text_host(hostwatch_node_name(host), hostwatch_hosts(host),
	    hostwatch_resolv(host), &fact);
	if (fact.known && fact.has_domain)
		name = name_format(&fact.fqdn, text);
	config_add(config, has_registration(config, name) ? "shared" : name);
}

static bool
has_registration(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->registration_count; i++)
		if (strcmp(config->registrations[i].name, name) == 0)
			return true;
	return false;
}

/* Servers on the command line stand instead of the file's, and of DHCP's. */
static void
override(struct config *config, const struct options *options)
{
	for (size_t i = 0; i < config->registration_count; i++) {
		struct config_registration *reg = &config->registrations[i];

		if (options->interface != NULL) {
			free(reg->interface);
			reg->interface = mem_text(options->interface);
		}
		if (options->address_count > 0)
			override_addresses(reg, options);
	}
	if (options->server_count == 0)
		return;
	free(config->servers);
	config->servers = NULL;
	config->server_count = 0;
	config->dns_source = DNS_SOURCE_STATIC;
	for (size_t i = 0; i < options->server_count; i++)
		config_add_server(config, &options->servers[i]);
}

static void
override_addresses(struct config_registration *reg, const struct options *options)
{
	free(reg->addresses);
	reg->addresses = NULL;
	reg->address_count = 0;
	for (size_t i = 0; i < options->address_count; i++)
		config_add_address(reg, &options->addresses[i]);
}

static bool
check_interface(const struct options *options, const struct fact_net *net,
    struct setup_error *error)
{
	const char *name = options->interface;
	struct strbuf list = {0};

	if (name == NULL || fact_net_link(net, name) != NULL)
		return true;
	for (size_t i = 0; i < net->link_count; i++)
		strbuf_printf(&list, "%s%s", i > 0 ? ", " : "", net->links[i].name);
	setup_fail(error, EXIT_CODE_CONFIG, "-i %s: no such interface; there are: %s",
	    name, strbuf_text(&list));
	strbuf_free(&list);
	return false;
}
