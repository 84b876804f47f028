/*
 * textfile: a whole file as text: bounded, regular, never waiting for anybody.
 */
#ifndef DDNSUPD_SHELL_TEXTFILE_H
#define DDNSUPD_SHELL_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "ddnsupd/fault.h"

enum textfile_links {
	TEXTFILE_FOLLOW,    /* a symbolic link to a regular file is one */
	TEXTFILE_NO_FOLLOW,
};

/*
 * Read `path`, relative to the directory `dir` (AT_FDCWD: the working directory).  Out:
 * *text of its own memory, NUL-terminated, and *len; *text is NULL after a fault.
 * Faults: FILE_MISSING, FILE_DENIED, FILE_KIND, FILE_LARGE (more than max bytes),
 * FILE_NUL, FILE_IO.
 */
enum fault textfile_read(int dir, const char *path, enum textfile_links links,
    size_t max, char **text, size_t *len);

/* An errno of a file operation. */
enum fault textfile_fault(int errnum);

#endif
