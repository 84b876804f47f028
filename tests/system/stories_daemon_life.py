"""A daemon's life: start, reload, signals, stop, being killed, and others beside it."""

import os
import random
import re
import signal
import time

import net
from configs import DEDICATED, SHARED
from daemon import Daemon, addresses, conf, held, holds_soon, settle, until
from holdings import holdings, holds_nothing, may_hold
from story import stories, story
from world import HOST, HOST_V6, NS1, equal, result, says, true, update_count, zone_change

NAME = "pc1-amt.corp.example"
OTHER = "pc1-lab.corp.example"
PC1 = "pc1.corp.example"
TWO = (DEDICATED, {**DEDICATED, "name": "lab", "host_name": "pc1-lab"})


def replace_a(agent, old, new):
    net.ip(f"addr del {old}/24 dev eth0\naddr add {new}/24 dev eth0\n", agent.namespace)


# --- reload --------------------------------------------------------------------------

@stories("daemon life: reload by {}: added, changed and removed registrations", {
    "SIGHUP": (lambda daemon: daemon.signal(signal.SIGHUP),),
    "ddnsctl": (lambda daemon: equal(daemon.ctl("reload").exit, 0, "exit status", daemon),),
})
def reload_good(world, reload):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    before = server.zone("corp.example")
    third = {**DEDICATED, "name": "new", "host_name": "pc1-new"}
    with Daemon(world, agent, conf(agent, *TWO)) as daemon:
        settle(daemon, server, NAME, {HOST})
        held(world, daemon, server, OTHER, {HOST})
        agent.config(conf(agent, {**DEDICATED, "ttl": 1200}, third))
        reload(daemon)
        settle(daemon, server, "pc1-new.corp.example", {HOST})
        settle(daemon, server, OTHER, set())
        until(lambda: server.ask(NAME, "A").answer[0].ttl == 1200, "the new TTL", context=daemon)
        time.sleep(0.3)
        zone_change(before, server.zone("corp.example"), added={
            (NAME, "A"): (1200, {HOST}), ("pc1-new.corp.example", "A"): (900, {HOST})},
            run=daemon)
        names = {reg["name"] for reg in daemon.status()["registrations"]}
        equal(names, {"amt", "new"}, "registrations in status", daemon)
        update_count(world, 3, run=daemon)
        until(lambda: not holdings(agent, OTHER), "the state forgets the removed one",
              context=daemon)


