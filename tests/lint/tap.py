"""tap - findings of a lint as TAP lines: one line a finding, and a plan at the end."""

import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Findings:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def _line(self, word, text):
        self.count += 1
        print(f"{word} {self.count} - {text}", flush=True)

    def good(self, text):
        self._line("ok", text)

    def bad(self, text):
        self.failed += 1
        self._line("not ok", text)

    def skip(self, text, why):
        self._line("ok", f"{text} # SKIP {why}")

    def note(self, text):
        print(f"# {text}", flush=True)

    def end(self, summary):
        """Close the run; the summary counts as a test that passed when nothing failed."""
        if self.failed == 0:
            self.good(summary)
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def sources(*rooms, suffixes=(".c", ".h")):
    """Paths, relative to the top, of the source files under the given directories."""
    found = []
    for room in rooms:
        for directory, _, names in os.walk(os.path.join(TOP, room)):
            found += [os.path.relpath(os.path.join(directory, name), TOP)
                      for name in names if name.endswith(suffixes)]
    return sorted(found)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()
