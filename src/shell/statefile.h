/*
 * statefile: the state on the disk.
 *
 * Its text is the core's; here it is only read whole, set aside, and replaced whole.
 */
#ifndef DDNSUPD_SHELL_STATEFILE_H
#define DDNSUPD_SHELL_STATEFILE_H

#include "ddnsupd/event.h"
#include "shell/statedir.h"
#include "shell/uvx.h"

#define STATEFILE_NAME "state.json"
#define STATEFILE_BROKEN_NAME "state.json.broken"

/* The text, of its own memory.  Faults: as textfile_read(); MISSING is no trouble. */
enum fault statefile_read(const struct statedir *dir, char **text, size_t *len);

/* Rename a file that is of no use, so that the next save does not destroy it. */
enum fault statefile_set_aside(const struct statedir *dir);

struct statefile;

/* dir: open, in place until the loop has run dry, and not looked at by others meanwhile.
 * One that is not locked yet is locked before anything is written. */
struct statefile *statefile_new(struct uvx *uvx, struct statedir *dir);

/*
 * Carry out EFFECT_SAVE off the loop's thread: EVENT_SAVED or SAVE_FAILED comes under
 * its id.  One save runs at a time; of those that wait meanwhile only the last is
 * written, and its result goes to all of them.
 */
void statefile_save(struct statefile *file, const struct effect *effect);

/* What was asked for is still written; freed by the loop. */
void statefile_close(struct statefile *file);

#endif
