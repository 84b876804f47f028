/*
 * dhcp4_options: the options of a DHCPv4 message, wherever in it they stand.
 */
#include "dhcp4_options.h"

enum { /* RFC 2132 3.1, 3.2, 9.3 */
	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52,
	OPTION_END = 255,
};

enum { /* values of option 52 */
	OVERLOAD_FILE = 1,
	OVERLOAD_SNAME = 2,
	OVERLOAD_BOTH = 3,
};

static bool add_field(struct dhcp4_options *options, struct cursor field);
static unsigned overload(const struct dhcp4_options *options);
static bool next(struct cursor *field, uint8_t *code, struct cursor *part);

bool
dhcp4_options_open(struct dhcp4_options *options, struct cursor field,
    struct cursor file, struct cursor sname)
{
	unsigned overloaded;

	options->count = 0;
	if (!add_field(options, field))
		return false;
	overloaded = overload(options);
	if ((overloaded & OVERLOAD_FILE) != 0 && !add_field(options, file))
		return false;
	return (overloaded & OVERLOAD_SNAME) == 0 || add_field(options, sname);
}

size_t
dhcp4_options_value(const struct dhcp4_options *options, uint8_t code,
    uint8_t value[DHCP4_VALUE_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < options->count; i++) {
		struct cursor field = options->fields[i];
		struct cursor part;
		uint8_t found;

		while (next(&field, &found, &part)) {
			size_t part_len = part.left;

			if (found != code)
				continue;
			if (part_len > DHCP4_VALUE_MAX - len)
				return 0;
			cursor_copy(&part, value + len, part_len);
			len += part_len;
		}
	}
	return len;
}

static bool
add_field(struct dhcp4_options *options, struct cursor field)
{
	struct cursor part;
	uint8_t code;

	options->fields[options->count++] = field;
	while (next(&field, &code, &part))
		;
	return !field.bad;
}

/* Asked while only the option field is known: one in `file` or `sname` means nothing. */
static unsigned
overload(const struct dhcp4_options *options)
{
	uint8_t value[DHCP4_VALUE_MAX];
	size_t len = dhcp4_options_value(options, OPTION_OVERLOAD, value);

	return len == 1 && value[0] <= OVERLOAD_BOTH ? value[0] : 0;
}

/* The next option of a field; false at its end, for which the end option may be missing,
 * and when it is bad. */
static bool
next(struct cursor *field, uint8_t *code, struct cursor *part)
{
	do {
		if (field->left == 0)
			return false;
		*code = cursor_u8(field);
	} while (*code == OPTION_PAD);
	if (*code == OPTION_END)
		return false;
	*part = cursor_take(field, cursor_u8(field));
	return !field->bad;
}
