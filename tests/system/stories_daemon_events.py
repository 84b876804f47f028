"""What the daemon does when the machine under it changes: addresses, links, its name."""

import time

import dns.opcode

import net
from configs import DEDICATED, SHARED
from daemon import Daemon, addresses, conf, held, holds_soon, settle, until
from story import stories, story
from world import HOST, HOST_V6, HOSTS_FILE, equal, true, update_count, zone_change

NAME = "pc1-amt.corp.example"
QUIET_S = 1.5  # nothing more comes after this


def only_updates_first(world, daemon):
    """Exactly one UPDATE, and nobody was asked anything before it."""
    kinds = [message.opcode() for _, message in world.wire.messages()]
    true(kinds, "nothing was sent", daemon)
    equal(kinds[0], dns.opcode.UPDATE, "the first message on the wire", daemon)
    update_count(world, 1, run=daemon)


@story("daemon: starts before the network is up, registers when it comes")
def before_network(world):
    agent = world.agent(addresses=())
    net.ip("link set eth0 down\n", agent.namespace)
    with Daemon(world, agent, conf(agent)) as daemon:
        equal(daemon.state(), "waiting", "state", daemon)
        time.sleep(0.5)
        equal(world.wire.messages(), [], "messages before there is a network", daemon)
        server = world.bind()
        before = server.zone("corp.example")
        net.ip("link set eth0 up\n", agent.namespace)
        time.sleep(0.3)
        net.ip(f"addr add {HOST}/24 dev eth0\naddr add {HOST_V6}/64 dev eth0\n",
               agent.namespace)
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        zone_change(before, server.zone("corp.example"), added={
            (NAME, "A"): (900, {HOST}), (NAME, "AAAA"): (900, {HOST_V6})}, run=daemon)
        holds_soon(agent, NAME, {HOST, HOST_V6}, daemon)


@story("daemon: starts without an interface, registers when it appears")
def interface_appears(world):
    server, agent = world.bind(), world.agent(addresses=())
    net.ip("link del eth0\n", agent.namespace)
    with Daemon(world, agent, conf(agent)) as daemon:
        equal(daemon.state(), "waiting", "state", daemon)
        world.switch.cable(agent.namespace, "eth0")
        net.ip(f"addr add {HOST}/24 dev eth0\n", agent.namespace)
        held(world, daemon, server, NAME, {HOST})
        net.ip("link del eth0\n", agent.namespace)
        time.sleep(QUIET_S)
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST}, "records, the interface being gone", daemon)
        world.switch.cable(agent.namespace, "eth0")
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {"192.0.2.11"})
        update_count(world, 1, run=daemon)
        holds_soon(agent, NAME, {"192.0.2.11"}, daemon)


@story("daemon: an interface renamed away is gone, and renamed back it is followed")
def interface_renamed(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\nlink set eth0 name lan0\nlink set lan0 up\n",
               agent.namespace)
        time.sleep(QUIET_S)
        update_count(world, 0, run=daemon)
        net.ip(f"addr del {HOST}/24 dev lan0\naddr add 192.0.2.11/24 dev lan0\n"
               "link set lan0 down\nlink set lan0 name eth0\nlink set eth0 up\n",
               agent.namespace)
        settle(daemon, server, NAME, {"192.0.2.11"})
        update_count(world, 1, run=daemon)
        holds_soon(agent, NAME, {"192.0.2.11"}, daemon)


@stories("daemon: an address {} is followed at once, with one UPDATE and no question", {
    "added": ("addr add 192.0.2.11/24 dev eth0\n", {HOST, "192.0.2.11", HOST_V6}),
    "of IPv6 added": ("addr add 2001:db8::11/64 dev eth0\n",
                      {HOST, HOST_V6, "2001:db8::11"}),
    "replaced": ("addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n",
                 {"192.0.2.11", HOST_V6}),
    "of IPv6 replaced": ("addr del {HOST_V6}/64 dev eth0\n"
                         "addr add 2001:db8::11/64 dev eth0\n", {HOST, "2001:db8::11"}),
})
def followed(world, batch, wanted):
    server, agent = world.bind(), world.agent()
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        net.ip(batch.format(HOST=HOST, HOST_V6=HOST_V6), agent.namespace)
        settle(daemon, server, NAME, wanted)
        time.sleep(0.3)
        only_updates_first(world, daemon)
        holds_soon(agent, NAME, wanted, daemon)


