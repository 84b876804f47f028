"""Packets that lie: nothing of them is believed, crashes the daemon or reaches a log as it
came, and what is true is believed all the same."""

import os
import re
import struct
import time

import net
from daemon import Daemon, conf, held, settle, until
from dhcp_clients import Dhclient, Dhcpcd, Udhcpc
from dhcp_forge import (ACK, DUID, INFORMATION_REQUEST, REPLY, Exchange, Router, Sender,
                        Server4, Server6, dnssl, labels, lease, mac_of, message4, message6,
                        option, option6, rdnss, udp)
from dhcp_world import LINK_LOCAL, NAMESERVER, NAMESERVER_V6, SERVER
from stories_dhcp_sources import DEDICATED, NAME, learning, nameless, servers_of
from story import stories, story
from world import equal, true, update_count

EVIL = "192.0.2.66"
EVIL_V6 = "2001:db8::66"
SETTLED_S = 1  # whatever is believed is believed within this


def servers(daemon):
    return [address.partition("#")[0] for address, _, _ in servers_of(daemon)]


def clean(daemon):
    """Printable ASCII and nothing else, in the log and in status."""
    with open(daemon.log_path, "rb") as file:
        log = file.read()
    for text in (log, daemon.ctl("status").stdout.encode(),
                 daemon.ctl("-j", "status").stdout.encode()):
        wrong = re.search(rb".*[^\x20-\x7e\n].*", text)
        true(wrong is None, f"not printable: {wrong and wrong.group()!r}", daemon)


def scripted(world, lan, script):
    server = Server4(lan.server, script)
    world.stoppable.append(server)
    return server


@story("dhcp: ACKs with a wrong xid, chaddr, server, address or checksum change nothing")
def forged(world):
    lan = nameless(world)
    net.ip("addr add 192.0.2.100/24 dev eth0\n", lan.pc.namespace)
    told = option(51, struct.pack("!I", 60)) + option(6, [EVIL]) + \
        option(15, "evil.example")
    exchange = Exchange(lan, "192.0.2.100")
    with learning(world, lan, "observed", DEDICATED) as daemon:
        exchange.request()
        xid, mac = exchange.xid, exchange.client.mac
        for lie in ({"xid": xid ^ 1}, {"xid": 0}, {"mac": "02:00:00:00:00:01"},
                    {"server": "192.0.2.2"}, {"server": None}, {"op": 1},
                    {"yiaddr": "192.0.2.199"}):
            exchange.ack(options=told, **lie)
        payload = message4(ACK, xid, mac, yiaddr="192.0.2.100", options=told)
        exchange.server.dhcp4(payload, sport=6767)
        exchange.server.dhcp4(payload, dport=6868)
        exchange.server.packet(broken_checksum(payload))
        exchange.client.dhcp4(payload)  # it leaves this machine
        time.sleep(SETTLED_S)
        equal(servers(daemon), [], "DNS servers", daemon)
        exchange.request()
        exchange.ack(options=option(6, [NAMESERVER]) + option(15, "corp.example"))
        held(world, daemon, lan.named, NAME, {"192.0.2.100"})
        exchange.ack(options=told, xid=exchange.xid ^ 1)
        exchange.request()
        exchange.ack(options=told, yiaddr="192.0.2.199")
        time.sleep(SETTLED_S)
        equal(servers(daemon), [NAMESERVER], "DNS servers", daemon)
        update_count(world, 0, run=daemon)
        daemon.never_says(r"192\.0\.2\.66|evil")
    exchange.close()


def broken_checksum(payload):
    packet = bytearray(udp(SERVER, "255.255.255.255", 67, 68, payload))
    packet[26] ^= 1
    return bytes(packet)


