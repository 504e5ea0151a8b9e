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
    """One run: seconds of wall time, seconds of CPU time, and peak resident memory in bytes."""

    wall: float
    cpu: float
    peak: int


class RunFailed(Exception):
    """A measured program did not do its work, so its time is meaningless."""


def run(argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> Sample:
    """Run a program in a directory and return what it took.

    `wait4` returns the CPU time and the peak memory of this one child. The kernel includes in the peak what this
    process held at the time of the fork, so peaks smaller than this process can't be measured.

    Raises:
        RunFailed: The program failed; the message contains its output.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(argv), cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
            raise RunFailed(f"{Path(argv[0]).name} ended with {process.returncode}:\n{text}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KIB)


def own_size() -> int:
    """Return the resident bytes of this process: the smallest peak that it can measure in a child."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
