"""The hooks of contrib/hooks, installed where their clients look for them, and run by the
real clients: what they learn reaches the daemon, what they lose leaves it, and nothing of
it is ever run."""

import os
import shutil

from daemon import Daemon, conf, settle, until
from dhcp_clients import Dhclient, Dhcpcd, NetworkManager, Networkd, Udhcpc
from dhcp_forge import Server4, lease, option
from dhcp_servers import Kea4, Kea6, Offer, Radvd
from dhcp_world import NAMESERVER, NAMESERVER_V6
from stories_dhcp_sources import (DEDICATED, MANAGED, NAME, OFFER, SHARED, nameless,
                                  servers_of, stands_down, taught)
from story import stories, story
from world import equal, true

HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/hooks")
SOCKET = "/run/ddnsupd/control"

UDHCPC = """#!/bin/sh
/etc/udhcpc/default.script "$@"
exec /etc/udhcpc/ddnsupd "$1"
"""


def install(machine):
    """The hooks, and ddnsctl on the path of those who run them."""
    place = machine.path("/usr/local/bin")
    if "/usr/local/bin" in machine.files:
        return
    machine.files["/usr/local/bin"] = place
    os.makedirs(place)
    control = os.path.join(os.path.dirname(machine.program), "ddnsctl")
    machine.write("/usr/local/bin/ddnsctl",
                  f'#!/bin/sh\nexec {control} -s {SOCKET} "$@"\n', 0o755)
    for hook, target in (
            ("dhclient", "/etc/dhcp/dhclient-exit-hooks.d/ddnsupd"),
            ("dhcpcd", "/etc/dhcpcd.exit-hook"), ("udhcpc", "/etc/udhcpc/ddnsupd"),
            ("networkmanager", "/etc/NetworkManager/dispatcher.d/90-ddnsupd"),
            ("networkd-dispatcher", "/etc/networkd-dispatcher/routable.d/50-ddnsupd")):
        os.makedirs(os.path.dirname(machine.path(target)), exist_ok=True)
        shutil.copyfile(os.path.join(HOOKS, hook), machine.path(target))
        os.chmod(machine.path(target), 0o755)
    machine.write("/etc/udhcpc/with-ddnsupd", UDHCPC, 0o755)
    os.makedirs(machine.path("/run/ddnsupd"))


def told(world, lan, *registrations):
    """A daemon that knows nothing but what the hooks say."""
    install(lan.pc)
    daemon = Daemon(world, lan.pc, conf(
        lan.pc, *registrations, top={"control_socket": SOCKET},
        dns={"source": "dhcp", "dhcp_sources": "[hook]"}))
    daemon.control = lan.pc.path(SOCKET)
    return daemon


def dhcpcd_goes(client):
    client.machine.do("dhcpcd", "-k", "eth0")


def dhclient_goes(client):
    client.machine.do("dhclient", "-r", "-lf", "/var/lib/dhcp/dhclient.eth0.leases",
                      "-pf", "/run/dhclient.eth0.pid", "eth0")


def nm_goes(client):
    client.machine.do("nmcli", "device", "disconnect", "eth0")


# client: (its class, its options, how it lets go, does it hand on option 81?)
CLIENTS = {
    "dhclient": (Dhclient, {}, dhclient_goes, True),
    "dhcpcd": (Dhcpcd, {}, dhcpcd_goes, True),
    "udhcpc": (Udhcpc, {"script": "/etc/udhcpc/with-ddnsupd", "ask": ["81"]},
               Udhcpc.release, True),
    "NetworkManager": (NetworkManager, {}, nm_goes, False),
}


@stories("dhcp hooks: {}", CLIENTS)
def from_client(world, client, options, goes, has_fqdn):
    lan = nameless(world)
    Kea4(lan.server, OFFER)
    with told(world, lan, DEDICATED, SHARED) as daemon:
        client = client(lan.pc, **options)
        address = client.wait()
        taught(lan, daemon, "hook", {address})
        if has_fqdn:
            stands_down(daemon, "hook")
        goes(client)
        until(lambda: servers_of(daemon) == [], "the servers went with the lease", 10,
              client)
        equal(daemon.state("amt") in ("held", "waiting"), True, "state", daemon)


