"""The machine's own DHCP client is not disturbed: its ports stay its, its leases are
renewed while ddnsupd asks."""

import subprocess
import time

import net
from daemon import Daemon, conf, settle, until
from dhcp_clients import Dhclient, Networkd, Udhcpc
from dhcp_forge import (INFORM, INFORMATION_REQUEST, REPLY, REQUEST, Server4, Server6,
                        lease, message6, option6)
from dhcp_world import NAMESERVER_V6
from stories_dhcp_sources import DEDICATED, NAME, nameless
from story import stories, story
from world import equal, true


def owners(namespace, port):
    """The programs that hold a UDP port."""
    done = subprocess.run(["ss", "-Hulpn", f"sport = :{port}"], capture_output=True,
                          text=True, preexec_fn=lambda: net.enter(namespace), check=True)
    return {line.split('"')[1] for line in done.stdout.splitlines() if '"' in line}


RENEWED_TWICE_S = 20  # a lease of 8 s; dhclient renews it after 4 to 7


@stories("dhcp: {} renews while ddnsupd asks, and keeps port 68", {
    "dhclient": (Dhclient,), "udhcpc": (Udhcpc,), "systemd-networkd": (Networkd,)})
def renews(world, client):
    lan = nameless(world)
    server = Server4(lan.server, lease(lease_s=8))
    world.stoppable.append(server)
    client = client(lan.pc)
    address = client.wait()
    requests = server.count(REQUEST)
    with Daemon(world, lan.pc, conf(lan.pc, DEDICATED, dns={
            "source": "dhcp", "dhcp_sources": "[inform]"})) as daemon:
        settle(daemon, lan.named, NAME, {address})
        for second in range(RENEWED_TWICE_S):
            if isinstance(client, Udhcpc) and second % 3 == 0:
                client.renew()
            true("ddnsupd" not in owners(lan.pc.namespace, 68), "ddnsupd holds port 68",
                 daemon)
            time.sleep(1)
            if second >= 3 and server.count(REQUEST) >= requests + 2:
                break
        true(server.count(REQUEST) >= requests + 2, "the client did not renew", client)
        true(server.count(INFORM) >= 1, "ddnsupd did not ask", daemon)
        true(address in lan.pc.addresses(), "the lease was lost", client)
        equal(daemon.state(), "held", "state", daemon)


@story("dhcp: port 546 stays the DHCPv6 client's")
def port_546(world):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)

    def script(message):
        return message6(REPLY, message.xid, message.options.get(1), options=option6(
            23, [NAMESERVER_V6]) + option6(24, b"\x04corp\x07example\x00"))
    server = Server6(lan.server, script)
    world.stoppable.append(server)
    with Daemon(world, lan.pc, conf(lan.pc, DEDICATED, dns={
            "source": "dhcp", "dhcp_sources": "[dhcpv6]"})) as daemon:
        settle(daemon, lan.named, NAME, {"2001:db8::10"})
        equal(owners(lan.pc.namespace, 546), set(), "who holds port 546", daemon)
        asked = server.count(INFORMATION_REQUEST)
        lan.pc.spawn("dhclient", "-6", "-S", "-d", "-v", "eth0", log="stateless.log")
        until(lambda: "PRC: Done" in lan.pc.said("stateless.log"), "dhclient's answer",
              5, daemon)
        true(server.count(INFORMATION_REQUEST) > asked, "dhclient did not ask", daemon)
        for message in server.seen:
            true(b"\0\x27" not in message.options.get(6, b"") or
                 message.source[1] == 546, "ddnsupd asked for option 39", daemon)
