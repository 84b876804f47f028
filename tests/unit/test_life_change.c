/*
 * A daemon whose host, configuration or masters change their mind; and its end.
 */
#include "core_life.h"
#include "ddnsupd/life.h"

TestSuite(life_change, .fini = end);

#define NAME "pc1-amt.corp.example"
#define OTHER "pc2-amt.corp.example"

static const char renamed[] =
    "dns: {servers: [192.0.2.53]}\n"
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, host-name: pc2-amt, domain-name: corp.example,\n"
    "     interface: eth0}\n";
static const char empty[] =
    "dns: {servers: [192.0.2.53]}\n"
    "registrations:\n"
    "  - {name: other, enabled: false, fqdn: dedicated, host-name: x,\n"
    "     domain-name: corp.example}\n";
static const char leaves[] =
    "dns: {servers: [192.0.2.53]}\n"
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: corp.example,\n"
    "     interface: eth0, withdraw-on-stop: true}\n";
static const char shared[] =
    "dns: {servers: [192.0.2.53]}\n"
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, domain-name: corp.example,\n"
    "     interface: eth0}\n";

static void
begin(const char *yaml)
{
	boot(yaml, NULL);
	start();
	pass(SEC(70));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	forget();
}

/* --- rules ------------------------------------------------------------------------- */

/* A dedicated name that is the host's own breaks a rule until the host is renamed. */
Test(life_change, suspended_and_resumed)
{
	begin(basic);
	host("pc1-amt");
	expect_said("");
	cr_expect(noted("4 " NAME ": suspended: "), "%s", strbuf_text(&d.notes));
	cr_expect_str_eq(d.status, "0 held, 1 suspended");
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(2 * PERIOD_S));
	expect_said("");
	cr_expect_eq(note_count("suspended"), 1, "%s", strbuf_text(&d.notes));
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"suspended\"");
	expect_reply("\"verdict\":\"broken\"");
	host("pc1");
	pass(SEC(1));
	cr_expect(noted("5 " NAME ": no longer suspended"));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* The same rule, broken by another value: once is enough for the log. */
Test(life_change, suspended_by_other_facts)
{
#define TTL_OF(ttl) \
	"dns: {servers: [192.0.2.53]}\n" \
	"registrations:\n" \
	"  - {name: amt, fqdn: dedicated, host-name: pc1-amt,\n" \
	"     domain-name: corp.example, interface: eth0, ttl: " ttl "}\n"
	begin(basic);
	reload(TTL_OF("0"));
	cr_expect_eq(note_count("4 " NAME ": suspended: R17: ttl is 0 s"), 1, "%s",
	    strbuf_text(&d.notes));
	reload(TTL_OF("2147483648"));
	cr_expect_eq(note_count("4 " NAME ": suspended: "), 1, "%s",
	    strbuf_text(&d.notes));
	cr_expect_eq(note_count("6 " NAME ": suspended: R17: ttl is 2147483648 s"), 1, "%s",
	    strbuf_text(&d.notes));
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("ttl is 2147483648 s");
}

/* In the middle of a conversation, too: it may be somebody else's from now on. */
Test(life_change, suspended_in_the_middle)
{
	begin(basic);
	d.silent = true;
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(1));
	host("pc1");
	cr_expect(!noted("suspended"), "%s", strbuf_text(&d.notes));
	host("pc1-amt");
	cr_expect(noted("4 " NAME ": suspended: "), "%s", strbuf_text(&d.notes));
	d.silent = false;
	pass(SEC(3600));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	host("pc1");
	pass(SEC(10));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* --- another name ------------------------------------------------------------------ */

/* The new one is there before the old one goes. */
Test(life_change, renamed_in_the_file)
{
	begin(basic);
	reload(renamed);
	expect_reply("\"exit\":0");
	expect_site(NAME, "", "");
	expect_site(OTHER, "192.0.2.10", "2001:db8::10");
	cr_expect_lt(strstr(strbuf_text(&d.said), "UPDATE corp.example " OTHER),
	    strstr(strbuf_text(&d.said), "UPDATE corp.example " NAME));
	pass(SEC(5));
	cr_expect_eq(d.updates, 2);
	cr_expect_str_eq(d.status, "1 held");
}

