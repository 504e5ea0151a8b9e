"""The long form, `make simulate`: explores every scenario, then walks at random, and prints how far it got."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from .explorer import Broken, explore, walk
from .machine import Scenario
from .scenarios import at_random, long


def explored(scenario: Scenario) -> tuple[str, int, int, int, str]:
    """Explore one scenario; the last of the results is the story of a failure, empty for none."""
    label = f"{scenario.name} ({scenario.statuses[0]}, updated_at moves {scenario.moves.value})"
    try:
        return (label, *explore(scenario), "")
    except Broken as broken:
        return (label, 0, 0, 0, str(broken))


def walked(seed: int) -> str:
    """Walk once; return the story of a failure, empty for none."""
    try:
        walk(at_random(), seed)
    except Broken as broken:
        return str(broken)
    return ""


def main() -> int:
    """Explore and walk; return 1 if an invariant does not hold."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--walks", type=int, default=5_000, help="random walks")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed; the others follow")
    parser.add_argument("--only", default="", help="explore the scenarios with these words in their names")
    given = parser.parse_args()
    began, states, steps, failures = time.monotonic(), 0, 0, 0
    scenarios = [each for each in long() if given.only in each.name]
    with ProcessPoolExecutor() as pool:
        for label, found, taken, ends, story in pool.map(explored, scenarios):
            sys.stdout.write(f"{found:>9,} states  {ends:>7,} ends  {label}\n" if not story else f"{story}\n")
            sys.stdout.flush()
            states, steps, failures = states + found, steps + taken, failures + bool(story)
        for story in pool.map(walked, range(given.seed, given.seed + given.walks), chunksize=100):
            sys.stdout.write(f"{story}\n" if story else "")
            failures += bool(story)
    sys.stdout.write(
        f"{states:,} states and {steps:,} steps explored, {given.walks:,} random walks, {failures} failures, "
        f"{time.monotonic() - began:.0f} s\n"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