@story("daemon: one of two addresses removed: one UPDATE deletes exactly it")
def one_removed(world):
    server = world.bind()
    agent = world.agent(addresses=(f"{HOST}/24", "192.0.2.11/24"))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, "192.0.2.11"})
        before = server.zone("corp.example")
        net.ip("addr del 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST})
        time.sleep(0.3)
        only_updates_first(world, daemon)
        zone_change(before, server.zone("corp.example"),
                    {(NAME, "A"): (900, {HOST, "192.0.2.11"})},
                    {(NAME, "A"): (900, {HOST})}, daemon)
        holds_soon(agent, NAME, {HOST}, daemon)


@story("daemon: shared: a changed A is followed with one UPDATE, a foreign one stays")
def shared_changed(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, SHARED)) as daemon:
        held(world, daemon, server, "pc1.corp.example", {HOST, "192.0.2.77"})
        net.ip(f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n",
               agent.namespace)
        settle(daemon, server, "pc1.corp.example", {"192.0.2.11", "192.0.2.77"})
        time.sleep(0.3)
        only_updates_first(world, daemon)
        holds_soon(agent, "pc1.corp.example", {"192.0.2.11"}, daemon)


def with_dad(world, agent):
    for key, value in (("accept_dad", 1), ("dad_transmits", 2)):
        for scope in ("all", "eth0"):
            world.switch.sysctl(agent.namespace, f"ipv6/conf/{scope}/{key}", value)


@story("daemon: a tentative address is published when its DAD has ended, not before")
def tentative(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with_dad(world, agent)
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip(f"addr add {HOST_V6}/64 dev eth0\n", agent.namespace)
        time.sleep(0.7)
        update_count(world, 0, run=daemon)
        settle(daemon, server, NAME, {HOST, HOST_V6})
        time.sleep(0.3)
        update_count(world, 1, run=daemon)


@story("daemon: an address that fails DAD is never published")
def dad_failed(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    world.switch.host("twin", [f"{HOST_V6}/64"])
    with_dad(world, agent)
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip(f"addr add {HOST_V6}/64 dev eth0\n", agent.namespace)
        time.sleep(4)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        update_count(world, 0, run=daemon)
        skipped = {r["address"]: r["reason"] for r in daemon.registration()["records"]
                   if r["change"] == "skipped"}
        true(HOST_V6 in skipped, f"status says nothing of the address: {skipped}", daemon)


@story("daemon: IPv6 that comes late is added beside IPv4")
def late_slaac(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        before = server.zone("corp.example")
        time.sleep(3)
        net.ip(f"addr add {HOST_V6}/64 dev eth0 valid_lft 600 preferred_lft 300\n",
               agent.namespace)
        settle(daemon, server, NAME, {HOST, HOST_V6})
        update_count(world, 1, run=daemon)
        zone_change(before, server.zone("corp.example"),
                    added={(NAME, "AAAA"): (900, {HOST_V6})}, run=daemon)


@story("daemon: a deprecated address goes when another one is there")
def deprecated(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24", f"{HOST_V6}/64"))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        net.ip(f"addr change {HOST_V6}/64 dev eth0 valid_lft 600 preferred_lft 0\n",
               agent.namespace)
        time.sleep(QUIET_S)
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST, HOST_V6}, "nothing else is left", daemon)
        net.ip("addr add 2001:db8::11/64 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "2001:db8::11"})
        update_count(world, 1, run=daemon)
        skipped = {r["address"]: r["reason"] for r in daemon.registration()["records"]
                   if r["change"] == "skipped"}
        equal(skipped.get(HOST_V6), "deprecated", "reason in status", daemon)


@story("daemon: an address's preferred lifetime that ends is noticed by itself")
def lifetime_ends(world):
    server = world.bind()
    agent = world.agent(addresses=(f"{HOST}/24", "2001:db8::11/64"))
    net.ip(f"addr add {HOST_V6}/64 dev eth0 valid_lft 600 preferred_lft 4\n",
           agent.namespace)
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6, "2001:db8::11"})
        settle(daemon, server, NAME, {HOST, "2001:db8::11"}, seconds=15)
        update_count(world, 1, run=daemon)


