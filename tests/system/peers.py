"""peers - Knot DNS and PowerDNS as servers of the tests, with the zone of zones/."""

import os
import shutil
import sqlite3
import subprocess

import servers

import net

KNOT = """
server:
    listen: [ {listen} ]
    rundir: {directory}
    user: root
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: {directory}
acl:
  - id: read
    address: [ 192.0.2.0/24, 2001:db8::/32 ]
    action: transfer
  - id: write
    address: [ 192.0.2.0/24, 2001:db8::/32 ]
    action: update
zone:
  - domain: corp.example
    file: {directory}/corp.example.zone
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: all
    acl: [ {acl} ]
"""

POWERDNS = """
launch=gsqlite3
gsqlite3-database={directory}/pdns.sqlite
local-address={listen}
socket-dir={directory}
daemon=no
guardian=no
disable-axfr=no
allow-axfr-ips=192.0.2.0/24,2001:db8::/32
dnsupdate={dnsupdate}
allow-dnsupdate-from={allowed}
dname-processing=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
receiver-threads=1
distributor-threads=1
expand-alias=no
version-string=anonymous
security-poll-suffix=
loglevel=6
"""


class Peer(servers.Named):
    """Another server where Named is expected."""

    def __init__(self, world, namespace, addresses, role):
        self.namespace, self.address = namespace, addresses[0]
        self.directory = os.path.join(world.directory, role)
        shutil.copytree(world.zones, self.directory, dirs_exist_ok=True)
        self.log = open(os.path.join(self.directory, "server.log"), "wb")

    def launch(self, *command):
        self.process = subprocess.Popen(
            command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, preexec_fn=lambda: net.enter(self.namespace))
        self._wait()
        return self

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(text)
        return path


def needed(*tools):
    """The first tool that is missing, or None."""
    for tool in tools:
        if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            return tool
    return None


def knot(world, addresses, role="ns1", updates=True):
    server = Peer(world, _host(world, addresses, role), addresses, role)
    # The journal is a sparse file of its whole size; Knot wants it in its own directory.
    path = server.write("knot.conf", KNOT.format(
        directory=server.directory, listen=", ".join(addresses),
        acl="read, write" if updates else "read"))
    server.launch(servers.shutil.which("knotd", path="/usr/sbin:/usr/bin"), "-c", path)
    world.stoppable.append(server)
    return server.wait_for("corp.example")


SCHEMAS = ("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql",
           "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql")


def powerdns(world, addresses, role="ns1", updates=True):
    server = Peer(world, _host(world, addresses, role), addresses, role)
    server.write("pdns.conf", POWERDNS.format(
        directory=server.directory, listen=",".join(addresses), dnsupdate="yes",
        allowed="192.0.2.0/24,2001:db8::/32" if updates else "127.0.0.0/8"))
    _database(server.directory)
    _run("pdnsutil", f"--config-dir={server.directory}", "load-zone", "corp.example",
         f"{server.directory}/corp.example.zone")
    server.launch("/usr/sbin/pdns_server", f"--config-dir={server.directory}")
    world.stoppable.append(server)
    return server.wait_for("corp.example")


def _database(directory):
    schema = next(path for path in SCHEMAS if os.path.exists(path))
    with open(schema) as file, sqlite3.connect(f"{directory}/pdns.sqlite") as database:
        database.executescript(file.read())
    database.close()


def _run(*command):
    run = subprocess.run(command, text=True, capture_output=True)
    if run.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {run.stdout}{run.stderr}")


def _host(world, addresses, role):
    return world.switch.host(role, [
        f"{address}/{64 if ':' in address else 24}" for address in addresses])
