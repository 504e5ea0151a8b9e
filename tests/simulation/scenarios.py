"""The scenarios that are explored, each for every beginning and every kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .actors import Actor, deployment, finish_job, time_passes
from .machine import Scenario
from .reconcilers import RECONCILE, last_job, schedule
from .world import Budget, Moves

FIRST = Actor("A", deployment)
ELSEWHERE = Actor("B", deployment, store=1)
RECORDED = Actor("A", deployment, records=True, asks=True)
ALSO_RECORDED = replace(RECORDED, name="B", store=1)
SAFE = replace(ALSO_RECORDED, safe=True)
RECORDED_SAME_PLACE = replace(RECORDED, name="B", once_started=("A",))
RECORDED_AGAIN = replace(RECORDED, name="A2", owner="A", attempt=2, after=("A",), safe=True)
SAME_PLACE = Actor("B", deployment, once_started=("A",))
SECOND_ATTEMPT = Actor("A2", deployment, owner="A", attempt=2, after=("A",))
STRICT = Actor("A", deployment, fail="always")
DESCRIBED = Actor("A", deployment, description="we deploy")
RESPECTFUL = Actor("B", deployment, store=1, respects=True)
# Three jobs: a job that finishes reads the output of the one that started, and its own output is read by nobody.
OUTPUT = Actor("A", deployment, output=1)
FINISH_AGAIN = Actor("A2", finish_job, first="deploy", output=2, owner="A", attempt=2, after=("A",), origin="A")
NEXT = Actor("next", deployment, endings=("success",), after=("A",), heals=True)
LAST_JOB = Actor("last job", last_job, first=RECONCILE, owner="A", origin="A", after=("A",), heals=True)
RECORDED_LAST_JOB = replace(LAST_JOB, records=True, asks=True)
RECORDED_NEXT = replace(NEXT, records=True, asks=True, lane="next", store=2, after=("A", "B"))
TIME_PASSES = Actor("time", time_passes, first="wait", after=("A",), safe=True)
SCHEDULE = Actor("schedule", schedule, first=RECONCILE, owner="S", origin="A")


def _with(endings: tuple[str, ...], *actors: Actor, timed: bool = False) -> tuple[Actor, ...]:
    """Return actors whose deployments end in one of few ways; a CI that can't be asked leaves the clock to decide."""
    few = (each if each.heals else replace(each, endings=endings) for each in actors)
    return tuple(replace(each, timed=True, asks=False) for each in few) if timed else tuple(few)


_TWO_WAYS = ("success", "failure")
_THREE_WAYS = (*_TWO_WAYS, "skipped")

# What a short run explores, and what a long one adds.
_SHORT = (
    Scenario("one deployment", (FIRST,), budget=Budget(monitor=1, person=1, kills=1, faults=1)),
    Scenario("one deployment, and the next", (DESCRIBED, NEXT), budget=Budget(kills=1, faults=1)),
    Scenario("a start that an outage fails", (STRICT,), budget=Budget(monitor=1, kills=1, faults=2)),
    Scenario("the finish job alone, run again", (OUTPUT, FINISH_AGAIN), budget=Budget(monitor=1)),
    Scenario("two deployments, a state file each", (FIRST, ELSEWHERE), budget=Budget(kills=1)),
    Scenario("two deployments, one state file", (FIRST, SAME_PLACE), budget=Budget(kills=1)),
    Scenario("two attempts of one run", (FIRST, SECOND_ATTEMPT), budget=Budget(kills=1)),
    Scenario(
        "two recorded deployments, three endings",
        _with(_THREE_WAYS, RECORDED, ALSO_RECORDED),
    ),
    Scenario(
        "two recorded deployments, one state file",
        _with(_TWO_WAYS, RECORDED, RECORDED_SAME_PLACE),
    ),
    Scenario("one deployment, and its run's last job", (FIRST, LAST_JOB), budget=Budget(monitor=1, kills=1)),
    Scenario("one deployment, and a schedule", (FIRST, SCHEDULE), budget=Budget(kills=1)),
)
_RECORDED = (
    Scenario("two recorded deployments", (RECORDED, ALSO_RECORDED)),
    Scenario("two recorded deployments, two lanes", (RECORDED, replace(ALSO_RECORDED, lane="other"))),
    Scenario(
        "two recorded, one dies, its run's last job",
        _with(_THREE_WAYS, RECORDED, SAFE, RECORDED_LAST_JOB),
        budget=Budget(kills=1),
    ),
    Scenario(
        "two recorded, two lanes, one dies, its run's last job",
        _with(_THREE_WAYS, RECORDED, replace(SAFE, lane="other"), RECORDED_LAST_JOB),
        budget=Budget(kills=1),
    ),
    Scenario(
        "two recorded, one dies, the next one",
        _with(_THREE_WAYS, RECORDED, ALSO_RECORDED, RECORDED_NEXT),
        budget=Budget(kills=1),
    ),
    Scenario(
        "two recorded, one dies, a CI that can't be asked",
        _with(_TWO_WAYS, RECORDED, SAFE, TIME_PASSES, replace(RECORDED_NEXT, after=("A", "B", "time")), timed=True),
        budget=Budget(kills=1),
    ),
    Scenario(
        "two recorded, answers get lost",
        _with(_TWO_WAYS, RECORDED, ALSO_RECORDED),
        budget=Budget(faults=1),
    ),
    Scenario("two recorded, a monitor", _with(_TWO_WAYS, RECORDED, ALSO_RECORDED), budget=Budget(monitor=1)),
    Scenario("two recorded, a second attempt", _with(("failure",), RECORDED, SAFE, RECORDED_AGAIN)),
    Scenario(
        "two recorded, one state file, three endings",
        _with(_THREE_WAYS, RECORDED, RECORDED_SAME_PLACE),
        budget=Budget(kills=1),
    ),
)
_LONG = (
    Scenario(
        "one deployment with a description, and the next",
        (DESCRIBED, NEXT),
        budget=Budget(monitor=1, kills=1, faults=1),
    ),
    Scenario(
        "the finish job alone, run again, and a person", (OUTPUT, FINISH_AGAIN), budget=Budget(monitor=1, person=1)
    ),
    Scenario("two deployments, a state file each, a monitor", (FIRST, ELSEWHERE), budget=Budget(monitor=1, kills=1)),
    Scenario("two deployments, one state file, a monitor", (FIRST, SAME_PLACE), budget=Budget(monitor=1, kills=1)),
    Scenario("two attempts of one run, a monitor", (FIRST, SECOND_ATTEMPT), budget=Budget(monitor=1, kills=1)),
    Scenario(
        "two deployments, one state file, the next",
        (FIRST, SAME_PLACE, replace(NEXT, after=("A", "B"))),
        budget=Budget(kills=1),
    ),
    Scenario(
        "two starts that an outage may fail, one state file",
        (STRICT, replace(SAME_PLACE, fail="always")),
        budget=Budget(kills=1, faults=1),
    ),
    Scenario(
        "one deployment, its run's last job, all that interferes",
        (FIRST, LAST_JOB),
        budget=Budget(monitor=1, person=1, kills=1, faults=1),
    ),
    Scenario("one deployment, a schedule, a monitor", (FIRST, SCHEDULE), budget=Budget(monitor=1, kills=1)),
    Scenario("a run's last job, and a newer run", (FIRST, ELSEWHERE, LAST_JOB), budget=Budget(kills=1)),
    Scenario("one that respects maintenance", (FIRST, RESPECTFUL), budget=Budget(kills=1)),
)
_BEGINNINGS = ("operational", "down", "maintenance")


