/*
 * One registration among others: who takes part, who waits for an address, who is
 * withdrawn, and what --check says.
 */
#include "core_engine.h"

TestSuite(engine_reg, .init = begin, .fini = end);

static void
add_more(const char *name, const char *host_name)
{
	struct config_registration *more = config_add(config, name);

	more->mode = FQDN_DEDICATED;
	more->host_name = mem_text(host_name);
	reg = &config->registrations[0]; /* the array may have moved */
}

static void
set(char **field, const char *text)
{
	free(*field);
	*field = mem_text(text);
}

/* --- who takes part --------------------------------------------------------------- */

/* The good ones are registered, the largest code wins. */
Test(engine_reg, one_is_invalid)
{
	add_more("bad", "pc1-bad");
	config->registrations[1].ttl_s = 0;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	tell({A53, "aa"}, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	expect_report(0, "updated 0: 192.0.2.10 added");
	expect_report(1, "invalid 78");
	cr_expect(error_says(1, "R17"));
}

/* Whatever their order. */
Test(engine_reg, the_first_one_is_invalid)
{
	add_more("good", "pc1-good");
	reg->ttl_s = 0;
	config->registrations[1].enabled = false;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	expect_report(0, "invalid 78");
	expect_report(1, "disabled 0");
}

Test(engine_reg, disabled)
{
	add_more("off", "pc1-off");
	config->registrations[1].enabled = false;
	config->registrations[1].ttl_s = 0; /* it is not judged */
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(1, "disabled 0");
}

Test(engine_reg, none_enabled)
{
	reg->enabled = false;
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect_not_null(engine_report(engine)->error);
}

Test(engine_reg, names)
{
	static const char *const names[] = {"pc1-B.corp.example", NULL};

	add_more("b", "pc1-b");
	options.names = names;
	stand("192.0.2.10", 0);
	go();
	cr_expect_null(engine_unknown_name(engine));
	expect_open(&talk, "SOA? pc1-b.corp.example @192.0.2.53; "
	    "A pc1-b.corp.example @192.0.2.53");
	cr_expect_eq(engine_report(engine)->registration_count, 1);
	cr_expect_str_eq(result(0)->name, "b");
}

Test(engine_reg, unknown_name)
{
	static const char *const names[] = {"amt", OWNER, "nobody", NULL};

	options.names = names;
	go();
	cr_expect_str_eq(engine_unknown_name(engine), "nobody");
}

/* What is done stays done; what still runs is broken off. */
Test(engine_reg, a_signal_between_two)
{
	struct event event = {.kind = EVENT_STOP, .signal = 2};

	add_more("b", "pc1-b");
	stand("192.0.2.10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10"});
	expect_report(0, "unchanged 0: 192.0.2.10 kept");
	cr_expect_eq(talk.exit, -1);
	talk_post(&talk, event);
	settle_saves();
	cr_expect_eq(talk.exit, 130);
	expect_report(0, "unchanged 0: 192.0.2.10 kept");
	expect_report(1, "failed 69: 192.0.2.10 pending");
	cr_expect(error_says(1, "interrupted"));
	cr_expect_null(result(0)->error);
}

/* R3 */
Test(engine_reg, no_dns_server)
{
	config->server_count = 0;
	config->dns_source = DNS_SOURCE_STATIC;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	cr_expect(error_says(0, "R3"));
}

/* As many conversations at one time, the others have their turn. */
Test(engine_reg, a_queue)
{
	char name[32];
	size_t i, lookups = 0;

	for (i = 0; i < 39; i++) {
		snprintf(name, sizeof(name), "more-%zu", i);
		add_more(name, name);
	}
	reg->ipv6 = FAMILY_USE_NONE;
	stand("192.0.2.10", 0);
	go();
	for (i = 0; i < talk.open_count; i++)
		lookups += talk.open[i].kind == EFFECT_LOOKUP;
	cr_expect_eq(lookups, 32);
	for (i = 0; i < 400 && talk.exit < 0; i++) {
		size_t j = 0;

		while (talk.open[j].kind != EFFECT_LOOKUP)
			j++;
		talk_answer(&talk, j, "REFUSED");
		settle_saves();
	}
	cr_expect_eq(talk.exit, EXIT_CODE_TEMPORARY);
	for (i = 0; i < 40; i++)
		cr_expect_eq(result(i)->exit, EXIT_CODE_TEMPORARY);
}

/* --- addresses -------------------------------------------------------------------- */

Test(engine_reg, no_default_route)
{
	net.route_count = 0;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	cr_expect(error_says(0, "eth0"));
	expect_report(0, "failed 69");
}

Test(engine_reg, unknown_interface)
{
	set(&reg->interface, "eth7");
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect(error_says(0, "eth7"));
	cr_expect(error_says(0, "eth0"));
}

Test(engine_reg, configured_addresses_need_no_interface)
{
	struct addr addr = addr_of("192.0.2.20");

	net.route_count = 0;
	config_add_address(reg, &addr);
	go();
	expect_open(&talk, SOA "; " A53);
}

