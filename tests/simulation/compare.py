"""The same orders of overlapping deployments with `record-change` and without: how many end with the page worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from . import overlaps
from .explorer import explore
from .machine import Machine, Scenario
from .scenarios import overlapping
from .world import World

HEADER = """\
| deployments | orders | ended early | | outcome lost | | stuck | |
|---|---:|---:|---:|---:|---:|---:|---:|
| | | without | with | without | with | without | with |
"""


class Judged(NamedTuple):
    """Of how many orders each may go wrong, whatever happens between a look and the write after it."""

    orders: int  # of starts, ends and finishes, with each outcome
    early: int  # a finish ends the maintenance though the other deployment still runs
    lost: int  # the page shows in the end what the outcomes don't mean
    stuck: int  # the page stays in maintenance


def judge(scenario: Scenario) -> Judged:
    """Go through all that may happen, and count the orders that may go wrong."""
    found: dict[tuple[object, ...], set[str]] = {}

    def check(machine: Machine, world: World) -> str:
        order = (world.order, *(at.phase for at in world.positions if at.phase[0] == "killed"), _endings(world))
        wrong = {overlaps.judged(machine.scenario, world), "early" if world.early else ""}
        found.setdefault(order, set()).update(wrong)
        return ""

    explore(replace(scenario, judged=True), check)
    counts = (sum(word in wrong for wrong in found.values()) for word in ("early", "lost", "stuck"))
    return Judged(len(found), *counts)


def _endings(world: World) -> tuple[object, ...]:
    return tuple(at.phase[2] for at in world.positions if at.phase[0] == "ended")


def rows(*, short: bool) -> Iterator[tuple[str, Judged, Judged]]:
    """Yield each scenario's name, and what is counted without and with `record-change`."""
    for scenario in overlapping(short=short):
        unrecorded = tuple(replace(each, records=False) for each in scenario.actors)
        yield scenario.name, judge(replace(scenario, actors=unrecorded)), judge(scenario)


def table_row(name: str, without: Judged, recorded: Judged) -> str:
    """Return a row of the table in docs/simulation.md."""
    pairs = [f"{a:,} | {b:,}" for a, b in zip(without[1:], recorded[1:], strict=True)]
    return f"| {name} | {without.orders:,} | {' | '.join(pairs)} |\n"
