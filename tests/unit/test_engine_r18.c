/*
 * R18 in the engine: a name that the DHCP server keeps is left to it, and that is no
 * failure.
 */
#include "core_engine.h"

TestSuite(engine_r18, .init = begin, .fini = end);

/* dhcpcd's lease of 192.0.2.10 on eth0: the server's own message. */
static void
post_lease(uint8_t fqdn_flags)
{
	static const uint8_t options_of_it[] = {99, 130, 83, 99, 53, 1, 5, 54, 4, 192, 0,
	    2, 1, 51, 4, 0, 0, 14, 16, 81, 3, 0, 255, 255, 255};
	uint8_t message[236 + sizeof(options_of_it)] = {2, 1, 6};
	struct event event = {
		.kind = EVENT_LEASE,
		.lease_kind = LEASE_DHCPCD,
		.path = "/var/lib/dhcpcd/eth0.lease",
		.bytes = message,
		.len = sizeof(message),
		.written_s = 2000000,
		.wall_s = 2000000,
	};

	memcpy(message + 16, (uint8_t[]){192, 0, 2, 10}, 4);
	memcpy(message + 236, options_of_it, sizeof(options_of_it));
	message[236 + 21] = fqdn_flags;
	talk_post(&talk, event);
}

static void
share(void)
{
	reg->mode = FQDN_SHARED;
	free(reg->host_name);
	reg->host_name = NULL;
}

/* HOST, NET, LEASE, START. */
static void
go_with_lease(uint8_t fqdn_flags)
{
	engine = engine_new(config, &state, &options);
	stand("192.0.2.10", 0);
	share();
	talk_post(&talk, (struct event){.kind = EVENT_HOST,
	    .node_name = "pc1.corp.example"});
	post_net();
	post_lease(fqdn_flags);
	talk_post(&talk, (struct event){.kind = EVENT_START, .wall_s = 2000000});
	settle_saves();
}

static const struct report_rule *
r18(void)
{
	const struct report *report = engine_report(engine);

	cr_assert_eq(report->rule_count, 18);
	return &report->rules[17];
}

Test(engine_r18, stands_down)
{
	go_with_lease(DHCP_FQDN_S);
	expect_open(&talk, "");
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(result(0)->outcome, OUTCOME_DISABLED);
	cr_expect_eq(result(0)->exit, EXIT_CODE_OK);
	error_says(0, "R18: the DHCP server on eth0 updates pc1.corp.example");
	expect_saved("-");
}

/* The lease comes while it waits for the address. */
Test(engine_r18, later)
{
	share();
	go();
	expect_open(&talk, "");
	cr_assert_eq(talk.exit, -1);
	stand("192.0.2.10", 0);
	post_lease(DHCP_FQDN_S);
	post_net();
	expect_open(&talk, "");
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(result(0)->outcome, OUTCOME_DISABLED);
}

Test(engine_r18, the_flag_is_not_set)
{
	go_with_lease(DHCP_FQDN_N);
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; "
	    "A pc1.corp.example @192.0.2.53");
}

Test(engine_r18, overridden)
{
	reg->override_dhcp_server = true;
	go_with_lease(DHCP_FQDN_S);
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; "
	    "A pc1.corp.example @192.0.2.53");
}

/* Broken in the table, and yet all is as it should be. */
Test(engine_r18, check)
{
	options.mode = ENGINE_CHECK;
	go_with_lease(DHCP_FQDN_S);
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(r18()->verdict, RULE_BROKEN, "%s", r18()->message);
	cr_expect_eq(result(0)->exit, EXIT_CODE_OK);
}

Test(engine_r18, check_online)
{
	options.mode = ENGINE_CHECK_ONLINE;
	go_with_lease(DHCP_FQDN_S);
	expect_open(&talk, "");
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(r18()->verdict, RULE_BROKEN, "%s", r18()->message);
	cr_expect_eq(result(0)->outcome, OUTCOME_DISABLED);
}

/* Another rule beside it still counts. */
Test(engine_r18, check_finds_another)
{
	options.mode = ENGINE_CHECK;
	reg->ttl_s = 0;
	go_with_lease(DHCP_FQDN_S);
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect_eq(r18()->verdict, RULE_BROKEN);
}

/* What was registered before is not withdrawn by it, and can be by hand. */
Test(engine_r18, withdraw)
{
	options.mode = ENGINE_WITHDRAW;
	know("pc1.corp.example", "amt", FQDN_SHARED, "192.0.2.10 held");
	go_with_lease(DHCP_FQDN_S);
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; "
	    "A pc1.corp.example @192.0.2.53");
}
