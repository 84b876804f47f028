"""Where the record goes: zone cuts, apexes, wildcards, DNAMEs, secondaries."""

import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from configs import DEDICATED, config
from story import story
from world import (HOST, HOST_V6, NS1, equal, result, says, silent, true, update_count,
                   zone_change)


def once(name, *more):
    return ("--once", "-D", name, "-i", "eth0", "-s", NS1, *more)


def withdraw(name, *more):
    return ("--withdraw", "-D", name, "-i", "eth0", "-s", NS1, *more)


def addresses(name, ttl=900):
    return {(name, "A"): (ttl, {HOST}), (name, "AAAA"): (ttl, {HOST_V6})}


@story("zones: a child zone on the parent's server gets the update, the parent does not")
def child_same_server(world):
    server, agent = world.bind(), world.agent()
    parent, child = server.zone("corp.example"), server.zone("lab.corp.example")
    run = agent.run(*once("pc1-amt.lab.corp.example"))
    result(run, 0, "updated")
    equal(run.only["zone"], "lab.corp.example", "zone", run)
    zone_change(parent, server.zone("corp.example"), run=run)
    zone_change(child, server.zone("lab.corp.example"),
                added=addresses("pc1-amt.lab.corp.example"), run=run)


@story("zones: the parent's server only refers, and the walk still finds the child")
def child_referred(world):
    parent = world.bind("parent.conf")
    child = world.bind("child.conf", ["192.0.2.54"], "ns-lab", "lab.corp.example")
    agent = world.agent()
    before = parent.zone("corp.example")
    run = agent.run(*once("pc1-amt.lab.corp.example"))
    result(run, 0, "updated")
    equal((run.only["zone"], run.only["server"]),
          ("lab.corp.example", "192.0.2.54#53"), "zone and server", run)
    true(("pc1-amt.lab.corp.example", "A") in child.zone("lab.corp.example"), "A", run)
    zone_change(before, parent.zone("corp.example"), run=run)
    world.wire.mark()
    run = agent.run(*once("pc1-amt.lab.corp.example"))
    result(run, 0, "unchanged")
    silent(world, run)
    run = agent.run(*withdraw("pc1-amt.lab.corp.example"))
    result(run, 0, "withdrawn")
    true(("pc1-amt.lab.corp.example", "A") not in child.zone("lab.corp.example"), "A", run)


@story("zones: at the apex, NS and SOA stay")
def apex(world):
    server, agent = world.bind(), world.agent()
    for zone in ("corp.example", "lab.corp.example"):
        before = server.zone(zone)
        run = agent.run(*once(zone))
        result(run, 0, "updated")
        equal(run.only["zone"], zone, "zone", run)
        zone_change(before, server.zone(zone), added=addresses(zone), run=run)
        result(agent.run(*withdraw(zone)), 0, "withdrawn")
        zone_change(before, server.zone(zone), run=run)


@story("zones: below a wildcard A: registered, unchanged, withdrawn")
def wildcard(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.wild.corp.example"))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                added=addresses("pc1-amt.wild.corp.example"), run=run)
    world.wire.mark()
    run = agent.run(*once("pc1-amt.wild.corp.example"))
    result(run, 0, "unchanged")
    silent(world, run)
    result(agent.run(*withdraw("pc1-amt.wild.corp.example")), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("zones: a wildcard that answers with our very address is not taken for our record")
def wildcard_same(world):
    server, agent = world.bind(), world.agent(["192.0.2.200/24"])
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.wild.corp.example"))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added={
        ("pc1-amt.wild.corp.example", "A"): (900, {"192.0.2.200"})}, run=run)