/* Never empty: no address is no wish to delete; it is waited for, then 69. */
Test(engine_reg, no_address)
{
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	stand("fe80::1", 0);
	go();
	expect_open(&talk, "");
	cr_expect(has_note(&talk, OWNER ": waiting for a usable address on eth0"));
	strbuf_free(&talk.notes);
	stand("169.254.1.1", 0);
	post_net();
	cr_expect_not(has_note(&talk, "waiting"), "it is said once");
	talk_until(&talk, 29999);
	cr_expect_eq(talk.exit, -1);
	talk_until(&talk, 30000);
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	expect_report(0, "failed 69: 169.254.1.1 skipped (link-local), "
	    "fe80::1 skipped (link-local)");
	expect_saved("-");
}

Test(engine_reg, an_address_arrives)
{
	go();
	expect_open(&talk, "");
	talk_until(&talk, 7000);
	stand("192.0.2.10", 0);
	post_net();
	expect_open(&talk, SOA "; " A53);
}

/* The family that is ready goes at once, the other one when it is. */
Test(engine_reg, tentative)
{
	stand("192.0.2.10", 0);
	stand("2001:db8::10", FACT_ADDR_TENTATIVE);
	go();
	expect_open(&talk, SOA "; " A53);
	locate_it();
	tell({A53, "aa"}, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, -1);
	expect_open(&talk, "");
	cr_expect(has_note(&talk, "2001:db8::10"));
	talk_until(&talk, 2000);
	net.links[1].addrs[1].flags = 0;
	post_net();
	expect_open(&talk, SOA "; " AAAA53);
	locate_it();
	tell({AAAA53, "aa"}, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 added, 2001:db8::10 added");
	expect_saved(OWNER ": 192.0.2.10 held 2001:db8::10 held");
}

/* At most 5 s, then skipped. */
Test(engine_reg, tentative_for_ever)
{
	stand("192.0.2.10", 0);
	stand("2001:db8::10", FACT_ADDR_TENTATIVE);
	go();
	locate_it();
	tell({A53, "aa"}, {UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	talk_until(&talk, 4999);
	cr_expect_eq(talk.exit, -1);
	talk_until(&talk, 5000);
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 192.0.2.10 added, "
	    "2001:db8::10 skipped (tentative)");
}

/* What is deprecated waits for what is better, but not for ever. */
Test(engine_reg, tentative_for_ever_beside_a_deprecated_one)
{
	stand("2001:db8::10", FACT_ADDR_DEPRECATED);
	stand("2001:db8::11", FACT_ADDR_TENTATIVE);
	go();
	talk_until(&talk, 4999);
	expect_open(&talk, "");
	talk_until(&talk, 5000);
	locate_it();
	tell({AAAA53, "aa"}, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 2001:db8::10 added, "
	    "2001:db8::11 skipped (tentative)");
}

/* One that is ready waits for another of its family, so that both go at once. */
Test(engine_reg, tentative_beside_a_ready_one)
{
	stand("2001:db8::10", 0);
	stand("2001:db8::11", FACT_ADDR_TENTATIVE);
	go();
	expect_open(&talk, "");
	talk_until(&talk, 4999);
	expect_open(&talk, "");
	talk_until(&talk, 5000);
	expect_open(&talk, SOA "; " AAAA53);
	locate_it();
	tell({AAAA53, "aa"}, {UPDATE53, "NOERROR"}, {AAAA53, "aa 2001:db8::10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "updated 0: 2001:db8::10 added, "
	    "2001:db8::11 skipped (tentative)");
}

/* The address changes while its conversation runs: once more with the new one. */
Test(engine_reg, an_address_changes_meanwhile)
{
	stand("192.0.2.10", 0);
	go();
	locate_it();
	reply(&talk, A53, "aa");
	net.links[1].addr_count = 0;
	stand("192.0.2.11", 0);
	post_net();
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, -1);
	locate_it();
	reply(&talk, A53, "aa 192.0.2.10");
	settle_saves();
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =192.0.2.10 "
	    "-192.0.2.10 +192.0.2.11/900 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.11"});
	cr_expect_eq(talk.exit, 0);
	expect_saved(OWNER ": 192.0.2.11 held");
}

/* R9 */
Test(engine_reg, the_hosts_address)
{
	set(&reg->host_interface, "eth0");
	stand("192.0.2.10", 0);
	stand("2001:db8::10", 0);
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "unchanged 0: 192.0.2.10 kept, "
	    "2001:db8::10 skipped (belongs to the host)");
}

/* --- withdrawing ------------------------------------------------------------------ */

Test(engine_reg, withdraw)
{
	options.mode = ENGINE_WITHDRAW;
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held 2001:db8::10 maybe");
	go();
	locate_it();
	tell({A53, "aa 192.0.2.10 192.0.2.66"}, {AAAA53, "aa 2001:db8::10"});
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =192.0.2.10 "
	    "=192.0.2.66 =2001:db8::10 -192.0.2.10 -2001:db8::10 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {A53, "aa 192.0.2.66"}, {AAAA53, "aa"});
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "withdrawn 0: 192.0.2.10 removed, 2001:db8::10 removed");
	expect_saved("");
}

