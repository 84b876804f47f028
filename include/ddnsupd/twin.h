/*
 * twin: an FQDN stands once; who has it first keeps it.
 */
#ifndef DDNSUPD_TWIN_H
#define DDNSUPD_TWIN_H

#include "ddnsupd/engine_parts.h"

/* Take the name; false: another registration has it, and `why` says so. */
bool twin_claim(struct reg *reg, struct step *step, struct strbuf *why);

/* The same in a single run: ends the registration as invalid and returns true. */
bool twin_ends(struct reg *reg, struct step *step);

/* It has another name: it claims that one, and those that waited for the old one try. */
void twin_move(struct reg *reg, struct step *step, const struct name *former);

/* A file is read again: who comes first in it is first. */
void twin_reread(struct engine *engine);

/* `gone` is to be withdrawn, unless another registration has the name now. */
void twin_inherit(struct engine *engine, struct step *step, const struct reg *gone);

#endif