@story("dhcp: an ACK nobody asked for teaches nothing, on a machine with a static address")
def unasked(world):
    lan = nameless(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    mac = mac_of(lan.pc.namespace)
    with Daemon(world, lan.pc, conf(lan.pc, DEDICATED, dns={
            "source": "dhcp", "dhcp_sources": "[observed, inform]"})) as daemon:
        sender = Sender(lan.server.namespace)
        for xid in range(200):
            sender.dhcp4(message4(ACK, xid, mac, ciaddr="192.0.2.10",
                                  options=option(6, [EVIL])))
        time.sleep(SETTLED_S)
        equal(servers(daemon), [], "DNS servers", daemon)
        equal(daemon.state(), "waiting", "state", daemon)
        sender.close()


NO_SERVERS = ("127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255")
NO_SERVERS_V6 = ("::", "::1", "ff02::fb", "::ffff:192.0.2.53")


@stories("dhcp: addresses that can be no DNS server are left out of {}", {
    "an observed ACK": ("observed", Udhcpc), "dhclient's lease": ("lease", Dhclient),
    "dhcpcd's lease": ("lease", Dhcpcd)})
def no_servers(world, source, client):
    lan = nameless(world)
    scripted(world, lan, lease(dns=(*NO_SERVERS, NAMESERVER, NAMESERVER)))
    with learning(world, lan, source, DEDICATED) as daemon:
        address = client(lan.pc).wait()
        settle(daemon, lan.named, NAME, {address})
        equal(servers(daemon), [NAMESERVER], "DNS servers", daemon)


@stories("dhcp: ... and of {}", {
    "an answer to INFORMATION-REQUEST": ("dhcpv6",), "a router advertisement": ("ra",)})
def no_servers6(world, source):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    addresses = [*NO_SERVERS_V6, NAMESERVER_V6]

    def script(message):
        return message6(REPLY, message.xid, message.options.get(1), options=option6(
            23, addresses) + option6(24, labels("corp.example")))
    world.stoppable.append(Server6(lan.server, script))
    router = Router(lan.server)
    with learning(world, lan, source, DEDICATED) as daemon:
        router.advertise(rdnss(addresses) + dnssl(["corp.example"]))
        settle(daemon, lan.named, NAME, {"2001:db8::10"})
        equal(servers(daemon), [NAMESERVER_V6], "DNS servers", daemon)
    router.close()


EVIL_NAMES = [b"corp\0.example", b"corp\n.example", b"\x1b[31mcorp.example",
              b"$(touch /run/owned).example", b"`touch /run/owned`;touch /run/owned",
              b"a" * 64 + b".example", b".", b"", b"..", b"corp..example", b"%s%n%s%n",
              b"\xff\xfe\xfd", b"-corp.example", b"localhost",
              (b"a" * 49 + b".") * 5, "corp\u202eexample".encode()]
EVIL_LISTS = [b"\xc0\x00", b"\xc0\x02\xc0\x00", b"\x04corp\xc0\x00", b"\x3fshort",
              b"\x40" + b"a" * 64 + b"\0", b"\x04corp\x07example", b"\xc0\xff",
              b"\x01\n\x00", b"\x04c\x00rp\x00", b"\x01;\x00", b"\xc0", b"\x80\x00"]


@story("dhcp: names that are none, in options 12, 15, 81 and 119, bring no name at all")
def evil_names(world):
    lan = nameless(world)
    options = [b""]

    def script(message):
        return lease(domain=None, options=options[0])(message)
    scripted(world, lan, script)
    cases = [option(15, name) + option(12, name) + option(81, b"\x01\0\0" + name)
             for name in EVIL_NAMES]
    cases += [option(119, value) + option(81, b"\x05\0\0" + value) for value in EVIL_LISTS]
    with learning(world, lan, "observed", DEDICATED,
                  {"name": "host", "fqdn": "shared", "interface": "eth0"}) as daemon:
        options[0] = cases[0]
        client = Udhcpc(lan.pc, script="/bin/true")
        net.ip("addr add 192.0.2.100/24 dev eth0\n", lan.pc.namespace)
        for case in cases[1:]:
            client.renewed()
            options[0] = case
        client.renewed()
        until(lambda: servers(daemon) == [NAMESERVER], "the server is believed", 5, daemon)
        daemon.never_says("domain .*observed")
        clean(daemon)
        for state in (daemon.state("amt"), daemon.state("host")):
            equal(state, "waiting", "state", daemon)
        options[0] = option(15, "corp.example")
        client.renew()
        settle(daemon, lan.named, NAME, {"192.0.2.100"}, 35)
    true(not os.path.exists(lan.pc.path("/run/owned")), "a name was run")


LENGTH_LIES = {
    "an option longer than the message": b"\x06\xff" + b"\xc0\x00\x02\x42",
    "an option without a length": b"\x06",
    "servers of five octets": b"\x06\x05\xc0\x00\x02\x42\x00\xff",
    "no octets of servers": b"\x06\x00\xff",
    "overload that points at garbage": option(52, b"\x03") + b"\xff",
    "a lease time of two octets": option(51, b"\0\1") + b"\xff",
    "a long option that ends in itself": option(6, b"\xc0\x00") * 3 + b"\xff",
}


@story("dhcp: options that lie about their length bring no server")
def length_lies(world):
    lan = nameless(world)
    net.ip("addr add 192.0.2.100/24 dev eth0\n", lan.pc.namespace)
    exchange = Exchange(lan, "192.0.2.100")
    with learning(world, lan, "observed", DEDICATED) as daemon:
        for lie in LENGTH_LIES.values():
            exchange.request()
            exchange.ack(end=lie, file=b"\x06\xff\xc0\x00\x02\x42")
        time.sleep(SETTLED_S)
        equal(servers(daemon), [], "DNS servers", daemon)
        exchange.request()
        exchange.ack(options=option(6, [NAMESERVER]) + option(15, "corp.example"))
        settle(daemon, lan.named, NAME, {"192.0.2.100"}, 35)
        clean(daemon)
    exchange.close()


@story("dhcp: 1000 RDNSS, length 0, lifetimes to and fro: eight servers, flat memory")
def evil_advertisements(world):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    router = Router(lan.server)
    with learning(world, lan, "ra", DEDICATED) as daemon:
        def memory():
            return int(daemon.proc_status()["VmRSS"].split()[0])
        for _ in range(20):
            router.advertise(rdnss([f"2001:db8::{n:x}" for n in range(1, 61)]))
        until(lambda: len(servers(daemon)) == 8, "eight servers", 5, daemon)
        before = memory()
        for number in range(1000):
            router.advertise(rdnss([f"2001:db8:{number:x}::{n:x}" for n in range(20)],
                                   number % 3))
            router.advertise(b"\x19\0" + bytes(22))
            router.advertise(dnssl(["evil\n.example"]))
            router.advertise(b"\x1f\x02\0\0\0\0\0\x3c\x3fevil\0\0\0")
        time.sleep(SETTLED_S)
        true(len(servers(daemon)) <= 8, f"{len(servers(daemon))} servers", daemon)
        true(memory() < before + 4096, f"from {before} kB to {memory()} kB", daemon)
        lines = daemon.log().count("\n")
        true(lines < 200, f"{lines} lines in the log", daemon)
        daemon.never_says("evil")
        clean(daemon)
        time.sleep(3)
        router.advertise(rdnss([NAMESERVER_V6]) + dnssl(["corp.example"]))
        settle(daemon, lan.named, NAME, {"2001:db8::10"}, 35)
    router.close()


@story("dhcp: DHCPv6 replies to another DUID, transaction or without a server are no answer")
def evil_replies(world):
    lan = nameless(world)
    net.ip("addr add 2001:db8::10/64 dev eth0\n", lan.pc.namespace)
    told = option6(24, labels("corp.example"))
    evil = option6(23, [EVIL_V6]) + told
    asked = []

    def script(message):
        if message.type != INFORMATION_REQUEST:
            return None
        asked.append(message)
        duid = message.options[1]
        lies = [message6(REPLY, message.xid, b"\0\3\0\1\2\0\0\0\0\1", options=evil),
                message6(REPLY, message.xid ^ 1, duid, options=evil),
                message6(REPLY, message.xid, duid, None, options=evil),
                message6(REPLY, message.xid, None, options=evil),
                message6(2, message.xid, duid, options=evil),
                message6(REPLY, message.xid, duid, options=evil
                         + struct.pack("!HH", 3, 400) + b"\0" * 12)]
        if len(asked) < 3:
            return lies
        return message6(REPLY, message.xid, duid, options=option6(23, [NAMESERVER_V6])
                        + told)
    world.stoppable.append(Server6(lan.server, script))
    sender = Sender(lan.server.namespace)
    with learning(world, lan, "dhcpv6", DEDICATED) as daemon:
        until(lambda: len(asked) >= 2, "it asks again", 6, daemon)
        equal(servers(daemon), [], "DNS servers", daemon)
        equal(DUID == asked[0].options[1], False, "a DUID of its own", daemon)
        settle(daemon, lan.named, NAME, {"2001:db8::10"}, 8)
        equal(servers(daemon), [NAMESERVER_V6], "DNS servers", daemon)
        daemon.never_says("2001:db8::66")
        equal({message.source[0][:4] for message in asked}, {"fe80"}, f"{LINK_LOCAL} was "
              f"asked from", daemon)
    sender.close()


@story("dhcp: an ACK to INFORM from nobody's xid, and one that gives an address")
def evil_inform(world):
    lan = nameless(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", lan.pc.namespace)
    asked = []

    def script(message):
        asked.append(message)
        mac, told = message.mac, option(6, [EVIL]) + option(15, "evil.example")
        lies = [message4(ACK, message.xid ^ 1, mac, ciaddr="192.0.2.10", options=told),
                message4(ACK, message.xid, "02:00:00:00:00:01", ciaddr="192.0.2.10",
                         options=told),
                message4(6, message.xid, mac, options=told),
                message4(2, message.xid, mac, yiaddr="192.0.2.10", options=told)]
        true_one = message4(ACK, message.xid, mac, ciaddr="192.0.2.10", server=SERVER,
                            options=option(6, [NAMESERVER]) + option(15, "corp.example"))
        return lies + ([true_one] if len(asked) > 1 else [])
    scripted(world, lan, script)
    with learning(world, lan, "inform", DEDICATED) as daemon:
        until(lambda: asked, "it asks", 5, daemon)
        time.sleep(SETTLED_S)
        equal(servers(daemon), [], "DNS servers", daemon)
        settle(daemon, lan.named, NAME, {"192.0.2.10"}, 8)
        equal(servers(daemon), [NAMESERVER], "DNS servers", daemon)
        daemon.never_says("evil")
