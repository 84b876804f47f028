"""Faults of the disk, runs that are killed, and runs with no rights at all."""

import json
import os
import shutil
import signal
import time

from holdings import holdings, holds, holds_nothing, state_files
from scripted import Pass, change, front
from story import stories, story
from world import HOST, HOST_V6, NS1, equal, result, silent, true, zone_change

NAME = "pc1-amt.corp.example"
QUICK = ("-D", NAME, "-i", "eth0", "-s", NS1)
ONCE, WITHDRAW = ("--once", *QUICK), ("--withdraw", *QUICK)
A, AAAA = (NAME, "A"), (NAME, "AAAA")
BOTH = {A: (900, {HOST}), AAAA: (900, {HOST_V6})}
NOBODY = 65534


def state_path(agent):
    """Where the state of the quick form is."""
    found = [path for path in state_files(agent) if path.endswith(".json")]
    equal(len(found), 1, f"state files in {state_files(agent)}")
    return found[0]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def warned(run, *words):
    for word in words:
        true(word in run.stderr.lower(), f"no warning with {word!r}", run)


# --- a state file of no use -----------------------------------------------------------

def truncated(data):
    return data[:len(data) // 2]


def newer(data):
    return json.dumps({**json.loads(data), "version": 2}).encode()


def edited(change_name):
    def spoil(data):
        state = json.loads(data)
        change_name(state["names"][0])
        return json.dumps(state).encode()
    return spoil


SPOILT = {
    "empty": lambda data: b"",
    "truncated": truncated,
    "from a newer version": newer,
    "random octets": lambda data: bytes(range(256)) * 16,
    "NULs, as after a power cut": lambda data: b"\0" * len(data),
    "another JSON document": lambda data: b'{"registrations": []}',
    "an array": lambda data: b"[]",
    "nested 100,000 deep": lambda data: b"[" * 100000,
    "doubled": lambda data: data + data,
    "with a record that is no address": edited(
        lambda name: name["records"][0].update(address="192.0.2")),
    "with a name that is none": edited(lambda name: name.update(fqdn="a..b")),
    "with a zone that does not hold the name": edited(
        lambda name: name.update(zone="other.example")),
    "with a negative TTL": edited(lambda name: name["records"][0].update(ttl=-1)),
}


@stories("disk: the state file is {}: set aside as it is, with a warning; all goes on", {
    name: (spoil,) for name, spoil in SPOILT.items()})
def spoilt(world, spoil):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    path = state_path(agent)
    bad = spoil(read(path))
    write(path, bad)
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    warned(run, "state", "aside")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)
    kept = [name for name in state_files(agent) if name != path and read(name) == bad]
    equal(len(kept), 1, f"the spoilt file in {state_files(agent)}", run)
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


@stories("disk: --withdraw, the state file is {}: nothing is deleted by it", {
    name: (SPOILT[name],) for name in ("truncated", "from a newer version", "empty")})
def withdraw_spoilt(world, spoil):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    path = state_path(agent)
    write(path, spoil(read(path)))
    before = server.zone("corp.example")
    world.wire.mark()
    run = agent.run(*WITHDRAW)
    result(run, 0, "unchanged")
    warned(run, "state")
    silent(world, run)
    zone_change(before, server.zone("corp.example"), run=run)


@stories("disk: --check and --dry-run leave a spoilt state file where it is: {}", {
    "--check": (("--check", *QUICK),), "--dry-run": (("--once", "-n", *QUICK),)})
def spoilt_and_only_read(world, arguments):
    world.bind()
    agent = world.agent()
    result(agent.run(*ONCE), 0, "updated")
    path = state_path(agent)
    write(path, b"spoilt")
    files = state_files(agent)
    run = agent.run(*arguments)
    equal(run.exit, 0, "exit status", run)
    equal(read(path), b"spoilt", "the file", run)
    equal(state_files(agent), files, "files", run)


@story("disk: the state file is a symbolic link: it is not followed")
def linked(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    path, elsewhere = state_path(agent), os.path.join(agent.directory, "elsewhere.json")
    os.rename(path, elsewhere)
    os.symlink(elsewhere, path)
    content = read(elsewhere)
    run = agent.run(*WITHDRAW)
    equal(run.exit, 0, "exit status", run)
    equal(read(elsewhere), content, "the file that the link leads to", run)
    true((NAME, "A") in server.zone("corp.example") or before, "zone", run)


@stories("disk: there is {} where the state file should be: a warning, all goes on", {
    "a directory": (lambda path: os.mkdir(path),),
    "a FIFO": (lambda path: os.mkfifo(path),),
})
def no_file(world, make):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    path = state_path(agent)
    os.unlink(path)
    make(path)
    run = agent.run(*ONCE)
    equal(run.exit, 0, "exit status", run)
    warned(run, "state")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)


