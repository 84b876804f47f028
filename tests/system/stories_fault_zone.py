"""Faults in the zone: what stands at the name, and zones that do not take updates."""

import os

from configs import DEDICATED, config
from holdings import holdings, holds, holds_nothing
from scripted import change
from story import stories, story
from world import (HOST, HOST_V6, NS1, equal, result, says, silent, true, update_count,
                   zone_change)

import net
import servers

NAME = "pc1-amt.corp.example"
QUICK = ("--once", "-D", NAME, "-i", "eth0", "-s", NS1)
A, AAAA = (NAME, "A"), (NAME, "AAAA")


def once(name):
    return ("--once", "-D", name, "-i", "eth0", "-s", NS1)


def withdraw(name):
    return ("--withdraw", "-D", name, "-i", "eth0", "-s", NS1)


# --- aliases --------------------------------------------------------------------------

@story("fault: a CNAME at the name: 73, says where; the state holds nothing")
def cname(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("www.corp.example"))
    result(run, 73, "conflict")
    says(run, "www.corp.example", "CNAME", "remove")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "www.corp.example", run)
    result(agent.run(*withdraw("www.corp.example")), 0, "unchanged")
    zone_change(before, server.zone("corp.example"))


@story("fault: a CNAME at a shared name: 73; the state holds nothing")
def cname_shared(world):
    server = world.bind()
    agent = world.agent(node_name="www",
                        hosts="127.0.0.1 localhost\n127.0.1.1 www.corp.example www\n")
    before = server.zone("corp.example")
    run = agent.run("--once", "-S", "-i", "eth0", "-s", NS1)
    result(run, 73, "conflict")
    says(run, "www.corp.example", "CNAME")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "www.corp.example", run)


@story("fault: a CNAME put where our records stood: 73, and --withdraw leaves it")
def cname_later(world):
    server, agent = world.bind(), world.agent()
    change(server, f"update delete {NAME}")  # the TXT, that no CNAME may stand beside
    result(agent.run(*QUICK), 0, "updated")
    change(server, f"update delete {NAME}")
    change(server, f"update add {NAME} 300 CNAME printer.corp.example.")
    before = server.zone("corp.example")
    run = agent.run(*QUICK)
    result(run, 73, "conflict")
    says(run, NAME, "CNAME")
    zone_change(before, server.zone("corp.example"), run=run)
    run = agent.run(*withdraw(NAME))
    equal(run.exit, 0, "exit status", run)
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


@stories("fault: a wildcard's CNAME is no conflict, on-conflict: {}", {
    "replace": ("replace",), "keep": ("keep",)})
def wildcard_cname(world, policy):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    name = "pc1-amt.alias.corp.example"
    path = agent.config(config(**{**DEDICATED, "domain_name": "alias.corp.example",
                                  "on_conflict": policy}))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        (name, "A"): (900, {HOST}), (name, "AAAA"): (900, {HOST_V6})}, run=run)
    holds(agent, name, {HOST, HOST_V6}, run)
    result(agent.run("--withdraw", "-c", path), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))
    holds_nothing(agent, name)


@story("fault: a wildcard's A is no foreign address, on-conflict: keep")
def wildcard_keep(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    name = "pc1-amt.wild.corp.example"
    path = agent.config(config(**{**DEDICATED, "domain_name": "wild.corp.example",
                                  "on_conflict": "keep"}))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        (name, "A"): (900, {HOST}), (name, "AAAA"): (900, {HOST_V6})}, run=run)
    holds(agent, name, {HOST, HOST_V6}, run)


@story("fault: below a DNAME: 73, nothing sent, the state holds nothing")
def dname(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.old.corp.example"))
    result(run, 73, "conflict")
    says(run, "pc1-amt.old.corp.example", "DNAME")
    silent(world, run)
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "pc1-amt.old.corp.example", run)


# --- foreign addresses ----------------------------------------------------------------

