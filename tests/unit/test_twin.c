/*
 * Two registrations whose FQDN turns out to be the same while we run: the first keeps
 * the name, the others are invalid until it is free.
 */
#include "core_life.h"
#include "ddnsupd/life.h"

TestSuite(twin, .fini = end);

#define NAME "pc1-amt.corp.example"
#define MOVED "pc1-amt.sub.corp.example"
#define HOST_NAME "pc1.corp.example"

#define DNS "dns: {servers: [192.0.2.53]}\nregistrations:\n"
#define FOLLOWS "  - {name: a, fqdn: dedicated, host-name: pc1-amt, ipv6: none}\n"
#define GIVEN "  - {name: b, fqdn: dedicated, host-name: pc1-amt,\n" \
    "     domain-name: corp.example, addresses: [192.0.2.77]}\n"
#define SHARED(name, address) \
    "  - {name: " name ", addresses: [" address "]}\n"

static const char both[] = DNS FOLLOWS GIVEN;
static const char given[] = DNS GIVEN;
static const char shared[] = DNS SHARED("a", "192.0.2.10") SHARED("b", "192.0.2.77");

static void
begin(const char *yaml)
{
	boot(yaml, NULL);
	start();
	pass(SEC(70));
}

static void
ask_status(const char *name)
{
	char *line = mem_printf("{\"command\":\"status\",\"name\":\"%s\"}", name);

	request(1, false, line);
	free(line);
}

/* One has the name, and nothing it does is undone. */
Test(twin, the_second_is_invalid)
{
	begin(both);
	expect_site(NAME, "192.0.2.10", "");
	cr_expect_eq(d.updates, 1);
	cr_expect_str_eq(d.status, "1 held, 1 suspended");
	cr_expect(noted("4 " NAME ": suspended: " NAME " is the FQDN of \"a\" already"),
	    "%s", strbuf_text(&d.notes));
	ask_status("b");
	expect_reply("\"outcome\":\"invalid\"");
	expect_reply("give one of the two another host-name");
	forget();
	request(1, true, "{\"command\":\"refresh\"}");
	pass(SEC(60));
	expect_site(NAME, "192.0.2.10", "");
	expect_reply("{\"exit\":78,");
}

Test(twin, two_shared_ones)
{
	begin(shared);
	expect_site(HOST_NAME, "192.0.2.10", "");
	cr_expect_str_eq(d.status, "1 held, 1 suspended");
	host("pc1-amt"); /* both follow; the first stays the first */
	pass(SEC(70));
	expect_site(NAME, "192.0.2.10", "");
	expect_site(HOST_NAME, "", "");
	cr_expect_str_eq(d.status, "1 held, 1 suspended");
}

/* The heir takes over without a gap: the name is not withdrawn. */
Test(twin, the_first_is_removed_from_the_file)
{
	begin(both);
	forget();
	reload(given);
	expect_site(NAME, "192.0.2.77", "");
	cr_expect_eq(d.updates, 1);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.77", "");
	cr_expect_str_eq(d.status, "1 held");
}

Test(twin, the_second_is_removed_from_the_file)
{
	begin(both);
	forget();
	reload(DNS FOLLOWS);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.10", "");
	cr_expect_eq(d.updates, 0);
	cr_expect_str_eq(d.status, "1 held");
}

/* An heir that stands before it in the file has the name when the withdrawal begins. */
Test(twin, the_file_is_turned_round)
{
	begin(both);
	reload(DNS GIVEN FOLLOWS);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.10", ""); /* known longer, it comes first */
	reload(given);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.77", "");
	reload(DNS GIVEN FOLLOWS);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.77", "");
	cr_expect_str_eq(d.status, "1 held, 1 suspended");
	reload(DNS FOLLOWS);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.10", "");
	cr_expect_str_eq(d.status, "1 held");
}

Test(twin, the_first_is_disabled)
{
	begin(both);
	reload(DNS "  - {name: a, enabled: false, fqdn: dedicated, host-name: pc1-amt}\n"
	    GIVEN);
	pass(SEC(70));
	expect_site(NAME, "192.0.2.77", "");
}

/* The host moves to another domain, and with it the first; the second is free. */
Test(twin, the_first_follows_the_host)
{
	begin(both);
	d.sites[1].name = MOVED;
	post((struct event){
	    .kind = EVENT_HOST,
	    .node_name = "pc9",
	    .hosts_text = "127.0.1.1 pc9.sub.corp.example pc9\n",
	    .resolv_text = "",
	});
	pass(SEC(70));
	expect_site(NAME, "192.0.2.77", "");
	expect_site(MOVED, "192.0.2.10", "");
	ask_status("b");
	expect_reply("\"state\":\"held\"");
	ask_status("a");
	expect_reply(MOVED);
}
