"""A dedicated name: AMT's own, all of its addresses are ours to keep."""

import os
import re
import shutil

from configs import DEDICATED, config, several
from story import story
from world import (HOST, HOST_V6, NS1, equal, result, says, silent, true, update_count,
                   zone_change)

NAME = "pc1-amt.corp.example"
ONCE = ("--once", "-D", NAME, "-i", "eth0", "-s", NS1)
WITHDRAW = ("--withdraw", "-D", NAME, "-i", "eth0", "-s", NS1)
A, AAAA = (NAME, "A"), (NAME, "AAAA")
BOTH = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}


@story("dedicated: A and AAAA are registered, in one UPDATE")
def first(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    update_count(world, 1, run=run)
    reg = run.only
    equal((reg["name"], reg["fqdn"], reg["mode"]), (NAME, NAME, "dedicated"), "names", run)
    equal((reg["zone"], reg["rcode"], reg["error"]), ("corp.example", "NOERROR", None),
          "zone, rcode, error", run)
    true(reg["server"] in (f"{NS1}#53", "2001:db8::53#53"), "server", run)
    true(reg["elapsed_ms"] > 0, "elapsed_ms", run)
    equal([(r["type"], r["address"], r["ttl"], r["change"]) for r in reg["records"]
           if r["change"] != "skipped"],
          [("A", HOST, 900, "added"), ("AAAA", HOST_V6, 900, "added")], "records", run)
    equal(run.json["dns_servers"],
          [{"address": f"{NS1}#53", "source": "static", "interface": None}],
          "dns_servers", run)
    equal(run.json["host"]["fqdn"], "pc1.corp.example", "the host's name", run)


@story("dedicated: the second run says unchanged, and sends not one UPDATE")
def again(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    before, serial = server.zone("corp.example"), server.serial("corp.example")
    world.wire.mark()
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    silent(world, run)
    equal({a: c for a, c in run.changes().items() if c != "skipped"},
          {HOST: "kept", HOST_V6: "kept"}, "changes", run)
    zone_change(before, server.zone("corp.example"), run=run)
    equal(server.serial("corp.example"), serial, "serial", run)


@story("dedicated: a changed address replaces the old one; the TXT beside it stays")
def changed(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    before = server.zone("corp.example")
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), removed={A: (900, {HOST})},
                added={A: (900, {"192.0.2.11"})}, run=run)
    equal({a: c for a, c in run.changes().items() if c != "skipped"},
          {HOST: "removed", "192.0.2.11": "added", HOST_V6: "kept"}, "changes", run)


@story("dedicated: all addresses of the interface, secondary ones too")
def secondary(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24", "192.0.2.12/24", f"{HOST_V6}/64",
                         "2001:db8::12/64", "fd00:1::12/64"])
    result(agent.run(*ONCE), 0, "updated")
    zone = server.zone("corp.example")
    equal(zone[A], (900, frozenset({HOST, "192.0.2.12"})), "A")
    equal(zone[AAAA], (900, frozenset({HOST_V6, "2001:db8::12", "fd00:1::12"})), "AAAA")


