"""The long form, `make simulate`: explores every scenario, then walks at random, and prints how far it got."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from . import compare
from .explorer import Broken, explore, walk
from .machine import Scenario
from .scenarios import at_random, long, recorded_at_random


def explored(scenario: Scenario) -> tuple[str, int, int, int, str]:
    """Explore one scenario; the last of the results is the story of a failure, empty for none."""
    label = f"{scenario.name} ({scenario.statuses[0]}, updated_at moves {scenario.moves.value})"
    try:
        return (label, *explore(scenario), "")
    except Broken as broken:
        return (label, 0, 0, 0, str(broken))


def walked(seed: int, *, recorded: bool = False) -> tuple[int, str]:
    """Walk once; return the number of steps and the story of a failure, empty for none."""
    try:
        return walk(recorded_at_random(seed) if recorded else at_random(), seed), ""
    except Broken as broken:
        return 0, str(broken)


def main() -> int:
    """Explore and walk; return 1 if an invariant does not hold."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--walks", type=int, default=5_000, help="random walks")
    parser.add_argument("--recorded", action="store_true", help="walk with three recorded deployments")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed; the others follow")
    parser.add_argument("--only", default="", help="explore the scenarios with these words in their names")
    parser.add_argument("--processes", type=int, default=None, help="how many at once; default: one a core")
    parser.add_argument("--compare", action="store_true", help="count what goes wrong without records, and with")
    given = parser.parse_args()
    if given.compare:
        sys.stdout.write(compare.HEADER)
        for row in compare.rows(short=False):
            sys.stdout.write(compare.table_row(*row))
            sys.stdout.flush()
        return 0
    began, states, steps, walked_steps, failures = time.monotonic(), 0, 0, 0, 0
    scenarios = [each for each in long() if given.only in each.name]
    with ProcessPoolExecutor(given.processes) as pool:
        for label, found, taken, ends, story in pool.map(explored, scenarios):
            sys.stdout.write(f"{found:>9,} states  {ends:>7,} ends  {label}\n" if not story else f"{story}\n")
            sys.stdout.flush()
            states, steps, failures = states + found, steps + taken, failures + bool(story)
        seeds = range(given.seed, given.seed + given.walks)
        for taken, story in pool.map(partial(walked, recorded=given.recorded), seeds, chunksize=100):
            sys.stdout.write(f"{story}\n" if story else "")
            walked_steps, failures = walked_steps + taken, failures + bool(story)
    sys.stdout.write(
        f"{states:,} states and {steps:,} steps explored, {given.walks:,} random walks of {walked_steps:,} steps, "
        f"{failures} failures, {time.monotonic() - began:.0f} s\n"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
