/*
 * Anything in any order: packets, lease files, hooks, advertisements, links and addresses
 * that come and go, and time.  Whatever happens, learn sleeps between its deadlines, holds
 * no more than it may, and publishes only what stands on a link that is there.
 */
#include "learn_packets.h"

TestSuite(learn_random, .fini = end);

#define SEEDS 30
#define STEPS 600

static struct rng dice;

static unsigned
roll(unsigned below)
{
	return (unsigned)rng_below(&dice, below);
}

#define PICK(list) (list)[roll(sizeof(list) / sizeof((list)[0]))]

static const char *const links[] = {"eth0", "eth1"};
static const char *const v4s[] = {"192.0.2.10", "192.0.2.11", "169.254.1.1"};
static const char *const v6s[] = {"2001:db8::2", "fe80::2", "fe80::3"};
static const char *const dns4[] = {NULL, "192.0.2.53", "192.0.2.54 127.0.0.1"};
static const char *const dns6[] = {NULL, "2001:db8::53", "fe80::53"};
static const char *const duids[] = {"srv1", "srv2", NULL};
static const char *const domains[] = {NULL, "corp.example", "lab.example", "b d"};
static const char *const servers4[] = {"192.0.2.1", "192.0.2.2", NULL};
static const uint32_t times_s[] = {0, 1, 4, 600, 3600, UINT32_MAX};

/* --- what may happen ---------------------------------------------------------------- */

static bool
has(const char *link, const char *text)
{
	struct addr addr = addr_of(text);

	return fact_link_addr(link_of(link), &addr) != NULL;
}

static void
address(const char *text)
{
	const char *link = PICK(links);

	if (has(link, text))
		fall(link, text);
	else
		stand(link, text);
}

static void
link_changes(void)
{
	struct fact_link *link = link_of(PICK(links));

	link->up = !link->up;
	net();
}

static void
client_asks(void)
{
	static const uint8_t types4[] = {DHCP4_DISCOVER, DHCP4_REQUEST, DHCP4_INFORM};
	static const uint8_t types6[] = {DHCP6_SOLICIT, DHCP6_REQUEST, DHCP6_RENEW,
		DHCP6_INFORMATION_REQUEST};
	uint32_t ifindex = 2 + roll(2);

	if (roll(2) == 0)
		ask4(ifindex, (struct v4){.type = PICK(types4), .xid = roll(4),
		    .server = PICK(servers4)});
	else
		ask6(ifindex, (struct v6){.type = PICK(types6), .xid = roll(4),
		    .client = "us", .server = PICK(duids)});
}

/* xid: of a client, or of the last question of ours. */
static void
server_answers(void)
{
	bool ours = roll(2) == 0;
	uint32_t ifindex = 2 + roll(2);

	if (roll(2) == 0) {
		struct v4 v4 = {.xid = roll(4), .server = PICK(servers4),
			.yiaddr = roll(3) == 0 ? NULL : PICK(v4s), .dns = PICK(dns4),
			.domain = PICK(domains), .lease_s = PICK(times_s)};

		if (ours)
			answer4(v4);
		else
			tell4(ifindex, v4);
	} else {
		struct v6 v6 = {.xid = roll(4), .server = PICK(duids),
			.dns = PICK(dns6), .address = roll(2) == 0 ? NULL : PICK(v6s),
			.valid_s = PICK(times_s), .refresh_s = PICK(times_s),
			.client = ours ? NULL : "us"};

		if (ours)
			answer6(v6);
		else
			tell6(ifindex, v6);
	}
}

static void
router_advertises(void)
{
	static const char *const routers[] = {"fe80::1", "fe80::9"};
	uint8_t option[24] = {25, 3};
	struct addr addr = addr_of(dns6[1 + roll(2)]);

	put32(option + 4, PICK(times_s));
	memcpy(option + 8, addr.octets, 16);
	post((struct event){.kind = EVENT_ND, .ifindex = 2 + roll(2),
	    .local = addr_of(PICK(routers)), .bytes = option, .len = sizeof(option)});
}

