/*
 * text_config.h: what the text_config*.c share; nobody else includes it.
 *
 * A file goes through four hands.  The outline (libyaml's events) knows where each
 * value stands and refuses what libcyaml would pass over: doubled keys, anchors, tags,
 * a second document.  The schema (libcyaml) fills struct raw_config and refuses unknown
 * and missing keys, wrong kinds and wrong words.  The reader turns raw texts into
 * struct config.  The twins are names and FQDNs given twice.  The first error ends it.
 */
#ifndef TEXT_CONFIG_H
#define TEXT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnsupd/config.h"
#include "ddnsupd/strbuf.h"

/* The same bound as the shell's: lines, columns and counts fit 32 bits. */
#define TEXT_CONFIG_LEN_MAX ((size_t)32 << 20)

/* A file with nothing in it has no place for an error but its start. */
#define DIAG_FILE "YAML"

enum node_kind {
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAPPING,
};

/* One value of the file and its place; parent, child and next are indices, 0 is none:
 * the root (node 0) is nobody's child. */
struct node {
	uint32_t line;        /* of the value, from 1 */
	uint32_t column;      /* in characters, from 1 */
	uint32_t key_line;    /* of its key; 0 for items of a list */
	uint32_t key_column;
	uint32_t key;         /* offset in outline.keys, when key_line is set */
	uint32_t index;       /* in its list or mapping */
	uint32_t parent;
	uint32_t child;       /* the first one */
	uint32_t next;        /* of the same parent */
	uint8_t kind;         /* enum node_kind */
	bool null;            /* a plain scalar that YAML reads as null */
};

struct outline {
	struct node *nodes;
	size_t count;
	size_t cap;
	struct strbuf keys;   /* NUL after each */
};

/* Where errors and warnings go. */
struct diag {
	const char *file;
	char *error;             /* one line; NULL: none so far */
	struct strbuf *warnings; /* NULL: not wanted */
};

/* The file as libcyaml leaves it: words are judged, texts are not; NULL: not given. */
struct raw_registration {
	char *name;
	bool disabled;
	enum fqdn_mode mode;
	char *host_name;
	char *domain_name;
	char *interface;
	char *host_interface;
	enum family_use ipv4;
	enum family_use ipv6;
	char **addresses;
	uint32_t addresses_count;
	bool temporary_addresses;
	char *ttl;
	char *periodic_update;
	enum on_conflict on_conflict;
	bool withdraw_on_stop;
	bool override_dhcp_server;
	bool allow_top_level_zone;
};

struct raw_dns {
	enum dns_source source;
	char **servers;
	uint32_t servers_count;
	char **dhcp_sources;
	uint32_t dhcp_sources_count;
	char **primary;
	uint32_t primary_count;
	enum transport transport;
};

struct raw_config {
	char *amt_release;
	char *state_directory;
	char *control_socket;
	struct raw_dns dns;
	struct raw_registration *registrations;
	uint32_t registrations_count;
};

/*
 * The error, once, at a place of the file: "file:line:column: key: text".  `key` is
 * escaped, what `format` makes is not.
 */
void diag_error(struct diag *diag, uint32_t line, uint32_t column, const char *key,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The error that a value is none of those allowed.  `value`: as written, NULL when only
 * its kind is known; `reason`: why, or NULL. */
void diag_value(struct diag *diag, const struct outline *outline,
    const struct node *node, const char *value, const char *reason);

/* A warning at a value's place. */
void diag_warning(struct diag *diag, const struct outline *outline,
    const struct node *node, const char *text);

/* Returns false after an error.  The outline is freed by outline_free() either way. */
bool outline_scan(struct outline *outline, const char *text, size_t len,
    struct diag *diag);
void outline_free(struct outline *outline);

/* The value of a key, an item of a list; NULL when there is none. */
const struct node *outline_child(const struct outline *outline,
    const struct node *node, const char *key);
const struct node *outline_item(const struct outline *outline,
    const struct node *node, size_t index);

/* The next item of the same list, NULL after the last. */
const struct node *outline_next(const struct outline *outline,
    const struct node *node);

/* The key of a value; for an item of a list the list's; "" for the root. */
const char *outline_key(const struct outline *outline, const struct node *node);

/* "registrations[0].ttl", of its own memory; the root: DIAG_FILE. */
char *outline_path(const struct outline *outline, const struct node *node);

/* The same appended to `out`; nothing for the root. */
void outline_add_path(const struct outline *outline, const struct node *node,
    struct strbuf *out);

/* Returns NULL after an error. */
struct raw_config *schema_load(const char *text, size_t len,
    const struct outline *outline, struct diag *diag);
void schema_free(struct raw_config *raw);

/* What is allowed as the value of a key, or as an item of its list: a noun phrase. */
const char *schema_allowed(const char *key, bool item);

/* Returns NULL after an error. */
struct config *reader_run(const struct raw_config *raw, const struct outline *outline,
    struct diag *diag);

/* Returns false after an error: a name or an FQDN given twice. */
bool twins_check(const struct config *config, const struct outline *outline,
    struct diag *diag);

#endif
