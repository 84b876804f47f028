/*
 * A single run that goes by what DHCP says: it waits for servers and for its name, asks
 * those of its own link, and says in the end what was tried.
 */
#include "core_engine.h"

static void begin_without(void);

TestSuite(engine_learn, .init = begin_without, .fini = end);

#define ASK4 "ASK @255.255.255.255%eth0#67"
#define ASK6 "ASK @ff02::1:2%eth0#547"
#define OFFER "ADDRESS=192.0.2.10\nDNS=192.0.2.53\n"
#define ALL_OPEN SOA "; " A53

static void
begin_without(void)
{
	begin();
	config->server_count = 0;
	stand("192.0.2.10", 0);
}

static void
lease(uint32_t ifindex, const char *text)
{
	char *path = mem_printf("/run/systemd/netif/leases/%u", ifindex);

	talk_post(&talk, (struct event){
	    .kind = EVENT_LEASE,
	    .lease_kind = LEASE_NETWORKD,
	    .path = path,
	    .bytes = (const uint8_t *)text,
	    .len = strlen(text),
	    .written_s = 2000000,
	    .wall_s = 2000000,
	});
	settle_saves();
	free(path);
}

static void
host(const char *node, const char *hosts, const char *resolv)
{
	talk_post(&talk, (struct event){
	    .kind = EVENT_HOST,
	    .node_name = node,
	    .hosts_text = hosts,
	    .resolv_text = resolv,
	});
}

/* HOST, NET, and START when it is time. */
static void
prepare(const char *node, const char *hosts, const char *resolv)
{
	engine = engine_new(config, &state, &options);
	host(node, hosts, resolv);
	post_net();
}

static void
go_on(void)
{
	talk_post(&talk, (struct event){.kind = EVENT_START, .wall_s = 2000000});
	settle_saves();
}

static bool
noted(const char *words)
{
	return strstr(strbuf_text(&talk.notes), words) != NULL;
}

/* --- R3 ----------------------------------------------------------------------------- */

Test(engine_learn, a_lease_is_there)
{
	prepare("pc1.corp.example", NULL, NULL);
	lease(2, OFFER);
	go_on();
	expect_open(&talk, ALL_OPEN);
	cr_expect(!noted("waiting"));
	cr_expect(noted("eth0: DNS servers 192.0.2.53 (lease)"));
	cr_assert_eq(engine_report(engine)->server_count, 1);
	cr_expect_eq(engine_report(engine)->servers[0].source, FACT_SOURCE_LEASE);
	cr_expect_eq(engine_report(engine)->servers[0].ifindex, 2);
}

Test(engine_learn, a_lease_comes)
{
	go();
	expect_open(&talk, "");
	cr_expect(noted(OWNER ": waiting for a DNS server from DHCP on eth0\n"));
	lease(2, OFFER);
	cr_expect_eq(talk.open_count, 2);
	cr_expect_eq(engine_report(engine)->server_count, 1);
}

Test(engine_learn, asks)
{
	struct addr addr = addr_of("fe80::2");

	net.links[1].hwaddr_len = 6;
	fact_link_add_addr(&net.links[1], &addr)->flags = FACT_ADDR_PERMANENT;
	go();
	talk_until(&talk, 499);
	expect_open(&talk, "");
	talk_until(&talk, 500);
	expect_open(&talk, ASK4 "; " ASK6);
	lease(2, OFFER);
	cr_expect_eq(talk.open_count, 2, "and nobody is asked any more");
}

Test(engine_learn, nobody_answers)
{
	go();
	talk_until(&talk, 29999);
	cr_expect_eq(talk.exit, -1);
	cr_expect_eq(talk.open_count, 1);
	talk_until(&talk, 30000);
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	expect_open(&talk, "");
	cr_expect_eq(result(0)->outcome, OUTCOME_FAILED);
	cr_expect(error_says(0, "R3: no DNS server from DHCP on eth0: gave up after 30 s "
	    "(--timeout); tried: lease (no lease file), observed (nothing seen yet), "
	    "inform (eth0: asked "), "%s", result(0)->error);
	cr_expect(error_says(0, "; give -s SERVER, or dns.servers in the file"));
	cr_expect_eq(engine_report(engine)->source_count, 6);
}

