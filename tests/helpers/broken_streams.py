"""Starts a program whose standard streams are broken from its beginning."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from helpers.github_runner.executors import Call, popen

# How a log breaks: its disk is full, its reader is gone, or it was never open.
WAYS = ("full", "gone", "closed")
_BREAK = """
import os, sys
how, streams, *command = sys.argv[1:]
for number in map(int, streams):
    if how == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), number)
    elif how == "gone":
        reading, writing = os.pipe()
        os.close(reading)
        os.dup2(writing, number)
    else:
        os.close(number)
os.execv(command[0], command)
"""


def breaking(how: str, streams: str, command: Sequence[str]) -> list[str]:
    """Return a command line that breaks streams and then becomes a program.

    Args:
        how: one of `WAYS`.
        streams: the numbers of the streams, such as `12`.
        command: the program's path and its arguments.
    """
    return [sys.executable, "-Ic", _BREAK, how, streams, *command]


@dataclass(frozen=True)
class BreakingExecutor:
    """Runs the action's stages as processes whose streams are broken."""

    programs: Path
    how: str
    streams: str = "12"

    def start(self, call: Call) -> Popen[bytes]:
        """Start the program in the workspace."""
        program = str(self.programs / Path(call.entrypoint).name)
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        environment = {"PATH": os.environ["PATH"], **measured, **call.environment}
        return popen(breaking(self.how, self.streams, [program, *call.args]), environment, call.directories.workspace)
