"""The rules of Intel AMT's names, each broken and each held, in --check and in --once.

--check never sends anything; a broken rule is exit 78 in both."""

from configs import DEDICATED, SHARED, config
from story import stories, story
from world import HOST, HOST_V6, NS1, equal, result, says, silent, true

RULES = [f"R{number}" for number in range(1, 19)]


def dedicated(**keys):
    return config(**{**DEDICATED, **keys})


def shared(**keys):
    return config(**{**SHARED, **keys})


# name of the case: (rule, configuration, words of the message)
BROKEN = {
    "R1: a name in in-addr.arpa":
        ("R1", dedicated(host_name="10", domain_name="2.0.192.in-addr.arpa"), ["arpa"]),
    "R1: a name in ip6.arpa":
        ("R1", dedicated(host_name="1", domain_name="8.b.d.0.1.0.0.2.ip6.arpa"),
         ["arpa"]),
    "R5: shared and ipv6: auto": ("R5", shared(ipv6="auto"), ["IPv6", "shared"]),
    "R5: shared and an IPv6 address":
        ("R5", shared(addresses="[2001:db8::10]"), ["IPv6", "shared"]),
    "R6: shared with another host name":
        ("R6", shared(host_name="pc2", domain_name="corp.example"), ["pc1.corp.example"]),
    "R6: shared with another domain":
        ("R6", shared(host_name="pc1", domain_name="lab.corp.example"),
         ["pc1.corp.example"]),
    "R7: dedicated with the host's own name":
        ("R7", dedicated(host_name="pc1"), ["pc1.corp.example"]),
    "R7: dedicated with the host's own name in capitals":
        ("R7", dedicated(host_name="PC1", domain_name="Corp.Example"), ["pc1"]),
    "R9: a configured address that stands on the host's interface":
        ("R9", dedicated(host_interface="eth0", addresses=f"[{HOST_V6}]"), [HOST_V6]),
    "R16: dedicated with amt-release 5":
        ("R16", config({"amt-release": 5}, **DEDICATED, ipv6="none"), ["6"]),
    "R16: IPv6 with amt-release 5":
        ("R16", config({"amt-release": 5}, **SHARED, ipv6="auto"), ["6"]),
    "R17: ttl 0": ("R17", dedicated(ttl=0), ["ttl", "2147483647"]),
    "R17: ttl 2147483648": ("R17", dedicated(ttl=2147483648), ["ttl", "2147483647"]),
    "R17: periodic-update 19": ("R17", dedicated(periodic_update=19), ["20"]),
    "R17: periodic-update 1": ("R17", dedicated(periodic_update=1), ["20"]),
}

HELD = {
    "R1: an ordinary name": ("R1", dedicated()),
    "R1: a name that only looks like arpa": ("R1", dedicated(domain_name="arpa.corp.example")),
    "R4: host name and domain known": ("R4", shared()),
    "R5: shared without IPv6": ("R5", shared()),
    "R5: shared and ipv6: none": ("R5", shared(ipv6="none")),
    "R6: shared follows the host": ("R6", shared()),
    "R6: shared, the host's name in capitals":
        ("R6", shared(host_name="PC1", domain_name="CORP.example")),
    "R7: dedicated with another label": ("R7", dedicated()),
    "R7: dedicated with the host's label in another domain":
        ("R7", dedicated(host_name="pc1", domain_name="lab.corp.example")),
    "R16: dedicated with amt-release 6": ("R16", config({"amt-release": 6}, **DEDICATED)),
    "R16: shared A with amt-release 5":
        ("R16", config({"amt-release": 5}, fqdn="shared", addresses=f"[{HOST}]")),
    "R17: ttl 1": ("R17", dedicated(ttl=1)),
    "R17: ttl 2147483647": ("R17", dedicated(ttl=2147483647)),
    "R17: periodic-update 20": ("R17", dedicated(periodic_update=20)),
    "R17: periodic-update 0": ("R17", dedicated(periodic_update=0)),
}


