"""A file that has changed under a running daemon, and what it must not lose by it."""

import time

import net
import scripted
from configs import DEDICATED, SHARED
from daemon import Daemon, addresses, conf, held, holds_soon, settle, until
from holdings import holdings
from story import story
from world import (HOST, HOST_V6, NS1, equal, result, silent, true, update_count,
                   zone_change)

NAME = "pc1-amt.corp.example"
OTHER = "pc1-lab.corp.example"


def reload(daemon, text):
    daemon.agent.config(text)
    equal(daemon.ctl("reload").exit, 0, "exit status of reload", daemon)


@story("daemon reload: a registration's host-name changes: the new name comes, the old goes")
def new_name(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    before = server.zone("corp.example")
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        reload(daemon, conf(agent, {**DEDICATED, "host_name": "pc1-lab"}))
        settle(daemon, server, OTHER, {HOST})
        settle(daemon, server, NAME, set())
        zone_change(before, server.zone("corp.example"),
                    added={(OTHER, "A"): (900, {HOST})}, run=daemon)
        update_count(world, 2, run=daemon)
        holds_soon(agent, OTHER, {HOST}, daemon)
        until(lambda: not holdings(agent, NAME), "the old one is forgotten", context=daemon)
        reload(daemon, conf(agent))  # and back
        settle(daemon, server, NAME, {HOST})
        settle(daemon, server, OTHER, set())


@story("daemon reload: a registration is called otherwise, its FQDN is the same: no gap")
def called_otherwise(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        serial = server.serial("corp.example")
        reload(daemon, conf(agent, {**DEDICATED, "name": "me"}))
        until(lambda: [reg["name"] for reg in daemon.status()["registrations"]] == ["me"],
              "only the new one in status", context=daemon)
        daemon.wait_state("held", "me")
        time.sleep(1)
        equal(server.serial("corp.example"), serial, "serial: the zone never changed", daemon)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        holds_soon(agent, NAME, {HOST}, daemon)
    result(agent.run("--withdraw", "-c", daemon.file), 0, "withdrawn")
    equal(addresses(server, NAME), set(), "withdrawn by its new name")


@story("daemon reload: IPv6 is switched off: its records go, and come again")
def family_off(world):
    server, agent = world.bind(), world.agent()
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST, HOST_V6})
        reload(daemon, conf(agent, {**DEDICATED, "ipv6": "none"}))
        settle(daemon, server, NAME, {HOST})
        daemon.wait_state("held")
        holds_soon(agent, NAME, {HOST}, daemon)
        server.nsupdate(f"update add {NAME} 60 AAAA 2001:db8::99")
        reload(daemon, conf(agent, {**DEDICATED, "ipv6": "none", "ttl": 1000}))
        until(lambda: server.ask(NAME, "A").answer[0].ttl == 1000, "the new TTL",
              context=daemon)
        equal(addresses(server, NAME), {HOST, "2001:db8::99"}, "a foreign AAAA stays", daemon)


