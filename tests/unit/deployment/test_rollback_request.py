from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.rollback_request import RollbackRequest
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import Stage

from .fakes import NOW, Fakes, outage, refusal, service


class Taker:
    """A service that rolls back; `error` is how it refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[Mapping[str, object]] = []
        self.error = error

    def finish(self, fakes: Fakes, result: DeploymentResult | Outcome = Outcome.FAILURE, **options: Any) -> Report:
        """Finish a deployment that this service may roll back."""
        result = result if isinstance(result, DeploymentResult) else DeploymentResult(result)
        rollback = RollbackRequest(self._post, {"commit": "0123abc"})
        return fakes.finish(result.outcome, result=result, rollback=rollback, **options)

    def _post(self, document: Mapping[str, object]) -> None:
        self.asked.append(document)
        if self.error:
            raise self.error


def started(status: str = "degraded", **options: Any) -> Fakes:
    """An API whose deployment has started."""
    fakes = Fakes(service("API", status))
    fakes.start(**options)
    return fakes


def test_failure__accepted__stays_in_maintenance_and_is_finished() -> None:
    """The request has what the state and the pipeline know; nobody is asked again by a second finish."""
    fakes, taker = started(), Taker()
    report = taker.finish(fakes)
    assert (fakes.page.statuses, report.exit_code) == ({"api": "maintenance"}, 0)
    assert (fakes.store.last.stage, "The rollback was accepted" in report.notes[0]) == (Stage.FINISHED, True)
    taker.finish(fakes)
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
def test_failure__refused__falls_to_on_failure_with_a_warning(error: Exception) -> None:
    """Nobody took over, so the page shows it."""
    fakes = started()
    report = Taker(error).finish(fakes, policy={"on_failure": "degraded"})
    assert (fakes.page.statuses, report.exit_code) == ({"api": "degraded"}, 0)
    assert report.warnings[0].startswith("The rollback was not accepted: ")


@pytest.mark.parametrize(
    "result",
    [Outcome.SUCCESS, Outcome.CANCELLED, Outcome.SKIPPED, DeploymentResult(Outcome.FAILURE, rolled_back=True)],
)
def test_other_results__nobody_is_asked(result: DeploymentResult | Outcome) -> None:
    """Only a failure that stands is handed over."""
    fakes, taker = started(), Taker()
    taker.finish(fakes, result)
    assert (taker.asked, fakes.page.statuses["api"] != "maintenance") == ([], True)


def test_dry_run__nobody_is_asked_but_it_is_said() -> None:
    """A rehearsal rolls nothing back."""
    taker = Taker()
    assert (taker.finish(started(), dry_run=True).notes, taker.asked) == (["A rollback would be requested."], [])


def test_start_failed_or_nothing_to_put_right__nobody_is_asked() -> None:
    """What never began can't be rolled back, nor is a service that was left in its own maintenance."""
    taker, fakes = Taker(), Fakes(service("API", "degraded"))
    fakes.page.refuse["api"] = refusal()
    fakes.start()
    taker.finish(fakes)
    left = started("maintenance", respect_existing_maintenance=True)
    assert (taker.finish(left).exit_code, taker.asked, left.page.statuses) == (0, [], {"api": "maintenance"})
