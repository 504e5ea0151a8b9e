"""Stories that are easy to get wrong, told step by step: each ends right, or docs/simulation.md says why it can't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from simulation.actors import Actor, deployment
from simulation.explorer import problem_at_end
from simulation.machine import Machine, Scenario
from simulation.scenarios import FINISH_AGAIN, LAST_JOB, OUTPUT, SCHEDULE
from simulation.world import Budget, Moves, World

INTERFERENCE = Budget(monitor=2, person=2, kills=2, faults=2)


def ends(actor: Actor, ending: str, **options: object) -> Actor:
    """Return an actor whose deployment ends so."""
    return replace(actor, endings=(ending,), **options)  # type: ignore[arg-type]


A = Actor("A", deployment)
B = Actor("B", deployment, store=1)


def tell(scenario: Scenario, story: Sequence[str]) -> World:
    """Follow a story and return the world at its end. No invariant may break on the way.

    A line is what happens, as a step says it. Whoever it is about acts undisturbed until then; `A: ...` lets A act
    until A is over.
    """
    machine = Machine(replace(scenario, budget=INTERFERENCE))
    world = machine.beginning()
    for line in story:
        world = _follow(machine, world, line)
    if all(each.over for each in world.positions):
        assert not problem_at_end(machine, world)
    return world


def _follow(machine: Machine, world: World, line: str) -> World:
    """Go on until a line has happened."""
    actor = line.split(":", maxsplit=1)[0] if ": " in line else ""
    while True:
        steps = list(machine.steps(world))
        wanted = [each for each in steps if each.label == line]
        own = [each for each in steps if actor and each.label.startswith(f"{actor}: ")]
        step = (wanted or own or steps)[0]
        assert wanted or actor or step.label.endswith("its state") or "ends:" in step.label, (
            f"{line!r} can't happen now"
        )
        assert not step.problem, step.problem
        world = step.world
        if wanted or (line.endswith("...") and world.positions[machine.scenario.actor(actor)].over):
            return world


def shown(world: World) -> str:
    """Return what the page shows."""
    return world.services[0].status


@pytest.mark.parametrize("moves", Moves)
def test_overlap__the_first_success_ends_the_maintenance__and_the_second_ones_runner_dies(moves: Moves) -> None:
    """No maintenance is left behind. That the second one's end is not shown is impossible without `record-change`."""
    scenario = Scenario("overlap", (ends(A, "success"), ends(B, "failure")), moves=moves)
    world = tell(
        scenario,
        ["A: sets status maintenance", "B: sets status maintenance", "A: sets status operational", "B's runner dies"],
    )
    assert shown(world) == "operational"


def test_overlap__the_first_success_ends_the_maintenance__and_the_second_fails() -> None:
    """The failure stands: operational is what somebody else set, and down is worse."""
    scenario = Scenario("overlap", (ends(A, "success"), ends(B, "failure")))
    world = tell(
        scenario,
        ["A: sets status maintenance", "B: sets status maintenance", "A: sets status operational", "B: ..."],
    )
    assert shown(world) == "down"


def test_overlap__the_first_fails__and_the_second_success_keeps_what_is_worse() -> None:
    """Without `record-change` nobody knows that the second started later, so the worse one stands."""
    scenario = Scenario("overlap", (ends(A, "failure"), ends(B, "success")))
    world = tell(
        scenario, ["A: sets status maintenance", "B: sets status maintenance", "A: sets status down", "B: ..."]
    )
    assert shown(world) == "down"


def test_page_was_down__a_start_fails_half_way_while_a_monitor_sets_operational__the_monitor_stands() -> None:
    """What the start found is restored over its own maintenance alone."""
    scenario = Scenario("half way", (ends(A, "failure", fail="always"),), ("down", "operational"))
    world = tell(
        scenario,
        [
            "A: sets status maintenance of service 0",
            "a monitor sets operational of service 0",
            "A: put fails",
            "A: ...",
        ],
    )
    assert [each.status for each in world.services] == ["operational", "operational"]


