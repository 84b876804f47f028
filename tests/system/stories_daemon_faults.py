"""What goes wrong under a daemon that has years to live: servers, disk, descriptors, the
kernel's messages, its log."""

import os
import re
import resource
import signal
import subprocess
import time

import dns.rcode

import net
import scripted
from daemon import Daemon, addresses, conf, held, holds_soon, settle, until
from story import Skip, stories, story
from world import HOST, NS1, equal, true, update_count

NAME = "pc1-amt.corp.example"
LATER = "192.0.2.11"


def change(agent, address=LATER):
    net.ip(f"addr add {address}/24 dev eth0\n", agent.namespace)


# --- servers ---------------------------------------------------------------------------

@story("daemon faults: the server is down for a while: tried again with backoff")
def server_down(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        change(agent)
        daemon.wait_state("resting", seconds=40)
        registration = daemon.registration()
        equal(registration["outcome"], "failed", "outcome", daemon)
        true(NS1 in registration["error"], "the sentence names the server", daemon)
        true(0 <= registration["next_update_s"] <= 5, "the first wait is at most 5 s",
             registration)
        net.ip("link set eth0 up\n", server.namespace)
        settle(daemon, server, NAME, {HOST, LATER}, seconds=30)
        daemon.wait_state("held")
        holds_soon(agent, NAME, {HOST, LATER}, daemon)


@story("daemon faults: the server is down for long: one warning, few tries, then all well")
def server_down_long(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        change(agent)
        time.sleep(60)
        tries = daemon.log().count("next try in")
        true(2 <= tries <= 20, f"{tries} tries in 60 s", daemon)
        net.ip("link set eth0 up\n", server.namespace)
        change(agent, "192.0.2.12")  # an event starts over at once
        settle(daemon, server, NAME, {HOST, LATER, "192.0.2.12"}, seconds=20)


def bounce(down, up):
    """Long enough to be seen."""
    def event(agent):
        net.ip(down, agent.namespace)
        time.sleep(0.5)
        net.ip(up, agent.namespace)
    return event


ROUTE = "route add default via 192.0.2.53\n"
LINK_DOWN, LINK_UP = "link set eth0 down\n", "link set eth0 up\n"


@stories("daemon faults: resting after a failure, {} makes it try again at once", {
    "a new address": (lambda agent: change(agent, "192.0.2.12"), {"192.0.2.12"}),
    "a link that comes back": (bounce(LINK_DOWN, LINK_UP), set()),
    "a link and a route that come back": (bounce(LINK_DOWN, LINK_UP + ROUTE), set(), ROUTE),
    "a route that comes back": (bounce("route del default\n", ROUTE), set(), ROUTE),
})
def event_retries(world, event, more, before=""):
    """A refused update rests for a quarter of an hour."""
    refuses = [True]
    proxy, server = scripted.front(world, scripted.only("UPDATE", lambda question: (
        question.answer(dns.rcode.REFUSED) if refuses[0] else scripted.Pass())))
    agent = world.agent(addresses=(f"{HOST}/24",))
    net.ip(before, agent.namespace)
    with Daemon(world, agent, conf(agent)) as daemon:
        daemon.wait_state("resting", seconds=20)
        true(daemon.registration()["next_update_s"] > 600, "a long rest", daemon)
        refuses[0] = False
        count = len(proxy.updates())
        time.sleep(1)
        equal(len(proxy.updates()), count, "UPDATEs while it rests", daemon)
        event(agent)
        settle(daemon, server, NAME, {HOST} | more, seconds=10)


@story("daemon faults: a refusing zone: seldom asked again, and status says what to do")
def refusing(world):
    server, agent = world.bind("refusing.conf"), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        daemon.wait_state("resting", seconds=20)
        registration = daemon.registration()
        equal(registration["outcome"], "refused", "outcome", daemon)
        for word in ("corp.example", NS1, "allow-update", HOST):
            true(word in registration["error"], f"the sentence lacks {word}", daemon)
        true(13 * 60 <= registration["next_update_s"] <= 15 * 60,
             f"15 min: {registration['next_update_s']}", daemon)
        count = len(world.updates())
        time.sleep(5)
        update_count(world, count, run=daemon)
        run = daemon.ctl("refresh")
        equal(run.exit, 77, "exit status of refresh", run)
        true(26 * 60 <= daemon.registration()["next_update_s"] <= 30 * 60 or
             daemon.registration()["next_update_s"] <= 15 * 60, "the next try", daemon)
        equal(addresses(server, NAME), set(), "records", daemon)


# --- the disk ----------------------------------------------------------------------------

def mounted(command):
    """What makes the daemon's disk so, in its own mount namespace."""
    return ("/bin/sh", "-ec", f'{command}\nexec "$@"', "sh")


def inside_of(daemon, command):
    subprocess.run(["nsenter", f"--mount=/proc/{daemon.pid}/ns/mnt", "sh", "-ec", command],
                   check=True)


@stories("daemon faults: the state directory becomes {}: updates go on, and it is said", {
    "not ours to write": (":", "chmod 555 {state}", "chmod 755 {state}",
                          "permission denied"),
    "full": ("mount -t tmpfs -o size=64k,mode=755 none {state}",
             "dd if=/dev/zero of={state}/fill bs=4k 2>/dev/null || :", "rm {state}/fill",
             "no space left"),
})
def disk(world, before, hinder, allow, why):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent),
                prefix=mounted(before.format(state=agent.state))) as daemon:
        held(world, daemon, server, NAME, {HOST})
        time.sleep(1.2)  # what is verified is written
        inside_of(daemon, hinder.format(state=agent.state))
        change(agent)
        settle(daemon, server, NAME, {HOST, LATER}, seconds=15)
        daemon.wait_log("(?i)state.*(read-only|no space|cannot|not)")
        tells_of_the_disk(daemon, why)
        change(agent, "192.0.2.12")
        settle(daemon, server, NAME, {HOST, LATER, "192.0.2.12"}, seconds=15)
        inside_of(daemon, allow.format(state=agent.state))
        until(lambda: re.search(r"192\.0\.2\.12", state_text(daemon)),
              "the state is written again", 40, daemon)
        daemon.wait_log("state: written again")
        tells_of_the_disk(daemon, None)
        equal(len(daemon.wait_log("state: cannot be written")), 1, "warnings", daemon)
        change(agent, "192.0.2.13")
        settle(daemon, server, NAME, {HOST, LATER, "192.0.2.12", "192.0.2.13"}, seconds=15)
        until(lambda: re.search(r"192\.0\.2\.13", state_text(daemon)),
              "the state is written as before", 5, daemon)


