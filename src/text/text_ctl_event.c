/*
 * text_ctl_event: the words of `ddnsctl dhcp-event` as a request.
 *
 * The words come from hooks of DHCP clients, which hand on what they were given: a
 * variable that is not set makes an empty value, and the daemon judges the others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/escape.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/text_ctl.h"
#include "text_json.h"

#define BLANKS ", \t\r\n"

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_LIST,
};

static const struct key {
	const char *name;
	enum kind kind;
} keys[] = {
	{ "family", KIND_NUMBER },
	{ "address", KIND_TEXT },
	{ "servers", KIND_LIST },
	{ "domain", KIND_TEXT },
	{ "host-name", KIND_TEXT },
	{ "lease", KIND_NUMBER },
	{ "fqdn-flags", KIND_NUMBER },
	{ "fqdn-name", KIND_TEXT },
};

static char *add_word(json_t *object, const char *word);
static char *wrong(const char *word, const char *why);
static const struct key *key_of(const char *word, size_t len);
static json_t *value_of(const struct key *key, const char *text);
static json_t *number_of(const char *text);
static json_t *list_of(const char *text);

char *
text_ctl_event(const char *const *words, char **error)
{
	json_t *object;

	*error = NULL;
	if (words[0] == NULL || words[1] == NULL) {
		*error = mem_text("dhcp-event: INTERFACE and bound or gone are missing");
		return NULL;
	}
	object = text_json_sure(json_object());
	text_json_set(object, "command", text_json_string("dhcp-event"));
	text_json_set(object, "interface", text_json_string(words[0]));
	text_json_set(object, "event", text_json_string(words[1]));
	for (words += 2; *words != NULL && *error == NULL; words++)
		*error = add_word(object, *words);
	if (*error == NULL)
		return text_json_finish(object, TEXT_JSON_LINE);
	json_decref(object);
	return NULL;
}

/* Returns what is wrong with it, of its own memory. */
static char *
add_word(json_t *object, const char *word)
{
	size_t len = strcspn(word, "=");
	const struct key *key = key_of(word, len);
	json_t *value;

	if (key == NULL || word[len] == '\0')
		return wrong(word, "dhcp-event takes address=, servers=, domain=, "
		    "host-name=, lease=, fqdn-flags=, fqdn-name= and family=");
	if (json_object_get(object, key->name) != NULL)
		return wrong(word, "it stands there already");
	if (word[len + 1] == '\0')
		return NULL;
	value = value_of(key, word + len + 1);
	if (value == NULL)
		return wrong(word, "a whole number is needed");
	text_json_set(object, key->name, value);
	return NULL;
}

static char *
wrong(const char *word, const char *why)
{
	char *shown = escape_text(word);
	char *text = mem_printf("%s: %s", shown, why);

	free(shown);
	return text;
}

static const struct key *
key_of(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].name) == len &&
		    strncmp(keys[i].name, word, len) == 0)
			return &keys[i];
	return NULL;
}

static json_t *
value_of(const struct key *key, const char *text)
{
	switch (key->kind) {
	case KIND_NUMBER:
		return number_of(text);
	case KIND_LIST:
		return list_of(text);
	case KIND_TEXT:
		break;
	}
	return text_json_string(text);
}

/* NULL: it is none. */
static json_t *
number_of(const char *text)
{
	long long number;

	if (text[strspn(text, "0123456789")] != '\0')
		return NULL;
	errno = 0;
	number = strtoll(text, NULL, 10);
	return errno == 0 ? text_json_sure(json_integer(number)) : NULL;
}

/* Clients put commas or blanks between the addresses. */
static json_t *
list_of(const char *text)
{
	json_t *list = text_json_sure(json_array());

	while (*(text += strspn(text, BLANKS)) != '\0') {
		size_t len = strcspn(text, BLANKS);
		char *word = mem_copy(text, len + 1);

		word[len] = '\0';
		text_json_append(list, text_json_string(word));
		free(word);
		text += len;
	}
	return list;
}