@stories("rules: {}: broken", BROKEN)
def broken(world, rule, text, words):
    agent = world.agent()
    path = agent.config(text)
    run = agent.run("--check", "-c", path)
    equal(run.exit, 78, "exit status of --check", run)
    verdict, message = run.rule(rule)
    equal(verdict, "broken", f"verdict of {rule}", run)
    for word in words:
        true(word.lower() in message.lower(), f"the message lacks {word!r}: {message}", run)
    run = agent.run("--once", "-c", path)
    result(run, 78, "invalid")
    says(run, rule, *words)
    human = agent.text("--once", "-c", path)
    equal(human.exit, 78, "exit status", human)
    says(human, rule, *words)
    equal(world.wire.messages(), [], "messages sent", run)


@stories("rules: {}: holds", HELD)
def held(world, rule, text):
    agent = world.agent()
    path = agent.config(text)
    run = agent.run("--check", "-c", path)
    equal(run.rule(rule)[0], "holds", f"verdict of {rule}", run)
    equal(run.exit, 0, "exit status of --check", run)
    equal(world.wire.messages(), [], "messages sent", run)


@stories("rules: {}: holds, and --once registers", {
    "R5: shared, A only": (("R5", "R6"), shared(), "pc1.corp.example"),
    "R7: dedicated": (("R7",), dedicated(), "pc1-amt.corp.example"),
    "R17: ttl 1": (("R17",), dedicated(ttl=1), "pc1-amt.corp.example"),
    "R16: amt-release 6": (("R16",), config({"amt-release": 6}, **DEDICATED),
                           "pc1-amt.corp.example"),
})
def held_once(world, _rules, text, name):
    server, agent = world.bind(), world.agent()
    run = agent.run("--once", "-c", agent.config(text))
    result(run, 0, "updated")
    true(HOST in server.zone("corp.example")[(name, "A")][1], "A", run)


@story("rules: --check prints every rule, with a verdict")
def all_rules(world):
    agent = world.agent()
    run = agent.run("--check", "-c", agent.config(dedicated()))
    equal(run.exit, 0, "exit status", run)
    equal([rule["id"] for rule in run.json["rules"]], RULES, "ids", run)
    human = agent.text("--check", "-c", agent.config(dedicated()))
    for rule in RULES:
        true(rule in human.stdout.replace(":", " ").split(), f"no {rule}", human)
    equal(world.wire.messages(), [], "messages sent")


@story("rules: R3: neither resolv.conf nor /etc/hosts is a source of DNS servers")
def never_nss(world):
    server = world.bind()
    agent = world.agent(resolv=f"nameserver {NS1}\n", hosts=(
        "127.0.0.1 localhost\n127.0.1.1 pc1.corp.example pc1\n"
        "127.0.0.1 pc1-amt.corp.example # LMS GENERATED LINE\n"))
    before = server.zone("corp.example")
    world.wire.mark()
    run = agent.run("--once", "-D", "pc1-amt.corp.example", "-i", "eth0", "-t", "2")
    result(run, 69, "failed")
    says(run, "DNS server")
    equal(world.wire.messages(), [], "messages sent", run)
    equal(server.zone("corp.example"), before, "zone", run)
    run = agent.run("--once", "-D", "pc1-amt.corp.example", "-i", "eth0", "-s", NS1)
    result(run, 0, "updated")
    true("127.0.0.1" not in run.changes(), "127.0.0.1 from /etc/hosts", run)
    equal(run.json["host"]["fqdn"], "pc1.corp.example", "the host's name", run)


@story("rules: R4: without a domain a shared name is invalid")
def no_domain(world):
    agent = world.agent(hosts="127.0.0.1 localhost\n")
    run = agent.run("--check", "-c", agent.config(shared()))
    equal(run.exit, 78, "exit status", run)
    run = agent.run("--once", "-c", agent.config(shared()))
    result(run, 78, "invalid")
    says(run, "domain")
    equal(world.wire.messages(), [], "messages sent", run)


@story("rules: R4: the host's domain may come from search of resolv.conf")
def domain_from_search(world):
    server = world.bind()
    agent = world.agent(hosts="127.0.0.1 localhost\n",
                        resolv="search corp.example other.example\n")
    run = agent.run("--once", "-c", agent.config(shared()))
    result(run, 0, "updated")
    equal(run.only["fqdn"], "pc1.corp.example", "fqdn", run)
    true(HOST in server.zone("corp.example")[("pc1.corp.example", "A")][1], "A", run)


