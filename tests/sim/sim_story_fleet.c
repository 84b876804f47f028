/*
 * sim_story_fleet: many machines at one time.
 *
 * What they share is the server's capacity, not their names: each has its own piece of
 * the zone, and all of them one outage and one count of what arrives.
 */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_daemon.h"
#include "sim_setup.h"

#define HOUR_US CLOCK_S(3600)
#define DAY_US CLOCK_S(86400)
#define SHOWN_MAX 3 /* hosts whose failures are shown */

struct fleet {
	struct sim_world *story;
	struct sim_world **hosts;
	unsigned count;
	struct sim_load load;
};

unsigned sim_fleet_size = 300;

static void
launch(struct fleet *fleet, struct sim_world *story)
{
	*fleet = (struct fleet){ .story = story, .count = sim_fleet_size };
	fleet->hosts = mem_zero(fleet->count, sizeof(struct sim_world *));
	for (unsigned i = 0; i < fleet->count; i++) {
		struct sim_world *host = sim_world_beside(story, story->seed + 1 + i);

		host->quiet = true;
		sim_corp(host)->load = &fleet->load;
		fleet->hosts[i] = host;
		sim_begin(host, ENGINE_DAEMON);
	}
}

static void
scrap(struct fleet *fleet)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < fleet->count; i++) {
		struct sim_world *host = fleet->hosts[i];

		if (host->failure_count > 0 && shown++ < SHOWN_MAX)
			sim_fail(fleet->story, "host %u: %s", i,
			    strbuf_text(&host->failures));
		sim_world_free(host);
	}
	free(fleet->hosts);
}

/* Nobody hears anything, or everybody again. */
static void
cut_off(struct fleet *fleet, bool silent)
{
	for (unsigned i = 0; i < fleet->count; i++)
		fleet->hosts[i]->servers[0]->silent = silent;
	fleet->load = (struct sim_load){ 0 };
}

/* Every host gets another address at the same moment. */
static void
renumber(struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->count; i++) {
		struct sim_world *host = fleet->hosts[i];

		sim_drop_addrs(host, "eth0");
		sim_add_addr(host, "eth0", "192.0.2.11", 0);
		sim_tell_net(host);
	}
}

static void
expect_all_held(struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->count; i++)
		sim_expect_held(fleet->hosts[i]);
}

static void
expect_peak(struct fleet *fleet, const char *what, unsigned is, unsigned most)
{
	if (is > most)
		sim_fail(fleet->story, "%s: %u, at most %u", what, is, most);
}

/* Time passes minute by minute; the busiest minute, in messages of all. */
static unsigned
busiest_minute(struct fleet *fleet, int64_t us)
{
	unsigned most = 0;

	for (int64_t t_us = 0; t_us < us; t_us += CLOCK_S(60)) {
		unsigned before = fleet->load.updates;

		sim_idle(fleet->story, CLOCK_S(60));
		if (fleet->load.updates - before > most)
			most = fleet->load.updates - before;
	}
	return most;
}

/*
 * Two hours without a server, and all have something to say.  Then their first tries
 * are spread over at least a minute, and no second is busy.
 */
static void
outage(struct sim_world *story)
{
	struct fleet fleet;

	launch(&fleet, story);
	sim_idle(story, CLOCK_S(60));
	expect_all_held(&fleet);
	cut_off(&fleet, true);
	renumber(&fleet);
	sim_idle(story, 2 * HOUR_US);
	cut_off(&fleet, false);
	sim_idle(story, CLOCK_S(60));
	expect_peak(&fleet, "UPDATEs within a minute", fleet.load.updates,
	    fleet.count / 10);
	sim_idle(story, HOUR_US + CLOCK_S(60));
	expect_all_held(&fleet);
	expect_peak(&fleet, "messages in one second", fleet.load.peak,
	    20 + fleet.count / 20);
	if (fleet.load.updates < fleet.count)
		sim_fail(story, "somebody had nothing to say");
	scrap(&fleet);
}

/* Ten minutes: whoever is about to ask goes on at once, the others rest. */
static void
short_outage(struct sim_world *story)
{
	struct fleet fleet;

	launch(&fleet, story);
	sim_idle(story, CLOCK_S(60));
	cut_off(&fleet, true);
	renumber(&fleet);
	sim_idle(story, CLOCK_S(600));
	cut_off(&fleet, false);
	sim_idle(story, CLOCK_S(60));
	expect_peak(&fleet, "UPDATEs within a minute", fleet.load.updates,
	    fleet.count * 2 / 3);
	sim_idle(story, CLOCK_S(3600));
	expect_all_held(&fleet);
	expect_peak(&fleet, "messages in one second", fleet.load.peak, fleet.count / 2);
	scrap(&fleet);
}

/* All of them switched on at the same moment: their refreshes are not at one. */
static void
refreshes(struct sim_world *story)
{
	struct fleet fleet;
	unsigned most;

	launch(&fleet, story);
	sim_idle(story, DAY_US * 9 / 10 - CLOCK_S(60));
	fleet.load = (struct sim_load){ 0 };
	for (int day = 1; day <= 3; day++) {
		most = busiest_minute(&fleet, DAY_US);
		/* evenly spread over a tenth of a day they would be a 144th */
		expect_peak(&fleet, "refreshes in one minute", most,
		    4 + 3 * fleet.count / 144);
		expect_peak(&fleet, "messages in one second", fleet.load.peak,
		    20 + fleet.count / 20);
	}
	if (fleet.load.updates < 2 * fleet.count)
		sim_fail(story, "somebody has not refreshed");
	scrap(&fleet);
}

const struct sim_story sim_stories_fleet[] = {
	{ "fleet-outage", outage },
	{ "fleet-short-outage", short_outage },
	{ "fleet-refreshes", refreshes },
	{ NULL, NULL },
};
