"""What DHCP says changes: the daemon follows without a restart, forgets with the lease,
and does not let two servers or a silent one move it to and fro."""

import re
import time

import net
from daemon import Daemon, addresses, conf, held, settle, until
from dhcp_clients import Dhclient, Dhcpcd, NetworkManager, Networkd, Udhcpc
from dhcp_forge import (ACK, DISCOVER, INFORM, INFORMATION_REQUEST, NAK, OFFER, REQUEST,
                        Router, Server4, Server6, dnssl, lease, message4, rdnss)
from dhcp_servers import Kea4, Offer, Radvd
from dhcp_world import NAMESERVER, SERVER
from stories_dhcp_sources import DEDICATED, NAME, learning, nameless, servers_of
from story import stories, story
from world import equal, true, update_count

OTHER = "192.0.2.56"


def all_sources(world, machine, *registrations, **options):
    return Daemon(world, machine, conf(machine, *(registrations or (DEDICATED,)),
                                       dns={"source": "dhcp"}), **options)


def static(lan, *more):
    net.ip("addr add 192.0.2.10/24 dev eth0\n" + "".join(more), lan.pc.namespace)


def scripted(world, lan, script, machine=None):
    server = Server4(machine or lan.server, script)
    world.stoppable.append(server)
    return server


@stories("dhcp: another lease from {} is followed", {
    "dhclient": (Dhclient,), "dhcpcd": (Dhcpcd,), "udhcpc": (Udhcpc,),
    "systemd-networkd": (Networkd,), "NetworkManager": (NetworkManager,)})
