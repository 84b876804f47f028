"""dhcp_servers - Kea, dnsmasq, ISC dhcpd and radvd on the server's machine of a story.

Each is told the same by an Offer, in the words of its own configuration."""

import dataclasses
import json
import os

from daemon import until
from dhcp_world import DOMAIN, NAMESERVER, NAMESERVER_V6, SERVER, needs


@dataclasses.dataclass(frozen=True)
class Offer:
    """What clients are told.  updates: the server says it updates DNS (option 81, S=1)."""
    dns: tuple = (NAMESERVER,)
    domain: str = DOMAIN
    search: tuple = (DOMAIN,)
    first: str = "192.0.2.100"
    last: str = "192.0.2.109"
    lease_s: int = 3600
    updates: bool = False
    dns6: tuple = (NAMESERVER_V6,)
    prefix: str = "2001:db8::"
    router: str = SERVER

    def but(self, **changes):
        return dataclasses.replace(self, **changes)


class Service:
    """A server program; a restart can change its offer."""

    programs = ()

    def __init__(self, machine, offer=Offer(), **options):
        needs(*self.programs)
        self.machine, self.options = machine, options
        self.name = type(self).__name__.lower()
        self.lives = 0
        self.start(offer)

    def start(self, offer):
        self.offer = offer
        self.lives += 1
        self.log = f"{self.name}-{id(self):x}.log{self.lives}"
        self.process = self.launch(offer)
        until(self.ready, f"{self.name} is ready", 10, self)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def restart(self, offer):
        self.stop()
        self.start(offer)

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended:\n{self}")
        return self.sign in self.machine.said(self.log)

    def __str__(self):
        return self.machine.said(self.log)[-3000:]

    def place(self, name):
        return os.path.join(self.machine.directory, name)

    def write(self, name, text):
        with open(self.place(name), "w") as file:
            file.write(text)
        return self.place(name)


def v4(addresses):
    return [address for address in addresses if ":" not in address]


# --- Kea ------------------------------------------------------------------------------

class Kea4(Service):
    programs = ("kea-dhcp4",)
    sign = "DHCP4_STARTED"

    def launch(self, offer):
        return kea(self, "kea-dhcp4", {"Dhcp4": {
            **kea_common(self, offer),
            "dhcp-ddns": {"enable-updates": offer.updates},
            "ddns-send-updates": offer.updates,
            "ddns-override-client-update": True,
            "ddns-override-no-update": True,
            "ddns-replace-client-name": "never",
            "ddns-qualifying-suffix": offer.domain,
            "echo-client-id": True,
            "authoritative": True,
            "subnet4": [{
                "id": 1, "subnet": "192.0.2.0/24",
                "pools": [{"pool": f"{offer.first} - {offer.last}"}],
                "option-data": kea_options(offer)}]}})


def kea_options(offer):
    data = {"routers": offer.router, "domain-name": offer.domain,
            "domain-name-servers": ", ".join(offer.dns),
            "domain-search": ", ".join(offer.search)}
    return [{"name": name, "data": value} for name, value in data.items() if value]


class Kea6(Service):
    programs = ("kea-dhcp6",)
    sign = "DHCP6_STARTED"

    def launch(self, offer):
        data = {"dns-servers": ", ".join(offer.dns6),
                "domain-search": ", ".join(offer.search),
                "information-refresh-time": self.options.get("refresh_s")}
        return kea(self, "kea-dhcp6", {"Dhcp6": {
            **kea_common(self, offer),
            "preferred-lifetime": offer.lease_s,
            "dhcp-ddns": {"enable-updates": offer.updates},
            "ddns-send-updates": offer.updates,
            "ddns-override-client-update": True,
            "server-id": {"type": "LL", "htype": 1, "identifier": "02005e005301",
                          "persist": False},
            "subnet6": [{
                "id": 1, "subnet": f"{offer.prefix}/64", "interface": "eth0",
                "pools": [{"pool": f"{offer.prefix}1:100 - {offer.prefix}1:1ff"}],
                "option-data": [{"name": name, "data": str(value)}
                                for name, value in data.items() if value]}]}})


def kea_common(service, offer):
    return {"interfaces-config": {"interfaces": ["eth0"]},
            "lease-database": {"type": "memfile", "persist": False},
            "valid-lifetime": offer.lease_s,
            "loggers": [{"name": "*", "severity": "INFO", "output_options": [
                {"output": "stdout", "flush": True, "pattern": "%m\n"}]}]}


def kea(service, program, configuration):
    file = service.write(f"{service.name}.json", json.dumps(configuration, indent=1))
    place = service.machine.directory
    return service.machine.spawn(program, "-c", file, log=service.log, environment={
        "KEA_PIDFILE_DIR": place, "KEA_LOCKFILE_DIR": place})


# --- dnsmasq --------------------------------------------------------------------------

