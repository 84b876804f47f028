/*
 * update: an RFC 2136 message as a value.
 */
#include <assert.h>
#include <stdlib.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/update.h"

static void add_prereq(struct update *update, struct prereq prereq);
static void add_change(struct update *update, struct change change);
static void assert_data_type(uint16_t type);

void
update_require_absent(struct update *update, uint16_t type)
{
	assert(type != RRTYPE_ANY); /* would ask for the absence of the name itself */
	add_prereq(update, (struct prereq){.kind = PREREQ_ABSENT, .type = type});
}

void
update_require_value(struct update *update, const struct rrset *set)
{
	if (set->count == 0) /* no RR can say so: an empty RRset does not exist */
		update_require_absent(update, set->type);
	for (size_t i = 0; i < set->count; i++)
		add_prereq(update, (struct prereq){
			.kind = PREREQ_VALUE,
			.type = set->type,
			.addr = set->addrs[i],
		});
}

void
update_add(struct update *update, const struct addr *addr, uint32_t ttl)
{
	add_change(update, (struct change){
		.kind = CHANGE_ADD,
		.type = rrtype_of(addr),
		.addr = *addr,
		.ttl = ttl,
	});
}

void
update_delete(struct update *update, const struct addr *addr)
{
	add_change(update, (struct change){
		.kind = CHANGE_DELETE,
		.type = rrtype_of(addr),
		.addr = *addr,
	});
}

void
update_delete_rrset(struct update *update, uint16_t type)
{
	add_change(update, (struct change){.kind = CHANGE_DELETE_RRSET, .type = type});
}

void
update_free(struct update *update)
{
	free(update->prereqs);
	free(update->changes);
	update->prereqs = NULL;
	update->changes = NULL;
	update->prereq_count = update->prereq_cap = 0;
	update->change_count = update->change_cap = 0;
}

static void
add_prereq(struct update *update, struct prereq prereq)
{
	if (prereq.kind == PREREQ_VALUE)
		assert_data_type(prereq.type);
	update->prereqs = mem_grow(update->prereqs, &update->prereq_cap,
	    update->prereq_count + 1, sizeof(*update->prereqs));
	update->prereqs[update->prereq_count++] = prereq;
}

static void
add_change(struct update *update, struct change change)
{
	assert_data_type(change.type);
	update->changes = mem_grow(update->changes, &update->change_cap,
	    update->change_count + 1, sizeof(*update->changes));
	update->changes[update->change_count++] = change;
}

/* Class ANY with type ANY would delete everything at the name (RFC 2136 2.5.3). */
static void
assert_data_type(uint16_t type)
{
	assert(type == RRTYPE_A || type == RRTYPE_AAAA);
	(void)type;
}
