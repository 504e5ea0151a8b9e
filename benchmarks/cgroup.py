"""Measures a group of processes, with all that they start, such as a Docker engine and its containers.

A container is no child of the command that asks for it, so the kernel's account of a process and its children would
miss it. A control group has them all: who is in it, and every process that they start, wherever that ends up in the
tree. Needs root, and version 1 of the control groups `cpuacct` and `memory`.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_ROOT = Path("/sys/fs/cgroup")
_CONTROLLERS = ("cpuacct", "memory")
_EVERY = 0.01  # seconds between two looks at the memory


class Usage(NamedTuple):
    """Seconds of wall time, seconds of CPU time, and bytes of memory at the peak beyond those at the start."""

    wall: float
    cpu: float
    peak: int


class Group:
    """A control group, which this process is in: so is everything that it starts."""

    def __init__(self) -> None:
        """Create the group and enter it."""
        self.name = f"alert24-bench-{os.getpid()}"
        self._before = {line.split(":")[1]: line.split(":")[2] for line in _lines(Path("/proc/self/cgroup"))}
        for controller in _CONTROLLERS:
            (_ROOT / controller / self.name).mkdir()
            _enter(_ROOT / controller / self.name)

    @property
    def containers(self) -> str:
        """A group within this one, for `dockerd --cgroup-parent`."""
        return f"/{self.name}/containers"

    @contextmanager
    def measuring(self) -> Iterator[list[Usage]]:
        """Measure what happens in the block; this process's own part is left out. The list has one usage afterwards."""
        result: list[Usage] = []
        peaks, done = [self._memory()], threading.Event()
        sampler = threading.Thread(target=self._sample, args=(peaks, done))
        sampler.start()
        wall, cpu = time.perf_counter(), self._cpu()
        try:
            yield result
        finally:
            wall, cpu = time.perf_counter() - wall, self._cpu() - cpu
            done.set()
            sampler.join()
        result.append(Usage(wall, cpu, max(peaks) - peaks[0]))

    def _sample(self, peaks: list[int], done: threading.Event) -> None:
        while not done.wait(_EVERY):
            peaks.append(self._memory())

    def _cpu(self) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        all_of_it = int((_ROOT / "cpuacct" / self.name / "cpuacct.usage").read_text("ascii")) / 1e9
        return all_of_it - own.ru_utime - own.ru_stime

    def _memory(self) -> int:
        """Return the memory that no file backs: the kernel could drop what it only keeps of files."""
        stat = dict(line.split() for line in _lines(_ROOT / "memory" / self.name / "memory.stat"))
        return int(stat["total_rss"])

    def close(self) -> None:
        """Leave the group and remove it, with what an engine made in it. Everything else in it must have ended."""
        for controller in _CONTROLLERS:
            _enter(_ROOT / controller / self._before[controller].lstrip("/"))
            for group, _, _ in os.walk(_ROOT / controller / self.name, topdown=False):
                Path(group).rmdir()

    def __enter__(self) -> Group:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _lines(file: Path) -> list[str]:
    return file.read_text("ascii").splitlines()


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()), "ascii")
