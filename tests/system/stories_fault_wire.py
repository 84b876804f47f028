"""Faults on the wire: answers that are none, truncated ones, answers in pieces."""

import random
import struct

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from configs import DEDICATED, config
from holdings import holds
from scripted import (BEHIND, Pass, Reply, Stream, framed, front, only, reject,
                      update_count)
from story import stories, story
from world import HOST, HOST_V6, NS1, equal, result, true, zone_change

NAME = "pc1-amt.corp.example"
QUICK = ("--once", "-D", NAME, "-i", "eth0", "-s", NS1)
A, AAAA = (NAME, "A"), (NAME, "AAAA")
BOTH = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}
OTHER = "192.0.2.54"


def registered(agent, named, before, run, outcome="updated"):
    result(run, 0, outcome)
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)


# --- answers that are none ------------------------------------------------------------

def refusal(question):
    """An answer that would end the run with 77, or lead away, were it believed."""
    return question.answer(dns.rcode.REFUSED)


def changed(**fields):
    def make(question):
        wire = bytearray(refusal(question).to_wire())
        number, flags = struct.unpack_from("!HH", wire)
        if "id" in fields:
            number ^= 0x5555
        if "qr" in fields:
            flags &= ~0x8000
        if "opcode" in fields:
            flags ^= 0x2800 if "UPDATE" != question.kind else 0x0800
        struct.pack_into("!HH", wire, 0, number, flags)
        return bytes(wire)
    return make


def other_zone(question):
    reply = refusal(question)
    owner = "other.example."
    asked = reply.question[0]
    reply.question = [dns.rrset.RRset(dns.name.from_text(owner), asked.rdclass,
                                      asked.rdtype)]
    return reply


def short(length):
    return lambda question: refusal(question).to_wire()[:length]


def garbage(seed, length):
    def make(question):
        chance = random.Random(f"{seed}{question.number}")
        return question.wire[:2] + b"\x80" + chance.randbytes(length - 3)
    return make


def loops(question):
    """A compression pointer to itself where the zone's name should be."""
    head = bytearray(refusal(question).to_wire()[:12])
    return bytes(head) + b"\xc0\x0c\x00\x06\x00\x01"


def counts(question):
    """A header that promises 65535 RRs in each section."""
    wire = bytearray(refusal(question).to_wire())
    wire[4:12] = b"\xff" * 8
    return bytes(wire)


TSIG = (b"\x00" + struct.pack("!HHIH", 250, 255, 0, 16 + 13) +
        b"\x08hmac-md5\x00"[:10] + b"\x00" * 19)


def tsigs(question):
    """Two TSIG RRs, on which ldns leaks."""
    wire = bytearray(refusal(question).to_wire())
    struct.pack_into("!H", wire, 10, 2)
    return bytes(wire) + TSIG + TSIG


FORGED = {
    "another id": changed(id=True), "QR clear": changed(qr=True),
    "another opcode": changed(opcode=True), "another zone or question": other_zone,
    "not one octet": short(0), "1 octet": short(1), "2 octets": short(2),
    "11 octets": short(11), "a header that promises too much": counts,
    "a name that points at itself": loops,
    "40 random octets": garbage(1, 40), "1,200 random octets": garbage(2, 1200),
}
# The header alone, with the right id, is a whole answer to an UPDATE (RFC 2136 3.8).
FORGED_QUERIES = {**FORGED, "a bare header": short(12), "two TSIG RRs": tsigs}


def before_the_right_one(kinds, make):
    def script(question):
        if question.kind not in kinds:
            return Pass()
        return [Reply(make(question)), Pass(answer_after=0.02)]
    return script


@stories("wire fault: before the answer to the UPDATE comes {}: ignored", {
    name: (make,) for name, make in FORGED.items()})
def forged_update(world, make):
    proxy, named = front(world, before_the_right_one({"UPDATE"}, make))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    update_count(proxy, 1, run=run)
    equal(len(proxy.seen("UPDATE")), 1, "UPDATEs, those sent again too", run)
    true(run.elapsed < 2, f"{run.elapsed:.2f} s", run)


@stories("wire fault: before the answers to our look comes {}: ignored", {
    name: (make,) for name, make in FORGED_QUERIES.items()})
