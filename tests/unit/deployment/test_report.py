from __future__ import annotations

import pytest

from alert24_deploy.deployment.report import Action, Report, ServiceResult, failed_action, is_fatal, left_of, worst_of
from alert24_deploy.errors import Alert24DeployError, Alert24Refused, CannotReachAlert24, Interrupted


def result(name: str, action: Action, error: Alert24DeployError | None = None) -> ServiceResult:
    """What became of a service."""
    return ServiceResult(name.lower(), name, "operational", None, action, "because", wanted="down", error=error)


def test_left_of__nothing_written__nothing_changed() -> None:
    """A page that nobody touched is told as such."""
    assert left_of([result("A", Action.FAILED), result("B", Action.KEPT)]) == "Nothing was changed."


def test_left_of__mixed__each_group_named() -> None:
    """Written, not written and perhaps written are told apart; what was to be left is not mentioned."""
    results = [
        result("A", Action.WRITTEN),
        result("B", Action.FAILED),
        result("C", Action.UNKNOWN),
        result("D", Action.KEPT),
        result("E", Action.WRITTEN),
    ]
    assert left_of(results) == (
        "Written: 'A' and 'E'. Not written: 'B'. Sent without an answer, so perhaps written: 'C'."
    )


def test_left_of__many__ten_names_and_a_number() -> None:
    """A hundred services don't make a sentence."""
    told = left_of([result(f"S{number}", Action.WRITTEN) for number in range(100)])
    assert told.endswith("'S9' and 90 more.")


def test_worst_of__no_errors__none() -> None:
    """Where all went well there is nothing to tell."""
    assert worst_of([result("A", Action.WRITTEN)]) is None


def test_worst_of__several__names_the_service_of_the_worst() -> None:
    """The message begins with the service whose error decides, and counts the others."""
    error = worst_of(
        [
            result("A", Action.FAILED, CannotReachAlert24("no answer", sent=False)),
            result("B", Action.FAILED, Alert24Refused("Alert24 answered 403")),
        ]
    )
    assert error is not None
    assert error.headline() == "Could not set 'B' to down (and 1 more): Alert24 answered 403."


ERRORS = [
    (Alert24Refused("x"), Action.FAILED),
    (CannotReachAlert24("x", sent=True), Action.UNKNOWN),
    (CannotReachAlert24("x", sent=False), Action.FAILED),
    (Interrupted("x", sent=True), Action.UNKNOWN),
    (Interrupted("x", sent=False), Action.FAILED),
]


@pytest.mark.parametrize(("error", "action"), ERRORS)
def test_failed_action__every_error__unknown_where_it_may_have_been_carried_out(
    error: Alert24DeployError, action: Action
) -> None:
    """Nobody claims to know what became of a request without an answer."""
    assert failed_action(error) is action


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
def test_fails__signal__by_every_rule(rule: str) -> None:
    """A signal is not an outage that may be forgiven."""
    assert is_fatal(Interrupted("x"), finishing=False, rule=rule)


CHANGED = [
    (Action.WRITTEN, True),
    (Action.UNKNOWN, True),
    (Action.KEPT, False),
    (Action.WOULD_WRITE, False),
    (Action.FAILED, False),
]


@pytest.mark.parametrize(("action", "expected"), CHANGED)
def test_changed__every_action__true_where_something_may_be_different(action: Action, expected: bool) -> None:
    """The output `changed` says whether a visitor may see a difference."""
    assert Report("finish", [result("A", action)]).changed is expected


def test_exit_code__error_that_is_forgiven__0() -> None:
    """Only an error that fails the phase has a code."""
    assert Report("start", error=CannotReachAlert24("x"), failed=False).exit_code == 0


def test_document__any__the_six_documented_fields() -> None:
    """The output `services` has what the contract names, in plain words."""
    assert result("A", Action.WOULD_WRITE).document() == {
        "id": "a",
        "name": "A",
        "before": "operational",
        "after": None,
        "action": "would-write",
        "reason": "because",
    }
