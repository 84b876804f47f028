"""wire - the DNS messages that went over the switch of a test.

One packet socket in the switch's namespace sees every frame on its way in.  What the
tests assert is not what the program says it sent but what was there."""

import collections
import ipaddress
import socket
import struct

import dns.exception
import dns.message
import dns.opcode
import dns.rcode

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33

Seen = collections.namedtuple("Seen", "source target sport dport tcp payload")


class Wire:
    """Create it inside the switch's namespace."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.socket.setblocking(False)
        self.seen = []

    def mark(self):
        """Forget what went by so far."""
        self._drain()
        self.seen = []

    def _drain(self):
        while True:
            try:
                frame, (interface, _, kind, _, _) = self.socket.recvfrom(65535)
            except BlockingIOError:
                return
            if kind != PACKET_OUTGOING and interface != "br0":
                seen = decode(frame)
                if seen and seen.payload:
                    self.seen.append(seen)

    def payloads(self):
        """Every DNS message to a server, whatever it is: (Seen, bytes)."""
        self._drain()
        streams = {}
        for seen in self.seen:
            if not seen.tcp:
                yield seen, seen.payload
                continue
            key = seen[:4]
            streams[key] = streams.get(key, b"") + seen.payload
            while len(streams[key]) >= 2:
                length, = struct.unpack_from("!H", streams[key])
                if len(streams[key]) < 2 + length:
                    break
                yield seen, streams[key][2:2 + length]
                streams[key] = streams[key][2 + length:]

    def messages(self, opcode=None):
        """Requests to port 53, as (Seen, dns.message)."""
        found = []
        for seen, payload in self.payloads():
            if seen.dport != 53 or len(payload) < 12:
                continue
            try:
                message = dns.message.from_wire(payload)
            except dns.exception.DNSException as error:
                raise AssertionError(f"a malformed message went by: {error}") from error
            if opcode is None or message.opcode() == opcode:
                found.append((seen, message))
        return found

    def updates(self):
        """UPDATE requests, retransmissions apart (same source and same bytes)."""
        once = {}
        for seen, message in self.messages(dns.opcode.UPDATE):
            once.setdefault((seen.source, message.id, message.to_text()), message)
        return list(once.values())

    def close(self):
        self.socket.close()


def decode(frame):
    kind, = struct.unpack_from("!H", frame, 12)
    if kind == ETH_P_IP:
        head = (frame[14] & 15) * 4
        protocol = frame[23]
        source, target = frame[26:30], frame[30:34]
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
        body = frame[14 + head:end]
    elif kind == ETH_P_IPV6:
        protocol = frame[20]
        source, target = frame[22:38], frame[38:54]
        body = frame[54:54 + struct.unpack_from("!H", frame, 18)[0]]
    else:
        return None
    if protocol == socket.IPPROTO_UDP and len(body) >= 8:
        payload = body[8:]
    elif protocol == socket.IPPROTO_TCP and len(body) >= 20:
        payload = body[(body[12] >> 4) * 4:]
    else:
        return None
    sport, dport = struct.unpack_from("!HH", body)
    return Seen(str(ipaddress.ip_address(source)), str(ipaddress.ip_address(target)),
                sport, dport, protocol == socket.IPPROTO_TCP, payload)
