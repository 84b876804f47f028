/* sim_control: requests in, replies out, one each. */
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"

#include "sim_control.h"
#include "sim_world.h"

#define WAIT_MOST_US CLOCK_S(31) /* the daemon's bound, and a little */

static struct sim_client *client_called(struct sim_world *world, uint64_t client);
static void trace_reply(struct sim_world *world, const struct sim_client *client);

void
sim_ask(struct sim_world *world, uint64_t client, const char *command, const char *name)
{
	char *line = text_ctl_request(command, name, false);

	line[strlen(line) - 1] = '\0';
	world->may_empty |= strcmp(command, "withdraw") == 0;
	sim_ask_line(world, client, line, true);
	free(line);
}

void
sim_ask_line(struct sim_world *world, uint64_t client, const char *line,
    bool may_change)
{
	struct event event = { .kind = EVENT_REQUEST, .client = client,
		.bytes = (const uint8_t *)line, .len = strlen(line),
		.may_change = may_change };
	struct sim_client *who = client_called(world, client);

	if (client != SIM_OWN_CLIENT)
		sim_trace(world, "# client %u asks: %s", (unsigned)client, line);
	who->waits = true;
	who->replied = false;
	who->asked_us = world->clock->now_us;
	sim_step(world, &event);
}

void
sim_hang_up(struct sim_world *world, uint64_t client)
{
	struct event event = { .kind = EVENT_GONE, .client = client };

	sim_trace(world, "# client %u closes", (unsigned)client);
	client_called(world, client)->waits = false;
	sim_step(world, &event);
}

const struct text_ctl_reply *
sim_reply(struct sim_world *world, uint64_t client)
{
	const struct sim_client *who = client_called(world, client);

	return who->replied ? &who->reply : NULL;
}

const struct report *
sim_status(struct sim_world *world)
{
	const struct text_ctl_reply *reply;

	if (world->engine == NULL || world->finished)
		return NULL;
	sim_ask(world, SIM_OWN_CLIENT, "status", NULL);
	reply = sim_reply(world, SIM_OWN_CLIENT);
	if (reply != NULL && reply->has_report)
		return &reply->report;
	sim_fail(world, "status is not answered at once");
	return NULL;
}

void
sim_control_said(struct sim_world *world, const struct effect *effect)
{
	struct sim_client *who = client_called(world, effect->client);

	if (!who->waits)
		sim_fail(world, "client %u did not ask", (unsigned)effect->client);
	who->waits = false;
	if (effect->kind == EFFECT_STREAM) {
		who->streams = true;
		return;
	}
	text_ctl_reply_free(&who->reply);
	if (text_ctl_reply(effect->text, strlen(effect->text), &who->reply) !=
	    FAULT_NONE)
		sim_fail(world, "a reply that no client understands: %s", effect->text);
	who->replied = true;
	if (effect->client != SIM_OWN_CLIENT)
		trace_reply(world, who);
}

void
sim_control_check(struct sim_world *world)
{
	int64_t late_us = world->clock->now_us - WAIT_MOST_US;

	for (size_t i = 0; i < world->client_count; i++)
		if (world->clients[i].waits && world->clients[i].asked_us < late_us) {
			sim_fail(world, "client %u waits for its reply",
			    (unsigned)world->clients[i].client);
			world->clients[i].waits = false;
		}
}

void
sim_control_reset(struct sim_world *world)
{
	for (size_t i = 0; i < world->client_count; i++)
		text_ctl_reply_free(&world->clients[i].reply);
	free(world->clients);
	world->clients = NULL;
	world->client_count = world->client_cap = 0;
}

static struct sim_client *
client_called(struct sim_world *world, uint64_t client)
{
	for (size_t i = 0; i < world->client_count; i++)
		if (world->clients[i].client == client)
			return &world->clients[i];
	world->clients = mem_grow(world->clients, &world->client_cap,
	    world->client_count + 1, sizeof(*world->clients));
	world->clients[world->client_count] = (struct sim_client){ .client = client };
	return &world->clients[world->client_count++];
}

static void
trace_reply(struct sim_world *world, const struct sim_client *client)
{
	const struct text_ctl_reply *reply = &client->reply;
	const char *text = reply->error != NULL ? reply->error :
	    reply->text != NULL ? reply->text : "";

	sim_trace(world, "# client %u hears: exit %d%s%.*s", (unsigned)client->client,
	    reply->exit, *text != '\0' ? ", " : "", (int)strcspn(text, "\n"), text);
	for (size_t i = 0; reply->has_report && i < reply->report.registration_count;
	    i++) {
		const struct report_registration *reg =
		    &reply->report.registrations[i];

		sim_trace(world, "#   %s %s %s%s%s", reg->name,
		    reg->state != NULL ? reg->state : "?", outcome_name(reg->outcome),
		    reg->error != NULL ? ": " : "", reg->error != NULL ? reg->error :
		    "");
	}
}
