"""Which files of DHCP clients are read, which are not believed, and when they are read."""

import os
import pwd
import shutil
import time

import net
from configs import DEDICATED
from daemon import Daemon, conf, until
from dhcp_world import Machine
from probing import Probe
from story import stories, story
from world import equal, result, true

NETWORKD, DHCLIENT, DHCPCD, DHCPCD6 = range(4)  # enum lease_kind
FILE = "/var/lib/dhcp/dhclient.eth0.leases"
SOMEBODY = 12345
QUIET_S = 0.4  # a change is read within 50 ms


def pc(world):
    return Machine(world, world.switch.host("pc"), "pc")


def told(probe):
    """What the last event of each file said: its bytes or why not."""
    return {event["path"]: bytes.fromhex(event["bytes"]) if event["bytes"] is not None
            else event["error"] for event in probe.events()}


def tells(probe, path, wanted):
    until(lambda: told(probe).get(path, "") == wanted,
          lambda: f"{path}: {wanted!r}, it is {told(probe).get(path, 'nothing')!r}",
          context=probe)


def refused(probe, path, *words):
    """The reason has all of these words."""
    until(lambda: isinstance(told(probe).get(path), str), f"{path} is refused",
          context=probe)
    reason = told(probe)[path]
    for word in words:
        true(word in reason, f"{word!r} is not in {reason!r}", probe)


def owner(name):
    return pwd.getpwnam(name).pw_uid


@stories("dhcp leases: there at the start: {}", {
    "of systemd-networkd": ("/run/systemd/netif/leases/3", NETWORKD, "systemd-network"),
    "of dhclient": ("/var/lib/dhcp/dhclient.leases", DHCLIENT, "root"),
    "of dhclient for IPv6": ("/var/lib/dhcp/dhclient6.eth0.leases", DHCLIENT, "root"),
    "of NetworkManager's dhclient": (
        "/var/lib/NetworkManager/dhclient-0c1b-eth0.lease", DHCLIENT, "root"),
    "of dhcpcd": ("/var/lib/dhcpcd/eth0.lease", DHCPCD, "root"),
    "of dhcpcd's own user": ("/var/lib/dhcpcd/eth0.lease", DHCPCD, "dhcpcd"),
    "of dhcpcd for IPv6": ("/var/lib/dhcpcd/eth0.lease6", DHCPCD6, "root"),
})
def there(world, path, kind, user):
    machine = pc(world)
    os.chown(machine.write(path, b"a\0b\n"), owner(user), 0)
    os.utime(machine.path(path), (1000000, 1000000))
    with Probe(world, machine, "leases") as probe:
        equal(told(probe), {path: b"a\0b\n"}, "what was read", probe)
        event = probe.events()[0]
        equal((event["kind"], event["written"]), (kind, 1000000), "kind, time", probe)
        true(abs(event["wall"] - time.time()) < 60, "the time now", probe)


@story("dhcp leases: files of other names are not looked at")
def other_names(world):
    machine = pc(world)
    for path in ("/run/systemd/netif/leases/3~", "/run/systemd/netif/leases/.#3a",
                 "/run/systemd/netif/leases/eth0", "/var/lib/dhcp/dhcpd.leases",
                 "/var/lib/dhcp/dhclient.eth0.leases.bak",
                 "/var/lib/NetworkManager/internal-0c1b-eth0.lease",
                 "/var/lib/NetworkManager/NetworkManager.state",
                 "/var/lib/dhcpcd/duid", "/var/lib/dhcpcd/.eth0.lease"):
        machine.write(path, "text")
    with Probe(world, machine, "leases") as probe:
        machine.write("/var/lib/dhcpcd/secret", "text")
        time.sleep(QUIET_S)
        equal(probe.events(), [], "events", probe)


def make_link(path):
    os.symlink("/etc/passwd", path)


def make_large(path):
    with open(path, "wb") as file:
        file.truncate(1 << 30)


def make_owned(path):
    with open(path, "w") as file:
        file.write("lease {}")
    os.chown(path, SOMEBODY, 0)


def make_client(path):
    """Of the user of another DHCP client."""
    make_owned(path)
    os.chown(path, owner("systemd-network"), 0)


def make_open(path):
    make_owned(path)
    os.chown(path, 0, SOMEBODY)
    os.chmod(path, 0o664)


def make_device(path):
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero


@stories("dhcp leases: not believed, and said once: {}", {
    "a symbolic link": (make_link, ["symbolic link"]),
    "a FIFO": (os.mkfifo, ["not a regular file"]),
    "a directory": (os.mkdir, ["not a regular file"]),
    "a device": (make_device, ["not a regular file"]),
    "1 GB": (make_large, ["256 KiB"]),
    "somebody's": (make_owned, [str(SOMEBODY), "root"]),
    "another client's": (make_client, ["root"]),
    "one that others may write to": (make_open, ["others"]),
})
def not_believed(world, make, words):
    machine = pc(world)
    make(machine.path(FILE))
    with Probe(world, machine, "leases") as probe:
        refused(probe, FILE, *words)
        machine.write("/var/lib/dhcp/dhclient.eth1.leases", "good")
        tells(probe, "/var/lib/dhcp/dhclient.eth1.leases", b"good")
        os.utime(machine.path(FILE), follow_symlinks=False)
        time.sleep(QUIET_S)
        equal(len(probe.events()), 2, "events", probe)
        remove(machine.path(FILE))
        machine.write(FILE, "at last")
        tells(probe, FILE, b"at last")
        replace(machine, make)
        refused(probe, FILE, *words)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)


