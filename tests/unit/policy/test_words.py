from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.policy import DeploymentResult, Outcome, Policy, read_outcome

KNOWN = {
    "success": Outcome.SUCCESS,
    "failure": Outcome.FAILURE,
    "failed": Outcome.FAILURE,
    "timedout": Outcome.FAILURE,
    "cancelled": Outcome.CANCELLED,
    "canceled": Outcome.CANCELLED,
    "timed_out": Outcome.FAILURE,
    "stale": Outcome.FAILURE,
    "startup_failure": Outcome.SKIPPED,
    "action_required": Outcome.SKIPPED,
    "neutral": Outcome.SKIPPED,
    "skipped": Outcome.SKIPPED,
}


@pytest.mark.parametrize(("word", "outcome"), KNOWN.items())
def test_read_outcome__every_spelling__known(word: str, outcome: Outcome) -> None:
    """GitHub's and GitLab's words are understood."""
    assert read_outcome(word) == (outcome, True)


@pytest.mark.parametrize("word", [" success", "SUCCESS\n", "Success"])
def test_read_outcome__blanks_and_capitals__no_matter(word: str) -> None:
    """A word from a file or a variable may bring a line end along."""
    assert read_outcome(word) == (Outcome.SUCCESS, True)


@given(st.text().filter(lambda word: word.strip().lower() not in KNOWN))
def test_read_outcome__anything_else__failure_and_unknown(word: str) -> None:
    """No word but `success` is ever taken as a success."""
    assert read_outcome(word) == (Outcome.FAILURE, False)


def test_given__two_layers__the_later_wins_where_it_speaks() -> None:
    """What is given to finish wins over what was given to start, option by option."""
    policy = Policy.given({"on_failure": "degraded", "on_success": "down"}, {"on_success": "previous"})
    assert (policy.on_failure, policy.on_success) == ("degraded", "previous")


def test_given__nothing__the_defaults_of_the_contract() -> None:
    """Without options the policy is design.md's."""
    assert Policy.given() == ("operational", "degraded", "down", "degraded", "previous", "worst")


ENDINGS = [
    (DeploymentResult(Outcome.SUCCESS), "the deployment succeeded"),
    (DeploymentResult(Outcome.SUCCESS, rolled_back=True), "the deployment succeeded"),
    (DeploymentResult(Outcome.FAILURE), "the deployment failed"),
    (DeploymentResult(Outcome.FAILURE, rolled_back=True), "the deployment failed and was rolled back"),
    (DeploymentResult(Outcome.SUCCESS, unverified=True), "the deployment succeeded, but could not be verified"),
    (DeploymentResult(Outcome.CANCELLED), "the deployment was cancelled"),
    (DeploymentResult(Outcome.SKIPPED), "the deployment did not run"),
]


@pytest.mark.parametrize(("ending", "told"), ENDINGS, ids=str)
def test_describe__every_result__a_clause(ending: DeploymentResult, told: str) -> None:
    """An ending reads as part of a sentence."""
    assert ending.describe() == told
