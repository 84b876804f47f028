"""dhcp_clients - the DHCP clients of Debian on a machine of a story, as they are.

Each writes its leases where it always does (Machine makes those places private) and runs
its own scripts.  `fqdn` is what a client with option 81 calls itself and asks the server
to register."""

import os
import signal

from daemon import until
from dhcp_world import needs

NETWORKD = "/lib/systemd/systemd-networkd"
FQDN = "pc1.corp.example"


class Client:
    """families: "4", "6" or "46"."""

    programs = ()
    leases = None  # the lease file's place; {index} is the interface's number

    def __init__(self, machine, families="4", interface="eth0", fqdn=FQDN, **options):
        needs(*self.programs)
        self.machine, self.families, self.interface = machine, families, interface
        self.fqdn, self.options = fqdn, options
        self.name = type(self).__name__.lower()
        self.log = f"{self.name}-{interface}.log"
        self.processes = []
        self.start()

    def spawn(self, *command, environment=None):
        process = self.machine.spawn(*command, log=self.log, environment=environment)
        self.processes.append(process)
        return process

    def __str__(self):
        return self.machine.said(self.log)[-5000:]

    def wait(self, prefix="192.0.2.1", seconds=15):
        """until the interface has an address that begins so; returns it"""
        def found():
            return next((address for address in self.machine.addresses(self.interface)
                         if address.startswith(prefix)), None)
        return until(found, f"{self.name} has an address {prefix}...", seconds, self)

    def stop(self):
        """It goes as if it had crashed: nothing is released."""
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes = []


# --- dhclient -------------------------------------------------------------------------

DHCLIENT = """
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
timeout 30; retry 1; initial-interval 1; backoff-cutoff 2; initial-delay 0;
{fqdn}
request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers,
    domain-search, host-name, fqdn.fqdn, fqdn.server-update, fqdn.encoded,
    dhcp6.name-servers, dhcp6.domain-search, dhcp6.fqdn;
"""


class Dhclient(Client):
    programs = ("dhclient",)
    leases = "/var/lib/dhcp/dhclient.{interface}.leases"
    leases6 = "/var/lib/dhcp/dhclient6.{interface}.leases"

    def start(self):
        fqdn = "send host-name = gethostname();"
        if self.fqdn:
            fqdn = f'send fqdn.fqdn "{self.fqdn}"; send fqdn.encoded on; ' \
                   "send fqdn.server-update on; send fqdn.no-client-update off;"
        self.machine.write("/etc/dhcp/dhclient.conf", DHCLIENT.format(fqdn=fqdn))
        for family in self.families:
            six = "6" if family == "6" else ""
            leases = (self.leases6 if six else self.leases).format(
                interface=self.interface)
            self.spawn("dhclient", f"-{family}", "-d", "-v", "-lf", leases, "-pf",
                       f"/run/dhclient{six}.{self.interface}.pid", self.interface)

    def wait(self, prefix="192.0.2.1", seconds=15):
        """The address stands before the lease is written down; wait for both."""
        address = super().wait(prefix, seconds)
        sign = "Bound to lease" if ":" in prefix else "bound to"
        until(lambda: sign in self.machine.said(self.log), "it is bound", 5, self)
        return address


# --- dhcpcd ---------------------------------------------------------------------------

DHCPCD = """
duid ll
nodelay
noarp
{clientid}
persistent
option domain_name_servers, domain_name, domain_search, host_name
option dhcp6_name_servers, dhcp6_domain_search
option rapid_commit
require dhcp_server_identifier
{lines}
"""


class Dhcpcd(Client):
    programs = ("dhcpcd",)
    leases = "/var/lib/dhcpcd/{interface}.lease"
    leases6 = "/var/lib/dhcpcd/{interface}.lease6"

    def start(self):
        lines = [f"hostname {self.fqdn}", "fqdn both"] if self.fqdn else ["fqdn disable"]
        if self.families == "6":
            lines.append("noipv4")
        elif self.families == "4":
            lines.append("noipv6")
        self.machine.write("/etc/dhcpcd.conf", DHCPCD.format(
            clientid="clientid", lines="\n".join(lines + self.options.get("lines", []))))
        self.spawn("dhcpcd", "-B", "-d", self.interface)


# --- udhcpc ---------------------------------------------------------------------------

