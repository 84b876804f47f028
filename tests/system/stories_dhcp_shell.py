"""What of DHCP gets into the program: the packet socket, advertisements, questions."""

import os
import shutil
import socket
import subprocess
import time

import net
from daemon import until
from dhcp_world import needs
from probing import (IPV4, IPV6, ME, Probe, Wire, addresses_v6, checksum, cpu_s, dhcp4,
                     frame, ifindex, ipv4, ipv6, payload, rss_kib, udp)
from story import Skip, stories, story
from world import HOST, equal, true

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRIB = os.path.join(os.path.dirname(os.path.dirname(HERE)), "contrib")
PACKET, ND, FAULT = 9, 11, 4  # enum event_kind
END = "the end"  # the last frame of a story: what was sent before it has been seen


def pc_and_link(world):
    """The machine to look at, and another on its link to send from."""
    return world.agent(addresses=(f"{HOST}/24",)), world.switch.host("link", [f"{ME}/24"])


def seen(probe):
    """The texts of all frames up to the last one."""
    until(lambda: END in [payload(event) for event in probe.events()], "the last frame",
          context=probe)
    return [payload(event) for event in probe.events()]


def v4(sport, dport, text, **how):
    return frame(IPV4, ipv4(udp(sport, dport, text.encode()), **how))


def v6(sport, dport, text):
    return frame(IPV6, ipv6(udp(sport, dport, text.encode())))


PASS = {
    "an answer to a client": v4(67, 68, "an answer to a client"),
    "an answer to a relay": v4(67, 67, "an answer to a relay"),
    "from 67 to any port": v4(67, 40000, "from 67 to any port"),
    "a request": v4(68, 67, "a request"),
    "to 68 from any port": v4(40000, 68, "to 68 from any port"),
    "with IP options": v4(67, 68, "with IP options", options=b"\x01\x01\x01\x00"),
    "an answer of DHCPv6": v6(547, 546, "an answer of DHCPv6"),
    "a request of DHCPv6": v6(546, 547, "a request of DHCPv6"),
    "from 547 to any port": v6(547, 40000, "from 547 to any port"),
    "to 546 from any port": v6(40000, 546, "to 546 from any port"),
    "a priority, no VLAN": frame(IPV4, ipv4(udp(67, 68, b"a priority, no VLAN")),
                                 tag=0x6000),
}
DROP = [
    v4(40000, 53, "DNS"), v4(69, 66, "ports beside"), v6(40000, 53, "DNS over IPv6"),
    v6(548, 545, "ports beside, IPv6"), v4(546, 547, "DHCPv6's ports over IPv4"),
    v6(67, 68, "DHCPv4's ports over IPv6"),
    v4(67, 68, "TCP", protocol=6), v4(67, 68, "first fragment", fragment=0x2000),
    v4(67, 68, "last fragment", fragment=0x0010),
    frame(IPV6, ipv6(b"\x11\0\0\0\0\0\0\0" + udp(547, 546, b"behind a header"), 0)),
    frame(0x0806, ipv4(udp(67, 68, b"not IP"))),
    frame(IPV4, ipv4(udp(67, 68, b"on a VLAN")), tag=5),
    frame(IPV4, ipv4(udp(67, 68, b"another's")), target="02:00:00:00:00:77"),
    frame(IPV4, ipv4(b"\0")), frame(IPV4, b"\x45"), frame(IPV6, b"\x60"),
    frame(IPV4, b""),
]


@story("dhcp shell: the filter lets DHCP through and nothing else")
def packet_filter(world):
    agent, link = pc_and_link(world)
    net.ip("link set eth0 promisc on\n", agent.namespace)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        wire.send(*DROP, *PASS.values(), dhcp4(67, 68, END))
        equal(sorted(seen(probe)), sorted([*PASS, END]), "what came through", probe)
        for event in probe.events():
            equal((event["event"], event["outgoing"], event["partial"], event["ifindex"]),
                  (PACKET, 0, 0, ifindex(agent.namespace, "eth0")), "the event", probe)


@story("dhcp shell: a packet longer than 4096 octets is not seen")
def packet_long(world):
    agent, link = pc_and_link(world)
    for port in (1, 2):
        net.ip(f"link set p{port} mtu 9000\n", world.switch.namespace)
    net.ip("link set br0 mtu 9000\n", world.switch.namespace)
    for namespace in (agent.namespace, link):
        net.ip("link set eth0 mtu 9000\n", namespace)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        whole, long = "x" * (4096 - 28), "y" * (4097 - 28)
        wire.send(dhcp4(67, 68, long), dhcp4(67, 68, whole), dhcp4(67, 68, END))
        equal(seen(probe), [whole, END], "what came through", probe)