def tells_of_the_disk(daemon, why):
    """ddnsctl and the service manager say why the state cannot be written; None: it can"""
    def told():
        error = daemon.status()["state_error"]
        line = daemon.manager.messages("STATUS=")[-1]
        return (error is not None and why in error if why else error is None) and (
            ("state cannot be written" in line) == (why is not None))

    until(told, lambda: f"state_error: {why} ({daemon.status()['state_error']})",
          context=daemon)
    text = daemon.ctl("status").stdout
    equal("!!  the state cannot be written" in text, why is not None, "for a person", text)


@story("daemon faults: the state is read-only at the start: said, and written when it can be")
def disk_at_the_start(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    mount = f"mount -t tmpfs -o ro,mode=755 none {agent.state}"
    with Daemon(world, agent, conf(agent), prefix=mounted(mount)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        tells_of_the_disk(daemon, "read-only")
        inside_of(daemon, f"mount -o remount,rw none {agent.state}")
        daemon.wait_log("state: written again", seconds=40)
        tells_of_the_disk(daemon, None)
        true(HOST in state_text(daemon), "the state is written", daemon)
        lock = subprocess.run(["nsenter", f"--mount=/proc/{daemon.pid}/ns/mnt", "cat",
                               f"{agent.state}/lock"], capture_output=True, text=True,
                              check=False)
        equal(lock.stdout, f"daemon {daemon.pid}\n", "the lock's text", daemon)


def state_text(daemon):
    run = subprocess.run(["nsenter", f"--mount=/proc/{daemon.pid}/ns/mnt", "sh", "-c",
                          f"cat {daemon.agent.state}/*.json"], capture_output=True,
                         text=True, check=False)
    return run.stdout


# --- the process ---------------------------------------------------------------------------

@story("daemon faults: no descriptor is left: it waits, says so, and goes on when it can")
def no_descriptors(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        limits = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
        taken = set(map(int, os.listdir(f"/proc/{daemon.pid}/fd")))
        free = min(set(range(len(taken) + 1)) - taken)
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (free, limits[1]))
        change(agent)
        time.sleep(2)
        equal(addresses(server, NAME), {HOST}, "nothing can be sent", daemon)
        true(daemon.process.poll() is None, "it lives", daemon)
        daemon.wait_log("links: .*[Tt]oo many open files")
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, limits)
        settle(daemon, server, NAME, {HOST, LATER}, seconds=15)
        daemon.wait_log("links: can be read again")
        equal(daemon.ctl("status").exit, 0, "ddnsctl", daemon)


@story("daemon faults: 200 addresses in one burst, while it cannot listen (ENOBUFS)")
def netlink_burst(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        daemon.signal(signal.SIGSTOP)
        burst = [f"198.51.100.{last}" for last in range(1, 201)]
        for _ in range(5):  # more messages than a socket's buffer holds
            net.ip("".join(f"addr add {one}/32 dev eth0\n" for one in burst),
                   agent.namespace)
            net.ip("".join(f"addr del {one}/32 dev eth0\n" for one in burst),
                   agent.namespace)
        net.ip(f"addr add {LATER}/24 dev eth0\naddr add 198.51.100.7/32 dev eth0\n",
               agent.namespace)
        daemon.signal(signal.SIGCONT)
        settle(daemon, server, NAME, {HOST, LATER, "198.51.100.7"})
        time.sleep(0.5)
        update_count(world, 1, 2, daemon)


@story("daemon faults: 90 addresses come and 89 go while it listens")
def netlink_storm(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        burst = [f"198.51.100.{last}" for last in range(1, 91)]  # BIND takes 100
        net.ip("".join(f"addr add {one}/32 dev eth0\n" for one in burst), agent.namespace)
        settle(daemon, server, NAME, {HOST, *burst}, seconds=15)
        net.ip("".join(f"addr del {one}/32 dev eth0\n" for one in burst[1:]),
               agent.namespace)
        settle(daemon, server, NAME, {HOST, burst[0]}, seconds=45)
        update_count(world, 2, 12, daemon)
        holds_soon(agent, NAME, {HOST, burst[0]}, daemon)


@story("daemon faults: resumed (the clock was set): what stands is looked at again")
def resume(world):
    others = os.listdir(os.path.dirname(world.directory))
    if sum(name.startswith("story") for name in others) > 1:
        raise Skip("the daemons of the stories beside this one would hear it, too: "
                   "run it alone, or with -j 1")
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        server.nsupdate(f"update delete {NAME} A")
        world.wire.mark()
        try:  # to what it is: timers that ask for it are told, as after a suspend
            time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
        except PermissionError as error:
            raise Skip("the clock cannot be set here") from error
        settle(daemon, server, NAME, {HOST}, seconds=8)
        daemon.wait_state("held")
        update_count(world, 1, 2, daemon)


# --- the log ---------------------------------------------------------------------------------

@story("daemon faults: nobody reads its log: updates go on, the loss is counted and said")
def log_blocked(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with Daemon(world, agent, conf(agent), stderr=writer) as daemon:
        held(world, daemon, server, NAME, {HOST})
        for size in (4096, 1):
            try:
                while True:
                    os.write(writer, b"#" * size)
            except BlockingIOError:
                pass
        change(agent)
        settle(daemon, server, NAME, {HOST, LATER})
        for _ in range(20):
            equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        change(agent, "192.0.2.12")
        settle(daemon, server, NAME, {HOST, LATER, "192.0.2.12"})
        os.set_blocking(reader, False)
        while len(os.read(reader, 1 << 20)) == 1 << 20:
            pass
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        time.sleep(0.3)
        text = os.read(reader, 1 << 20).decode()
        true(re.search(r"\d+ lines were lost", text), f"the loss is said: {text!r}", daemon)
        true("read again" in text, f"and the log goes on: {text!r}", daemon)
    os.close(reader)
    os.close(writer)


@story("daemon faults: the reader of its log has gone: updates go on")
def log_closed(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    reader, writer = os.pipe()
    with Daemon(world, agent, conf(agent), stderr=writer) as daemon:
        held(world, daemon, server, NAME, {HOST})
        os.close(writer)
        os.close(reader)
        change(agent)
        settle(daemon, server, NAME, {HOST, LATER})


@story("daemon faults: hostile bytes in the host's files do not reach the log")
def hostile_names(world):
    world.bind()
    agent = world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        daemon.wait_state("held")
        daemon.rename_host("pc\x1b[31m", "127.0.1.1 pc\x1b[31m.corp\x07.example\n")
        time.sleep(1)
        equal(daemon.ctl("reload").exit, 0, "reload", daemon)
        true(not re.search(r"[^\n\x20-\x7e]", daemon.log()), "control bytes in the log",
             daemon)
        true(not re.search(r"[^\n\x20-\x7e]", daemon.ctl("status").stdout),
             "control bytes in status", daemon)
