"""bed - a daemon beside a BIND, for the benchmarks of the daemon.

BIND and the machine are namespaces on a switch; the machine has eth0 with one IPv4 and
one IPv6 address, and ddnsupd keeps pc1-amt.corp.example there.  Addresses change by
netlink messages of our own, so that nothing is measured but the kernel and ddnsupd."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests/system"))

import net
import servers
from world import HOST, HOST_V6, NS1, NS1_V6

NAME = "pc1-amt.corp.example"
MEMORY = "/dev/shm"
SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"
CONFIG = f"""\
state-directory: {{state}}
control-socket: {{control}}
dns:
  servers: [{NS1}]
registrations:
  - name: amt
    fqdn: dedicated
    host-name: pc1-amt
    domain-name: corp.example
    interface: eth0
"""

RTM_NEWADDR, RTM_DELADDR = 20, 21
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL = 1, 4, 0x400, 0x200
IFA_ADDRESS, IFA_LOCAL = 1, 2
HEADER = struct.Struct("=IHHII")      # struct nlmsghdr
ADDRESS = struct.Struct("=BBBBI")     # struct ifaddrmsg
ATTRIBUTE = struct.Struct("=HH")


class Addresses:
    """eth0's IPv4 addresses, changed by one netlink message each."""

    def __init__(self, namespace):
        with net.inside(namespace):
            self.index = socket.if_nametoindex("eth0")
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                        socket.NETLINK_ROUTE)
            self.socket.bind((0, 0))
        self.serial = 0

    def add(self, address):
        return self._change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address)

    def delete(self, address):
        return self._change(RTM_DELADDR, 0, address)

    def _change(self, kind, flags, address):
        """The moment before the kernel was asked, in ns of the wall clock: what it tells
        its listeners comes later."""
        octets = socket.inet_aton(address)
        body = ADDRESS.pack(socket.AF_INET, 32, 0, 0, self.index)
        for attribute in (IFA_LOCAL, IFA_ADDRESS):
            body += ATTRIBUTE.pack(4 + len(octets), attribute) + octets
        self.serial += 1
        request = HEADER.pack(HEADER.size + len(body), kind,
                              NLM_F_REQUEST | NLM_F_ACK | flags, self.serial, 0) + body
        at = time.time_ns()
        self.socket.send(request)
        error, = struct.unpack_from("=i", self.socket.recv(4096), HEADER.size)
        if error != 0:
            raise OSError(-error, os.strerror(-error))
        return at

    def close(self):
        self.socket.close()


class Bed:
    """A BIND that works in memory, the machine, and the daemon on it."""

    def __init__(self, program, work, wrapper=()):
        self.work, self.wrapper = work, wrapper
        self.program = shutil.copy2(program, os.path.join(work, "ddnsupd"))
        self.client = os.path.join(os.path.dirname(os.path.abspath(program)), "ddnsctl")
        self.switch = net.Switch(f"dubed{os.getpid()}")
        self.pc = self.switch.host("pc", [f"{HOST}/24", f"{HOST_V6}/64"])
        self.addresses = Addresses(self.pc)
        self.server = self.process = None
        self.control = os.path.join(work, "control")
        self.log = os.path.join(work, "log")
        self.config = self.file("ddnsupd.yaml", CONFIG.format(
            state=os.path.join(work, "state"), control=self.control))
        self.machine_files = {"/etc/resolv.conf": self.file("resolv.conf", "")}

    def file(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def serve(self):
        namespace = self.switch.host("named", [f"{NS1}/24", f"{NS1_V6}/64"])
        # A copy: AppArmor's profile for /usr/sbin/named does not apply.
        named = shutil.copy2(shutil.which("named", path=SBIN), self.work)
        self.server = servers.Named(servers.Program(named), os.path.join(TOP, "zones"),
                                    os.path.join(self.work, "zones"), namespace,
                                    "open.conf", NS1)
        self.server.wait_for("corp.example")

    def start(self, environment=None):
        """The daemon, until it holds its name."""
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.program, "-c", self.config], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={"PATH": SBIN, **(environment or {})},
                preexec_fn=net.as_machine(self.pc, "pc1", self.machine_files))
        self.wait_for({HOST}, 60)

    def standing(self):
        answer = self.server.ask(NAME)
        return {str(rdata) for rrset in answer.answer for rdata in rrset}

    def wait_for(self, addresses, limit=30):
        until = time.monotonic() + limit
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if self.standing() == addresses:
                return
            time.sleep(0.02)
        with open(self.log) as file:
            raise SystemExit(f"{NAME}: {self.standing()}, not {addresses}; the daemon "
                             f"said:\n{file.read()[-3000:]}")

    def ask(self, *command):
        """What ddnsctl prints."""
        return subprocess.run([self.client, "-s", self.control, *command], text=True,
                              check=True, stdout=subprocess.PIPE).stdout

    def updates(self):
        """UPDATE messages so far, by ddnsctl metrics."""
        return sum(int(line.split()[-1]) for line in self.ask("metrics").splitlines()
                   if line.startswith("ddnsupd_updates_total"))

    def stop(self):
        """Exit status of the daemon."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.addresses.close()
        if self.server:
            self.server.stop()
        self.switch.close()


def quantile(samples, share):
    """The smallest sample that so many are not above."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
