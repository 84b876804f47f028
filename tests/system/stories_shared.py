"""A shared name: the host's own.  Ours is one A record beside those of others, and never
an AAAA."""

import dns.rdatatype

from configs import SHARED, config
from story import story
from world import HOST, HOST_V6, NS1, equal, result, says, silent, true, zone_change

NAME = "pc1.corp.example"
A, AAAA = (NAME, "A"), (NAME, "AAAA")
FOREIGN = "192.0.2.77"
ONCE = ("--once", "-S", "-i", "eth0", "-s", NS1)
WITHDRAW = ("--withdraw", "-S", "-i", "eth0", "-s", NS1)


def no_aaaa_sent(world, run):
    for message in world.updates():
        for rrset in message.update:
            true(rrset.rdtype != dns.rdatatype.AAAA, "an AAAA was sent", run)


@story("shared: our A is added beside the foreign one, with the RRset's TTL; no AAAA")
def beside(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), removed={A: (300, {FOREIGN})},
                added={A: (300, {FOREIGN, HOST})}, run=run)
    no_aaaa_sent(world, run)
    equal(run.only["mode"], "shared", "mode", run)
    equal(run.reasons().get(HOST_V6, "shared FQDN"), "shared FQDN", "why no AAAA", run)
    world.wire.mark()
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    silent(world, run)


@story("shared: --withdraw removes our own A only; the foreign one keeps its TTL")
def withdraw(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    run = agent.run(*WITHDRAW)
    result(run, 0, "unchanged")


@story("shared: an A that was there before us is foreign: found right, never withdrawn")
def was_there(world):
    server, agent = world.bind(), world.agent()
    server.nsupdate(f"zone corp.example\nupdate add {NAME} 300 A {HOST}")
    before = server.zone("corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    zone_change(before, server.zone("corp.example"), run=run)
    run = agent.run(*WITHDRAW)
    result(run, 0, "unchanged")
    zone_change(before, server.zone("corp.example"), run=run)


@story("shared: when our address changes, our old A goes and the foreign one stays")
def changed(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(server.zone("corp.example")[A], (300, frozenset({FOREIGN, "192.0.2.11"})), "A",
          run)


@story("shared: alone at its name, the A has our own ttl")
def alone(world):
    server = world.bind()
    agent = world.agent(node_name="pc9.corp.example", hosts="127.0.0.1 localhost\n")
    before = server.zone("corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"),
                added={("pc9.corp.example", "A"): (900, {HOST})}, run=run)
    no_aaaa_sent(world, run)


@story("shared: a foreign AAAA at the name stays, whatever we do")
def foreign_aaaa(world):
    server, agent = world.bind(), world.agent()
    server.nsupdate(f"zone corp.example\nupdate add {NAME} 300 AAAA 2001:db8::77")
    before = server.zone("corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(server.zone("corp.example")[AAAA], before[AAAA], "AAAA", run)
    result(agent.run(*WITHDRAW), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("shared: many IPv6 addresses on the interface, not one AAAA is sent")
def many_ipv6(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24", f"{HOST_V6}/64", "2001:db8::11/64",
                         "fd00::10/64"])
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    no_aaaa_sent(world, run)
    true(AAAA not in server.zone("corp.example"), "an AAAA stands there", run)


@story("shared: an AAAA left from a time as dedicated name is removed exactly")
def once_dedicated(world):
    server = world.bind()
    agent = world.agent(node_name="other.corp.example", hosts="127.0.0.1 localhost\n")
    dedicated = config(fqdn="dedicated", host_name="pc1", domain_name="corp.example",
                       interface="eth0")
    result(agent.run("--once", "-c", agent.config(dedicated)), 0, "updated")
    server.nsupdate(f"zone corp.example\nupdate add {NAME} 900 AAAA 2001:db8::77")
    agent.node_name = "pc1.corp.example"
    run = agent.run("--once", "-c", agent.config(config(**SHARED)))
    equal(run.exit, 0, "exit status", run)
    zone = server.zone("corp.example")
    equal(zone.get(AAAA), (900, frozenset({"2001:db8::77"})), "AAAA", run)
    true(HOST in zone[A][1], "our A is gone", run)


@story("shared: the same in the child zone")
def child(world):
    server = world.bind()
    agent = world.agent(node_name="pc1.lab.corp.example")
    parent, before = server.zone("corp.example"), server.zone("lab.corp.example")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(run.only["zone"], "lab.corp.example", "zone", run)
    key = ("pc1.lab.corp.example", "A")
    zone_change(before, server.zone("lab.corp.example"),
                removed={key: (600, {"192.0.2.78"})},
                added={key: (600, {"192.0.2.78", HOST})}, run=run)
    zone_change(parent, server.zone("corp.example"), run=run)
    result(agent.run(*WITHDRAW), 0, "withdrawn")
    zone_change(before, server.zone("lab.corp.example"))


@story("shared: below a wildcard A, and below a wildcard CNAME")
def wildcards(world):
    server = world.bind()
    for number, owner in enumerate(("pc1.wild", "pc1.alias")):
        agent = world.agent([f"192.0.2.1{number}/24"], role=f"pc{number}",
                            node_name=f"{owner}.corp.example")
        before = server.zone("corp.example")
        run = agent.run(*ONCE)
        result(run, 0, "updated")
        zone_change(before, server.zone("corp.example"), added={
            (f"{owner}.corp.example", "A"): (900, {f"192.0.2.1{number}"})}, run=run)
        result(agent.run(*WITHDRAW), 0, "withdrawn")
        zone_change(before, server.zone("corp.example"))


@story("shared: IPv6 switched on is refused with R5, exit 78, nothing sent")
def refused(world):
    world.bind()
    agent = world.agent()
    for path in (agent.config(config(**SHARED, ipv6="auto")),
                 agent.config(config(**SHARED, addresses=f"[{HOST}, {HOST_V6}]"), "b")):
        run = agent.run("--once", "-c", path)
        result(run, 78, "invalid")
        says(run, "R5", "shared", "IPv6")
    run = agent.run(*ONCE, "-a", HOST_V6)
    result(run, 78, "invalid")
    says(run, "R5")
    silent(world, run)
