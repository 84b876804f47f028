/*
 * config: what the administrator asked for (interface.md, ddnsupd.yaml).
 *
 * Values as written, checked for their form only; whether they are allowed together is
 * the rules' question (rules.h), so that --check can print every broken rule.
 */
#ifndef DDNSUPD_CONFIG_H
#define DDNSUPD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/addr.h"
#include "ddnsupd/facts.h"
#include "ddnsupd/name.h"

#define CONFIG_AMT_RELEASE 16        /* default */
#define CONFIG_TTL_S 900             /* default; mission R17 */
#define CONFIG_PERIODIC_MIN 1440     /* default, minutes; mission R17 */
#define CONFIG_PERIODIC_MAX_MIN (100LL * 365 * 1440) /* longer ones are taken for it */

enum dns_source {
	DNS_SOURCE_DEFAULT, /* static when servers are given, else dhcp */
	DNS_SOURCE_STATIC,
	DNS_SOURCE_DHCP,
};

#define CONFIG_DHCP_SOURCES_MAX 6

enum transport {
	TRANSPORT_AUTO, /* UDP, TCP when needed */
	TRANSPORT_TCP,
};

enum fqdn_mode {
	FQDN_SHARED, /* default */
	FQDN_DEDICATED,
};

enum family_use {
	FAMILY_USE_DEFAULT, /* auto; ipv6 with a shared FQDN: none */
	FAMILY_USE_AUTO,
	FAMILY_USE_NONE,
};

enum on_conflict {
	ON_CONFLICT_REPLACE, /* default */
	ON_CONFLICT_KEEP,
};

/* One item of dns.primary: a server, or the name of one. */
struct config_primary {
	bool is_name;
	struct endpoint server; /* !is_name */
	struct name name;       /* is_name */
};

struct config_registration {
	char *name;             /* the registration's own name; unique */
	bool enabled;
	enum fqdn_mode mode;
	char *host_name;        /* NULL: the host's, and follows it; form checked, R4 not */
	char *domain_name;      /* NULL: the host's, else the one DHCP gives */
	char *interface;        /* NULL: the default route's */
	char *host_interface;   /* NULL: shared: interface; dedicated: none */
	enum family_use ipv4;
	enum family_use ipv6;
	struct addr *addresses; /* instead of the interface's */
	size_t address_count;   /* 0: none given */
	bool temporary_addresses;
	int64_t ttl_s;          /* as written: R17 judges it */
	int64_t periodic_min;   /* as written: R17 judges it */
	enum on_conflict on_conflict;
	bool withdraw_on_stop;
	bool override_dhcp_server;
	bool allow_top_level_zone;
};

struct config {
	int64_t amt_release;
	char *state_directory;  /* NULL: by rule (interface.md, "State") */
	char *control_socket;   /* NULL: $runstatedir/ddnsupd/control */
	enum dns_source dns_source;
	enum fact_source dhcp_sources[CONFIG_DHCP_SOURCES_MAX]; /* the best first */
	size_t dhcp_source_count; /* 0: not given, all in protocol.md's order */
	struct endpoint *servers;
	size_t server_count;
	struct config_primary *primaries;
	size_t primary_count;
	enum transport transport;
	struct config_registration *registrations;
	size_t registration_count;
};

/* An empty configuration with the defaults; a registration with the defaults, added at
 * its end (the pointer holds until the next one is added). */
struct config *config_new(void);
struct config_registration *config_add(struct config *config, const char *name);
void config_free(struct config *config);

/* Do they say the same in every key? */
bool config_registration_equal(const struct config_registration *a,
    const struct config_registration *b);

/* Growing the lists, for parser and command line. */
void config_add_server(struct config *config, const struct endpoint *server);
void config_add_primary(struct config *config, const struct config_primary *primary);
void config_add_address(struct config_registration *reg, const struct addr *addr);

/* The source in force: never DNS_SOURCE_DEFAULT. */
enum dns_source config_dns_source(const struct config *config);

/*
 * Is what a DHCP source says to be heard?  `dhcp-sources` says which are; without it all
 * are.  Beside static servers nobody is asked or listened to, but what the machine's own
 * client says of its lease, in files and hooks, holds all the same (mission R10 to R15,
 * R18).
 */
bool config_uses(const struct config *config, enum fact_source source);

/*
 * Is a family the registration's to keep (interface.md: "a family that is none or not
 * listed is not ours")?  With `addresses`: when it lists one of the family.
 */
bool config_manages(const struct config_registration *reg, enum family family);

/* IPv6 is *enabled* in the sense of R5 (interface.md). */
bool config_ipv6_enabled(const struct config_registration *reg);

/* The period of the periodic update in seconds, 0: off; a century at most, so that it can
 * be reckoned with. */
int64_t config_periodic_s(const struct config_registration *reg);

/* host_interface with its default: shared: the interface; dedicated: NULL. */
const char *config_host_interface(const struct config_registration *reg);

#endif
