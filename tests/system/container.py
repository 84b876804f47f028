"""container - named in a container, by contrib/container/run, instead of as a process."""

import os
import subprocess

import net

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                   "../../contrib/container/run")


class Image:
    """Starts named where servers.Named would start a program."""

    def __init__(self, name):
        self.name = name

    def start(self, namespace, directory, conf, log):
        """Returns what subprocess.Popen would: the container lives in the namespace,
        works on the directory, bears the namespace's name and ends with the process."""
        os.chmod(directory, 0o777)  # named gives root away
        return Container(
            [RUN, "--image", self.name, "--name", namespace, "--network", "host",
             "--zones", directory, conf], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, preexec_fn=lambda: net.enter(namespace))


class Container(subprocess.Popen):
    def kill(self):
        """podman hands on SIGTERM; SIGKILL would end it and leave the container."""
        self.terminate()
