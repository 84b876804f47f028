"""Every exit status for its own reason, with its own sentence."""

import os
import signal
import time

import dns.message
import dns.rcode
import dns.rrset

from configs import DEDICATED, config
from story import stories, story
from world import (HOST, NS1, equal, result, says, silent, true, update_count,
                   zone_change)

NAME = "pc1-amt.corp.example"
QUICK = ("-D", NAME, "-i", "eth0", "-s", NS1)


@story("exit 0: --help and --version")
def informed(world):
    agent = world.agent()
    run = agent.text("--help")
    equal((run.exit, run.stderr), (0, ""), "--help", run)
    for option in ("--once", "--withdraw", "--check", "--dedicated", "--shared",
                   "--interface", "--address", "--server", "--state-directory",
                   "--timeout", "--dry-run", "--json", "--verbose", "--quiet",
                   "--version", "--online", "--config"):
        true(option in run.stdout, f"--help lacks {option}", run)
    true(max(len(line) for line in run.stdout.splitlines()) <= 80, "over 80 columns", run)
    run = agent.text("--version")
    equal((run.exit, run.stderr), (0, ""), "--version", run)
    true("ddnsupd" in run.stdout and "0.1.0" in run.stdout, "--version", run)


@stories("exit 64: {}", {
    "an unknown option": (["--frobnicate"], "frobnicate"),
    "two verbs": (["--once", "--withdraw", *QUICK], "withdraw"),
    "-D without a verb": (["-D", NAME], ""),
    "-S without a verb": (["-S"], ""),
    "-D with a NAME": (["--once", *QUICK, "amt"], "amt"),
    "a bad address": (["--once", *QUICK, "-a", "192.0.2"], "192.0.2"),
    "a bad server": (["--once", "-D", NAME, "-i", "eth0", "-s", "ns1.corp"], "ns1.corp"),
    "a server with a bad port":
        (["--once", "-D", NAME, "-i", "eth0", "-s", "192.0.2.53#70000"], "70000"),
    "a bad timeout": (["--once", *QUICK, "-t", "soon"], "soon"),
    "a timeout of 0": (["--once", *QUICK, "-t", "0"], "0"),
    "an option without its value": (["--once", "-D"], ""),
    "--online without --check": (["--once", "--online", *QUICK], "online"),
})
def usage(world, arguments, word):
    agent = world.agent()
    run = agent.text(*arguments, state=False)
    equal((run.exit, run.stdout), (64, ""), "exit status and stdout", run)
    says(run, word)
    true(0 < len(run.stderr.strip().splitlines()) <= 3, "one clear line", run)
    run = agent.run("-j", *arguments, state=False)
    equal((run.exit, run.json["registrations"]), (64, []), "with --json", run)
    true(run.json["error"], "no top-level error", run)
    equal(world.wire.messages(), [], "messages sent", run)


@story("exit 69: no server answers, within the timeout")
def nobody(world):
    world.scripted(lambda query, tcp: None)
    agent = world.agent()
    run = agent.run("--once", *QUICK, "-t", "3")
    result(run, 69, "failed")
    says(run, NS1)
    true(2.5 <= run.elapsed <= 4.5, f"{run.elapsed:.1f} s of 3", run)
    human = agent.text("--once", *QUICK, "-t", "2")
    equal(human.exit, 69, "exit status", human)
    says(human, NS1)


@story("exit 69: the server's port is unreachable: no long wait")
def unreachable(world):
    world.switch.host("ns1", [f"{NS1}/24"])
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    result(run, 69, "failed")
    says(run, NS1)
    true(run.elapsed < 15, f"{run.elapsed:.1f} s", run)


@story("exit 69: no DNS server known")
def no_server(world):
    agent = world.agent()
    run = agent.run("--once", "-D", NAME, "-i", "eth0", "-t", "2")
    result(run, 69, "failed")
    says(run, "DNS server")


@story("exit 69: no address on the interface, waited for until the timeout")
def no_address(world):
    world.bind()
    agent = world.agent([])
    run = agent.run("--once", *QUICK, "-t", "2")
    result(run, 69, "failed")
    says(run, "address", "eth0")
    silent(world, run)


