/*
 * sources: the shells that DHCP facts come from.
 *
 * A single run reads the lease files that are there and often needs no more: what else
 * there is to hear is opened 200 ms later, before the first question would be asked
 * (protocol.md 1: 500 ms).  A daemon opens all at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/clock.h"
#include "ddnsupd/mem.h"
#include "shell/leasewatch.h"
#include "sources.h"

#define PUT_OFF_US CLOCK_MS(200)

struct sources {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct sources_setup setup;
	bool wanted[FACT_SOURCE_HOOK + 1];
	bool listening;            /* what is wanted is open */
	uv_timer_t put_off;
	struct leasewatch *leases; /* NULL: not wanted */
};

static void want(struct sources *sources, const struct config *config);
static void on_put_off_over(uv_timer_t *timer);
static void listen_to_all(struct sources *sources);
static void listen_to_leases(struct sources *sources);
static void on_owner_release(struct uvx_owner *owner);

struct sources *
sources_new(struct uvx *uvx, const struct sources_setup *setup,
    const struct config *config)
{
	struct sources *sources = mem_zero(1, sizeof(*sources));

	sources->owner.release = on_owner_release;
	sources->uvx = uvx;
	sources->setup = *setup;
	uv_timer_init(uvx->loop, &sources->put_off);
	uvx_own(&sources->owner, UVX_HANDLE(&sources->put_off));
	want(sources, config);
	return sources;
}

void
sources_introduce(struct sources *sources)
{
	if (sources->wanted[FACT_SOURCE_LEASE])
		sources->leases = leasewatch_new(sources->uvx, &sources->setup.users);
}

void
sources_start(struct sources *sources)
{
	if (sources->setup.lasting)
		listen_to_all(sources);
	else
		uvx_timer_at(&sources->put_off, on_put_off_over,
		    uvx_now_us() + PUT_OFF_US);
}

void
sources_follow(struct sources *sources, const struct config *config)
{
	want(sources, config);
	if (sources->leases != NULL)
		leasewatch_look(sources->leases);
	if (sources->listening)
		listen_to_all(sources);
}

void
sources_close(struct sources *sources)
{
	if (sources->leases != NULL)
		leasewatch_close(sources->leases);
	uvx_close(UVX_HANDLE(&sources->put_off));
}

static void
want(struct sources *sources, const struct config *config)
{
	for (unsigned i = 0; i <= FACT_SOURCE_HOOK; i++)
		sources->wanted[i] = config_uses(config, (enum fact_source)i);
}

static void
on_put_off_over(uv_timer_t *timer)
{
	listen_to_all(timer->data);
}

static void
listen_to_all(struct sources *sources)
{
	sources->listening = true;
	listen_to_leases(sources);
}

static void
listen_to_leases(struct sources *sources)
{
	bool wanted = sources->wanted[FACT_SOURCE_LEASE];

	if (!wanted && sources->leases != NULL) {
		leasewatch_close(sources->leases);
		sources->leases = NULL;
	}
	if (!wanted)
		return;
	if (sources->leases == NULL)
		sources->leases = leasewatch_new(sources->uvx, &sources->setup.users);
	if (!leasewatch_start(sources->leases))
		logsink_write(sources->setup.log, NOTE_WARNING, "lease files",
		    "the kernel does not tell of their changes; they are seen at a "
		    "reload (SIGHUP)");
}

static void
on_owner_release(struct uvx_owner *owner)
{
	free(owner);
}
