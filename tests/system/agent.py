"""agent - run ddnsupd on a machine of the test, and look at what it says.

Whatever a test asserts, every run must also keep the contract: the exit status and the
"exit" of the JSON object agree, the object has the agreed keys and words, the sanitizers
and assert() are silent."""

import json
import os
import subprocess
import time

import net

OUTCOMES = {"updated", "unchanged", "withdrawn", "disabled", "planned", "pending",
            "failed", "conflict", "refused", "invalid"}
CHANGES = {"added", "kept", "removed", "pending", "skipped"}
SOURCES = {"static", "lease", "observed", "inform", "dhcpv6", "ra", "hook"}
VERDICTS = {"holds", "broken", "unknown", "not-applicable"}
EXITS = {"updated": {0}, "unchanged": {0}, "withdrawn": {0}, "disabled": {0},
         "planned": {0}, "pending": {0}, "failed": {69, 75, 130, 143},
         "conflict": {73}, "refused": {77}, "invalid": {78}}
REGISTRATION_KEYS = {"name", "fqdn", "mode", "outcome", "zone", "server", "rcode",
                     "elapsed_ms", "records", "error"}


class Run:
    """One finished run."""

    def __init__(self, command, exit_status, stdout, stderr, elapsed, as_json):
        self.command, self.exit = command, exit_status
        self.stdout, self.stderr, self.elapsed = stdout, stderr, elapsed
        self.json = None
        if as_json:
            self.json = self._parse()

    def _parse(self):
        try:
            return json.loads(self.stdout)
        except json.JSONDecodeError as error:
            raise AssertionError(f"stdout is no JSON object: {error}\n{self}") from error

    def __str__(self):
        return (f"$ {' '.join(self.command)}\nexit {self.exit} after "
                f"{self.elapsed:.2f} s\nstdout: {self.stdout}\nstderr: {self.stderr}")

    # --- the contract ---

    def check(self):
        if self.exit < 0:
            raise AssertionError(f"killed by signal {-self.exit}\n{self}")
        if "Assertion" in self.stderr:
            raise AssertionError(f"an assertion failed\n{self}")
        if self.json is not None:
            self._check_json()

    def _require(self, condition, what):
        if not condition:
            raise AssertionError(f"contract: {what}\n{self}")

    def _check_json(self):
        for key in ("registrations", "dns_servers", "host", "exit"):
            self._require(key in self.json or
                          (self.json.get("error") and key != "registrations"),
                          f'the object has no "{key}"')
        self._require(self.json.get("exit", self.exit) == self.exit,
                      "exit status and JSON differ")
        for reg in self.json["registrations"]:
            self._check_registration(reg)
        for server in self.json.get("dns_servers", []):
            self._require(server["source"] in SOURCES, "unknown source")
            self._require("#" in server["address"], "a server without #PORT")
        for rule in self.json.get("rules", []):
            self._require(rule["verdict"] in VERDICTS, "unknown verdict")
            self._require(set(rule) >= {"id", "registration", "message"}, "rule's keys")

    def _check_registration(self, reg):
        self._require(set(reg) >= REGISTRATION_KEYS,
                      f"keys missing: {REGISTRATION_KEYS - set(reg)}")
        self._require(reg["outcome"] in OUTCOMES, "unknown outcome")
        self._require(reg["mode"] in {"dedicated", "shared"}, "unknown mode")
        good = EXITS[reg["outcome"]]
        self._require(max(good) <= self.exit or self.exit in good,
                      "the largest exit code must win")
        bad = reg["outcome"] in {"failed", "conflict", "refused", "invalid"}
        self._require(not bad or reg["error"], "a failure without a sentence")
        self._require(reg["server"] is None or "#" in reg["server"], "#PORT missing")
        for record in reg["records"]:
            self._require(record["change"] in CHANGES, "unknown change")
            self._require(record["type"] == ("AAAA" if ":" in record["address"] else "A"),
                          "type and address disagree")
            self._require(record["change"] != "skipped" or record["reason"],
                          "skipped without a reason")

    # --- what tests ask for ---

    @property
    def only(self):
        """The one registration."""
        regs = self.json["registrations"]
        if len(regs) != 1:
            raise AssertionError(f"{len(regs)} registrations, not one\n{self}")
        return regs[0]

    @property
    def outcome(self):
        return self.only["outcome"]

    @property
    def sentence(self):
        """The error sentence: the registration's or the top level's."""
        errors = [reg["error"] for reg in self.json["registrations"] if reg["error"]]
        if self.json.get("error"):
            errors.append(self.json["error"])
        return "; ".join(errors)

    def changes(self):
        """{address: change} of the one registration."""
        return {r["address"]: r["change"] for r in self.only["records"]}

    def reasons(self):
        """{address: reason} of the records left out."""
        return {r["address"]: r["reason"] for r in self.only["records"]
                if r["change"] == "skipped"}

    def rule(self, rule_id, registration=None):
        """Verdict and message of a rule of --check."""
        for rule in self.json.get("rules", []):
            if rule["id"] == rule_id and registration in (None, rule["registration"]):
                return rule["verdict"], rule["message"]
        raise AssertionError(f"no rule {rule_id} in --check\n{self}")


