/*
 * DHCPINFORM: when, whom, how often, and which answer counts.
 */
#include "learn_packets.h"

TestSuite(learn_ask, .fini = end);

#define ALL "255.255.255.255%eth0#67 from 192.0.2.10"

static const struct v4 ack = {
	.server = "192.0.2.1", .ciaddr = "192.0.2.10", .dns = "192.0.2.53",
	.domain = "corp.example",
};

/* --- INFORM ------------------------------------------------------------------------- */

Test(learn_ask, inform)
{
	struct dhcp4 asked;

	begin_asking(FACT_SOURCE_INFORM);
	pass(CLOCK_MS(499));
	expect_did("");
	pass(CLOCK_MS(1));
	expect_did(ALL);
	cr_expect_eq(dhcp4_parse(l.bytes, l.ask.len, &asked), FAULT_NONE);
	cr_expect_eq(asked.type, DHCP4_INFORM);
	cr_expect_eq(asked.hwaddr[5], 2);
	cr_expect(answer4(ack));
	expect_known("eth0 inform 192.0.2.53 corp.example @192.0.2.10");
	cr_expect(!facts_leased(&l.facts, 2, &link_of("eth0")->addrs[0].addr),
	    "that is no lease");
	cr_expect_eq(l.open, 0);
	cr_expect(!answer4(ack), "answered is answered");
}

/* 4, 8, 16, 32 s +-1 s, then a long rest; sockets are closed. */
Test(learn_ask, inform_schedule)
{
	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	for (unsigned i = 0; i < 3; i++) {
		expect_did(ALL);
		cr_expect_eq(l.open, 1);
		expect_between(next_ms(), (4000 << i) - 1000, (4000 << i) + 1000);
	}
	expect_did(ALL);
	expect_between(next_ms(), 31000, 33000);
	expect_did("");
	cr_expect_eq(l.open, 0);
	expect_between(next_ms(), 1620000, 1980000);
	expect_did(ALL);
	cr_expect(!answer4((struct v4){.server = "192.0.2.1", .hw = 9}));
	cr_expect(answer4(ack));
}

/* Asked again at half its life: the server itself, by unicast; then everybody. */
Test(learn_ask, inform_again)
{
	struct v4 other = ack;

	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	answer4(ack);
	expect_did(ALL);
	cr_expect_eq(next_ms(), 1800000);
	expect_did("192.0.2.1%eth0#67 from 192.0.2.10");
	other.server = "192.0.2.2";
	other.dns = "192.0.2.99";
	cr_expect(!answer4(other), "the one that answered before");
	next_ms();
	expect_did("192.0.2.1%eth0#67 from 192.0.2.10");
	cr_expect(!answer4(other));
	next_ms();
	expect_did(ALL);
	cr_expect(answer4(other), "it is silent: another one may");
	expect_known("eth0 inform 192.0.2.99 corp.example @192.0.2.10");
}

/* An ACK that names no servers is no reason to stop: another server may have some. */
Test(learn_ask, inform_without_servers)
{
	struct v4 bare = ack, other = ack;

	bare.dns = NULL;
	bare.lease_s = 600;
	other.server = "192.0.2.2";
	other.domain = "other.example";
	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	cr_expect(answer4(bare));
	expect_known("eth0 inform corp.example @192.0.2.10");
	for (unsigned i = 0; i < 4; i++)
		cr_expect_lt(next_ms(), 40000);
	expect_between(next_ms(), 1620000, 1980000);
	cr_expect_eq(l.facts.dhcp_count, 1, "it lasts until the next round");
	cr_expect(answer4(other));
	expect_known("eth0 inform 192.0.2.53 other.example @192.0.2.10");
	cr_expect_eq(l.open, 0);
	bare.server = "192.0.2.3";
	next_ms();
	next_ms();
	next_ms();
	cr_expect(!answer4(bare), "it knows less than what is known");
}

/* Nobody answers any more: what was said ends, later than it was asked again. */
Test(learn_ask, inform_ends)
{
	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	answer4(ack);
	pass(SEC(3599));
	cr_expect_eq(l.facts.dhcp_count, 1);
	pass(SEC(1));
	cr_expect_eq(l.facts.dhcp_count, 0);
}

