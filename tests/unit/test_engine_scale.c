/*
 * Ten thousand registrations: an event touches those it concerns, and nobody else.
 *
 * The engine counts the registrations that a step touches.  With AddressSanitizer what it
 * knows of the others cannot even be read meanwhile.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core_world.h"
#include "ddnsupd/life.h"
#include "ddnsupd/tally.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define hide ASAN_POISON_MEMORY_REGION
#define show ASAN_UNPOISON_MEMORY_REGION
#else
#define hide(memory, len) ((void)(memory), (void)(len))
#define show(memory, len) ((void)(memory), (void)(len))
#endif

#define MANY 10000
#define LAST (MANY - 1)

static struct engine *engine;
static struct config *config;
static struct fact_net net;
static struct effects effects;
static int64_t now_us;
static char *statuses;    /* what the service manager was told, the last */
static char *reply;

static void
take(void)
{
	size_t i;

	for (i = 0; i < effects.count; i++) {
		char **out = effects.items[i].kind == EFFECT_STATUS ? &statuses :
		    effects.items[i].kind == EFFECT_REPLY ? &reply : NULL;

		if (out == NULL)
			continue;
		free(*out);
		*out = mem_text(effects.items[i].text);
	}
	effects_clear(&effects);
}

/* One step; returns how many registrations it has touched. */
static uint64_t
post(struct event event)
{
	uint64_t before = engine->tally != NULL ? engine->tally->considered : 0;

	event.at_us = now_us;
	engine_step(engine, &event, &effects);
	take();
	return engine->tally != NULL ? engine->tally->considered - before : 0;
}

static uint64_t
post_net(void)
{
	return post((struct event){.kind = EVENT_NET, .net = &net});
}

static void
stand(size_t link, const char *text)
{
	struct addr addr = addr_of(text);

	fact_link_add_addr(&net.links[link], &addr)->flags = FACT_ADDR_PERMANENT;
}

/* Nobody but `reg` may be looked at. */
static void
hide_others(const struct reg *reg, bool hidden)
{
	size_t i;

	for (i = 0; i < engine->reg_count; i++) {
		struct reg *other = engine->regs[i];

		if (other == reg)
			continue;
		if (!hidden)
			show(other, sizeof(*other));
		if (hidden)
			hide(other->life, sizeof(*other->life));
		else
			show(other->life, sizeof(*other->life));
		if (hidden)
			hide(other, sizeof(*other));
	}
}

/* `shape` makes the i-th registration what the test needs. */
static void
boot(void (*shape)(struct config_registration *, size_t i))
{
	struct engine_options options = {
		.mode = ENGINE_DAEMON,
		.timeout_us = CLOCK_S(30),
	};
	struct endpoint server = server_of("192.0.2.53");
	struct state state = {0};
	char name[16];
	size_t i;

	now_us = CLOCK_S(1000);
	config = config_new();
	config_add_server(config, &server);
	fact_net_add_link(&net, 1, "lo")->loopback = true;
	for (i = 0; i < MANY; i++) {
		struct config_registration *reg;

		snprintf(name, sizeof(name), "r%zu", i);
		reg = config_add(config, name);
		reg->mode = FQDN_DEDICATED;
		reg->host_name = mem_text(name);
		reg->domain_name = mem_text("corp.example");
		snprintf(name, sizeof(name), "e%zu", i);
		fact_net_add_link(&net, (uint32_t)i + 2, name)->up = true;
		shape(reg, i);
	}
	fact_net_add_route(&net, FAMILY_IPV4, 2, 0);
	engine = engine_new(config, &state, &options);
	post((struct event){.kind = EVENT_HOST, .node_name = "pc1.corp.example"});
	post_net();
	post((struct event){.kind = EVENT_START, .wall_s = 1000000});
}

static void
end(void)
{
	engine_free(engine);
	effects_free(&effects);
	fact_net_free(&net);
	free(statuses);
	free(reply);
	statuses = reply = NULL;
}

TestSuite(engine_scale, .fini = end);

static void
own_link(struct config_registration *reg, size_t i)
{
	char name[16];

	snprintf(name, sizeof(name), "e%zu", i);
	reg->interface = mem_text(name);
}

static void
default_route(struct config_registration *reg, size_t i)
{
	if (i != LAST)
		own_link(reg, i);
}

static void
for_another_machine(struct config_registration *reg, size_t i)
{
	struct addr addr = addr_of("192.0.2.10");

	(void)i;
	config_add_address(reg, &addr);
}

