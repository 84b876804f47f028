/*
 * The daemon goes by what DHCP says: it waits without end, follows new servers and a new
 * domain, and is not disturbed by what does not concern it.
 */
#include "core_life.h"
#include "ddnsupd/life.h"

TestSuite(life_learn, .fini = end);

#define NAME "pc1-amt.corp.example"

static const char no_servers[] =
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, domain-name: corp.example,\n"
    "     interface: eth0}\n";
static const char no_domain[] =
    "registrations:\n"
    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, interface: eth0}\n";

static void
hook(const char *ifname, const char *fields)
{
	char *line = mem_printf("{\"command\":\"dhcp-event\",\"interface\":\"%s\","
	    "\"event\":\"bound\",%s}", ifname, fields);

	request(9, true, line);
	cr_assert_not_null(strstr(d.reply, "\"exit\":0"), "%s", d.reply);
	free(line);
}

static void
gone(const char *ifname)
{
	char *line = mem_printf("{\"command\":\"dhcp-event\",\"interface\":\"%s\","
	    "\"event\":\"gone\"}", ifname);

	request(9, true, line);
	free(line);
}

static void
status(void)
{
	request(1, false, "{\"command\":\"status\"}");
}

#define GIVE "\"servers\":[\"192.0.2.53\"]"

static void
begin(void)
{
	boot(no_servers, NULL);
	start();
	hook("eth0", GIVE);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	pass(SEC(120));
	forget();
}

/* --- R3 ----------------------------------------------------------------------------- */

Test(life_learn, waits_without_end)
{
	boot(no_servers, NULL);
	start();
	pass(SEC(100000));
	expect_said("");
	status();
	expect_reply("\"state\":\"waiting\"");
	expect_reply("waiting for a DNS server from DHCP on eth0");
	cr_expect_eq(note_count("5 " NAME ": waiting for a DNS server from DHCP on eth0"),
	    1, "%s", strbuf_text(&d.notes));
	hook("eth0", GIVE);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	cr_expect_eq(note_count("5 eth0: DNS servers 192.0.2.53 (hook)"), 1);
	status();
	expect_reply("\"state\":\"held\"");
	expect_reply("{\"address\":\"192.0.2.53#53\",\"source\":\"hook\","
	    "\"interface\":\"eth0\"}");
}

/* What else a lease says, the host's name, is not said again with the servers. */
Test(life_learn, the_same_servers_are_said_once)
{
	begin();
	hook("eth0", GIVE ",\"host-name\":\"pc7\"");
	pass(SEC(10));
	cr_expect_eq(note_count("eth0: DNS servers"), 0, "%s", strbuf_text(&d.notes));
	hook("eth0", "\"servers\":[\"192.0.2.53\",\"192.0.2.54\"]");
	pass(SEC(10));
	cr_expect_eq(note_count("eth0: DNS servers 192.0.2.53, 192.0.2.54"), 1, "%s",
	    strbuf_text(&d.notes));
}

/* Who refreshes is told what is waited for. */
Test(life_learn, refreshed_while_it_waits)
{
	boot(no_servers, NULL);
	start();
	request(2, true, "{\"command\":\"refresh\"}");
	expect_reply("waiting for a DNS server from DHCP on eth0");
}

Test(life_learn, stopped_while_it_waits)
{
	boot("registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt,\n"
	    "     domain-name: corp.example, interface: eth0, withdraw-on-stop: true}\n",
	    NULL);
	start();
	hook("eth0", GIVE);
	pass(SEC(120));
	gone("eth0");
	pass(SEC(1));
	stop();
	cr_expect_eq(d.talk.exit, 0);
	cr_expect_eq(d.talk.open_count, 0);
}

/* Without a server what stands stays; what is new waits. */
Test(life_learn, the_servers_go)
{
	begin();
	gone("eth0");
	pass(SEC(1));
	status();
	expect_reply("\"state\":\"held\"");
	cr_expect_eq(note_count("5 eth0: nothing is known from DHCP any more"), 1);
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(60));
	expect_said("");
	cr_expect_eq(note_count("waiting for a DNS server"), 1);
	hook("eth0", GIVE);
	pass(SEC(1));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* --- new servers -------------------------------------------------------------------- */

/* They may know of another zone: it is looked for, and at, beside them and there. */
Test(life_learn, new_servers)
{
	begin();
	hook("eth0", "\"servers\":[\"192.0.2.54\"]");
	pass(SEC(1));
	expect_said("SOA? " NAME "; A " NAME "; AAAA " NAME "; A? ns1.corp.example; "
	    "AAAA? ns1.corp.example; A " NAME "; AAAA " NAME);
}

Test(life_learn, the_same_again)
{
	begin();
	hook("eth0", GIVE);
	hook("eth0", GIVE ",\"lease\":3600");
	pass(SEC(60));
	expect_said("");
	cr_expect_eq(note_count("eth0"), 0);
	/* gone and back, a moment or some time later */
	gone("eth0");
	hook("eth0", GIVE);
	gone("eth0");
	pass(SEC(60));
	hook("eth0", GIVE);
	pass(SEC(60));
	expect_said("");
}