Test(engine_learn, interrupted)
{
	go();
	talk_post(&talk, (struct event){.kind = EVENT_STOP, .signal = 2});
	settle_saves();
	cr_expect_eq(talk.exit, EXIT_CODE_SIGINT);
	cr_expect(error_says(0, "R3: no DNS server from DHCP on eth0: interrupted"));
}

/* Nobody waits for a link that is not named. */
Test(engine_learn, no_default_route)
{
	net.route_count = 0;
	go();
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	cr_expect(error_says(0, "no default route"));
}

Test(engine_learn, withdrawing_waits_too)
{
	options.mode = ENGINE_WITHDRAW;
	know(OWNER, "amt", FQDN_DEDICATED, "192.0.2.10 held");
	go();
	expect_open(&talk, "");
	cr_expect(noted("waiting for a DNS server"));
	lease(2, OFFER);
	cr_expect_gt(talk.open_count, 0);
}

/* --check asks nobody, and judges on what is there. */
Test(engine_learn, check)
{
	options.mode = ENGINE_CHECK;
	go();
	cr_expect_eq(talk.exit, 0);
	cr_expect_eq(engine_report(engine)->rules[2].verdict, RULE_UNKNOWN);
	cr_expect_not_null(strstr(engine_report(engine)->rules[2].message, "yet"));
}

/* What is learned later is judged anew. */
Test(engine_learn, check_online)
{
	options.mode = ENGINE_CHECK_ONLINE;
	go();
	cr_expect_eq(engine_report(engine)->rules[2].verdict, RULE_UNKNOWN);
	lease(2, OFFER);
	cr_expect_eq(engine_report(engine)->rule_count, 18);
	cr_expect_eq(engine_report(engine)->rules[2].verdict, RULE_HOLDS);
}

/* --- which servers ------------------------------------------------------------------ */

static void
add_eth1(void)
{
	struct addr addr = addr_of("198.51.100.10");
	struct fact_link *link = fact_net_add_link(&net, 3, "eth1");

	link->up = true;
	fact_link_add_addr(link, &addr);
	reg->interface = mem_text("eth1");
}

Test(engine_learn, those_of_its_link)
{
	struct endpoint extra = server_of("203.0.113.1");

	add_eth1();
	config->dns_source = DNS_SOURCE_DHCP;
	config_add_server(config, &extra);
	prepare("pc1.corp.example", NULL, NULL);
	lease(2, OFFER);
	lease(3, "ADDRESS=198.51.100.10\nDNS=198.51.100.53\n");
	go_on();
	expect_open(&talk, "SOA? " OWNER " @198.51.100.53; A " OWNER " @198.51.100.53");
	cr_expect_str_eq(talk.open[0].server.ifname, "eth1");
	cr_expect(talk.open[0].server.via, "asked through the link, not told so");
	play(&talk, {"SOA? " OWNER " @198.51.100.53", "REFUSED"});
	expect_open(&talk, "A " OWNER " @198.51.100.53; SOA? " OWNER " @203.0.113.1");
}

Test(engine_learn, those_of_others)
{
	add_eth1();
	prepare("pc1.corp.example", NULL, NULL);
	lease(2, OFFER);
	go_on();
	expect_open(&talk, ALL_OPEN);
	cr_expect_str_eq(talk.open[0].server.ifname, "eth0");
}

/* --- R4 and the names --------------------------------------------------------------- */

Test(engine_learn, the_domain_comes)
{
	prepare("pc1", NULL, NULL);
	lease(2, OFFER);
	go_on();
	expect_open(&talk, "");
	cr_expect(noted("amt: waiting for the domain name from DHCP on eth0\n"));
	lease(2, OFFER "DOMAINNAME=corp.example\n");
	talk_until(&talk, 1000);
	expect_open(&talk, ALL_OPEN);
	cr_expect_str_eq(result(0)->fqdn, OWNER);
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1.corp.example");
}

Test(engine_learn, no_domain_comes)
{
	prepare("pc1", NULL, NULL);
	lease(2, OFFER);
	go_on();
	talk_until(&talk, 30000);
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect_eq(result(0)->outcome, OUTCOME_INVALID);
	cr_expect(error_says(0, "R4: no domain name from DHCP on eth0: gave up after 30 s "
	    "(--timeout); tried: lease (eth0: 1 server, no domain), "), "%s",
	    result(0)->error);
	cr_expect(error_says(0, "set domain-name"));
}