def replace(machine, make):
    """In one step, as an attacker would."""
    aside = machine.path(FILE) + ".new"
    make(aside)
    if os.path.isdir(aside) and not os.path.islink(aside):
        os.unlink(machine.path(FILE))
    os.rename(aside, machine.path(FILE))


@story("dhcp leases: what may not be read is said once, with what to do")
def not_readable(world):
    machine = pc(world)
    path = "/var/lib/dhcpcd/eth0.lease"
    machine.write(path, "text", mode=0o640)
    os.chmod(machine.path("/var/lib/NetworkManager"), 0o700)
    with Probe(world, machine, "leases", user=SOMEBODY) as probe:
        for refusal in (path, "/var/lib/NetworkManager"):
            refused(probe, refusal, "not readable", "hook")
        os.utime(machine.path(path))
        time.sleep(QUIET_S)
        equal(len(probe.events()), 2, "events", probe)
        os.chmod(machine.path(path), 0o644)
        tells(probe, path, b"text")


@story("dhcp leases: exactly 256 KiB are read, one byte more is not")
def size_limit(world):
    machine = pc(world)
    machine.write(FILE, b"x" * (256 * 1024))
    with Probe(world, machine, "leases") as probe:
        equal([event["len"] for event in probe.events()], [256 * 1024], "read", probe)
        machine.write(FILE, b"x" * (256 * 1024 + 1))
        until(lambda: len(probe.events()) == 2, "the second event", context=probe)
        refused(probe, FILE, "256 KiB")


def write_over(machine, text):
    with open(machine.path(FILE), "w") as file:
        file.write(text)


def rename_over(machine, text):
    machine.write(FILE + ".new", text)
    os.rename(machine.path(FILE + ".new"), machine.path(FILE))


def link_over(machine, text):
    os.unlink(machine.path(FILE))
    time.sleep(QUIET_S)
    machine.write("/var/lib/dhcp/aside", text)
    os.link(machine.path("/var/lib/dhcp/aside"), machine.path(FILE))


@stories("dhcp leases: read again when it is {}", {
    "written over": (write_over,),
    "replaced by a rename": (rename_over,),
    "removed and linked anew": (link_over,),
})
def read_again(world, change):
    machine = pc(world)
    machine.write(FILE, "the first")
    with Probe(world, machine, "leases") as probe:
        tells(probe, FILE, b"the first")
        change(machine, "the second")
        tells(probe, FILE, b"the second")
        os.unlink(machine.path(FILE))
        tells(probe, FILE, None)


@story("dhcp leases: a writer that never closes its file is followed, a burst is one event")
def never_closed(world):
    machine = pc(world)
    with Probe(world, machine, "leases") as probe, \
            open(machine.path(FILE), "w") as file:
        for piece in ("lease {", " interface", " \"eth0\";", " }\n") * 50:
            file.write(piece)
            file.flush()
        tells(probe, FILE, b"lease { interface \"eth0\"; }\n" * 50)
        true(len(probe.events()) <= 4, f"{len(probe.events())} events", probe)
        file.write("more\n")
        file.flush()
        tells(probe, FILE, b"lease { interface \"eth0\"; }\n" * 50 + b"more\n")


@story("dhcp leases: the same text written again is news only by its time")
def same_again(world):
    machine = pc(world)
    machine.write(FILE, "text")
    os.utime(machine.path(FILE), (1000000, 1000000))
    with Probe(world, machine, "leases") as probe:
        equal(len(probe.events()), 1, "events", probe)
        os.chmod(machine.path(FILE), 0o600)
        os.utime(machine.path(FILE), (1000000, 1000000))
        time.sleep(QUIET_S)
        equal(len(probe.events()), 1, "events", probe)
        os.utime(machine.path(FILE), (2000000, 2000000))
        equal(probe.wait(2)[1]["written"], 2000000, "its time", probe)


@story("dhcp leases: directories that come, go and come again are followed")
def directories(world):
    machine = pc(world)
    path = "/run/systemd/netif/leases/4"
    shutil.rmtree(machine.path("/run/systemd"))
    with Probe(world, machine, "leases") as probe:
        for text in ("once", "twice"):
            machine.write("/run/noise", text)
            machine.write(path, text)
            tells(probe, path, text.encode())
            machine.write(path, text + " more")
            tells(probe, path, (text + " more").encode())
            shutil.rmtree(machine.path("/run/systemd"))
            tells(probe, path, None)
        machine.write("/run/aside/netif/leases/4", "moved here")
        os.rename(machine.path("/run/aside"), machine.path("/run/systemd"))
        tells(probe, path, b"moved here")
        os.rename(machine.path("/run/systemd/netif/leases"), machine.path("/run/leases"))
        tells(probe, path, None)
        machine.write(path, "in its place")
        tells(probe, path, b"in its place")