def short() -> Iterator[Scenario]:
    """Yield what takes some seconds: each scenario on a page that was down, and whose `updated_at` moves."""
    for scenario in _SHORT:
        yield replace(scenario, statuses=("down",))


def long() -> Iterator[Scenario]:
    """Yield every scenario, for every beginning and every kind of page."""
    for scenario in (*_SHORT, *_RECORDED, *_LONG):
        for status in _BEGINNINGS:
            for moves in (Moves.ALWAYS,) if scenario in _RECORDED else Moves:
                yield replace(scenario, statuses=(status,), moves=moves)


def overlapping(*, short: bool) -> Iterator[Scenario]:
    """Yield what is gone through with `record-change` and without, to compare."""
    endings = _TWO_WAYS if short else ("success", "failure", "rolled back", "cancelled", "skipped")
    other_lane = replace(ALSO_RECORDED, lane="other")
    yield Scenario("two of one lane", _with(endings, RECORDED, ALSO_RECORDED))
    yield Scenario("two lanes", _with(endings, RECORDED, other_lane))
    yield Scenario("one state file", _with(endings, RECORDED, RECORDED_SAME_PLACE))
    if not short:
        actors = _with(_THREE_WAYS, RECORDED, replace(other_lane, safe=True), RECORDED_LAST_JOB)
        yield Scenario("two lanes, one dies, its run's last job", actors, budget=Budget(kills=1))


def at_random() -> Scenario:
    """Return what is too large to explore: three deployments of three services, and everything that interferes."""
    return Scenario(
        "at random",
        (
            replace(FIRST, silent=True),
            SAME_PLACE,
            replace(ELSEWHERE, name="C"),
            Actor("next", deployment, endings=("success",), after=("A", "B", "C"), heals=True),
        ),
        ("operational", "down", "degraded"),
        budget=Budget(monitor=4, person=1, kills=2, faults=2),
    )


def recorded_at_random(seed: int) -> Scenario:
    """Return three recorded deployments, two of one lane, and their runs' last jobs; the seed says what interferes."""
    budgets = (Budget(), Budget(kills=1), Budget(monitor=1), Budget(kills=2), Budget(monitor=1, kills=1, faults=1))
    third = replace(RECORDED, name="C", store=2, lane="other")
    last_jobs = [
        replace(RECORDED_LAST_JOB, name=f"last job of {name}", owner=name, origin=name, after=(name,), store=store)
        for name, store in (("A", 0), ("B", 1), ("C", 2))
    ]
    return Scenario(
        "recorded at random",
        (RECORDED, ALSO_RECORDED, third, *last_jobs),
        (_BEGINNINGS[seed // len(budgets) % len(_BEGINNINGS)],),
        budget=budgets[seed % len(budgets)],
    )