# --- a directory of no use ------------------------------------------------------------

def wrapped(agent, before="", after=""):
    """The program in a shell script, that first makes the disk what a story wants.  What
    it mounts is seen by the program alone and goes with it."""
    path = os.path.join(agent.directory, "wrapped")
    with open(path, "w") as file:
        run = f'{agent.program} "$@"'
        file.write(f"#!/bin/sh\nset -e\n{before}\n" + (
            f"set +e\n{run}\nstatus=$?\n{after}\nexit $status\n" if after
            else f"exec {run}\n"))
    os.chmod(path, 0o755)
    agent.program = path


def goes_on(server, agent, before, run, cause):
    """A warning; the records are right; it is said what cannot be done later, and why."""
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    warned(run, "state", "--withdraw", cause)


@story("disk: the directory is missing: it is made, with its parents' owner")
def missing(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    os.rmdir(agent.state)
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)


@story("disk: the directory is missing, and what is above it: a warning or it is made")
def missing_deep(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    agent.state = os.path.join(agent.state, "not", "here")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    if os.path.isdir(agent.state):
        holds(agent, NAME, {HOST, HOST_V6}, run)
    else:
        warned(run, "state", "--withdraw", "no such file or directory")


@story("disk: the directory is read-only: a warning, the update is made")
def read_only(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    wrapped(agent, f"mount --bind -o ro {agent.state} {agent.state}\n"
            f"mount -o remount,bind,ro {agent.state}")
    run = agent.run(*ONCE)
    goes_on(server, agent, before, run, "read-only")
    equal(state_files(agent), [], "files", run)


@story("disk: the directory becomes read-only: the old state is read, and stays whole")
def read_only_later(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    content, path = read(state_path(agent)), state_path(agent)
    wrapped(agent, f"mount --bind {agent.state} {agent.state}\n"
            f"mount -o remount,bind,ro {agent.state}")
    run = agent.run(*ONCE)
    result(run, 0, "unchanged")
    equal(read(path), content, "the state file", run)
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    equal(read(path), content, "the state file", run)


FULL = ("mount -t tmpfs -o size=4k,mode=755 none {state}\n"
        "head -c 4096 /dev/zero >{state}/filler 2>/dev/null || true\n")


@story("disk: the disk is full: a warning, the update is made")
def full(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    wrapped(agent, FULL.format(state=agent.state))
    run = agent.run(*ONCE)
    goes_on(server, agent, before, run, "no space")
    true(run.elapsed < 3, f"{run.elapsed:.1f} s", run)


@story("disk: the disk is full when the state changes: the old file stays whole")
def full_later(world):
    server, agent = world.bind(), world.agent()
    result(agent.run(*ONCE), 0, "updated")
    before = server.zone("corp.example")
    path = state_path(agent)
    part = os.path.relpath(path, agent.state)
    saved = os.path.join(agent.directory, "saved")
    os.rename(agent.state, saved)
    os.mkdir(agent.state)
    after = os.path.join(agent.directory, "after.json")
    # Room for the file as it is, and for nothing else.
    wrapped(agent, f"mount -t tmpfs -o size=12k,mode=755 none {agent.state}\n"
            f"cp -R {saved}/. {agent.state}/\n"
            f"head -c 12288 /dev/zero >{agent.state}/filler 2>/dev/null || true\n",
            f"cp {agent.state}/{part} {after}; ls -R {agent.state} >{after}.list")
    world.ip(agent, f"addr del {HOST}/24 dev eth0\naddr add 192.0.2.11/24 dev eth0\n")
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), removed={A: (900, {HOST})},
                added={A: (900, {"192.0.2.11"})}, run=run)
    warned(run, "state")
    names = json.loads(read(after))["names"]
    true(HOST in {r["address"] for r in names[0]["records"]}, f"the state: {names}", run)
    true(b".new" not in read(after + ".list"), "a half written file lies about", run)


@story("disk: the directory is another user's: root's files get that owner")
def other_owner(world):
    world.bind()
    agent = world.agent()
    os.chown(agent.state, NOBODY, NOBODY)
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    holds(agent, NAME, {HOST, HOST_V6}, run)
    owners = {path: (os.stat(path).st_uid, os.stat(path).st_gid)
              for path in [*state_files(agent), os.path.dirname(state_path(agent))]}
    equal({p: o for p, o in owners.items() if o != (NOBODY, NOBODY)}, {}, "owners", run)
    # And the user can go on with them.
    os.chown(agent.reports, NOBODY, NOBODY)
    run = agent.run(*ONCE, user=NOBODY)
    result(run, 0, "unchanged")
    equal(run.stderr, "", "warnings", run)


@story("disk: the directory is root's, the user is not: a warning, the update is made")
def foreign_directory(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    os.chmod(agent.state, 0o755)
    run = agent.run(*ONCE, user=NOBODY)
    goes_on(server, agent, before, run, "permission denied")
    equal(state_files(agent), [], "files", run)


@story("disk: root's state cannot be read by the user: a warning, all goes on")
def unreadable(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    result(agent.run(*ONCE), 0, "updated")
    path = state_path(agent)
    os.chmod(path, 0o600)
    run = agent.run(*ONCE, user=NOBODY)
    result(run, 0, "unchanged")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    warned(run, "state")


# --- without any right ----------------------------------------------------------------

def powerless(agent):
    """The program as nobody, without one capability, and no way to get any."""
    path = os.path.join(agent.directory, "powerless")
    with open(path, "w") as file:
        file.write("#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups "
                   "--inh-caps=-all --bounding-set=-all --ambient-caps=-all "
                   f"--no-new-privs -- {agent.program} \"$@\"\n")
    os.chmod(path, 0o755)
    agent.program = path
    os.chown(agent.state, NOBODY, NOBODY)


@story("no rights: nobody, without a capability: registered, unchanged, withdrawn")
def unprivileged(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    powerless(agent)
    run = agent.run(*ONCE)
    result(run, 0, "updated")
    equal(run.stderr, "", "warnings", run)
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    holds(agent, NAME, {HOST, HOST_V6}, run)
    equal(os.stat(state_path(agent)).st_uid, NOBODY, "the state's owner", run)
    result(agent.run(*ONCE), 0, "unchanged")
    result(agent.run("--check", *QUICK), 0)
    run = agent.run(*WITHDRAW)
    result(run, 0, "withdrawn")
    zone_change(before, server.zone("corp.example"), run=run)
    holds_nothing(agent, NAME, run)


@story("no rights: nobody, shared name")
def unprivileged_shared(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    powerless(agent)
    result(agent.run("--once", "-S", "-i", "eth0", "-s", NS1), 0, "updated")
    equal(server.zone("corp.example")[("pc1.corp.example", "A")],
          (300, frozenset({"192.0.2.77", HOST})), "A")
    result(agent.run("--withdraw", "-S", "-i", "eth0", "-s", NS1), 0, "withdrawn")
    zone_change(before, server.zone("corp.example"))


@story("no rights: no home and no state directory of its own: a warning at most")
def unprivileged_homeless(world):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    powerless(agent)
    run = agent.run(*ONCE, state=False)
    result(run, 0, "updated")
    zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    warned(run, "state", "--withdraw", "permission denied")


# --- few descriptors, little memory ---------------------------------------------------

@stories("limits: with at most {} descriptors it works, or ends in order", {
    str(count): (count,) for count in (4, 8, 10, 12, 16, 24, 31, 32)})
def descriptors(world, count):
    server, agent = world.bind(), world.agent()
    before = server.zone("corp.example")
    wrapped(agent, f"ulimit -n {count}")
    run = agent.text(*ONCE, "-t", "5")
    if count >= 32:
        equal(run.exit, 0, "exit status", run)
        zone_change(before, server.zone("corp.example"), added=BOTH, run=run)
    else:
        equal(run.exit, 75, "exit status", run)
        true("descriptors" in run.stderr, "no sentence with the cause", run)
        zone_change(before, server.zone("corp.example"), run=run)
    true(run.elapsed < 7, f"{run.elapsed:.1f} s", run)


# --- killed ---------------------------------------------------------------------------

MOMENTS = 50
ROUND_TRIP_S = 0.01


def plain(agent, name=NAME):
    """What is held, without its times."""
    return {address: ttl for address, (ttl, _) in holdings(agent, name).items()}


def put_back(agent, saved):
    """The state directory as it was."""
    shutil.rmtree(agent.state)
    shutil.copytree(saved, agent.state)


def copy_state(agent):
    saved = os.path.join(agent.directory, "saved")
    shutil.copytree(agent.state, saved)
    return saved


def set_zone(named, addresses):
    """The name as it was, by somebody else's hand."""
    change(named, f"update delete {NAME} A")
    change(named, f"update delete {NAME} AAAA")
    for address in addresses:
        change(named, f"update add {NAME} 900 {'AAAA' if ':' in address else 'A'} "
               f"{address}")


def killed_and_again(world, verb, start, moments, then=None):
    """At each moment of a run: SIGKILL, and the same run, or another one, again.  `start`
    are the addresses that stand there, held, before."""
    proxy, named = front(world, lambda question: Pass(answer_after=ROUND_TRIP_S))
    agent = world.agent([f"{address}/{64 if ':' in address else 24}" for address in start]
                        if start else [f"{HOST}/24", f"{HOST_V6}/64"])
    if start:
        result(agent.run(*ONCE), 0, "updated")
        world.ip(agent, "".join(f"addr del {a}/{64 if ':' in a else 24} dev eth0\n"
                                for a in start) +
                 f"addr add {HOST}/24 dev eth0\naddr add {HOST_V6}/64 dev eth0\n")
    saved = copy_state(agent)
    run = agent.run(verb, *QUICK)
    equal(run.exit, 0, "the undisturbed run", run)
    if then:
        equal(agent.run(then, *QUICK).exit, 0, "what follows")
    good_zone, good_state = named.zone("corp.example"), plain(agent)
    hit = 0
    for moment in range(moments):
        put_back(agent, saved)
        set_zone(named, start)
        process, command = agent.start(verb, *QUICK, "-j")
        time.sleep(run.elapsed * 1.1 * moment / moments)
        hit += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for name in os.listdir(agent.reports):  # of a sanitizer that was killed at work
            os.unlink(os.path.join(agent.reports, name))
        time.sleep(2 * ROUND_TRIP_S)  # what it sent arrives
        half = {":" in address for key in (A, AAAA) for address in
                named.zone("corp.example").get(key, (0, ()))[1]}
        for name in state_files(agent):
            if name.endswith(".json"):
                json.loads(read(name))
        # For a dedicated name the state knows of the type, if not of each address.
        known = {":" in address for address in holdings(agent, NAME)}
        true(half <= known, f"moment {moment}: the zone has IPv6 {half}, the state {known}")
        again = agent.run(then or verb, *QUICK)
        equal(again.exit, 0, f"moment {moment} of {moments}: exit status", again)
        equal(named.zone("corp.example"), good_zone, f"moment {moment}: zone", again)
        equal(plain(agent), good_state, f"moment {moment}: state", again)
        unsure = [h for _, h in holdings(agent, NAME).values() if h == "maybe"]
        equal(unsure, [], f"moment {moment}: unsure", again)
        left = [f for f in state_files(agent) if not f.endswith((".json", "lock"))]
        # (a run that has nothing to save does not clear up, either)
        true(not left or then, f"moment {moment}: files left: {left}", again)
    true(hit > moments // 4, f"only {hit} of {moments} runs were still running")


@story(f"killed at {MOMENTS} moments while it registers, and again: as if undisturbed")
def killed_registering(world):
    killed_and_again(world, "--once", [], MOMENTS)


@story(f"killed at {MOMENTS} moments while it changes addresses, and again")
def killed_changing(world):
    killed_and_again(world, "--once", ["192.0.2.11", "2001:db8::11"], MOMENTS)


@story(f"killed at {MOMENTS} moments while it withdraws, and again")
def killed_withdrawing(world):
    killed_and_again(world, "--withdraw", [HOST, HOST_V6], MOMENTS)


@story("killed at 25 moments while it registers, then --withdraw: nothing of ours is left")
def killed_registering_withdrawn(world):
    killed_and_again(world, "--once", [], 25, "--withdraw")


@story("killed at 25 moments while it changes addresses, then --withdraw: nothing is left")
def killed_changing_withdrawn(world):
    killed_and_again(world, "--once", ["192.0.2.11", "2001:db8::11"], 25, "--withdraw")