/* A lease time, which an ACK to INFORM must not have, is heeded all the same. */
Test(learn_ask, inform_with_a_lease_time)
{
	struct v4 v4 = ack;

	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	v4.lease_s = 7200;
	answer4(v4);
	cr_expect_eq(next_ms(), 3600000);
	v4.lease_s = 2;
	answer4(v4);
	cr_expect_eq(next_ms(), 300000, "not every second");
}

Test(learn_ask, inform_forged)
{
	struct v4 v4 = ack;

	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	v4.server = NULL;
	cr_expect(!answer4(v4));
	v4 = ack;
	v4.from = 4000;
	cr_expect(!answer4(v4));
	v4.to = 67;
	cr_expect(!answer4(v4));
	v4 = ack;
	v4.type = DHCP4_OFFER;
	cr_expect(!answer4(v4));
	v4 = ack;
	v4.xid = get32(l.bytes + 4);
	v4.hw = 2;
	cr_expect(!tell4(3, v4), "on another link");
	v4.xid++;
	cr_expect(!tell4(2, v4));
	expect_known("");
	v4 = ack;
	v4.to = 40000;
	cr_expect(answer4(v4), "some answer to where it came from");
}

/* Our own question is not the client's, and its answer nobody's observation. */
Test(learn_ask, inform_is_not_observed)
{
	begin();
	use(FACT_SOURCE_INFORM, FACT_SOURCE_OBSERVED);
	go(false);
	stand("eth0", "192.0.2.10");
	next_ms();
	carry(2, true, (struct dgram){"192.0.2.10", "255.255.255.255", 4000, 67},
	    l.bytes, l.ask.len);
	cr_expect(answer4(ack));
	cr_expect(!answer4(ack));
	expect_known("eth0 inform 192.0.2.53 corp.example @192.0.2.10");
	cr_expect(!l.learn->seen);
}

Test(learn_ask, inform_needs_an_address)
{
	struct addr addr = addr_of("192.0.2.10");

	begin();
	use(FACT_SOURCE_INFORM, FACT_SOURCE_INFORM);
	go(false);
	pass(SEC(60));
	fact_link_add_addr(link_of("eth0"), &addr)->flags = FACT_ADDR_TENTATIVE;
	net();
	pass(SEC(60));
	stand("eth0", "169.254.1.1");
	pass(SEC(60));
	expect_did("");
	link_of("eth0")->addrs[0].flags = 0;
	net();
	pass(CLOCK_MS(500));
	expect_did(ALL);
	/* another address: another question, an answer for the old one is late */
	link_of("eth0")->addrs[0].addr = addr_of("192.0.2.11");
	net();
	pass(CLOCK_MS(500));
	expect_did("255.255.255.255%eth0#67 from 192.0.2.11");
	cr_expect_eq(l.open, 1);
}

/* Not on every link: on those that registrations live on. */
Test(learn_ask, which_links)
{
	struct config_registration *reg;

	begin();
	use(FACT_SOURCE_INFORM, FACT_SOURCE_INFORM);
	l.config->registrations[0].interface = mem_text("eth1");
	reg = config_add(l.config, "off");
	reg->interface = mem_text("eth0");
	reg->enabled = false;
	go(false);
	stand("eth0", "192.0.2.10");
	stand("eth1", "198.51.100.10");
	pass(CLOCK_MS(500));
	expect_did("255.255.255.255%eth1#67 from 198.51.100.10");
	reg->enabled = true;
	learn_configure(l.learn, l.config);
	net();
	pass(CLOCK_MS(500));
	expect_did(ALL);
	reg->enabled = false;
	l.config->registrations[0].enabled = false;
	learn_configure(l.learn, l.config);
	net();
	cr_expect_eq(l.open, 0);
	cr_expect_eq(learn_deadline(l.learn), CLOCK_NEVER);
}

Test(learn_ask, the_default_route)
{
	begin();
	use(FACT_SOURCE_INFORM, FACT_SOURCE_INFORM);
	go(false);
	stand("eth0", "192.0.2.10");
	stand("eth1", "198.51.100.10");
	pass(CLOCK_MS(500));
	expect_did(ALL);
	l.facts.net.routes[0].ifindex = 3;
	net();
	pass(CLOCK_MS(500));
	expect_did("255.255.255.255%eth1#67 from 198.51.100.10");
	cr_expect_eq(l.open, 1);
}

