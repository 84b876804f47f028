/*
 * core_world: what a step of the core needs, and values from text, for the tests.
 */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "ddnsupd/rrset.h"
#include "ddnsupd/state.h"
#include "ddnsupd/step.h"
#include "ddnsupd/strbuf.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct world {
	struct rng rng;
	struct effects effects;
	uint64_t serial;
	struct step step;
};

static inline void
world_open(struct world *world)
{
	static const uint8_t seed[RNG_SEED_LEN] = {7};

	memset(world, 0, sizeof(*world));
	rng_seed(&world->rng, seed);
	world->effects.wake_at_us = CLOCK_NEVER;
	world->step = (struct step){
		.rng = &world->rng,
		.effects = &world->effects,
		.serial = &world->serial,
		.subject = "test",
		.wall_s = 1000000,
	};
}

static inline void
world_close(struct world *world)
{
	effects_free(&world->effects);
}

/* --- values from text ------------------------------------------------------------- */

static inline struct addr
addr_of(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "address %s", text);
	return addr;
}

/* "." is the root. */
static inline struct name
name_of(const char *text)
{
	struct name name = {.len = 1};

	if (strcmp(text, ".") != 0)
		cr_assert_eq(name_parse(&name, text), FAULT_NONE, "name %s", text);
	return name;
}

static inline struct endpoint
server_of(const char *text)
{
	struct endpoint server;

	cr_assert_eq(endpoint_parse(&server, text), FAULT_NONE, "server %s", text);
	return server;
}

/* Servers separated by blanks; returns how many. */
static inline size_t
servers_of(struct endpoint *servers, size_t max, const char *text)
{
	char *copy = mem_text(text), *rest = copy, *word;
	size_t count = 0;

	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		cr_assert_lt(count, max);
		servers[count++] = server_of(word);
	}
	free(copy);
	return count;
}

/* Addresses of one type separated by blanks, then /TTL: "192.0.2.1 192.0.2.2 /900". */
static inline struct rrset
set_of(uint16_t type, const char *text)
{
	struct rrset set = {.type = type};
	char *copy = mem_text(text), *rest = copy, *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		struct addr addr;

		if (*word == '/') {
			set.ttl = (uint32_t)strtoul(word + 1, NULL, 10);
		} else if (*word != '\0') {
			addr = addr_of(word);
			rrset_add(&set, &addr);
		}
	}
	free(copy);
	return set;
}

/* The addresses of a set, separated by blanks; of its own memory. */
static inline char *
set_text(const struct rrset *set)
{
	struct strbuf out = {0};
	char text[ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < set->count; i++)
		strbuf_printf(&out, "%s%s", i == 0 ? "" : " ",
		    addr_format(&set->addrs[i], text));
	return strbuf_take(&out);
}

/* Compare a text of its own memory, and free it. */
#define expect_text(taken, wanted, ...) \
	expect_text_at(__LINE__, taken, wanted, "" __VA_ARGS__)

static inline void
expect_text_at(int line, char *got, const char *wanted, const char *about)
{
	cr_expect_str_eq(got, wanted, "line %d: %s\n    got: \"%s\"\n not: \"%s\"",
	    line, about, got, wanted);
	free(got);
}

#define expect_set(set, wanted) expect_text(set_text(set), wanted)

/* --- the state -------------------------------------------------------------------- */

/* Records as text: "192.0.2.1 held 192.0.2.2/300 maybe"; TTL 900 when none. */
static inline void
fill_entry(struct state_entry *entry, const char *text)
{
	char *copy = mem_text(text), *rest = copy, *word, *kind;

	while ((word = strsep(&rest, " ")) != NULL && *word != '\0') {
		char *slash = strchr(word, '/');
		uint32_t ttl = 900;
		struct addr addr;

		if (slash != NULL) {
			*slash = '\0';
			ttl = (uint32_t)strtoul(slash + 1, NULL, 10);
		}
		addr = addr_of(word);
		kind = strsep(&rest, " ");
		cr_assert_not_null(kind);
		state_entry_put(entry, &addr, ttl, strcmp(kind, "held") == 0 ?
		    HOLDING_HELD : strcmp(kind, "maybe") == 0 ? HOLDING_MAYBE :
		    HOLDING_CONFIRMED);
	}
	free(copy);
}

/* The same the other way round; "-": there is no entry. */
static inline char *
entry_text(const struct state_entry *entry)
{
	static const char *const kinds[] = {"held", "maybe", "confirmed"};
	struct strbuf out = {0};
	char text[ADDR_TEXT_MAX];
	size_t i;

	if (entry == NULL)
		return mem_text("-");
	for (i = 0; i < entry->record_count; i++) {
		const struct state_record *record = &entry->records[i];

		strbuf_printf(&out, "%s%s", i == 0 ? "" : " ",
		    addr_format(&record->addr, text));
		if (record->ttl != 900)
			strbuf_printf(&out, "/%u", record->ttl);
		strbuf_printf(&out, " %s", kinds[record->holding]);
	}
	return strbuf_take(&out);
}

#endif