def nm_again(client):
    client.machine.do("nmcli", "device", "reapply", "eth0")


@stories("dhcp hooks: a daemon that is started again has {} say it again", {
    "udhcpc": (Udhcpc, {"script": "/etc/udhcpc/with-ddnsupd"}, Udhcpc.renew),
    "NetworkManager": (NetworkManager, {}, nm_again)})
def said_again(world, client, options, again):
    """Those two leave no lease file with servers; what hooks have said ends with the
    daemon."""
    lan = nameless(world)
    Kea4(lan.server, OFFER)
    with told(world, lan, DEDICATED) as daemon:
        client = client(lan.pc, **options)
        address = client.wait()
        taught(lan, daemon, "hook", {address})
    with told(world, lan, DEDICATED) as daemon:
        run = daemon.ctl("status")
        true("since the start" in run.stdout, "status says why", run)
        again(client)
        until(lambda: len(servers_of(daemon)) == len(OFFER.dns), "the servers", 5, daemon)


CLIENTS6 = {"dhclient": (Dhclient,), "dhcpcd": (Dhcpcd,),
            "NetworkManager": (NetworkManager,)}


@stories("dhcp hooks: {} for IPv6", CLIENTS6)
def from_client6(world, client):
    lan = nameless(world)
    Kea6(lan.server, OFFER)
    Radvd(lan.server, OFFER, **MANAGED)
    with told(world, lan, DEDICATED) as daemon:
        address = client(lan.pc, "6").wait("2001:db8::1:")
        taught(lan, daemon, "hook", {address}, OFFER.dns6)


@story("dhcp hooks: networkd-dispatcher's reads networkd's lease")
def dispatched(world):
    lan = nameless(world)
    Kea4(lan.server, OFFER)
    with told(world, lan, DEDICATED) as daemon:
        address = Networkd(lan.pc).wait()
        until(lambda: os.path.exists(lan.pc.path("/run/systemd/netif/leases/2")),
              "networkd's lease", 5, daemon)
        for state in ("routable", "off"):
            lan.pc.do("/etc/networkd-dispatcher/routable.d/50-ddnsupd", environment={
                "IFACE": "eth0", "STATE": state})
            if state == "routable":
                taught(lan, daemon, "hook", {address})
        until(lambda: servers_of(daemon) == [], "the servers are forgotten", 5, daemon)


EVIL = "$(touch /run/owned)`touch /run/owned`;touch /run/owned\n* \x1b[31m' \" \\"

# What a client would hand to its hook, with names that are none.
ENVIRONMENTS = {
    "dhclient": ("/etc/dhcp/dhclient-exit-hooks.d/ddnsupd", [], {
        "reason": "BOUND", "new_ip_address": "192.0.2.100",
        "new_domain_name_servers": NAMESERVER, "new_domain_name": EVIL,
        "new_host_name": EVIL, "new_fqdn_fqdn": EVIL, "new_fqdn_server_update": EVIL}),
    "dhcpcd": ("/etc/dhcpcd.exit-hook", [], {
        "reason": "BOUND", "new_ip_address": "192.0.2.100",
        "new_domain_name_servers": NAMESERVER, "new_domain_name": EVIL,
        "new_host_name": EVIL, "new_fqdn_fqdn": EVIL, "new_fqdn_flags": EVIL}),
    "udhcpc": ("/etc/udhcpc/ddnsupd", ["bound"], {
        "ip": "192.0.2.100", "dns": NAMESERVER, "domain": EVIL, "hostname": EVIL,
        "search": EVIL, "opt81": EVIL}),
    "NetworkManager": ("/etc/NetworkManager/dispatcher.d/90-ddnsupd", ["eth0", "up"], {
        "DHCP4_IP_ADDRESS": "192.0.2.100", "DHCP4_DOMAIN_NAME_SERVERS": NAMESERVER,
        "DHCP4_DOMAIN_NAME": EVIL, "DHCP4_HOST_NAME": EVIL, "DHCP4_FQDN_FQDN": EVIL}),
}