@story("dedicated: --withdraw removes the addresses, and the second time nothing")
def withdraw(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    equal({a: c for a, c in run.changes().items() if c != "skipped"},
          {HOST: "removed", HOST_V6: "removed"}, "changes", run)
    world.wire.mark()
    run = agent.run(*WITHDRAW)
    result(run, 0, "unchanged")
    silent(world, run)


@story("dedicated: --withdraw without anything held sends nothing")
def withdraw_nothing(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--withdraw", "-D", "taken.corp.example", "-i", "eth0", "-s", NS1)
    result(run, 0, "unchanged")
    silent(world, run)
    zone_change(before, server.zone("corp.example"), run=run)


@story("dedicated: somebody else's addresses are replaced, with a warning that lists them")
def replace(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-D", "taken.corp.example", "-i", "eth0", "-s", NS1)
    result(run, 0, "updated")
    taken = "taken.corp.example"
    zone_change(before, server.zone("corp.example"),
                removed={(taken, "A"): (3600, {"192.0.2.99"}),
                         (taken, "AAAA"): (3600, {"2001:db8::99"})},
                added={(taken, "A"): (900, {HOST}), (taken, "AAAA"): (900, {HOST_V6})},
                run=run)
    for address in ("192.0.2.99", "2001:db8::99"):
        true(address in run.stderr, f"no warning about {address}", run)


@story("dedicated: on-conflict: keep leaves somebody else's addresses alone, exit 73")
def keep(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    path = agent.config(config(**{**DEDICATED, "host_name": "taken",
                                  "on_conflict": "keep"}))
    run = agent.run("--once", "-c", path)
    result(run, 73, "conflict")
    says(run, "taken.corp.example", "192.0.2.99")
    zone_change(before, server.zone("corp.example"), run=run)
    human = agent.text("--once", "-c", path)
    equal(human.exit, 73, "exit status", human)
    says(human, "taken.corp.example", "192.0.2.99")


@story("dedicated: on-conflict: keep registers where nobody else is, and keeps it right")
def keep_free(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    path = agent.config(config(**{**DEDICATED, "on_conflict": "keep"}))
    result(agent.run("--once", "-c", path), 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH)
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    equal(server.zone("corp.example")[A], (900, frozenset({"192.0.2.11"})), "A", run)


@story("dedicated: -a registers an address of another machine, its other family stays")
def given_address(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-D", "taken.corp.example", "-a", "192.0.2.30", "-s", NS1)
    result(run, 0, "updated")
    key = ("taken.corp.example", "A")
    zone_change(before, server.zone("corp.example"),
                removed={key: (3600, {"192.0.2.99"})},
                added={key: (900, {"192.0.2.30"})}, run=run)


@story("dedicated: another ttl in the file changes the TTL in DNS, and nothing else")
def ttl(world):
    server, agent = world.bind(), world.agent()
    path = agent.config(config(**DEDICATED, ttl=300))
    result(agent.run("--once", "-c", path), 0, "updated")
    before = server.zone("corp.example")
    equal(before[A], (300, frozenset({HOST})), "A")
    path = agent.config(config(**DEDICATED, ttl=600))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                removed={A: (300, {HOST}), AAAA: (300, {HOST_V6})},
                added={A: (600, {HOST}), AAAA: (600, {HOST_V6})}, run=run)


@story("dedicated: ipv6: none takes our own AAAA away again, exactly")
def family_off(world):
    server, agent = world.bind(), world.agent()
    result(agent.run("--once", "-c", agent.config(config(**DEDICATED))), 0, "updated")
    before = server.zone("corp.example")
    path = agent.config(config(**DEDICATED, ipv6="none"))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), removed={AAAA: (900, {HOST_V6})},
                run=run)


@story("dedicated: without its state, records that are right are confirmed, then held")
def lost_state(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    before = server.zone("corp.example")
    shutil.rmtree(agent.state)
    os.makedirs(agent.state)
    world.wire.mark()
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    true(world.updates(), "a query alone must not be believed", run)
    zone_change(before, server.zone("corp.example"), run=run)
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    true(A not in server.zone("corp.example"), "the A is still there", run)


@story("dedicated: a corrupt state file is set aside with a warning")
def corrupt_state(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    spoilt = 0
    for directory, _, names in os.walk(agent.state):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.getsize(path):
                with open(path, "w") as file:
                    file.write('{"version": 1, "ent')
                spoilt += 1
    true(spoilt, "there is no state file")
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    true("state" in run.stderr, "no warning", run)
    equal(server.zone("corp.example")[A], (900, frozenset({HOST})), "A", run)
    result(agent.run(*WITHDRAW), 0, "withdrawn")


@story("dedicated: an unwritable state directory is a warning, the update goes on")
def unwritable_state(world):
    server, agent = world.bind(), world.agent()
    os.chmod(agent.state, 0o555)
    world_path = os.path.join(agent.directory, "file")
    with open(world_path, "w"):
        pass
    # A state directory below a file cannot be made by anybody, root or not.
    run = agent.run(*ONCE, "--state-directory", world_path + "/state", state=False)
    result(run, 0, "updated")
    true("state" in run.stderr.lower(), "no warning", run)
    equal(server.zone("corp.example")[A], (900, frozenset({HOST})), "A", run)


@story("dedicated: what a person reads is aligned, and has no colour codes in a pipe")
def human(world):
    world.bind()
    agent = world.agent()
    run = agent.text(*ONCE)
    equal(run.exit, 0, "exit status", run)
    lines = run.stdout.splitlines()
    true("\033" not in run.stdout, "colour codes in a pipe", run)
    true(re.match(rf"{re.escape(NAME)}  A     {re.escape(HOST)}\s+added\s+"
                  r"corp\.example via \S+, \d+", lines[0]), "first line", run)
    true(any(re.match(rf"{re.escape(NAME)}  AAAA  {re.escape(HOST_V6)}\s+added", line)
             for line in lines), "AAAA line", run)
    run = agent.text(*ONCE)
    equal(run.exit, 0, "exit status", run)
    equal(len(re.findall(r"\bkept\b", run.stdout)), 2, "kept lines", run)
    run = agent.text(*ONCE, "-q")
    equal((run.exit, run.stderr), (0, ""), "quiet run", run)


@story("several: the good registration is made even when another is invalid; 78 wins")
def several_mixed(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    path = agent.config(several([
        DEDICATED,
        {**DEDICATED, "name": "spoilt", "host_name": "pc2-amt", "ttl": 0}]))
    run = agent.run("--once", "-c", path)
    equal(run.exit, 78, "exit status", run)
    equal([(r["name"], r["outcome"]) for r in run.json["registrations"]],
          [("amt", "updated"), ("spoilt", "invalid")], "outcomes", run)
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)


@story("several: NAME picks registrations by name or FQDN; a disabled one is not sent")
def several_picked(world):
    server, agent = world.bind(), world.agent()
    path = agent.config(several([
        DEDICATED,
        {**DEDICATED, "name": "two", "host_name": "pc2-amt"},
        {**DEDICATED, "name": "off", "host_name": "pc3-amt", "enabled": "false"}]))
    run = agent.run("--once", "-c", path, "two")
    result(run, 0, "updated")
    zone = server.zone("corp.example")
    true(("pc2-amt.corp.example", "A") in zone and A not in zone, "the picked one", run)
    result(agent.run("--once", "-c", path, NAME), 0, "updated")
    run = agent.run("--once", "-c", path)
    equal((run.exit, [r["outcome"] for r in run.json["registrations"]]),
          (0, ["unchanged", "unchanged", "disabled"]), "all three", run)
    true(("pc3-amt.corp.example", "A") not in server.zone("corp.example"), "off", run)
    run = agent.run("--once", "-c", path, "nobody")
    equal(run.exit, 64, "exit status", run)
    says(run, "nobody")


@story("several: quick names do not touch each other, nor --withdraw of one the others")
def quick_apart(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    second = "pc2-amt.corp.example"
    result(agent.run(*ONCE), 0, "updated")
    result(agent.run("--once", "-D", second, "-i", "eth0", "-s", NS1), 0, "updated")
    both = server.zone("corp.example")
    true(A in both and (second, "A") in both, "both are registered")
    run = agent.run("--withdraw", "-D", second, "-i", "eth0", "-s", NS1)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    result(agent.run(*ONCE), 0, "unchanged")
    result(agent.run(*WITHDRAW), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("several: --withdraw NAME leaves the file's other registrations")
def withdraw_picked(world):
    server, agent = world.bind(), world.agent()
    path = agent.config(several([
        DEDICATED, {**DEDICATED, "name": "two", "host_name": "pc2-amt"}]))
    equal(agent.run("--once", "-c", path).exit, 0, "exit status")
    run = agent.run("--withdraw", "-c", path, "two")
    result(run, 0, "withdrawn")
    zone = server.zone("corp.example")
    true(A in zone and ("pc2-amt.corp.example", "A") not in zone, "only two goes", run)


@story("failover: a dead first server does not matter")
def dead_first(world):
    server, agent = world.bind(), world.agent()
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", "192.0.2.66", "-s", NS1)
    result(run, 0, "updated")
    true(run.elapsed < 10, "a dead server must not hold things up", run)
    equal(server.zone("corp.example")[A], (900, frozenset({HOST})), "A", run)


@story("failover: servers over IPv6 only, given as IPv6")
def over_ipv6(world):
    server, agent = world.bind(), world.agent()
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", "2001:db8::53")
    result(run, 0, "updated")
    equal(server.zone("corp.example")[AAAA], (900, frozenset({HOST_V6})), "AAAA", run)


@story("transport: tcp sends its UPDATE over TCP")
def tcp(world):
    server, agent = world.bind(), world.agent()
    path = agent.config(config(dns={"servers": f"[{NS1}]", "transport": "tcp"},
                               **DEDICATED))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    sent = [seen for seen, message in world.wire.messages(5)]
    true(sent and all(seen.tcp for seen in sent), "an UPDATE went over UDP", run)
    equal(server.zone("corp.example")[A], (900, frozenset({HOST})), "A", run)