@story("dhcp leases: of 100 files 64 are read, which is said once")
def many(world):
    machine = pc(world)
    for number in range(100):
        machine.write(f"/run/systemd/netif/leases/{number}", "text")
    with Probe(world, machine, "leases") as probe:
        machine.write("/run/systemd/netif/leases/100", "text")
        time.sleep(QUIET_S)
        equal(len(probe.events()), 65, "events")
        refused(probe, "/run/systemd/netif/leases", "64")


# --- with the daemon behind it --------------------------------------------------------

LEASE = """lease {
  interface "eth0";
  fixed-address 192.0.2.10;
  option domain-name-servers %s;
  option domain-name "corp.example";
  option dhcp-lease-time 3600;
  renew 0 2040/01/01 00:00:00;
  rebind 0 2040/01/01 00:00:00;
  expire 0 2040/01/01 00:00:00;
}
"""


def addressed(world):
    machine = pc(world)
    net.ip("addr add 192.0.2.10/24 dev eth0\n", machine.namespace)
    return machine


def servers(daemon):
    return {server["address"].partition("#")[0] for server in daemon.status()["dns_servers"]
            if server["source"] == "lease"}


@story("dhcp leases: the daemon learns, follows and forgets; what is not to be believed is said")
def daemon_follows(world):
    machine = addressed(world)
    machine.write(FILE, LEASE % "192.0.2.53")
    # Nobody else has anything to do with it here.
    text = conf(machine, DEDICATED, dns={"source": "dhcp", "dhcp_sources": "[lease]"})
    with Daemon(world, machine, text) as daemon:
        equal(servers(daemon), {"192.0.2.53"}, "servers at the start", daemon)
        rename_over(machine, LEASE % "192.0.2.54, 192.0.2.55")
        until(lambda: servers(daemon) == {"192.0.2.54", "192.0.2.55"}, "the new servers",
              context=daemon)
        replace(machine, make_link)
        until(lambda: servers(daemon) == set(), "no servers", context=daemon)
        line, = daemon.wait_log("dhclient.eth0.leases: it is a symbolic link")
        true("absent" in line, f"what follows: {line}", daemon)
        replace(machine, make_owned)
        daemon.wait_log(f"belongs to user {SOMEBODY}")
        rename_over(machine, (LEASE % "192.0.2.56")[:-40])
        daemon.wait_log("dhclient.eth0.leases: syntax error")
        equal(servers(daemon), set(), "servers of a file half written", daemon)
        rename_over(machine, LEASE % "192.0.2.56")
        until(lambda: servers(daemon) == {"192.0.2.56"}, "the whole file", context=daemon)
        machine.config(conf(machine, DEDICATED, dns={"source": "dhcp",
                                                     "dhcp_sources": "[ra]"}))
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        until(lambda: servers(daemon) == set(), "no servers, leases not being wanted",
              context=daemon)
        machine.config(text)
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        until(lambda: servers(daemon) == {"192.0.2.56"}, "wanted again", context=daemon)


@story("dhcp leases: --once takes the servers of a lease that is there, at once")
def once_at_once(world):
    world.bind()
    machine = addressed(world)
    machine.write(FILE, LEASE % "192.0.2.53")
    run = machine.run("--once", "-D", "pc1-amt.corp.example", "-i", "eth0")
    result(run, 0, "updated")
    true(run.elapsed < 1, f"{run.elapsed:.1f} s", run)


@story("dhcp leases: --check judges by a lease that is there")
def check_at_once(world):
    machine = addressed(world)
    run = machine.run("--check", "-D", "pc1-amt.corp.example", "-i", "eth0")
    equal(run.rule("R3")[0], "unknown", "R3 without a lease", run)
    machine.write(FILE, LEASE % "192.0.2.53")
    run = machine.run("--check", "-D", "pc1-amt.corp.example", "-i", "eth0")
    equal(run.rule("R3")[0], "holds", "R3", run)
    equal([server["address"] for server in run.json["dns_servers"]], ["192.0.2.53#53"],
          "servers", run)


@story("dhcp leases: --once waits for a lease, and sees it come")
def once_waits(world):
    world.bind()
    machine = addressed(world)
    machine.config("dns: {source: dhcp, dhcp-sources: [lease]}\nregistrations:\n"
                   "  - {name: amt, fqdn: dedicated, host-name: pc1-amt, "
                   "domain-name: corp.example, interface: eth0}\n")
    started = time.monotonic()
    process, command = machine.start("--once", "-j", "-t", "10", "-c",
                                     os.path.join(machine.directory, "ddnsupd.yaml"))
    time.sleep(1)
    rename_over(machine, LEASE % "192.0.2.53")
    run = machine.finish(process, command, started)
    result(run, 0, "updated")
    true(run.elapsed < 4, f"{run.elapsed:.1f} s", run)
