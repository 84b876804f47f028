"""The main stories once more, against Knot DNS and PowerDNS."""

import os
import shutil

from configs import DEDICATED, config
from holdings import holds, holds_nothing
from peers import knot, needed, powerdns
from scripted import socket_in
from story import Skip, stories
from world import (HOST, HOST_V6, NS1, NS1_V6, equal, result, says, silent, true,
                   zone_change)

NAME = "pc1-amt.corp.example"
SHARED = "pc1.corp.example"
A, AAAA = (NAME, "A"), (NAME, "AAAA")
BOTH = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}
# The servers, and the rcode with which each says "not allowed".
PEERS = {"knot": (knot, ["knotd"], "NOTAUTH"),
         "powerdns": (powerdns, ["pdns_server", "pdnsutil"], "REFUSED")}


def serving(world, peer, updates=True):
    build, tools, _ = PEERS[peer]
    missing = needed(*tools)
    if missing:
        raise Skip(f"{missing} is not installed")
    return build(world, (NS1, NS1_V6), updates=updates)


def once(name, verb="--once"):
    return (verb, "-D", name, "-i", "eth0", "-s", NS1)


def peers(sentence):
    """A story for each server."""
    return stories(sentence, {peer: (peer,) for peer in PEERS})


@peers("{}: registered, unchanged, changed, withdrawn")
def life(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once(NAME))
    result(run, 0, "updated")
    equal(run.only["zone"], "corp.example", "zone", run)
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)
    world.wire.mark()
    run = agent.run(*once(NAME))
    result(run, 0, "unchanged")
    silent(world, run)
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    run = agent.run(*once(NAME))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        A: (900, {"192.0.2.11"}), AAAA: (900, {HOST_V6})}, run=run)
    holds(agent, NAME, {"192.0.2.11", HOST_V6}, run)
    run = agent.run(*once(NAME, "--withdraw"))
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


@peers("{}: many addresses; some go, some come")
def many(world, peer):
    server = serving(world, peer)
    agent = world.agent([f"192.0.2.{n}/24" for n in range(10, 16)] + [f"{HOST_V6}/64"])
    result(agent.run(*once(NAME)), 0, "updated")
    world.ip(agent, "addr del 192.0.2.12/24 dev eth0\naddr add 192.0.2.20/24 dev eth0\n")
    run = agent.run(*once(NAME))
    result(run, 0, "updated")
    equal(server.zone("corp.example")[A], (900, frozenset(
        f"192.0.2.{n}" for n in (10, 11, 13, 14, 15, 20))), "A", run)


@peers("{}: another TTL in the file changes it in DNS")
def ttl(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    result(agent.run("--once", "-c", agent.config(config(**DEDICATED, ttl=300))), 0)
    run = agent.run("--once", "-c", agent.config(config(**DEDICATED, ttl=600)))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        A: (600, {HOST}), AAAA: (600, {HOST_V6})}, run=run)


@peers("{}: shared: our A beside the foreign one, no AAAA; withdrawn exactly")
def shared(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-S", "-i", "eth0", "-s", NS1)
    result(run, 0, "updated")
    zone = server.zone("corp.example")
    equal(zone[(SHARED, "A")][1], frozenset({"192.0.2.77", HOST}), "A", run)
    true((SHARED, "AAAA") not in zone, "an AAAA for a shared name", run)
    equal(zone[(SHARED, "A")][0], 300, "TTL", run)
    holds(agent, SHARED, {HOST}, run)
    world.wire.mark()
    result(agent.run("--once", "-S", "-i", "eth0", "-s", NS1), 0, "unchanged")
    silent(world)
    run = agent.run("--withdraw", "-S", "-i", "eth0", "-s", NS1)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)


@peers("{}: foreign addresses, replace: they go, and a warning lists them")
def replace(world, peer):
    server, agent = serving(world, peer), world.agent()
    taken = "taken.corp.example"
    before = server.zone("corp.example")
    run = agent.run(*once(taken))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                removed={(taken, "A"): (3600, {"192.0.2.99"}),
                         (taken, "AAAA"): (3600, {"2001:db8::99"})},
                added={(taken, "A"): (900, {HOST}), (taken, "AAAA"): (900, {HOST_V6})},
                run=run)
    true("192.0.2.99" in run.stderr, "no warning", run)


@peers("{}: foreign addresses, keep: 73, they stay")
def keep(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-c", agent.config(config(**{
        **DEDICATED, "host_name": "taken", "on_conflict": "keep"})))
    result(run, 73, "conflict")
    says(run, "taken.corp.example", "192.0.2.99")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "taken.corp.example", run)


