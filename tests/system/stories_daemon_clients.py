"""Clients at the control socket that misbehave: nobody may hold up the updates."""

import contextlib
import json
import os
import select
import socket
import time

import net
from daemon import Daemon, conf, held, settle, until
from story import story
from world import HOST, equal, says, true, update_count

NAME = "pc1-amt.corp.example"
CLIENTS = 8  # at a time


@contextlib.contextmanager
def client(daemon, patience=10):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect(daemon.control)  # blocking: there may be a queue
        one.settimeout(patience)
        yield one


def said(one):
    """All that comes until the daemon closes."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            more = one.recv(65536)
            if not more:
                break
            data += more
    return data


def line(one):
    data = b""
    while not data.endswith(b"\n"):
        more = one.recv(65536)
        if not more:
            break
        data += more
    return data


def request(daemon, text):
    """One raw request; the reply, parsed."""
    with client(daemon) as one:
        one.sendall(text + b"\n")
        return json.loads(line(one))


MALFORMED = (b"", b"{", b"[]", b"null", b"42", b'"status"', b"status", b"{}",
             b'{"command": 1}', b'{"command": "status", "name": 7}',
             b'{"command": "status"} x', b"\x00", b"\xff\xfe", b'{"command": "\xff"}',
             b'{"command": "frobnicate"}', b"[" * 2000, b'{"a":' * 800,
             b'{"command": "status", "name": "' + b"a" * 1000 + b'"}')


@story("daemon control: malformed requests get a sentence and 64")
def malformed(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        for text in MALFORMED:
            reply = request(daemon, text)
            equal(reply.get("exit"), 64, f"exit for {text[:60]!r}", daemon)
            true(reply.get("error"), f"a sentence for {text[:60]!r}", daemon)
        with client(daemon) as one:  # several, on one connection
            one.sendall(b'x\n{"command": "metrics"}\n{"command": "status"}\n')
            one.shutdown(socket.SHUT_WR)
            replies = [json.loads(text) for text in said(one).splitlines()]
            equal([reply["exit"] for reply in replies], [64, 0, 0], "replies", daemon)
        equal(daemon.ctl("status").exit, 0, "it goes on", daemon)


@story("daemon control: a request of more than 4 KiB is refused and its client dropped")
def oversized(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        for size in (4096, 4097, 100_000):
            with client(daemon) as one:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    one.sendall(b"x" * size)
                reply = said(one)
            if reply:  # (with bytes unread the kernel may reset before it is read)
                equal(json.loads(reply)["exit"], 64, f"exit for {size} bytes", daemon)
        fits = b'{"command": "status"}'
        with client(daemon) as one:
            one.sendall(fits + b" " * (4095 - len(fits)) + b"\n")
            equal(json.loads(line(one))["exit"], 0, "a request of 4096 bytes", daemon)


@story("daemon control: half a request is waited for 5 s, and its place is free again")
def stalled(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        begin = time.monotonic()
        with contextlib.ExitStack() as stack:
            several = [stack.enter_context(client(daemon)) for _ in range(CLIENTS)]
            for number, one in enumerate(several):
                one.sendall(b'{"command": "sta'[:number * 2])
            run = daemon.ctl("-j", "status")
            equal(run.exit, 75, "the 9th client is told to come again", run)
            says(run, "clients")
            for one in several:
                equal(said(one), b"", "nothing is said to them", daemon)
        took = time.monotonic() - begin
        true(4 <= took <= 8, f"they were dropped after 5 s, not {took:.1f}", daemon)
        equal(daemon.ctl("status").exit, 0, "there is room again", daemon)


@story("daemon control: who has said all and closes his side still gets the answer")
def half_open(world):
    agent = world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        with client(daemon) as one:
            one.sendall(b'{"command": "status"}\n')
            one.shutdown(socket.SHUT_WR)
            equal(json.loads(said(one))["exit"], 0, "the answer", daemon)
        for _ in range(50):  # and who does not wait for it does no harm
            with client(daemon) as one:
                one.sendall(b'{"command": "refresh"}\n')
        equal(daemon.ctl("status").exit, 0, "it goes on", daemon)


@story("daemon control: 10,000 bad clients, while updates go on")
def ten_thousand(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        sizes = []
        for number in range(10_000):
            if number % 1000 == 999:
                last = 100 + number // 1000
                net.ip(f"addr add 192.0.2.{last}/24 dev eth0\n", agent.namespace)
                settle(daemon, server, NAME, {HOST, *(
                    f"192.0.2.{other}" for other in range(100, last + 1))}, seconds=10)
                sizes.append((len(os.listdir(f"/proc/{daemon.pid}/fd"))))
            misbehave(daemon, number)
        until(lambda: daemon.ctl("status").exit == 0, "it answers", 10, daemon)
        true(sizes[-1] <= sizes[0] + CLIENTS, f"descriptors: {sizes}", daemon)
        update_count(world, 10, 14, daemon)


def misbehave(daemon, number):
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), \
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect(daemon.control)
        one.settimeout(10)
        kind = number % 5
        if kind == 0:
            one.sendall(MALFORMED[number // 5 % len(MALFORMED)] + b"\n")
        elif kind == 1:
            one.sendall(b"x" * 5000)
        elif kind == 2:
            one.sendall(b'{"command": "stat')
            one.shutdown(socket.SHUT_WR)
        elif kind == 3:
            one.sendall(b'{"command": "watch"}\n' * 20)


@story("daemon control: who watches and does not read is dropped, the updates go on")
def deaf(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        with client(daemon) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.sendall(b'{"command": "watch", "json": true}\n')
            agent.config("registrations:\n  - name: amt\n    ttl: soon\n")
            closed = select.poll()
            closed.register(one, select.POLLRDHUP)
            end = time.monotonic() + 90
            while not closed.poll(0) and time.monotonic() < end:
                chatter(daemon)
            true(closed.poll(0), "it is dropped", daemon)
            waited = said(one)
            true(b"ddnsupd.yaml:3" in waited, f"it was told: {waited[:200]!r}")
            true(10_000 < len(waited) < 1 << 20, f"{len(waited)} bytes waited for it")
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"})


def chatter(daemon):
    """Make it say what is wrong with its file, a few hundred times."""
    with client(daemon) as one:
        for _ in range(200):
            one.sendall(b'{"command": "reload"}\n')
            line(one)
