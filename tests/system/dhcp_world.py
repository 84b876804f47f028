"""dhcp_world - machines on which DHCP clients and servers can run as they are.

They write where they always write: /etc, /run, /var/lib.  On a machine of these stories
those places are directories of the story, seen by every process of that machine (the
client, its scripts, ddnsupd, ddnsctl) and by nothing else.

    switch -+- pc    192.0.2.x   the client's machine, ddnsupd's
            +- dhcp  192.0.2.1   DHCPv4, DHCPv6 and router advertisements
            +- ns1   192.0.2.53  BIND
"""

import os
import pwd
import shutil
import subprocess

import net
from agent import Agent
from story import Skip
from world import HOSTS_FILE

SERVER = "192.0.2.1"
SERVER_V6 = "2001:db8::1"
LINK_LOCAL = "fe80::1"
NAMESERVER = "192.0.2.53"
NAMESERVER_V6 = "2001:db8::53"
DOMAIN = "corp.example"

# What of the machine's /etc the programs here cannot do without.
ETC = ("alternatives/awk", "default", "dhcp", "dhcpcd.conf", "gai.conf", "group",
       "host.conf", "iproute2", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "machine-id",
       "nsswitch.conf", "passwd", "protocols", "services", "udhcpc")
PRIVATE = ("/run", "/var/lib/NetworkManager", "/var/lib/dhcp", "/var/lib/dhcpcd",
           "/var/lib/kea")


class Machine(Agent):
    """A machine whose own places are private, with ddnsupd on it."""

    def __init__(self, world, namespace, role, node_name="pc1"):
        directory = os.path.join(world.directory, role)
        os.makedirs(directory)
        self.etc = os.path.join(directory, "etc")
        os.makedirs(self.etc)
        super().__init__(world.program, directory, namespace, node_name, HOSTS_FILE, "")
        self._furnish()
        self.files = {"/etc": self.etc, "/sys": net.SYSFS}
        for place in PRIVATE:
            if os.path.isdir(place):
                self.files[place] = self.path(place)
        world.stoppable.append(self)

    def _furnish(self):
        for name in ETC:
            place, copy = os.path.join("/etc", name), os.path.join(self.etc, name)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            if os.path.isdir(place):
                shutil.copytree(place, copy, symlinks=True)
            elif os.path.exists(place):
                shutil.copy2(place, copy, follow_symlinks=False)
        for place in PRIVATE:
            os.makedirs(self.path(place), exist_ok=True)
        self.write("/etc/fstab", "")
        for place in ("/run/dbus", "/run/systemd/netif", "/run/systemd/network"):
            os.makedirs(self.path(place))
        # As systemd-tmpfiles makes it (systemd's tmpfiles.d/systemd-network.conf).
        for name in ("", "leases", "links", "lldp"):
            place = self.path("/run/systemd/netif/" + name)
            os.makedirs(place, exist_ok=True)
            shutil.chown(place, *_owner("systemd-network"))

    def path(self, place):
        """Where a file of the machine really is."""
        if place.startswith("/etc/"):
            return self.etc + place[4:]
        return os.path.join(self.directory, "root" + place)

    def write(self, place, text, mode=0o644):
        path = self.path(place)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        os.chmod(path, mode)
        return path

    def read(self, place):
        with open(self.path(place), "rb") as file:
            return file.read()

    def write_machine_file(self, place, content):
        self.write(place, content)

    # --- its processes ---

    def spawn(self, *command, log, environment=None):
        """Start a program on the machine; what it says goes to a file of that name."""
        with open(os.path.join(self.directory, log), "ab") as output:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.directory, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                         "LANG": "C.UTF-8", **(environment or {})},
                preexec_fn=self._enter, start_new_session=True)

    def do(self, *command, environment=None, check=True, limit=20):
        """Run a program on the machine to its end; returns what it said."""
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                 **(environment or {})}, preexec_fn=self._enter, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace")
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {said}")
        return said

    def _enter(self):
        net.as_machine(self.namespace, self.node_name, self.files)()

    def said(self, log):
        try:
            with open(os.path.join(self.directory, log), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def addresses(self, interface="eth0"):
        """{address} that stand on the interface."""
        done = subprocess.run(["ip", "-n", self.namespace, "-br", "addr", "show", "dev",
                               interface], capture_output=True, text=True, check=False)
        return {word.partition("/")[0] for word in done.stdout.split()[2:]}

    def stop(self):
        net.end_all(self.namespace)


def _owner(user):
    """(uid, gid); root's where there is no such user."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return 0, 0
    return entry.pw_uid, entry.pw_gid


def needs(*programs):
    """Skip the story when a program is not there."""
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


class Lan:
    """The network of a DHCP story; `pc` is where ddnsupd and the DHCP client run."""

    def __init__(self, world, bind=True):
        self.world = world
        self.named = world.bind() if bind else None
        self.server = Machine(world, world.switch.host("dhcp"), "dhcp")
        # Its one link-local address is fe80::1; radvd is silent on what is no router.
        net.Switch.sysctl(self.server.namespace, "ipv6/conf/all/forwarding", 1)
        net.ip("addr flush dev eth0\n" + "".join(
            f"addr add {address} dev eth0\n" for address in (
                f"{SERVER}/24", f"{SERVER_V6}/64", f"{LINK_LOCAL}/64")),
            self.server.namespace)
        self.pc = self.machine("pc")

    def machine(self, role, node_name="pc1"):
        """A machine without an address, waiting for one."""
        namespace = self.world.switch.host(role)
        machine = Machine(self.world, namespace, role, node_name)
        net.Switch.sysctl(namespace, "ipv6/conf/eth0/router_solicitations", -1)
        return machine
