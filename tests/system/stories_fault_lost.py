"""Messages lost, late and twice, others who write the same name, bad networks."""

import time

import dns.rcode
import dns.rdatatype

from configs import DEDICATED, config
from holdings import holds, holds_nothing, may_hold
from scripted import (BEHIND, Pass, change, first, front, lossy, nft, only, reject,
                      socket_in)
from stories_fault_wire import A, AAAA, BOTH, NAME, QUICK, registered, tcp_config
from story import stories, story
from world import HOST, HOST_V6, NS1, equal, result, says, true, zone_change


# --- lost, late, twice ----------------------------------------------------------------

@story("wire fault: the answer to an UPDATE that was applied is lost: updated")
def lost_answer(world):
    proxy, named = front(world, first("UPDATE", 1, Pass(lose_answer=True)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    true(len(proxy.seen("UPDATE")) >= 2, "it was not sent again", run)
    equal(run.changes().get(HOST), "added", "change", run)
    true(run.elapsed < 4, f"{run.elapsed:.2f} s", run)


@story("wire fault: every answer to UPDATEs is lost: the look finds them applied: exit 0")
def all_answers_lost(world):
    _, named = front(world, only("UPDATE", Pass(lose_answer=True)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent, "udp"))
    registered(agent, named, before, run)


@story("wire fault: nobody answers UPDATEs, they were applied: 75, and the state knows")
def all_answers_lost_alone(world):
    _, named = front(world, only("UPDATE", Pass(lose_answer=True)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    may_hold(agent, NAME, {HOST, HOST_V6}, run)
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    true(run.exit in (0, 75), f"exit status {run.exit}", run)
    run = agent.run("--withdraw", "-D", NAME, "-i", "eth0", "-s", BEHIND)
    equal(run.exit, 0, "exit status", run)


@stories("wire fault: applied, its answer is lost, and {}: 75, and the state knows", {
    "the second try's prerequisite fails, then silence": (1,),
    "then silence": (0,),
})
def applied_then_silence(world, told):
    """After so many answers to UPDATEs the server is not heard of any more."""
    def script(question):
        updates = len(proxy.seen("UPDATE"))
        if question.kind == "UPDATE" and question.number == 1:
            return Pass(lose_answer=True)
        return Pass() if not updates or (question.kind == "UPDATE" and
                                         question.number <= 1 + told) else None
    proxy, named = front(world, script)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK, "-t", "25")
    result(run, 75, "failed")
    says(run, NS1, "may have been applied")
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    may_hold(agent, NAME, {HOST, HOST_V6}, run)
    run = agent.run("--withdraw", "-D", NAME, "-i", "eth0", "-s", BEHIND)
    result(run, 0, "withdrawn")
    zone_change(before, named.zone("corp.example"), run=run)


@stories("wire fault: NOERROR, and then the server is {}: 75 that says it was not seen", {
    "silent": (None,), "unable": (lambda question: question.answer(dns.rcode.SERVFAIL),)})
def not_seen(world, action):
    def script(question):
        if question.kind == "UPDATE" and question.number == 1 or not proxy.seen("UPDATE"):
            return Pass()
        return action and action(question)
    proxy, named = front(world, script)
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK, "-t", "25")
    result(run, 75, "failed")
    says(run, NS1, "accepted", "cannot be verified")
    true("accepted but not applied" not in run.sentence, "nobody knows that", run)
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    may_hold(agent, NAME, {HOST, HOST_V6}, run)
    equal(agent.run("--withdraw", "-D", NAME, "-i", "eth0", "-s", BEHIND).exit, 0, "exit")
    zone_change(before, named.zone("corp.example"), run=run)


@story("wire fault: an UPDATE that was lost is sent again: same words, other id and port")
def lost_update(world):
    proxy, named = front(world, first("UPDATE", 1, None))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    one, two = proxy.seen("UPDATE")
    equal(one.wire[2:], two.wire[2:], "the UPDATEs", run)
    true(one.wire[:2] != two.wire[:2], "the same id", run)
    true(one.peer[1] != two.peer[1], "the same source port", run)
    true(0.9 <= two.at - one.at <= 1.3, f"after {two.at - one.at:.2f} s", run)
    true(run.elapsed < 2.5, f"{run.elapsed:.2f} s", run)


@story("wire fault: UPDATEs are lost: after 1, 2 and 4 s by TCP")
def lost_updates(world):
    proxy, named = front(world, only("UPDATE", lambda question: Pass() if question.tcp
                                     else None))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    seen = proxy.seen("UPDATE")
    equal([question.tcp for question in seen], [False, False, False, True], "by TCP", run)
    waits = [round(b.at - a.at) for a, b in zip(seen, seen[1:])]
    equal(waits, [1, 2, 4], "seconds between them", run)


@story("wire fault: the answer to the first try comes after the second try: it counts")
def late_answer(world):
    proxy, named = front(world, first("UPDATE", 1, Pass(answer_after=1.3), default=lambda
                                      question: None if question.kind == "UPDATE"
                                      else Pass()))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(len(proxy.seen("UPDATE")), 2, "UPDATEs", run)
    true(run.elapsed < 2.6, f"{run.elapsed:.2f} s", run)


@story("wire fault: an UPDATE is delivered twice: the zone is the same")
def delivered_twice(world):
    _, named = front(world, only("UPDATE", Pass(times=2)))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)


@stories("wire fault: an old UPDATE arrives {}: it changes nothing", {
    "after the address has changed": (False,),
    "after --withdraw": (True,),
})
def late_duplicate(world, withdrawn):
    proxy, named = front(world)
    agent = world.agent()
    result(agent.run(*QUICK), 0, "updated")
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    result(agent.run(*QUICK), 0, "updated")
    changes = [question.wire for question in proxy.seen("UPDATE")]
    if withdrawn:
        run = agent.run("--withdraw", "-D", NAME, "-i", "eth0", "-s", NS1)
        result(run, 0, "withdrawn")
        changes = changes[1:]  # the one that only adds is as good as new
    before = named.zone("corp.example")
    for wire in changes:
        with socket_in(named.namespace, named.address) as asking:
            asking.send(wire)
            asking.recv(4096)
    zone_change(before, named.zone("corp.example"))


# --- others ---------------------------------------------------------------------------

def meddling(named_of, changes):
    """Before UPDATE number n is handed on, somebody makes the change number n."""
    def script(question):
        if question.kind == "UPDATE" and question.number <= len(changes):
            for line in changes[question.number - 1]:
                change(named_of(), line)
        return Pass()
    return script


@stories("race: between our look and our UPDATE somebody {}", {
    "adds an A, replace: ours stands alone":
        ("replace", [f"update add {NAME} 300 A 192.0.2.98"], 0, {HOST}, {HOST_V6}),
    "adds an A, keep: 73, theirs stays, our AAAA stands":
        ("keep", [f"update add {NAME} 300 A 192.0.2.98"], 73, {"192.0.2.98"}, {HOST_V6}),
    "adds our own A, keep: it is as desired":
        ("keep", [f"update add {NAME} 900 A {HOST}"], 0, {HOST}, {HOST_V6}),
    "adds both of ours: updated, or unchanged":
        ("replace", [f"update add {NAME} 900 A {HOST}",
                     f"update add {NAME} 900 AAAA {HOST_V6}"], 0, {HOST}, {HOST_V6}),
})
def race_once(world, policy, lines, status, v4, v6):
    servers = []
    proxy, named = front(world, meddling(lambda: servers[0], [lines]))
    servers.append(named)
    agent = world.agent()
    run = agent.run("--once", "-c", agent.config(config(**DEDICATED, on_conflict=policy)))
    result(run, status)
    zone = named.zone("corp.example")
    equal(zone.get(A, (0, set()))[1], frozenset(v4), "A", run)
    equal(zone.get(AAAA, (0, set()))[1], frozenset(v6), "AAAA", run)
    holds(agent, NAME, ({HOST} & v4) | v6, run)
    true(run.elapsed < 3, f"{run.elapsed:.2f} s", run)


@story("race: somebody adds an A between our look and our UPDATE, shared: both stand")
def race_shared(world):
    servers = []
    shared = "pc1.corp.example"
    proxy, named = front(world, meddling(lambda: servers[0], [
        [f"update add {shared} 300 A 192.0.2.78"]]))
    servers.append(named)
    agent = world.agent()
    run = agent.run("--once", "-S", "-i", "eth0", "-s", NS1)
    result(run, 0, "updated")
    equal(named.zone("corp.example")[(shared, "A")],
          (300, frozenset({"192.0.2.77", "192.0.2.78", HOST})), "A", run)
    holds(agent, shared, {HOST}, run)


@story("race: somebody puts a CNAME there between our look and our UPDATE: 73")
def race_cname(world):
    servers = []
    name = "free.corp.example"
    proxy, named = front(world, meddling(lambda: servers[0], [
        [f"update add {name} 300 CNAME printer.corp.example."]]))
    servers.append(named)
    agent = world.agent()
    run = agent.run("--once", "-D", name, "-i", "eth0", "-s", NS1)
    result(run, 73, "conflict")
    says(run, name, "CNAME")
    true((name, "CNAME") in named.zone("corp.example"), "the CNAME has gone", run)
    holds_nothing(agent, name, run)


@story("race: somebody changes the name before every UPDATE of ours: 75 that says so")
def race_always(world):
    servers = []
    proxy, named = front(world, meddling(lambda: servers[0], [
        [f"update delete {NAME} A", f"update delete {NAME} AAAA",
         f"update add {NAME} 300 A 192.0.2.{100 + n}",
         f"update add {NAME} 300 AAAA 2001:db8::{100 + n}"] for n in range(40)]))
    servers.append(named)
    agent = world.agent()
    run = agent.run(*QUICK)
    result(run, 75, "failed")
    says(run, NAME, "somebody else")
    true(len(proxy.seen("UPDATE")) <= 11, f"UPDATEs: {proxy.seen('UPDATE')}", run)
    true(run.elapsed < 10, f"{run.elapsed:.2f} s", run)
    zone = named.zone("corp.example")
    true(HOST not in zone[A][1] and HOST_V6 not in zone[AAAA][1], "the zone", run)


@story("race: somebody undoes the change right after it, once: it is made again")
def race_undone(world):
    def script(question):
        if question.kind == "UPDATE" and question.number == 1:
            return [Pass(), ]
        if not question.rd and question.kind == "AAAA" and not undone and \
                proxy.seen("UPDATE"):
            undone.append(True)
            change(named, f"update delete {NAME} A")
            change(named, f"update add {NAME} 300 A 192.0.2.98")
        return Pass()
    undone = []
    proxy, named = front(world, script)
    agent = world.agent()
    run = agent.run(*QUICK)
    equal(run.exit, 0, "exit status", run)
    zone = named.zone("corp.example")
    true(undone, "nothing was undone", run)
    true(zone[AAAA] == (900, frozenset({HOST_V6})), "AAAA", run)


def silently(question):
    """NOERROR to whatever adds something, without a deed; prerequisites are true."""
    adds = any(rrset.deleting is None for rrset in question.message.update)
    return question.answer() if adds else Pass()


@story("fault: a server says NOERROR and does nothing: 75, accepted but not applied")
def not_applied(world):
    proxy, named = front(world, only("UPDATE", silently))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    result(run, 75, "failed")
    says(run, NS1, "corp.example", "accepted but not applied")
    zone_change(before, named.zone("corp.example"), run=run)
    true(len(proxy.seen("UPDATE")) <= 8, f"UPDATEs: {proxy.seen('UPDATE')}", run)
    true(run.elapsed < 8, f"{run.elapsed:.1f} s", run)
    # It may yet appear: the state says maybe, and the next run looks.
    may_hold(agent, NAME, {HOST, HOST_V6}, run)


@story("fault: one server says NOERROR and does nothing, the next one does it")
def not_applied_once(world):
    proxy, named = front(world, only("UPDATE", silently))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run("--once", "-c", tcp_config(agent, "udp"))
    registered(agent, named, before, run)
    equal(run.only["server"], f"{BEHIND}#53", "server", run)


@story("fault: a server applies the A and ignores the AAAA: 75, the state has the A")
def half_applied(world):
    def without_aaaa(question):
        adds = {rrset.rdtype for rrset in question.message.update
                if rrset.deleting is None}
        if dns.rdatatype.AAAA not in adds:
            return Pass()
        if dns.rdatatype.A in adds:
            change(named, f"update add {NAME} 900 A {HOST}")
        return question.answer()
    proxy, named = front(world, only("UPDATE", without_aaaa))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    result(run, 75, "failed")
    zone_change(before, named.zone("corp.example"), added={A: (900, {HOST})}, run=run)
    may_hold(agent, NAME, {HOST, HOST_V6}, run)
    equal(run.changes().get(HOST), "added", "the A", run)
    true(run.changes().get(HOST_V6) != "added", "the AAAA", run)


# --- bad networks ---------------------------------------------------------------------

@stories("network: a third of the datagrams is lost both ways, seed {}", {
    str(seed): (seed,) for seed in range(1, 6)})
def third_lost(world, seed):
    proxy, named = front(world, lossy(0.33, seed))
    agent = world.agent()
    before = named.zone("corp.example")
    told = []
    for _ in range(4):
        run = agent.run(*QUICK)
        told.append(run.exit)
        true(run.exit in (0, 69, 75), f"seed {seed}: exit status {run.exit}", run)
        after = named.zone("corp.example")
        if run.exit == 0:
            break
        if A in after or AAAA in after:
            may_hold(agent, NAME, {HOST, HOST_V6}, run)
    equal(told[-1], 0, f"seed {seed}: exit statuses {told}", run)
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)


