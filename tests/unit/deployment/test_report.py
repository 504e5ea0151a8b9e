from __future__ import annotations

import pytest

from alert24_deploy.deployment.report import Action, Report, ServiceResult, failed_action, is_fatal, left_of, worst_of
from alert24_deploy.errors import Alert24DeployError, Alert24Refused, CannotReachAlert24, Interrupted


def result(name: str, action: Action, error: Alert24DeployError | None = None) -> ServiceResult:
    """What became of a service."""
    return ServiceResult(name.lower(), name, "operational", None, action, "because", wanted="down", error=error)


@pytest.mark.parametrize(
    ("results", "left"),
    [
        ([result("A", Action.FAILED), result("B", Action.KEPT)], "Nothing was changed."),
        (
            [result(name, action) for name, action in zip("ABCDEF", [*Action, Action.WRITTEN], strict=True)],
            "Written: 'A' and 'F'. Not written: 'D'. Sent without an answer, so perhaps written: 'E'.",
        ),
        ([result("A", Action.UNKNOWN)], "Sent without an answer, so perhaps written: 'A'."),
    ],
)
def test_left_of__each_group_named(results: list[ServiceResult], left: str) -> None:
    """Written, not written and perhaps written are told apart; what was to be left is not mentioned."""
    assert left_of(results) == left


def test_left_of__many__ten_names_and_a_number() -> None:
    """A hundred services don't make a sentence."""
    assert left_of([result(f"S{number}", Action.WRITTEN) for number in range(100)]).endswith("'S9' and 90 more.")


def test_worst_of__names_the_service_of_the_worst() -> None:
    """The message begins with the service whose error decides, and counts the others."""
    outage, refusal = CannotReachAlert24("no answer", sent=False), Alert24Refused("Alert24 answered 403")
    error = worst_of([result("A", Action.FAILED, outage), result("B", Action.FAILED, refusal)])
    assert error
    assert error.headline() == "Could not set 'B' to down (and 1 more): Alert24 answered 403."
    assert worst_of([result("A", Action.WRITTEN)]) is None


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (Alert24Refused("x"), Action.FAILED),
        (CannotReachAlert24("x", sent=True), Action.UNKNOWN),
        (CannotReachAlert24("x", sent=False), Action.FAILED),
        (Interrupted("x", sent=True), Action.UNKNOWN),
        (Interrupted("x", sent=False), Action.FAILED),
    ],
)
def test_failed_action__every_error__unknown_where_it_may_have_been_carried_out(
    error: Alert24DeployError, action: Action
) -> None:
    """Nobody claims to know what became of a request without an answer."""
    assert failed_action(error) is action


@pytest.mark.parametrize("rule", ["never", "finish", "always"])
@pytest.mark.parametrize("finishing", [True, False])
def test_is_fatal__by_the_rule(rule: str, finishing: bool) -> None:
    """Only an outage may be forgiven: never a signal, nor a refusal."""
    assert is_fatal(Interrupted("x"), finishing=finishing, rule=rule)
    assert is_fatal(Alert24Refused("x"), finishing=finishing, rule=rule)
    forgiven = rule == "never" or (rule == "finish" and not finishing)
    assert is_fatal(CannotReachAlert24("x"), finishing=finishing, rule=rule) is not forgiven


@pytest.mark.parametrize("action", Action)
def test_changed__every_action__true_where_something_may_be_different(action: Action) -> None:
    """The output `changed` says whether a visitor may see a difference."""
    assert Report("finish", [result("A", action)]).changed is (action in (Action.WRITTEN, Action.UNKNOWN))


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
