/*
 * Any octets as ddnsupd.yaml.
 *
 * Beyond not crashing, leaking or hanging: a configuration or one clean line that
 * begins with file, line and column, never both; what was accepted keeps the promises
 * that config.h and name.h make to the rest of the program.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const char *error, const uint8_t *data, size_t size);
static void check_clean(const char *text, bool lines);
static void check_config(const struct config *config);
static void check_registration(const struct config *config, size_t index);
static void check_name(const char *text);
static void check_interface(const char *text);
static void demand(bool truth);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf warnings = { 0 };
	char *error = NULL;
	struct config *config;

	config = text_config((const char *)data, size, "fuzz.yaml", &error, &warnings);
	demand((config == NULL) == (error != NULL));
	if (error != NULL)
		check_error(error, data, size);
	else
		check_config(config);
	check_clean(strbuf_text(&warnings), true);
	config_free(config);
	free(error);
	strbuf_free(&warnings);
	return 0;
}

/* "file:line:column: key: text", the line one of the input's or the one after it. */
static void
check_error(const char *error, const uint8_t *data, size_t size)
{
	unsigned line, column;
	size_t lines = 1;
	int at = -1;

	demand(sscanf(error, "fuzz.yaml:%u:%u: %n", &line, &column, &at) == 2);
	demand(at > 0);
	demand(strstr(error + at, ": ") != NULL);
	demand(strlen(error) < 1000);
	check_clean(error, false);
	/* YAML 1.1 breaks lines at CR, NEL, LS and PS, too. */
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
	demand(line >= 1 && line <= lines + 1 && column >= 1 && column <= size + 1);
}

static void
check_clean(const char *text, bool lines)
{
	for (; *text != '\0'; text++) {
		if (*text != '\n' || !lines)
			demand(*text >= 0x20 && *text < 0x7f);
	}
}

static void
check_config(const struct config *config)
{
	demand(config->amt_release >= 1 && config->amt_release <= 99);
	demand(config->state_directory == NULL || config->state_directory[0] != '\0');
	demand(config->control_socket == NULL || config->control_socket[0] != '\0');
	demand(config->control_socket == NULL || strlen(config->control_socket) < 108);
	for (size_t i = 0; i < config->server_count; i++) {
		demand(config->servers[i].port != 0);
		demand(!addr_is_unspecified(&config->servers[i].addr));
		demand(!addr_is_multicast(&config->servers[i].addr));
	}
	for (size_t i = 0; i < config->primary_count; i++) {
		if (config->primaries[i].is_name)
			demand(!name_is_root(&config->primaries[i].name));
		else
			demand(config->primaries[i].server.port != 0);
	}
	for (size_t i = 0; i < config->registration_count; i++)
		check_registration(config, i);
}

static void
check_registration(const struct config *config, size_t index)
{
	const struct config_registration *reg = &config->registrations[index];
	const char *dot = reg->host_name != NULL ? strchr(reg->host_name, '.') : NULL;

	demand(strlen(reg->name) >= 1 && strlen(reg->name) <= 63);
	check_clean(reg->name, false);
	for (size_t i = 0; i < index && i < 100; i++)
		demand(strcmp(config->registrations[i].name, reg->name) != 0);
	check_name(reg->host_name);
	check_name(reg->domain_name);
	demand(dot == NULL || dot[1] == '\0');
	check_interface(reg->interface);
	check_interface(reg->host_interface);
	for (size_t i = 0; i < reg->address_count; i++)
		demand(addr_unfit(&reg->addresses[i]) == NULL);
}

static void
check_name(const char *text)
{
	struct name name;
	enum fault fault;

	if (text == NULL)
		return;
	fault = name_parse(&name, text);
	demand(fault == FAULT_NONE || fault == FAULT_NAME_LONG ||
	    fault == FAULT_LABEL_LONG);
}

static void
check_interface(const char *text)
{
	demand(text == NULL || (text[0] != '\0' && strlen(text) < ADDR_IFNAME_MAX));
}

static void
demand(bool truth)
{
	if (!truth)
		abort();
}