@story("daemon: a temporary address is left out, and taken where it is asked for")
def temporary(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    net.ip(f"addr add {HOST_V6}/64 dev eth0 mngtmpaddr\n", agent.namespace)
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        world.switch.sysctl(agent.namespace, "ipv6/conf/eth0/use_tempaddr", 2)
        net.ip("addr add 2001:db8:1::10/64 dev eth0 valid_lft 600 preferred_lft 300 "
               "mngtmpaddr\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, HOST_V6, "2001:db8:1::10"})
        seen = until(lambda: {r["address"] for r in daemon.registration()["records"]
                              if r["reason"] == "temporary"},
                     "a temporary address in status", context=daemon)
        daemon.agent.config(conf(agent, {**DEDICATED, "temporary_addresses": "true"}))
        equal(daemon.ctl("reload").exit, 0, "exit status of reload", daemon)
        settle(daemon, server, NAME, {HOST, HOST_V6, "2001:db8:1::10"} | seen)


@story("daemon: 100 flaps in 10 s make at most 6 UPDATEs, and the last state is right")
def flaps(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        begin = time.monotonic()
        for flap in range(100):
            net.ip(f"addr {'del' if flap % 2 else 'add'} 192.0.2.11/24 dev eth0\n",
                   agent.namespace)
            time.sleep(max(0, begin + (flap + 1) * 0.1 - time.monotonic()))
        net.ip("addr add 192.0.2.12/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.12"}, seconds=45)
        time.sleep(QUIET_S)
        update_count(world, 1, 6, daemon)
        holds_soon(agent, NAME, {HOST, "192.0.2.12"}, daemon)


@story("daemon: a link that flaps 100 times in 10 s makes at most 6 UPDATEs")
def link_flaps(world):
    server, agent = world.bind(), world.agent()
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        for _ in range(50):
            net.ip("link set eth0 down\n", agent.namespace)
            time.sleep(0.1)
            net.ip("link set eth0 up\n", agent.namespace)
            time.sleep(0.1)
        net.ip(f"addr replace {HOST_V6}/64 dev eth0\n"
               f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n",
               agent.namespace)
        settle(daemon, server, NAME, {"192.0.2.11", HOST_V6}, seconds=45)
        time.sleep(QUIET_S)
        update_count(world, 1, 6, daemon)
        holds_soon(agent, NAME, {"192.0.2.11", HOST_V6}, daemon)


@story("daemon: ten new addresses in quick succession are no flapping: within 3 s, <= 3")
def succession(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("".join(f"addr add 192.0.2.{last}/24 dev eth0\n"
                       for last in range(101, 111)), agent.namespace)
        settle(daemon, server, NAME,
               {HOST, *(f"192.0.2.{last}" for last in range(101, 111))}, seconds=3)
        time.sleep(0.5)
        update_count(world, 1, 3, daemon)


@stories("daemon: never empty: {}, the records stay", {
    "all addresses lost": ("addr flush dev eth0\n",),
    "the link down": ("link set eth0 down\n",),
})
def never_empty(world, batch):
    server, agent = world.bind(), world.agent()
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        net.ip(batch, agent.namespace)
        time.sleep(3)
        update_count(world, 0, run=daemon)
        equal(addresses(server, NAME), {HOST, HOST_V6}, "records", daemon)
        holds_soon(agent, NAME, {HOST, HOST_V6}, daemon)
        net.ip(f"link set eth0 up\naddr replace {HOST_V6}/64 dev eth0\n"
               f"addr replace {HOST}/24 dev eth0\naddr del {HOST}/24 dev eth0\n"
               "addr add 192.0.2.11/24 dev eth0\n",
               agent.namespace)
        settle(daemon, server, NAME, {"192.0.2.11", HOST_V6}, seconds=15)


@story("daemon: link down and up again with the same addresses: nothing is sent")
def link_down_up(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", agent.namespace)
        time.sleep(1)
        net.ip("link set eth0 up\n", agent.namespace)
        time.sleep(QUIET_S)
        update_count(world, 0, run=daemon)
        equal(daemon.state(), "held", "state", daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)


# --- the zone was changed by somebody else ------------------------------------------------

@stories("daemon: the belief is wrong, {}: looked at, and repaired", {
    "our A was deleted": (f"update delete {NAME} A", set()),
    "our A was replaced": (f"update delete {NAME} A\nupdate add {NAME} 60 A 192.0.2.99",
                           {"192.0.2.99"}),
    "an A was added": (f"update add {NAME} 900 A 192.0.2.99", {"192.0.2.99"}),
})
def belief_wrong(world, text, foreign):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        server.nsupdate(text)
        world.wire.mark()
        net.ip(f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n",
               agent.namespace)
        settle(daemon, server, NAME, {"192.0.2.11"})
        daemon.wait_state("held")
        kinds = [message.opcode() for seen, message in world.wire.messages()
                 if seen.source == "192.0.2.11"]
        equal(kinds[0], dns.opcode.UPDATE, "the first message", daemon)
        true(dns.opcode.QUERY in kinds, "it looked after the failure", daemon)
        update_count(world, 2, 4, daemon)
        holds_soon(agent, NAME, {"192.0.2.11"}, daemon)
        if foreign:
            daemon.wait_log("192.0.2.99")


@story("daemon: a CNAME was put there: conflict with a sentence; gone again, registered")
def cname(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, {**DEDICATED, "host_name": "fresh"})) as daemon:
        name = "fresh.corp.example"
        held(world, daemon, server, name, {HOST})
        server.nsupdate(f"update delete {name} A\n"
                        f"update add {name} 60 CNAME printer.corp.example.")
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        until(lambda: daemon.registration()["outcome"] == "conflict", "a conflict",
              seconds=20, context=daemon)
        true("CNAME" in daemon.registration()["error"], "the sentence names the CNAME",
             daemon)
        equal(daemon.state(), "resting", "state", daemon)
        server.nsupdate(f"update delete {name} CNAME")
        run = daemon.ctl("refresh")
        equal(run.exit, 0, "exit status of refresh", run)
        equal(addresses(server, name), {HOST, "192.0.2.11"}, "records", daemon)


# --- the host's name -----------------------------------------------------------------------

@story("daemon: the host is renamed: the new name is added, then the old one's A removed")
def renamed_host(world):
    server = world.bind()
    agent = world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent, SHARED)) as daemon:
        held(world, daemon, server, "pc1.corp.example", {HOST, "192.0.2.77"})
        daemon.rename_host("pc9", HOSTS_FILE.replace("pc1", "pc9"))
        settle(daemon, server, "pc9.corp.example", {HOST})
        settle(daemon, server, "pc1.corp.example", {"192.0.2.77"})
        time.sleep(0.3)
        names = [str(rrset.name) for message in world.updates()
                 for rrset in message.authority]
        true(names.index("pc9.corp.example.") < names.index("pc1.corp.example."),
             f"the new name first: {names}", daemon)
        equal(names.count("pc9.corp.example."), 1, "UPDATEs of the new name", daemon)
        holds_soon(agent, "pc9.corp.example", {HOST}, daemon)
        equal(daemon.registration()["fqdn"], "pc9.corp.example", "name in status", daemon)


@story("daemon: a configured shared name is suspended by a rename, its records stay")
def suspended(world):
    server = world.bind()
    agent = world.agent(addresses=(f"{HOST}/24",))
    text = conf(agent, {**SHARED, "host_name": "pc1"})
    with Daemon(world, agent, text) as daemon:
        held(world, daemon, server, "pc1.corp.example", {HOST, "192.0.2.77"})
        daemon.rename_host("pc9", HOSTS_FILE.replace("pc1", "pc9"))
        daemon.wait_state("suspended")
        registration = daemon.registration()
        equal(registration["outcome"], "invalid", "outcome", daemon)
        true("R6" in registration["error"], "the sentence names the rule", daemon)
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        time.sleep(QUIET_S)
        update_count(world, 0, run=daemon)
        equal(addresses(server, "pc1.corp.example"), {HOST, "192.0.2.77"}, "records", daemon)
        daemon.rename_host("pc1", HOSTS_FILE)
        settle(daemon, server, "pc1.corp.example", {HOST, "192.0.2.11", "192.0.2.77"})
        daemon.wait_state("held")
        update_count(world, 1, run=daemon)


@story("daemon: a host renamed to a dedicated name suspends that one (R7)")
def renamed_onto_dedicated(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        daemon.rename_host("pc1-amt", HOSTS_FILE.replace("pc1", "pc1-amt"))
        daemon.wait_state("suspended")
        true("R7" in daemon.registration()["error"], "the sentence names the rule", daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        daemon.rename_host("pc1", HOSTS_FILE)
        daemon.wait_state("held")
        update_count(world, 0, run=daemon)
