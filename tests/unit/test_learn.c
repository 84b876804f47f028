/*
 * The book: lease files and hooks, what of all sources holds, in which order, for how
 * long, and how often it is told.
 */
#include "learn_packets.h"

TestSuite(learn, .fini = end);

#define WALL 1000000
#define DHCLIENT "/var/lib/dhcp/dhclient.leases"

/* networkd's file of a link. */
static bool
networkd_at(uint32_t ifindex, const char *text, int64_t written_s)
{
	char *path = mem_printf("/run/systemd/netif/leases/%u", ifindex);
	bool changed = post((struct event){
	    .kind = EVENT_LEASE,
	    .lease_kind = LEASE_NETWORKD,
	    .path = path,
	    .bytes = (const uint8_t *)text,
	    .len = text != NULL ? strlen(text) : 0,
	    .written_s = written_s,
	    .wall_s = WALL,
	});

	free(path);
	return changed;
}

static bool
networkd(uint32_t ifindex, const char *text)
{
	return networkd_at(ifindex, text, WALL);
}

/* dhcpcd's of eth0: 192.0.2.10 for an hour. */
static bool
dhcpcd_at(int64_t written_s)
{
	struct v4 v4 = {.type = DHCP4_ACK, .hw = 2, .server = "192.0.2.1",
		.yiaddr = "192.0.2.10", .dns = "192.0.2.53", .lease_s = 3600};
	uint8_t bytes[600];
	size_t len = make4(&v4, false, bytes);

	return post((struct event){
	    .kind = EVENT_LEASE,
	    .lease_kind = LEASE_DHCPCD,
	    .path = "/var/lib/dhcpcd/eth0.lease",
	    .bytes = bytes,
	    .len = len,
	    .written_s = written_s,
	    .wall_s = WALL,
	});
}

/* dhclient's, which names the link. */
static bool
dhclient(const char *ifname, const char *address, const char *dns, const char *more)
{
	char *text = mem_printf("lease {\n  interface \"%s\";\n  fixed-address %s;\n"
	    "  option domain-name-servers %s;\n%s}\n", ifname, address, dns, more);
	bool changed = post((struct event){
	    .kind = EVENT_LEASE,
	    .lease_kind = LEASE_DHCLIENT,
	    .path = DHCLIENT,
	    .bytes = (const uint8_t *)text,
	    .len = strlen(text),
	    .written_s = WALL,
	    .wall_s = WALL,
	});

	free(text);
	return changed;
}

static const char *
hook(const char *ifname, bool gone, const char *dns, const char *address,
    uint32_t lease_s)
{
	struct dhcp_info info = {.lease_s = lease_s};
	const char *why;

	if (dns != NULL) {
		struct addr addr = addr_of(dns);

		dhcp_add_server(&info, &addr);
	}
	if (address != NULL) {
		info.has_address = true;
		info.address = addr_of(address);
	}
	why = learn_hook(l.learn, &l.world.step, ifname, FAMILY_IPV4, gone, &info);
	settle();
	return why;
}

static void
begin_with(const char *address)
{
	begin();
	go(false);
	if (address != NULL)
		stand("eth0", address);
}

/* --- lease files -------------------------------------------------------------------- */

#define NETWORKD "ADDRESS=192.0.2.10\nDNS=192.0.2.53 192.0.2.54\n" \
    "DOMAINNAME=corp.example\nLIFETIME=3600\n"

Test(learn, a_lease_file)
{
	begin_with("192.0.2.10");
	cr_expect(networkd(2, NETWORKD));
	expect_known("eth0 lease 192.0.2.53 192.0.2.54 corp.example @192.0.2.10");
	expect_servers("192.0.2.53#53 eth0 lease via; 192.0.2.54#53 eth0 lease via");
	cr_expect(!networkd(2, NETWORKD), "the same again");
	cr_expect(networkd(2, "ADDRESS=192.0.2.10\nDNS=192.0.2.55\n"));
	pass(SEC(60));
	expect_known("eth0 lease 192.0.2.55 @192.0.2.10");
	cr_expect(networkd(2, NULL));
	expect_known("");
	expect_servers("");
}

