"""scripted - a DNS server that does to every single message what a story wants.

One thread with its own event loop, living in a namespace of the story.  For each message
that arrives it calls script(question); what that returns is done:

    None                    silence
    a message, or bytes     that, as the answer
    Reply(...)              the same: late, more than once, from another address or port
    Stream(...)             over TCP: these bytes at these moments, and then its end
    Pass(...)               ask the real server behind (a proxy): lose, delay, double or
                            rewrite the question or its answer
    a list                  all of that, in order

Every message that was seen is in `log`, parsed; a script that raises makes the story
fail when it looks there."""

import asyncio
import collections
import random
import socket
import struct
import threading
import time

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.update

import net
import servers
from world import NS1, NS1_V6, true

BEHIND, BEHIND_V6 = "192.0.2.60", "2001:db8::60"
IPV6_FREEBIND = 78
OPEN_S = 30  # how long a connection may stand


class Question:
    """A message that arrived.  kind is UPDATE or the type asked for; number counts the
    messages of that kind from 1; rd tells discovery (set) from observation."""

    def __init__(self, wire, tcp, peer, target, at):
        self.wire, self.tcp, self.peer, self.target, self.at = wire, tcp, peer, target, at
        self.number = 0
        try:
            self.message = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            self.message, self.kind, self.rd, self.name = None, "garbage", False, ""
            return
        self.rd = bool(self.message.flags & dns.flags.RD)
        first = self.message.question[0] if self.message.question else None
        # (an RRset of the question section is empty, and therefore false)
        self.name = "" if first is None else first.name.to_text(omit_final_dot=True)
        self.kind = "UPDATE" if self.message.opcode() == dns.opcode.UPDATE else (
            "none" if first is None else dns.rdatatype.to_text(first.rdtype))

    def answer(self, rcode=dns.rcode.NOERROR, aa=True):
        """An empty answer to it."""
        reply = dns.message.make_response(self.message)
        reply.set_rcode(rcode)
        if aa:
            reply.flags |= dns.flags.AA
        return reply

    def __repr__(self):
        return (f"{'TCP' if self.tcp else 'UDP'} {self.kind} {self.name} "
                f"#{self.number} at {self.at:.3f}")


class Reply:
    def __init__(self, data, after=0, times=1, source=None):
        self.data, self.after, self.times, self.source = data, after, times, source


class Stream:
    """pieces: [(seconds to wait first, bytes)]; end: close, reset or hold."""

    def __init__(self, pieces, end="close"):
        self.pieces, self.end = pieces, end


class Pass:
    def __init__(self, after=0, times=1, lose_answer=False, answer_after=0,
                 answer_times=1, rewrite=None):
        self.after, self.times, self.lose_answer = after, times, lose_answer
        self.answer_after, self.answer_times = answer_after, answer_times
        self.rewrite = rewrite  # of the answer: message -> message, bytes or None


def octets(data):
    return data if isinstance(data, bytes) else data.to_wire()


def framed(data):
    """As it stands in a TCP stream."""
    wire = octets(data)
    return struct.pack("!H", len(wire)) + wire


