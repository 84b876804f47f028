/*
 * fault: the texts of the faults, from the one list in fault.h.
 */
#include <stddef.h>

#include "ddnsupd/fault.h"

static const char *const texts[FAULT_COUNT] = {
#define X(code, text) [FAULT_##code] = text,
	FAULT_MAP(X)
#undef X
};

const char *
fault_text(enum fault fault)
{
	if ((size_t)fault >= FAULT_COUNT)
		return "unknown fault";
	return texts[fault];
}
