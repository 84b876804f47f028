/*
 * The state file: what is written, what is read back, what is refused.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ddnsupd/mem.h"
#include "ddnsupd/text.h"

TestSuite(text_state);

static struct name
name_of(const char *text)
{
	struct name name;

	cr_assert_eq(name_parse(&name, text), FAULT_NONE, "%s", text);
	return name;
}

static struct addr
addr_of(const char *text)
{
	struct addr addr;

	cr_assert_eq(addr_parse(&addr, text), FAULT_NONE, "%s", text);
	return addr;
}

static struct state_entry *
entry_of(struct state *state, const char *fqdn, enum fqdn_mode mode, const char *reg)
{
	struct name name = name_of(fqdn);

	return state_ensure(state, &name, mode, reg);
}

static void
put(struct state_entry *entry, const char *text, uint32_t ttl, enum holding holding)
{
	struct addr addr = addr_of(text);

	state_entry_put(entry, &addr, ttl, holding);
}

/* Given in no order, so that sorting shows. */
static void
fill(struct state *state)
{
	struct state_entry *entry;

	entry = entry_of(state, "pc1.corp.example", FQDN_SHARED, "host");
	put(entry, "192.0.2.9", 0, HOLDING_CONFIRMED);
	entry = entry_of(state, "amt.corp.example", FQDN_DEDICATED, "amt");
	entry->has_zone = true;
	entry->zone = name_of("corp.example");
	entry->has_server = true;
	cr_assert_eq(endpoint_parse(&entry->server, "fe80::1%eth0#5353"), FAULT_NONE);
	entry->refreshed_s = 1700000000;
	entry->asked_ttl[0] = 600;
	entry->asked_ttl[1] = 300;
	put(entry, "2001:db8::10", 900, HOLDING_MAYBE);
	put(entry, "192.0.2.10", 900, HOLDING_HELD);
}

static const char written[] =
    "{\n"
    " \"version\": 1,\n"
    " \"names\": [\n"
    "  {\n"
    "   \"fqdn\": \"amt.corp.example\",\n"
    "   \"mode\": \"dedicated\",\n"
    "   \"registration\": \"amt\",\n"
    "   \"zone\": \"corp.example\",\n"
    "   \"server\": \"fe80::1%eth0#5353\",\n"
    "   \"refreshed\": 1700000000,\n"
    "   \"asked_ttl\": 600,\n"
    "   \"asked_ttl_aaaa\": 300,\n"
    "   \"records\": [\n"
    "    {\n"
    "     \"address\": \"192.0.2.10\",\n"
    "     \"ttl\": 900,\n"
    "     \"holding\": \"held\"\n"
    "    },\n"
    "    {\n"
    "     \"address\": \"2001:db8::10\",\n"
    "     \"ttl\": 900,\n"
    "     \"holding\": \"maybe\"\n"
    "    }\n"
    "   ]\n"
    "  },\n"
    "  {\n"
    "   \"fqdn\": \"pc1.corp.example\",\n"
    "   \"mode\": \"shared\",\n"
    "   \"registration\": \"host\",\n"
    "   \"zone\": null,\n"
    "   \"server\": null,\n"
    "   \"refreshed\": 0,\n"
    "   \"asked_ttl\": 0,\n"
    "   \"asked_ttl_aaaa\": 0,\n"
    "   \"records\": [\n"
    "    {\n"
    "     \"address\": \"192.0.2.9\",\n"
    "     \"ttl\": 0,\n"
    "     \"holding\": \"confirmed\"\n"
    "    }\n"
    "   ]\n"
    "  }\n"
    " ]\n"
    "}\n";

Test(text_state, writes_sorted)
{
	struct state state = { 0 };
	char *text;

	fill(&state);
	text = text_from_state(&state);
	cr_expect_str_eq(text, written, "%s", text);
	free(text);
	state_free(&state);
}