class Agent:
    """The machine that ddnsupd runs on."""

    def __init__(self, program, directory, namespace, node_name, hosts, resolv):
        self.program, self.directory, self.namespace = program, directory, namespace
        self.node_name = node_name
        self.state = os.path.join(directory, "state")
        os.makedirs(self.state)
        self.reports = os.path.join(directory, "sanitizer")
        os.makedirs(self.reports)
        os.chmod(self.reports, 0o1777)
        self.files = {}
        self.write_machine_file("/etc/hosts", hosts)
        self.write_machine_file("/etc/resolv.conf", resolv)

    def write_machine_file(self, place, content):
        path = os.path.join(self.directory, os.path.basename(place))
        with open(path, "w") as file:
            file.write(content)
        if os.path.exists(place):
            self.files[place] = path

    def config(self, text, name="ddnsupd.yaml"):
        """Write a configuration file; returns its path."""
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return path

    def environment(self):
        log = f"log_path={self.reports}/report"
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
                "ASAN_OPTIONS": log, "LSAN_OPTIONS": log,
                "UBSAN_OPTIONS": f"print_stacktrace=1:{log}"}

    def start(self, *arguments, state=True, user=None):
        """Start ddnsupd; returns (Popen, command)."""
        command = [self.program, *map(str, arguments)]
        if state and not {"-V", "--version", "-h", "--help"} & set(command):
            command += ["--state-directory", self.state]
        prefix = []
        if user:
            prefix = ["setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups", "--"]
        process = subprocess.Popen(
            prefix + command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.environment(), cwd=self.directory,
            preexec_fn=net.as_machine(self.namespace, self.node_name, self.files))
        return process, ["ddnsupd", *command[1:]]

    def finish(self, process, command, started, limit=60):
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(
                f"did not end within {limit} s: {' '.join(command)}\n"
                f"stdout: {out.decode(errors='replace')}\n"
                f"stderr: {err.decode(errors='replace')}") from None
        except BaseException:
            process.kill()
            process.wait()
            raise
        run = Run(command, process.returncode, out.decode(errors="replace"),
                  err.decode(errors="replace"), time.monotonic() - started,
                  "-j" in command or "--json" in command)
        self._sanitizers(run)
        run.check()
        return run

    def _sanitizers(self, run):
        for name in os.listdir(self.reports):
            path = os.path.join(self.reports, name)
            with open(path, errors="replace") as file:
                text = file.read()
            os.unlink(path)
            raise AssertionError(f"a sanitizer spoke up\n{run}\n{text[:4000]}")

    def text(self, *arguments, limit=60, **options):
        """Run it as a person does."""
        started = time.monotonic()
        process, command = self.start(*arguments, **options)
        return self.finish(process, command, started, limit)

    def run(self, *arguments, **options):
        """Run it with --json."""
        return self.text(*arguments, "-j", **options)
