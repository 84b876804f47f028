/*
 * Any octets as a state file.
 *
 * Beyond not crashing or leaking: what is refused leaves nothing behind, and what is
 * taken comes back the same after it was written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct state *state);
static void demand(bool truth);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state state;

	if (text_state((const char *)data, size, &state) == FAULT_NONE)
		round_trip(&state);
	else
		demand(state.count == 0 && state.entries == NULL);
	state_free(&state);
	return 0;
}

static void
round_trip(const struct state *state)
{
	char *first = text_from_state(state), *second;
	struct state again;

	demand(text_state(first, strlen(first), &again) == FAULT_NONE);
	demand(again.count == state->count);
	second = text_from_state(&again);
	demand(strcmp(first, second) == 0);
	free(first);
	free(second);
	state_free(&again);
}

static void
demand(bool truth)
{
	if (!truth)
		abort();
}
