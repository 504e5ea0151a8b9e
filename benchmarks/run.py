"""`make bench`: measures, prints tables and, with --json, writes the figures to a file.

No figure makes it fail, because a slow machine is not an error. It fails if a measured program fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import contenders
from .comparing import Comparison, Measured, beside, measure
from .contenders import (
    CONCURRENCIES,
    FULL,
    LOOP_EACH,
    LOOP_LIST,
    OWN,
    PLAIN,
    ROUND_TRIP,
    SET,
    SNIPPET,
    Folder,
)
from .imports import HTTP_LIBRARIES, by_package, import_times
from .processes import RunFailed, own_size
from .server import Server
from .tables import importing, speedups, table, verdict

_PARTS = ("starting", "set", "start")
_BOUNDS = {"wall": 1.1, "cpu": 1.1, "peak": 1.2}
_BOUND_FOR_USERS = 0.9  # of the time over TLS with the public certificates, as everybody has it
_WANTED_SPEEDUP = 8.0


def main(arguments: Sequence[str]) -> int:
    """Run the requested measurements; return 1 if a program failed."""
    options = _options(arguments)
    load = round(os.getloadavg()[0], 1)  # of the minute before
    document: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count(), "load": load}
    print(f"Python {document['python']}, {document['cores']} cores, load {load}; median (minimum - maximum)")
    try:
        with Folder() as folder:
            for part in options.only or _PARTS:
                document[part] = _MEASURE[part](folder, options)
    except RunFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS, help="measure only this part (repeatable)")
    parser.add_argument("--rounds", type=int, default=31, help="rounds of the short parts (default: %(default)s)")
    parser.add_argument("--start-rounds", type=int, default=7, help="rounds of `start` (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--imports", action="store_true", help="show the import time of each package")
    return parser.parse_args(arguments)


def _starting(folder: Folder, options: argparse.Namespace) -> dict[str, Any]:
    comparison = contenders.starting(folder)
    measured = beside(measure(comparison, options.rounds), comparison.contenders[0].name)
    print(table(comparison.title, measured, own_size()))
    http = {}
    for contender in comparison.contenders[2:]:
        modules = import_times(contender.argv, contender.environ, folder.renew())
        http[contender.name] = sorted(HTTP_LIBRARIES & {module.partition(".")[0] for module in modules})
        found = ", ".join(http[contender.name]) or "none"
        print(f"  HTTP libraries imported by {contender.name}: {found} (of {len(modules)} modules)")
    return {"measured": _documents(measured), "http_libraries": http}


def _set(folder: Folder, options: argparse.Namespace) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for transport in (PLAIN, OWN, FULL):
        with Server(tls=transport.tls) as server:
            comparison = contenders.setting(server, folder, transport)
            measured = beside(measure(comparison, options.rounds), SNIPPET)
            print(table(comparison.title, measured, own_size()))
            ours = next(each for each in measured if each.name == SET)
            bounds = {**_BOUNDS, "wall": _BOUND_FOR_USERS} if transport is FULL else _BOUNDS
            print("\n".join(verdict(what, ours.ratio[what].median, bound) for what, bound in bounds.items()))
            document[transport.name] = _documents(measured)
            if options.imports and transport is FULL:
                document["imports"] = _imports(comparison, folder, options.rounds)
    return document


def _imports(comparison: Comparison, folder: Folder, rounds: int) -> Any:
    """Return the minimum import time of each package, by contender. Anything above the minimum is noise."""
    least: dict[str, dict[str, float]] = {}
    for contender in comparison.contenders[:2]:
        comparison.prepare()
        packages = [by_package(import_times(contender.argv, contender.environ, folder.path)) for _ in range(rounds)]
        least[contender.name] = {name: min(one[name] for one in packages) for name in packages[0]}
    print(importing(least))
    return least


def _start(folder: Folder, options: argparse.Namespace) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for transport in (OWN, FULL):
        with Server(latency=ROUND_TRIP, tls=transport.tls) as server:
            comparison = contenders.loops(server, folder, transport)
            samples = measure(comparison, options.start_rounds)
        measured = beside(samples, LOOP_LIST)
        print(table(comparison.title, measured, own_size()))
        faster = speedups(samples, CONCURRENCIES, {LOOP_LIST: 101, LOOP_EACH: 200}, _WANTED_SPEEDUP)
        print(faster.text)
        document[transport.name] = {"measured": _documents(measured), "speedups": faster.document}
    return document


def _documents(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    return [each.document() for each in measured]


_MEASURE = {"starting": _starting, "set": _set, "start": _start}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