@story("daemon life: a bad file at reload: the old one stays, and everybody hears why")
def reload_bad(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        agent.config("registrations:\n  - name: amt\n    ttl: soon\n")
        daemon.signal(signal.SIGHUP)
        line = daemon.wait_log(r"ddnsupd\.yaml:3")[-1]
        true("ttl" in line, f"the key is named: {line}", daemon)
        run = daemon.ctl("reload")
        equal(run.exit, 78, "exit status of ddnsctl reload", run)
        true("ddnsupd.yaml:3" in run.stderr and "ttl" in run.stderr,
             "ddnsctl says file, line and key", run)
        replace_a(agent, HOST, "192.0.2.11")
        settle(daemon, server, NAME, {"192.0.2.11"})
        update_count(world, 1, run=daemon)
        os.unlink(daemon.file)
        run = daemon.ctl("reload")
        equal(run.exit, 78, "exit status without a file", run)
        true("ddnsupd.yaml" in run.stderr, "the file is named", run)
        agent.config(conf(agent))
        equal(daemon.ctl("reload").exit, 0, "exit status with a good file", daemon)
        daemon.wait_state("held")
        update_count(world, 1, run=daemon)


@story("daemon life: 1000 SIGHUPs: answered, merged, and not one UPDATE")
def reload_storm(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        for _ in range(1000):
            daemon.signal(signal.SIGHUP)
        true(daemon.ctl("status").exit == 0, "it answers", daemon)
        until(lambda: len(daemon.manager.messages("READY=1")) ==
              1 + len(daemon.manager.messages("RELOADING=1")), "ready again", 15, daemon)
        daemon.wait_state("held", seconds=15)
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)


@story("daemon life: a reload while an UPDATE is under way loses nothing")
def reload_mid_flight(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        server.pause()
        replace_a(agent, HOST, "192.0.2.11")
        until(lambda: world.updates(), "an UPDATE on the wire", context=daemon)
        daemon.signal(signal.SIGHUP)
        time.sleep(0.3)
        server.resume()
        settle(daemon, server, NAME, {"192.0.2.11"}, seconds=15)
        daemon.wait_state("held", seconds=15)
        holds_soon(agent, NAME, {"192.0.2.11"}, daemon)


@story("daemon life: an address that changes while its UPDATE is under way: newest wins")
def change_mid_flight(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        server.pause()
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        until(lambda: world.updates(), "an UPDATE on the wire", context=daemon)
        net.ip("addr add 192.0.2.12/24 dev eth0\naddr del 192.0.2.11/24 dev eth0\n",
               agent.namespace)
        time.sleep(0.3)
        server.resume()
        settle(daemon, server, NAME, {HOST, "192.0.2.12"}, seconds=15)
        daemon.wait_state("held", seconds=15)
        update_count(world, 2, 3, daemon)
        holds_soon(agent, NAME, {HOST, "192.0.2.12"}, daemon)


@story("daemon life: SIGUSR1 updates everything now")
def sigusr1(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, *TWO)) as daemon:
        settle(daemon, server, OTHER, {HOST})
        held(world, daemon, server, NAME, {HOST})
        serial = server.serial("corp.example")
        daemon.signal(signal.SIGUSR1)
        until(lambda: len(world.updates()) >= 2, "two UPDATEs", context=daemon)
        time.sleep(0.5)
        update_count(world, 2, run=daemon)
        equal(server.serial("corp.example"), serial, "serial: nothing had to change", daemon)
        server.nsupdate(f"update delete {NAME} A")
        daemon.signal(signal.SIGUSR1)
        settle(daemon, server, NAME, {HOST})


# --- the end ---------------------------------------------------------------------------

@stories("daemon life: {} without withdraw-on-stop: ends at once, the records stay", {
    "SIGTERM": (signal.SIGTERM,), "SIGINT": (signal.SIGINT,),
})
def stop_keeps(world, number):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        begin = time.monotonic()
        daemon.signal(number)
        equal(daemon.wait_end().exit, 0, "exit status", daemon)
        true(time.monotonic() - begin < 2, "it ends at once", daemon)
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        equal(daemon.manager.messages("STOPPING=1"), ["STOPPING=1"], "STOPPING=1", daemon)
        true(not os.path.exists(daemon.control), "the control socket is gone", daemon)


@story("daemon life: SIGTERM with withdraw-on-stop: that one's records are removed")
def stop_withdraws(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    text = conf(agent, {**DEDICATED, "withdraw_on_stop": "true"}, TWO[1])
    with Daemon(world, agent, text) as daemon:
        settle(daemon, server, OTHER, {HOST, HOST_V6})
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        daemon.end()
        zone_change(before, server.zone("corp.example"), added={
            (OTHER, "A"): (900, {HOST}), (OTHER, "AAAA"): (900, {HOST_V6})}, run=daemon)
        update_count(world, 1, run=daemon)
        holds_nothing(agent, NAME, daemon)
        holds_soon(agent, OTHER, {HOST, HOST_V6}, daemon)


@stories("daemon life: SIGTERM with withdraw-on-stop and {}: ends within 6 s", {
    "a silent server": (lambda server, agent: server.pause(),),
    "no network": (lambda server, agent: net.ip("link set eth0 down\n", agent.namespace),),
})
def stop_bounded(world, hinder):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent,
                conf(agent, {**DEDICATED, "withdraw_on_stop": "true"})) as daemon:
        held(world, daemon, server, NAME, {HOST})
        hinder(server, agent)
        begin = time.monotonic()
        daemon.end()
        true(time.monotonic() - begin < 6.5, "it ends within 5 to 6 s", daemon)
        may_hold(agent, NAME, {HOST}, daemon)


@story("daemon life: SIGTERM while an UPDATE is under way: ends, and the next start repairs")
def stop_mid_flight(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        server.pause()
        replace_a(agent, HOST, "192.0.2.11")
        until(lambda: world.updates(), "an UPDATE on the wire", context=daemon)
        begin = time.monotonic()
        daemon.end()
        true(time.monotonic() - begin < 6.5, "it ends within 5 to 6 s", daemon)
    server.resume()
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {"192.0.2.11"})
        holds_soon(agent, NAME, {"192.0.2.11"}, daemon)


@story("daemon life: a registration removed while it was down is withdrawn at the start")
def removed_while_down(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    before = server.zone("corp.example")
    with Daemon(world, agent, conf(agent, *TWO)) as daemon:
        settle(daemon, server, OTHER, {HOST})
        held(world, daemon, server, NAME, {HOST})
    with Daemon(world, agent, conf(agent)) as daemon:
        settle(daemon, server, OTHER, set())
        daemon.wait_state("held")
        zone_change(before, server.zone("corp.example"),
                    added={(NAME, "A"): (900, {HOST})}, run=daemon)
        names = [reg["name"] for reg in daemon.status()["registrations"]]
        equal(names, ["amt"], "registrations in status", daemon)


# --- others beside it -------------------------------------------------------------------

@story("daemon life: a second one on the same state ends with 75 and says why")
def second(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        other = Daemon(world, agent, None, arguments=("-t", "2"), ready=False,
                       place="@" + agent.namespace)
        run = other.wait_end(15)
        equal(run.exit, 75, "exit status of the second", run)
        says(run, "locked by the daemon", f"process {daemon.pid}")
        true(daemon.ctl("status").exit == 0, "the first one still answers", daemon)
        update_count(world, 0, run=run)


@story("daemon life: --once and --withdraw beside it: 75, naming ddnsctl refresh")
def once_beside(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        for verb in ("--once", "--withdraw"):
            run = agent.run(verb, "-c", daemon.file, "-t", "3")
            equal(run.exit, 75, f"exit status of {verb}", run)
            says(run, "ddnsctl refresh" if verb == "--once" else "ddnsctl")
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        result(agent.run("--once", "-D", OTHER, "-i", "eth0", "-s", NS1), 0, "updated")
        true(daemon.ctl("refresh").exit == 0, "the daemon goes on", daemon)
        equal(addresses(server, OTHER), {HOST}, "a quick name is not the daemon's", daemon)
    with Daemon(world, agent, None) as daemon:
        daemon.wait_state("held")
        equal(addresses(server, OTHER), {HOST}, "nor is it after a restart", daemon)


@story("daemon life: two with one shared name add and remove only their own A")
def two_shared(world):
    server = world.bind()
    one = world.agent(addresses=(f"{HOST}/24",))
    two = world.agent(addresses=("192.0.2.20/24",), role="pcb")
    text = {**SHARED, "withdraw_on_stop": "true"}
    with Daemon(world, one, conf(one, text)) as first:
        with Daemon(world, two, conf(two, text)) as last:
            settle(first, server, PC1, {HOST, "192.0.2.20", "192.0.2.77"})
            until(lambda: first.state() == last.state() == "held", "both held",
                  context=last)
            replace_a(one, HOST, "192.0.2.11")
            replace_a(two, "192.0.2.20", "192.0.2.21")
            settle(last, server, PC1, {"192.0.2.11", "192.0.2.21", "192.0.2.77"}, 15)
            until(lambda: first.state() == last.state() == "held", "both held", 15, last)
        settle(first, server, PC1, {"192.0.2.11", "192.0.2.77"})
    settle(first, server, PC1, {"192.0.2.77"})


# --- killed -----------------------------------------------------------------------------

def killed(world, mode, name, foreign, moments):
    """Change the address, kill at some moment of the update, start again, each time."""
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    before = server.zone("corp.example")
    text = conf(agent, mode)
    address = HOST
    chance = random.Random(moments)
    daemon = Daemon(world, agent, text)
    settle(daemon, server, name, {address} | foreign)
    for turn in range(moments):
        new = f"192.0.2.{100 + turn}"
        replace_a(agent, address, new)
        address = new
        time.sleep(chance.uniform(0, 0.06) if turn % 5 else chance.uniform(0, 0.6))
        daemon.kill()
        daemon = Daemon(world, agent, text)
        if turn % 3 == 0:
            settle(daemon, server, name, {address} | foreign)
    settle(daemon, server, name, {address} | foreign)
    daemon.wait_state("held", seconds=15)
    holds_soon(agent, name, {address}, daemon)
    after = server.zone("corp.example")
    equal({key for key in after if after[key] != before.get(key)}, {(name, "A")},
          "RRsets that differ", daemon)
    daemon.end()
    result(agent.run("--withdraw", "-c", daemon.file), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=daemon)


@story("daemon life: killed at 50 moments of a sequence of changes (dedicated)")
def killed_dedicated(world):
    killed(world, DEDICATED, NAME, set(), 50)


@story("daemon life: killed at 50 moments of a sequence of changes (shared)")
def killed_shared(world):
    killed(world, SHARED, "pc1.corp.example", {"192.0.2.77"}, 50)


# --- the service manager -----------------------------------------------------------------

def first_word(message):
    return message.split("=")[0]


@stories("daemon life: what the service manager hears on {}", {
    "a path": (lambda world: None,),
    "an abstract socket": (lambda world: "@ddnsupd/" + world.switch.prefix,),
})
def notified(world, place):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent), place=place(world),
                environment={"WATCHDOG_USEC": "1000000"}) as daemon:
        held(world, daemon, server, NAME, {HOST})
        manager = daemon.manager
        begin = len(manager.messages("WATCHDOG=1"))
        time.sleep(5)
        true(8 <= len(manager.messages("WATCHDOG=1")) - begin <= 12,
             f"a WATCHDOG=1 every half second: {manager.messages('WATCHDOG=1')}", daemon)
        equal(len(manager.messages("READY=1")), 1, "READY=1", daemon)
        status = until(lambda: manager.messages("STATUS="), "a STATUS=", context=daemon)
        true("1 held" in status[-1], f"a line for a person: {status[-1]}", daemon)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        daemon.signal(signal.SIGHUP)
        until(lambda: len(manager.messages("READY=1")) == 2, "READY=1 again", context=daemon)
        reloading, = manager.messages("RELOADING=1")
        stamp = int(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)\n?", reloading)[1])
        true(before <= stamp <= before + 5_000_000, f"the time of the reload: {stamp}",
             daemon)
        daemon.end()
        equal(len(manager.messages("STOPPING=1")), 1, "STOPPING=1", daemon)
        words = [first_word(message) for message in manager.messages()]
        true(words.index("READY") < words.index("RELOADING") < words.index("STOPPING"),
             f"the order: {words}", daemon)


@stories("daemon life: the watchdog is not ours: {}", {
    "no WATCHDOG_USEC": ({},),
    "another WATCHDOG_PID": ({"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"},),
    "no number": ({"WATCHDOG_USEC": "soon"},),
})
def no_watchdog(world, environment):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent), environment=environment) as daemon:
        time.sleep(1)
        equal(daemon.manager.messages("WATCHDOG"), [], "WATCHDOG=1", daemon)


@story("daemon life: a bad file at the start: 78 with file and line, and no READY=1")
def bad_start(world):
    agent = world.agent(addresses=())
    daemon = Daemon(world, agent, "registrations:\n  - name: amt\n    ttl: soon\n",
                    ready=False)
    run = daemon.wait_end()
    equal(run.exit, 78, "exit status", run)
    says(run, "ddnsupd.yaml:3", "ttl")
    equal(daemon.manager.messages("READY"), [], "READY=1", run)


@story("daemon life: no enabled registration: it stays, and says so")
def disabled(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, {**DEDICATED, "enabled": "false"})) as daemon:
        equal(daemon.registration()["outcome"], "disabled", "outcome", daemon)
        update_count(world, 0, run=daemon)
        agent.config(conf(agent))
        daemon.signal(signal.SIGHUP)
        held(world, daemon, server, NAME, {HOST})
        agent.config(conf(agent, {**DEDICATED, "enabled": "false"}))
        daemon.signal(signal.SIGHUP)
        until(lambda: daemon.registration()["outcome"] == "disabled", "disabled",
              context=daemon)
        equal(addresses(server, NAME), {HOST}, "disabled is not withdrawn", daemon)


# --- the log ---------------------------------------------------------------------------

@story("daemon life: in the journal every line begins with its priority")
def journal(world):
    world.bind()
    agent = world.agent(addresses=(f"{HOST}/24",))
    path = os.path.join(agent.directory, "journal")
    with open(path, "wb") as file:
        stat = os.fstat(file.fileno())
        with Daemon(world, agent, conf(agent), stderr=file, environment={
                "JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}) as daemon:
            daemon.wait_state("held")
            daemon.end()
    with open(path) as file:
        lines = file.read().splitlines()
    true(len(lines) > 2, f"a log: {lines}")
    bad = [line for line in lines if not re.match(r"<[3-7]>\S", line)]
    equal(bad, [], "lines without a priority")
    true(any(line.startswith("<5>") for line in lines), f"a notice: {lines}")


@story("daemon life: another's JOURNAL_STREAM: no priorities")
def not_our_journal(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent),
                environment={"JOURNAL_STREAM": "1:2"}) as daemon:
        daemon.end()
        daemon.never_says(r"^<\d>")
        true(daemon.log(), "there is a log")
