"""The short form: every order of events of small scenarios, and some walks through a large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation import compare, contention
from simulation.explorer import explore, walk
from simulation.machine import Scenario
from simulation.scenarios import at_random, recorded_at_random, short

SEEDS = range(200)


@pytest.mark.parametrize("scenario", list(short()), ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_every_order_of_events__keeps_the_contract(scenario: Scenario) -> None:
    """Breadth first through all that may happen; a failure prints its shortest story."""
    explored = explore(scenario)
    print(f"{scenario.name}: {explored.states:,} states, {explored.ends:,} ends")  # noqa: T201 - shown by `pytest -rP`
    assert explored.ends > 50


def test_random_walks__keep_the_contract() -> None:
    """Three deployments of three services, two reporters, kills and outages; a failure prints its seed and story."""
    assert sum(walk(at_random(), seed) for seed in SEEDS) > 20 * len(SEEDS)


def test_random_walks__recorded__keep_the_contract() -> None:
    """Three recorded deployments, their runs' last jobs, a monitor, kills and outages."""
    assert sum(walk(recorded_at_random(seed), seed) for seed in SEEDS) > 20 * len(SEEDS)


@pytest.mark.parametrize("seed", [54072, 64025])
def test_random_walks__last_look_comes_late__keep_the_contract(seed: int) -> None:
    """These two of 60,000 ended with the status that a finish's own start had found."""
    assert walk(recorded_at_random(seed), seed) > 20


@pytest.mark.slow
def test_compared__without_records_worse__with_them_never() -> None:
    """Some orders end with the page wrong if deployments don't know of each other; the document has a row for each."""
    document = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text()
    for name, without, recorded in compare.rows(short=True):
        assert without.early > 0
        assert without.lost > 0
        assert recorded[1:] == (0, 0, 0)
        # With one state file and no records, a finish that leaves the page to the other one shows nothing of its end.
        assert recorded.orders == (40 if name == "one state file" else without.orders)
        assert f"\n| {name} |" in document


@pytest.mark.slow
@pytest.mark.parametrize("chained", [False, True])
def test_overlapping_deployments__real_processes__keep_the_contract(chained: bool) -> None:
    """Two rounds of the real command on the real sandbox, whose log is judged: `make overlaps` has twenty."""
    for seed in (1, 2):
        assert not contention.play(seed, 12, at_once=2 if chained else 6, chained=chained).problems
