"""What a program imports, and how long that takes, as `python -X importtime` tells it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

HTTP_LIBRARIES = frozenset({"requests", "urllib3", "http", "ssl", "socket", "httpx", "aiohttp"})
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def import_times(argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> dict[str, float]:
    """Run a program and return the seconds that each of its modules took by itself, in the order of their import."""
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
    """Return the seconds by top-level package."""
    packages: dict[str, float] = {}
    for module, seconds in times.items():
        package = module.partition(".")[0]
        packages[package] = packages.get(package, 0.0) + seconds
    return packages
