"""Bad input: one clear line, exit 64 or 78, within a second, and nothing is sent."""

import os

from configs import DEDICATED, config
from story import stories, story
from world import NS1, equal, says, true

GOOD = config(**DEDICATED)
NAME = "pc1-amt.corp.example"
LABEL = "a" * 64
LONG = ".".join(["a" * 62] * 4) + ".example"


def with_key(line):
    return GOOD + f"    {line}\n"


# what is wrong: (the file's text, words of the message)
FILES = {
    "an unknown key": (with_key("colour: blue"), ["colour"]),
    "an unknown key at the top": ("colour: blue\n" + GOOD, ["colour"]),
    "a doubled key": (with_key("interface: eth1"), ["interface"]),
    "a doubled key at the top": (GOOD + "amt-release: 16\namt-release: 16\n",
                                 ["amt-release"]),
    "a doubled registration name": (GOOD + GOOD.split("registrations:\n")[1], ["amt"]),
    "a list where a word belongs": (with_key("ttl: [900]"), ["ttl"]),
    "a word where a number belongs": (with_key("ttl: long"), ["ttl", "second"]),
    "a word where a list belongs": ("dns:\n  servers: 192.0.2.53\n"
                                    + GOOD.split("servers: [192.0.2.53]\n")[1],
                                    ["servers"]),
    "a mapping where a word belongs": (with_key("ipv4: {a: b}"), ["ipv4"]),
    "a negative ttl": (with_key("ttl: -1"), ["ttl"]),
    "a ttl with a unit": (with_key("ttl: 15m"), ["ttl"]),
    "a ttl of twenty digits": (with_key("ttl: 99999999999999999999"), ["ttl"]),
    "an unknown word for fqdn": (GOOD.replace("dedicated", "mine"),
                                 ["fqdn", "shared", "dedicated"]),
    "an unknown word for ipv6": (with_key("ipv6: maybe"), ["ipv6", "auto", "none"]),
    "an unknown word for transport":
        (GOOD.replace("dns:\n", "dns:\n  transport: pigeon\n"), ["transport", "tcp"]),
    "no word for true": (with_key("enabled: perhaps"), ["enabled"]),
    "a name as server": (GOOD.replace("192.0.2.53", "ns1.corp.example"), ["servers"]),
    "a port out of range": (GOOD.replace("192.0.2.53", "192.0.2.53#65536"), ["port"]),
    "a loopback address": (with_key("addresses: [127.0.0.1]"), ["127.0.0.1", "loopback"]),
    "a link-local address": (with_key("addresses: [fe80::1]"), ["fe80::1", "link-local"]),
    "an address of three parts": (with_key("addresses: [192.0.2]"), ["192.0.2"]),
    "a label of 64 octets": (config(**{**DEDICATED, "host_name": LABEL}), ["63"]),
    "a name of 256 octets": (config(**{**DEDICATED, "domain_name": LONG}), ["255"]),
    "an empty label": (config(**{**DEDICATED, "domain_name": "corp..example"}), ["label"]),
    "a hyphen at the end": (config(**{**DEDICATED, "host_name": "pc1-"}), ["hyphen"]),
    "a name in UTF-8": (config(**{**DEDICATED, "host_name": "bücher"}), ["xn--"]),
    "a blank in a name": (config(**{**DEDICATED, "host_name": '"pc 1"'}), ["host-name"]),
    "a newline in a name": (config(**{**DEDICATED, "host_name": '"pc1\\nevil"'}),
                            ["host-name"]),
    "a NUL escape in a name": (config(**{**DEDICATED, "host_name": '"pc1\\0evil"'}), []),
    "a backslash in a name": (config(**{**DEDICATED, "host_name": "'pc\\0101'"}),
                              ["host-name"]),
    "localhost": (config(**{**DEDICATED, "host_name": "localhost"}), ["localhost"]),
    "an alias": ("x: &a [1]\ny: *a\n" + GOOD, []),
    "an anchor in a registration": (with_key("addresses: &a [192.0.2.10]"), []),
    "a billion laughs": ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n"
        for i in range(9)) + GOOD, []),
    "a tab for indentation": (GOOD.replace("    fqdn", "\tfqdn"), []),
    "an open quote": (with_key('host-interface: "eth0'), []),
    "an empty file": ("", []),
    "only a comment": ("# nothing\n", []),
    "no registrations": ("dns:\n  servers: [192.0.2.53]\n", ["registrations"]),
    "an empty list of registrations":
        ("dns:\n  servers: [192.0.2.53]\nregistrations: []\n", ["registration"]),
    "a registration without a name":
        ("registrations:\n  - fqdn: shared\n", ["name"]),
    "two documents": (GOOD + "---\n" + GOOD, []),
    "deep nesting": ("registrations: " + "[" * 5000 + "\n", []),
    "not YAML at all": ("}{:::\n", []),
    "a key without a value": (with_key("ttl:"), ["ttl"]),
}


def one_clear_line(run, *words):
    """64 or 78, at once, and one line that names the problem."""
    true(run.exit in (64, 78), f"exit status {run.exit}", run)
    true(run.elapsed < 1, f"{run.elapsed:.2f} s", run)
    text = run.stdout + run.stderr
    lines = [line for line in text.splitlines() if line.strip()]
    true(1 <= len(lines) <= 2, f"{len(lines)} lines", run)
    true(all(len(line) < 600 and line.isprintable() for line in lines), "no clear line", run)
    for word in words:
        true(word.lower() in text.lower(), f"the line lacks {word!r}", run)


