"""System calls that fail for a while under a running daemon: it says what does not work,
waits without burning the processor, keeps its descriptors together, and goes on by itself
when the trouble is over."""

import os
import shutil
import socket
import subprocess
import threading
import time

import net
from configs import DEDICATED, SHARED, several
from daemon import Daemon, Manager, conf, held, holds_soon, settle, until
from dhcp_world import Lan
from injected import Injection
from story import Skip, stories, story
from world import HOST, equal, true, update_count

NAME = "pc1-amt.corp.example"
PC1 = "pc1.corp.example"
OTHERS = "192.0.2.77"  # stands at pc1.corp.example
LATER = "192.0.2.11"
BUSY = 0.15  # of a processor, with strace looking on
CHANGES = 8


def change(agent, address=LATER):
    net.ip(f"addr add {address}/24 dev eth0\n", agent.namespace)


def descriptors(daemon):
    return sorted(os.listdir(f"/proc/{daemon.pid}/fd"), key=int)


def calm(injection, seconds):
    true(injection.spent <= BUSY * seconds + 0.1,
         f"{injection.spent:.2f} s of processor time in {seconds} s", injection)


@stories("daemon calls: {} fails while addresses change: said, and made good by itself", {
    "sendmsg (ENOBUFS)": (("sendmsg:error=ENOBUFS",), "has not answered"),
    "sendmsg (EPERM: a firewall)": (("sendmsg:error=EPERM",), "next try"),
    "socket (EMFILE)": (("socket:error=EMFILE",), "links: .*cannot be read"),
    "connect (EAGAIN: no port left)": (("connect:error=EAGAIN",), "next try"),
    "recvmsg (ENOMEM)": (("recvmsg:error=ENOMEM",), "links: .*cannot be read"),
    "recvfrom (ENOBUFS)": (("recvfrom:error=ENOBUFS",), None),
    "recvfrom (ENOMEM)": (("recvfrom:error=ENOMEM",), None),
    "setsockopt (ENOMEM)": (("setsockopt:error=ENOMEM",), "next try"),
    "openat (ENFILE)": (("openat:error=ENFILE", "openat2:error=ENFILE"),
                        "state: cannot be written"),
    "fsync (EIO)": (("fsync:error=EIO", "fdatasync:error=EIO"), "state: cannot be written"),
    "timerfd_settime (ENOMEM)": (("timerfd_settime:error=ENOMEM",), None),
    "epoll_wait (EINTR)": (("epoll_wait:error=EINTR:when=1+2",
                            "epoll_pwait:error=EINTR:when=1+2"), None),
})
def fails(world, faults, said):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    more = {f"192.0.2.{11 + number}" for number in range(CHANGES)}
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        time.sleep(1.2)  # what is verified is written
        before = descriptors(daemon)
        with Injection(daemon, *faults) as injection:
            for address in sorted(more):
                change(agent, address)
                time.sleep(0.3)
            if said:
                daemon.wait_log(said, seconds=15)
            time.sleep(1)
        calm(injection, 1 + 0.3 * CHANGES)
        true(injection.lines(), "something has failed", injection)
        settle(daemon, server, NAME, {HOST} | more, seconds=20)
        daemon.wait_state("held", seconds=20)
        holds_soon(agent, NAME, {HOST} | more, daemon, seconds=45)
        until(lambda: len(descriptors(daemon)) <= len(before),
              lambda: f"{len(before)} descriptors: {descriptors(daemon)}", 10, daemon)


@story("daemon calls: no thread is to be had (EAGAIN): the state is written all the same")
def no_thread(world):
    server, agent = world.bind(), world.agent(addresses=())
    with Daemon(world, agent, conf(agent)) as daemon:
        with Injection(daemon, "clone3:error=EAGAIN", "clone:error=EAGAIN") as injection:
            change(agent)
            settle(daemon, server, NAME, {LATER})
            holds_soon(agent, NAME, {LATER}, daemon)
            true(injection.lines(), "something has failed", injection)
        equal(daemon.proc_status()["Threads"], "1", "threads", daemon)