/* dhcpcd's file is the message: its age tells; an expired lease is none. */
Test(learn, a_lease_ends)
{
	begin_with("192.0.2.10");
	dhcpcd_at(WALL - 1600);
	pass(SEC(1999));
	cr_expect_eq(l.facts.dhcp_count, 1);
	pass(SEC(1));
	cr_expect_eq(l.facts.dhcp_count, 0);
	cr_expect(!dhcpcd_at(WALL - 3600));
	/* written by a clock that was ahead: no longer than the lease itself */
	cr_expect(dhcpcd_at(WALL + 500000));
	pass(SEC(3599));
	cr_expect_eq(l.facts.dhcp_count, 1);
	pass(SEC(1));
	cr_expect_eq(l.facts.dhcp_count, 0);
}

/* networkd's file goes with the lease, and is not touched by renewals. */
Test(learn, a_lease_of_networkd)
{
	begin_with("192.0.2.10");
	cr_expect(networkd_at(2, NETWORKD, 1));
	pass(SEC(100000000));
	cr_expect_eq(l.facts.dhcp_count, 1);
	cr_expect(networkd(2, NULL));
}

/* dhclient says when, in wall time: 1000000 is 1970-01-12 13:46:40. */
Test(learn, a_lease_says_when_it_ends)
{
	begin_with("192.0.2.10");
	cr_expect(dhclient("eth0", "192.0.2.10", "192.0.2.53",
	    "  expire 1 1970/01/12 13:56:40;\n"));
	pass(SEC(599));
	expect_known("eth0 lease 192.0.2.53 @192.0.2.10");
	pass(SEC(1));
	expect_known("");
	cr_expect(!dhclient("eth0", "192.0.2.10", "192.0.2.53",
	    "  expire 1 1970/01/12 13:46:40;\n"));
	cr_expect(dhclient("eth0", "192.0.2.10", "192.0.2.53", "  expire never;\n"));
	pass(SEC(10000000));
	expect_known("eth0 lease 192.0.2.53 @192.0.2.10");
}

/* Only while the link has the address that it is about. */
Test(learn, a_lease_without_its_address)
{
	begin_with(NULL);
	cr_expect(!networkd(2, NETWORKD));
	stand("eth1", "192.0.2.10");
	expect_known("");
	cr_expect(stand("eth0", "192.0.2.10"));
	cr_expect_eq(l.facts.dhcp_count, 1);
	link_of("eth0")->addrs[0].flags = FACT_ADDR_DADFAILED;
	cr_expect(net());
	expect_known("");
}

/* Links come, go and are renamed; a lease that names one follows it. */
Test(learn, a_link_is_renamed)
{
	begin_with("192.0.2.10");
	dhclient("eth0", "192.0.2.10", "192.0.2.53", "");
	strcpy(link_of("eth0")->name, "lan0");
	cr_expect(net());
	expect_known("lan0 lease 192.0.2.53 @192.0.2.10");
	expect_servers("192.0.2.53#53 lan0 lease via");
	/* another one of its name is not meant */
	add_link(9, "eth0");
	cr_expect(!stand("eth0", "192.0.2.11"));
	link_of("lan0")->ifindex = 77;
	pass(SEC(60));
	net();
	expect_known("");
}

Test(learn, a_link_comes_later)
{
	begin_with(NULL);
	dhclient("usb0", "192.0.2.10", "192.0.2.53", "");
	expect_known("");
	add_link(9, "usb0");
	cr_expect(stand("usb0", "192.0.2.10"));
	expect_known("usb0 lease 192.0.2.53 @192.0.2.10");
}

/* Said once a path, until it can be read or is another fault. */
Test(learn, a_lease_file_at_fault)
{
	struct event bad = {
		.kind = EVENT_LEASE,
		.lease_kind = LEASE_DHCPCD,
		.path = "/var/lib/dhcpcd/eth0\033.lease",
		.bytes = (const uint8_t *)"x",
		.len = 1,
	};

	begin_with("192.0.2.10");
	for (unsigned i = 0; i < 5; i++)
		post(bad);
	cr_expect_str_eq(strbuf_text(&l.notes), "4 lease: /var/lib/dhcpcd/"
	    "eth0\\027.lease: the message is too short; it counts as absent until it is "
	    "written again\n");
	expect_known("");
	bad.bytes = NULL;
	post(bad);
	bad.bytes = (const uint8_t *)"x";
	post(bad);
	cr_expect(strchr(l.notes.s, '\n') != strrchr(l.notes.s, '\n'),
	    "it was gone in between");
}

/* Whatever is written, the book has its end. */
Test(learn, many_files)
{
	begin_with(NULL);
	for (uint32_t i = 0; i < 1000; i++)
		networkd(100 + i, NETWORKD);
	cr_expect_eq(l.learn->entry_count, LEARN_ENTRIES_MAX);
	cr_expect_eq(l.learn->path_count, LEARN_PATHS_MAX);
	for (uint32_t i = 0; i < 1000; i++)
		networkd(100 + i, NULL);
	cr_expect_eq(l.learn->entry_count, 0);
	cr_expect_eq(l.learn->path_count, 0);
}