Test(text_state, reads_what_it_writes)
{
	struct state state;
	const struct state_entry *entry;
	char *text;

	cr_assert_eq(text_state(written, strlen(written), &state), FAULT_NONE);
	cr_assert_eq(state.count, 2);
	entry = state.entries[0];
	cr_expect_eq(entry->mode, FQDN_DEDICATED);
	cr_expect_str_eq(entry->registration, "amt");
	cr_expect(entry->has_zone);
	cr_expect(entry->has_server);
	cr_expect_eq(entry->server.port, 5353);
	cr_expect_str_eq(entry->server.ifname, "eth0");
	cr_expect_eq(entry->refreshed_s, 1700000000);
	cr_expect_eq(entry->asked_ttl[0], 600);
	cr_expect_eq(entry->asked_ttl[1], 300);
	cr_assert_eq(entry->record_count, 2);
	cr_expect_eq(entry->records[0].holding, HOLDING_HELD);
	cr_expect_eq(entry->records[0].ttl, 900);
	cr_expect_eq(entry->records[1].holding, HOLDING_MAYBE);
	entry = state.entries[1];
	cr_expect_eq(entry->mode, FQDN_SHARED);
	cr_expect(!entry->has_zone && !entry->has_server);
	cr_expect_eq(entry->records[0].holding, HOLDING_CONFIRMED);
	text = text_from_state(&state);
	cr_expect_str_eq(text, written);
	free(text);
	state_free(&state);
}

Test(text_state, empty_state)
{
	struct state state = { 0 };
	char *text = text_from_state(&state);

	cr_expect_str_eq(text, "{\n \"version\": 1,\n \"names\": []\n}\n");
	cr_expect_eq(text_state(text, strlen(text), &state), FAULT_NONE);
	cr_expect_eq(state.count, 0);
	free(text);
	state_free(&state);
}

/* Text that is not UTF-8 must not stop the state from being written. */
Test(text_state, odd_registration_name)
{
	struct state state = { 0 }, again;
	char *text;

	entry_of(&state, "amt.corp.example", FQDN_DEDICATED, "caf\351");
	text = text_from_state(&state);
	cr_expect_neq(strstr(text, "caf\\\\233"), NULL, "%s", text);
	cr_expect_eq(text_state(text, strlen(text), &again), FAULT_NONE);
	free(text);
	state_free(&state);
	state_free(&again);
}

static void
expect(const char *text, enum fault wanted)
{
	struct state state;
	enum fault got;

	memset(&state, 0xff, sizeof(state));
	got = text_state(text, strlen(text), &state);
	cr_expect_eq(got, wanted, "%s: %s", text, fault_text(got));
	if (got != FAULT_NONE)
		cr_expect(state.count == 0 && state.entries == NULL, "%s", text);
	state_free(&state);
}

/* One name with something in place of its good parts. */
static void
expect_entry(const char *format_head, const char *records, enum fault wanted)
{
	char *text = mem_printf("{\"version\":1,\"names\":[{%s,\"records\":%s}]}",
	    format_head, records);

	expect(text, wanted);
	free(text);
}

#define GOOD_HEAD "\"fqdn\":\"a.example\",\"mode\":\"shared\",\"registration\":\"r\""

Test(text_state, not_a_state)
{
	expect("", FAULT_TEXT_SYNTAX);
	expect("nonsense", FAULT_TEXT_SYNTAX);
	expect("[]", FAULT_TEXT_SYNTAX);
	expect("{}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1,\"names\":{}}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1,\"names\":[1]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1,\"names\":[]} x", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1,\"version\":1,\"names\":[]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1,\"names\":[]", FAULT_TEXT_SYNTAX);
}

Test(text_state, version)
{
	expect("{\"version\":1,\"names\":[]}", FAULT_NONE);
	expect("{\"version\":2,\"names\":[]}", FAULT_TEXT_VERSION);
	expect("{\"version\":2,\"quite\":\"other\"}", FAULT_TEXT_VERSION);
	expect("{\"version\":0,\"names\":[]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":-1,\"names\":[]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":\"1\",\"names\":[]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":1.0,\"names\":[]}", FAULT_TEXT_SYNTAX);
	expect("{\"version\":99999999999999999999,\"names\":[]}", FAULT_TEXT_SYNTAX);
}

