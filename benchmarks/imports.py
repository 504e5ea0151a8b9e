"""Measures what a program imports and how long that takes, with `python -X importtime`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

HTTP_LIBRARIES = frozenset({"requests", "urllib3", "http", "ssl", "socket", "httpx", "aiohttp"})
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def import_times(argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> dict[str, float]:
    """Run a program and return the seconds that each module took by itself, in import order."""
    ended = subprocess.run(
        list(argv),
        cwd=folder,
        env={**environ, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {module: int(microseconds) / 1e6 for microseconds, module in _LINE.findall(ended.stderr)}


def by_package(times: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds per top-level package."""
    packages: dict[str, float] = {}
    for module, seconds in times.items():
        package = module.partition(".")[0]
        packages[package] = packages.get(package, 0.0) + seconds
    return packages