/* --- hooks -------------------------------------------------------------------------- */

Test(learn, a_hook)
{
	begin_with("192.0.2.10");
	cr_expect_null(hook("eth0", false, "192.0.2.53", "192.0.2.10", 600));
	expect_known("eth0 hook 192.0.2.53 @192.0.2.10");
	pass(SEC(300));
	cr_expect_null(hook("eth0", false, "192.0.2.54", "192.0.2.10", 600));
	expect_known("eth0 hook 192.0.2.54 @192.0.2.10");
	pass(SEC(599));
	expect_known("eth0 hook 192.0.2.54 @192.0.2.10");
	pass(SEC(1));
	expect_known("");
	hook("eth0", false, "192.0.2.53", NULL, 0);
	expect_known("eth0 hook 192.0.2.53");
	cr_expect_null(hook("eth0", true, NULL, NULL, 0));
	pass(SEC(60));
	expect_known("");
}

Test(learn, a_hook_after_the_rename)
{
	begin_with("192.0.2.10");
	hook("eth0", false, "192.0.2.53", NULL, 0);
	strcpy(link_of("eth0")->name, "lan0");
	net();
	hook("lan0", true, NULL, NULL, 0);
	pass(SEC(60));
	expect_known("");
}

Test(learn, a_hook_that_is_not_used)
{
	begin();
	use(FACT_SOURCE_LEASE, FACT_SOURCE_LEASE);
	go(false);
	cr_expect_not_null(hook("eth0", false, "192.0.2.53", NULL, 0));
	expect_known("");
}

/* --- of several sources ------------------------------------------------------------- */

/* By rank, then link; a server named twice is asked once. */
Test(learn, order)
{
	begin_with("192.0.2.10");
	stand("eth1", "198.51.100.10");
	hook("eth0", false, "192.0.2.55", NULL, 0);
	networkd(3, "ADDRESS=198.51.100.10\nDNS=198.51.100.53\n");
	networkd(2, "ADDRESS=192.0.2.10\nDNS=192.0.2.53 192.0.2.55\n");
	pass(SEC(60));
	expect_known("eth0 lease 192.0.2.53 192.0.2.55 @192.0.2.10; "
	    "eth1 lease 198.51.100.53 @198.51.100.10; eth0 hook 192.0.2.55");
	expect_servers("192.0.2.53#53 eth0 lease via; 192.0.2.55#53 eth0 lease via; "
	    "198.51.100.53#53 eth1 lease via");
}

Test(learn, the_order_that_is_configured)
{
	begin();
	use(FACT_SOURCE_HOOK, FACT_SOURCE_LEASE);
	go(false);
	stand("eth0", "192.0.2.10");
	networkd(2, NETWORKD);
	hook("eth0", false, "192.0.2.55", NULL, 0);
	pass(SEC(60));
	expect_known("eth0 hook 192.0.2.55; "
	    "eth0 lease 192.0.2.53 192.0.2.54 corp.example @192.0.2.10");
}

Test(learn, a_source_is_taken_away)
{
	begin_with("192.0.2.10");
	networkd(2, NETWORKD);
	hook("eth0", false, "192.0.2.55", NULL, 0);
	pass(SEC(60));
	use(FACT_SOURCE_HOOK, FACT_SOURCE_HOOK);
	learn_configure(l.learn, l.config);
	settle();
	pass(SEC(60));
	expect_known("eth0 hook 192.0.2.55");
	cr_expect(!networkd(2, NETWORKD));
	expect_known("eth0 hook 192.0.2.55");
}

/* Those configured come after; alone they are all, but the lease is still evidence. */
Test(learn, configured_servers)
{
	struct endpoint server = server_of("192.0.2.1");

	begin();
	config_add_server(l.config, &server);
	l.config->dns_source = DNS_SOURCE_DHCP;
	go(false);
	stand("eth0", "192.0.2.10");
	networkd(2, NETWORKD);
	expect_servers("192.0.2.53#53 eth0 lease via; 192.0.2.54#53 eth0 lease via; "
	    "192.0.2.1#53  static");
	l.config->dns_source = DNS_SOURCE_STATIC;
	learn_configure(l.learn, l.config);
	settle();
	expect_servers("192.0.2.1#53  static");
	expect_known("eth0 lease 192.0.2.53 192.0.2.54 corp.example @192.0.2.10");
}

