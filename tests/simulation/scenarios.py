"""The scenarios that are explored, each for every beginning and every kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .actors import Actor, deployment, finish_job
from .machine import Scenario
from .reconcilers import RECONCILE, last_job, schedule
from .world import Budget, Moves

FIRST = Actor("A", deployment)
ELSEWHERE = Actor("B", deployment, store=1)
RECORDED = Actor("A", deployment, records=True)
ALSO_RECORDED = replace(RECORDED, name="B", store=1)
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
SCHEDULE = Actor("schedule", schedule, first=RECONCILE, owner="S", origin="A")

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
        tuple(replace(each, endings=("success", "failure", "skipped")) for each in (RECORDED, ALSO_RECORDED)),
    ),
    Scenario("one deployment, and its run's last job", (FIRST, LAST_JOB), budget=Budget(monitor=1, kills=1)),
    Scenario("one deployment, and a schedule", (FIRST, SCHEDULE), budget=Budget(kills=1)),
)
_LONG = (
    Scenario("two recorded deployments", (RECORDED, ALSO_RECORDED)),
    Scenario("two recorded deployments, two lanes", (RECORDED, replace(ALSO_RECORDED, lane="other"))),
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
    for scenario in (*_SHORT, *_LONG):
        for status in _BEGINNINGS:
            for moves in Moves:
                yield replace(scenario, statuses=(status,), moves=moves)


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