class Server:
    """addresses: all of them in the namespace; behind: the address of the real server,
    reachable from it."""

    def __init__(self, namespace, addresses, script, behind=None, tcp=True):
        self.namespace, self.addresses = namespace, addresses
        self.script, self.behind, self.with_tcp = script, behind, tcp
        self.log, self.errors, self.answers = [], [], []
        self._counts = collections.Counter()
        self._others = {}
        self._tasks = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()
        if not self._ready.wait(10) or self.errors:
            raise RuntimeError(f"the scripted server does not start: {self.errors}")

    # --- what stories ask -------------------------------------------------------------

    def seen(self, kind=None, name=None, tcp=None, rd=None):
        """The messages that arrived, in order."""
        if self.errors:
            raise AssertionError("the story's script failed:\n" + "\n".join(self.errors))
        return [question for question in list(self.log)
                if kind in (None, question.kind) and name in (None, question.name)
                and tcp in (None, question.tcp) and rd in (None, question.rd)]

    def updates(self):
        """UPDATEs, the same one sent again counted once (ids may differ)."""
        return {question.wire[2:]: question for question in self.seen("UPDATE")}

    def first_answer_at(self):
        """When the first answer left, or None."""
        return self.answers[0] if self.answers else None

    def forget(self):
        self.log, self.answers = [], []
        self._counts.clear()

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    # --- the loop ---------------------------------------------------------------------

    def _live(self):
        try:
            net.enter(self.namespace)  # this thread alone
            self._loop = asyncio.new_event_loop()
            self._loop.run_until_complete(self._open())
        except OSError as error:
            self.errors.append(str(error))
            return
        finally:
            self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        for transport in self._transports:
            transport.close()
        for listener in self._listeners:
            listener.close()
        for other in self._others.values():
            other.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _open(self):
        self._transports, self._listeners = [], []
        for address in self.addresses:
            transport, _ = await self._loop.create_datagram_endpoint(
                lambda address=address: _Datagrams(self, address),
                sock=self._socket(address, socket.SOCK_DGRAM))
            self._transports.append(transport)
            if self.with_tcp:
                self._listeners.append(await asyncio.start_server(
                    self._serve_stream, sock=self._socket(address, socket.SOCK_STREAM)))

    @staticmethod
    def _socket(address, kind, port=53):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        server = socket.socket(family, kind)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_DGRAM:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        if family == socket.AF_INET6:  # though the interface may just be coming up
            server.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        server.bind((address, port))
        server.setblocking(False)
        return server

    def spawn(self, coroutine):
        task = self._loop.create_task(self._guarded(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, coroutine):
        try:
            await coroutine
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            pass  # the other side has gone
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(repr(error))

    def _actions(self, wire, tcp, peer, target):
        question = Question(wire, tcp, peer, target, time.monotonic())
        self._counts[question.kind] += 1
        question.number = self._counts[question.kind]
        self.log.append(question)
        actions = self.script(question)
        if actions is None:
            actions = []
        return question, actions if isinstance(actions, list) else [actions]

    # --- UDP --------------------------------------------------------------------------

    async def datagram(self, transport, target, wire, peer):
        question, actions = self._actions(wire, False, peer, target)
        for action in actions:
            self.spawn(self._do_datagram(transport, question, action))

    async def _do_datagram(self, transport, question, action):
        if isinstance(action, Pass):
            for reply in await self._pass(question, action):
                self._send(transport, reply, question.peer)
            return
        reply = action if isinstance(action, Reply) else Reply(action)
        if reply.after:
            await asyncio.sleep(reply.after)
        for _ in range(reply.times):
            if reply.source:
                self._other(reply.source).sendto(octets(reply.data), question.peer)
            else:
                self._send(transport, octets(reply.data), question.peer)

    def _send(self, transport, wire, peer):
        self.answers.append(time.monotonic())
        transport.sendto(wire, peer)

    def _other(self, source):
        """A socket at (address, port) from which nobody was asked."""
        if source not in self._others:
            self._others[source] = self._socket(source[0], socket.SOCK_DGRAM, source[1])
        return self._others[source]

    # --- TCP --------------------------------------------------------------------------

    async def _serve_stream(self, reader, writer):
        await self._guarded(self._serve_frames(reader, writer))
        writer.close()

    async def _serve_frames(self, reader, writer):
        peer = writer.get_extra_info("peername")
        target = writer.get_extra_info("sockname")[0]
        while True:
            length, = struct.unpack("!H", await asyncio.wait_for(
                reader.readexactly(2), OPEN_S))
            wire = await reader.readexactly(length)
            question, actions = self._actions(wire, True, peer, target)
            for action in actions:
                if not await self._do_stream(writer, question, action):
                    return

    async def _do_stream(self, writer, question, action):
        """Whether the connection goes on."""
        if isinstance(action, Pass):
            for wire in await self._pass(question, action):
                self.answers.append(time.monotonic())
                writer.write(framed(wire))
            return True
        if not isinstance(action, Stream):
            reply = action if isinstance(action, Reply) else Reply(action)
            action = Stream([(reply.after, framed(reply.data))] * reply.times, "go on")
        for after, piece in action.pieces:
            if after:
                await asyncio.sleep(after)
            self.answers.append(time.monotonic())
            writer.write(piece)
            await writer.drain()
        if action.end == "reset":
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif action.end == "hold":
            await asyncio.sleep(OPEN_S)
        return action.end == "go on"

    # --- the server behind ------------------------------------------------------------

    async def _pass(self, question, how):
        """The answers of the server behind, as they are to be handed on."""
        if how.after:
            await asyncio.sleep(how.after)
        wire = None
        for _ in range(how.times):
            wire = await self._ask_behind(question)
        if wire is None or how.lose_answer:
            return []
        if how.rewrite:
            rewritten = how.rewrite(dns.message.from_wire(wire))
            if rewritten is None:
                return []
            wire = octets(rewritten)
        if how.answer_after:
            await asyncio.sleep(how.answer_after)
        return [wire] * how.answer_times

    async def _ask_behind(self, question):
        if question.tcp:
            reader, writer = await asyncio.open_connection(self.behind, 53)
            try:
                writer.write(framed(question.wire))
                length, = struct.unpack("!H", await asyncio.wait_for(
                    reader.readexactly(2), 10))
                return await reader.readexactly(length)
            finally:
                writer.close()
        answer = self._loop.create_future()
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: _Behind(answer), remote_addr=(self.behind, 53))
        try:
            transport.sendto(question.wire)
            return await asyncio.wait_for(answer, 10)
        finally:
            transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server, address):
        self.server, self.address = server, address

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.server.spawn(
            self.server.datagram(self.transport, self.address, data, addr))


