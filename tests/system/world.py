"""world - what a story has at hand: a switch, servers on it, the agent's machine, the
wire, and assertions that say what they saw."""

import os
import shutil

import net
import servers
from agent import Agent
from wire import Wire

NS1 = "192.0.2.53"
NS1_V6 = "2001:db8::53"
HOST = "192.0.2.10"
HOST_V6 = "2001:db8::10"
HOSTS_FILE = "127.0.0.1 localhost\n127.0.1.1 pc1.corp.example pc1\n"


class Failed(AssertionError):
    pass


class World:
    def __init__(self, program, named, zones, directory, prefix, build=None):
        self.program, self.named, self.zones = program, named, zones
        self.directory, self.build = directory, build
        os.makedirs(directory)
        os.chmod(directory, 0o755)
        self.switch = net.Switch(prefix)
        self.stoppable = []
        with net.inside(self.switch.namespace):
            self.wire = Wire()

    def close(self):
        for server in reversed(self.stoppable):
            server.stop()
        self.wire.close()
        self.switch.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- building ---

    def agent(self, addresses=(f"{HOST}/24", f"{HOST_V6}/64"), node_name="pc1",
              hosts=HOSTS_FILE, resolv="", role="pc"):
        """The machine that ddnsupd runs on, called pc1.corp.example."""
        namespace = self.switch.host(role, addresses)
        directory = os.path.join(self.directory, role)
        os.makedirs(directory)
        return Agent(self.program, directory, namespace, node_name, hosts, resolv)

    def bind(self, conf="open.conf", addresses=(NS1, NS1_V6), role="ns1",
             zone="corp.example"):
        """BIND with a configuration of zones/; waits until it serves the zone."""
        namespace = self.switch.host(role, [
            f"{address}/{64 if ':' in address else 24}" for address in addresses])
        server = servers.Named(self.named, self.zones,
                               os.path.join(self.directory, role), namespace, conf,
                               addresses[0])
        self.stoppable.append(server)
        return server.wait_for(zone) if zone else server

    def scripted(self, script, address=NS1, role="ns1"):
        namespace = self.switch.host(role, [f"{address}/24"])
        server = servers.Scripted(namespace, address, script)
        self.stoppable.append(server)
        return server

    def ip(self, agent, batch):
        net.ip(batch, agent.namespace)

    def updates(self):
        return self.wire.updates()


# --- assertions -----------------------------------------------------------------------

def equal(seen, expected, what, run=""):
    if seen != expected:
        raise Failed(f"{what}: expected {expected!r}, saw {seen!r}\n{run}")


def true(condition, what, run=""):
    if not condition:
        raise Failed(f"{what}\n{run}")


def result(run, exit_status, outcome=None):
    """Exit status, and the outcome of the one registration."""
    equal(run.exit, exit_status, "exit status", run)
    if outcome is not None:
        equal(run.outcome, outcome, "outcome", run)


def says(run, *words):
    """The error sentence holds all the words, in whatever order."""
    text = run.sentence if run.json is not None else run.stdout + run.stderr
    for word in words:
        true(word.lower() in text.lower(), f"the sentence lacks {word!r}: {text!r}", run)


def zone_change(before, after, removed=None, added=None, run=""):
    """Exactly these RRsets differ: {(name, type): (ttl, {rdata...})}."""
    gone = {key: value for key, value in before.items() if after.get(key) != value}
    new = {key: value for key, value in after.items() if before.get(key) != value}
    equal(gone, {k: (t, frozenset(r)) for k, (t, r) in (removed or {}).items()},
          "RRsets gone from the zone", run)
    equal(new, {k: (t, frozenset(r)) for k, (t, r) in (added or {}).items()},
          "RRsets new in the zone", run)


def silent(world, run=""):
    """Not one UPDATE went by."""
    sent = world.updates()
    if sent:
        raise Failed("no UPDATE was to be sent, seen:\n"
                     + "\n".join(m.to_text() for m in sent) + f"\n{run}")


def update_count(world, low, high=None, run=""):
    count = len(world.updates())
    high = low if high is None else high
    true(low <= count <= high, f"{count} UPDATEs, expected {low} to {high}", run)
