"""net - network namespaces with cables between them.

Every test has its own: a switch (a bridge in a namespace) and hosts on it, each with one
interface eth0.  Names begin with the number of the test run, so two runs, and a machine's
own namespaces, never meet."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWNET = 0x40000000
MS_RDONLY = 1
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

RUN_NETNS = "/run/netns"
SYSFS = object()  # as_machine: the namespace's own /sys, read-only: no udev to wait for


def checked(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def ip(batch, namespace=None):
    """Run lines of ip(8)."""
    command = ["ip"] + (["-n", namespace] if namespace else []) + ["-batch", "-"]
    run = subprocess.run(command, input=batch, text=True, capture_output=True)
    if run.returncode != 0:
        raise RuntimeError(f"ip: {run.stderr.strip()}\nin:\n{batch}")


def enter(namespace):
    """The calling process goes over into the namespace."""
    descriptor = os.open(os.path.join(RUN_NETNS, namespace), os.O_RDONLY | os.O_CLOEXEC)
    checked(LIBC.setns(descriptor, CLONE_NEWNET))
    os.close(descriptor)


@contextlib.contextmanager
def inside(namespace):
    """Sockets opened in this block belong to the namespace."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    enter(namespace)
    try:
        yield
    finally:
        checked(LIBC.setns(home, CLONE_NEWNET))
        os.close(home)


def as_machine(namespace, node_name, files):
    """What subprocess calls in a child before exec: the child is then on the machine of
    that name, with these files or directories (place -> content's path, or SYSFS) instead
    of the system's."""
    def prepare():
        enter(namespace)
        checked(LIBC.unshare(CLONE_NEWNS | CLONE_NEWUTS))
        checked(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
        for place, content in files.items():
            if content is SYSFS:
                checked(LIBC.mount(b"sysfs", os.fsencode(place), b"sysfs", MS_RDONLY,
                                   None))
                continue
            checked(LIBC.mount(os.fsencode(content), os.fsencode(place), None, MS_BIND,
                               None))
        name = node_name.encode()
        checked(LIBC.sethostname(name, len(name)))
    return prepare


def end_all(namespace):
    """End every process in the namespace, whatever it was started by."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        pids = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True,
                              text=True, check=False).stdout.split()
        if not pids:
            return
        for pid in map(int, pids):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


class Switch:
    """A bridge, and the hosts' cables in it."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.namespaces = []
        self.ports = 0
        self.namespace = self.add("switch")
        ip("link set lo up\n"
           "link add br0 type bridge forward_delay 0 mcast_snooping 0\n"
           "link set br0 up\n", self.namespace)
        self.sysctl(self.namespace, "ipv6/conf/default/disable_ipv6", 1)
        self.sysctl(self.namespace, "ipv6/conf/all/disable_ipv6", 1)

    def add(self, role):
        name = f"{self.prefix}-{role}"
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.namespaces.append(name)
        return name

    @staticmethod
    def sysctl(namespace, key, value):
        with inside(namespace), open(f"/proc/sys/net/{key}", "w") as file:
            file.write(str(value))

    def host(self, role, addresses=(), up=True):
        """A namespace with eth0 in the switch; returns its name.  Duplicate address
        detection is off, so that addresses can be used at once."""
        name = self.add(role)
        for scope in ("all", "default"):
            self.sysctl(name, f"ipv6/conf/{scope}/accept_dad", 0)
            self.sysctl(name, f"ipv6/conf/{scope}/router_solicitations", 0)
        self.cable(name, "eth0", up)
        ip("link set lo up\n" + "".join(
            f"addr add {address} dev eth0\n" for address in addresses), name)
        return name

    def cable(self, namespace, interface, up=True):
        self.ports += 1
        port = f"p{self.ports}"
        ip(f"link add {port} type veth peer name {interface} netns {namespace}\n"
           f"link set {port} master br0 up\n", self.namespace)
        if up:
            ip(f"link set {interface} up\n", namespace)

    def close(self):
        for name in reversed(self.namespaces):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)
        self.namespaces = []


def sweep(prefix):
    """Delete what a test that died left behind."""
    if not os.path.isdir(RUN_NETNS):
        return
    for name in os.listdir(RUN_NETNS):
        if name.startswith(prefix):
            end_all(name)
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)
