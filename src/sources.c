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
#include "shell/asker.h"
#include "shell/leasewatch.h"
#include "shell/ndmon.h"
#include "shell/packetwatch.h"
#include "sources.h"

#define PUT_OFF_US CLOCK_MS(200)

struct sources {
	struct uvx_owner owner;
	struct uvx *uvx;
	struct sources_setup setup;
	bool wanted[FACT_SOURCE_HOOK + 1];
	bool wants_socket;
	bool listening;            /* what is wanted is open */
	uv_timer_t put_off;
	bool told[FACT_SOURCE_HOOK + 1]; /* that it cannot work */
	struct leasewatch *leases; /* NULL, all of them: not wanted, or not possible */
	struct packetwatch *packets;
	struct ndmon *nd;
	struct asker *asker;
};

/* What the packet socket is for. */
static const enum fact_source packet_sources[] = {
	FACT_SOURCE_OBSERVED, FACT_SOURCE_INFORM, FACT_SOURCE_DHCPV6,
};

#define PACKET_SOURCES (sizeof(packet_sources) / sizeof(packet_sources[0]))

static void tell_dropped(const struct sources *sources);
static void want(struct sources *sources, const struct config *config);
static void on_put_off_over(uv_timer_t *timer);
static void listen_to_all(struct sources *sources);
static void listen_to_leases(struct sources *sources);
static void listen_to_packets(struct sources *sources);
static void tell_why_not(struct sources *sources);
static void post_unavailable(struct sources *sources, enum fact_source source,
    const char *why);
static void listen_to_routers(struct sources *sources);
static void on_owner_release(struct uvx_owner *owner);

bool
sources_need_socket(const struct config *config)
{
	for (size_t i = 0; i < PACKET_SOURCES; i++)
		if (config_uses(config, packet_sources[i]))
			return true;
	return false;
}

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
	sources->asker = asker_new(uvx);
	want(sources, config);
	return sources;
}

void
sources_introduce(struct sources *sources)
{
	if (sources->wanted[FACT_SOURCE_LEASE])
		sources->leases = leasewatch_new(sources->uvx, sources->setup.log,
		    &sources->setup.users);
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
sources_ask(struct sources *sources, const struct effect *effect)
{
	asker_ask(sources->asker, effect);
}

void
sources_end(struct sources *sources, uint64_t id)
{
	asker_end(sources->asker, id);
}

void
sources_close(struct sources *sources)
{
	tell_dropped(sources);
	if (sources->leases != NULL)
		leasewatch_close(sources->leases);
	if (sources->packets != NULL)
		packetwatch_close(sources->packets);
	if (sources->nd != NULL)
		ndmon_close(sources->nd);
	asker_close(sources->asker);
	uvx_close(UVX_HANDLE(&sources->put_off));
}

/* What a flood has cost: it explains an answer that was missed. */
static void
tell_dropped(const struct sources *sources)
{
	unsigned dropped = packet_socket_dropped(sources->setup.packets);
	char *text;

	if (sources->packets == NULL || dropped == 0)
		return;
	text = mem_printf("%u packets came too fast and were not looked at", dropped);
	logsink_write(sources->setup.log, NOTE_DEBUG, "DHCP packets", text);
	free(text);
}

static void
want(struct sources *sources, const struct config *config)
{
	for (unsigned i = 0; i <= FACT_SOURCE_HOOK; i++)
		sources->wanted[i] = config_uses(config, (enum fact_source)i);
	sources->wants_socket = sources_need_socket(config);
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
	listen_to_packets(sources);
	listen_to_routers(sources);
}

static void
listen_to_leases(struct sources *sources)
{
	bool wanted = sources->wanted[FACT_SOURCE_LEASE];

	if (!wanted) {
		if (sources->leases != NULL)
			leasewatch_close(sources->leases);
		sources->leases = NULL;
		return;
	}
	if (sources->leases == NULL)
		sources->leases = leasewatch_new(sources->uvx, sources->setup.log,
		    &sources->setup.users);
	if (!leasewatch_start(sources->leases))
		logsink_write(sources->setup.log, NOTE_WARNING, "lease files",
		    "the kernel does not tell of their changes; they are seen at a "
		    "reload (SIGHUP)");
}

static void
listen_to_packets(struct sources *sources)
{
	struct packet_socket *socket = sources->setup.packets;

	if (!sources->wants_socket) {
		if (sources->packets != NULL)
			packetwatch_close(sources->packets);
		sources->packets = NULL;
		return;
	}
	if (!sources->setup.lasting && socket->fd == -1)
		packet_socket_open(socket);
	if (socket->fd == -1)
		tell_why_not(sources);
	else if (sources->packets == NULL)
		sources->packets = packetwatch_new(sources->uvx, socket);
}

/* It was not opened when we still might, or could not be. */
static void
tell_why_not(struct sources *sources)
{
	int error = sources->setup.packets->error;
	const char *why = strerror(error);

	if (error == 0)
		why = "it was not in use when the daemon started: it takes effect at "
		      "the next start";
	else if (error == EPERM || error == EACCES)
		why = "not permitted: needs CAP_NET_RAW at start";
	for (size_t i = 0; i < PACKET_SOURCES; i++)
		post_unavailable(sources, packet_sources[i], why);
}

static void
post_unavailable(struct sources *sources, enum fact_source source, const char *why)
{
	struct event event = {.kind = EVENT_SOURCE, .source = source, .error = why};

	if (sources->wanted[source] && !sources->told[source])
		sources->uvx->post(sources->uvx, &event);
	sources->told[source] = true;
}

static void
listen_to_routers(struct sources *sources)
{
	bool wanted = sources->wanted[FACT_SOURCE_RA];

	if (wanted && sources->nd == NULL) {
		sources->nd = ndmon_new(sources->uvx);
		if (sources->nd == NULL)
			post_unavailable(sources, FACT_SOURCE_RA, strerror(errno));
	} else if (!wanted && sources->nd != NULL) {
		ndmon_close(sources->nd);
		sources->nd = NULL;
	}
}

static void
on_owner_release(struct uvx_owner *owner)
{
	free(owner);
}
