"""dhcp_forge - DHCP servers, routers and liars whose every octet a story chooses.

Messages are built by hand, so that they can be wrong wherever one wants."""

import collections
import ipaddress
import socket
import struct
import threading

import net
from dhcp_world import LINK_LOCAL, NAMESERVER, SERVER

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
COOKIE = b"\x63\x82\x53\x63"
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
EVERYBODY = "ff:ff:ff:ff:ff:ff"

Message4 = collections.namedtuple("Message4", "op xid mac ciaddr type options secs source")
Message6 = collections.namedtuple("Message6", "type xid options source")


def packed(address):
    return ipaddress.ip_address(address).packed


def octets(mac):
    return bytes.fromhex(mac.replace(":", ""))


def mac_of(namespace, interface="eth0"):
    with net.inside(namespace):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as one:
            one.bind((interface, 0))
            return ":".join(f"{octet:02x}" for octet in one.getsockname()[4])


# --- DHCPv4 ---------------------------------------------------------------------------

def option(code, value):
    """One option; a list of addresses, a text or octets."""
    if isinstance(value, (list, tuple)):
        value = b"".join(map(packed, value))
    elif isinstance(value, str):
        value = value.encode()
    return bytes((code, len(value))) + value


def labels(name):
    """A name on the wire."""
    return b"".join(bytes((len(label),)) + label.encode() for label in name.split(".")
                    if label) + b"\0"


def fqdn(name, flags=0x05):
    """Option 81 in the wire encoding (E set)."""
    return option(81, bytes((flags, 255, 255)) + labels(name))


def message4(kind, xid, mac, yiaddr="0.0.0.0", ciaddr="0.0.0.0", server=SERVER,
             options=b"", end=b"\xff", sname=b"", file=b"", op=2):
    """A DHCPv4 message; server=None leaves option 54 out."""
    body = struct.pack("!BBBBIHH", op, 1, 6, 0, xid, 0, 0)
    body += packed(ciaddr) + packed(yiaddr) + bytes(8) + octets(mac).ljust(16, b"\0")
    body += sname.ljust(64, b"\0") + file.ljust(128, b"\0") + COOKIE
    body += option(53, bytes((kind,)))
    if server:
        body += option(54, [server])
    return body + options + end


def parse4(data, source=None):
    """None when it is no DHCP message."""
    if len(data) < 244 or data[236:240] != COOKIE:
        return None
    options, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        options[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return Message4(data[0], struct.unpack_from("!I", data, 4)[0],
                    ":".join(f"{octet:02x}" for octet in data[28:34]),
                    str(ipaddress.ip_address(data[12:16])), options.get(53, b"\0")[0],
                    options, struct.unpack_from("!H", data, 8)[0], source)


# --- on the wire ----------------------------------------------------------------------

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def udp(source, target, sport, dport, payload):
    """An IP packet, whichever version the addresses are of."""
    six = ":" in source
    length = 8 + len(payload)
    head = packed(source) + packed(target)
    head += struct.pack("!IHBB", length, 0, 0, 17) if six else \
        struct.pack("!BBH", 0, 17, length)
    body = struct.pack("!HHHH", sport, dport, length, 0) + payload
    body = body[:6] + struct.pack("!H", checksum(head + body) or 0xffff) + payload
    if six:
        return struct.pack("!IHBB", 6 << 28, length, 17, 64) + head[:32] + body
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, 17, 0) + head[:8]
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + body


class Sender:
    """Frames out of a namespace's eth0."""

    def __init__(self, namespace, interface="eth0"):
        self.mac = mac_of(namespace, interface)
        with net.inside(namespace):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((interface, 0))

    def packet(self, packet, mac=EVERYBODY):
        kind = ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP
        self.socket.send(octets(mac) + octets(self.mac) + struct.pack("!H", kind) + packet)

    def dhcp4(self, payload, source=SERVER, target="255.255.255.255", mac=EVERYBODY,
              sport=67, dport=68):
        self.packet(udp(source, target, sport, dport, payload), mac)

    def close(self):
        self.socket.close()


class Exchange:
    """A client's REQUEST and a server's ACK, as frames from where each belongs."""

    def __init__(self, lan, address):
        self.client, self.server = Sender(lan.pc.namespace), Sender(lan.server.namespace)
        self.address, self.xid = address, 0x10000

    def request(self, server=SERVER):
        self.xid += 1
        self.client.dhcp4(message4(
            REQUEST, self.xid, self.client.mac, op=1, server=server,
            options=option(50, [self.address])), source="0.0.0.0", sport=68, dport=67)

    def ack(self, **keys):
        """The answer to the last REQUEST, but for what the story says."""
        self.server.dhcp4(message4(**{
            "kind": ACK, "xid": self.xid, "mac": self.client.mac, "yiaddr": self.address,
            **keys}))

    def close(self):
        self.client.close()
        self.server.close()


