/*
 * engine_disk: the state could be written, or not.
 *
 * A disk that fails is said once and holds nothing up.  A single run leaves it at that; a
 * daemon may live for years beside a disk that was full for a minute, and tries again.
 */
#include "ddnsupd/clock.h"
#include "ddnsupd/engine_parts.h"

#define AGAIN_US CLOCK_S(30)

static void give_up(struct engine *, struct step *, enum fault);

void
engine_disk_event(struct engine *engine, struct step *step, const struct event *event)
{
	if (!engine->can_save)
		return; /* of a time before it failed */
	if (event->kind == EVENT_SAVE_FAILED) {
		give_up(engine, step, event->fault);
	} else if (engine->disk_failed) {
		engine->disk_failed = false;
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
	if (engine->disk_failed)
		return;
	engine->disk_failed = true;
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
