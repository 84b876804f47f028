"""The packet socket and the rights it needs: opened with them, used without any."""

import os
import re
import signal
import time

import net
from configs import DEDICATED
from daemon import Daemon, conf, until
from probing import Wire, cpu_s, dhcp4, rss_kib
from stories_daemon_control import GROUP, USER, powerless, user_files
from story import stories, story
from world import HOST, equal, true

SOURCES = {"source": "dhcp"}


def packet_sockets(namespace):
    """{inode: bytes that wait} of the namespace's packet sockets."""
    with net.inside(namespace), open("/proc/thread-self/net/packet") as file:
        rows = [line.split() for line in file.read().split("\n")[1:] if line]
    return {row[8]: int(row[6]) for row in rows}


def packet_descriptors(daemon):
    """The daemon's own among them."""
    found, place = set(), f"/proc/{daemon.pid}/fd"
    for name in os.listdir(place):
        match = re.match(r"socket:\[(\d+)\]", os.readlink(os.path.join(place, name)))
        if match:
            found.add(match.group(1))
    return found & set(packet_sockets(daemon.agent.namespace))


def unavailable(daemon):
    return {source["source"]: source["text"] for source in daemon.status()["dns_sources"]
            if not source["available"]}


def reads(daemon, link):
    """What comes in is read: more than its buffer holds goes through."""
    inode = packet_descriptors(daemon).pop()
    with Wire(link) as wire:
        for _ in range(5):
            wire.send(*[dhcp4(67, 68, "x" * 1000)] * 20)
            until(lambda: packet_sockets(daemon.agent.namespace)[inode] == 0,
                  "the packets are read", context=daemon)


def held_up(daemon, link):
    """What a stopped daemon leaves unread shows: reads() can fail."""
    inode = packet_descriptors(daemon).pop()
    daemon.signal(signal.SIGSTOP)
    with Wire(link) as wire:
        wire.send(dhcp4(67, 68, "x"))
    true(packet_sockets(daemon.agent.namespace)[inode] > 0, "unread packets show", daemon)
    daemon.signal(signal.SIGCONT)


GIVEN = ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups",
         "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--"]


@stories("dhcp rights: {}, with observation on: no capability is left, new links are seen", {
    "started by root": ([],),
    "given CAP_NET_RAW by a service manager": (GIVEN,),
})
def rights(world, prefix):
    agent, link = world.agent(addresses=(f"{HOST}/24",)), world.switch.host("link")
    os.chown(agent.state, USER, GROUP)
    os.chmod(agent.directory, 0o777)
    with Daemon(world, agent, conf(agent, DEDICATED, dns=SOURCES), prefix=prefix,
                files=user_files(agent)) as daemon:
        if prefix:
            seen = daemon.proc_status()
            for key in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                equal(int(seen[key], 16), 0, key, daemon)
        else:
            powerless(daemon, USER)
        equal(len(packet_descriptors(daemon)), 1, "packet sockets", daemon)
        held_up(daemon, link)
        reads(daemon, link)
        net.ip("link del eth0\n", agent.namespace)
        world.switch.cable(agent.namespace, "eth0")
        time.sleep(0.5)
        reads(daemon, link)


@story("dhcp rights: without CAP_NET_RAW it runs, without the socket")
def no_rights(world):
    agent = world.agent(addresses=(f"{HOST}/24",))
    os.chown(agent.state, USER, GROUP)
    os.chmod(agent.directory, 0o777)
    prefix = ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups", "--"]
    with Daemon(world, agent, conf(agent, DEDICATED, dns=SOURCES), prefix=prefix,
                files=user_files(agent)) as daemon:
        equal(packet_sockets(agent.namespace), {}, "packet sockets", daemon)
        equal(unavailable(daemon), {source: "not permitted: needs CAP_NET_RAW at start"
                                    for source in ("observed", "inform", "dhcpv6")},
              "sources that cannot be used", daemon)
        equal(daemon.state(), "waiting", "state", daemon)


@story("dhcp rights: --once without CAP_NET_RAW says in time what it cannot use")
def once_no_rights(world):
    agent = world.agent(addresses=(f"{HOST}/24",))
    os.chown(agent.state, 65534, 65534)
    os.chmod(agent.directory, 0o777)
    run = agent.text("--once", "-D", "pc1-amt.corp.example", "-i", "eth0", "-t", "2",
                     user=65534)
    equal(run.exit, 69, "exit status", run)
    true("CAP_NET_RAW" in run.stdout + run.stderr, "it says what is missing", run)


