"""What happens while reconcile asks about the run. The simulation (tests/simulation) found these stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

import pytest

from alert24_deploy.deployment.ci_run import OtherRuns, Run, RunState
from alert24_deploy.deployment.finish import FinishRequest
from alert24_deploy.deployment.reconcile import ReconcileRequest, reconcile
from alert24_deploy.deployment.report import Report
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import Stage

from .fakes import NOW, Fakes, service


def nothing() -> None:
    """Nothing happens."""


@dataclass
class Race:
    """A deployment whose runner died, and what happens while reconcile asks about its run."""

    fakes: Fakes = field(default_factory=lambda: Fakes(service("API")))
    meanwhile: Callable[[], None] = nothing

    def find(self, _: str) -> Run:
        """The run has ended, and nothing else is known."""
        happens, self.meanwhile = self.meanwhile, nothing
        happens()
        return Run(RunState.ENDED)

    def reconcile(self) -> Report:
        """Reconcile."""
        finish = FinishRequest(DeploymentResult(Outcome.CANCELLED), now=lambda: NOW)
        request = ReconcileRequest(
            finish, self.find, lambda: OtherRuns(None), lambda: datetime.now(timezone.utc), run_id="1"
        )
        return reconcile(self.fakes.page, self.fakes.store, request)


@pytest.mark.parametrize("status", ["operational", "down", "maintenance"])
def test_reconcile__somebody_writes_while_it_asks__that_stays(status: str) -> None:
    """A person, a monitor or a newer run has written: it is no longer the maintenance that was left."""
    race = Race()
    race.fakes.start()
    race.meanwhile = lambda: race.fakes.page.set("api", status)
    report = race.reconcile()
    assert race.fakes.page.statuses == {"api": status}
    assert "somebody else has written since" in report.services[0].reason


def test_reconcile__the_start_ends_while_it_asks__takes_the_state_that_it_left() -> None:
    """By the older state the deployment never began, and the page would show what start found."""
    race = Race()
    race.fakes.start()
    later = race.fakes.store.saved.pop()
    assert race.fakes.store.last.stage is Stage.STARTING
    race.meanwhile = lambda: race.fakes.store.saved.append(replace(later))
    race.reconcile()
    assert race.fakes.page.statuses == {"api": "degraded"}