def new_lease(world, client):
    lan = nameless(world)
    server = Kea4(lan.server, Offer(lease_s=4))
    with all_sources(world, lan.pc) as daemon:
        client = client(lan.pc)
        settle(daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        server.restart(Offer(first="192.0.2.150", last="192.0.2.159"))
        if isinstance(client, Udhcpc):
            client.renew()
        elif isinstance(client, Dhcpcd):  # no lease of its is shorter than 20 s
            lan.pc.do("dhcpcd", "-n", "eth0")
        settle(daemon, lan.named, NAME, {"192.0.2.150"}, 15)


@story("dhcp: a lease file of systemd-networkd holds for as long as the lease is renewed")
def renewed_unchanged(world):
    """networkd does not write it again when nothing has changed."""
    lan = nameless(world)
    Kea4(lan.server, Offer(lease_s=4))
    address = Networkd(lan.pc).wait()
    with learning(world, lan, "lease", DEDICATED) as daemon:
        held(world, daemon, lan.named, NAME, {address}, 10)
        time.sleep(6)
        equal(len(servers_of(daemon)), 1, "DNS servers", daemon)
        daemon.never_says("nothing is known")


@story("dhcp: other servers in a renewed lease are followed, and the zone moves with them")
def new_servers(world):
    lan = nameless(world)
    server = Kea4(lan.server, Offer(lease_s=4))
    other = world.bind(role="ns2", addresses=(OTHER,))
    other.nsupdate("update delete ns1.corp.example A\n"
                   "update delete ns1.corp.example AAAA\n"
                   f"update add ns1.corp.example 900 A {OTHER}")
    with all_sources(world, lan.pc) as daemon:
        Networkd(lan.pc)
        held(world, daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        server.restart(Offer(dns=(OTHER,)))
        settle(daemon, other, NAME, {"192.0.2.100"}, 10)
        equal([address for address, _, _ in servers_of(daemon)], [f"{OTHER}#53"],
              "the DNS servers", daemon)


@story("dhcp: another prefix and its server by router advertisement are followed")
def new_prefix(world):
    lan = nameless(world)
    router = Radvd(lan.server, Offer())
    net.ip("addr add 2001:db8:1::53/64 dev eth0\n", lan.named.namespace)
    net.ip("addr add 2001:db8:1::1/64 dev eth0\n", lan.server.namespace)
    with learning(world, lan, "ra", DEDICATED) as daemon:
        first = until(lambda: {a for a in lan.pc.addresses() if
                               a.startswith("2001:db8::")}, "an address", 10, daemon)
        held(world, daemon, lan.named, NAME, first, 10)
        router.restart(Offer(prefix="2001:db8:1::"))
        second = until(lambda: {a for a in lan.pc.addresses() if
                                a.startswith("2001:db8:1:")}, "an address", 10, daemon)
        net.ip(f"addr del {first.pop()}/64 dev eth0\n", lan.pc.namespace)
        settle(daemon, lan.named, NAME, second, 10)


@stories("dhcp: a lease that ends takes its servers along, the record stays: {}", {
    "observed": ("observed",), "by its file": ("lease",)})
def lease_ends(world, source):
    lan = nameless(world)
    alive = [True]
    give = lease(lease_s=4)
    scripted(world, lan, lambda message: give(message) if alive[0] else None)
    with learning(world, lan, source, DEDICATED) as daemon:
        Dhclient(lan.pc)
        held(world, daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        alive[0] = False
        until(lambda: servers_of(daemon) == [], "no DNS server is known", 8, daemon)
        daemon.wait_log("eth0: nothing is known from DHCP any more")
        equal(addresses(lan.named, NAME), {"192.0.2.100"}, "the record", daemon)
        if source == "lease":
            return  # dhclient writes at most every 15 s
        alive[0] = True
        settle(daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        until(lambda: servers_of(daemon), "a DNS server is known again", 10, daemon)


@story("dhcp: an advertised lifetime that ends, or is taken back, takes its servers along")
def lifetime_ends(world):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    router = Router(lan.server)
    with learning(world, lan, "ra", DEDICATED) as daemon:
        options = rdnss(["2001:db8::53"], 2) + dnssl(["corp.example"], 60)
        router.advertise(options)
        held(world, daemon, lan.named, NAME, {"2001:db8::10"}, 10)
        until(lambda: servers_of(daemon) == [], "the server is forgotten", 5, daemon)
        router.advertise(rdnss(["2001:db8::53"], 60))
        until(lambda: servers_of(daemon), "the server is back", 5, daemon)
        router.advertise(rdnss(["2001:db8::53"], 0))
        until(lambda: servers_of(daemon) == [], "the server is taken back", 5, daemon)
    router.close()


@story("dhcp: a NAK alone does nothing in DNS; what the client does then is followed")
def nak(world):
    lan = nameless(world)
    give, refuse = [lease()], [False]

    def script(message):
        if refuse[0] and message.type == REQUEST and 54 not in message.options:
            refuse[0] = False
            give[0] = lease("192.0.2.120", lease_s=600)
            return message4(NAK, message.xid, message.mac)
        return give[0](message)
    server = scripted(world, lan, script)
    with learning(world, lan, "observed", DEDICATED) as daemon:
        client = Udhcpc(lan.pc)
        held(world, daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        last = server.seen[-1]
        server.sender.dhcp4(message4(NAK, last.xid, last.mac))  # nobody asked
        time.sleep(0.5)
        update_count(world, 0, run=daemon)
        equal(len(servers_of(daemon)), 1, "DNS servers after a NAK", daemon)
        refuse[0] = True
        client.renew()
        settle(daemon, lan.named, NAME, {"192.0.2.120"}, 10)
        true(not refuse[0], "the client was never refused", client)
        update_count(world, 1, run=daemon)


@story("dhcp: of two servers that disagree the one counts whose lease stands")
def two_servers(world):
    lan = nameless(world)
    second = lan.machine("dhcp2")
    net.ip("addr add 192.0.2.2/24 dev eth0\n", second.namespace)
    one, two = lease(lease_s=4), lease("192.0.2.130", dns=(OTHER,), server="192.0.2.2")
    scripted(world, lan, one)

    def slowly(message):
        """Always the later one, so that the client takes the first."""
        if message.type == REQUEST and message.options.get(54) != b"\xc0\x00\x02\x02":
            return None
        time.sleep(0.1)
        return two(message)
    liar = scripted(world, lan, slowly, second)
    with all_sources(world, lan.pc) as daemon:
        Networkd(lan.pc)
        held(world, daemon, lan.named, NAME, {"192.0.2.100"}, 10)
        time.sleep(5)  # renewed twice, asked about at half the lease
        equal([address for address, _, _ in servers_of(daemon)], [f"{NAMESERVER}#53"],
              "DNS servers", daemon)
        lines = re.findall(r"eth0: DNS servers.*", daemon.log())
        true(len(lines) <= 2, f"it goes to and fro: {lines}", daemon)
        update_count(world, 0, run=daemon)
        true(liar.seen, "the second server was never asked", daemon)


@story("dhcp: servers that are silent are asked ever more rarely, other sources used")
def silent_servers(world):
    lan = nameless(world)
    static(lan, "addr add 2001:db8::10/64 dev eth0\n")
    four, six = Server4(lan.server, lambda _: None), Server6(lan.server, lambda _: None)
    world.stoppable.extend([four, six])
    router = Router(lan.server)
    with all_sources(world, lan.pc) as daemon:
        time.sleep(7)
        for server, kind, least, most in ((four, INFORM, 2, 3),
                                          (six, INFORMATION_REQUEST, 3, 4)):
            count = server.count(kind)
            true(least <= count <= most, f"asked {count} times in 7 s", daemon)
        xids = {message.xid for message in six.seen}
        equal(len(xids), 1, "transactions of one question", daemon)
        equal(daemon.state(), "waiting", "state", daemon)
        router.advertise(rdnss([f"{NAMESERVER}".join(("::ffff:", ""))])
                         + rdnss(["2001:db8::53"]) + dnssl(["corp.example"]))
        settle(daemon, lan.named, NAME, {"192.0.2.10", "2001:db8::10"})
        equal(servers_of(daemon), [("2001:db8::53#53", "ra", "eth0")],
              "DNS servers, a mapped one apart", daemon)
    router.close()


@story("dhcp: an interface that appears later is observed, with no privilege left")
def later_interface(world):
    lan = nameless(world)
    Kea4(lan.server, Offer())
    registration = {**DEDICATED, "interface": "eth1"}
    with learning(world, lan, "observed", registration) as daemon:
        equal(daemon.proc_status()["CapEff"], "0" * 16, "capabilities", daemon)
        equal(daemon.state(), "waiting", "state", daemon)
        world.switch.cable(lan.pc.namespace, "eth1")
        address = Udhcpc(lan.pc, interface="eth1").wait()
        settle(daemon, lan.named, NAME, {address})
        equal(servers_of(daemon), [(f"{NAMESERVER}#53", "observed", "eth1")],
              "DNS servers", daemon)


@story("dhcp: the link goes and comes back in another network: it asks anew")
def link_comes_back(world):
    lan = nameless(world)
    static(lan)
    give = [lease()]
    server = scripted(world, lan, lambda message: give[0](message))
    with learning(world, lan, "inform", DEDICATED) as daemon:
        held(world, daemon, lan.named, NAME, {"192.0.2.10"}, 10)
        give[0] = lease(dns=(NAMESERVER, OTHER))
        net.ip("link set eth0 down\n", lan.pc.namespace)
        until(lambda: servers_of(daemon) == [], "nothing is known", 5, daemon)
        net.ip("link set eth0 up\n", lan.pc.namespace)
        until(lambda: [address for address, _, _ in servers_of(daemon)] ==
              [f"{NAMESERVER}#53", f"{OTHER}#53"], "both servers", 5, daemon)
        true(server.count(INFORM) >= 2, "it did not ask again", daemon)
        equal({kind for kind in (DISCOVER, OFFER, ACK) if server.count(kind)}, set(),
              "messages that are not ours to send", daemon)
        equal({message.source[0] for message in server.seen}, {"192.0.2.10"},
              f"who asked {SERVER}", daemon)