/* Somebody else knows: silence; he knows no longer: a question. */
Test(learn_ask, silent_when_told)
{
	struct dhcp_info info = {.server_count = 1};

	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	expect_did(ALL);
	info.servers[0] = addr_of("192.0.2.53");
	learn_hook(l.learn, &l.world.step, "eth0", FAMILY_IPV4, false, &info);
	settle();
	cr_expect_eq(l.open, 0);
	pass(SEC(100000));
	expect_did("");
	/* on another link that helps nobody */
	learn_hook(l.learn, &l.world.step, "eth0", FAMILY_IPV4, true, &info);
	learn_hook(l.learn, &l.world.step, "eth1", FAMILY_IPV4, false, &info);
	settle();
	pass(CLOCK_MS(500));
	expect_did(ALL);
	/* nor does one that names no server */
	info.server_count = 0;
	learn_hook(l.learn, &l.world.step, "eth0", FAMILY_IPV4, false, &info);
	settle();
	next_ms();
	expect_did(ALL);
}

Test(learn_ask, the_link_comes_and_goes)
{
	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	answer4(ack);
	expect_did(ALL);
	link_of("eth0")->up = false;
	net();
	expect_known("");
	pass(SEC(7200));
	expect_did("");
	link_of("eth0")->up = true;
	net();
	pass(CLOCK_MS(500));
	expect_did(ALL);
}

/* It cannot be sent: again in its time, over another socket. */
Test(learn_ask, a_fault)
{
	struct event fault = {.kind = EVENT_FAULT, .fault = FAULT_UNREACHABLE};
	struct strbuf told = {0};

	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	expect_did(ALL);
	fault.id = l.ask.id;
	post(fault);
	l.open--; /* the shell has closed it */
	learn_tell(l.learn, &told);
	cr_expect_not_null(strstr(told.s, "inform (eth0: asked once, the host or network "
	    "is unreachable)"), "%s", told.s);
	expect_between(next_ms(), 3000, 5000);
	expect_did(ALL);
	cr_expect_eq(l.open, 1);
	strbuf_free(&told);
	learn_tell(l.learn, &told);
	cr_expect_not_null(strstr(told.s, "inform (eth0: asked 2 times, no answer)"));
	strbuf_free(&told);
}

/* The machine has slept: it asks soon whether what it knows still holds. */
Test(learn_ask, resumed)
{
	begin_asking(FACT_SOURCE_INFORM);
	next_ms();
	answer4(ack);
	expect_did(ALL);
	post((struct event){.kind = EVENT_RESUME});
	expect_between(next_ms(), 500, 2500);
	expect_did("192.0.2.1%eth0#67 from 192.0.2.10");
	cr_expect_eq(l.facts.dhcp_count, 1);
}

Test(learn_ask, unavailable)
{
	struct event no = {.kind = EVENT_SOURCE, .source = FACT_SOURCE_INFORM,
		.error = "not permitted"};

	begin_asking(FACT_SOURCE_INFORM);
	post(no);
	pass(SEC(60));
	expect_did("");
	no.error = NULL;
	post(no);
	pass(CLOCK_MS(500));
	expect_did(ALL);
}

Test(learn_ask, stopped)
{
	struct strbuf told = {0};

	begin();
	use(FACT_SOURCE_OBSERVED, FACT_SOURCE_INFORM);
	go(false);
	stand("eth0", "192.0.2.10");
	next_ms();
	learn_stop(l.learn, &l.world.step);
	settle();
	cr_expect_eq(l.open, 0);
	pass(SEC(60));
	expect_did(ALL);
	learn_tell(l.learn, &told);
	cr_expect_null(strstr(told.s, "--check"), "it did ask: %s", told.s);
	strbuf_free(&told);
}

Test(learn_ask, static_servers)
{
	struct endpoint server = server_of("192.0.2.1");

	begin();
	config_add_server(l.config, &server);
	go(true);
	stand("eth0", "192.0.2.10");
	pass(SEC(60));
	expect_did("");
	cr_expect_eq(learn_deadline(l.learn), CLOCK_NEVER);
}
