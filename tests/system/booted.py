"""booted - a machine that systemd has booted, with ddnsupd installed on it.

systemd is process 1 of a PID namespace, in a cgroup and a network namespace of its own.
The machine's files are those of the machine the tests run on, under what `make install`
and the story bring; whatever is written on it is gone with it."""

import os
import shutil
import subprocess
import time

import net
from daemon import until
from story import Skip
from world import HOSTS_FILE

SYSTEMD = "/lib/systemd/systemd"
BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
UNIT = "ddnsupd.service"
BOOT_S = 40

# Nothing of what the machine below has installed starts but what a story asks for.
TARGET = """[Unit]
Requires=sysinit.target dbus.socket
After=sysinit.target dbus.socket
AllowIsolate=yes
"""
MASKED = ("systemd-journald-audit.socket", "systemd-modules-load.service",
          "systemd-remount-fs.service")
FILES = {
    "/etc/fstab": "",
    "/etc/hosts": HOSTS_FILE,
    "/etc/resolv.conf": "",
    "/etc/machine-id": "",
    "/etc/systemd/system/story.target": TARGET,
    "/etc/systemd/journald.conf.d/story.conf": "[Journal]\nStorage=volatile\n",
}
# The sanitizers' address space is not in a table, and LeakSanitizer wants ptrace(2).
SANITIZED = "[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n"