/* Neither has come: nobody has answered. */
Test(engine_learn, nothing_comes)
{
	prepare("pc1", NULL, NULL);
	go_on();
	talk_until(&talk, 30000);
	cr_expect_eq(talk.exit, EXIT_CODE_UNAVAILABLE);
	cr_expect(error_says(0, "R3: no DNS server from DHCP"));
}

Test(engine_learn, no_domain_and_static)
{
	struct endpoint server = server_of("192.0.2.53");

	config_add_server(config, &server);
	prepare("pc1", NULL, NULL);
	go_on();
	cr_expect_eq(talk.exit, EXIT_CODE_CONFIG);
	cr_expect(error_says(0, "R4: the domain name is not known"));
}

/* With static servers a lease still names the domain. */
Test(engine_learn, a_domain_and_static)
{
	struct endpoint server = server_of("192.0.2.53");

	config_add_server(config, &server);
	prepare("pc1", NULL, NULL);
	lease(2, "ADDRESS=192.0.2.10\nDNS=192.0.2.99\nDOMAINNAME=corp.example\n");
	go_on();
	expect_open(&talk, ALL_OPEN);
	cr_expect_eq(engine_report(engine)->server_count, 1);
}

/* interface.md: the node's own, /etc/hosts, DHCP, resolv.conf. */
Test(engine_learn, the_domain_of_the_host)
{
	static const struct {
		const char *node, *hosts, *resolv, *wanted;
	} cases[] = {
		{"pc1.own.example", "", "search resolv.example\n", "pc1.own.example"},
		{"pc1", "127.0.1.1 pc1.hosts.example pc1\n", "search resolv.example\n",
		    "pc1.hosts.example"},
		{"pc1", "", "search resolv.example\n", "pc1.corp.example"},
		{"pc1", "", "", "pc1.corp.example"},
	};

	prepare("pc1", "", "");
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1");
	lease(2, OFFER "DOMAINNAME=corp.example\n");
	for (size_t i = 0; i < LENGTH(cases); i++) {
		host(cases[i].node, cases[i].hosts, cases[i].resolv);
		cr_expect_str_eq(engine_report(engine)->host_fqdn, cases[i].wanted);
	}
	lease(2, OFFER);
	host("pc1", "", "search resolv.example\n");
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1.resolv.example");
	/* another link's domain is not the host's */
	add_eth1();
	post_net();
	lease(3, "ADDRESS=198.51.100.10\nDOMAINNAME=other.example\n");
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1.resolv.example");
	net.routes[0].ifindex = 3;
	post_net();
	cr_expect_str_eq(engine_report(engine)->host_fqdn, "pc1.other.example");
}

/* --- the quick form, where a name goes by its FQDN ----------------------------------- */

static void
share(const char *name)
{
	options.quick = true;
	reg->mode = FQDN_SHARED;
	free(reg->name);
	reg->name = mem_text(name);
	free(reg->host_name);
	reg->host_name = NULL;
}

Test(engine_learn, a_shared_name_by_its_fqdn)
{
	share("pc1.resolv.example");
	prepare("pc1", "", "search resolv.example\n");
	go_on();
	expect_open(&talk, "");
	lease(2, OFFER "DOMAINNAME=corp.example\n");
	expect_open(&talk, "SOA? pc1.corp.example @192.0.2.53; A pc1.corp.example "
	    "@192.0.2.53");
	cr_expect_str_eq(result(0)->name, "pc1.corp.example");
	cr_expect_str_eq(result(0)->fqdn, "pc1.corp.example");
}

/* What was registered when DHCP gave the domain is found without it. */
Test(engine_learn, a_shared_name_is_withdrawn)
{
	struct endpoint server = server_of("192.0.2.53");

	share("shared");
	config_add_server(config, &server);
	options.mode = ENGINE_WITHDRAW;
	know("pc1.corp.example", "pc1.corp.example", FQDN_SHARED, "192.0.2.10 held");
	know("pc2.corp.example", "pc2.corp.example", FQDN_SHARED, "192.0.2.10 held");
	know("pc1.lab.example", "pc1.lab.example", FQDN_DEDICATED, "192.0.2.10 held");
	prepare("pc1", "", "");
	go_on();
	cr_expect_eq(engine_report(engine)->registration_count, 1);
	cr_expect_str_eq(result(0)->fqdn, "pc1.corp.example");
	cr_expect_gt(talk.open_count, 0);
}
