"""The installed service, under a systemd that has booted a machine: what the unit, the
user and the directories are worth can be seen only there."""

import json
import os
import re
import signal
import time

from booted import Booted
from configs import DEDICATED, SHARED, several
from daemon import addresses, settle, until
from dhcp_servers import Dnsmasq
from dhcp_world import Lan
from story import story
from world import HOST, equal, true, update_count

NAME = "pc1-amt.corp.example"
SETS = ("CapInh", "CapPrm", "CapEff", "CapAmb")
NET_RAW = 1 << 13
MOST = {"as it is": 1.8, "static": 1.3}  # exposure
CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib")
SOURCE_DHCP = {"source": "dhcp"}


def installed(world, agent, text):
    machine = Booted(world, agent)
    machine.configure(text)
    return machine


def proc_status(pid):
    with open(f"/proc/{pid}/status") as file:
        return {key: value.strip() for key, _, value in
                (line.partition(":") for line in file)}


def no_crash(machine):
    lines = re.findall(r".*(?:Sanitizer|Assertion|runtime error|core-dump).*",
                       machine.journal())
    equal(lines, [], "crashes", machine)


def status(machine):
    run = machine.ctl("-j", "status")
    equal(run.returncode, 0, "exit status of ddnsctl status", f"{run.stdout}\n{machine}")
    return json.loads(run.stdout)


def wait_state(machine, wanted, seconds=5):
    until(lambda: status(machine)["registrations"][0]["state"] == wanted, wanted, seconds,
          machine)


# --- as it is installed ----------------------------------------------------------------