class Booted:
    """The machine; boot() starts it, when its files are written."""

    def __init__(self, world, agent):
        self.build, self.namespace = world.build, agent.namespace
        self.directory = os.path.join(agent.directory, "booted")
        self.root = os.path.join(self.directory, "root")
        for name in ("root", "upper"):
            os.makedirs(os.path.join(self.directory, name))
        self.process = self.pid = None
        self.cgroup = os.path.join(self._cgroups(), agent.namespace)
        for place, text in FILES.items():
            self.write(place, text)
        for unit in MASKED:
            os.symlink("/dev/null", f"{self.root}/etc/systemd/system/{unit}")
        self.write("/etc/hostname", agent.node_name + "\n")
        self.places = self._install()
        world.stoppable.append(self)

    @staticmethod
    def _cgroups():
        """Where this process's cgroup of version 2 is."""
        if not os.path.exists(SYSTEMD):
            raise Skip("systemd is not installed")
        with open("/proc/self/mountinfo") as file:
            mounts = [line.split() for line in file if " - cgroup2 " in line]
        with open("/proc/self/cgroup") as file:
            own = [line[3:].strip() for line in file if line.startswith("0::")]
        if not mounts or not own:
            raise Skip("no cgroup2 is mounted, which systemd would boot in")
        place = os.path.join(mounts[0][4], os.path.relpath(own[0], mounts[0][3]))
        while not os.access(place, os.W_OK) and place != mounts[0][4]:
            place = os.path.dirname(place)
        return place

    def _install(self):
        """make install; returns the directories of the build: {sbindir: PATH}."""
        names = ("sbindir", "bindir", "sysconfdir", "localstatedir", "runstatedir",
                 "systemdsystemunitdir", "sysusersdir", "tmpfilesdir")
        if not os.path.exists(os.path.join(self.build, "Makefile")):
            raise Skip("the program lies in no build that could be installed")
        make = ["make", "-s", "-C", self.build]
        show = "show:;@:" + "".join(f"$(info place: {name} $({name}))" for name in names)
        done = subprocess.run([*make, f"--eval={show}", "show"], capture_output=True,
                              text=True, check=True)
        subprocess.run([*make, "install", f"DESTDIR={self.root}"], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return dict(line.split()[1:] for line in done.stdout.splitlines()
                    if line.startswith("place: "))

    # --- before it boots ---

    def write(self, place, text, mode=0o644):
        """A file of the machine, also when it runs."""
        path = (f"/proc/{self.pid}/root" if self.pid else self.root) + place
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    def drop_in(self, text, unit=UNIT, name="story"):
        self.write(f"/etc/systemd/system/{unit}.d/{name}.conf", text)

    def configure(self, text):
        self.write(f"{self.places['sysconfdir']}/ddnsupd/ddnsupd.yaml", text)

    def boot(self):
        """Start it, and do what README says after `make install`."""
        self.drop_in(SANITIZED, name="sanitizers")
        try:
            os.makedirs(self.cgroup)
        except OSError as error:
            raise Skip(f"no cgroup can be made here: {error}") from error
        with open(os.path.join(self.directory, "boot.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc",
                 "--cgroup", BOOT, self.directory], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, preexec_fn=self._enter)
        try:
            until(self._is_up, "booted", BOOT_S, self)
        except AssertionError as error:  # nothing of ours runs yet
            raise Skip(f"systemd does not come up here: {error}") from error
        self.do("systemd-sysusers")
        self.do("systemd-tmpfiles", "--create", "ddnsupd.conf")
        self.do("systemctl", "daemon-reload")

    def _enter(self):
        net.enter(self.namespace)
        with open(os.path.join(self.cgroup, "cgroup.procs"), "w") as file:
            file.write(str(os.getpid()))

    def _is_up(self):
        if self.process.poll() is not None:
            raise Skip(f"systemd does not boot here: {self.said()[-300:]!r}")
        if self.pid is None:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
                children = file.read().split()
            if not children:
                return False
            with open(f"/proc/{children[0]}/comm") as file:
                if file.read().strip() != "systemd":
                    return False
            self.pid = int(children[0])
        return self.try_to("systemctl", "is-active", "story.target").returncode == 0

    def said(self):
        with open(os.path.join(self.directory, "boot.log"), errors="replace") as file:
            return file.read().strip()

    # --- when it runs ---

    def try_to(self, *command, user=None, groups="", limit=60):
        """Run a program on the machine; returns what subprocess.run does."""
        as_user = ["setpriv", f"--reuid={user}", "--regid=nogroup",
                   f"--groups={groups}" if groups else "--clear-groups"] if user else []
        return subprocess.run(
            ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--ipc", "--net",
             "--pid", "--cgroup", "--root", "--wd=/", "env", "-i", f"PATH={PATH}",
             "LANG=C.UTF-8", "SYSTEMD_PAGER=", *as_user, *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=limit, check=False)

    def do(self, *command, **how):
        done = self.try_to(*command, **how)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n"
                                 f"{done.stdout}\n{self}")
        return done.stdout

    def ctl(self, *arguments, **how):
        return self.try_to(f"{self.places['bindir']}/ddnsctl", *arguments, **how)

    def show(self, key, unit=UNIT):
        return self.do("systemctl", "show", "--value", "-p", key, unit).strip()

    def main_pid(self):
        """The daemon's, as this machine knows it."""
        inner = self.show("MainPID")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/status") as file:
                    spaces = next(line for line in file if line.startswith("NSpid:"))
                if spaces.split()[-1] == inner and os.readlink(
                        f"/proc/{pid}/ns/pid") == os.readlink(f"/proc/{self.pid}/ns/pid"):
                    return int(pid)
            except (OSError, StopIteration):
                continue
        raise AssertionError(f"the daemon does not run\n{self}")

    def journal(self, *options, unit=UNIT):
        return self.do("journalctl", "--no-pager", "-q", "-u", unit, *options)

    def __str__(self):
        if self.pid is None:
            return self.said()
        return (self.try_to("systemctl", "status", "--no-pager", "-l", UNIT).stdout
                + self.try_to("journalctl", "--no-pager", "-q", "-n", "60").stdout)

    # --- its end ---

    def stop(self):
        if self.process is not None:
            self.process.kill()  # and, by --kill-child, process 1 and all below it
            self.process.wait()
            net.end_all(self.namespace)
        end = time.monotonic() + 5
        while os.path.isdir(self.cgroup) and time.monotonic() < end:
            for place, _, _ in os.walk(self.cgroup, topdown=False):
                try:
                    os.rmdir(place)
                except OSError:
                    time.sleep(0.05)
        shutil.rmtree(self.directory, ignore_errors=True)
