/*
 * engine_disk: the state could be written, or not.
 *
 * A disk that fails is said once and holds nothing up.  A single run leaves it at that; a
 * daemon may live for years beside a disk that was full for a minute, and tries again.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/engine_parts.h"
#include "ddnsupd/mem.h"

#define AGAIN_US CLOCK_S(30)

static void give_up(struct engine *, struct step *, enum fault);

/* Why was said by who opened it. */
void
engine_disk_start(struct engine *engine, struct step *step)
{
	if (engine->options.state_writable && !engine->can_save)
		heap_set(&engine->heap, &engine->disk, step->now_us + AGAIN_US);
}

void
engine_disk_leave(struct engine *engine)
{
	engine->can_save = false;
	engine->saved = engine->generation;
}

char *
engine_disk_error(const struct engine *engine)
{
	if (engine->disk_fault == FAULT_NONE)
		return NULL;
	return mem_printf("the state cannot be written (%s): a later start or "
	    "--withdraw cannot know these records; %s", fault_text(engine->disk_fault),
	    engine->options.state_writable ? "it is tried again every 30 s" :
	    "make the directory usable and start the daemon again");
}

void
engine_disk_event(struct engine *engine, struct step *step, const struct event *event)
{
	if (!engine->can_save)
		return; /* of a time before it failed */
	if (event->kind == EVENT_SAVE_FAILED) {
		give_up(engine, step, event->fault);
	} else if (engine->disk_fault != FAULT_NONE) {
		engine->disk_fault = FAULT_NONE;
		engine->recounted = true;
		step->subject = "state";
		step_note(step, NOTE_NOTICE, "written again, nothing is lost");
	}
}

/* Nobody waits for it now. */
static void
give_up(struct engine *engine, struct step *step, enum fault fault)
{
	engine->can_save = false;
	engine->saved = step->saved = engine->generation;
	step->next_save = 0;
	if (engine->options.mode == ENGINE_DAEMON && !engine->stopping)
		heap_set(&engine->heap, &engine->disk, step->now_us + AGAIN_US);
	if (engine->disk_fault != FAULT_NONE) {
		engine->disk_fault = fault;
		return;
	}
	engine->disk_fault = fault;
	engine->recounted = true;
	step->subject = "state";
	step_note(step, NOTE_WARNING, "cannot be written (%s): the update goes "
	    "on, but a later --withdraw cannot know these records", fault_text(fault));
}

void
engine_disk_retry(struct engine *engine, struct step *step)
{
	engine->can_save = true;
	step->save_wanted = true;
}
