"""More than one link, more than one source: each server is asked through the link that it
was learned on, from its address; and an ordinary host with everything at once."""

import net
from daemon import Daemon, conf, held, settle, until
from dhcp_clients import Dhclient, NetworkManager, Networkd
from dhcp_forge import Router, dnssl, rdnss
from dhcp_servers import Kea4, Kea6, Offer, Radvd
from dhcp_world import NAMESERVER, NAMESERVER_V6
from stories_dhcp_sources import DEDICATED, MANAGED, NAME, learning, nameless, servers_of
from story import stories, story
from world import equal, true

LOCAL_SERVER = "fe80::53"
ETH1 = {"name": "two", "fqdn": "dedicated", "host_name": "pc2-amt", "interface": "eth1",
        "ipv6": "none"}


def sources_of(world, server, port=53):
    """From where the machine's questions to a server came, without their ports."""
    return {seen.source for seen, _ in world.wire.payloads()
            if (seen.target, seen.dport) == (server, port)}


@story("dhcp: servers of two links are asked through their links, from their addresses")
def two_links(world):
    lan = nameless(world)
    world.switch.cable(lan.pc.namespace, "eth1")
    net.ip("addr add 198.51.100.53/24 dev eth0\n", lan.named.namespace)
    # The routes lead both servers through the wrong link.
    net.ip("addr add 192.0.2.10/24 dev eth0\naddr add 198.51.100.10/24 dev eth1\n"
           "route add 198.51.100.53/32 dev eth0\nroute add 192.0.2.53/32 dev eth1\n",
           lan.pc.namespace)
    with learning(world, lan, "hook", {**DEDICATED, "ipv6": "none"}, ETH1) as daemon:
        world.wire.mark()
        for interface, address, server in (("eth0", "192.0.2.10", NAMESERVER),
                                           ("eth1", "198.51.100.10", "198.51.100.53")):
            done = daemon.ctl("dhcp-event", interface, "bound", f"address={address}",
                              f"servers={server}", "domain=corp.example")
            equal(done.exit, 0, "exit status", done)
        until(lambda: sources_of(world, NAMESERVER) and
              sources_of(world, "198.51.100.53"), "both servers are asked", 5, daemon)
        equal(servers_of(daemon), [(f"{NAMESERVER}#53", "hook", "eth0"),
                                   ("198.51.100.53#53", "hook", "eth1")],
              "DNS servers", daemon)
        true("192.0.2.10" in sources_of(world, NAMESERVER), "eth0's from eth0", daemon)
        equal(sources_of(world, "198.51.100.53"), {"198.51.100.10"}, "who asked eth1's",
              daemon)


@story("dhcp: a link-local DNS server is asked with its scope, and shown with it")
def link_local(world):
    lan = nameless(world)
    world.switch.cable(lan.pc.namespace, "eth1")
    net.ip(f"addr add {LOCAL_SERVER}/64 dev eth0 nodad\n", lan.named.namespace)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    router = Router(lan.server)
    with learning(world, lan, "ra", DEDICATED) as daemon:
        world.wire.mark()
        net.Switch.sysctl(lan.pc.namespace, "ipv6/conf/eth1/accept_ra", 0)
        router.advertise(rdnss([LOCAL_SERVER]) + dnssl(["corp.example"]))
        settle(daemon, lan.named, NAME, {"2001:db8::10"})
        equal(servers_of(daemon), [(f"{LOCAL_SERVER}%eth0#53", "ra", "eth0")],
              "DNS servers", daemon)
        asked = sources_of(world, LOCAL_SERVER)
        true(asked and all(source.startswith("fe80:") for source in asked),
             f"asked from {asked}", daemon)
        true(f"{LOCAL_SERVER}%eth0" in daemon.ctl("status").stdout, "status", daemon)
    router.close()


@stories("dhcp: Kea for both protocols and radvd, {} as the client: everything from DHCP", {
    "systemd-networkd": (Networkd, {"ra": True}, ("lease", "observed")),
    "NetworkManager": (NetworkManager, {}, ("observed", "observed")),
})
def managed(world, client, options, sources):
    """No word of configuration but the name; what needs no question is not asked."""
    lan = nameless(world)
    offer = Offer(dns=(NAMESERVER,), lease_s=6)
    kea = Kea4(lan.server, offer)
    Kea6(lan.server, Offer())
    Radvd(lan.server, Offer(), **MANAGED)
    with Daemon(world, lan.pc, conf(lan.pc, DEDICATED, dns={"source": "dhcp"})) as daemon:
        client = client(lan.pc, "46", **options)
        four = client.wait("192.0.2.1", 20)
        six = client.wait("2001:db8::1:", 20)
        held(world, daemon, lan.named, NAME, {four, six}, 15)
        equal(servers_of(daemon), [
            (f"{address}#53", source, "eth0") for address, source in zip(
                (NAMESERVER, NAMESERVER_V6), sources)], "DNS servers", daemon)
        kea.restart(offer.but(first="192.0.2.150", last="192.0.2.159"))
        settle(daemon, lan.named, NAME, {"192.0.2.150", six}, 20)


@story("dhcp: dhcp-sources gives another order, and leaves out what it does not name")
def order(world):
    lan = nameless(world)
    Kea4(lan.server, Offer(dns=(NAMESERVER,)))
    router = Router(lan.server)
    address = Dhclient(lan.pc).wait()
    with learning(world, lan, "ra, lease", DEDICATED) as daemon:
        router.advertise(rdnss([NAMESERVER_V6]))
        settle(daemon, lan.named, NAME, {address})
        both = [(f"{NAMESERVER_V6}#53", "ra", "eth0"), (f"{NAMESERVER}#53", "lease", "eth0")]
        until(lambda: servers_of(daemon) == both, "router before lease", 5, daemon)
        lan.pc.config(conf(lan.pc, DEDICATED, dns={"source": "dhcp",
                                                   "dhcp_sources": "[lease, ra]"}))
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        until(lambda: servers_of(daemon) == both[::-1], "lease before router", 5, daemon)
        lan.pc.config(conf(lan.pc, DEDICATED, dns={"source": "dhcp",
                                                   "dhcp_sources": "[lease]"}))
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        until(lambda: servers_of(daemon) == both[1:], "no router any more", 5, daemon)
    router.close()
