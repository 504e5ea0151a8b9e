"""What an earlier deployment left behind: maintenance of a dead run, a failure to undo, its own status."""

from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.errors import Alert24Refused
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, Fakes, outage, refusal, service

ROLLED_BACK = DeploymentResult(Outcome.FAILURE, rolled_back=True)


@pytest.fixture
def dead() -> Fakes:
    """A page on which a deployment whose runner is gone has left Web, which was degraded, in maintenance."""
    fakes = Fakes(service("API"), service("Web", "maintenance"))
    services = (ServiceState("web", "Web", "degraded", WriteStatus.YES),)
    fakes.store.saved.append(State("dead", Stage.STARTED, NOW, services))
    return fakes


@pytest.mark.parametrize(("name", "warnings"), [("API", 1), ("Web", 0)])
def test_start__after_a_dead_run__says_who_is_forgotten(dead: Fakes, name: str, warnings: int) -> None:
    """Services that this deployment doesn't name are told, because nobody heals them; others are taken over."""
    report = dead.start(name)
    assert ["may have left 'Web' in maintenance" in each for each in report.warnings] == [True] * warnings


def test_start__own_dead_maintenance__is_not_respected_as_somebody_elses(dead: Fakes) -> None:
    """`respect-existing-maintenance` is about other people's: our own dead run's is taken over and healed."""
    dead.start("Web", respect_existing_maintenance=True)
    saved = dead.kept("web")
    assert (saved.left_alone, saved.before, saved.pending) == (False, "maintenance", True)


def test_start__unreachable_after_a_dead_run__keeps_what_that_one_found(dead: Fakes) -> None:
    """An outage at start doesn't lose the truth about services that a dead run left in maintenance."""
    dead.page.unreadable = outage()
    dead.start("Web")
    assert (dead.store.last.unresolved, dead.store.last.inherited[0].before) == (("Web",), "degraded")


def test_start__after_a_dead_run__on_record_until_this_deployment_has_finished(dead: Fakes) -> None:
    """`previous` is the maintenance that start found, and nothing else; `reconcile` heals what a dead run left."""
    dead.start("Web", deployment="run-2")
    assert (dead.kept("web").before, [each.before for each in dead.store.last.inherited]) == (
        "maintenance",
        ["degraded"],
    )
    dead.finish(Outcome.SKIPPED)
    assert dead.page.statuses["web"] == "maintenance"
    dead.start("Web", deployment="run-3")
    assert dead.store.last.inherited == ()


def test_start__after_a_dead_run_and_somebody_has_written__takes_what_is_there(dead: Fakes) -> None:
    """A service that is no longer in maintenance is as somebody else said, not as the dead run found it."""
    dead.page.set("web", "down")
    dead.start("Web")
    assert dead.kept("web").before == "down"


def test_start__fails_after_a_dead_run__what_that_one_left_stays_on_record(dead: Fakes) -> None:
    """A deployment that never began leaves a dead run's maintenance to `reconcile`, and forgets nothing."""
    dead.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        dead.start("Web", deployment="run-2")
    dead.page.unreadable = None
    dead.finish(Outcome.FAILURE)
    assert dead.page.statuses["web"] == "maintenance"
    assert [(each.id, each.before) for each in dead.store.last.inherited] == [("web", "degraded")]


@pytest.mark.parametrize(
    ("outcome", "meanwhile", "before"),
    [
        (Outcome.FAILURE, None, "down"),
        (Outcome.FAILURE, "degraded", "degraded"),
        (Outcome.SUCCESS, None, "operational"),
    ],
)
def test_start__after_a_finished_deployment__previous_is_what_it_finds(
    outcome: Outcome, meanwhile: str | None, before: str
) -> None:
    """A page that was down before a deployment that never ran is down afterwards."""
    fakes = Fakes(service("API"))
    fakes.start()
    fakes.finish(outcome)
    if meanwhile:
        fakes.page.set("api", meanwhile)
    fakes.start()
    assert fakes.kept("api").before == before
    fakes.finish(Outcome.SKIPPED)
    assert fakes.page.statuses == {"api": before}


def test_start__refused_half_way_after_a_failed_deployment__down_is_restored() -> None:
    """A start that fails restores what it found, and not what an earlier deployment had found."""
    fakes = Fakes(service("API"), service("DB"))
    fakes.start()
    fakes.finish(Outcome.FAILURE)
    fakes.page.refuse["db"] = refusal()
    fakes.start()
    assert fakes.page.statuses == {"api": "down", "db": "down"}


@pytest.mark.parametrize(
    ("options", "result", "written", "clock_moves", "after"),
    [
        # A rollback undoes the deployment whose state is at hand, with the proof that nobody has written since.
        ({"rolling_back": True}, ROLLED_BACK, None, True, "degraded"),
        ({"rolling_back": True}, ROLLED_BACK, "down", True, "operational"),
        ({"rolling_back": True}, ROLLED_BACK, None, False, "operational"),  # an `updated_at` that stands still
        ({"rolling_back": True}, DeploymentResult(Outcome.SKIPPED), None, True, "down"),
        ({"rolling_back": True}, DeploymentResult(Outcome.CANCELLED), None, True, "down"),
        # A later attempt's rollback reaches back past the first, and never past another run.
        ({"same_run": lambda _: True}, ROLLED_BACK, None, True, "degraded"),
        ({"same_run": lambda _: False}, ROLLED_BACK, None, True, "down"),
        ({"same_run": lambda _: True}, ROLLED_BACK, "down", True, "down"),
    ],
)
def test_rollback__after_a_failed_deployment__as_far_back_as_is_proven(
    options: dict[str, Any], result: DeploymentResult, written: str | None, clock_moves: bool, after: str
) -> None:
    """The first deployment found degraded and left down; then somebody may have written, and a second one starts."""
    fakes = Fakes(service("API", "degraded"))
    fakes.page.clock_moves = clock_moves
    fakes.start()
    fakes.finish(Outcome.FAILURE)
    if written:
        fakes.page.set("api", written)
    fakes.start(**options)
    fakes.finish(result.outcome, result=result)
    assert fakes.page.statuses == {"api": after}