@story("daemon reload: from dedicated to shared and another name, the old one is withdrawn")
def other_mode(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        reload(daemon, conf(agent, SHARED))
        settle(daemon, server, "pc1.corp.example", {HOST, "192.0.2.77"})
        settle(daemon, server, NAME, set())


@story("daemon reload: removed while the server is away: withdrawn when it is back")
def removed_server_away(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    both = (DEDICATED, {**DEDICATED, "name": "lab", "host_name": "pc1-lab"})
    with Daemon(world, agent, conf(agent, *both)) as daemon:
        settle(daemon, server, OTHER, {HOST})
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        reload(daemon, conf(agent))
        time.sleep(2)
        net.ip("link set eth0 up\n", server.namespace)
        settle(daemon, server, OTHER, set(), seconds=60)
        equal(addresses(server, NAME), {HOST}, "the other one", daemon)


@story("daemon reload: removed and put back while the server is away: it stays")
def removed_and_back(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        reload(daemon, conf(agent, {**DEDICATED, "name": "lab", "host_name": "pc1-lab"}))
        time.sleep(1)
        reload(daemon, conf(agent))
        net.ip("link set eth0 up\n", server.namespace)
        daemon.wait_state("held", seconds=60)
        time.sleep(3)
        equal(addresses(server, NAME), {HOST}, "records", daemon)
        equal(addresses(server, OTHER), set(), "the one that was there for a second", daemon)
        holds_soon(agent, NAME, {HOST}, daemon)


@story("daemon reload: another DNS server in the file is used at once")
def other_server(world):
    world.bind("refusing.conf")
    agent = world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        daemon.wait_state("resting", seconds=20)
        world.stoppable[0].stop()
        server = world.bind(addresses=("192.0.2.60",), role="ns6")
        reload(daemon, conf(agent, dns={"servers": "[192.0.2.60]",
                                        "primary": "[192.0.2.60]"}))
        settle(daemon, server, NAME, {HOST}, seconds=15)
        equal([one["address"] for one in daemon.status()["dns_servers"]],
              ["192.0.2.60#53"], "DNS servers in status", daemon)


@story("daemon reload: without an interface in the file it waits for a default route")
def default_route(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    anywhere = {key: DEDICATED[key] for key in DEDICATED if key != "interface"}
    with Daemon(world, agent, conf(agent, anywhere)) as daemon:
        time.sleep(1)
        equal(daemon.state(), "waiting", "state", daemon)
        true(daemon.registration()["error"], "it says for what", daemon)
        silent(world, daemon)
        net.ip("route add default via 192.0.2.53\n", agent.namespace)
        settle(daemon, server, NAME, {HOST})


@story("daemon reload: what ddnsctl withdrew stays so over a reload, not over a start")
def withdrawn_then_restarted(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        equal(daemon.ctl("withdraw").exit, 0, "exit status", daemon)
        until(lambda: not holdings(agent, NAME), "the state forgets it", context=daemon)
        equal(daemon.ctl("reload").exit, 0, "exit status", daemon)
        time.sleep(1)
        equal(addresses(server, NAME), set(), "withdrawn", daemon)
        equal(daemon.registration()["outcome"], "withdrawn", "outcome", daemon)
    with Daemon(world, agent, None) as daemon:  # a start begins anew
        settle(daemon, server, NAME, {HOST})


# --- ignorance -----------------------------------------------------------------------------

@story("daemon reload: an UPDATE's answer was lost: it looks once more after 60 s")
def looks_again(world):
    lost = []

    def update(question):
        lost.append(question)
        return scripted.Pass(lose_answer=True) if len(lost) == 2 else scripted.Pass()

    proxy, server = scripted.front(world, scripted.only("UPDATE", update))
    agent = world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        daemon.wait_state("held")
        net.ip("addr add 192.0.2.11/24 dev eth0\n", agent.namespace)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"})
        daemon.wait_state("held", seconds=20)
        true(len(lost) > 2, "it was sent again", daemon)
        server.nsupdate(f"update delete {NAME} A 192.0.2.11")  # as a late duplicate might
        count = len(proxy.seen())
        time.sleep(50)
        equal(len(proxy.seen()), count, "messages before 60 s", daemon)
        settle(daemon, server, NAME, {HOST, "192.0.2.11"}, seconds=20)


@story("daemon reload: ddnsctl refresh with a dead server: exit 69 in time, with a sentence")
def refresh_dead(world):
    server, agent = world.bind(), world.agent(addresses=(f"{HOST}/24",))
    with Daemon(world, agent, conf(agent)) as daemon:
        held(world, daemon, server, NAME, {HOST})
        net.ip("link set eth0 down\n", server.namespace)
        run = daemon.ctl("refresh", "amt")
        true(run.exit in (69, 75), f"exit status {run.exit}", run)
        true(run.elapsed < 35, f"after {run.elapsed:.0f} s", run)
        true(NS1 in run.stdout + run.stderr, "a sentence names the server", run)
        run = daemon.ctl("-j", "withdraw", "amt")
        true(run.exit in (69, 75), f"exit status of withdraw {run.exit}", run)
        net.ip("link set eth0 up\n", server.namespace)
        settle(daemon, server, NAME, set(), seconds=60)
