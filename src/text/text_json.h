/*
 * text_json: building JSON values for the files of src/text/.
 *
 * jansson reports lack of memory by NULL and refuses text that is not UTF-8; both are
 * dealt with here, once.
 */
#ifndef DDNSUPD_TEXT_JSON_H
#define DDNSUPD_TEXT_JSON_H

#include <jansson.h>

/* Abort when there was no memory for it; else return it. */
json_t *text_json_sure(json_t *value);

/* One line, with a millisecond's tenths kept as they are. */
#define TEXT_JSON_LINE (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

struct report;

/* The report as interface.md's object. */
json_t *text_json_report(const struct report *report);

/* NULL gives null; text that is not UTF-8 is escaped (escape.h). */
json_t *text_json_string(const char *text);

/* Append to an object or array, which takes over the value. */
void text_json_set(json_t *object, const char *key, json_t *value);
void text_json_append(json_t *array, json_t *value);

/* The text of a value (jansson's flags), a newline at its end; the value is released. */
char *text_json_finish(json_t *value, size_t flags);

#endif