@stories("input: {} in the file", FILES)
def bad_file(world, text, words):
    agent = world.agent()
    path = agent.config(text)
    run = agent.text("--once", "-c", path)
    one_clear_line(run, *words)
    equal(run.exit, 78, "exit status", run)
    run = agent.run("--once", "-c", path)
    equal(run.exit, 78, "exit status with -j", run)
    # Either the whole file is refused, or its one registration breaks a rule.
    true(run.json.get("error") or run.outcome == "invalid", "not refused", run)
    says(run, *words)
    equal(world.wire.messages(), [], "messages sent", run)


@story("input: the message says file, line and column, and what is allowed")
def position(world):
    agent = world.agent()
    path = agent.config("amt-release: 16\n" + GOOD + "    ipv6: maybe\n")
    line = (GOOD + "x").count("\n") + 2
    run = agent.text("--once", "-c", path)
    one_clear_line(run, f"{path}:{line}:", "ipv6", "auto")


NAMES = {
    "a label of 64 octets": (f"{LABEL}.corp.example", ["63"]),
    "a name of 256 octets": (f"a.{LONG}", ["255"]),
    "a name in in-addr.arpa": ("10.2.0.192.in-addr.arpa", ["arpa"]),
    "a name in ip6.arpa": ("0.8.b.d.0.1.0.0.2.ip6.arpa", ["arpa"]),
    "localhost": ("localhost", []),
    "a name below localhost": ("pc1.localhost", []),
    "UTF-8": ("büro.corp.example", ["xn--"]),
    "a newline": ("pc1\nevil.corp.example", []),
    "a blank": ("pc 1.corp.example", []),
    "an escape": ("pc\\0461.corp.example", []),
    "nothing": ("", []),
    "a dot": (".", []),
    "two dots": ("pc1..corp.example", []),
    "an escape sequence for the terminal": ("\033[31mpc1.corp.example", []),
}


@stories("input: {} on the command line", NAMES)
def bad_name(world, name, words):
    agent = world.agent()
    run = agent.text("--once", "-D", name, "-i", "eth0", "-s", NS1)
    true(run.exit in (64, 78), f"exit status {run.exit}", run)
    true(run.elapsed < 1, f"{run.elapsed:.2f} s", run)
    says(run, *words)
    true("\033" not in run.stdout + run.stderr, "a terminal escape came through", run)
    run = agent.run("--once", "-D", name, "-i", "eth0", "-s", NS1)
    true(run.exit in (64, 78) and run.sentence, "with --json", run)
    equal(world.wire.messages(), [], "messages sent", run)


def missing(agent):
    return agent.directory + "/nowhere.yaml"


def directory(agent):
    os.mkdir(agent.directory + "/d.yaml")
    return agent.directory + "/d.yaml"


def fifo(agent):
    os.mkfifo(agent.directory + "/f.yaml")
    return agent.directory + "/f.yaml"


def binary(agent):
    return agent.config(os.urandom(4096) + b"\0" + os.urandom(4096))


def nul(agent):
    return agent.config(GOOD.encode() + b"\0")


def huge(agent):
    return agent.config(b"# " + b"x" * (33 << 20) + b"\n" + GOOD.encode())


def device(_agent):
    return "/dev/zero"


def latin1(agent):
    return agent.config("# b\xfccher\n".encode("latin-1") + GOOD.encode())


@stories("input: the file is {}", {
    "missing": (missing,), "a directory": (directory,), "a FIFO": (fifo,),
    "binary": (binary,), "text with a NUL": (nul,), "33 MiB long": (huge,),
    "a device": (device,), "not UTF-8": (latin1,)})
def odd_file(world, make):
    agent = world.agent()
    path = make(agent)
    run = agent.text("--once", "-c", path, limit=10)
    one_clear_line(run, path)
    equal(run.exit, 78, "exit status", run)
    run = agent.run("--once", "-c", path, limit=10)
    equal((run.exit, run.json["registrations"]), (78, []), "with --json", run)
    true(path in run.json["error"], "the error names the file", run)


@story("input: the file is unreadable")
def unreadable(world):
    agent = world.agent()
    path = agent.config(GOOD)
    os.chmod(path, 0)
    os.chmod(agent.directory, 0o755)
    run = agent.text("--once", "-c", path, user=65534)
    one_clear_line(run, path, "permission")
    equal(run.exit, 78, "exit status", run)


@story("input: an underscore in a name is taken, with a warning")
def underscore(world):
    agent = world.agent()
    path = agent.config(config(**{**DEDICATED, "host_name": "pc1_amt"}))
    run = agent.text("--check", "-c", path)
    equal(run.exit, 0, "exit status", run)
    true("host-name: an underscore" in run.stderr, "no warning", run)


@story("input: capitals and one trailing dot are the same name")
def normal_form(world):
    server = world.bind()
    agent = world.agent()
    run = agent.run("--once", "-D", "PC1-AMT.Corp.Example.", "-i", "eth0", "-s", NS1)
    equal((run.exit, run.only["fqdn"]), (0, NAME), "exit and fqdn", run)
    true((NAME, "A") in server.zone("corp.example"), "A", run)
