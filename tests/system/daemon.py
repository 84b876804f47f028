"""daemon - ddnsupd as a daemon on a machine of the test, and ddnsctl beside it.

A story starts it, waits for its READY=1, changes the world, looks at the zone, the state,
the log and the wire, and ends it.  Whatever a story asserts, the daemon must end with 0
when it is asked to, and the sanitizers must be silent."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import dns.flags
import dns.message
import dns.query
import dns.rdatatype

import net
from agent import Run
from configs import DEDICATED, several
from holdings import holds
from world import equal, true

READY_S = 10
SOON_S = 5  # what happens at once happens within this, on a loaded machine too


def until(condition, what, seconds=SOON_S, context=""):
    """Wait for a condition; returns what it gives."""
    end = time.monotonic() + seconds
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    what = what() if callable(what) else what
    raise AssertionError(f"after {seconds} s still not: {what}\n{context}")


def addresses(server, name):
    """What the server says of a name: {address}."""
    found = set()
    for rdtype in ("A", "AAAA"):
        answer = server.ask(name, rdtype)
        if answer.flags & dns.flags.TC:
            with net.inside(server.namespace):
                answer = dns.query.tcp(dns.message.make_query(name, rdtype),
                                       server.address, timeout=3)
        for rrset in answer.answer:
            if rrset.rdtype == dns.rdatatype.from_text(rdtype):
                found |= {str(rdata) for rdata in rrset}
    return found


def conf(agent, *registrations, top=None, dns=None):
    """A configuration file for a daemon on that machine."""
    return several(registrations or [DEDICATED], {
        "control_socket": os.path.join(agent.directory, "control"), **(top or {})}, dns)


class Manager:
    """What systemd is to a service: a socket for its messages.  place: a path, or
    @NAME for an abstract socket."""

    def __init__(self, place, namespace):
        self.place = place
        self.seen = []  # [(when, message)]
        with net.inside(namespace):  # an abstract name is the network namespace's
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + place[1:] if place[0] == "@" else place)
        if place[0] == "/":
            os.chmod(place, 0o666)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            message = self.socket.recv(65536)
            if message == b"":
                return
            self.seen.append((time.monotonic(), message.decode()))

    def messages(self, word=""):
        return [message for _, message in list(self.seen) if message.startswith(word)]

    def close(self):
        self.socket.shutdown(socket.SHUT_RD)  # ends the thread
        self.thread.join(2)
        self.socket.close()
        if self.place[0] == "/":
            os.unlink(self.place)


class Daemon:
    """One life of the daemon.  As a context manager it ends with 0 at the end."""

    def __init__(self, world, agent, text, arguments=("-v",), environment=None,
                 place=None, stderr=None, ready=True, files=None, prefix=(),
                 namespace=None, manager=Manager):
        self.world, self.agent = world, agent
        self.serial = len(world.stoppable)
        self.file = agent.config(text) if text is not None else os.path.join(
            agent.directory, "ddnsupd.yaml")
        self.control = os.path.join(agent.directory, "control")
        self.log_path = os.path.join(agent.directory, f"log{self.serial}")
        self.manager = manager(
            place or os.path.join(agent.directory, f"notify{self.serial}"),
            agent.namespace)
        self.command = [*prefix, agent.program, "-c", self.file, "--state-directory",
                        agent.state, *arguments]
        self.started = time.monotonic()
        self.process = self._start(environment or {}, stderr, files or {}, namespace)
        world.stoppable.append(self)
        if ready:
            self.wait_ready()

    def _start(self, environment, stderr, files, namespace):
        log = open(self.log_path, "wb")
        try:
            return subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log if stderr is None else stderr, cwd=self.agent.directory,
                env={**self.agent.environment(), "NOTIFY_SOCKET": self.manager.place,
                     **environment},
                preexec_fn=net.as_machine(namespace or self.agent.namespace,
                                          self.agent.node_name,
                                          {**self.agent.files, **files}))
        finally:
            log.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is None and self.process.poll() is None:
            self.end()

    def __str__(self):
        return f"$ {' '.join(self.command)}\n{self.log()[-6000:]}"

    @property
    def pid(self):
        return self.process.pid

    # --- its life ---------------------------------------------------------------------

    def wait_ready(self):
        until(lambda: self.manager.messages("READY=1") or self.process.poll() is not None,
              "READY=1", READY_S, self)
        true(self.process.poll() is None, "it ended instead of being ready", self)

    def signal(self, number):
        self.process.send_signal(number)

    def wait_end(self, seconds=10):
        """Returns the finished run; the sanitizers were silent."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s\n{self}") from None
        run = Run(self.command, status, "", self.log(), time.monotonic() - self.started,
                  False)
        self.agent._sanitizers(run)  # pylint: disable=protected-access
        run.check()
        return run

    def end(self, seconds=10):
        self.signal(signal.SIGTERM)
        run = self.wait_end(seconds)
        equal(run.exit, 0, "exit status after SIGTERM", run)
        return run

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """The world ends; also for a story that has failed."""
        if self.process.poll() is None:
            self.kill()
        self.manager.close()

    # --- what it says -----------------------------------------------------------------

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def wait_log(self, pattern, seconds=SOON_S, count=1):
        """until lines of the log match; returns them"""
        until(lambda: len(re.findall(pattern, self.log())) >= count,
              f"{count} x {pattern!r} in the log", seconds, self)
        return [line for line in self.log().split("\n") if re.search(pattern, line)]

    def never_says(self, pattern):
        lines = [line for line in self.log().split("\n") if re.search(pattern, line)]
        equal(lines, [], f"lines of the log that match {pattern!r}", self)

    # --- ddnsctl ----------------------------------------------------------------------

    def ctl(self, *arguments, user=None, groups=(), socket_path=None, limit=60):
        """Run ddnsctl; returns a Run."""
        prefix = []
        if user is not None:
            supplementary = ["--groups=" + ",".join(map(str, groups))] if groups else [
                "--clear-groups"]
            prefix = ["setpriv", f"--reuid={user}", "--regid=65534", *supplementary, "--"]
        command = [os.path.join(os.path.dirname(self.agent.program), "ddnsctl"),
                   "-s", socket_path or self.control, *arguments]
        started = time.monotonic()
        done = subprocess.run(prefix + command, stdin=subprocess.DEVNULL, timeout=limit,
                              capture_output=True, env=self.agent.environment(),
                              check=False)
        run = Run(["ddnsctl", *command[1:]], done.returncode,
                  done.stdout.decode(errors="replace"),
                  done.stderr.decode(errors="replace"), time.monotonic() - started, False)
        self.agent._sanitizers(run)  # pylint: disable=protected-access
        true(run.exit >= 0, "killed by a signal", run)
        return run

    def status(self):
        """The object of `ddnsctl -j status`."""
        run = self.ctl("-j", "status")
        equal(run.exit, 0, "exit status", run)
        return json.loads(run.stdout)

    def registration(self, name="amt"):
        return next(reg for reg in self.status()["registrations"] if reg["name"] == name)

    def state(self, name="amt"):
        return self.registration(name)["state"]

    def wait_state(self, wanted, name="amt", seconds=SOON_S):
        until(lambda: self.state(name) == wanted, f"{name} is {wanted}", seconds, self)

    # --- the machine under it ---------------------------------------------------------

    def rename_host(self, node_name, hosts=None):
        """As hostnamectl does it, in the daemon's own UTS namespace."""
        if hosts is not None:
            self.agent.write_machine_file("/etc/hosts", hosts)
        subprocess.run(["nsenter", f"--uts=/proc/{self.pid}/ns/uts", "sh", "-c",
                        'printf %s "$1" >/proc/sys/kernel/hostname', "sh", node_name],
                       check=True)

    def proc_status(self):
        """{key: value} of /proc/PID/status."""
        with open(f"/proc/{self.pid}/status") as file:
            return {key: value.strip() for key, _, value in
                    (line.partition(":") for line in file)}


def settle(daemon, server, name, wanted, seconds=SOON_S):
    """until the server says exactly these addresses"""
    until(lambda: addresses(server, name) == set(wanted),
          lambda: f"{name} is {sorted(wanted)} (it is {addresses(server, name)})",
          seconds, daemon)


def held(world, daemon, server, name, wanted, seconds=SOON_S):
    """until it is registered, verified and quiet; the wire begins anew"""
    settle(daemon, server, name, wanted, seconds)
    until(lambda: all(reg["state"] == "held" for reg in daemon.status()["registrations"]),
          "all are held", seconds, daemon)
    time.sleep(0.1)
    world.wire.mark()


def holds_soon(agent, name, wanted, daemon, seconds=3):
    """What is verified is written within a second."""
    end = time.monotonic() + seconds
    while True:
        try:
            holds(agent, name, wanted, daemon)
            return
        except (AssertionError, json.JSONDecodeError, FileNotFoundError):
            if time.monotonic() > end:
                raise
        time.sleep(0.05)
