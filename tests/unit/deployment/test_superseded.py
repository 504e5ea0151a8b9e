"""Two deployments with the same state file: no finish takes the other's deployment for its own.

The simulation (tests/simulation) found these stories.
"""

from __future__ import annotations

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.interfaces import StateStore
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import Alert24Refused
from alert24_deploy.policy import Outcome
from alert24_deploy.state import Stage, State

from .fakes import Fakes, refusal, service


def begin(fakes: Fakes, owner: str) -> Report:
    """Start a deployment."""
    return start(fakes.page, fakes.store, fakes.order(deployment=f"run-{owner}", owner=owner))


def end(fakes: Fakes, owner: str, outcome: Outcome, store: StateStore | None = None, **options: object) -> Report:
    """Finish a deployment."""
    return finish(fakes.page, store or fakes.store, fakes.ending(outcome, owner=owner, **options))


class ReplacedMeanwhile:
    """A store whose state another process replaces after it was loaded first."""

    def __init__(self, fakes: Fakes, later: State) -> None:
        self._fakes = fakes
        self._later: State | None = later

    def load(self) -> State | None:
        """Return what is there, then let the other process write."""
        state = self._fakes.store.load()
        if self._later:
            self._fakes.store.saved.append(self._later)
            self._later = None
        return state

    def save(self, state: State) -> None:
        """Save as usual."""
        self._fakes.store.save(state)


def killed_start(fakes: Fakes, owner: str) -> None:
    """A start that is killed after it has saved what it found."""
    begin(fakes, owner)
    fakes.store.saved.pop()
    assert fakes.store.last.stage is Stage.STARTING


def test_finish__another_deployment_started_while_it_wrote__leaves_that_ones_state() -> None:
    """Else the other's finish would take its deployment for finished, and its failure would never show."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    first = fakes.store.last
    begin(fakes, "b")
    second = fakes.store.last
    fakes.store.saved = [first]
    end(fakes, "a", Outcome.SUCCESS, ReplacedMeanwhile(fakes, second))
    assert fakes.store.last == second
    end(fakes, "b", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "down"}


def test_finish__of_a_start_that_was_killed_before_another_started__changes_nothing() -> None:
    """A deployment that never began has nothing to say about the one that goes on."""
    fakes = Fakes(service("API"))
    killed_start(fakes, "a")
    begin(fakes, "b")
    report = end(fakes, "a", Outcome.FAILURE)
    assert "run-b" in report.warnings[0]
    assert (fakes.page.statuses, fakes.store.last.settled) == ({"api": "maintenance"}, ())


def test_finish__of_a_start_that_was_killed_and_the_other_has_finished__changes_nothing() -> None:
    """Its outcome never turns the page down."""
    fakes = Fakes(service("API"))
    killed_start(fakes, "a")
    begin(fakes, "b")
    end(fakes, "b", Outcome.SUCCESS)
    assert "finished before" in end(fakes, "a", Outcome.FAILURE).notes[0]
    assert fakes.page.statuses == {"api": "operational"}


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.SUCCESS, "operational"), (Outcome.FAILURE, "down")])
def test_finish__a_later_start_was_killed__finishes_its_own_deployment(outcome: Outcome, status: str) -> None:
    """The later start took the maintenance over, and never began: nobody else would end it."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    killed_start(fakes, "b")
    end(fakes, "a", outcome)
    assert fakes.page.statuses == {"api": status}
    end(fakes, "b", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": status}


def test_finish__a_later_start_was_killed__its_other_services_stay_on_record() -> None:
    """What only the later start has set is restored by that one's own finish."""
    fakes = Fakes(service("API"), service("Web", "degraded"))
    start(fakes.page, fakes.store, fakes.order("API", deployment="run-a", owner="a"))
    killed_start(fakes, "b")
    end(fakes, "a", Outcome.SUCCESS)
    assert fakes.page.statuses == {"api": "operational", "web": "maintenance"}
    end(fakes, "b", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "operational", "web": "degraded"}


def test_finish__a_later_start_goes_on_in_the_meantime__leaves_that_ones_state() -> None:
    """A start that is just saving is no dead one."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    begin(fakes, "b")
    second = fakes.store.saved.pop()
    end(fakes, "a", Outcome.SUCCESS, ReplacedMeanwhile(fakes, second))
    assert (fakes.store.last.stage, fakes.store.last.superseded) == (Stage.STARTED, ())
    end(fakes, "b", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "down"}


def test_finish__rolled_back_after_another_finished__restores_what_its_own_start_found() -> None:
    """The other one found maintenance, which says nothing about the status before."""
    fakes = Fakes(service("API", "down"))
    begin(fakes, "a")
    begin(fakes, "b")
    end(fakes, "b", Outcome.SKIPPED)
    result = fakes.ending(Outcome.FAILURE).result._replace(rolled_back=True)
    end(fakes, "a", Outcome.FAILURE, result=result)
    assert fakes.page.statuses == {"api": "down"}


def test_finish__a_later_start_was_refused__finishes_its_own_deployment() -> None:
    """A start that can't look up its services replaces the state, and never began."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        begin(fakes, "b")
    fakes.page.unreadable = None
    end(fakes, "a", Outcome.SUCCESS)
    assert fakes.page.statuses == {"api": "operational"}


def test_finish__once_more_after_another_started__changes_nothing() -> None:
    """A second finish, or one after a start that failed and was restored, must not end the other deployment."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    end(fakes, "a", Outcome.SUCCESS)
    begin(fakes, "b")
    end(fakes, "a", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "maintenance"}


def test_finish__a_later_start_is_killed_after_that__its_own_finish_restores() -> None:
    """The first finish, which came between the later start's save and its write, says nothing about that write."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    fakes.page.set("api", "operational")
    killed_start(fakes, "b")
    fakes.page.set("api", "operational")
    end(fakes, "a", Outcome.SUCCESS)
    fakes.page.set("api", "maintenance")
    end(fakes, "b", Outcome.FAILURE)
    assert fakes.page.statuses == {"api": "operational"}


def test_finish__a_later_start_was_refused_and_has_finished__finishes_its_own_deployment() -> None:
    """A finish after a start that was refused has nothing to do, and hides nothing from the first one."""
    fakes = Fakes(service("API"))
    begin(fakes, "a")
    fakes.page.unreadable = refusal()
    with pytest.raises(Alert24Refused):
        begin(fakes, "b")
    fakes.page.unreadable = None
    end(fakes, "b", Outcome.FAILURE)
    end(fakes, "a", Outcome.SUCCESS)
    assert fakes.page.statuses == {"api": "operational"}
