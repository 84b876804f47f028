/*
 * A daemon whose state cannot be written: it says so as long as it is so.
 */
#include "core_life.h"

TestSuite(engine_disk, .fini = end);

#define NAME "pc1-amt.corp.example"
#define STATUS "{\"command\":\"status\"}"

static void
expect_trouble(const char *words)
{
	char *wanted = words == NULL ? mem_text("\"state_error\":null") :
	    mem_printf("\"state_error\":\"the state cannot be written (%s", words);

	request(1, false, STATUS);
	expect_reply(wanted);
	cr_expect_eq(strstr(d.status, "; the state cannot be written") != NULL,
	    words != NULL, "%s", d.status);
	free(wanted);
}

Test(engine_disk, full_for_a_while)
{
	boot(basic, NULL);
	start();
	expect_trouble(NULL);
	d.disk_fault = FAULT_FILE_FULL;
	machine("192.0.2.11 2001:db8::10");
	net_event();
	pass(SEC(2));
	expect_trouble(fault_text(FAULT_FILE_FULL));
	expect_reply("tried again every 30 s");
	cr_expect_str_eq(d.status, "1 held; the state cannot be written");
	d.disk_fault = FAULT_FILE_DENIED;
	pass(SEC(60));
	expect_trouble(fault_text(FAULT_FILE_DENIED));
	cr_expect_eq(note_count("4 state: cannot be written"), 1);
	d.disk_fault = FAULT_NONE;
	pass(SEC(31));
	expect_trouble(NULL);
	cr_expect_str_eq(d.status, "1 held");
	cr_expect(noted("5 state: written again"));
}

/* Who opened it has said why. */
Test(engine_disk, not_writable_at_the_start)
{
	unwritable_now = FAULT_FILE_DENIED;
	boot(basic, NULL);
	start();
	expect_trouble(fault_text(FAULT_FILE_DENIED));
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	cr_expect_eq(d.talk.save_id, 0, "nothing is written");
	cr_expect(!noted("state: "));
	pass(SEC(31));
	cr_expect_neq(d.talk.save_id, 0, "it is tried again");
	expect_trouble(NULL);
	cr_expect(noted("5 state: written again"));
}

Test(engine_disk, no_directory_at_all)
{
	unwritable = true;
	unwritable_now = FAULT_FILE_MISSING;
	boot(basic, NULL);
	start();
	pass(SEC(3600));
	expect_trouble(fault_text(FAULT_FILE_MISSING));
	expect_reply("start the daemon again");
	cr_expect_eq(d.talk.save_id, 0);
}

/* However many names change while it is written, it is written once more, not once each. */
Test(engine_disk, one_save_at_a_time)
{
	boot("dns: {servers: [192.0.2.53]}\n"
	    "registrations:\n"
	    "  - {name: one, fqdn: dedicated, host-name: pc1-amt,\n"
	    "     domain-name: corp.example, interface: eth0}\n"
	    "  - {name: two, fqdn: dedicated, host-name: pc2-amt,\n"
	    "     domain-name: corp.example, interface: eth0}\n"
	    "  - {name: three, fqdn: shared, domain-name: corp.example,\n"
	    "     interface: eth0}\n", NULL);
	d.slow_disk = true;
	start();
	cr_expect_eq(d.updates, 0, "what is not on the disk is not sent");
	cr_expect_eq(d.talk.saves, 1);
	d.talk.saves = 0;
	d.slow_disk = false;
	serve();
	expect_site(NAME, "192.0.2.10", "2001:db8::10");
	expect_site("pc2-amt.corp.example", "192.0.2.10", "2001:db8::10");
	expect_site("pc1.corp.example", "192.0.2.10", "");
	pass(SEC(2));
	cr_expect(strstr(d.talk.saved, "pc2-amt") && strstr(d.talk.saved, "held"), "%s",
	    d.talk.saved);
	cr_expect_leq(d.talk.saves, 4, "%u", d.talk.saves);
}
