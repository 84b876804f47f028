"""Which addresses of an interface are published, and which are left out, with a reason."""

import json
import re
import subprocess
import time

from configs import DEDICATED, config
from story import Skip, story
from world import HOST, HOST_V6, NS1, equal, result, true, update_count

NAME = "pc1-amt.corp.example"
ONCE = ("--once", "-D", NAME, "-i", "eth0", "-s", NS1)
AAAA = (NAME, "AAAA")


def kernel_addresses(agent):
    out = subprocess.run(["ip", "-n", agent.namespace, "-j", "-6", "addr", "show", "dev",
                          "eth0"], capture_output=True, text=True, check=True).stdout
    return [entry for link in json.loads(out) for entry in link.get("addr_info", [])]


def wait_for(condition, what, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        true(time.monotonic() < until, f"waited {seconds} s for {what}")
        time.sleep(0.05)


def detect_duplicates(world, agent, probes):
    """Switch duplicate address detection on: about a second a probe."""
    for key in ("accept_dad", "dad_transmits"):
        world.switch.sysctl(agent.namespace, f"ipv6/conf/eth0/{key}",
                            1 if key == "accept_dad" else probes)
    world.switch.sysctl(agent.namespace, "ipv6/conf/all/accept_dad", 1)


def aaaa(server):
    ttl_and_data = server.zone("corp.example").get(AAAA)
    return set(ttl_and_data[1]) if ttl_and_data else set()


@story("addresses: link-local ones are never published, and said to be left out")
def link_local(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24", "169.254.7.7/16", f"{HOST_V6}/64"])
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    local = [entry["local"] for entry in kernel_addresses(agent)
             if entry["local"].startswith("fe80:")]
    true(local, "the interface has no link-local address")
    for address in [*local, "169.254.7.7"]:
        equal(run.reasons().get(address), "link-local", f"reason for {address}", run)
    equal(aaaa(server), {HOST_V6}, "AAAA", run)
    equal(server.zone("corp.example")[(NAME, "A")][1], {HOST}, "A", run)


@story("addresses: a tentative one is waited for; the A does not wait")
def tentative(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24"])
    detect_duplicates(world, agent, 2)
    world.ip(agent, f"addr add {HOST_V6}/64 dev eth0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6}, "AAAA", run)
    equal(run.changes().get(HOST_V6), "added", "change", run)
    update_count(world, 2, run=run)


@story("addresses: a tentative one that takes too long is left out after 5 s, exit 0")
def tentative_for_long(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24"])
    detect_duplicates(world, agent, 12)
    world.ip(agent, f"addr add {HOST_V6}/64 dev eth0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), set(), "AAAA", run)
    equal(run.reasons().get(HOST_V6), "tentative", "reason", run)
    true(4 < run.elapsed < 8, f"{run.elapsed:.1f} s", run)


@story("addresses: -t bounds the wait for a tentative one")
def tentative_timeout(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24"])
    detect_duplicates(world, agent, 12)
    world.ip(agent, f"addr add {HOST_V6}/64 dev eth0\n")
    run = agent.run(*ONCE, "-t", "2")
    result(run, 0, "updated")
    equal(run.reasons().get(HOST_V6), "tentative", "reason", run)
    true(run.elapsed < 4, f"{run.elapsed:.1f} s", run)
    true((NAME, "A") in server.zone("corp.example"), "A", run)


@story("addresses: one that failed duplicate address detection is left out")
def duplicate(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24", f"{HOST_V6}/64"])
    world.switch.host("twin", ["2001:db8::11/64"])
    detect_duplicates(world, agent, 1)
    world.ip(agent, "addr add 2001:db8::11/64 dev eth0\n")
    wait_for(lambda: any(entry.get("dadfailed") for entry in kernel_addresses(agent)),
             "dadfailed")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6}, "AAAA", run)
    true(re.search("dup|dad", run.reasons().get("2001:db8::11", "")), "reason", run)


@story("addresses: a deprecated one is left out while there is another")
def deprecated(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24", f"{HOST_V6}/64"])
    world.ip(agent, "addr add 2001:db8::11/64 dev eth0 preferred_lft 0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6}, "AAAA", run)
    equal(run.reasons().get("2001:db8::11"), "deprecated", "reason", run)


@story("addresses: a deprecated one is published when nothing else is left")
def only_deprecated(world):
    server = world.bind()
    agent = world.agent([f"{HOST}/24"])
    world.ip(agent, f"addr add {HOST_V6}/64 dev eth0 preferred_lft 0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6}, "AAAA", run)


def with_temporary(world):
    """An agent whose interface has made a temporary address; returns that, too."""
    agent = world.agent([f"{HOST}/24"])
    world.switch.sysctl(agent.namespace, "ipv6/conf/eth0/use_tempaddr", 2)
    world.ip(agent, f"addr add {HOST_V6}/64 dev eth0 mngtmpaddr "
                    "valid_lft 7200 preferred_lft 3600\n")

    def temporary():
        return [entry["local"] for entry in kernel_addresses(agent)
                if entry.get("temporary") and not entry.get("tentative")]
    try:
        wait_for(temporary, "a temporary address", 4)
    except AssertionError as error:
        raise Skip("this kernel made no temporary address") from error
    return agent, temporary()[0]


@story("addresses: a temporary one (RFC 8981) is left out")
def temporary_left_out(world):
    server = world.bind()
    agent, address = with_temporary(world)
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6}, "AAAA", run)
    equal(run.reasons().get(address), "temporary", "reason", run)


@story("addresses: temporary-addresses: true publishes it")
def temporary_wanted(world):
    server = world.bind()
    agent, address = with_temporary(world)
    path = agent.config(config(**DEDICATED, temporary_addresses="true"))
    run = agent.run("--once", "-c", path)
    result(run, 0, "updated")
    equal(aaaa(server), {HOST_V6, address}, "AAAA", run)


@story("addresses: a family without a usable address now is left alone")
def never_empty(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    world.ip(agent, f"addr del {HOST_V6}/64 dev eth0\n")
    run = agent.run(*ONCE)
    equal(run.exit, 0, "exit status", run)
    equal(aaaa(server), {HOST_V6}, "AAAA", run)


@story("addresses: an interface that is down has none")
def down(world):
    world.bind()
    agent = world.agent()
    world.ip(agent, "link set eth0 down\n")
    run = agent.run(*ONCE, "-t", "2")
    true(run.exit == 69, f"exit status {run.exit}", run)
