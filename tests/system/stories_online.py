"""Looking without touching: --check --online and --dry-run."""

import subprocess

import dns.opcode
import dns.rdataclass
import dns.rdatatype

import net
from configs import DEDICATED, SHARED, config
from story import stories, story
from world import (HOST, HOST_V6, NS1, equal, result, says, silent, true, update_count,
                   zone_change)

NAME = "pc1-amt.corp.example"
QUICK = ("-D", NAME, "-i", "eth0", "-s", NS1)
ONLINE = ("--check", "--online")


def unchanged(server, before, serial, run):
    for zone in ("corp.example", "lab.corp.example"):
        equal(server.serial(zone), serial[zone], f"serial of {zone}", run)
        zone_change(before[zone], server.zone(zone), run=run)


def picture(server):
    zones = ("corp.example", "lab.corp.example")
    return ({zone: server.zone(zone) for zone in zones},
            {zone: server.serial(zone) for zone in zones})


@stories("online: --check --online tells the truth about {}, and changes nothing", {
    "an open zone": ("open.conf", NAME, 0),
    "an open child zone": ("open.conf", "pc1-amt.lab.corp.example", 0),
    "a name with foreign addresses": ("open.conf", "taken.corp.example", 0),
    "a name below a wildcard": ("open.conf", "pc1-amt.wild.corp.example", 0),
    "an apex": ("open.conf", "lab.corp.example", 0),
    "a zone that needs a key": ("secure-only.conf", NAME, 77),
    "a zone with an update-policy": ("secure-only.conf", "pc1-amt.lab.corp.example", 77),
})
def permission(world, conf, name, status):
    server, agent = world.bind(conf), world.agent()
    before, serial = picture(server)
    run = agent.run(*ONLINE, "-D", name, "-i", "eth0", "-s", NS1)
    equal(run.exit, status, "exit status", run)
    unchanged(server, before, serial, run)
    true(world.updates(), "permission is proved by an UPDATE", run)
    equal(len(run.json["rules"]), 18, "rules", run)
    equal(run.rule("R2")[0], "holds" if status == 0 else "broken", "R2", run)
    if status == 77:
        equal(run.outcome, "refused", "outcome", run)
        says(run, "REFUSED", "allow-update")
    human = agent.text(*ONLINE, "-D", name, "-i", "eth0", "-s", NS1)
    equal(human.exit, status, "exit status", human)
    unchanged(server, before, serial, human)


@story("online: a zone that takes no updates: 77")
def refusing(world):
    server, agent = world.bind("refusing.conf"), world.agent()
    before, serial = server.zone("corp.example"), server.serial("corp.example")
    run = agent.run(*ONLINE, *QUICK)
    result(run, 77, "refused")
    zone_change(before, server.zone("corp.example"), run=run)
    equal(server.serial("corp.example"), serial, "serial", run)


@story("online: a shared name with a foreign A: 0, and nothing changes")
def shared(world):
    server, agent = world.bind(), world.agent()
    before, serial = picture(server)
    run = agent.run(*ONLINE, "-S", "-i", "eth0", "-s", NS1)
    equal(run.exit, 0, "exit status", run)
    unchanged(server, before, serial, run)


@story("online: a registered name: 0, and the state is as before")
def registered(world):
    server, agent = world.bind(), world.agent()
    result(agent.run("--once", *QUICK), 0, "updated")
    before, serial = picture(server)
    run = agent.run(*ONLINE, *QUICK)
    equal(run.exit, 0, "exit status", run)
    unchanged(server, before, serial, run)
    world.wire.mark()
    result(agent.run("--once", *QUICK), 0, "unchanged")
    silent(world)


@story("online: a broken rule is 78, and nobody is asked")
def broken_rule(world):
    world.bind()
    agent = world.agent()
    world.wire.mark()
    run = agent.run(*ONLINE, "-c", agent.config(config(**SHARED, ipv6="auto")))
    equal(run.exit, 78, "exit status", run)
    equal(run.rule("R5")[0], "broken", "R5", run)
    silent(world, run)


@story("online: nobody answers: 69")
def silence(world):
    world.scripted(lambda query, tcp: None)
    agent = world.agent()
    run = agent.run(*ONLINE, *QUICK, "-t", "3")
    equal(run.exit, 69, "exit status", run)
    equal(run.rule("R2"), ("unknown", "no server has said whether it takes non-secure "
                           "updates from here"), "R2", run)


@story("online: a CNAME at the name: 73")
def cname(world):
    world.bind()
    agent = world.agent()
    run = agent.run(*ONLINE, "-D", "www.corp.example", "-i", "eth0", "-s", NS1)
    equal(run.exit, 73, "exit status", run)


def nsupdate(agent, text):
    run = subprocess.run(["nsupdate"], input=text, text=True, capture_output=True,
                         preexec_fn=lambda: net.enter(agent.namespace))
    true(run.returncode == 0 and not run.stderr, f"nsupdate: {run.stderr}\n{text}")


def everything(server):
    return server.zone("corp.example")


def first_time(_server, _agent):
    """Nothing stands there yet."""
    return QUICK


