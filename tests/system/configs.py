"""configs - configuration files for the stories, written as short as possible."""

from world import NS1


def config(top=None, dns=None, **registration):
    """A file with one registration; keys are written with _ for -.  dns={} leaves the
    servers out."""
    return several([registration], top, dns)


def several(registrations, top=None, dns=None):
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in (top or {}).items()]
    dns = {"servers": f"[{NS1}]"} if dns is None else dns
    if dns:
        lines.append("dns:")
        lines += [f"  {key.replace('_', '-')}: {value}" for key, value in dns.items()]
    lines.append("registrations:")
    for registration in registrations:
        keys = {"name": "amt", **registration}
        first = "  - "
        for key, value in keys.items():
            lines.append(f"{first}{key.replace('_', '-')}: {value}")
            first = "    "
    return "\n".join(lines) + "\n"


DEDICATED = {"fqdn": "dedicated", "host_name": "pc1-amt", "domain_name": "corp.example",
             "interface": "eth0"}
SHARED = {"fqdn": "shared", "interface": "eth0"}
