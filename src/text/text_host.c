/*
 * text_host: the host's own name, read from texts and never resolved (interface.md,
 * HostOSFQDN): LMS writes the AMT name into /etc/hosts with 127.0.0.1, so whoever asks
 * the resolver of the machine may get an answer about the wrong one.
 */
#include <string.h>

#include "ddnsupd/text.h"

#define BLANKS " \t\r\f\v"
#define LMS_MARK "LMS GENERATED"
#define WORD_MAX 256   /* longer than any name in text form without escapes */

/* A stretch of text that is not NUL-terminated. */
struct span {
	const char *s;
	size_t len;
};

static void take_whole(struct fact_host *, const struct name *node);
static bool take_domain(struct fact_host *, const struct name *domain);
static bool find_in_hosts(struct fact_host *, const char *text);
static bool canonical_name(struct span line, const struct name *node, struct name *);
static void find_in_resolv(struct fact_host *, const char *text);
static bool resolv_domain(struct span line, struct name *domain);
static struct span next_line(const char **text);
static struct span next_word(struct span *line);
static bool has_mark(struct span line);
static bool is_word(struct span, const char *word);
static bool parse_name(struct span, struct name *);
static bool is_address(struct span);

void
text_host(const char *node_name, const char *hosts, const char *resolv,
    struct fact_host *host)
{
	struct name node, label;

	memset(host, 0, sizeof(*host));
	/* "(none)" and "" are no names; "localhost.localdomain" is no machine's own. */
	if (node_name == NULL || name_parse(&node, node_name) != FAULT_NONE)
		return;
	label = name_first(&node);
	if (label.len == sizeof("localhost") + 1 &&
	    memcmp(label.wire + 1, "localhost", sizeof("localhost") - 1) == 0)
		return;
	host->known = true;
	host->label = label;
	if (name_labels(&node) > 1)
		take_whole(host, &node);
	else if (hosts == NULL || !find_in_hosts(host, hosts))
		find_in_resolv(host, resolv != NULL ? resolv : "");
}

static void
take_whole(struct fact_host *host, const struct name *node)
{
	host->has_domain = true;
	host->domain = name_parent(node);
	host->fqdn = *node;
}

/* False when both together are too long for a name. */
static bool
take_domain(struct fact_host *host, const struct name *domain)
{
	if (name_join(&host->fqdn, &host->label, domain) != FAULT_NONE)
		return false;
	host->has_domain = true;
	host->domain = *domain;
	return true;
}

static bool
find_in_hosts(struct fact_host *host, const char *text)
{
	struct name canonical;

	while (*text != '\0') {
		if (canonical_name(next_line(&text), &host->label, &canonical)) {
			take_whole(host, &canonical);
			return true;
		}
	}
	return false;
}

/*
 * hosts(5): address, canonical name, aliases.  True when the line is the node's own:
 * the node name stands on it, and the canonical name is the node name with a domain.
 */
static bool
canonical_name(struct span line, const struct name *node, struct name *canonical)
{
	const char *comment = memchr(line.s, '#', line.len);
	struct span word;
	struct name name;

	if (has_mark(line))
		return false;
	if (comment != NULL)
		line.len = (size_t)(comment - line.s);
	if (!is_address(next_word(&line)) || !parse_name(next_word(&line), canonical) ||
	    name_labels(canonical) < 2)
		return false;
	name = name_first(canonical);
	if (!name_equal(&name, node))
		return false;
	while ((word = next_word(&line)).len > 0) {
		if (parse_name(word, &name) && name_equal(&name, node))
			return true;
	}
	return false;
}

/* resolv.conf(5): of several `domain` and `search` lines the last one counts. */
static void
find_in_resolv(struct fact_host *host, const char *text)
{
	struct name domain;

	while (*text != '\0') {
		if (resolv_domain(next_line(&text), &domain) &&
		    take_domain(host, &domain))
			host->from_search = true;
	}
}

/* The keyword stands at the very start of its line; "search ." names nothing. */
static bool
resolv_domain(struct span line, struct name *domain)
{
	struct span word;

	if (line.len == 0 || strchr(BLANKS, line.s[0]) != NULL)
		return false;
	word = next_word(&line);
	if (is_word(word, "domain"))
		return parse_name(next_word(&line), domain);
	if (!is_word(word, "search"))
		return false;
	while ((word = next_word(&line)).len > 0) {
		if (parse_name(word, domain))
			return true;
	}
	return false;
}

/* The next line without its newline; *text moves behind it. */
static struct span
next_line(const char **text)
{
	struct span line = { *text, strcspn(*text, "\n") };

	*text += line.len;
	if (**text == '\n')
		(*text)++;
	return line;
}

/* The next word; empty at the end.  *line becomes what is left. */
static struct span
next_word(struct span *line)
{
	struct span word;

	while (line->len > 0 && strchr(BLANKS, *line->s) != NULL) {
		line->s++;
		line->len--;
	}
	word.s = line->s;
	word.len = 0;
	while (line->len > 0 && strchr(BLANKS, *line->s) == NULL) {
		word.len++;
		line->s++;
		line->len--;
	}
	return word;
}

static bool
has_mark(struct span line)
{
	return memmem(line.s, line.len, LMS_MARK, strlen(LMS_MARK)) != NULL;
}

static bool
is_word(struct span span, const char *word)
{
	return span.len == strlen(word) && memcmp(span.s, word, span.len) == 0;
}

static bool
parse_name(struct span span, struct name *name)
{
	char text[WORD_MAX];

	if (span.len >= sizeof(text))
		return false;
	memcpy(text, span.s, span.len);
	text[span.len] = '\0';
	return name_parse(name, text) == FAULT_NONE;
}

/* With or without a zone index: "fe80::1%eth0". */
static bool
is_address(struct span span)
{
	const char *scope = memchr(span.s, '%', span.len);
	char text[ADDR_TEXT_MAX];
	struct addr addr;

	if (scope != NULL)
		span.len = (size_t)(scope - span.s);
	if (span.len >= sizeof(text))
		return false;
	memcpy(text, span.s, span.len);
	text[span.len] = '\0';
	return addr_parse(&addr, text) == FAULT_NONE;
}