@stories("dhcp rights: status says why no advertisement is heard: {}", {
    "the kernel takes none": ({"accept_ra": 0}, True),
    "the kernel takes them": ({"accept_ra": 1}, False),
    "a router takes none": ({"accept_ra": 1, "forwarding": 1}, True),
    "a router that takes them": ({"accept_ra": 2, "forwarding": 1}, False)})
def deaf(world, settings, is_deaf):
    agent = world.agent(addresses=(f"{HOST}/24",))
    for name, value in settings.items():
        net.Switch.sysctl(agent.namespace, f"ipv6/conf/eth0/{name}", value)
    with Daemon(world, agent, conf(agent, {**DEDICATED, "interface": "eth0"}, dns={
            "source": "dhcp", "dhcp_sources": "[ra]"}), files=user_files(agent)) as daemon:
        run = daemon.ctl("status")
        equal("takes no router advertisements on eth0" in " ".join(run.stdout.split()),
              is_deaf, "status", run)


@stories("dhcp rights: no packet socket {}", {
    "with static servers": ({"source": "static", "servers": "[192.0.2.53]"},),
    "when dhcp-sources names none that needs it": (
        {"source": "dhcp", "dhcp_sources": "[lease, ra, hook]"},),
})
def not_wanted(world, dns):
    agent = world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, DEDICATED, dns=dns),
                files=user_files(agent)) as daemon:
        equal(packet_sockets(agent.namespace), {}, "packet sockets", daemon)
        agent.config(conf(agent, DEDICATED, dns=SOURCES))
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        equal(packet_sockets(agent.namespace), {}, "packet sockets", daemon)
        until(lambda: set(unavailable(daemon)) == {"observed", "inform", "dhcpv6"},
              "they are not available", context=daemon)
        for text in unavailable(daemon).values():
            true("next start" in text, f"when they are: {text}", daemon)


@story("dhcp rights: a reload may stop and start observing")
def reload_observing(world):
    agent, link = world.agent(addresses=(f"{HOST}/24",)), world.switch.host("link")
    with Daemon(world, agent, conf(agent, DEDICATED, dns=SOURCES),
                files=user_files(agent)) as daemon:
        for _ in range(2):
            reads(daemon, link)
            agent.config(conf(agent, DEDICATED))
            equal(daemon.ctl("reload").exit, 0, "reload", daemon)
            inode = packet_descriptors(daemon).pop()
            with Wire(link) as wire:
                wire.send(dhcp4(67, 68, "x"))
            time.sleep(0.3)
            true(packet_sockets(agent.namespace)[inode] > 0, "it is not read", daemon)
            agent.config(conf(agent, DEDICATED, dns=SOURCES))
            equal(daemon.ctl("reload").exit, 0, "reload", daemon)
            until(lambda: packet_sockets(agent.namespace)[inode] == 0, "it is read again",
                  context=daemon)


@story("dhcp rights: a flood costs the daemon little, and -vv says what was not looked at")
def flooded(world):
    agent, link = world.agent(addresses=(f"{HOST}/24",)), world.switch.host("link")
    # AddressSanitizer keeps what is freed: here that would be the packets.
    at_once = {"ASAN_OPTIONS": agent.environment()["ASAN_OPTIONS"] +
               ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}
    with Daemon(world, agent, conf(agent, DEDICATED, dns=SOURCES), arguments=["-vv"],
                files=user_files(agent), environment=at_once) as daemon, \
            Wire(link) as wire:
        wire.flood(dhcp4(67, 68, "x" * 300), 0.5)
        cpu, memory, started = cpu_s(daemon.pid), rss_kib(daemon.pid), time.monotonic()
        sent = wire.flood(dhcp4(67, 68, "x" * 300), 10)
        elapsed = time.monotonic() - started
        true(sent > 100000, f"no flood: {sent} frames")
        spent = cpu_s(daemon.pid) - cpu
        true(spent < 0.1 * elapsed, f"{spent:.2f} s of CPU in {elapsed:.1f} s", daemon)
        true(rss_kib(daemon.pid) - memory < 1024,
             f"memory: {memory} KiB and then {rss_kib(daemon.pid)} KiB", daemon)
        reads(daemon, link)
        run = daemon.end()
    true(re.search(r"DHCP packets: \d{5,} packets came too fast", run.stderr), "said", run)
