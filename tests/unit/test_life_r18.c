/*
 * R18 in the daemon: it stands down while the DHCP server keeps the name, and goes on
 * when the flag has gone.
 */
#include "core_life.h"

TestSuite(life_r18, .fini = end);

#define NAME "pc1.corp.example"
#define EVENT "{\"command\":\"dhcp-event\",\"interface\":\"eth0\",\"event\":\"bound\"," \
    "\"address\":\"192.0.2.10\",\"lease\":3600,\"fqdn-flags\":%d}"

static void
hook(int flags)
{
	char line[256];

	snprintf(line, sizeof(line), EVENT, flags);
	request(9, true, line);
}

static void
begin(void)
{
	boot("dns: {servers: [192.0.2.53]}\n"
	    "registrations:\n"
	    "  - {name: pc, domain-name: corp.example, interface: eth0}\n", NULL);
	host("pc1.corp.example");
	start();
	pass(SEC(3));
	expect_site(NAME, "192.0.2.10", "");
	forget();
}

Test(life_r18, stands_down_and_resumes)
{
	begin();
	hook(DHCP_FQDN_S);
	expect_reply("\"exit\":0");
	pass(SEC(60));
	cr_expect_eq(note_count("5 " NAME ": suspended: R18: the DHCP server on eth0"),
	    1, "%s", strbuf_text(&d.notes));
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"suspended\"");
	expect_reply("\"outcome\":\"disabled\"");
	expect_reply("\"id\":\"R18\"");
	/* nothing is withdrawn, and nothing kept right */
	machine("192.0.2.10 192.0.2.11");
	net_event();
	pass(SEC(60));
	expect_said("");
	expect_site(NAME, "192.0.2.10", "");
	hook(0);
	pass(SEC(60));
	cr_expect_eq(note_count("5 " NAME ": no longer suspended"), 1, "%s",
	    strbuf_text(&d.notes));
	expect_site(NAME, "192.0.2.10 192.0.2.11", "");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"held\"");
}

/* The lease that said so is over. */
Test(life_r18, the_lease_ends)
{
	begin();
	hook(DHCP_FQDN_S);
	pass(SEC(60));
	cr_expect(noted("suspended: R18"));
	forget();
	pass(SEC(3600));
	cr_expect_eq(note_count("no longer suspended"), 1, "%s", strbuf_text(&d.notes));
}

Test(life_r18, refresh_meanwhile)
{
	begin();
	hook(DHCP_FQDN_S);
	forget();
	request(1, true, "{\"command\":\"refresh\"}");
	pass(SEC(40));
	expect_reply("\"exit\":0,\"report\"");
	expect_reply("\"outcome\":\"disabled\"");
	expect_said("");
}

/* Who may not change anything may not say what DHCP says. */
Test(life_r18, not_permitted)
{
	begin();
	request(9, false, "{\"command\":\"dhcp-event\",\"interface\":\"eth0\","
	    "\"event\":\"bound\",\"fqdn-flags\":1}");
	expect_reply("\"exit\":77");
	request(9, true, "{\"command\":\"dhcp-event\",\"interface\":\"eth0\","
	    "\"event\":\"bound\",\"domain\":\"a b;\",\"lease\":-1}");
	expect_reply("\"exit\":64,\"error\":\"dhcp-event: lease: ");
	pass(SEC(60));
	expect_said("");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"state\":\"held\"");
}

/* Meanwhile the name was the DHCP server's: what it has left there is looked at. */
Test(life_r18, resumed_after_the_record_was_lost)
{
	struct addr addr = addr_of("192.0.2.10");

	begin();
	hook(DHCP_FQDN_S);
	rrset_remove(site_set(NAME, 0), &addr);
	hook(0);
	pass(SEC(60));
	expect_site(NAME, "192.0.2.10", "");
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"outcome\":\"updated\"");
	hook(DHCP_FQDN_S);
	hook(0);
	pass(SEC(60));
	request(1, false, "{\"command\":\"status\"}");
	expect_reply("\"outcome\":\"unchanged\"");
}
