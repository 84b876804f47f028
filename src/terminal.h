/*
 * terminal: standard output, and what stands behind it.
 */
#ifndef DDNSUPD_TERMINAL_H
#define DDNSUPD_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Is colour wanted there? */
bool terminal_colour(void);

/* Columns; 0: no terminal, no bound. */
unsigned terminal_width(void);

/* All of it to standard output.  False with errno set. */
bool terminal_write(const char *text, size_t len);

#endif