@story("rules: R8: host-os-fqdn is known only to be refused, with its reason")
def read_only(world):
    agent = world.agent()
    text = "host-os-fqdn: pc9.corp.example\n" + dedicated()
    for path in (agent.config(text), agent.config(
            dedicated(host_os_fqdn="pc9.corp.example"), "b.yaml")):
        run = agent.run("--once", "-c", path)
        equal(run.exit, 78, "exit status", run)
        says(run, "host-os-fqdn", "read")


@story("rules: R9: the host's IPv6 addresses are left out of a dedicated name")
def belongs_to_host(world):
    server, agent = world.bind(), world.agent()
    run = agent.run("--once", "-c", agent.config(dedicated(host_interface="eth0")))
    result(run, 0, "updated")
    equal(run.reasons().get(HOST_V6), "belongs to the host", "reason", run)
    zone = server.zone("corp.example")
    true(("pc1-amt.corp.example", "A") in zone, "no A", run)
    true(("pc1-amt.corp.example", "AAAA") not in zone, "an AAAA of the host's", run)


@story("rules: R9: without host-interface it is not judged, and says so")
def not_judged(world):
    agent = world.agent()
    run = agent.run("--check", "-c", agent.config(dedicated()))
    true(run.rule("R9")[0] in ("unknown", "not-applicable"), "verdict of R9", run)


@story("rules: with addresses for another machine R9 to R15 are not judged")
def another_machine(world):
    agent = world.agent()
    run = agent.run("--check", "-c", agent.config(config(
        fqdn="dedicated", host_name="pc5-amt", domain_name="corp.example",
        addresses="[192.0.2.30]")))
    equal(run.exit, 0, "exit status", run)
    for number in range(9, 16):
        true(run.rule(f"R{number}")[0] in ("unknown", "not-applicable"),
             f"R{number} was judged", run)


@story("rules: R12: shared with two different static IPv4 addresses is refused")
def two_addresses(world):
    agent = world.agent()
    world.switch.cable(agent.namespace, "eth1")
    world.ip(agent, "addr add 192.0.2.20/24 dev eth1\n")
    path = agent.config(shared(host_interface="eth1"))
    run = agent.run("--check", "-c", path)
    equal((run.exit, run.rule("R12")[0]), (78, "broken"), "exit and verdict", run)
    result(agent.run("--once", "-c", path), 78, "invalid")
    path = agent.config(dedicated(host_interface="eth1"))
    run = agent.run("--check", "-c", path)
    equal((run.exit, run.rule("R12")[0]), (0, "holds"), "dedicated", run)


@story("rules: R13: one shared static IPv4 is refused before release 7")
def shared_static(world):
    agent = world.agent()
    run = agent.run("--check", "-c", agent.config(config({"amt-release": 6}, **SHARED)))
    equal((run.exit, run.rule("R13")[0]), (78, "broken"), "release 6", run)
    run = agent.run("--check", "-c", agent.config(config({"amt-release": 7}, **SHARED)))
    equal((run.exit, run.rule("R13")[0]), (0, "holds"), "release 7", run)


@story("rules: R14 and R15: AMT and host, one static and one with a lease")
def static_and_lease(world):
    agent = world.agent([])
    world.switch.cable(agent.namespace, "eth1")
    lease = "valid_lft 3600 preferred_lft 3600"
    world.ip(agent, f"addr add {HOST}/24 dev eth0 {lease}\n"
                    "addr add 192.0.2.20/24 dev eth1\n")
    run = agent.run("--check", "-c", agent.config(dedicated(host_interface="eth1")))
    equal((run.exit, run.rule("R14")[0]), (78, "broken"), "AMT dynamic, host static", run)
    path = agent.config(dedicated(interface="eth1", host_interface="eth0"))
    run = agent.run("--check", "-c", path)
    equal((run.exit, run.rule("R15")[0]), (78, "broken"), "AMT static, host dynamic", run)
    path = agent.config(config({"amt-release": 6}, **{
        **DEDICATED, "interface": "eth1", "host_interface": "eth0"}))
    run = agent.run("--check", "-c", path)
    equal(run.rule("R15")[0], "holds", "release 6", run)