@stories("dhcp hooks: nothing of what {} says is run, and its servers count all the same",
         ENVIRONMENTS)
def evil(world, hook, arguments, environment):
    lan = nameless(world)
    with told(world, lan, DEDICATED) as daemon:
        lan.pc.do("ip", "addr", "add", "192.0.2.100/24", "dev", "eth0")
        command = [hook, *arguments] if arguments else ["sh", "-eu", "-c", '. "$0"', hook]
        lan.pc.do(*command, environment={"interface": "eth0", **environment})
        until(lambda: servers_of(daemon), "the server", 5, daemon)
        equal(servers_of(daemon), [(f"{NAMESERVER}#53", "hook", "eth0")],
              "the DNS servers", daemon)
        true(not os.path.exists(lan.pc.path("/run/owned")), "a name was run", daemon)
        daemon.never_says("domain .*hook|\x1b")


@story("dhcp hooks: a hostile lease goes through udhcpc and its hook")
def evil_lease(world):
    lan = nameless(world)
    server = Server4(lan.server, lease(domain="$(touch /run/owned)", options=option(
        12, "`touch /run/owned`") + option(119, b"\x13$(touch /run/owned)\x00")))
    world.stoppable.append(server)
    with told(world, lan, DEDICATED) as daemon:
        Udhcpc(lan.pc, script="/etc/udhcpc/with-ddnsupd").wait()
        until(lambda: servers_of(daemon), "the server", 5, daemon)
        true(not os.path.exists(lan.pc.path("/run/owned")), "a name was run", daemon)
        daemon.never_says("touch")


@story("dhcp hooks: without a daemon the clients get their leases all the same")
def no_daemon(world):
    lan = nameless(world)
    install(lan.pc)
    Kea4(lan.server, Offer())
    for client, options in ((Dhclient, {}), (Dhcpcd, {}),
                            (Udhcpc, {"script": "/etc/udhcpc/with-ddnsupd"})):
        client(lan.pc, **options).wait(seconds=10)
        lan.pc.stop()
        lan.pc.do("ip", "addr", "flush", "dev", "eth0")


@story("dhcp hooks: dhcp-event is root's to say, and is refused when it is wrong")
def who_may(world):
    lan = nameless(world)
    with told(world, lan, DEDICATED) as daemon:
        for arguments, status in (
                (("eth0", "bound", "servers=192.0.2.300"), 64),
                (("eth0", "bound", "servers=127.0.0.1"), 0),
                (("eth0", "maybe"), 64), (("eth0", "bound", "colour=red"), 64),
                (("eth0", "bound", "lease=-1"), 64), (("e/h0", "bound"), 64)):
            run = daemon.ctl("dhcp-event", *arguments)
            equal(run.exit, status, f"exit status of {arguments}", run)
        os.chmod(daemon.control, 0o666)
        run = daemon.ctl("dhcp-event", "eth0", "bound", f"servers={NAMESERVER}", user=65534)
        true(run.exit in (69, 77), "a stranger may say what DHCP says", run)
        until(lambda: servers_of(daemon) == [], "the servers are forgotten", 5, daemon)
        run = daemon.ctl("dhcp-event", "eth0", "bound", "family=6",
                         f"servers={NAMESERVER_V6}", "domain=corp.example", "lease=2")
        equal(run.exit, 0, "exit status", run)
        lan.pc.do("ip", "addr", "add", "2001:db8::10/64", "dev", "eth0")
        settle(daemon, lan.named, NAME, {"2001:db8::10"})
        until(lambda: servers_of(daemon) == [], "the lease has ended", 5, daemon)