@story("dhcp shell: what the machine sends is seen as outgoing; its loopback is not seen")
def packet_outgoing(world):
    agent, link = pc_and_link(world)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        with net.inside(agent.namespace), \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            out.bind((HOST, 68))
            out.sendto(b"on the loopback", (HOST, 67))
            out.sendto(b"on the loopback", ("127.0.0.1", 67))
            out.sendto(b"asked", ("192.0.2.255", 67))
        wire.send(dhcp4(67, 68, END))
        equal(seen(probe), ["asked", END], "what was seen", probe)
        equal([event["outgoing"] for event in probe.events()], [1, 0], "outgoing", probe)


@story("dhcp shell: on a VLAN a packet is seen once, there, coming and going")
def packet_vlan(world):
    agent, link = pc_and_link(world)
    try:
        net.ip("link add link eth0 name lab5 type vlan id 5\nlink set lab5 up\n"
               "addr add 198.51.100.10/24 dev lab5\n", agent.namespace)
    except RuntimeError as error:
        raise Skip("this kernel has no VLANs") from error
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        wire.send(frame(IPV4, ipv4(udp(67, 68, b"tagged")), tag=5))
        with net.inside(agent.namespace), \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            out.bind(("198.51.100.10", 68))
            out.sendto(b"sent", ("198.51.100.255", 67))
        wire.send(dhcp4(67, 68, END))
        equal(seen(probe), ["tagged", "sent", END], "what was seen", probe)
        lab5, eth0 = (ifindex(agent.namespace, name) for name in ("lab5", "eth0"))
        equal([(event["ifindex"], event["outgoing"]) for event in probe.events()],
              [(lab5, 0), (lab5, 1), (eth0, 0)], "links and directions", probe)


@story("dhcp shell: a checksum left to the device is known as such, others are not")
def packet_checksum(world):
    agent, link = pc_and_link(world)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        with net.inside(link), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            out.bind((ME, 67))
            out.sendto(b"by the kernel", ("192.0.2.255", 68))
        wire.send(dhcp4(67, 68, END))
        equal(seen(probe), ["by the kernel", END], "what was seen", probe)
        equal([event["partial"] for event in probe.events()], [1, 0], "partial", probe)


@story("dhcp shell: a flood costs little, its memory is flat, and afterwards it hears")
def packet_flood(world):
    agent, link = pc_and_link(world)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        wire.flood(dhcp4(67, 68, "x" * 300), 0.5)
        memory, cpu, started = rss_kib(probe.pid), cpu_s(probe.pid), time.monotonic()
        before = len(probe.events())
        sent = wire.flood(dhcp4(67, 68, "x" * 300), 4)
        elapsed, spent = time.monotonic() - started, cpu_s(probe.pid) - cpu
        posted = len(probe.events()) - before
        true(sent > 50000, f"no flood: {sent} frames")
        true(posted <= 64 * (elapsed / 0.25 + 2), f"{posted} of {sent} frames looked at",
             "")
        true(spent < 0.1 * elapsed, f"{spent:.2f} s of CPU in {elapsed:.1f} s")
        true(rss_kib(probe.pid) - memory < 512, f"memory: {memory} KiB and then "
             f"{rss_kib(probe.pid)} KiB")
        time.sleep(0.6)  # what is still in its buffer
        wire.send(dhcp4(67, 68, END))
        equal(seen(probe)[-1], END, "the last one", "")


@story("dhcp shell: a link that goes down, comes back or appears is heard all the same")
def packet_links(world):
    agent, link = pc_and_link(world)
    with Probe(world, agent, "packets") as probe, Wire(link) as wire:
        net.ip("link set eth0 down\n", agent.namespace)
        time.sleep(0.2)
        net.ip("link set eth0 up\n", agent.namespace)
        world.switch.cable(agent.namespace, "eth1")
        until(lambda: "state UP" in subprocess.run(
            ["ip", "-n", agent.namespace, "link", "show", "eth0"], check=True,
            capture_output=True, text=True).stdout, "eth0 is up")
        time.sleep(0.2)
        wire.send(dhcp4(67, 68, END))
        probe.wait(2)
        equal({(payload(event), event["ifindex"]) for event in probe.events()},
              {(END, ifindex(agent.namespace, name)) for name in ("eth0", "eth1")},
              "on both links", probe)


