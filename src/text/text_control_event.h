/*
 * text_control_event: what a hook of the DHCP client says, for text_control.c only.
 */
#ifndef DDNSUPD_TEXT_CONTROL_EVENT_H
#define DDNSUPD_TEXT_CONTROL_EVENT_H

#include <jansson.h>

#include "ddnsupd/text_control.h"

/* The fields of a dhcp-event, or request->error. */
void text_control_event(const json_t *top, struct control_request *request);

#endif