def forged_look(world, make):
    forging = before_the_right_one({"A", "AAAA"}, make)
    proxy, named = front(world, lambda question: Pass() if question.rd
                         else forging(question))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(len(proxy.seen("UPDATE")), 1, "UPDATEs", run)
    true(run.elapsed < 2, f"{run.elapsed:.2f} s", run)


@stories("wire fault: before the answers of the DNS server comes {}: no harm", {
    name: (make,) for name, make in FORGED_QUERIES.items()})
def forged_discovery(world, make):
    forging = before_the_right_one({"SOA", "A", "AAAA", "NS"}, make)
    _, named = front(world, lambda question: forging(question) if question.rd else Pass())
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    true(run.elapsed < 5, f"{run.elapsed:.2f} s", run)


@stories("wire fault: {} from elsewhere is not taken", {
    "the answer to the UPDATE, from another port": ("UPDATE", (NS1, 5353)),
    "the answer to the UPDATE, from another address": ("UPDATE", (OTHER, 53)),
    "the answer to our look, from another port": ("AAAA", (NS1, 5353)),
})
def elsewhere(world, kind, source):
    proxy, named = front(world, only(kind, lambda question: [
        Reply(refusal(question), source=source), Pass(answer_after=0.02)]))
    world.ip(proxy, f"addr add {OTHER}/24 dev eth0\n")
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(len(proxy.seen("UPDATE")), 1, "UPDATEs", run)
    true(run.elapsed < 2, f"{run.elapsed:.2f} s", run)


@stories("wire fault: {} wrong answers to the UPDATE: it goes over TCP, at once", {
    "16": (16,), "1,000": (1000,)})
def flood(world, count):
    proxy, named = front(world, only("UPDATE", lambda question: Pass() if question.tcp
                                     else Reply(changed(id=True)(question), times=count)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal([question.tcp for question in proxy.seen("UPDATE")], [False, True],
          "UPDATEs over TCP", run)
    true(run.elapsed < 2, f"{run.elapsed:.2f} s", run)


@stories("wire fault: {} comes twice: taken once", {
    kind: (kind,) for kind in ("UPDATE", "SOA", "A", "AAAA")})
def twice(world, kind):
    proxy, named = front(world, only(kind, Pass(answer_times=2)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(len(proxy.seen("UPDATE")), 1, "UPDATEs", run)
    true(run.elapsed < 2, f"{run.elapsed:.2f} s", run)


# --- truncated, TCP -------------------------------------------------------------------

def truncated(question):
    if question.tcp:
        return Pass()
    reply = question.answer()
    reply.flags |= dns.flags.TC
    return reply


@stories("wire fault: TC on {}: asked again over TCP", {
    "the UPDATE": (lambda question: question.kind == "UPDATE", "UPDATE"),
    "the SOA": (lambda question: question.kind == "SOA", "SOA"),
    "our look": (lambda question: not question.rd and question.kind in ("A", "AAAA"), "A"),
    "everything": (lambda question: True, "UPDATE"),
})
def truncation(world, concerned, kind):
    proxy, named = front(world, lambda question: truncated(question)
                         if concerned(question) else Pass())
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    true(proxy.seen(kind, tcp=True), f"no {kind} over TCP: {proxy.seen()}", run)
    equal(len(proxy.seen("UPDATE", tcp=True)), int(kind == "UPDATE"), "by TCP", run)
    true(run.elapsed < 2.5, f"{run.elapsed:.2f} s", run)


@story("wire fault: TC on the UPDATE, and no TCP there: the next primary")
def truncation_no_tcp(world):
    proxy, named = front(world, only("UPDATE", truncated))
    reject(proxy.namespace, "tcp dport 53 reject with tcp reset")
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent, "udp"))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    true(run.elapsed < 3, f"{run.elapsed:.2f} s", run)


def tcp_config(agent, transport="tcp", primary=f"[{NS1}, {BEHIND}]"):
    dns_keys = {"servers": f"[{BEHIND}]", "primary": primary}
    if transport != "udp":
        dns_keys["transport"] = transport
    return agent.config(config(dns=dns_keys, **DEDICATED))


def stream(end, *pieces):
    return lambda question: Stream([(after, make(question)) for after, make in pieces], end)


def cut(question):
    return framed(question.answer())[:7]


def prefix(question):
    return framed(question.answer())[:1]


def empty_frame(_question):
    return b"\x00\x00"


@stories("wire fault: TCP, the first primary {}: the next takes the UPDATE", {
    "closes without a word": (stream("close"), 2),
    "resets": (stream("reset"), 2),
    "closes in the middle of a frame": (stream("close", (0, cut)), 2),
    "resets in the middle of a frame": (stream("reset", (0, cut)), 2),
    "closes in the middle of the length": (stream("close", (0, prefix)), 2),
    "sends an empty frame and closes": (stream("close", (0, empty_frame)), 2),
    "stalls": (stream("hold"), 14),
    "stalls in the middle of a frame": (stream("hold", (0, cut)), 14),
    "sends 65,535 random octets and stalls": (stream("hold", (
        0, lambda question: b"\xff\xff" + random.Random(3).randbytes(65535))), 14),
})
def tcp_fails_over(world, action, limit):
    proxy, named = front(world, only("UPDATE", action))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    true(proxy.seen("UPDATE", tcp=True), "the first got no UPDATE", run)
    equal(proxy.seen("UPDATE", tcp=False), [], "UPDATEs over UDP", run)
    true(run.elapsed < limit, f"{run.elapsed:.2f} s", run)


@stories("wire fault: TCP, the first primary {}: the next is asked", {
    "is closed": ("tcp dport 53 reject with tcp reset", 2),
    "swallows every SYN": ("tcp dport 53 drop", 2),
})
def tcp_no_connection(world, rule, limit):
    proxy, named = front(world)
    reject(proxy.namespace, rule)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)
    true(run.elapsed < limit, f"{run.elapsed:.2f} s", run)


@story("wire fault: TCP, the only primary takes the UPDATE and resets: it is there: exit 0")
def tcp_reset_applied(world):
    _, named = front(world, only("UPDATE", lambda question: [
        Pass(lose_answer=True), Stream([], "reset")]))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent))
    registered(agent, named, before, run)