Test(learn, a_link_local_server)
{
	begin_with("192.0.2.10");
	hook("eth0", false, "fe80::53", NULL, 0);
	expect_servers("fe80::53%eth0#53 eth0 hook");
}

/* What changes for ever is told ever more rarely; one change at once. */
Test(learn, damped)
{
	begin_with(NULL);
	l.damped = true;
	for (unsigned i = 0; i < 1200; i++) {
		hook("eth0", false, i % 2 == 0 ? "192.0.2.53" : "192.0.2.54", NULL, 0);
		pass(CLOCK_MS(100));
	}
	cr_expect_lt(l.settled, 45, "%u times in 2 minutes", l.settled);
	cr_expect_gt(l.settled, 5);
	hook("eth0", false, "192.0.2.55", NULL, 0);
	pass(SEC(31));
	expect_known("eth0 hook 192.0.2.55");
	pass(SEC(120));
	cr_expect_null(hook("eth0", false, "192.0.2.56", NULL, 0));
	expect_known("eth0 hook 192.0.2.56");
}

/* A file that goes and comes is one that stays; one that goes, goes a second later. */
Test(learn, written_anew)
{
	struct dhcp_info info = {.server_count = 1};

	begin_with("192.0.2.10");
	l.damped = true;
	networkd(2, NETWORKD);
	pass(SEC(120));
	cr_expect(!networkd(2, NULL));
	pass(CLOCK_MS(900));
	cr_expect(!networkd(2, NETWORKD));
	pass(SEC(120));
	cr_expect_eq(l.settled, 1);
	cr_expect(!networkd(2, NULL));
	pass(CLOCK_MS(999));
	cr_expect_eq(l.facts.dhcp_count, 1);
	pass(CLOCK_MS(1));
	cr_expect_eq(l.facts.dhcp_count, 0);
	/* nor does that of one protocol stand for the other's */
	info.servers[0] = addr_of("2001:db8::53");
	hook("eth0", false, "192.0.2.53", NULL, 0);
	learn_hook(l.learn, &l.world.step, "eth0", FAMILY_IPV6, false, &info);
	pass(SEC(120));
	learn_hook(l.learn, &l.world.step, "eth0", FAMILY_IPV6, true, &info);
	cr_expect(!settle());
	cr_expect_eq(l.facts.dhcp_count, 2);
	hook("eth0", true, NULL, NULL, 0);
	pass(SEC(120));
	/* another lease is no loss */
	networkd(2, NETWORKD);
	pass(SEC(120));
	cr_expect(networkd(2, "ADDRESS=192.0.2.10\nDNS=192.0.2.55\n"));
}

/* --- what is told of it ------------------------------------------------------------- */

static void
expect_told(const char *wanted)
{
	struct strbuf out = {0};

	learn_tell(l.learn, &out);
	cr_expect_str_eq(strbuf_text(&out), wanted);
	strbuf_free(&out);
}

/* Among other things. */
static void
expect_tells(const char *wanted)
{
	struct strbuf out = {0};

	learn_tell(l.learn, &out);
	cr_expect_not_null(strstr(strbuf_text(&out), wanted), "%s", strbuf_text(&out));
	strbuf_free(&out);
}

Test(learn, tells)
{
	struct event no = {
		.kind = EVENT_SOURCE,
		.source = FACT_SOURCE_OBSERVED,
		.error = "not permitted: needs CAP_NET_RAW at start",
	};

	begin_with(NULL);
	post(no);
	expect_told("lease (no lease file), observed (not permitted: needs CAP_NET_RAW "
	    "at start), inform (not asked yet: no link that is up with an IPv4 "
	    "address), dhcpv6 (not asked yet: no link that is up with a link-local "
	    "address), ra (no router has named a server yet), hook (no hook has said "
	    "anything since the start)");
	link_of("eth0")->ra_off = true;
	net();
	expect_tells("ra (the kernel takes no router advertisements on eth0 (accept_ra))");
	no.error = NULL;
	post(no);
	networkd(2, NETWORKD);
	use(FACT_SOURCE_LEASE, FACT_SOURCE_OBSERVED);
	learn_configure(l.learn, l.config);
	settle();
	expect_told("lease (1 lease file, no lease in force on a link), observed "
	    "(nothing seen yet)");
	stand("eth0", "192.0.2.10");
	expect_told("lease (eth0: 2 servers, domain corp.example), observed (nothing "
	    "seen yet)");
}
