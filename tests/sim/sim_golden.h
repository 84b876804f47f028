/*
 * sim_golden: traces kept in files, and what differs.
 */
#ifndef SIM_GOLDEN_H
#define SIM_GOLDEN_H

#include <stdbool.h>

struct strbuf;

/*
 * Compare a trace with the file of the story.  False: they differ; the differing lines,
 * "-" as kept, "+" as it is now, are appended to diff.
 */
bool sim_golden_compare(const char *directory, const char *story, const char *trace,
    struct strbuf *diff);

/* Keep the trace.  False: it could not be written. */
bool sim_golden_write(const char *directory, const char *story, const char *trace);

#endif