@stories("fault: keep: foreign {} blocks its own family only, exit 73", {
    "A": ("A", "192.0.2.98", HOST, "AAAA", HOST_V6),
    "AAAA": ("AAAA", "2001:db8::98", HOST_V6, "A", HOST),
})
def keep_one_family(world, theirs, foreign, blocked, free, ours):
    server, agent = world.bind(), world.agent()
    change(server, f"update add {NAME} 300 {theirs} {foreign}")
    before = server.zone("corp.example")
    path = agent.config(config(**DEDICATED, on_conflict="keep"))
    run = agent.run("--once", "-c", path)
    result(run, 73, "conflict")
    says(run, NAME, foreign)
    zone_change(before, server.zone("corp.example"), added={
        (NAME, free): (900, {ours})}, run=run)
    holds(agent, NAME, {ours}, run)
    true(run.changes().get(ours) == "added", "the free family is added", run)
    true(run.changes().get(blocked) != "added", "the blocked one is not", run)
    result(agent.run("--withdraw", "-c", path), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("fault: replace: foreign addresses go, the state holds ours alone")
def replace(world):
    server, agent = world.bind(), world.agent()
    taken = "taken.corp.example"
    before = server.zone("corp.example")
    run = agent.run(*once(taken))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                removed={(taken, "A"): (3600, {"192.0.2.99"}),
                         (taken, "AAAA"): (3600, {"2001:db8::99"})},
                added={(taken, "A"): (900, {HOST}), (taken, "AAAA"): (900, {HOST_V6})},
                run=run)
    holds(agent, taken, {HOST, HOST_V6}, run)
    # A single foreign one beside ours, later.
    change(server, f"update add {taken} 900 A 192.0.2.98")
    run = agent.run(*once(taken))
    result(run, 0, "updated")
    true("192.0.2.98" in run.stderr, "no warning", run)
    equal(server.zone("corp.example")[(taken, "A")], (900, frozenset({HOST})), "A", run)


@story("fault: --withdraw takes our records only, not what others put there since")
def withdraw_exactly(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*QUICK), 0, "updated")
    change(server, f"update delete {NAME} A")
    change(server, f"update add {NAME} 300 A 192.0.2.98")
    run = agent.run(*withdraw(NAME))
    equal(run.exit, 0, "exit status", run)
    zone = server.zone("corp.example")
    equal(zone.get(A), (300, frozenset({"192.0.2.98"})), "the foreign A", run)
    true(AAAA not in zone, "our AAAA is still there", run)
    holds_nothing(agent, NAME, run)


# --- zones that refuse ----------------------------------------------------------------

RNDC = """
key "rndc" { algorithm hmac-sha256; secret "ZGRuc3VwZCBleGFtcGxlIGtleSwgbm90IGEgc2VjcmV0"; };
"""
FROZEN = RNDC + """
include "options-only.conf";
controls { inet 127.0.0.1 port 953 allow { 127.0.0.1; } keys { rndc; }; };
zone "corp.example" {
	type primary;
	file "corp.example.zone";
	allow-update { testnet; };
};
"""


def freezable(world, role="ns1"):
    """BIND as open.conf has it, that rndc may speak to."""
    directory = os.path.join(world.directory, role)
    os.makedirs(directory)
    with open(os.path.join(world.zones, "common.conf")) as file:
        common = file.read().replace("controls { };", "")
    for name, text in (("options-only.conf", common), ("frozen.conf", FROZEN),
                       ("rndc.conf", RNDC + 'options { default-key "rndc"; '
                        "default-server 127.0.0.1; default-port 953; };\n")):
        with open(os.path.join(directory, name), "w") as file:
            file.write(text)
    return world.bind("frozen.conf", role=role)


def rndc(server, *words):
    run = servers.subprocess.run(
        ["rndc", "-c", os.path.join(server.directory, "rndc.conf"), *words], text=True,
        capture_output=True, preexec_fn=lambda: net.enter(server.namespace))
    equal(run.returncode, 0, f"rndc: {run.stderr}")


@story("fault: a frozen zone: 77, which says that; thawed: registered")
def frozen(world):
    server, agent = freezable(world), world.agent()
    before = server.zone("corp.example")
    rndc(server, "freeze", "corp.example")
    run = agent.run(*QUICK)
    result(run, 77, "refused")
    says(run, "REFUSED", "corp.example", "frozen")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)
    rndc(server, "thaw", "corp.example")
    run = agent.run(*QUICK)
    result(run, 0, "updated")
    holds(agent, NAME, {HOST, HOST_V6}, run)


