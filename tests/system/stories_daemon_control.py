"""ddnsctl: what it tells and does, and whom the daemon serves."""

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time

import net
from configs import DEDICATED, SHARED
from daemon import Daemon, addresses, conf, held, holds_soon, settle, until
from story import story
from world import HOST, HOST_V6, NS1, equal, says, silent, true, update_count

NAME = "pc1-amt.corp.example"
STATES = {"waiting", "locating", "observing", "updating", "verifying", "held", "resting",
          "suspended"}
USER, GROUP, MEMBER, STRANGER = 64710, 64711, 64712, 64713


# --- ddnsctl ---------------------------------------------------------------------------

@story("ddnsctl: exit status 64, 69 and help")
def exits(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        for wrong in ((), ("frobnicate",), ("status", "a", "b"), ("reload", "amt"),
                      ("--frobnicate",), ("status", "nobody"), ("refresh", "nobody"),
                      ("withdraw", "nobody.corp.example")):
            run = daemon.ctl(*wrong)
            equal(run.exit, 64, f"exit status of {wrong}", run)
            true(run.stderr, "a sentence on stderr", run)
            equal(run.stdout, "", "stdout", run)
            true(wrong[-1:] == () or wrong[-1] in run.stderr, "it says what is wrong", run)
        for wrong in (("\x1b[31mx",), ("status", "\x1b[31mx"), ("--\x1b[31mx",)):
            run = daemon.ctl(*wrong)
            equal(run.exit, 64, f"exit status of {wrong}", run)
            true("\\027[31mx" in run.stderr and "\x1b" not in run.stderr,
                 "what a terminal obeys is escaped", run)
        for right in ("--help", "--version"):
            run = daemon.ctl(right)
            equal(run.exit, 0, f"exit status of {right}", run)
            true("ddnsctl" in run.stdout, "what was asked for", run)
        run = daemon.ctl("status", socket_path=daemon.control + "x")
        equal(run.exit, 69, "exit status without a daemon", run)
        says(run, "controlx")
        run = daemon.ctl("-j", "status", socket_path=daemon.control + "x")
        equal(run.exit, 69, "exit status without a daemon, -j", run)
        equal(json.loads(run.stdout)["exit"], 69, "exit in the object", run)
    run = daemon.ctl("status")
    equal(run.exit, 69, "exit status after the daemon's end", run)


@story("ddnsctl: status -j is --once's object with state and next_update_s")
def status_json(world):
    server, agent = world.bind(), world.agent()
    with Daemon(world, agent, conf(agent, DEDICATED, {**SHARED, "name": "host"})) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        seen = daemon.status()
        for key in ("registrations", "dns_servers", "host", "exit"):
            true(key in seen, f"the object has no {key}", seen)
        equal(seen["host"]["fqdn"], "pc1.corp.example", "the host's FQDN", seen)
        equal([(s["address"], s["source"]) for s in seen["dns_servers"]],
              [(f"{NS1}#53", "static")], "DNS servers", seen)
        equal([reg["name"] for reg in seen["registrations"]], ["amt", "host"], "names",
              seen)
        for reg in seen["registrations"]:
            true(reg["state"] in STATES, "a known state", reg)
            equal(reg["outcome"], "updated", "outcome", reg)
            equal((reg["zone"], reg["server"], reg["rcode"], reg["error"]),
                  ("corp.example", f"{NS1}#53", "NOERROR", None), "the last try", reg)
            day = 24 * 3600
            true(0.89 * day <= reg["next_update_s"] <= day, "the refresh", reg)
        equal({r["address"]: (r["type"], r["ttl"]) for r in
               seen["registrations"][0]["records"] if r["change"] != "skipped"},
              {HOST: ("A", 900), HOST_V6: ("AAAA", 900)}, "records", seen)
        run = daemon.ctl("-j", "status", "host")
        equal([reg["name"] for reg in json.loads(run.stdout)["registrations"]], ["host"],
              "one by its name", run)
        run = daemon.ctl("-j", "status", NAME)
        equal([reg["name"] for reg in json.loads(run.stdout)["registrations"]], ["amt"],
              "one by its FQDN", run)


def on_terminal(daemon, columns):
    """`ddnsctl status` on a terminal of that width, without its colours."""
    head, tail = pty.openpty()
    fcntl.ioctl(tail, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    command = os.path.join(os.path.dirname(daemon.agent.program), "ddnsctl")
    with subprocess.Popen([command, "-s", daemon.control, "status"], stdin=tail,
                          stdout=tail, stderr=tail,
                          env=daemon.agent.environment()) as process:
        os.close(tail)
        text = b""
        with contextlib.suppress(OSError):
            while True:
                text += os.read(head, 65536)
        equal(process.wait(10), 0, "exit status", text)
    os.close(head)
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).replace("\r\n", "\n")


@story("ddnsctl: status for a person fits into 80 columns and says what stands and why")
def status_person(world):
    world.bind("refusing.conf")
    agent = world.agent()
    text = conf(agent, DEDICATED, {**SHARED, "name": "host", "ipv6": "auto"},
                {**DEDICATED, "name": "off", "host_name": "off", "enabled": "false"})
    with Daemon(world, agent, text) as daemon:
        daemon.wait_state("resting", seconds=20)
        seen = on_terminal(daemon, 80)
        wide = [one for one in seen.split("\n") if len(one) > 80]
        equal(wide, [], "lines of more than 80 columns", seen)
        for word in (NAME, HOST, HOST_V6, "refused", "allow-update", "R5", "disabled",
                     f"{NS1}", "pc1.corp.example", "min"):
            true(word in seen, f"status lacks {word!r}", seen)
        plain = daemon.ctl("status")
        true("\x1b" not in plain.stdout, "no colours into a pipe", plain)


@story("ddnsctl: refresh waits and exits as --once does")
def refresh(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    third = {**DEDICATED, "name": "alias", "host_name": "www"}
    with Daemon(world, agent, conf(agent, DEDICATED, third)) as daemon:
        settle(daemon, server, NAME, {HOST})
        daemon.wait_state("resting", "alias", 20)
        server.nsupdate(f"update delete {NAME} A")
        run = daemon.ctl("-j", "refresh", "amt")
        equal(run.exit, 0, "exit status", run)
        equal(addresses(server, NAME), {HOST}, "when it ends the record is there", run)
        seen = json.loads(run.stdout)
        equal([(reg["name"], reg["outcome"]) for reg in seen["registrations"]],
              [("amt", "updated")], "outcome", run)
        equal(seen["exit"], 0, "exit in the object", run)
        run = daemon.ctl("refresh", "alias")
        equal(run.exit, 73, "exit status of a conflict", run)
        says(run, "CNAME")
        run = daemon.ctl("-j", "refresh")
        equal(run.exit, 73, "the largest wins", run)
        equal({reg["name"]: reg["outcome"] for reg in json.loads(run.stdout)[
            "registrations"]}["alias"], "conflict", "outcome", run)
        run = daemon.ctl("refresh", NAME)
        true(NAME in run.stdout and HOST in run.stdout, "a result for a person", run)


@story("ddnsctl: withdraw removes our records until refresh")
def withdraw(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        run = daemon.ctl("-j", "withdraw", "amt")
        equal(run.exit, 0, "exit status", run)
        equal(json.loads(run.stdout)["registrations"][0]["outcome"], "withdrawn",
              "outcome", run)
        equal(server.zone("corp.example"), before, "the zone", run)
        update_count(world, 1, run=run)
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        time.sleep(1)
        update_count(world, 1, run=daemon)
        equal(daemon.registration()["outcome"], "withdrawn", "outcome in status", daemon)
        equal(daemon.ctl("withdraw").exit, 0, "withdrawn twice", daemon)
        update_count(world, 1, run=daemon)
        run = daemon.ctl("refresh")
        equal(run.exit, 0, "exit status of refresh", run)
        equal(addresses(server, NAME), {HOST, HOST_V6, "192.0.2.11"}, "records", run)
        daemon.wait_state("held")


@contextlib.contextmanager
def watching(daemon, *options):
    command = os.path.join(os.path.dirname(daemon.agent.program), "ddnsctl")
    path = os.path.join(daemon.agent.directory, "watch" + "".join(options))
    with open(path, "wb") as file, subprocess.Popen(
            [command, "-s", daemon.control, *options, "watch"], stdout=file, stderr=file,
            stdin=subprocess.DEVNULL, env=daemon.agent.environment()) as process:
        time.sleep(0.5)
        try:
            yield path
        finally:
            process.terminate()


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@story("ddnsctl: watch tells what the log says, as it happens, and in JSON")
def watch(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent), arguments=()) as daemon:
        held(world, daemon, server, NAME, {HOST})
        with watching(daemon) as person, watching(daemon, "-j") as machine:
            net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
            for path in (person, machine):
                until(lambda path=path: re.search("192.0.2.11 added", text_of(path)),
                      "the note", context=lambda path=path: text_of(path))
            notes = [json.loads(one) for one in text_of(machine).splitlines()]
        for note in notes:
            equal(set(note), {"time", "level", "subject", "text"}, "keys", note)
            true(re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", note["time"]), "time", note)
        true(any(note["subject"] == NAME for note in notes), "the subject", notes)
        true("{" not in text_of(person).split("\n")[0], "lines for a person",
             text_of(person))
        with watching(daemon) as path:
            daemon.end()
            until(lambda: "closed the connection" in text_of(path), "the end is said",
                  context=text_of(path))


def openmetrics(text):
    """A strict reader of what OpenMetrics 1.0 demands of such a text:
    {family: type}, {sample: value}."""
    lines = text.split("\n")
    equal(lines[-2:], ["# EOF", ""], "the end", text)
    families, samples = {}, {}
    current = None
    for one in lines[:-2]:
        described = re.fullmatch(r"# (TYPE|HELP|UNIT) ([a-z_]+) (.+)", one)
        if described:
            word, family, rest = described.groups()
            if family != current:
                true(family not in families, f"{family} comes twice", text)
                families[family] = "unknown"
                current = family
            if word == "TYPE":
                families[family] = rest
            if word == "UNIT":
                true(family.endswith("_" + rest), "a name ends with its unit", one)
            continue
        sample = re.fullmatch(
            r"([a-z_]+)(\{[a-z_]+=\"[^\"\\\n]*\"(?:,[a-z_]+=\"[^\"\\\n]*\")*\})? "
            r"([0-9.e+-]+)", one)
        true(sample, f"no line of OpenMetrics: {one!r}", text)
        suffixes = {"counter": ("_total",), "gauge": ("",),
                    "histogram": ("_bucket", "_sum", "_count")}[families[current]]
        true(sample[1] in [current + suffix for suffix in suffixes],
             f"{sample[1]} is no sample of the {families[current]} {current}", text)
        bound = re.search(r'le="([^"]*)"', sample[2] or "")
        true(bound is None or bound[1] == "+Inf" or bound[1] == repr(float(bound[1])),
             "the bound of a bucket is a canonical number", one)
        true(sample[1] + (sample[2] or "") not in samples, f"{one} comes twice", text)
        samples[sample[1] + (sample[2] or "")] = float(sample[3])
    return families, samples


@story("ddnsctl: metrics are OpenMetrics, and true")
def metrics(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"})
        daemon.wait_state("held")
        run = daemon.ctl("metrics")
        equal(run.exit, 0, "exit status", run)
        families, samples = openmetrics(run.stdout)
        equal({key: families.get(key) for key in (
            "ddnsupd_updates", "ddnsupd_update_seconds",
            "ddnsupd_event_to_registered_seconds", "ddnsupd_registrations",
            "ddnsupd_ignored_answers")},
            {"ddnsupd_updates": "counter", "ddnsupd_update_seconds": "histogram",
             "ddnsupd_event_to_registered_seconds": "histogram",
             "ddnsupd_registrations": "gauge", "ddnsupd_ignored_answers": "counter"},
            "families", run)
        equal(samples['ddnsupd_updates_total{rcode="NOERROR"}'], 2, "UPDATEs", run)
        for family in ("ddnsupd_update_seconds", "ddnsupd_event_to_registered_seconds"):
            buckets = [value for key, value in samples.items()
                       if key.startswith(family + "_bucket")]
            equal(buckets, sorted(buckets), f"buckets of {family}", run)
            equal(buckets[-1], samples[family + "_count"], "+Inf is the count", run)
            true(0 < samples[family + "_sum"] < 10, "seconds", run)
        equal(samples["ddnsupd_update_seconds_count"], 2, "UPDATEs timed", run)
        equal(samples['ddnsupd_registrations{state="held"}'], 1, "held", run)
        equal(sum(value for key, value in samples.items()
                  if key.startswith("ddnsupd_registrations")), 1, "in all", run)


# --- who may ----------------------------------------------------------------------------

def user_files(agent, user=True):
    """A machine that has the daemon's user and group."""
    files = {}
    for place, text in (
            ("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n" + (
                f"ddnsupd:x:{USER}:{GROUP}::/nonexistent:/bin/false\n" if user else "")),
            ("/etc/group", f"root:x:0:\nddnsupd:x:{GROUP}:\n")):
        path = os.path.join(agent.directory, os.path.basename(place))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        files[place] = path
    return files


@story("daemon control: the group may read and not change, others get nothing")
def permissions(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent), files=user_files(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        equal(oct(os.stat(daemon.control).st_mode & 0o777), "0o660", "mode", daemon)
        equal((os.stat(daemon.control).st_uid, os.stat(daemon.control).st_gid),
              (USER, GROUP), "owner and group", daemon)
        for command in ("status", "metrics"):
            run = daemon.ctl(command, user=MEMBER, groups=(GROUP,))
            equal(run.exit, 0, f"a member's {command}", run)
        for command in ("refresh", "withdraw", "reload"):
            run = daemon.ctl(command, user=MEMBER, groups=(GROUP,))
            equal(run.exit, 77, f"a member's {command}", run)
            says(run, "not permitted")
            run = daemon.ctl(command, user=STRANGER)
            equal(run.exit, 77, f"a stranger's {command}", run)
        run = daemon.ctl("status", user=STRANGER)
        equal((run.exit, run.stdout), (77, ""), "a stranger's status", run)
        silent(world, daemon)
        os.chmod(daemon.control, 0o666)  # the credentials count, too
        run = daemon.ctl("status", user=STRANGER)
        true(run.exit in (69, 77) and not run.stdout, "a stranger gets nothing", run)
        for user in (USER, 0):
            run = daemon.ctl("refresh", user=user)
            equal(run.exit, 0, f"refresh by {user}", run)
        os.chmod(daemon.control, 0o660)


def powerless(daemon, uid):
    """What /proc says of it."""
    seen = daemon.proc_status()
    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        equal(int(seen[key], 16), 0, key, daemon)
    equal(seen["NoNewPrivs"], "1", "NoNewPrivs", daemon)
    equal(set(seen["Uid"].split()), {str(uid)}, "Uid", daemon)
    # What is not dumpable belongs to root there, whatever it runs as.
    equal(os.stat(f"/proc/{daemon.pid}/environ").st_uid, 0, "owner in /proc", daemon)


@story("daemon control: with a user ddnsupd it is that, without any power, and it works")
def privileges(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    os.chown(agent.state, USER, GROUP)
    with Daemon(world, agent, conf(agent), files=user_files(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        powerless(daemon, USER)
        seen = daemon.proc_status()
        equal(set(seen["Gid"].split()), {str(GROUP)}, "Gid", daemon)
        equal(set(seen["Groups"].split()) - {str(GROUP)}, set(), "Groups", daemon)
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"})
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        daemon.never_says("(?i)warning|not writable|cannot")
    state = [os.stat(os.path.join(agent.state, name)) for name in os.listdir(agent.state)]
    equal({(one.st_uid, one.st_gid) for one in state}, {(USER, GROUP)},
          "owners of the state's files", daemon)
    with Daemon(world, agent, None, files=user_files(agent)) as daemon:
        daemon.wait_state("held")
        true(daemon.registration()["outcome"] == "unchanged", "the state was read", daemon)


@story("daemon control: a state directory that is missing is made for the daemon's user")
def state_made(world):
    world.bind()
    agent = world.agent(addresses=(f"{HOST}/24",))
    os.rmdir(agent.state)
    with Daemon(world, agent, conf(agent), files=user_files(agent)) as daemon:
        daemon.wait_state("held")
        holds_soon(agent, NAME, {HOST}, daemon)
        seen = os.stat(agent.state)
        equal((seen.st_uid, seen.st_gid), (USER, GROUP), "its owner", daemon)
        daemon.never_says("not writable")


@story("daemon control: a state directory that is root's: a warning, and updates go on")
def state_of_root(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent), files=user_files(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        daemon.wait_log("not writable for the user")
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"})


@story("daemon control: without that user it is root without any power, and says so")
def no_user(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent), files=user_files(agent, False)) as daemon:
        powerless(daemon, 0)
        daemon.wait_log("no user ddnsupd")