Test(life_change, renamed_and_back_while_nobody_answers)
{
	begin(basic);
	d.silent = true;
	reload(renamed);
	pass(SEC(10));
	reload(basic);
	d.silent = false;
	pass(SEC(3600));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	expect_site(OTHER, "", "");
}

/* The former name is on its way out when it is wanted again. */
Test(life_change, renamed_and_back_at_once)
{
	begin(basic);
	d.lose = 0;
	reload(renamed);
	expect_site(NAME, "", "");
	reload(basic);
	pass(SEC(60));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	expect_site(OTHER, "", "");
	cr_expect_str_eq(d.status, "1 held");
}

/* Who is over leaves his place to the next: years of changes cost no memory. */
Test(life_change, renamed_for_years)
{
	begin(basic);
	for (unsigned i = 0; i < 100; i++) {
		reload(i % 2 == 0 ? renamed : basic);
		pass(SEC(60));
	}
	cr_expect_leq(d.engine->reg_count, 3);
	cr_expect_eq(d.engine->report.registration_count, d.engine->reg_count);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	expect_site(OTHER, "", "");
	cr_expect_str_eq(d.status, "1 held");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"fqdn\":\"" NAME "\"");
}

/* --- another configuration --------------------------------------------------------- */

/* What was planned by the old period is planned anew. */
Test(life_change, another_period_in_the_file)
{
	static const char hourly[] =
	    "dns: {servers: [192.0.2.53]}\n"
	    "registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: "
	    "corp.example,\n     interface: eth0, periodic-update: 60}\n";

	begin(basic);
	reload(hourly);
	pass(SEC(3500) * 9 / 10);
	cr_expect_eq(d.updates, 0);
	pass(SEC(600));
	cr_expect_eq(d.updates, 1, "%u", d.updates);
}

/* A period beyond all reckoning is a very long one. */
Test(life_change, a_period_without_end)
{
	static const char never[] =
	    "dns: {servers: [192.0.2.53]}\n"
	    "registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: "
	    "corp.example,\n     interface: eth0, periodic-update: 9223372036854775807}\n";

	begin(basic);
	reload(never);
	pass(SEC(3 * 86400));
	cr_expect_eq(d.updates, 0, "%u", d.updates);
	cr_expect_str_eq(d.status, "1 held");
}

Test(life_change, a_bad_file_changes_nothing)
{
	begin(basic);
	post((struct event){.kind = EVENT_CONFIG, .client = 3,
	    .error = "ddnsupd.yaml:3:5: ttl: a number of seconds"});
	cr_expect(noted("3 configuration: ddnsupd.yaml:3:5: ttl: a number of seconds; "
	    "the old one stays"), "%s", strbuf_text(&d.notes));
	expect_reply("{\"exit\":78,");
	expect_said("");
	cr_expect_str_eq(d.status, "1 held");
}