@story("exit 69: no default route and no interface named: the interfaces are listed")
def no_interface(world):
    world.bind()
    agent = world.agent()
    run = agent.run("--once", "-D", NAME, "-s", NS1, "-t", "2")
    result(run, 69, "failed")
    says(run, "eth0")
    world.ip(agent, "route add default via 192.0.2.1\n")
    result(agent.run("--once", "-D", NAME, "-s", NS1), 0, "updated")


@story("exit 0: an address that appears while --once waits is registered")
def late_address(world):
    server, agent = world.bind(), world.agent([])
    started = time.monotonic()
    process, command = agent.start("--once", *QUICK, "-j")
    time.sleep(1)
    world.ip(agent, f"addr add {HOST}/24 dev eth0\n")
    run = agent.finish(process, command, started)
    result(run, 0, "updated")
    true(run.elapsed < 10, "it came late", run)
    true((NAME, "A") in server.zone("corp.example"), "A", run)


@story("exit 75: SERVFAIL is temporary")
def servfail(world):
    world.bind("broken.conf", zone=None)
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    result(run, 75, "failed")
    says(run, NS1, "SERVFAIL")
    human = agent.text("--once", *QUICK)
    equal(human.exit, 75, "exit status", human)
    says(human, "SERVFAIL")


def lying(query, _tcp):
    """A primary that says NOERROR to an UPDATE and does nothing."""
    reply = dns.message.make_response(query)
    reply.flags |= 0x0400  # AA
    if query.opcode() == 5:
        return reply
    owner = query.question[0].name.to_text()
    soa = dns.rrset.from_text("corp.example.", 60, "IN", "SOA",
                              "ns1.corp.example. h.corp.example. 1 60 60 60 60")
    if owner == "ns1.corp.example.":
        if query.question[0].rdtype == 1:
            reply.answer.append(dns.rrset.from_text(owner, 60, "IN", "A", NS1))
        return reply
    if owner != "corp.example.":
        reply.set_rcode(dns.rcode.NXDOMAIN)
        reply.authority.append(soa)
    elif query.question[0].rdtype == 6:
        reply.answer.append(soa)
    return reply


@story("exit 75: accepted but not applied is no success")
def not_applied(world):
    world.scripted(lying)
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    # The confirming UPDATE is answered NOERROR, too, by a server that says yes to all.
    result(run, run.exit)
    true(run.exit in (0, 75), "exit status", run)
    if run.exit == 0:
        true("visible" in str(run.json) + run.stderr, "no word about it", run)
    update_count(world, 2, 12, run=run)


def failing_updates(rcode):
    def script(query, tcp):
        reply = lying(query, tcp)
        if query.opcode() == 5:
            reply.set_rcode(rcode)
        return reply
    return script


@stories("verdict: an UPDATE answered {}", {
    "SERVFAIL is exit 75": (dns.rcode.SERVFAIL, 75, "failed"),
    "REFUSED is exit 77": (dns.rcode.REFUSED, 77, "refused"),
    "NOTAUTH is exit 77": (dns.rcode.NOTAUTH, 77, "refused"),
    "NOTIMP is exit 77": (dns.rcode.NOTIMP, 77, "refused"),
    "FORMERR is exit 77": (dns.rcode.FORMERR, 77, "refused"),
    "NOTZONE is exit 77": (dns.rcode.NOTZONE, 77, "refused"),
    "YXRRSET each time is exit 75 or 73": (dns.rcode.YXRRSET, (73, 75), None),
})
def rcodes(world, rcode, exits, outcome):
    world.scripted(failing_updates(rcode))
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    exits = exits if isinstance(exits, tuple) else (exits,)
    true(run.exit in exits, f"exit status {run.exit}, not {exits}", run)
    if outcome:
        equal(run.outcome, outcome, "outcome", run)
        equal(run.only["rcode"], dns.rcode.to_text(rcode), "rcode", run)
        says(run, NS1, dns.rcode.to_text(rcode))
    true(run.elapsed < 30, "too long", run)


@story("verdict: an UPDATE that nobody answers is exit 75: it may have been applied")
def update_unanswered(world):
    world.scripted(lambda query, tcp: None if query.opcode() == 5 else lying(query, tcp))
    agent = world.agent()
    run = agent.run("--once", *QUICK, "-t", "25")
    result(run, 75, "failed")