# --- servers --------------------------------------------------------------------------

class Scripted:
    """Calls script(message) for each message of a client; it returns a payload, a list of
    payloads or None.  What came is in `seen`."""

    def __init__(self, machine, script):
        self.script, self.seen, self.stopping = script, [], False
        self.failure = None
        self.open(machine.namespace)
        self.socket.settimeout(0.1)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.stopping:
            try:
                data, source = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            except OSError:
                return
            try:
                self._answer(data, source)
            except Exception as error:  # pylint: disable=broad-except
                self.failure = error

    def _answer(self, data, source):
        message = self.parse(data, source)
        if message is None:
            return
        self.seen.append(message)
        answers = self.script(message)
        for payload in answers if isinstance(answers, list) else [answers]:
            if payload is not None:
                self.send(payload, message)

    def stop(self):
        self.stopping = True
        self.thread.join(2)
        self.socket.close()
        if self.failure:
            raise self.failure


class Server4(Scripted):
    """A DHCPv4 server.  It sends frames: the client has no address yet."""

    def open(self, namespace):
        self.sender = Sender(namespace)
        with net.inside(namespace):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        self.socket.bind(("", 67))

    def parse(self, data, source):
        return parse4(data, source)

    def send(self, payload, message):
        self.sender.dhcp4(payload)

    def count(self, kind):
        return sum(message.type == kind for message in list(self.seen))


def lease(address="192.0.2.100", dns=(NAMESERVER,), domain="corp.example", lease_s=3600,
          options=b"", server=SERVER, drop=()):
    """A script for Server4: this lease for everybody, these options besides."""
    told = option(1, ["255.255.255.0"])
    if dns:
        told += option(6, dns)
    if domain:
        told += option(15, domain)
    told += options

    def script(message):
        answer = {DISCOVER: OFFER, REQUEST: ACK, INFORM: ACK}.get(message.type)
        if answer is None or message.type in drop:
            return None
        if message.type == INFORM:
            return message4(ACK, message.xid, message.mac, ciaddr=message.ciaddr,
                            server=server, options=told)
        return message4(answer, message.xid, message.mac, yiaddr=address, server=server,
                        options=option(51, struct.pack("!I", lease_s)) + told)
    return script


# --- DHCPv6 ---------------------------------------------------------------------------

SOLICIT, ADVERTISE, REQUEST6, REPLY, INFORMATION_REQUEST = 1, 2, 3, 7, 11
DUID = bytes.fromhex("0003000102005e005301")


def option6(code, value):
    if isinstance(value, (list, tuple)):
        value = b"".join(map(packed, value))
    return struct.pack("!HH", code, len(value)) + value


def message6(kind, xid, client, server=DUID, options=b""):
    """client, server: DUIDs; None leaves the option out."""
    body = struct.pack("!I", kind << 24 | xid)
    for code, duid in ((1, client), (2, server)):
        if duid is not None:
            body += option6(code, duid)
    return body + options


def parse6(data, source=None):
    if len(data) < 4:
        return None
    options, at = {}, 4
    while at + 4 <= len(data):
        code, length = struct.unpack_from("!HH", data, at)
        options[code] = data[at + 4:at + 4 + length]
        at += 4 + length
    return Message6(data[0], struct.unpack_from("!I", data)[0] & 0xffffff, options, source)


class Server6(Scripted):
    def open(self, namespace):
        with net.inside(namespace):
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            index = socket.if_nametoindex("eth0")
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(
            socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
            packed("ff02::1:2") + struct.pack("=I", index))
        self.socket.bind(("", 547))

    def parse(self, data, source):
        return parse6(data, source)

    def send(self, payload, message):
        """To port 546, from which nobody may have asked (RFC 8415 7.2)."""
        self.socket.sendto(payload, (message.source[0], 546, 0, message.source[3]))

    def count(self, kind):
        return sum(message.type == kind for message in list(self.seen))


# --- router advertisements ------------------------------------------------------------

def rdnss(servers, lifetime=600):
    return struct.pack("!BBHI", 25, 1 + 2 * len(servers), 0, lifetime) + \
        b"".join(map(packed, servers))


def dnssl(names, lifetime=600):
    body = b"".join(map(labels, names))
    body += b"\0" * (-len(body) % 8)
    return struct.pack("!BBHI", 31, 1 + len(body) // 8, 0, lifetime) + body


class Router:
    """Advertises what it is told, from fe80::1."""

    def __init__(self, machine):
        with net.inside(machine.namespace):
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                                        socket.IPPROTO_ICMPV6)
            self.index = socket.if_nametoindex("eth0")
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.index)
        self.socket.bind((LINK_LOCAL, 0, 0, self.index))

    def advertise(self, options, lifetime=0):
        """The kernel writes the checksum.  lifetime: as a default router."""
        self.socket.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0)
                           + options, ("ff02::1", 0, 0, self.index))

    def close(self):
        self.socket.close()
