"""A finish that can't read, or can't write."""

from __future__ import annotations

import pytest

from alert24_deploy.errors import Alert24DeployError, Interrupted, NoSuchService
from alert24_deploy.policy import Outcome
from alert24_deploy.state import Stage

from .fakes import actions, outage, refusal
from .test_finish import started

SIGNAL = "stopped by a signal"


@pytest.mark.parametrize("names", ["A", "AB"])
def test_finish__unreadable__writes_the_target_and_warns(names: str) -> None:
    """A page stuck in maintenance is the worse fault, be it one service or several."""
    fakes = started(*["operational"] * len(names))
    fakes.page.unreadable = outage()
    report = fakes.finish(Outcome.SUCCESS)
    assert set(fakes.page.statuses.values()) == {"operational"}
    assert (report.exit_code, len(report.warnings)) == (0, 1)
    assert "could not be read: no answer in time" in report.warnings[0]


def test_finish__service_missing_or_without_a_status__warns_and_writes() -> None:
    """What can't be compared is written by the outcome alone, and its refusal told."""
    fakes = started("operational", "operational", "operational")
    fakes.page.set("a", None)
    del fakes.page.services["b"]
    fakes.page.refuse["b"] = refusal()
    report = fakes.finish(Outcome.SUCCESS)
    assert (actions(report), report.exit_code) == ({"a": "written", "b": "failed", "c": "written"}, 3)
    (warning,) = report.warnings
    assert "no current status of 'A' and 'B'" in warning


def test_finish__one_write_fails__the_others_are_done_and_the_next_finish_does_the_rest() -> None:
    """A partial failure is told service by service; a second try touches only what the first could not do."""
    fakes = started("operational", "operational")
    fakes.page.refuse["b"] = outage(sent=False)
    report = fakes.finish(Outcome.SUCCESS)
    assert str(report.error) == (
        "Could not set 'B' to operational: no answer in time.\n"
        "Written: 'A'. Not written: 'B'. 'B' is still in maintenance.\n"
        "To end the maintenance by hand: alert24-deploy set operational -s b"
    )
    assert (fakes.store.last.stage, fakes.kept("a").done, fakes.kept("b").done) == (Stage.STARTED, True, False)
    fakes.page.refuse.clear()
    fakes.page.set("a", "maintenance")
    report = fakes.finish(Outcome.SUCCESS)
    assert (actions(report), fakes.page.statuses) == ({"b": "written"}, {"a": "maintenance", "b": "operational"})
    assert fakes.store.last.stage is Stage.FINISHED


@pytest.mark.parametrize(
    ("error", "rule", "code"),
    [
        (outage(), "never", 0),
        (outage(), "finish", 4),
        (outage(), "always", 4),
        *((refusal(), rule, 3) for rule in ("never", "finish", "always")),
        (Interrupted(SIGNAL), "never", 4),
        (NoSuchService("Alert24 answered 404"), "never", 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("beside", [True, False])
def test_finish__a_write_fails__by_the_rule(error: Alert24DeployError, rule: str, code: int, beside: bool) -> None:
    """A page left wrong fails finish, unless the user forgives an outage: no rule forgives a mistake or a signal.

    The worst of several errors decides, so that a forgiven outage beside it hides nothing.
    """
    fakes = started("operational", "operational")
    fakes.page.refuse = {"b": error, **({"a": outage()} if beside and code and rule == "never" else {})}
    report = fakes.finish(Outcome.SUCCESS, fail_on_unreachable=rule)
    assert (report.exit_code, report.error, fakes.page.statuses["b"]) == (code, error, "maintenance")


def test_finish__stopped_while_reading__says_what_was_not_written() -> None:
    """A signal ends finish without a warning about reading; each write says that it did not happen."""
    fakes = started("operational", "operational")
    fakes.page.unreadable = Interrupted(SIGNAL, sent=False)
    fakes.page.refuse = {name: Interrupted(SIGNAL, sent=False) for name in "ab"}
    report = fakes.finish(Outcome.SUCCESS)
    assert (report.warnings, actions(report)) == ([], {"a": "failed", "b": "failed"})