@story("daemon calls: addresses that come and go without end (NLM_F_DUMP_INTR): last state right")
def churn(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    # a dump of so many comes in several pieces
    net.ip("".join(f"addr add 127.1.{number // 250}.{number % 250 + 1}/32 dev lo\n"
                   for number in range(2000)), agent.namespace)
    both = "".join(f"addr {verb} 127.2.0.{number}/32 dev lo\n"
                   for verb in ("add", "del") for number in range(1, 100)) * 10
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        with Injection(daemon, "getpid:error=EIO") as injection:  # only to count its time
            end = time.monotonic() + 3
            while time.monotonic() < end:
                net.ip(both, agent.namespace)
            change(agent)
            net.ip(both, agent.namespace)
        calm(injection, 3)
        settle(daemon, server, NAME, {HOST, LATER}, seconds=10)
        daemon.never_says("^ddnsupd: links")


@story("daemon calls: on a machine that is up for ten years its timers are right")
def old_machine(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    up = ("unshare", "--time", "--boottime", str(10 * 365 * 86400), "--monotonic",
          str(9 * 365 * 86400), "--")
    if subprocess.run([*up, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("no time namespace can be made here")
    with Daemon(world, agent, conf(agent), prefix=up) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        change(agent)
        daemon.wait_state("resting", seconds=40)
        true(daemon.registration()["next_update_s"] <= 5, "the first wait is short", daemon)
        net.ip("link set eth0 up\n", server.namespace)
        settle(daemon, server, NAME, {HOST, LATER}, seconds=30)  # by the timer alone


# --- what it reads -----------------------------------------------------------------------

@stories("daemon calls: /etc/hosts cannot be read ({}): the host keeps its name", {
    "EMFILE": ("openat:error=EMFILE",), "EIO": ("read:error=EIO",)})
def hosts_file(world, fault):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, SHARED)) as daemon:
        held(world, daemon, server, PC1, {HOST, OTHERS})
        with Injection(daemon, fault, only_path="/etc/hosts") as injection:
            daemon.rename_host("pc1", "127.0.0.1 localhost\n127.0.1.1 pc1.lab.example pc1\n")
            equal(daemon.ctl("reload").exit, 0, "reload", daemon)
            time.sleep(2.5)
            equal(daemon.status()["host"]["fqdn"], PC1, "the host's name", daemon)
        calm(injection, 2.5)
        daemon.wait_log("/etc/hosts: cannot be read")
        update_count(world, 0, run=daemon)
        until(lambda: daemon.status()["host"]["fqdn"] == "pc1.lab.example",
              "the host's new name", 10, daemon)


LEASE = "/var/lib/dhcp/dhclient.eth0.leases"
LEASE_TEXT = """lease {
  interface "eth0";
  fixed-address 192.0.2.10;
  option domain-name-servers 192.0.2.53;
  option dhcp-lease-time 3600;
  expire never;
}
"""


@stories("daemon calls: lease files cannot be read ({}): what they said counts", {
    "EMFILE": (("openat:error=EMFILE", "openat2:error=EMFILE"), None),
    "EIO": (("read:error=EIO",), LEASE),
    "ENOMEM": (("getdents64:error=ENOMEM",), None),
})
def lease_files(world, faults, only_path):
    lan = Lan(world)
    net.ip(f"addr add {HOST}/24 dev eth0\n", lan.pc.namespace)
    lan.pc.write(LEASE, LEASE_TEXT)
    with Daemon(world, lan.pc, several([DEDICATED], {
            "control_socket": os.path.join(lan.pc.directory, "control")},
            {"source": "dhcp", "dhcp_sources": "[lease]"})) as daemon:
        held(world, daemon, lan.named, NAME, {HOST})
        with Injection(daemon, *faults, only_path=only_path) as injection:
            lan.pc.write(LEASE, "# written again\n" + LEASE_TEXT)
            time.sleep(2.5)
            change(lan.pc)
            settle(daemon, lan.named, NAME, {HOST, LATER}, seconds=10)
        calm(injection, 3)
        equal([server["source"] for server in daemon.status()["dns_servers"]], ["lease"],
              "the servers", daemon)
        daemon.wait_log("lease files: not all can be read")
        daemon.wait_log("lease files: all can be read again", seconds=10)


@story("daemon calls: the kernel's news of files cannot be read (EIO): no busy loop, all is seen")
def inotify_read(world):
    lan = Lan(world)
    net.ip(f"addr add {HOST}/24 dev eth0\n", lan.pc.namespace)
    lan.pc.write("/etc/hosts", "")
    with Daemon(world, lan.pc, conf(lan.pc, SHARED)) as daemon:
        with Injection(daemon, "read:error=EIO", only_path="anon_inode:inotify") as injection:
            lan.pc.write("/etc/hosts", "127.0.1.1 pc1.corp.example pc1\n")
            held(world, daemon, lan.named, PC1, {HOST, OTHERS}, seconds=10)
            time.sleep(2)
        calm(injection, 2)


INDEX_LEASE = "/run/systemd/netif/leases/{}"
NETWORKD_TEXT = f"""ADDRESS={HOST}
NETMASK=255.255.255.0
SERVER_ADDRESS=192.0.2.1
LIFETIME=3600
DNS=192.0.2.53
"""


@story("daemon calls: the kernel has no room for watches (ENOSPC): leases are found all the same")
def inotify_room(world):
    lan = Lan(world)
    net.ip(f"addr add {HOST}/24 dev eth0\n", lan.pc.namespace)
    with net.inside(lan.pc.namespace):
        place = INDEX_LEASE.format(socket.if_nametoindex("eth0"))
    shutil.rmtree(lan.pc.path("/run/systemd"))
    with Daemon(world, lan.pc, several([DEDICATED], {
            "control_socket": os.path.join(lan.pc.directory, "control")},
            {"source": "dhcp", "dhcp_sources": "[lease]"})) as daemon:
        with Injection(daemon, "inotify_add_watch:error=ENOSPC") as injection:
            os.makedirs(os.path.dirname(lan.pc.path(place)))
            time.sleep(0.5)
            lan.pc.write(place, NETWORKD_TEXT)
            settle(daemon, lan.named, NAME, {HOST}, seconds=10)
        calm(injection, 3)
        daemon.wait_log("lease files: not all can be read or watched")
        daemon.wait_log("lease files: all can be read again", seconds=10)
        lan.pc.write(place, NETWORKD_TEXT.replace("192.0.2.53", "192.0.2.54"))
        until(lambda: [server["address"] for server in daemon.status()["dns_servers"]] ==
              ["192.0.2.54#53"], "its change is seen at once", 2, daemon)


# --- its clients ---------------------------------------------------------------------------

@stories("daemon calls: accept4 fails ({}): clients wait, nothing else does", {
    error: (error,) for error in ("EMFILE", "ENOMEM", "EPERM")})
def accept(world, error):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        waiting = threading.Thread(target=lambda: results.append(daemon.ctl("status")))
        results = []
        with Injection(daemon, f"accept4:error={error}", f"accept:error={error}"
                       ) as injection:
            waiting.start()
            time.sleep(0.5)
            change(agent)
            until(lambda: world.updates(), "an UPDATE on the wire", 5, injection)
            time.sleep(1.5)
        calm(injection, 2)
        waiting.join(10)
        equal([run.exit for run in results], [0], "the client that had to wait", daemon)
        daemon.wait_log("control socket: no client can be let in")
        settle(daemon, server, NAME, {HOST, LATER})


# --- the service manager ---------------------------------------------------------------------

class Deaf(Manager):
    """It listens when it is told to, and its queue is full until then."""

    def __init__(self, place, namespace):
        self.hears = threading.Event()
        super().__init__(place, namespace)
        with net.inside(namespace):
            sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            while True:
                sender.sendto(b"X_OTHER=1", socket.MSG_DONTWAIT, place)
        except BlockingIOError:
            pass
        sender.close()

    def _listen(self):
        self.hears.wait()
        super()._listen()

    def close(self):
        self.hears.set()
        super().close()


@story("daemon calls: the service manager's queue is full: READY=1 comes late, not never")
def deaf_manager(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent), ready=False, manager=Deaf,
                environment={"WATCHDOG_USEC": "400000"}) as daemon:
        settle(daemon, server, NAME, {HOST})
        time.sleep(1)
        equal(daemon.manager.messages("READY=1"), [], "it was deaf", daemon)
        daemon.manager.hears.set()
        until(lambda: daemon.manager.messages("STATUS=1 held"), "STATUS=", 2, daemon)
        equal(len(daemon.manager.messages("READY=1")), 1, "READY=1", daemon)
        seen = [text for text in daemon.manager.messages() if text != "X_OTHER=1"]
        true(sum(text.startswith("STATUS=") for text in seen) == 1 and
             seen.count("WATCHDOG=1") <= 3, f"old news is not told: {seen}", daemon)