def address_changed(_server, agent):
    """An old address stands there."""
    result(agent.run("--once", *QUICK), 0, "updated")
    net.ip(f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n",
           agent.namespace)
    return QUICK


def foreign(_server, _agent):
    """Somebody else's addresses stand there."""
    return ("-D", "taken.corp.example", "-i", "eth0", "-s", NS1)


def beside(_server, _agent):
    """Shared: a foreign A stands there."""
    return ("-S", "-i", "eth0", "-s", NS1)


@stories("dry run: what it prints is taken by nsupdate and does the same: {}", {
    "a first registration": (first_time,), "a changed address": (address_changed,),
    "foreign addresses replaced": (foreign,), "shared beside a foreign A": (beside,)})
def same_effect(world, prepare):
    server, agent = world.bind(), world.agent()
    arguments = prepare(server, agent)
    before = everything(server)
    world.wire.mark()
    dry = agent.text("--once", "-n", *arguments)
    equal(dry.exit, 0, "exit status", dry)
    silent(world, dry)
    zone_change(before, everything(server), run=dry)
    for word in ("server ", "zone ", "update ", "send"):
        true(any(line.startswith(word) for line in dry.stdout.splitlines()),
             f"no line {word!r}", dry)
    agent_says = agent.run("--once", "-n", *arguments)
    result(agent_says, 0, "planned")
    true("update" in agent_says.only["nsupdate"], "nsupdate in JSON", agent_says)
    silent(world, agent_says)

    nsupdate(agent, dry.stdout)
    by_nsupdate = everything(server)
    true(by_nsupdate != before, "nsupdate changed nothing", dry)
    restore(server, by_nsupdate, before)
    run = agent.run("--once", *arguments)
    result(run, 0, "updated")
    equal(everything(server), by_nsupdate, "the zone after the real run", run)


def restore(server, seen, wanted):
    """Make the zone what it was."""
    lines = ["zone corp.example"]
    for key in set(seen) | set(wanted):
        if seen.get(key) == wanted.get(key):
            continue
        name, kind = key
        lines.append(f"update delete {name} {kind}")
        if key in wanted:
            ttl, data = wanted[key]
            lines += [f"update add {name} {ttl} {kind} {one}" for one in sorted(data)]
    server.nsupdate("\n".join(lines))
    equal(everything(server), wanted, "the zone, restored")


@story("dry run: every line that is not for nsupdate begins with ;")
def comments(world):
    world.bind()
    agent = world.agent()
    run = agent.text("--once", "-n", *QUICK)
    for line in run.stdout.splitlines():
        true(not line.strip() or line.split()[0] in (
            ";", "server", "zone", "prereq", "update", "send", "local", "class", "ttl")
             or line.startswith(";"), f"a stray line: {line!r}", run)
    true(any(line.startswith(";") and HOST in line for line in run.stdout.splitlines()),
         "no result line", run)


@story("dry run: nothing to do is said, and nothing printed for nsupdate")
def nothing_to_do(world):
    world.bind()
    agent = world.agent()
    result(agent.run("--once", *QUICK), 0, "updated")
    run = agent.text("--once", "-n", *QUICK)
    equal(run.exit, 0, "exit status", run)
    true("update add" not in run.stdout, "an update was printed", run)


@story("dry run: --withdraw -n prints the deletions and deletes nothing")
def withdraw(world):
    server, agent = world.bind(), world.agent()
    before = everything(server)
    result(agent.run("--once", *QUICK), 0, "updated")
    registered_zone = everything(server)
    world.wire.mark()
    run = agent.text("--withdraw", "-n", *QUICK)
    equal(run.exit, 0, "exit status", run)
    silent(world, run)
    zone_change(registered_zone, everything(server), run=run)
    nsupdate(agent, run.stdout)
    zone_change(before, everything(server), run=run)


@story("dry run: a server that would refuse is not asked; the state is not written")
def harmless(world):
    world.bind()
    agent = world.agent()
    agent.text("--once", "-n", *QUICK)
    run = agent.run("--withdraw", *QUICK)
    result(run, 0, "unchanged")
    for seen, _ in world.wire.messages(dns.opcode.UPDATE):
        true(False, f"an UPDATE went to {seen.target}", run)


@story("wire: an UPDATE has RD and Z clear, one zone, and the prerequisites of a swap")
def wire_format(world):
    world.bind()
    agent = world.agent()
    result(agent.run("--once", *QUICK), 0, "updated")
    update_count(world, 1)
    message = world.updates()[0]
    equal(message.flags & 0x07FF, 0, "flags")
    equal([str(rrset.name) for rrset in message.zone], ["corp.example."], "zone section")
    # No CNAME, no A, no AAAA: class NONE with their types.
    absent = {(str(r.name), dns.rdatatype.to_text(r.rdtype))
              for r in message.prerequisite if r.deleting == dns.rdataclass.NONE}
    for kind in ("CNAME", "A", "AAAA"):
        true((f"{NAME}.", kind) in absent, f"no prerequisite against {kind}: {absent}")
    added = {(dns.rdatatype.to_text(r.rdtype), str(rdata))
             for r in message.update for rdata in r}
    true(("A", HOST) in added and ("AAAA", HOST_V6) in added, f"added: {added}")
