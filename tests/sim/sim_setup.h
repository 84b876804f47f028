/*
 * sim_setup: the words stories are told in: building a world, changing it, and looking
 * at what came of it.
 */
#ifndef SIM_SETUP_H
#define SIM_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_world.h"

/* One story: sets a world up, runs the engine, and says what must have come of it. */
struct sim_story {
	const char *name;   /* also of its golden trace */
	void (*tell)(struct sim_world *world);
};

/* Each ends with a name of NULL. */
extern const struct sim_story sim_stories_dedicated[];
extern const struct sim_story sim_stories_shared[];
extern const struct sim_story sim_stories_locate[];
extern const struct sim_story sim_stories_answers[];
extern const struct sim_story sim_stories_races[];
extern const struct sim_story sim_stories_machine[];
extern const struct sim_story sim_stories_check[];
extern const struct sim_story sim_stories_daemon_life[];
extern const struct sim_story sim_stories_daemon_net[];
extern const struct sim_story sim_stories_daemon_masters[];
extern const struct sim_story sim_stories_daemon_names[];
extern const struct sim_story sim_stories_daemon_again[];
extern const struct sim_story sim_stories_daemon_crash[];
extern const struct sim_story sim_stories_fleet[];
extern const struct sim_story sim_stories_daemon_faults[];
extern const struct sim_story sim_stories_daemon_agents[];

/* How many machines a fleet has. */
extern unsigned sim_fleet_size;

/* Configurations of one registration called `amt`; pc1-amt.corp.example. */
#define SIM_SERVER "dns: {servers: [192.0.2.53]}\nregistrations:\n"
#define SIM_DEDICATED SIM_SERVER \
	"  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0}\n"
#define SIM_DEDICATED_A SIM_SERVER \
	"  - {name: amt, fqdn: dedicated, host-name: pc1-amt, " \
	"domain-name: corp.example, interface: eth0, ipv6: none}\n"
#define SIM_SHARED SIM_SERVER "  - {name: host, fqdn: shared, interface: eth0}\n"
#define SIM_AMT "pc1-amt.corp.example"
#define SIM_HOST "pc1.corp.example"

/* --- building ------------------------------------------------------------------- */

/* A server with an address, port 53, one way 1 ms away; it serves nothing yet. */
struct sim_server *sim_add_server(struct sim_world *world, const char *addr);
struct sim_zone *sim_add_zone(struct sim_world *world, const char *apex,
    const char *mname);
void sim_serve(struct sim_server *server, struct sim_zone *zone);
void sim_serve_copy(struct sim_world *world, struct sim_server *server,
    struct sim_zone *primary, bool forwards, int64_t lag_us);

/* An address on an interface of the machine; a new one is up, with default routes. */
void sim_add_addr(struct sim_world *world, const char *interface, const char *addr,
    uint32_t flags);
void sim_drop_addrs(struct sim_world *world, const char *interface);
void sim_drop_addr(struct sim_world *world, const char *interface, const char *addr);
void sim_set_flags(struct sim_world *world, const char *interface, const char *addr,
    uint32_t flags);

/* The link, and with it the machine's default routes through it, go down or up. */
void sim_set_link(struct sim_world *world, const char *interface, bool up);

/*
 * The common ground: corp.example at ns1, 192.0.2.53, who also resolves; the machine
 * pc1 with eth0: 192.0.2.10, 2001:db8::10, a link-local address.
 */
struct sim_server *sim_corp(struct sim_world *world);

/* Change the first zone the way others do; the line is sim_zone_put()'s. */
void sim_write(struct sim_world *world, const char *line);
void sim_erase(struct sim_world *world, const char *owner, uint16_t type);

/* --- looking -------------------------------------------------------------------- */

void sim_expect_exit(struct sim_world *world, int is, int wanted);

/* Of the registration; outcome as in interface.md: "updated". */
void sim_expect_outcome(struct sim_world *world, const char *registration,
    const char *outcome);
void sim_expect_record(struct sim_world *world, const char *registration,
    const char *addr, const char *change);

/* Its sentence has the words. */
void sim_expect_error(struct sim_world *world, const char *registration,
    const char *words);

/* The RRset in the first zone: addresses separated by blanks, in order; "": none. */
void sim_expect_addrs(struct sim_world *world, const char *owner, uint16_t type,
    const char *addrs);
void sim_expect_ttl(struct sim_world *world, const char *owner, uint16_t type,
    uint32_t ttl);
void sim_expect_updates(struct sim_world *world, unsigned least, unsigned most);
void sim_expect_trace(struct sim_world *world, const char *words);
void sim_expect_no_trace(struct sim_world *world, const char *words);

/* UPDATEs since the last time somebody looked; forgets them. */
void sim_expect_new_updates(struct sim_world *world, unsigned least, unsigned most);

/* Not later than that after the run began. */
void sim_expect_within(struct sim_world *world, int64_t us);

const struct report_registration *sim_result(struct sim_world *world,
    const char *registration);

#endif
