from __future__ import annotations

import pytest

from alert24_deploy.deployment.finish import finish
from alert24_deploy.deployment.start import start
from alert24_deploy.errors import Interrupted
from alert24_deploy.policy import Outcome
from alert24_deploy.state import ServiceState, Stage, State, WriteStatus

from .fakes import NOW, Fakes, actions, outage, refusal, service
from .test_finish import started


@pytest.mark.parametrize("names", ["A", "AB"])
def test_finish__unreadable__writes_the_target_and_warns(names: str) -> None:
    """A page stuck in maintenance is the worse fault, be it one service or several."""
    fakes = started(*["operational"] * len(names))
    fakes.page.unreadable = outage()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert set(fakes.page.statuses.values()) == {"operational"}
    assert (report.exit_code, len(report.warnings)) == (0, 1)
    assert "could not be read: no answer in time" in report.warnings[0]


def test_finish__service_missing_from_the_list__warns_and_tries() -> None:
    """A service that isn't there any more is written all the same, and its refusal told."""
    fakes = started("operational", "operational")
    del fakes.page.services["b"]
    fakes.page.refuse["b"] = refusal()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (actions(report), report.exit_code) == ({"a": "written", "b": "failed"}, 3)
    assert "'B'" in report.warnings[0]


def test_finish__status_is_not_text__warns_and_writes() -> None:
    """An answer without a status can't be compared, so the outcome alone decides, with a warning."""
    fakes = started("operational", "operational")
    fakes.page.set("a", None)
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert fakes.page.statuses["a"] == "operational"
    assert "'A'" in report.warnings[0]


def test_finish__everything_readable__no_warning() -> None:
    """Nothing is said where there is nothing to look at."""
    fakes = started("operational", "operational")
    assert finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS)).warnings == []


def test_finish__one_write_fails__the_others_are_done() -> None:
    """A partial failure is told service by service, and the state knows what is left to do."""
    fakes = started("operational", "operational")
    fakes.page.refuse["b"] = outage(sent=False)
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert str(report.error) == (
        "Could not set 'B' to operational: no answer in time.\n"
        "Written: 'A'. Not written: 'B'. 'B' is still in maintenance.\n"
        "To end the maintenance by hand: alert24-deploy set operational -s b"
    )
    assert (fakes.store.last.stage, fakes.kept("a").done, fakes.kept("b").done) == (Stage.STARTED, True, False)


def test_finish__after_a_partial_failure__does_the_rest_only() -> None:
    """A second try touches only what the first could not do."""
    fakes = started("operational", "operational")
    fakes.page.refuse["b"] = outage(sent=False)
    finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    fakes.page.refuse.clear()
    fakes.page.set("a", "maintenance")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (actions(report), fakes.page.statuses) == ({"b": "written"}, {"a": "maintenance", "b": "operational"})
    assert fakes.store.last.stage is Stage.FINISHED


RULES = [("never", 0), ("finish", 4), ("always", 4)]


@pytest.mark.parametrize(("rule", "code"), RULES)
def test_finish__unreachable__fails_by_the_rule(rule: str, code: int) -> None:
    """A page left wrong fails finish, unless the user forgives it."""
    fakes = started("operational")
    fakes.page.refuse["a"] = outage()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, fail_on_unreachable=rule))
    assert (report.exit_code, report.error is not None) == (code, True)


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
def test_finish__refused__fails_by_every_rule(rule: str) -> None:
    """A refusal is a mistake of the user."""
    fakes = started("operational")
    fakes.page.refuse["a"] = refusal()
    assert finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, fail_on_unreachable=rule)).exit_code == 3


def test_finish__refusal_and_outage__the_refusal_decides() -> None:
    """The worst code is returned."""
    fakes = started("operational", "operational")
    fakes.page.refuse = {"a": outage(), "b": refusal()}
    assert finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS)).exit_code == 3


def test_finish__forgiven_outage_and_a_signal__fails() -> None:
    """A signal fails finish though the outage beside it would be forgiven."""
    fakes = started("operational", "operational")
    fakes.page.refuse = {"a": outage(), "b": Interrupted("stopped by a signal")}
    assert finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS, fail_on_unreachable="never")).exit_code == 4


