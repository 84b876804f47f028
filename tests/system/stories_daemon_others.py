"""Others who register the daemon's name."""

import time

import net
from daemon import Daemon, addresses, conf, held, settle, until
from story import story
from world import HOST, equal, true

NAME = "pc1-amt.corp.example"
ELSEWHERE = "192.0.2.20"
TURNS = 12


def give(agent, address):
    net.ip(f"addr add {address}/24 dev eth0\n", agent.namespace)
    agent.own_addresses.add(address)


@story("daemon: two agents with one dedicated name end with one; the other says conflict")
def two_agents(world):
    server = world.bind()
    first = world.agent(addresses=(f"{HOST}/24",))
    second = world.agent(addresses=(f"{ELSEWHERE}/24",), role="pc2")
    first.own_addresses, second.own_addresses = {HOST}, {ELSEWHERE}
    with Daemon(world, first, conf(first)) as one:
        held(world, one, server, NAME, {HOST})
        with Daemon(world, second, conf(second)) as two:
            settle(two, server, NAME, {ELSEWHERE})
            two.wait_state("held")
            daemons = [(one, first), (two, second)]
            for turn in range(TURNS):
                daemon, agent = daemons[turn % 2]
                give(agent, f"192.0.2.{100 + turn}")
                until(lambda daemon=daemon, agent=agent: gave_up(daemon) or
                      addresses(server, NAME) == agent.own_addresses,
                      "it has the name, or gives up", 10, daemon)
                if gave_up(daemon):
                    break
            lost, (kept, keeper) = (daemon, daemons[(turn + 1) % 2])
            true(3 <= turn < TURNS - 1, f"after {turn} turns one gives up", lost)
            settle(kept, server, NAME, keeper.own_addresses)
            equal(kept.registration()["state"], "held", "the other one", kept)
            sentence = lost.registration()["error"]
            true("three times within an hour" in sentence and "ddnsctl refresh" in sentence,
                 "the sentence", sentence)
            true(lost.registration()["next_update_s"] > 12 * 60, "it looks again slowly",
                 lost)
            give(daemons[turn % 2][1], "192.0.2.200")  # an event is no reason to fight
            time.sleep(1)
            settle(kept, server, NAME, keeper.own_addresses)
            equal(lost.ctl("refresh").exit, 0, "a person takes it back", lost)
            settle(lost, server, NAME, daemons[turn % 2][1].own_addresses)


def gave_up(daemon):
    return daemon.registration()["outcome"] == "conflict"