@story("systemd: installed and started: it is ready, unprivileged, and heard by its group")
def started(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    machine = installed(world, agent, several([DEDICATED]))
    machine.boot()
    machine.do("systemctl", "enable", "--now", "ddnsupd")
    equal(machine.show("ActiveState"), "active", "after start", machine)
    settle(machine, server, NAME, {HOST})
    wait_state(machine, "held")
    until(lambda: machine.show("StatusText") == "1 held", "STATUS=", context=machine)
    has_nothing(machine, NET_RAW)
    owners(machine)
    heard_by_its_group(machine)
    priorities(machine)
    rated(machine, MOST["as it is"])
    machine.do("systemctl", "stop", "ddnsupd")
    equal(machine.show("Result"), "success", "after stop", machine)
    equal(addresses(server, NAME), {HOST}, "what it registered stays", machine)
    no_crash(machine)


def has_nothing(machine, bounds):
    """No capability, no way to get one, nobody else's files."""
    seen = proc_status(machine.main_pid())
    for key in SETS:
        equal(int(seen[key], 16), 0, key, machine)
    equal(int(seen["CapBnd"], 16), bounds, "CapBnd", machine)
    equal(seen["NoNewPrivs"], "1", "NoNewPrivs", machine)
    equal(seen["Seccomp"], "2", "Seccomp", machine)
    user = machine.do("id", "-u", "ddnsupd").strip()
    equal(seen["Uid"].split(), [user] * 4, "Uid", machine)
    group = machine.do("id", "-g", "ddnsupd").strip()
    equal(seen["Groups"].split(), [group], "Groups", machine)


def owners(machine):
    run = f"{machine.places['runstatedir']}/ddnsupd"
    state = f"{machine.places['localstatedir']}/lib/ddnsupd"
    for place, wanted in ((run, "ddnsupd:ddnsupd 750"), (state, "ddnsupd:ddnsupd 755"),
                          (f"{run}/control", "ddnsupd:ddnsupd 660"),
                          (f"{state}/state.json", "ddnsupd:ddnsupd 600"),
                          (f"{machine.places['sysconfdir']}/ddnsupd", "root:root 755")):
        equal(machine.do("stat", "-c", "%U:%G %a", place).strip(), wanted, place, machine)


def heard_by_its_group(machine):
    group = machine.do("id", "-g", "ddnsupd").strip()
    for who, read, change in (({}, 0, 0), ({"user": "nobody", "groups": group}, 0, 77),
                              ({"user": "nobody"}, 77, 77),
                              ({"user": "ddnsupd", "groups": group}, 0, 0)):
        for verb, wanted in (("status", read), ("refresh", change)):
            run = machine.ctl(verb, **who)
            equal(run.returncode, wanted, f"{verb} by {who}", f"{run.stdout}\n{machine}")


def priorities(machine):
    """Each line has the priority that its note has, and no <N> before it."""
    lines = [json.loads(line) for line in machine.journal("-o", "json").splitlines()]
    own = [line for line in lines if line.get("_COMM") == "ddnsupd"]
    notices = [line["MESSAGE"] for line in own if line["PRIORITY"] == "5"]
    true(any("added" in text for text in notices), "a notice of what was added", machine)
    true(not any(text.startswith("<") for text in notices), "<N> is not shown", machine)


def rated(machine, most):
    table = machine.do("systemd-analyze", "security", "--no-pager", "ddnsupd.service")
    value = float(table.split("exposure level for ddnsupd.service:")[-1].split()[0])
    true(value <= most, f"rated {value}, at most {most}", table)


# --- its life under systemd --------------------------------------------------------------

@story("systemd: reload, a bad file, restart, withdrawal at stop, root's --once beside it")
def life(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    machine = installed(world, agent, several([{**DEDICATED, "withdraw_on_stop": "true"}]))
    machine.boot()
    machine.do("systemctl", "start", "ddnsupd")
    settle(machine, server, NAME, {HOST})
    wait_state(machine, "held")
    reloads(world, server, machine)
    restarts(world, server, machine)
    beside(machine)
    machine.do("systemctl", "stop", "ddnsupd")
    equal(machine.show("Result"), "success", "after stop", machine)
    equal(addresses(server, NAME), set(), "withdrawn at stop", machine)
    after_root(machine, server)
    no_crash(machine)


def reloads(world, server, machine):
    pid = machine.show("MainPID")
    machine.configure(several([{**DEDICATED, "withdraw_on_stop": "true", "ttl": 1200}]))
    machine.do("systemctl", "reload", "ddnsupd")
    until(lambda: server.ask(NAME, "A").answer[0].ttl == 1200, "the new TTL",
          context=machine)
    machine.configure("registrations:\n  - name: amt\n    ttl: soon\n")
    run = machine.try_to("systemctl", "reload", "ddnsupd")
    true(run.returncode != 0, "a reload with a bad file fails", machine)
    equal(machine.show("ActiveState"), "active", "after a bad file", machine)
    true(re.search(r"ddnsupd\.yaml:3.*ttl", machine.journal()), "file, line, key", machine)
    machine.do("systemctl", "kill", "-s", "HUP", "ddnsupd")
    time.sleep(0.5)
    equal(machine.show("SubState"), "running", "after SIGHUP", machine)
    machine.configure(several([{**DEDICATED, "withdraw_on_stop": "true"}]))
    machine.do("systemctl", "reload", "ddnsupd")
    until(lambda: server.ask(NAME, "A").answer[0].ttl == 900, "the old TTL",
          context=machine)
    equal(machine.show("MainPID"), pid, "the process is the same", machine)
    wait_state(machine, "held")


def restarts(world, server, machine):
    world.wire.mark()
    machine.do("systemctl", "restart", "ddnsupd")
    settle(machine, server, NAME, {HOST})
    wait_state(machine, "held")
    update_count(world, 2, run=machine)  # withdrawn, registered


def beside(machine):
    """The file is the daemon's as long as it runs."""
    ddnsupd = f"{machine.places['sbindir']}/ddnsupd"
    run = machine.try_to(ddnsupd, "--once", "-t", "2")
    equal(run.returncode, 75, "--once beside the daemon", f"{run.stdout}\n{machine}")
    true("ddnsctl refresh" in run.stdout, "it says what to do", run.stdout)


def after_root(machine, server):
    """What root's run leaves is the daemon's to go on with."""
    ddnsupd = f"{machine.places['sbindir']}/ddnsupd"
    machine.configure(several([DEDICATED]))
    machine.do(ddnsupd, "--once")
    settle(machine, server, NAME, {HOST})
    machine.configure(several([{**DEDICATED, "host_name": "pc1-lab"}]))
    machine.do("systemctl", "start", "ddnsupd")
    settle(machine, server, NAME, set())
    settle(machine, server, "pc1-lab.corp.example", {HOST})
    equal(status(machine)["state_error"], None, "the state can be written", machine)


@story("systemd: a daemon that hangs or is killed is started again; a bad file is not tried "
       "again")
def watched(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    machine = installed(world, agent, several([DEDICATED]))
    machine.drop_in("[Service]\nWatchdogSec=2\nRestartSec=200ms\n")
    machine.boot()
    machine.do("systemctl", "start", "ddnsupd")
    settle(machine, server, NAME, {HOST})
    wait_state(machine, "held")
    time.sleep(5)  # more than two watchdogs
    equal(machine.show("NRestarts"), "0", "it keeps the watchdog quiet", machine)
    world.wire.mark()
    for number, sign, limit in ((1, signal.SIGSTOP, 20), (2, signal.SIGKILL, 5)):
        os.kill(machine.main_pid(), sign)
        until(lambda number=number: machine.show("NRestarts") == str(number) and
              machine.show("SubState") == "running", f"restart {number}", limit, machine)
        wait_state(machine, "held")
    equal(addresses(server, NAME), {HOST}, "what stands", machine)
    true("watchdog" in machine.journal().lower(), "systemd says why", machine)
    update_count(world, 0, 2, machine)
    machine.configure("registrations: 7\n")
    os.kill(machine.main_pid(), signal.SIGKILL)
    until(lambda: machine.show("ActiveState") == "failed", "given up", 10, machine)
    equal(machine.show("ExecMainStatus"), "78", "its exit status", machine)
    true("ddnsupd.yaml:1" in machine.show("StatusText"), "the reason is its status", machine)


@story("systemd: with the drop-in for static servers: no packet socket, no capability at all")
def static_only(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    machine = installed(world, agent, several([DEDICATED, {"name": "own", **SHARED}]))
    with open(os.path.join(CONTRIB, "ddnsupd.service.d/static-only.conf")) as file:
        machine.drop_in(file.read(), name="static-only")
    machine.boot()
    machine.do("systemctl", "start", "ddnsupd")
    settle(machine, server, NAME, {HOST})
    wait_state(machine, "held")
    has_nothing(machine, 0)
    owners(machine)
    rated(machine, MOST["static"])
    run = machine.ctl("refresh")
    equal(run.returncode, 0, "root may change", f"{run.stdout}\n{machine}")
    machine.do("systemctl", "reload", "ddnsupd")
    renamed(machine, server)
    no_crash(machine)


def renamed(machine, server):
    """Behind all the unit's walls it sees /etc/hosts replaced and the host renamed."""
    machine.write("/etc/hosts.new", "127.0.1.1 pc2.corp.example pc2\n")
    machine.do("mv", "/etc/hosts.new", "/etc/hosts")
    machine.do("hostname", "pc2")
    settle(machine, server, "pc2.corp.example", {HOST})
    settle(machine, server, "pc1.corp.example", {"192.0.2.77"})  # somebody else's


# --- with systemd's own DHCP client --------------------------------------------------------

NETWORK = """[Match]
Name=eth0
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
"""


@story("systemd: ready before there is a network; then networkd gets a lease from dnsmasq")
def networkd(world):
    lan = Lan(world)
    machine = installed(world, lan.pc, several([DEDICATED], dns=SOURCE_DHCP))
    machine.write("/etc/systemd/network/eth0.network", NETWORK)
    machine.boot()
    machine.do("systemctl", "start", "ddnsupd")
    equal(machine.show("ActiveState"), "active", "without an address", machine)
    equal(status(machine)["registrations"][0]["state"], "waiting", "state", machine)
    machine.do("systemctl", "start", "systemd-networkd")
    Dnsmasq(lan.server)
    address = until(lambda: next((one for one in lan.pc.addresses()
                                  if one.startswith("192.0.2.1")), None), "a lease", 25,
                    machine)
    settle(machine, lan.named, NAME, {address}, seconds=10)
    until(lambda: {one["source"] for one in status(machine)["dns_servers"]} == {"lease"},
          "its servers are the lease's", 10, machine)
    has_nothing(machine, NET_RAW)
    machine.do("systemctl", "stop", "systemd-networkd")
    machine.do("systemctl", "restart", "ddnsupd")
    no_crash(machine)
