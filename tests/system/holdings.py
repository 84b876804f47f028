"""holdings - what the state file says, as the contract lets a test know it."""

import json
import os

from world import equal, true

SURE = ("held", "confirmed")


def state_files(agent):
    """Paths of all files in the state directory."""
    return [os.path.join(directory, name)
            for directory, _, names in os.walk(agent.state) for name in sorted(names)]


def holdings(agent, name):
    """{address: (ttl, how sure)} of a name; {} when it is not in the state."""
    found = {}
    for path in state_files(agent):
        if not path.endswith(".json"):
            continue
        with open(path) as file:
            for entry in json.load(file)["names"]:
                if entry["fqdn"] == name:
                    found.update({r["address"]: (r["ttl"], r["holding"])
                                  for r in entry["records"]})
    return found


def holds(agent, name, addresses, run=""):
    """Exactly these addresses are held for sure, and nothing half written lies about."""
    found = holdings(agent, name)
    equal(set(found), set(addresses), "addresses in the state file", run)
    unsure = {a: h for a, (_, h) in found.items() if h not in SURE}
    equal(unsure, {}, "addresses that the state is not sure of", run)
    tidy(agent, run)


def may_hold(agent, name, addresses, run=""):
    """What may stand in the zone is in the state: a later --withdraw knows of it."""
    found = holdings(agent, name)
    true(set(addresses) <= set(found),
         f"{addresses} may stand in the zone, the state knows {found}", run)
    tidy(agent, run)


def holds_nothing(agent, name, run=""):
    equal(holdings(agent, name), {}, "the state's records", run)
    tidy(agent, run)


def tidy(agent, run=""):
    left = [path for path in state_files(agent)
            if "tmp" in os.path.basename(path) or path.endswith(("~", ".new"))]
    equal(left, [], "temporary files", run)