@story("network: a third of all packets is lost both ways (nft): it gets there")
def third_lost_nft(world):
    named, agent = world.bind(), world.agent()
    before = named.zone("corp.example")
    for namespace in (agent.namespace, named.namespace):
        reject(namespace, "numgen random mod 100 < 33 drop")
    told = []
    for _ in range(4):
        run = agent.run(*QUICK, "-s", "2001:db8::53")
        told.append(run.exit)
        true(run.exit in (0, 69, 75), f"exit status {run.exit}", run)
        if run.exit == 0:
            break
    equal(told[-1], 0, f"exit statuses {told}", run)
    nft(named.namespace, "delete table inet rejecting\n")
    zone_change(before, named.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)


@story("network: our own filter forbids every third message to be sent: it is sent again")
def forbidden_sometimes(world):
    named, agent = world.bind(), world.agent()
    before = named.zone("corp.example")
    nft(agent.namespace, "table inet t {\n chain o {\n  type filter hook output priority "
        "0\n  udp dport 53 numgen inc mod 3 0 drop\n }\n}\n")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)


@story("network: our own filter forbids all messages: 69, that says so")
def forbidden(world):
    world.bind()
    agent = world.agent()
    nft(agent.namespace, "table inet t {\n chain o {\n  type filter hook output priority "
        "0\n  udp dport 53 drop\n }\n}\n")
    run = agent.run(*QUICK, "-t", "10")
    result(run, 69, "failed")
    says(run, NS1)
    holds_nothing(agent, NAME, run)


@stories("network: round trips of {}: a good run takes at most 6 of them", {
    "200 ms": (0.2,), "900 ms": (0.9,)})
def slow(world, seconds):
    proxy, named = front(world, lambda question: Pass(answer_after=seconds))
    agent = world.agent()
    before = named.zone("corp.example")
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    equal(len(proxy.seen("UPDATE")), 1, "UPDATEs", run)
    true(run.elapsed < 6 * seconds + 0.3, f"{run.elapsed:.2f} s", run)


@story("network: round trips of 1.5 s: answers to earlier tries count")
def slower(world):
    proxy, named = front(world, lambda question: Pass(answer_after=1.5))
    agent = world.agent()
    before = named.zone("corp.example")
    started = time.monotonic()
    run = agent.run(*QUICK)
    registered(agent, named, before, run)
    true(time.monotonic() - started < 20, f"{run.elapsed:.2f} s", run)
