/*
 * text_ctl_read: reading a daemon's JSON, for the files of src/text/.
 *
 * What is missing or of another kind than expected counts as not known: client and
 * daemon need not be of one version.
 */
#ifndef DDNSUPD_TEXT_CTL_READ_H
#define DDNSUPD_TEXT_CTL_READ_H

#include <jansson.h>
#include <stdint.h>

#include "ddnsupd/report.h"

/* A copy, NULL when there is none; a number, `otherwise` when there is none. */
char *text_ctl_read_text(const json_t *object, const char *key);
int64_t text_ctl_read_int(const json_t *object, const char *key, int64_t otherwise);

/* An object of --json; the report's constant texts are the object's. */
void text_ctl_read_report(const json_t *object, struct report *report);

#endif