def test_finish__stopped_while_reading__says_what_was_not_written() -> None:
    """A signal ends finish without a warning about reading; each write says that it did not happen."""
    fakes = started("operational", "operational")
    fakes.page.unreadable = Interrupted("stopped by a signal", sent=False)
    fakes.page.refuse = {name: Interrupted("stopped by a signal", sent=False) for name in "ab"}
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (report.warnings, actions(report)) == ([], {"a": "failed", "b": "failed"})


def test_finish__references_that_start_could_not_resolve__resolved_now() -> None:
    """A deployment that went on while Alert24 was away ends with the status it deserves."""
    fakes = Fakes(service("A"), service("B"))
    fakes.page.unreadable = outage()
    start(fakes.page, fakes.store, fakes.order("A"))
    fakes.page.unreadable = None
    finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (fakes.page.statuses, fakes.store.last.unresolved) == ({"a": "down", "b": "operational"}, ())


def test_finish__still_not_resolvable__keeps_them_and_fails() -> None:
    """The state goes on keeping the references, for another finish."""
    fakes = Fakes(service("A"))
    fakes.page.unreadable = outage()
    start(fakes.page, fakes.store, fakes.order("A"))
    fakes.page.unreadable = outage()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.FAILURE))
    assert (report.exit_code, fakes.store.last.unresolved, fakes.store.last.stage) == (4, ("A",), Stage.STARTED)
    assert "They are as they were before this finish." in str(report.error)


def test_finish__late_reference_is_unknown__the_known_services_are_still_put_right() -> None:
    """One wrong reference doesn't keep the others in maintenance."""
    fakes = Fakes(service("A", "maintenance"))
    known = ServiceState("a", "A", "operational", WriteStatus.YES)
    fakes.store.saved = [State("run-1", Stage.STARTED, NOW, (known,), unresolved=("Nope",))]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (fakes.page.statuses, report.exit_code, fakes.store.last.stage) == (
        {"a": "operational"},
        3,
        Stage.STARTED,
    )


def test_finish__late_reference_is_known_already__once() -> None:
    """A service found twice keeps what start knew about it."""
    fakes = Fakes(service("A", "maintenance"))
    known = ServiceState("a", "A", "degraded", WriteStatus.YES)
    fakes.store.saved = [State("run-1", Stage.STARTED, NOW, (known,), unresolved=("A",))]
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert (len(report.services), fakes.page.statuses) == (1, {"a": "degraded"})


def test_finish__start_wrote_perhaps_and_did_not__is_no_conflict() -> None:
    """A service that start could not write, and that nobody has touched since, gets the target."""
    fakes = Fakes(service("A", "degraded"))
    fakes.page.refuse["a"] = outage(sent=True)
    start(fakes.page, fakes.store, fakes.order())
    fakes.page.refuse.clear()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (actions(report), fakes.page.statuses) == ({"a": "written"}, {"a": "operational"})


def test_finish__start_could_not_write_and_somebody_else_has__a_conflict() -> None:
    """A later `updated_at` shows that somebody has written: the worse status wins."""
    fakes = Fakes(service("A", "degraded"))
    fakes.page.refuse["a"] = outage(sent=False)
    start(fakes.page, fakes.store, fakes.order())
    fakes.page.refuse.clear()
    fakes.page.set("a", "degraded")
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SUCCESS))
    assert (actions(report), fakes.page.statuses) == ({"a": "kept"}, {"a": "degraded"})


def test_finish__unreachable__no_status_takes_the_place_of_alert24s_own() -> None:
    """Only a refusal says that Alert24 does not take its own status back; after an outage, trying again may work."""
    fakes = started("investigating")
    fakes.page.refuse["a"] = outage()
    report = finish(fakes.page, fakes.store, fakes.ending(Outcome.SKIPPED))
    assert (fakes.page.sent, report.exit_code) == ([{"status": "investigating"}], 4)