def spoofing(query, tcp):
    """Answers with a wrong id come first; the right one after them."""
    right = lying(query, tcp)
    wrong = []
    for number in range(1, 4):
        forged = dns.message.from_wire(right.to_wire())
        forged.id = (right.id + number) & 0xFFFF
        forged.set_rcode(dns.rcode.REFUSED)
        wrong.append(forged)
    if query.opcode() == 5:
        right.set_rcode(dns.rcode.SERVFAIL)
    return [*wrong, right]


@story("wire: answers with another id are ignored, the wait goes on")
def other_ids(world):
    world.scripted(spoofing)
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    result(run, 75, "failed")
    equal(run.only["rcode"], "SERVFAIL", "rcode", run)


def truncating(query, tcp):
    reply = lying(query, tcp)
    if not tcp:
        reply = dns.message.make_response(query)
        reply.flags |= 0x0200  # TC
    elif query.opcode() == 5:
        reply.set_rcode(dns.rcode.REFUSED)
    return reply


@story("wire: a truncated answer is asked for again over TCP")
def truncated(world):
    world.scripted(truncating)
    agent = world.agent()
    run = agent.run("--once", *QUICK)
    result(run, 77, "refused")
    true(any(seen.tcp for seen, _ in world.wire.messages(5)), "no UPDATE over TCP", run)


@stories("exit 77: {} takes no unsigned update; the sentence says where and why", {
    "a zone with allow-update { none; }": ("refusing.conf", NAME, "corp.example"),
    "a zone with a key": ("secure-only.conf", NAME, "corp.example"),
    "a zone with an update-policy":
        ("secure-only.conf", "pc1-amt.lab.corp.example", "lab.corp.example"),
})
def refused(world, conf, name, zone):
    server, agent = world.bind(conf), world.agent()
    before = server.zone("corp.example")
    for verb in ("--once",):
        run = agent.run(verb, "-D", name, "-i", "eth0", "-s", NS1)
        result(run, 77, "refused")
        says(run, "REFUSED", zone, "allow-update")
        true(NS1 in run.sentence or "2001:db8::53" in run.sentence, "the server", run)
        true(HOST in run.sentence or "2001:db8::10" in run.sentence,
             "our source address", run)
        zone_change(before, server.zone("corp.example"), run=run)
    human = agent.text("--once", "-D", name, "-i", "eth0", "-s", NS1)
    equal(human.exit, 77, "exit status", human)
    says(human, "REFUSED", zone, "allow-update")


@stories("exit 78: {}", {
    "an unknown interface": (["--once", "-D", NAME, "-i", "eth9", "-s", NS1], "eth9"),
    "a loopback address": (["--once", "-D", NAME, "-a", "127.0.0.1", "-s", NS1],
                           "127.0.0.1"),
    "a link-local address": (["--once", "-D", NAME, "-a", "fe80::1", "-s", NS1], "fe80::1"),
    "a multicast address": (["--once", "-D", NAME, "-a", "ff02::1", "-s", NS1], "ff02::1"),
})
def configuration(world, arguments, word):
    agent = world.agent()
    run = agent.run(*arguments)
    true(run.exit in (64, 78), f"exit status {run.exit}", run)
    says(run, word)
    equal(world.wire.messages(), [], "messages sent", run)


@story("exit 78: no enabled registration")
def nothing_enabled(world):
    agent = world.agent()
    run = agent.run("--once", "-c", agent.config(config(**DEDICATED, enabled="false")))
    equal(run.exit, 78, "exit status", run)
    says(run, "enabled")


@stories("exit {} is by signal, at once, and nothing is left half done", {
    "130": (signal.SIGINT, 130), "143": (signal.SIGTERM, 143)})
def signalled(world, number, status):
    world.scripted(lambda query, tcp: None)
    agent = world.agent()
    started = time.monotonic()
    process, command = agent.start("--once", *QUICK, "-j")
    time.sleep(1)
    true(process.poll() is None, "it ended before the signal")
    process.send_signal(number)
    run = agent.finish(process, command, started)
    equal(run.exit, status, "exit status", run)
    true(run.elapsed < 3, f"{run.elapsed:.1f} s", run)
    leftovers = [name for _, _, names in os.walk(agent.state) for name in names
                 if "tmp" in name or name.endswith("~")]
    equal(leftovers, [], "temporary files", run)
