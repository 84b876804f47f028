"""servers - DNS servers for the tests: BIND on a copy of zones/, and a scripted one."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

import net


class Program:
    """named as a program; container.Image starts it in a container."""

    def __init__(self, path):
        self.path = path

    def start(self, namespace, directory, conf, log):
        # Without CPU detection: two threads are enough for a test.
        return subprocess.Popen(
            [self.path, "-g", "-n", "1", "-c", conf], cwd=directory,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=lambda: net.enter(namespace))


class Named:
    """named in a namespace, on a copy of zones/."""

    def __init__(self, named, zones, directory, namespace, conf, address):
        self.namespace, self.address = namespace, address
        self.directory = directory
        shutil.copytree(zones, directory, dirs_exist_ok=True)
        self.log = open(os.path.join(directory, "named.log"), "wb")
        self.process = named.start(namespace, directory, conf, self.log)
        self._wait()

    def _wait(self):
        """until it answers at all (version.bind would be rate-limited)"""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                self.ask(".", "SOA", timeout=0.25)
                return
            except (dns.exception.DNSException, OSError):
                time.sleep(0.02)
        with open(self.log.name, errors="replace") as file:
            raise RuntimeError("named does not answer:\n" + file.read()[-2000:])

    def ask(self, name, rdtype="A", rdclass="IN", timeout=3):
        query = dns.message.make_query(name, rdtype, rdclass)
        query.flags &= ~dns.flags.RD
        with net.inside(self.namespace):
            return dns.query.udp(query, self.address, timeout=timeout)

    def wait_for(self, zone):
        """until the zone is loaded (a secondary fetches it first)"""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            answer = self.ask(zone, "SOA")
            if answer.rcode() == dns.rcode.NOERROR and answer.answer:
                return self
            time.sleep(0.05)
        raise RuntimeError(f"{zone} is not served at {self.address}")

    def zone(self, origin):
        """The whole zone but the SOA: {(name, type): (ttl, {rdata...})}."""
        found = {}
        with net.inside(self.namespace):
            for message in dns.query.xfr(self.address, origin, relativize=False,
                                         lifetime=10):
                for rrset in message.answer:
                    if rrset.rdtype == dns.rdatatype.SOA:
                        continue
                    key = (rrset.name.to_text(omit_final_dot=True),
                           dns.rdatatype.to_text(rrset.rdtype))
                    _, data = found.get(key, (0, frozenset()))
                    found[key] = (rrset.ttl, data | {str(rdata) for rdata in rrset})
        return found

    def serial(self, origin):
        return self.ask(origin, "SOA").answer[0][0].serial

    def nsupdate(self, text):
        """Change the zone as somebody else would."""
        run = subprocess.run(["nsupdate", "-v"], text=True, capture_output=True,
                             input=f"server {self.address}\n{text}\nsend\n",
                             preexec_fn=lambda: net.enter(self.namespace))
        if run.returncode != 0:
            raise RuntimeError(f"nsupdate: {run.stderr}\n{text}")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()

    def pause(self):
        """It is there, and says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)


class Scripted:
    """A DNS server whose answers a test chooses: script(message, tcp) returns a message,
    bytes, a list of bytes, or None for silence."""

    def __init__(self, namespace, address, script):
        self.script = script
        self.stopping = False
        with net.inside(namespace):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self.udp = socket.socket(family, socket.SOCK_DGRAM)
            self.tcp = socket.socket(family, socket.SOCK_STREAM)
            for server in (self.udp, self.tcp):
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind((address, 53))
                server.settimeout(0.1)
            self.tcp.listen(16)
        self.threads = [threading.Thread(target=self._serve_udp, daemon=True),
                        threading.Thread(target=self._serve_tcp, daemon=True)]
        for thread in self.threads:
            thread.start()

    def _answers(self, wire, tcp):
        reply = self.script(dns.message.from_wire(wire), tcp)
        if reply is None:
            return []
        replies = reply if isinstance(reply, list) else [reply]
        return [one if isinstance(one, bytes) else one.to_wire() for one in replies]

    def _serve_udp(self):
        while not self.stopping:
            try:
                wire, peer = self.udp.recvfrom(65535)
            except TimeoutError:
                continue
            except OSError:
                return
            for answer in self._answers(wire, False):
                self.udp.sendto(answer, peer)

    def _serve_tcp(self):
        while not self.stopping:
            try:
                peer, _ = self.tcp.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with peer:
                peer.settimeout(5)
                try:
                    self._serve_connection(peer)
                except OSError:
                    pass

    def _serve_connection(self, peer):
        while True:
            head = peer.recv(2, socket.MSG_WAITALL)
            if len(head) < 2:
                return
            wire = peer.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
            for answer in self._answers(wire, True):
                peer.sendall(struct.pack("!H", len(answer)) + answer)

    def stop(self):
        self.stopping = True
        self.udp.close()
        self.tcp.close()
        for thread in self.threads:
            thread.join(2)
