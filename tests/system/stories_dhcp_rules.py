"""Mission's R10 to R15 and R18 judged by what DHCP and the kernel say of the addresses,
not by configuration alone: leased or static, wired or wireless."""

import os
import time

import net
from configs import config
from daemon import Daemon, conf, settle
from dhcp_clients import Dhclient, Networkd, Udhcpc
from dhcp_forge import Server4, fqdn, lease
from dhcp_servers import Dnsmasq, Kea4, Offer
from dhcp_world import NAMESERVER, Lan
from story import stories, story
from world import equal, result, silent, true

SHARED = {"fqdn": "shared", "interface": "eth0"}
DEDICATED = {"fqdn": "dedicated", "host_name": "pc1-amt", "domain_name": "corp.example",
             "interface": "eth0", "ipv6": "none"}
TWO = {**DEDICATED, "host_interface": "eth1"}
STATIC = {"servers": f"[{NAMESERVER}]"}
AMT, HOST = "192.0.2.10", "192.0.2.11"


class Scene:
    """A machine with eth0 (AMT's) and perhaps eth1 (the host's), each leased or static."""

    def __init__(self, world, amt, host=None, wireless=None):
        self.lan = Lan(world)
        pc = self.pc = self.lan.pc
        if host:
            world.switch.cable(pc.namespace, "eth1")
        if "leased" in (amt, host):
            Kea4(self.lan.server, Offer())
        for interface, how, address in (("eth0", amt, AMT), ("eth1", host, HOST)):
            if how == "leased":
                Dhclient(pc, interface=interface).wait()
            elif how == "static":
                net.ip(f"addr add {address}/24 dev {interface}\n", pc.namespace)
        if wireless:
            device = os.path.join(pc.directory, "device")
            os.makedirs(os.path.join(device, "wireless"))
            pc.files[f"/sys/class/net/{wireless}"] = device


# name: (scene, registration, release, rules' verdicts, does --once register?)
TABLE = {
    "shared dynamic IPv4":
        (("leased",), SHARED, 16, {"R11": "holds", "R13": "not-applicable"}, True),
    "shared static IPv4":
        (("static",), SHARED, 16, {"R13": "holds", "R11": "not-applicable"}, True),
    "shared static IPv4 before release 7":
        (("static",), SHARED, 6, {"R13": "broken"}, False),
    "dedicated name, shared dynamic IPv4":
        (("leased",), {**DEDICATED, "host_interface": "eth0"}, 16,
         {"R11": "holds", "R12": "not-applicable"}, True),
    "dedicated name, two static IPv4 addresses":
        (("static", "static"), TWO, 16, {"R12": "holds", "R14": "not-applicable"}, True),
    "shared name, two static IPv4 addresses":
        (("static", "static"), {**SHARED, "host_interface": "eth1"}, 16,
         {"R12": "broken"}, False),
    "host static, AMT leased":
        (("leased", "static"), TWO, 16, {"R14": "broken"}, False),
    "host leased, AMT static":
        (("static", "leased"), TWO, 16, {"R15": "broken"}, False),
    "host leased, AMT static with release 6":
        (("static", "leased"), TWO, 6, {"R15": "holds"}, True),
    "static on a wireless interface":
        (("static", None, "eth0"), SHARED, 16, {"R10": "broken"}, False),
    "leased on a wireless interface":
        (("leased", None, "eth0"), SHARED, 16, {"R10": "holds", "R11": "holds"}, True),
}


@stories("dhcp rules: {}", TABLE)
def judged(world, scene, registration, release, verdicts, allowed):
    scene = Scene(world, *scene)
    path = scene.pc.config(config({"amt-release": release}, STATIC, **registration))
    run = scene.pc.run("--check", "-c", path)
    for rule, verdict in verdicts.items():
        equal(run.rule(rule)[0], verdict, f"{rule}: {run.rule(rule)[1]}", run)
    equal(run.exit, 0 if allowed else 78, "exit status of --check", run)
    run = scene.pc.run("--once", "-c", path)
    if allowed:
        result(run, 0, "updated")
    else:
        result(run, 78, "invalid")
        silent(world, run)


@stories("dhcp rules: an address the kernel takes for permanent is leased: {}", {
    "by observation": ("observed",), "by asking nobody but the hook": ("hook",)})
def leased_all_the_same(world, source):
    """udhcpc sets no lifetime; only DHCP tells that the address is no static one."""
    lan = Lan(world)
    world.switch.cable(lan.pc.namespace, "eth1")
    net.ip(f"addr add {HOST}/24 dev eth1\n", lan.pc.namespace)
    Kea4(lan.server, Offer())
    with Daemon(world, lan.pc, conf(lan.pc, TWO, dns={
            "source": "dhcp", "dhcp_sources": f"[{source}]",
            "servers": f"[{NAMESERVER}]"})) as daemon:
        address = Udhcpc(lan.pc).wait()
        if source == "hook":
            done = daemon.ctl("dhcp-event", "eth0", "bound", f"address={address}",
                              f"servers={NAMESERVER}", "lease=600")
            equal(done.exit, 0, "exit status", done)
        daemon.wait_state("suspended", seconds=10)
        equal("R14" in daemon.registration()["error"], True, "R14 in the sentence", daemon)


