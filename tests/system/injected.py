"""injected - system calls of a running daemon that fail, by strace."""

import os
import shutil
import signal
import subprocess

from daemon import until
from story import Skip
from world import true

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Injection:
    """As long as it stands, these system calls fail: "openat:error=EMFILE" and more."""

    def __init__(self, daemon, *faults, only_path=None):
        if shutil.which("strace") is None:
            raise Skip("strace is not installed")
        self.daemon = daemon
        self.log = os.path.join(daemon.agent.directory, "strace.log")
        calls = ",".join(fault.partition(":")[0] for fault in faults)
        command = ["strace", "-f", "-p", str(daemon.pid), "-o", self.log,
                   "-e", f"trace={calls}", *(
                       word for fault in faults for word in ("-e", f"inject={fault}"))]
        if only_path:
            command += ["-P", only_path]
        self.said = open(os.path.join(daemon.agent.directory, "strace.err"), "w+")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=self.said, stderr=self.said)

    def __enter__(self):
        def attached():
            with open(self.said.name) as file:
                text = file.read()
            if self.process.poll() is not None:
                true("Operation not permitted" in text, text)
                raise Skip(f"strace cannot attach here: {text.strip()}")
            return "attached" in text
        until(attached, "strace is attached")
        self.spent = self.cpu_s()
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is None:
            true(self.daemon.process.poll() is None, "it has ended", self)
            self.spent = self.cpu_s() - self.spent
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.said.close()

    def cpu_s(self):
        with open(f"/proc/{self.daemon.pid}/stat") as file:
            words = file.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * TICK_S

    def lines(self):
        """What has failed."""
        with open(self.log, errors="replace") as file:
            return [line for line in file if "INJECTED" in line]

    def __str__(self):
        return "".join(self.lines()[-20:]) + str(self.daemon)
