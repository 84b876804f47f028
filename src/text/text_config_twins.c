/*
 * text_config_twins: names and FQDNs that stand twice.
 *
 * Sorted, so that a file of many registrations costs n log n.  Only FQDNs that the file
 * gives wholly are compared; the others depend on the host and change with it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "text_config.h"

struct twin {
	char *text;
	size_t index;  /* of its registration */
};

static bool check(struct twin *twins, size_t count, const char *key,
    const struct outline *outline, struct diag *diag);
static int compare(const void *a, const void *b);
static void report(const struct twin *first, const struct twin *second,
    const char *key, const struct outline *outline, struct diag *diag);
static char *fqdn_text(const struct config_registration *reg);

bool
twins_check(const struct config *config, const struct outline *outline,
    struct diag *diag)
{
	size_t count = config->registration_count, named = 0;
	struct twin *twins = mem_zero(count + 1, sizeof(*twins));
	bool ok;

	for (size_t i = 0; i < count; i++) {
		twins[i].text = mem_text(config->registrations[i].name);
		twins[i].index = i;
	}
	ok = check(twins, count, "name", outline, diag);
	for (size_t i = 0; ok && i < count; i++) {
		const struct config_registration *reg = &config->registrations[i];

		if (reg->host_name == NULL || reg->domain_name == NULL)
			continue;
		twins[named].text = fqdn_text(reg);
		twins[named++].index = i;
	}
	ok = ok && check(twins, named, "host-name", outline, diag);
	free(twins);
	return ok;
}

/* Sorts, compares and frees the texts. */
static bool
check(struct twin *twins, size_t count, const char *key, const struct outline *outline,
    struct diag *diag)
{
	const struct twin *first = NULL, *second = NULL;

	qsort(twins, count, sizeof(*twins), compare);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(twins[i - 1].text, twins[i].text) == 0 &&
		    (second == NULL || twins[i].index < second->index)) {
			first = &twins[i - 1];
			second = &twins[i];
		}
	}
	if (second != NULL)
		report(first, second, key, outline, diag);
	for (size_t i = 0; i < count; i++)
		free(twins[i].text);
	return second == NULL;
}

static int
compare(const void *a, const void *b)
{
	const struct twin *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	if (order != 0)
		return order;
	return (left->index > right->index) - (left->index < right->index);
}

static void
report(const struct twin *first, const struct twin *second, const char *key,
    const struct outline *outline, struct diag *diag)
{
	const struct node *list, *then, *now;
	char *path;

	list = outline_child(outline, outline->nodes, "registrations");
	then = outline_child(outline, outline_item(outline, list, first->index), key);
	now = outline_child(outline, outline_item(outline, list, second->index), key);
	path = outline_path(outline, now);
	diag_error(diag, now->line, now->column, path,
	    "%s must stand once; \"%.255s\" stands on line %u already",
	    strcmp(key, "name") == 0 ? "a name" : "an FQDN", second->text,
	    (unsigned)then->line);
	free(path);
}

/* Compared without case (RFC 4343) and without the dots at the ends. */
static char *
fqdn_text(const struct config_registration *reg)
{
	size_t host_len = strcspn(reg->host_name, ".");
	char *text = mem_printf("%.*s.%s", (int)host_len, reg->host_name,
	    reg->domain_name);
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	if (text[len - 1] == '.')
		text[len - 1] = '\0';
	return text;
}