class Udhcpc(Client):
    """Writes nothing down: its script is all there is.  It takes no lease for shorter than
    two minutes, so a story that cannot wait says renew()."""
    programs = ("udhcpc",)
    script = "/etc/udhcpc/default.script"

    def start(self):
        fqdn = ["-F", self.fqdn] if self.fqdn else []
        ask = [word for code in self.options.get("ask", []) for word in ("-O", code)]
        self.spawn("udhcpc", "-f", "-i", self.interface, "-s",
                   self.options.get("script", self.script), "-t", "3", "-T", "1", "-A",
                   "1", "-O", "search", *ask, *fqdn)

    def bound(self):
        """How often it got or renewed a lease."""
        return self.machine.said(self.log).count(" obtained from ")

    def renew(self):
        """It listens to this only while it has a lease."""
        until(self.bound, "a lease", 10, self)
        self.processes[0].send_signal(signal.SIGUSR1)

    def release(self):
        until(self.bound, "a lease", 10, self)
        self.processes[0].send_signal(signal.SIGUSR2)

    def renewed(self):
        before = self.bound()
        self.renew()
        until(lambda: self.bound() > before, "a renewed lease", 10, self)


# --- systemd-networkd -----------------------------------------------------------------

NETWORK = """
[Match]
Name={interface}

[Network]
DHCP={dhcp}
LinkLocalAddressing=ipv6
IPv6AcceptRA={ra}
{lines}

[DHCPv4]
ClientIdentifier=mac
UseDomains=yes
{fqdn}

[DHCPv6]
DUIDType=link-layer
UseDomains=yes
{without_ra}

[IPv6AcceptRA]
UseDomains=yes
"""


class Networkd(Client):
    leases = "/run/systemd/netif/leases/{index}"

    def start(self):
        needs(NETWORKD)
        dhcp = {"4": "ipv4", "6": "ipv6", "46": "yes"}[self.families]
        ra = self.options.get("ra", False)
        self.machine.write(f"/run/systemd/network/10-{self.interface}.network",
                           NETWORK.format(
            interface=self.interface, dhcp=dhcp, ra="yes" if ra else "no",
            lines="\n".join(self.options.get("lines", [])),
            without_ra="" if ra else "WithoutRA=solicit",
            fqdn=f"SendHostname=yes\nHostname={self.fqdn}" if self.fqdn
            else "SendHostname=no"))
        self.spawn(NETWORKD, environment={"SYSTEMD_LOG_LEVEL": "debug",
                                          "SYSTEMD_LOG_TARGET": "console"})


# --- NetworkManager -------------------------------------------------------------------

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <servicedir>/usr/share/dbus-1/system-services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

NM = """[main]
plugins=keyfile
dhcp={dhcp}
dns=default
rc-manager=file
auth-polkit=false
no-auto-default=*

[logging]
level=INFO

[keyfile]
unmanaged-devices=none
"""

CONNECTION = """[connection]
id={interface}
uuid=5d1a1f52-8d7e-4c64-9f51-0b5b3f0f64c1
type=ethernet
interface-name={interface}
autoconnect=true

[ipv4]
method={ipv4}
may-fail=true
{fqdn}

[ipv6]
method={ipv6}
may-fail=true
{lines}
"""


class NetworkManager(Client):
    """Options: plugin: internal or dhclient; lines: more of [ipv6]."""
    programs = ("NetworkManager", "dbus-daemon")

    def start(self):
        machine = self.machine
        machine.write("/etc/NetworkManager/NetworkManager.conf", NM.format(
            dhcp=self.options.get("plugin", "internal")))
        machine.write(
            f"/etc/NetworkManager/system-connections/{self.interface}.nmconnection",
            CONNECTION.format(
                interface=self.interface,
                ipv4="auto" if "4" in self.families else "disabled",
                ipv6="auto" if "6" in self.families else "disabled",
                fqdn=f"dhcp-fqdn={self.fqdn}" if self.fqdn else "",
                lines="\n".join(self.options.get("lines", []))), 0o600)
        machine.write("/run/dbus/bus.conf", BUS)
        self.spawn("dbus-daemon", "--nofork", "--nopidfile", "--config-file",
                   "/run/dbus/bus.conf")
        until(lambda: os.path.exists(machine.path("/run/dbus/system_bus_socket")),
              "the bus is there", 5, self)
        self.spawn("NetworkManager", "-n")


CLIENTS = {"dhclient": Dhclient, "dhcpcd": Dhcpcd, "udhcpc": Udhcpc,
           "systemd-networkd": Networkd, "NetworkManager": NetworkManager}
