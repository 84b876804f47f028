/*
 * lease_dhclient: dhclient's leases, of all interfaces and both families in one file.
 *
 *     lease { interface "eth0"; fixed-address 192.0.2.10; option NAME VALUE, ...; ... }
 *     lease6 { interface "eth0"; ia-na ID { iaaddr ADDR { ... } } option ...; }
 *
 * dhclient appends a block for every change: of an interface and family the last one
 * counts.  A block without its closing brace is still being written and does not.  What
 * is not known is passed over, up to its semicolon or closing brace.
 */
#include <string.h>

#include "lease_block.h"
#include "lease_scan.h"

static bool read_top(struct scan *scan, struct leases *leases);
static bool read_block(struct scan *scan, enum family family, struct leases *leases);
static bool read_statement(struct scan *scan, struct block *block);

enum fault
lease_dhclient(struct word file, struct word text, struct leases *leases)
{
	struct scan scan = {.rest = text};
	bool complete = false;
	enum token token;

	(void)file;
	if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)
		return FAULT_FILE_NUL;
	while ((token = scan_next(&scan)) != TOKEN_END)
		if (token == TOKEN_WORD && read_top(&scan, leases))
			complete = true;
	return complete || !scan.cut ? FAULT_NONE : FAULT_TEXT_SYNTAX;
}

/* One statement of the file; its first word was read.  False: it is not complete. */
static bool
read_top(struct scan *scan, struct leases *leases)
{
	if (word_is(scan->word, "lease"))
		return read_block(scan, FAMILY_IPV4, leases);
	if (word_is(scan->word, "lease6"))
		return read_block(scan, FAMILY_IPV6, leases);
	return scan_skip_statement(scan);
}

static bool
read_block(struct scan *scan, enum family family, struct leases *leases)
{
	struct block block = {.lease = {.family = family}};

	if (scan_next(scan) != TOKEN_OPEN) {
		scan_stop(scan);
		return false;
	}
	for (;;) {
		switch (scan_next(scan)) {
		case TOKEN_WORD:
			if (!read_statement(scan, &block))
				return false;
			break;
		case TOKEN_CLOSE:
			if (block_leave(&block))
				break;
			block_finish(&block, leases);
			return true;
		case TOKEN_END:
			scan_stop(scan);
			return false;
		default:
			break;
		}
	}
}

/* Its first word was read.  A closing brace in it means that its end is lost. */
static bool
read_statement(struct scan *scan, struct block *block)
{
	bool option = word_is(scan->word, "option");
	const struct rule *rule;
	size_t nth = 0;

	if (option && scan_next(scan) != TOKEN_WORD) {
		scan_stop(scan);
		return false;
	}
	rule = block_rule(block, option, scan->word);
	for (;;) {
		switch (scan_next(scan)) {
		case TOKEN_WORD:
		case TOKEN_STRING:
			if (rule != NULL)
				block_value(block, rule, nth++, scan->word);
			break;
		case TOKEN_COMMA:
			break;
		case TOKEN_SEMICOLON:
			if (rule != NULL && nth == 0)
				block_value(block, rule, 0,
				    (struct word){scan->text, 0});
			return true;
		case TOKEN_OPEN:
			if (rule != NULL && block_enter(block, rule))
				return true;
			return scan_skip_group(scan);
		default:
			scan_stop(scan);
			return false;
		}
	}
}
