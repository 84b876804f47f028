"""--once and --check without a configured server: fast when a lease file is there, asking
when none is, and a clear end when nobody answers."""

import os
import pty
import subprocess
import time

import net
from configs import config
from daemon import addresses
from dhcp_clients import Dhclient, Networkd, Udhcpc
from dhcp_forge import (REPLY, Server4, Server6, labels, lease, message6, option6)
from dhcp_servers import Dnsmasq, Kea4, Offer, Radvd
from dhcp_world import NAMESERVER, NAMESERVER_V6, Lan
from story import stories, story
from world import equal, result, says, silent, true

NAME = "pc1-amt.corp.example"
BARE = {"fqdn": "dedicated", "host_name": "pc1-amt", "interface": "eth0"}
LEASE_S = 1  # the contract: the first usable source within ...
ASK_S = 3
OWN_S = 1  # what the rest of a run may take with the sanitizers in it


def learning(agent, sources=None, **registration):
    dns = {"source": "dhcp"}
    if sources:
        dns["dhcp_sources"] = f"[{sources}]"
    return agent.config(config(None, dns, **{**BARE, **registration}))


def nameless(world):
    lan = Lan(world)
    lan.pc.write_machine_file("/etc/hosts", "127.0.0.1 localhost\n127.0.1.1 pc1\n")
    return lan


@stories("dhcp: --once with the lease file of {} asks nobody", {
    "dhclient": (Dhclient,), "systemd-networkd": (Networkd,)})
def once_with_lease(world, client):
    lan = nameless(world)
    Kea4(lan.server, Offer())
    address = client(lan.pc).wait()
    lan.pc.write_machine_file("/etc/resolv.conf", "")
    world.wire.mark()
    run = lan.pc.run("--once", "-c", learning(lan.pc))
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {address}, "the record", run)
    true(run.elapsed < LEASE_S + OWN_S, "it took too long", run)
    equal([server["source"] for server in run.json["dns_servers"]], ["lease"],
          "sources", run)
    equal([seen for seen, _ in world.wire.payloads() if seen.dport == 67], [],
          "questions to the DHCP server", run)


@story("dhcp: --once in quick form takes everything from DHCP")
def once_quick(world):
    lan = Lan(world)
    Dnsmasq(lan.server, Offer())
    address = Dhclient(lan.pc).wait()
    run = lan.pc.run("--once", "-D", NAME, "-i", "eth0")
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {address}, "the record", run)


@stories("dhcp: --once without a lease asks, and {} answers", {
    "Kea": (Kea4, {}), "dnsmasq": (Dnsmasq, {})})
def once_asks(world, server, options):
    lan = nameless(world)
    server(lan.server, Offer(), **options)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    run = lan.pc.run("--once", "-c", learning(lan.pc))
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {"192.0.2.10"}, "the record", run)
    true(run.elapsed < ASK_S + OWN_S, "it took too long", run)
    equal([server["source"] for server in run.json["dns_servers"]], ["inform"],
          "sources", run)


@stories("dhcp: --once asks on when an answer names no DNS server: by {}", {
    "DHCPINFORM": ("inform",), "INFORMATION-REQUEST": ("dhcpv6",)})
def once_asks_on(world, source):
    lan = nameless(world)
    asked = []

    def script4(message):
        asked.append(message)
        return lease(dns=(NAMESERVER,) if len(asked) > 1 else ())(message)

    def script6(message):
        asked.append(message)
        servers = option6(23, [NAMESERVER_V6]) if len(asked) > 1 else b""
        return message6(REPLY, message.xid, message.options[1],
                        options=servers + option6(24, labels("corp.example")))
    if source == "inform":
        address = "192.0.2.10"
        net.ip(f"addr add {address}/24 dev eth0\n", lan.pc.namespace)
        world.stoppable.append(Server4(lan.server, script4))
    else:
        address = "2001:db8::10"
        net.ip(f"addr add {address}/64 dev eth0\n", lan.pc.namespace)
        world.stoppable.append(Server6(lan.server, script6))
    run = lan.pc.run("--once", "-c", learning(lan.pc, source))
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {address}, "the record", run)
    equal(len(asked), 2, "questions", run)