@stories("dhcp shell: the packet socket says {}: it is read on", {
    "once that the network is down": ("1..1", 1),
    "for a while that the network is down": ("1..100", 2)})
def packet_net_down(world, when, seconds):
    """What packet(7) says of a link that goes down; it is nobody's end."""
    needs("strace")
    agent, link = pc_and_link(world)
    trace = os.path.join(agent.directory, "trace")
    prefix = ["strace", "-f", "-o", trace, "-e", "trace=recvmsg", "-e",
              f"inject=recvmsg:error=ENETDOWN:when={when}"]
    # What is traced cannot look for leaks.
    options = {"ASAN_OPTIONS": agent.environment()["ASAN_OPTIONS"] + ":detect_leaks=0"}
    with Probe(world, agent, "packets", prefix=prefix, environment=options) as probe, \
            Wire(link) as wire:
        started = time.monotonic()
        wire.send(dhcp4(67, 68, "one"), dhcp4(67, 68, END))
        equal(seen(probe), ["one", END], "what came through", probe)
        true(time.monotonic() - started < seconds, "it takes too long", probe)
        with open(trace, encoding="utf-8") as file:
            calls = file.read()
        count = int(when.partition("..")[2])
        equal(calls.count("ENETDOWN"), count, "errors", calls[-2000:])
        true(calls.count("recvmsg") < count + 10, "it tries all the time", calls[-2000:])


# --- advertisements -------------------------------------------------------------------

def advertisement(*options, code=0, hops=255, source="fe80::99"):
    """A frame with a router advertisement."""
    data = bytes([134, code, 0, 0, 64, 0, 7, 8]) + bytes(8) + b"".join(options)
    pseudo = addresses_v6(source, "ff02::1") + len(data).to_bytes(4, "big") + b"\0\0\0\x3a"
    data = data[:2] + checksum(pseudo + data).to_bytes(2, "big") + data[4:]
    packet = bytearray(ipv6(data, 58, source, "ff02::1"))
    packet[7] = hops
    return frame(IPV6, bytes(packet), target="33:33:00:00:00:01")


def rdnss(address, lifetime=600):
    return bytes([25, 3, 0, 0]) + lifetime.to_bytes(4, "big") + socket.inet_pton(
        socket.AF_INET6, address)


@story("dhcp shell: the options of an advertisement, its link and its router are told")
def advertised(world):
    agent, link = pc_and_link(world)
    first, second = rdnss("2001:db8::53"), rdnss("2001:db8::54")
    with Probe(world, agent, "routers") as probe, Wire(link) as wire:
        wire.send(advertisement(rdnss("2001:db8::66"), hops=64),
                  advertisement(rdnss("2001:db8::66"), code=1),
                  advertisement(rdnss("2001:db8::66"), source="2001:db8::99"),
                  advertisement(first, second))
        events = probe.wait(2)
        equal([(event["event"], event["ifindex"], event["local"], event["bytes"])
               for event in events],
              [(ND, ifindex(agent.namespace, "eth0"), "fe80::99", option.hex())
               for option in (first, second)], "what was told", probe)


@story("dhcp shell: a flood of advertisements is read in portions")
def advertised_flood(world):
    agent, link = pc_and_link(world)
    with Probe(world, agent, "routers") as probe, Wire(link) as wire:
        started = time.monotonic()
        sent = wire.flood(advertisement(*[rdnss("2001:db8::53")] * 40), 1.5)
        elapsed = time.monotonic() - started
        true(sent * 40 > 10000, f"no flood: {sent} advertisements")
        true(len(probe.events()) <= 64 * (elapsed / 0.25 + 2),
             f"{len(probe.events())} looked at")


# --- questions ------------------------------------------------------------------------