/* A failure that rests is tried at once. */
Test(life_learn, new_servers_after_a_failure)
{
	begin();
	d.rcode = 5;
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(60));
	status();
	expect_reply("\"state\":\"resting\"");
	d.rcode = 0;
	hook("eth0", "\"servers\":[\"192.0.2.54\",\"192.0.2.53\"]");
	pass(SEC(1));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
}

/* While it talks: afterwards it looks again. */
Test(life_learn, new_servers_while_it_talks)
{
	begin();
	d.silent = true;
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(CLOCK_MS(100) / 1000);
	hook("eth0", "\"servers\":[\"192.0.2.54\"]");
	pass(CLOCK_MS(100) / 1000);
	d.silent = false;
	serve();
	pass(SEC(5));
	expect_site(NAME, "192.0.2.11", "2001:db8::10");
	cr_expect_not_null(strstr(strbuf_text(&d.said), "SOA? " NAME), "%s",
	    strbuf_text(&d.said));
}

/* What another link says concerns nobody here. */
Test(life_learn, another_link)
{
	begin();
	hook("lo", "\"servers\":[\"192.0.2.99\"],\"domain\":\"other.example\"");
	pass(SEC(60));
	expect_said("");
}

/* Until its own has none: then it asks there. */
Test(life_learn, another_link_helps)
{
	boot(no_servers, NULL);
	d.net.links[0].up = true;
	start();
	hook("lo", GIVE);
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
}

/* Also beside servers that are configured: those learned come first. */
Test(life_learn, another_link_helps_more)
{
	boot("dns: {source: dhcp, servers: [192.0.2.1]}\n"
	    "registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt,\n"
	    "     domain-name: corp.example, interface: eth0}\n", NULL);
	d.net.links[0].up = true;
	start();
	pass(SEC(120));
	forget();
	hook("lo", GIVE);
	cr_expect_not_null(strstr(strbuf_text(&d.said), "SOA? " NAME));
	pass(SEC(120));
	forget();
	hook("eth0", "\"servers\":[\"192.0.2.54\"]");
	pass(SEC(120));
	cr_expect_not_null(strstr(strbuf_text(&d.said), "SOA? " NAME));
	forget();
	hook("lo", "\"servers\":[\"192.0.2.55\"]");
	pass(SEC(120));
	expect_said("");
}

/* Its interface is not there, its addresses are configured: it needs servers only. */
Test(life_learn, a_link_that_is_not_there)
{
	boot("registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, interface: eth9,\n"
	    "     domain-name: corp.example, addresses: [192.0.2.10]}\n", NULL);
	start();
	hook("eth0", GIVE);
	expect_site(NAME, "192.0.2.10", "");
}

/* --- R4: the name ------------------------------------------------------------------- */

Test(life_learn, a_domain)
{
	boot(no_domain, NULL);
	post((struct event){.kind = EVENT_HOST, .node_name = "pc1"});
	start();
	hook("eth0", GIVE);
	pass(SEC(60));
	expect_said("");
	status();
	expect_reply("waiting for the domain name from DHCP on eth0");
	hook("eth0", GIVE ",\"domain\":\"corp.example\"");
	pass(SEC(1));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	status();
	expect_reply("\"fqdn\":\"" NAME "\"");
	expect_reply("\"host\":{\"fqdn\":\"pc1.corp.example\"}");
}

/* --- hooks and reloads -------------------------------------------------------------- */

Test(life_learn, only_root_may_tell)
{
	boot(no_servers, NULL);
	start();
	request(9, false, "{\"command\":\"dhcp-event\",\"interface\":\"eth0\","
	    "\"event\":\"bound\"," GIVE "}");
	expect_reply("not permitted");
	expect_said("");
}

Test(life_learn, a_hook_that_is_not_heard)
{
	boot("dns: {dhcp-sources: [lease]}\n"
	    "registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt,\n"
	    "     domain-name: corp.example, interface: eth0}\n", NULL);
	start();
	hook("eth0", GIVE);
	expect_reply("not used: dns.dhcp-sources does not list hook");
	expect_said("");
}

/* From static servers to those of DHCP, which are known all the time, and back. */
Test(life_learn, reloaded)
{
	boot(basic, NULL);
	start();
	hook("eth0", "\"servers\":[\"192.0.2.54\"]");
	status();
	expect_reply("\"source\":\"static\"");
	reload(no_servers);
	status();
	expect_reply("{\"address\":\"192.0.2.54#53\",\"source\":\"hook\"");
	reload(basic);
	status();
	cr_expect_null(strstr(d.reply, "192.0.2.54#53"));
}

/* A link that a registration uses is asked on, and no longer when it has gone. */
Test(life_learn, asks)
{
	boot(no_servers, NULL);
	start();
	pass(600);
	cr_expect_eq(d.talk.open_count, 1);
	reload("registrations:\n"
	    "  - {name: amt, fqdn: dedicated, host-name: pc1-amt,\n"
	    "     domain-name: corp.example, interface: eth1}\n");
	cr_expect_eq(d.talk.open_count, 0);
}
