/*
 * sim_result: what a run leaves behind, as lines of the trace.
 */
#ifndef SIM_RESULT_H
#define SIM_RESULT_H

struct sim_world;

/* The state on the disk: "state NAME: 192.0.2.10/900 held, 2001:db8::10/900 maybe". */
void sim_trace_state(struct sim_world *world);

/* The report: a line a registration. */
void sim_trace_results(struct sim_world *world);

#endif