@stories("dhcp shell: a question goes out {}, from our address, and no answer is refused", {
    "by broadcast": (HOST, "255.255.255.255#67", socket.AF_INET),
    "to one server": (HOST, f"{ME}#67", socket.AF_INET),
    "by multicast": ("fe80::10", "ff02::1:2#547", socket.AF_INET6),
})
def asked(world, local, server, family):
    agent, link = pc_and_link(world)
    # Another link is the way to everything: the question must not take it.
    world.switch.cable(agent.namespace, "eth1")
    net.Switch.sysctl(agent.namespace, "ipv4/conf/all/arp_ignore", 1)
    net.ip("addr add 192.0.2.77/24 dev eth1\naddr add fe80::10/64 dev eth0\n"
           "route add default dev eth1\n", agent.namespace)
    port = int(server.rpartition("#")[2])
    with net.inside(link):
        hears = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            hears.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                             socket.inet_pton(family, "ff02::1:2") +
                             ifindex(link, "eth0").to_bytes(4, "little"))
        hears.bind(("", port))
        icmp = socket.socket(family, socket.SOCK_RAW,
                             1 if family == socket.AF_INET else 58)
    hears.settimeout(5)
    with Probe(world, agent, "asks") as probe:
        probe.tell(f"ask 7 {local} {server} eth0 {b'what is there'.hex()}")
        data, sender = hears.recvfrom(100)
        equal((data, sender[0].partition("%")[0]), (b"what is there", local),
              "what the server got", probe)
        icmp.settimeout(0.5)
        unreachable = 3 if family == socket.AF_INET else 1
        equal(refusals(hears, icmp, sender, unreachable), 0, "refused answers", probe)
        probe.tell("close 7")
        true(refusals(hears, icmp, sender, unreachable), "closed is closed", probe)
        equal(probe.events(), [], "events", probe)
    hears.close()
    icmp.close()


def refusals(server, icmp, client, unreachable):
    """How many ICMP errors an answer to the client's port meets."""
    for _ in range(3):
        server.sendto(b"an answer", client)
    found, end = 0, time.monotonic() + 0.5
    while time.monotonic() < end:
        try:
            data = icmp.recv(2000)
        except TimeoutError:
            break
        found += (data[20] if unreachable == 3 else data[0]) == unreachable
    return found


@story("dhcp shell: a question that cannot be sent is said to have failed, with its id")
def asked_in_vain(world):
    agent, _ = pc_and_link(world)
    with Probe(world, agent, "asks") as probe:
        probe.tell(f"ask 1 {HOST} 255.255.255.255#67 gone0 00")
        probe.tell("ask 2 192.0.2.99 255.255.255.255#67 eth0 00")  # not our address
        net.ip("link set eth0 down\n", agent.namespace)
        probe.tell(f"ask 3 {HOST} 255.255.255.255#67 eth0 00")
        equal([(event["event"], event["id"], event["fault"]) for event in probe.wait(3)],
              [(FAULT, 1, "the interface does not exist"),
               (FAULT, 2, "the host or network is unreachable"),
               (FAULT, 3, "the host or network is unreachable")], "faults", probe)


@story("dhcp shell: both protocols are asked on 64 links at a time")
def asked_everywhere(world):
    agent, _ = pc_and_link(world)
    with Probe(world, agent, "asks") as probe:
        for number in range(1, 130):
            probe.tell(f"ask {number} {HOST} 255.255.255.255#67 eth0 00")
        equal([event["id"] for event in probe.wait()], [129], "refused", probe)
        probe.tell("close 5")
        probe.tell(f"ask 130 {HOST} 255.255.255.255#67 eth0 00")
        equal(len(probe.events()), 1, "refused after one has ended", probe)


# --- the service ----------------------------------------------------------------------

@stories("dhcp shell: systemd rates the service {}", {
    "as observing: at most 1.8": (False, 1.8),
    "with static servers only: at most 1.3": (True, 1.3),
})
def rated(world, static_only, most):
    if shutil.which("systemd-analyze") is None:
        raise Skip("systemd-analyze is not installed")
    place = os.path.join(world.directory, "units")
    os.makedirs(place)
    shutil.copy(os.path.join(CONTRIB, "ddnsupd.service"), place)
    if static_only:
        shutil.copytree(os.path.join(CONTRIB, "ddnsupd.service.d"),
                        os.path.join(place, "ddnsupd.service.d"))
    run = subprocess.run(["systemd-analyze", "security", "--offline=true",
                          "--no-pager", os.path.join(place, "ddnsupd.service")],
                         capture_output=True, text=True, check=True)
    words = run.stdout.split("exposure level for ddnsupd.service:")[-1].split()
    true(float(words[0]) <= most, f"rated {words[0]}", run.stdout)
