"""Runs a program as a whole process and measures it from outside."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_KIB = 1024


class Sample(NamedTuple):
    """One run: seconds on the clock, seconds of processor time, and the most bytes that were resident."""

    wall: float
    cpu: float
    peak: int


class RunFailed(Exception):
    """A program that is measured did not do its work, so its time means nothing."""


def run(argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> Sample:
    """Run a program in a folder and return what it took; RunFailed with its words where it fails.

    `wait4` tells the processor time and the peak of this one child. The kernel counts in the peak what this process
    held when it began the child, so nothing smaller than this process can be seen.
    """
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(argv), cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise RunFailed(f"{Path(argv[0]).name} ended with {process.returncode}:\n{words}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KIB)


def own_size() -> int:
    """Return the bytes that this process holds: the smallest peak that it can see in a child."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
