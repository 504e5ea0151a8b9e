"""The short form: every order of events of small scenarios, and some walks through a large one."""

from __future__ import annotations

import pytest

from simulation.explorer import explore, walk
from simulation.machine import Scenario
from simulation.scenarios import at_random, short

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