@peers("{}: a CNAME at the name: 73")
def cname(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("www.corp.example"))
    result(run, 73, "conflict")
    says(run, "www.corp.example", "CNAME")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "www.corp.example", run)


@peers("{}: below a DNAME: 73")
def dname(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.old.corp.example"))
    result(run, 73, "conflict")
    says(run, "DNAME")
    zone_change(before, server.zone("corp.example"), run=run)


@peers("{}: below a wildcard A and a wildcard CNAME: registered, withdrawn")
def wildcards(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    for domain in ("wild", "alias"):
        name = f"pc1-amt.{domain}.corp.example"
        run = agent.run(*once(name))
        result(run, 0, "updated")
        zone_change(before, server.zone("corp.example"), added={
            (name, "A"): (900, {HOST}), (name, "AAAA"): (900, {HOST_V6})}, run=run)
        holds(agent, name, {HOST, HOST_V6}, run)
        result(agent.run(*once(name)), 0, "unchanged")
        run = agent.run(*once(name, "--withdraw"))
        result(run, 0, "withdrawn")
        zone_change(before, server.zone("corp.example"), run=run)


@peers("{}: at the apex, NS and SOA stay")
def apex(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("corp.example"))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        ("corp.example", "A"): (900, {HOST}),
        ("corp.example", "AAAA"): (900, {HOST_V6})}, run=run)
    result(agent.run(*once("corp.example", "--withdraw")), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@peers("{}: a name below a delegation is not written into the parent")
def delegated(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-D", "pc1-amt.lab.corp.example", "-i", "eth0", "-s", NS1,
                    "-t", "12")
    true(run.exit in (69, 75, 77), f"exit status {run.exit}", run)
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, "pc1-amt.lab.corp.example", run)


@peers("{}: updates not allowed: 77 with server, zone, source and what to change")
def refused(world, peer):
    server, agent = serving(world, peer, updates=False), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once(NAME))
    result(run, 77, "refused")
    rcode = PEERS[peer][2]
    equal(run.only["rcode"], rcode, "rcode", run)
    says(run, rcode, "corp.example", "allow")
    true(NS1 in run.sentence or NS1_V6 in run.sentence, "the server", run)
    true(HOST in run.sentence or HOST_V6 in run.sentence, "our address", run)
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)
    true(run.elapsed < 8, f"{run.elapsed:.1f} s", run)


@peers("{}: --check --online tells the truth")
def online(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    serial = server.serial("corp.example")
    run = agent.run("--check", "--online", "-D", NAME, "-i", "eth0", "-s", NS1)
    equal(run.exit, 0, "exit status", run)
    zone_change(before, server.zone("corp.example"), run=run)
    equal(server.serial("corp.example"), serial, "serial", run)


@peers("{}: --check --online, updates not allowed: 77")
def online_refused(world, peer):
    _, agent = serving(world, peer, updates=False), world.agent()
    run = agent.run("--check", "--online", "-D", NAME, "-i", "eth0", "-s", NS1)
    equal(run.exit, 77, "exit status", run)


@peers("{}: without its state, what is right is confirmed, then withdrawn")
def lost_state(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*once(NAME)), 0, "updated")
    shutil.rmtree(agent.state)
    os.makedirs(agent.state)
    run = agent.run(*once(NAME))
    result(run, 0, "unchanged")
    holds(agent, NAME, {HOST, HOST_V6}, run)
    result(agent.run(*once(NAME, "--withdraw")), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@peers("{}: an old UPDATE that arrives late changes nothing")
def late(world, peer):
    server, agent = serving(world, peer), world.agent()
    result(agent.run(*once(NAME)), 0, "updated")
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    result(agent.run(*once(NAME)), 0, "updated")
    before = server.zone("corp.example")
    sent = [payload for seen, payload in world.wire.payloads()
            if seen.dport == 53 and not seen.tcp and payload[2] & 0x78 == 0x28]
    true(sent, "no UPDATE was seen")
    for wire in sent:
        with socket_in(server.namespace, server.address) as asking:
            asking.send(wire)
            asking.recv(4096)
    zone_change(before, server.zone("corp.example"))


@peers("{}: over TCP")
def tcp(world, peer):
    server, agent = serving(world, peer), world.agent()
    before = server.zone("corp.example")
    run = agent.run("--once", "-c", agent.config(config(
        dns={"servers": f"[{NS1}]", "transport": "tcp"}, **DEDICATED)))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
