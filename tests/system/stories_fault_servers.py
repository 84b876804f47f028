"""Faults of servers: dead ones, ones that cannot or will not, ones that are not asked."""

import time

import dns.rcode
import dns.rrset

from configs import DEDICATED, config
from holdings import holds, holds_nothing, may_hold
from scripted import (BEHIND, Pass, Server, change, claims, first, front, only, reject,
                      serve)
from scripted import says as answers
from story import stories, story
from world import HOST, HOST_V6, NS1, NS1_V6, equal, result, says, true, zone_change

NAME = "pc1-amt.corp.example"
QUICK = ("--once", "-D", NAME, "-i", "eth0", "-s", NS1)
A, AAAA = (NAME, "A"), (NAME, "AAAA")
BOTH = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}
OTHER = "192.0.2.54"


def registered(agent, named, before, run):
    result(run, 0, "updated")
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)


def untouched(agent, named, before, run):
    zone_change(before, named.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


def two_primaries(agent, servers=f"[{BEHIND}]"):
    """The scripted one first, then the real one."""
    return agent.config(config(dns={"servers": servers, "primary": f"[{NS1}, {BEHIND}]"},
                               **DEDICATED))


# --- the DNS server that is asked first -----------------------------------------------

def gone(_world):
    pass


def mute(world):
    serve(world, lambda question: None, (OTHER,), "dead")


def closed(world):
    world.switch.host("dead", [f"{OTHER}/24"])


def rejecting(kind):
    def build(world):
        namespace = world.switch.host("dead", [f"{OTHER}/24"])
        reject(namespace, f"meta l4proto {{ tcp, udp }} reject with icmp type {kind}")
    return build


@stories("fault: the first DNS server {}: good within 1 s of the second's first answer", {
    "is an address nobody has": (gone,),
    "is silent": (mute,),
    "has its port closed": (closed,),
    "is answered for by a router: host unreachable": (rejecting("host-unreachable"),),
    "is behind a filter: administratively prohibited": (rejecting("admin-prohibited"),),
})
def first_dead(world, build):
    build(world)
    proxy, named = front(world)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", OTHER, "-s", NS1)
    ended = time.monotonic()
    registered(agent, named, before, run)
    after = ended - proxy.first_answer_at()
    true(after <= 1, f"{after:.2f} s after the first answer", run)
    true(run.elapsed <= 3.5, f"{run.elapsed:.2f} s in all", run)


@stories("fault: the first DNS server says {}: the second one is asked", {
    rcode: (answers(getattr(dns.rcode, rcode)),)
    for rcode in ("SERVFAIL", "REFUSED", "FORMERR", "NOTIMP", "NOTAUTH", "NOTZONE")})
def first_useless(world, script):
    useless = serve(world, script, (OTHER,), "useless")
    _, named = front(world)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", OTHER, "-s", NS1)
    registered(agent, named, before, run)
    true(useless.seen(), "the first was not asked", run)
    equal(useless.seen("UPDATE"), [], "UPDATEs at the first", run)
    true(run.elapsed < 3, f"{run.elapsed:.2f} s", run)


@story("fault: every DNS server is silent: 69 that names them all, within its time")
def all_silent(world):
    for number in (53, 54):
        serve(world, lambda question: None, (f"192.0.2.{number}",), f"dead{number}")
    agent = world.agent()
    run = agent.run(*QUICK, "-s", OTHER)
    result(run, 69, "failed")
    says(run, NS1, OTHER)
    true(run.elapsed <= 21, f"{run.elapsed:.1f} s", run)
    holds_nothing(agent, NAME, run)


@story("fault: every DNS server's port is closed: 69, at once")
def all_closed(world):
    world.switch.host("dead1", [f"{NS1}/24"])
    world.switch.host("dead2", [f"{OTHER}/24"])
    agent = world.agent()
    run = agent.run(*QUICK, "-s", OTHER)
    result(run, 69, "failed")
    says(run, NS1, OTHER)
    true(run.elapsed <= 9, f"{run.elapsed:.1f} s", run)


@stories("fault: every DNS server says {}: 75, naming it and them", {
    rcode: (rcode,) for rcode in ("SERVFAIL", "REFUSED", "FORMERR", "NOTIMP", "NOTAUTH")})
def all_useless(world, rcode):
    for number in (53, 54):
        serve(world, answers(getattr(dns.rcode, rcode)), (f"192.0.2.{number}",),
              f"useless{number}")
    agent = world.agent()
    run = agent.run(*QUICK, "-s", OTHER)
    result(run, 75, "failed")
    says(run, NS1, OTHER, rcode)
    true(run.elapsed < 10, f"{run.elapsed:.1f} s", run)
    holds_nothing(agent, NAME, run)


@story("fault: one DNS server is silent, the other says SERVFAIL: 75, not 69")
def silent_and_servfail(world):
    serve(world, lambda question: None, (NS1,), "dead")
    serve(world, answers(dns.rcode.SERVFAIL), (OTHER,), "broken")
    agent = world.agent()
    run = agent.run(*QUICK, "-s", OTHER)
    result(run, 75, "failed")
    says(run, OTHER, "SERVFAIL")
    holds_nothing(agent, NAME, run)


# --- the server that the UPDATE goes to -----------------------------------------------

RCODES = {"SERVFAIL": 2, "REFUSED": 5, "FORMERR": 1, "NOTIMP": 4, "NOTAUTH": 9,
          "NOTZONE": 10, "rcode 12": 12}


@stories("fault: the first primary answers the UPDATE with {}: the second gets it", {
    name: (rcode,) for name, rcode in RCODES.items()})
def update_fails_over(world, rcode):
    proxy, named = front(world, only("UPDATE", answers(rcode)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", two_primaries(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    true(1 <= len(proxy.updates()) <= 6, f"UPDATEs: {proxy.seen('UPDATE')}", run)
    true(run.elapsed < 8, f"{run.elapsed:.1f} s", run)


@stories("fault: the first primary answers our look with {}: the second is used", {
    **{name: (answers(rcode),) for name, rcode in RCODES.items()},
    "data, but without authority": (lambda question: question.answer(aa=False),),
})
def look_fails_over(world, script):
    def looking(question):
        return Pass() if question.rd else script(question)
    proxy, named = front(world, looking)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", two_primaries(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    equal(proxy.seen("UPDATE"), [], "UPDATEs at the first", run)
    true(run.elapsed < 4, f"{run.elapsed:.1f} s", run)


@story("fault: the first primary is silent to our look: the second after 300 ms")
def look_silent(world):
    proxy, named = front(world, lambda question: None)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", two_primaries(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    true(run.elapsed < 1.5, f"{run.elapsed:.2f} s", run)
    equal(proxy.seen("UPDATE"), [], "UPDATEs at the first", run)


@story("fault: SERVFAIL once, while the server reloads: the same server after 1 to 2 s")
def servfail_once(world):
    proxy, named = front(world, first("UPDATE", 2, answers(dns.rcode.SERVFAIL)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(run.only["server"], f"{NS1}#53", "server", run)
    times = [question.at for question in proxy.seen("UPDATE")]
    true(any(1 <= later - early <= 2.5 for early, later in zip(times, times[1:])),
         f"tried again after {[b - a for a, b in zip(times, times[1:])]} s", run)


@stories("fault: {}, from every primary; the state holds nothing", {
    f"{rcode} is exit {status}": (rcode, status, outcome) for rcode, status, outcome in (
        ("SERVFAIL", 75, "failed"), ("REFUSED", 77, "refused"),
        ("FORMERR", 77, "refused"), ("NOTIMP", 77, "refused"),
        ("NOTAUTH", 77, "refused"), ("NOTZONE", 77, "refused"),
        ("rcode 12", 75, "failed"))})
def every_primary(world, rcode, status, outcome):
    proxy, named = front(world, only("UPDATE", answers(RCODES[rcode])))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    result(run, status, outcome)
    says(run, NS1, "corp.example")
    if rcode != "rcode 12":
        says(run, rcode)
        equal(run.only["rcode"], rcode, "rcode", run)
    untouched(agent, named, before, run)
    true(len(proxy.seen("UPDATE")) <= 12, f"UPDATEs: {proxy.seen('UPDATE')}", run)
    true(run.elapsed < 12, f"{run.elapsed:.1f} s", run)


PRIMARIES = {
    "refuses": claims(update=dns.rcode.REFUSED),
    "is silent": lambda question: None,
    "says SERVFAIL": claims(update=dns.rcode.SERVFAIL),
    "knows no updates": claims(update=dns.rcode.NOTIMP),
    "takes the UPDATE and says nothing": only("UPDATE", None, claims()),
}


@stories("fault: one primary {}", {
    f"{one}, the other {other}: {status}": (one, other, status, words)
    for one, other, status, words in (
        ("refuses", "is silent", 77, [NS1, "REFUSED", "corp.example", HOST]),
        ("is silent", "refuses", 77, [OTHER, "REFUSED", "corp.example", HOST]),
        ("refuses", "says SERVFAIL", 75, [OTHER, "SERVFAIL"]),
        ("says SERVFAIL", "refuses", 75, [NS1, "SERVFAIL"]),
        ("knows no updates", "is silent", 77, [NS1, "NOTIMP"]),
        ("takes the UPDATE and says nothing", "refuses", 75, [NS1, "may"]),
    )})
def two_verdicts(world, one, other, status, words):
    serve(world, PRIMARIES[one], (NS1,), "one")
    serve(world, PRIMARIES[other], (OTHER,), "other")
    # The DNS server knows the zone, and takes no part in updates.
    serve(world, only("UPDATE", None, lambda question: claims()(question)
                      if question.rd else question.answer(dns.rcode.REFUSED)),
          ("192.0.2.57",), "resolver")
    agent = world.agent()
    path = agent.config(config(dns={"servers": "[192.0.2.57]",
                                    "primary": f"[{NS1}, {OTHER}]"}, **DEDICATED))
    run = agent.run("--once", "-c", path, "-t", "60")
    result(run, status)
    says(run, *words)
    if status == 77 or "SERVFAIL" in words:
        holds_nothing(agent, NAME, run)
    else:
        may_hold(agent, NAME, {HOST, HOST_V6}, run)


@story("fault: every primary is silent, though the DNS server answers: 69 that names them")
def primaries_silent(world):
    for number in (54, 66):
        serve(world, lambda question: None, (f"192.0.2.{number}",), f"dead{number}")
    resolver = serve(world, lambda question: claims()(question) if question.rd else None)
    agent = world.agent()
    path = agent.config(config(dns={"servers": f"[{NS1}]",
                                    "primary": "[192.0.2.54, 192.0.2.66]"}, **DEDICATED))
    run = agent.run("--once", "-c", path, "-t", "20")
    result(run, 69, "failed")
    says(run, "192.0.2.54", "192.0.2.66", "corp.example")
    true(run.elapsed <= 21, f"{run.elapsed:.1f} s", run)
    equal(resolver.seen("UPDATE"), [], "UPDATEs", run)
    holds_nothing(agent, NAME, run)


@story("fault: ICMP for every UPDATE: 69, for not one can have been applied")
def icmp_for_updates(world):
    proxy, named = front(world)
    no_updates(proxy.namespace, "host-unreachable")
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    result(run, 69, "failed")
    says(run, NS1)
    untouched(agent, named, before, run)
    true(run.elapsed < 6, f"{run.elapsed:.1f} s", run)


def no_updates(namespace, kind):
    """Datagrams with opcode UPDATE are answered by ICMP."""
    reject(namespace, f"udp dport 53 @th,81,4 5 reject with icmp type {kind}")


@stories("fault: ICMP {} for the UPDATE: the next primary at once", {
    kind: (kind,) for kind in ("port-unreachable", "host-unreachable", "net-unreachable",
                               "admin-prohibited")})
def icmp_fails_over(world, kind):
    proxy, named = front(world)
    no_updates(proxy.namespace, kind)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", two_primaries(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    equal(proxy.seen("UPDATE"), [], "UPDATEs at the first", run)
    true(run.elapsed < 1.5, f"{run.elapsed:.2f} s", run)


# --- MNAME and NS ---------------------------------------------------------------------

def set_mname(named, mname, *addresses):
    change(named, f"update add corp.example 3600 SOA {mname} hostmaster.corp.example. "
           "1000 3600 900 604800 60")
    for address in addresses:
        change(named, f"update add {mname[:-1]} 60 {'AAAA' if ':' in address else 'A'} "
               f"{address}")


@stories("fault: the primary that the SOA names {}: the zone's NS takes the update", {
    "does not exist": ("gone.corp.example.", ()),
    "is in no zone": ("ns1.nowhere.invalid.", ()),
    "is `.`": (".", ()),
    "is 127.0.0.1": ("lo.corp.example.", ("127.0.0.1",)),
    "is ::1": ("lo.corp.example.", ("::1",)),
    "is 0.0.0.0": ("zero.corp.example.", ("0.0.0.0", "::")),
    "is multicast": ("multi.corp.example.", ("224.0.0.251", "ff02::fb")),
    "is broadcast": ("broad.corp.example.", ("255.255.255.255",)),
    "is the agent's machine": ("me.corp.example.", (HOST, HOST_V6)),
    "is IPv4 in IPv6": ("mapped.corp.example.", ("::ffff:192.0.2.66",)),
    "is link-local": ("ll.corp.example.", ("169.254.1.1", "fe80::66")),
    "is dead": ("dead.corp.example.", ("192.0.2.66",)),
    "has 8 dead addresses":
        ("dead.corp.example.", tuple(f"192.0.2.{n}" for n in range(60 + 40, 68 + 40))),
})
def mname(world, name, addresses):
    named, agent = world.bind(), world.agent()
    own = Server(agent.namespace, ("127.0.0.1", "::1", HOST, HOST_V6),
                 lambda question: None)
    world.stoppable.append(own)
    set_mname(named, name, *addresses)
    before = named.zone("corp.example")
    world.wire.mark()
    run = agent.run(*QUICK)
    result(run, 0, "updated")
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)
    true(run.only["server"] in (f"{NS1}#53", f"{NS1_V6}#53"), "server", run)
    equal(own.seen(), [], "messages to the agent's own machine", run)
    strange = {seen.target for seen, _ in world.wire.messages()} - {
        NS1, NS1_V6, *(a for a in addresses if a.startswith("192.0.2."))}
    equal(strange, set(), "asked", run)
    true(run.elapsed < 6, f"{run.elapsed:.1f} s", run)


@story("fault: the SOA's primary is dead, the DNS server refuses: the NS set has the one")
def ns_set(world):
    primary = world.bind()
    set_mname(primary, "dead.corp.example.", "192.0.2.66")
    world.bind("secondary-refusing.conf", ["192.0.2.55"], "ns2")
    agent = world.agent()
    before = primary.zone("corp.example")
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", "192.0.2.55")
    registered(agent, primary, before, run)
    true(run.only["server"] in (f"{NS1}#53", f"{NS1_V6}#53"), "server", run)
    true(run.elapsed < 8, f"{run.elapsed:.1f} s", run)


@story("fault: neither MNAME nor NS can be reached, the answering server takes it")
def answering_server(world):
    named, agent = world.bind(addresses=(OTHER,)), world.agent()
    before = named.zone("corp.example")  # its SOA and NS lead to 192.0.2.53: nobody
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", OTHER)
    registered(agent, named, before, run)
    equal(run.only["server"], f"{OTHER}#53", "server", run)
    true(run.elapsed < 6, f"{run.elapsed:.1f} s", run)


# --- discovery ------------------------------------------------------------------------

def soa(owner):
    return dns.rrset.from_text(owner, 60, "IN", "SOA",
                               f"ns1.{owner} h.{owner} 1 60 60 60 60")


def authority(*rrsets, aa=True):
    def script(question):
        reply = question.answer(aa=aa)
        reply.authority.extend(rrsets)
        return reply
    return script


ROOT_NS = dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.net.")
USELESS = {
    "refers upwards: it is lame": authority(ROOT_NS, aa=False),
    "refers sideways": authority(dns.rrset.from_text(
        "other.example.", 60, "IN", "NS", "ns.other.example."), aa=False),
    "gives another zone's SOA": authority(soa("other.example.")),
    "gives the SOA of a name below": authority(soa(f"x.{NAME}.")),
    "gives two SOAs": authority(soa("corp.example."), soa("example.")),
    "gives the root's SOA": authority(dns.rrset.from_text(
        ".", 60, "IN", "SOA", "a.root-servers.net. nstld.verisign-grs.com. 1 1 1 1 1")),
}


@stories("fault: the first DNS server {}: the second one is asked", {
    name: (script,) for name, script in USELESS.items()})
def lame_first(world, script):
    lame = serve(world, only("UPDATE", answers(dns.rcode.NOERROR), script), (OTHER,),
                 "lame")
    _, named = front(world)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", OTHER, "-s", NS1)
    registered(agent, named, before, run)
    equal(run.only["zone"], "corp.example", "zone", run)
    equal(lame.seen("UPDATE"), [], "UPDATEs at the lame one", run)
    true(run.elapsed < 3, f"{run.elapsed:.1f} s", run)


@stories("fault: the only DNS server {}: no zone is guessed", {
    name: (script,) for name, script in USELESS.items()})
def lame_only(world, script):
    lame = serve(world, only("UPDATE", answers(dns.rcode.NOERROR), script))
    agent = world.agent()
    run = agent.run(*QUICK, "-t", "10")
    true(run.exit in (69, 75), f"exit status {run.exit}", run)
    result(run, run.exit, "failed")
    says(run, NS1)
    equal(lame.seen("UPDATE"), [], "UPDATEs", run)
    holds_nothing(agent, NAME, run)


def referral(cut, *servers):
    def script(question):
        reply = question.answer(aa=False)
        for number, address in enumerate(servers):
            name = f"ns{number}.{cut}"
            reply.authority.append(dns.rrset.from_text(cut, 60, "IN", "NS", name))
            reply.additional.append(dns.rrset.from_text(name, 60, "IN", "A", address))
        return reply
    return script


@story("fault: a referral to a dead and a living server: the living one is found")
def referral_half_dead(world):
    serve(world, referral("corp.example.", "192.0.2.66", NS1), (OTHER,), "parent")
    _, named = front(world)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-s", OTHER)
    registered(agent, named, before, run)
    true(run.elapsed < 6, f"{run.elapsed:.1f} s", run)


@story("fault: servers that refer to each other: it ends, 75")
def referral_loop(world):
    one = serve(world, referral("corp.example.", OTHER))
    other = serve(world, referral("corp.example.", NS1), (OTHER,), "ns2")
    agent = world.agent()
    run = agent.run(*QUICK)
    result(run, 75, "failed")
    asked = len(one.seen("SOA")) + len(other.seen("SOA"))
    true(asked <= 10, f"{asked} questions", run)
    true(run.elapsed < 5, f"{run.elapsed:.1f} s", run)


@story("fault: referrals without end: at most 4 steps, 75")
def referral_deep(world):
    labels = "a.b.c.d.e.f.g.example.".split(".")

    def deeper(question):
        seen = len(server.seen("SOA"))
        cut = ".".join(labels[max(0, 7 - seen):])
        return referral(cut, NS1)(question)
    server = serve(world, deeper)
    agent = world.agent()
    run = agent.run("--once", "-D", "a.b.c.d.e.f.g.example", "-i", "eth0", "-s", NS1)
    result(run, 75, "failed")
    true(len(server.seen("SOA")) <= 7, f"{server.seen('SOA')}", run)
    true(run.elapsed < 5, f"{run.elapsed:.1f} s", run)
