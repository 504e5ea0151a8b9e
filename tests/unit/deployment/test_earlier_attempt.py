"""A finish in a later attempt of the run that started the deployment: "Re-run failed jobs"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alert24_deploy.deployment.interfaces import Monitor
from alert24_deploy.deployment.report import Report
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.policy import Outcome
from alert24_deploy.state import Stage

from .fakes import Fakes, service

UP, NOT_UP = (Monitor("m-1", "ping api", "api", up, "t") for up in (True, False))


def rerun(fakes: Fakes, *monitors: Monitor, outcome: Outcome = Outcome.SUCCESS, **options: Any) -> Report:
    """Finish in the second attempt, with the state that start left in the first."""
    fakes.store.saved = [next(state for state in fakes.store.saved if state.stage is Stage.STARTED)]
    return fakes.finish(outcome, **{"later_attempt": True, "monitors": lambda: monitors, **options})


@pytest.fixture
def fakes() -> Fakes:
    """A deployment whose first attempt has failed."""
    fakes = Fakes(service("API"))
    fakes.start()
    fakes.finish(Outcome.FAILURE)
    return fakes


@pytest.mark.parametrize("monitor", [UP, NOT_UP._replace(active=False), NOT_UP._replace(service_id="web")])
def test_success__page_shows_the_first_attempts_down__replaced_and_said(fakes: Fakes, monitor: Monitor) -> None:
    """The `down` is the first attempt's own, and no monitor that looks at the service objects."""
    report = rerun(fakes, monitor)
    assert (fakes.page.statuses, report.warnings) == ({"api": "operational"}, [])
    assert "an earlier attempt of this run set that" in report.notes[0]


def test_success__first_attempt_of_the_run__is_a_conflict(fakes: Fakes) -> None:
    """Only a later attempt may take the status for its own."""
    report = rerun(fakes, later_attempt=False)
    assert fakes.page.statuses == {"api": "down"}
    assert "'API' stays 'down'" in report.warnings[0]


def test_success__a_linked_monitor_is_not_up__kept_with_a_warning(fakes: Fakes) -> None:
    """It may be a real outage: the warning says why the status stays, and how to end it."""
    (warning,) = rerun(fakes, NOT_UP).warnings  # one reason, and not a second one that blames someone else
    assert fakes.page.statuses == {"api": "down"}
    assert "'ping api' is not up" in warning
    assert "alert24-deploy set operational -s api" in warning


def test_success__monitors_cannot_be_read__kept(fakes: Fakes) -> None:
    """Nothing is made better unseen."""

    def unreadable() -> list[Monitor]:
        raise CannotReachAlert24("gone")

    report = rerun(fakes, monitors=unreadable)
    assert fakes.page.statuses == {"api": "down"}
    assert "could not be read (gone)" in report.warnings[0]


def test_success__page_is_in_maintenance__is_nobodys_earlier_status(fakes: Fakes) -> None:
    """What start set is replaced as ever, without a word about an earlier attempt."""
    fakes.page.set("api", "maintenance")
    report = rerun(fakes, NOT_UP)
    assert (fakes.page.statuses, report.notes, report.warnings) == ({"api": "operational"}, [], [])


def test_success__a_status_that_no_attempt_writes__is_a_conflict(fakes: Fakes) -> None:
    """An unknown value is somebody else's."""
    fakes.page.set("api", "partial-outage")
    rerun(fakes)
    assert fakes.page.statuses == {"api": "partial-outage"}


def test_success__state_knows_the_first_attempts_write_and_somebody_has_written_since__kept(fakes: Fakes) -> None:
    """A later `updated_at` than that of our own write shows that somebody else has written."""
    services = tuple(replace(each, done=False) for each in fakes.store.last.services)
    fakes.store.saved = [replace(fakes.store.last, stage=Stage.STARTED, services=services)]
    fakes.page.set("api", "down")
    fakes.finish(Outcome.SUCCESS, later_attempt=True, monitors=lambda: ())
    assert fakes.page.statuses == {"api": "down"}


def test_failure_again__page_stays_down__monitors_are_not_asked(fakes: Fakes) -> None:
    """Nothing better is written, so nothing has to be asked."""
    rerun(fakes, outcome=Outcome.FAILURE, monitors=lambda: pytest.fail("asked"))
    assert fakes.page.statuses == {"api": "down"}


@pytest.mark.parametrize(("monitors", "status"), [((UP,), "operational"), ((), "down"), ((NOT_UP,), "down")])
def test_success__attempts_are_not_counted__needs_a_monitor_that_is_up(
    fakes: Fakes, monitors: tuple[Monitor, ...], status: str
) -> None:
    """GitLab does not say whether a job is a retry: only a monitor that is up shows that nothing real is hidden."""
    report = rerun(fakes, *monitors, attempts_counted=False)
    assert fakes.page.statuses == {"api": status}
    assert bool(report.warnings) is (status == "down")