@story("dhcp: --once takes an advertisement that comes while it waits")
def once_advertised(world):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    Radvd(lan.server, Offer(), autonomous=False)
    run = lan.pc.run("--once", "-c", learning(lan.pc, "ra"))
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {"2001:db8::10"}, "the record", run)


@story("dhcp: --once sees the lease that a client gets while it waits")
def once_waits_for_client(world):
    lan = nameless(world)
    Kea4(lan.server, Offer())
    started = time.monotonic()
    process, command = lan.pc.start("--once", "-j", "-t", "20", "-c", learning(lan.pc))
    time.sleep(1.5)
    true(process.poll() is None, "it did not wait for an address")
    address = Udhcpc(lan.pc).wait()
    run = lan.pc.finish(process, command, started)
    result(run, 0, "updated")
    equal(addresses(lan.named, NAME), {address}, "the record", run)


@story("dhcp: --once when nobody answers: 69, and what was tried")
def once_nobody(world):
    lan = Lan(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    run = lan.pc.run("--once", "-t", "3", "-c", learning(lan.pc,
                                                         domain_name="corp.example"))
    result(run, 69, "failed")
    says(run, "DNS server", "DHCP", "eth0", "inform")
    true(2.5 < run.elapsed < 3 + OWN_S + 1, "it ended too early or too late", run)
    equal(run.json["dns_servers"], [], "DNS servers", run)
    silent(world, run)


@story("dhcp: --once says on a terminal what it waits for")
def once_terminal(world):
    lan = Lan(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    file = learning(lan.pc, domain_name="corp.example")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [lan.pc.program, "--once", "-t", "3", "-c", file, "--state-directory",
         lan.pc.state], stdin=theirs, stdout=theirs, stderr=theirs,
        env={**lan.pc.environment(), "TERM": "dumb"},
        preexec_fn=net.as_machine(lan.pc.namespace, lan.pc.node_name, lan.pc.files))
    os.close(theirs)
    text = b""
    while True:
        try:
            some = os.read(ours, 4096)
        except OSError:
            break
        text += some
        if not some:
            break
    os.close(ours)
    equal(process.wait(10), 69, "exit status", text)
    true(b"waiting for" in text and b"DHCP" in text, "it does not say what it waits for",
         text.decode(errors="replace"))


@story("dhcp: --once with a lease that has run out asks instead")
def once_stale(world):
    lan = nameless(world)
    server = Server4(lan.server, lease())
    world.stoppable.append(server)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    lan.pc.write("/var/lib/dhcp/dhclient.eth0.leases", """lease {
  interface "eth0";
  fixed-address 192.0.2.10;
  option subnet-mask 255.255.255.0;
  option dhcp-lease-time 3600;
  option domain-name-servers 192.0.2.99;
  option domain-name "old.example";
  renew 1 2024/01/01 00:30:00;
  rebind 1 2024/01/01 00:45:00;
  expire 1 2024/01/01 01:00:00;
}
""")
    run = lan.pc.run("--once", "-c", learning(lan.pc))
    result(run, 0, "updated")
    equal([server["address"] for server in run.json["dns_servers"]],
          [f"{NAMESERVER}#53"], "DNS servers", run)


@story("dhcp: --check knows what a lease file says, and sends nothing")
def check(world):
    lan = nameless(world)
    Kea4(lan.server, Offer(updates=True))
    Dhclient(lan.pc).wait()
    lan.pc.write_machine_file("/etc/resolv.conf", "")
    world.wire.mark()
    run = lan.pc.run("--check", "-c", learning(lan.pc, fqdn="shared", host_name="pc1"))
    equal(run.exit, 0, "exit status", run)
    for rule, verdict in (("R3", "holds"), ("R4", "holds"), ("R11", "holds"),
                          ("R18", "broken")):
        equal(run.rule(rule)[0], verdict, f"{rule}: {run.rule(rule)[1]}", run)
    equal(list(world.wire.payloads()), [], "messages", run)