Test(text_state, unknown_keys)
{
	expect("{\"version\":1,\"names\":[],\"more\":{\"a\":[]}}", FAULT_NONE);
	expect_entry(GOOD_HEAD ",\"colour\":\"red\"",
	    "[{\"address\":\"192.0.2.1\",\"ttl\":1,\"holding\":\"held\",\"x\":1}]",
	    FAULT_NONE);
}

Test(text_state, entries)
{
	expect_entry(GOOD_HEAD, "[]", FAULT_NONE);
	expect_entry(GOOD_HEAD, "{}", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "null", FAULT_TEXT_SYNTAX);
	expect_entry("\"mode\":\"shared\",\"registration\":\"r\"", "[]",
	    FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\",\"registration\":\"r\"", "[]",
	    FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\",\"mode\":\"shared\"", "[]",
	    FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a "
	    "b.example\",\"mode\":\"shared\",\"registration\":\"r\"",
	    "[]", FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"\",\"mode\":\"shared\",\"registration\":\"r\"", "[]",
	    FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\",\"mode\":\"both\",\"registration\":\"r\"",
	    "[]", FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\",\"mode\":1,\"registration\":\"r\"", "[]",
	    FAULT_TEXT_SYNTAX);
	/* the same name twice, in another case too */
	expect("{\"version\":1,\"names\":[{" GOOD_HEAD ",\"records\":[]},"
	    "{\"fqdn\":\"A.Example.\",\"mode\":\"shared\",\"registration\":\"s\","
	    "\"records\":[]}]}", FAULT_TEXT_SYNTAX);
}

Test(text_state, origins)
{
	expect_entry(GOOD_HEAD ",\"zone\":\"example\",\"server\":\"192.0.2.1\","
	    "\"refreshed\":5", "[]", FAULT_NONE);
	expect_entry(GOOD_HEAD ",\"zone\":null,\"server\":null", "[]", FAULT_NONE);
	expect_entry(GOOD_HEAD ",\"zone\":\"a.example\"", "[]", FAULT_NONE);
	expect_entry(GOOD_HEAD ",\"zone\":\"other.example\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"zone\":\"..\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"zone\":5", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"server\":\"ns1.example\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"server\":\"192.0.2.1#0\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"server\":[]", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"refreshed\":-1", "[]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD ",\"refreshed\":\"now\"", "[]", FAULT_TEXT_SYNTAX);
}

#define RECORD(address, ttl, holding) \
	"{\"address\":" address ",\"ttl\":" ttl ",\"holding\":" holding "}"
#define HELD "\"held\""
#define ADDRESS "\"192.0.2.1\""

Test(text_state, records)
{
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "4294967295", HELD) "]",
	    FAULT_NONE);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "4294967296", HELD) "]",
	    FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "-1", HELD) "]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "1.5", HELD) "]",
	    FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "1", "\"mine\"") "]",
	    FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "1", "null") "]",
	    FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD("\"192.0.2\"", "1", HELD) "]",
	    FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD("7", "1", HELD) "]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[" RECORD(ADDRESS, "1", HELD) ","
	    RECORD(ADDRESS, "2", HELD) "]", FAULT_TEXT_SYNTAX);
	expect_entry(GOOD_HEAD, "[\"192.0.2.1\"]", FAULT_TEXT_SYNTAX);
}

Test(text_state, hostile)
{
	static const char nul[] = "{\"version\":1,\"names\":[]}\0";
	char *deep = mem_zero(100001, 1);
	struct state state;

	memset(deep, '[', 100000);
	expect(deep, FAULT_TEXT_SYNTAX);
	free(deep);
	cr_expect_eq(text_state(nul, sizeof(nul), &state), FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\",\"mode\":\"shared\","
	    "\"registration\":\"\\u0000\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"a.example\\u0000b\",\"mode\":\"shared\","
	    "\"registration\":\"r\"", "[]", FAULT_TEXT_SYNTAX);
	expect_entry("\"fqdn\":\"\377\",\"mode\":\"shared\","
	    "\"registration\":\"r\"", "[]", FAULT_TEXT_SYNTAX);
}
