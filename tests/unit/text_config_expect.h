/*
 * What the tests of ddnsupd.yaml share: load a text, or expect one line for it.
 */
#ifndef TEXT_CONFIG_EXPECT_H
#define TEXT_CONFIG_EXPECT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/strbuf.h"
#include "ddnsupd/text.h"

#define REG "registrations:\n  - name: x\n    "
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct config *
load(const char *text)
{
	char *error;
	struct config *config = text_config(text, strlen(text), "f", &error, NULL);

	cr_assert_not_null(config, "\"%.200s\": %s", text, error);
	cr_assert_null(error);
	return config;
}

static inline struct config *
load_one(const char *key_and_value)
{
	char text[512];
	struct config *config;

	snprintf(text, sizeof(text), REG "%s\n", key_and_value);
	config = load(text);
	cr_assert_eq(config->registration_count, 1);
	return config;
}

/* The error is `wanted`, or begins with it where that ends in "...". */
static inline void
expect_error_of(const char *text, size_t len, const char *wanted)
{
	size_t wanted_len = strlen(wanted);
	char *error = NULL;
	struct config *config = text_config(text, len, "f", &error, NULL);

	cr_assert_null(config, "\"%.200s\" loads, wanted: %s", text, wanted);
	cr_assert_not_null(error);
	cr_expect_null(strchr(error, '\n'), "%s", error);
	if (wanted_len > 3 && strcmp(wanted + wanted_len - 3, "...") == 0)
		cr_expect_eq(strncmp(error, wanted, wanted_len - 3), 0,
		    "\"%.200s\":\n%s, not\n%s", text, error, wanted);
	else
		cr_expect_str_eq(error, wanted, "\"%.200s\":\n%s, not\n%s", text, error,
		    wanted);
	free(error);
}

static inline void
expect_error(const char *text, const char *wanted)
{
	expect_error_of(text, strlen(text), wanted);
}

/* A value of a key of the one registration is refused with the path and `wanted`. */
static inline void
expect_refused(const char *key, const char *value, const char *wanted)
{
	char text[512], line[640];

	snprintf(text, sizeof(text), REG "%s: %s\n", key, value);
	snprintf(line, sizeof(line), "f:3:%zu: registrations[0].%s: %s",
	    strlen(key) + 7, key, wanted);
	expect_error(text, line);
}

#endif