class Dnsmasq(Service):
    """DHCPv4; and with v6=True DHCPv6 and router advertisements, too."""
    programs = ("dnsmasq",)
    sign = "DHCP, "

    def launch(self, offer):
        lines = ["port=0", "user=root", "interface=eth0", "bind-interfaces", "no-resolv",
                 "no-hosts", "no-ping", "log-dhcp", "log-facility=-",
                 "dhcp-authoritative", "leasefile-ro",
                 f"pid-file={self.place('dnsmasq.pid')}",
                 f"domain={offer.domain}",
                 f"dhcp-range={offer.first},{offer.last},255.255.255.0,{offer.lease_s}",
                 f"dhcp-option=option:router,{offer.router}"]
        if offer.dns:
            lines.append(f"dhcp-option=option:dns-server,{','.join(offer.dns)}")
        if offer.search:
            lines.append(f"dhcp-option=option:domain-search,{','.join(offer.search)}")
        if not offer.updates:
            lines.append("dhcp-client-update")
        if self.options.get("v6"):
            servers = ",".join(f"[{address}]" for address in offer.dns6)
            lines += ["enable-ra", f"dhcp-option=option6:dns-server,{servers}",
                      f"dhcp-option=option6:domain-search,{','.join(offer.search)}",
                      f"dhcp-range={offer.prefix}2:100,{offer.prefix}2:1ff,slaac,64,"
                      f"{offer.lease_s}"]
        return self.machine.spawn(
            "dnsmasq", "-k", "-C", self.write("dnsmasq.conf", "\n".join(lines) + "\n"),
            log=self.log)


# --- ISC dhcpd ------------------------------------------------------------------------

class Dhcpd(Service):
    programs = ("dhcpd",)
    sign = "Server starting service."

    def launch(self, offer):
        search = "".join(f"option domain-search {quoted(offer.search)};\n"
                         if offer.search else "")
        servers = f"option domain-name-servers {', '.join(offer.dns)};\n" \
            if offer.dns else ""
        return dhcpd(self, "-4", f"""
authoritative;
ping-check false;
min-lease-time 1;
default-lease-time {offer.lease_s};
max-lease-time {offer.lease_s};
{'ddns-update-style interim; ddns-updates on; ignore client-updates;'
 if offer.updates else 'ddns-update-style none; allow client-updates;'}
ddns-domainname "{offer.domain}";
subnet 192.0.2.0 netmask 255.255.255.0 {{
    range {offer.first} {offer.last};
    option routers {offer.router};
    option domain-name "{offer.domain}";
    {servers}{search}
}}
""")


class Dhcpd6(Service):
    programs = ("dhcpd",)
    sign = "Server starting service."

    def launch(self, offer):
        return dhcpd(self, "-6", f"""
default-lease-time {offer.lease_s};
preferred-lifetime {offer.lease_s};
{'ddns-update-style interim; ddns-updates on; ignore client-updates;'
 if offer.updates else 'ddns-update-style none; allow client-updates;'}
ddns-domainname "{offer.domain}";
subnet6 {offer.prefix}/64 {{
    range6 {offer.prefix}3:100 {offer.prefix}3:1ff;
    option dhcp6.name-servers {', '.join(offer.dns6)};
    option dhcp6.domain-search {quoted(offer.search)};
}}
""")


def dhcpd(service, family, text):
    conf = service.write(f"{service.name}.conf", text)
    leases = service.place(f"{service.name}.leases")
    with open(leases, "a"):
        pass
    return service.machine.spawn(
        "dhcpd", family, "-d", "-cf", conf, "-lf", leases, "-pf",
        service.place(f"{service.name}.pid"), "eth0", log=service.log)


def quoted(names):
    return ", ".join(f'"{name}"' for name in names)


# --- radvd ----------------------------------------------------------------------------

class Radvd(Service):
    """Options: managed, other (the flags M and O), dns (RDNSS, DNSSL), autonomous."""
    programs = ("radvd",)
    sign = "version"

    def launch(self, offer):
        options = {"managed": False, "other": False, "dns": True, "autonomous": True,
                   "lifetime_s": 600, **self.options}
        dns = ""
        if options["dns"]:
            dns = (f"RDNSS {' '.join(offer.dns6)} {{ AdvRDNSSLifetime "
                   f"{options['lifetime_s']}; }};\n"
                   f"DNSSL {' '.join(offer.search)} {{ AdvDNSSLLifetime "
                   f"{options['lifetime_s']}; }};\n")
        conf = self.write("radvd.conf", f"""
interface eth0 {{
    AdvSendAdvert on;
    MinRtrAdvInterval 3;
    MaxRtrAdvInterval 4;
    AdvManagedFlag {on(options['managed'])};
    AdvOtherConfigFlag {on(options['other'])};
    prefix {offer.prefix}/64 {{
        AdvAutonomous {on(options['autonomous'])};
    }};
    {dns}
}};
""")
        return self.machine.spawn(
            "radvd", "-n", "-C", conf, "-m", "stderr", "-d", "1", "-p",
            self.place("radvd.pid"), log=self.log)


def on(flag):
    return "on" if flag else "off"
