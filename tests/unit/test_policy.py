"""The policy in words and examples; `simulation/test_contract.py` compares it with the contract, stated once more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.policy import DeploymentResult, Outcome, Policy, decide, read_outcome, severity

SUCCESS, FAILURE, CANCELLED, SKIPPED = map(DeploymentResult, Outcome)
ROLLED_BACK, UNVERIFIED = FAILURE._replace(rolled_back=True), SUCCESS._replace(unverified=True)
KNOWN = {
    **{outcome.value: outcome for outcome in Outcome},
    **dict.fromkeys(("failed", "timedout", "timed_out", "stale"), Outcome.FAILURE),
    "canceled": Outcome.CANCELLED,
    **dict.fromkeys(("startup_failure", "action_required", "neutral"), Outcome.SKIPPED),
}


@pytest.mark.parametrize(
    ("word", "outcome"), [*KNOWN.items(), (" success", Outcome.SUCCESS), ("FAILED\n", Outcome.FAILURE)]
)
def test_read_outcome__every_spelling__known(word: str, outcome: Outcome) -> None:
    """GitHub's and GitLab's words are understood, with blanks, capitals and a line end."""
    assert read_outcome(word) == (outcome, True)


@given(st.text().filter(lambda word: word.strip().lower() not in KNOWN))
def test_read_outcome__anything_else__failure_and_unknown(word: str) -> None:
    """No word but `success` is ever taken as a success."""
    assert read_outcome(word) == (Outcome.FAILURE, False)


def test_given__two_layers__the_later_wins_where_it_speaks() -> None:
    """What is given to finish wins over what was given to start, option by option; the rest is the contract's."""
    policy = Policy.given({"on_failure": "degraded", "on_success": "down"}, {"on_success": "previous"})
    assert policy == ("previous", "degraded", "degraded", "degraded", "previous", "worst")
    assert Policy.given() == ("operational", "degraded", "down", "degraded", "previous", "worst")


@pytest.mark.parametrize(
    ("result", "clause"),
    [
        (SUCCESS, "the deployment succeeded"),
        (SUCCESS._replace(rolled_back=True), "the deployment succeeded"),
        (FAILURE, "the deployment failed"),
        (ROLLED_BACK, "the deployment failed and was rolled back"),
        (UNVERIFIED, "the deployment succeeded, but could not be verified"),
        (CANCELLED, "the deployment was cancelled"),
        (SKIPPED, "the deployment did not run"),
        (CANCELLED._replace(clause="nobody knows"), "nobody knows"),
    ],
)
def test_describe__every_result__begins_every_reason(result: DeploymentResult, clause: str) -> None:
    """A reason says how the deployment ended, whatever was decided."""
    assert result.describe() == clause
    for current in ("operational", "degraded", "down", "maintenance", "partial-outage", None):
        assert decide(Policy(), result, "down", current).reason.startswith(clause)


@pytest.mark.parametrize(
    ("result", "before", "current", "written", "reason"),
    [
        (SUCCESS, "operational", "maintenance", "operational", "succeeded"),
        (FAILURE, "operational", "maintenance", "down", "failed"),
        (ROLLED_BACK, "degraded", "maintenance", "degraded", "rolled back"),
        (CANCELLED, "operational", "maintenance", "degraded", "cancelled"),
        (CANCELLED, "down", "maintenance", "down", "cancelled"),
        (CANCELLED._replace(rolled_back=True), "operational", "maintenance", "degraded", "cancelled"),
        (SKIPPED, "maintenance", "maintenance", None, "it was in maintenance before"),
        (SUCCESS, "operational", "operational", None, "already"),
        (SUCCESS, "operational", "down", None, "no better"),
        (FAILURE, "operational", "operational", "down", "worse than what someone else set"),
        (SUCCESS, None, None, "operational", "could not be read"),
    ],
)
def test_decide__readme_examples__a_status_and_why(
    result: DeploymentResult, before: str | None, current: str | None, written: str | None, reason: str
) -> None:
    """The rows of the contract that a user meets, with the words that explain them."""
    decision = decide(Policy(), result, before, current)
    assert (decision.status, reason in decision.reason) == (written, True)


@pytest.mark.parametrize(
    ("rule", "written", "reason"),
    [("overwrite", "operational", "overwrites what someone else set"), ("keep", None, "what someone else set is kept")],
)
def test_decide__conflict__by_the_rule(rule: str, written: str | None, reason: str) -> None:
    """Who sees a service left alone, or written over, can read why."""
    decision = decide(Policy(on_conflict=rule), SUCCESS, "operational", "degraded")
    assert (decision.status, reason in decision.reason) == (written, True)


def test_severity__every_status__in_the_order_of_the_contract() -> None:
    """Operational < degraded < any unknown value < down."""
    levels = [severity(status) for status in ("operational", "degraded", "partial-outage", "down")]
    assert (levels, severity("investigating")) == (sorted(set(levels)), severity("partial-outage"))