@story("zones: below a wildcard CNAME: registered, unchanged, withdrawn")
def wildcard_cname(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.alias.corp.example"))
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                added=addresses("pc1-amt.alias.corp.example"), run=run)
    result(agent.run(*once("pc1-amt.alias.corp.example")), 0, "unchanged")
    result(agent.run(*withdraw("pc1-amt.alias.corp.example")), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("zones: a CNAME at the name is a conflict, exit 73, and stays")
def cname(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("www.corp.example"))
    result(run, 73, "conflict")
    says(run, "www.corp.example", "CNAME")
    zone_change(before, server.zone("corp.example"), run=run)
    human = agent.text(*once("www.corp.example"))
    equal(human.exit, 73, "exit status", human)
    says(human, "www.corp.example", "CNAME")


@story("zones: below a DNAME is a conflict, exit 73")
def dname(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*once("pc1-amt.old.corp.example"))
    result(run, 73, "conflict")
    says(run, "DNAME")
    zone_change(before, server.zone("corp.example"), run=run)
    silent(world, run)


@story("zones: a secondary as DNS server: the update goes to the primary")
def secondary(world):
    primary = world.bind()
    world.bind("secondary-refusing.conf", ["192.0.2.55"], "ns2")
    agent = world.agent()
    before = primary.zone("corp.example")
    run = agent.run("--once", "-D", "pc1-amt.corp.example", "-i", "eth0",
                    "-s", "192.0.2.55")
    result(run, 0, "updated")
    true(run.only["server"] in (f"{NS1}#53", "2001:db8::53#53"), "server", run)
    zone_change(before, primary.zone("corp.example"),
                added=addresses("pc1-amt.corp.example"), run=run)


@story("zones: a secondary that refuses as dns.primary: REFUSED is not the last word")
def secondary_refusing(world):
    primary = world.bind()
    world.bind("secondary-refusing.conf", ["192.0.2.55"], "ns2")
    agent = world.agent()
    path = agent.config(config(dns={"servers": f"[{NS1}]", "primary": "[192.0.2.55]"},
                               **DEDICATED))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    true(run.only["server"] in (f"{NS1}#53", "2001:db8::53#53"), "server", run)
    true(("pc1-amt.corp.example", "A") in primary.zone("corp.example"), "A", run)
    # Refused there together and each family alone, then taken here.
    update_count(world, 2, 4, run=run)


@story("zones: a secondary that forwards as dns.primary: applied at the primary")
def secondary_forwarding(world):
    primary = world.bind()
    second = world.bind("secondary-forwarding.conf", ["192.0.2.55"], "ns2")
    agent = world.agent()
    path = agent.config(config(dns={"servers": f"[{NS1}]", "primary": "[192.0.2.55]"},
                               **DEDICATED))
    before = primary.zone("corp.example")
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    equal(run.only["server"], "192.0.2.55#53", "server", run)
    zone_change(before, primary.zone("corp.example"),
                added=addresses("pc1-amt.corp.example"), run=run)
    until = time.monotonic() + 10
    while second.zone("corp.example") != primary.zone("corp.example"):
        true(time.monotonic() < until, "the secondary did not follow", run)
        time.sleep(0.1)


@story("zones: dns.primary may be a name")
def primary_name(world):
    server, agent = world.bind(), world.agent()
    path = agent.config(config(dns={"servers": f"[{NS1}]",
                                    "primary": "[ns1.corp.example]"}, **DEDICATED))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    true(("pc1-amt.corp.example", "A") in server.zone("corp.example"), "A", run)


def top_level(query, _tcp):
    """A server that is authoritative for the top-level zone `example`."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    if query.opcode() == 5:
        return reply
    reply.set_rcode(dns.rcode.NXDOMAIN)
    reply.authority.append(dns.rrset.from_text(
        "example.", 60, "IN", "SOA", "ns.example. h.example. 1 60 60 60 60"))
    return reply


@story("zones: a name straight in a top-level zone is refused (R1), nothing sent")
def top_level_zone(world):
    world.scripted(top_level)
    agent = world.agent()
    run = agent.run(*once("pc1-amt.example"))
    result(run, 78, "invalid")
    says(run, "R1", "top-level")
    silent(world, run)


@story("zones: allow-top-level-zone: true lifts that")
def top_level_allowed(world):
    world.scripted(top_level)
    agent = world.agent()
    path = agent.config(config(**{**DEDICATED, "domain_name": "example",
                                  "allow_top_level_zone": "true"}))
    run = agent.run("--once", "-c", path, "-t", "10")
    true(world.updates(), "no UPDATE was sent", run)
    # This server says yes to everything, and does nothing.
    true(run.exit in (0, 75), f"exit status {run.exit}", run)