@stories("wire fault: TCP, answers {}: taken", {
    "in single octets": (lambda wire: [(0.002, wire[i:i + 1]) for i in range(len(wire))],),
    "with the length in two halves": (
        lambda wire: [(0, wire[:1]), (0.05, wire[1:2]), (0.05, wire[2:])],),
    "twice, in one piece": (lambda wire: [(0, wire + wire)],),
    "behind an empty frame": (lambda wire: [(0, b"\x00\x00" + wire)],),
    "behind a frame with another id": (
        lambda wire: [(0, wire[:2] + b"\x00\x00" + wire[4:] + wire)],),
})
def tcp_pieces(world, pieces):
    def script(question):
        if question.kind != "UPDATE":
            return Pass()
        message = question.message
        with_real = dns.message.from_wire(ask(message))
        return Stream(pieces(framed(with_real)), "go on")

    def ask(message):
        # The script's thread lives beside the server.
        return dns.query.tcp(message, BEHIND, timeout=3).to_wire()
    proxy, named = front(world, script)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent, primary=f"[{NS1}]"))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{NS1}#53", "server", run)
    equal([question.tcp for question in proxy.seen("UPDATE")], [True], "UPDATEs", run)
    true(run.elapsed < 5, f"{run.elapsed:.2f} s", run)


@story("wire fault: TCP, answers of 65,535 octets: taken")
def tcp_long(world):
    def pad(message):
        filler = dns.rrset.from_text("filler.corp.example.", 60, "IN", "TXT", '"x"')
        message.additional.append(filler)
        spare = 65535 - len(message.to_wire(max_size=65535))
        strings = []
        while spare > 0:
            length = min(255, spare - 1)
            if spare - 1 - length == 1:
                length -= 1
            strings.append("y" * length)
            spare -= 1 + length
        message.additional[-1] = dns.rrset.from_text(
            "filler.corp.example.", 60, "IN", "TXT",
            " ".join(f'"{text}"' for text in ["x", *strings]))
        wire = message.to_wire(max_size=65535)
        sizes.append(len(wire))
        return wire
    sizes = []
    proxy, named = front(world, lambda question: Pass(rewrite=pad) if question.tcp
                         else Pass())
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent, primary=f"[{NS1}]"))
    registered(agent, named, before, run)
    true(proxy.seen("UPDATE", tcp=True), "no UPDATE", run)
    equal(set(sizes), {65535}, "octets", run)
