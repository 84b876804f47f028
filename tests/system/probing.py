"""probing - the shells of ddnsupd that learn from DHCP, and frames to show them.

tests/system/probe prints what they post, before anybody has judged it."""

import ctypes
import json
import os
import socket
import struct
import subprocess
import threading
import time

import net
from agent import Run
from daemon import until
from story import Skip
from world import equal, true

BROADCAST = "ff:ff:ff:ff:ff:ff"
IPV4, IPV6, VLAN = 0x0800, 0x86dd, 0x8100
ME, YOU = "192.0.2.1", "255.255.255.255"
ME_V6, YOU_V6 = "fe80::99", "ff02::1:2"


class Probe:
    """One probe on a machine; as a context manager it ends well at the end."""

    def __init__(self, world, agent, what, user=None, prefix=(), environment=None):
        self.agent, self.what = agent, what
        self.program = os.path.join(os.path.dirname(agent.program), "probe")
        if not os.access(self.program, os.X_OK):
            raise Skip("tests/system/probe is not built")
        self.lines = []
        self.said = open(os.path.join(agent.directory, "probe.log"), "w+")
        prefix = prefix if user is None else [
            "setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups", "--"]
        self.process = subprocess.Popen(
            [*prefix, self.program, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.said, cwd=agent.directory, text=True,
            env={**agent.environment(), **(environment or {})},
            preexec_fn=net.as_machine(agent.namespace, agent.node_name, agent.files))
        world.stoppable.append(self)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        until(lambda: "ready" in self.lines or self.process.poll() is not None, "ready")
        true("ready" in self.lines, "the probe does not run", self)

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def __str__(self):
        self.said.seek(0)
        return "\n".join(self.lines[-50:]) + "\n" + self.said.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is None:
            self.end()

    @property
    def pid(self):
        return self.process.pid

    def events(self):
        return [json.loads(line) for line in list(self.lines) if line.startswith("{")]

    def forget(self):
        self.lines = []

    def wait(self, count=1, seconds=5):
        """until there are so many events; returns them"""
        until(lambda: len(self.events()) >= count, f"{count} events", seconds, self)
        return self.events()

    def tell(self, line):
        done = self.lines.count("done")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        until(lambda: self.lines.count("done") > done, "the probe's answer", context=self)

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(10)
        run = Run([self.program, self.what], status, "", str(self), 0, False)
        self.agent._sanitizers(run)  # pylint: disable=protected-access
        equal(status, 0, "the probe's exit status", self)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.thread.join(5)
        self.said.close()


# --- what a process costs -------------------------------------------------------------

def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kib(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


# --- frames ---------------------------------------------------------------------------

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def udp(sport, dport, payload, pseudo=b""):
    """pseudo: addresses for the checksum; without them it is left out."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    if pseudo:
        total = checksum(pseudo + struct.pack("!HH", 17, 8 + len(payload)) + head + payload)
        head = head[:6] + struct.pack("!H", total or 0xffff)
    return head + payload


def ipv4(data, protocol=17, source=ME, target=YOU, fragment=0, options=b""):
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, words * 4 + len(data), 1,
                       fragment, 64, protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(target)) + options
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + data


def ipv6(data, following=17, source=ME_V6, target=YOU_V6):
    return struct.pack("!IHBB", 6 << 28, len(data), following, 255) + addresses_v6(
        source, target) + data


def addresses_v6(source, target):
    return (socket.inet_pton(socket.AF_INET6, source) +
            socket.inet_pton(socket.AF_INET6, target))


def frame(ethertype, packet, target=BROADCAST, tag=None, source="02:00:00:00:00:99"):
    vlan = b"" if tag is None else struct.pack("!HH", VLAN, tag)
    return mac(target) + mac(source) + vlan + struct.pack("!H", ethertype) + packet


def dhcp4(sport, dport, text):
    """A frame from the link with a text to be known by instead of a message."""
    return frame(IPV4, ipv4(udp(sport, dport, text.encode())))


class Wire:
    """Frames out of an interface of a namespace."""

    def __init__(self, namespace, interface="eth0"):
        with net.inside(namespace):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.socket.bind((interface, 0))

    def send(self, *frames):
        for one in frames:
            self.socket.send(one)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flood(self, one, seconds):
        """As many as the machine can send; how many these were."""
        messages = (MessageOfMany * PORTION)()
        buffer = ctypes.create_string_buffer(one, len(one))
        vector = IoVector(ctypes.cast(buffer, ctypes.c_void_p), len(one))
        for message in messages:
            message.header.vector = ctypes.pointer(vector)
            message.header.vector_len = 1
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            count += max(net.LIBC.sendmmsg(self.socket.fileno(), messages, PORTION, 0), 0)
        return count


PORTION = 500  # frames that one call sends


class IoVector(ctypes.Structure):
    """struct iovec"""
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Header(ctypes.Structure):
    """struct msghdr"""
    _fields_ = [("name", ctypes.c_void_p), ("name_len", ctypes.c_uint),
                ("vector", ctypes.POINTER(IoVector)), ("vector_len", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("control_len", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class MessageOfMany(ctypes.Structure):
    """struct mmsghdr"""
    _fields_ = [("header", Header), ("len", ctypes.c_uint)]


def ifindex(namespace, interface):
    with net.inside(namespace):
        return socket.if_nametoindex(interface)


def payload(event):
    """The text in the packet of an event."""
    data = bytes.fromhex(event["bytes"])
    skip = (data[0] & 15) * 4 if data[0] >> 4 == 4 else 40
    return data[skip + 8:].rstrip(b"\0").decode()
