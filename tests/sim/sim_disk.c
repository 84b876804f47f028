/* sim_disk: one file, replaced as a whole after a while. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

#include "sim_disk.h"
#include "sim_world.h"

struct write {
	struct sim_world *world;
	uint64_t epoch;
	uint64_t id;
	char text[];
};

static void done(void *subject, uint64_t number);
static void land(struct sim_world *world, const char *text);

void
sim_disk_save(struct sim_world *world, const struct effect *effect)
{
	size_t size = strlen(effect->text) + 1;
	struct write *write = mem_zero(1, sizeof(*write) + size);

	world->counts.saves++;
	if (world->dry_run || world->mode == ENGINE_CHECK ||
	    world->mode == ENGINE_CHECK_ONLINE)
		sim_fail(world, "state is written where nothing may change");
	if (!world->state_writable)
		sim_fail(world, "a state that cannot be written is written");
	*write = (struct write){ .world = world, .epoch = world->epoch,
		.id = effect->id };
	memcpy(write->text, effect->text, size);
	free(world->disk_next);
	world->disk_next = mem_text(effect->text);
	sim_clock_at_owned(world->clock, world->clock->now_us + world->save_us, done,
	    write, 0);
}

void
sim_disk_read(const struct sim_world *world, struct state *state)
{
	*state = (struct state){ 0 };
	if (world->disk != NULL)
		text_state(world->disk, strlen(world->disk), state);
}

void
sim_disk_crash(struct sim_world *world)
{
	if (world->disk_next != NULL && world->save_lands && !world->save_fails) {
		land(world, world->disk_next);
		sim_trace(world, "# what was being saved has just made it");
	}
	free(world->disk_next);
	world->disk_next = NULL;
}

static void
done(void *subject, uint64_t number)
{
	const struct write *write = subject;
	struct sim_world *world = write->world;
	struct event event = { .kind = EVENT_SAVED, .id = write->id };

	(void)number;
	if (write->epoch != world->epoch)
		return;
	if (world->disk_next != NULL && strcmp(world->disk_next, write->text) == 0) {
		free(world->disk_next);
		world->disk_next = NULL;
	}
	if (world->save_fails) {
		world->save_failed_us = world->clock->now_us;
		world->unsaved = true;
		event.kind = EVENT_SAVE_FAILED;
		event.fault = FAULT_FILE_FULL;
		sim_trace(world, "# the state could not be written");
	} else {
		land(world, write->text);
		sim_trace(world, "# the state is saved");
	}
	sim_step(world, &event);
}

static void
land(struct sim_world *world, const char *text)
{
	free(world->disk);
	world->disk = mem_text(text);
	world->unsaved = false;
}
