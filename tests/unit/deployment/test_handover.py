from __future__ import annotations

from collections.abc import Mapping

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.handover import Handover
from alert24_deploy.deployment.start import start
from alert24_deploy.policy import Ending, Outcome
from alert24_deploy.state import Stage

from .fakes import NOW, World, outage, refusal, service

FAILURE = Ending(Outcome.FAILURE)


class Service:
    """A service that rolls back; `error` is how it refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[Mapping[str, object]] = []
        self.error = error
        self.handover = Handover(self._request, {"commit": "0123abc"})

    def _request(self, document: Mapping[str, object]) -> None:
        self.asked.append(document)
        if self.error:
            raise self.error


@pytest.fixture
def world() -> World:
    """A degraded API whose deployment has started."""
    world = World(service("API", "degraded"))
    start(world.page, world.store, world.order())
    return world


def test_failure__accepted__stays_in_maintenance_and_is_finished(world: World) -> None:
    """Nothing is written, and the state says that this deployment is over."""
    taker = Service()
    report = finish(world.page, world.store, world.ending(Outcome.FAILURE, handover=taker.handover))
    assert (world.page.statuses, report.exit_code, world.store.last.stage) == (
        {"api": "maintenance"},
        0,
        Stage.FINISHED,
    )
    assert "handed over and accepted" in report.notes[0]


def test_request__has_what_the_state_knows_and_the_facts(world: World) -> None:
    """These fields and no others."""
    taker = Service()
    finish(world.page, world.store, world.ending(Outcome.FAILURE, handover=taker.handover))
    assert taker.asked == [
        {
            "version": 1,
            "deployment": "run-1",
            "outcome": "failure",
            "started_at": NOW,
            "services": [{"id": "api", "name": "API", "before": "degraded"}],
            "commit": "0123abc",
        }
    ]


@pytest.mark.parametrize("error", [refusal(), outage()])
def test_failure__refused__falls_to_on_failure_with_a_warning(world: World, error: Exception) -> None:
    """Nobody took over, so the page shows it."""
    order = world.ending(Outcome.FAILURE, handover=Service(error).handover, policy={"on_failure": "degraded"})
    report = finish(world.page, world.store, order)
    assert (world.page.statuses, report.exit_code) == ({"api": "degraded"}, 0)
    assert report.warnings[0].startswith("Nobody took over the rollback: ")


@pytest.mark.parametrize(
    "ending",
    [
        Ending(Outcome.SUCCESS),
        Ending(Outcome.CANCELLED),
        Ending(Outcome.SKIPPED),
        Ending(Outcome.FAILURE, rolled_back=True),
    ],
)
def test_other_endings__nobody_is_asked(world: World, ending: Ending) -> None:
    """Only a failure that stands is handed over."""
    taker = Service()
    finish(world.page, world.store, world.ending(ending.outcome, ending=ending, handover=taker.handover))
    assert (taker.asked, world.page.statuses["api"] != "maintenance") == ([], True)


def test_second_finish__nobody_is_asked_again(world: World) -> None:
    """The first one has settled it."""
    taker = Service()
    for _ in range(2):
        finish(world.page, world.store, world.ending(Outcome.FAILURE, handover=taker.handover))
    assert len(taker.asked) == 1


def test_dry_run__nobody_is_asked_but_it_is_said(world: World) -> None:
    """A rehearsal rolls nothing back."""
    taker = Service()
    report = finish(world.page, world.store, world.ending(Outcome.FAILURE, handover=taker.handover, dry_run=True))
    assert (taker.asked, report.notes) == ([], ["A rollback would be requested."])


def test_start_failed__nobody_is_asked() -> None:
    """What never began can't be rolled back."""
    world, taker = World(service("API", "degraded")), Service()
    world.page.refuse["api"] = refusal()
    start(world.page, world.store, world.order())
    finish(world.page, world.store, world.ending(Outcome.FAILURE, handover=taker.handover))
    assert taker.asked == []
