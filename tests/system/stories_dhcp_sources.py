"""What each source alone teaches: the servers, the domain, and option 81, from every pair
of DHCP client and server that the source can see."""

from daemon import SOON_S, Daemon, conf, settle, until
from dhcp_clients import Dhclient, Dhcpcd, NetworkManager, Networkd, Udhcpc
from dhcp_servers import Dhcpd, Dhcpd6, Dnsmasq, Kea4, Kea6, Offer, Radvd
from dhcp_world import NAMESERVER, NAMESERVER_V6, Lan
from story import stories
from world import equal

import net

NAME = "pc1-amt.corp.example"
# Neither says a domain: DHCP brings it.
DEDICATED = {"fqdn": "dedicated", "host_name": "pc1-amt", "interface": "eth0"}
SHARED = {"name": "host", "fqdn": "shared", "interface": "eth0"}

OFFER = Offer(dns=(NAMESERVER, "192.0.2.54"), dns6=(NAMESERVER_V6, "2001:db8::54"),
              updates=True)
SERVERS4 = {"Kea": Kea4, "dnsmasq": Dnsmasq, "dhcpd": Dhcpd}


def pairs(clients, servers):
    """{"client and server": (client, its marks..., server)}"""
    return {f"{client} and {server}": (*value, servers[server])
            for client, value in clients.items() for server in servers}


def nameless(world):
    """A network whose machines know no domain but by DHCP."""
    lan = Lan(world)
    lan.pc.write_machine_file("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 pc1\n")
    return lan


def learning(world, lan, source, *registrations, machine=None):
    """A daemon that knows nothing but what the source says."""
    machine = machine or lan.pc
    return Daemon(world, machine, conf(
        machine, *(registrations or (DEDICATED, SHARED)),
        dns={"source": "dhcp", "dhcp_sources": f"[{source}]"}))


def servers_of(daemon):
    return [(server["address"], server["source"], server["interface"])
            for server in daemon.status()["dns_servers"]]


def taught(lan, daemon, source, addresses, dns=OFFER.dns):
    """The servers in their order, the domain, and with both of them a record."""
    settle(daemon, lan.named, NAME, addresses)
    equal(servers_of(daemon), [(f"{address}#53", source, "eth0") for address in dns],
          "the DNS servers", daemon)
    daemon.wait_log(rf"eth0: DNS servers {dns[0]}.*domain corp\.example \({source}\)")


def stands_down(daemon, source):
    """Option 81 said that the server registers the shared name itself (R18)."""
    until(lambda: daemon.state("host") == "suspended", "the shared name is suspended",
          SOON_S, daemon)
    sentence = daemon.registration("host")["error"]
    for word in ("DHCP server", "pc1.corp.example", "override-dhcp-server"):
        if word not in sentence:
            raise AssertionError(f"no {word!r} in {source}'s R18: {sentence!r}")


# Does the lease file hold option 81?
LEASE_FILES = {"dhclient": (Dhclient, True), "dhcpcd": (Dhcpcd, True),
               "systemd-networkd": (Networkd, False)}


@stories("dhcp: the lease file of {}", pairs(LEASE_FILES, SERVERS4))
def lease_file(world, client, has_fqdn, server):
    lan = nameless(world)
    server(lan.server, OFFER)
    address = client(lan.pc).wait()
    with learning(world, lan, "lease") as daemon:
        taught(lan, daemon, "lease", {address})
        if has_fqdn:
            stands_down(daemon, "lease")
        else:
            daemon.wait_state("held", "host")


CLIENTS4 = {"dhclient": (Dhclient,), "dhcpcd": (Dhcpcd,), "udhcpc": (Udhcpc,),
            "systemd-networkd": (Networkd,), "NetworkManager": (NetworkManager,)}


@stories("dhcp: an observed exchange of {}", pairs(CLIENTS4, SERVERS4))
def observed(world, client, server):
    lan = nameless(world)
    server(lan.server, OFFER)
    with learning(world, lan, "observed") as daemon:
        address = client(lan.pc).wait()
        taught(lan, daemon, "observed", {address})
        stands_down(daemon, "observed")


@stories("dhcp: DHCPINFORM, answered by {}",
         {name: (server,) for name, server in SERVERS4.items()})
def inform(world, server):
    lan = nameless(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    server(lan.server, OFFER)
    with learning(world, lan, "inform") as daemon:
        taught(lan, daemon, "inform", {"192.0.2.10"})


SERVERS6 = {"Kea": (Kea6, {}), "dnsmasq": (Dnsmasq, {"v6": True}), "dhcpd": (Dhcpd6, {})}


@stories("dhcp: INFORMATION-REQUEST, answered by {}", SERVERS6)
def information_request(world, server, options):
    lan = nameless(world)
    net.Switch.sysctl(lan.pc.namespace, "ipv6/conf/eth0/accept_ra", 0)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    server(lan.server, OFFER, **options)
    with learning(world, lan, "dhcpv6", DEDICATED) as daemon:
        taught(lan, daemon, "dhcpv6", {"2001:db8::10"}, OFFER.dns6)


CLIENTS6 = {"dhclient": (Dhclient, {}), "dhcpcd": (Dhcpcd, {}),
            "systemd-networkd": (Networkd, {"ra": True}),
            "NetworkManager": (NetworkManager, {})}
MANAGED = {"managed": True, "other": True, "dns": False, "autonomous": False}


@stories("dhcp: an observed DHCPv6 exchange of {} and Kea", CLIENTS6)
def observed6(world, client, options):
    lan = nameless(world)
    Kea6(lan.server, OFFER)
    Radvd(lan.server, OFFER, **MANAGED)
    with learning(world, lan, "observed", DEDICATED) as daemon:
        address = client(lan.pc, "6", **options).wait("2001:db8::1:")
        taught(lan, daemon, "observed", {address}, OFFER.dns6)


LEASE_FILES6 = {"dhclient": (Dhclient,), "dhcpcd": (Dhcpcd,)}


@stories("dhcp: the DHCPv6 lease file of {} and Kea", LEASE_FILES6)
def lease_file6(world, client):
    lan = nameless(world)
    Kea6(lan.server, OFFER)
    Radvd(lan.server, OFFER, **MANAGED)
    address = client(lan.pc, "6").wait("2001:db8::1:")
    with learning(world, lan, "lease", DEDICATED) as daemon:
        taught(lan, daemon, "lease", {address}, OFFER.dns6)


@stories("dhcp: the router advertisements of {}", {
    "radvd": (Radvd, {}), "dnsmasq": (Dnsmasq, {"v6": True})})
def advertisements(world, router, options):
    lan = nameless(world)
    router(lan.server, OFFER, **options)
    with learning(world, lan, "ra", DEDICATED) as daemon:
        address = until(lambda: next((a for a in lan.pc.addresses()
                                      if a.startswith("2001:db8:")), None),
                        "an address by autoconfiguration", 10, daemon)
        taught(lan, daemon, "ra", {address}, OFFER.dns6)