@story("dhcp rules: who is only answered when he asks has no lease")
def informed(world):
    """dnsmasq puts a lease time into its answer to DHCPINFORM."""
    lan = Lan(world)
    Dnsmasq(lan.server, Offer())
    net.ip(f"addr add {AMT}/24 dev eth0\n", lan.pc.namespace)
    with Daemon(world, lan.pc, conf(lan.pc, SHARED, top={"amt_release": 6}, dns={
            "source": "dhcp", "dhcp_sources": "[inform]"})) as daemon:
        daemon.wait_log(r"eth0: DNS servers .*\(inform\)")
        time.sleep(0.5)
        equal(daemon.state(), "suspended", "state", daemon)
        true("R13" in daemon.registration()["error"], "R13 in the sentence", daemon)
        silent(world, daemon)


@story("dhcp rules: verdicts follow the facts, with one line each")
def verdicts_follow(world):
    lan = Lan(world)
    world.switch.cable(lan.pc.namespace, "eth1")
    net.ip(f"addr add {HOST}/24 dev eth1\n", lan.pc.namespace)
    Kea4(lan.server, Offer())
    client = Dhclient(lan.pc)
    client.wait()
    with Daemon(world, lan.pc, conf(lan.pc, TWO, dns=STATIC)) as daemon:
        daemon.wait_state("suspended", seconds=10)
        client.stop()
        lan.pc.write("/var/lib/dhcp/dhclient.eth0.leases", "")
        net.ip(f"addr flush dev eth0\naddr add {AMT}/24 dev eth0\n", lan.pc.namespace)
        settle(daemon, lan.named, "pc1-amt.corp.example", {AMT})
        lines = [line for line in daemon.log().split("\n") if "R14" in line]
        equal(len(lines), 1, "lines about R14", daemon)


@story("dhcp rules: R18 comes and goes with option 81")
def server_updates(world):
    lan = Lan(world)
    flags = [0x05]

    def script(message):
        return lease(lease_s=4, options=fqdn("pc1.corp.example", flags[0]))(message)
    server = Server4(lan.server, script)
    world.stoppable.append(server)
    with Daemon(world, lan.pc, conf(lan.pc, SHARED, dns={
            "source": "dhcp", "dhcp_sources": "[observed]"})) as daemon:
        Dhclient(lan.pc)
        daemon.wait_state("suspended", seconds=10)
        silent(world, daemon)
        flags[0] = 0x0c  # N: the server updates nothing
        settle(daemon, lan.named, "pc1.corp.example", {"192.0.2.77", "192.0.2.100"}, 10)
        before = lan.named.zone("corp.example")
        flags[0] = 0x05
        daemon.wait_state("suspended", seconds=10)
        equal(lan.named.zone("corp.example"), before, "the zone", daemon)


@story("dhcp rules: R18 by an answer to DHCPINFORM")
def server_updates_informed(world):
    lan = Lan(world)
    net.ip(f"addr add {AMT}/24 dev eth0\n", lan.pc.namespace)
    world.stoppable.append(Server4(lan.server, lease(options=fqdn("pc1.corp.example",
                                                                  0x05))))
    with Daemon(world, lan.pc, conf(lan.pc, SHARED, dns={
            "source": "dhcp", "dhcp_sources": "[inform]"})) as daemon:
        daemon.wait_state("suspended", seconds=10)
        true("R18" in daemon.registration()["error"], "R18 in the sentence", daemon)
        silent(world, daemon)


@stories("dhcp rules: R18 does not stop {}", {
    "a dedicated name": (DEDICATED, "pc1-amt.corp.example", set()),
    "override-dhcp-server": ({**SHARED, "override_dhcp_server": "true"},
                             "pc1.corp.example", {"192.0.2.77"})})
def not_stood_down(world, registration, name, beside):
    lan = Lan(world)
    Kea4(lan.server, Offer(updates=True))
    address = Dhclient(lan.pc).wait()
    with Daemon(world, lan.pc, conf(lan.pc, registration, dns={"source": "dhcp"})) \
            as daemon:
        settle(daemon, lan.named, name, {address} | beside)


@story("dhcp rules: R18 in --once: disabled, exit 0, and nothing is sent")
def once_stands_down(world):
    lan = Lan(world)
    Kea4(lan.server, Offer(updates=True))
    Dhclient(lan.pc).wait()
    run = lan.pc.run("--once", "-c", lan.pc.config(config(None, {"source": "dhcp"},
                                                          **SHARED)))
    result(run, 0, "disabled")
    true("override-dhcp-server" in run.only["error"], "the sentence", run)
    silent(world, run)


@story("dhcp rules: with static servers the lease still says leased, and R18")
def static_servers(world):
    lan = Lan(world)
    Kea4(lan.server, Offer(updates=True))
    Networkd(lan.pc).wait()
    run = lan.pc.run("--check", "-c", lan.pc.config(config(None, STATIC, **SHARED)))
    equal(run.rule("R11")[0], "holds", "R11", run)
    equal([server["source"] for server in run.json["dns_servers"]], ["static"],
          "sources", run)