def test_page_was_down__a_start_fails_half_way__down_again() -> None:
    """The deployment never began, so that it makes nothing better."""
    scenario = Scenario("half way", (ends(A, "success", fail="always"),), ("down", "operational"))
    world = tell(scenario, ["A: sets status maintenance of service 0", "A: put fails", "A: ..."])
    assert [each.status for each in world.services] == ["down", "operational"]


@pytest.mark.parametrize(("before", "after"), [("operational", "degraded"), ("degraded", "degraded"), ("down", "down")])
def test_a_cancelled_deployment__never_makes_the_page_better(before: str, after: str) -> None:
    """It is degraded, because its health is unknown, or what start found if that is worse."""
    scenario = Scenario("cancelled", (ends(A, "cancelled"),), (before,))
    assert shown(tell(scenario, ["A: ..."])) == after


def test_the_finish_job_alone_again__after_the_first_one_worked__changes_nothing() -> None:
    """The page shows the first one's status; the second has only the start's state."""
    scenario = Scenario("again", (ends(OUTPUT, "success"), ends(FINISH_AGAIN, "success")))
    before = tell(scenario, ["A: ..."])
    after = tell(scenario, ["A: ...", "A2: ..."])
    assert after.services == before.services


def test_the_finish_job_alone_again__the_first_one_failed_and_this_one_succeeds__operational() -> None:
    """The `down` was the earlier attempt's own, and no monitor objects."""
    scenario = Scenario("again", (ends(OUTPUT, "failure"), ends(FINISH_AGAIN, "success")))
    assert shown(tell(scenario, ["A: ...", "A2: ..."])) == "operational"


def test_the_finish_job_alone_again__a_monitor_reports_down_meanwhile__stays_down() -> None:
    """By its value it may be the earlier attempt's, so the monitor is asked."""
    scenario = Scenario("again", (ends(OUTPUT, "failure"), ends(FINISH_AGAIN, "success")))
    assert shown(tell(scenario, ["A: ...", "a monitor sets down", "A2: ..."])) == "down"


def test_the_next_deployment__after_a_killed_one__takes_over_and_puts_the_description_back() -> None:
    """Without anything else that heals, the next deployment does."""
    following = Actor("next", deployment, endings=("success",), after=("A",), heals=True)
    scenario = Scenario("killed", (ends(A, "success", description="we deploy"), following))
    world = tell(scenario, ["A: sets description we deploy and status maintenance", "A's runner dies", "next: ..."])
    assert world.services[0][:2] == ("operational", "text")


def test_the_schedule__while_a_deployment_that_took_over_an_old_maintenance_runs__leaves_it() -> None:
    """However old the maintenance looks, its run goes on."""
    scenario = Scenario("schedule", (ends(A, "success"), SCHEDULE), ("maintenance",))
    world = tell(scenario, ["A: sets status maintenance", "schedule: ..."])
    assert shown(world) == "maintenance"


def test_the_last_job_of_a_killed_run__a_newer_run_has_taken_over__leaves_it() -> None:
    """What the newer run has set is the newer run's."""
    scenario = Scenario("newer", (ends(A, "success"), ends(B, "success"), LAST_JOB))
    story = [
        "A: sets status maintenance",
        "A: saves its state",
        "A's runner dies",
        "B: sets status maintenance",
        "last job: ...",
    ]
    assert shown(tell(scenario, story)) == "maintenance"


def test_the_last_job__somebody_sets_operational_while_it_asks_about_the_run__that_stands() -> None:
    """Reconcile writes to what is still in maintenance, and to nothing else."""
    scenario = Scenario("last job", (ends(A, "success"), LAST_JOB))
    story = [
        "A: sets status maintenance",
        "A's runner dies",
        "last job: asks about the run of A",
        "a person sets operational",
        "last job: ...",
    ]
    assert shown(tell(scenario, story)) == "operational"
