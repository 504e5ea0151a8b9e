"""A finish in a later attempt of the run that started the deployment: "Re-run failed jobs"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.interfaces import Monitor
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.policy import Outcome
from alert24_deploy.state import Stage

from .fakes import Fakes, service


def monitor(*, up: bool, active: bool = True) -> Monitor:
    """A monitor of the API."""
    return Monitor("m-1", "ping api", "api", up, "t", active=active)


def rerun(fakes: Fakes, outcome: Outcome = Outcome.SUCCESS, *monitors: Monitor, **options: object) -> Report:
    """Finish in the second attempt, with the state that start left in the first."""
    started = next(state for state in fakes.store.saved if state.stage is Stage.STARTED)
    fakes.store.saved = [started]
    request = fakes.ending(outcome, later_attempt=True, monitors=lambda: monitors, **options)
    return finish(fakes.page, fakes.store, request)


@pytest.fixture
def fakes() -> Fakes:
    """A deployment whose first attempt has failed."""
    fakes = Fakes(service("API"))
    start(fakes.page, fakes.store, fakes.order())
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    return fakes


def test_success__page_shows_the_first_attempts_down__replaced_and_said(fakes: Fakes) -> None:
    """The `down` is the first attempt's own, and the message says so."""
    report = rerun(fakes, Outcome.SUCCESS, monitor(up=True))
    assert (fakes.page.statuses, report.warnings) == ({"api": "operational"}, [])
    assert "an earlier attempt of this run set that" in report.notes[0]


def test_success__first_attempt_of_the_run__is_a_conflict(fakes: Fakes) -> None:
    """Only a later attempt may take the status for its own."""
    fakes.store.saved = [state for state in fakes.store.saved if state.stage is Stage.STARTED]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.statuses == {"api": "down"}
    assert "'API' stays 'down'" in report.warnings[0]


def test_success__a_linked_monitor_is_not_up__kept_with_a_warning(fakes: Fakes) -> None:
    """It may be a real outage: the warning says why the status stays, and how to end it."""
    report = rerun(fakes, Outcome.SUCCESS, monitor(up=False))
    assert fakes.page.statuses == {"api": "down"}
    (warning,) = report.warnings  # one reason, and not a second one that blames someone else
    assert "'ping api' is not up" in warning
    assert "alert24-deploy set operational -s api" in report.warnings[0]


def test_success__a_disabled_monitor_is_not_up__does_not_matter(fakes: Fakes) -> None:
    """It has looked at nothing."""
    rerun(fakes, Outcome.SUCCESS, monitor(up=False, active=False))
    assert fakes.page.statuses == {"api": "operational"}


def test_success__monitors_cannot_be_read__kept(fakes: Fakes) -> None:
    """Nothing is made better unseen."""

    def unreadable() -> list[Monitor]:
        raise CannotReachAlert24("gone")

    fakes.store.saved = [state for state in fakes.store.saved if state.stage is Stage.STARTED]
    request = fakes.ending(Outcome.SUCCESS, later_attempt=True, monitors=unreadable)
    report = finish(fakes.page, fakes.store, request)
    assert fakes.page.statuses == {"api": "down"}
    assert "could not be read (gone)" in report.warnings[0]


def test_success__a_status_that_no_attempt_writes__is_a_conflict(fakes: Fakes) -> None:
    """An unknown value is somebody else's."""
    fakes.page.set("api", "partial-outage")
    rerun(fakes, Outcome.SUCCESS)
    assert fakes.page.statuses == {"api": "partial-outage"}


def test_success__state_knows_the_first_attempts_write_and_somebody_has_written_since__kept(fakes: Fakes) -> None:
    """A later `updated_at` than that of our own write shows that somebody else has written."""
    finished = fakes.store.last
    fakes.page.set("api", "down")
    request = fakes.ending(Outcome.SUCCESS, later_attempt=True, monitors=lambda: ())
    services = tuple(replace(each, done=False) for each in finished.services)
    fakes.store.saved = [replace(finished, stage=Stage.STARTED, services=services)]
    finish(fakes.page, fakes.store, request)
    assert fakes.page.statuses == {"api": "down"}


def test_failure_again__page_stays_down__monitors_are_not_asked(fakes: Fakes) -> None:
    """Nothing better is written, so nothing has to be asked."""
    fakes.store.saved = [state for state in fakes.store.saved if state.stage is Stage.STARTED]
    request = fakes.ending(Outcome.FAILURE, later_attempt=True, monitors=lambda: pytest.fail("asked"))
    finish(fakes.page, fakes.store, request)
    assert fakes.page.statuses == {"api": "down"}


@pytest.mark.parametrize(("up", "status"), [(True, "operational"), (None, "down"), (False, "down")])
def test_success__attempts_are_not_counted__needs_a_monitor_that_is_up(
    fakes: Fakes, up: bool | None, status: str
) -> None:
    """GitLab does not say whether a job is a retry: only a monitor that is up shows that nothing real is hidden."""
    monitors = () if up is None else (monitor(up=up),)
    report = rerun(fakes, Outcome.SUCCESS, *monitors, attempts_counted=False)
    assert fakes.page.statuses == {"api": status}
    assert bool(report.warnings) is (status == "down")