static void
hook_says(void)
{
	struct dhcp_info info = {.lease_s = PICK(times_s), .has_address = roll(2)};
	struct addr addr = addr_of("192.0.2.55");

	info.address = addr_of(PICK(v4s));
	if (roll(2) == 0)
		dhcp_add_server(&info, &addr);
	learn_hook(l.learn, &l.world.step, PICK(links), FAMILY_IPV4, roll(3) == 0,
	    &info);
	settle();
}

static void
file_is_written(void)
{
	static const char *const texts[] = {NULL, "", "ADDRESS=192.0.2.10\n",
		"ADDRESS=192.0.2.10\nDNS=192.0.2.53\nDOMAINNAME=corp.example\n",
		"ADDRESS=192.0.2.11\nDNS=192.0.2.54 0.0.0.0\nLIFETIME=60\n", "=\n"};
	const char *text = PICK(texts);

	post((struct event){.kind = EVENT_LEASE, .lease_kind = LEASE_NETWORKD,
	    .path = roll(2) == 0 ? "/run/systemd/netif/leases/2" :
	    "/run/systemd/netif/leases/3", .bytes = (const uint8_t *)text,
	    .len = text != NULL ? strlen(text) : 0, .written_s = 1000000});
}

static void
something(void)
{
	switch (roll(10)) {
	case 0:
		address(PICK(v4s));
		break;
	case 1:
		address(PICK(v6s));
		break;
	case 2:
		link_changes();
		break;
	case 3:
		client_asks();
		break;
	case 4:
	case 5:
		server_answers();
		break;
	case 6:
		router_advertises();
		break;
	case 7:
		hook_says();
		break;
	case 8:
		file_is_written();
		break;
	default:
		if (roll(20) == 0)
			post((struct event){.kind = EVENT_RESUME});
		break;
	}
	pass(roll(4) == 0 ? SEC(roll(5000)) : CLOCK_MS(roll(3000)));
}

/* --- what must hold ----------------------------------------------------------------- */

static void
look(void)
{
	unsigned open = 0;

	for (size_t i = 0; i < l.learn->link_count; i++)
		for (unsigned j = 0; j < 2; j++) {
			const struct learn_ask *ask = &l.learn->links[i].asks[j];

			open += ask->id != 0;
			cr_assert(ask->id == 0 || ask->next_us != CLOCK_NEVER,
			    "a socket that nobody closes");
		}
	cr_assert_eq(l.open, open, "%u sockets, %u known", l.open, open);
	cr_assert_leq(l.learn->entry_count, 20);
	cr_assert_gt(learn_deadline(l.learn), l.world.step.now_us);
	for (size_t i = 0; i < l.facts.dhcp_count; i++) {
		const struct fact_dhcp *fact = &l.facts.dhcp[i];

		cr_assert_not_null(fact_net_link_by_index(&l.facts.net, fact->ifindex));
		cr_assert(fact->source == FACT_SOURCE_RA ||
		    fact->expires_us > l.world.step.now_us ||
		    l.learn->publish_at_us != CLOCK_NEVER, "over and published");
	}
}

/* However long it is quiet: what has an end has ended, and it is asked in peace. */
static void
rest(void)
{
	unsigned looks = l.looks;

	pass(SEC(7200));
	cr_assert_lt(l.looks - looks, 60, "%u looks in two quiet hours",
	    l.looks - looks);
	look();
}

Test(learn_random, anything)
{
	for (uint8_t seed = 1; seed <= SEEDS; seed++) {
		const uint8_t key[RNG_SEED_LEN] = {seed};

		begin();
		rng_seed(&dice, key);
		l.damped = seed % 2 == 0;
		go(seed % 3 == 0);
		for (unsigned i = 0; i < STEPS; i++) {
			something();
			look();
		}
		rest();
		if (seed < SEEDS)
			end();
	}
}
