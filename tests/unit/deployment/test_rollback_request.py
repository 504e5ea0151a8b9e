from __future__ import annotations

from collections.abc import Mapping

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.rollback_request import RollbackRequest
from alert24_deploy.deployment.start import start
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import Stage

from .fakes import NOW, Fakes, outage, refusal, service

FAILURE = DeploymentResult(Outcome.FAILURE)


class Service:
    """A service that rolls back; `error` is how it refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[Mapping[str, object]] = []
        self.error = error
        self.request = RollbackRequest(self._post, {"commit": "0123abc"})

    def _post(self, document: Mapping[str, object]) -> None:
        self.asked.append(document)
        if self.error:
            raise self.error


@pytest.fixture
def fakes() -> Fakes:
    """A degraded API whose deployment has started."""
    fakes = Fakes(service("API", "degraded"))
    start(fakes.page, fakes.store, fakes.order())
    return fakes


def test_failure__accepted__stays_in_maintenance_and_is_finished(fakes: Fakes) -> None:
    """Nothing is written, and the state says that this deployment is over."""
    taker = Service()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request))
    assert (fakes.page.statuses, report.exit_code, fakes.store.last.stage) == (
        {"api": "maintenance"},
        0,
        Stage.FINISHED,
    )
    assert "The rollback was accepted" in report.notes[0]


def test_request__has_what_the_state_knows_and_the_facts(fakes: Fakes) -> None:
    """These fields and no others."""
    taker = Service()
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request))
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
def test_failure__refused__falls_to_on_failure_with_a_warning(fakes: Fakes, error: Exception) -> None:
    """Nobody took over, so the page shows it."""
    order = fakes.ending(Outcome.FAILURE, rollback=Service(error).request, policy={"on_failure": "degraded"})
    report = finish(fakes.page, fakes.store, order)
    assert (fakes.page.statuses, report.exit_code) == ({"api": "degraded"}, 0)
    assert report.warnings[0].startswith("The rollback was not accepted: ")


@pytest.mark.parametrize(
    "ending",
    [
        DeploymentResult(Outcome.SUCCESS),
        DeploymentResult(Outcome.CANCELLED),
        DeploymentResult(Outcome.SKIPPED),
        DeploymentResult(Outcome.FAILURE, rolled_back=True),
    ],
)
def test_other_endings__nobody_is_asked(fakes: Fakes, ending: DeploymentResult) -> None:
    """Only a failure that stands is handed over."""
    taker = Service()
    finish(fakes.page, fakes.store, fakes.ending(ending.outcome, result=ending, rollback=taker.request))
    assert (taker.asked, fakes.page.statuses["api"] != "maintenance") == ([], True)


def test_second_finish__nobody_is_asked_again(fakes: Fakes) -> None:
    """The first one has settled it."""
    taker = Service()
    for _ in range(2):
        finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request))
    assert len(taker.asked) == 1


def test_dry_run__nobody_is_asked_but_it_is_said(fakes: Fakes) -> None:
    """A rehearsal rolls nothing back."""
    taker = Service()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request, dry_run=True))
    assert (taker.asked, report.notes) == ([], ["A rollback would be requested."])


def test_start_failed__nobody_is_asked() -> None:
    """What never began can't be rolled back."""
    fakes, taker = Fakes(service("API", "degraded")), Service()
    fakes.page.refuse["api"] = refusal()
    start(fakes.page, fakes.store, fakes.order())
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request))
    assert taker.asked == []


def test_nothing_left_to_put_right__nobody_is_asked() -> None:
    """A service that was left in its own maintenance is not rolled back for."""
    fakes = Fakes(service("API", "maintenance"))
    start(fakes.page, fakes.store, fakes.order(respect_existing_maintenance=True))
    taker = Service()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE, rollback=taker.request))
    assert (taker.asked, report.exit_code, fakes.page.statuses) == ([], 0, {"api": "maintenance"})