@stories("fault: a zone that takes {}: 77: server, zone, source, code and what to change", {
    "no updates": ("refusing.conf", NAME, "corp.example"),
    "signed updates only": ("secure-only.conf", NAME, "corp.example"),
    "updates by policy only":
        ("secure-only.conf", "pc1-amt.lab.corp.example", "lab.corp.example"),
})
def refusing(world, conf, name, zone):
    server, agent = world.bind(conf), world.agent()
    before = server.zone(zone)
    run = agent.run(*once(name))
    result(run, 77, "refused")
    equal(run.only["rcode"], "REFUSED", "rcode", run)
    says(run, zone, "REFUSED", "signed", "allow-update")
    named = [(NS1, HOST), ("2001:db8::53", HOST_V6)]
    true(any(server_ in run.sentence and source in run.sentence
             for server_, source in named), "the server, and our address there", run)
    zone_change(before, server.zone(zone), run=run)
    holds_nothing(agent, name, run)
    human = agent.text(*once(name))
    equal(human.exit, 77, "exit status", human)
    says(human, zone, "REFUSED", "allow-update")


@story("fault: a zone that begins to refuse: 77, our records stay, in the zone and state")
def refusing_later(world):
    server, agent = freezable(world), world.agent()
    result(agent.run(*QUICK), 0, "updated")
    rndc(server, "freeze", "corp.example")
    before = server.zone("corp.example")
    world.wire.mark()
    run = agent.run(*QUICK)
    result(run, 0, "unchanged")
    silent(world, run)
    run = agent.run(*withdraw(NAME))
    result(run, 77, "refused")
    says(run, "corp.example", "REFUSED")
    zone_change(before, server.zone("corp.example"), run=run)
    equal(set(holdings(agent, NAME)), {HOST, HOST_V6}, "the state", run)
    rndc(server, "thaw", "corp.example")
    result(agent.run(*withdraw(NAME)), 0, "withdrawn")
    holds_nothing(agent, NAME)


# --- secondaries ----------------------------------------------------------------------

@story("fault: a secondary that refuses, and a primary that does: both are named in the 77")
def both_refuse(world):
    primary = world.bind("refusing.conf")
    world.bind("secondary-refusing.conf", ["192.0.2.55"], "ns2")
    agent = world.agent()
    before = primary.zone("corp.example")
    path = agent.config(config(dns={"servers": f"[{NS1}]", "primary": "[192.0.2.55]"},
                               **DEDICATED))
    run = agent.run("--once", "-c", path)
    result(run, 77, "refused")
    says(run, "192.0.2.55", "REFUSED", "corp.example")
    true(NS1 in run.sentence or "2001:db8::53" in run.sentence, "the primary", run)
    zone_change(before, primary.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


@story("fault: a secondary that forwards and lags: updated, `not yet visible`; then found")
def lagging(world):
    primary = world.bind()
    # No NOTIFY goes there: it does not follow before its refresh, in an hour.
    second = world.bind("secondary-forwarding.conf", ["192.0.2.56"], "ns2")
    agent = world.agent()
    before, stale = primary.zone("corp.example"), second.zone("corp.example")
    path = agent.config(config(dns={"servers": f"[{NS1}]", "primary": "[192.0.2.56]"},
                               **DEDICATED))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    equal(run.only["server"], "192.0.2.56#53", "server", run)
    says_anywhere(run, "not yet visible", "192.0.2.56")
    both = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}
    zone_change(before, primary.zone("corp.example"), added=both, run=run)
    zone_change(stale, second.zone("corp.example"), run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)
    # The stale copy does not make it register again, or fail.
    serial = primary.serial("corp.example")
    run = agent.run("--once", "-c", path)
    equal(run.exit, 0, "exit status", run)
    zone_change(before, primary.zone("corp.example"), added=both, run=run)
    equal(primary.serial("corp.example"), serial, "serial", run)
    run = agent.run("--withdraw", "-c", path)
    result(run, 0, "withdrawn")
    zone_change(before, primary.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


def says_anywhere(run, *words):
    text = run.stdout + run.stderr
    for word in words:
        true(word.lower() in text.lower(), f"{word!r} is not said", run)


@story("fault: one UPDATE to a zone that refuses is not repeated without end")
def not_for_ever(world):
    world.bind("refusing.conf")
    agent = world.agent()
    run = agent.run(*QUICK)
    result(run, 77, "refused")
    # A and AAAA together, then each alone, at two addresses of one server.
    update_count(world, 1, 6, run=run)
    true(run.elapsed < 5, "it took long", run)