Test(engine_scale, one_link)
{
	boot(own_link);
	cr_expect_str_eq(statuses, "0 held, 10000 at work or waiting");
	stand(1 + LAST, "192.0.2.10");
	hide_others(engine->regs[LAST], true);
	cr_expect_eq(post_net(), 1);
	hide_others(engine->regs[LAST], false);
	cr_expect_eq(engine->regs[LAST]->state, REG_RUNNING, "it acts at once");
}

Test(engine_scale, a_snapshot_that_says_nothing_new)
{
	boot(own_link);
	stand(7, "192.0.2.10");
	post_net();
	net.links[7].addrs[0].valid_s = 77; /* it counts down */
	hide_others(engine->regs[6], true);
	cr_expect_eq(post_net(), 0);
	hide_others(engine->regs[6], false);
}

Test(engine_scale, a_link_that_goes_and_comes)
{
	struct fact_link gone;

	boot(own_link);
	gone = net.links[MANY / 2];
	memmove(&net.links[MANY / 2], &net.links[MANY / 2 + 1],
	    (MANY - MANY / 2) * sizeof(gone));
	net.link_count--;
	cr_expect_eq(post_net(), 1);
	net.links[net.link_count++] = gone;
	cr_expect_eq(post_net(), 1);
}

Test(engine_scale, the_default_route)
{
	boot(default_route);
	stand(1, "192.0.2.10");
	cr_expect_eq(post_net(), 2, "e0's own and the default route's");
	net.routes[0].ifindex = 3;
	cr_expect_eq(post_net(), 1);
	net.route_count = 0;
	cr_expect_eq(post_net(), 1);
	net.route_count = 1;
	cr_expect_eq(post_net(), MANY, "whatever failed may work now");
}

/* Addresses that are configured stand wherever they do. */
Test(engine_scale, other_machines)
{
	boot(for_another_machine);
	stand(1, "192.0.2.99");
	cr_expect_eq(post_net(), 0);
}

/* As many as may talk do; the others wait for a place, not for a moment to ask again. */
Test(engine_scale, waiting_for_room)
{
	struct event wake = {.kind = EVENT_WAKE};
	uint64_t touched = 0;
	unsigned tried = 0;
	size_t j;
	int i;

	boot(for_another_machine);
	cr_expect_eq(engine->running, ENGINE_RUNNING_MAX);
	for (i = 0; i < 100; i++) {
		now_us += CLOCK_MS(10);
		touched += post(wake);
	}
	cr_expect_leq(touched, 5 * ENGINE_RUNNING_MAX, "%llu",
	    (unsigned long long)touched);
	/* nobody answers: each has its turn */
	for (i = 0; i < 200; i++) {
		now_us += CLOCK_S(1);
		post(wake);
	}
	for (j = 0; j < MANY; j++)
		tried += engine->regs[j]->life->tried_us != CLOCK_NEVER;
	cr_expect_geq(tried, 10 * ENGINE_RUNNING_MAX, "%u", tried);
	cr_expect_eq(engine->running, ENGINE_RUNNING_MAX);
}

Test(engine_scale, asked_for_by_name)
{
	const char *line = "{\"command\":\"status\",\"name\":\"r77.corp.example\"}";

	boot(own_link);
	hide_others(engine->regs[77], true);
	post((struct event){.kind = EVENT_REQUEST, .client = 1,
	    .bytes = (const uint8_t *)line, .len = strlen(line)});
	hide_others(engine->regs[77], false);
	cr_expect_not_null(strstr(reply, "\"name\":\"r77\""), "%s", reply);
}

/* Its files were written, its name is the same. */
Test(engine_scale, the_host_is_who_it_was)
{
	boot(own_link);
	cr_expect_eq(post((struct event){.kind = EVENT_HOST,
	    .node_name = "PC1.corp.example", .hosts_text = "127.0.0.1 x\n"}), 0);
	cr_expect_eq(post((struct event){.kind = EVENT_HOST,
	    .node_name = "pc2.corp.example"}), MANY);
}

/* The counts that the service manager and the metrics get are those of a recount. */
Test(engine_scale, the_counts_are_right)
{
	unsigned counts[LIFE_STATES] = {0};
	size_t i;

	boot(for_another_machine);
	for (i = 0; i < 60; i++) {
		now_us += CLOCK_MS(700);
		post((struct event){.kind = EVENT_WAKE});
	}
	for (i = 0; i < engine->reg_count; i++)
		counts[life_state(engine->regs[i], now_us)]++;
	cr_expect_arr_eq(counts, engine->counts, sizeof(counts));
	cr_expect_gt(counts[LIFE_RESTING], 0);
	cr_expect_gt(counts[LIFE_WAITING], 0);
	cr_expect_gt(counts[LIFE_LOCATING], 0);
}