Test(life_change, a_registration_is_removed)
{
	begin(basic);
	reload(empty);
	expect_site(NAME, "", "");
	cr_expect_eq(d.updates, 1);
	request(1, false, "{\"command\":\"status\"}");
	cr_expect_null(strstr(d.reply, NAME), "%s", d.reply);
	forget();
	reload(basic);
	pass(SEC(1));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

/* Removed while nobody answered, and wanted again: not withdrawn behind its back. */
Test(life_change, removed_and_wanted_again)
{
	begin(basic);
	d.silent = true;
	reload(empty);
	pass(SEC(100));
	reload(basic);
	pass(SEC(100));
	d.silent = false;
	pass(SEC(2 * 3600));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	cr_expect_str_eq(d.status, "1 held");
	pass(SEC(PERIOD_S));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

/* Removed while the daemon was off: the state remembers. */
Test(life_change, removed_before_the_start)
{
	struct state_entry *entry;
	struct state state = {0};
	struct name name = name_of(NAME);
	struct addr addr = addr_of("192.0.2.10");

	entry = state_ensure(&state, &name, FQDN_DEDICATED, "amt");
	state_entry_put(entry, &addr, 900, HOLDING_HELD);
	boot(empty, &state);
	apply(NAME, (char[]){"+192.0.2.10/900"});
	start();
	pass(SEC(1));
	expect_site(NAME, "", "");
	cr_expect(noted("5 " NAME ": no longer in the configuration"), "%s",
	    strbuf_text(&d.notes));
}

Test(life_change, disabled)
{
	char *yaml = mem_printf("%.*s, enabled: false}\n", (int)strlen(basic) - 2, basic);

	begin(basic);
	reload(yaml);
	free(yaml);
	net_event();
	pass(SEC(2 * PERIOD_S));
	expect_said("");
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"outcome\":\"disabled\"");
}

/* --- control ----------------------------------------------------------------------- */

Test(life_change, refresh_waits_for_the_result)
{
	begin(basic);
	request(5, true, "{\"command\":\"refresh\"}");
	cr_expect_eq(d.reply_to, 5);
	expect_reply("{\"exit\":0,");
	expect_reply("\"change\":\"kept\"");
	cr_expect_eq(d.updates, 1, "all is asserted anew");
	d.rcode = 5;
	request(6, true, "{\"command\":\"refresh\",\"name\":\"" NAME "\"}");
	cr_expect_eq(d.reply_to, 6);
	expect_reply("{\"exit\":77,");
}

/* Nobody is kept longer than 30 s, whoever else comes meanwhile. */
Test(life_change, several_clients_wait)
{
	begin(basic);
	d.silent = true;
	request(5, true, "{\"command\":\"refresh\"}");
	cr_expect_null(d.reply);
	pass(SEC(2));
	request(6, true, "{\"command\":\"withdraw\"}");
	cr_expect_null(d.reply);
	request(7, true, "{\"command\":\"refresh\",\"name\":\"amt\"}");
	post((struct event){.kind = EVENT_GONE, .client = 7});
	pass(SEC(29));
	cr_expect_not_null(d.reply, "the first has waited long enough");
	pass(SEC(2));
	cr_expect_neq(d.reply_to, 7);
}

Test(life_change, withdraw_until_refresh)
{
	begin(basic);
	request(5, true, "{\"command\":\"withdraw\",\"name\":\"amt\"}");
	expect_reply("\"outcome\":\"withdrawn\"");
	expect_site(NAME, "", "");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"suspended\"");
	expect_reply("\"records\":[]"); /* none is wanted */
	net_event();
	pass(SEC(2 * PERIOD_S));
	expect_site(NAME, "", "");
	request(5, true, "{\"command\":\"withdraw\"}");
	expect_reply("{\"exit\":0,");
	request(5, true, "{\"command\":\"refresh\"}");
	expect_reply("{\"exit\":0,");
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

/* A reload is no wish to have it back, unless the file says something new of it. */
Test(life_change, withdrawn_over_a_reload)
{
	char *yaml = mem_printf("%.*s, ttl: 600}\n", (int)strlen(basic) - 2, basic);

	begin(basic);
	request(5, true, "{\"command\":\"withdraw\",\"name\":\"amt\"}");
	expect_site(NAME, "", "");
	reload(basic);
	pass(SEC(60));
	expect_site(NAME, "", "");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"outcome\":\"withdrawn\"");
	reload(yaml);
	free(yaml);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

Test(life_change, withdrawing_over_a_reload)
{
	begin(basic);
	d.silent = true;
	request(5, true, "{\"command\":\"withdraw\",\"name\":\"amt\"}");
	reload(basic);
	d.silent = false;
	pass(SEC(3600));
	expect_site(NAME, "", "");
}

/* What is no longer in the file is withdrawn; a client who asks for the same, and then
 * for the contrary, does not bring it back. */
Test(life_change, withdraw_what_is_on_its_way_out)
{
	begin(basic);
	d.silent = true;
	reload(empty);
	pass(SEC(1));
	request(5, true, "{\"command\":\"withdraw\"}");
	request(6, true, "{\"command\":\"refresh\"}");
	net_event();
	pass(SEC(60));
	d.silent = false;
	pass(SEC(3600));
	expect_site(NAME, "", "");
	net_event();
	host("pc3");
	request(1, false, "{\"command\":\"status\"}");
	cr_expect_null(strstr(d.reply, NAME), "%s", d.reply);
}

Test(life_change, who_may_what)
{
	static const char *const changes[] = {"refresh", "reload", "withdraw"};
	size_t i;

	begin(basic);
	for (i = 0; i < LENGTH(changes); i++) {
		char *line = mem_printf("{\"command\":\"%s\"}", changes[i]);

		request(5, false, line);
		free(line);
		expect_reply("{\"exit\":77,");
	}
	expect_said("");
	cr_expect_eq(d.reloads, 0);
	request(5, true, "{\"command\":\"reload\"}");
	cr_expect_eq(d.reloads, 1);
	request(5, false, "{\"command\":\"watch\"}");
	cr_expect_eq(d.streams, 1);
	request(5, true, "{\"command\":\"refresh\",\"name\":\"nobody\"}");
	expect_reply("{\"exit\":64,");
	request(5, true, "{\"command\":\"explode\"}");
	expect_reply("{\"exit\":64,");
	request(5, true, "GET / HTTP/1.1");
	expect_reply("{\"exit\":64,");
}

Test(life_change, status)
{
	begin(basic);
	request(9, false, "{\"command\":\"status\",\"name\":\"" NAME "\"}");
	cr_expect_eq(d.reply_to, 9);
	expect_reply("\"state\":\"held\"");
	expect_reply("\"zone\":\"corp.example\"");
	expect_reply("\"server\":\"192.0.2.53#53\"");
	expect_reply("\"address\":\"2001:db8::10\"");
	expect_reply("\"outcome\":\"updated\"");
	request(9, false, "{\"command\":\"metrics\"}");
	expect_reply("ddnsupd_registrations{state=\\\"held\\\"} 1");
	expect_reply("ddnsupd_updates_total{rcode=\\\"NOERROR\\\"} 1");
}

Test(life_change, usr1_updates_everything)
{
	begin(basic);
	post((struct event){.kind = EVENT_REFRESH});
	cr_expect_eq(d.updates, 1);
}

/* --- the end ----------------------------------------------------------------------- */

Test(life_change, stop)
{
	begin(basic);
	stop();
	cr_expect_eq(d.talk.exit, 0);
	expect_said("");
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

Test(life_change, stop_withdraws_first)
{
	begin(leaves);
	stop();
	cr_expect_eq(d.talk.exit, 0);
	expect_site(NAME, "", "");
}

Test(life_change, stop_is_bounded)
{
	begin(leaves);
	d.silent = true;
	stop();
	cr_expect_eq(d.talk.exit, -1);
	request(5, true, "{\"command\":\"withdraw\"}");
	request(6, true, "{\"command\":\"refresh\"}");
	reload(renamed);
	net_event();
	pass(4999);
	cr_expect_eq(d.talk.exit, -1);
	pass(1);
	cr_expect_eq(d.talk.exit, 0);
	cr_expect_eq(d.talk.open_count, 0, "nothing is left open");
}

Test(life_change, stop_twice)
{
	begin(leaves);
	d.silent = true;
	stop();
	stop();
	cr_expect_eq(d.talk.exit, 0);
}

Test(life_change, stop_does_not_wait_for_a_disk_that_hangs)
{
	begin(leaves);
	d.slow_disk = true;
	stop();
	expect_site(NAME, "", "");
	cr_expect_eq(d.talk.exit, -1);
	pass(SEC(5));
	cr_expect_eq(d.talk.exit, 0);
}

Test(life_change, stop_in_the_middle)
{
	boot(shared, NULL);
	d.silent = true;
	start();
	stop();
	pass(SEC(5));
	cr_expect_eq(d.talk.exit, 0);
	cr_expect_eq(d.talk.open_count, 0);
}