Test(engine_reg, withdraw_with_nothing_held)
{
	options.mode = ENGINE_WITHDRAW;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, 0);
	expect_report(0, "unchanged 0");
	expect_saved("-");
}

/* It goes by the state: registrations that are no longer in the file, too. */
Test(engine_reg, withdraw_what_the_file_has_forgotten)
{
	options.mode = ENGINE_WITHDRAW;
	know("old.corp.example", "old", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	expect_open(&talk, "SOA? old.corp.example @192.0.2.53; "
	    "A old.corp.example @192.0.2.53");
}

/* ... but not those of other quick runs, nor those not named. */
Test(engine_reg, withdraw_only_what_is_meant)
{
	static const char *const names[] = {"amt", NULL};

	options.mode = ENGINE_WITHDRAW;
	options.quick = true;
	know("old.corp.example", "old", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	cr_expect_eq(talk.exit, 0);
	end();
	begin();
	options.mode = ENGINE_WITHDRAW;
	options.names = names;
	know("old.corp.example", "old", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	cr_expect_eq(talk.exit, 0);
}

/* R6, R7: the host was renamed; the new name first, then its own old records go. */
Test(engine_reg, former_name)
{
	reg->mode = FQDN_SHARED;
	free(reg->host_name);
	reg->host_name = NULL;
	stand("192.0.2.10", 0);
	know("old.corp.example", "amt", FQDN_SHARED, "192.0.2.10 held");
	go();
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; "
	    "A pc1.corp.example @192.0.2.53");
	tell({"SOA? pc1.corp.example @192.0.2.53", ZONE}, {NS1_A, "aa 192.0.2.53"},
	    {NS1_AAAA, "aa"}, {"A pc1.corp.example @192.0.2.53", "aa"},
	    {UPDATE53, "NOERROR"}, {"A pc1.corp.example @192.0.2.53",
	    "aa 192.0.2.10"});
	expect_open(&talk, "SOA? old.corp.example @192.0.2.53; "
	    "A old.corp.example @192.0.2.53");
	tell({"SOA? old.corp.example @192.0.2.53", ZONE}, {NS1_A, "aa 192.0.2.53"},
	    {NS1_AAAA, "aa"}, {"A old.corp.example @192.0.2.53",
	    "aa 192.0.2.10 192.0.2.66"});
	expect_open(&talk, "UPDATE corp.example old.corp.example: !CNAME =192.0.2.10 "
	    "=192.0.2.66 -192.0.2.10 @192.0.2.53");
	tell({UPDATE53, "NOERROR"}, {"A old.corp.example @192.0.2.53",
	    "aa 192.0.2.66"});
	cr_expect_eq(talk.exit, 0);
	expect_saved("pc1.corp.example: 192.0.2.10 held");
}

/* The new name could not be registered: the old one stays. */
Test(engine_reg, former_name_stays_after_a_failure)
{
	stand("192.0.2.10", 0);
	know("old.corp.example", "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	tell({SOA, "REFUSED"});
	cr_expect_eq(talk.exit, EXIT_CODE_TEMPORARY);
	expect_open(&talk, "");
}

/* --- checking --------------------------------------------------------------------- */

Test(engine_reg, check)
{
	const struct report *report;

	options.mode = ENGINE_CHECK;
	stand("192.0.2.10", 0);
	go();
	cr_expect_eq(talk.exit, 0);
	report = engine_report(engine);
	cr_expect(report->has_rules);
	cr_assert_eq(report->rule_count, 18);
	cr_expect_str_eq(report->rules[4].id, "R5");
	cr_expect_str_eq(report->rules[4].registration, "amt");
	expect_report(0, "pending 0");
}

Test(engine_reg, check_finds_a_broken_rule)
{
	options.mode = ENGINE_CHECK;
	reg->ttl_s = 0;
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect_eq(engine_report(engine)->rules[16].verdict, RULE_BROKEN);
}

/* The harmless test, one a family, and nothing is remembered. */
Test(engine_reg, check_online)
{
	options.mode = ENGINE_CHECK_ONLINE;
	stand("192.0.2.10", 0);
	go();
	locate_it();
	reply(&talk, A53, "aa 192.0.2.66");
	expect_open(&talk, "UPDATE corp.example " OWNER ": !CNAME =192.0.2.66 "
	    "-192.0.2.1 @192.0.2.53");
	tell({UPDATE53, "NOERROR"});
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(result(0)->outcome, OUTCOME_PLANNED);
	cr_expect_eq(engine_report(engine)->rule_count, 18);
	cr_expect_eq(engine_report(engine)->rules[1].verdict, RULE_HOLDS);
	cr_expect_str_eq(engine_report(engine)->rules[1].message,
	    "192.0.2.53#53 takes non-secure updates of zone corp.example from here");
	expect_saved("-");
}