class _Behind(asyncio.DatagramProtocol):
    def __init__(self, answer):
        self.answer = answer

    def datagram_received(self, data, addr):
        if not self.answer.done():
            self.answer.set_result(data)


# --- building -------------------------------------------------------------------------

def serve(world, script, addresses=(NS1, NS1_V6), role="ns1", behind=None, tcp=True):
    """A scripted server in the world."""
    namespace = world.switch.host(role, [
        f"{address}/{64 if ':' in address else 24}" for address in addresses])
    server = Server(namespace, addresses, script, behind, tcp)
    world.stoppable.append(server)
    return server


def front(world, script=None, conf="open.conf", zone="corp.example"):
    """BIND with a scripted server before it, at the address the zone names as its
    primary: (the scripted one, BIND).  BIND itself is at 192.0.2.60.  The zone's primary
    has that one address, so that a message lost is not simply asked for at another."""
    named = world.bind(conf, [BEHIND, BEHIND_V6], "behind", zone)
    change(named, "update delete ns1.corp.example AAAA")
    return serve(world, script or through, (NS1,), behind=BEHIND), named


def change(named, line):
    """As somebody else would; quick enough for the inside of a script."""
    update = dns.update.UpdateMessage("corp.example.")
    verb, *words = line.removeprefix("update ").split()
    if verb == "add":
        update.add(words[0] + ".", int(words[1]), words[2], " ".join(words[3:]))
    else:
        update.delete(words[0] + ".", *words[1:2], *[" ".join(words[2:])][:len(words) > 2])
    with socket_in(named.namespace, named.address) as asking:
        asking.send(update.to_wire())
        answer = dns.message.from_wire(asking.recv(4096))
    if answer.rcode() != dns.rcode.NOERROR:
        raise RuntimeError(f"{line}: {answer.to_text()}")


def socket_in(namespace, address):
    """Connected to a server, made in its own namespace by a thread of its own: a
    script's thread lives in another one."""
    made = []

    def make():
        net.enter(namespace)
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asking.settimeout(5)
        asking.connect((address, 53))
        made.append(asking)
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def nft(namespace, rules):
    """Rules of nft(8) for a namespace; they go with it."""
    servers.subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True,
                           preexec_fn=lambda: net.enter(namespace))


def reject(namespace, rule):
    """A rule for what comes in."""
    nft(namespace, "table inet rejecting {\n chain c {\n"
        f"  type filter hook input priority 0\n  {rule}\n }}\n}}\n")


# --- scripts --------------------------------------------------------------------------

def through(_question):
    return Pass()


def only(kind, action, default=through):
    """That for messages of one kind, the default for the rest.  action is what a script
    returns, or itself a script."""
    def script(question):
        if question.kind != kind:
            return default(question)
        return action(question) if callable(action) else action
    return script


def first(kind, count, action, default=through):
    """That for the first so many messages of one kind."""
    return only(kind, lambda question: default(question) if question.number > count else (
        action(question) if callable(action) else action), default)


def says(rcode):
    return lambda question: question.answer(rcode)


def lossy(share, seed):
    """Loses that share of the datagrams in each direction."""
    chance = random.Random(seed)

    def script(question):
        if not question.tcp and chance.random() < share:
            return None
        return Pass(lose_answer=not question.tcp and chance.random() < share)
    return script


def claims(origin="corp.example.", mname="ns1.corp.example.", addresses=(NS1, NS1_V6),
           update=dns.rcode.NOERROR, ns=None):
    """A script without a real server: an empty zone with an SOA, an NS and its server's
    addresses; every UPDATE gets the rcode, and nothing is done."""
    ns = ns or {"ns1.corp.example.": [NS1]}
    hosts = {**ns, mname: list(addresses)}
    soa = f"{mname} hostmaster.{origin} 1 3600 900 604800 60"

    def script(question):
        if question.kind == "UPDATE":
            return question.answer(update)
        reply = question.answer()
        owner = question.name + "."
        if owner == origin and question.kind == "SOA":
            reply.answer.append(dns.rrset.from_text(origin, 60, "IN", "SOA", soa))
        elif owner == origin and question.kind == "NS":
            reply.answer.append(dns.rrset.from_text(origin, 60, "IN", "NS", *ns))
        elif owner in hosts and question.kind in ("A", "AAAA"):
            found = [one for one in hosts[owner]
                     if (":" in one) == (question.kind == "AAAA")]
            if found:
                reply.answer.append(dns.rrset.from_text(owner, 60, "IN", question.kind,
                                                        *found))
        elif owner != origin:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if not reply.answer:
            reply.authority.append(dns.rrset.from_text(origin, 60, "IN", "SOA", soa))
        return reply
    return script


def update_count(server, low, high=None, run=""):
    """How many different UPDATEs arrived (sent again counts once)."""
    count = len(server.updates())
    high = low if high is None else high
    true(low <= count <= high, f"{count} UPDATEs, expected {low} to {high}: "
         f"{server.seen()}", run)
